package respond

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"guanji/internal/evidence"
	"guanji/internal/incident"
	"guanji/internal/problem"
)

// TestTwoPeople has Bo record something in a case that Ann changed after Bo had
// read it: what would undo it unawares is refused, and everything else goes in.
func TestTwoPeople(t *testing.T) {
	part := func(id, text string) incident.Step { return incident.Step{Part: &incident.Part{ID: id, Text: text}} }
	aware := incident.Step{Aware: &incident.Aware{At: start.Add(-time.Minute), Reading: incident.Told, Why: "x"}}
	role := incident.Step{Role: &incident.Role{Role: "lead", Person: "Ann"}}
	note := incident.Step{Note: &incident.Note{What: "x"}}
	first, second := sent("RPT-CII/protection_department/initial"), sent("RPT-CII/public_security/initial")
	tests := map[string]struct {
		ann, bo incident.Step
		refused bool
	}{
		"the same fact":     {facts(`{"incident.cii_outage_minutes": 20}`), facts(`{"incident.cii_outage_minutes": 30}`), true},
		"one of two facts":  {facts(`{"incident.cii_outage_minutes": 20}`), facts(`{"incident.loss_cny": 1, "incident.cii_outage_minutes": 30}`), true},
		"another fact":      {facts(`{"incident.cii_outage_minutes": 20}`), facts(`{"incident.loss_cny": 1}`), false},
		"the same part":     {part("event", "a"), part("event", "b"), true},
		"another part":      {part("event", "a"), part("unit", "b"), false},
		"the same report":   {first, first, true},
		"another report":    {first, second, false},
		"awareness":         {aware, aware, true},
		"a role":            {role, role, true},
		"notes":             {note, note, false},
		"a note and an end": {note, incident.Step{Ended: &incident.Ended{}}, false},
		"the end twice":     {incident.Step{Ended: &incident.Ended{}}, incident.Step{Ended: &incident.Ended{}}, true},
		"a fact and an end": {facts(`{"incident.loss_cny": 1}`), incident.Step{Ended: &incident.Ended{}}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, r := open(t)
			c := began(t, s, ciiOnly)
			r.pass(time.Minute)
			add(t, s, c, tt.ann)
			before := len(r.steps)
			after, err := s.Add(t.Context(), "bank", "Bo", c.Number, c.Revision(), tt.bo)
			if !tt.refused {
				must(t, err)
				return
			}
			wantKey(t, err, problem.Conflict, "respond.moved")
			if text := err.Error(); !strings.Contains(text, "Ann") || !strings.Contains(text, "2026-11-21 02:31:00") {
				t.Errorf("it does not say who and when: %s", text)
			}
			if len(r.steps) != before || after != nil {
				t.Error("it was recorded")
			}
		})
	}
}

// TestProgramMovesNothing: what the program records meanwhile is in nobody's
// way.
func TestProgramMovesNothing(t *testing.T) {
	s, r := open(t)
	c := began(t, s, ciiOnly)
	r.work(t, s) // says that it was opened
	if _, err := s.Add(t.Context(), "bank", "Bo", c.Number, c.Revision(), facts(`{"incident.cii_outage_minutes": 20}`), incident.Step{Ended: &incident.Ended{}}); err != nil {
		t.Error(err)
	}
}

// TestRecordedMeanwhile has somebody else record between reading and writing:
// it is done again on what there is then.
func TestRecordedMeanwhile(t *testing.T) {
	s, r := open(t)
	c := began(t, s, ciiOnly)
	r.between = 3
	if _, err := s.Add(t.Context(), "bank", "Bo", c.Number, c.Revision(), facts(`{"incident.loss_cny": 1}`)); err != nil {
		t.Error(err)
	}
	r.between = tries + 1
	_, err := s.Add(t.Context(), "bank", "Bo", c.Number, c.Revision(), incident.Step{Note: &incident.Note{What: "x"}})
	wantKey(t, err, problem.Conflict, "respond.busy")
}

