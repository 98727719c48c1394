//go:build amd64 && !purego

package kernel

import "golang.org/x/sys/cpu"

//go:generate go run -C asm . -out ../kernel_amd64.s -stubs ../stub_amd64.go

func classify(dst []Masks, src []byte) {
	if cpu.X86.HasAVX2 {
		classifyAVX2(&dst[0].Digit, &src[0], len(dst))
		return
	}
	classifyWords(dst, src)
}

// Name is how blocks are described here: "avx2" or "words".
func Name() string {
	if cpu.X86.HasAVX2 {
		return "avx2"
	}
	return "words"
}
