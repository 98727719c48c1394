package regime

import (
	"slices"

	"guanji/internal/day"
)

// Turns returns the days after one day and up to another, that included, on
// which the law turns: on which the duties of an [Assessment] may be answered
// otherwise than on the day before, though nothing is stated anew. They are the
// first day of each wording of the grounds and penalties of a duty and the day
// after its last, and the same of conditions that hold for a time only. Notices
// of designation turn answers besides, and are no matter of the law.
//
// The days are in order, each once.
func (s *Set) Turns(from, to day.Day) []day.Day {
	var days []day.Day
	add := func(span day.Span) {
		days = append(days, span.From)
		if !span.Until.IsZero() {
			days = append(days, span.Until.AddDays(1))
		}
	}
	for _, d := range s.Duties {
		d.spans(add)
	}
	days = slices.DeleteFunc(days, func(d day.Day) bool { return !d.After(from) || d.After(to) })
	slices.SortFunc(days, day.Day.Compare)
	return slices.Compact(days)
}

// spans calls add with every span of days on which what is said of a duty, or
// whether it applies, rests.
func (d *Duty) spans(add func(day.Span)) {
	for _, p := range slices.Concat(d.provisions, d.penalties) {
		for _, w := range p.Wordings() {
			add(w.Span)
		}
	}
	for _, when := range []*node{d.bearer.when, d.when} {
		if when == nil {
			continue
		}
		when.walk(func(n *node) {
			if n.op == opDated {
				add(n.span)
			}
		})
	}
}
