package respond

import (
	"context"
	"slices"
	"time"

	"guanji/internal/incident"
	"guanji/internal/org"
)

// A Replay is a judgement worked out again from the record alone.
type Replay struct {
	Seq     int64     // of the step that was judged
	At      time.Time // when it was recorded
	By      string
	Content bool                // it was judged by the content that this program has
	Was     *incident.Judgement // as it stands in the record
	Grade   string              // by the content that this program has
	Rest    bool                // its moments are those that the steps say, and its reports those of the content, where it is the same
	Limits  []ReplayedLimit
}

// A ReplayedLimit is a deadline worked out again, from the moments that the
// steps say: by the content where it is the same, or else by the limit and the
// way of counting that stand in the record. It is the zero time where it cannot
// be.
type ReplayedLimit struct {
	Key     string
	Was, Is time.Time
}

// Same reports whether everything came out as it stands in the record. The
// grade is compared only where the content is the same.
func (r Replay) Same() bool {
	for _, l := range r.Limits {
		if !l.Was.Equal(l.Is) {
			return false
		}
	}
	return r.Rest && (!r.Content || r.Grade == r.Was.Grade)
}

// Replay works out every judgement of a case again, from what the record says
// was known: it needs neither what is stated of the organization now nor the
// content of then, but for grade and reports.
func (s *Service) Replay(ctx context.Context, organization string, number int64) ([]Replay, error) {
	c, err := s.Case(ctx, organization, number)
	if err != nil {
		return nil, err
	}
	var all []Replay
	for i, step := range c.Steps {
		if step.Judged == nil {
			continue
		}
		then := incident.Fold(number, c.Steps[:i+1])
		if then.Aware() == nil { // nobody said what it is: it was never judged by the program
			all = append(all, Replay{Seq: step.Seq, At: step.At, By: step.By, Was: step.Judged})
			continue
		}
		r := Replay{Seq: step.Seq, At: step.At, By: step.By, Was: step.Judged, Content: step.Judged.Content == s.Set.Info.Digest,
			Rest: step.Judged.Aware.Equal(then.Aware().At) && step.Judged.Ended.Equal(then.Ended)}
		again, err := s.ask(then, s.factsOf(then))
		switch {
		case err == nil:
			r.Grade = again.Grade
		case r.Content:
			return nil, err
		}
		if r.Limits = s.limits(then); r.Content {
			r.compare(again.Due)
		}
		all = append(all, r)
	}
	return all, nil
}

// factsOf is what was known when a case was judged last: of the organization as
// the judgement has it, of the incident as the steps say.
func (s *Service) factsOf(c *incident.Case) org.Facts {
	facts, stated := s.read(c.Judged.Known), s.read(c.Values())
	for i := range facts {
		if s.Set.Vocabulary.Leaf(i).Subject == org.AboutIncident {
			facts[i] = stated[i]
		}
	}
	return s.assume(facts)
}

// limits works out the deadlines of the last judgement of a case again.
func (s *Service) limits(c *incident.Case) []ReplayedLimit {
	list := []ReplayedLimit{}
	for _, d := range c.Judged.Due {
		if d.By.IsZero() {
			continue
		}
		from := c.Aware().At
		if d.After != "" {
			from = c.Ended
		}
		by, err := s.Set.DueBy(from, d.Limit, d.Calendar)
		if err != nil {
			by = time.Time{}
		}
		list = append(list, ReplayedLimit{d.Key, d.By, by.UTC()})
	}
	return list
}

// compare holds the reports of a judgement against what the same content says.
func (r *Replay) compare(again []incident.Due) {
	r.Rest = r.Rest && slices.EqualFunc(r.Was.Due, again, sameReport)
	for i, l := range r.Limits {
		r.Limits[i].Is = time.Time{}
		for _, d := range again {
			if d.Key == l.Key {
				r.Limits[i].Is = d.By
			}
		}
	}
}

// sameReport reports whether two are due to the same, for the same reason and
// for certain or not.
func sameReport(a, b incident.Due) bool {
	return a.Key == b.Key && a.To == b.To && a.Basis == b.Basis && a.Limit == b.Limit && a.Calendar == b.Calendar && a.After == b.After && a.Every == b.Every &&
		a.Provisional == b.Provisional && a.By.Equal(b.By)
}
