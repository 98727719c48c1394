package position

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/org"
	"guanji/internal/regime"
)

// large is the example bank with many systems, by the real content.
type large struct {
	set  *regime.Set
	file *org.File
	book *evidence.Book
	kept map[day.Day]*regime.Assessment // nil: each is worked out
}

func (l *large) Assess(_ context.Context, _ string, on, _ day.Day) (*regime.Assessment, error) {
	if a := l.kept[on]; a != nil {
		return a, nil
	}
	a, err := l.set.Assess(l.file, on)
	if l.kept != nil {
		l.kept[on] = a
	}
	return a, err
}

func (l *large) Turns(_ context.Context, _ string, from, to, _ day.Day) ([]day.Day, error) {
	days := l.set.Turns(from, to)
	for _, d := range l.file.Designations {
		if d.NotifiedOn.After(from) && !d.NotifiedOn.After(to) {
			days = append(days, d.NotifiedOn)
		}
	}
	slices.SortFunc(days, day.Day.Compare)
	return slices.Compact(days), nil
}

func (l *large) Book(context.Context, string) (*evidence.Book, error) { return l.book, nil }

// newLarge makes the bank with many systems and, for each line and kind of
// evidence, a record every so many days over two years; 0 files nothing.
func newLarge(t testing.TB, systems, every int) *large {
	t.Helper()
	set := load(t)
	data, err := os.ReadFile("../../examples/designated-bank.yaml")
	must(t, err)
	f, err := set.Vocabulary.ReadFile("bank", data)
	must(t, err)
	model := f.Systems
	f.Systems = nil
	for i := range systems {
		u := model[i%len(model)]
		u.ID = fmt.Sprintf("s%04d", i)
		f.Systems = append(f.Systems, u)
	}
	for i := range f.Designations {
		f.Designations[i].Systems = nil
	}
	l := &large{set: set, file: f, kept: map[day.Day]*regime.Assessment{}, book: evidence.NewBook(nil)}
	if every > 0 {
		l.book = evidence.NewBook(l.filed(t, every))
	}
	return l
}

func (l *large) filed(t testing.TB, every int) []evidence.Filed {
	a, err := l.Assess(t.Context(), "", day.Of(2026, 9, 1), day.Day{})
	must(t, err)
	r := rand.New(rand.NewPCG(1, 2))
	var filed []evidence.Filed
	add := func(it evidence.Item) {
		filed = append(filed, evidence.Filed{Item: it, Seq: int64(len(filed) + 1), At: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)})
	}
	for _, answer := range a.Duties {
		if answer.Applies != regime.Yes || r.IntN(10) == 0 {
			continue
		}
		if answer.Cadence.Kind == "event" {
			add(evidence.Item{Event: &evidence.Event{Duty: answer.ID, Subject: answer.Subject, Day: day.Of(2025, 10, 1).AddDays(r.IntN(300))}})
		}
		for _, e := range answer.Evidence {
			for d := day.Of(2024, 10, 1).AddDays(r.IntN(every)); d.Before(day.Of(2026, 10, 1)); d = d.AddDays(every/2 + r.IntN(every)) {
				add(evidence.Item{Record: &evidence.Record{Kind: e.Kind, Duties: []string{answer.ID}, Subject: answer.Subject, Observed: d, Result: evidence.InOrder}})
			}
		}
	}
	return filed
}

// BenchmarkOn is the position of one day, with the assessment at hand.
func BenchmarkOn(b *testing.B) { l := newLarge(b, 1000, 90); l.measure(b, 1) }

// BenchmarkOnBare is the same with nothing filed.
func BenchmarkOnBare(b *testing.B) { l := newLarge(b, 1000, 0); l.measure(b, 1) }

// BenchmarkOverYear counts the lines on each of 365 days, with the assessments
// at hand.
func BenchmarkOverYear(b *testing.B) { l := newLarge(b, 1000, 90); l.measure(b, 365) }

// BenchmarkOverYearBare is the same with nothing filed.
func BenchmarkOverYearBare(b *testing.B) { l := newLarge(b, 1000, 0); l.measure(b, 365) }

// BenchmarkOverYearAssessed works out the assessments as well.
func BenchmarkOverYearAssessed(b *testing.B) {
	l := newLarge(b, 1000, 90)
	l.kept = nil
	l.measure(b, 365)
}

// BenchmarkTasks is what there is to do on a day, from the position at hand.
func BenchmarkTasks(b *testing.B) {
	l := newLarge(b, 1000, 90)
	p, err := New(Config{Set: l.set, Assessor: l, Books: l}).On(b.Context(), "", day.Of(2026, 9, 1), day.Day{})
	must(b, err)
	n := 0
	for b.Loop() {
		n = len(p.Tasks())
	}
	b.ReportMetric(float64(n), "tasks")
}

// measure asks for the year before 1 September 2026, or for that day.
func (l *large) measure(b *testing.B, days int) {
	b.Helper()
	s := New(Config{Set: l.set, Assessor: l, Books: l})
	var w []day.Day
	for i := range days {
		w = append(w, day.Of(2026, 9, 1).AddDays(i+1-days))
	}
	run := func() (lines int) {
		if days > 1 {
			h, err := s.Over(b.Context(), "", w, day.Day{})
			must(b, err)
			for _, a := range h.Areas {
				last := a.Cells[len(a.Cells)-1]
				lines += last.Binding.All() + last.Other.All()
			}
			return lines
		}
		p, err := s.On(b.Context(), "", w[0], day.Day{})
		must(b, err)
		return len(p.Lines)
	}
	lines := run()
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
	b.ReportMetric(float64(len(l.book.Filed)), "filed")
	b.ReportMetric(float64(lines), "lines")
}

// BenchmarkWide has 330 duties, each of every one of 1,000 systems, with two
// records each: more than any content asks.
func BenchmarkWide(b *testing.B) { stress(b, 330, 1000, 2, 150) }

// BenchmarkDaily has one duty of 1,000 systems, and a record for each of 365
// days, as a machine files them.
func BenchmarkDaily(b *testing.B) { stress(b, 1, 1000, 365, 1) }

func stress(b *testing.B, duties, systems, records, every int) {
	var ids []string
	for i := range systems {
		ids = append(ids, fmt.Sprintf("s%04d", i))
	}
	w := &world{systems: map[string][]string{}}
	var items []evidence.Item
	for i := range duties {
		id := fmt.Sprintf("D%03d", i)
		w.duties = append(w.duties, ask(id, []regime.Cadence{continuous, eachYear, anyEvent, onceOnly}[i%4], "scan"))
		w.systems[id] = ids
		for j, s := range ids {
			for k := range records {
				it := record("scan", "2025-10-01", about(s))
				it.Record.Observed = it.Record.Observed.AddDays(k*every + j%30)
				it.Record.Duties = []string{id}
				items = append(items, it)
			}
		}
	}
	w.book = book(items...)
	s := w.service(b)
	var days []day.Day
	for i := range 365 {
		days = append(days, day.Of(2025, 10, 1).AddDays(i))
	}
	b.Run("day", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := s.On(b.Context(), "", days[300], day.Day{})
			must(b, err)
		}
	})
	b.Run("year", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := s.Over(b.Context(), "", days, day.Day{})
			must(b, err)
		}
	})
}
