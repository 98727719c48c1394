package ledger

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/emmansun/gmsm/sm2"
	"golang.org/x/mod/sumdb/note"
)

// The algorithms of keys, as the first byte of a key in a signed note.
const (
	algEd25519 = 1
	// algOther is for algorithms without a number of their own (C2SP
	// signed-note); what it is stands behind it.
	algOther = 0xff
)

// sm2Name tells keys of SM2 with SM3 (GB/T 32918, GB/T 32905) apart from
// others without a number.
const sm2Name = "guanji SM2-SM3\n"

// A Signer signs checkpoints.
type Signer struct {
	note.Signer
	vkey string
}

// GenerateKey makes an Ed25519 key with a name, which is also the origin of
// the ledger. It returns the secret key as text; [NewSigner] reads it.
func GenerateKey(random io.Reader, name string) (secret string, err error) {
	secret, _, err = note.GenerateKey(random, name)
	return secret, err
}

// GenerateSM2 makes an SM2 key with a name. It returns the secret key as text;
// [NewSigner] reads it.
func GenerateSM2(random io.Reader, name string) (secret string, err error) {
	key, err := sm2.GenerateKey(random)
	if err != nil {
		return "", err
	}
	d := make([]byte, 32)
	key.D.FillBytes(d)
	return sm2Secret + name + "+" + base64.StdEncoding.EncodeToString(d), nil
}

const sm2Secret = "PRIVATE+SM2+"

// NewSigner reads a secret key. Signatures by SM2 take randomness, those by
// Ed25519 do not.
func NewSigner(secret string, random io.Reader) (*Signer, error) {
	if rest, ok := strings.CutPrefix(secret, sm2Secret); ok {
		return newSM2Signer(rest, random)
	}
	s, err := note.NewSigner(secret)
	if err != nil {
		return nil, malformed("key")
	}
	parts := strings.SplitN(secret, "+", 5)
	seed, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return nil, malformed("key")
	}
	public := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey)
	return &Signer{s, formatKey(s.Name(), append([]byte{algEd25519}, public...))}, nil
}

func newSM2Signer(text string, random io.Reader) (*Signer, error) {
	name, encoded, _ := strings.Cut(text, "+")
	d, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || !validName(name) {
		return nil, malformed("key")
	}
	key, err := sm2.NewPrivateKey(d)
	if err != nil {
		return nil, malformed("key")
	}
	point, err := sm2.PublicKeyToECDH(&key.PublicKey)
	if err != nil {
		return nil, malformed("key")
	}
	public := slices.Concat([]byte{algOther}, []byte(sm2Name), point.Bytes())
	return &Signer{sm2Signer{name, keyHash(name, public), key, random}, formatKey(name, public)}, nil
}

// Public returns the public key as one line, as [ParseKeys] reads it.
func (s *Signer) Public() string { return s.vkey }

// SM2 reports whether the key is one of SM2.
func (s *Signer) SM2() bool { _, ok := s.Signer.(sm2Signer); return ok }

// KeyID returns what tells a public key apart from others: its name and hash.
func KeyID(v note.Verifier) string {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], v.KeyHash())
	return v.Name() + "+" + hex.EncodeToString(b[:])
}

// ID is [KeyID] of the public key.
func (s *Signer) ID() string {
	id, _, _ := cutLast(s.vkey)
	return id
}

func cutLast(vkey string) (id, key string, ok bool) {
	first := strings.Index(vkey, "+")
	second := strings.Index(vkey[first+1:], "+")
	if first < 0 || second < 0 {
		return "", "", false
	}
	return vkey[:first+1+second], vkey[first+second+2:], true
}

func formatKey(name string, public []byte) string {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], keyHash(name, public))
	return name + "+" + hex.EncodeToString(b[:]) + "+" + base64.StdEncoding.EncodeToString(public)
}

// keyHash is that of C2SP signed-note.
func keyHash(name string, public []byte) uint32 {
	sum := sha256.Sum256(slices.Concat([]byte(name), []byte("\n"), public))
	return binary.BigEndian.Uint32(sum[:])
}

