package detect

import "bytes"

// A dump follows the statements of a dump in SQL, to tell the columns of the
// cells in INSERT … VALUES (…) and in the rows of COPY. It reads what databases
// and their tools write, and keeps to no grammar: where a statement is not as
// expected, its cells have no columns, and the next one is followed again.
type dump struct {
	in      inside
	step    step
	quote   byte // that ends a quoted name
	escapes bool // a backslash escapes in this string
	depth   int  // of brackets
	cell    int  // the number of the cell in its row
	// backslash says whether strings have escapes, as those of MySQL do.
	backslash belief

	word      []byte // the name or word that is being read
	lineBegin bool   // it is the first of its line
	// head is the name of the table, and a 0 and a name for each column that the
	// statement names. The columns of the head before are kept: often the next
	// is the same.
	head, before []byte
	tableEnd     int
	listed       bool   // the name of the column is in the list
	names        int    // how many are
	commented    bool   // a comment on a column follows
	copying      bool   // the statement is COPY
	stdin        bool   // of the rows that follow it
	order        []int  // the columns of the rows, as far as their cells were seen
	rest         []byte // names of those that follow

	// created are the columns of tables, as in head; comments and known, by table
	// and column, what was said of one, and its number.
	created, comments map[string][]byte
	known             map[string]int
	kept              int // bytes in created and comments
	key               []byte
}

// A belief is something that is not known at first.
type belief uint8

const (
	unknown belief = iota
	no
	yes
)

// An inside is what a byte is part of.
type inside uint8

const (
	inCode inside = iota
	inWord
	inName // in quotes of names
	inString
	inLine    // a comment to the end of the line
	inComment // a comment between marks
	inCopy    // the rows of COPY
)

// A step is how far a statement is.
type step uint8

const (
	atBegin  step = iota
	atRest        // of a statement that has no cells
	atInto        // INSERT
	atList        // the columns of INSERT or COPY
	atValues      // behind them
	atRows        // between rows
	atRow
	atCreate // CREATE
	atTable  // CREATE TABLE
	atItem   // the beginning of a column
	atType   // behind its name
	atCopy   // COPY
	atFrom   // behind its columns
	atData   // the end of its line
	atComment
)

// Bounds of what is kept of a dump: columns of all tables, bytes of a name, and
// bytes of names and comments. What is beyond has no columns.
const (
	dumpColumns = 1 << 14
	dumpName    = 128
	dumpNames   = 2 << 20
)

// none is the column of what is in no row.
const none = -1

func (d *dump) begin() {
	*d = dump{word: d.word[:0], head: d.head[:0], before: d.before[:0], order: d.order[:0], key: d.key[:0],
		created: map[string][]byte{}, comments: map[string][]byte{}, known: map[string]int{}}
}

// follow follows the statements up to a place.
func (t *table) follow(s *Scanner, to int) {
	d, text := &t.dump, s.raw
	i := t.pos
	for ; i < to; i++ {
		c := text[i]
		if c == '\n' && restarts(text, i) {
			t.leave(s, i)
			d.in, d.step = inCode, atBegin
			continue
		}
		switch d.in {
		case inCode:
			if d.step != atRow || !alnum(c) {
				t.code(s, i, c)
			}
		case inWord:
			if inUnquoted(c) {
				d.add(c)
				continue
			}
			d.in = inCode
			t.token(s, false)
			i-- // it is seen again
		case inName:
			if c != d.quote {
				d.add(c)
				continue
			}
			d.in = inCode
			t.token(s, true)
		case inString:
			switch {
			case c == '\\' && d.escapes:
				i++
			case c == d.quote:
				d.in = inCode
				d.comment()
			case d.commented:
				d.add(c)
			default:
				i = plainRun(text[:to], i, d.quote)
			}
		case inLine:
			if c == '\n' {
				d.in = inCode
			}
		case inComment:
			if c == '/' && text[i-1] == '*' {
				d.in = inCode
			}
		case inCopy:
			t.copied(s, i, c)
		}
	}
	t.pos = max(t.pos, i)
}

// plainRun is where the last byte of a string stands before one that may mean
// something.
func plainRun(text []byte, at int, quote byte) int {
	for at+1 < len(text) && text[at+1] != quote && text[at+1] != '\\' && text[at+1] != '\n' {
		at++
	}
	return at
}

// restarts says whether a line begins with a statement where one can end. It is
// followed whatever seemed to be open, so that one bracket or quote that is
// missing does not hide all that follows.
func restarts(text []byte, at int) bool {
	last := text[at-1]
	if last == '\r' {
		last = text[at-2]
	}
	return (last == ';' || last == '\n') && (hasFold(text[at+1:], "insert into ") || hasFold(text[at+1:], "create table "))
}

