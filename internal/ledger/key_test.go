package ledger

import (
	"crypto/rand"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm3"

	"guanji/internal/problem"
)

// Keys for tests alone.
const (
	secretA = "PRIVATE+KEY+guanji/test+a1a58562+AYjrabY88QfO78uJZA3hXxKqJ0Y0VlsB8NOU1SPCIUXq"
	publicA = "guanji/test+a1a58562+AbdgiTkcCMpTDBkqyeVj6f6Z9vwvUFVAGVfvcgdMAHok"
	secretB = "PRIVATE+SM2+guanji/test+GEGo6M5Fnzuhj2F//9IcFQnJspMjXRJXSf+KQySInL4="
	publicB = "guanji/test+3f45d0f3+/2d1YW5qaSBTTTItU00zCgT0vqeQPf9JdFo6nzYh9pFkxFtbKMVq+2A3KfCjmkEu2G3NEYiux6xQKf+VNmwJtsPMW6dE6b+uLQUG7hY5oT0V"
)

func signer(t testing.TB, secret string) *Signer {
	t.Helper()
	s, err := NewSigner(secret, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func keys(t testing.TB, lines ...string) Keys {
	t.Helper()
	k, err := ParseKeys([]byte(strings.Join(lines, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeysAreAsWritten(t *testing.T) {
	for _, tt := range []struct {
		secret, public string
		sm2            bool
	}{{secretA, publicA, false}, {secretB, publicB, true}} {
		s := signer(t, tt.secret)
		if s.Public() != tt.public || s.SM2() != tt.sm2 || s.Name() != "guanji/test" || !strings.HasPrefix(tt.public, s.ID()+"+") {
			t.Errorf("%s, %v, %s, %s", s.Public(), s.SM2(), s.Name(), s.ID())
		}
	}
	k := keys(t, publicA, "", publicB, "")
	if l := k.List(); len(l) != 2 || l[0].Line != publicA || l[1].Line != publicB || l[1].ID != "guanji/test+3f45d0f3" || k.Origin() != "guanji/test" {
		t.Errorf("%+v, %s", l, k.Origin())
	}
}

// named returns a public key with its name and hash made to fit.
func named(name string, public []byte) string { return formatKey(name, public) }

func TestMalformedKeys(t *testing.T) {
	_, raw, _ := strings.Cut(strings.TrimPrefix(publicA, "guanji/test+"), "+")
	ed, err := base64.StdEncoding.DecodeString(raw)
	if err != nil {
		t.Fatal(err)
	}
	_, raw, _ = strings.Cut(strings.TrimPrefix(publicB, "guanji/test+"), "+")
	sm2Key, err := base64.StdEncoding.DecodeString(raw)
	if err != nil {
		t.Fatal(err)
	}
	compressed := append(append([]byte{}, sm2Key[:len(sm2Key)-65]...), append([]byte{2}, sm2Key[len(sm2Key)-64:len(sm2Key)-32]...)...)
	offCurve := append([]byte{}, sm2Key...)
	offCurve[len(offCurve)-1] ^= 1
	for name, text := range map[string]string{
		"nothing":                      "",
		"empty lines":                  "\n\n",
		"a word":                       "guanji",
		"no key":                       "guanji/test+a1a58562",
		"an empty key":                 "guanji/test+a1a58562+",
		"pluses":                       "+++",
		"another hash":                 strings.Replace(publicA, "a1a58562", "a1a58563", 1),
		"a hash in capitals":           strings.Replace(publicA, "a1a58562", "A1A58562", 1),
		"another name":                 strings.Replace(publicA, "test", "tess", 1),
		"base64 cut":                   publicA[:len(publicA)-1],
		"slack bits":                   "guanji/test+a1a58562+" + strings.TrimSuffix(base64.StdEncoding.EncodeToString(ed), "k") + "l",
		"URL base64":                   strings.ReplaceAll(publicB, "/2d", "_2d"),
		"a byte more":                  named("guanji/test", append(append([]byte{}, ed...), 0)),
		"a byte fewer":                 named("guanji/test", ed[:32]),
		"an algorithm that is none":    named("guanji/test", append([]byte{9}, ed[1:]...)),
		"another without a number":     publicA + "\n" + named("guanji/test", append([]byte{0xff}, "other\nkey"...)),
		"a space in the name":          named("guanji test", ed),
		"a wide space in the name":     named("guanji\u3000test", ed),
		"a name that is not UTF-8":     named("guanji\xff", ed),
		"no name":                      named("", ed),
		"the secret one":               secretA,
		"SM2 alone":                    publicB,
		"SM2 of another name":          publicA + "\n" + named("guanji/other", sm2Key),
		"SM2 compressed":               publicA + "\n" + named("guanji/test", compressed),
		"SM2 that is not on the curve": publicA + "\n" + named("guanji/test", offCurve),
		"SM2 at infinity":              publicA + "\n" + named("guanji/test", append([]byte("\xff"+sm2Name), 0)),
		"one twice":                    publicA + "\n" + publicA,
		"one good, one not":            publicA + "\nx",
		"far too many":                 strings.Repeat(publicA+"\n", 2000),
		"two of one line":              publicA + " " + publicB,
	} {
		if k, err := ParseKeys([]byte(text)); problem.KindOf(err) != problem.Input {
			t.Errorf("%s: %+v, %v", name, k.List(), err)
		}
	}
	for name, text := range map[string]string{
		"lines that end in CRLF":    publicA + "\r\n" + publicB + "\r\n",
		"two of Ed25519, two names": publicA + "\n" + named("guanji/other", ed),
	} {
		if k, err := ParseKeys([]byte(text)); err != nil || len(k.List()) != 2 || k.Origin() != "guanji/test" {
			t.Errorf("%s: %+v, %v", name, k.List(), err)
		}
	}
}

func TestMalformedSecrets(t *testing.T) {
	zero := base64.StdEncoding.EncodeToString(make([]byte, 32))
	for name, text := range map[string]string{
		"nothing":            "",
		"a word":             "guanji",
		"the public one":     publicA,
		"cut off":            secretA[:len(secretA)-4],
		"another hash":       strings.Replace(secretA, "a1a58562", "a1a58563", 1),
		"pluses":             "PRIVATE+KEY+++",
		"SM2, cut off":       secretB[:len(secretB)-4],
		"SM2, zero":          sm2Secret + "guanji/test+" + zero,
		"SM2, too large":     sm2Secret + "guanji/test+" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\xff", 32))),
		"SM2, no name":       sm2Secret + "+" + strings.TrimPrefix(secretB, sm2Secret+"guanji/test+"),
		"SM2, name with gap": sm2Secret + "a b+" + strings.TrimPrefix(secretB, sm2Secret+"guanji/test+"),
		"SM2, nothing":       sm2Secret,
	} {
		if s, err := NewSigner(text, rand.Reader); problem.KindOf(err) != problem.Input {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestSM3Vectors are the examples of GB/T 32905-2016, Annex A.
func TestSM3Vectors(t *testing.T) {
	for message, want := range map[string]string{
		"abc":                      "66c7f0f4 62eeedd9 d1f2d46b dc10e4e2 4167c487 5cf2f7a2 297da02b 8f4ba8e0",
		strings.Repeat("abcd", 16): "debe9ff9 2275b8a1 38604889 c18e5a4d 6fdb70e5 387e5765 293dcba3 9c0c5732",
	} {
		if got := sm3.Sum([]byte(message)); string(got[:]) != string(unhex(t, want)) {
			t.Errorf("SM3(%q) = %x, want %s", message, got, want)
		}
	}
}

// TestSM2Vector is the example of a signature in GB/T 32918.5-2017, Annex A,
// with the key, user id and message that stand there.
func TestSM2Vector(t *testing.T) {
	const (
		d = "3945208F 7B2144B1 3F36E38A C6D39F95 88939369 2860B51A 42FB81EF 4DF7C5B8"
		x = "09F9DF31 1E5421A1 50DD7D16 1E4BC5C6 72179FAD 1833FC07 6BB08FF3 56F35020"
		y = "CCEA490C E26775A5 2DC6EA71 8CC1AA60 0AED05FB F35E084A 6632F607 2DA9AD13"
		r = "F5A03B06 48D2C463 0EEAC513 E1BB81A1 5944DA38 27D5B741 43AC7EAC EEE720B3"
		s = "B1B6AA29 DF212FD8 763182BC 0D421CA1 BB9038FD 1F7F42D4 840B69C4 85BBC1AA"
	)
	own := signer(t, sm2Secret+"a+"+base64.StdEncoding.EncodeToString(unhex(t, d)))
	line := named("a", append([]byte("\xff"+sm2Name+"\x04"), append(unhex(t, x), unhex(t, y)...)...))
	if own.Public() != line {
		t.Errorf("the public key is %s, want %s", own.Public(), line)
	}
	v, err := parseKey(line)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(unhex(t, r)), new(big.Int).SetBytes(unhex(t, s))})
	if err != nil {
		t.Fatal(err)
	}
	message := []byte("message digest")
	if !v.Verify(message, sig) {
		t.Error("the signature of the standard does not hold")
	}
	for i := range sig {
		other := append([]byte{}, sig...)
		other[i] ^= 1
		if v.Verify(message, other) {
			t.Errorf("it holds with byte %d changed", i)
		}
	}
	if v.Verify(append(message, '.'), sig) || v.Verify(message, append(sig, 0)) || v.Verify(message, nil) {
		t.Error("it holds for another message, or in another encoding")
	}
	again, err := own.Sign(message)
	if err != nil || !v.Verify(message, again) || string(again) == string(sig) {
		t.Errorf("signed again: %x, %v", again, err)
	}
}
