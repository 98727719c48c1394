package position

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"guanji/internal/day"
	"guanji/internal/regime"
)

// A Change is a duty that stands otherwise than it did, with the subjects of
// which this is so.
type Change struct {
	Duty     *regime.DutyText
	From     State // "" where it did not apply
	To       State // "" where it no longer applies
	Subjects []string
}

// Changes returns what stands otherwise on a day than on an earlier one: in the
// order of the duties, and then of the states as they are now, see [States].
func (s *Service) Changes(ctx context.Context, organization string, since, on, known day.Day) ([]Change, error) {
	q, err := s.ask(ctx, organization, known)
	if err != nil {
		return nil, err
	}
	before, err := q.on(since)
	if err != nil {
		return nil, err
	}
	after, err := q.on(on)
	if err != nil {
		return nil, err
	}
	return after.Changes(before), nil
}

// Changes returns what stands otherwise than in an earlier position, as
// [Service.Changes] does for its days.
func (p *Position) Changes(before *Position) []Change { return compare(before, p) }

// compare tells what stands otherwise in a later position.
func compare(before, after *Position) []Change {
	was := make(map[duty]State, len(before.Lines))
	for _, l := range before.Lines {
		was[duty{l.Duty.ID, l.Subject}] = l.State
	}
	c := changes{at: map[changed]int{}}
	for _, l := range after.Lines {
		key := duty{l.Duty.ID, l.Subject}
		c.add(l, was[key], l.State)
		delete(was, key)
	}
	for _, l := range before.Lines {
		if _, gone := was[duty{l.Duty.ID, l.Subject}]; gone {
			c.add(l, l.State, "")
		}
	}
	slices.SortStableFunc(c.list, func(a, b Change) int {
		return cmp.Or(strings.Compare(a.Duty.ID, b.Duty.ID), cmp.Compare(rank(a.To), rank(b.To)), cmp.Compare(rank(a.From), rank(b.From)))
	})
	return c.list
}

// rank is the place of a state in [States], that of no state behind them.
func rank(s State) int {
	if s == "" {
		return len(States())
	}
	return slices.Index(States(), s)
}

// changed tells apart the changes of one list.
type changed struct {
	duty     string
	from, to State
}

type changes struct {
	list []Change
	at   map[changed]int
}

func (c *changes) add(l Line, from, to State) {
	if from == to {
		return
	}
	key := changed{l.Duty.ID, from, to}
	i, ok := c.at[key]
	if !ok {
		i = len(c.list)
		c.at[key] = i
		c.list = append(c.list, Change{Duty: l.Duty, From: from, To: to})
	}
	c.list[i].Subjects = append(c.list[i].Subjects, l.Subject)
}