// TestStates holds what may be recorded in which state.
func TestStates(t *testing.T) {
	step := map[string]incident.Step{
		"open": opened("Down", start), "dismiss": {Dismiss: &incident.Dismiss{Why: "x"}}, "join": {Join: &incident.Join{To: 1}}, "facts": facts(`{"incident.loss_cny": 1}`),
		"note": {Note: &incident.Note{What: "x"}}, "ack": {Ack: &incident.Ack{}}, "ended": {Ended: &incident.Ended{}}, "close": {Close: &incident.Close{Why: "x"}},
		"reopen": {Reopen: &incident.Reopen{Why: "x"}}, "role": {Role: &incident.Role{Role: "lead", Person: "Ann"}}, "task": {Task: &incident.Task{What: "x"}},
		"aware": {Aware: &incident.Aware{At: start, Reading: incident.Told, Why: "x"}}, "part": {Part: &incident.Part{ID: "event", Text: "x"}},
		"kept":  {Kept: &incident.Kept{What: "disk", From: "db", Who: "Ann", Where: "safe", Sum: "sha256:" + strings.Repeat("0", 64)}},
		"alert": {Alert: &incident.Alert{Source: "siem", Title: "x"}}, "said": {Said: &incident.Said{}}, "given": {Given: &incident.Given{}}, "plan": {Plan: &incident.Plan{}},
	}
	threat := opened("A hole", start)
	threat.Open.As = incident.Threat
	tests := map[incident.State]struct {
		by   []incident.Step // after an alert
		may  string
		not_ string
	}{
		incident.Waiting:   {nil, "open dismiss join note ack part kept", "facts ended close reopen role task aware alert said given plan"},
		incident.Running:   {[]incident.Step{step["open"]}, "facts note ack ended role task aware part kept", "open dismiss join close reopen alert said given plan"},
		incident.Watched:   {[]incident.Step{threat}, "open facts note ack close role task aware part kept", "dismiss join ended reopen alert said given plan"},
		incident.Handled:   {[]incident.Step{step["open"], step["ended"]}, "facts note ack close reopen role task aware part kept", "open dismiss join ended alert said given plan"},
		incident.Closed:    {[]incident.Step{step["open"], step["ended"], step["close"]}, "note ack reopen part kept", "open dismiss join ended close facts role task aware alert said given plan"},
		incident.Dismissed: {[]incident.Step{step["dismiss"]}, "note ack reopen part kept", "open dismiss join facts ended close role task aware alert said given plan"},
		incident.Joined:    {[]incident.Step{step["join"]}, "", "open dismiss join facts note ack ended close reopen role task aware part kept alert said given plan"},
	}
	for state, tt := range tests {
		for _, list := range []struct {
			names string
			want  problem.Kind
		}{{tt.may, ""}, {tt.not_, problem.Refused}} {
			for _, name := range strings.Fields(list.names) {
				t.Run(fmt.Sprintf("%s, %s", state, name), func(t *testing.T) {
					s, _ := open(t)
					began(t, s, "") // case 1, to join
					raise(t, s, odd("1", "", "Odd", "core"), start)
					c, err := s.Case(t.Context(), "bank", 2)
					must(t, err)
					for _, by := range tt.by {
						c = add(t, s, c, by)
					}
					if c.State != state {
						t.Fatalf("the case is %s", c.State)
					}
					if _, err := s.Add(t.Context(), "bank", "Ann", 2, c.Revision(), step[name]); problem.KindOf(err) != list.want {
						t.Errorf("%v, want %q", err, list.want)
					}
				})
			}
		}
	}
}

