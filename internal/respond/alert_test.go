package respond

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"guanji/internal/incident"
	"guanji/internal/problem"
)

// raise raises an alert and returns what became of it.
func raise(t *testing.T, s *Service, a incident.Alert, at time.Time) Alerted {
	t.Helper()
	done, err := s.Alert(t.Context(), "bank", "siem", a, at)
	must(t, err)
	return done
}

func odd(ref, group, title, system string) incident.Alert {
	return incident.Alert{Source: "siem", Ref: ref, Group: group, Title: title, System: system}
}

// TestAlertsTogether has two alerts be one case, or two.
func TestAlertsTogether(t *testing.T) {
	tests := map[string]struct {
		first, second incident.Alert
		want          Alerted
	}{
		"the same number":              {odd("1", "", "Odd", "core"), odd("1", "", "Other", ""), Alerted{Case: 1, Same: true}},
		"the same number with blanks":  {odd("1", "", "Odd", "core"), odd(" 1\t", "", "Other", ""), Alerted{Case: 1, Same: true}},
		"the same number of another":   {odd("1", "", "Odd", "core"), incident.Alert{Source: "edr", Ref: "1", Title: "Odd", System: "core"}, Alerted{Case: 2, New: true}},
		"no number, twice":             {odd("", "", "Odd", "core"), odd("", "", "Odd", "core"), Alerted{Case: 1}},
		"the same title":               {odd("1", "", "Odd", "core"), odd("2", "", "Odd", "core"), Alerted{Case: 1}},
		"the same title, other system": {odd("1", "", "Odd", "core"), odd("2", "", "Odd", "web"), Alerted{Case: 2, New: true}},
		"another title":                {odd("1", "", "Odd", "core"), odd("2", "", "Strange", "core"), Alerted{Case: 2, New: true}},
		"the same group":               {odd("1", "R7", "Odd", "core"), odd("2", "R7", "Strange", "core"), Alerted{Case: 1}},
		"the same group, other system": {odd("1", "R7", "Odd", "core"), odd("2", "R7", "Odd", "web"), Alerted{Case: 2, New: true}},
		"another group":                {odd("1", "R7", "Odd", "core"), odd("2", "R8", "Odd", "core"), Alerted{Case: 2, New: true}},
		"a group and none":             {odd("1", "R7", "Odd", "core"), odd("2", "", "Odd", "core"), Alerted{Case: 2, New: true}},
		"another source":               {odd("", "R7", "Odd", "core"), incident.Alert{Source: "edr", Group: "R7", Title: "Odd", System: "core"}, Alerted{Case: 2, New: true}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, r := open(t)
			if first := raise(t, s, tt.first, start); first != (Alerted{Case: 1, New: true}) {
				t.Errorf("the first: %+v", first)
			}
			before := len(r.steps)
			if second := raise(t, s, tt.second, start); second != tt.want {
				t.Errorf("the second: %+v, want %+v", second, tt.want)
			}
			if tt.want.Same != (len(r.steps) == before) {
				t.Errorf("%d steps more", len(r.steps)-before)
			}
		})
	}
}

// TestAlertAfterTriage opens a case of its own: the one that was looked at is a
// person's. The same number stays the same.
func TestAlertAfterTriage(t *testing.T) {
	for name, step := range map[string]incident.Step{"an incident": opened("Down", start), "dismissed": {Dismiss: &incident.Dismiss{Why: "a test"}}, "joined": {Join: &incident.Join{To: 1}}} {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t)
			began(t, s, "") // case 1
			raise(t, s, odd("1", "R7", "Odd", "core"), start)
			c, err := s.Case(t.Context(), "bank", 2)
			must(t, err)
			add(t, s, c, step)
			if got := raise(t, s, odd("2", "R7", "Odd", "core"), start); got != (Alerted{Case: 3, New: true}) {
				t.Errorf("another alert: %+v", got)
			}
			if got := raise(t, s, odd("1", "R7", "Odd", "core"), start); got != (Alerted{Case: 2, Same: true}) {
				t.Errorf("the same alert: %+v", got)
			}
		})
	}
}

