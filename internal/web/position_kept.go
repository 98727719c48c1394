package web

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/position"
	"guanji/internal/regime"
	"guanji/internal/standing"
)

// placed is where an organization stands on a day, and its position then. What
// follows from them is worked out once.
type placed struct {
	*standing.View
	Position *position.Position
	stands   func() []dutyStand
	tasks    func() []position.Task
	owned    func() map[lineOf]*evidence.Filed // the assignments
	lines    func() map[string]int             // by duty
}

// lineOf names a line.
type lineOf struct{ duty, subject string }

func newPlaced(v *standing.View, p *position.Position, areas []regime.Named) *placed {
	return &placed{View: v, Position: p, tasks: sync.OnceValue(p.Tasks),
		stands: sync.OnceValue(func() []dutyStand { return gather(p.Lines, areas, func(*position.Line) bool { return true }) }),
		owned: sync.OnceValue(func() map[lineOf]*evidence.Filed {
			at := map[lineOf]*evidence.Filed{}
			for _, l := range p.Lines {
				if l.Assignment != nil {
					at[lineOf{l.Duty.ID, l.Subject}] = l.Assignment
				}
			}
			return at
		}),
		lines: sync.OnceValue(func() map[string]int {
			n := map[string]int{}
			for _, l := range p.Lines {
				n[l.Duty.ID]++
			}
			return n
		})}
}

// forOne returns the subject under which something can be filed for all of some
// subjects of a duty: the only one, or every system; "" if there is none.
func (p *placed) forOne(duty string, subjects []string) string {
	switch {
	case len(subjects) == 1:
		return subjects[0]
	case len(subjects) > 0 && len(subjects) == p.lines()[duty] && !slices.Contains(subjects, evidence.Organization):
		return evidence.AllSystems
	}
	return ""
}

// A dutyStand is one duty with its lines, gathered by state, the most urgent
// first.
type dutyStand struct {
	*regime.DutyText
	Groups []standGroup
}

// A standGroup is the lines of a duty that are in one state, with the earliest
// of their days.
type standGroup struct {
	State             position.State
	Lines             []position.Line
	Since, Due, Until day.Day
}

func (g *standGroup) add(l position.Line) {
	g.Lines = append(g.Lines, l)
	g.Since, g.Due, g.Until = earliest(g.Since, l.Since), earliest(g.Due, l.Due), earliest(g.Until, l.Until)
}

// subjects returns those of the lines.
func (g *standGroup) subjects() []string {
	list := make([]string, len(g.Lines))
	for i, l := range g.Lines {
		list[i] = l.Subject
	}
	return list
}

func earliest(d, e day.Day) day.Day {
	if d.IsZero() || !e.IsZero() && e.Before(d) {
		return e
	}
	return d
}

// gather gathers lines by duty and state. The duties come in the order of
// urgency: by their worst state, what binds first, then by their days.
func gather(lines []position.Line, areas []regime.Named, keep func(*position.Line) bool) []dutyStand {
	states := position.States()
	var list []dutyStand
	for i := 0; i < len(lines); {
		of := lines[i].Duty
		groups := make([]standGroup, len(states))
		for ; i < len(lines) && lines[i].Duty.ID == of.ID; i++ {
			if l := lines[i]; keep(&l) {
				groups[urgency(l.State)].add(l)
			}
		}
		for j := range groups {
			groups[j].State = states[j]
		}
		if groups = slices.DeleteFunc(groups, func(g standGroup) bool { return len(g.Lines) == 0 }); len(groups) > 0 {
			list = append(list, dutyStand{of, groups})
		}
	}
	area := map[string]int{}
	for i, a := range areas {
		area[a.ID.Value] = i
	}
	slices.SortStableFunc(list, func(a, b dutyStand) int {
		x, y := &a.Groups[0], &b.Groups[0]
		return cmp.Or(urgency(x.State)-urgency(y.State), soft(a.DutyText)-soft(b.DutyText), x.next().Compare(y.next()), area[a.Area]-area[b.Area], strings.Compare(a.ID, b.ID))
	})
	return list
}

