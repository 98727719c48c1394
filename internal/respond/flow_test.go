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

func TestAnHour(t *testing.T) {
	s, r := open(t)
	p := incident.Plan{Wait: 10, Ladder: []incident.Person{{Name: "Ann"}, {Name: "Bo"}, {Name: "Cy"}}}
	if err := s.SavePlan(t.Context(), "bank", "Ann", 0, p); err != nil {
		t.Fatal(err)
	}
	c, err := s.Open(t.Context(), "bank", "Ann", opened("Core banking is down", start))
	if err != nil {
		t.Fatal(err)
	}
	c, err = s.Add(t.Context(), "bank", "Ann", c.Number, c.Revision(), facts(`{"incident.cii": true, "incident.cii_outage_minutes": 15}`))
	if err != nil {
		t.Fatal(err)
	}
	if c.Judged.Grade != "III" {
		t.Fatalf("grade %q, want III: %+v", c.Judged.Grade, c.Judged.Because)
	}
	next := c.Next()
	if next == nil {
		t.Fatal("nothing is due")
	}
	for range 130 {
		r.work(t, s)
		r.pass(time.Minute)
	}
	got := r.said()
	want := []string{"0s opened", "10m0s escalate", "20m0s escalate"}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("%q was not said; said: %s", w, strings.Join(got, ", "))
		}
	}
	t.Log(strings.Join(got, "\n"))
	for _, k := range c.Clocks() {
		t.Log(k.Key, k.By, k.Open, k.Waiting, k.Provisional)
	}
	t.Log(r.filed)
}
