package position

import (
	"slices"
	"time"

	"guanji/internal/calendar"
	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/regime"
)

// A paper is a record as it counts for one duty.
type paper struct {
	seq   int64
	kind  string
	from  day.Day
	until day.Day // last day; zero: no end
	ended day.Day // first day on which it is as if it had not been filed; zero: never
	slot  int     // the place of its kind in the rule; behind all kinds: nothing happened
	cause cause   // of until
	bar   evidence.Bar
	gaps  bool
}

// A cause says why a paper counts until its last day.
type cause uint8

const (
	endless  cause = iota
	byRecord       // the record says so
	byKind         // evidence of its kind does
	byPeriod       // the duty names a period
)

// filedBy reports whether a paper is there on a day and counts, be it that it
// has lapsed.
func (p *paper) filedBy(on day.Day) bool {
	return p.bar == evidence.NoBar && p.there(on)
}

// there reports whether a paper is there on a day.
func (p *paper) there(on day.Day) bool {
	return !p.from.After(on) && (p.ended.IsZero() || p.ended.After(on))
}

// lapsed reports whether the last day of a paper has passed.
func (p *paper) lapsed(on day.Day) bool { return !p.until.IsZero() && p.until.Before(on) }

// outlasts reports whether a paper counts for longer than another.
func (p *paper) outlasts(q *paper) bool {
	return !q.until.IsZero() && (p.until.IsZero() || p.until.After(q.until))
}

// A clerk reads what was filed by the rules of the duties.
type clerk struct {
	calendar *calendar.Calendar
	validity map[string]calendar.Limit // by kind
	names    map[string]message.Text   // of kinds
}

func newClerk(s *regime.Set) *clerk {
	c := &clerk{s.Calendar, map[string]calendar.Limit{}, map[string]message.Text{}}
	for _, k := range s.EvidenceKinds {
		c.names[k.ID.Value] = k.Name
		if l, err := calendar.ParseLimit(k.Validity.Value, string(calendar.Days)); err == nil {
			c.validity[k.ID.Value] = l
		}
	}
	return c
}

// paper reads a record that was filed for a duty.
func (c *clerk) paper(r *rule, f *evidence.Filed, ended day.Day) paper {
	rec := f.Record
	p := paper{seq: f.Seq, kind: rec.Kind, from: rec.Observed, ended: ended, slot: slices.Index(r.kinds, rec.Kind), gaps: rec.Result == evidence.Gaps}
	p.until, p.cause = c.until(r, rec)
	if rec.Result == evidence.NoEvent && r.form == onEvent {
		p.slot = len(r.kinds)
	}
	p.bar = rec.Bar(r.kinds, r.form == onEvent)
	return p
}

// until returns the last day on which a record carries a duty, and why. What
// answers a fixed day or an event does so for good; the last day is then that
// of a record which carries the duty without an event.
func (c *clerk) until(r *rule, rec *evidence.Record) (day.Day, cause) {
	until, why := rec.ValidUntil, byRecord
	if until.IsZero() {
		why = endless
	}
	l, by := r.period, byPeriod
	if v, ok := c.validity[rec.Kind]; l == nil && ok && r.form != once {
		l, by = &v, byKind
	}
	if l == nil {
		return until, why
	}
	if last, _ := c.due(rec.Observed, *l); until.IsZero() || last.Before(until) {
		return last, by
	}
	return until, why
}

// due returns the last day that keeps a limit which runs from the start of a
// day: one hour, and one day of hours, end with that day. The error is a
// [*calendar.UnknownYearError].
func (c *clerk) due(from day.Day, l calendar.Limit) (day.Day, error) {
	last, err := c.calendar.Due(from.Start(), l)
	if err != nil {
		return day.Day{}, err
	}
	return day.In(last.Add(-time.Second)), nil
}
