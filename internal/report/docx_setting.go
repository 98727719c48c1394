package report

import (
	"sort"
	"strings"

	"guanji/internal/message"
	"guanji/internal/respond"
)

// The paper is A4. Lengths are in twentieths of a point, as Word has them.
const (
	paperWidth  = 11906
	paperHeight = 16838
)

// A setting is how large a document is set.
type setting struct {
	Size              sizes
	Leading           int // from line to line, in percent of the size
	Top, Side, Bottom int // margins
	Edge              int // from the edge of the paper to the banner and the footer
	Space             int // between the parts
	Pad               int // above and below the text of a cell
	Beside            int // left and right of it
	Rule              int // from line to line to write on
}

// sizes are those of type, in half-points.
type sizes struct{ Text, Small, Heading, Title, Banner int }

// reportSetting is as an official document is usually set, somewhat smaller.
var reportSetting = setting{
	Size:    sizes{Text: 24, Small: 18, Heading: 30, Title: 40, Banner: 30},
	Leading: 150, Top: 1474, Side: 1474, Bottom: 1304, Edge: 680, Space: 160, Pad: 50, Beside: 110, Rule: 567,
}

// The sizes that a card may be set in: it should be read at arm's length, and
// below the smallest nobody reads it at all.
const (
	largestCard  = 28
	smallestCard = 12
)

func cardSetting(size int) setting {
	return setting{
		Size:    sizes{Text: size, Small: size * 85 / 100, Heading: size * 115 / 100, Title: size * 160 / 100, Banner: size * 130 / 100},
		Leading: 130, Top: 680, Side: 737, Bottom: 680, Edge: 400, Space: size * 4, Pad: size, Beside: 80, Rule: 480,
	}
}

// settingOf chooses the setting of a document. One that must have one page is
// set as large as its page takes by estimate, since only Word lays it out.
func settingOf(d respond.Document) setting {
	if !d.OnePage {
		return reportSetting
	}
	tooLarge := sort.Search(largestCard-smallestCard, func(i int) bool { return !cardSetting(smallestCard + 1 + i).fits(d) })
	return cardSetting(smallestCard + tooLarge)
}

// Line is from line to line in a size of type. It is a fixed length, so that a
// document has as many pages with a font that stands in for another.
func (s setting) Line(size int) int { return size * 10 * s.Leading / 100 }

// Half is half the space between parts.
func (s setting) Half() int { return s.Space / 2 }

// Indent is that of the first line of a paragraph in Chinese: two characters.
func (s setting) Indent() int { return s.Size.Text * 20 }

// Width is that of the text.
func (s setting) Width() int { return paperWidth - 2*s.Side }

// Label is the width of the labels of rows.
func (s setting) Label() int { return s.Width() * 27 / 100 }

// fits reports whether a document takes one page, with a twentieth to spare.
func (s setting) fits(d respond.Document) bool {
	top := s.Edge + s.Space
	for _, b := range banners(d) {
		top += s.linesHeight(b, s.Size.Banner, s.Width()) + 2*s.Space
	}
	bottom := s.Edge + s.linesHeight(d.Footer, s.Size.Small, s.Width()*8/10)
	height := s.linesHeight(d.Title, s.Size.Title, s.Width()) + s.Space + s.rowsHeight(d.Meta)
	for _, b := range d.Blocks {
		height += s.blockHeight(b)
	}
	return height*105/100 <= paperHeight-max(s.Top, top)-max(s.Bottom, bottom)
}

// blockHeight estimates the height of a block.
func (s setting) blockHeight(b respond.Block) int {
	h := s.rowsHeight(b.Rows) + max(0, b.Blank)*s.Rule
	if b.Blank > 0 {
		h += s.Space
	}
	if b.Heading != "" {
		h += s.linesHeight(b.Heading, s.Size.Heading, s.Width()) + s.Space*3/2
	}
	if b.Text != "" {
		h += s.linesHeight(b.Text, s.Size.Text, s.Width()) + (1+strings.Count(b.Text, "\n"))*s.Half()
	}
	if b.Note != "" {
		h += s.linesHeight(b.Note, s.Size.Small, s.Width()) + s.Space
	}
	if b.Table != nil {
		h += s.tableHeight(*b.Table)
	}
	return h
}

func (s setting) rowsHeight(rows []respond.Row) int {
	if len(rows) == 0 {
		return 0
	}
	h := s.Space
	for _, r := range rows {
		h += s.rowHeight([]string{r.Label, r.Value}, []int{s.Label(), s.Width() - s.Label()})
	}
	return h
}

func (s setting) tableHeight(t respond.Table) int {
	h, widths := s.Space, s.columns(t)
	for _, row := range tableRows(t) {
		h += s.rowHeight(row, widths)
	}
	return h
}

// rowHeight estimates the height of a row of cells: that of its highest.
func (s setting) rowHeight(cells []string, widths []int) int {
	h := 0
	for i, cell := range cells {
		h = max(h, s.linesHeight(cell, s.Size.Text, widths[i]-2*s.Beside))
	}
	return h + 2*s.Pad
}

// linesHeight estimates the height of a text of a size on a width, which has
// room for one character at least. A tenth is lost where lines break.
func (s setting) linesHeight(text string, size, width int) int {
	n := 0
	width = max(width, size*10)
	for line := range strings.SplitSeq(text, "\n") {
		n += max(1, (displayWidth(line)*size*5*11/10+width-1)/width)
	}
	return n * s.Line(size)
}

// banners are the lines across the top of every page: that of a drill first.
func banners(d respond.Document) []string {
	var lines []string
	if d.Drill {
		lines = append(lines, message.New("document.drill").In(d.Lang))
	}
	if d.Banner != "" {
		lines = append(lines, d.Banner)
	}
	return lines
}
