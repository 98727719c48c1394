package ledger

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A Checkpoint is the head of a ledger, as it is signed: C2SP tlog-checkpoint
// with one line more, the time at which the installation says it was made.
type Checkpoint struct {
	Origin string
	Tree
	Made time.Time
}

// maxCheckpoint is the longest signed checkpoint, in bytes.
const maxCheckpoint = 64 << 10

// timeLine begins the line with the time.
const timeLine = "made "

func (c Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\n%s%s\n", c.Origin, c.Size, c.Root, timeLine, c.Made.UTC().Format(time.RFC3339))
}

// Sign returns a checkpoint with a signature by each key.
func (c Checkpoint) Sign(signers ...*Signer) ([]byte, error) {
	list := make([]note.Signer, len(signers))
	for i, s := range signers {
		list[i] = s
	}
	return note.Sign(&note.Note{Text: c.text()}, list...)
}

// A Signed is a checkpoint whose signatures by known keys hold.
type Signed struct {
	Checkpoint
	Keys   []string // ids of the known keys that signed it
	Others []string // ids of keys that are not known; whether these signed it is not known either
	Note   []byte
}

// The ways in which a signed checkpoint is not good.
var (
	ErrUnsigned  = errors.New("not signed by a known key")
	ErrSignature = errors.New("a signature does not hold")
)

// Open reads a signed checkpoint. It fails with [ErrUnsigned] if no key of
// Ed25519 among keys signed it, with [ErrSignature] if a signature by a known
// key does not hold, and with a problem of kind Input if it is not written as
// it must be: what says the same with other bytes is refused. Signatures by
// other keys may stand in it, such as those of witnesses, each once.
func Open(data []byte, keys Keys) (Signed, error) {
	if len(data) > maxCheckpoint {
		return Signed{}, malformed("checkpoint")
	}
	n, err := note.Open(data, note.VerifierList(keys.list...))
	if _, ok := errors.AsType[*note.UnverifiedNoteError](err); ok {
		return Signed{}, ErrUnsigned
	}
	if _, ok := errors.AsType[*note.InvalidSignatureError](err); ok {
		return Signed{}, ErrSignature
	}
	if err != nil || !canonical(data, n) {
		return Signed{}, malformed("checkpoint")
	}
	s := Signed{Note: data}
	for _, sig := range n.Sigs {
		s.Keys = append(s.Keys, signatureID(sig))
	}
	for _, sig := range n.UnverifiedSigs {
		s.Others = append(s.Others, signatureID(sig))
	}
	if !keys.signedFirst(n.Sigs) {
		return Signed{}, ErrUnsigned
	}
	if s.Checkpoint, err = parse(n.Text); err != nil {
		return Signed{}, err
	}
	return s, nil
}

func signatureID(s note.Signature) string { return fmt.Sprintf("%s+%08x", s.Name, s.Hash) }

// signedFirst reports whether a key of Ed25519 is among those that signed.
func (k Keys) signedFirst(sigs []note.Signature) bool {
	for _, v := range k.first() {
		for _, s := range sigs {
			if s.Name == v.Name() && s.Hash == v.KeyHash() {
				return true
			}
		}
	}
	return false
}

// canonical reports whether a note is written as it would be written again.
// Package note reads base64 more generously, and passes over a signature that
// is there twice.
func canonical(data []byte, n *note.Note) bool {
	text, signatures, _ := strings.Cut(string(data), "\n\n")
	if text+"\n" != n.Text || strings.Count(signatures, "\n") != len(n.Sigs)+len(n.UnverifiedSigs) {
		return false
	}
	for line := range strings.Lines(signatures) {
		rest, ok := strings.CutPrefix(line, "— ")
		name, encoded, _ := strings.Cut(strings.TrimSuffix(rest, "\n"), " ")
		raw, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if !ok || err != nil || len(raw) < 5 || line != "— "+name+" "+base64.StdEncoding.EncodeToString(raw)+"\n" {
			return false
		}
	}
	return true
}

func parse(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 {
		return Checkpoint{}, malformed("checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return Checkpoint{}, malformed("checkpoint")
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return Checkpoint{}, malformed("checkpoint")
	}
	made, err := time.Parse(time.RFC3339, strings.TrimPrefix(lines[3], timeLine))
	if err != nil {
		return Checkpoint{}, malformed("checkpoint")
	}
	c := Checkpoint{Origin: lines[0], Tree: Tree{size, root}, Made: made}
	if c.Origin == "" || c.text() != text {
		return Checkpoint{}, malformed("checkpoint")
	}
	return c, nil
}

// Proof is what shows, with a public key alone, that a leaf is in a ledger.
type Proof struct {
	Leaf       int64    `json:"leaf"` // its number, from 0
	Record     string   `json:"record"`
	Hashes     []string `json:"hashes"` // base64, from the leaf up
	Checkpoint string   `json:"checkpoint"`
}

// Verify checks a proof and returns the leaf and the checkpoint that it is in.
// It fails as [Open] does, and with [ErrUnsigned] if the checkpoint is one of
// another ledger than that of the keys.
func (p Proof) Verify(keys Keys) (Leaf, Signed, error) {
	s, err := Open([]byte(p.Checkpoint), keys)
	if err != nil {
		return Leaf{}, Signed{}, err
	}
	if s.Origin != keys.Origin() {
		return Leaf{}, Signed{}, ErrUnsigned
	}
	hashes := make([]Hash, len(p.Hashes))
	for i, text := range p.Hashes {
		if hashes[i], err = tlog.ParseHash(text); err != nil || hashes[i].String() != text {
			return Leaf{}, Signed{}, malformed("proof")
		}
	}
	if !s.Check(p.Leaf, []byte(p.Record), hashes) {
		return Leaf{}, Signed{}, malformed("proof")
	}
	l, err := ParseLeaf([]byte(p.Record))
	return l, s, err
}