func hasFold(text []byte, prefix string) bool {
	return len(text) >= len(prefix) && fold(text[0]) == prefix[0] && bytes.EqualFold(text[:len(prefix)], []byte(prefix))
}

// add adds a byte to the word.
func (d *dump) add(c byte) {
	if len(d.word) < dumpName {
		d.word = append(d.word, c)
	}
}

// inUnquoted says whether a byte is part of words, numbers, and names without
// quotes.
func inUnquoted(c byte) bool {
	return wordByte(c) || c >= 0x80 || c == '.' || c == '$' || c == '@'
}

// code looks at a byte outside of strings, names and comments.
func (t *table) code(s *Scanner, at int, c byte) {
	d, text := &t.dump, s.raw
	switch {
	case c == '(' || c == ')' || c == ',':
		t.bracket(s, at, c)
	case c == ';':
		t.leave(s, at)
		d.step = d.next()
	case c == '\'' || c == '"' && d.step == atRow:
		d.in, d.quote, d.word = inString, c, d.word[:0]
		d.escapes = d.backslash == yes || fold(text[at-1]) == 'e' && !inUnquoted(text[at-2])
	case c == '"' || c == '`' || c == '[' && d.step != atRow && d.step != atType:
		d.in, d.quote, d.word, d.lineBegin = inName, c, d.word[:0], false
		if c == '[' {
			d.quote = ']'
		}
		if c == '`' && d.backslash == unknown {
			d.backslash = yes
		}
	case c == '-' && has(text[at:], "--"), d.step == atBegin && (c == '#' || c == '\\'):
		d.in = inLine
	case c == '/' && has(text[at:], "/*"):
		d.in = inComment
		if d.backslash == unknown && (has(text[at:], "/*!") || has(text[at:], "/*M!")) {
			d.backslash = yes // MySQL, MariaDB
		}
	case c == '\n' && d.step == atData:
		d.in = inCopy
		t.named(s)
		t.row(s, at)
	case d.step != atRow && inUnquoted(c):
		d.in, d.word, d.lineBegin = inWord, append(d.word[:0], c), text[at-1] == '\n'
	}
}

// next is what follows a semicolon.
func (d *dump) next() step {
	if d.step == atFrom && d.stdin {
		return atData
	}
	return atBegin
}

// leave ends a row, or what was taken for one.
func (t *table) leave(s *Scanner, at int) {
	if t.cells[len(t.cells)-1].column != none {
		t.cut(s, at, false, none)
	}
}

// row begins a row behind a place.
func (t *table) row(s *Scanner, at int) {
	t.dump.cell = 0
	t.cut(s, at, false, t.nth(s))
}

// copied looks at a byte in the rows of COPY, which end in a line of \.
func (t *table) copied(s *Scanner, at int, c byte) {
	d := &t.dump
	switch c {
	case '\t':
		d.cell++
		t.cut(s, at, false, t.nth(s))
	case '\n':
		begin := t.cells[len(t.cells)-1].begin
		if d.cell == 0 && begin >= 0 && bytes.Equal(bytes.TrimRight(s.raw[begin:at], "\r"), []byte(`\.`)) {
			t.leave(s, at)
			d.in, d.step = inCode, atBegin
			return
		}
		d.cell = 0
		t.cut(s, at, true, t.nth(s))
	}
}

// bracket looks at a bracket or comma.
func (t *table) bracket(s *Scanner, at int, c byte) {
	d := &t.dump
	switch c {
	case '(':
		if d.open() {
			t.row(s, at)
		}
		d.depth++
	case ')':
		if d.depth--; d.depth <= 0 {
			t.close(s, at)
		}
	case ',':
		switch {
		case d.depth != 1:
		case d.step == atRow:
			d.cell++
			t.cut(s, at, false, t.nth(s))
		case d.step == atType:
			d.step, d.commented = atItem, false
		case d.step == atList:
			d.listed = false
		}
	}
}

// open opens a bracket, and says whether a row begins with it.
func (d *dump) open() bool {
	switch d.step {
	case atRows:
		d.step, d.depth = atRow, 0
		return true
	case atInto, atValues, atCopy:
		d.list(atList)
	case atTable:
		d.list(atItem)
	case atItem:
		d.step = atType
	}
	return false
}

// list begins a list of columns of a table that is named.
func (d *dump) list(at step) {
	d.step, d.depth, d.listed, d.names, d.commented = at, 0, false, 0, false
	if d.tableEnd == 0 {
		d.step = atRest
	}
	d.head = d.head[:d.tableEnd]
}

// close closes a bracket that nothing is around.
func (t *table) close(s *Scanner, at int) {
	d := &t.dump
	d.depth = 0
	switch d.step {
	case atRow:
		t.cut(s, at, true, none)
		d.step = atRows
	case atList:
		d.step = atValues
		if d.copying {
			d.step = atFrom
		}
	case atItem, atType:
		d.create()
		d.step = atRest
	}
}
