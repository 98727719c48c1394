package respond

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"guanji/internal/incident"
)

// add records steps that Ann makes, who has seen everything.
func add(t *testing.T, s *Service, c *incident.Case, steps ...incident.Step) *incident.Case {
	t.Helper()
	c, err := s.Add(t.Context(), "bank", "Ann", c.Number, c.Revision(), steps...)
	must(t, err)
	return c
}

// began opens a case of which we know since the start, with facts.
func began(t *testing.T, s *Service, values string) *incident.Case {
	t.Helper()
	c, err := s.Open(t.Context(), "bank", "Ann", opened("Core banking is down", start))
	must(t, err)
	if values != "" {
		c = add(t, s, c, facts(values))
	}
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// reports lists the reports of a case in words: rule, recipient and content; by
// when after the start; what is odd about it.
func reports(c *incident.Case) (list []string) {
	for _, k := range c.Clocks() {
		text := k.Key
		if !k.By.IsZero() {
			text += fmt.Sprint(" ", k.By.Sub(start))
		}
		if k.Provisional {
			text += " provisional"
		}
		if k.Waiting {
			text += " waiting"
		}
		list = append(list, text)
	}
	slices.Sort(list)
	return list
}

func wantReports(t *testing.T, c *incident.Case, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := reports(c); !slices.Equal(got, want) {
		t.Errorf("reports\n\t%s, want\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// What follows for a bank whose personal information leaked, and the closing
// reports.
const (
	cii      = "RPT-CII/protection_department/initial 1h0m0s|RPT-CII/public_security/initial 1h0m0s|RPT-CII/protection_department/closing waiting|RPT-CII/public_security/closing waiting"
	other    = "RPT-OTHER/provincial_cac/initial 4h0m0s|RPT-OTHER/provincial_cac/closing waiting"
	sector   = "RPT-SECTOR/sector_regulator/initial"
	bankData = "RPT-BANK/sector_regulator/initial 2h0m0s|RPT-BANK/sector_regulator/written 24h0m0s|RPT-BANK-CLOSING/sector_regulator/closing waiting"
	people   = "RPT-PI/provincial_cac/initial|RPT-PEOPLE/affected_people/notice"
	police   = "RPT-CRIME/public_security/initial|RPT-POLICE-24H/public_security/initial 24h0m0s"
)

// TestReportsDue holds who is told by when, by what the organization is and
// what happened.
func TestReportsDue(t *testing.T) {
	tests := map[string]struct {
		org   map[string]string
		facts string
		grade string
		want  []string
	}{
		"infrastructure, an hour, to two": {nil, `{"incident.cii": true, "incident.cii_outage_minutes": 15, "incident.crime_suspected": false, "incident.pi_individuals": 0, "incident.important_data": false, "incident.core_data": false}`, "III",
			[]string{cii, sector}},
		"a central organ, two hours": {map[string]string{"org.central_organ": `true`, "org.sectors": `["e_government"]`, "org.finance_kinds": `[]`}, `{"incident.cii": false, "incident.qualitative": "fairly_serious", "incident.crime_suspected": false, "incident.pi_individuals": 0, "incident.important_data": false, "incident.core_data": false}`, "III",
			[]string{"RPT-CENTRAL/own_cyberspace_body/initial 2h0m0s", "RPT-CENTRAL/own_cyberspace_body/closing waiting", sector}},
		"others, four hours": {nil, `{"incident.cii": false, "incident.qualitative": "fairly_serious", "incident.crime_suspected": false, "incident.pi_individuals": 0, "incident.important_data": false, "incident.core_data": false}`, "III",
			[]string{other, sector}},
		"a crime, the police within a day": {nil, `{"incident.cii": false, "incident.qualitative": "fairly_serious", "incident.crime_suspected": true, "incident.pi_individuals": 0, "incident.important_data": false, "incident.core_data": false}`, "III",
			[]string{other, sector, police}},
		"a crime of grade IV, the older rule alone": {nil, `{"incident.cii": false, "incident.confirmed_below_iii": true, "incident.crime_suspected": true, "incident.pi_individuals": 0, "incident.important_data": false, "incident.core_data": false}`, "IV",
			[]string{"RPT-POLICE-24H/public_security/initial 24h0m0s"}},
		"data of a bank": {nil, `{"incident.cii": false, "incident.pi_individuals": 2000000, "incident.crime_suspected": false}`, "III",
			[]string{other, sector, bankData, people}},
		"data of a bank, grade IV": {nil, `{"incident.cii": false, "incident.pi_individuals": 5, "incident.confirmed_below_iii": true, "incident.crime_suspected": false}`, "IV",
			[]string{bankData, people}},
		"data of a bank, the most serious, every two hours": {nil, `{"incident.cii": false, "incident.pi_individuals": 200000000, "incident.crime_suspected": false}`, "I",
			[]string{other, sector, bankData, people, "RPT-BANK-FOLLOW/sector_regulator/follow_up 2h0m0s"}},
		"data of a hospital": {map[string]string{"org.sectors": `["health"]`, "org.finance_kinds": `[]`}, `{"incident.cii": false, "incident.pi_individuals": 2000000, "incident.crime_suspected": false}`, "III",
			[]string{other, sector, people}},
		"no sector that has rules": {map[string]string{"org.sectors": `[]`, "org.finance_kinds": `[]`}, `{"incident.cii": false, "incident.qualitative": "fairly_serious", "incident.crime_suspected": false, "incident.pi_individuals": 0}`, "III",
			[]string{other}},
		"data of a bank, of which the grade is open": {nil, `{"incident.cii": false, "incident.core_data": true, "incident.crime_suspected": false, "incident.pi_individuals": 0}`, "",
			append(provisional([]string{other, sector, "RPT-BANK-FOLLOW/sector_regulator/follow_up 2h0m0s"}), bankData)},
		"nothing is known: every clock that may run does": {nil, ``, "",
			provisional([]string{cii, other, sector, bankData, people, police, "RPT-BANK-FOLLOW/sector_regulator/follow_up 2h0m0s"})},
		"nothing is known of the incident of one that received no notice": {map[string]string{"org.designation.notified": `false`, "org.sectors": `[]`, "org.finance_kinds": `[]`}, ``, "",
			provisional([]string{other, people, police})},
		"one that received no notice says that it is infrastructure": {map[string]string{"org.designation.notified": `false`, "org.sectors": `[]`, "org.finance_kinds": `[]`}, `{"incident.cii": true}`, "",
			provisional([]string{cii, people, police})},
		"only that it is infrastructure": {nil, `{"incident.cii": true}`, "",
			provisional([]string{cii, sector, bankData, people, police, "RPT-BANK-FOLLOW/sector_regulator/follow_up 2h0m0s"})},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, r := open(t)
			for id, value := range tt.org {
				r.state(t, id, value)
			}
			c := began(t, s, tt.facts)
			if c.Judged.Grade != tt.grade {
				t.Errorf("grade %q, want %q: %+v", c.Judged.Grade, tt.grade, c.Judged.Because)
			}
			wantReports(t, c, strings.Split(strings.Join(tt.want, "|"), "|")...)
		})
	}
}

// provisional is reports that are due unless more is known.
func provisional(list []string) (all []string) {
	for _, text := range strings.Split(strings.Join(list, "|"), "|") {
		if before, ok := strings.CutSuffix(text, " waiting"); ok {
			all = append(all, before+" provisional waiting")
			continue
		}
		all = append(all, text+" provisional")
	}
	return all
}

// TestUnknownLimitSaysSo reads what a report says of which the limit is not
// known.
func TestUnknownLimitSaysSo(t *testing.T) {
	s, _ := open(t)
	c := began(t, s, `{"incident.cii": true, "incident.cii_outage_minutes": 15}`)
	for _, k := range c.Clocks() {
		if k.To == "sector_regulator" && k.Content == "initial" && strings.HasPrefix(k.Key, "RPT-SECTOR") {
			if !k.By.IsZero() || k.Limit != "" || !strings.Contains(k.Text.En, "call the regulator now") || !strings.Contains(k.Text.Zh, "请立即致电") {
				t.Errorf("the sector's report is %+v", k.Due)
			}
			return
		}
	}
	t.Error("no report to the regulator of the sector")
}

// TestClosingReports run from the end of handling: thirty days, and five
// working days for a bank's data, counted as the calendar has it.
func TestClosingReports(t *testing.T) {
	s, r := open(t)
	c := began(t, s, `{"incident.cii": true, "incident.cii_outage_minutes": 15, "incident.pi_individuals": 9, "incident.crime_suspected": false}`)
	r.pass(70 * time.Hour) // Tuesday, half past midnight in Beijing
	c = add(t, s, c, incident.Step{Ended: &incident.Ended{}})
	ended := start.Add(70 * time.Hour)
	want := map[string]string{"RPT-CII/protection_department/closing": "2026-12-24", "RPT-CII/public_security/closing": "2026-12-24", "RPT-BANK-CLOSING/sector_regulator/closing": "2026-12-01"}
	for _, k := range c.Clocks() {
		if day, ok := want[k.Key]; ok {
			if got := k.By.In(time.FixedZone("", 8*3600)).Format(time.DateOnly); got != day || !k.Open || k.Waiting {
				t.Errorf("%s by %s, want on %s", k.Key, k.By, day)
			}
			delete(want, k.Key)
		}
	}
	if len(want) > 0 || !c.Judged.Ended.Equal(ended) {
		t.Errorf("not due: %v; handling ended %s", want, c.Judged.Ended)
	}
}

// TestProgressReports are due two hours after the regulator was last told
// something.
func TestProgressReports(t *testing.T) {
	s, r := open(t)
	c := began(t, s, `{"incident.cii": false, "incident.pi_individuals": 200000000}`)
	next := func() time.Duration {
		for _, k := range c.Clocks() {
			if k.Content == "follow_up" {
				return k.By.Sub(start)
			}
		}
		return 0
	}
	r.pass(30 * time.Minute)
	c = add(t, s, c, sent("RPT-BANK/sector_regulator/initial"))
	if got := next(); got != 150*time.Minute {
		t.Errorf("due %s after the start, want two hours after the first report", got)
	}
	r.pass(time.Hour)
	c = add(t, s, c, sent("RPT-BANK-FOLLOW/sector_regulator/follow_up"))
	c = add(t, s, c, sent("RPT-OTHER/provincial_cac/initial")) // somebody else
	if got := next(); got != 210*time.Minute {
		t.Errorf("due %s after the start, want two hours after the last", got)
	}
	r.pass(time.Hour)
	c = add(t, s, c, incident.Step{Ended: &incident.Ended{}})
	for _, k := range c.Clocks() {
		if k.Content == "follow_up" && k.Open {
			t.Error("progress is asked for after handling ended")
		}
	}
}

// TestGradeAsFactsCome keeps every grade; clocks run from awareness all along.
func TestGradeAsFactsCome(t *testing.T) {
	s, r := open(t)
	c := began(t, s, "")
	r.pass(20 * time.Minute)
	c = add(t, s, c, facts(`{"incident.cii": true, "incident.cii_outage_minutes": 15}`))
	r.pass(20 * time.Minute)
	c = add(t, s, c, facts(`{"incident.cii_outage_minutes": 400}`))
	r.pass(20 * time.Minute)
	c = add(t, s, c, facts(`{"incident.cii_outage_minutes": 61}`))
	var got []string
	for _, g := range c.Grades {
		got = append(got, fmt.Sprintf("%s %q", g.At.Sub(start), g.Grade))
	}
	if want := []string{`0s ""`, `20m0s "III"`, `40m0s "I"`, `1h0m0s "II"`}; !slices.Equal(got, want) {
		t.Errorf("grades %q, want %q", got, want)
	}
	if next := c.Next(); next == nil || next.By.Sub(start) != time.Hour {
		t.Errorf("next is %+v, want an hour after awareness", next)
	}
	if c.JudgedAt().Sub(start) != 20*time.Minute {
		t.Errorf("first judged at %s", c.JudgedAt())
	}
}

// TestConfirmedBelow silences the reports of the national measures.
func TestConfirmedBelow(t *testing.T) {
	s, _ := open(t)
	c := began(t, s, `{"incident.cii": false, "incident.pi_individuals": 0, "incident.important_data": false, "incident.core_data": false, "incident.crime_suspected": false}`)
	wantReports(t, c, provisional([]string{other, sector})...)
	c = add(t, s, c, facts(`{"incident.confirmed_below_iii": true}`))
	if c.Judged.Grade != "IV" {
		t.Errorf("grade %q", c.Judged.Grade)
	}
	wantReports(t, c)
	c = add(t, s, c, facts(`{"incident.confirmed_below_iii": null}`))
	wantReports(t, c, provisional([]string{other, sector})...)
}

// TestThreat is told to two where the organization was designated and the threat
// is one to its infrastructure, perhaps where nobody knows, and to nobody else.
func TestThreat(t *testing.T) {
	both := []string{"RPT-THREAT/protection_department/initial", "RPT-THREAT/public_security/initial"}
	for name, tt := range map[string]struct {
		notified, facts string
		want            []string
	}{
		"designated, infrastructure":                  {`true`, `{"incident.cii": true}`, both},
		"designated, nobody knows what it concerns":   {`true`, ``, provisional(both)},
		"designated, something else":                  {`true`, `{"incident.cii": false}`, nil},
		"not designated":                              {`false`, ``, nil},
		"not designated, it says it's infrastructure": {`false`, `{"incident.cii": true}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s, r := open(t)
			r.state(t, "org.designation.notified", tt.notified)
			step := opened("A hole in the VPN", start)
			step.Open.As = incident.Threat
			c, err := s.Open(t.Context(), "bank", "Ann", step)
			must(t, err)
			if tt.facts != "" {
				c = add(t, s, c, facts(tt.facts))
			}
			if c.State != incident.Watched || c.Judged.Grade != "" {
				t.Errorf("a threat is %s, grade %q", c.State, c.Judged.Grade)
			}
			wantReports(t, c, tt.want...)
			r.pass(time.Hour)
			c = add(t, s, c, opened("The hole was used", start.Add(50*time.Minute)), facts(`{"incident.cii": true, "incident.cii_outage_minutes": 15}`))
			if next := c.Next(); c.State != incident.Running || next == nil || next.By.Sub(start) != 110*time.Minute {
				t.Errorf("then it is %s, next %+v", c.State, next)
			}
		})
	}
}

// TestCrossings are when a running outage reaches a line, by the figure that was
// stated and when, and of each outage by its own.
func TestCrossings(t *testing.T) {
	const whole, function = "incident.cii_outage_minutes", "incident.cii_main_function_outage_minutes"
	tests := map[string]struct {
		steps []incident.Step // each ten minutes after the one before
		want  []string        // grade, fact, minutes after the start
	}{
		"nothing stated": {nil, nil},
		"it has run for 12 minutes": {[]incident.Step{facts(`{"incident.cii": true, "incident.cii_outage_minutes": 12}`)},
			[]string{"II " + whole + " 58", "I " + whole + " 358"}},
		"it was not down": {[]incident.Step{facts(`{"incident.cii": true, "incident.cii_outage_minutes": 0}`)}, nil},
		"stated again, as it runs": {[]incident.Step{facts(`{"incident.cii": true, "incident.cii_outage_minutes": 12}`), facts(`{"incident.cii_outage_minutes": 30}`)},
			[]string{"II " + whole + " 50", "I " + whole + " 350"}},
		"something else stated meanwhile": {[]incident.Step{facts(`{"incident.cii": true, "incident.cii_outage_minutes": 12}`), facts(`{"incident.loss_cny": 1}`)},
			[]string{"II " + whole + " 58", "I " + whole + " 358"}},
		"two outages": {[]incident.Step{facts(`{"incident.cii": true, "incident.cii_main_function_outage_minutes": 40}`), facts(`{"incident.cii_outage_minutes": 5}`)},
			[]string{"II " + whole + " 75", "II " + function + " 150", "I " + whole + " 375", "I " + function + " 1410"}},
		"a line that the grade has passed": {[]incident.Step{facts(`{"incident.cii": true, "incident.cii_outage_minutes": 70, "incident.cii_main_function_outage_minutes": 70}`)},
			[]string{"I " + whole + " 300", "I " + function + " 1380"}},
		"it is over": {[]incident.Step{facts(`{"incident.cii": true, "incident.cii_outage_minutes": 12, "incident.outage_ongoing": false}`)}, nil},
		"taken back": {[]incident.Step{facts(`{"incident.cii": true, "incident.cii_outage_minutes": 12}`), facts(`{"incident.cii_outage_minutes": null}`)}, nil},
		"it was so before it was recorded": {[]incident.Step{func() incident.Step {
			s := facts(`{"incident.cii": true, "incident.cii_outage_minutes": 12}`)
			s.Happened = start.Add(5 * time.Minute)
			return s
		}()}, []string{"II " + whole + " 53", "I " + whole + " 353"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, r := open(t)
			c := began(t, s, "")
			for _, step := range tt.steps {
				r.pass(10 * time.Minute)
				c = add(t, s, c, step)
			}
			var got []string
			for _, x := range c.Judged.Crosses {
				got = append(got, fmt.Sprint(x.Grade, " ", x.Fact, " ", int(x.At.Sub(start)/time.Minute)))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("crosses %q, want %q", got, tt.want)
			}
			all, err := s.Replay(t.Context(), "bank", 1)
			must(t, err)
			if !all[len(all)-1].Same() {
				t.Error("it comes out otherwise when it is worked out again")
			}
		})
	}
}

// TestAwarenessCorrected moves every clock, and what was said before stays.
func TestAwarenessCorrected(t *testing.T) {
	s, r := open(t)
	c := began(t, s, `{"incident.cii": true, "incident.cii_outage_minutes": 15}`)
	r.pass(10 * time.Minute)
	correct := incident.Aware{At: start.Add(-20 * time.Minute), Reading: incident.Told}
	_, err := s.Add(t.Context(), "bank", "Ann", c.Number, c.Revision(), incident.Step{Aware: &correct})
	wantField(t, err, "why")
	correct.Why = "the supplier had rung before"
	c = add(t, s, c, incident.Step{Aware: &correct})
	if got := c.Next().By.Sub(start); got != 40*time.Minute {
		t.Errorf("due %s after the start, want 40 minutes", got)
	}
	if len(c.Awareness) != 2 || !c.Awareness[0].AwareIn().At.Equal(start) || c.Aware().Reading != incident.Told {
		t.Errorf("awareness %+v", c.Awareness)
	}
}

// TestLawOfTheDay judges by the law that was in force when the organization
// became aware.
func TestLawOfTheDay(t *testing.T) {
	s, _ := open(t)
	_, err := s.Open(t.Context(), "bank", "Ann", opened("Long ago", time.Date(2025, 10, 1, 0, 0, 0, 0, time.UTC)))
	if err == nil {
		t.Error("an incident from before the measures were in force was graded by them")
	}
	c, err := s.Open(t.Context(), "bank", "Ann", opened("Some time ago", time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)))
	must(t, err)
	if c.Next() == nil || !c.Next().Late(start) {
		t.Errorf("next is %+v, want one that is over", c.Next())
	}
}
