package regime

import (
	"errors"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types/ref"

	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/strict"
)

// compiler turns conditions written in CEL into trees. CEL is parsed and
// type-checked by cel-go; the checked expression is then narrowed to what a
// three-valued tree over facts can say (docs/formats/content.md).
type compiler struct {
	vocabulary *org.Vocabulary
	env        *cel.Env
	terms      map[string]*node
	mistakes   *problem.List
}

var celTypes = map[org.Kind]*cel.Type{
	org.Bool: cel.BoolType, org.Int: cel.IntType, org.Number: cel.DoubleType,
	org.Enum: cel.StringType, org.Set: cel.ListType(cel.StringType),
}

// newCompiler makes a compiler that knows the facts of a vocabulary and the
// names of the terms; the meaning of a term is added by [compiler.term].
func newCompiler(v *org.Vocabulary, terms []string, mistakes *problem.List) (*compiler, error) {
	stringList := cel.ListType(cel.StringType)
	options := []cel.EnvOption{
		cel.ClearMacros(), cel.CrossTypeNumericComparisons(true),
		cel.Function("overlaps", cel.MemberOverload("set_overlaps", []*cel.Type{stringList, stringList}, cel.BoolType)),
		cel.Function("recorded", cel.Overload("fact_recorded", []*cel.Type{cel.BoolType}, cel.BoolType)),
	}
	for i := range v.Len() {
		f := v.Leaf(i)
		options = append(options, cel.Variable(f.ID, celTypes[f.Kind]))
	}
	for _, t := range terms {
		options = append(options, cel.Variable(t, cel.BoolType))
	}
	env, err := cel.NewEnv(options...)
	return &compiler{v, env, map[string]*node{}, mistakes}, err
}

// maxCondition is the longest condition that is read, in bytes.
const maxCondition = 4096

// compile returns the tree of a condition, or one that is always unknown after
// reporting what is wrong with it.
func (c *compiler) compile(when strict.String) *node {
	broken := &node{op: opUnknown}
	if len(when.Value) > maxCondition {
		c.fail(when.Pos, "cel.too_long", maxCondition)
		return broken
	}
	checked, issues := c.env.Compile(when.Value)
	if issues != nil && issues.Err() != nil {
		for _, e := range issues.Errors() {
			c.fail(at(when, e), "cel.error", e.Message)
		}
		return broken
	}
	if checked.OutputType() != cel.BoolType {
		c.fail(when.Pos, "cel.want_bool", checked.OutputType().String())
		return broken
	}
	b := builder{c, when, checked.NativeRep()}
	n, err := b.build(checked.NativeRep().Expr())
	if err != nil {
		if m, ok := errors.AsType[*problem.Error](err); ok {
			*c.mistakes = append(*c.mistakes, problem.Spot{File: when.Pos.File, Line: when.Pos.Line, Column: when.Pos.Column, Msg: m.Msg})
		}
		return broken
	}
	return n
}

func (c *compiler) fail(pos strict.Pos, key string, args ...any) {
	*c.mistakes = append(*c.mistakes, pos.Spot(key, args...))
}

// at places an error of CEL: on the line of the condition, since folded text
// has no columns of its own.
func at(when strict.String, e *common.Error) strict.Pos {
	p := when.Pos
	if e.Location.Line() == 1 {
		p.Column += e.Location.Column()
	}
	return p
}

// builder narrows one checked expression to a tree.
type builder struct {
	c    *compiler
	when strict.String
	ast  *ast.AST
}

func unsupported(key string, args ...any) error { return problem.New(problem.Input, key, args...) }

// name returns what an identifier or a dotted path refers to.
func (b builder) name(e ast.Expr) (string, bool) {
	if r, ok := b.ast.ReferenceMap()[e.ID()]; ok && r.Name != "" {
		return r.Name, true
	}
	if e.Kind() == ast.IdentKind {
		return e.AsIdent(), true
	}
	return "", false
}

func (b builder) fact(e ast.Expr) (*org.Fact, error) {
	if name, ok := b.name(e); ok {
		if f := b.c.vocabulary.Fact(name); f != nil {
			return f, nil
		}
	}
	return nil, unsupported("cel.want_fact")
}

func (b builder) build(e ast.Expr) (*node, error) {
	switch e.Kind() {
	case ast.LiteralKind:
		if v, ok := e.AsLiteral().Value().(bool); ok {
			return constant(v), nil
		}
	case ast.IdentKind, ast.SelectKind:
		if name, ok := b.name(e); ok {
			if t, ok := b.c.terms[name]; ok {
				return t, nil
			}
		}
		f, err := b.fact(e)
		if err != nil {
			return nil, err
		}
		return &node{op: opBool, fact: f.Index}, nil
	case ast.CallKind:
		return b.call(e.AsCall())
	}
	return nil, unsupported("cel.unsupported")
}

