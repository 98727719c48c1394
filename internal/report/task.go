package report

import (
	"io"
	"slices"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/position"
	"guanji/internal/regime"
)

// shownDays is how far ahead tasks are told, in days.
const shownDays = 90

// Tasks writes what there is to do: what is late, what has a day, and what has
// none. All tells those as well that are far ahead, and every one without a
// day.
func Tasks(w io.Writer, l message.Lang, set *regime.Set, p *position.Position, tasks []position.Task, all bool) error {
	q := newPositionPrinter(w, l, set, p)
	q.title(q.text(p.Assessment.Organization.Name), q.msg("where.tasks_as_of", p.On.String()))
	if len(tasks) == 0 {
		q.para(2, "", q.msg("where.no_tasks"))
	}
	late, dated, undated := split(tasks)
	near := slices.IndexFunc(dated, func(t position.Task) bool { return p.On.DaysUntil(t.Due) > shownDays })
	if all || near < 0 {
		near = len(dated)
	}
	some := min(len(undated), shownTasks)
	if all {
		some = len(undated)
	}
	q.tasks("where.late", late, len(late))
	q.tasks("where.dated", dated, near)
	q.tasks("where.undated", undated, some)
	return q.w.Flush()
}

// split parts tasks, which are late ones first and then by the due day.
func split(tasks []position.Task) (late, dated, undated []position.Task) {
	for _, t := range tasks {
		switch {
		case t.Late:
			late = append(late, t)
		case !t.Due.IsZero():
			dated = append(dated, t)
		default:
			undated = append(undated, t)
		}
	}
	return late, dated, undated
}

// tasks tells the first tasks of a section, and counts the others.
func (p positionPrinter) tasks(key string, tasks []position.Task, shown int) {
	if len(tasks) == 0 {
		return
	}
	p.section(p.msg(key, len(tasks)))
	for _, t := range tasks[:shown] {
		p.task(t)
	}
	if more := len(tasks) - shown; more > 0 {
		p.line("  %s", p.msg("assess.more", more))
	}
}

// shownTasks is how many of the days that come are told.
const shownTasks = 8

// next tells the next due days.
func (p positionPrinter) next() {
	p.section(p.msg("where.next"))
	tasks := slices.DeleteFunc(p.Tasks(), func(t position.Task) bool { return t.Late || t.Due.IsZero() })
	if len(tasks) == 0 {
		p.para(2, "", p.msg("where.no_next"))
	}
	for _, t := range tasks[:min(len(tasks), shownTasks)] {
		p.task(t)
	}
}

func (p positionPrinter) task(t position.Task) {
	lead := "            "
	if !t.Due.IsZero() {
		lead = t.Due.String() + "  "
	}
	text := p.msg("where.task", p.say(t.What.Message()), p.duty(t.Duty)) + p.of(t.Subjects)
	if !t.Due.IsZero() {
		text += p.distance(t.Due)
	}
	if t.Owner != "" {
		text += p.msg("where.part", t.Owner)
	}
	for _, m := range []message.M{t.DueWhy, t.Later} {
		if tellsMore(m) {
			text += p.msg("where.part", m)
		}
	}
	p.para(2, lead, text)
}

// tellsMore reports whether what is said of the due day of a task is more than
// why the duty has it: who set it, or what there is to do.
func tellsMore(m message.M) bool {
	return slices.Contains([]string{"position.due.assigned", "position.due.later", "position.due.gaps", "position.due.put_right"}, m.Key)
}

// until says how far away a day is that has not passed.
func (p positionPrinter) until(due day.Day) message.M {
	if n := p.On.DaysUntil(due); n > 0 {
		return message.Days("where.in_days", n)
	}
	return message.New("where.is_today")
}

// distance says how far away a day is.
func (p positionPrinter) distance(due day.Day) string {
	switch n := p.On.DaysUntil(due); {
	case n < 0:
		return p.msg("where.part", position.Late(-n))
	default:
		return p.msg("where.part", p.until(due))
	}
}
