package incident

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// A State says where a case stands.
type State string

// The states.
const (
	Waiting   State = "alert"   // a machine raised it, nobody has looked at it
	Running   State = "running" // an incident is being handled
	Watched   State = "threat"  // a threat is being watched
	Handled   State = "handled" // handling has ended, the case is not closed
	Closed    State = "closed"
	Dismissed State = "dismissed" // it was neither incident nor threat
	Joined    State = "joined"    // it belongs to another case
)

// Live reports whether something is still to be done.
func (s State) Live() bool { return s == Waiting || s == Running || s == Watched || s == Handled }

// A Case is where a case stands after its steps. It is not changed once it was
// returned.
type Case struct {
	Number  int64
	State   State
	Kind    Kind // "" before triage
	Drill   bool
	Title   string
	Systems []string
	To      int64 // of [Joined]: the other case

	Steps     []Recorded
	Alerts    []Recorded
	Opened    *Recorded  // when a person said what it is
	Awareness []Recorded // what was said of awareness, the first and its corrections; the last stands
	Facts     map[string]Stated
	Parts     map[string]Recorded
	Judged    *Judgement
	Grades    []Graded // the first grade and every regrade
	Roles     map[string]Recorded
	Tasks     []Work
	Kept      []Keeping
	Ended     time.Time // zero: handling goes on
	Struck    map[int64]Recorded
	Said      []Recorded
	Given     map[string]Recorded // by message and channel

	sent  map[string][]Recorded
	said  map[string]time.Time // when, last
	last  map[string]int64     // by aspect: the newest step about it
	again int64                // the step by which it was opened again; 0: it was not
	hands time.Time            // when a person last did something; zero: never
	level int                  // of the ladder, since then
	first time.Time            // when the first unanswered word went out; zero: none is
}

// Stated is a fact as it stands.
type Stated struct {
	Value json.RawMessage
	Seq   int64
	At    time.Time
	By    string
}

// Graded is a grade that the case was given.
type Graded struct {
	Grade string // "" for none
	At    time.Time
	By    string
	Seq   int64
}

// Work is a task and how it ended.
type Work struct {
	Recorded
	Done *Recorded
}

// Keeping is something kept, and through whose hands it went.
type Keeping struct {
	Recorded
	Hands []Recorded
}

// Revision is the Seq of the newest step, 0 if there is none.
func (c *Case) Revision() int64 {
	if len(c.Steps) == 0 {
		return 0
	}
	return c.Steps[len(c.Steps)-1].Seq
}

// Fold returns where a case stands after its steps, which are in their order.
func Fold(number int64, steps []Recorded) *Case {
	c := &Case{Number: number, State: Waiting, Facts: map[string]Stated{}, Parts: map[string]Recorded{}, Roles: map[string]Recorded{},
		Struck: map[int64]Recorded{}, Given: map[string]Recorded{}, sent: map[string][]Recorded{}, said: map[string]time.Time{}, last: map[string]int64{}}
	for _, s := range steps {
		if s.Strike != nil {
			c.Struck[s.Strike.Of] = s
		}
	}
	for _, s := range steps {
		c.step(s)
	}
	c.Steps = steps
	return c
}

// step takes one step. One that was struck counts for nothing, but for the
// grade that it gave: every grade stays visible.
func (c *Case) step(s Recorded) {
	c.touch(s)
	c.judge(s)
	if _, struck := c.Struck[s.Seq]; struck {
		return
	}
	switch {
	case s.Alert != nil:
		c.alert(s)
	case s.Open != nil:
		c.open(s)
	case s.Aware != nil:
		c.Awareness = append(c.Awareness, s)
	case s.Facts != nil:
		for id, v := range s.Facts.Values {
			c.Facts[id] = Stated{v, s.Seq, s.When(), s.By}
		}
	case s.Part != nil:
		c.Parts[s.Part.ID] = s
	case s.Sent != nil:
		c.sent[s.Sent.Report] = append(c.sent[s.Sent.Report], s)
	case s.Role != nil:
		c.Roles[s.Role.Role] = s
	default:
		c.work(s)
	}
}

func (c *Case) work(s Recorded) {
	switch {
	case s.Task != nil:
		c.Tasks = append(c.Tasks, Work{Recorded: s})
	case s.Done != nil:
		if i := slices.IndexFunc(c.Tasks, func(t Work) bool { return t.Seq == s.Done.Of }); i >= 0 {
			c.Tasks[i].Done = &s
		}
	case s.Kept != nil:
		c.Kept = append(c.Kept, Keeping{Recorded: s})
	case s.Handed != nil:
		if i := slices.IndexFunc(c.Kept, func(k Keeping) bool { return k.Seq == s.Handed.Of }); i >= 0 {
			c.Kept[i].Hands = append(c.Kept[i].Hands, s)
		}
	case s.Said != nil:
		c.saying(s)
	case s.Given != nil:
		c.Given[s.Given.Message+" "+s.Given.Channel] = s
	default:
		c.turn(s)
	}
}

