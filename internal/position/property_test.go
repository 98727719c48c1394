package position

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/law"
	"guanji/internal/regime"
)

// random makes a world of every cadence, with a book and turns by chance.
func random(r *rand.Rand) *world {
	w := &world{systems: map[string][]string{}}
	for i, c := range []regime.Cadence{continuous, onceOnly, regular, eachYear, january, anyEvent, inTenDays, inThirty} {
		t := ask(fmt.Sprintf("D%d", i), c, [][]string{{"scan"}, {"paper", "word"}, {"word", "scan", "paper"}}[r.IntN(3)]...)
		if r.IntN(3) == 0 {
			t.Force, t.Area = law.ForceGuidance, "test"
		}
		if r.IntN(2) == 0 {
			w.systems[t.ID] = []string{"s1", "s2", "s3"}
		}
		w.duties = append(w.duties, t)
	}
	for range r.IntN(4) {
		w.turns = append(w.turns, chance(r))
	}
	slices.SortFunc(w.turns, day.Day.Compare)
	seed := r.Uint64()
	w.applies = func(id, subject string, on day.Day) regime.Applies {
		turns := 0
		for _, t := range w.turns {
			if !t.After(on) {
				turns++
			}
		}
		h := fnv.New64a()
		fmt.Fprint(h, seed, id, subject, turns)
		return []regime.Applies{regime.Yes, regime.Yes, regime.Yes, regime.Unknown, regime.No}[h.Sum64()%5]
	}
	w.book = evidence.NewBook(filed(r, 5+r.IntN(80)))
	return w
}

// chance is a day around those that are walked over.
func chance(r *rand.Rand) day.Day { return day.Of(2025, 7, 1).AddDays(r.IntN(600)) }

func filed(r *rand.Rand, n int) []evidence.Filed {
	list := make([]evidence.Filed, n)
	for i := range list {
		at := chance(r).Start().Add(time.Hour)
		list[i] = evidence.Filed{Item: item(r, int64(i)), Seq: int64(i + 1), At: at}
	}
	return list
}

// item is one filed after n others.
func item(r *rand.Rand, n int64) evidence.Item {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	duty, subject := fmt.Sprintf("D%d", r.IntN(8)), pick(evidence.Organization, evidence.AllSystems, "s1", "s2")
	switch r.IntN(12) {
	case 0:
		started := chance(r)
		return evidence.Item{Plan: &evidence.Plan{Duty: duty, Subject: subject, Basis: evidence.ByPlan, Started: started, Due: started.AddDays(r.IntN(90))}}
	case 1, 2:
		return evidence.Item{Event: &evidence.Event{Duty: duty, Subject: subject, Day: chance(r)}}
	case 3:
		return evidence.Item{Assignment: &evidence.Assignment{Duty: duty, Subject: subject, Owner: pick("", "li"), Due: chance(r)}}
	case 4:
		return evidence.Item{End: &evidence.End{Of: 1 + r.Int64N(n+1), How: evidence.Done, Day: chance(r)}}
	}
	rec := &evidence.Record{Kind: pick("scan", "paper", "word"), Duties: []string{duty, fmt.Sprintf("D%d", r.IntN(8))}[:1+r.IntN(2)], Subject: subject, Observed: chance(r),
		Result: evidence.Results()[r.IntN(len(evidence.Results()))]}
	if len(rec.Duties) == 2 && rec.Duties[0] == rec.Duties[1] {
		rec.Duties = rec.Duties[:1]
	}
	if r.IntN(4) == 0 {
		rec.ValidUntil = rec.Observed.AddDays(r.IntN(200))
	}
	if r.IntN(6) == 0 {
		rec.Supersedes = 1 + r.Int64N(n+1)
	}
	return evidence.Item{Record: rec}
}

// TestOverIsEveryDay: the counts over many days are those of each day asked by
// itself, for books and turns by chance.
func TestOverIsEveryDay(t *testing.T) {
	states := map[State]int{}
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 4))
		w := random(r)
		s := w.service(t)
		var days []day.Day
		for d := day.Of(2025, 10, 1); len(days) < MaxDays; d = d.AddDays(1 + r.IntN(2)*int(seed%3)) {
			days = append(days, d)
		}
		over, err := s.Over(t.Context(), "acme", days, day.Day{})
		must(t, err)
		for i, d := range days {
			p, err := s.On(t.Context(), "acme", d, day.Day{})
			must(t, err)
			for _, l := range p.Lines {
				states[l.State]++
			}
			if got, want := at(over, i), at(p.Heat(), 0); !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d, %s: over the days %v, on the day %v", seed, d, got, want)
			}
		}
	}
	for _, s := range States() {
		if states[s] < 200 {
			t.Errorf("only %d lines were %s", states[s], s)
		}
	}
}

// at is what a Heat counts on one of its days, by area.
func at(h *Heat, i int) map[string]Cell {
	cells := map[string]Cell{}
	for _, a := range h.Areas {
		if a.Cells[i] != (Cell{}) {
			cells[a.Area] = a.Cells[i]
		}
	}
	return cells
}

// TestChangesAreEnough: nothing that is told of a line changes but on the days
// named, save who sees to it.
func TestChangesAreEnough(t *testing.T) {
	from, to := day.Of(2025, 10, 1), day.Of(2026, 12, 31)
	for seed := range uint64(10) {
		w := random(rand.New(rand.NewPCG(seed, 5)))
		register := newClerk(house(t)).newRegister(w.book)
		bound := []day.Day{on("2025-01-31"), on("2026-01-31")}
		for _, text := range w.duties {
			for _, subject := range []string{evidence.Organization, "s1", "s3"} {
				f, _ := register.shelf(text).folder(subject)
				cuts := map[day.Day]bool{}
				for _, c := range f.changes(from, to) {
					cuts[c] = true
				}
				before := ""
				for d := from; !d.After(to); d = d.AddDays(1) {
					now := show(f.at(d, regime.Yes, bound))
					if before != "" && now != before && !cuts[d] {
						t.Errorf("seed %d, %s of %s, %s: %s, before %s", seed, text.ID, subject, d, now, before)
					}
					before = now
				}
			}
		}
	}
}
