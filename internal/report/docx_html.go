package report

import (
	"bytes"
	"html/template"
	"io"
	"math"
	"regexp"
	"strings"
	"sync"

	"guanji/internal/message"
	"guanji/internal/respond"
)

// htmlTemplate makes a web page of a [word].
var htmlTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("document.html").Funcs(template.FuncMap{
		"lines": func(s string) []string { return strings.Split(s, "\n") }, "banners": banners, "entitled": entitled, "even": tableRows, "heading": heading, "stretches": stretches,
	}).ParseFS(docxFiles, "docx/document.html")
})

// Running is what stands at the top of pages after the first.
func (d word) Running() string { return strings.Join(banners(d.Document), " · ") }

// Points is the size of text, in points.
func (d word) Points() float64 { return float64(d.Size.Text) / 2 }

// Millimetres is a length in millimetres.
func (d word) Millimetres(length int) float64 {
	return math.Round(float64(length)/paperWidth*2100) / 10
}

// Em is a length in the size of text.
func (d word) Em(length int) float64 {
	return math.Round(float64(length)/float64(d.Size.Text)*10) / 100
}

// Shares is how much of the width each column of a table takes, in percent.
func (d word) Shares(t respond.Table) []float64 {
	var shares []float64
	for _, width := range d.columns(t) {
		shares = append(shares, math.Round(float64(width)/float64(d.Width())*10000)/100)
	}
	return shares
}

// A stretch is part of a text.
type stretch struct {
	Text  string
	Whole bool // it stays on one line
}

// whole is what has hyphens and is read as one: a day with its time, a number
// of a receipt.
var whole = regexp.MustCompile(`[0-9A-Za-z]+(?:-[0-9A-Za-z]+)+(?: [0-9]{2}:[0-9]{2})?`)

// wholeMost is how long one of those may be: a telephone has room for it.
const wholeMost = 24

// stretches cuts a text so that what is read as one is not torn at its hyphens.
func stretches(s string) (list []stretch) {
	last := 0
	for _, at := range whole.FindAllStringIndex(s, -1) {
		if at[1]-at[0] <= wholeMost {
			list = append(list, stretch{s[last:at[0]], false}, stretch{s[at[0]:at[1]], true})
			last = at[1]
		}
	}
	return append(list, stretch{s[last:], false})
}

// heading is the name of a column, "" for one without.
func heading(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return ""
}

// A Bar stands above a document on a screen, and on no paper: how to print it,
// and where the reader came from.
type Bar struct {
	Lang message.Lang // the reader's
	Back string       // a path
}

// Words is a text of the bar in the reader's language.
func (b Bar) Words(key string) string { return message.New(key).In(b.Lang) }

// A page is a document with what stands around it.
type page struct {
	word
	Bar *Bar
}

// DocumentHTML writes a document as one page that any browser opens and prints,
// without a script and without anything from elsewhere.
func DocumentHTML(w io.Writer, d respond.Document) error { return writePage(w, page{wordOf(d), nil}) }

// DocumentPage is [DocumentHTML] for somebody who came from another page.
func DocumentPage(w io.Writer, d respond.Document, b Bar) error {
	return writePage(w, page{wordOf(d), &b})
}

func writePage(w io.Writer, p page) error {
	t, err := htmlTemplate()
	if err != nil {
		return err
	}
	var b bytes.Buffer // nothing is written of what fails half-way
	if err := t.Execute(&b, p); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}
