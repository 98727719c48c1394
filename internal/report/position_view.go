package report

import (
	"cmp"
	"slices"

	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/message"
	"guanji/internal/position"
	"guanji/internal/regime"
)

// PositionView is a position in JSON: docs/formats/evidence.md.
type PositionView struct {
	Guanji       int                  `json:"guanji"`
	Organization regime.Identity      `json:"organization"`
	On           day.Day              `json:"on"`
	Known        day.Day              `json:"known"`    // null: everything
	Revision     int64                `json:"revision"` // number of what was filed last
	Content      regime.Info          `json:"content"`
	Headline     CountsView           `json:"headline"` // duties, each once, by its most urgent line
	Rows         CountsView           `json:"rows"`     // lines
	Gaps         GapsView             `json:"gaps"`     // duties
	Areas        []AreaView           `json:"areas"`
	Lines        []LineView           `json:"lines"` // the most urgent first
	Since        day.Day              `json:"since"` // null: no changes were asked for
	Changes      []PositionChangeView `json:"changes"`
}

// CountsView counts duties or lines by their states, binding force apart.
type CountsView struct {
	Binding map[position.State]int `json:"binding"`
	Other   map[position.State]int `json:"other"`
}

// GapsView counts the duties with evidence on file that tells of gaps.
type GapsView struct {
	Binding int `json:"binding"`
	Other   int `json:"other"`
}

// AreaView counts the lines of an area.
type AreaView struct {
	Area string       `json:"area"`
	Name message.Text `json:"name"`
	CountsView
}

// LineView is where one duty of one subject stands.
type LineView struct {
	Duty        string          `json:"duty"`
	Name        message.Text    `json:"name"`
	Area        string          `json:"area"`
	Force       law.Force       `json:"force"`
	Subject     string          `json:"subject"`
	Applies     regime.Applies  `json:"applies"`
	State       position.State  `json:"state"`
	Why         *message.Text   `json:"why"`
	Since       day.Day         `json:"since"`
	Due         day.Day         `json:"due"`
	DueWhy      *message.Text   `json:"due_why"`
	Until       day.Day         `json:"until"`
	Carriers    []CarrierView   `json:"carriers"`
	NotCounting []UncountedView `json:"not_counting"`
	Missing     []string        `json:"missing"`
	Gaps        bool            `json:"gaps"`
	Open        []int64         `json:"open"`
	Plan        *int64          `json:"plan"`
	Owner       *string         `json:"owner"`
}

// CarrierView is a record on which a line rests.
type CarrierView struct {
	Kind  string  `json:"kind"`
	Seq   int64   `json:"seq"`
	Until day.Day `json:"until"`
}

// UncountedView is a record that does not count.
type UncountedView struct {
	Seq int64        `json:"seq"`
	Why message.Text `json:"why"`
}

// PositionChangeView is a duty that stands otherwise than it did.
type PositionChangeView struct {
	Duty     string          `json:"duty"`
	Name     message.Text    `json:"name"`
	From     *position.State `json:"from"` // null: it did not apply
	To       *position.State `json:"to"`   // null: it no longer applies
	Subjects []string        `json:"subjects"`
}

// PositionOf returns a position in the form of JSON, with the lines in one state
// and area, or all of them where none is named.
func PositionOf(set *regime.Set, p *position.Position, t PositionText) PositionView {
	h := p.Headline()
	v := PositionView{Guanji: p.Assessment.Guanji, Organization: p.Assessment.Organization, On: p.On, Known: p.Known, Revision: p.Revision,
		Content: p.Assessment.Content, Headline: countsView(position.Cell{Binding: h.Binding.Duties, Other: h.Other.Duties}),
		Rows: countsView(position.Cell{Binding: h.Binding.Rows, Other: h.Other.Rows}), Gaps: GapsView{h.Binding.Gaps, h.Other.Gaps}, Areas: []AreaView{}, Lines: []LineView{}, Since: t.Since}
	for _, a := range p.Heat().Areas {
		v.Areas = append(v.Areas, AreaView{a.Area, areaName(set, a.Area), countsView(a.Cells[0])})
	}
	for _, l := range mostUrgent(p.Lines, t) {
		v.Lines = append(v.Lines, lineView(l))
	}
	if !t.Since.IsZero() {
		v.Changes = []PositionChangeView{}
	}
	for _, c := range t.Changes {
		v.Changes = append(v.Changes, PositionChangeView{c.Duty.ID, c.Duty.Name, given(c.From), given(c.To), c.Subjects})
	}
	return v
}

