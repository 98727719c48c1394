package source

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zip"

	"guanji/internal/detect"
	"guanji/internal/discover"
)

// cells is how a table is written as text.
func cells() detect.Layout {
	return detect.Layout{Form: detect.Delimited, Cell: detect.CellEnd, Row: detect.RowEnd}
}

// A parcel is the zip of an office document (ECMA-376 part 2).
type parcel struct {
	*opened
	files map[string]*zip.File // by their names in small letters: case does not tell parts apart
	names []string
}

func (o *opened) parcel(at io.ReaderAt, size int64) (*parcel, error) {
	z, err := zip.NewReader(at, size)
	if err != nil {
		return nil, err
	}
	z.RegisterDecompressor(zip.Deflate, func(r io.Reader) io.ReadCloser { return flate.NewReader(r) })
	p := &parcel{opened: o, files: map[string]*zip.File{}}
	for _, f := range z.File {
		name := strings.ToLower(f.Name)
		p.files[name] = f
		p.names = append(p.names, name)
	}
	return p, nil
}

// A relation is a part that another one refers to.
type relation struct{ id, kind, part string }

// relations are those of a part, or of the parcel itself for "".
func (p *parcel) relations(of string) (list []relation) {
	r, err := p.open(path.Join(path.Dir(of), "_rels", path.Base("/"+of)+".rels"))
	if of == "" {
		r, err = p.open("_rels/.rels")
	}
	if err != nil {
		return nil
	}
	defer r.Close()
	x := newScanXML(r)
	for len(list) < 1<<16 {
		_, tag, err := x.next()
		if err != nil {
			return list
		}
		if !named(tag, "Relationship") {
			continue
		}
		target := strings.ToLower(string(appendText(nil, attribute(tag, "Target"))))
		if !strings.HasPrefix(target, "/") {
			target = path.Join("/", path.Dir(of), target)
		}
		list = append(list, relation{string(attribute(tag, "Id")), path.Base(string(attribute(tag, "Type"))), path.Clean(target)[1:]})
	}
	return list
}

// main is the part with the document itself.
func (p *parcel) main(usual string) string {
	for _, r := range p.relations("") {
		if r.kind == "officeDocument" && p.files[r.part] != nil {
			return r.part
		}
	}
	return usual
}

// parts are those of some kinds that a part refers to, in the order of the
// kinds, and then those whose names are like theirs and that nothing refers to:
// what was deleted can still be there.
func (p *parcel) parts(of string, kinds, patterns []string) (list []string) {
	relations := p.relations(of)
	add := func(part string) {
		if p.files[part] != nil && !slices.Contains(list, part) {
			list = append(list, part)
		}
	}
	for _, kind := range kinds {
		for _, r := range relations {
			if r.kind == kind {
				add(r.part)
			}
		}
	}
	for _, pattern := range patterns {
		for _, part := range p.matching(pattern) {
			add(part)
		}
	}
	return list
}

