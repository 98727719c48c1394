package incident

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// noon is when the cases of these tests begin.
var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

// on is a step that Ann records some minutes after noon.
func on(minute int, s Step) Recorded {
	return Recorded{Step: s, At: noon.Add(time.Duration(minute) * time.Minute), By: "Ann"}
}

// numbered numbers steps in their order, beginning with 1.
func numbered(steps ...Recorded) []Recorded {
	for i := range steps {
		steps[i].Case, steps[i].Seq = 7, int64(i+1)
	}
	return steps
}

func minute(t time.Time) int { return int(t.Sub(noon) / time.Minute) }

func alerted(title string) Step {
	return Step{Alert: &Alert{Source: "siem", Title: title, System: "core"}}
}

func opened(as Kind, title string, aware int) Step {
	return Step{Open: &Open{As: as, Title: title, Systems: []string{"core", "web"}, Aware: Aware{At: noon.Add(time.Duration(aware) * time.Minute), Reading: ByPerson}}}
}

func stated(values string) Step {
	f := &Facts{}
	if err := json.Unmarshal([]byte(values), &f.Values); err != nil {
		panic(err)
	}
	return Step{Facts: f}
}

// graded is a step with what the content said after it.
func graded(s Step, grade string) Step {
	s.Judged = &Judgement{Grade: grade}
	return s
}

func noted(what string) Step { return Step{Note: &Note{What: what}} }

func struck(seq int64) Step { return Step{Strike: &Strike{Of: seq, Why: "wrong"}} }

