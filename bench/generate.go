// Package bench measures the program beside a peer: the Open Policy Agent.
// It is a module of its own, so that the peer stays out of the program's
// dependencies. README.md says how to run it.
package bench

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// Facts are facts by id, as YAML would hold them: bool, int, float64, string, []string.
type Facts map[string]any

// figures are the whole-number facts that screening reads, with the figure around which
// they are drawn.
var figures = []struct {
	id    string
	about int
}{
	{"sys.daily_visits", 1_000_000}, {"sys.registered_users", 10_000_000}, {"sys.daily_active_users", 1_000_000},
	{"sys.daily_transactions_cny", 10_000_000}, {"sys.racks", 1500}, {"sys.impact.people", 5_000_000},
	{"sys.impact.essential_service_people", 100_000}, {"sys.impact.pi_individuals", 1_000_000}, {"sys.impact.loss_cny", 30_000_000},
	{"sys.impact.deaths", 5}, {"sys.impact.serious_injuries", 50},
}

var flags = []string{"sys.key_news_site", "sys.supports_key_business", "sys.impact.national_data", "sys.impact.public_order", "sys.impact.cross_sector_serious"}

// System draws the facts of one system: a third of them unknown, figures
// mostly below what indicators name, flags mostly false.
func System(r *rand.Rand) Facts {
	f := Facts{}
	put := func(id string, v any) {
		if r.IntN(3) > 0 {
			f[id] = v
		}
	}
	put("sys.kind", pick(r, "website", "platform", "production"))
	put("sys.government_site_level", pick(r, "none", "none", "none", "county", "prefecture"))
	put("sys.impact.prefecture_share", float64(r.IntN(40))/100)
	put("sys.mlps_level", 1+r.IntN(4))
	for _, x := range figures {
		put(x.id, r.IntN(x.about+x.about/20))
	}
	for _, id := range flags {
		put(id, r.IntN(25) == 0)
	}
	return f
}

// Organization draws facts about an organization.
func Organization(r *rand.Rand) Facts {
	f := Facts{"org.operates_network": true}
	put := func(id string, v any) {
		if r.IntN(4) > 0 {
			f[id] = v
		}
	}
	put("org.sectors", []string{pick(r, "finance", "energy", "health", "manufacturing", "other")})
	put("org.serves_sectors", []string{pick(r, "water", "manufacturing", "other")})
	put("org.government_integration", r.IntN(3) == 0)
	put("org.designation.notified", r.IntN(5) == 0)
	return f
}

func pick(r *rand.Rand, options ...string) string { return options[r.IntN(len(options))] }

// File writes an organization file.
func File(organization Facts, systems []Facts) []byte {
	var b strings.Builder
	b.WriteString("guanji: 1\norganization: {id: generated, name: {en: Generated Example, zh: 生成的示例}}\nfacts:\n")
	writeFacts(&b, organization, "  ")
	if len(systems) > 0 {
		b.WriteString("systems:\n")
	}
	for i, s := range systems {
		fmt.Fprintf(&b, "  - id: s%d\n    name: {en: System %d, zh: 系统%d}\n    facts:\n", i, i, i)
		writeFacts(&b, s, "      ")
	}
	return []byte(b.String())
}

func writeFacts(b *strings.Builder, f Facts, indent string) {
	if len(f) == 0 {
		fmt.Fprintf(b, "%s{}\n", indent)
	}
	for _, id := range slices.Sorted(maps.Keys(f)) {
		v := f[id]
		if list, ok := v.([]string); ok {
			v = "[" + strings.Join(list, ", ") + "]"
		}
		fmt.Fprintf(b, "%s%s: %v\n", indent, id, v)
	}
}
