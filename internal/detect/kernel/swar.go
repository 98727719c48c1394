package kernel

import (
	"encoding/binary"
	"math/bits"
)

// classifyWords describes blocks eight bytes at a time, on any processor.
func classifyWords(dst []Masks, src []byte) {
	for b := range dst {
		m := Masks{}
		block := src[b*Block : b*Block+Lead+Block]
		for i := 0; i < Block; i += 8 {
			m.add(uint(i), binary.LittleEndian.Uint64(block[Lead+i:]), binary.LittleEndian.Uint64(block[Lead+i-1:]),
				binary.LittleEndian.Uint64(block[Lead+i-2:]))
		}
		dst[b] = m
	}
}

const (
	ones = 0x0101010101010101
	tops = 0x8080808080808080
)

// add describes eight bytes that begin at a bit: x, with what stands one and
// two bytes before each in x1 and x2. The tests give the top bit of each byte.
func (m *Masks) add(at uint, x, x1, x2 uint64) {
	digit, upper := within(x, '0', '9'), within(x, 'A', 'Z')
	space, dash, under := equal(x, ' '), equal(x, '-'), equal(x, '_')
	folded, folded1 := x|0x20*ones, x1|0x20*ones
	set(&m.Digit, digit, at)
	set(&m.Upper, upper, at)
	set(&m.Word, digit|within(folded, 'a', 'z')|dash|under, at)
	set(&m.High, x&tops, at)
	set(&m.At, equal(x, '@'), at)
	set(&m.Dot, equal(x, '.'), at)
	set(&m.Gap, space|dash, at)
	set(&m.Colon, equal(x, ':'), at)
	set(&m.Assign, equal(x, '='), at)
	set(&m.Wide, within(x, 0x90, 0x99)&equal(x1, 0xbc)&equal(x2, 0xef), at)
	set(&m.Escape, equal(x, 'u')&equal(x1, '\\')|equal(x, '#')&equal(x1, '&'), at)
	set(&m.Split, equal(x, 0xe2)&within(x1, '0', '9'), at)
	set(&m.Pass, equal(folded, 'w')&(equal(folded1, 's')|equal(folded1, 'p')), at)
	set(&m.Angle, equal(x, '<')&equal(x1, '<'), at)
}

// separateWords describes blocks of a table eight bytes at a time.
func separateWords(dst []Ends, src []byte, cell, row byte) {
	for b := range dst {
		m := Ends{}
		block := src[b*Block : b*Block+Block]
		for i := uint(0); i < Block; i += 8 {
			x := binary.LittleEndian.Uint64(block[i:])
			set(&m.Cell, equal(x, cell), i)
			set(&m.Row, equal(x, row), i)
			set(&m.Quote, equal(x, '"'), i)
		}
		dst[b] = m
	}
}

// set moves the top bit of byte i to bit at+i. Most marks are rare.
func set(mask *uint64, tops uint64, at uint) {
	if tops != 0 {
		*mask |= gather(tops) << at
	}
}

// equal has the top bit of each byte that is c. No byte carries into another.
func equal(x uint64, c byte) uint64 {
	y := x ^ uint64(c)*ones
	return ^((y&^tops + ^uint64(tops)) | y) & tops
}

// within has the top bit of each byte from lo to hi, both below 0x80 or both
// not.
func within(x uint64, lo, hi byte) uint64 {
	low := x &^ tops
	above := low + uint64(0x80-lo&0x7f)*ones
	beyond := low + uint64(0x7f-hi&0x7f)*ones
	half := x
	if lo < 0x80 {
		half = ^x
	}
	return above &^ beyond & half & tops
}

// gather moves the top bit of byte i to bit i.
func gather(tops uint64) uint64 {
	return bits.ReverseBytes64(tops>>7*0x0102040810204080) & 0xff
}