// TestWrongSteps names what is wrong with a step in this case.
func TestWrongSteps(t *testing.T) {
	late := sent("RPT-CII/public_security/initial")
	late.Happened = start.Add(61 * time.Minute)
	systems := opened("Down", start)
	systems.Open.Systems = []string{"core", "nowhere"}
	tests := map[string]struct {
		step incident.Step
		want []string
	}{
		"a system that is none":      {systems, []string{"systems"}},
		"a fact of the organization": {facts(`{"org.sectors": ["finance"]}`), []string{"org.sectors"}},
		"a fact that is none":        {facts(`{"incident.fun": 1}`), []string{"incident.fun"}},
		"a record, not its field":    {facts(`{"incident.defacement": {"shares": 1}}`), []string{"incident.defacement"}},
		"a field of a record":        {facts(`{"incident.defacement.shares": 1}`), nil},
		"a value that is none":       {facts(`{"incident.cii": "maybe"}`), []string{"incident.cii"}},
		"less than nothing":          {facts(`{"incident.cii_outage_minutes": -1}`), []string{"incident.cii_outage_minutes"}},
		"a part that is none":        {incident.Step{Part: &incident.Part{ID: "fun", Text: "x"}}, []string{"id"}},
		"a report that is not due":   {sent("RPT-OTHER/provincial_cac/initial"), []string{"report"}},
		"late without a reason":      {late, []string{"late"}},
		"a file that is not kept": {func() incident.Step {
			s := sent("RPT-CII/public_security/initial")
			s.Sent.Late, s.Sent.Files = "x", []evidence.File{{Name: "a", Digest: "sha256:" + strings.Repeat("0", 64), Size: 1}}
			return s
		}(), []string{"files"}},
		"two things at once":             {incident.Step{Note: &incident.Note{What: "x"}, Ended: &incident.Ended{}}, []string{""}},
		"everything wrong at once":       {incident.Step{Happened: start.AddDate(9, 0, 0), Role: &incident.Role{Role: "king"}}, []string{"happened", "role", "person"}},
		"a moment that is still to come": {incident.Step{Happened: start.Add(3 * time.Hour), Note: &incident.Note{What: "x"}}, []string{"happened"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, r := open(t)
			c := began(t, s, ciiOnly)
			r.pass(2 * time.Hour)
			before := len(r.steps)
			var err error
			if tt.step.Open != nil {
				_, err = s.Open(t.Context(), "bank", "Ann", tt.step)
			} else {
				_, err = s.Add(t.Context(), "bank", "Ann", c.Number, c.Revision(), tt.step)
			}
			wantField(t, err, tt.want...)
			if tt.want != nil && len(r.steps) != before {
				t.Error("it was recorded")
			}
		})
	}
}

// TestTargets are steps about others: those must be there, of their kind, and
// not struck.
func TestTargets(t *testing.T) {
	s, _ := open(t)
	c := began(t, s, ciiOnly)                                                                                        // 1 open, 2 facts
	c = add(t, s, c, incident.Step{Task: &incident.Task{What: "x"}}, incident.Step{Note: &incident.Note{What: "x"}}) // 3, 4
	c = add(t, s, c, incident.Step{Strike: &incident.Strike{Of: 4, Why: "x"}})                                       // 5
	handed := func(of int64) incident.Step {
		return incident.Step{Handed: &incident.Handed{Of: of, From: "a", To: "b", Where: "c", Why: "d"}}
	}
	strike := func(of int64) incident.Step { return incident.Step{Strike: &incident.Strike{Of: of, Why: "x"}} }
	for name, step := range map[string]incident.Step{
		"done with a note": {Done: &incident.Done{Of: 4}}, "done with nothing": {Done: &incident.Done{Of: 99}}, "handed what is a task": handed(3), "opening struck": strike(1),
		"struck twice": strike(4), "a strike struck": strike(5), "nothing struck": strike(0), "of another case": strike(99),
	} {
		_, err := s.Add(t.Context(), "bank", "Ann", c.Number, c.Revision(), step)
		if e := problem.KindOf(err); e != problem.Refused {
			t.Errorf("%s: %v", name, err)
		}
	}
	add(t, s, c, incident.Step{Done: &incident.Done{Of: 3}})
}

