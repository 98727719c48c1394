package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"guanji/bench"
	"guanji/content"
	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/position"
	"guanji/internal/regime"
	"guanji/internal/standing"
	"guanji/internal/store"
)

// only has one book.
type only struct{ book *evidence.Book }

func (o only) Book(context.Context, string) (*evidence.Book, error) { return o.book, nil }

// The size of what positions are worked out of.
const (
	systems = 1000
	records = 20_000
)

// positions measures the position of an organization on one day, and on each
// of 365.
func (b benchmark) positions(ctx context.Context) {
	dir, err := os.MkdirTemp(b.folder, "positions-")
	must(err)
	defer os.RemoveAll(dir)
	s, err := store.Open(ctx, filepath.Join(dir, "guanji.db"))
	must(err)
	defer s.Close()
	set, err := regime.Load(content.Files)
	must(err)
	st := standing.New(standing.Config{Set: set, Store: s, Drafts: s, Now: time.Now})
	r := rand.New(rand.NewPCG(5, 6))
	all := make([]bench.Facts, systems)
	for i := range all {
		all[i] = bench.System(r)
	}
	done, err := st.Import(ctx, "", "bench.yaml", bench.File(bench.Organization(r), all), false, author)
	must(err)
	today := st.Today()
	a, err := st.Assess(ctx, done.Organization, today, day.Day{})
	must(err)
	p := position.New(position.Config{Set: set, Assessor: st, Books: only{evidence.NewBook(filed(r, a, today))}})
	on, err := p.On(ctx, done.Organization, today, day.Day{})
	must(err)
	fmt.Printf("| position of %d systems, %d lines, %d records | median of 9 |\n|---|---:|\n", systems, len(on.Lines), records)
	row := func(what string, f func(i int)) {
		fmt.Printf("| %s | %v |\n", what, median(9, f).Round(time.Millisecond))
	}
	row("one day", func(int) { _, err := p.On(ctx, done.Organization, today, day.Day{}); must(err) })
	row("what there is to do on it", func(int) { _, err := p.Tasks(ctx, done.Organization, today, day.Day{}, position.Filter{}); must(err) })
	days := make([]day.Day, 365)
	for i := range days {
		days[i] = today.AddDays(i - 364)
	}
	row("each of 365 days, counted by area", func(int) { _, err := p.Over(ctx, done.Organization, days, day.Day{}); must(err) })
}

// filed draws records of duties that apply, observed in the last 400 days.
func filed(r *rand.Rand, a *regime.Assessment, today day.Day) []evidence.Filed {
	var lines []regime.DutyAnswer
	for _, d := range a.Duties {
		if d.Applies == regime.Yes && len(d.Evidence) > 0 {
			lines = append(lines, d)
		}
	}
	all := make([]evidence.Filed, records)
	for i := range all {
		d := lines[r.IntN(len(lines))]
		all[i] = evidence.Filed{Seq: int64(i + 1), At: time.Now(), By: "Lin", Item: evidence.Item{Record: &evidence.Record{
			Kind: d.Evidence[r.IntN(len(d.Evidence))].Kind, Duties: []string{d.ID}, Subject: d.Subject, Observed: today.AddDays(-r.IntN(400)),
			Method: evidence.Method{Kind: evidence.Attested, Who: "Lin"}, Result: evidence.InOrder}}}
	}
	return all
}
