package bench

import (
	"context"
	_ "embed"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"guanji/content"
	"guanji/internal/day"
	"guanji/internal/org"
	"guanji/internal/regime"
)

//go:embed screening.rego
var policy string

// today is a day on which all content is in force.
var today = day.Of(2026, 9, 1)

// peer prepares a policy once, as its library recommends.
func peer(tb testing.TB, policy string) rego.PreparedEvalQuery {
	tb.Helper()
	q, err := rego.New(rego.Query("data.guanji.screening.status"), rego.Module("screening.rego", policy)).PrepareForEval(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	return q
}

// ask returns the status that the peer gives to one system.
func ask(tb testing.TB, q rego.PreparedEvalQuery, input ast.Value) string {
	results, err := q.Eval(context.Background(), rego.EvalParsedInput(input))
	if err != nil {
		tb.Fatal(err)
	}
	return results[0].Expressions[0].Value.(string)
}

// input joins the facts of an organization and a system as the peer reads
// them, parsed beforehand as ours are.
func input(tb testing.TB, organization, system Facts) ast.Value {
	tb.Helper()
	in := map[string]any{}
	maps.Copy(in, organization)
	maps.Copy(in, system)
	v, err := ast.InterfaceToValue(in)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

func load(tb testing.TB) *regime.Set {
	tb.Helper()
	set, err := regime.Load(content.Files)
	if err != nil {
		tb.Fatal(err)
	}
	return set
}

func read(tb testing.TB, set *regime.Set, organization Facts, systems []Facts) *org.File {
	tb.Helper()
	f, err := set.Vocabulary.ReadFile("generated", File(organization, systems))
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

// screening returns the set without duties, so that only screening is left to do.
func screening(set *regime.Set) *regime.Set {
	trimmed := *set
	trimmed.Duties = nil
	return &trimmed
}

const systems = 10_000

// drawn returns one organization with many systems, the same on every run.
func drawn() (Facts, []Facts) {
	r := rand.New(rand.NewPCG(3, 4))
	organization := Facts{"org.operates_network": true, "org.sectors": []string{"finance"}, "org.designation.notified": false,
		"org.serves_sectors": []string{"other"}, "org.government_integration": false}
	list := make([]Facts, systems)
	for i := range list {
		list[i] = System(r)
	}
	return organization, list
}

// rate reports how many systems a second were done, n in each round.
func rate(b *testing.B, n int) {
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "systems/s")
}

// assess evaluates a set for one organization of many systems.
func assess(b *testing.B, set *regime.Set) {
	organization, list := drawn()
	f := read(b, set, organization, list)
	for b.Loop() {
		if _, err := set.Assess(f, today); err != nil {
			b.Fatal(err)
		}
	}
	rate(b, systems)
}

// BenchmarkWhole evaluates the whole content: screening with reasons, missing
// facts and flips, and every duty.
func BenchmarkWhole(b *testing.B) { assess(b, load(b)) }

// BenchmarkScreening evaluates screening alone, with reasons, missing facts
// and flips.
func BenchmarkScreening(b *testing.B) { assess(b, screening(load(b))) }

// BenchmarkPeer evaluates the status alone, without reasons, for the same
// systems in Rego, one by one.
func BenchmarkPeer(b *testing.B) {
	q := peer(b, policy)
	organization, list := drawn()
	inputs := make([]ast.Value, len(list))
	for i, s := range list {
		inputs[i] = input(b, organization, s)
	}
	for b.Loop() {
		for _, in := range inputs {
			ask(b, q, in)
		}
	}
	rate(b, systems)
}
