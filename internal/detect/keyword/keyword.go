// Package keyword finds words in text: all of a list at once, in one pass.
package keyword

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// A Set is words, each with bits that it speaks for and bits that it speaks
// against. Letters match whatever their case. A word of ASCII letters must not
// begin inside another.
type Set struct {
	// begin has a bit for each beginning of a word: most places are passed with
	// one look at what stays in the first cache.
	begin [begins / 64]uint64
	// lists has, for each beginning, which of the words have it.
	lists [begins]uint16
	words [][]word
}

type word struct {
	text          []byte
	for_, against uint64
}

// begins is how many ways of beginning a word are told apart.
const begins = 1 << 16

// beginning tells the words that can begin where text does, by a number below
// [begins]: its first character beyond ASCII, or its first two bytes. It is also
// how many bytes that character has, or one.
func beginning(text []byte) (n uint16, size int) {
	switch c := text[0]; {
	case c < utf8.RuneSelf:
		return uint16(fold(c))<<7 | uint16(fold(text[1])&0x7f), 1
	case c>>4 == 0xe && len(text) > 2:
		return uint16(c&0xf)<<12 | uint16(text[1]&0x3f)<<6 | uint16(text[2]&0x3f), 3
	}
	r, size := utf8.DecodeRune(text)
	return uint16(r), size
}

// Add makes words speak for some bits and against others. A word of one byte is
// left out.
func (w *Set) Add(list []string, pro, contra uint64) {
	for _, s := range list {
		if len(s) >= 2 {
			w.put([]byte(strings.ToLower(s)), pro, contra)
		}
	}
}

func (w *Set) put(text []byte, pro, contra uint64) {
	n, _ := beginning(text)
	if !w.has(n) {
		w.begin[n/64] |= 1 << (n % 64)
		w.lists[n] = uint16(len(w.words))
		w.words = append(w.words, nil)
	}
	list := &w.words[w.lists[n]]
	for i := range *list {
		if known := &(*list)[i]; bytes.Equal(known.text, text) {
			known.for_ |= pro
			known.against |= contra
			return
		}
	}
	*list = append(*list, word{text: text, for_: pro, against: contra})
}

// has says whether a word begins so.
func (w *Set) has(n uint16) bool { return w.begin[n/64]>>(n%64)&1 != 0 }

// In returns what the words of a text speak for and against. Of two words that
// disagree on a bit the later counts: it is the nearer to what follows.
func (w *Set) In(text []byte) (pro, contra uint64) {
	for i := 0; i+1 < len(text); {
		n, size := beginning(text[i:])
		if w.has(n) && !inside(text, i) {
			for _, word := range w.words[w.lists[n]] {
				if hasFold(text[i:], word.text) {
					pro = pro&^word.against | word.for_
					contra = contra&^word.for_ | word.against
				}
			}
		}
		i += size
	}
	return pro, contra
}

// inside says whether a letter continues a word: aPhone begins another.
func inside(text []byte, i int) bool {
	return i > 0 && letter(text[i]) && letter(text[i-1]) && !(upper(text[i]) && !upper(text[i-1]))
}

// hasFold says whether a text begins with a lower-case word, and, if the word
// is short and of ASCII letters, whether it ends there too.
func hasFold(text, word []byte) bool {
	if len(text) < len(word) {
		return false
	}
	for i, c := range word {
		if fold(text[i]) != c {
			return false
		}
	}
	const short = 4
	last := len(word) - 1
	if len(word) > short || len(text) == len(word) || !letter(word[last]) {
		return true
	}
	next := text[len(word)]
	return !letter(next) || upper(next) && !upper(text[last]) // macAddr has mac, MACHINE has not
}

// fold makes an ASCII letter lower-case.
func fold(c byte) byte {
	if upper(c) {
		c |= 0x20
	}
	return c
}

func upper(c byte) bool  { return c-'A' <= 25 }
func letter(c byte) bool { return (c|0x20)-'a' <= 25 }
