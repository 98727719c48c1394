package respond

import (
	"context"
	"fmt"
	"maps"
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
// duties, the reports that were made, and what turned out not to be so. A drill
// leaves none.
func (s *Service) items(ctx context.Context, organization string, before, after *incident.Case, steps []incident.Step, a ledger.Actor) (func(int64) []evidence.Item, error) {
	if after.Drill || after.Judged == nil {
		return nil, nil
	}
	book, err := s.Evidence.Book(ctx, organization)
	if err != nil {
		return nil, err
	}
	f := follower{before: before, after: after, was: due(before), now: due(after), book: book, actor: a, struck: struck(before, steps)}
	make := func(number int64) []evidence.Item {
		f.number = number
		return f.items()
	}
	for _, item := range make(max(after.Number, 0)) { // a new case has no number yet, and nothing was filed of it
		if err := s.Evidence.Check(ctx, organization, item); err != nil {
			return nil, err
		}
	}
	return make, nil
}

// follower works out the evidence that follows from a change of a case: what
// should be filed of each duty, against what is. What the change is not about is
// left as it is: somebody may have taken it back.
type follower struct {
	before, after *incident.Case
	was, now      map[string][]incident.Clock // the reports due, by the duty
	book          *evidence.Book
	number        int64
	actor         ledger.Actor
	struck        map[string]string // duties of which a report was taken back, and why
}

// struck returns the duties of the reports that steps take back.
func struck(c *incident.Case, steps []incident.Step) map[string]string {
	of := map[string]string{} // by the report
	for _, r := range c.Steps {
		if r.Judged == nil {
			continue
		}
		for _, d := range r.Judged.Due {
			of[d.Key] = d.Duty
		}
	}
	duties := map[string]string{}
	for _, s := range steps {
		for _, r := range c.Steps {
			if s.Strike != nil && r.Seq == s.Strike.Of && r.Sent != nil {
				duties[of[r.Sent.Report]] = s.Strike.Why
			}
		}
	}
	return duties
}

func (f *follower) origin() string { return fmt.Sprintf("incident/%d", f.number) }

// due is the reports of each duty that are due for certain, by the duty.
func due(c *incident.Case) map[string][]incident.Clock {
	of := map[string][]incident.Clock{}
	for _, k := range c.Clocks() {
		if k.Duty != "" && !k.Provisional && !k.Waiting {
			of[k.Duty] = append(of[k.Duty], k)
		}
	}
	return of
}

func (f *follower) items() (items []evidence.Item) {
	duties := maps.Clone(f.now)
	for _, filed := range f.standing() {
		for _, duty := range filed.DutyIDs() {
			duties[duty] = f.now[duty]
		}
	}
	for _, duty := range sorted(duties) {
		items = append(items, f.event(duty)...)
		items = append(items, f.report(duty)...)
	}
	return items
}

// standing is what was filed of this case and has not ended.
func (f *follower) standing() (list []evidence.Filed) {
	for _, filed := range f.book.Filed {
		_, ended := f.book.EndOf(filed.Seq)
		ours := filed.Event != nil && filed.Event.Origin == f.origin() || filed.Record != nil && filed.Record.Origin == f.origin()
		if ours && !ended {
			list = append(list, filed)
		}
	}
	return list
}

// filed returns the event and the record of a duty that stand.
func (f *follower) filed(duty string) (event, record *evidence.Filed) {
	for _, filed := range f.standing() {
		switch {
		case !slices.Contains(filed.DutyIDs(), duty):
		case filed.Event != nil:
			event = &filed
		default:
			record = &filed
		}
	}
	return event, record
}

// event files the event of a duty that is due, anew where it turned out to have
// begun on another day. One that is not due is withdrawn, unless something was
// reported under it, or it was due to a threat that has become an incident.
func (f *follower) event(duty string) (items []evidence.Item) {
	event, record := f.filed(duty)
	_, taken := f.struck[duty]
	if len(f.now[duty]) == 0 {
		if event == nil || record != nil && !taken || threatened(f.after, duty) {
			return nil
		}
		return []evidence.Item{f.withdrawn(event, "respond.evidence.not_due")}
	}
	on := runsFrom(f.after, f.now[duty])
	switch {
	case event != nil && event.Event.Day == on || event == nil && on == runsFrom(f.before, f.was[duty]):
		return nil
	case event != nil:
		items = append(items, f.withdrawn(event, "respond.evidence.moved"))
	}
	what := message.New("respond.evidence.event", f.number, f.after.Title).Text()
	return append(items, evidence.Item{Event: &evidence.Event{Duty: duty, Subject: evidence.Organization, Day: on, What: both(what), Origin: f.origin()}})
}

// threatened reports whether a duty was due for certain when an incident was
// still a threat.
func threatened(c *incident.Case, duty string) bool {
	var last *incident.Judgement
	for _, r := range c.Steps {
		if r.Open != nil && r.Open.As == incident.Incident {
			break
		}
		if r.Judged != nil {
			last = r.Judged
		}
	}
	return c.Kind == incident.Incident && last != nil && slices.ContainsFunc(last.Due, func(d incident.Due) bool { return d.Duty == duty && !d.Provisional })
}

// withdrawn takes an event back, for a reason.
func (f *follower) withdrawn(event *evidence.Filed, reason string) evidence.Item {
	return evidence.Item{End: &evidence.End{Of: event.Seq, How: evidence.Withdrawn, Day: later(day.In(f.actor.At), event.Event.Day),
		Reason: both(message.New(reason, f.number).Text())}}
}

// runsFrom is the day from which the time for reports runs, the zero day for no
// reports.
func runsFrom(c *incident.Case, clocks []incident.Clock) day.Day {
	switch {
	case len(clocks) == 0:
		return day.Day{}
	case clocks[0].After != "":
		return day.In(c.Ended)
	}
	return day.In(c.Judged.Aware)
}

// report files the record of a duty once every recipient has its report, and
// another in its place where it says something else by now: when, or whether in
// time. One of which a report was taken back is withdrawn.
func (f *follower) report(duty string) []evidence.Item {
	_, record := f.filed(duty)
	switch why, taken := f.struck[duty]; {
	case all(f.now[duty]):
		r := f.record(duty, f.now[duty])
		if record != nil && alike(record.Record, r) || record == nil && all(f.was[duty]) && alike(f.record(duty, f.was[duty]), r) {
			return nil
		}
		if record != nil {
			r.Supersedes, r.Reason = record.Seq, both(message.New("respond.evidence.again", f.number).Text())
		}
		return []evidence.Item{{Record: r}}
	case taken && record != nil:
		return []evidence.Item{{End: &evidence.End{Of: record.Seq, How: evidence.Withdrawn, Day: later(day.In(f.actor.At), record.Record.Observed), Reason: why}}}
	}
	return nil
}

// alike reports whether two records say the same of a duty.
func alike(a, b *evidence.Record) bool { return a.Observed == b.Observed && a.Result == b.Result }

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
