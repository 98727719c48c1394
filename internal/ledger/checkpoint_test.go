package ledger

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"guanji/internal/problem"
)

// signed returns a checkpoint of three leaves by keys for tests alone.
func signed(t testing.TB, secrets ...string) string {
	t.Helper()
	r := &Rebuild{}
	for n := range int64(3) {
		r.Add(leaf(t, n))
	}
	var signers []*Signer
	for _, s := range secrets {
		signers = append(signers, signer(t, s))
	}
	data, err := Checkpoint{Origin: "guanji/test", Tree: r.Tree(3), Made: noon}.Sign(signers...)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestCheckpointAsSpecified holds the text to C2SP tlog-checkpoint, and reads
// it with a reader that knows nothing of ours.
func TestCheckpointAsSpecified(t *testing.T) {
	data := signed(t, secretA, secretB)
	text, signatures, _ := strings.Cut(data, "\n\n")
	want := "guanji/test\n3\n" + "REPLACE" + "\nmade 2026-03-02T04:00:00Z"
	root := naive([][]byte{leaf(t, 0), leaf(t, 1), leaf(t, 2)})
	if want = strings.Replace(want, "REPLACE", base64.StdEncoding.EncodeToString(root[:]), 1); text != want {
		t.Errorf("the text is\n%s\nwant\n%s", text, want)
	}
	for _, line := range strings.Split(strings.TrimSuffix(signatures, "\n"), "\n") {
		if !strings.HasPrefix(line, "— guanji/test ") {
			t.Errorf("a signature is written %q", line)
		}
	}
	v, err := note.NewVerifier(publicA)
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open([]byte(data), note.VerifierList(v))
	if err != nil || len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 1 || n.Text != text+"\n" {
		t.Errorf("note.Open: %+v, %v", n, err)
	}
}

// TestCheckpointIsCanonical has bytes that say what a checkpoint says in
// another way: they are damage.
func TestCheckpointIsCanonical(t *testing.T) {
	k := keys(t, publicA, publicB)
	good := signed(t, secretA, secretB)
	if s, err := Open([]byte(good), k); err != nil || len(s.Keys) != 2 || len(s.Others) != 0 {
		t.Fatalf("%+v, %v", s, err)
	}
	lines := strings.SplitAfter(good, "\n") // origin, size, root, made, empty, two signatures, ""
	first, second := lines[5], lines[6]
	head := strings.Join(lines[:5], "")
	resigned := func(text string) string {
		data, err := note.Sign(&note.Note{Text: text}, signer(t, secretA))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	other, err := GenerateKey(rand.Reader, "guanji/other")
	if err != nil {
		t.Fatal(err)
	}
	_, extra, _ := strings.Cut(signed(t, secretA, other), first)
	for name, text := range map[string]string{
		"nothing":                      "",
		"no signature":                 head,
		"white space behind":           good + " ",
		"a line behind":                good + "\n",
		"white space before":           " " + good,
		"CRLF":                         strings.ReplaceAll(good, "\n", "\r\n"),
		"CRLF behind the signatures":   head + strings.Replace(first, "\n", "\r\n", 1),
		"no newline at the end":        strings.TrimSuffix(good, "\n"),
		"a space behind a signature":   head + strings.Replace(first, "\n", " \n", 1),
		"two spaces in a signature":    head + strings.Replace(first, "test ", "test  ", 1),
		"base64 without padding":       head + strings.Replace(first, "=\n", "\n", 1),
		"base64 with slack bits":       head + slack(t, first),
		"a newline in base64":          head + first[:40] + "\n" + first[40:],
		"one signature twice":          head + first + first,
		"another, after it, twice":     head + first + extra + extra,
		"a dash":                       head + strings.Replace(first, "—", "-", 1),
		"something among signatures":   head + first + "x\n" + second,
		"an empty line more":           strings.Replace(good, "\n\n", "\n\n\n", 1),
		"origin missing":               resigned(strings.Replace(strings.Join(lines[:4], ""), "guanji/test", "", 1)),
		"size with a zero":             resigned(strings.Replace(strings.Join(lines[:4], ""), "\n3\n", "\n03\n", 1)),
		"size with a sign":             resigned(strings.Replace(strings.Join(lines[:4], ""), "\n3\n", "\n+3\n", 1)),
		"size negative":                resigned(strings.Replace(strings.Join(lines[:4], ""), "\n3\n", "\n-3\n", 1)),
		"size too large":               resigned(strings.Replace(strings.Join(lines[:4], ""), "\n3\n", "\n9223372036854775808\n", 1)),
		"root with slack bits":         resigned(lines[0] + lines[1] + slack(t, lines[2]) + lines[3]),
		"root too short":               resigned(lines[0] + lines[1] + "AAAA\n" + lines[3]),
		"no time":                      resigned(strings.Join(lines[:3], "")),
		"another word for time":        resigned(strings.Join(lines[:3], "") + "time 2026-03-02T04:00:00Z\n"),
		"a time in another zone":       resigned(strings.Join(lines[:3], "") + "made 2026-03-02T12:00:00+08:00\n"),
		"a time with fractions":        resigned(strings.Join(lines[:3], "") + "made 2026-03-02T04:00:00.5Z\n"),
		"a line more":                  resigned(strings.Join(lines[:4], "") + "x\n"),
		"a line more that is empty":    resigned(strings.Join(lines[:4], "") + "\n"),
		"too long":                     good + strings.Repeat(extra, 1+maxCheckpoint/len(extra)),
		"not UTF-8":                    strings.Replace(good, "guanji", "guanj\xff", 1),
		"a control in the origin line": strings.Replace(good, "guanji", "guan\tji", 1),
	} {
		if s, err := Open([]byte(text), k); err == nil {
			t.Errorf("%s: opened as %+v", name, s)
		} else if name != "no signature" && problem.KindOf(err) != problem.Input && !errors.Is(err, ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Signatures by others may stand in it, in any place: that is how witnesses sign.
	s, err := Open([]byte(head+extra+second+first), k)
	if err != nil || len(s.Keys) != 2 || len(s.Others) != 1 || !strings.HasPrefix(s.Others[0], "guanji/other+") {
		t.Errorf("with a signature by another: %+v, %v", s, err)
	}
}

// slack sets bits of the last letter of a base64 text that say nothing.
func slack(t *testing.T, line string) string {
	t.Helper()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	end := strings.TrimRight(line, "=\n")
	if end+"\n" == line {
		t.Fatalf("%q has no slack", line)
	}
	at := strings.IndexByte(alphabet, end[len(end)-1])
	return end[:len(end)-1] + string(alphabet[at+1]) + line[len(end):]
}

// TestSecondSignature has the signature by SM2 there, not there, changed, and
// by another key.
func TestSecondSignature(t *testing.T) {
	other, err := GenerateSM2(rand.Reader, "guanji/test")
	if err != nil {
		t.Fatal(err)
	}
	both := signed(t, secretA, secretB)
	lines := strings.SplitAfter(both, "\n")
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(strings.TrimPrefix(lines[6], "— guanji/test "), "\n"))
	if err != nil {
		t.Fatal(err)
	}
	swapped := func(change func(sig []byte) []byte) string {
		return strings.Join(lines[:6], "") + "— guanji/test " + base64.StdEncoding.EncodeToString(change(slices.Clone(raw))) + "\n"
	}
	for name, tt := range map[string]struct {
		text         string
		keys, others int
		err          error
	}{
		"there":                {both, 2, 0, nil},
		"stripped":             {strings.Join(lines[:6], ""), 1, 0, nil},
		"alone":                {strings.Join(append(lines[:5:5], lines[6]), ""), 0, 0, ErrUnsigned},
		"by another key":       {signed(t, secretA, other), 1, 1, nil},
		"under another hash":   {swapped(func(s []byte) []byte { s[0] ^= 1; return s }), 1, 1, nil},
		"changed":              {swapped(func(s []byte) []byte { s[20] ^= 1; return s }), 0, 0, ErrSignature},
		"with a byte behind":   {swapped(func(s []byte) []byte { return append(s, 0) }), 0, 0, ErrSignature},
		"that is empty":        {swapped(func(s []byte) []byte { return s[:4] }), 0, 0, nil},
		"that of Ed25519":      {swapped(func(s []byte) []byte { return append(s[:4], make([]byte, 64)...) }), 0, 0, ErrSignature},
		"of another text":      {strings.Replace(both, "\n3\n", "\n4\n", 1), 0, 0, ErrSignature},
		"and the first is not": {strings.Join(lines[:5], "") + strings.Replace(lines[5], "test", "tess", 1) + lines[6], 0, 0, ErrUnsigned},
	} {
		s, err := Open([]byte(tt.text), keys(t, publicA, publicB))
		if len(s.Keys) != tt.keys || len(s.Others) != tt.others || tt.err != nil && !errors.Is(err, tt.err) || (err == nil) != (tt.keys > 0) {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}

// TestSignedMadeIsInSeconds has a clock that is finer, and in another zone.
func TestSignedMadeIsInSeconds(t *testing.T) {
	made := time.Date(2026, 3, 2, 12, 0, 0, 999, time.FixedZone("", 8*3600))
	data, err := Checkpoint{Origin: "guanji/test", Tree: Empty(), Made: made}.Sign(signer(t, secretA))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(data, keys(t, publicA))
	if err != nil || !s.Made.Equal(noon) || string(s.Note) != string(data) {
		t.Errorf("%+v, %v", s, err)
	}
}

func proof(t testing.TB) Proof {
	t.Helper()
	kept := memory{}
	g, err := Grow(Empty(), kept, [][]byte{leaf(t, 0), leaf(t, 1), leaf(t, 2)})
	if err != nil {
		t.Fatal(err)
	}
	kept.keep(g)
	hashes, err := g.Tree.Prove(1, kept)
	if err != nil {
		t.Fatal(err)
	}
	p := Proof{Leaf: 1, Record: string(leaf(t, 1)), Checkpoint: signed(t, secretA)}
	for _, h := range hashes {
		p.Hashes = append(p.Hashes, h.String())
	}
	return p
}

// TestProof changes what a proof says: each change is found.
func TestProof(t *testing.T) {
	k := keys(t, publicA)
	l, s, err := proof(t).Verify(k)
	if err != nil || l.ID != "1" || s.Size != 3 {
		t.Fatalf("%+v, %+v, %v", l, s, err)
	}
	foreign, err := Checkpoint{Origin: "guanji/other", Tree: s.Tree, Made: noon}.Sign(signer(t, secretA))
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(p *Proof){
		"another number":          func(p *Proof) { p.Leaf = 0 },
		"a negative number":       func(p *Proof) { p.Leaf = -1 },
		"a number too large":      func(p *Proof) { p.Leaf = 1 << 62 },
		"another record":          func(p *Proof) { p.Record = string(leaf(t, 2)) },
		"white space":             func(p *Proof) { p.Record += " " },
		"no record":               func(p *Proof) { p.Record = "" },
		"a hash fewer":            func(p *Proof) { p.Hashes = p.Hashes[1:] },
		"a hash more":             func(p *Proof) { p.Hashes = append(p.Hashes, p.Hashes[0]) },
		"hashes turned round":     func(p *Proof) { p.Hashes[0], p.Hashes[1] = p.Hashes[1], p.Hashes[0] },
		"a hash with slack":       func(p *Proof) { p.Hashes[0] = slack(t, p.Hashes[0]) },
		"a hash that is none":     func(p *Proof) { p.Hashes[0] = "x" },
		"no hashes":               func(p *Proof) { p.Hashes = nil },
		"no checkpoint":           func(p *Proof) { p.Checkpoint = "" },
		"a checkpoint of another": func(p *Proof) { p.Checkpoint = string(foreign) },
		"an unsigned checkpoint":  func(p *Proof) { p.Checkpoint = signed(t, secretB) },
		"a hash as a record": func(p *Proof) { // a node taken for a leaf
			h, _ := base64.StdEncoding.DecodeString(p.Hashes[0])
			p.Record, p.Hashes = string(h), p.Hashes[1:]
		},
	} {
		p := proof(t)
		change(&p)
		if l, s, err := p.Verify(k); err == nil || l != (Leaf{}) {
			t.Errorf("%s: proves %+v under %+v", name, l, s)
		}
	}
}
