package report

import (
	"strconv"

	"guanji/internal/respond"
)

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
	if d.rowHeight(cells, widths) < paperHeight/4 {
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
		pr.in = append(pr.in, val("w:tblCaption", caption))
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
