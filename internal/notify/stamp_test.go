package notify

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/digitorus/timestamp"

	"guanji/internal/problem"
	"guanji/internal/record"
)

// tsa is a time stamp authority, with what is wrong about it.
type tsa struct {
	usages   []x509.ExtKeyUsage
	from, to time.Time // of its certificate
	spoil    func(*timestamp.Timestamp)
	answer   func([]byte) []byte // in place of what it would answer
	kind     string              // of content
	bare     bool                // leaves its certificate out

	root, certificate *x509.Certificate
	key               *ecdsa.PrivateKey
}

// begin makes the certificates of an authority.
func (a *tsa) begin(t testing.TB) *tsa {
	t.Helper()
	if a.usages == nil {
		a.usages = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}
	}
	if a.from.IsZero() {
		a.from, a.to = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	fatal(t, err)
	a.root = certify(t, &x509.Certificate{Subject: pkix.Name{CommonName: "Example Root"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, a, nil, rootKey, rootKey)
	a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	fatal(t, err)
	a.certificate = certify(t, &x509.Certificate{Subject: pkix.Name{CommonName: "Example TSA"}, ExtKeyUsage: a.usages}, a, a.root, a.key, rootKey)
	return a
}

func certify(t testing.TB, c *x509.Certificate, a *tsa, by *x509.Certificate, key, signs *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(time.Now().UnixNano()), a.from, a.to
	if by == nil {
		by = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by, key.Public(), signs)
	fatal(t, err)
	made, err := x509.ParseCertificate(der)
	fatal(t, err)
	return made
}

// respond answers a request.
func (a *tsa) respond(t testing.TB, query []byte) []byte {
	t.Helper()
	q, err := timestamp.ParseRequest(query)
	fatal(t, err)
	if !q.Certificates || q.HashAlgorithm != crypto.SHA256 {
		t.Errorf("the request asks for %v, certificates %v", q.HashAlgorithm, q.Certificates)
	}
	s := timestamp.Timestamp{HashAlgorithm: q.HashAlgorithm, HashedMessage: q.HashedMessage, Nonce: q.Nonce, Time: time.Now(), Accuracy: time.Second,
		Policy: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, AddTSACertificate: !a.bare}
	if a.spoil != nil {
		a.spoil(&s)
	}
	response, err := s.CreateResponseWithOpts(a.certificate, a.key, crypto.SHA256)
	fatal(t, err)
	if a.answer != nil {
		return a.answer(response)
	}
	return response
}

func (a *tsa) ServeHTTP(t testing.TB) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		query, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("Content-Type") != queryType {
			t.Errorf("a request of %s, %v", r.Header.Get("Content-Type"), err)
		}
		kind := a.kind
		if kind == "" {
			kind = replyType
		}
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(a.respond(t, query))
	}
}

