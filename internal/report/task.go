package report

import (
	"io"
	"slices"

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
