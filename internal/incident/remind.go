package incident

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// A Stage says how urgent a word to the people on the ladder is.
type Stage string

// The stages, the most urgent first.
const (
	Overdue   Stage = "overdue" // a limit has passed
	Minutes5  Stage = "5min"    // 5 minutes are left
	Minutes15 Stage = "15min"
	Half      Stage = "half"     // half of the time is gone
	Prompt    Stage = "prompt"   // due at once, and still not done
	Crosses   Stage = "crosses"  // a running outage reaches a line: look at the grade
	Opened    Stage = "opened"   // a case was opened
	Raised    Stage = "alert"    // an alert waits for a person
	Escalate  Stage = "escalate" // nobody answered: the next person is told
	Todo      Stage = "task"     // a task of the case should be done by now
	Tasks     Stage = "tasks"    // of the organization: what is to be done
)

var urgency = []Stage{Overdue, Minutes5, Minutes15, Half, Prompt, Crosses, Todo, Opened, Raised, Escalate}

// promptly is when what is due at once is asked for again. The law names no
// time; these are our own.
var promptly = []time.Duration{15 * time.Minute, time.Hour, 4 * time.Hour, 24 * time.Hour}

// overdueAgain is when what is overdue is said again. The law names no time;
// these are our own.
var overdueAgain = []time.Duration{0, time.Hour, 4 * time.Hour, 24 * time.Hour}

// BehindAfter is from when on a word is told to be later than it should be:
// the machine was down, or its clock was wrong.
const BehindAfter = 2 * time.Minute

// DefaultWait is how many minutes nobody may answer before the next person is
// told, where the plan names none.
const DefaultWait = 5

// A moment is when something is to be said.
type moment struct {
	at    time.Time
	stage Stage
	key   string
	by    time.Time
}

// Say returns what is to be said of a case now, nil for nothing, and when to
// look again; the zero time for never, as where there is nobody to say it to.
// Everything that is to be said is said at once, under the most urgent stage.
// Nothing is said twice, but for what was said by a clock that was ahead.
func (c *Case) Say(p *Plan, now time.Time) (say *Said, next time.Time) {
	if len(p.Ladder) == 0 {
		return nil, time.Time{}
	}
	var due []moment
	again := 0
	for _, m := range c.moments(p, now) {
		at := c.said[m.key]
		switch {
		case !at.IsZero() && !at.After(now.Add(clockSkew)):
		case m.at.After(now):
			if next.IsZero() || m.at.Before(next) {
				next = m.at
			}
		default:
			due = append(due, m)
			if !at.IsZero() {
				again++
			}
		}
	}
	if len(due) == 0 {
		return nil, next
	}
	slices.SortStableFunc(due, func(a, b moment) int {
		return cmp.Or(slices.Index(urgency, a.stage)-slices.Index(urgency, b.stage), a.by.Compare(b.by))
	})
	first := due[0]
	say = &Said{Stage: first.stage, By: first.by, Level: c.levelOf(first.stage, p)}
	if again > 0 {
		say.Again = len(c.Said)
	}
	for _, m := range due {
		if !slices.Contains(say.Keys, m.key) {
			say.Keys = append(say.Keys, m.key)
		}
	}
	if behind := now.Sub(c.could(first.at)); behind > BehindAfter {
		say.Behind = int(behind / time.Second)
	}
	for i := 0; i <= say.Level && i < len(p.Ladder); i++ {
		say.To = append(say.To, p.Ladder[i].Name)
	}
	return say, next
}

// could is when something that was to be said at a moment could be said first:
// what a person recorded last may have made it due in hindsight.
func (c *Case) could(at time.Time) time.Time {
	if c.hands.After(at) {
		return c.hands
	}
	return at
}

// levelOf is how far up the ladder a word goes: what is overdue goes to all.
func (c *Case) levelOf(s Stage, p *Plan) int {
	top := max(0, len(p.Ladder)-1)
	switch s {
	case Overdue:
		return top
	case Escalate:
		return min(c.level+1, top)
	}
	return min(c.level, top)
}

