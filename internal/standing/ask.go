// Package standing is about where an organization stands: what was stated of
// it, by whom and when; what follows on any day; what would follow if answers
// were others; and which open question would tell most.
//
// Whatever is stated is an [Entry], and stays: the state of an organization is
// made from its entries, and so is that of any past day. The organization file
// is another form of a [State], read by [Service.Import] and written by
// [Service.Export].
package standing

import (
	"cmp"
	"slices"

	"guanji/internal/org"
	"guanji/internal/regime"
)

// A Question asks one fact of one subject.
type Question struct {
	Fact      *org.Fact
	Subject   string // organization, or the id of a system or transfer
	Could     regime.Status
	Duties    int // that depend on it
	Transfers int // whose pathway depends on it
}

// Answered tells which facts of which subjects have been asked already, the
// unknown ones included.
type Answered func(subject string, f *org.Fact) bool

// Next returns the most useful open question of an assessment, the first of
// [Open]. It returns false if nothing useful is open.
func Next(v *org.Vocabulary, a *regime.Assessment, asked Answered) (Question, bool) {
	questions := Open(v, a, asked)
	if len(questions) == 0 {
		return Question{}, false
	}
	return questions[0], true
}

// weight is how useful an answer is. A step of status outweighs any number of
// duties that content will hold; the pathway of a transfer is as much as some.
func (q Question) weight() int {
	step := map[regime.Status]int{regime.Watch: 1, regime.Prepare: 2, regime.Designated: 3}[q.Could]
	return step*1000 + q.Duties + 10*q.Transfers
}

// Open returns every open question of an assessment once: first those that
// could raise the status most, then those on which most duties and transfers
// depend.
//
// Where no system is listed, questions about systems have the organization as
// their subject: a system must be named first.
func Open(v *org.Vocabulary, a *regime.Assessment, asked Answered) []Question {
	type key struct {
		fact    *org.Fact
		subject string
	}
	at := map[key]int{}
	var list []Question
	find := func(fact, subject string) *Question {
		f := v.Fact(fact)
		if f == nil || f.Kind == org.Record || f.Subject == org.AboutIncident {
			return nil
		}
		if f.Subject == org.AboutOrganization {
			subject = string(org.AboutOrganization)
		}
		k := key{f, subject}
		i, ok := at[k]
		if !ok {
			if asked(subject, f) {
				return nil
			}
			i = len(list)
			at[k] = i
			list = append(list, Question{Fact: f, Subject: subject})
		}
		return &list[i]
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
	for _, t := range a.Transfers {
		for _, fact := range t.Missing {
			if q := find(fact, t.ID); q != nil {
				q.Transfers++
			}
		}
	}
	place := map[*org.Fact]int{}
	for i, f := range v.Facts() {
		place[f] = i
	}
	slices.SortStableFunc(list, func(x, y Question) int {
		return cmp.Or(cmp.Compare(y.weight(), x.weight()), cmp.Compare(place[x.Fact], place[y.Fact]))
	})
	return list
}
