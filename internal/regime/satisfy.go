package regime

import (
	"math"
	"slices"

	"guanji/internal/day"
	"guanji/internal/org"
)

// wanted is a condition that shall have a value.
type wanted struct {
	n    *node
	want tri
}

// searchBudget bounds the search for facts; a table that exhausts it is too
// tangled to be judged, and its rows count as reachable.
const searchBudget = 200_000

// satisfiable reports whether some facts give every condition the value wanted
// on a day. It tries, fact by fact, the values that the conditions can tell
// apart, and turns back as soon as one is settled the wrong way.
func satisfiable(v *org.Vocabulary, on day.Day, conditions []wanted) bool {
	s := search{vocabulary: v, on: on, facts: v.NewFacts(), budget: searchBudget}
	for _, c := range conditions {
		s.conditions = append(s.conditions, wanted{c.n.stated(), c.want})
	}
	return s.run()
}

// stated returns a condition as it is where every fact is stated: what counts
// only once on record is then an ordinary fact, which the search may choose.
func (n *node) stated() *node {
	same := *n
	if same.op == opRecorded {
		same.op = opBool
	}
	same.kids = make([]*node, len(n.kids))
	for i, k := range n.kids {
		same.kids[i] = k.stated()
	}
	return &same
}

type search struct {
	vocabulary *org.Vocabulary
	on         day.Day
	conditions []wanted
	facts      org.Facts
	budget     int
}

func (s *search) run() bool {
	if s.budget--; s.budget < 0 {
		return true
	}
	open := -1
	for _, c := range s.conditions {
		t := c.n.eval(s.facts, s.on)
		if t == c.want {
			continue
		}
		if t != unknown {
			return false
		}
		if open < 0 {
			var missing []int
			c.n.explain(s.facts, s.on, &missing)
			if len(missing) == 0 {
				return true // a condition that did not compile has been reported already
			}
			open = missing[0]
		}
	}
	if open < 0 {
		return true
	}
	for _, val := range s.candidates(open) {
		s.facts[open] = val
		if s.run() {
			return true
		}
	}
	s.facts[open] = org.Value{}
	return false
}

func (s *search) candidates(fact int) []org.Value {
	nodes := make([]*node, len(s.conditions))
	for i, c := range s.conditions {
		nodes[i] = c.n
	}
	return candidates(s.vocabulary.Leaf(fact), nodes)
}

// candidates returns values of a fact, one at least for each way in which the
// conditions can tell its values apart.
func candidates(f *org.Fact, conditions []*node) []org.Value {
	switch f.Kind {
	case org.Bool:
		return []org.Value{org.BoolValue(false), org.BoolValue(true)}
	case org.Enum:
		vals := make([]org.Value, len(f.Values))
		for i := range f.Values {
			vals[i] = org.Value{Kind: org.Enum, I: int64(i)}
		}
		return vals
	case org.Set:
		all := uint64(math.MaxUint64) >> (64 - len(f.Values))
		vals := []org.Value{{Kind: org.Set}, {Kind: org.Set, Bits: all}}
		for i := range f.Values {
			vals = append(vals, org.Value{Kind: org.Set, Bits: 1 << i})
		}
		return vals
	}
	return numbers(f, conditions)
}

// numbers returns the figures that conditions compare f with, and those just
// below and above.
func numbers(f *org.Fact, conditions []*node) []org.Value {
	step := 1.0
	if f.Kind == org.Number {
		step = 0.001
	}
	figures := []float64{0}
	for _, c := range conditions {
		c.walk(func(n *node) {
			if n.op == opCompare && n.fact == f.Index {
				figures = append(figures, n.number-step, n.number, n.number+step)
			}
		})
	}
	slices.Sort(figures)
	var vals []org.Value
	for _, x := range slices.Compact(figures) {
		switch {
		case f.Min != nil && x < *f.Min || f.Max != nil && x > *f.Max:
		case f.Kind == org.Int:
			vals = append(vals, org.IntValue(int64(x)))
		default:
			vals = append(vals, org.Value{Kind: org.Number, F: x})
		}
	}
	return vals
}

// grouped returns the candidates of a fact in groups that the conditions
// cannot tell apart.
func grouped(f *org.Fact, conditions []*node) [][]org.Value {
	var leaves []*node
	for _, c := range conditions {
		c.walk(func(n *node) {
			if n.op.readsFact() && n.fact == f.Index {
				leaves = append(leaves, n)
			}
		})
	}
	var groups [][]org.Value
	at := map[string]int{}
	for _, val := range candidates(f, conditions) {
		signature := make([]byte, len(leaves))
		for i, n := range leaves {
			signature[i] = byte(n.leaf(val))
		}
		i, ok := at[string(signature)]
		if !ok {
			i = len(groups)
			at[string(signature)] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], val)
	}
	return groups
}
