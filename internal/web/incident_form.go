package web

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"guanji/internal/evidence"
	"guanji/internal/incident"
	"guanji/internal/message"
)

// stepForm is the form by which a step of a case is recorded.
type stepForm struct {
	words
	May    bool   // who reads may record
	Path   string // where it is sent
	Kind   string // of the step
	Of     string // what it is about, for the steps that are about something
	Scope  string // tells forms of one page apart
	Name   string // what it does, beside other forms that look like it; "" for nothing
	Seen   int64  // revision of the case that its author saw
	Drill  bool
	Open   bool   // it was not taken, and comes back
	Alert  string // why, as far as no field says so
	Note   string // what the form is for, where its button does not say it
	Fields []stepField
	Facts  factFields
	Files  bool // it may bring some
	Send   string
	Danger bool
	back   *formBack
}

// stepField is one field of the form.
type stepField struct {
	field
	Control string // how it is filled in: line, text, area, time, select, radio, boxes, check, files or hidden
	Options []option
	List    []string        // what can be chosen instead of typed
	Chinese bool            // it is written in Chinese
	Named   map[string]bool // options that a notice of designation names
	Kept    []keptFile
}

// formBack is a form that was not taken, as it was sent.
type formBack struct {
	kind, of string
	seen     int64
	values   formValues
	at       map[string]string // what is wrong, by field
	alert    string
	files    []evidence.File
	met      bool // somebody else changed the same meanwhile
	shown    bool // the page still has such a form
}

// form begins the form of a step.
func (q *caseRequest) form(kind, of string) *stepForm {
	f := &stepForm{words: q.words, May: q.mayWrite(), Path: q.casePath("/steps/" + kind), Kind: kind, Of: of, Scope: scopeOf(kind, of), Seen: q.c.Revision(), Drill: q.c.Drill}
	if b := q.back; b != nil && b.kind == kind && b.of == of {
		f.back, f.Open, f.Alert, f.Seen, b.shown = b, true, b.alert, b.seen, true
		if b.met { // the head of the page says what happened
			f.Alert = q.T("cases.met.again")
		}
	}
	return f
}

// scopeOf is a part of an id that is good in every selector.
func scopeOf(kind, of string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, kind+"-"+of+"-")
}

// value is what a field holds: what was sent, or else what stands.
func (f *stepForm) value(name, stands string) string {
	if f.back == nil {
		return stands
	}
	return f.back.values.one(name)
}

// add adds a field with its label, its hint and what is wrong with it.
func (f *stepForm) add(control, name, stands string, most int, needed bool) *stepField {
	key := "cases.field." + f.Kind + "." + name
	if !message.Known(key) { // it is called the same everywhere
		key = "cases.field." + name
	}
	s := stepField{Control: control, field: field{words: f.words, Scope: f.Scope, Name: name, Label: f.T(key), Hint: f.hint(key), Value: f.value(name, stands), Max: most, Optional: !needed}}
	if f.back != nil {
		s.Error = f.back.at[name]
	}
	f.Fields = append(f.Fields, s)
	return &f.Fields[len(f.Fields)-1]
}

func (f *stepForm) line(name, stands string, needed bool) *stepField {
	return f.add("line", name, stands, incident.MaxLine, needed)
}

func (f *stepForm) text(name, stands string, needed bool) *stepField {
	return f.add("text", name, stands, incident.MaxText, needed)
}

// area is text of which nobody says whether it is needed: it may be.
func (f *stepForm) area(name, stands string) *stepField {
	return f.add("area", name, stands, incident.MaxText, true)
}

// time is a moment in Beijing, to the minute.
func (f *stepForm) time(name, stands string, needed bool) *stepField {
	s := f.add("time", name, stands, 0, needed)
	s.Type = "datetime-local"
	return s
}

func (f *stepForm) choose(control, name, stands string, list []option) *stepField {
	s := f.add(control, name, stands, 0, true)
	options(s.Value, list)
	s.Options = list
	return s
}

// boxes are choices of which any number can be made.
func (f *stepForm) boxes(name string, list []option) {
	s := f.add("boxes", name, "", 0, false)
	if f.back != nil {
		for i := range list {
			list[i].Chosen = slices.Contains(f.back.values(name), list[i].Value)
		}
	}
	s.Options = list
}

func (f *stepForm) check(name string) { f.add("check", name, "", 0, false) }

func (f *stepForm) hide(name, value string) {
	f.Fields = append(f.Fields, stepField{Control: "hidden", field: field{Name: name, Value: value}})
}

// files is the field for files, with those that came with a form that was not
// taken.
func (f *stepForm) files(name string) {
	s := f.add("files", name, "", 0, false)
	f.Files = true
	if f.back != nil {
		s.Kept = f.keptFiles(f.back.files)
	}
}

// happened are the fields for when it happened, and whether it was done on
// paper and is keyed in now.
func (f *stepForm) happened() {
	f.time("happened", "", false)
	f.check("offline")
}

// send ends the form with what its button says. What is wrong and belongs to
// no field stands above it.
func (f *stepForm) send(key string, args ...any) *stepForm {
	f.Send = f.T(key, args...)
	if f.back == nil {
		return f
	}
	rest := maps.Clone(f.back.at)
	for _, s := range f.Fields {
		delete(rest, s.Name)
	}
	for _, s := range f.Facts.all() {
		delete(rest, s.ID)
	}
	f.Alert = strings.TrimSpace(f.Alert + " " + reasons(rest))
	if len(f.back.at) > 0 {
		f.Alert = cmp.Or(f.Alert, f.T("cases.mistakes", len(f.back.at)))
	}
	return f
}

// reasons are what is wrong, one after the other.
func reasons(at map[string]string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(at)) {
		all = append(all, at[name])
	}
	return strings.Join(all, " ")
}

// danger marks a form that takes something back.
func (f *stepForm) danger() *stepForm {
	f.Danger = true
	return f
}

// casePath is a page of the case.
func (q *caseRequest) casePath(page string, pairs ...string) string {
	return q.to(fmt.Sprintf("incidents/%d%s", q.c.Number, page), pairs...)
}
