package web

import (
	"strconv"
	"time"

	"guanji/internal/day"
	"guanji/internal/position"
	"guanji/internal/problem"
	"guanji/internal/regime"
)

// viewCalendar asks for the tasks on a calendar.
const viewCalendar = "calendar"

// monthView is one month with its tasks.
type monthView struct {
	words
	Name               string
	PrevPath, NextPath string
	PrevName, NextName string
	ThisPath           string // the month of the day asked, "" if it is shown
	Weekdays           []string
	Weeks              [][]monthDay
	Unknown            bool // the holidays of the year are not held
	Tasks              int
	NoDay              int // tasks that have no due day
	ListPath           string
}

// monthDay is a day of a calendar.
type monthDay struct {
	words
	Number  int
	Day     string
	Outside bool // of the month before or after
	Asked   bool
	Rest    bool // no working day
	Mark    tag  // of a public holiday, or of a weekend day that is worked
	Tasks   []monthTask
	More    int
	Path    string // of the tasks due then
}

type monthTask struct {
	Path, What, Name string
	Tag              tag
}

const tasksOfDay = 4

// month shows tasks on the month that the address asks for.
func (q *orgRequest) month(p *placed, list []position.Task) (*monthView, error) {
	first := monthOf(p.On)
	if text := q.URL.Query().Get("month"); text != "" {
		d, err := day.Parse(text + "-01")
		if err != nil || monthOf(d).Before(monthOf(regime.FirstAssessDay)) {
			return nil, problem.New(problem.Input, "calendar.bad_month", text)
		}
		first = d
	}
	next, before := monthOf(first.AddDays(31)), monthOf(first.AddDays(-1))
	v := &monthView{words: q.words, Name: q.monthName(first), NextPath: q.monthPath(next), NextName: q.monthName(next), ListPath: q.tasksPath("tasks", "view", "", "month", "")}
	if !before.Before(monthOf(regime.FirstAssessDay)) {
		v.PrevPath, v.PrevName = q.monthPath(before), q.monthName(before)
	}
	if first != monthOf(p.On) {
		v.ThisPath = q.tasksPath("tasks", "month", "")
	}
	for i := range 7 {
		v.Weekdays = append(v.Weekdays, q.T("calendar.weekday."+strconv.Itoa(i+1)))
	}
	due := map[day.Day][]position.Task{}
	for _, t := range list {
		due[t.Due] = append(due[t.Due], t)
	}
	v.NoDay = len(due[day.Day{}])
	v.weeks(q, p, first, next, due)
	return v, nil
}

// weeks fills in the days, from Monday to Sunday.
func (v *monthView) weeks(q *orgRequest, p *placed, first, next day.Day, due map[day.Day][]position.Task) {
	for monday := first.AddDays(-(int(first.Weekday()) + 6) % 7); monday.Before(next); monday = monday.AddDays(7) {
		var week []monthDay
		for i := range 7 {
			d := monday.AddDays(i)
			cell := q.monthDay(p, d, due[d])
			cell.Outside = d.Before(first) || !d.Before(next)
			if !cell.Outside {
				v.Tasks += len(due[d])
			}
			week = append(week, cell)
		}
		v.Weeks = append(v.Weeks, week)
	}
	_, known := q.s.Set.Calendar.Working(first)
	v.Unknown = !known
}

func (q *orgRequest) monthDay(p *placed, d day.Day, tasks []position.Task) monthDay {
	weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
	working, known := q.s.Set.Calendar.Working(d)
	cell := monthDay{words: q.words, Number: d.Start().Day(), Day: d.Start().Format(q.T("calendar.day_layout")), Asked: d == p.On, Rest: weekend, Path: q.tasksPath("tasks", "view", "", "month", "", "due", d.String())}
	switch {
	case known && !working && !weekend:
		cell.Rest, cell.Mark = true, tag{"no", "☾", q.T("calendar.holiday")}
	case known && working && weekend:
		cell.Rest, cell.Mark = false, tag{"no", "⚒", q.T("calendar.worked")}
	}
	for _, t := range tasks[:min(len(tasks), tasksOfDay)] {
		cell.Tasks = append(cell.Tasks, monthTask{q.dutyPath(t.Duty.ID), t.What.Message().In(q.lang), q.Text(t.Duty.Name), q.urgencyTag(&t)})
	}
	cell.More = max(0, len(tasks)-tasksOfDay)
	return cell
}

func (q *orgRequest) monthPath(first day.Day) string {
	return q.tasksPath("tasks", "month", first.Start().Format("2006-01"))
}

func (w words) monthName(first day.Day) string {
	return first.Start().Format(w.T("calendar.month_layout"))
}
