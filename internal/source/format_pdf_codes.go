package source

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"io"
	"strings"
	"unicode/utf16"
)

// codes is a table from the codes of a font to Unicode (ISO 32000-1, 9.10.3).
type codes struct {
	size int // bytes of a code
	to   map[uint32]string
}

// maxCodes is how many codes such a table has, and maxMeaning of how many
// characters one is.
const (
	maxCodes   = 1 << 17
	maxMeaning = 16
)

// readCodes reads the ranges and characters of a table. What else is in it
// does not matter here.
func readCodes(r io.Reader) *codes {
	c := &codes{size: 2, to: map[uint32]string{}}
	words := bufio.NewScanner(io.LimitReader(r, 16<<20))
	words.Split(splitCodes)
	var list []string
	for words.Scan() && len(c.to) < maxCodes {
		switch w := words.Text(); w {
		case "begincodespacerange", "beginbfchar", "beginbfrange":
			list = list[:0]
		case "endcodespacerange":
			if len(list) > 0 && len(list[0]) > 2 {
				c.size = max(1, min(4, (len(list[0])-1)/2))
			}
		case "endbfchar":
			for i := 0; i+1 < len(list); i += 2 {
				c.to[code(list[i])] = unicodeOf(list[i+1])
			}
		case "endbfrange":
			c.ranges(list)
		default:
			if len(list) < maxCodes {
				list = append(list, w)
			}
		}
	}
	return c
}

// ranges takes from, to and the first meaning, or a list of meanings.
func (c *codes) ranges(list []string) {
	for i := 0; i+2 < len(list); i += 3 {
		from, to := code(list[i]), code(list[i+1])
		if list[i+2] == "[" {
			j := i + 3
			for ; j < len(list) && list[j] != "]" && len(c.to) < maxCodes; j++ {
				c.to[from] = unicodeOf(list[j])
				from++
			}
			i = j - 2
			continue
		}
		first := []rune(unicodeOf(list[i+2]))
		first = first[:min(len(first), maxMeaning)]
		for n := uint32(0); len(first) > 0 && from+n >= from && from+n <= to && n < 1<<16 && len(c.to) < maxCodes; n++ {
			last := len(first) - 1
			c.to[from+n] = string(first[:last]) + string(first[last]+rune(n))
		}
	}
}

// decode writes what codes mean; those without a meaning are left out.
func (c *codes) decode(raw string) string {
	var b strings.Builder
	for len(raw) >= c.size {
		n := uint32(0)
		for i := range c.size {
			n = n<<8 | uint32(raw[i])
		}
		b.WriteString(c.to[n])
		raw = raw[c.size:]
	}
	return b.String()
}

// splitCodes splits a table into <codes>, brackets and words.
func splitCodes(data []byte, atEOF bool) (advance int, token []byte, err error) {
	i := 0
	for i < len(data) && data[i] <= ' ' {
		i++
	}
	if i == len(data) {
		return i, nil, nil
	}
	if data[i] == '[' || data[i] == ']' {
		return i + 1, data[i : i+1], nil
	}
	end := -1
	if data[i] == '<' {
		if end = bytes.IndexByte(data[i:], '>'); end >= 0 {
			return i + end + 1, data[i : i+end], nil
		}
	} else {
		end = bytes.IndexAny(data[i+1:], " \n\r\t<[]")
		if end >= 0 {
			return i + 1 + end, data[i : i+1+end], nil
		}
	}
	if !atEOF {
		return 0, nil, nil
	}
	return len(data), data[i:], nil
}

// code is the number of a <code>, whose closing bracket is gone.
func code(s string) uint32 {
	n := uint32(0)
	for _, b := range bytesOf(s) {
		n = n<<8 | uint32(b)
	}
	return n
}

func bytesOf(s string) []byte {
	b, _ := hex.DecodeString(strings.Map(func(r rune) rune {
		if r <= ' ' || r == '<' {
			return -1
		}
		return r
	}, s))
	return b
}

func unicodeOf(s string) string { return utf16Big(bytesOf(s[:min(len(s), 1+4*maxMeaning)])) }

func utf16Big(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
	}
	return string(utf16.Decode(units))
}
