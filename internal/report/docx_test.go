package report

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"guanji/internal/message"
	"guanji/internal/respond"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// samples are the documents that have a golden file.
func samples() map[string]respond.Document {
	return map[string]respond.Document{"report.zh": sampleReport(), "drill.en": sampleCopy(), "card.zh": sampleCard()}
}

func TestDocxGolden(t *testing.T) {
	for name, d := range samples() {
		t.Run(name, func(t *testing.T) {
			got := docxOf(t, d)
			want := golden(t, name+".docx", got)
			if bytes.Equal(got, want) {
				return
			}
			parts := partsOf(t, got)
			for name, data := range partsOf(t, want) {
				if parts[name] != data {
					t.Errorf("%s differs (go test -update rewrites it)\n--- got\n%s\n--- want\n%s", name, parts[name], data)
				}
			}
			t.Error("the file differs")
		})
	}
}

func TestDocumentHTMLGolden(t *testing.T) {
	for name, d := range samples() {
		t.Run(name, func(t *testing.T) {
			got := htmlOf(t, d)
			if want := golden(t, name+".html", []byte(got)); got != string(want) {
				t.Errorf("differs (go test -update rewrites it)\n--- got\n%s\n--- want\n%s", got, want)
			}
		})
	}
}

// golden returns a file of testdata, after it was rewritten if that is wanted.
func golden(t *testing.T, name string, got []byte) []byte {
	t.Helper()
	name = path.Join("testdata", "document", name)
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return want
}

// TestDocxHoldsTogether follows every reference within a document.
func TestDocxHoldsTogether(t *testing.T) {
	for name, d := range samples() {
		t.Run(name, func(t *testing.T) {
			holdsTogether(t, partsOf(t, docxOf(t, d)))
		})
	}
}

// TestDocxIsDeterministic makes each document twice.
func TestDocxIsDeterministic(t *testing.T) {
	for name, d := range samples() {
		if !bytes.Equal(docxOf(t, d), docxOf(t, d)) {
			t.Errorf("%s: two files differ", name)
		}
	}
}

// TestDrillIsMarked looks for the words in all that a drill shows of itself.
func TestDrillIsMarked(t *testing.T) {
	for _, l := range message.Languages() {
		d := respond.Document{Lang: l, Title: "T", Drill: true, Made: made}
		words := message.New("document.drill").In(l)
		parts := partsOf(t, docxOf(t, d))
		for part, want := range map[string]string{"word/header.xml": words, "docProps/core.xml": words, "word/document.xml": "<w:pgBorders"} {
			if !strings.Contains(parts[part], want) {
				t.Errorf("%s: %s lacks %q", l, part, want)
			}
		}
		if got := strings.Count(htmlOf(t, d), words); got != 3 { // its title, its head, and its later pages
			t.Errorf("%s: the page says %d times that it is a drill", l, got)
		}
		d.Drill = false
		if parts := partsOf(t, docxOf(t, d)); strings.Contains(parts["word/header.xml"], words) || strings.Contains(parts["word/document.xml"], "pgBorders") {
			t.Errorf("%s: what is no drill is marked as one", l)
		}
	}
}

// TestHostileText puts text that outsiders wrote into every place.
func TestHostileText(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"markup":           {`<script>alert(1)</script>]]><w:p/>&amp;"'`, `<script>alert(1)</script>]]><w:p/>&amp;"'`},
		"template":         {"{{.Title}}", "{{.Title}}"},
		"control":          {"a\x00b\x07c\x1bd\x7fe\u0090f", "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf"},
		"line ends":        {"a\r\nb\rc\vd\fe\u0085f\u2028g\u2029h\n", "a\nb\nc\nd\ne\nf\ng\nh\n"},
		"tab":              {"a\tb", "a\tb"},
		"invalid UTF-8":    {"a\xffb\xc3", "a\ufffdb\ufffd"},
		"lone surrogate":   {"a\xed\xa0\x80b", "a\ufffd\ufffd\ufffdb"},
		"no character":     {"a\ufffeb\uffff", "a\ufffdb\ufffd"},
		"direction":        {"a\u202eb\u2066c", "a\ufffdb\ufffdc"},
		"beyond the plane": {"𠮷😀", "𠮷😀"},
		"one long line":    {strings.Repeat("x", 10000), strings.Repeat("x", 10000)},
		"many lines":       {strings.Repeat("x\n", 100), strings.Repeat("x\n", 100)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, onePage := range []bool{false, true} {
				d := saidEverywhere(tt.in)
				d.OnePage = onePage
				parts := partsOf(t, docxOf(t, d))
				holdsTogether(t, parts)
				said := read(t, parts["word/document.xml"]).all("tc")
				if got := said[1].said(); got != tt.want {
					t.Errorf("the cell says %.200q", got)
				}
				page := htmlOf(t, d)
				if strings.Contains(page, "<script") || !utf8.ValidString(page) || strings.ContainsAny(page, "\x00\x07\x1b\u202e") {
					t.Errorf("the page has what it must not: %.200q", page)
				}
			}
		})
	}
}

