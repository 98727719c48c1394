package position

import (
	"context"

	"guanji/internal/day"
	"guanji/internal/evidence"
)

// The provisions for which a [Rectification] gathers what can speak for an
// organization. CSL-73 refers to the grounds for a lighter, reduced or no
// penalty in the Administrative Penalty Law; IRM-11 asks for protection that
// was in place, handling by plan, effective reduction and timely reports. What
// counts as one of these is for the authority to say.
const (
	LeniencyCSL = "CSL-73"
	LeniencyIRM = "IRM-11"
)

// A Rectification is what was done under an order or plan, for the leniency
// file; see [LeniencyCSL].
type Rectification struct {
	Seq int64 // of the order or plan
	*evidence.Plan
	Done      day.Day // when it was carried out; zero: not yet
	Late      bool    // carried out after its due day, or not by now and that has passed
	Days      int     // from its due day to the day carried out, or to the day asked; negative before it
	Before    []int64 // Seq of the records of the duty observed before it started: what was in place
	Meanwhile []int64 // and of those observed from then until it was carried out, or until the day asked
}

// Leniency returns what was done under each order and plan that had started by
// a day and was not withdrawn by then, in the order of filing.
func (s *Service) Leniency(ctx context.Context, organization string, on, known day.Day) ([]Rectification, error) {
	q, err := s.ask(ctx, organization, known)
	if err != nil {
		return nil, err
	}
	var list []Rectification
	for i := range q.book.Filed {
		f := &q.book.Filed[i]
		if f.Plan == nil || f.Plan.Started.After(on) || q.withdrawn(f.Seq, on) {
			continue
		}
		r := Rectification{Seq: f.Seq, Plan: f.Plan}
		if done := q.book.Ended(f.Seq); !done.After(on) {
			r.Done = done
		}
		q.gather(&r, on)
		list = append(list, r)
	}
	return list, nil
}

// withdrawn reports whether something filed had been withdrawn by a day.
func (q *asked) withdrawn(seq int64, on day.Day) bool {
	end, ok := q.book.EndOf(seq)
	return ok && end.End != nil && end.End.How == evidence.Withdrawn && !end.End.Day.After(on)
}

// gather says how an order or plan stands to its due day, and adds the records
// of its duty that show something.
func (q *asked) gather(r *Rectification, on day.Day) {
	until := on
	if !r.Done.IsZero() {
		until = r.Done
	}
	r.Days = r.Due.DaysUntil(until)
	r.Late = r.Days > 0
	for _, i := range q.duties[r.Duty] {
		f := &q.book.Filed[i]
		if f.Record == nil || !concerns(f.Record.Subject, r.Subject) || !f.Record.Proven() || q.withdrawn(f.Seq, on) {
			continue
		}
		ended := q.book.Ended(f.Seq)
		switch observed := f.Record.Observed; {
		case observed.Before(r.Started) && (ended.IsZero() || ended.After(r.Started)):
			r.Before = append(r.Before, f.Seq)
		case !observed.Before(r.Started) && !observed.After(until):
			r.Meanwhile = append(r.Meanwhile, f.Seq)
		}
	}
}

// concerns reports whether what was filed for one subject is about another.
func concerns(a, b string) bool {
	system := func(s string) bool { return s != evidence.Organization }
	return a == b || (a == evidence.AllSystems || b == evidence.AllSystems) && system(a) && system(b)
}
