// Package org holds facts: what an organization states about itself, its
// systems and its transfers, in a typed vocabulary that content defines.
//
// A fact is three-valued: one that is not stated is unknown, never false.
package org

import (
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"

	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/strict"
)

// A Subject is what a fact is about.
type Subject string

// The subjects of facts.
const (
	AboutOrganization Subject = "organization"
	AboutSystem       Subject = "system"
	AboutTransfer     Subject = "transfer"
	AboutIncident     Subject = "incident"
)

// An Option is one value of an enum or set.
type Option struct {
	ID   string       `strict:"id" json:"id"`
	Name message.Text `strict:"name" json:"name"`
}

// A Fact is one entry of the vocabulary.
type Fact struct {
	ID       string
	Subject  Subject
	Kind     Kind
	Unit     string
	Min, Max *float64
	Values   []Option // Enum and Set
	// Label names the fact in a few words, for lists and sentences; a field of a
	// record has its own.
	Label    message.Text
	Question message.Text // of the record, for a field; so are Help and AskedOf
	Help     message.Text
	AskedOf  string // a role of content.yaml
	Record   *Fact  // the record this is a field of, or nil
	Fields   []*Fact
	Index    int // its place in Facts; -1 for a Record
	Pos      strict.Pos
}

// Name returns the id under which a missing value is asked for: that of the
// record, for a field.
func (f *Fact) Name() string {
	if f.Record != nil {
		return f.Record.ID
	}
	return f.ID
}

// Option returns the index of a value of an enum or set.
func (f *Fact) Option(id string) (int, bool) {
	i := slices.IndexFunc(f.Values, func(o Option) bool { return o.ID == id })
	return i, i >= 0
}

// A Vocabulary is every fact that can be stated.
type Vocabulary struct {
	facts  []*Fact // as listed, records included
	leaves []*Fact // by Index
	byID   map[string]*Fact
}

// Facts returns the facts in the order of the file, a record as one.
func (v *Vocabulary) Facts() []*Fact { return v.facts }

// Len returns the number of values that a Facts holds.
func (v *Vocabulary) Len() int { return len(v.leaves) }

// Leaf returns the fact whose values stand at an index.
func (v *Vocabulary) Leaf(i int) *Fact { return v.leaves[i] }

// Fact returns the fact with an id, or nil.
func (v *Vocabulary) Fact(id string) *Fact { return v.byID[id] }

// Facts are values by [Fact.Index].
type Facts []Value

// NewFacts returns Facts in which everything is unknown.
func (v *Vocabulary) NewFacts() Facts { return make(Facts, len(v.leaves)) }

// Get returns the value of a fact by id; unknown ids are unknown values.
func (v *Vocabulary) Get(f Facts, id string) Value {
	if fact := v.byID[id]; fact != nil && fact.Index >= 0 {
		return f[fact.Index]
	}
	return Value{}
}

// Set sets the value of a fact that must exist.
func (v *Vocabulary) Set(f Facts, id string, val Value) { f[v.byID[id].Index] = val }

type factEntry struct {
	ID       strict.String `strict:"id"`
	Subject  Subject       `strict:"subject"`
	Type     string        `strict:"type"`
	Unit     string        `strict:"unit,optional"`
	Min      *float64      `strict:"min,optional"`
	Max      *float64      `strict:"max,optional"`
	Values   []Option      `strict:"values,optional"`
	Fields   []fieldEntry  `strict:"fields,optional"`
	Label    message.Text  `strict:"label"`
	Question message.Text  `strict:"question"`
	Help     message.Text  `strict:"help"`
	AskedOf  string        `strict:"asked_of"`
	Pos      strict.Pos
}

type fieldEntry struct {
	ID     string       `strict:"id"`
	Label  message.Text `strict:"label"`
	Type   string       `strict:"type"`
	Unit   string       `strict:"unit,optional"`
	Min    *float64     `strict:"min,optional"`
	Max    *float64     `strict:"max,optional"`
	Values []Option     `strict:"values,optional"`
	Pos    strict.Pos
}

