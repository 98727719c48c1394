package report

import (
	"strconv"
	"strings"

	"guanji/internal/message"
	"guanji/internal/respond"
)

// wordMarkup is the namespace of WordprocessingML.
const wordMarkup = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

// relationships is the namespace in which a document names its parts.
const relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

// alarm is the colour of a drill, and of nothing else.
const alarm = "C00000"

// A word is a document on its way into WordprocessingML. The order of elements
// within their properties is that of the schema: Word refuses any other.
type word struct {
	respond.Document
	setting
}

// wordOf makes a document fit for paper and chooses how large it is set.
func wordOf(d respond.Document) word {
	d = printableDocument(d)
	return word{d, settingOf(d)}
}

// Language is the language of the document, as programs name it.
func (d word) Language() string {
	if d.Lang == message.Chinese {
		return "zh-CN"
	}
	return "en-GB"
}

// document is the part with the text.
func (d word) document() element {
	in := []element{d.paragraph("Title", d.Title)}
	in = append(in, d.rows(d.Title, d.Meta)...)
	for _, b := range d.Blocks {
		in = append(in, d.block(b)...)
	}
	return root("w:document", el("w:body", append(in, d.section())...))
}

func root(name string, in ...element) element {
	return el(name, in...).with("xmlns:w", wordMarkup, "xmlns:r", relationships)
}

func (d word) block(b respond.Block) []element {
	var in []element
	if b.Heading != "" {
		in = append(in, d.paragraph("Heading1", b.Heading))
	}
	if b.Text != "" {
		for _, line := range strings.Split(b.Text, "\n") {
			in = append(in, d.paragraph("BodyText", line))
		}
	}
	in = append(in, d.rows(b.Heading, b.Rows)...)
	if b.Table != nil {
		in = append(in, d.table(b.Heading, *b.Table)...)
	}
	in = append(in, d.blank(b.Blank)...)
	if b.Note != "" {
		in = append(in, d.paragraph("Note", b.Note))
	}
	return in
}

// paragraph returns a paragraph of a style. Lines of its text stay lines.
func (d word) paragraph(style, s string) element {
	return el("w:p", el("w:pPr", val("w:pStyle", style)), d.run(s))
}

// run returns text with its breaks and tabs. In Chinese, the signs that both
// scripts have, such as quotation marks, are set as Chinese ones.
func (d word) run(s string) element {
	var in []element
	if d.Lang == message.Chinese {
		in = append(in, el("w:rPr", el("w:rFonts").with("w:hint", "eastAsia")))
	}
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			in = append(in, el("w:br"))
		}
		for j, piece := range strings.Split(line, "\t") {
			if j > 0 {
				in = append(in, el("w:tab"))
			}
			in = append(in, el("w:t", text(piece)).with("xml:space", "preserve"))
		}
	}
	return el("w:r", in...)
}

// section tells the paper, and what stands at the top and foot of every page.
// The pages of a drill have a border.
func (d word) section() element {
	in := []element{
		el("w:headerReference").with("w:type", "default", "r:id", "header"),
		el("w:footerReference").with("w:type", "default", "r:id", "footer"),
		el("w:pgSz").with("w:w", strconv.Itoa(paperWidth), "w:h", strconv.Itoa(paperHeight)),
		el("w:pgMar").with("w:top", strconv.Itoa(d.Top), "w:right", strconv.Itoa(d.Side), "w:bottom", strconv.Itoa(d.Bottom), "w:left", strconv.Itoa(d.Side),
			"w:header", strconv.Itoa(d.Edge), "w:footer", strconv.Itoa(d.Edge), "w:gutter", "0"),
	}
	if d.Drill {
		in = append(in, pageBorders())
	}
	return el("w:sectPr", in...)
}

func pageBorders() element {
	borders := el("w:pgBorders").with("w:offsetFrom", "page")
	for _, side := range []string{"w:top", "w:left", "w:bottom", "w:right"} {
		borders.in = append(borders.in, el(side).with("w:val", "single", "w:sz", "36", "w:space", "10", "w:color", alarm))
	}
	return borders
}

// header is the part across the top of every page.
func (d word) header() element {
	var in []element
	for i, line := range banners(d.Document) {
		style := "Banner"
		if i == 0 && d.Drill {
			style = "DrillBanner"
		}
		in = append(in, d.paragraph(style, line))
	}
	return root("w:hdr", append(in, d.gap())...)
}

// footer is the part at the foot of every page: what it says on the left, the
// number of the page on the right.
func (d word) footer() element {
	field := func(name string) element {
		return el("w:fldSimple", d.run("1")).with("w:instr", " "+name+" ")
	}
	return root("w:ftr", el("w:p", el("w:pPr", val("w:pStyle", "Footer")),
		d.run(d.Footer+"\t"), field("PAGE"), d.run(" / "), field("NUMPAGES")))
}