func TestAlertTimes(t *testing.T) {
	tests := map[string]struct{ at, want time.Time }{
		"now":                    {start, start},
		"a while ago":            {start.Add(-time.Hour), start.Add(-time.Hour)},
		"a clock that is ahead":  {start.Add(40 * time.Minute), start},
		"not said":               {time.Time{}, start},
		"a clock that was reset": {time.Unix(0, 0), start},
		"the last such moment":   {time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC), start},
		"the first after it":     {time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t)
			raise(t, s, odd("1", "", "Odd", "core"), tt.at)
			c, err := s.Case(t.Context(), "bank", 1)
			must(t, err)
			if got := c.AlertedAt(); !got.Equal(tt.want) {
				t.Errorf("raised at %s, want %s", got, tt.want)
			}
		})
	}
}

func TestAlertMistakes(t *testing.T) {
	tests := map[string]struct {
		alert incident.Alert
		at    time.Time
		want  []string
	}{
		"nothing":     {incident.Alert{}, start, []string{"source", "title"}},
		"blanks":      {incident.Alert{Source: " ", Title: "\t"}, start, []string{"source", "title"}},
		"a long text": {incident.Alert{Source: "siem", Title: "Odd", Text: strings.Repeat("x", incident.MaxText+1)}, start, []string{"text"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, r := open(t)
			_, err := s.Alert(t.Context(), "bank", "siem", tt.alert, tt.at)
			wantField(t, err, tt.want...)
			if len(r.steps) > 0 {
				t.Error("it was recorded")
			}
		})
	}
}

// TestAlertLimits: a case takes so many alerts, and so many cases wait.
func TestAlertLimits(t *testing.T) {
	s, r := open(t)
	r.waiting(t, maxWaiting-1)
	raise(t, s, odd("a", "R7", "Odd", "core"), start)
	_, err := s.Alert(t.Context(), "bank", "siem", odd("b", "R8", "Odd", "core"), start)
	wantKey(t, err, problem.TooMany, "respond.too_many_alerts")
	if got := raise(t, s, odd("c", "R7", "Odd", "core"), start); got.Case != maxWaiting || got.New {
		t.Errorf("one of a group that waits: %+v", got)
	}
	s, r = open(t)
	for i := range maxAlerts {
		a := odd(fmt.Sprint(i), "R7", "Odd", "core")
		r.steps = append(r.steps, incident.Recorded{Step: incident.Step{Alert: &a}, Case: 1, Seq: int64(i + 1), At: start, By: "siem"})
	}
	if got := raise(t, s, odd("more", "R7", "Odd", "core"), start); got != (Alerted{Case: 2, New: true}) {
		t.Errorf("one more than a case takes: %+v", got)
	}
}

// TestTextsOfAlerts are kept of the first of a case; of the others there is all
// but the text. One that opens a case of its own, as its group was triaged while
// it came, keeps its text.
func TestTextsOfAlerts(t *testing.T) {
	s, r := open(t)
	long := func(ref string) incident.Alert {
		a := odd(ref, "R7", "Odd", "core")
		a.Text, a.Severity = "what the machine saw", "high"
		return a
	}
	for i := range textsKept + 5 {
		if got := raise(t, s, long(fmt.Sprint(i)), start); got.Case != 1 {
			t.Fatalf("alert %d: %+v", i, got)
		}
	}
	c, err := s.Case(t.Context(), "bank", 1)
	must(t, err)
	for i, step := range c.Alerts {
		if a := step.Alert; (a.Text != "") != (i < textsKept) || a.Ref != fmt.Sprint(i) || a.Severity != "high" {
			t.Errorf("alert %d is kept as %+v", i, a)
		}
	}
	var once sync.Once
	meanwhile := s.Config
	meanwhile.Store = first{r, func() {
		once.Do(func() { add(t, s, c, incident.Step{Dismiss: &incident.Dismiss{Why: "a test"}}) })
	}}
	if got := raise(t, New(meanwhile), long("new"), start); got != (Alerted{Case: 2, New: true}) {
		t.Fatalf("after triage: %+v", got)
	}
	if c, err = s.Case(t.Context(), "bank", 2); err != nil || c.Alerts[0].Alert.Text == "" {
		t.Errorf("it is kept without its text: %+v, %v", c.Alerts, err)
	}
}

// first is a store in which somebody else records first.
type first struct {
	*room
	do func()
}

func (f first) Record(ctx context.Context, organization string, w Writing) ([]incident.Recorded, error) {
	f.do()
	return f.room.Record(ctx, organization, w)
}

