package source

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/richardlehane/mscfb"
	"github.com/shakinm/xlsReader/xls"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"

	"guanji/internal/detect"
	"guanji/internal/discover"
)

// maxStream is how much of one stream of a compound file is read.
const maxStream = 128 << 20

// decodeOLE reads a compound file of old: what it is, its streams tell.
func decodeOLE(o *opened, at io.ReaderAt, size int64) error {
	c, err := mscfb.New(at)
	if err != nil {
		return err
	}
	names, all := map[string]bool{}, int64(0)
	for _, f := range c.File {
		names[f.Name] = true
		if !f.FileInfo().IsDir() {
			all += f.Size
		}
	}
	if all > size {
		return errOverlap
	}
	switch {
	case names["EncryptedPackage"]:
		return &notRead{discover.Encrypted, ""}
	case names["Workbook"], names["Book"]:
		return decodeXLS(o, io.NewSectionReader(at, 0, size))
	case names["WordDocument"]:
		return decodeDOC(o, c)
	case names["__properties_version1.0"]:
		return decodeMSG(o, c)
	case names["PowerPoint Document"]:
		return decodePPT(o, c)
	}
	return &notRead{discover.Unknown, "compound file"}
}

// stream reads one stream at the top of a compound file.
func stream(c *mscfb.Reader, name string) ([]byte, error) {
	for _, f := range c.File {
		if f.Name == name && len(f.Path) == 0 {
			if f.Size > maxStream {
				return nil, &notRead{discover.TooLarge, name}
			}
			return io.ReadAll(io.LimitReader(f, maxStream))
		}
	}
	return nil, fmt.Errorf("there is no stream %s", name)
}

