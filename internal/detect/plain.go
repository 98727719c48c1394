package detect

import (
	"bytes"
	"unicode/utf8"
)

// A plainChar is one character as it would be written plainly, and how many
// bytes it takes in the text. Nothing stands for a character that is not seen.
type plainChar struct {
	c    byte // ASCII; nothing or other, see below
	size int
}

const (
	nothing = 0    // an invisible character
	other   = 0xff // a character that has no plain form of one byte
)

// plainly reads the character at the beginning of a text: full-width forms
// become ASCII, dashes '-', \u0031 and &#49; what they stand for.
func plainly(text []byte) plainChar {
	switch c := text[0]; {
	case c == '\\' && len(text) >= 6 && text[1] == 'u':
		if r, ok := hexRune(text[2:6]); ok {
			return plainChar{plainRune(r), 6}
		}
	case c == '&' && len(text) >= 4 && text[1] == '#':
		if r, n := entity(text); n > 0 {
			return plainChar{plainRune(r), n}
		}
	case c >= 0x80:
		r, n := utf8.DecodeRune(text)
		return plainChar{plainRune(r), n}
	}
	return plainChar{text[0], 1}
}

func plainRune(r rune) byte {
	switch {
	case r < 0x80:
		return byte(r)
	case r >= 0xff01 && r <= 0xff5e: // full-width forms of ASCII
		return byte(r - 0xff01 + '!')
	case r == 0x3000 || r == 0xa0: // ideographic and no-break space
		return ' '
	case r >= 0x200b && r <= 0x200f || r == 0x2060 || r == 0xfeff || r == 0xad: // zero-width, soft hyphen
		return nothing
	case r >= 0x2010 && r <= 0x2015 || r == 0x2212: // hyphens, dashes, minus
		return '-'
	}
	return other
}

func hexRune(s []byte) (rune, bool) {
	var r rune
	for _, c := range s {
		if !hexDigit(c) {
			return 0, false
		}
		v := rune(c - '0')
		if !digit(c) {
			v = rune((c|0x20)-'a') + 10
		}
		r = r<<4 | v
	}
	return r, true
}

// entity reads &#49; or &#x31; and returns the character and its length, which
// is 0 for anything else.
func entity(text []byte) (rune, int) {
	end := bytes.IndexByte(text[:min(len(text), 10)], ';')
	if end < 3 {
		return 0, 0
	}
	s := text[2:end]
	if s[0] == 'x' || s[0] == 'X' {
		if r, ok := hexRune(s[1:]); ok && len(s) > 1 {
			return r, end + 1
		}
		return 0, 0
	}
	var r rune
	for _, c := range s {
		if !digit(c) {
			return 0, 0
		}
		r = r*10 + rune(c-'0')
	}
	return r, end + 1
}

// appendPlain appends a value as it would be written plainly: without
// separators and invisible characters, ASCII letters in capitals.
func appendPlain(dst, value []byte) []byte {
	for len(value) > 0 {
		p := plainChar{value[0], 1}
		if p.c >= utf8.RuneSelf || p.c == '\\' || p.c == '&' {
			p = plainly(value)
		}
		switch {
		case p.c == other:
			dst = append(dst, value[:p.size]...)
		case p.c >= 'a' && p.c <= 'z':
			dst = append(dst, p.c-0x20)
		case p.c != nothing && p.c != ' ' && p.c != '-':
			dst = append(dst, p.c)
		}
		value = value[p.size:]
	}
	return dst
}
