package position

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/regime"
)

// RemindDays is from how many days before its due day on a task is near, where
// its assignment does not say.
const RemindDays = 14

// A What says what there is to do.
type What string

// What there is to do.
const (
	File     What = "file"      // evidence of kinds that are missing
	Renew    What = "renew"     // evidence that ends, or that the next due day asks for
	PutRight What = "put_right" // what an order or plan names, or gaps for which none runs
	Tell     What = "tell"      // whether the event happened that starts the duty
)

// Message returns the words for what there is to do.
func (w What) Message() message.M { return message.New("position.task." + string(w)) }

// A Task is what there is to do about one duty, for all subjects for which it
// is the same. Tasks are not kept: they follow from the position, so that the
// next one of a recurring duty is there as soon as evidence is filed, and a
// task is done when evidence is.
type Task struct {
	Duty     *regime.DutyText
	What     What
	State    State
	Kinds    []string  // of evidence to file
	Due      day.Day   // zero: no day is known; for File that means at once
	DueWhy   message.M // why then, or why no day is known
	Later    message.M // that an assignment names a later day, which does not count; else zero
	Owner    string    // "": nobody
	Near     bool      // the due day is near
	Late     bool      // and has passed
	Subjects []string
}

// A Filter chooses tasks. The zero Filter chooses all.
type Filter struct {
	Owner   string // of this owner
	Unowned bool   // of nobody
	Area    string
	State   State
}

func (f Filter) takes(t *Task) bool {
	return (f.Owner == "" || f.Owner == t.Owner) && (!f.Unowned || t.Owner == "") &&
		(f.Area == "" || f.Area == t.Duty.Area) && (f.State == "" || f.State == t.State)
}

// Tasks returns what there is to do on a day: late tasks first, then by the due
// day, those without one last.
func (s *Service) Tasks(ctx context.Context, organization string, on, known day.Day, f Filter) ([]Task, error) {
	p, err := s.On(ctx, organization, on, known)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(p.Tasks(), func(t Task) bool { return !f.takes(&t) }), nil
}

// Tasks returns what there is to do, in the order of [Service.Tasks].
func (p *Position) Tasks() []Task {
	g := grouped{at: map[alike]int{}}
	var tasks []Task
	for i, l := range p.Lines {
		if i == 0 || l.Status != p.Lines[i-1].Status { // else the same for another subject
			tasks = l.tasks(p.On)
		}
		for _, t := range tasks {
			g.add(t, l.Subject)
		}
	}
	slices.SortStableFunc(g.list, Task.compare)
	return g.list
}

func (t Task) compare(u Task) int {
	first := func(b bool) int {
		if b {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(first(t.Late), first(u.Late)), cmp.Compare(first(!t.Due.IsZero()), first(!u.Due.IsZero())),
		t.Due.Compare(u.Due), strings.Compare(t.Duty.ID, u.Duty.ID), cmp.Compare(rank(t.State), rank(u.State)), strings.Compare(t.Owner, u.Owner))
}

// tasks returns what there is to do about one line, without its subject.
func (l Line) tasks(on day.Day) []Task {
	list := l.asked()
	a := l.Assignment
	if a == nil {
		return remind(list, RemindDays, on)
	}
	if due := a.Assignment.Due; !due.IsZero() && !l.filedAfter(a.Seq) {
		if len(list) == 0 && l.State != Unknown {
			list = append(list, l.task(Renew, l.kindsUntil(day.Day{}), due, message.M{}))
		}
		for i := range list {
			list[i].set(a)
		}
	}
	for i := range list {
		list[i].Owner = a.Assignment.Owner
	}
	return remind(list, a.Assignment.Remind, on)
}

// set sets the due day that an assignment names, unless the task has an earlier
// one.
func (t *Task) set(a *evidence.Filed) {
	if t.Later = later(t.Due, a); t.Later.Key == "" {
		t.Due, t.DueWhy = a.Assignment.Due, message.New("position.due.assigned", a.By)
	}
}

// Later says that an assignment names a later day than the duty asks for, which
// does not count; else it is zero.
func (l Line) Later() message.M {
	if a := l.Assignment; a != nil && !l.filedAfter(a.Seq) {
		return later(l.Due, a)
	}
	return message.M{}
}

func later(due day.Day, a *evidence.Filed) message.M {
	if due.IsZero() || !due.Before(a.Assignment.Due) {
		return message.M{}
	}
	return message.New("position.due.later", a.Assignment.Due.String(), a.By, due.String())
}

// asked returns what the position of a line asks for. Whether a duty applies is
// asked elsewhere, by its missing facts.
func (l Line) asked() []Task {
	switch {
	case l.State == Unknown && l.Applies == regime.Yes:
		return []Task{l.task(Tell, nil, day.Day{}, message.M{})}
	case l.State == Unknown:
		return nil
	case l.State == InRectification || l.State == Overdue && l.Plan != 0:
		return []Task{l.task(PutRight, l.Missing, l.Due, l.DueWhy)}
	}
	list := l.evidence()
	if l.Gaps {
		list = append(list, l.task(PutRight, l.seen, day.Day{}, message.New("position.due.gaps")))
	}
	return list
}

// evidence returns what evidence there is to file.
func (l Line) evidence() (list []Task) {
	if l.State == Overdue || l.State == None {
		return []Task{l.task(File, l.Missing, l.Due, l.DueWhy)}
	}
	if len(l.Missing) > 0 {
		list = append(list, l.task(File, l.Missing, day.Day{}, message.New("position.due.incomplete")))
	}
	if !l.Due.IsZero() {
		list = append(list, l.task(Renew, l.kindsUntil(l.Due), l.Due, l.DueWhy))
	}
	return list
}

func (l Line) task(w What, kinds []string, due day.Day, why message.M) Task {
	return Task{Duty: l.Duty, What: w, State: l.State, Kinds: kinds, Due: due, DueWhy: why}
}

// kindsUntil returns the kinds of the carriers that end with a day.
func (l Line) kindsUntil(d day.Day) []string {
	var kinds []string
	for _, c := range l.Carriers {
		if c.Until == d && !slices.Contains(kinds, c.Kind) {
			kinds = append(kinds, c.Kind)
		}
	}
	return kinds
}

// filedAfter reports whether a carrier was filed after something else was.
func (l Line) filedAfter(seq int64) bool {
	return slices.ContainsFunc(l.Carriers, func(c Carrier) bool { return c.Seq > seq })
}

// remind marks the tasks that are late, and those that are due within some days.
func remind(list []Task, within int, on day.Day) []Task {
	for i := range list {
		t := &list[i]
		t.Late = !t.Due.IsZero() && t.Due.Before(on)
		t.Near = !t.Due.IsZero() && !t.Late && !on.Before(t.Due.AddDays(-within))
	}
	return list
}

// alike tells apart the tasks of one list.
type alike struct {
	duty, owner, kinds, why string
	later                   string
	what                    What
	state                   State
	due                     day.Day
	near                    bool
}

// grouped is a list in which tasks that are the same stand once.
type grouped struct {
	list []Task
	at   map[alike]int
}

func (g *grouped) add(t Task, subject string) {
	key := alike{t.Duty.ID, t.Owner, strings.Join(t.Kinds, " "), t.DueWhy.Key, fmt.Sprint(t.Later.Args), t.What, t.State, t.Due, t.Near}
	i, ok := g.at[key]
	if !ok {
		i = len(g.list)
		g.at[key] = i
		g.list = append(g.list, t)
	}
	g.list[i].Subjects = append(g.list[i].Subjects, subject)
}
