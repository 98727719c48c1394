package regime

import (
	"math/rand/v2"
	"testing"
	"testing/fstest"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"guanji/internal/day"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/strict"
)

const trialFacts = `
facts:
  - {id: org.a, subject: organization, type: bool, label: {en: l, zh: l}, question: {en: q, zh: q}, help: {en: h, zh: h}, asked_of: r}
  - {id: org.b, subject: organization, type: bool, label: {en: l, zh: l}, question: {en: q, zh: q}, help: {en: h, zh: h}, asked_of: r}
  - {id: org.n, subject: organization, type: int, min: 0, label: {en: l, zh: l}, question: {en: q, zh: q}, help: {en: h, zh: h}, asked_of: r}
  - {id: org.x, subject: organization, type: number, label: {en: l, zh: l}, question: {en: q, zh: q}, help: {en: h, zh: h}, asked_of: r}
  - {id: org.e, subject: organization, type: enum, values: [{id: p, name: {en: p, zh: p}}, {id: q, name: {en: q, zh: q}}], label: {en: l, zh: l}, question: {en: q, zh: q}, help: {en: h, zh: h}, asked_of: r}
  - {id: org.s, subject: organization, type: set, values: [{id: u, name: {en: u, zh: u}}, {id: v, name: {en: v, zh: v}}, {id: w, name: {en: w, zh: w}}], label: {en: l, zh: l}, question: {en: q, zh: q}, help: {en: h, zh: h}, asked_of: r}
`

