package respond

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"guanji/internal/incident"
)

// opened is the step of opening an incident of which we know since some time.
func opened(title string, since time.Time) incident.Step {
	return incident.Step{Open: &incident.Open{As: incident.Incident, Title: title, Systems: []string{"core"}, Aware: incident.Aware{At: since, Reading: incident.ByPerson}}}
}

func facts(values string) incident.Step {
	f := incident.Facts{}
	if err := json.Unmarshal([]byte(values), &f.Values); err != nil {
		panic(err)
	}
	return incident.Step{Facts: &f}
}

// sent is the step of having made a report.
func sent(key string) incident.Step {
	return incident.Step{Sent: &incident.Sent{Report: key, Way: "010-0000 0000", Receipt: "R-1"}}
}

// TestAnHour lets the hour of critical information infrastructure pass, and
// nobody answer.
func TestAnHour(t *testing.T) {
	s, r := open(t)
	must(t, s.SavePlan(t.Context(), "bank", "Ann", 0, incident.Plan{Wait: 10, Ladder: []incident.Person{{Name: "Ann"}, {Name: "Bo"}, {Name: "Cy"}}}))
	c := began(t, s, ciiOnly)
	for range 60 {
		r.work(t, s)
		r.pass(time.Minute)
	}
	r.work(t, s)
	want := []string{"0s opened", "15m0s prompt", "25m0s escalate", "30m0s half", "35m0s escalate", "45m0s 15min", "55m0s 5min", "1h0m0s overdue"}
	if got := r.said(); !slices.Equal(got, want) {
		t.Errorf("said\n\t%s, want\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
	r.pass(time.Minute)
	c = add(t, s, c, lateSent("RPT-CII/protection_department/initial"), lateSent("RPT-CII/public_security/initial"))
	r.wantEvidence(t, "event IRM-4-CII "+day21+" of incident/1", "record IRM-4-CII "+day21+" gaps of incident/1")
	if c.State != incident.Running {
		t.Errorf("it is %s", c.State)
	}
}

// TestFromAlertToClosing is a night of the bank, with a drill beside it.
func TestFromAlertToClosing(t *testing.T) {
	s, r := open(t)
	r.channels = []Channel{hook("ann")}
	must(t, s.SavePlan(t.Context(), "bank", "Ann", 0, incident.Plan{Wait: 10, Ladder: []incident.Person{{Name: "Ann", Channels: []string{"ann"}}}}))
	step := opened("An exercise", start)
	step.Open.Drill = true
	drill, err := s.Open(t.Context(), "bank", "Ann", step)
	must(t, err)
	add(t, s, drill, facts(ciiOnly))
	raise(t, s, odd("1", "R7", "Many files renamed", "core"), start)
	r.work(t, s)
	r.pass(8 * time.Minute)
	c, err := s.Case(t.Context(), "bank", 2)
	must(t, err)
	c = add(t, s, c, opened("Ransomware in core banking", start), facts(ciiOnly))
	r.pass(20 * time.Minute)
	for _, k := range c.Clocks() {
		if k.Open {
			c = add(t, s, c, sent(k.Key))
		}
	}
	r.pass(40 * time.Hour)
	r.work(t, s)
	c = add(t, s, c, incident.Step{Ended: &incident.Ended{}})
	r.pass(40 * time.Hour)
	for _, k := range c.Clocks() {
		if k.Open {
			c = add(t, s, c, sent(k.Key))
		}
	}
	c = add(t, s, c, incident.Step{Close: &incident.Close{}})
	r.wantEvidence(t, "event IRM-4-CII "+day21+" of incident/2", "record IRM-4-CII "+day21+" in_order of incident/2",
		"event IRM-8-CLOSING 2026-11-22 of incident/2", "record IRM-8-CLOSING 2026-11-24 in_order of incident/2")
	if c.State != incident.Closed {
		t.Errorf("it is %s", c.State)
	}
	drills := 0
	for _, m := range r.sent {
		if m.Drill != (m.Case == "#1-"+Code("bank", 1)) || m.Drill != strings.Contains(m.Subject, "演练 DRILL") {
			t.Errorf("of %s: drill %v, %q", m.Case, m.Drill, m.Subject)
		}
		if m.Drill {
			drills++
		}
	}
	if drills < 2 || drills == len(r.sent) {
		t.Errorf("%d of %d notices are of the drill", drills, len(r.sent))
	}
	for _, n := range []int64{1, 2} {
		all, err := s.Replay(t.Context(), "bank", n)
		must(t, err)
		for _, replay := range all {
			if !replay.Same() {
				t.Errorf("case %d comes out otherwise: %+v", n, replay)
			}
		}
	}
}
