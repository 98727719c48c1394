package web

import (
	"slices"

	"guanji/internal/day"
	"guanji/internal/org"
)

// factCII is the fact on which the shortest limits hang.
const factCII = "incident.cii"

// stated reports whether somebody stated a fact of the case.
func (q *caseRequest) stated(fact string) bool {
	_, known := q.c.Values()[fact]
	return known
}

// takenAsNo reports whether the case is taken not to involve critical
// infrastructure though nobody said so: no notice was received, and only a
// notice makes an operator.
func (q *caseRequest) takenAsNo() bool {
	switch {
	case q.stated(factCII):
		return false
	case q.c.Judged != nil:
		return string(q.c.Judged.Known[factCII]) == "false"
	}
	v := q.s.Set.Vocabulary
	return v.Get(v.On(q.file, day.In(q.at)).Facts, org.Notified) == org.BoolValue(false)
}

// namedSystems are the systems that a notice of designation names which stands.
func (q *caseRequest) namedSystems() map[string]bool {
	named := map[string]bool{}
	for _, d := range q.file.Designations {
		if !d.StandsOn(day.In(q.at)) {
			continue
		}
		for _, id := range d.Systems {
			named[id] = true
		}
	}
	return named
}

// namedWords says that systems of the case are named in a notice, "" if none
// is.
func (q *caseRequest) namedWords() string {
	named := q.namedSystems()
	ids := slices.DeleteFunc(slices.Clone(q.c.Systems), func(id string) bool { return !named[id] })
	if len(ids) == 0 {
		return ""
	}
	return q.T("cases.cii.named", q.systemNames(ids))
}

// suggest says beside the question about critical infrastructure what the
// record knows of the answer. A form that opens a case answers it where a
// system is named in a notice: whoever sends it sees that. Later nothing is
// answered for anybody.
func (f *factField) suggest(q *caseRequest, opens bool) {
	switch why := q.namedWords(); {
	case q.takenAsNo():
		f.Note = q.T("cases.cii.no") + " " + q.T("cases.cii.no.why")
	case why != "" && !q.stated(factCII):
		f.Note = why + " " + q.T("cases.cii.likely")
		if opens {
			f.Note = why + " " + q.T("cases.cii.chosen")
			f.Input.Unknown = false
			f.Input.choose([]string{"yes"})
		}
	case opens:
		f.Named = q.T("cases.cii.ticked")
	}
}