func countsView(c position.Cell) CountsView {
	v := CountsView{map[position.State]int{}, map[position.State]int{}}
	for _, s := range position.States() {
		v.Binding[s], v.Other[s] = c.Binding.Of(s), c.Other.Of(s)
	}
	return v
}

func areaName(set *regime.Set, id string) message.Text {
	for _, a := range set.Areas {
		if a.ID.Value == id {
			return a.Name
		}
	}
	return message.Text{En: id, Zh: id}
}

// mostUrgent returns the lines in a state and area, all where none is named: the
// most urgent state first, what binds before what does not, then by the due day.
func mostUrgent(lines []position.Line, t PositionText) []position.Line {
	lines = slices.DeleteFunc(slices.Clone(lines), func(l position.Line) bool {
		return t.State != "" && l.State != t.State || t.Area != "" && l.Duty.Area != t.Area
	})
	rank := func(l position.Line) int { return slices.Index(position.States(), l.State) }
	slices.SortStableFunc(lines, func(a, b position.Line) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), falseFirst(!a.Duty.Force.Binding(), !b.Duty.Force.Binding()),
			falseFirst(a.Due.IsZero(), b.Due.IsZero()), a.Due.Compare(b.Due))
	})
	return lines
}

func falseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func lineView(l position.Line) LineView {
	v := LineView{Duty: l.Duty.ID, Name: l.Duty.Name, Area: l.Duty.Area, Force: l.Duty.Force, Subject: l.Subject, Applies: l.Applies, State: l.State,
		Why: words(l.Why), Since: l.Since, Due: l.Due, DueWhy: words(l.DueWhy), Until: l.Until, Carriers: []CarrierView{}, NotCounting: []UncountedView{},
		Missing: orEmpty(l.Missing), Gaps: l.Gaps, Open: orEmpty(l.Open), Plan: given(l.Plan)}
	for _, c := range l.Carriers {
		v.Carriers = append(v.Carriers, CarrierView(c))
	}
	for _, u := range l.NotCounting {
		v.NotCounting = append(v.NotCounting, UncountedView{u.Seq, *words(u.Why)})
	}
	if a := l.Assignment; a != nil {
		v.Owner = &a.Assignment.Owner
	}
	return v
}

// words puts a message into both languages, and nothing into none.
func words(m message.M) *message.Text {
	if m.Key == "" {
		return nil
	}
	return &message.Text{En: m.In(message.English), Zh: m.In(message.Chinese)}
}

// given returns a value, and none for the zero value.
func given[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// orEmpty returns a list that JSON shows as one.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// TasksView is what there is to do in JSON.
type TasksView struct {
	Guanji       int             `json:"guanji"`
	Organization regime.Identity `json:"organization"`
	On           day.Day         `json:"on"`
	Tasks        []TaskView      `json:"tasks"` // late ones first, then by the due day
}

// TaskView is one thing to do, for all subjects for which it is the same.
type TaskView struct {
	Duty     string         `json:"duty"`
	Name     message.Text   `json:"name"`
	Area     string         `json:"area"`
	Force    law.Force      `json:"force"`
	What     position.What  `json:"what"`
	State    position.State `json:"state"`
	Kinds    []string       `json:"kinds"`
	Due      day.Day        `json:"due"`
	DueWhy   *message.Text  `json:"due_why"`
	Later    *message.Text  `json:"later"` // null: no later day is set
	Owner    *string        `json:"owner"`
	Near     bool           `json:"near"`
	Late     bool           `json:"late"`
	Subjects []string       `json:"subjects"`
}

// TasksOf returns tasks of a position in the form of JSON.
func TasksOf(p *position.Position, tasks []position.Task) TasksView {
	v := TasksView{p.Assessment.Guanji, p.Assessment.Organization, p.On, []TaskView{}}
	for _, t := range tasks {
		v.Tasks = append(v.Tasks, TaskView{t.Duty.ID, t.Duty.Name, t.Duty.Area, t.Duty.Force, t.What, t.State, orEmpty(t.Kinds), t.Due, words(t.DueWhy),
			words(t.Later), given(t.Owner), t.Near, t.Late, t.Subjects})
	}
	return v
}
