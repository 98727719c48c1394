package source

import (
	"bufio"
	"bytes"
	"io"
	"path"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/transform"

	"guanji/internal/detect"
	"guanji/internal/discover"
)

// decodeText reads a text: its encoding is told by the first part of it that
// has bytes beyond ASCII.
func decodeText(o *opened, r io.Reader) error {
	b, ok := r.(*bufio.Reader)
	if !ok {
		b = bufio.NewReaderSize(r, headSize)
	}
	head, _ := b.Peek(headSize) // an error comes again when it is read
	e := encodingOf(head)
	sample := head[:min(len(head), sampleSize)]
	if e.Encoding != nil {
		sample, _, _ = transform.Bytes(e.NewDecoder(), sample)
	}
	name := e.name
	var text io.Reader = b
	switch {
	case e.Encoding != nil:
		text = transform.NewReader(b, e.NewDecoder())
	case ascii(head):
		text = &lazy{r: b}
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, _ = b.Discard(3)
	}
	if escaped(sample) {
		text = transform.NewReader(text, unescaper{})
		name += ", written out"
	}
	kind, layout := layoutOf(o.name, sample)
	return o.visit(discover.Document{Name: o.name, Kind: kind, Encoding: name, Layout: layout, Text: text})
}

func ascii(s []byte) bool {
	return asciiRun(s) == len(s)
}

// lazy reads text that began in ASCII. Where other bytes come, it tells the
// encoding by them.
type lazy struct {
	r       *bufio.Reader
	decided io.Reader
}

func (l *lazy) Read(p []byte) (int, error) {
	if l.decided != nil {
		return l.decided.Read(p)
	}
	head, err := l.r.Peek(headSize)
	if len(head) == 0 {
		return 0, err
	}
	if ascii(head) {
		n := copy(p, head)
		_, _ = l.r.Discard(n)
		return n, nil
	}
	l.decided = l.r
	if e := encodingOf(head); e.Encoding != nil {
		l.decided = transform.NewReader(l.r, e.NewDecoder())
	}
	return l.decided.Read(p)
}

// unescaper writes out \u4e2d and &#20013; for characters beyond ASCII.
type unescaper struct{ transform.NopResetter }

func (unescaper) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		rest := src[nSrc:]
		next := bytes.IndexAny(rest, `\&`)
		if next < 0 {
			next = len(rest)
		}
		if next > 0 {
			n := copy(dst[nDst:], rest[:next])
			nDst += n
			nSrc += n
			if n < next {
				return nDst, nSrc, transform.ErrShortDst
			}
			continue
		}
		const longest = 12 // \ud83d\ude00
		if len(rest) < longest && !atEOF {
			return nDst, nSrc, transform.ErrShortSrc
		}
		if len(dst)-nDst < utf8.UTFMax {
			return nDst, nSrc, transform.ErrShortDst
		}
		if r, size := escape(rest); r >= utf8.RuneSelf {
			nDst += utf8.EncodeRune(dst[nDst:], r)
			nSrc += size
			continue
		}
		dst[nDst] = rest[0]
		nDst++
		nSrc++
	}
	return nDst, nSrc, nil
}

// escape reads an escape: the character and how many bytes it takes, 0 if
// there is none.
func escape(s []byte) (rune, int) {
	if s[0] == '&' {
		return reference(s)
	}
	r, ok := unit16(s)
	if !ok {
		return 0, 0
	}
	if utf16.IsSurrogate(r) {
		if low, ok := unit16(s[6:]); ok {
			if r := utf16.DecodeRune(r, low); r != utf8.RuneError {
				return r, 12
			}
		}
		return 0, 0
	}
	return r, 6
}

func unit16(s []byte) (r rune, ok bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	for _, c := range s[2:6] {
		v := strings.IndexByte("0123456789abcdef", c|0x20*(c>>6&1))
		if v < 0 {
			return 0, false
		}
		r = r<<4 | rune(v)
	}
	return r, true
}