func TestTimeStamp(t *testing.T) {
	flip := func(at int) func([]byte) []byte {
		return func(b []byte) []byte { b[(len(b)+at)%len(b)] ^= 1; return b }
	}
	bomb := slices.Concat([]byte{0x30, 0x81, 0xa3, 0x30, 3, 2, 1, 0, 0x30, 0x81, 0x9b}, bytes.Repeat([]byte{0x30, 0x20, 0x30, 2}, 30), bytes.Repeat([]byte{5, 0}, 17), []byte{5})
	refusal, err := timestamp.CreateErrorResponse(timestamp.Rejection, timestamp.BadRequest)
	fatal(t, err)
	tests := map[string]struct {
		tsa  tsa
		want string // key of the failure, "" for none
	}{
		"good":                   {tsa{}, ""},
		"other imprint":          {tsa{spoil: func(s *timestamp.Timestamp) { s.HashedMessage = make([]byte, 32) }}, "witness.stamp.imprint"},
		"other nonce":            {tsa{spoil: func(s *timestamp.Timestamp) { s.Nonce = big.NewInt(7) }}, "witness.stamp.nonce"},
		"no nonce":               {tsa{spoil: func(s *timestamp.Timestamp) { s.Nonce = nil }}, "witness.stamp.nonce"},
		"no certificate":         {tsa{bare: true}, "witness.stamp.certificate"},
		"certificate of a site":  {tsa{usages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}, "witness.stamp.certificate"},
		"certificate of all":     {tsa{usages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping, x509.ExtKeyUsageCodeSigning}}, "witness.stamp.certificate"},
		"certificate run out":    {tsa{from: time.Now().Add(-2 * time.Hour), to: time.Now().Add(-time.Hour)}, "witness.stamp."},
		"time before it began":   {tsa{spoil: func(s *timestamp.Timestamp) { s.Time = time.Now().Add(-24 * time.Hour) }}, "witness.stamp.certificate"},
		"signature flipped":      {tsa{answer: flip(-3)}, "witness.stamp.answer"},
		"cut off":                {tsa{answer: func(b []byte) []byte { return b[:len(b)/2] }}, "witness.stamp.answer"},
		"something behind":       {tsa{answer: func(b []byte) []byte { return append(b, 0) }}, "witness.stamp.answer"},
		"refused":                {tsa{answer: func([]byte) []byte { return refusal }}, "witness.stamp.answer"},
		"empty":                  {tsa{answer: func([]byte) []byte { return nil }}, "witness.stamp.answer"},
		"garbage":                {tsa{answer: func([]byte) []byte { return []byte("\x30\x84\xff\xff\xff\xff\x30\x80") }}, "witness.stamp.answer"},
		"elements that overlap":  {tsa{answer: func([]byte) []byte { return bomb }}, "witness.stamp.answer"},
		"larger than any":        {tsa{answer: func(b []byte) []byte { return append(b, make([]byte, MaxAnswer)...) }}, "witness.stamp.answer"},
		"a page":                 {tsa{kind: "text/html"}, "witness.stamp.answer"},
		"kind with a parameter":  {tsa{kind: replyType + "; charset=binary"}, ""},
		"issuer of another root": {tsa{root: &x509.Certificate{}}, "witness.stamp.issuer"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			other := tt.tsa.root != nil
			a := tt.tsa.begin(t)
			address, cfg, _ := site(t, a.ServeHTTP(t))
			cfg.Roots = x509.NewCertPool()
			if other {
				cfg.Roots.AddCert(new(tsa).begin(t).root)
			} else {
				cfg.Roots.AddCert(a.root)
			}
			c := checkpoint(t, 7)
			got, err := give(t, cfg, record.ByTimeStamp, address, c)
			if !failedWith(err, tt.want) {
				t.Fatalf("Give = %+v, %v, want %q", got, err, tt.want)
			}
			if tt.want != "" {
				return
			}
			if !got.Trusted || got.Authority != "CN=Example TSA" || time.Since(got.Stamped) > time.Minute {
				t.Errorf("receipt = %+v", got)
			}
			if s, err := (Stamps{}).Check(got.Body, c.Note); err != nil || s.Trusted {
				t.Errorf("read again without roots: %+v, %v; want one whose issuer was not checked", s, err)
			}
			if _, err := (Stamps{cfg.Roots}).Check(got.Body, checkpoint(t, 7).Note); !failedWith(err, "witness.stamp.imprint") {
				t.Errorf("it is for another checkpoint, too: %v", err)
			}
		})
	}
}

// failedWith reports whether an error is a problem whose key is or begins with
// another.
func failedWith(err error, key string) bool {
	p, ok := err.(*problem.Error)
	return key == "" && err == nil || ok && key != "" && len(p.Msg.Key) >= len(key) && p.Msg.Key[:len(key)] == key
}

// TestTimeStampOfOpenSSL reads what another program made: testdata/openssl has
// the bytes, the answer and the root, made by openssl ts.
func TestTimeStampOfOpenSSL(t *testing.T) {
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("testdata", "openssl", name))
		fatal(t, err)
		return data
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(read("root.pem")) {
		t.Fatal("no root")
	}
	got, err := Stamps{roots}.Check(read("answer.tsr"), read("stamped.txt"))
	if err != nil || !got.Trusted || got.Authority != "CN=Guanji Test TSA" {
		t.Errorf("Check = %+v, %v", got, err)
	}
}

// FuzzStamp reads what anybody may have written. Nothing but what an authority
// signed is ever good: an answer that is, is for these bytes.
func FuzzStamp(f *testing.F) {
	a := new(tsa).begin(f)
	note := []byte("note")
	sum := sha256.Sum256(note)
	query, err := (&timestamp.Request{HashAlgorithm: crypto.SHA256, HashedMessage: sum[:], Certificates: true}).Marshal()
	fatal(f, err)
	f.Add(a.respond(f, query)) // others are in testdata/fuzz
	f.Fuzz(func(t *testing.T, response []byte) {
		s, err := Stamps{}.Check(response, []byte("other"))
		if err == nil && s.Authority == "CN=Example TSA" {
			t.Errorf("%x is a time stamp of something else", response)
		}
		if problem.KindOf(err) == problem.Internal {
			t.Errorf("%v has no words", err)
		}
	})
}
