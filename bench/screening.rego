# The screening table of content/screening, written by hand for the Open Policy Agent: one rule a row and the kind of system
# first, so that OPA indexes the rows, and leaves off at the first that holds. A fact that input lacks is unknown: a row then
# does not hold, and is open unless what is known rules it out.
package guanji.screening

import rego.v1

listed := {
	"telecom", "broadcasting", "energy", "finance", "transport_road_water", "transport_rail", "transport_aviation", "post",
	"water", "health", "social_security", "emergency_management", "e_government", "public_services", "defence_industry",
}

default status := "no_sign"

status := "designated" if input["org.designation.notified"] == true

else := "prepare" if prepare

else := "watch" if watch

else := "undetermined" if open

prepare if input["sys.impact.cross_sector_serious"] == true

prepare if {
	in_scope
	indicator
}

in_scope if listed_sector

in_scope if {
	input["sys.supports_key_business"] == true
	serves_listed_sector
}

listed_sector if {
	some s in input["org.sectors"]
	s in listed
}

serves_listed_sector if {
	some s in input["org.serves_sectors"]
	s in listed
}

watch if listed_sector

watch if serves_listed_sector

watch if input["org.government_integration"] == true

watch if indicator

# indicator: a row about the system holds.

indicator if {
	input["sys.kind"] == "website"
	input["sys.government_site_level"] in {"county", "prefecture", "province", "central"}
}

indicator if {
	input["sys.kind"] == "website"
	input["sys.key_news_site"] == true
}

indicator if {
	input["sys.kind"] == "website"
	input["sys.daily_visits"] > 1000000
}

indicator if {
	input["sys.kind"] == "website"
	input["sys.impact.people"] > 1000000
}

indicator if {
	input["sys.kind"] == "website"
	input["sys.impact.prefecture_share"] > 0.3
}

indicator if {
	input["sys.kind"] == "website"
	input["sys.impact.pi_individuals"] > 1000000
}

indicator if {
	input["sys.kind"] == "website"
	input["sys.impact.national_data"] == true
}

indicator if {
	input["sys.kind"] == "website"
	input["sys.impact.public_order"] == true
}

indicator if {
	input["sys.kind"] == "platform"
	input["sys.registered_users"] > 10000000
}

indicator if {
	input["sys.kind"] == "platform"
	input["sys.daily_active_users"] > 1000000
}

indicator if {
	input["sys.kind"] == "platform"
	input["sys.daily_transactions_cny"] > 10000000
}

indicator if {
	input["sys.kind"] == "platform"
	input["sys.impact.loss_cny"] > 10000000
}

indicator if {
	input["sys.kind"] == "platform"
	input["sys.impact.people"] > 10000000
}

indicator if {
	input["sys.kind"] == "platform"
	input["sys.impact.pi_individuals"] > 1000000
}

indicator if {
	input["sys.kind"] == "platform"
	input["sys.impact.national_data"] == true
}

indicator if {
	input["sys.kind"] == "platform"
	input["sys.impact.public_order"] == true
}

indicator if {
	input["sys.kind"] == "production"
	input["sys.government_site_level"] in {"prefecture", "province", "central"}
}

indicator if {
	input["sys.kind"] == "production"
	input["sys.racks"] > 1500
}

indicator if {
	input["sys.kind"] == "production"
	input["sys.impact.prefecture_share"] > 0.3
}

indicator if {
	input["sys.kind"] == "production"
	input["sys.impact.essential_service_people"] > 100000
}

indicator if {
	input["sys.kind"] == "production"
	input["sys.impact.deaths"] > 5
}

indicator if {
	input["sys.kind"] == "production"
	input["sys.impact.serious_injuries"] > 50
}

indicator if {
	input["sys.kind"] == "production"
	input["sys.impact.loss_cny"] > 50000000
}

indicator if {
	input["sys.kind"] == "production"
	input["sys.impact.pi_individuals"] > 1000000
}

indicator if {
	input["sys.kind"] == "production"
	input["sys.impact.national_data"] == true
}

indicator if {
	input["sys.kind"] == "production"
	input["sys.impact.public_order"] == true
}

# open: no row holds, but one could, were what is unknown known.

open if not input["org.sectors"]

open if not input["org.serves_sectors"]

open if not denied("org.government_integration")

open if not denied("sys.impact.cross_sector_serious")

open if {
	may_be("website")
	not level_in({"none"})
}

open if {
	may_be("website")
	not denied("sys.key_news_site")
}

open if {
	may_be("website")
	not at_most("sys.daily_visits", 1000000)
}

open if {
	may_be("website")
	not at_most("sys.impact.people", 1000000)
}

open if {
	may_be("website")
	not at_most("sys.impact.prefecture_share", 0.3)
}

open if {
	may_be("website")
	not at_most("sys.impact.pi_individuals", 1000000)
}

open if {
	may_be("website")
	not denied("sys.impact.national_data")
}

open if {
	may_be("website")
	not denied("sys.impact.public_order")
}

open if {
	may_be("platform")
	not at_most("sys.registered_users", 10000000)
}

open if {
	may_be("platform")
	not at_most("sys.daily_active_users", 1000000)
}

open if {
	may_be("platform")
	not at_most("sys.daily_transactions_cny", 10000000)
}

open if {
	may_be("platform")
	not at_most("sys.impact.loss_cny", 10000000)
}

open if {
	may_be("platform")
	not at_most("sys.impact.people", 10000000)
}

open if {
	may_be("platform")
	not at_most("sys.impact.pi_individuals", 1000000)
}

open if {
	may_be("platform")
	not denied("sys.impact.national_data")
}

open if {
	may_be("platform")
	not denied("sys.impact.public_order")
}

open if {
	may_be("production")
	not level_in({"none", "county"})
}

open if {
	may_be("production")
	not at_most("sys.racks", 1500)
}

open if {
	may_be("production")
	not at_most("sys.impact.prefecture_share", 0.3)
}

open if {
	may_be("production")
	not at_most("sys.impact.essential_service_people", 100000)
}

open if {
	may_be("production")
	not at_most("sys.impact.deaths", 5)
}

open if {
	may_be("production")
	not at_most("sys.impact.serious_injuries", 50)
}

open if {
	may_be("production")
	not at_most("sys.impact.loss_cny", 50000000)
}

open if {
	may_be("production")
	not at_most("sys.impact.pi_individuals", 1000000)
}

open if {
	may_be("production")
	not denied("sys.impact.national_data")
}

open if {
	may_be("production")
	not denied("sys.impact.public_order")
}

# A built-in comparison under "not" is undefined, rather than true, where a fact is unknown; a function of one's own is not.

may_be(kind) if input["sys.kind"] == kind

may_be(_) if not input["sys.kind"]

denied(id) if input[id] == false

at_most(id, figure) if input[id] <= figure

level_in(levels) if input["sys.government_site_level"] in levels