// trial compiles conditions over a small vocabulary.
func trial(t testing.TB) *compiler {
	t.Helper()
	var mistakes problem.List
	v := org.ReadVocabulary(fstest.MapFS{"facts.yaml": {Data: []byte(trialFacts)}}, []string{"r"}, &mistakes)
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	c, err := newCompiler(v, nil, &mistakes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *compiler) mustCompile(t testing.TB, when string) *node {
	t.Helper()
	n := c.compile(strict.String{Value: when})
	if len(*c.mistakes) > 0 {
		t.Fatalf("%s: %v", when, *c.mistakes)
	}
	return n
}

// facts reads facts written as YAML.
func (c *compiler) facts(t testing.TB, text string) org.Facts {
	t.Helper()
	f := c.vocabulary.NewFacts()
	if text == "" {
		return f
	}
	n, mistakes := strict.Parse("facts", []byte(text))
	c.vocabulary.ReadFacts(f, n, &mistakes, org.AboutOrganization)
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	return f
}

func TestEvalIsThreeValued(t *testing.T) {
	c := trial(t)
	tests := []struct {
		when, facts string
		want        tri
	}{
		{"org.a", "", unknown},
		{"org.a", "org.a: null", unknown},
		{"!org.a", "", unknown},
		{"org.a && org.b", "org.a: false", no},
		{"org.a && org.b", "org.a: true", unknown},
		{"org.a || org.b", "org.a: true", yes},
		{"org.a || org.b", "org.a: false", unknown},
		{"org.a == false", "org.a: false", yes},
		{"org.n >= 10", "org.n: 10", yes},
		{"org.n > 10", "org.n: 10", no},
		{"org.x > 0.3", "org.x: 0.3", no},
		{"org.x >= 0.3", "org.x: 0.3", yes},
		{`org.e == "p"`, "org.e: q", no},
		{`org.e != "p"`, "org.e: q", yes},
		{`org.e in ["p", "q"]`, "", unknown},
		{`"u" in org.s`, "org.s: [u, v]", yes},
		{`org.s.overlaps(["v", "w"])`, "org.s: [u]", no},
		{`org.s.overlaps(["v", "w"])`, "org.s: []", no},
		{"recorded(org.a)", "", no},
		{"recorded(org.a)", "org.a: false", no},
		{"recorded(org.a)", "org.a: true", yes},
	}
	for _, tt := range tests {
		t.Run(tt.when+" / "+tt.facts, func(t *testing.T) {
			if got := c.mustCompile(t, tt.when).eval(c.facts(t, tt.facts), day.Day{}); got != tt.want {
				t.Errorf("%s over {%s} = %d, want %d", tt.when, tt.facts, got, tt.want)
			}
		})
	}
}

func TestANumberKnownFromBelow(t *testing.T) {
	c := trial(t)
	f := c.vocabulary.NewFacts()
	c.vocabulary.Set(f, "org.n", org.Value{Kind: org.Int, I: 10, AtLeast: true})
	for when, want := range map[string]tri{
		"org.n >= 10": yes, "org.n > 9": yes, "org.n >= 11": unknown, "org.n < 10": no, "org.n < 11": unknown,
		"org.n == 9": no, "org.n == 10": unknown, "org.n != 9": yes,
	} {
		if got := c.mustCompile(t, when).eval(f, day.Day{}); got != want {
			t.Errorf("%s = %d, want %d", when, got, want)
		}
	}
}

func TestDated(t *testing.T) {
	c := trial(t)
	f := c.facts(t, "org.a: true")
	n := dated(c.mustCompile(t, "org.a"), day.Span{From: day.Of(2024, 5, 9)})
	if n.eval(f, day.Of(2024, 5, 8)) != no || n.eval(f, day.Of(2024, 5, 9)) != yes {
		t.Error("a dated condition does not keep to its days")
	}
}

// TestExplainNamesWhatSettles checks the promise that reasons rest on: setting
// every fact outside the ground to anything leaves a settled value as it is,
// and an unknown one names only missing facts.
func TestExplainNamesWhatSettles(t *testing.T) {
	c := trial(t)
	conditions := []string{
		"org.a && (org.b || org.n >= 10)", "!(org.a || org.b) || org.x < 0.5", `org.e == "p" && org.s.overlaps(["u"]) || org.n > 3`,
		`(org.a || org.n > 5) && (org.b || !("w" in org.s))`,
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, when := range conditions {
		n := c.mustCompile(t, when)
		for range 500 {
			f := c.random(r)
			var ground []int
			got := n.explain(f, day.Day{}, &ground)
			if got != n.eval(f, day.Day{}) {
				t.Fatalf("%s: explain and eval differ", when)
			}
			kept := c.vocabulary.NewFacts()
			for _, i := range ground {
				if got == unknown && f[i].Known() {
					t.Fatalf("%s: unknown, but names the known fact %s", when, c.vocabulary.Leaf(i).ID)
				}
				kept[i] = f[i]
			}
			if got != unknown && n.eval(kept, day.Day{}) != got {
				t.Fatalf("%s: the ground %v does not settle it", when, ground)
			}
		}
	}
}

func (c *compiler) random(r *rand.Rand) org.Facts {
	f := c.vocabulary.NewFacts()
	for i := range f {
		if r.IntN(3) == 0 {
			continue
		}
		switch c.vocabulary.Leaf(i).Kind {
		case org.Bool:
			f[i] = org.BoolValue(r.IntN(2) == 0)
		case org.Int:
			f[i] = org.IntValue(int64(r.IntN(14)))
		case org.Number:
			f[i] = org.Value{Kind: org.Number, F: float64(r.IntN(10)) / 10}
		case org.Enum:
			f[i] = org.Value{Kind: org.Enum, I: int64(r.IntN(2))}
		case org.Set:
			f[i] = org.Value{Kind: org.Set, Bits: uint64(r.IntN(8))}
		}
	}
	return f
}

// TestAgreesWithCEL evaluates conditions by cel-go too, with unknown facts as
// its partial evaluation knows them.
func TestAgreesWithCEL(t *testing.T) {
	c := trial(t)
	env, err := c.env.Extend(cel.Function("overlaps", cel.MemberOverload("set_overlaps",
		[]*cel.Type{cel.ListType(cel.StringType), cel.ListType(cel.StringType)}, cel.BoolType, cel.BinaryBinding(celOverlaps))))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for _, when := range []string{
		"org.a && org.b", "org.a || org.b", "!(org.a && !org.b)", "org.n >= 10 || org.x < 0.5", `org.e == "p" || org.e != "q"`,
		`org.e in ["q"]`, `"v" in org.s && org.n < 4`, `org.s.overlaps(["u", "w"]) || org.a`, "org.n != 7 && org.a == false",
	} {
		n := c.mustCompile(t, when)
		checked, issues := env.Compile(when)
		if issues.Err() != nil {
			t.Fatal(issues.Err())
		}
		program, err := env.Program(checked, cel.EvalOptions(cel.OptPartialEval))
		if err != nil {
			t.Fatal(err)
		}
		for range 200 {
			f := c.random(r)
			if got, want := n.eval(f, day.Day{}), c.byCEL(t, program, f); got != want {
				t.Fatalf("%s over %v = %d, cel-go says %d", when, f, got, want)
			}
		}
	}
}

func celOverlaps(a, b ref.Val) ref.Val {
	list := b.(traits.Lister)
	for it := list.Iterator(); it.HasNext() == types.True; {
		if a.(traits.Lister).Contains(it.Next()) == types.True {
			return types.True
		}
	}
	return types.False
}

func (c *compiler) partial(t testing.TB, f org.Facts) cel.PartialActivation {
	t.Helper()
	known := map[string]any{}
	var missing []*cel.AttributePatternType
	for i := range f {
		fact := c.vocabulary.Leaf(i)
		if f[i].Known() {
			known[fact.ID] = f[i].In(fact)
		} else {
			missing = append(missing, cel.AttributePattern(fact.ID))
		}
	}
	vars, err := cel.PartialVars(known, missing...)
	if err != nil {
		t.Fatal(err)
	}
	return vars
}

func (c *compiler) byCEL(t *testing.T, program cel.Program, f org.Facts) tri {
	t.Helper()
	vars := c.partial(t, f)
	out, _, err := program.Eval(vars)
	if err != nil {
		t.Fatal(err)
	}
	if types.IsUnknown(out) {
		return unknown
	}
	return truth(out == types.True)
}

func TestCompileRefuses(t *testing.T) {
	for _, when := range []string{
		"org.nothing", "org.n", "org.a &&", "org.n > org.n", `org.e == "z"`, `"z" in org.s`, "org.a ? org.b : org.a",
		"1 == 1 && org.n + 1 > 3", `org.s.exists(x, x == "u")`, "10 > org.n", `org.s.overlaps(org.s)`, "recorded(!org.a)", `org.s == ["u"]`,
	} {
		t.Run(when, func(t *testing.T) {
			c := trial(t)
			c.compile(strict.String{Value: when})
			if len(*c.mistakes) == 0 {
				t.Errorf("%s was accepted", when)
			}
		})
	}
}

func TestSatisfiable(t *testing.T) {
	c := trial(t)
	tests := map[string]struct {
		yes, no []string
		want    bool
	}{
		"a fact":               {yes: []string{"org.a"}, want: true},
		"contradiction":        {yes: []string{"org.a && !org.a"}},
		"bands that touch":     {yes: []string{"org.n < 10", "org.n >= 10"}},
		"bands that overlap":   {yes: []string{"org.n < 11", "org.n >= 10"}, want: true},
		"shadowed by a wider":  {yes: []string{"org.n > 100"}, no: []string{"org.n > 10"}},
		"all values excluded":  {yes: []string{`org.e != "p" && org.e != "q"`}},
		"two values of a set":  {yes: []string{`"u" in org.s`, `"v" in org.s`}, want: true},
		"below the least":      {yes: []string{"org.n < 0"}},
		"on record":            {yes: []string{"recorded(org.a) && org.b"}, want: true},
		"on record and not":    {yes: []string{"recorded(org.a)"}, no: []string{"org.a"}},
		"number between bands": {yes: []string{"org.x > 0.3 && org.x < 0.5"}, want: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var list []wanted
			for _, w := range tt.yes {
				list = append(list, wanted{c.mustCompile(t, w), yes})
			}
			for _, w := range tt.no {
				list = append(list, wanted{c.mustCompile(t, w), no})
			}
			if got := satisfiable(c.vocabulary, day.Day{}, list); got != tt.want {
				t.Errorf("satisfiable = %v, want %v", got, tt.want)
			}
		})
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{benchCondition, "org.a", "!!org.a", "org.n > 1.5", `org.e in []`, "((((org.a))))", "org.a && ", `"x" in org.s`, "true", "recorded(org.a) || false"} {
		f.Add(s)
	}
	c := trial(f)
	f.Fuzz(func(t *testing.T, when string) {
		*c.mistakes = (*c.mistakes)[:0]
		n := c.compile(strict.String{Value: when})
		var ground []int
		facts := c.vocabulary.NewFacts()
		if got := n.explain(facts, day.Day{}, &ground); got != n.eval(facts, day.Day{}) {
			t.Errorf("%q: explain and eval differ", when)
		}
		if len(*c.mistakes) == 0 && n.op == opUnknown {
			t.Errorf("%q was refused without a word", when)
		}
	})
}