// maxOptions is how many values a set can tell apart; see Value.Bits.
const maxOptions = 64

// ReadVocabulary reads facts.yaml and adds every mistake to the list. A role
// that asked_of names must be among roles.
func ReadVocabulary(fsys fs.FS, roles []string, mistakes *problem.List) *Vocabulary {
	var file struct {
		Facts []factEntry `strict:"facts"`
	}
	strict.ReadInto(fsys, "facts.yaml", &file, mistakes)
	v := &Vocabulary{byID: map[string]*Fact{}}
	fail := func(at strict.Pos, key string, args ...any) { *mistakes = append(*mistakes, at.Spot(key, args...)) }
	for _, e := range file.Facts {
		f := &Fact{ID: e.ID.Value, Subject: e.Subject, Kind: kindNames[e.Type], Unit: e.Unit, Min: e.Min, Max: e.Max,
			Values: e.Values, Label: e.Label, Question: e.Question, Help: e.Help, AskedOf: e.AskedOf, Index: -1, Pos: e.Pos}
		if !slices.Contains([]Subject{AboutOrganization, AboutSystem, AboutTransfer, AboutIncident}, f.Subject) {
			fail(e.Pos, "content.one_of", string(f.Subject), "organization, system, transfer, incident")
		}
		if !slices.Contains(roles, f.AskedOf) {
			fail(e.Pos, "content.dangling", message.New("kind.role"), f.AskedOf)
		}
		v.add(f, e.Type, fail)
		v.facts = append(v.facts, f)
		for _, fe := range e.Fields {
			field := &Fact{ID: f.ID + "." + fe.ID, Subject: f.Subject, Kind: kindNames[fe.Type], Unit: fe.Unit, Min: fe.Min, Max: fe.Max,
				Values: fe.Values, Label: fe.Label, Question: f.Question, Help: f.Help, AskedOf: f.AskedOf, Record: f, Index: -1, Pos: fe.Pos}
			v.add(field, fe.Type, fail)
			f.Fields = append(f.Fields, field)
		}
		if (f.Kind == Record) != (len(f.Fields) > 0) {
			fail(e.Pos, "facts.fields", f.ID)
		}
	}
	return v
}

func (v *Vocabulary) add(f *Fact, typ string, fail func(strict.Pos, string, ...any)) {
	if f.Kind == Unknown {
		fail(f.Pos, "content.one_of", typ, "bool, int, number, enum, set, record")
	}
	if v.byID[f.ID] != nil {
		fail(f.Pos, "content.duplicate", f.ID)
	}
	chosen := f.Kind == Enum || f.Kind == Set
	if chosen != (len(f.Values) > 0) || len(f.Values) > maxOptions {
		fail(f.Pos, "facts.values", f.ID, maxOptions)
	}
	for i, o := range f.Values {
		if first, _ := f.Option(o.ID); first != i {
			fail(f.Pos, "content.duplicate", o.ID)
		}
	}
	v.byID[f.ID] = f
	if f.Kind != Record {
		f.Index = len(v.leaves)
		v.leaves = append(v.leaves, f)
	}
}

// ReadFacts sets facts from a mapping of fact ids to values, and returns the
// ids of those that are stated as unknown. Only facts about the given subjects
// may be stated. Every mistake is added to the list.
func (v *Vocabulary) ReadFacts(into Facts, n strict.Node, mistakes *problem.List, subjects ...Subject) (asked []string) {
	entries, ok := n.Entries()
	if !ok {
		*mistakes = append(*mistakes, n.Pos().Spot("facts.want_mapping"))
		return nil
	}
	for _, e := range entries {
		if strict.Full(mistakes, e.Key.Pos) {
			return asked
		}
		f := v.byID[e.Key.Value]
		switch {
		case f == nil:
			*mistakes = append(*mistakes, e.Key.Pos.Spot("facts.unknown", e.Key.Value, v.nearest(e.Key.Value, subjects)))
		case !slices.Contains(subjects, f.Subject):
			*mistakes = append(*mistakes, e.Key.Pos.Spot("facts.wrong_subject", f.ID, message.New("subject."+string(f.Subject))))
		case e.Value.IsNull():
			asked = append(asked, f.ID)
		case f.Kind == Record:
			v.readRecord(into, f, e.Value, mistakes)
		default:
			v.readValue(into, f, e.Value, mistakes)
		}
	}
	return asked
}

