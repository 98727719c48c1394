package position

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/law"
	"guanji/internal/message"
	"guanji/internal/regime"
	"guanji/internal/strict"
)

var content = sync.OnceValues(func() (*regime.Set, error) { return regime.Load(os.DirFS("../../content")) })

func load(t testing.TB) *regime.Set {
	t.Helper()
	set, err := content()
	must(t, err)
	return set
}

// house is a small content, with the calendar of the real one.
func house(t testing.TB) *regime.Set {
	t.Helper()
	id := func(s string) strict.String { return strict.String{Value: s} }
	return &regime.Set{Calendar: load(t).Calendar,
		Areas: []regime.Named{{ID: id("protect")}, {ID: id("test")}},
		EvidenceKinds: []regime.EvidenceKind{
			{ID: id("paper"), Name: message.Text{En: "paper", Zh: "文件"}},
			{ID: id("scan"), Name: message.Text{En: "scan", Zh: "扫描"}, Validity: id("P3M")},
			{ID: id("word"), Name: message.Text{En: "word", Zh: "确认"}, Validity: id("P1Y")},
		}}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func d(t testing.TB, s string) day.Day {
	t.Helper()
	d, err := day.Parse(s)
	must(t, err)
	return d
}

// on is a day that a test has written itself.
func on(s string) day.Day {
	d, err := day.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

func iso(s string) *string { return &s }

// ask is a duty that asks for kinds of evidence.
func ask(id string, c regime.Cadence, kinds ...string) *regime.DutyText {
	t := &regime.DutyText{ID: id, Area: "protect", Force: law.ForceLaw, Cadence: c,
		Provisions: []regime.Provision{{InForce: day.Span{From: on("1999-01-01")}}}}
	for _, k := range kinds {
		t.Evidence = append(t.Evidence, regime.Evidence{Kind: k})
	}
	return t
}

// record is evidence of a duty D of the organization, with changes.
func record(kind, observed string, change ...func(*evidence.Record)) evidence.Item {
	r := &evidence.Record{Kind: kind, Duties: []string{"D"}, Subject: evidence.Organization, Observed: on(observed), Result: evidence.InOrder,
		Method: evidence.Method{Kind: evidence.Attested, Who: "Li"}}
	for _, f := range change {
		f(r)
	}
	return evidence.Item{Record: r}
}

func until(s string) func(*evidence.Record) {
	return func(r *evidence.Record) { r.ValidUntil = on(s) }
}

func result(s evidence.Result) func(*evidence.Record) {
	return func(r *evidence.Record) { r.Result = s }
}

func supersedes(seq int64) func(*evidence.Record) {
	return func(r *evidence.Record) { r.Supersedes = seq }
}

func about(subject string) func(*evidence.Record) {
	return func(r *evidence.Record) { r.Subject = subject }
}

func event(s string) evidence.Item {
	return evidence.Item{Event: &evidence.Event{Duty: "D", Subject: evidence.Organization, Day: on(s)}}
}

func order(started, due string) evidence.Item {
	return evidence.Item{Plan: &evidence.Plan{Duty: "D", Subject: evidence.Organization, Basis: evidence.ByOrder, Started: on(started), Due: on(due)}}
}

func assign(owner, due string, remind int) evidence.Item {
	a := &evidence.Assignment{Duty: "D", Subject: evidence.Organization, Owner: owner, Remind: remind}
	if due != "" {
		a.Due = on(due)
	}
	return evidence.Item{Assignment: a}
}

func end(of int64, how evidence.How, s string) evidence.Item {
	return evidence.Item{End: &evidence.End{Of: of, How: how, Day: on(s)}}
}

// book files items, one a day from the first day of 2020 on.
func book(items ...evidence.Item) *evidence.Book {
	var filed []evidence.Filed
	for i, it := range items {
		filed = append(filed, evidence.Filed{Item: it, Seq: int64(i + 1), At: time.Date(2020, 1, 1+i, 4, 0, 0, 0, time.UTC), By: "wang"})
	}
	return evidence.NewBook(filed)
}

// world is an Assessor and Books of one organization.
type world struct {
	duties  []*regime.DutyText
	systems map[string][]string                                 // of a duty; none: the organization
	applies func(id, subject string, on day.Day) regime.Applies // nil: everything does
	turns   []day.Day
	book    *evidence.Book
	fail    error
	asked   []day.Day
}

func (w *world) Assess(_ context.Context, _ string, on, _ day.Day) (*regime.Assessment, error) {
	w.asked = append(w.asked, on)
	a := &regime.Assessment{AsOf: on}
	for _, t := range w.duties {
		subjects := w.systems[t.ID]
		if subjects == nil {
			subjects = []string{evidence.Organization}
		}
		for _, s := range subjects {
			answer := regime.DutyAnswer{DutyText: t, Subject: s, Applies: regime.Yes}
			if w.applies != nil {
				answer.Applies = w.applies(t.ID, s, on)
			}
			a.Duties = append(a.Duties, answer)
		}
	}
	return a, w.fail
}

func (w *world) Turns(_ context.Context, _ string, from, to, _ day.Day) ([]day.Day, error) {
	return slices.DeleteFunc(slices.Clone(w.turns), func(d day.Day) bool { return !d.After(from) || d.After(to) }), w.fail
}

func (w *world) Book(context.Context, string) (*evidence.Book, error) { return w.book, w.fail }

func (w *world) service(t testing.TB) *Service {
	return New(Config{Set: house(t), Assessor: w, Books: w})
}

// position is where the world stands on a day.
func (w *world) position(t testing.TB, asked string) *Position {
	t.Helper()
	p, err := w.service(t).On(t.Context(), "acme", d(t, asked), day.Day{})
	must(t, err)
	return p
}

// show writes a status in one line.
func show(s *Status) string {
	var b strings.Builder
	b.WriteString(string(s.State))
	part := func(name string, v any) {
		if text := fmt.Sprint(v); text != "" && text != "0" && text != "[]" {
			fmt.Fprintf(&b, " %s %s", name, text)
		}
	}
	var carriers []int64
	for _, c := range s.Carriers {
		carriers = append(carriers, c.Seq)
	}
	part("by", carriers)
	part("until", s.Until)
	part("due", s.Due)
	part("since", s.Since)
	part("plan", s.Plan)
	part("missing", s.Missing)
	part("open", s.Open)
	for _, n := range s.NotCounting {
		part("not", fmt.Sprintf("%d(%s)", n.Seq, strings.TrimPrefix(n.Why.Key, "position.bar.")))
	}
	part("why", strings.TrimPrefix(s.Why.Key, "position.why."))
	if s.Gaps {
		b.WriteString(" gaps")
	}
	return b.String()
}
