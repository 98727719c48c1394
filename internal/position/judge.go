package position

import (
	"slices"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/regime"
)

// at returns where a line stands on a day. Bound are the due days of a
// [yearly] duty on which it applied, in order, at least those before the day.
func (f *folder) at(on day.Day, applies regime.Applies, bound []day.Day) *Status {
	s := &Status{Applies: applies}
	switch f.form {
	case lasting:
		f.last(s, on)
	case once:
		f.once(s, on)
	case yearly:
		f.yearly(s, on, bound)
	case onEvent:
		f.onEvent(s, on)
	}
	if s.State == OnFile && !s.Until.IsZero() && !on.Before(s.Until.AddDays(-ExpiringDays)) {
		s.State = Expiring
	}
	f.planned(s, on)
	f.rejects(s, on)
	s.Assignment = f.assignment(on)
	if applies == regime.Unknown {
		s.State, s.Why = Unknown, message.New("position.why.applies")
		s.Due, s.DueWhy, s.Since = day.Day{}, message.M{}, day.Day{}
	}
	return s
}

// carry adds a paper to those on which a line rests.
func (s *Status) carry(p *paper, until day.Day) {
	s.Carriers = append(s.Carriers, Carrier{p.kind, p.seq, until})
	s.Gaps = s.Gaps || p.gaps
	if p.gaps && !slices.Contains(s.seen, p.kind) {
		s.seen = append(s.seen, p.kind)
	}
}

// overdue makes a line overdue from a day on, or from an earlier one if it is
// so already.
func (s *Status) overdue(since day.Day, why message.M) {
	if s.State == Overdue && !since.Before(s.Since) {
		return
	}
	s.State, s.Why, s.Since, s.Until, s.Due, s.DueWhy = Overdue, message.M{}, since, day.Day{}, since.AddDays(-1), why
}

// planned looks at the orders and plans that run on a day. One that was not
// kept counts before one that may yet be, and the earlier before the later.
func (f *folder) planned(s *Status, on day.Day) {
	var first *plan
	for i := range f.plans {
		p := &f.plans[i]
		runs := !p.started.After(on) && (p.ended.IsZero() || p.ended.After(on))
		if runs && (first == nil || p.due.Before(first.due)) {
			first = p
		}
	}
	if first == nil {
		return
	}
	s.Plan = first.seq
	if first.due.Before(on) {
		s.overdue(first.due.AddDays(1), first.why)
		return
	}
	s.State, s.Why, s.Due, s.DueWhy = InRectification, message.M{}, first.due, first.why
}

// rejects tells of the papers that do not count on a day.
func (f *folder) rejects(s *Status, on day.Day) {
	for _, p := range f.barred {
		if p.there(on) {
			s.NotCounting = append(s.NotCounting, Uncounted{p.seq, p.bar.Message()})
		}
	}
}

// assignment returns who sees to a line on a day, as was said by its end.
func (f *folder) assignment(on day.Day) *evidence.Filed {
	for i := len(f.assignments) - 1; i >= 0; i-- {
		a := f.assignments[i]
		if day.In(a.At).After(on) {
			continue
		}
		if a.Assignment.Owner == "" {
			return nil
		}
		return a
	}
	return nil
}

// why returns the words for the last day of a paper.
func (f *folder) why(p *paper) message.M {
	switch p.cause {
	case byRecord:
		return message.New("position.due.record")
	case byKind:
		return message.New("position.due.kind", f.names[p.kind])
	case byPeriod:
		return message.New("position.due.period")
	}
	return message.New(f.open)
}
