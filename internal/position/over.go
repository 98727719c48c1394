package position

import (
	"context"
	"slices"

	"guanji/internal/day"
	"guanji/internal/problem"
	"guanji/internal/regime"
)

// MaxDays is the most days that [Service.Over] is asked for at a time: a year
// of days and some.
const MaxDays = 400

// A Heat tells, area by area, how many lines stood where on some days.
type Heat struct {
	Days  []day.Day // in order, each once
	Areas []Area    // those in which a line stood on some day, in the order of the content
}

// An Area is one area of a [Heat].
type Area struct {
	Area  string
	Cells []Cell // one for each day
}

// A Cell counts lines. Duties that bind by themselves are counted apart from
// recommendations, see [law.Force.Binding].
type Cell struct{ Binding, Other Counts }

// Counts is how many lines stand in each state, in the order of [States].
type Counts [6]int

// Of returns how many lines stand in a state.
func (c Counts) Of(s State) int { return c[slices.Index(States(), s)] }

// All returns how many lines there are.
func (c Counts) All() int {
	n := 0
	for _, of := range c {
		n += of
	}
	return n
}

// Heat counts the lines of a position, as [Service.Over] does for its day.
func (p *Position) Heat() *Heat {
	h := newHeat(p.areas, []day.Day{p.On})
	for _, l := range p.Lines {
		h.add(l.Duty, 0, 1, l.State, 1)
	}
	return h.shown()
}

func newHeat(areas []regime.Named, days []day.Day) *Heat {
	h := &Heat{Days: days}
	for _, a := range areas {
		h.Areas = append(h.Areas, Area{a.ID.Value, make([]Cell, len(days))})
	}
	return h
}

// add counts some lines of a duty, on the days from one place up to another.
func (h *Heat) add(t *regime.DutyText, first, after int, s State, lines int) {
	at := slices.IndexFunc(h.Areas, func(a Area) bool { return a.Area == t.Area })
	state := slices.Index(States(), s)
	for i := first; i < after; i++ {
		counts := &h.Areas[at].Cells[i].Other
		if t.Force.Binding() {
			counts = &h.Areas[at].Cells[i].Binding
		}
		counts[state] += lines
	}
}

// shown leaves out the areas in which there never is a line.
func (h *Heat) shown() *Heat {
	h.Areas = slices.DeleteFunc(h.Areas, func(a Area) bool {
		return !slices.ContainsFunc(a.Cells, func(c Cell) bool { return c != Cell{} })
	})
	return h
}

// Over counts the lines on each of some days, from one to [MaxDays].
func (s *Service) Over(ctx context.Context, organization string, days []day.Day, known day.Day) (*Heat, error) {
	w := walk(slices.Compact(slices.SortedFunc(slices.Values(days), day.Day.Compare)))
	if len(w) == 0 || len(w) > MaxDays {
		return nil, problem.New(problem.Usage, "position.days", MaxDays, len(w))
	}
	q, err := s.ask(ctx, organization, known)
	if err != nil {
		return nil, err
	}
	turns, err := s.Assessor.Turns(ctx, organization, w[0], w[len(w)-1], known)
	if err != nil {
		return nil, err
	}
	h, first := newHeat(q.areas, w), 0
	for _, turn := range slices.Concat(turns, []day.Day{w[len(w)-1].AddDays(1)}) {
		after, _ := slices.BinarySearchFunc(w, turn, day.Day.Compare)
		if err := q.between(h, w, first, after); err != nil {
			return nil, err
		}
		first = after
	}
	return h.shown(), nil
}

// between counts the lines on the days from one place of a walk up to another.
// No turn lies between them.
func (q *asked) between(h *Heat, w walk, first, after int) error {
	if first == after {
		return nil
	}
	a, err := q.assess(w[first])
	if err != nil {
		return err
	}
	for answers := range byDuty(a.Duties) {
		if err := q.count(h, w, first, after, answers); err != nil {
			return err
		}
	}
	return nil
}

// count counts the lines of one duty. Those that stand alike are worked out
// once.
func (q *asked) count(h *Heat, w walk, first, after int, answers []regime.DutyAnswer) error {
	shelf := q.shelf(answers[0].DutyText)
	alike := map[regime.Applies]int{}
	add := func(f *folder, applies regime.Applies, bound []day.Day, lines int) {
		w.runs(f, first, after, applies, bound, func(from, to int, s State) { h.add(answers[0].DutyText, from, to, s, lines) })
	}
	for i := range answers {
		a := &answers[i]
		if a.Applies == regime.No {
			continue
		}
		f, shared := shelf.folder(a.Subject)
		if shared && f.form != yearly {
			alike[a.Applies]++
			continue
		}
		bound, err := q.boundOf(f, a, w[after-1])
		if err != nil {
			return err
		}
		add(f, a.Applies, bound, 1)
	}
	for applies, lines := range alike {
		add(shelf.others, applies, nil, lines)
	}
	return nil
}
