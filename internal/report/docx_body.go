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
		for _, line := range textLines(b.Text) {
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
	for i, line := range textLines(s) {
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

// textLines returns the lines of a text as they are printed.
func textLines(s string) []string { return strings.Split(printable(s), "\n") }

// rows sets values beside their labels.
func (d word) rows(caption string, rows []respond.Row) []element {
	if len(rows) == 0 {
		return nil
	}
	widths := []int{d.Label(), d.Width() - d.Label()}
	var in []element
	for _, r := range rows {
		style := "Cell"
		if r.Strong {
			style = "StrongCell"
		}
		in = append(in, d.tableRow(widths, []string{r.Label, r.Value}, "HeadCell", style))
	}
	return d.grid(caption, "w:firstColumn", widths, in)
}

func (d word) table(caption string, t respond.Table) []element {
	rows := tableRows(t)
	if len(rows) == 0 {
		return nil
	}
	widths := d.columns(t)
	var in []element
	for i, row := range rows {
		if i == 0 && len(t.Head) > 0 {
			head := d.tableRow(widths, row, "HeadCell")
			head.in[0].in = append(head.in[0].in, el("w:tblHeader")) // again at the top of each page, and told to those who cannot see
			in = append(in, head)
			continue
		}
		in = append(in, d.tableRow(widths, row, "Cell"))
	}
	return d.grid(caption, "w:firstRow", widths, in)
}

// tableRow returns a row of cells; the last style is that of the cells left. It
// stays on one page unless it takes much of one.
func (d word) tableRow(widths []int, cells []string, styles ...string) element {
	pr := el("w:trPr")
	if d.row(cells, widths) < paperHeight/4 {
		pr.in = append(pr.in, el("w:cantSplit"))
	}
	tr := el("w:tr", pr)
	for i, cell := range cells {
		tr.in = append(tr.in, d.cell(styles[min(i, len(styles)-1)], cell, widths[i]))
	}
	return tr
}

// cell returns a cell of a table. A style whose cells are named for heads has a
// ground of its own.
func (d word) cell(style, s string, width int) element {
	pr := el("w:tcPr", el("w:tcW").with("w:w", strconv.Itoa(width), "w:type", "dxa"))
	if style == "HeadCell" {
		pr.in = append(pr.in, el("w:shd").with("w:val", "clear", "w:color", "auto", "w:fill", "EDEDED"))
	}
	return el("w:tc", pr, d.paragraph(style, s))
}

// grid returns a table of rows, and what keeps it apart from the next. Heads
// says where its heads stand.
func (d word) grid(caption, heads string, widths []int, rows []element) []element {
	pr := el("w:tblPr", val("w:tblStyle", "Grid"), el("w:tblW").with("w:w", strconv.Itoa(d.Width()), "w:type", "dxa"),
		el("w:tblLayout").with("w:type", "fixed"),
		el("w:tblLook").with(heads, "1"))
	if caption != "" {
		pr.in = append(pr.in, val("w:tblCaption", printable(caption)))
	}
	columns := el("w:tblGrid")
	for _, width := range widths {
		columns.in = append(columns.in, el("w:gridCol").with("w:w", strconv.Itoa(width)))
	}
	return []element{el("w:tbl", append([]element{pr, columns}, rows...)...), d.gap()}
}

func (d word) gap() element { return el("w:p", el("w:pPr", val("w:pStyle", "Gap"))) }

// blank returns empty lines to write on, as rows of a table without sides: all
// programs keep the height of a row.
func (d word) blank(n int) []element {
	if n <= 0 {
		return nil
	}
	width := strconv.Itoa(d.Width())
	row := el("w:tr", el("w:trPr", el("w:trHeight").with("w:val", strconv.Itoa(d.Rule), "w:hRule", "exact")), d.cell("Cell", "", d.Width()))
	in := []element{
		el("w:tblPr", val("w:tblStyle", "Ruled"), el("w:tblW").with("w:w", width, "w:type", "dxa"), el("w:tblLayout").with("w:type", "fixed")),
		el("w:tblGrid", el("w:gridCol").with("w:w", width)),
	}
	for range n {
		in = append(in, row)
	}
	return []element{el("w:tbl", in...), d.gap()}
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