// turn takes a step that moves the case from one state to another.
func (c *Case) turn(s Recorded) {
	switch {
	case s.Dismiss != nil:
		c.State = Dismissed
	case s.Join != nil:
		c.State, c.To = Joined, s.Join.To
	case s.Ended != nil:
		c.State, c.Ended = Handled, s.When()
	case s.Close != nil:
		c.State = Closed
	case s.Reopen != nil:
		c.State, c.Ended, c.again = c.reopened(), time.Time{}, s.Seq
	}
}

func (c *Case) reopened() State {
	switch c.Kind {
	case Incident:
		return Running
	case Threat:
		return Watched
	}
	return Waiting
}

func (c *Case) alert(s Recorded) {
	if len(c.Alerts) == 0 && c.Opened == nil {
		c.Title = s.Alert.Title
		if s.Alert.System != "" {
			c.Systems = []string{s.Alert.System}
		}
	}
	c.Alerts = append(c.Alerts, s)
}

// open takes what a person said of the case. A threat may become an incident.
func (c *Case) open(s Recorded) {
	c.Opened, c.Kind, c.Drill, c.Title, c.Systems = &s, s.Open.As, s.Open.Drill, s.Open.Title, s.Open.Systems
	c.Awareness = append(c.Awareness, s)
	c.State = c.reopened()
}

func (c *Case) judge(s Recorded) {
	if s.Judged == nil {
		return
	}
	if c.Judged == nil || c.Judged.Grade != s.Judged.Grade {
		c.Grades = append(c.Grades, Graded{s.Judged.Grade, s.When(), s.By, s.Seq})
	}
	c.Judged = s.Judged
}

// Aware is when the organization became aware, and by which reading; nil
// before a person said so.
func (c *Case) Aware() *Aware {
	if len(c.Awareness) == 0 {
		return nil
	}
	return c.Awareness[len(c.Awareness)-1].aware()
}

func (r Recorded) aware() *Aware {
	if r.Open != nil {
		return &r.Open.Aware
	}
	return r.Aware
}

// AwareIn returns what a step says of awareness, nil if it says nothing.
func (r Recorded) AwareIn() *Aware { return r.aware() }

// JudgedAt is when a grade was first judged, the zero time while none was.
func (c *Case) JudgedAt() time.Time {
	for _, g := range c.Grades {
		if g.Grade != "" {
			return g.At
		}
	}
	return time.Time{}
}

// AlertedAt is when the first alert was raised, the zero time if none was.
func (c *Case) AlertedAt() time.Time {
	if len(c.Alerts) == 0 {
		return time.Time{}
	}
	return c.Alerts[0].When()
}

// Values returns the facts that stand.
func (c *Case) Values() map[string]json.RawMessage {
	values := map[string]json.RawMessage{}
	for id, s := range c.Facts {
		if string(s.Value) != "null" {
			values[id] = s.Value
		}
	}
	return values
}

// Moved returns the newest step about what a new step is about, 0 if there is
// none: whoever has not seen it would undo it unawares. The ids are those of
// facts; others are told by their own kind.
func (c *Case) Moved(s Step) int64 {
	newest := int64(0)
	for _, aspect := range s.aspects() {
		newest = max(newest, c.last[aspect])
	}
	return newest
}

// touch keeps which step was the newest about what, and when a person last did
// something.
func (c *Case) touch(s Recorded) {
	for _, aspect := range s.aspects() {
		c.last[aspect] = s.Seq
	}
	if !s.byProgram() {
		c.hands, c.level, c.first = s.At, 0, time.Time{}
	}
}

// byProgram reports whether no person made the step.
func (s Step) byProgram() bool { return s.Alert != nil || s.Said != nil || s.Given != nil }

// aspects is what a step replaces, if somebody else changed it meanwhile.
func (s Step) aspects() []string {
	switch {
	case s.Facts != nil:
		var ids []string
		for id := range maps.Keys(s.Facts.Values) {
			ids = append(ids, "fact "+id)
		}
		return ids
	case s.Part != nil:
		return []string{"part " + s.Part.ID}
	case s.Sent != nil:
		return []string{"sent " + s.Sent.Report}
	case s.Role != nil:
		return []string{"role " + s.Role.Role}
	case s.Aware != nil:
		return []string{"aware"}
	case s.Plan != nil:
		return []string{"plan"}
	case s.Open != nil || s.Dismiss != nil || s.Join != nil || s.Ended != nil || s.Close != nil || s.Reopen != nil:
		return []string{"state"}
	}
	return nil
}