func (b builder) call(call ast.CallExpr) (*node, error) {
	args := call.Args()
	switch name := call.FunctionName(); name {
	case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot:
		kids := make([]*node, len(args))
		for i, a := range args {
			kid, err := b.build(a)
			if err != nil {
				return nil, err
			}
			kids[i] = kid
		}
		return combine(map[string]op{operators.LogicalAnd: opAnd, operators.LogicalOr: opOr, operators.LogicalNot: opNot}[name], kids), nil
	case operators.In:
		return b.in(args[0], args[1])
	case "overlaps":
		return b.overlaps(call.Target(), args[0])
	case "recorded":
		f, err := b.fact(args[0])
		if err != nil {
			return nil, err
		}
		return &node{op: opRecorded, fact: f.Index}, nil
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return b.compare(name, args[0], args[1])
	}
	return nil, unsupported("cel.unsupported")
}

// combine flattens nested && and ||, which keeps trees shallow.
func combine(o op, kids []*node) *node {
	n := &node{op: o}
	for _, k := range kids {
		if k.op == o && o != opNot {
			n.kids = append(n.kids, k.kids...)
		} else {
			n.kids = append(n.kids, k)
		}
	}
	return n
}

var comparisons = map[string]comparison{
	operators.Equals: equal, operators.NotEquals: notEqual, operators.Less: less,
	operators.LessEquals: lessOrEqual, operators.Greater: greater, operators.GreaterEquals: greaterOrEqual,
}

func (b builder) compare(operator string, left, right ast.Expr) (*node, error) {
	f, err := b.fact(left)
	if err != nil {
		return nil, err
	}
	if right.Kind() != ast.LiteralKind {
		return nil, unsupported("cel.want_literal")
	}
	switch v := right.AsLiteral().Value().(type) {
	case bool:
		n := &node{op: opBool, fact: f.Index}
		if v != (operator == operators.Equals) {
			n = combine(opNot, []*node{n})
		}
		return n, nil
	case string:
		bit, err := option(f, v)
		if err != nil {
			return nil, err
		}
		n := &node{op: opEnum, fact: f.Index, bits: bit}
		if operator == operators.NotEquals {
			n = combine(opNot, []*node{n})
		} else if operator != operators.Equals {
			return nil, unsupported("cel.unsupported")
		}
		return n, nil
	case int64:
		return &node{op: opCompare, fact: f.Index, cmp: comparisons[operator], number: float64(v)}, nil
	case float64:
		return &node{op: opCompare, fact: f.Index, cmp: comparisons[operator], number: v}, nil
	}
	return nil, unsupported("cel.want_literal")
}

func option(f *org.Fact, id string) (uint64, error) {
	i, ok := f.Option(id)
	if !ok {
		return 0, unsupported("cel.no_such_value", id, f.ID)
	}
	return 1 << i, nil
}

// in is either "x" in set_fact or enum_fact in ["x", "y"].
func (b builder) in(left, right ast.Expr) (*node, error) {
	if left.Kind() == ast.LiteralKind {
		f, err := b.fact(right)
		if err != nil {
			return nil, err
		}
		bit, err := b.options(f, []ast.Expr{left})
		return &node{op: opOverlaps, fact: f.Index, bits: bit}, err
	}
	f, err := b.fact(left)
	if err != nil {
		return nil, err
	}
	if right.Kind() != ast.ListKind || f.Kind != org.Enum {
		return nil, unsupported("cel.unsupported")
	}
	bits, err := b.options(f, right.AsList().Elements())
	return &node{op: opEnum, fact: f.Index, bits: bits}, err
}

func (b builder) overlaps(target, list ast.Expr) (*node, error) {
	f, err := b.fact(target)
	if err != nil {
		return nil, err
	}
	if list.Kind() != ast.ListKind {
		return nil, unsupported("cel.want_literal")
	}
	bits, err := b.options(f, list.AsList().Elements())
	return &node{op: opOverlaps, fact: f.Index, bits: bits}, err
}

func (b builder) options(f *org.Fact, list []ast.Expr) (uint64, error) {
	var bits uint64
	for _, e := range list {
		var v ref.Val
		if e.Kind() == ast.LiteralKind {
			v = e.AsLiteral()
		}
		id, ok := "", false
		if v != nil {
			id, ok = v.Value().(string)
		}
		if !ok {
			return 0, unsupported("cel.want_literal")
		}
		bit, err := option(f, id)
		if err != nil {
			return 0, err
		}
		bits |= bit
	}
	return bits, nil
}

// facts lists the indexes of the facts that a tree reads, in order, each once.
func (n *node) facts() []int {
	var all []int
	n.walk(func(n *node) {
		if n.op.readsFact() {
			all = append(all, n.fact)
		}
	})
	slices.Sort(all)
	return slices.Compact(all)
}

func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, k := range n.kids {
		k.walk(visit)
	}
}
