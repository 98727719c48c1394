package filing

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/strict"
)

// FileVersion is the version of the evidence file that is read.
const FileVersion = 1

// A document is an evidence file as written: docs/formats/evidence.md.
type document struct {
	organization strict.String
	entries      []entry
	mistakes     problem.List
	refs         map[string]int // places of the entries by their own names
}

// An entry is one item of a document.
type entry struct {
	node  strict.Node
	item  evidence.Item // without its files, and without the number of what it ends
	ends  target
	files []attachment
	found problem.List // mistakes in what is written here
}

// A target is what an entry ends. The zero target is nothing.
type target struct {
	number int64 // of what was filed before; 0: an entry above
	entry  int   // the place of that entry, counted from 1
}

// nowhere is the target that cannot be read: a number that nothing has.
const nowhere = math.MaxInt64

// An attachment is a file that an entry names.
type attachment struct {
	at   strict.Pos
	path string // below the folder of the document, with slashes
	file evidence.File
}

// readDocument reads an evidence file with every mistake of its form.
func readDocument(name string, data []byte) *document {
	d := &document{refs: map[string]int{}}
	var e fileEntry
	strict.ParseInto(name, data, &e, &d.mistakes)
	d.organization = e.Organization
	if n, ok := e.Guanji.Int(); !e.Guanji.IsZero() && (!ok || n != FileVersion) {
		d.mistakes = append(d.mistakes, e.Guanji.Pos().Spot("file.version", e.Guanji.Show(), FileVersion))
	}
	d.read(e.Records, (*document).record)
	d.read(e.Plans, (*document).plan)
	d.read(e.Events, (*document).event)
	d.read(e.Assignments, (*document).assignment)
	d.read(e.Ends, (*document).end)
	return d
}

// read reads the entries of one list. Enough mistakes are enough.
func (d *document) read(nodes []strict.Node, one func(*document, *entry) strict.String) {
	for _, n := range nodes {
		if strict.Full(&d.mistakes, n.Pos()) {
			return
		}
		e := entry{node: n}
		ref := one(d, &e)
		d.entries = append(d.entries, e)
		if ref.Value != "" {
			d.name(ref)
		}
		d.mistakes = append(d.mistakes, d.entries[len(d.entries)-1].found...)
	}
}

var goodRef = regexp.MustCompile(`^[a-z][a-z0-9._-]{0,99}$`)

// name gives the last entry its own name.
func (d *document) name(ref strict.String) {
	e := &d.entries[len(d.entries)-1]
	at, twice := d.refs[ref.Value]
	switch {
	case !goodRef.MatchString(ref.Value):
		e.found = append(e.found, ref.Pos.Spot("evidence.file.ref", strict.Shorten(ref.Value)))
	case twice:
		e.found = append(e.found, ref.Pos.Spot("file.duplicate_id", ref.Value, d.entries[at-1].node.Pos().Line))
	default:
		d.refs[ref.Value] = len(d.entries)
	}
}

func (d *document) record(e *entry) strict.String {
	var r recordEntry
	strict.Decode(e.node, &r, &e.found)
	e.item.Record = &evidence.Record{Kind: r.Kind, Duties: r.Duties, Subject: r.Subject, Observed: r.Observed, ValidUntil: r.ValidUntil,
		Method: evidence.Method(r.Method), Scope: (*evidence.Scope)(r.Scope), Result: r.Result, Note: r.Note, Reason: r.Reason}
	for _, a := range r.Files {
		if a.Path.Value == "" { // a mistake, and told
			continue
		}
		e.files = append(e.files, attachment{at: a.Path.Pos, path: a.Path.Value, file: evidence.File{Name: a.Name}})
	}
	e.ends = d.target(e, r.Supersedes)
	return r.Ref
}

func (d *document) plan(e *entry) strict.String {
	var p planEntry
	strict.Decode(e.node, &p, &e.found)
	e.item.Plan = &evidence.Plan{Duty: p.Duty, Subject: p.Subject, Basis: p.Basis, By: p.By, Reference: p.Reference, Started: p.Started, Due: p.Due, What: p.What}
	return p.Ref
}

func (d *document) event(e *entry) strict.String {
	var v eventEntry
	strict.Decode(e.node, &v, &e.found)
	e.item.Event = &evidence.Event{Duty: v.Duty, Subject: v.Subject, Day: v.Day, What: v.What}
	return v.Ref
}

func (d *document) assignment(e *entry) strict.String {
	var a assignmentEntry
	strict.Decode(e.node, &a, &e.found)
	v := evidence.Assignment(a)
	e.item.Assignment = &v
	return strict.String{}
}

func (d *document) end(e *entry) strict.String {
	var v endEntry
	strict.Decode(e.node, &v, &e.found)
	e.item.End = &evidence.End{How: v.How, Day: v.Day, Reason: v.Reason}
	e.ends = d.target(e, v.Of)
	return strict.String{}
}

// target reads what an entry ends: a number, or the name of an entry above.
func (d *document) target(e *entry, n strict.Node) target {
	if n.IsNull() {
		return target{}
	}
	s, tag, ok := n.Scalar()
	digits, hash := strings.CutPrefix(s, "#")
	if tag == "!!int" || hash {
		if number, err := strconv.ParseInt(digits, 10, 64); err == nil && number > 0 {
			return target{number: number}
		}
		ok = false
	}
	at, named := d.refs[s]
	switch {
	case !ok:
		e.found = append(e.found, n.Pos().Spot("evidence.file.target", n.Show()))
	case !named:
		e.found = append(e.found, n.Pos().Spot("evidence.file.no_ref", strict.Shorten(s)))
	default:
		return target{entry: at}
	}
	return target{number: nowhere}
}

// written is the field of an entry that stands for a field of a mistake.
func (e *entry) written(field string) string {
	switch {
	case field == "run" || field == "tool" || field == "version" || field == "who":
		return "method." + field
	case field == "of" && e.item.Record != nil:
		return "supersedes"
	}
	return field
}

// at returns the place of a field of an entry: that of the entry, or of the
// part of it, where the field is absent.
func (e *entry) at(field string) strict.Pos {
	n := e.node
	for key := range strings.SplitSeq(field, ".") {
		child, ok := child(n, key)
		if !ok {
			break
		}
		n = child
	}
	return n.Pos()
}

func child(n strict.Node, key string) (strict.Node, bool) {
	entries, _ := n.Entries()
	for _, e := range entries {
		if e.Key.Value == key {
			return e.Value, true
		}
	}
	return strict.Node{}, false
}

// mistakesAt puts mistakes in the fields of an entry at their places, but for
// those of fields that could not be read.
func (e *entry) mistakesAt(fields problem.Fields) (list problem.List) {
	for _, f := range fields {
		field := e.written(f.Name)
		at := e.at(field)
		if e.unread(at, field) {
			continue
		}
		msg := f.Msg
		if field != "" {
			msg = message.New("evidence.file.field", field, f.Msg)
		}
		list = append(list, problem.Spot{File: at.File, Line: at.Line, Column: at.Column, Msg: msg})
	}
	return list
}

// unread reports whether a mistake was found where a field should be.
func (e *entry) unread(at strict.Pos, field string) bool {
	for _, m := range e.found {
		here := m.Line == at.Line && m.Column == at.Column
		if here && (m.Msg.Key != "strict.missing_key" || strings.HasSuffix("."+field, "."+m.Msg.Args[0].(string))) {
			return true
		}
	}
	return false
}
