// Command asm writes the assembly of package kernel for processors with AVX2.
// Run it by go generate in the folder above.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fields are the masks of a block, in the order of kernel.Masks.
var fields = []struct {
	name string
	test func(half) reg.VecVirtual
}{
	{"Digit", func(h half) reg.VecVirtual { return h.within(h.x, '0', '9') }},
	{"Upper", func(h half) reg.VecVirtual { return h.within(h.x, 'A', 'Z') }},
	{"Word", func(h half) reg.VecVirtual {
		return or(or(h.within(h.x, '0', '9'), h.within(h.folded(h.x), 'a', 'z')), or(h.equal(h.x, '-'), h.equal(h.x, '_')))
	}},
	{"High", func(h half) reg.VecVirtual { return h.x }},
	{"At", func(h half) reg.VecVirtual { return h.equal(h.x, '@') }},
	{"Dot", func(h half) reg.VecVirtual { return h.equal(h.x, '.') }},
	{"Gap", func(h half) reg.VecVirtual { return or(h.equal(h.x, ' '), h.equal(h.x, '-')) }},
	{"Colon", func(h half) reg.VecVirtual { return h.equal(h.x, ':') }},
	{"Assign", func(h half) reg.VecVirtual { return h.equal(h.x, '=') }},
	{"Wide", func(h half) reg.VecVirtual {
		return and(h.within(h.x, 0x90, 0x99), and(h.equal(h.x1, 0xbc), h.equal(h.x2, 0xef)))
	}},
	{"Escape", func(h half) reg.VecVirtual {
		return or(and(h.equal(h.x, 'u'), h.equal(h.x1, '\\')), and(h.equal(h.x, '#'), h.equal(h.x1, '&')))
	}},
	{"Split", func(h half) reg.VecVirtual { return and(h.equal(h.x, 0xe2), h.within(h.x1, '0', '9')) }},
	{"Pass", func(h half) reg.VecVirtual {
		before := h.folded(h.x1)
		return and(h.equal(h.folded(h.x), 'w'), or(h.equal(before, 's'), h.equal(before, 'p')))
	}},
	{"Angle", func(h half) reg.VecVirtual { return and(h.equal(h.x, '<'), h.equal(h.x1, '<')) }},
}

// half is 32 bytes of a block, with those that begin one and two bytes before.
type half struct{ x, x1, x2 reg.VecVirtual }

func main() {
	ConstraintExpr("amd64,!purego")
	classify()
	separate()
	Generate()
}

func classify() {
	TEXT("classifyAVX2", NOSPLIT, "func(dst *uint64, src *byte, blocks int)")
	Doc("classifyAVX2 describes blocks as Classify does.")
	Pragma("noescape")
	dst := Load(Param("dst"), GP64())
	src := Load(Param("src"), GP64())
	n := Load(Param("blocks"), GP64())
	Label("block")
	for _, at := range []int{0, 32} {
		h := load(src, at)
		for i, f := range fields {
			bits := GP32()
			VPMOVMSKB(f.test(h), bits)
			MOVL(bits, Mem{Base: dst, Disp: 8*i + at/8})
		}
	}
	ADDQ(Imm(64), src)
	ADDQ(Imm(uint64(8*len(fields))), dst)
	DECQ(n)
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
}

func separate() {
	TEXT("separateAVX2", NOSPLIT, "func(dst *uint64, src *byte, blocks int, cell, row byte)")
	Doc("separateAVX2 describes blocks as Separate does.")
	Pragma("noescape")
	dst := Load(Param("dst"), GP64())
	src := Load(Param("src"), GP64())
	n := Load(Param("blocks"), GP64())
	ends := []Op{everywhere("cell"), everywhere("row"), all('"')}
	Label("cells")
	for _, at := range []int{0, 32} {
		x := YMM()
		VMOVDQU(Mem{Base: src, Disp: at}, x)
		for i, end := range ends {
			equal, bits := YMM(), GP32()
			VPCMPEQB(end, x, equal)
			VPMOVMSKB(equal, bits)
			MOVL(bits, Mem{Base: dst, Disp: 8*i + at/8})
		}
	}
	ADDQ(Imm(64), src)
	ADDQ(Imm(uint64(8*len(ends))), dst)
	DECQ(n)
	JNZ(LabelRef("cells"))
	VZEROUPPER()
	RET()
}

// everywhere is a vector of the byte of a parameter.
func everywhere(name string) Op {
	c, x, y := GP32(), XMM(), YMM()
	Load(Param(name), c)
	MOVD(c, x)
	VPBROADCASTB(x, y)
	return y
}

func load(src reg.Register, at int) half {
	var h half
	for i, x := range []*reg.VecVirtual{&h.x2, &h.x1, &h.x} {
		*x = YMM()
		VMOVDQU(Mem{Base: src, Disp: at + i}, *x)
	}
	return h
}

// all is a vector of one byte, which the assembler keeps as data.
func all(c byte) Mem {
	name := names[c]
	if name.Base == nil {
		name = GLOBL("all"+string("0123456789abcdef"[c>>4])+string("0123456789abcdef"[c&15]), RODATA|NOPTR)
		for i := range 4 {
			DATA(8*i, U64(uint64(c)*0x0101010101010101))
		}
		names[c] = name
	}
	return name
}

var names [256]Mem

func (h half) equal(v reg.VecVirtual, c byte) reg.VecVirtual {
	r := YMM()
	VPCMPEQB(all(c), v, r)
	return r
}

// within has all bits of each byte from lo to hi: it is moved so that hi lies
// at the top of what is signed, and compared there.
func (h half) within(v reg.VecVirtual, lo, hi byte) reg.VecVirtual {
	r := YMM()
	VPADDB(all(0x7f-hi), v, r)
	bound := YMM()
	VMOVDQU(all(0x7f-hi+lo-1), bound)
	VPCMPGTB(bound, r, r)
	return r
}

func (h half) folded(v reg.VecVirtual) reg.VecVirtual {
	r := YMM()
	VPOR(all(0x20), v, r)
	return r
}

func and(a, b reg.VecVirtual) reg.VecVirtual { VPAND(a, b, a); return a }

func or(a, b reg.VecVirtual) reg.VecVirtual { VPOR(a, b, a); return a }
