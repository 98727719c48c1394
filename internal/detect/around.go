package detect

import "unicode/utf8"

// nearby is how many characters from a finding a word is still near it.
const nearby = 20

// around says which kinds the words around a finding speak for and against:
// its column, its key or tag, or else the text near it.
func (s *Scanner) around(h *claim) (pro, contra kindSet) {
	switch s.layout.Form {
	case Delimited:
		if s.table.on {
			return s.inCell(h)
		}
	case Dump:
		if c, _ := s.table.at(s, h.start); c != nil {
			return s.inCell(h)
		}
	case Keyed:
		if key := keyBefore(s.raw, h.start); key != nil {
			h.column = s.named(key)
			return h.column.pro, h.column.contra
		}
	case Tagged:
		if tag := tagBefore(s.raw, h.start); tag != nil {
			h.column = s.named(tag)
			return h.column.pro, h.column.contra
		}
	}
	return s.near(h.kind, h.start, h.end, 0)
}

// inCell looks at the column of a finding, and at what stands before it in its
// cell.
func (s *Scanner) inCell(h *claim) (pro, contra kindSet) {
	begin := 0
	h.column, begin = s.table.at(s, h.start)
	pro, contra = h.column.pro, h.column.contra
	if h.start-begin > 2 && !pro.has(h.kind) {
		p, c := s.near(h.kind, h.start, h.end, max(begin, 1))
		pro, contra = pro|p, contra|c
	}
	return pro, contra
}

// near looks at the words before a finding, not further back than from, and,
// where they say nothing of its kind and it is in no cell, behind it.
func (s *Scanner) near(k kind, start, end, from int) (pro, contra kindSet) {
	left := start
	for n := 0; n < nearby && left > max(from, start-4*nearby); n++ {
		if left >= 3 && s.raw[left-3]>>4 == 0xe { // three bytes, as Chinese has
			left -= 3
			continue
		}
		for left--; left > 0 && s.raw[left]&0xc0 == 0x80; left-- {
		}
	}
	pro, contra = s.e.wordsIn(s.raw[max(left, 0):start])
	if (pro | contra).has(k) || from > 0 {
		return pro, contra
	}
	right := end
	for n := 0; n < nearby && right < len(s.raw) && s.raw[right] != '\n'; n++ {
		_, size := utf8.DecodeRune(s.raw[right:])
		right += size
	}
	return s.e.wordsIn(s.raw[end:right])
}

// named returns what a key or tag says of what stands behind it. It remembers
// those that it has seen, up to a limit.
func (s *Scanner) named(name []byte) *column {
	if c := s.columns[string(name)]; c != nil {
		return c
	}
	const most = 4096
	if len(s.columns) >= most {
		clear(s.columns)
	}
	c := s.e.describe(string(name))
	s.columns[string(name)] = c
	return c
}

// keyLimit is the longest key that is looked at, in bytes.
const keyLimit = 64

// keyBefore returns the key that a value directly follows: "key": "value",
// key=value, key: value. It is nil if there is none.
func keyBefore(text []byte, at int) []byte {
	i, separator := at, false
	for ; at-i < 8; i-- {
		switch c := text[i-1]; {
		case c == ':' || c == '=':
			separator = true
		case c != ' ' && c != '"' && c != '\'' && c != '\t' && c != '\\':
			if !separator {
				return nil
			}
			return keyEnding(text, i)
		}
	}
	return nil
}

func keyEnding(text []byte, end int) []byte {
	begin := end
	for end-begin < keyLimit && (wordByte(text[begin-1]) || text[begin-1] == '-' || text[begin-1] == '.' || text[begin-1] >= 0x80) {
		begin--
	}
	if begin == end {
		return nil
	}
	return text[begin:end]
}

// tagBefore returns the name of the tag that a value directly follows:
// <mobile>13800138000. It is nil if there is none.
func tagBefore(text []byte, at int) []byte {
	i := at
	for at-i < 8 && (text[i-1] == ' ' || text[i-1] == '\n' || text[i-1] == '\t' || text[i-1] == '\r') {
		i--
	}
	if text[i-1] == '"' || text[i-1] == '\'' {
		return keyBefore(text, at) // an attribute
	}
	if text[i-1] != '>' {
		return nil
	}
	begin := i - 1
	for i-begin < keyLimit && text[begin-1] != '<' && text[begin-1] != '>' && text[begin-1] != '\n' {
		begin--
	}
	if text[begin-1] != '<' {
		return nil
	}
	end := begin
	for end < i-1 && text[end] != ' ' {
		end++
	}
	if end == begin || text[begin] == '/' {
		return nil
	}
	return text[begin:end]
}