// validName is the rule of C2SP signed-note.
func validName(name string) bool {
	return name != "" && utf8.ValidString(name) && !strings.Contains(name, "+") && strings.IndexFunc(name, unicode.IsSpace) < 0
}

type sm2Signer struct {
	name   string
	hash   uint32
	key    *sm2.PrivateKey
	random io.Reader
}

func (s sm2Signer) Name() string    { return s.name }
func (s sm2Signer) KeyHash() uint32 { return s.hash }

// Sign signs by SM2 with the digest SM3 and the default user id of GM/T 0009.
func (s sm2Signer) Sign(msg []byte) ([]byte, error) {
	return s.key.Sign(s.random, msg, sm2.DefaultSM2SignerOpts)
}

type sm2Verifier struct {
	name string
	hash uint32
	key  *ecdsa.PublicKey
}

func (v sm2Verifier) Name() string    { return v.name }
func (v sm2Verifier) KeyHash() uint32 { return v.hash }

// Verify checks a signature, in DER and in no other encoding of the same.
func (v sm2Verifier) Verify(msg, sig []byte) bool {
	return sm2.VerifyASN1WithSM2(v.key, nil, msg, sig)
}

// Keys are public keys that checkpoints are checked with.
type Keys struct {
	list   []note.Verifier
	public []PublicKey
}

// A PublicKey is one key as it is written.
type PublicKey struct {
	ID   string // see [KeyID]
	Line string
}

// maxKeys bounds a file of keys, in bytes.
const maxKeys = 64 << 10

// ParseKeys reads public keys, one to a line: name+hash+key. Empty lines are
// passed over. Keys are of Ed25519, or of SM2 beside one of Ed25519 that has
// the same name. No two may have the same name and hash.
func ParseKeys(data []byte) (Keys, error) {
	var k Keys
	if len(data) > maxKeys {
		return k, malformed("key")
	}
	for line := range bytes.Lines(data) {
		text := strings.TrimSpace(string(line))
		if text == "" {
			continue
		}
		v, err := parseKey(text)
		if err != nil {
			return Keys{}, malformed("key")
		}
		k.list, k.public = append(k.list, v), append(k.public, PublicKey{KeyID(v), text})
	}
	if !k.distinct() || !k.accompanied() {
		return Keys{}, malformed("key")
	}
	return k, nil
}

// distinct reports whether no two keys have the same name and hash.
func (k Keys) distinct() bool {
	ids := map[string]bool{}
	for _, p := range k.public {
		ids[p.ID] = true
	}
	return len(ids) == len(k.public)
}

// accompanied reports whether there is a key of Ed25519, and one with the name
// of every other.
func (k Keys) accompanied() bool {
	first := k.first()
	for _, v := range k.list {
		if !slices.ContainsFunc(first, func(f note.Verifier) bool { return f.Name() == v.Name() }) {
			return false
		}
	}
	return len(first) > 0
}

// first returns the keys of Ed25519.
func (k Keys) first() []note.Verifier {
	return slices.DeleteFunc(slices.Clone(k.list), func(v note.Verifier) bool { _, second := v.(sm2Verifier); return second })
}

var errKey = errors.New("malformed key")

func parseKey(vkey string) (note.Verifier, error) {
	id, encoded, ok := cutLast(vkey)
	public, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if !ok || err != nil || len(public) == 0 {
		return nil, errKey
	}
	name, _, _ := strings.Cut(id, "+")
	if !validName(name) || formatKey(name, public) != vkey {
		return nil, errKey
	}
	if public[0] != algOther {
		return note.NewVerifier(vkey)
	}
	point, ok := bytes.CutPrefix(public[1:], []byte(sm2Name))
	if !ok {
		return nil, errKey
	}
	key, err := sm2.NewPublicKey(point)
	if err != nil {
		return nil, errKey
	}
	return sm2Verifier{name, keyHash(name, public), key}, nil
}

// List returns the keys in their order.
func (k Keys) List() []PublicKey { return slices.Clone(k.public) }

// Origin is the name of the first key, and so that of the ledger.
func (k Keys) Origin() string { return k.list[0].Name() }
