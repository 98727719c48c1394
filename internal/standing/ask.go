// Package standing turns questions into facts: which open question would tell
// most, and how an answer enters the organization file.
package standing

import (
	"slices"

	"guanji/internal/org"
	"guanji/internal/regime"
)

// A Question asks one fact of one subject.
type Question struct {
	Fact    *org.Fact
	Subject string // organization, or the id of a system
	Could   regime.Status
	Duties  int // that depend on it
}

// Answered tells which facts of which subjects have been asked already, the
// unknown ones included.
type Answered func(subject, fact string) bool

// Next returns the most useful open question of an assessment: the one that
// could raise the status most, then the one on which most duties depend. It
// returns false if nothing useful is open.
//
// Where no system is listed, questions about systems have the organization as
// their subject: a system must be named first.
func Next(v *org.Vocabulary, a *regime.Assessment, asked Answered) (Question, bool) {
	questions := open(v, a, asked)
	if len(questions) == 0 {
		return Question{}, false
	}
	return slices.MinFunc(questions, func(x, y Question) int {
		if d := y.weight() - x.weight(); d != 0 {
			return d
		}
		return slices.Index(v.Facts(), x.Fact) - slices.Index(v.Facts(), y.Fact)
	}), true
}

// weight is how useful an answer is. A step of status outweighs any number of
// duties that content will hold.
func (q Question) weight() int {
	step := map[regime.Status]int{regime.Watch: 1, regime.Prepare: 2, regime.Designated: 3}[q.Could]
	return step*1000 + q.Duties
}

// open gathers every open question once.
func open(v *org.Vocabulary, a *regime.Assessment, asked Answered) []Question {
	var list []Question
	find := func(fact, subject string) *Question {
		f := v.Fact(fact)
		if f == nil || asked(subject, fact) || f.Subject != org.AboutOrganization && f.Subject != org.AboutSystem {
			return nil
		}
		if f.Subject == org.AboutOrganization {
			subject = string(org.AboutOrganization)
		}
		if asked(subject, fact) {
			return nil
		}
		for i := range list {
			if list[i].Fact == f && list[i].Subject == subject {
				return &list[i]
			}
		}
		list = append(list, Question{Fact: f, Subject: subject})
		return &list[len(list)-1]
	}
	for _, m := range a.Determination.Missing {
		if q := find(m.Fact, m.Subject); q != nil {
			q.Could = m.CouldBecome
		}
	}
	for _, d := range a.Duties {
		for _, fact := range d.DependsOn {
			if q := find(fact, d.Subject); q != nil {
				q.Duties++
			}
		}
	}
	return list
}
