package detect

import "bytes"

// token looks at a word, or a name in quotes.
func (t *table) token(s *Scanner, quoted bool) {
	d := &t.dump
	var room [16]byte
	low := room[:0] // the word as keywords are compared
	if !quoted && len(d.word) <= len(room) {
		for _, c := range d.word {
			low = append(low, fold(c))
		}
	}
	word := string(low)
	switch d.step {
	case atBegin:
		d.first(word)
	case atRest:
		if d.lineBegin {
			d.first(word)
		}
	case atInto, atValues:
		t.into(s, word)
	case atRows:
		d.between(word)
	case atList:
		d.column()
	case atCreate:
		switch word {
		case "table":
			d.name(atTable)
		case "global", "local", "temporary", "temp", "unlogged", "foreign", "external", "column", "or", "replace":
		default:
			d.step = atRest
		}
	case atTable:
		if d.tableEnd > 0 || word != "if" && word != "not" && word != "exists" {
			d.table()
		}
	case atItem:
		d.step, d.listed = atType, false
		if !constraint(word) {
			d.column()
		}
	case atType:
		d.commented = word == "comment"
	case atCopy, atFrom:
		t.from(s, word)
	case atComment:
		d.about(word)
	}
}

// first looks at the first word of a statement.
func (d *dump) first(word string) {
	d.step, d.depth = atRest, 0
	switch word {
	case "insert", "replace":
		d.name(atInto)
	case "create":
		d.step = atCreate
	case "copy":
		d.name(atCopy)
	case "comment":
		d.name(atComment)
	case "delimiter", "rem", "prompt":
		d.in, d.step = inLine, atBegin
	case "pragma":
		if d.backslash == unknown {
			d.backslash = no // SQLite, which takes names in backquotes too
		}
	}
}

// name begins to read the name of a table.
func (d *dump) name(at step) {
	d.step, d.copying, d.stdin, d.commented = at, at == atCopy, false, false
	d.head, d.tableEnd = d.head[:0], 0
}

// table takes a part of the name of a table: what follows it without a dot is
// none.
func (d *dump) table() {
	n := d.tableEnd
	if len(d.word) == 0 || n > 2*dumpName || n > 0 && d.head[n-1] != '.' && d.word[0] != '.' {
		return
	}
	for _, c := range d.word {
		d.head = append(d.head, fold(c))
	}
	d.tableEnd = len(d.head)
}

// column takes the name of a column, if the list has none in its place.
func (d *dump) column() {
	if d.listed || d.names >= maxColumns {
		return
	}
	d.listed = true
	d.names++
	d.head = append(append(d.head, 0), d.word...)
}

// into looks at a word between INSERT and its rows.
func (t *table) into(s *Scanner, word string) {
	d := &t.dump
	switch word {
	case "values", "value":
		d.step = atRest
		if d.tableEnd > 0 {
			d.step = atRows
			t.named(s)
		}
	case "select", "set", "with", "exec":
		d.step = atRest
	case "into", "or", "ignore", "low_priority", "delayed", "high_priority", "replace", "rollback", "abort", "fail", "overwrite", "all":
	default:
		if d.step == atInto {
			d.table()
		}
	}
}

// between looks at a word between rows, or behind the last.
func (d *dump) between(word string) {
	switch {
	case word == "values" || word == "value" || word == "row":
	case word == "into": // INSERT ALL
		d.name(atInto)
	case d.lineBegin:
		d.first(word)
	default:
		d.step = atRest
	}
}

// from looks at a word of COPY behind the table or its columns.
func (t *table) from(s *Scanner, word string) {
	d := &t.dump
	switch {
	case word == "to" || word == "csv" || word == "binary" || word == "format" || word == "delimiter" || word == "delimiters":
		d.step = atRest
	case word == "from" && d.tableEnd > 0:
		d.step = atFrom
	case word == "stdin":
		d.stdin = d.step == atFrom
	case d.step == atCopy:
		d.table()
	}
}

// constraint says whether a word begins what is no column in CREATE TABLE.
func constraint(word string) bool {
	switch word {
	case "constraint", "primary", "key", "unique", "index", "foreign", "check", "fulltext", "spatial", "exclude", "period", "like":
		return true
	}
	return false
}

// about looks at a word of COMMENT ON COLUMN … IS.
func (d *dump) about(word string) {
	switch {
	case d.tableEnd == 0 && (word == "on" || word == "column"):
	case word == "is":
		d.commented = true
	default:
		d.table()
	}
}

