package web

import (
	"encoding/json"

	"guanji/internal/incident"
	"guanji/internal/law"
	"guanji/internal/org"
)

// gradeView is the grade of an incident, what it rests on, and the form of the
// facts. A threat has facts, and no grade.
type gradeView struct {
	words
	Threat     bool
	Grade      tag
	Mark       string // how well sourced it is, where a reader must know
	Unverified bool
	Reasons    []gradeReason
	Missing    []link // facts that could raise it
	Crosses    []crossingView
	Facts      []factStated
	Form       *stepForm
	History    []gradeStep
}

type gradeReason struct {
	Grade tag
	Text  string
	Mark  string
}

// crossingView is the moment at which a running outage reaches a line.
type crossingView struct {
	words
	At, Fact string
	Grade    tag
	Count    *countdown
}

type factStated struct{ Label, Value, By string }

type gradeStep struct {
	Grade    tag
	When, By string
}

func (q *caseRequest) grade() *gradeView {
	j := q.c.Judged
	v := &gradeView{words: q.words, Threat: q.c.Kind == incident.Threat, Grade: q.gradeTag(j.Grade), Form: q.factsForm()}
	if j.Grade != "" {
		v.Mark, v.Unverified = q.mark(j.Strength), j.Strength == law.Unverified
	}
	for _, b := range j.Because {
		v.Reasons = append(v.Reasons, gradeReason{q.gradeTag(b.Grade), q.Text(b.Text), q.mark(b.Confidence)})
	}
	for _, id := range j.Missing {
		if f := q.s.Set.Vocabulary.Fact(id); f != nil {
			v.Missing = append(v.Missing, link{"#" + v.Form.factID(firstOf(f)), q.Text(f.Label)})
		}
	}
	if q.c.State == incident.Running {
		v.crossings(q, j.Crosses)
	}
	v.stated(q)
	for i := len(q.c.Grades) - 1; i >= 0; i-- {
		g := q.c.Grades[i]
		v.History = append(v.History, gradeStep{q.gradeTag(g.Grade), moment(g.At), g.By})
	}
	return v
}

// firstOf is the fact whose field is asked first: of a record, its first.
func firstOf(f *org.Fact) string {
	if len(f.Fields) > 0 {
		return f.Fields[0].ID
	}
	return f.ID
}

// factID is the id of the field for a fact.
func (f *stepForm) factID(id string) string { return "f-" + f.Scope + id }

func (v *gradeView) crossings(q *caseRequest, list []incident.Crossing) {
	for _, x := range list {
		c := crossingView{words: q.words, At: moment(x.At), Fact: x.Fact, Grade: q.gradeTag(x.Grade)}
		if f := q.s.Set.Vocabulary.Fact(x.Fact); f != nil {
			c.Fact = q.Text(f.Label)
		}
		if x.At.After(q.at) {
			c.Count = q.countdown(x.At, q.at)
		}
		v.Crosses = append(v.Crosses, c)
	}
}

// stated are the facts that stand, with who stated them.
func (v *gradeView) stated(q *caseRequest) {
	known := q.c.Values()
	if q.takenAsNo() {
		v.Facts = append(v.Facts, factStated{Label: q.Text(q.s.Set.Vocabulary.Fact(factCII).Label), Value: q.T("cases.cii.no"), By: q.T("cases.cii.no.why")})
	}
	for _, fact := range incidentFacts(q.s.Set.Vocabulary) {
		if s, ok := q.c.Facts[fact.ID]; ok && known[fact.ID] != nil {
			words := q.factWords(&incident.Facts{Values: map[string]json.RawMessage{fact.ID: s.Value}})
			v.Facts = append(v.Facts, factStated{words[0].Label, words[0].Value, q.T("fact.by", s.By, clock(s.At))})
		}
	}
}

// factsForm states facts of the incident.
func (q *caseRequest) factsForm() *stepForm {
	f := q.form("facts", "")
	f.facts(q, q.firstFacts(), true)
	f.line("note", "", false)
	return f.send("cases.send.facts")
}
