//go:build amd64 && !purego

package kernel

import "golang.org/x/sys/cpu"

//go:generate go run -C asm . -out ../kernel_amd64.s -stubs ../stub_amd64.go -pkg kernel

func classify(dst []Masks, src []byte) {
	if cpu.X86.HasAVX2 {
		classifyAVX2(&dst[0].Digit, &src[0], len(dst))
		return
	}
	classifyWords(dst, src)
}

func separate(dst []Ends, src []byte, cell, row byte) {
	if cpu.X86.HasAVX2 {
		separateAVX2(&dst[0].Cell, &src[0], len(dst), cell, row)
		return
	}
	separateWords(dst, src, cell, row)
}

// Name is how blocks are described here: "avx2" or "words".
func Name() string {
	if cpu.X86.HasAVX2 {
		return "avx2"
	}
	return "words"
}
