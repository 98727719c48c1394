package respond

import (
	"context"
	"time"

	"guanji/internal/incident"
)

// A Replay is a judgement worked out again from the record alone.
type Replay struct {
	Seq     int64     // of the step that was judged
	At      time.Time // when it was recorded
	By      string
	Content bool                // it was judged by the content that this program has
	Was     *incident.Judgement // as it stands in the record
	Grade   string              // by the content that this program has
	Limits  []ReplayedLimit
}

// A ReplayedLimit is a deadline worked out again: from the moment, the limit
// and the way of counting that stand in the record.
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
	return !r.Content || r.Grade == r.Was.Grade
}

// Replay works out every judgement of a case again, from what the record says
// was known: it needs neither what is stated of the organization now nor the
// content of then, but for the grade.
func (s *Service) Replay(ctx context.Context, organization string, number int64) ([]Replay, error) {
	c, err := s.Case(ctx, organization, number)
	if err != nil {
		return nil, err
	}
	var all []Replay
	kind := incident.Incident
	for _, step := range c.Steps {
		if step.Open != nil {
			kind = step.Open.As
		}
		if step.Judged == nil {
			continue
		}
		r := Replay{Seq: step.Seq, At: step.At, By: step.By, Was: step.Judged, Content: step.Judged.Content == s.Set.Info.Digest}
		again, err := s.ask(kind, s.read(step.Judged.Known), step.Judged.Aware, step.Judged.Ended)
		if err != nil {
			return nil, err
		}
		r.Grade, r.Limits = again.Grade, s.limits(step.Judged)
		all = append(all, r)
	}
	return all, nil
}

// limits works out the deadlines of a judgement again. One that cannot be is
// the zero time.
func (s *Service) limits(j *incident.Judgement) []ReplayedLimit {
	list := []ReplayedLimit{}
	for _, d := range j.Due {
		if d.By.IsZero() {
			continue
		}
		from := j.Aware
		if d.After != "" {
			from = j.Ended
		}
		by, err := s.Set.DueBy(from, d.Limit, d.Calendar)
		if err != nil {
			by = time.Time{}
		}
		list = append(list, ReplayedLimit{d.Key, d.By, by.UTC()})
	}
	return list
}
