package detect

// A Form is how the text of a document is laid out, so that a finding can be
// told the column, key or tag it lies in.
type Form string

// The forms.
const (
	// Plain is text without a structure that matters.
	Plain Form = "plain"
	// Delimited is rows of cells: CSV and its like, and every table that a
	// source turned into text.
	Delimited Form = "delimited"
	// Keyed is text in which a value stands after its key: JSON, YAML, logs of
	// key=value.
	Keyed Form = "keyed"
	// Tagged is XML and HTML: a value stands between tags.
	Tagged Form = "tagged"
	// Dump is SQL: columns are named by INSERT and CREATE TABLE, or COPY.
	Dump Form = "dump"
)

// CellEnd and RowEnd separate cells and rows of a table that a source turned
// into text. They are control characters that a cell cannot hold: a source
// replaces them, should they occur.
const (
	CellEnd = 0x1f
	RowEnd  = 0x1e
)

// A Layout says how the text of a document is laid out.
type Layout struct {
	Form Form
	// Cell and Row end a cell and a row of a delimited text: ',' and '\n', or
	// [CellEnd] and [RowEnd].
	Cell, Row byte
	// Quoted says that cells of a delimited text may stand in double quotes,
	// which double a quote inside.
	Quoted bool
	// Columns are the names of the columns. Without them the first row of a
	// delimited text is looked at: it names the columns if no cell of it is
	// itself a value.
	Columns []string
}