// moments is all that is to be said of the case as it stands, past and to come.
func (c *Case) moments(p *Plan, now time.Time) []moment {
	if !c.State.Live() {
		return nil
	}
	var all []moment
	if c.State == Waiting && len(c.Alerts) > 0 {
		all = append(all, moment{c.Alerts[0].At, Raised, "alert", time.Time{}})
	}
	if c.Opened != nil {
		m := moment{at: c.Opened.At, stage: Opened, key: fmt.Sprintf("opened/%d", c.Opened.Seq)}
		if next := c.Next(); next != nil {
			m.by = next.By
		}
		all = append(all, m)
	}
	for _, k := range c.Clocks() {
		all = append(all, c.momentsOf(k, now)...)
	}
	return append(all, c.others(p, now)...)
}

// momentsOf is what is to be said of one clock.
func (c *Case) momentsOf(k Clock, now time.Time) []moment {
	if !k.Open {
		return nil
	}
	from := c.Judged.Aware
	if k.After != "" {
		from = c.Ended
	}
	if k.By.IsZero() {
		var all []moment
		for _, d := range promptly {
			all = append(all, moment{from.Add(d), Prompt, fmt.Sprintf("prompt/%s/%s", k.Key, d), time.Time{}})
		}
		return c.ahead(all, now)
	}
	if k.Every > 0 {
		from = k.By.Add(-time.Duration(k.Every) * time.Hour)
	}
	key := func(s Stage) string { return fmt.Sprintf("%s/%s/%d", s, k.Key, k.By.Unix()) }
	all := []moment{{k.By.Add(-k.By.Sub(from) / 2), Half, key(Half), k.By}}
	for _, m := range []moment{{k.By.Add(-15 * time.Minute), Minutes15, key(Minutes15), k.By}, {k.By.Add(-5 * time.Minute), Minutes5, key(Minutes5), k.By}} {
		if m.at.After(from) {
			all = append(all, m)
		}
	}
	all = c.ahead(all, now)
	for _, after := range overdueAgain {
		all = append(all, moment{k.By.Add(after), Overdue, fmt.Sprintf("%s/%s", key(Overdue), after), k.By})
	}
	return all
}

// ahead drops what had passed when the case was opened: opening says it. It
// drops nothing where a clock that was ahead opened the case.
func (c *Case) ahead(all []moment, now time.Time) []moment {
	return slices.DeleteFunc(all, func(m moment) bool { return c.Opened != nil && m.at.Before(c.Opened.At) && !c.Opened.At.After(now) })
}

// others is the lines that a running outage reaches, tasks that should be done,
// and the next person when nobody answers.
func (c *Case) others(p *Plan, now time.Time) []moment {
	var all []moment
	if c.Judged != nil && c.State == Running {
		for _, x := range c.Judged.Crosses {
			all = append(all, moment{x.At, Crosses, fmt.Sprintf("crosses/%s/%s/%d", x.Fact, x.Grade, x.At.Unix()), time.Time{}})
		}
		all = c.ahead(all, now)
	}
	for _, t := range c.Tasks {
		if t.Done == nil && !t.Task.Due.IsZero() {
			all = append(all, moment{t.Task.Due, Todo, fmt.Sprintf("task/%d", t.Seq), t.Task.Due})
		}
	}
	if !c.first.IsZero() && c.level+1 < len(p.Ladder) {
		wait := time.Duration(cmp.Or(p.Wait, DefaultWait)) * time.Minute
		m := moment{at: c.first.Add(wait * time.Duration(c.level+1)), stage: Escalate, key: fmt.Sprintf("escalate/%d/%d", c.first.UnixMicro(), c.level+1)}
		if next := c.Next(); next != nil {
			m.by = next.By
		}
		all = append(all, m)
	}
	return all
}

// saying keeps what was said, and since when nobody answered: what was said by a
// clock that was ahead waits for no answer in the future.
func (c *Case) saying(s Recorded) {
	c.Said = append(c.Said, s)
	for _, k := range s.Said.Keys {
		c.said[k] = s.At
	}
	c.level = max(c.level, s.Said.Level)
	opened := s.Said.Stage == Opened // whoever opened it sees to it
	if !opened && (c.first.IsZero() || s.At.Before(c.first)) {
		c.first = s.At
	}
}

// Unanswered is since when something that was said waits for an answer, the
// zero time if nothing does.
func (c *Case) Unanswered() time.Time { return c.first }
