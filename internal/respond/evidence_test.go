package respond

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/incident"
)

// evidenceOf lists what was filed, in words: of events and records the duty and
// the day, for which case, and what it supersedes; of ends what they ended.
func (r *room) evidenceOf() (list []string) {
	for _, f := range r.filed {
		switch {
		case f.Event != nil:
			list = append(list, fmt.Sprintf("event %s %s of %s", f.Event.Duty, f.Event.Day, f.Event.Origin))
		case f.Record != nil:
			text := fmt.Sprintf("record %s %s %s of %s", f.Record.Duties[0], f.Record.Observed, f.Record.Result, f.Record.Origin)
			if f.Record.Supersedes != 0 {
				text += fmt.Sprint(" for ", f.Record.Supersedes)
			}
			list = append(list, text)
		case f.End != nil:
			list = append(list, fmt.Sprintf("end of %d %s", f.End.Of, f.End.How))
		}
	}
	return list
}

func (r *room) wantEvidence(t *testing.T, want ...string) {
	t.Helper()
	if got := r.evidenceOf(); !slices.Equal(got, want) {
		t.Errorf("filed\n\t%s, want\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// Facts after which only the reports of critical information infrastructure
// are due for certain.
const ciiOnly = `{"incident.cii": true, "incident.cii_outage_minutes": 15, "incident.crime_suspected": false, "incident.pi_individuals": 0, "incident.important_data": false, "incident.core_data": false}`

const day21 = "2026-11-21" // of the start, in Beijing

// lateSent is a report that was made late.
func lateSent(key string) incident.Step {
	s := sent(key)
	s.Sent.Late = "the line was dead"
	return s
}

// Facts of a threat to critical information infrastructure, and the reports of
// one.
var (
	ofCII              = `{"incident.cii": true}`
	toldOne, toldOther = sent("RPT-THREAT/protection_department/initial"), sent("RPT-THREAT/public_security/initial")
)

// threat opens a threat of which a designated organization knows since the
// start, with facts and steps.
func threat(t *testing.T, s *Service, r *room, values string, steps ...incident.Step) *incident.Case {
	t.Helper()
	r.state(t, "org.designation.notified", `true`)
	step := opened("A hole", start)
	step.Open.As = incident.Threat
	c, err := s.Open(t.Context(), "bank", "Ann", step)
	must(t, err)
	if values != "" {
		c = add(t, s, c, facts(values))
	}
	if len(steps) > 0 {
		c = add(t, s, c, steps...)
	}
	return c
}

// aware corrects awareness to so long after the start.
func aware(after time.Duration) incident.Step {
	return incident.Step{Aware: &incident.Aware{At: start.Add(after), Reading: incident.Told, Why: "they rang"}}
}

// TestEvidenceFollows files what follows from a case, and takes back what
// turns out not to.
func TestEvidenceFollows(t *testing.T) {
	const event, first, second = "event IRM-4-CII " + day21 + " of incident/1", "RPT-CII/protection_department/initial", "RPT-CII/public_security/initial"
	tests := map[string]struct {
		do   func(t *testing.T, s *Service, r *room)
		want []string
	}{
		"nothing for certain": {func(t *testing.T, s *Service, r *room) { began(t, s, "") }, nil},
		"due for certain":     {func(t *testing.T, s *Service, r *room) { began(t, s, ciiOnly) }, []string{event}},
		"judged again, the same": {func(t *testing.T, s *Service, r *room) {
			add(t, s, began(t, s, ciiOnly), facts(`{"incident.cii_outage_minutes": 16}`))
		}, []string{event}},
		"one of two has it": {func(t *testing.T, s *Service, r *room) { add(t, s, began(t, s, ciiOnly), sent(first)) }, []string{event}},
		"both have it": {func(t *testing.T, s *Service, r *room) {
			add(t, s, add(t, s, began(t, s, ciiOnly), sent(first)), sent(second))
		}, []string{event, "record IRM-4-CII " + day21 + " in_order of incident/1"}},
		"both at once": {func(t *testing.T, s *Service, r *room) { add(t, s, began(t, s, ciiOnly), sent(first), sent(second)) },
			[]string{event, "record IRM-4-CII " + day21 + " in_order of incident/1"}},
		"one of them late": {func(t *testing.T, s *Service, r *room) {
			c := add(t, s, began(t, s, ciiOnly), sent(first))
			r.pass(61 * time.Minute)
			add(t, s, c, lateSent(second))
		}, []string{event, "record IRM-4-CII " + day21 + " gaps of incident/1"}},
		"in time, keyed in a day later": {func(t *testing.T, s *Service, r *room) {
			c := began(t, s, ciiOnly)
			r.pass(24 * time.Hour)
			one, two := sent(first), sent(second)
			one.Happened, one.Offline, two.Happened, two.Offline = start.Add(30*time.Minute), true, start.Add(40*time.Minute), true
			add(t, s, c, one, two)
		}, []string{event, "record IRM-4-CII " + day21 + " in_order of incident/1"}},
		"sent again": {func(t *testing.T, s *Service, r *room) {
			add(t, s, add(t, s, began(t, s, ciiOnly), sent(first), sent(second)), sent(second))
		}, []string{event, "record IRM-4-CII " + day21 + " in_order of incident/1"}},
		"reported while it was provisional": {func(t *testing.T, s *Service, r *room) {
			c := add(t, s, began(t, s, ""), sent(first), sent(second))
			if len(r.filed) > 0 {
				t.Errorf("filed %v", r.evidenceOf())
			}
			add(t, s, c, facts(ciiOnly))
		}, []string{event, "record IRM-4-CII " + day21 + " in_order of incident/1"}},
		"a report taken back": {func(t *testing.T, s *Service, r *room) {
			c := add(t, s, began(t, s, ciiOnly), sent(first), sent(second))
			add(t, s, c, incident.Step{Strike: &incident.Strike{Of: c.Revision(), Why: "that was a rehearsal"}})
		}, []string{event, "record IRM-4-CII " + day21 + " in_order of incident/1", "end of 2 withdrawn"}},
		"a report taken back, and made": {func(t *testing.T, s *Service, r *room) {
			c := add(t, s, began(t, s, ciiOnly), sent(first), sent(second))
			c = add(t, s, c, incident.Step{Strike: &incident.Strike{Of: c.Revision(), Why: "that was a rehearsal"}})
			add(t, s, c, sent(second))
		}, []string{event, "record IRM-4-CII " + day21 + " in_order of incident/1", "end of 2 withdrawn", "record IRM-4-CII " + day21 + " in_order of incident/1"}},
		"a report taken back after the case was closed": {func(t *testing.T, s *Service, r *room) {
			c := add(t, s, began(t, s, ciiOnly), sent(first), sent(second))
			of := c.Revision()
			c = add(t, s, c, incident.Step{Ended: &incident.Ended{}}, incident.Step{Close: &incident.Close{Why: "the rest follows"}})
			add(t, s, c, incident.Step{Strike: &incident.Strike{Of: of, Why: "that was a rehearsal"}})
		}, []string{event, "record IRM-4-CII " + day21 + " in_order of incident/1", "event IRM-8-CLOSING " + day21 + " of incident/1", "end of 2 withdrawn"}},
		"a note taken back": {func(t *testing.T, s *Service, r *room) {
			c := add(t, s, began(t, s, ciiOnly), sent(first), sent(second))
			c = add(t, s, c, incident.Step{Note: &incident.Note{What: "x"}})
			add(t, s, c, incident.Step{Strike: &incident.Strike{Of: c.Revision(), Why: "y"}})
		}, []string{event, "record IRM-4-CII " + day21 + " in_order of incident/1"}},
		"confirmed below grade III": {func(t *testing.T, s *Service, r *room) {
			add(t, s, began(t, s, ciiOnly), facts(`{"incident.cii_outage_minutes": 1, "incident.confirmed_below_iii": true}`))
		}, []string{event, "end of 1 withdrawn"}},
		"confirmed below, and above again": {func(t *testing.T, s *Service, r *room) {
			c := add(t, s, began(t, s, ciiOnly), facts(`{"incident.cii_outage_minutes": 1, "incident.confirmed_below_iii": true}`))
			add(t, s, c, facts(`{"incident.cii_outage_minutes": 30}`))
		}, []string{event, "end of 1 withdrawn", event}},
		"confirmed below after it was reported": {func(t *testing.T, s *Service, r *room) {
			c := add(t, s, began(t, s, ciiOnly), sent(first), sent(second))
			add(t, s, c, facts(`{"incident.cii_outage_minutes": 1, "incident.confirmed_below_iii": true}`))
		}, []string{event, "record IRM-4-CII " + day21 + " in_order of incident/1"}},
		"the facts are struck": {func(t *testing.T, s *Service, r *room) {
			c := began(t, s, ciiOnly)
			add(t, s, c, incident.Step{Strike: &incident.Strike{Of: c.Revision(), Why: "of another system"}})
		}, []string{event, "end of 1 withdrawn"}},
		"awareness was a day before": {func(t *testing.T, s *Service, r *room) {
			add(t, s, began(t, s, ciiOnly), aware(-24*time.Hour))
		}, []string{event, "end of 1 withdrawn", "event IRM-4-CII 2026-11-20 of incident/1"}},
		"awareness was an hour before": {func(t *testing.T, s *Service, r *room) {
			add(t, s, began(t, s, ciiOnly), aware(-time.Hour))
		}, []string{event}},
		"awareness was a day before, and it was reported": {func(t *testing.T, s *Service, r *room) {
			c := add(t, s, began(t, s, ciiOnly), sent(first), sent(second))
			add(t, s, c, aware(-24*time.Hour))
		}, []string{event, "record IRM-4-CII " + day21 + " in_order of incident/1", "end of 1 withdrawn", "event IRM-4-CII 2026-11-20 of incident/1", "record IRM-4-CII " + day21 + " gaps of incident/1 for 2"}},
		"awareness was an hour before, and it was reported": {func(t *testing.T, s *Service, r *room) {
			c := began(t, s, ciiOnly)
			r.pass(30 * time.Minute)
			add(t, s, add(t, s, c, sent(first), sent(second)), aware(-time.Hour))
		}, []string{event, "record IRM-4-CII " + day21 + " in_order of incident/1", "record IRM-4-CII " + day21 + " gaps of incident/1 for 2"}},
		"awareness was a minute before, and it was reported": {func(t *testing.T, s *Service, r *room) {
			add(t, s, add(t, s, began(t, s, ciiOnly), sent(first), sent(second)), aware(-time.Minute))
		}, []string{event, "record IRM-4-CII " + day21 + " in_order of incident/1"}},
		"awareness was later, so that it was in time": {func(t *testing.T, s *Service, r *room) {
			c := began(t, s, ciiOnly)
			r.pass(70 * time.Minute)
			add(t, s, add(t, s, c, lateSent(first), lateSent(second)), aware(time.Hour))
		}, []string{event, "record IRM-4-CII " + day21 + " gaps of incident/1", "record IRM-4-CII " + day21 + " in_order of incident/1 for 2"}},
		"awareness was corrected twice, and is what it was": {func(t *testing.T, s *Service, r *room) {
			c := add(t, s, began(t, s, ciiOnly), sent(first), sent(second))
			add(t, s, add(t, s, c, aware(-24*time.Hour)), aware(0))
		}, []string{event, "record IRM-4-CII " + day21 + " in_order of incident/1", "end of 1 withdrawn", "event IRM-4-CII 2026-11-20 of incident/1", "record IRM-4-CII " + day21 + " gaps of incident/1 for 2",
			"end of 4 withdrawn", event, "record IRM-4-CII " + day21 + " in_order of incident/1 for 5"}},
		"of two reports to one the first is taken back": {func(t *testing.T, s *Service, r *room) {
			c := add(t, s, began(t, s, ciiOnly), sent(first), sent(second))
			of := c.Revision()
			r.pass(24 * time.Hour)
			c = add(t, s, c, lateSent(second))
			add(t, s, c, incident.Step{Strike: &incident.Strike{Of: of, Why: "that was a rehearsal"}})
		}, []string{event, "record IRM-4-CII " + day21 + " in_order of incident/1", "record IRM-4-CII 2026-11-22 gaps of incident/1 for 2"}},
		"closing reports": {func(t *testing.T, s *Service, r *room) {
			c := add(t, s, began(t, s, ciiOnly), sent(first), sent(second))
			r.pass(72 * time.Hour)
			c = add(t, s, c, incident.Step{Ended: &incident.Ended{}})
			r.pass(72 * time.Hour)
			add(t, s, c, sent("RPT-CII/protection_department/closing"), sent("RPT-CII/public_security/closing"))
		}, []string{event, "record IRM-4-CII " + day21 + " in_order of incident/1", "event IRM-8-CLOSING 2026-11-24 of incident/1", "record IRM-8-CLOSING 2026-11-27 in_order of incident/1"}},
		"opened again after the closing reports": {func(t *testing.T, s *Service, r *room) {
			c := add(t, s, began(t, s, ciiOnly), sent(first), sent(second))
			c = add(t, s, c, incident.Step{Ended: &incident.Ended{}})
			c = add(t, s, c, sent("RPT-CII/protection_department/closing"), sent("RPT-CII/public_security/closing"))
			r.pass(24 * time.Hour)
			c = add(t, s, c, incident.Step{Reopen: &incident.Reopen{Why: "it is back"}})
			r.pass(24 * time.Hour)
			c = add(t, s, c, incident.Step{Ended: &incident.Ended{}})
			c = add(t, s, c, sent("RPT-CII/protection_department/closing"))
			r.pass(24 * time.Hour)
			add(t, s, c, sent("RPT-CII/public_security/closing"))
		}, []string{event, "record IRM-4-CII " + day21 + " in_order of incident/1", "event IRM-8-CLOSING " + day21 + " of incident/1", "record IRM-8-CLOSING " + day21 + " in_order of incident/1",
			"end of 3 withdrawn", "event IRM-8-CLOSING 2026-11-23 of incident/1", "record IRM-8-CLOSING 2026-11-24 in_order of incident/1 for 4"}},
		"a report taken back that is not due any more": {func(t *testing.T, s *Service, r *room) {
			c := add(t, s, began(t, s, ciiOnly), sent(first), sent(second))
			of := c.Revision()
			c = add(t, s, c, facts(`{"incident.cii_outage_minutes": 1, "incident.confirmed_below_iii": true}`))
			add(t, s, c, incident.Step{Strike: &incident.Strike{Of: of, Why: "that was a rehearsal"}})
		}, []string{event, "record IRM-4-CII " + day21 + " in_order of incident/1", "end of 1 withdrawn", "end of 2 withdrawn"}},
		"opened again before the closing report": {func(t *testing.T, s *Service, r *room) {
			c := add(t, s, began(t, s, ciiOnly), incident.Step{Ended: &incident.Ended{}})
			add(t, s, c, incident.Step{Reopen: &incident.Reopen{Why: "it is back"}})
		}, []string{event, "event IRM-8-CLOSING " + day21 + " of incident/1", "end of 2 withdrawn"}},
		"people and authority are one duty": {func(t *testing.T, s *Service, r *room) {
			c := began(t, s, `{"incident.cii": false, "incident.pi_individuals": 5, "incident.confirmed_below_iii": true, "incident.crime_suspected": false}`)
			c = add(t, s, c, sent("RPT-PI/provincial_cac/initial"))
			add(t, s, c, sent("RPT-PEOPLE/affected_people/notice"))
		}, []string{"event NFRA-69-REPORT-2H " + day21 + " of incident/1", "event NFRA-69-WRITTEN-24H " + day21 + " of incident/1", "event PIPL-57-INCIDENT " + day21 + " of incident/1", "record PIPL-57-INCIDENT " + day21 + " in_order of incident/1"}},
		"of a second case": {func(t *testing.T, s *Service, r *room) { began(t, s, ciiOnly); began(t, s, ciiOnly) },
			[]string{event, "event IRM-4-CII " + day21 + " of incident/2"}},
		"a threat of which nobody said what it concerns": {func(t *testing.T, s *Service, r *room) { threat(t, s, r, "") }, nil},
		"a threat": {func(t *testing.T, s *Service, r *room) { threat(t, s, r, ofCII, toldOne, toldOther) },
			[]string{"event CIIR-18-REPORT " + day21 + " of incident/1", "record CIIR-18-REPORT " + day21 + " in_order of incident/1"}},
		"a threat, told before it was known what it concerns": {func(t *testing.T, s *Service, r *room) {
			add(t, s, threat(t, s, r, "", toldOne, toldOther), facts(ofCII))
		}, []string{"event CIIR-18-REPORT " + day21 + " of incident/1", "record CIIR-18-REPORT " + day21 + " in_order of incident/1"}},
		"a threat that concerns something else": {func(t *testing.T, s *Service, r *room) {
			add(t, s, threat(t, s, r, ofCII), facts(`{"incident.cii": false}`))
		}, []string{"event CIIR-18-REPORT " + day21 + " of incident/1", "end of 1 withdrawn"}},
		"a threat becomes an incident": {func(t *testing.T, s *Service, r *room) {
			c := threat(t, s, r, ofCII)
			r.pass(24 * time.Hour)
			c = add(t, s, c, opened("It was used", r.now()))
			c = add(t, s, c, facts(ciiOnly)) // as days pass and more becomes known
			add(t, s, c, aware(24*time.Hour-time.Minute))
		}, []string{"event CIIR-18-REPORT " + day21 + " of incident/1", "event IRM-4-CII 2026-11-22 of incident/1"}},
		"a threat, told, becomes an incident, and it was not told": {func(t *testing.T, s *Service, r *room) {
			c := threat(t, s, r, ofCII, toldOne, toldOther)
			of := c.Revision()
			c = add(t, s, c, opened("It was used", start))
			add(t, s, c, incident.Step{Strike: &incident.Strike{Of: of, Why: "that was a rehearsal"}})
		}, []string{"event CIIR-18-REPORT " + day21 + " of incident/1", "record CIIR-18-REPORT " + day21 + " in_order of incident/1", "end of 2 withdrawn"}},
		"a drill": {func(t *testing.T, s *Service, r *room) {
			step := opened("An exercise", start)
			step.Open.Drill = true
			c, err := s.Open(t.Context(), "bank", "Ann", step)
			must(t, err)
			c = add(t, s, c, facts(ciiOnly), sent(first), sent(second))
			if len(c.Clocks()) == 0 {
				t.Error("a drill has no clocks")
			}
		}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, r := open(t)
			tt.do(t, s, r)
			r.wantEvidence(t, tt.want...)
		})
	}
}

// TestTakenBackByHand: what a person withdrew or put another record in the place
// of is not filed again by whatever else happens in the case. It is once the case
// says something else.
func TestTakenBackByHand(t *testing.T) {
	end := func(of int64) evidence.Item {
		return evidence.Item{End: &evidence.End{Of: of, How: evidence.Withdrawn, Day: day.In(start), Reason: "it is filed elsewhere"}}
	}
	own := evidence.Item{Record: &evidence.Record{Kind: reportKind, Duties: []string{"IRM-4-CII"}, Subject: evidence.Organization, Observed: day.In(start), Result: evidence.Gaps,
		Method: evidence.Method{Kind: evidence.Attested, Who: "Bo"}, Supersedes: 2, Reason: "the receipt is of another report"}}
	for name, tt := range map[string]struct {
		item evidence.Item
		then []string // if awareness is moved by a day
	}{
		"the event":               {end(1), []string{"event IRM-4-CII 2026-11-20 of incident/1", "record IRM-4-CII " + day21 + " gaps of incident/1 for 2"}},
		"the record":              {end(2), []string{"end of 1 withdrawn", "event IRM-4-CII 2026-11-20 of incident/1", "record IRM-4-CII " + day21 + " gaps of incident/1"}},
		"the record, for another": {own, []string{"end of 1 withdrawn", "event IRM-4-CII 2026-11-20 of incident/1", "record IRM-4-CII " + day21 + " gaps of incident/1"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, r := open(t)
			c := add(t, s, began(t, s, ciiOnly), sent("RPT-CII/protection_department/initial"), sent("RPT-CII/public_security/initial"))
			r.filed = append(r.filed, evidence.Filed{Item: tt.item, Seq: 3, At: start, By: "Bo"})
			before := r.evidenceOf()
			c = add(t, s, c, incident.Step{Note: &incident.Note{What: "x"}}, facts(`{"incident.cii_outage_minutes": 16}`))
			r.wantEvidence(t, before...)
			add(t, s, c, aware(-24*time.Hour))
			r.wantEvidence(t, append(before, tt.then...)...)
		})
	}
}

// TestDrillStaysADrill: a threat that was real does not become a drill, and a
// drill does not become real.
func TestDrillStaysADrill(t *testing.T) {
	for name, drill := range map[string]bool{"a real threat": false, "a drilled threat": true} {
		t.Run(name, func(t *testing.T) {
			s, r := open(t)
			r.state(t, "org.designation.notified", `true`)
			step := opened("A hole", start)
			step.Open.As, step.Open.Drill = incident.Threat, drill
			c, err := s.Open(t.Context(), "bank", "Ann", step)
			must(t, err)
			next := opened("It was used", start)
			next.Open.Drill = !drill
			_, err = s.Add(t.Context(), "bank", "Ann", c.Number, c.Revision(), next)
			wantField(t, err, "drill")
		})
	}
}

// TestRecordSaysWhatWasSent reads the record of a report.
func TestRecordSaysWhatWasSent(t *testing.T) {
	s, r := open(t)
	file := evidence.File{Name: "receipt.pdf", Digest: "sha256:" + strings.Repeat("0", 64), Size: 5}
	r.files = map[string]int64{file.Digest: 5}
	one, two := sent("RPT-CII/protection_department/initial"), sent("RPT-CII/public_security/initial")
	one.Sent.Files, two.Sent.Files = []evidence.File{file}, []evidence.File{file}
	add(t, s, began(t, s, ciiOnly), one, two)
	record := r.filed[len(r.filed)-1].Record
	if record == nil || len(record.Files) != 1 || record.Method.Who != "Ann" {
		t.Fatalf("filed %+v", r.filed[len(r.filed)-1])
	}
	for _, want := range []string{"R-1", "010-0000 0000", "2026-11-21 02:30:00", "公安机关", "public security"} {
		if !strings.Contains(record.Note, want) {
			t.Errorf("the note does not say %q: %s", want, record.Note)
		}
	}
	one.Sent.Files[0].Size = 6
	c, err := s.Case(t.Context(), "bank", 1)
	must(t, err)
	_, err = s.Add(t.Context(), "bank", "Ann", 1, c.Revision(), one)
	wantField(t, err, "files")
}

// TestEvidenceThatCannotBeFiled fails before anything is recorded, in whichever
// case it happens.
func TestEvidenceThatCannotBeFiled(t *testing.T) {
	for _, cases := range []int{0, 1} {
		t.Run(fmt.Sprint(cases, " cases before"), func(t *testing.T) {
			s, r := open(t)
			for range cases {
				began(t, s, ciiOnly)
			}
			r.refuse = true
			c, err := s.Open(t.Context(), "bank", "Ann", opened("Down", start))
			must(t, err)
			before := len(r.steps)
			_, err = s.Add(t.Context(), "bank", "Ann", c.Number, c.Revision(), facts(ciiOnly))
			wantField(t, err, "duty")
			if len(r.steps) != before {
				t.Error("the facts were recorded")
			}
		})
	}
}
