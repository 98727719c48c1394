package regime

import (
	"testing"

	"cel.dev/cel-go/cel"

	"guanji/internal/day"
)

const benchCondition = `(org.a && org.n >= 10 && org.x < 0.5) || (org.e == "p" && "u" in org.s && !org.b) || (org.n > 3 && org.x >= 0.1 && org.b)`

// BenchmarkCondition evaluates one condition over known and over partly unknown
// facts: by the tree, and by cel-go, in one run.
func BenchmarkCondition(b *testing.B) {
	for name, text := range map[string]string{
		"known":   "{org.a: true, org.b: false, org.n: 7, org.x: 0.7, org.e: q, org.s: [v]}",
		"unknown": "{org.a: true, org.x: 0.7, org.e: p}",
	} {
		c := trial(b)
		n := c.mustCompile(b, benchCondition)
		f := c.facts(b, text)
		b.Run(name+"/tree", func(b *testing.B) {
			for b.Loop() {
				n.eval(f, day.Day{})
			}
		})
		b.Run(name+"/cel-go", func(b *testing.B) {
			checked, _ := c.env.Compile(benchCondition)
			program, err := c.env.Program(checked, cel.EvalOptions(cel.OptPartialEval, cel.OptOptimize))
			if err != nil {
				b.Fatal(err)
			}
			vars := c.partial(b, f)
			for b.Loop() {
				if _, _, err := program.Eval(vars); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