func (v *Vocabulary) readRecord(into Facts, f *Fact, n strict.Node, mistakes *problem.List) {
	entries, ok := n.Entries()
	if !ok {
		*mistakes = append(*mistakes, n.Pos().Spot("facts.want_record", f.ID, fieldNames(f)))
		return
	}
	for _, e := range entries {
		if field := v.byID[f.ID+"."+e.Key.Value]; field != nil {
			v.readValue(into, field, e.Value, mistakes)
		} else {
			*mistakes = append(*mistakes, e.Key.Pos.Spot("strict.unknown_key", e.Key.Value, fieldNames(f)))
		}
	}
}

func fieldNames(f *Fact) string {
	var names []string
	for _, field := range f.Fields {
		names = append(names, strings.TrimPrefix(field.ID, f.ID+"."))
	}
	return strings.Join(names, ", ")
}

func (v *Vocabulary) readValue(into Facts, f *Fact, n strict.Node, mistakes *problem.List) {
	if n.IsNull() {
		return // null is unknown
	}
	val, ok := f.read(n)
	if !ok {
		*mistakes = append(*mistakes, n.Pos().Spot("facts.want_"+f.Kind.String(), f.ID, n.Show(), f.optionNames()))
		return
	}
	if (f.Kind == Int || f.Kind == Number) && !f.inRange(val.Float()) {
		*mistakes = append(*mistakes, n.Pos().Spot("facts.out_of_range", f.ID, n.Show(), f.rangeText()))
		return
	}
	into[f.Index] = val
}

func (f *Fact) read(n strict.Node) (Value, bool) {
	switch f.Kind {
	case Bool:
		b, ok := n.Bool()
		return BoolValue(b), ok
	case Int:
		i, ok := n.Int()
		return IntValue(i), ok
	case Number:
		x, ok := n.Float()
		return Value{Kind: Number, F: x}, ok
	case Enum:
		s, _, ok := n.Scalar()
		i, known := f.Option(s)
		return Value{Kind: Enum, I: int64(i)}, ok && known
	}
	items, ok := n.Items()
	set := Value{Kind: Set}
	for _, item := range items {
		s, _, scalar := item.Scalar()
		i, known := f.Option(s)
		if !scalar || !known || set.Bits&(1<<i) != 0 {
			return Value{}, false
		}
		set.Bits |= 1 << i
	}
	return set, ok
}

func (f *Fact) optionNames() string {
	var ids []string
	for _, o := range f.Values {
		ids = append(ids, o.ID)
	}
	return strings.Join(ids, ", ")
}

func (f *Fact) inRange(x float64) bool {
	return (f.Min == nil || x >= *f.Min) && (f.Max == nil || x <= *f.Max)
}

func (f *Fact) rangeText() string {
	low, high := math.Inf(-1), math.Inf(1)
	if f.Min != nil {
		low = *f.Min
	}
	if f.Max != nil {
		high = *f.Max
	}
	return fmt.Sprintf("%s … %s", plainNumber(low), plainNumber(high))
}

func plainNumber(x float64) string {
	if math.IsInf(x, 0) {
		return "∞"
	}
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.4f", x), "0"), ".")
}

// nearest suggests the fact that a mistyped id may mean.
func (v *Vocabulary) nearest(id string, subjects []Subject) string {
	best, distance := "", len(id)
	for _, f := range v.facts {
		if d := editDistance(id, f.ID); d < distance && slices.Contains(subjects, f.Subject) {
			best, distance = f.ID, d
		}
	}
	return best
}

// editDistance is the number of letters to insert, delete or replace to turn a
// into b. Long input is cut: nothing that long is a mistyped id.
func editDistance(a, b string) int {
	const most = 80
	a, b = a[:min(len(a), most)], b[:min(len(b), most)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
