package regime

import (
	"guanji/internal/day"
	"guanji/internal/org"
)

// tri is a truth value of three: no, unknown, yes. Its order makes && the
// smaller and || the larger of two, as in Kleene's strong logic.
type tri int8

const (
	no      tri = -1
	unknown tri = 0
	yes     tri = 1
)

func truth(b bool) tri {
	if b {
		return yes
	}
	return no
}

// pointer returns t as JSON shows it: true, false or null.
func (t tri) pointer() *bool {
	if t == unknown {
		return nil
	}
	b := t == yes
	return &b
}

type op uint8

const (
	opUnknown  op = iota // a condition that did not compile
	opConstant           // number is 1 or 0
	opAnd
	opOr
	opNot
	opBool     // the fact
	opRecorded // the fact is known to be true
	opEnum     // the fact is one of bits
	opOverlaps // the fact holds one of bits
	opCompare  // the fact cmp number
	opDated    // kids[0], on the days of span; no on others
)

func (o op) readsFact() bool { return o >= opBool && o <= opCompare }

type comparison uint8

const (
	equal comparison = iota
	notEqual
	less
	lessOrEqual
	greater
	greaterOrEqual
)

// node is a condition over facts, compiled. Trees do not change once built and
// may share branches.
type node struct {
	op     op
	cmp    comparison
	fact   int
	bits   uint64
	number float64
	span   day.Span
	kids   []*node
}

func constant(b bool) *node {
	n := &node{op: opConstant}
	if b {
		n.number = 1
	}
	return n
}

// dated limits a condition to the days of a span.
func dated(n *node, s day.Span) *node {
	if s == (day.Span{}) {
		return n
	}
	return &node{op: opDated, span: s, kids: []*node{n}}
}

// eval returns the value of n over facts on a day. An unknown fact makes it
// unknown unless the known facts settle it.
func (n *node) eval(f org.Facts, on day.Day) tri {
	switch n.op {
	case opConstant:
		return truth(n.number == 1)
	case opAnd:
		t := yes
		for _, k := range n.kids {
			if t = min(t, k.eval(f, on)); t == no {
				break
			}
		}
		return t
	case opOr:
		t := no
		for _, k := range n.kids {
			if t = max(t, k.eval(f, on)); t == yes {
				break
			}
		}
		return t
	case opNot:
		return -n.kids[0].eval(f, on)
	case opDated:
		if !n.span.Holds(on) {
			return no
		}
		return n.kids[0].eval(f, on)
	case opRecorded:
		return truth(f[n.fact] == org.BoolValue(true))
	case opUnknown:
		return unknown
	}
	return n.leaf(f[n.fact])
}

func (n *node) leaf(v org.Value) tri {
	if !v.Known() {
		return unknown
	}
	switch n.op {
	case opBool, opRecorded:
		return truth(v.I == 1)
	case opEnum:
		return truth(n.bits&(1<<v.I) != 0)
	case opOverlaps:
		return truth(n.bits&v.Bits != 0)
	}
	if v.AtLeast {
		return n.fromBelow(v.Float())
	}
	return truth(n.cmp.holds(v.Float(), n.number))
}

func (c comparison) holds(a, b float64) bool {
	switch c {
	case equal:
		return a == b
	case notEqual:
		return a != b
	case less:
		return a < b
	case lessOrEqual:
		return a <= b
	case greater:
		return a > b
	}
	return a >= b
}

// fromBelow compares a number of which only a lower bound is known.
func (n *node) fromBelow(bound float64) tri {
	switch n.cmp {
	case greater, greaterOrEqual:
		if n.cmp.holds(bound, n.number) {
			return yes
		}
	case less, lessOrEqual:
		if !n.cmp.holds(bound, n.number) {
			return no
		}
	case equal, notEqual:
		if bound > n.number {
			return truth(n.cmp == notEqual)
		}
	}
	return unknown
}

// explain returns the value of n and adds to ground the facts that settle it:
// those that make it yes or no, or, when it is unknown, those that are missing.
func (n *node) explain(f org.Facts, on day.Day, ground *[]int) tri {
	switch n.op {
	case opAnd:
		return n.explainAll(f, on, no, ground)
	case opOr:
		return n.explainAll(f, on, yes, ground)
	case opNot:
		return -n.kids[0].explain(f, on, ground)
	case opDated:
		if !n.span.Holds(on) {
			return no
		}
		return n.kids[0].explain(f, on, ground)
	}
	t := n.eval(f, on)
	if n.op.readsFact() {
		*ground = append(*ground, n.fact)
	}
	return t
}

// explainAll explains && (decisive: no) and || (decisive: yes). One decisive
// branch settles it; otherwise all branches of the resulting value do.
func (n *node) explainAll(f org.Facts, on day.Day, decisive tri, ground *[]int) tri {
	result := n.eval(f, on)
	for _, k := range n.kids {
		if k.eval(f, on) != result {
			continue
		}
		k.explain(f, on, ground)
		if result == decisive {
			break
		}
	}
	return result
}
