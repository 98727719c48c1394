// Package report puts results into words and files: text that a person enjoys
// reading, stable JSON, and documents as DOCX and HTML.
package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/width"

	"guanji/internal/law"
	"guanji/internal/message"
	"guanji/internal/org"
)

// JSON writes v as indented JSON with a final newline. Equal values give equal
// bytes.
func JSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// columns is how wide text is laid out: it fits a terminal of 100 columns.
const columns = 96

// printer lays out text in one language. The first error of the writer stops it.
type printer struct {
	w     *bufio.Writer
	lang  message.Lang
	facts *org.Vocabulary // set by naming, for results that name facts
}

func newPrinter(w io.Writer, l message.Lang) printer {
	return printer{w: bufio.NewWriter(w), lang: l}
}

// naming returns p for a result that names facts of v.
func (p printer) naming(v *org.Vocabulary) printer {
	p.facts = v
	return p
}

// named lists facts by their labels, with the ids under which they are stated.
func (p printer) named(ids []string) string {
	var names []string
	for _, id := range ids {
		names = append(names, p.text(p.facts.Fact(id).Label)+" ["+id+"]")
	}
	return strings.Join(names, p.msg("list.separator"))
}

// msg puts a message of the catalogue into the reader's language.
func (p printer) msg(key string, args ...any) string { return message.New(key, args...).In(p.lang) }

func (p printer) text(t message.Text) string { return t.In(p.lang) }

func (p printer) line(format string, args ...any) { fmt.Fprintf(p.w, format+"\n", args...) }

func (p printer) blank() { fmt.Fprintln(p.w) }

// title writes a heading with a rule below.
func (p printer) title(left, right string) {
	gap := max(2, columns-displayWidth(left)-displayWidth(right))
	p.line("%s%s%s", left, strings.Repeat(" ", gap), right)
	p.line("%s", strings.Repeat("━", columns))
}

func (p printer) section(name string) {
	p.blank()
	p.line("── %s %s", name, strings.Repeat("─", max(3, columns-4-displayWidth(name))))
}

// para writes text under an indent, wrapped, its first line after a lead.
func (p printer) para(indent int, lead, text string) {
	room := columns - indent - displayWidth(lead)
	for line := range strings.Lines(strings.TrimRight(text, "\n") + "\n") { // what people wrote may have lines, which must not pass for ours
		for _, l := range wrap(strings.TrimRight(line, "\r\n"), room) {
			p.line("%s%s%s", strings.Repeat(" ", indent), lead, l)
			lead = strings.Repeat(" ", displayWidth(lead))
		}
	}
}

// mark names a confidence that a reader must not overlook; verified needs no mark.
func (p printer) mark(c law.Confidence) string {
	if c == law.Verified {
		return ""
	}
	return p.msg("mark", message.New("confidence."+string(c)))
}

// displayWidth is how many columns s takes on a terminal.
func displayWidth(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// pad fills s with spaces to a display width.
func pad(s string, n int) string { return s + strings.Repeat(" ", max(0, n-displayWidth(s))) }

// wrap breaks text into lines of at most n columns: at spaces, and between
// wide characters. Closing punctuation never begins a line, opening punctuation
// never ends one.
func wrap(text string, n int) []string {
	n = max(n, 20)
	var lines []string
	line, lineWidth := "", 0
	for _, piece := range pieces(text) {
		w := displayWidth(piece)
		if lineWidth+w > n && line != "" && displayWidth(strings.TrimRight(line+piece, " ")) > n {
			lines = append(lines, strings.TrimRight(line, " "))
			line, lineWidth = "", 0
		}
		line += piece
		lineWidth += w
	}
	return append(lines, strings.TrimRight(line, " "))
}

const (
	opening = "（《「『【〈〔“‘(["
	closing = "，。；：、？！）》」』】〉〕”’…,.;:)"
)

// pieces cuts text where a line may break: words with the space behind them,
// and single wide characters with the punctuation around them.
func pieces(text string) []string {
	var out []string
	var cur strings.Builder
	flush := func() {
		if cur.Len() > 0 {
			out = append(out, cur.String())
			cur.Reset()
		}
	}
	opened := false // cur ends with opening punctuation
	for _, r := range text {
		opens, closes := strings.ContainsRune(opening, r), strings.ContainsRune(closing, r)
		if runeWidth(r) == 2 && !closes && !opened {
			flush()
		}
		if closes && cur.Len() == 0 && len(out) > 0 {
			out[len(out)-1] += string(r)
			continue
		}
		cur.WriteRune(r)
		if opened = opens; r == ' ' || runeWidth(r) == 2 && !opens {
			flush()
		}
	}
	flush()
	return out
}
