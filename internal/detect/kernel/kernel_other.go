//go:build !amd64 || purego

package kernel

func classify(dst []Masks, src []byte) { classifyWords(dst, src) }

// Name is how blocks are described here.
func Name() string { return "words" }