// decodeXLS reads the sheets of an old workbook.
func decodeXLS(o *opened, r io.ReadSeeker) error {
	book, err := xls.OpenReader(r)
	if err != nil {
		return err
	}
	for i := range book.GetNumberSheets() {
		sheet, err := book.GetSheet(i)
		if err != nil {
			o.skipped(fmt.Sprintf("sheet %d", i+1), discover.Damaged, "")
			continue
		}
		if err := o.document(sheet.GetName(), "xls", cells(), func(w *bufio.Writer) error {
			for _, row := range sheet.GetRows() {
				for i, cell := range row.GetCols() {
					if i > 0 {
						w.WriteByte(detect.CellEnd)
					}
					w.WriteString(plainCell(cell.GetString()))
				}
				if err := w.WriteByte(detect.RowEnd); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// decodeDOC reads an old text document by its table of pieces ([MS-DOC] 2.4.1).
func decodeDOC(o *opened, c *mscfb.Reader) error {
	doc, err := stream(c, "WordDocument")
	if err != nil {
		return err
	}
	if len(doc) < 0x1aa {
		return errShort
	}
	flags := binary.LittleEndian.Uint16(doc[0x0a:])
	if flags&0x0100 != 0 {
		return &notRead{discover.Encrypted, ""}
	}
	name := "0Table"
	if flags&0x0200 != 0 {
		name = "1Table"
	}
	table, err := stream(c, name)
	if err != nil {
		return err
	}
	pieces, err := piecesOf(table, binary.LittleEndian.Uint32(doc[0x1a2:]), binary.LittleEndian.Uint32(doc[0x1a6:]))
	if err != nil {
		return err
	}
	all := uint64(0)
	for _, p := range pieces {
		all += p.size()
	}
	if all > uint64(len(doc)) {
		return errOverlap
	}
	return o.document("", "doc", detect.Layout{Form: detect.Plain}, func(w *bufio.Writer) error {
		for _, p := range pieces {
			if err := p.write(w, doc); err != nil {
				return err
			}
		}
		return nil
	})
}

var (
	errShort   = errors.New("it ends too early")
	errOverlap = errors.New("parts of it lie on each other")
)

// A piece is a part of the text of a document, and where it lies.
type piece struct {
	chars, at uint32
	single    bool // a byte a character, in Windows-1252
}

// piecesOf reads the table of pieces out of the Clx of a document.
func piecesOf(table []byte, at, size uint32) ([]piece, error) {
	if uint64(at)+uint64(size) > uint64(len(table)) {
		return nil, errShort
	}
	clx := table[at : at+size]
	for len(clx) > 3 && clx[0] == 1 { // formatting
		n := 3 + int(binary.LittleEndian.Uint16(clx[1:]))
		if n > len(clx) {
			return nil, errShort
		}
		clx = clx[n:]
	}
	if len(clx) < 5 || clx[0] != 2 {
		return nil, errShort
	}
	plc := clx[5:]
	n := (len(plc) - 4) / 12
	var list []piece
	for i := range n {
		from, to := binary.LittleEndian.Uint32(plc[4*i:]), binary.LittleEndian.Uint32(plc[4*i+4:])
		fc := binary.LittleEndian.Uint32(plc[4*(n+1)+8*i+2:])
		if to < from {
			return nil, errShort
		}
		p := piece{chars: to - from, at: fc, single: fc&(1<<30) != 0}
		if p.single {
			p.at = fc &^ (1 << 30) / 2
		}
		list = append(list, p)
	}
	return list, nil
}

// size is how many bytes it takes.
func (p piece) size() uint64 {
	if p.single {
		return uint64(p.chars)
	}
	return 2 * uint64(p.chars)
}

func (p piece) write(w *bufio.Writer, doc []byte) error {
	size := p.size()
	if uint64(p.at)+size > uint64(len(doc)) {
		return errShort
	}
	raw := doc[p.at : uint64(p.at)+size]
	text := utf16Text(raw)
	if p.single {
		text, _ = charmap.Windows1252.NewDecoder().String(string(raw))
	}
	_, err := w.WriteString(strings.NewReplacer("\r", "\n", "\x07", "\t", "\x0b", "\n", "\x0c", "\n").Replace(text))
	return err
}

func utf16Text(raw []byte) string {
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units))
}

// decodePPT reads the texts of an old presentation: the atoms of text among its
// records ([MS-PPT] 2.9).
func decodePPT(o *opened, c *mscfb.Reader) error {
	data, err := stream(c, "PowerPoint Document")
	if err != nil {
		return err
	}
	const head, chars, bytes = 8, 0x0fa0, 0x0fa8
	return o.document("", "ppt", detect.Layout{Form: detect.Plain}, func(w *bufio.Writer) error {
		for len(data) >= head {
			version, kind, size := data[0]&0xf, binary.LittleEndian.Uint16(data[2:]), binary.LittleEndian.Uint32(data[4:])
			data = data[head:]
			if version == 0xf { // a container: its records follow
				continue
			}
			if uint64(size) > uint64(len(data)) {
				return errShort
			}
			text := ""
			switch kind {
			case chars:
				text = utf16Text(data[:size])
			case bytes:
				text, _ = charmap.ISO8859_1.NewDecoder().String(string(data[:size]))
			}
			if text != "" {
				if _, err := w.WriteString(strings.NewReplacer("\r", "\n", "\x0b", "\n").Replace(text) + "\n"); err != nil {
					return err
				}
			}
			data = data[size:]
		}
		return nil
	})
}

// properties of a message of Outlook that hold text ([MS-OXPROPS]).
func messageText(property string) bool {
	switch property {
	case "0037", "1000", "0C1A", "0C1F", "5D01", "0E02", "0E03", "0E04", "007D", "3001", "3003", "39FE":
		return true
	}
	return false
}

// decodeMSG reads a message of Outlook: its texts, who it went to, and what is
// attached.
func decodeMSG(o *opened, c *mscfb.Reader) error {
	var texts []*mscfb.File
	attached := map[string]string{}
	for _, f := range c.File {
		property, ok := strings.CutPrefix(f.Name, "__substg1.0_")
		if !ok || len(property) != 8 {
			continue
		}
		folder, id := strings.Join(f.Path, "/"), property[:4]
		switch inAttachment := strings.HasPrefix(folder, "__attach"); {
		case inAttachment && (id == "3707" || id == "3704"):
			name, err := propertyText(f, maxName)
			if err != nil {
				return err
			}
			attached[folder] = name
		case !inAttachment && messageText(id):
			texts = append(texts, f)
		}
	}
	if err := o.document("", "msg", detect.Layout{Form: detect.Plain}, func(w *bufio.Writer) error {
		for _, f := range texts { // one after the other: they can share what they are kept in
			text, err := propertyText(f, maxStream)
			if err != nil {
				return err
			}
			if _, err := w.WriteString(text + "\n"); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return messageFiles(o, c, attached)
}

// maxName is the longest name of an attached file, in bytes.
const maxName = 4 << 10

// propertyText reads a property that is text, in UTF-16 or in the code page of
// Chinese systems.
func propertyText(f *mscfb.File, most int64) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return "", err
	}
	if strings.HasSuffix(f.Name, "001F") {
		return utf16Text(raw), nil
	}
	text, _ := simplifiedchinese.GB18030.NewDecoder().String(string(raw))
	return text, nil
}

// messageFiles reads the body in HTML and what is attached.
func messageFiles(o *opened, c *mscfb.Reader, attached map[string]string) error {
	for _, f := range c.File {
		folder := strings.Join(f.Path, "/")
		name := ""
		switch {
		case f.Name == "__substg1.0_10130102" && folder == "":
			name = "body.html"
		case f.Name == "__substg1.0_37010102" && strings.HasPrefix(folder, "__attach"):
			if name = attached[folder]; name == "" {
				name = folder
			}
		default:
			continue
		}
		if err := o.inner(name, limited{f, o.limit}); err != nil {
			return err
		}
	}
	return nil
}