// waiting puts cases into the room that wait for triage.
func (r *room) waiting(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		a := odd(fmt.Sprint("w", i), "", fmt.Sprint("Odd ", i), "core")
		r.steps = append(r.steps, incident.Recorded{Step: incident.Step{Alert: &a}, Case: int64(i + 1), Seq: int64(i + 1), At: start, By: "siem"})
	}
}

// TestMachineStartsNoClock: an alert alone is never judged and never late,
// however long it waits; the person says which moment counts.
func TestMachineStartsNoClock(t *testing.T) {
	s, r := open(t)
	must(t, s.SavePlan(t.Context(), "bank", "Ann", 0, incident.Plan{Ladder: []incident.Person{{Name: "Ann"}}}))
	raise(t, s, odd("1", "", "Odd", "core"), start)
	for range 200 {
		r.work(t, s)
		r.pass(time.Hour)
	}
	c, err := s.Case(t.Context(), "bank", 1)
	must(t, err)
	if c.Judged != nil || len(c.Clocks()) != 0 || c.Aware() != nil {
		t.Errorf("a machine alone: judged %v, clocks %v", c.Judged, c.Clocks())
	}
	if got := strings.Join(r.said(), ", "); got != "0s alert" {
		t.Errorf("said %s", got)
	}
	for _, step := range []incident.Step{facts(ciiOnly), sent("RPT-CII/public_security/initial"), {Ended: &incident.Ended{}}, {Close: &incident.Close{Why: "x"}}, {Aware: &incident.Aware{At: start, Reading: incident.Told, Why: "x"}}} {
		if _, err := s.Add(t.Context(), "bank", "Ann", 1, c.Revision(), step); err == nil {
			t.Errorf("%s was recorded in an alert that nobody has triaged", step.Name())
		}
	}
	by := opened("Down", start)
	by.Open.Aware.Reading = incident.ByMachine
	if c = add(t, s, c, by, facts(ciiOnly)); !c.Next().Late(r.now()) {
		t.Errorf("by the strictest reading it is not late: %+v", c.Next())
	}
}

// TestFloodOfAlerts tells people of some at once, and of the others as time
// passes, one a minute: every one of them in the end.
func TestFloodOfAlerts(t *testing.T) {
	s, r := open(t)
	must(t, s.SavePlan(t.Context(), "bank", "Ann", 0, incident.Plan{Ladder: []incident.Person{{Name: "Ann"}}}))
	for i := range 35 {
		raise(t, s, odd(fmt.Sprint(i), "", fmt.Sprint("Odd ", i), "core"), start)
	}
	r.work(t, s)
	if n := len(r.said()); n != mostAlerts {
		t.Errorf("%d were told at once", n)
	}
	c, err := s.Open(t.Context(), "bank", "Ann", opened("This is what matters", start))
	must(t, err)
	r.work(t, s)
	if c, err = s.Case(t.Context(), "bank", c.Number); err != nil || len(c.Said) != 1 {
		t.Errorf("the incident among them: said %v, %v", c.Said, err)
	}
	for minute := range 40 {
		before := len(r.said())
		r.pass(time.Minute)
		r.work(t, s)
		alerts := slices.DeleteFunc(r.said()[before:], func(text string) bool { return !strings.HasSuffix(text, " alert") })
		if minute < 25 && len(alerts) != 1 {
			t.Errorf("in minute %d people were told of %q", minute, alerts)
		}
	}
	told := 0
	for _, text := range r.said() {
		if strings.HasSuffix(text, " alert") {
			told++
		}
	}
	if told != 35 {
		t.Errorf("%d of 35 were told in the end", told)
	}
}

// TestHowManyWait says, with an alert, how many wait in all.
func TestHowManyWait(t *testing.T) {
	s, r := open(t)
	r.channels = []Channel{hook("ann")}
	must(t, s.SavePlan(t.Context(), "bank", "Ann", 0, incident.Plan{Ladder: []incident.Person{{Name: "Ann", Channels: []string{"ann"}}}}))
	for n := range 3 {
		raise(t, s, odd("", "", fmt.Sprint("Odd ", n), "core"), start)
		r.work(t, s)
		text := r.sent[n].Text
		if says := strings.Contains(text, fmt.Sprintf("%d alerts wait in all", n+1)); says != (n > 0) || strings.Contains(text, "Odd") {
			t.Errorf("the notice of alert %d says %s", n+1, text)
		}
	}
}
