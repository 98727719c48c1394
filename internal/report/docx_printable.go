package report

import (
	"strings"
	"unicode"

	"guanji/internal/respond"
)

// printable makes a text fit for paper. Lines end with "\n". What cannot be
// printed, and what would turn the direction of the text around it, becomes
// U+FFFD: a reader sees that something stood there.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.IsControl(r), r == '\ufffe', r == '\uffff', '\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069':
			return unicode.ReplacementChar
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}

// printableDocument returns a document whose texts are all fit for paper.
func printableDocument(d respond.Document) respond.Document {
	d.Title, d.Banner, d.Footer = printable(d.Title), printable(d.Banner), printable(d.Footer)
	d.Meta = printableRows(d.Meta)
	blocks := make([]respond.Block, len(d.Blocks))
	for i, b := range d.Blocks {
		b.Heading, b.Text, b.Note = printable(b.Heading), printable(b.Text), printable(b.Note)
		b.Rows = printableRows(b.Rows)
		if b.Table != nil {
			b.Table = printableTable(*b.Table)
		}
		blocks[i] = b
	}
	d.Blocks = blocks
	return d
}

func printableRows(rows []respond.Row) []respond.Row {
	var out []respond.Row
	for _, r := range rows {
		r.Label, r.Value = printable(r.Label), printable(r.Value)
		out = append(out, r)
	}
	return out
}

func printableTable(t respond.Table) *respond.Table {
	out := respond.Table{Head: printableCells(t.Head)}
	for _, row := range t.Rows {
		out.Rows = append(out.Rows, printableCells(row))
	}
	return &out
}

func printableCells(cells []string) []string {
	var out []string
	for _, cell := range cells {
		out = append(out, printable(cell))
	}
	return out
}
