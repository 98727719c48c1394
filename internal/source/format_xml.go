package source

import (
	"bytes"
	"io"
	"strconv"
	"unicode/utf8"

	"guanji/internal/discover"
)

// A scanXML reads XML by its tags, without building anything. It knows no
// entities but those that XML itself has, and no DTD: there is nothing that
// could expand.
type scanXML struct {
	r   io.Reader
	buf []byte
	at  int // up to where buf was read
	end bool
}

// maxTag is the longest tag that is read, and the longest text at once.
const maxTag = 1 << 20

func newScanXML(r io.Reader) *scanXML { return &scanXML{r: r, buf: make([]byte, 0, 128<<10)} }

// next returns the text before the next tag, and the inside of that tag. Both
// stay as they are until it is called again. At the end it returns io.EOF.
func (s *scanXML) next() (text, tag []byte, err error) {
	open := s.index('<', 0)
	if open < 0 {
		return nil, nil, s.ended()
	}
	closing := s.index('>', open)
	if closing < 0 {
		return nil, nil, s.ended()
	}
	text, tag = s.buf[s.at:s.at+open], s.buf[s.at+open+1:s.at+closing]
	s.at += closing + 1
	return text, tag, nil
}

func (s *scanXML) ended() error {
	if s.end {
		return io.EOF
	}
	return &notRead{discover.Damaged, "a tag of more than a mebibyte"}
}

// index finds a byte from a place behind what was read, and reads on for it.
func (s *scanXML) index(c byte, from int) int {
	for {
		if i := bytes.IndexByte(s.buf[s.at+from:], c); i >= 0 {
			return from + i
		}
		from = len(s.buf) - s.at
		if s.end || from > maxTag || !s.more() {
			return -1
		}
	}
}

// more reads on; what was read goes.
func (s *scanXML) more() bool {
	if s.at > 0 {
		n := copy(s.buf, s.buf[s.at:])
		s.buf, s.at = s.buf[:n], 0
	}
	if len(s.buf) == cap(s.buf) {
		s.buf = append(s.buf, 0)[:len(s.buf)]
	}
	for range 100 {
		n, err := s.r.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+n]
		if err != nil {
			s.end = true
		}
		if n > 0 || err != nil {
			return n > 0
		}
	}
	s.end = true
	return false
}

// named says whether the inside of a tag opens the element of a name, whatever
// its prefix.
func named(tag []byte, name string) bool {
	n := tag
	for i, c := range tag {
		if c == ' ' || c == '/' && i > 0 || c == '\n' || c == '\t' || c == '\r' {
			n = tag[:i]
			break
		}
	}
	if i := bytes.IndexByte(n, ':'); i >= 0 {
		n = n[i+1:]
	}
	return string(n) == name
}

// closes says whether the inside of a tag closes the element of a name.
func closes(tag []byte, name string) bool {
	return len(tag) > 0 && tag[0] == '/' && named(tag[1:], name)
}

// attribute returns the value of an attribute, nil if there is none.
func attribute(tag []byte, name string) []byte {
	for i := 0; i+len(name)+2 < len(tag); i++ {
		if (tag[i] == ' ' || tag[i] == '\n' || tag[i] == '\t') && string(tag[i+1:i+1+len(name)]) == name && tag[i+1+len(name)] == '=' {
			quote := tag[i+2+len(name)]
			rest := tag[i+3+len(name):]
			if end := bytes.IndexByte(rest, quote); end >= 0 {
				return rest[:end]
			}
			return nil
		}
	}
	return nil
}

// appendText appends the text of XML with its entities written out, and what
// would end cells and rows as spaces.
func appendText(dst, text []byte) []byte {
	for len(text) > 0 {
		i := bytes.IndexAny(text, "&\x1e\x1f")
		if i < 0 {
			return append(dst, text...)
		}
		dst = append(dst, text[:i]...)
		text = text[i:]
		if text[0] != '&' {
			dst = append(dst, ' ')
			text = text[1:]
			continue
		}
		r, size := entity(text)
		if size == 0 {
			dst = append(dst, '&')
			text = text[1:]
			continue
		}
		dst = utf8.AppendRune(dst, r)
		text = text[size:]
	}
	return dst
}

func entity(text []byte) (rune, int) {
	const longest = 12
	end := bytes.IndexByte(text[:min(len(text), longest)], ';')
	if end < 2 {
		return 0, 0
	}
	switch name := string(text[1:end]); {
	case name == "amp":
		return '&', end + 1
	case name == "lt":
		return '<', end + 1
	case name == "gt":
		return '>', end + 1
	case name == "quot":
		return '"', end + 1
	case name == "apos":
		return '\'', end + 1
	case name[0] == '#':
		digits, base := name[1:], 10
		if len(digits) > 1 && digits[0]|0x20 == 'x' {
			digits, base = digits[1:], 16
		}
		if n, err := strconv.ParseUint(digits, base, 21); err == nil && utf8.ValidRune(rune(n)) && n != 0x1e && n != 0x1f {
			return rune(n), end + 1
		}
	}
	return 0, 0
}
