package report

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"testing"

	"guanji/internal/respond"
)

func docxOf(t testing.TB, d respond.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Docx(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func htmlOf(t testing.TB, d respond.Document) string {
	t.Helper()
	var b strings.Builder
	if err := DocumentHTML(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// partsOf unpacks a document.
func partsOf(t testing.TB, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r) // fails on a wrong checksum
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(data)
	}
	return parts
}

// node is an element of a part as it is read back.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	In      []node     `xml:",any"`
}

func (n node) attr(local string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// all returns every element of a name in n.
func (n node) all(local string) []node {
	var found []node
	for _, in := range n.In {
		if in.XMLName.Local == local {
			found = append(found, in)
		}
		found = append(found, in.all(local)...)
	}
	return found
}

// said is the text in n, with its breaks and tabs.
func (n node) said() string {
	switch n.XMLName.Local {
	case "t":
		return n.Text
	case "br":
		return "\n"
	case "tab":
		return "\t"
	}
	var b strings.Builder
	for _, in := range n.In {
		b.WriteString(in.said())
	}
	return b.String()
}

// read parses a part, which must be well-formed to its end.
func read(t testing.TB, data string) node {
	t.Helper()
	var n node
	d := xml.NewDecoder(strings.NewReader(data))
	if err := d.Decode(&n); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) && err != nil {
		t.Fatal(err)
	}
	return n
}

// holdsTogether follows every reference within the parts of a document.
func holdsTogether(t testing.TB, parts map[string]string) {
	t.Helper()
	nodes := map[string]node{}
	for name, data := range parts {
		nodes[name] = read(t, data)
	}
	typed := map[string]bool{"[Content_Types].xml": true}
	for _, o := range nodes["[Content_Types].xml"].all("Override") {
		typed[strings.TrimPrefix(o.attr("PartName"), "/")] = true
	}
	for name := range parts {
		if !typed[name] && path.Ext(name) != ".rels" {
			t.Errorf("%s has no type", name)
		}
	}
	for name := range typed {
		if _, ok := parts[name]; !ok {
			t.Errorf("%s has a type and is not there", name)
		}
	}
	related := map[string]bool{}
	for from, rels := range map[string]string{"": "_rels/.rels", "word": "word/_rels/document.xml.rels"} {
		for _, r := range nodes[rels].all("Relationship") {
			target := path.Join(from, r.attr("Target"))
			if related[from+r.attr("Id")] = true; parts[target] == "" {
				t.Errorf("%s names %s, which is not there", rels, target)
			}
		}
	}
	styles := map[string]bool{}
	for _, s := range nodes["word/styles.xml"].all("style") {
		styles[s.attr("styleId")] = true
	}
	for _, name := range []string{"word/document.xml", "word/header.xml", "word/footer.xml", "word/styles.xml"} {
		for _, use := range []string{"pStyle", "tblStyle", "basedOn", "next"} {
			for _, s := range nodes[name].all(use) {
				if !styles[s.attr("val")] {
					t.Errorf("%s uses the style %q, which is not there", name, s.attr("val"))
				}
			}
		}
		for _, use := range []string{"headerReference", "footerReference"} {
			for _, r := range nodes[name].all(use) {
				if !related["word"+r.attr("id")] {
					t.Errorf("%s refers to %q, which is not related", name, r.attr("id"))
				}
			}
		}
		inOrder(t, name, nodes[name])
	}
}

// orders are the orders in which the schema of WordprocessingML wants what is
// in an element, as far as documents have it. Word calls a file with any other
// damaged.
var orders = map[string]string{
	"style":    "name basedOn next qFormat pPr rPr tblPr",
	"pPr":      "pStyle keepNext pBdr tabs spacing ind jc outlineLvl",
	"rPr":      "rFonts b color sz szCs lang",
	"pBdr":     "top left bottom right",
	"tbl":      "tblPr tblGrid tr",
	"tblPr":    "tblStyle tblW tblInd tblBorders tblLayout tblCellMar tblLook tblCaption",
	"tr":       "trPr tc",
	"tc":       "tcPr p",
	"tcPr":     "tcW shd",
	"sectPr":   "headerReference footerReference pgSz pgMar pgBorders",
	"document": "body",
}

func inOrder(t testing.TB, part string, n node) {
	t.Helper()
	order, known := orders[n.XMLName.Local]
	last := 0
	for _, in := range n.In {
		if at := slices.Index(strings.Fields(order), in.XMLName.Local); known && at < last {
			t.Errorf("%s: %s in %s is out of order", part, in.XMLName.Local, n.XMLName.Local)
		} else {
			last = at
		}
		inOrder(t, part, in)
	}
}