// comment keeps what a string says of a column.
func (d *dump) comment() {
	if !d.commented {
		return
	}
	d.commented = false
	table, at := d.tableEnd, -1
	switch {
	case d.step == atComment:
		at = bytes.LastIndexByte(d.head, '.')
		table = at
	case d.listed:
		at = bytes.LastIndexByte(d.head, 0)
	}
	if at < 0 {
		return
	}
	d.remark(d.head[:table], d.head[at+1:])
}

// remark keeps the comment on a column.
func (d *dump) remark(table, column []byte) {
	d.keep(d.comments, d.keyOf(table, column), d.word)
	d.keep(d.comments, d.keyOf(unqualified(table), column), d.word)
}

// create keeps the columns of CREATE TABLE.
func (d *dump) create() {
	if d.names == 0 {
		return
	}
	d.before = d.before[:0]
	table, columns := d.head[:d.tableEnd], d.head[d.tableEnd:]
	d.keep(d.created, table, columns)
	d.keep(d.created, unqualified(table), columns)
}

// keep keeps something by a key. What was kept before is forgotten where it is
// too much.
func (d *dump) keep(in map[string][]byte, key, value []byte) {
	if d.kept += len(key) + len(value); d.kept > dumpNames {
		clear(d.created)
		clear(d.comments)
		d.kept = 0
	}
	in[string(key)] = bytes.Clone(value)
}

// unqualified is the name of a table without that of its schema.
func unqualified(table []byte) []byte {
	return table[bytes.LastIndexByte(table, '.')+1:]
}

// keyOf is by what a column is known.
func (d *dump) keyOf(table, column []byte) []byte {
	d.key = append(append(d.key[:0], table...), 0)
	for _, c := range column {
		d.key = append(d.key, fold(c))
	}
	return d.key
}

// named finds the columns of the rows that follow: those that the statement
// names, or else CREATE TABLE did.
func (t *table) named(s *Scanner) {
	d := &t.dump
	if bytes.Equal(d.head, d.before) {
		return
	}
	d.before, d.order = append(d.before[:0], d.head...), d.order[:0]
	d.rest = d.before[d.tableEnd:]
	table := d.head[:d.tableEnd]
	for _, name := range [...][]byte{table, unqualified(table)} {
		if len(d.rest) == 0 {
			d.rest = d.created[string(name)]
		}
	}
}

// nth is the column of the cell that begins. Columns that have no name are told
// apart by their place.
func (t *table) nth(s *Scanner) int {
	d := &t.dump
	for n := len(d.order); n <= d.cell && n < maxColumns; n++ {
		var name []byte
		id := []byte{0, byte(n >> 8), byte(n)}
		if len(d.rest) > 0 {
			name = d.rest[1:]
			if end := bytes.IndexByte(name, 0); end >= 0 {
				name = name[:end]
			}
			d.rest, id = d.rest[1+len(name):], name
		}
		d.order = append(d.order, t.number(s, name, d.keyOf(d.head[:d.tableEnd], id)))
	}
	if d.cell >= len(d.order) {
		return none
	}
	return d.order[d.cell]
}

// number is the number of a column by its key. Where the rows of a column
// begin, it is to be decided what it is of.
func (t *table) number(s *Scanner, name, key []byte) int {
	d := &t.dump
	if n, ok := d.known[string(key)]; ok {
		return n
	}
	n := len(t.columns)
	if n >= dumpColumns {
		return none
	}
	c := s.e.describe(string(name))
	comment := d.comments[string(key)]
	if comment == nil {
		comment = d.comments[string(key[bytes.LastIndexByte(key[:d.tableEnd], '.')+1:])]
	}
	s.e.remark(c, comment)
	t.columns = append(t.columns, c)
	d.known[string(key)] = n
	t.deciding, t.rows = true, 0
	return n
}

// literal is what a cell of a dump holds: what stands between the quotes of a
// string, and nothing for no value.
func literal(cell []byte) []byte {
	cell = bytes.TrimSpace(cell)
	switch string(cell) {
	case "NULL", "null", "DEFAULT", `\N`, `\.`:
		return nil
	}
	const longest = len("_utf8mb4 ")
	begin := bytes.IndexByte(cell, '\'')
	if begin < 0 || begin > longest || begin == len(cell)-1 || cell[len(cell)-1] != '\'' {
		return cell
	}
	return cell[begin+1 : len(cell)-1]
}
