package ledger

import (
	"bytes"
	"strings"
	"testing"
)

// The decoders meet bytes that were changed by somebody who knows the format.
// Whatever they take, they would write again in the same way.

func FuzzParseLeaf(f *testing.F) {
	f.Add([]byte(plainLeaf))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := ParseLeaf(data)
		if err != nil {
			return
		}
		if again, err := l.Encode(); err != nil || !bytes.Equal(again, data) {
			t.Errorf("%q is read, and written again as %q, %v", data, again, err)
		}
	})
}

func FuzzParseEntries(f *testing.F) {
	f.Add([]byte("\x00\x02ab\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		leaves, err := ParseEntries(data)
		if err != nil {
			return
		}
		if len(leaves) > TileWidth || !bytes.Equal(encodeEntries(leaves), data) {
			t.Errorf("%q is read as %d leaves", data, len(leaves))
		}
	})
}

// FuzzOpen knows every checkpoint that its keys ever signed.
func FuzzOpen(f *testing.F) {
	both := signed(f, secretA, secretB)
	f.Add([]byte(both))
	k := keys(f, publicA, publicB)
	want, err := Open([]byte(both), k)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Open(data, k)
		if err != nil {
			return
		}
		if s.Checkpoint != want.Checkpoint || len(s.Keys) == 0 || !strings.HasPrefix(string(data), want.text()+"\n") {
			t.Errorf("%q is opened as %+v", data, s)
		}
	})
}

func FuzzParseKeys(f *testing.F) {
	f.Add([]byte(publicA + "\n" + publicB + "\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := ParseKeys(data)
		if err != nil {
			return
		}
		var lines []string
		for _, p := range k.List() {
			lines = append(lines, p.Line)
		}
		again, err := ParseKeys([]byte(strings.Join(lines, "\n")))
		if err != nil || len(again.List()) != len(lines) || again.Origin() != k.Origin() {
			t.Errorf("%q is read as %q, and these as %+v, %v", data, lines, again.List(), err)
		}
		if _, err := Open([]byte(signed(t, secretA)), k); err == nil && !strings.Contains(string(data), publicA) {
			t.Errorf("%q opens what another key signed", data)
		}
	})
}

// FuzzProof knows the one proof that there is for each leaf.
func FuzzProof(f *testing.F) {
	p := proof(f)
	f.Add(p.Leaf, p.Record, strings.Join(p.Hashes, "\n"), p.Checkpoint)
	k := keys(f, publicA)
	f.Fuzz(func(t *testing.T, n int64, record, hashes, checkpoint string) {
		p := Proof{Leaf: n, Record: record, Checkpoint: checkpoint}
		if hashes != "" {
			p.Hashes = strings.Split(hashes, "\n")
		}
		if _, _, err := p.Verify(k); err == nil && (n < 0 || n > 2 || record != string(leaf(t, n))) {
			t.Errorf("leaf %d is proved to be %q", n, record)
		}
	})
}
