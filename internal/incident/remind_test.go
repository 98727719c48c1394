package incident

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// ladder is a plan with so many people, of which the next is told after so
// many minutes.
func ladder(people, wait int) *Plan {
	p := &Plan{Wait: wait}
	for _, name := range []string{"Ann", "Bo", "Cy", "Di"}[:people] {
		p.Ladder = append(p.Ladder, Person{Name: name})
	}
	return p
}

// telling is a case with a program beside it that says what is due.
type telling struct {
	steps []Recorded
	plan  *Plan
	now   time.Time
}

func tell(p *Plan, steps ...Recorded) *telling {
	return &telling{steps: numbered(steps...), plan: p, now: noon}
}

// add records a step now.
func (l *telling) add(s Step) {
	r := Recorded{Step: s, Case: 7, Seq: int64(len(l.steps) + 1), At: l.now, By: "Ann"}
	l.steps = append(l.steps, r)
}

// look says what is due now, and returns it in words: the minute after noon,
// the stage, to whom, whether again, and how many minutes late.
func (l *telling) look() string {
	say, _ := Fold(7, l.steps).Say(l.plan, l.now)
	if say == nil {
		return ""
	}
	l.add(Step{Said: say})
	text := fmt.Sprintf("%s %s to %s", l.now.Sub(noon), say.Stage, strings.Join(say.To, "+"))
	if say.Again > 0 {
		text += " again"
	}
	if say.Behind > 0 {
		text += fmt.Sprintf(", %d late", say.Behind/60)
	}
	return text
}

// run looks whenever there is something to say, as the program does, for so
// long.
func (l *telling) run(d time.Duration) (heard []string) {
	for end := l.now.Add(d); ; {
		if text := l.look(); text != "" {
			heard = append(heard, text)
		}
		_, next := Fold(7, l.steps).Say(l.plan, l.now)
		if next.IsZero() || next.After(end) {
			l.now = end
			return heard
		}
		l.now = next
	}
}

// acked is an answer to whatever was said at noon.
var acked = on(0, Step{Ack: &Ack{}})

