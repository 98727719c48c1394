package detect

import (
	"bytes"
	"math/bits"
	"sort"
	"strings"

	"guanji/internal/detect/kernel"
)

// A column is what is known of a column of a table, or of a key or tag.
type column struct {
	name        string
	pro, contra kindSet
	// uniform are the kinds that six of ten filled cells are of; stray those that
	// hardly any is of, where most are some other number: they fit by chance.
	uniform, stray kindSet
	// sensitive are the classes of sensitive information that it is named for.
	sensitive uint64
	filled    int32
	numeric   int32 // the filled cells that are a number
	match     [kinds]int32
}

// decideRows is after how many rows it is decided what a column is of, if the
// document or the first block does not end before.
const decideRows = 128

// A table follows the cells of a delimited text, or of the rows in a dump.
type table struct {
	on       bool
	deciding bool
	layout   Layout
	columns  []*column
	decided  int    // how many of the columns are decided
	rows     int    // since then
	cells    []cell // those that may still be asked for, and the last begun
	last     int    // which was asked for last
	pos      int    // up to where the text was followed
	quoted   bool
	quote    int // where the last quote was
	started  bool
	headed   bool // the first row names the columns
	whole    bool // a decided column is of a kind that is told by a whole cell
	ends     [batch]kernel.Ends
	dump     dump
}

// A cell is where a cell begins, and its column; what lies between the rows of
// a dump is of none.
type cell struct{ begin, column int }

// begin starts a document.
func (t *table) begin(l Layout) {
	on := l.Form == Delimited || l.Form == Dump
	t.layout, t.on, t.deciding, t.pos = l, on, l.Form == Delimited, lead
	t.rows, t.decided, t.last, t.quoted, t.started, t.headed = 0, 0, 0, false, false, false
	t.quote = lead
	t.whole = l.Form == Dump // a comment can still name a column
	t.columns, t.cells = t.columns[:0], append(t.cells[:0], cell{begin: lead})
	if l.Form == Dump {
		t.started = true
		t.cells[0].column = none
		t.dump.begin()
	}
}

func (t *table) undecided() bool { return t.on && !t.started }

// head finds the names of the columns: given, or in the first row.
func (t *table) head(s *Scanner) {
	t.started = true
	names := t.layout.Columns
	if names == nil {
		names = t.firstRow(s.raw[lead:])
		t.headed = names != nil
	}
	speaks, personal := false, false
	for _, name := range names {
		c := s.e.describe(name)
		t.columns = append(t.columns, c)
		speaks, personal = speaks || c.speaks(), personal || s.e.personal(name)
	}
	if t.headed && personal && !speaks { // somebody, and no column: the first of the rows
		t.columns, t.headed = t.columns[:0], false
	}
}

// speaks says whether the name of a column tells anything of what is in it.
func (c *column) speaks() bool { return c.pro|c.contra != 0 || c.sensitive != 0 }

// firstRow returns the cells of the first row if they name the columns: none
// of them looks like a value.
func (t *table) firstRow(text []byte) []string {
	const longest = 64 << 10
	text = text[:min(len(text), longest)]
	end := bytes.IndexByte(text, t.layout.Row)
	if end < 0 {
		return nil
	}
	var names []string
	for _, c := range bytes.Split(text[:end], []byte{t.layout.Cell}) {
		name := strings.Trim(string(c), "\" \r\t\ufeff")
		if valueLike(name) {
			return nil
		}
		names = append(names, name)
	}
	return names
}

// valueLike says whether a cell is more likely a value than a name: it has an
// '@', begins with a digit, or has six digits in it.
func valueLike(s string) bool {
	digits := 0
	for _, c := range []byte(s) {
		digits += b2i(digit(c))
	}
	return strings.Contains(s, "@") || digits >= 6 || s != "" && digit(s[0]) || len(s) > 128
}

// advance follows the text up to a place, a batch of blocks at a time.
func (t *table) advance(s *Scanner, to int) {
	if t.layout.Form == Dump {
		t.follow(s, to)
		return
	}
	for t.pos < to {
		n := min(batch, (to-t.pos+kernel.Block-1)/kernel.Block)
		kernel.Separate(t.ends[:n], s.buf[t.pos:], t.layout.Cell, t.layout.Row)
		for i := range t.ends[:n] {
			at := t.pos + i*kernel.Block
			t.block(s, &t.ends[i], at, to-at)
		}
		t.pos = min(t.pos+n*kernel.Block, to)
	}
}

// longestQuoted is after how many bytes a quote that nothing ends is none.
const longestQuoted = 64 << 10

// block follows one block, or the first bytes of it that count.
func (t *table) block(s *Scanner, e *kernel.Ends, at, size int) {
	rows, quotes := e.Row, e.Quote
	if !t.layout.Quoted {
		quotes = 0
	}
	marks := e.Cell | rows | quotes
	if size < kernel.Block {
		marks &= 1<<size - 1
	}
	for ; marks != 0; marks &= marks - 1 {
		bit := marks & -marks
		switch {
		case quotes&bit != 0:
			t.mark(s, at+bits.TrailingZeros64(bit))
		case rows&bit != 0 && at-t.quote > longestQuoted:
			t.quoted = false // the quote was none: nothing ended it
			fallthrough
		case !t.quoted:
			t.end(s, at+bits.TrailingZeros64(bit), rows&bit != 0)
		}
	}
}

