package org

import (
	"slices"
	"strings"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/strict"
)

// FileVersion is the version of the organization file that is read.
const FileVersion = 1

// A File is an organization file as written: docs/formats/organization.md.
type File struct {
	ID           string
	Name         message.Text
	Designations []Designation
	Facts        Facts    // about the organization
	Asked        []string // facts about the organization stated as unknown
	Systems      []Unit
	Transfers    []Unit
}

// A Unit is a system or a transfer with its own facts.
type Unit struct {
	ID    string
	Name  message.Text
	Facts Facts
	Asked []string // facts stated as unknown
}

// A Designation is a notice of designation received from a protection
// department. Systems lists the systems that the notice names; an empty list
// says nothing about which.
type Designation struct {
	NotifiedOn  day.Day
	By          string
	Reference   string
	Systems     []string
	WithdrawnOn day.Day
}

// StandsOn reports whether the notice was received by a day and not withdrawn
// by then.
func (d Designation) StandsOn(on day.Day) bool {
	return !on.Before(d.NotifiedOn) && (d.WithdrawnOn.IsZero() || on.Before(d.WithdrawnOn))
}

type fileEntry struct {
	Guanji       strict.Node        `strict:"guanji"`
	Organization unitEntry          `strict:"organization"`
	Designations []designationEntry `strict:"designations,optional"`
	Facts        strict.Node        `strict:"facts,optional"`
	Systems      []unitFactsEntry   `strict:"systems,optional"`
	Transfers    []unitFactsEntry   `strict:"transfers,optional"`
}

type unitEntry struct {
	ID   strict.String `strict:"id"`
	Name message.Text  `strict:"name"`
}

type unitFactsEntry struct {
	ID    strict.String `strict:"id"`
	Name  message.Text  `strict:"name"`
	Facts strict.Node   `strict:"facts,optional"`
}

type designationEntry struct {
	NotifiedOn  day.Day         `strict:"notified_on"`
	By          string          `strict:"by,optional"`
	Reference   string          `strict:"reference,optional"`
	Systems     []strict.String `strict:"systems,optional"`
	WithdrawnOn day.Day         `strict:"withdrawn_on,optional"`
	Pos         strict.Pos
}

// ReadFile reads an organization file. The error is a [problem.List] with
// every mistake of the file.
func (v *Vocabulary) ReadFile(name string, data []byte) (*File, error) {
	var mistakes problem.List
	var e fileEntry
	strict.ParseInto(name, data, &e, &mistakes)
	f := &File{ID: e.Organization.ID.Value, Name: e.Organization.Name, Facts: v.NewFacts()}
	if n, ok := e.Guanji.Int(); !e.Guanji.IsZero() && (!ok || n != FileVersion) {
		mistakes = append(mistakes, e.Guanji.Pos().Spot("file.version", e.Guanji.Show(), FileVersion))
	}
	if !e.Facts.IsNull() {
		f.Asked = v.ReadFacts(f.Facts, e.Facts, &mistakes, AboutOrganization)
	}
	f.Systems = v.readUnits(e.Systems, AboutSystem, &mistakes)
	f.Transfers = v.readUnits(e.Transfers, AboutTransfer, &mistakes)
	f.readDesignations(e.Designations, &mistakes)
	if err := mistakes.Sorted(); err != nil {
		return nil, err
	}
	return f, nil
}

func (v *Vocabulary) readUnits(entries []unitFactsEntry, subject Subject, mistakes *problem.List) []Unit {
	units := make([]Unit, 0, len(entries))
	first := map[string]int{}
	for _, e := range entries {
		if strict.Full(mistakes, e.ID.Pos) {
			break
		}
		id := e.ID.Value
		if line, ok := first[id]; ok && id != "" {
			*mistakes = append(*mistakes, e.ID.Pos.Spot("file.duplicate_id", id, line))
		}
		if id == string(AboutOrganization) {
			*mistakes = append(*mistakes, e.ID.Pos.Spot("file.reserved_id", id))
		}
		first[id] = e.ID.Pos.Line
		u := Unit{ID: id, Name: e.Name, Facts: v.NewFacts()}
		if !e.Facts.IsNull() {
			u.Asked = v.ReadFacts(u.Facts, e.Facts, mistakes, subject)
		}
		units = append(units, u)
	}
	return units
}

func (f *File) readDesignations(entries []designationEntry, mistakes *problem.List) {
	known := make(map[string]bool, len(f.Systems))
	for _, u := range f.Systems {
		known[u.ID] = true
	}
	for _, e := range entries {
		if strict.Full(mistakes, e.Pos) {
			return
		}
		d := Designation{NotifiedOn: e.NotifiedOn, By: e.By, Reference: e.Reference, WithdrawnOn: e.WithdrawnOn}
		if !d.WithdrawnOn.IsZero() && d.WithdrawnOn.Before(d.NotifiedOn) {
			*mistakes = append(*mistakes, e.Pos.Spot("file.withdrawn_early", d.WithdrawnOn.String(), d.NotifiedOn.String()))
		}
		named := make(map[string]int, len(e.Systems))
		for _, s := range e.Systems {
			line, twice := named[s.Value]
			switch {
			case twice:
				*mistakes = append(*mistakes, s.Pos.Spot("file.duplicate_id", s.Value, line))
			case !known[s.Value]:
				*mistakes = append(*mistakes, s.Pos.Spot("file.no_such_system", s.Value))
			}
			named[s.Value] = s.Pos.Line
			d.Systems = append(d.Systems, s.Value)
		}
		f.Designations = append(f.Designations, d)
	}
}

// ReadSituation reads a file of the form {facts: {…}} plus the given further
// keys, as transfers and incidents are asked about. The returned nodes are the
// values of those keys, zero where absent.
func (v *Vocabulary) ReadSituation(name string, data []byte, subject Subject, further ...string) (Facts, map[string]strict.Node, error) {
	var mistakes problem.List
	facts := v.NewFacts()
	more := map[string]strict.Node{}
	root, bad := strict.Parse(name, data)
	mistakes = append(mistakes, bad...)
	entries, ok := root.Entries()
	if len(bad) == 0 && !ok {
		mistakes = append(mistakes, root.Pos().Spot("facts.want_situation"))
	}
	stated := false
	for _, e := range entries {
		if strict.Full(&mistakes, e.Key.Pos) {
			break
		}
		switch {
		case e.Key.Value == "facts":
			stated = true
			v.ReadFacts(facts, e.Value, &mistakes, subject, AboutOrganization)
		case slices.Contains(further, e.Key.Value):
			more[e.Key.Value] = e.Value
		default:
			mistakes = append(mistakes, e.Key.Pos.Spot("strict.unknown_key", e.Key.Value, joined(append([]string{"facts"}, further...))))
		}
	}
	if ok && !stated {
		mistakes = append(mistakes, root.Pos().Spot("strict.missing_key", "facts"))
	}
	if err := mistakes.Sorted(); err != nil {
		return nil, nil, err
	}
	return facts, more, nil
}

func joined(keys []string) string { return strings.Join(keys, ", ") }
