package report

import (
	"strings"

	"guanji/internal/respond"
)

// columns shares the width among the columns of a table. Those that need less
// than their share take what they need, and leave the rest to the others.
func (s setting) columns(t respond.Table) []int {
	needs := s.needs(t)
	widths := make([]int, len(needs))
	left, open := s.Width(), len(needs)
	for again := true; again; {
		again = false
		for i, need := range needs {
			if widths[i] == 0 && open > 1 && need <= left/open {
				widths[i], left, open, again = need, left-need, open-1, true
			}
		}
	}
	for i := range widths {
		if widths[i] == 0 {
			widths[i] = left / open
			left, open = left-widths[i], open-1
		}
	}
	return widths
}

// handwriting is how wide a cell to write in should be, as [displayWidth] counts.
const handwriting = 14

// needs is how wide each column must be for no line of it to break, and for
// somebody to write into what is empty.
func (s setting) needs(t respond.Table) []int {
	var needs []int
	for _, row := range tableRows(t) {
		for i, cell := range row {
			if i == len(needs) {
				needs = append(needs, 0)
			}
			columns := 0
			if cell == "" {
				columns = handwriting
			}
			for line := range strings.SplitSeq(cell, "\n") {
				columns = max(columns, displayWidth(line))
			}
			needs[i] = max(needs[i], columns*s.Size.Text*5*11/10+2*s.Beside)
		}
	}
	return needs
}

// tableRows returns the names of the columns and the rows, all of one length.
func tableRows(t respond.Table) [][]string {
	var rows [][]string
	if len(t.Head) > 0 {
		rows = append(rows, t.Head)
	}
	rows = append(rows, t.Rows...)
	columns := 1
	for _, row := range rows {
		columns = max(columns, len(row))
	}
	even := make([][]string, len(rows))
	for i, row := range rows {
		even[i] = make([]string, columns)
		copy(even[i], row)
	}
	return even
}
