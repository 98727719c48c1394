package discover

import (
	"strconv"
	"unicode/utf8"

	"guanji/internal/detect"
)

// appendHead appends what every line of a document's findings begins with.
func appendHead(b []byte, store, document string) []byte {
	b = appendText(append(b, `{"type":"finding","store":`...), store)
	return appendText(append(b, `,"document":`...), document)
}

// appendFinding appends a [Finding] behind its head as a line of JSON, as
// encoding/json would write it: there can be millions.
func appendFinding(b []byte, h *detect.Hit, under bool, digest *detect.Digest) []byte {
	b = appendText(append(b, `,"detector":`...), h.Detector())
	if rule := h.Rule(); rule != "" {
		b = appendText(append(b, `,"rule":`...), rule)
	}
	b = strconv.AppendInt(append(b, `,"offset":`...), h.Offset, 10)
	b = strconv.AppendInt(append(b, `,"length":`...), int64(h.Length), 10)
	b = strconv.AppendInt(append(b, `,"line":`...), h.Line, 10)
	if h.Column != "" {
		b = appendText(append(b, `,"column":`...), h.Column)
	}
	b = appendConfidence(append(b, `,"confidence":`...), h.Confidence())
	if under {
		b = append(b, `,"under_14":true`...)
	}
	var mask [utf8.UTFMax * detect.MaskLimit]byte
	b = appendText(append(b, `,"mask":`...), h.AppendMask(mask[:0]))
	b = digest.Append(append(b, `,"digest":"`...))
	return append(b, "\"}\n"...)
}

// appendConfidence appends a number from 0 to 0.99, to the hundredth.
func appendConfidence(b []byte, confidence float64) []byte {
	n := int(confidence*100 + 0.5)
	b = append(b, '0', '.', byte('0'+n/10), byte('0'+n%10))
	if n%10 == 0 {
		b = b[:len(b)-1]
	}
	if n == 0 {
		b = b[:len(b)-2]
	}
	return b
}

// appendText appends a string of JSON. What is no UTF-8 becomes U+FFFD.
func appendText[T string | []byte](b []byte, s T) []byte {
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
			r, size := utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
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
func plain[T string | []byte](s T) int {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return i
		}
	}
	return len(s)
}
