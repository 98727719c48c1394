// Package kernel looks at bytes in blocks of 64 and says, one bit for each,
// which of them are digits, letters and other marks that a finding can begin
// with. All that is found in a text is found from these bits on.
package kernel

import "fmt"

// Block is how many bytes one set of masks describes. Lead is how many bytes
// must stand before the first block: some masks look at what precedes a byte.
const (
	Block = 64
	Lead  = 2
)

// Masks describe one block: bit i is byte i of it.
type Masks struct {
	Digit  uint64 // 0-9
	Upper  uint64 // A-Z
	Word   uint64 // A-Z a-z 0-9 _ -
	High   uint64 // 0x80 and above: a part of a character beyond ASCII
	At     uint64 // @
	Dot    uint64 // .
	Gap    uint64 // space or -
	Colon  uint64 // :
	Assign uint64 // =
	Wide   uint64 // the third byte of a full-width digit: EF BC 90 to EF BC 99
	Escape uint64 // the u of \u, the # of &#
	Split  uint64 // E2 after a digit: a dash, or a character that is not seen
	Pass   uint64 // w after s or p, whatever the case: password, passwd, pwd
	Angle  uint64 // < after <
}

// Classify describes len(dst) blocks: block i is src[Lead+Block*i:][:Block]. It
// panics if src is shorter than Lead+Block*len(dst).
func Classify(dst []Masks, src []byte) {
	if len(src) < Lead+Block*len(dst) {
		panic(fmt.Sprintf("kernel: %d bytes for %d blocks", len(src), len(dst)))
	}
	if len(dst) > 0 {
		classify(dst, src)
	}
}

// Ends describe one block of a table: bit i is byte i of it.
type Ends struct {
	Cell  uint64 // what ends a cell
	Row   uint64 // what ends a row
	Quote uint64 // "
}

// Separate describes len(dst) blocks: block i is src[Block*i:][:Block]. It
// panics if src is shorter than Block*len(dst).
func Separate(dst []Ends, src []byte, cell, row byte) {
	if len(src) < Block*len(dst) {
		panic(fmt.Sprintf("kernel: %d bytes for %d blocks", len(src), len(dst)))
	}
	if len(dst) > 0 {
		separate(dst, src, cell, row)
	}
}