// mark takes up a quote: it begins a cell, ends one, or is doubled inside. One
// amid a cell that is not quoted is text, as in 5"4.
func (t *table) mark(s *Scanner, at int) {
	switch begin := max(t.cells[len(t.cells)-1].begin, 0); {
	case t.quoted:
		t.quoted = false
	case at == t.quote+1 || len(bytes.TrimLeft(s.raw[begin:at], " \ufeff")) == 0:
		t.quoted = true
	default:
		return
	}
	t.quote = at
}

// end ends a cell, and maybe its row, before a place.
func (t *table) end(s *Scanner, at int, row bool) {
	next := t.cells[len(t.cells)-1].column + 1
	if row {
		next = 0
	}
	t.cut(s, at, row, next)
}

// cut ends a cell before a place, and begins one of a column behind it.
func (t *table) cut(s *Scanner, at int, row bool, next int) {
	if t.deciding || t.whole {
		last := t.cells[len(t.cells)-1]
		t.look(s, t.column(s, last.column), last.begin, at)
	}
	t.rows += b2i(row)
	t.cells = append(t.cells, cell{at + 1, next})
}

// finish ends the last cell, and decides.
func (t *table) finish(s *Scanner) {
	t.advance(s, len(s.raw))
	last := t.cells[len(t.cells)-1]
	t.look(s, t.column(s, last.column), last.begin, len(s.raw))
	t.decide(s)
}

// maxColumns is how many columns of a row are told apart.
const maxColumns = 4096

// column returns a column by its number, which a row may have more of than
// the head; nil for none.
func (t *table) column(s *Scanner, n int) *column {
	if t.layout.Form == Dump {
		if n == none {
			return nil
		}
		return t.columns[n]
	}
	n = min(n, maxColumns)
	for n >= len(t.columns) {
		t.columns = append(t.columns, s.e.describe(""))
	}
	return t.columns[n]
}

// look looks at a whole cell: names and addresses are told by it.
func (t *table) look(s *Scanner, c *column, begin, end int) {
	if c == nil || t.headed && t.rows == 0 || !t.deciding && !(c.pro|c.uniform).any(cellKinds) {
		return
	}
	cell := bytes.Trim(s.raw[max(begin, 0):end], "\" \r\t")
	if t.layout.Form == Dump {
		cell = literal(cell)
	}
	if len(cell) == 0 {
		return
	}
	if t.deciding {
		c.filled++
		c.numeric += int32(b2i(len(cell) >= 6 && allDigits(bytes.TrimPrefix(cell, []byte("-")))))
	}
	if len(cell) < 4 || len(cell) > reach || begin < 0 {
		return
	}
	begin += bytes.Index(s.raw[begin:end], cell)
	if points, word, ok := s.e.nameCell(cell, c.pro.has(personName)); ok {
		s.hold(claim{kind: personName, start: begin, end: begin + len(cell), own: int8(points), column: c, cell: !word}, c.pro, c.contra)
	} else if points, ok := s.e.addressCell(cell, c.pro.has(postalAddress)); ok {
		s.hold(claim{kind: postalAddress, start: begin, end: begin + len(cell), own: int8(points), column: c, cell: true}, c.pro, c.contra)
	}
}

// cellKinds are told by a whole cell.
const cellKinds = kindSet(1<<personName | 1<<postalAddress)

// at returns the column of a place, and where its cell begins. Places are asked
// for almost in order.
func (t *table) at(s *Scanner, pos int) (*column, int) {
	i := min(t.last, len(t.cells)-1)
	for i > 0 && t.cells[i].begin > pos {
		i--
	}
	for i+1 < len(t.cells) && t.cells[i+1].begin <= pos {
		i++
	}
	t.last = i
	return t.column(s, t.cells[i].column), t.cells[i].begin
}

// decide says which columns are of one kind: six of ten filled cells match it,
// and there are at least five. It is the last word after enough rows.
func (t *table) decide(s *Scanner) {
	if !t.deciding {
		return
	}
	for _, c := range t.columns[t.decided:] {
		if c.filled > 0 {
			s.suspected |= c.sensitive
		}
		for k := range kinds {
			if c.filled >= 5 && c.match[k]*10 >= c.filled*6 {
				c.uniform = c.uniform.with(k)
			}
			if c.filled >= 20 && c.numeric*10 >= c.filled*6 && c.match[k]*5 < c.filled {
				c.stray |= setOf(k) & s.e.numbers &^ c.pro
			}
		}
		t.whole = t.whole || (c.pro | c.uniform).any(cellKinds)
	}
	for i := range s.held {
		if h := &s.held[i]; h.column != nil {
			h.signals |= h.column.says(h.kind)
		}
	}
	if t.rows >= decideRows {
		t.deciding, t.decided = false, len(t.columns)
	}
}

// says is what a decided column says of a finding of a kind in it.
func (c *column) says(k kind) Signal {
	switch {
	case c.uniform.has(k):
		return Uniform
	case c.stray.has(k):
		return Uneven
	}
	return 0
}

// forget drops the cells that end before a place.
func (t *table) forget(before int) {
	n := sort.Search(len(t.cells), func(i int) bool { return t.cells[i].begin > before }) - 1
	if n > 0 {
		t.cells = append(t.cells[:0], t.cells[n:]...)
		t.last = max(0, t.last-n)
	}
}

// move follows the text as it moves to the left.
func (t *table) move(by int) {
	t.pos -= by
	t.quote -= by
	for i := range t.cells {
		t.cells[i].begin -= by
	}
}
