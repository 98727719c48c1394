package discover

import (
	"strconv"
	"unicode/utf8"
)

// appendFinding appends a finding as a line of JSON, as encoding/json would
// write it: there can be millions.
func appendFinding(b []byte, f *Finding) []byte {
	b = appendText(append(b, `{"type":`...), f.Type)
	b = appendText(append(b, `,"store":`...), f.Store)
	b = appendText(append(b, `,"document":`...), f.Document)
	b = appendText(append(b, `,"detector":`...), f.Detector)
	if f.Rule != "" {
		b = appendText(append(b, `,"rule":`...), f.Rule)
	}
	b = strconv.AppendInt(append(b, `,"offset":`...), f.Offset, 10)
	b = strconv.AppendInt(append(b, `,"length":`...), int64(f.Length), 10)
	b = strconv.AppendInt(append(b, `,"line":`...), f.Line, 10)
	if f.Column != "" {
		b = appendText(append(b, `,"column":`...), f.Column)
	}
	b = strconv.AppendFloat(append(b, `,"confidence":`...), f.Confidence, 'f', -1, 64)
	if f.UnderFourteen {
		b = append(b, `,"under_14":true`...)
	}
	b = appendText(append(b, `,"mask":`...), f.Mask)
	b = appendText(append(b, `,"digest":`...), f.Digest)
	return append(b, "}\n"...)
}

// appendText appends a string of JSON. What is no UTF-8 becomes U+FFFD.
func appendText(b []byte, s string) []byte {
	const digits = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		if n := plain(s[i:]); n > 0 {
			b = append(b, s[i:i+n]...)
			i += n
			continue
		}
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 || r == '\u2028' || r == '\u2029' {
				b = append(b, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
			} else {
				b = append(b, s[i:i+size]...)
			}
			i += size
			continue
		}
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		case '\b':
			b = append(b, '\\', 'b')
		case '\f':
			b = append(b, '\\', 'f')
		default:
			b = append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
		i++
	}
	return append(b, '"')
}

// plain is how many bytes at the beginning of a text are written as they are.
func plain(s string) int {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return i
		}
	}
	return len(s)
}
