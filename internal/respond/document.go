package respond

import (
	"time"

	"guanji/internal/message"
)

// A Document is a report or the card as data, in one language. Package report
// writes it.
type Document struct {
	Lang    message.Lang
	Title   string
	Drill   bool    // it belongs to a drill: that is said across the top of every page, whatever the banner is
	Banner  string  // what else is said there, such as that this is a courtesy copy; "" for nothing
	Meta    []Row   // the facts at its head
	Blocks  []Block // what it has to say, in order
	Footer  string  // at the foot of every page, beside the number of the page
	OnePage bool    // it is set as small as it must be for one page of A4
	Made    time.Time
}

// A Block is a part of a document. What it has not is left out.
type Block struct {
	Heading string
	Text    string // each line a paragraph
	Rows    []Row
	Table   *Table
	Blank   int    // empty lines to write on by hand
	Note    string // small print under it
}

// A Row is a value with its label. A value may have several lines.
type Row struct {
	Label, Value string
	Strong       bool // the value is what a hurried reader looks for
}

// A Table has the names of its columns above rows of as many cells.
type Table struct {
	Head []string
	Rows [][]string
}
