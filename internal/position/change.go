package position

import (
	"slices"

	"guanji/internal/day"
	"guanji/internal/regime"
)

// changes returns the days on which a line may stand otherwise than on the day
// before, as long as its duty applies alike; at least those from one day to
// another, and the zero day. They are worked out once, for all who ask.
func (f *folder) changes(from, to day.Day) []day.Day {
	if f.cuts != nil {
		return f.cuts
	}
	days := make([]day.Day, 1, 1+4*len(f.papers)+4*len(f.events)+4*len(f.plans))
	ends := func(last day.Day) {
		if !last.IsZero() {
			days = append(days, last.AddDays(-ExpiringDays), last.AddDays(1))
		}
	}
	for i := range f.papers {
		p := &f.papers[i]
		days = append(days, p.from, p.ended)
		ends(p.until)
	}
	for i := range f.events {
		h := &f.events[i]
		days = append(days, h.day, h.ended)
		ends(h.due)
	}
	for i := range f.plans {
		p := &f.plans[i]
		days = append(days, p.started, p.ended)
		ends(p.due)
	}
	if f.form == yearly {
		for due := f.annual(from); !due.AddDays(-ExpiringDays).After(to); due = f.annual(due.AddDays(1)) {
			ends(due)
		}
	}
	slices.SortFunc(days, day.Day.Compare)
	f.cuts = slices.Compact(days)
	return f.cuts
}

// A walk goes over the days that are asked, in order.
type walk []day.Day

// runs calls each with where a line stands on the days from one place of the
// walk up to another: with the places of a first day and of that after the
// last, between which it stands alike. All lie between two turns.
func (w walk) runs(f *folder, first, after int, applies regime.Applies, bound []day.Day, each func(first, after int, s State)) {
	cuts := f.changes(w[0], w[len(w)-1])
	for i := first; i < after; {
		s, from := f.at(w[i], applies, bound).State, i
		c, on := slices.BinarySearchFunc(cuts, w[i], day.Day.Compare)
		if on {
			c++
		}
		for i++; i < after && (c == len(cuts) || w[i].Before(cuts[c])); {
			i++
		}
		each(from, i, s)
	}
}
