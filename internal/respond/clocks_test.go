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
		"nothing is known: every clock that may run does": {nil, ``, "",
			provisional([]string{cii, other, sector, bankData, people, police})},
		"only that it is infrastructure": {nil, `{"incident.cii": true}`, "",
			provisional([]string{cii, sector, bankData, people, police})},
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

// TestThreat is told to two where the organization was designated, and to
// nobody where it was not.
func TestThreat(t *testing.T) {
	for notified, want := range map[string][]string{`true`: {"RPT-THREAT/protection_department/initial", "RPT-THREAT/public_security/initial"}, `false`: nil} {
		t.Run(notified, func(t *testing.T) {
			s, r := open(t)
			r.state(t, "org.designation.notified", notified)
			step := opened("A hole in the VPN", start)
			step.Open.As = incident.Threat
			c, err := s.Open(t.Context(), "bank", "Ann", step)
			must(t, err)
			if c.State != incident.Watched || c.Judged.Grade != "" {
				t.Errorf("a threat is %s, grade %q", c.State, c.Judged.Grade)
			}
			wantReports(t, c, want...)
			r.pass(time.Hour)
			c = add(t, s, c, opened("The hole was used", start.Add(50*time.Minute)), facts(`{"incident.cii": true, "incident.cii_outage_minutes": 15}`))
			if next := c.Next(); c.State != incident.Running || next == nil || next.By.Sub(start) != 110*time.Minute {
				t.Errorf("then it is %s, next %+v", c.State, next)
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
