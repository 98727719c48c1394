package source

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/ledongthuc/pdf"

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
		fonts := map[string]*pdf.Font{}
		pages := min(r.NumPage(), maxPages)
		for n := 1; n <= pages && o.ctx.Err() == nil; n++ {
			text, err := pageText(r, n, fonts)
			if err != nil {
				o.skipped(fmt.Sprintf("page %d", n), discover.Damaged, detailOf(err))
				continue
			}
			if text == "" {
				o.skipped(fmt.Sprintf("page %d", n), discover.Image, "")
				continue
			}
			if err := o.limit.take(len(text)); err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, "%s\n", text); err != nil {
				return err
			}
		}
		return nil
	})
}

// pageText is the text of a page. What a hostile page makes the library do ends
// with it.
func pageText(r *pdf.Reader, n int, fonts map[string]*pdf.Font) (text string, err error) {
	err = guarded(func() error {
		page := r.Page(n)
		if page.V.IsNull() {
			return nil
		}
		for _, name := range page.Fonts() {
			if _, ok := fonts[name]; !ok {
				f := page.Font(name)
				fonts[name] = &f
			}
		}
		text, err = page.GetPlainText(fonts)
		return err
	})
	return text, err
}