// TestLargeText puts a million characters into one value.
func TestLargeText(t *testing.T) {
	for name, value := range map[string]string{"one line": strings.Repeat("x", 1<<20), "lines": strings.Repeat("日志\n", 1<<17)} {
		d := sampleCard()
		d.Meta[0].Value = value
		parts := partsOf(t, docxOf(t, d))
		if got := read(t, parts["word/document.xml"]).all("tc")[1].said(); got != value {
			t.Errorf("%s: the cell says %.200q", name, got)
		}
		if page := htmlOf(t, d); !strings.Contains(page, value) {
			t.Errorf("%s: the page lacks it", name)
		}
	}
}

// saidEverywhere is a document that says s in every place.
func saidEverywhere(s string) respond.Document {
	rows := []respond.Row{{Label: s, Value: s}, {Label: s, Value: s, Strong: true}}
	return respond.Document{Lang: message.Chinese, Title: s, Drill: true, Banner: s, Footer: s, Made: made, Meta: rows, Blocks: []respond.Block{
		{Heading: s, Text: s, Rows: rows, Table: &respond.Table{Head: []string{s, s}, Rows: [][]string{{s, s}}}, Blank: 1, Note: s}}}
}

// TestUnusualShapes makes documents that lack things, or have too many.
func TestUnusualShapes(t *testing.T) {
	tests := map[string]respond.Document{
		"nothing":         {},
		"an empty block":  {Blocks: []respond.Block{{}}},
		"an empty table":  {Blocks: []respond.Block{{Table: &respond.Table{}}}},
		"no head":         {Blocks: []respond.Block{{Table: &respond.Table{Rows: [][]string{{"a", "b"}}}}}},
		"uneven rows":     {Blocks: []respond.Block{{Table: &respond.Table{Head: []string{"a", "b"}, Rows: [][]string{{"a"}, {"a", "b", "c"}, nil}}}}},
		"many columns":    {Blocks: []respond.Block{{Table: &respond.Table{Head: make([]string, 200), Rows: [][]string{make([]string, 200)}}}}},
		"less than blank": {Blocks: []respond.Block{{Blank: -1}}},
	}
	for name, d := range tests {
		t.Run(name, func(t *testing.T) {
			for _, d.OnePage = range []bool{false, true} {
				parts := partsOf(t, docxOf(t, d))
				holdsTogether(t, parts)
				for _, table := range read(t, parts["word/document.xml"]).all("tbl") {
					columns := len(table.all("gridCol"))
					for _, row := range table.all("tr") {
						if got := len(row.all("tc")); got != columns || got == 0 {
							t.Errorf("a row of %d cells in %d columns", got, columns)
						}
					}
				}
				htmlOf(t, d)
			}
		})
	}
}

// TestCardIsSetSmallerForMore makes cards with more and more to say.
func TestCardIsSetSmallerForMore(t *testing.T) {
	d := sampleCard()
	last := largestCard + 1
	for range 5 {
		size := settingOf(d).Size.Text
		if size >= last || size < smallestCard {
			t.Errorf("%d blocks are set in %d half-points, fewer in %d", len(d.Blocks), size, last)
		}
		last = size
		d.Blocks = append(d.Blocks, respond.Block{Text: strings.Repeat("说明\n", 8)})
	}
	for range 1000 {
		d.Blocks = append(d.Blocks, d.Blocks[0])
	}
	if got := settingOf(d).Size.Text; got != smallestCard {
		t.Errorf("a card for many pages is set in %d half-points", got)
	}
}

func TestColumnsShareTheWidth(t *testing.T) {
	wide := strings.Repeat("宽", 100)
	tests := map[string]struct {
		cells  []string
		narrow []int // the columns that take no more than they need
	}{
		"one":              {[]string{"a"}, nil},
		"short and wide":   {[]string{"03:05", wide, "甲"}, []int{0, 2}},
		"short alone":      {[]string{"a", "abc"}, []int{0}},
		"wide ones":        {[]string{wide, wide}, nil},
		"one to write in":  {[]string{"", wide}, nil},
		"more than fit in": {slices.Repeat([]string{wide}, 300), nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := reportSetting.columns(respond.Table{Rows: [][]string{tt.cells}})
			sum := 0
			for i, width := range got {
				sum += width
				if narrow := width < reportSetting.Width()/8; narrow != slices.Contains(tt.narrow, i) && len(got) < 8 {
					t.Errorf("column %d has a width of %d", i, width)
				}
			}
			if sum != reportSetting.Width() {
				t.Errorf("the columns take %d of %d", sum, reportSetting.Width())
			}
		})
	}
}

// failing is a writer that takes so many bytes.
type failing struct{ left int }

var errFull = errors.New("full")

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestDocumentsSayThatTheyCouldNotBeWritten(t *testing.T) {
	for _, left := range []int{0, 1000, 20000} {
		if err := Docx(&failing{left}, sampleReport()); !errors.Is(err, errFull) {
			t.Errorf("after %d bytes: %v", left, err)
		}
	}
	if err := DocumentHTML(&failing{}, sampleReport()); !errors.Is(err, errFull) {
		t.Errorf("page: %v", err)
	}
}
