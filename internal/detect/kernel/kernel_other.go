//go:build !amd64 || purego

package kernel

func classify(dst []Masks, src []byte) { classifyWords(dst, src) }

func separate(dst []Ends, src []byte, cell, row byte) { separateWords(dst, src, cell, row) }

// Name is how blocks are described here.
func Name() string { return "words" }