// open opens a part, counted against the limit.
func (p *parcel) open(name string) (io.ReadCloser, error) {
	f := p.files[strings.ToLower(name)]
	if f == nil {
		return nil, fmt.Errorf("%s is missing", name)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{limited{r, p.limit}, r}, nil
}

// matching returns the parts of a pattern, in small letters, in the order of the numbers in them.
func (p *parcel) matching(pattern string) []string {
	var list []string
	for _, name := range p.names {
		if ok, _ := path.Match(pattern, name); ok {
			list = append(list, name)
		}
	}
	slices.SortFunc(list, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return list
}

// attachments reads what is embedded in a document as files of their own.
func (p *parcel) attachments(folder string) error {
	for _, name := range p.names {
		rest, ok := strings.CutPrefix(name, folder)
		if !ok || !strings.HasPrefix(rest, "embeddings/") && !strings.HasPrefix(rest, "media/") || strings.HasSuffix(rest, "/") {
			continue
		}
		in := p.files[name].Name[len(folder):]
		r, err := p.open(name)
		if err != nil {
			p.skipped(in, discover.Damaged, reasonOf(err).detail)
			continue
		}
		err = p.inner(in, r)
		r.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// decodeDOCX reads a text document: a paragraph is a line, and a row of a table
// one with tabs.
func decodeDOCX(o *opened, at io.ReaderAt, size int64) error {
	p, err := o.parcel(at, size)
	if err != nil {
		return err
	}
	main := p.main("word/document.xml")
	if err := p.paragraphs(main, "document", "docx"); err != nil {
		return err
	}
	for _, part := range p.parts(main, []string{"header", "footer", "footnotes", "endnotes", "comments"},
		[]string{"word/header*.xml", "word/footer*.xml", "word/footnotes*.xml", "word/endnotes*.xml", "word/comments*.xml", "word/document*.xml"}) {
		if part == main {
			continue
		}
		if err := p.paragraphs(part, p.partName(part), "docx"); err != nil {
			return err
		}
	}
	return p.attachments("word/")
}

// decodePPTX reads slides and their notes.
func decodePPTX(o *opened, at io.ReaderAt, size int64) error {
	p, err := o.parcel(at, size)
	if err != nil {
		return err
	}
	for _, part := range p.parts(p.main("ppt/presentation.xml"), []string{"slide"}, []string{"ppt/slides/*.xml", "ppt/notesslides/*.xml", "ppt/comments/*.xml"}) {
		if err := p.paragraphs(part, p.partName(part), "pptx"); err != nil {
			return err
		}
	}
	return p.attachments("ppt/")
}

// partName names a part for people.
func (p *parcel) partName(part string) string {
	return strings.TrimSuffix(path.Base(p.files[part].Name), ".xml")
}

// paragraphs hands on the text of a part.
func (p *parcel) paragraphs(name, part, kind string) error {
	r, err := p.open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	return p.document(part, kind, detect.Layout{Form: detect.Plain}, func(w *bufio.Writer) error { return writeParagraphs(w, r) })
}

func writeParagraphs(w *bufio.Writer, r io.Reader) error {
	x := newScanXML(r)
	var line []byte
	for {
		text, tag, err := x.next()
		if errors.Is(err, io.EOF) {
			_, err = w.Write(line)
			return err
		}
		if err != nil {
			return err
		}
		switch {
		case closes(tag, "t"), closes(tag, "delText"), closes(tag, "instrText"):
			line = appendText(line, text)
		case named(tag, "tab"), closes(tag, "tc"):
			line = append(line, '\t')
		case named(tag, "br"), named(tag, "cr"), closes(tag, "p"):
			line = append(line, '\n')
		}
		if len(line) > 32<<10 {
			if _, err := w.Write(line); err != nil {
				return err
			}
			line = line[:0]
		}
	}
}

// decodeXLSX reads a workbook: each sheet is a table, read from its XML.
func decodeXLSX(o *opened, at io.ReaderAt, size int64) error {
	p, err := o.parcel(at, size)
	if err != nil {
		return err
	}
	shared, err := p.sharedStrings()
	if err != nil {
		return err
	}
	main := p.main("xl/workbook.xml")
	names := p.sheetNames(main)
	for _, part := range p.parts(main, []string{"worksheet"}, []string{"xl/worksheets/*.xml"}) {
		if err := p.sheet(part, cmp.Or(names[part], p.partName(part)), shared); err != nil {
			return err
		}
	}
	for _, part := range p.parts(main, nil, []string{"xl/comments*.xml", "xl/threadedcomments/*.xml", "xl/drawings/drawing*.xml"}) {
		if err := p.paragraphs(part, p.partName(part), "xlsx"); err != nil {
			return err
		}
	}
	return p.attachments("xl/")
}

// sheetNames are the names of the sheets of a workbook, by their parts.
func (p *parcel) sheetNames(workbook string) map[string]string {
	names := map[string]string{}
	r, err := p.open(workbook)
	if err != nil {
		return names
	}
	defer r.Close()
	parts := map[string]string{}
	for _, r := range p.relations(workbook) {
		parts[r.id] = r.part
	}
	unrelated := p.matching("xl/worksheets/sheet*.xml") // in their order, where nothing else tells
	x := newScanXML(r)
	for len(names) < 1<<12 {
		_, tag, err := x.next()
		if err != nil {
			return names
		}
		if named(tag, "sheet") {
			name := appendText(nil, attribute(tag, "name"))
			part, ok := parts[string(attribute(tag, "r:id"))]
			if n := len(names); !ok && len(parts) == 0 && n < len(unrelated) {
				part = unrelated[n]
			}
			names[part] = strings.ReplaceAll(string(name), "/", "_")
		}
	}
	return names
}

// shared is the texts that cells refer to: one after the other, and where each
// ends.
type shared struct {
	text []byte
	ends []int
}

// maxShared is how many bytes of shared texts are kept.
const maxShared = 256 << 20

func (s *shared) at(i int) []byte {
	if i < 0 || i >= len(s.ends) {
		return nil
	}
	begin := 0
	if i > 0 {
		begin = s.ends[i-1]
	}
	return s.text[begin:s.ends[i]]
}

// sharedStrings reads the texts that cells refer to.
func (p *parcel) sharedStrings() (*shared, error) {
	s := &shared{}
	const part = "xl/sharedstrings.xml"
	if p.files[part] == nil {
		return s, nil
	}
	r, err := p.open(part)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	x := newScanXML(r)
	phonetic := false
	for {
		text, tag, err := x.next()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return nil, err
		}
		switch {
		case closes(tag, "t") && !phonetic:
			s.text = appendText(s.text, text)
		case named(tag, "rPh"):
			phonetic = true
		case closes(tag, "rPh"):
			phonetic = false
		case closes(tag, "si"), named(tag, "si") && bytes.HasSuffix(tag, []byte("/")):
			s.ends = append(s.ends, len(s.text))
		}
		if len(s.text) > maxShared {
			return nil, &notRead{"too_large", "more than 256 MiB of shared texts"}
		}
	}
}

// sheet hands on one sheet.
func (p *parcel) sheet(part, name string, s *shared) error {
	r, err := p.open(part)
	if err != nil {
		return err
	}
	defer r.Close()
	return p.document(name, "xlsx", cells(), func(w *bufio.Writer) error { return writeSheet(w, r, s) })
}

// maxColumn is the last column that a sheet can have, XFD.
const maxColumn = 16384

// writeSheet writes the cells of a sheet in their columns. Rows without any
// are left out.
func writeSheet(w *bufio.Writer, r io.Reader, s *shared) error {
	x := newScanXML(r)
	var cell []byte
	column, kind, filled := 0, byte(0), false
	for {
		text, tag, err := x.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case named(tag, "c"):
			to := columnOf(attribute(tag, "r"), column)
			for ; column < to; column++ {
				w.WriteByte(detect.CellEnd)
			}
			kind, cell = 0, cell[:0]
			if t := attribute(tag, "t"); len(t) > 0 {
				kind = t[0]
			}
			if kind == 's' && len(attribute(tag, "t")) > 1 {
				kind = 0 // str: the result of a formula
			}
		case closes(tag, "v"):
			cell = value(cell, text, kind, s)
		case closes(tag, "t"):
			cell = appendText(cell, text)
		case closes(tag, "c"):
			w.Write(cell)
			filled = filled || len(cell) > 0
		case closes(tag, "row"):
			if filled {
				if err := w.WriteByte(detect.RowEnd); err != nil {
					return err
				}
			}
			column, filled = 0, false
		}
	}
}

// columnOf is the number of the column of a reference such as C5, which is not
// before one.
func columnOf(ref []byte, least int) int {
	n := 0
	for _, c := range ref {
		if c < 'A' || c > 'Z' || n > maxColumn {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	if n == 0 || n > maxColumn {
		return least
	}
	return max(n-1, least)
}

// value appends the value of a cell: a shared text, or what is written. A whole
// number that is written as science is written out.
func value(dst, text []byte, kind byte, s *shared) []byte {
	if kind == 's' {
		if i, err := strconv.Atoi(string(text)); err == nil {
			return append(dst, s.at(i)...)
		}
		return dst
	}
	if bytes.IndexByte(text, 'E') > 0 {
		if f, err := strconv.ParseFloat(string(text), 64); err == nil && f == float64(int64(f)) && f < 1e18 && f > -1e18 {
			return strconv.AppendInt(dst, int64(f), 10)
		}
	}
	return appendText(dst, text)
}
