# The screening table of content/screening, written by hand for the Open Policy Agent, in three values:
# 1 yes, 0 unknown, -1 no. A fact that input lacks is unknown.
package guanji.screening

import rego.v1

listed := {
	"telecom", "broadcasting", "energy", "finance", "transport_road_water", "transport_rail", "transport_aviation", "post",
	"water", "health", "social_security", "emergency_management", "e_government", "public_services", "defence_industry",
}

flag(id) := 1 if input[id] == true

else := -1 if input[id] == false

else := 0

is_one_of(id, values) := 1 if input[id] in values

else := -1 if input[id]

else := 0

above(id, figure) := 1 if input[id] > figure

else := -1 if input[id] <= figure

else := 0

overlaps(id, values) := 1 if count({x | some x in input[id]} & values) > 0

else := -1 if input[id]

else := 0

kind(k) := is_one_of("sys.kind", {k})

in_scope := max([
	overlaps("org.sectors", listed),
	min([overlaps("org.serves_sectors", listed), flag("sys.supports_key_business")]),
])

indicators := [
	min([kind("website"), is_one_of("sys.government_site_level", {"county", "prefecture", "province", "central"})]),
	min([kind("website"), flag("sys.key_news_site")]),
	min([kind("website"), above("sys.daily_visits", 1000000)]),
	min([kind("website"), above("sys.impact.people", 1000000)]),
	min([kind("website"), above("sys.impact.prefecture_share", 0.3)]),
	min([kind("website"), above("sys.impact.pi_individuals", 1000000)]),
	min([kind("website"), flag("sys.impact.national_data")]),
	min([kind("website"), flag("sys.impact.public_order")]),
	min([kind("platform"), above("sys.registered_users", 10000000)]),
	min([kind("platform"), above("sys.daily_active_users", 1000000)]),
	min([kind("platform"), above("sys.daily_transactions_cny", 10000000)]),
	min([kind("platform"), above("sys.impact.loss_cny", 10000000)]),
	min([kind("platform"), above("sys.impact.people", 10000000)]),
	min([kind("platform"), above("sys.impact.pi_individuals", 1000000)]),
	min([kind("platform"), flag("sys.impact.national_data")]),
	min([kind("platform"), flag("sys.impact.public_order")]),
	min([kind("production"), is_one_of("sys.government_site_level", {"prefecture", "province", "central"})]),
	min([kind("production"), above("sys.racks", 1500)]),
	min([kind("production"), above("sys.impact.prefecture_share", 0.3)]),
	min([kind("production"), above("sys.impact.essential_service_people", 100000)]),
	min([kind("production"), above("sys.impact.deaths", 5)]),
	min([kind("production"), above("sys.impact.serious_injuries", 50)]),
	min([kind("production"), above("sys.impact.loss_cny", 50000000)]),
	min([kind("production"), above("sys.impact.pi_individuals", 1000000)]),
	min([kind("production"), flag("sys.impact.national_data")]),
	min([kind("production"), flag("sys.impact.public_order")]),
]

indicator := max(indicators)

prepare := max([min([in_scope, indicator]), flag("sys.impact.cross_sector_serious")])

watch := max([
	indicator,
	overlaps("org.sectors", listed),
	overlaps("org.serves_sectors", listed),
	flag("org.government_integration"),
])

default status := "no_sign"

status := "designated" if flag("org.designation.notified") == 1

else := "prepare" if prepare == 1

else := "watch" if watch == 1

else := "undetermined" if max([prepare, watch]) == 0