// urgency is the place of a state among all.
func urgency(s position.State) int { return slices.Index(position.States(), s) }

// soft is 0 for a duty that binds, and 1 for what only recommends.
func soft(d *regime.DutyText) int {
	if d.Force.Binding() {
		return 0
	}
	return 1
}

// next is the day by which a group is put in order.
func (g *standGroup) next() day.Day {
	for _, d := range []day.Day{g.Since, g.Due, g.Until} {
		if !d.IsZero() {
			return d
		}
	}
	return day.Of(2200, time.January, 1)
}

// What is remembered of positions: a line takes about 100 bytes.
const (
	mostPositions = 8
	mostLines     = 1_000_000 // in all but the one used last
)

// positions remembers positions, the one used last at the end. It is safe for
// concurrent use.
type positions struct {
	mu   sync.Mutex
	list []*keptPosition
}

// positionKey says which position is meant. A view is remembered by package
// standing, so that the same one is the same organization, statements and days.
type positionKey struct {
	view     *standing.View
	revision int64     // of the book
	at       time.Time // of what was filed last
}

type keptPosition struct {
	positionKey
	make func() (*placed, error) // once
	size int                     // in lines; 0 while it is being made
}

// get returns a position that is remembered, or has it made. Of several who ask
// at once, one makes it.
func (p *positions) get(k positionKey, make func() (*placed, error)) (*placed, error) {
	kept := p.use(k, make)
	got, err := kept.make()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.list = slices.DeleteFunc(p.list, func(other *keptPosition) bool { return other == kept })
		return nil, err
	}
	kept.size = max(1, len(got.Position.Lines))
	p.forget(kept)
	return got, nil
}

// use finds or adds what is remembered under a key, and moves it to the end.
// What an organization had filed before goes.
func (p *positions) use(k positionKey, make func() (*placed, error)) *keptPosition {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = slices.DeleteFunc(p.list, func(other *keptPosition) bool { return other.view == k.view && other.positionKey != k })
	kept := &keptPosition{positionKey: k, make: sync.OnceValues(make)}
	if i := slices.IndexFunc(p.list, func(other *keptPosition) bool { return other.positionKey == k }); i >= 0 {
		kept = p.list[i]
		p.list = slices.Delete(p.list, i, i+1)
	}
	p.list = append(p.list, kept)
	return kept
}

// forget drops the positions not used for longest, until the others are few and
// small enough. The one just used stays.
func (p *positions) forget(used *keptPosition) {
	for {
		lines := 0
		for _, kept := range p.list {
			lines += kept.size
		}
		i := slices.IndexFunc(p.list, func(kept *keptPosition) bool { return kept != used && kept.size > 0 })
		if i < 0 || len(p.list) <= mostPositions && lines <= mostLines {
			return
		}
		p.list = slices.Delete(p.list, i, i+1)
	}
}

// placed returns the position on the day asked.
func (q *orgRequest) placed() (*placed, error) { return q.placedOn(q.when.On) }

// placedOn returns the position on another day, by what was known on the same.
func (q *orgRequest) placedOn(on day.Day) (*placed, error) {
	v, err := q.s.Standing.View(q.Context(), q.org, on, q.when.Known)
	if err != nil {
		return nil, err
	}
	book, err := q.s.Filing.Book(q.Context(), q.org)
	if err != nil {
		return nil, err
	}
	k := positionKey{view: v, revision: book.Revision()}
	if n := len(book.Filed); n > 0 {
		k.at = book.Filed[n-1].At
	}
	ctx := context.WithoutCancel(q.Context()) // others may wait for the same
	return q.s.positions.get(k, func() (*placed, error) {
		p, err := q.s.Position.On(ctx, q.org, on, q.when.Known)
		if err != nil {
			return nil, err
		}
		return newPlaced(v, p, q.s.Set.Areas), nil
	})
}
