package respond

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/incident"
	"guanji/internal/ledger"
	"guanji/internal/message"
)

// reportKind is the kind of evidence that a report with its receipt is.
const reportKind = "incident.report"

// items is the evidence that follows from a case: the events that start
// duties, the reports that were made, and what turned out not to be due. A
// drill leaves none.
func (s *Service) items(ctx context.Context, organization string, before, after *incident.Case, steps []incident.Step, a ledger.Actor) (func(int64) []evidence.Item, error) {
	if after.Drill || after.Judged == nil {
		return nil, nil
	}
	book, err := s.Evidence.Book(ctx, organization)
	if err != nil {
		return nil, err
	}
	f := follower{before: before, after: after, book: book, actor: a}
	make := func(number int64) []evidence.Item {
		f.number = number
		return slices.Concat(f.events(), f.reports(), f.struck(steps))
	}
	for _, item := range make(max(after.Number, 0)) { // a new case has no number yet, and nothing was filed of it
		if err := s.Evidence.Check(ctx, organization, item); err != nil {
			return nil, err
		}
	}
	return make, nil
}

// follower works out the evidence that follows from a change of a case.
type follower struct {
	before, after *incident.Case
	book          *evidence.Book
	number        int64
	actor         ledger.Actor
}

func (f *follower) origin() string { return fmt.Sprintf("incident/%d", f.number) }

// due is the reports of each duty that are due for certain, by the duty.
func due(c *incident.Case) map[string][]incident.Clock {
	of := map[string][]incident.Clock{}
	if c.Drill {
		return of
	}
	for _, k := range c.Clocks() {
		if k.Duty != "" && !k.Provisional && !k.Waiting {
			of[k.Duty] = append(of[k.Duty], k)
		}
	}
	return of
}

// events files an event for each duty that has become due, anew where it turned
// out to have begun on another day, and withdraws those that are not due,
// unless something was reported under them.
func (f *follower) events() (items []evidence.Item) {
	now := due(f.after)
	for _, duty := range sorted(now) {
		began := f.began(now[duty][0])
		filed, stands := f.event(duty)
		if stands && (filed.Event.Day == began || f.recorded(duty) != 0) {
			continue
		}
		if stands {
			items = append(items, f.withdrawn(filed, "respond.evidence.moved"))
		}
		what := message.New("respond.evidence.event", f.number, f.after.Title).Text()
		items = append(items, evidence.Item{Event: &evidence.Event{Duty: duty, Subject: evidence.Organization, Day: began, What: both(what), Origin: f.origin()}})
	}
	for _, duty := range sorted(due(f.before)) {
		filed, stands := f.event(duty)
		if _, still := now[duty]; still || !stands || f.recorded(duty) != 0 || f.after.State == incident.Closed {
			continue
		}
		items = append(items, f.withdrawn(filed, "respond.evidence.not_due"))
	}
	return items
}

// withdrawn takes an event back, for a reason.
func (f *follower) withdrawn(filed evidence.Filed, reason string) evidence.Item {
	return evidence.Item{End: &evidence.End{Of: filed.Seq, How: evidence.Withdrawn, Day: later(day.In(f.actor.At), filed.Event.Day),
		Reason: both(message.New(reason, f.number).Text())}}
}

func (f *follower) began(k incident.Clock) day.Day {
	if k.After != "" {
		return day.In(f.after.Ended)
	}
	return day.In(f.after.Judged.Aware)
}

// event returns the event of this case for a duty, if it stands.
func (f *follower) event(duty string) (evidence.Filed, bool) {
	for _, filed := range f.book.Filed {
		if e := filed.Event; e != nil && e.Origin == f.origin() && e.Duty == duty {
			if _, ended := f.book.EndOf(filed.Seq); !ended {
				return filed, true
			}
		}
	}
	return evidence.Filed{}, false
}

// recorded returns the Seq of the record of this case for a duty that stands,
// 0 for none.
func (f *follower) recorded(duty string) int64 {
	for _, filed := range f.book.Filed {
		if r := filed.Record; r != nil && r.Origin == f.origin() && slices.Contains(r.Duties, duty) {
			if _, ended := f.book.EndOf(filed.Seq); !ended {
				return filed.Seq
			}
		}
	}
	return 0
}

// reports files a record for each duty of which the last report was made: it
// is done when every recipient has it.
func (f *follower) reports() (items []evidence.Item) {
	was, now := due(f.before), due(f.after)
	for _, duty := range sorted(now) {
		if all(now[duty]) && !all(was[duty]) && f.recorded(duty) == 0 {
			items = append(items, evidence.Item{Record: f.record(duty, now[duty])})
		}
	}
	return items
}

// all reports whether there are reports, and every one was made.
func all(clocks []incident.Clock) bool {
	return len(clocks) > 0 && !slices.ContainsFunc(clocks, func(k incident.Clock) bool { return len(k.Sent) == 0 })
}

func (f *follower) record(duty string, clocks []incident.Clock) *evidence.Record {
	r := &evidence.Record{Kind: reportKind, Duties: []string{duty}, Subject: evidence.Organization, Method: evidence.Method{Kind: evidence.Attested, Who: f.actor.By},
		Result: evidence.InOrder, Origin: f.origin()}
	var notes []string
	for _, k := range clocks {
		sent := k.Sent[0]
		if d := day.In(sent.When()); d.After(r.Observed) || r.Observed.IsZero() {
			r.Observed = d
		}
		if k.Late(sent.When()) {
			r.Result = evidence.Gaps
		}
		for _, file := range sent.Sent.Files {
			if !slices.Contains(r.Files, file) && len(r.Files) < evidence.MaxFiles {
				r.Files = append(r.Files, file)
			}
		}
		notes = append(notes, both(message.New("respond.evidence.sent", f.number, message.New("to."+k.To), clockTime(sent.When()), sent.Sent.Way, sent.Sent.Receipt).Text()))
	}
	r.Note = strings.Join(notes, "\n")
	return r
}

// struck withdraws the record of a duty of which a report was taken back.
func (f *follower) struck(steps []incident.Step) (items []evidence.Item) {
	was, now := due(f.before), due(f.after)
	for _, duty := range sorted(was) {
		seq := f.recorded(duty)
		if seq == 0 || !all(was[duty]) || all(now[duty]) {
			continue
		}
		if i := slices.IndexFunc(steps, func(s incident.Step) bool { return s.Strike != nil }); i >= 0 {
			filed, _ := f.book.Get(seq)
			items = append(items, evidence.Item{End: &evidence.End{Of: seq, How: evidence.Withdrawn, Day: later(day.In(f.actor.At), filed.Record.Observed), Reason: steps[i].Strike.Why}})
		}
	}
	return items
}

func later(a, b day.Day) day.Day {
	if a.Before(b) {
		return b
	}
	return a
}

// both is a text in both languages.
func both(t message.Text) string { return t.Zh + " / " + t.En }

func sorted[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
