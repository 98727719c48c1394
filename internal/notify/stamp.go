package notify

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"mime"
	"net/http"
	"slices"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"
	"golang.org/x/crypto/cryptobyte"
	asn1tag "golang.org/x/crypto/cryptobyte/asn1"

	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/record"
)

// authority asks a time stamp authority (RFC 3161) over HTTP for a time stamp
// of the signed checkpoint. Only its SHA-256 leaves.
type authority struct {
	client *http.Client
	stamps Stamps
}

// The types of content of RFC 3161, section 3.4.
const (
	queryType = "application/timestamp-query"
	replyType = "application/timestamp-reply"
)

func (a authority) Give(ctx context.Context, address string, c ledger.Signed) (record.Receipt, error) {
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 64))
	if err != nil {
		return record.Receipt{}, err
	}
	query, err := timestamp.CreateRequest(bytes.NewReader(c.Note), &timestamp.RequestOptions{Hash: crypto.SHA256, Certificates: true, Nonce: nonce})
	if err != nil {
		return record.Receipt{}, err
	}
	got, err := post(ctx, a.client, address, kind(queryType), query)
	if err == nil {
		err = got.fault()
	}
	if err != nil {
		return record.Receipt{}, err
	}
	if is, _, _ := mime.ParseMediaType(got.kind); is != replyType || !got.whole {
		return record.Receipt{}, bad("answer")
	}
	s, err := a.stamps.check(got.body, c.Note, nonce)
	if err != nil {
		return record.Receipt{}, err
	}
	return record.Receipt{Body: got.body, Stamped: s.Time, Authority: s.Authority, Trusted: s.Trusted}, nil
}

// Stamps reads time stamps.
type Stamps struct {
	Roots *x509.CertPool // nil: the issuer of the certificate is not checked
}

// Check checks an answer of an authority that was kept: that it stamps these
// bytes, that its signature by the certificate in it holds, that this is one
// for time stamps alone, and, where there are roots, that it leads to one.
func (s Stamps) Check(response, stamped []byte) (record.Stamp, error) {
	return s.check(response, stamped, nil)
}

// bad says what is wrong with a time stamp.
func bad(what string) *problem.Error { return problem.New(problem.Input, "witness.stamp."+what) }

// check is [Stamps.Check], and that the nonce came back, if there is one.
func (s Stamps) check(response, stamped []byte, nonce *big.Int) (stamp record.Stamp, err error) {
	defer func() { // the library reads what anybody may have written
		if cause := recover(); cause != nil {
			stamp, err = record.Stamp{}, bad("answer").Because(fmt.Errorf("%v", cause))
		}
	}()
	if len(response) > maxStamp || !nested(response, maxDepth) {
		return record.Stamp{}, bad("answer")
	}
	t, err := timestamp.ParseResponse(response)
	if err != nil {
		return record.Stamp{}, bad("answer").Because(err)
	}
	sum := sha256.Sum256(stamped)
	switch {
	case t.HashAlgorithm != crypto.SHA256 || !bytes.Equal(t.HashedMessage, sum[:]):
		return record.Stamp{}, bad("imprint")
	case nonce != nil && (t.Nonce == nil || t.Nonce.Cmp(nonce) != 0):
		return record.Stamp{}, bad("nonce")
	}
	signer, err := signerOf(t)
	if err != nil {
		return record.Stamp{}, err
	}
	trusted, err := s.trusted(signer, t)
	return record.Stamp{Time: t.Time.UTC(), Authority: signer.Subject.String(), Trusted: trusted}, err
}

// The limits of an answer: in bytes, which bounds what its signature costs, and
// in how deep things stand in each other.
const (
	maxStamp = 16 << 10
	maxDepth = 24
)

// nested reports whether data is DER whose elements lie within each other. The
// library reads others, too, and takes time without end for some.
func nested(data cryptobyte.String, depth int) bool {
	for !data.Empty() {
		var inner cryptobyte.String
		var tag asn1tag.Tag
		if !data.ReadAnyASN1(&inner, &tag) {
			return false
		}
		if tag&constructed != 0 && (depth == 0 || !nested(inner, depth-1)) {
			return false
		}
	}
	return true
}

// constructed marks the tags of what holds other elements.
const constructed = asn1tag.Tag(0x20)

// contentTSTInfo is the type of what a time stamp signs.
var contentTSTInfo = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}

// signerOf returns the certificate of the one who signed, whose signature
// [timestamp.Parse] has checked where there is a certificate.
func signerOf(t *timestamp.Timestamp) (*x509.Certificate, error) {
	p, err := pkcs7.Parse(t.RawToken)
	if err != nil {
		return nil, bad("answer").Because(err)
	}
	signer := p.GetOnlySigner()
	if len(p.Signers) != 1 || signer == nil {
		return nil, bad("certificate")
	}
	var kind asn1.ObjectIdentifier
	if err := p.UnmarshalSignedAttribute(pkcs7.OIDAttributeContentType, &kind); err != nil || !kind.Equal(contentTSTInfo) {
		return nil, bad("answer")
	}
	if !stampsOnly(signer) || t.Time.Before(signer.NotBefore) || t.Time.After(signer.NotAfter) {
		return nil, bad("certificate")
	}
	return signer, nil
}

// stampsOnly reports whether a certificate is for time stamps and nothing else
// (RFC 3161, section 2.3).
func stampsOnly(c *x509.Certificate) bool {
	return slices.Equal(c.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}) && len(c.UnknownExtKeyUsage) == 0
}

// trusted reports whether a certificate led to a root at the time stamped. It
// fails if there are roots and it did not.
func (s Stamps) trusted(signer *x509.Certificate, t *timestamp.Timestamp) (bool, error) {
	if s.Roots == nil {
		return false, nil
	}
	others := x509.NewCertPool()
	for _, c := range t.Certificates {
		others.AddCert(c)
	}
	_, err := signer.Verify(x509.VerifyOptions{Roots: s.Roots, Intermediates: others, CurrentTime: t.Time, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}})
	if err != nil {
		return false, bad("issuer").Because(errors.New(plainCertificate(err)))
	}
	return true, nil
}

// plainCertificate is what package x509 says, without hints for developers.
func plainCertificate(err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "x509: unknown authority"
	}
	return err.Error()
}