// reference reads &#20013; or &#x4e2d;.
func reference(s []byte) (r rune, size int) {
	end := bytes.IndexByte(s[:min(len(s), 11)], ';')
	if end < 4 || s[1] != '#' {
		return 0, 0
	}
	digits, base := s[2:end], rune(10)
	if digits[0]|0x20 == 'x' {
		digits, base = digits[1:], 16
	}
	for _, c := range digits {
		v := strings.IndexByte("0123456789abcdef", c|0x20*(c>>6&1))
		if v < 0 || rune(v) >= base || r > utf8.MaxRune {
			return 0, 0
		}
		r = r*base + rune(v)
	}
	if !utf8.ValidRune(r) {
		return 0, 0
	}
	return r, end + 1
}

// layoutOf tells the form of a text by its name, then by how it begins.
func layoutOf(name string, sample []byte) (kind string, l detect.Layout) {
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".csv", ".tsv", ".psv", ".tab":
		if l, ok := delimited(sample); ok {
			return ext[1:], l
		}
		cell := byte(',')
		if ext == ".tsv" || ext == ".tab" {
			cell = '\t'
		}
		return ext[1:], table(cell)
	case ".json", ".ndjson", ".jsonl", ".yaml", ".yml", ".properties", ".ini", ".env", ".toml", ".conf", ".cfg":
		return ext[1:], detect.Layout{Form: detect.Keyed}
	case ".xml", ".html", ".htm", ".xhtml", ".svg":
		return ext[1:], detect.Layout{Form: detect.Tagged}
	case ".sql":
		return "sql", detect.Layout{Form: detect.Dump}
	case ".md", ".go", ".py", ".java", ".js", ".ts", ".c", ".h", ".cpp", ".rs", ".php", ".rb", ".sh", ".css":
		return ext[1:], detect.Layout{Form: detect.Plain}
	}
	switch text := bytes.TrimLeft(sample, " \t\r\n\ufeff"); {
	case len(text) > 1 && (text[0] == '{' || text[0] == '[' && (text[1] == '{' || text[1] == '\n')):
		return "json", detect.Layout{Form: detect.Keyed}
	case bytes.HasPrefix(text, []byte("<?xml")), bytes.HasPrefix(text, []byte("<!DOCTYPE")), bytes.HasPrefix(text, []byte("<html")):
		return "xml", detect.Layout{Form: detect.Tagged}
	case dumped(text):
		return "sql", detect.Layout{Form: detect.Dump}
	}
	if l, ok := delimited(sample); ok {
		return "csv", l
	}
	return "text", detect.Layout{Form: detect.Plain}
}

func table(cell byte) detect.Layout {
	return detect.Layout{Form: detect.Delimited, Cell: cell, Row: '\n', Quoted: true}
}

// delimited says whether the first lines of a text have one and the same number
// of the same separator.
func delimited(sample []byte) (detect.Layout, bool) {
	const looked, least = 20, 3
	lines := bytes.SplitN(sample, []byte("\n"), looked+1)
	if len(lines) > 1 {
		lines = lines[:len(lines)-1] // the last may be cut
	}
	for _, cell := range []byte{'\t', ',', ';', '|', 1} {
		want, same := -1, 0
		for _, line := range lines {
			n := separators(line, cell)
			if want < 0 {
				want = n
			}
			if n != want || n == 0 {
				same = 0
				break
			}
			same++
		}
		if same >= least && (want > 1 || cell == '\t' || cell == 1) {
			return table(cell), true
		}
	}
	return detect.Layout{}, false
}

// separators counts a separator outside of quotes.
func separators(line []byte, cell byte) (n int) {
	quoted := false
	for _, c := range line {
		switch {
		case c == '"':
			quoted = !quoted
		case c == cell && !quoted:
			n++
		}
	}
	return n
}
