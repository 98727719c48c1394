package report

import (
	"archive/zip"
	"bytes"
	"embed"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"sync"
	"text/template"
	"time"

	"guanji/internal/respond"
)

// docxFiles are the parts of a document that nobody's words get into.
//
//go:embed all:docx
var docxFiles embed.FS

// stylesTemplate makes styles.xml of a [word].
var stylesTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.ParseFS(docxFiles, "docx/word/styles.xml")
})

// Docx writes a document as Office Open XML, for Word and its like. Equal
// documents give equal bytes, whatever the program was built with: nothing is
// compressed.
func Docx(w io.Writer, d respond.Document) error {
	parts, err := docxParts(wordOf(d))
	if err != nil {
		return fmt.Errorf("document %q: %w", d.Title, err)
	}
	z := zip.NewWriter(w)
	for _, p := range parts {
		if err := writePart(z, p); err != nil {
			return fmt.Errorf("document %q: %s: %w", d.Title, p.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("document %q: %w", d.Title, err)
	}
	return nil
}

// A part is a file within a document.
type part struct {
	name string
	data []byte
}

// docxParts returns the parts of a document. The list of their types comes
// first, where readers look for it.
func docxParts(d word) ([]part, error) {
	var parts []part
	for _, name := range []string{"[Content_Types].xml", "_rels/.rels", "docProps/app.xml", "word/_rels/document.xml.rels", "word/settings.xml", "word/fontTable.xml"} {
		data, err := docxFiles.ReadFile("docx/" + name)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{name, data})
	}
	styles, err := d.styles()
	return append(parts,
		part{"docProps/core.xml", d.properties().part()},
		part{"word/styles.xml", styles},
		part{"word/header.xml", d.header().part()},
		part{"word/footer.xml", d.footer().part()},
		part{"word/document.xml", d.document().part()},
	), err
}

// styles is the part with the looks of paragraphs and tables.
func (d word) styles() ([]byte, error) {
	t, err := stylesTemplate()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, d)
	return b.Bytes(), err
}

// properties is the part that says what the document is.
func (d word) properties() element {
	made := d.Made.UTC().Format(time.RFC3339)
	return el("cp:coreProperties",
		el("dc:title", text(entitled(d.Document))),
		el("dc:language", text(d.Language())),
		el("dcterms:created", text(made)).with("xsi:type", "dcterms:W3CDTF"),
		el("dcterms:modified", text(made)).with("xsi:type", "dcterms:W3CDTF"),
	).with(
		"xmlns:cp", "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
		"xmlns:dc", "http://purl.org/dc/elements/1.1/",
		"xmlns:dcterms", "http://purl.org/dc/terms/",
		"xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
}

// entitled is the title as programs list it: a drill says there what it is, too.
func entitled(d respond.Document) string {
	return strings.Join(append(banners(d), d.Title), " · ")
}

// writePart adds a part as it is. Its size stands before it: some readers can
// do without only where a part is compressed. All parts are of the first day
// that such a file can tell.
func writePart(z *zip.Writer, p part) error {
	size := uint64(len(p.data))
	w, err := z.CreateRaw(&zip.FileHeader{
		Name: p.name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(p.data), CompressedSize64: size, UncompressedSize64: size,
		//lint:ignore SA1019 CreateRaw heeds no other
		ModifiedDate: 1<<5 | 1,
	})
	if err == nil {
		_, err = w.Write(p.data)
	}
	return err
}
