package web

import (
	"net/http"
	"slices"
	"strconv"

	"guanji/internal/account"
	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/position"
)

// tasksPage lists what there is to do, or shows it on a calendar.
type tasksPage struct {
	page
	Path          string
	Kept          []option
	Views         []viewLink
	Owners, Areas []option
	On            string // the only due day shown, "" for all
	AllPath       string // without the filter; "" where there is none
	Late, Near    int
	Rows          []taskRow
	Month         *monthView // nil: a list
	From, To, Of  int
	PrevPath      string
	NextPath      string
	FilePath      string
	Failed        *assignForm // one that was not taken
}

// taskRow is one task, worded.
type taskRow struct {
	words
	What, Name, Path string
	Force, Urgency   tag
	Kinds, Subjects  string
	Due, Distance    string
	Why, Later       string
	Owner, Note      string
	Remind           string
	Attach, Event    string
	Plan             string
	Assign           *assignForm // nil for who may not
}

const tasksShown = 30

// Whose tasks are asked for. Those of somebody by name begin with =.
const (
	ownerMe   = "me"
	ownerNone = "none"
)

// taskKeys are what an address of the page can ask for, besides the day.
func taskKeys() []string { return []string{"owner", "area", "due", "view", "month"} }

// tasksPath is an address of the tasks with some parts of it changed; a part
// without a value is left out.
func (q *orgRequest) tasksPath(page string, changed ...string) string {
	is := map[string]bool{}
	for i := 0; i < len(changed); i += 2 {
		is[changed[i]] = true
	}
	pairs := slices.Clone(changed)
	for _, key := range taskKeys() {
		if !is[key] {
			pairs = append(pairs, key, q.URL.Query().Get(key))
		}
	}
	return q.to(page, pairs...)
}

// takes returns the filter of the address.
func (q *orgRequest) takes() func(*position.Task) bool {
	asked := q.URL.Query()
	owner, area, due := asked.Get("owner"), asked.Get("area"), asked.Get("due")
	return func(t *position.Task) bool {
		switch {
		case owner == ownerMe && t.Owner != q.holder.Name,
			owner == ownerNone && t.Owner != "",
			len(owner) > 0 && owner[0] == '=' && t.Owner != owner[1:]:
			return false
		}
		return (area == "" || t.Duty.Area == area) && (due == "" || t.Due.String() == due)
	}
}

// chosenTasks returns those that the address asks for.
func (q *orgRequest) chosenTasks(p *placed) []position.Task {
	var list []position.Task
	takes := q.takes()
	for _, t := range p.tasks() {
		if takes(&t) {
			list = append(list, t)
		}
	}
	return list
}

func (s *server) tasks(q *orgRequest) error { return q.renderTasks(http.StatusOK, nil) }

// renderTasks shows the page; failed is an assignment that was not taken.
func (q *orgRequest) renderTasks(code int, failed *assignForm) error {
	p, err := q.placed()
	if err != nil {
		return err
	}
	writers, err := q.writers()
	if err != nil {
		return err
	}
	base := q.page("tasks")
	base.Org.DaysMatter, base.Org.Path = true, orgPath(q.org, "tasks")
	list := q.chosenTasks(p)
	v := tasksPage{page: base, Path: orgPath(q.org, "tasks"), Kept: q.keptTasks(), On: q.URL.Query().Get("due"), FilePath: q.tasksPath("tasks.ics", "view", "", "month", ""), Failed: failed}
	if failed != nil {
		failed.offer(writers)
	}
	v.choices(q, p)
	for _, t := range list {
		if t.Late {
			v.Late++
		}
		if t.Near {
			v.Near++
		}
	}
	if q.URL.Query().Get("view") == viewCalendar {
		v.Month, err = q.month(p, list)
	} else {
		v.fill(q, p, list, writers)
	}
	if err != nil {
		return err
	}
	if q.part("list") {
		return q.s.renderPart(q.request, "tasks", "list", v)
	}
	return q.s.render(q.request, code, "tasks", v)
}

// keptTasks is the part of the address that the filter does not change.
func (q *orgRequest) keptTasks() []option {
	var list []option
	for _, key := range []string{"on", "known", "view", "month"} {
		if v := q.URL.Query().Get(key); v != "" {
			list = append(list, option{Value: v, Name: key})
		}
	}
	return list
}

func (p *tasksPage) choices(q *orgRequest, at *placed) {
	asked := q.URL.Query()
	p.Owners = []option{{"", q.T("web.all"), false}, {ownerMe, q.T("tasks.owner.me"), false}, {ownerNone, q.T("tasks.owner.none"), false}}
	var names []string
	for _, t := range at.tasks() {
		if t.Owner != "" && t.Owner != q.holder.Name && !slices.Contains(names, t.Owner) {
			names = append(names, t.Owner)
		}
	}
	slices.Sort(names)
	for _, n := range names {
		p.Owners = append(p.Owners, option{Value: "=" + n, Name: n})
	}
	p.Areas = []option{{Name: q.T("web.all")}}
	for _, a := range q.s.Set.Areas {
		p.Areas = append(p.Areas, option{Value: a.ID.Value, Name: q.Text(a.Name)})
	}
	options(asked.Get("owner"), p.Owners)
	options(asked.Get("area"), p.Areas)
	p.Views = []viewLink{{q.tasksPath("tasks", "view", "", "month", ""), q.T("tasks.view.list"), asked.Get("view") != viewCalendar},
		{q.tasksPath("tasks", "view", viewCalendar, "month", ""), q.T("tasks.view.calendar"), asked.Get("view") == viewCalendar}}
	if asked.Get("owner")+asked.Get("area")+asked.Get("due") != "" {
		p.AllPath = q.to("tasks", "view", asked.Get("view"), "month", asked.Get("month"))
	}
}

