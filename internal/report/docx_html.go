package report

import (
	"bytes"
	"html/template"
	"io"
	"math"
	"strings"
	"sync"

	"guanji/internal/respond"
)

// htmlTemplate makes a web page of a [word].
var htmlTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("document.html").Funcs(template.FuncMap{
		"lines": func(s string) []string { return strings.Split(s, "\n") }, "banners": banners, "entitled": entitled, "even": tableRows,
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

// DocumentHTML writes a document as one page that any browser opens and prints,
// without a script and without anything from elsewhere.
func DocumentHTML(w io.Writer, d respond.Document) error {
	t, err := htmlTemplate()
	if err != nil {
		return err
	}
	var b bytes.Buffer // nothing is written of what fails half-way
	if err := t.Execute(&b, wordOf(d)); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}
