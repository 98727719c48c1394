package source

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ledongthuc/pdf"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/unicode/norm"

	"guanji/internal/detect"
	"guanji/internal/discover"
)

// maxPages is how many pages of a PDF are read.
const maxPages = 100_000

// decodePDF reads the text of the pages. A page without any is a picture of
// one: it is told as not read.
func decodePDF(o *opened, at io.ReaderAt, size int64) error {
	r, err := pdf.NewReader(at, size)
	if err != nil {
		if errors.Is(err, pdf.ErrInvalidPassword) {
			return &notRead{discover.Encrypted, ""}
		}
		return err
	}
	return o.document("", "pdf", detect.Layout{Form: detect.Plain}, func(w *bufio.Writer) error {
		pages := min(r.NumPage(), maxPages)
		for n := 1; n <= pages && o.ctx.Err() == nil; n++ {
			p := page{fonts: map[string]*pdfFont{}}
			bad := guarded(func() error { return p.read(r.Page(n)) })
			text := p.text.String()
			switch {
			case bad != nil:
				why := reasonOf(bad)
				o.skipped(fmt.Sprintf("page %d", n), why.why, why.detail)
			case strings.TrimSpace(text) == "":
				o.skipped(fmt.Sprintf("page %d", n), discover.Image, "")
			}
			if _, err := fmt.Fprintf(w, "%s\n", text); err != nil {
				return err
			}
		}
		return nil
	})
}

// A page is the text of one page as it is gathered.
type page struct {
	fonts map[string]*pdfFont
	font  *pdfFont
	text  strings.Builder
	y     float64 // the line of the text before
	full  error
}

// read follows the operators of the page that show text.
func (p *page) read(from pdf.Page) error {
	if from.V.IsNull() {
		return nil
	}
	do := func(s *pdf.Stack, op string) {
		n := s.Len()
		args := make([]pdf.Value, n)
		for i := n - 1; i >= 0; i-- {
			args[i] = s.Pop()
		}
		p.operator(from, op, args)
	}
	content := from.V.Key("Contents")
	if content.Kind() != pdf.Array {
		return p.interpret(content, do)
	}
	for i := range content.Len() {
		if err := p.interpret(content.Index(i), do); err != nil {
			return err
		}
	}
	return nil
}

// maxContent is how many bytes a stream of a page has at most: the library keeps
// several times as much for one string of it.
const maxContent = 32 << 20

// interpret follows one stream, once it is known not to be too large.
func (p *page) interpret(content pdf.Value, do func(*pdf.Stack, string)) error {
	r := content.Reader()
	n, _ := io.Copy(io.Discard, io.LimitReader(r, maxContent+1)) // an error comes again
	r.Close()
	if n > maxContent {
		return &notRead{discover.TooLarge, fmt.Sprintf("a page of more than %d bytes", maxContent)}
	}
	pdf.Interpret(content, do)
	return p.full
}

func (p *page) operator(from pdf.Page, op string, args []pdf.Value) {
	switch {
	case op == "Tf" && len(args) == 2:
		p.choose(from, args[0].Name())
	case op == "Tj" && len(args) == 1:
		p.show(args[0].RawString())
	case (op == "'" || op == "\"") && len(args) > 0:
		p.line()
		p.show(args[len(args)-1].RawString())
	case op == "TJ" && len(args) == 1:
		for i := range args[0].Len() {
			switch v := args[0].Index(i); {
			case v.Kind() == pdf.String:
				p.show(v.RawString())
			case v.Float64() < -wordGap:
				p.text.WriteByte(' ')
			}
		}
	case op == "T*" || op == "BT":
		p.line()
	case (op == "Td" || op == "TD") && len(args) == 2 && args[1].Float64() != 0:
		p.line()
	case op == "Tm" && len(args) == 6:
		if y := args[5].Float64(); y != p.y {
			p.line()
			p.y = y
		}
	}
}

// wordGap is from how wide a gap on, in thousandths of the size of the font,
// two words are apart.
const wordGap = 200

// line ends a line, if something stands on it.
func (p *page) line() {
	if s := p.text.String(); s != "" && s[len(s)-1] != '\n' {
		p.text.WriteByte('\n')
	}
}

// show adds what a string shows in the font that was chosen.
func (p *page) show(raw string) {
	if p.font == nil || p.full != nil {
		return
	}
	text := p.font.decode(raw)
	if strings.ContainsFunc(text, standIn) {
		text = norm.NFKC.String(text)
	}
	if p.text.Len()+len(text) > maxContent {
		p.full = &notRead{discover.TooLarge, fmt.Sprintf("a page of more than %d bytes", maxContent)}
		return
	}
	p.text.WriteString(text)
}

// standIn says whether a character stands for another that looks the same: a
// radical for a Chinese character, a ligature for letters.
func standIn(r rune) bool { return r >= 0x2e80 && r <= 0x2fdf || r >= 0xfb00 && r <= 0xfb06 }

func (p *page) choose(from pdf.Page, name string) {
	if p.fonts[name] == nil {
		p.fonts[name] = newPDFFont(from.Font(name))
	}
	p.font = p.fonts[name]
}

// A pdfFont tells what the codes of a font mean.
type pdfFont struct {
	decode func(string) string
}

// newPDFFont takes the table to Unicode, if the font has one; else the name of
// its encoding, as the fonts of Chinese without a table have.
func newPDFFont(f pdf.Font) *pdfFont {
	if table := f.V.Key("ToUnicode"); table.Kind() == pdf.Stream {
		r := table.Reader()
		defer r.Close()
		if c := readCodes(r); len(c.to) > 0 {
			return &pdfFont{c.decode}
		}
	}
	switch name := f.V.Key("Encoding").Name(); {
	case strings.HasPrefix(name, "UniGB-UCS2"), strings.HasPrefix(name, "UniCNS-UCS2"), strings.HasPrefix(name, "UniGB-UTF16"), strings.HasPrefix(name, "UniCNS-UTF16"):
		return &pdfFont{func(s string) string { return utf16Big([]byte(s)) }}
	case strings.HasPrefix(name, "GBK"), strings.HasPrefix(name, "GB-EUC"):
		return &pdfFont{func(s string) string {
			t, _ := simplifiedchinese.GB18030.NewDecoder().String(s)
			return t
		}}
	case strings.HasPrefix(name, "B5pc"), strings.HasPrefix(name, "ETen-B5"):
		return &pdfFont{func(s string) string {
			t, _ := traditionalchinese.Big5.NewDecoder().String(s)
			return t
		}}
	}
	return &pdfFont{f.Encoder().Decode}
}
