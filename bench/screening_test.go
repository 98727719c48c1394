package bench

import (
	"context"
	_ "embed"
	"math/rand/v2"
	"testing"

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

// peer prepares the policy once, as its library recommends.
func peer(tb testing.TB) rego.PreparedEvalQuery {
	tb.Helper()
	q, err := rego.New(rego.Query("data.guanji.screening.status"), rego.Module("screening.rego", policy)).PrepareForEval(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	return q
}

// ask returns the status that the peer gives to one system.
func ask(tb testing.TB, q rego.PreparedEvalQuery, input map[string]any) string {
	results, err := q.Eval(context.Background(), rego.EvalInput(input))
	if err != nil {
		tb.Fatal(err)
	}
	return results[0].Expressions[0].Value.(string)
}

// input joins the facts of an organization and a system as the peer reads them.
func input(organization, system Facts) map[string]any {
	in := map[string]any{}
	for _, f := range []Facts{organization, system} {
		for id, v := range f {
			if list, ok := v.([]string); ok {
				items := make([]any, len(list))
				for i, s := range list {
					items[i] = s
				}
				v = items
			}
			in[id] = v
		}
	}
	return in
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

// TestSameStatus checks that both decide the same: without it, their speeds
// could not be compared.
func TestSameStatus(t *testing.T) {
	set, q := load(t), peer(t)
	r := rand.New(rand.NewPCG(1, 2))
	seen := map[string]int{}
	for range 600 {
		organization, system := Organization(r), System(r)
		a, err := set.Assess(read(t, set, organization, []Facts{system}), today)
		if err != nil {
			t.Fatal(err)
		}
		got, want := string(a.Determination.Status), ask(t, q, input(organization, system))
		if got != want {
			t.Fatalf("ours %s, peer %s, for %v with %v", got, want, organization, system)
		}
		seen[got]++
	}
	for _, status := range []string{"designated", "prepare", "watch", "undetermined"} {
		if seen[status] == 0 {
			t.Errorf("no generated system came out %s: %v", status, seen)
		}
	}
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

// BenchmarkWholeContent evaluates everything for one organization of many
// systems: screening with reasons, missing facts and flips, and every duty.
func BenchmarkWholeContent(b *testing.B) {
	set := load(b)
	organization, list := drawn()
	f := read(b, set, organization, list)
	for b.Loop() {
		if _, err := set.Assess(f, today); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(systems)*float64(b.N)/b.Elapsed().Seconds(), "systems/s")
}

// BenchmarkPeerScreening evaluates the screening table alone, without reasons,
// for the same systems in Rego.
func BenchmarkPeerScreening(b *testing.B) {
	q := peer(b)
	organization, list := drawn()
	inputs := make([]map[string]any, len(list))
	for i, s := range list {
		inputs[i] = input(organization, s)
	}
	const part = 500 // of the systems, to keep a run short
	for b.Loop() {
		for _, in := range inputs[:part] {
			ask(b, q, in)
		}
	}
	b.ReportMetric(float64(part)*float64(b.N)/b.Elapsed().Seconds(), "systems/s")
}
