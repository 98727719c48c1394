package bench

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// listed are the sectors that the law lists.
var listed = []string{"telecom", "broadcasting", "energy", "finance", "transport_road_water", "transport_rail", "transport_aviation", "post",
	"water", "health", "social_security", "emergency_management", "e_government", "public_services", "defence_industry"}

// alone returns each of some values as a set of one.
func alone(values []string) []any {
	sets := make([]any, len(values))
	for i, v := range values {
		sets[i] = []string{v}
	}
	return sets
}

// edges holds, for each fact that screening reads, the value that no row of
// the table takes as a sign, and then those on both sides of every line that a
// row draws.
var edges = map[string][]any{
	"org.sectors":                         append([]any{[]string{"manufacturing"}, []string{}, []string{"other", "defence_industry"}}, alone(listed)...),
	"org.serves_sectors":                  append([]any{[]string{"other"}, []string{}}, alone(listed)...),
	"org.government_integration":          {false, true},
	"org.designation.notified":            {false, true},
	"sys.kind":                            {"website", "platform", "production"},
	"sys.government_site_level":           {"none", "county", "prefecture", "province", "central"},
	"sys.key_news_site":                   {false, true},
	"sys.daily_visits":                    {0, 1_000_000, 1_000_001},
	"sys.registered_users":                {0, 10_000_000, 10_000_001},
	"sys.daily_active_users":              {0, 1_000_000, 1_000_001},
	"sys.daily_transactions_cny":          {0, 10_000_000, 10_000_001},
	"sys.racks":                           {0, 1500, 1501},
	"sys.supports_key_business":           {false, true},
	"sys.impact.people":                   {0, 1_000_000, 1_000_001, 10_000_000, 10_000_001},
	"sys.impact.prefecture_share":         {0.0, 0.3, 0.301},
	"sys.impact.essential_service_people": {0, 100_000, 100_001},
	"sys.impact.pi_individuals":           {0, 1_000_000, 1_000_001},
	"sys.impact.loss_cny":                 {0, 10_000_000, 10_000_001, 50_000_000, 50_000_001},
	"sys.impact.deaths":                   {0, 5, 6},
	"sys.impact.serious_injuries":         {0, 50, 51},
	"sys.impact.national_data":            {false, true},
	"sys.impact.public_order":             {false, true},
	"sys.impact.cross_sector_serious":     {false, true},
}

// Edge draws an organization with one system in which everything is stated and
// nothing is a sign, and then moves up to three facts to an edge or forgets
// them: what is left decides alone, so that no row hides behind another.
func Edge(r *rand.Rand) (organization, system Facts) {
	organization, system = Facts{}, Facts{}
	of := func(id string) Facts {
		if strings.HasPrefix(id, "org.") {
			return organization
		}
		return system
	}
	ids := slices.Sorted(maps.Keys(edges))
	for _, id := range ids {
		of(id)[id] = edges[id][0]
	}
	system["sys.kind"] = edges["sys.kind"][r.IntN(3)]
	for range 1 + r.IntN(3) {
		id := pick(r, ids...)
		if i := r.IntN(1 + len(edges[id])); i < len(edges[id]) {
			of(id)[id] = edges[id][i]
		} else {
			delete(of(id), id)
		}
	}
	return organization, system
}