func TestStages(t *testing.T) {
	hours := func(h int) Due { return due("R/a/initial", h*60) }
	tests := map[string]struct {
		limit Due
		want  []string // of the one person there is
	}{
		"an hour":     {hours(1), []string{"0s opened", "30m0s half", "45m0s 15min", "55m0s 5min", "1h0m0s overdue", "2h0m0s overdue", "5h0m0s overdue", "25h0m0s overdue"}},
		"two hours":   {hours(2), []string{"0s opened", "1h0m0s half", "1h45m0s 15min", "1h55m0s 5min", "2h0m0s overdue", "3h0m0s overdue", "6h0m0s overdue", "26h0m0s overdue"}},
		"four hours":  {hours(4), []string{"0s opened", "2h0m0s half", "3h45m0s 15min", "3h55m0s 5min", "4h0m0s overdue", "5h0m0s overdue", "8h0m0s overdue", "28h0m0s overdue"}},
		"a day":       {hours(24), []string{"0s opened", "12h0m0s half", "23h45m0s 15min", "23h55m0s 5min", "24h0m0s overdue", "25h0m0s overdue", "28h0m0s overdue", "48h0m0s overdue"}},
		"thirty days": {hours(30 * 24), []string{"0s opened", "360h0m0s half", "719h45m0s 15min", "719h55m0s 5min", "720h0m0s overdue", "721h0m0s overdue", "724h0m0s overdue", "744h0m0s overdue"}},
		"ten minutes": {due("R/a/initial", 10), []string{"0s opened", "5m0s 5min", "10m0s overdue", "1h10m0s overdue", "4h10m0s overdue", "24h10m0s overdue"}},
		"four":        {due("R/a/initial", 4), []string{"0s opened", "2m0s half", "4m0s overdue", "1h4m0s overdue", "4h4m0s overdue", "24h4m0s overdue"}},
		"at once":     {due("R/a/initial", -1), []string{"0s opened", "15m0s prompt", "1h0m0s prompt", "4h0m0s prompt", "24h0m0s prompt"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := tell(ladder(1, 5), on(0, judged(tt.limit)))
			want := slices.Clone(tt.want)
			for i := range want {
				want[i] += " to Ann"
			}
			if got := l.run(1000 * time.Hour); !slices.Equal(got, want) {
				t.Errorf("said\n\t%s, want\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
			}
		})
	}
}

// TestSaid has people do something meanwhile.
func TestSaid(t *testing.T) {
	hour, again := due("R/a/initial", 60), Due{Key: "F/a/follow_up", To: "a", Every: 2}
	closing := Due{Key: "R/a/closing", To: "a", After: "handling_ends"}
	closed := closing
	closed.By = noon.Add(10*time.Minute + 30*24*time.Hour)
	task := Step{Task: &Task{What: "restore", Due: noon.Add(30 * time.Minute)}}
	correct := func(by int) Step {
		return Step{Aware: &Aware{Why: "x"}, Judged: &Judgement{Aware: noon.Add(time.Duration(by-60) * time.Minute), Due: []Due{due("R/a/initial", by)}}}
	}
	tests := map[string]struct {
		plan  *Plan
		steps []Recorded    // of noon
		do    map[int]Step  // by minute
		for_  time.Duration // how long it is listened
		want  []string
	}{
		"nobody is there to be told": {ladder(0, 5), []Recorded{on(0, judged(hour))}, nil, 99 * time.Hour, nil},
		"nobody answers": {ladder(3, 10), []Recorded{on(0, judged(hour))}, nil, 2 * time.Hour,
			[]string{"0s opened to Ann", "30m0s half to Ann", "40m0s escalate to Ann+Bo", "45m0s 15min to Ann+Bo", "50m0s escalate to Ann+Bo+Cy", "55m0s 5min to Ann+Bo+Cy", "1h0m0s overdue to Ann+Bo+Cy", "2h0m0s overdue to Ann+Bo+Cy"}},
		"the plan names no wait": {ladder(2, 0), []Recorded{on(0, judged(due("R/a/initial", -1)))}, nil, 40 * time.Minute,
			[]string{"0s opened to Ann", "15m0s prompt to Ann", "20m0s escalate to Ann+Bo"}},
		"whoever opened it sees to it": {ladder(3, 5), []Recorded{on(0, judged(due("R/a/initial", 24*60)))}, nil, 11 * time.Hour,
			[]string{"0s opened to Ann"}},
		"an alert becomes a case that nobody answers": {ladder(3, 5), []Recorded{on(0, alerted("Odd"))}, map[int]Step{3: judged(hour)}, 40 * time.Minute,
			[]string{"0s alert to Ann", "3m0s opened to Ann", "30m0s half to Ann", "35m0s escalate to Ann+Bo", "40m0s escalate to Ann+Bo+Cy"}},
		"somebody answers": {ladder(3, 10), []Recorded{on(0, judged(hour))}, map[int]Step{35: {Ack: &Ack{}}}, 54 * time.Minute,
			[]string{"0s opened to Ann", "30m0s half to Ann", "45m0s 15min to Ann"}},
		"somebody answers the second call": {ladder(3, 10), []Recorded{on(0, judged(hour))}, map[int]Step{43: noted("on it")}, 59 * time.Minute,
			[]string{"0s opened to Ann", "30m0s half to Ann", "40m0s escalate to Ann+Bo", "45m0s 15min to Ann", "55m0s 5min to Ann"}},
		"machines do not answer": {ladder(2, 10), []Recorded{on(0, judged(hour))}, map[int]Step{35: alerted("Odd"), 36: {Given: &Given{Message: "m", Channel: "c"}}}, 44 * time.Minute,
			[]string{"0s opened to Ann", "30m0s half to Ann", "40m0s escalate to Ann+Bo"}},
		"overdue is told to all": {ladder(3, 240), []Recorded{on(0, judged(hour)), acked}, nil, 2 * time.Hour,
			[]string{"0s opened to Ann", "30m0s half to Ann", "45m0s 15min to Ann", "55m0s 5min to Ann", "1h0m0s overdue to Ann+Bo+Cy", "2h0m0s overdue to Ann+Bo+Cy"}},
		"the report is made": {ladder(1, 5), []Recorded{on(0, judged(hour))}, map[int]Step{31: sent("R/a/initial")}, 9 * time.Hour,
			[]string{"0s opened to Ann", "30m0s half to Ann"}},
		"the report is taken back": {ladder(1, 5), []Recorded{on(0, judged(hour))}, map[int]Step{31: sent("R/a/initial"), 50: struck(4)}, 9 * time.Hour,
			[]string{"0s opened to Ann", "30m0s half to Ann", "50m0s 15min to Ann", "55m0s 5min to Ann", "1h0m0s overdue to Ann", "2h0m0s overdue to Ann", "5h0m0s overdue to Ann"}},
		"awareness was earlier": {ladder(1, 5), []Recorded{on(0, judged(hour))}, map[int]Step{31: correct(40)}, 9 * time.Hour,
			[]string{"0s opened to Ann", "30m0s half to Ann", "31m0s 15min to Ann", "35m0s 5min to Ann", "40m0s overdue to Ann", "1h40m0s overdue to Ann", "4h40m0s overdue to Ann"}},
		"awareness was later": {ladder(1, 5), []Recorded{on(0, judged(hour))}, map[int]Step{70: correct(120)}, 9 * time.Hour,
			[]string{"0s opened to Ann", "30m0s half to Ann", "45m0s 15min to Ann", "55m0s 5min to Ann", "1h0m0s overdue to Ann", "1h30m0s half to Ann", "1h45m0s 15min to Ann", "1h55m0s 5min to Ann", "2h0m0s overdue to Ann", "3h0m0s overdue to Ann", "6h0m0s overdue to Ann"}},
		"awareness was so early that it is over": {ladder(1, 5), []Recorded{on(0, judged(hour))}, map[int]Step{10: correct(-60 + 60)}, 9 * time.Hour,
			[]string{"0s opened to Ann", "10m0s overdue to Ann", "1h0m0s overdue to Ann", "4h0m0s overdue to Ann"}},
		"opened when it was over": {ladder(2, 240), []Recorded{on(0, judged(due("R/a/initial", 0)))}, nil, time.Hour,
			[]string{"0s overdue to Ann+Bo", "1h0m0s overdue to Ann+Bo"}},
		"a fact makes it due when half is gone": {ladder(1, 5), []Recorded{on(0, opened(Incident, "Down", 0))}, map[int]Step{40: func() Step {
			s := stated(`{"a":1}`)
			s.Judged = &Judgement{Aware: noon, Due: []Due{hour}}
			return s
		}()}, 9 * time.Hour,
			[]string{"0s opened to Ann", "40m0s half to Ann", "45m0s 15min to Ann", "55m0s 5min to Ann", "1h0m0s overdue to Ann", "2h0m0s overdue to Ann", "5h0m0s overdue to Ann"}},
		"it is no longer due": {ladder(1, 5), []Recorded{on(0, judged(hour))}, map[int]Step{40: func() Step {
			s := stated(`{"a":1}`)
			s.Judged = &Judgement{Aware: noon}
			return s
		}()}, 9 * time.Hour, []string{"0s opened to Ann", "30m0s half to Ann"}},
		"an outage reaches a line": {ladder(1, 5), []Recorded{on(0, func() Step {
			s := opened(Incident, "Down", 0)
			s.Judged = &Judgement{Aware: noon, Crosses: []Crossing{{Grade: "II", Fact: "outage", At: noon.Add(30 * time.Minute)}, {Grade: "III", Fact: "outage", At: noon.Add(-time.Minute)}}}
			return s
		}())}, nil, 9 * time.Hour, []string{"0s opened to Ann", "30m0s crosses to Ann"}},
		"two limits": {ladder(1, 5), []Recorded{on(0, judged(hour, due("R/b/initial", 60), due("R/c/initial", 240)))}, nil, 9 * time.Hour,
			[]string{"0s opened to Ann", "30m0s half to Ann", "45m0s 15min to Ann", "55m0s 5min to Ann", "1h0m0s overdue to Ann", "2h0m0s overdue to Ann", "3h45m0s 15min to Ann", "3h55m0s 5min to Ann", "4h0m0s overdue to Ann", "5h0m0s overdue to Ann", "8h0m0s overdue to Ann"}},
		"again and again": {ladder(1, 5), []Recorded{on(0, judged(again))}, map[int]Step{110: sent("F/a/follow_up"), 240: sent("F/a/follow_up")}, 5 * time.Hour,
			[]string{"0s opened to Ann", "1h0m0s half to Ann", "1h45m0s 15min to Ann", "2h50m0s half to Ann", "3h35m0s 15min to Ann", "3h45m0s 5min to Ann", "3h50m0s overdue to Ann", "5h0m0s half to Ann"}},
		"handling ends": {ladder(1, 5), []Recorded{on(0, judged(closing))}, map[int]Step{10: ending(closed)}, 31 * 24 * time.Hour,
			[]string{"0s opened to Ann", "360h10m0s half to Ann", "719h55m0s 15min to Ann", "720h5m0s 5min to Ann", "720h10m0s overdue to Ann", "721h10m0s overdue to Ann", "724h10m0s overdue to Ann"}},
		"closed": {ladder(2, 5), []Recorded{on(0, judged(hour))}, map[int]Step{1: {Ended: &Ended{}}, 2: {Close: &Close{Why: "x"}}}, 99 * time.Hour,
			[]string{"0s opened to Ann"}},
		"closed and opened again": {ladder(1, 5), []Recorded{on(0, judged(hour))}, map[int]Step{1: {Ended: &Ended{}}, 2: {Close: &Close{Why: "x"}}, 50: {Reopen: &Reopen{Why: "x"}}}, 99 * time.Hour,
			[]string{"0s opened to Ann", "50m0s 15min to Ann", "55m0s 5min to Ann", "1h0m0s overdue to Ann", "2h0m0s overdue to Ann", "5h0m0s overdue to Ann", "25h0m0s overdue to Ann"}},
		"an alert waits": {ladder(3, 5), []Recorded{on(0, alerted("Odd"))}, nil, 9 * time.Hour,
			[]string{"0s alert to Ann", "5m0s escalate to Ann+Bo", "10m0s escalate to Ann+Bo+Cy"}},
		"an alert, and more of it": {ladder(1, 5), []Recorded{on(0, alerted("Odd"))}, map[int]Step{5: alerted("Odd"), 9: alerted("Odd")}, 9 * time.Hour,
			[]string{"0s alert to Ann"}},
		"an alert, dismissed": {ladder(3, 5), []Recorded{on(0, alerted("Odd"))}, map[int]Step{3: {Dismiss: &Dismiss{Why: "x"}}}, 9 * time.Hour,
			[]string{"0s alert to Ann"}},
		"an alert, joined": {ladder(3, 5), []Recorded{on(0, alerted("Odd"))}, map[int]Step{3: {Join: &Join{To: 1}}}, 9 * time.Hour,
			[]string{"0s alert to Ann"}},
		"an alert, triaged": {ladder(3, 15), []Recorded{on(0, alerted("Odd"))}, map[int]Step{3: opened(Incident, "Down", 0)}, 10 * time.Minute,
			[]string{"0s alert to Ann", "3m0s opened to Ann"}},
		"a task is not done": {ladder(2, 5), []Recorded{on(0, opened(Incident, "Down", 0)), on(0, task)}, nil, 36 * time.Minute,
			[]string{"0s opened to Ann", "30m0s task to Ann", "35m0s escalate to Ann+Bo"}},
		"a task is done": {ladder(1, 5), []Recorded{on(0, opened(Incident, "Down", 0)), on(0, task)}, map[int]Step{29: {Done: &Done{Of: 2}}}, 9 * time.Hour,
			[]string{"0s opened to Ann"}},
		"a task is taken back": {ladder(1, 5), []Recorded{on(0, opened(Incident, "Down", 0)), on(0, task)}, map[int]Step{29: struck(2)}, 9 * time.Hour,
			[]string{"0s opened to Ann"}},
		"it was not done after all": {ladder(1, 5), []Recorded{on(0, opened(Incident, "Down", 0)), on(0, task)}, map[int]Step{20: {Done: &Done{Of: 2}}, 50: struck(4)}, 9 * time.Hour,
			[]string{"0s opened to Ann", "50m0s task to Ann"}},
		"a task for some time": {ladder(1, 5), []Recorded{on(0, opened(Incident, "Down", 0)), on(0, Step{Task: &Task{What: "restore"}})}, nil, 9 * time.Hour,
			[]string{"0s opened to Ann"}},
		"a task of a closed case": {ladder(1, 5), []Recorded{on(0, opened(Incident, "Down", 0)), on(0, task)}, map[int]Step{1: {Ended: &Ended{}}, 2: {Close: &Close{Why: "x"}}}, 9 * time.Hour,
			[]string{"0s opened to Ann"}},
		"a threat": {ladder(1, 5), []Recorded{on(0, opened(Threat, "A hole", 0))}, nil, 9 * time.Hour, []string{"0s opened to Ann"}},
		"a drill runs like the real thing": {ladder(2, 20), []Recorded{on(0, func() Step {
			s := judged(hour)
			s.Open.Drill = true
			return s
		}())}, nil, 9 * time.Hour,
			[]string{"0s opened to Ann", "30m0s half to Ann", "45m0s 15min to Ann", "50m0s escalate to Ann+Bo", "55m0s 5min to Ann+Bo", "1h0m0s overdue to Ann+Bo", "2h0m0s overdue to Ann+Bo", "5h0m0s overdue to Ann+Bo"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := tell(tt.plan, tt.steps...)
			var got []string
			for _, m := range append(minutesOf(tt.do), int(tt.for_/time.Minute)) {
				got = append(got, l.run(noon.Add(time.Duration(m)*time.Minute).Sub(l.now))...)
				if s, ok := tt.do[m]; ok {
					l.add(s)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("said\n\t%s, want\n\t%s", strings.Join(got, "\n\t"), strings.Join(tt.want, "\n\t"))
			}
		})
	}
}

func minutesOf(do map[int]Step) (list []int) {
	for m := range do {
		list = append(list, m)
	}
	slices.Sort(list)
	return list
}

// TestMostUrgent says everything that is due at once, under the most urgent
// stage, and the limit that goes with it.
func TestMostUrgent(t *testing.T) {
	c := Fold(7, numbered(on(0, judged(due("R/a/initial", 60), due("R/b/initial", 52), due("R/c/initial", -1)))))
	say, next := c.Say(ladder(1, 5), noon.Add(53*time.Minute))
	if say == nil || say.Stage != Overdue || minute(say.By) != 52 || minute(next) != 55 {
		t.Fatalf("said %+v, next %s; want what is over since 52, and to look again at 55", say, next)
	}
	if len(say.Keys) != 1+6+1 { // opened; half, 15 and 5 minutes and over of b, half and 15 of a; c at once
		t.Errorf("%d keys: %q", len(say.Keys), say.Keys)
	}
}

// TestClockJumps has the clock of the machine jump, and the machine stand
// still.
func TestClockJumps(t *testing.T) {
	four := due("R/a/initial", 240)
	jump := func(to time.Duration) func(*telling) { return func(l *telling) { l.now = noon.Add(to) } }
	tests := map[string]struct {
		before time.Duration
		jump   func(*telling)
		then   time.Duration
		want   []string // after the jump
	}{
		"back an hour, before anything": {0, jump(-time.Hour), 3*time.Hour + 1, []string{"2h0m0s half to Ann"}},
		"back an hour, half being told": {2 * time.Hour, jump(time.Hour), 2*time.Hour + 50*time.Minute, []string{"3h45m0s 15min to Ann"}},
		"back an hour, all being told":  {4 * time.Hour, jump(3 * time.Hour), 9 * time.Hour, []string{"5h0m0s overdue to Ann", "8h0m0s overdue to Ann"}},
		"on an hour":                    {0, jump(time.Hour), time.Hour, []string{"2h0m0s half to Ann"}},
		"on to the minute":              {0, jump(2 * time.Hour), 0, []string{"2h0m0s half to Ann"}},
		"on three hours":                {0, jump(3 * time.Hour), 0, []string{"3h0m0s half to Ann, 60 late"}},
		"on a day":                      {0, jump(24 * time.Hour), 99 * time.Hour, []string{"24h0m0s overdue to Ann, 1200 late", "28h0m0s overdue to Ann"}},
		"on a day, and back": {0, func(l *telling) { l.now = noon.Add(24 * time.Hour); l.look(); l.now = noon.Add(time.Hour) }, 99 * time.Hour,
			[]string{"2h0m0s half to Ann again", "3h45m0s 15min to Ann again", "3h55m0s 5min to Ann again", "4h0m0s overdue to Ann again", "5h0m0s overdue to Ann again", "8h0m0s overdue to Ann again", "28h0m0s overdue to Ann"}},
		"on a day, and back to when half was gone": {0, func(l *telling) { l.now = noon.Add(24 * time.Hour); l.look(); l.now = noon.Add(3 * time.Hour) }, 50 * time.Minute,
			[]string{"3h0m0s half to Ann again, 60 late", "3h45m0s 15min to Ann again"}},
		"on a day, back, and it happens again": {0, func(l *telling) {
			l.now = noon.Add(24 * time.Hour)
			l.look()
			l.now = noon.Add(2 * time.Hour)
			l.look()
			l.now = noon.Add(24 * time.Hour)
			l.look()
			l.now = noon.Add(3 * time.Hour)
		}, 50 * time.Minute, []string{"3h45m0s 15min to Ann again"}},
		"back a little, as clocks differ": {2 * time.Hour, func(l *telling) { l.now = l.now.Add(-clockSkew) }, 10 * time.Minute, nil},
		"ahead a little, as clocks differ": {0, func(l *telling) {
			l.now = noon.Add(2*time.Hour + clockSkew)
			l.look()
			l.now = noon.Add(2 * time.Hour)
		}, 10 * time.Minute, nil},
		"a day of standstill": {3*time.Hour + 50*time.Minute, jump(28 * time.Hour), 99 * time.Hour, []string{"28h0m0s overdue to Ann, 1440 late"}},
		"a person was there meanwhile": {0, func(l *telling) {
			l.now = noon.Add(24 * time.Hour)
			l.add(noted("back"))
			l.now = l.now.Add(time.Second)
		}, 0,
			[]string{"24h0m1s overdue to Ann"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := tell(ladder(1, 5), on(0, judged(four)))
			l.run(tt.before)
			tt.jump(l)
			if got := l.run(tt.then); !slices.Equal(got, tt.want) {
				t.Errorf("said\n\t%s, want\n\t%s", strings.Join(got, "\n\t"), strings.Join(tt.want, "\n\t"))
			}
		})
	}
}

// TestEscalationAfterAJump has nobody answer while the clock jumps: each person
// is told once, and nobody is left out.
func TestEscalationAfterAJump(t *testing.T) {
	for name, to := range map[string]time.Duration{"back": -time.Hour, "on": time.Hour} {
		t.Run(name, func(t *testing.T) {
			l := tell(ladder(3, 10), on(0, alerted("Odd")))
			l.run(12 * time.Minute)
			l.now = l.now.Add(to)
			got := l.run(3 * time.Hour)
			if len(got) != 1 || !strings.Contains(got[0], "escalate to Ann+Bo+Cy") {
				t.Errorf("said %q, want the third person to be told once", got)
			}
		})
	}
}

// TestAheadWhenOpened has a clock that is a day ahead open a case, and people
// say when they were aware by their own: they are reminded by it once the clock
// is right.
func TestAheadWhenOpened(t *testing.T) {
	l := tell(ladder(1, 5))
	l.now = noon.Add(24 * time.Hour)
	l.add(judged(due("R/a/initial", 60)))
	l.look()
	l.now = noon.Add(time.Minute)
	want := []string{"30m0s half to Ann", "45m0s 15min to Ann", "55m0s 5min to Ann", "1h0m0s overdue to Ann again"}
	if got := l.run(time.Hour); !slices.Equal(got, want) {
		t.Errorf("said\n\t%s, want\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// TestEscalationWhenAhead: who was told by a clock that was ahead is waited for
// from when they are told again, and not from a moment to come.
func TestEscalationWhenAhead(t *testing.T) {
	l := tell(ladder(3, 10), on(0, alerted("Odd")))
	l.now = noon.Add(3 * time.Hour)
	l.look()
	l.now = noon.Add(time.Minute)
	want := []string{"1m0s alert to Ann again", "11m0s escalate to Ann+Bo", "21m0s escalate to Ann+Bo+Cy"}
	if got := l.run(29 * time.Minute); !slices.Equal(got, want) {
		t.Errorf("said\n\t%s, want\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// TestSaidOnce looks every minute for a day, with a clock that goes back now
// and then: no key that was told at its time is told twice.
func TestSaidOnce(t *testing.T) {
	l := tell(ladder(3, 7), on(0, judged(due("R/a/initial", 60), due("R/b/written", 1000), due("R/c/now", -1), Due{Key: "F/a/follow_up", To: "a", Every: 2})))
	for i := range 24 * 60 {
		l.now = l.now.Add(time.Minute)
		switch {
		case i%97 == 96:
			l.now = l.now.Add(-30 * time.Minute)
		case i%301 == 300:
			l.add(Step{Ack: &Ack{}})
		}
		l.look()
	}
	told := map[string]int{}
	for _, s := range l.steps {
		if s.Said != nil {
			for _, k := range s.Said.Keys {
				told[k]++
			}
		}
	}
	for key, times := range told {
		if times != 1 {
			t.Errorf("%s was told %d times", key, times)
		}
	}
	if len(told) < 20 {
		t.Errorf("only %d things were told", len(told))
	}
}
