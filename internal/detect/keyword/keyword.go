// Package keyword finds words in text: all of a list at once, in one pass.
package keyword

import (
	"bytes"
	"strings"
)

// A Set is words, each with bits that it speaks for and bits that it speaks
// against. Letters match whatever their case. A word of ASCII letters must not
// begin inside another.
type Set struct {
	// begins has a bit for every first two bytes of a word, so that most
	// places are passed with one look.
	begins [1 << 16 / 64]uint64
	byPair map[uint16][]word
}

type word struct {
	text          []byte
	for_, against uint64
}

// Add makes words speak for some bits and against others. A word of one byte is
// left out.
func (w *Set) Add(list []string, pro, contra uint64) {
	for _, s := range list {
		s = strings.ToLower(s)
		if len(s) < 2 {
			continue
		}
		pair := uint16(s[0])<<8 | uint16(s[1])
		w.begins[pair/64] |= 1 << (pair % 64)
		w.put(pair, []byte(s), pro, contra)
	}
}

func (w *Set) put(pair uint16, text []byte, pro, contra uint64) {
	if w.byPair == nil {
		w.byPair = map[uint16][]word{}
	}
	list := w.byPair[pair]
	for i := range list {
		if bytes.Equal(list[i].text, text) {
			list[i].for_ |= pro
			list[i].against |= contra
			return
		}
	}
	w.byPair[pair] = append(list, word{text: text, for_: pro, against: contra})
}

// In returns what the words of a text speak for and against. Of two words that
// disagree on a bit the later counts: it is the nearer to what follows.
func (w *Set) In(text []byte) (pro, contra uint64) {
	for i := 0; i+1 < len(text); i++ {
		pair := uint16(fold(text[i]))<<8 | uint16(fold(text[i+1]))
		if w.begins[pair/64]>>(pair%64)&1 == 0 {
			continue
		}
		if i > 0 && letter(text[i]) && letter(text[i-1]) && !(upper(text[i]) && !upper(text[i-1])) {
			continue
		}
		for _, word := range w.byPair[pair] {
			if hasFold(text[i:], word.text) {
				pro = pro&^word.against | word.for_
				contra = contra&^word.for_ | word.against
			}
		}
	}
	return pro, contra
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
	return len(word) > short || len(text) == len(word) || !letter(word[last]) ||
		!(text[len(word)] >= 'a' && text[len(word)] <= 'z')
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
