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
func (s *Set) flips(t tally, subs []subject, base []reached, on day.Day) []Flip {
	all := []Flip{}
	for i := range subs {
		if subs[i].system && t.without(base[i]) >= s.screening.highest {
			continue // the others hold the status where it is, and none can reach more
		}
		for _, trial := range s.screening.trials {
			if subs[i].facts[trial.fact.Index].Known() && (trial.fact.Subject == org.AboutSystem) == subs[i].system {
				all = append(all, flipTrial{&s.screening, t, subs, base, on, i, trial}.run()...)
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
	base      []reached // what they reach as things are
	on        day.Day
	changed   int // of subs
	trialFact
}

func (p flipTrial) run() []Flip {
	old := p.subs[p.changed].facts[p.fact.Index]
	is := p.tally.status()
	var best map[Status]org.Value
	for _, values := range p.groups {
		to := p.status(values[0])
		if to == is {
			continue
		}
		if best == nil {
			best = map[Status]org.Value{}
		}
		for _, val := range values {
			if prev, seen := best[to]; !seen || distance(val, old) < distance(prev, old) {
				best[to] = val
			}
		}
	}
	flips := make([]Flip, 0, len(best))
	for to, val := range best {
		flips = append(flips, Flip{p.fact.ID, p.subs[p.changed].id, old.In(p.fact), val.In(p.fact), to})
	}
	slices.SortFunc(flips, func(a, b Flip) int {
		return cmp.Or(cmp.Compare(levels[b.Status], levels[a.Status]), cmp.Compare(a.Status, b.Status))
	})
	return flips
}

// status is the status if the fact had another value.
func (p flipTrial) status(val org.Value) Status {
	if p.fact.Subject == org.AboutSystem {
		t := p.tally
		t.add(p.base[p.changed], -1)
		t.add(p.reachWith(p.changed, val), 1)
		return t.status()
	}
	var t tally
	for i := range p.subs {
		r := p.base[i]
		if !p.subs[i].system || p.ofSystems {
			r = p.reachWith(i, val)
		}
		t.add(r, 1)
		if r.is >= prepare {
			break // no system reaches more, and the organization itself comes first
		}
	}
	return t.status()
}

func (p flipTrial) reachWith(i int, val org.Value) reached {
	facts := p.subs[i].facts
	old := facts[p.fact.Index]
	facts[p.fact.Index] = val
	r := p.screening.reach(p.subs[i], p.on)
	facts[p.fact.Index] = old
	return r
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
