package report

import (
	"bytes"
	"encoding/xml"
)

// An element is a piece of XML, or the text between two. Whatever is text is
// escaped when it is written, so that nothing said by outsiders becomes markup.
type element struct {
	name  string   // "" for text
	attrs []string // names and values in turn
	text  string
	in    []element
}

// el returns an element with others in it.
func el(name string, in ...element) element { return element{name: name, in: in} }

// val returns an element of WordprocessingML that has one value.
func val(name, value string) element { return el(name).with("w:val", value) }

// text returns the text between elements.
func text(s string) element { return element{text: s} }

// with adds attributes, given as names and values in turn.
func (e element) with(attrs ...string) element {
	e.attrs = append(e.attrs, attrs...)
	return e
}

// write writes e and what is in it. Escaping replaces what XML has no place for.
func (e element) write(b *bytes.Buffer) {
	if e.name == "" {
		xml.EscapeText(b, []byte(e.text)) // a Buffer takes everything
		return
	}
	b.WriteString("<" + e.name)
	for i := 0; i+1 < len(e.attrs); i += 2 {
		b.WriteString(" " + e.attrs[i] + `="`)
		xml.EscapeText(b, []byte(e.attrs[i+1]))
		b.WriteByte('"')
	}
	if len(e.in) == 0 {
		b.WriteString("/>")
		return
	}
	b.WriteByte('>')
	for _, in := range e.in {
		in.write(b)
	}
	b.WriteString("</" + e.name + ">")
}

// part returns e as a whole file.
func (e element) part() []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e.write(&b)
	return b.Bytes()
}
