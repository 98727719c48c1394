package detect

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"unicode/utf8"
)

// A Signal is one thing that speaks for or against a finding.
type Signal uint16

// The signals, with the points that each gives. They are practice of our own,
// after the scoring of docs/formats/detectors.md: what is reported has 5 or
// more, and its confidence is a tenth of them.
const (
	Shape    Signal = 1 << iota // it looks like one: +1
	Checksum                    // its check digit is right: +4
	Table                       // a date, region, issuer or prefix of it is in the table: +2
	Strict                      // a shape without check digit that a table confirms: +4
	Context                     // a word near it, or its column, names it: +3
	Uniform                     // six of ten cells of its column are alike: +3
	Conflict                    // it could be another kind as well: -2
	Hostile                     // a word near it, or its column, names something else: -3
	Uneven                      // it is written unlike others: glued to an underscore, a rare length: -2
	Damaged                     // a spreadsheet has lost digits of it: 0
	Written                     // full-width, with invisible characters or escapes: 0
	signals  = iota
)

// points are what each signal gives, in their order.
var points = [signals]int8{1, 4, 2, 4, 3, 3, -2, -3, -2, 0, 0}

// signalNames name the signals in messages and in JSON.
var signalNames = [signals]string{"shape", "checksum", "table", "strict", "context", "uniform", "conflict", "hostile", "uneven", "damaged", "written"}

// A Hit is something found. What it lies on is only there while it is handed
// on: its value never leaves but as a mask and a keyed digest.
type Hit struct {
	// Offset and Length are in bytes of the decoded document.
	Offset int64
	Length int
	// Line counts from 1.
	Line int64
	// Column is the column, key or tag it lies in, "" if it has none.
	Column string

	claim
	detector *Detector
	value    []byte
}

// A claim is what a finding is as long as others can still claim its text.
type claim struct {
	start, end int
	column     *column
	rule       string
	signals    Signal
	kind       kind
	own        int8 // points that a model gave, beside the signals
	cell       bool // it is a whole cell, and no word as well: it tells what its column is of
}

// Detector is the id of what found it.
func (h *Hit) Detector() string { return h.detector.ID }

// Rule is the id of the kind of secret, "" for all else.
func (h *Hit) Rule() string { return h.rule }

// Points are what its signals give together. The sum is that of [points],
// written out: it is asked for at every finding.
func (c *claim) Points() int {
	s := int(c.signals)
	return int(c.own) + s&1 + (s>>1&1)*4 + (s>>2&1)*2 + (s>>3&1)*4 + (s>>4&1)*3 + (s>>5&1)*3 - (s>>6&1)*2 - (s>>7&1)*3 - (s>>8&1)*2
}

// Confidence is from 0 to 0.99: a tenth of the points.
func (h *Hit) Confidence() float64 { return max(0, min(0.99, float64(h.Points())/10)) }

// A Reason is one signal of a finding, and the points it gave.
type Reason struct {
	Signal string `json:"signal"`
	Points int    `json:"points"`
}

// Reasons tell how its points came together.
func (h *Hit) Reasons() []Reason {
	var list []Reason
	if h.own != 0 {
		list = append(list, Reason{"model", int(h.own)})
	}
	for i, p := range points {
		if h.signals>>i&1 != 0 {
			list = append(list, Reason{signalNames[i], int(p)})
		}
	}
	return list
}

// MaskLimit is how many characters a mask shows at most.
const MaskLimit = 64

// Mask shows the characters that its detector allows at both ends, and a star
// for each other one.
func (h *Hit) Mask() string { return string(h.AppendMask(nil)) }

// AppendMask appends its [Hit.Mask].
func (h *Hit) AppendMask(b []byte) []byte {
	value := h.value
	if h.signals&Written != 0 { // as it would be written plainly
		var room [plainRoom]byte
		value = appendPlain(room[:0], value)
	}
	head, tail := h.detector.Mask.Head, h.detector.Mask.Tail
	n := utf8.RuneCount(value)
	if h.kind == email { // no more than half of whose it is
		head = min(head, bytes.IndexByte(value, '@')/2)
	}
	if (head+tail)*3 > n*2 { // no more than two thirds are shown
		head, tail = n/4, n/4
	}
	for i, at := 0, 0; i < len(value) && at < MaskLimit; at++ {
		r, size := rune(value[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(value[i:])
		}
		if at >= head && at < n-tail || r < ' ' || r == utf8.RuneError {
			r = '*'
		}
		b = utf8.AppendRune(b, r)
		i += size
	}
	return b
}

// A Key makes the digests of values comparable within an installation, and of
// no use outside it.
type Key struct {
	mac  hash.Hash
	text []byte // what the last digest was made of
	sum  []byte
}

// NewKey returns what makes digests under a secret. It is for one goroutine.
func NewKey(secret []byte) *Key { return &Key{mac: hmac.New(sha256.New, secret)} }

// A Digest is a keyed digest of a value, cut to 128 bits.
type Digest [16]byte

// Append appends it as findings carry it.
func (d *Digest) Append(b []byte) []byte {
	return hex.AppendEncode(append(b, "hmac:"...), d[:])
}

// Uint64 is its first half.
func (d Digest) Uint64() uint64 { return binary.BigEndian.Uint64(d[:]) }

// Digest is the keyed digest of the value as it would be written plainly:
// without separators, full-width forms and invisible characters, in capitals.
func (h *Hit) Digest(k *Key) Digest {
	k.text = append(append(k.text[:0], h.detector.ID...), 0)
	k.text = appendPlain(k.text, h.value)
	k.mac.Reset()
	k.mac.Write(k.text)
	k.sum = k.mac.Sum(k.sum[:0])
	return Digest(k.sum[:len(Digest{})])
}