// TestClosing demands a reason while reports that are due, or may be, were not
// made: what nobody knows is no reason to say nothing.
func TestClosing(t *testing.T) {
	s, _ := open(t)
	c := add(t, s, began(t, s, ciiOnly), incident.Step{Ended: &incident.Ended{}})
	_, err := s.Add(t.Context(), "bank", "Ann", c.Number, c.Revision(), incident.Step{Close: &incident.Close{}})
	wantKey(t, err, problem.Refused, "respond.open_reports")
	for _, k := range c.Clocks() {
		c = add(t, s, c, sent(k.Key))
	}
	if c = add(t, s, c, incident.Step{Close: &incident.Close{}}); c.State != incident.Closed {
		t.Errorf("it is %s", c.State)
	}
	provisional := add(t, s, began(t, s, ""), incident.Step{Ended: &incident.Ended{}})
	for _, why := range []string{"", " \n"} {
		_, err := s.Add(t.Context(), "bank", "Ann", provisional.Number, provisional.Revision(), incident.Step{Close: &incident.Close{Why: why}})
		wantKey(t, err, problem.Refused, "respond.open_reports")
	}
	add(t, s, provisional, incident.Step{Close: &incident.Close{Why: "an exercise of another house"}})
	none := add(t, s, began(t, s, `{"incident.cii": false, "incident.pi_individuals": 0, "incident.important_data": false, "incident.core_data": false, "incident.crime_suspected": false, "incident.confirmed_below_iii": true}`),
		incident.Step{Ended: &incident.Ended{}})
	add(t, s, none, incident.Step{Close: &incident.Close{}})
}

// TestNobodyJudgesByHand: a judgement that comes with a step counts for
// nothing.
func TestNobodyJudgesByHand(t *testing.T) {
	s, _ := open(t)
	c := began(t, s, ciiOnly)
	forged := &incident.Judgement{Grade: "IV"}
	c = add(t, s, c, incident.Step{Note: &incident.Note{What: "x"}, Judged: forged}, incident.Step{Ack: &incident.Ack{}, Judged: forged})
	if c.Judged.Grade != "III" || len(c.Grades) != 2 {
		t.Errorf("grade %q of %+v", c.Judged.Grade, c.Grades)
	}
}

// TestNoSuchCase asks for cases that are not there.
func TestNoSuchCase(t *testing.T) {
	s, _ := open(t)
	for _, n := range []int64{-1, 0, 1, 1 << 60} {
		if _, err := s.Case(t.Context(), "bank", n); problem.KindOf(err) != problem.NotFound {
			t.Errorf("case %d: %v", n, err)
		}
		if _, err := s.Add(t.Context(), "bank", "Ann", n, 0, incident.Step{Ack: &incident.Ack{}}); problem.KindOf(err) != problem.NotFound {
			t.Errorf("added to case %d: %v", n, err)
		}
	}
}

// TestPlan is changed by one who has seen the last.
func TestPlan(t *testing.T) {
	s, _ := open(t)
	if p, seq, err := s.Plan(t.Context(), "bank"); err != nil || seq != 0 || len(p.Ladder) != 0 {
		t.Errorf("without one: %+v, %d, %v", p, seq, err)
	}
	plan := incident.Plan{Ladder: []incident.Person{{Name: "Ann"}}, Contacts: map[string]incident.Contact{"public_security": {Phone: "010-0000 0000"}}}
	must(t, s.SavePlan(t.Context(), "bank", "Ann", 0, plan))
	began(t, s, "")
	wantKey(t, s.SavePlan(t.Context(), "bank", "Bo", 0, incident.Plan{}), problem.Conflict, "respond.moved")
	must(t, s.SavePlan(t.Context(), "bank", "Bo", 1, incident.Plan{Wait: 7}))
	if p, seq, err := s.Plan(t.Context(), "bank"); err != nil || seq != 3 || p.Wait != 7 {
		t.Errorf("the last: %+v, %d, %v", p, seq, err)
	}
	wantField(t, s.SavePlan(t.Context(), "bank", "Bo", 3, incident.Plan{Wait: -1, Contacts: map[string]incident.Contact{"the king": {}}}), "wait", "contacts")
}

// TestCases lists them, the newest first.
func TestCases(t *testing.T) {
	s, _ := open(t)
	must(t, s.SavePlan(t.Context(), "bank", "Ann", 0, incident.Plan{}))
	for range 3 {
		began(t, s, "")
	}
	raise(t, s, odd("1", "", "Odd", "core"), start)
	all, err := s.Cases(t.Context(), "bank")
	must(t, err)
	for i, c := range all {
		if c.Number != int64(4-i) {
			t.Errorf("case %d is number %d", i, c.Number)
		}
	}
	if len(all) != 4 || all[0].State != incident.Waiting || all[3].State != incident.Running {
		t.Errorf("%d cases", len(all))
	}
}
