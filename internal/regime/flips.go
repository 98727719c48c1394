package regime

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"guanji/internal/day"
	"guanji/internal/org"
)

// flips tries, for each known fact that screening reads, other values, and
// returns the nearest one that leads to each other status. It changes facts of
// the subjects for the trial and puts them back.
func (s *Set) flips(t tally, subs []subject, on day.Day) []Flip {
	conditions := make([]*node, len(s.screening.rules))
	for i := range s.screening.rules {
		conditions[i] = s.screening.rules[i].when
	}
	all := []Flip{}
	for i := range subs {
		for _, index := range combine(opAnd, conditions).facts() {
			f := s.Vocabulary.Leaf(index)
			if subs[i].facts[index].Known() && (f.Subject == org.AboutSystem) == subs[i].system {
				trial := flipTrial{&s.screening, t, subs, on, i, f}
				all = append(all, trial.run(candidates(f, conditions))...)
			}
		}
	}
	return all
}

// flipTrial is the search for other values of one fact of one subject.
type flipTrial struct {
	screening *screening
	tally     tally
	subs      []subject
	on        day.Day
	changed   int // of subs
	fact      *org.Fact
}

func (p flipTrial) run(values []org.Value) []Flip {
	old := p.subs[p.changed].facts[p.fact.Index]
	best := map[Status]org.Value{}
	for _, val := range values {
		to := p.status(val)
		prev, seen := best[to]
		if to != p.tally.status() && (!seen || distance(val, old) < distance(prev, old)) {
			best[to] = val
		}
	}
	flips := make([]Flip, 0, len(best))
	for to, val := range best {
		flips = append(flips, Flip{p.fact.ID, p.subs[p.changed].id, old.In(p.fact), val.In(p.fact), to})
	}
	slices.SortFunc(flips, func(a, b Flip) int {
		return cmp.Or(cmp.Compare(rank[b.Status], rank[a.Status]), cmp.Compare(a.Status, b.Status))
	})
	return flips
}

// status is the status if the fact had another value.
func (p flipTrial) status(val org.Value) Status {
	if p.fact.Subject == org.AboutSystem {
		t := p.tally
		is, could := p.screening.reach(p.subs[p.changed], p.on)
		t.add(is, could, -1)
		is, could = p.reachWith(p.changed, val)
		t.add(is, could, 1)
		return t.status()
	}
	var t tally
	for i := range p.subs {
		is, could := p.reachWith(i, val)
		t.add(is, could, 1)
		if rank[is] >= rank[Prepare] {
			break // no system reaches more, and the organization itself comes first
		}
	}
	return t.status()
}

func (p flipTrial) reachWith(i int, val org.Value) (is, could Status) {
	facts := p.subs[i].facts
	old := facts[p.fact.Index]
	facts[p.fact.Index] = val
	is, could = p.screening.reach(p.subs[i], p.on)
	facts[p.fact.Index] = old
	return is, could
}

// distance is how far two values lie apart: by figure, or by the number of
// values in which sets differ.
func distance(a, b org.Value) float64 {
	switch a.Kind {
	case org.Set:
		return float64(bits.OnesCount64(a.Bits ^ b.Bits))
	case org.Enum, org.Bool:
		return 1
	}
	return math.Abs(a.Float() - b.Float())
}
