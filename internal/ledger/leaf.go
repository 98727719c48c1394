// Package ledger is the mathematics of the tamper-evident ledger: leaves, the
// Merkle tree of RFC 6962 over them in the tiles of C2SP tlog-tiles, signed
// checkpoints (C2SP tlog-checkpoint in C2SP signed-note), and proofs.
//
// It opens no file and reads no clock. Hashes, tiles and proofs are those of
// golang.org/x/mod/sumdb/tlog, signatures those of sumdb/note; a second
// signature by SM2 with SM3 can stand beside the first.
package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"guanji/internal/problem"
)

// A What is a kind of record that the ledger keeps count of.
type What string

// The kinds of record.
const (
	Entry   What = "entry"   // a statement about an organization; never changed
	Filed   What = "filed"   // something filed about evidence; never changed
	Account What = "account" // a person
	Pass    What = "pass"    // a session, link or token
	Witness What = "witness" // to whom checkpoints are given
	Step    What = "step"    // one thing recorded of an incident; never changed
	Channel What = "channel" // a way by which notices leave
	Key     What = "key"     // a key that signs checkpoints; kept in the home
)

// An Actor is who changes something, and when.
type Actor struct {
	By string    // the name of an account, or of the user of the machine
	At time.Time // to the microsecond
}

// Program is the name under which the program itself changes something.
const Program = "guanji"

// A Leaf says that a record was made, changed or ended, by whom and when. It
// holds digests of what the record was and is, nothing of what stands in it
// but what tells records apart.
type Leaf struct {
	At           time.Time `json:"at"`
	By           string    `json:"by"`
	What         What      `json:"what"`
	Organization string    `json:"organization,omitempty"`
	ID           string    `json:"id"`               // of the record among those of its kind and organization
	About        string    `json:"about,omitempty"`  // what it is about, for people
	Before       string    `json:"before,omitempty"` // [Digest] of what it was, or of the record in whose place it stands; "" if there was none
	After        string    `json:"after,omitempty"`  // [Digest] of what it is; "" if it is gone
}

// MaxLeaf is the longest leaf, in bytes: its length has 16 bits in a tile.
const MaxLeaf = 1<<16 - 1

// Encode returns the bytes that are hashed: JSON with the keys in the order
// above and the time in UTC. Bytes of a text that are no UTF-8 are written as
// U+FFFD. It fails for a leaf longer than [MaxLeaf].
func (l Leaf) Encode() ([]byte, error) {
	l.At = l.At.UTC().Truncate(time.Microsecond)
	for _, text := range []*string{&l.By, (*string)(&l.What), &l.Organization, &l.ID, &l.About, &l.Before, &l.After} {
		*text = strings.ToValidUTF8(*text, "\ufffd")
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(l); err != nil {
		return nil, err
	}
	data := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if len(data) > MaxLeaf {
		return nil, fmt.Errorf("a leaf of %d bytes; at most %d", len(data), MaxLeaf)
	}
	return data, nil
}

// ParseLeaf reads what [Leaf.Encode] writes, and nothing else: bytes that say
// the same in another way are refused.
func ParseLeaf(data []byte) (Leaf, error) {
	var l Leaf
	if len(data) > MaxLeaf {
		return l, malformed("leaf")
	}
	if err := json.Unmarshal(data, &l); err != nil {
		return Leaf{}, malformed("leaf")
	}
	again, err := l.Encode()
	if err != nil || !bytes.Equal(again, data) {
		return Leaf{}, malformed("leaf")
	}
	return l, nil
}

// malformed says that bytes from outside are not what they should be.
func malformed(what string) error { return problem.New(problem.Input, "ledger.malformed."+what) }

// Digest returns the SHA-256 of values in their order, as sha256: and 64
// hexadecimal digits. Values are texts, whole numbers, booleans and nil.
func Digest(values ...any) string {
	data, err := json.Marshal(values)
	if err != nil {
		panic(err) // the values named above always encode
	}
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// A Record is a record as it stands, of which the newest leaf about it speaks.
type Record struct {
	What         What
	Organization string
	ID           string
	About        string
	Digest       string
	Files        []File // that belong to it
}

// A File is kept in the vault, and belongs to a record.
type File struct {
	Digest string // sha256: and 64 hexadecimal digits
	Size   int64
}

// Leaf returns the leaf of a record that was made by an actor, in the place of
// one with another digest, "" if there was none.
func (r Record) Leaf(a Actor, before string) Leaf {
	return Leaf{At: a.At, By: a.By, What: r.What, Organization: r.Organization, ID: r.ID, About: r.About, Before: before, After: r.Digest}
}