// describe tells everything of a case that a step can change.
func describe(c *Case) string {
	parts := []string{string(c.State)}
	tell := func(is bool, format string, args ...any) {
		if is {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	tell(c.Kind != "", "as %s", c.Kind)
	tell(c.Drill, "drill")
	tell(c.Title != "", "%q of %s", c.Title, strings.Join(c.Systems, "+"))
	tell(len(c.Alerts) > 0, "%d alerts", len(c.Alerts))
	tell(c.To != 0, "to %d", c.To)
	if a := c.Aware(); a != nil {
		tell(true, "aware %d %s of %d", minute(a.At), a.Reading, len(c.Awareness))
	}
	for _, id := range slices.Sorted(maps.Keys(c.Facts)) {
		tell(true, "%s=%s", id, c.Facts[id].Value)
	}
	for _, id := range slices.Sorted(maps.Keys(c.Parts)) {
		tell(true, "part %s %s", id, c.Parts[id].Part.Text)
	}
	for _, id := range slices.Sorted(maps.Keys(c.Roles)) {
		tell(true, "%s %s", id, c.Roles[id].Role.Person)
	}
	for _, t := range c.Tasks {
		tell(true, "task %s done %v", t.Task.What, t.Done != nil)
	}
	for _, k := range c.Kept {
		tell(true, "kept %s hands %d", k.Kept.What, len(k.Hands))
	}
	for _, g := range c.Grades {
		tell(true, "grade %q", g.Grade)
	}
	for _, key := range slices.Sorted(maps.Keys(c.sent)) {
		tell(true, "sent %s %d", key, len(c.sent[key]))
	}
	for _, key := range slices.Sorted(maps.Keys(c.Given)) {
		tell(true, "given %s", key)
	}
	tell(!c.Ended.IsZero(), "ended %d", minute(c.Ended))
	tell(len(c.Struck) > 0, "%d struck", len(c.Struck))
	tell(len(c.Said) > 0, "said %d", len(c.Said))
	tell(!c.Unanswered().IsZero(), "unanswered %d", minute(c.Unanswered()))
	return strings.Join(parts, ", ")
}

func TestFold(t *testing.T) {
	running := []Recorded{on(0, opened(Incident, "Down", -5))}
	tests := map[string]struct {
		before []Recorded
		steps  []Recorded
		want   string
	}{
		"nothing":              {nil, nil, `alert`},
		"an alert":             {nil, []Recorded{on(0, alerted("Odd"))}, `alert, "Odd" of core, 1 alerts`},
		"more of them":         {nil, []Recorded{on(0, alerted("Odd")), on(1, alerted("Odd again"))}, `alert, "Odd" of core, 2 alerts`},
		"dismissed":            {nil, []Recorded{on(0, alerted("Odd")), on(1, Step{Dismiss: &Dismiss{Why: "a test"}})}, `dismissed, "Odd" of core, 1 alerts`},
		"dismissed, taken up":  {nil, []Recorded{on(0, alerted("Odd")), on(1, Step{Dismiss: &Dismiss{Why: "a test"}}), on(2, Step{Reopen: &Reopen{Why: "no test"}})}, `alert, "Odd" of core, 1 alerts`},
		"joined":               {nil, []Recorded{on(0, alerted("Odd")), on(1, Step{Join: &Join{To: 3}})}, `joined, "Odd" of core, 1 alerts, to 3`},
		"an incident":          {running, nil, `running, as incident, "Down" of core+web, aware -5 person of 1`},
		"an alert, triaged":    {nil, []Recorded{on(0, alerted("Odd")), on(1, opened(Incident, "Down", 0))}, `running, as incident, "Down" of core+web, 1 alerts, aware 0 person of 1`},
		"an alert thereafter":  {running, []Recorded{on(1, alerted("Odd"))}, `running, as incident, "Down" of core+web, 1 alerts, aware -5 person of 1`},
		"a threat":             {nil, []Recorded{on(0, opened(Threat, "A hole", 0))}, `threat, as threat, "A hole" of core+web, aware 0 person of 1`},
		"a threat that came":   {nil, []Recorded{on(0, opened(Threat, "A hole", 0)), on(9, opened(Incident, "Broken into", 8))}, `running, as incident, "Broken into" of core+web, aware 8 person of 2`},
		"a drill":              {nil, []Recorded{on(0, Step{Open: &Open{As: Incident, Title: "Exercise", Drill: true}})}, `running, as incident, drill, "Exercise" of , aware ` + fmt.Sprint(minute(time.Time{})) + `  of 1`},
		"awareness, corrected": {running, []Recorded{on(1, Step{Aware: &Aware{At: noon.Add(-9 * time.Minute), Reading: Told, Why: "they rang"}})}, `running, as incident, "Down" of core+web, aware -9 told of 2`},
		"facts":                {running, []Recorded{on(1, stated(`{"a":1,"b":2}`)), on(2, stated(`{"b":3}`))}, `running, as incident, "Down" of core+web, aware -5 person of 1, a=1, b=3`},
		"a fact taken back":    {running, []Recorded{on(1, stated(`{"a":1}`)), on(2, stated(`{"a":null}`))}, `running, as incident, "Down" of core+web, aware -5 person of 1, a=null`},
		"a part, written anew": {running, []Recorded{on(1, Step{Part: &Part{"event", "one"}}), on(2, Step{Part: &Part{"event", "two"}})}, `running, as incident, "Down" of core+web, aware -5 person of 1, part event two`},
		"a report made":        {running, []Recorded{on(1, Step{Sent: &Sent{Report: "R/a/initial"}})}, `running, as incident, "Down" of core+web, aware -5 person of 1, sent R/a/initial 1`},
		"a role, given on":     {running, []Recorded{on(1, Step{Role: &Role{"lead", "Ann", ""}}), on(2, Step{Role: &Role{"lead", "Bo", ""}})}, `running, as incident, "Down" of core+web, aware -5 person of 1, lead Bo`},
		"a task":               {running, []Recorded{on(1, Step{Task: &Task{What: "restore"}}), on(2, Step{Task: &Task{What: "ring"}}), on(3, Step{Done: &Done{Of: 2}})}, `running, as incident, "Down" of core+web, aware -5 person of 1, task restore done true, task ring done false`},
		"done with no task":    {running, []Recorded{on(1, noted("x")), on(3, Step{Done: &Done{Of: 2}})}, `running, as incident, "Down" of core+web, aware -5 person of 1`},
		"evidence handed on":   {running, []Recorded{on(1, Step{Kept: &Kept{What: "disk"}}), on(2, Step{Handed: &Handed{Of: 2}}), on(3, Step{Handed: &Handed{Of: 9}})}, `running, as incident, "Down" of core+web, aware -5 person of 1, kept disk hands 1`},
		"grades":               {running, []Recorded{on(1, graded(stated(`{"a":1}`), "")), on(2, graded(stated(`{"a":2}`), "III")), on(3, graded(stated(`{"a":3}`), "III")), on(4, graded(stated(`{"a":4}`), "II"))}, `running, as incident, "Down" of core+web, aware -5 person of 1, a=4, grade "", grade "III", grade "II"`},
		"handling ended":       {running, []Recorded{on(5, Step{Ended: &Ended{}})}, `handled, as incident, "Down" of core+web, aware -5 person of 1, ended 5`},
		"ended some time ago":  {running, []Recorded{on(5, Step{Happened: noon.Add(time.Minute), Ended: &Ended{}})}, `handled, as incident, "Down" of core+web, aware -5 person of 1, ended 1`},
		"closed":               {running, []Recorded{on(5, Step{Ended: &Ended{}}), on(6, Step{Close: &Close{}})}, `closed, as incident, "Down" of core+web, aware -5 person of 1, ended 5`},
		"closed, opened again": {running, []Recorded{on(5, Step{Ended: &Ended{}}), on(6, Step{Close: &Close{}}), on(7, Step{Reopen: &Reopen{Why: "again"}})}, `running, as incident, "Down" of core+web, aware -5 person of 1`},
		"a threat, again":      {nil, []Recorded{on(0, opened(Threat, "A hole", 0)), on(1, Step{Close: &Close{}}), on(2, Step{Reopen: &Reopen{Why: "again"}})}, `threat, as threat, "A hole" of core+web, aware 0 person of 1`},
		"said":                 {running, []Recorded{on(1, Step{Said: &Said{Keys: []string{"a"}}})}, `running, as incident, "Down" of core+web, aware -5 person of 1, said 1, unanswered 1`},
		"said, and answered":   {running, []Recorded{on(1, Step{Said: &Said{Keys: []string{"a"}}}), on(2, Step{Ack: &Ack{}})}, `running, as incident, "Down" of core+web, aware -5 person of 1, said 1`},
		"a note is an answer":  {running, []Recorded{on(1, Step{Said: &Said{}}), on(2, noted("on it"))}, `running, as incident, "Down" of core+web, aware -5 person of 1, said 1`},
		"an alert is none":     {running, []Recorded{on(1, Step{Said: &Said{}}), on(2, alerted("Odd"))}, `running, as incident, "Down" of core+web, 1 alerts, aware -5 person of 1, said 1, unanswered 1`},
		"delivery is none":     {running, []Recorded{on(1, Step{Said: &Said{}}), on(2, Step{Given: &Given{Message: "m", Channel: "c"}})}, `running, as incident, "Down" of core+web, aware -5 person of 1, given m c, said 1, unanswered 1`},

		"a note, struck":   {running, []Recorded{on(1, noted("x")), on(2, struck(2))}, `running, as incident, "Down" of core+web, aware -5 person of 1, 1 struck`},
		"a fact, struck":   {running, []Recorded{on(1, stated(`{"a":1}`)), on(2, stated(`{"a":2}`)), on(3, struck(3))}, `running, as incident, "Down" of core+web, aware -5 person of 1, a=1, 1 struck`},
		"a report, struck": {running, []Recorded{on(1, Step{Sent: &Sent{Report: "R/a/initial"}}), on(2, struck(2))}, `running, as incident, "Down" of core+web, aware -5 person of 1, 1 struck`},
		"a role, struck":   {running, []Recorded{on(1, Step{Role: &Role{"lead", "Ann", ""}}), on(2, Step{Role: &Role{"lead", "Bo", ""}}), on(3, struck(3))}, `running, as incident, "Down" of core+web, aware -5 person of 1, lead Ann, 1 struck`},
		"a task, struck":   {running, []Recorded{on(1, Step{Task: &Task{What: "restore"}}), on(2, struck(2))}, `running, as incident, "Down" of core+web, aware -5 person of 1, 1 struck`},
		"done, struck":     {running, []Recorded{on(1, Step{Task: &Task{What: "restore"}}), on(2, Step{Done: &Done{Of: 2}}), on(3, struck(3))}, `running, as incident, "Down" of core+web, aware -5 person of 1, task restore done false, 1 struck`},
		"kept, struck":     {running, []Recorded{on(1, Step{Kept: &Kept{What: "disk"}}), on(2, struck(2))}, `running, as incident, "Down" of core+web, aware -5 person of 1, 1 struck`},
		"a regrade by facts that were struck stays visible": {running, []Recorded{on(1, graded(stated(`{"a":1}`), "III")), on(2, graded(stated(`{"a":2}`), "I")), on(3, graded(struck(3), "III"))},
			`running, as incident, "Down" of core+web, aware -5 person of 1, a=1, grade "III", grade "I", grade "III", 1 struck`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			steps := numbered(slices.Concat(tt.before, tt.steps)...)
			c := Fold(7, steps)
			if got := describe(c); got != tt.want {
				t.Errorf("it is\n\t%s, want\n\t%s", got, tt.want)
			}
			if c.Revision() != int64(len(steps)) || len(c.Steps) != len(steps) || c.Number != 7 {
				t.Errorf("case %d at revision %d with %d steps, want case 7 with %d", c.Number, c.Revision(), len(c.Steps), len(steps))
			}
		})
	}
}

func TestLive(t *testing.T) {
	for state, want := range map[State]bool{Waiting: true, Running: true, Watched: true, Handled: true, Closed: false, Dismissed: false, Joined: false} {
		if state.Live() != want {
			t.Errorf("%s: live %v, want %v", state, state.Live(), want)
		}
	}
}

// TestThreeTimes keeps apart when an alert was raised, when somebody became
// aware, and when it was judged.
func TestThreeTimes(t *testing.T) {
	raised := alerted("Odd")
	raised.Happened = noon.Add(-30 * time.Minute)
	c := Fold(7, numbered(on(0, raised), on(10, graded(opened(Incident, "Down", 5), "")), on(20, graded(stated(`{"a":1}`), "III")), on(30, graded(stated(`{"a":2}`), "I"))))
	if got := []int{minute(c.AlertedAt()), minute(c.Aware().At), minute(c.JudgedAt())}; !slices.Equal(got, []int{-30, 5, 20}) {
		t.Errorf("alerted, aware, judged at %v, want -30, 5, 20", got)
	}
	if empty := Fold(7, nil); !empty.AlertedAt().IsZero() || empty.Aware() != nil || !empty.JudgedAt().IsZero() {
		t.Error("a case without steps has such times")
	}
	if awareness := c.Steps[1].AwareIn(); awareness == nil || minute(awareness.At) != 5 || c.Steps[0].AwareIn() != nil {
		t.Errorf("the steps say %v and %v of awareness", c.Steps[1].AwareIn(), c.Steps[0].AwareIn())
	}
}

func TestValues(t *testing.T) {
	c := Fold(7, numbered(on(0, stated(`{"a":1,"b":[2]}`)), on(1, stated(`{"a":null}`))))
	if got := c.Values(); len(got) != 1 || string(got["b"]) != "[2]" {
		t.Errorf("values %s", got)
	}
}

// TestMoved tells what another person changed: only what a step would undo.
func TestMoved(t *testing.T) {
	c := Fold(7, numbered(on(0, opened(Incident, "Down", 0)), on(1, stated(`{"a":1}`)), on(2, stated(`{"b":1}`)), on(3, Step{Part: &Part{"event", "x"}}),
		on(4, Step{Sent: &Sent{Report: "R/a/initial"}}), on(5, Step{Role: &Role{"lead", "Bo", ""}}), on(6, Step{Aware: &Aware{}}), on(7, Step{Ended: &Ended{}}), on(8, noted("x")), on(9, Step{Plan: &Plan{}})))
	tests := map[string]struct {
		step Step
		want int64
	}{
		"a fact":               {stated(`{"a":2}`), 2},
		"two facts":            {stated(`{"a":2,"b":2}`), 3},
		"another fact":         {stated(`{"c":2}`), 0},
		"a part":               {Step{Part: &Part{"event", "y"}}, 4},
		"another part":         {Step{Part: &Part{"unit", "y"}}, 0},
		"a report":             {Step{Sent: &Sent{Report: "R/a/initial"}}, 5},
		"another report":       {Step{Sent: &Sent{Report: "R/b/initial"}}, 0},
		"a role":               {Step{Role: &Role{Role: "lead"}}, 6},
		"awareness":            {Step{Aware: &Aware{}}, 7},
		"the state, by ending": {Step{Ended: &Ended{}}, 8},
		"the state, by close":  {Step{Close: &Close{}}, 8},
		"the state, by reopen": {Step{Reopen: &Reopen{}}, 8},
		"the state, by open":   {opened(Incident, "x", 0), 8},
		"the state, dismissed": {Step{Dismiss: &Dismiss{}}, 8},
		"the state, joined":    {Step{Join: &Join{}}, 8},
		"the plan":             {Step{Plan: &Plan{}}, 10},
		"a note":               {noted("y"), 0},
		"an answer":            {Step{Ack: &Ack{}}, 0},
		"a strike":             {struck(2), 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := c.Moved(tt.step); got != tt.want {
				t.Errorf("Moved = %d, want %d", got, tt.want)
			}
		})
	}
}

func TestNames(t *testing.T) {
	steps := map[string]Step{"alert": alerted(""), "open": opened(Incident, "", 0), "dismiss": {Dismiss: &Dismiss{}}, "join": {Join: &Join{}}, "aware": {Aware: &Aware{}},
		"facts": {Facts: &Facts{}}, "part": {Part: &Part{}}, "sent": {Sent: &Sent{}}, "note": noted(""), "role": {Role: &Role{}}, "task": {Task: &Task{}}, "done": {Done: &Done{}},
		"kept": {Kept: &Kept{}}, "handed": {Handed: &Handed{}}, "ended": {Ended: &Ended{}}, "said": {Said: &Said{}}, "given": {Given: &Given{}}, "ack": {Ack: &Ack{}},
		"strike": struck(1), "close": {Close: &Close{}}, "reopen": {Reopen: &Reopen{}}, "plan": {Plan: &Plan{}}, "?": {}}
	for want, s := range steps {
		if got := s.Name(); got != want {
			t.Errorf("the name is %q, want %q", got, want)
		}
	}
	if got := (Step{Note: &Note{}, Close: &Close{}}).Name(); got != "?" {
		t.Errorf("the name of two things is %q", got)
	}
}