// fill words one page of the list.
func (p *tasksPage) fill(q *orgRequest, at *placed, list []position.Task, writers []string) {
	start, _ := strconv.Atoi(q.URL.Query().Get("from"))
	if start < 0 || start >= len(list) {
		start = 0
	}
	end := min(len(list), start+tasksShown)
	for i := range list[start:end] {
		t := &list[start+i]
		row := q.taskRow(at, t)
		if p.Write {
			row.Assign = q.assignForm(at, t, strconv.Itoa(i))
			row.Assign.offer(writers)
		}
		p.Rows = append(p.Rows, row)
	}
	p.From, p.To, p.Of = min(start+1, len(list)), end, len(list)
	if start > 0 {
		p.PrevPath = q.tasksPath("tasks", "from", strconv.Itoa(max(0, start-tasksShown)))
	}
	if end < len(list) {
		p.NextPath = q.tasksPath("tasks", "from", strconv.Itoa(end))
	}
}

// taskRow words a task.
func (q *orgRequest) taskRow(at *placed, t *position.Task) taskRow {
	row := taskRow{words: q.words, What: t.What.Message().In(q.lang), Name: q.Text(t.Duty.Name), Path: q.dutyPath(t.Duty.ID), Force: q.recommended(t.Duty.Force), Urgency: q.urgencyTag(t),
		Kinds: q.evidenceKinds(t.Kinds), Subjects: q.subjects(at.State, t.Subjects), Due: t.Due.String(), Owner: t.Owner, Attach: q.attach(at, t.Duty.ID, t.Subjects)}
	if t.DueWhy.Key != "" {
		row.Why = t.DueWhy.In(q.lang)
	}
	if t.Later.Key != "" {
		row.Later = t.Later.In(q.lang)
	}
	switch subject := at.forOne(t.Duty.ID, t.Subjects); {
	case t.What == position.Tell:
		row.Event = q.filePath("events/new", t.Duty.ID, subject)
	case t.What == position.PutRight && t.State != position.InRectification && t.State != position.Overdue:
		row.Plan = q.filePath("plans/new", t.Duty.ID, subject)
	}
	if !t.Due.IsZero() {
		row.Distance = q.dueDistance(at.On, t)
	}
	if a := at.owned()[lineOf{t.Duty.ID, t.Subjects[0]}]; a != nil {
		row.Note, row.Remind = a.Assignment.Note, message.Days("tasks.remind.from", a.Assignment.Remind).In(q.lang)
	}
	return row
}

// dueDistance says how far the due day is, in working days, too, where the duty
// counts in them.
func (q *orgRequest) dueDistance(on day.Day, t *position.Task) string {
	if late := t.Due.DaysUntil(on); late > 0 {
		return position.Late(late).In(q.lang)
	}
	text := q.distance(on, t.Due)
	if c := t.Duty.Cadence.Calendar; c == nil || *c != "working_days" {
		return text
	}
	if n, err := q.s.Set.Calendar.WorkingDaysBetween(on, t.Due); err == nil { // else the holidays of a year are not held
		text += q.T("assess.working_days", n)
	}
	return text
}

// urgencyTag says how near the due day of a task is.
func (w words) urgencyTag(t *position.Task) tag {
	switch {
	case t.Late:
		return tag{"bad", "■", w.T("tasks.late")}
	case t.Near:
		return tag{"warn", "▲", w.T("tasks.near")}
	case t.Due.IsZero() && t.What == position.PutRight,
		t.Due.IsZero() && t.What == position.File && t.State != position.OnFile && t.State != position.Expiring:
		return tag{"none", "○", w.T("tasks.at_once")}
	case t.Due.IsZero():
		return tag{"no", "○", w.T("tasks.no_day")}
	}
	return tag{"no", "○", w.T("tasks.later")}
}

// evidenceKinds names kinds of evidence.
func (q *orgRequest) evidenceKinds(ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = q.evidenceKind(id)
	}
	return q.join(names)
}

// mayWrite reports whether who asks may file.
func (q *orgRequest) mayWrite() bool { return q.holder.May(account.Write) }

// writers are the names of those who can be given a task.
func (q *orgRequest) writers() ([]string, error) {
	if !q.mayWrite() {
		return nil, nil
	}
	all, err := q.s.Access.Accounts.Accounts(q.Context())
	if err != nil {
		return nil, err
	}
	var names []string
	for _, a := range all {
		if a.May().Has(account.Write) {
			names = append(names, a.Name)
		}
	}
	return names, nil
}
