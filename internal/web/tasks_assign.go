package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/position"
	"guanji/internal/problem"
)

// assignForm says who sees to a task.
type assignForm struct {
	words
	Path       string
	Scope      string // tells forms of one page apart
	Duty, Name string
	Subjects   []string
	Owners     []option
	Owner      string
	OwnerError string
	Due        field
	Remind     field
	Note       field
	Other      []string // mistakes that belong to no field
}

// offer fills in who can be chosen. An owner who can no longer be stays chosen,
// so that nobody is replaced unseen.
func (f *assignForm) offer(names []string) {
	f.Owners = []option{{"", f.T("tasks.owner.nobody"), false}}
	if f.Owner != "" && !slices.Contains(names, f.Owner) {
		names = append(slices.Clone(names), f.Owner)
	}
	for _, n := range names {
		f.Owners = append(f.Owners, option{Value: n, Name: n})
	}
	options(f.Owner, f.Owners)
}

// assignForm is the form for a task, with what stands.
func (q *orgRequest) assignForm(at *placed, t *position.Task, scope string) *assignForm {
	f := &assignForm{words: q.words, Path: q.tasksPath("tasks/assign"), Scope: scope, Duty: t.Duty.ID, Name: q.Text(t.Duty.Name), Subjects: t.Subjects, Owner: t.Owner}
	if one := at.forOne(t.Duty.ID, t.Subjects); one != "" {
		f.Subjects = []string{one}
	}
	due, remind, note := "", strconv.Itoa(position.RemindDays), ""
	if a := at.owned()[lineOf{t.Duty.ID, t.Subjects[0]}]; a != nil {
		due, remind, note = a.Assignment.Due.String(), strconv.Itoa(a.Assignment.Remind), a.Assignment.Note
	}
	f.fields(due, remind, note, nil)
	return f
}

func (f *assignForm) fields(due, remind, note string, at map[string]string) {
	f.Due = field{words: f.words, Scope: f.Scope, Name: "due_day", Label: f.T("tasks.assign.due"), Type: "date", Value: due, Optional: true, Error: at["due"]}
	f.Remind = field{words: f.words, Scope: f.Scope, Name: "remind", Label: f.T("tasks.assign.remind"), Type: "number", Value: remind, Max: 3, Error: at["remind"]}
	f.Note = field{words: f.words, Scope: f.Scope, Name: "note", Label: f.T("tasks.assign.note"), Value: note, Max: evidence.MaxText, Optional: true, Error: at["note"]}
	f.OwnerError = at["owner"]
}

// assign files who sees to a task from now on.
func (s *server) assign(q *orgRequest) error {
	a, mistakes, err := q.postedAssignment()
	if err != nil {
		return err
	}
	subjects, mistake, err := q.postedSubjects(a.Duty)
	if err != nil {
		return err
	}
	mistakes = append(mistakes, mistake...)
	var items []evidence.Item
	for _, subject := range subjects {
		one := a
		one.Subject = subject
		items = append(items, evidence.Item{Assignment: &one})
	}
	if len(items) == 0 {
		return problem.New(problem.Input, "web.bad_form")
	}
	if err := mistakes.OrNil(); err != nil {
		return q.assignAgain(a, subjects, err)
	}
	if _, err := s.Filing.File(q.Context(), q.org, q.holder.Name, items...); err != nil {
		return q.assignAgain(a, subjects, err)
	}
	s.redirect(q.request, q.tasksPath("tasks", "done", "assigned"))
	return nil
}

// postedSubjects returns what the form is about, each once, and as many as the
// duty has: more is a mistake.
func (q *orgRequest) postedSubjects(duty string) ([]string, problem.Fields, error) {
	p, err := q.placed()
	if err != nil {
		return nil, nil, err
	}
	most := max(1, p.lines()[duty]) // one for every system, or for a duty that does not apply on the day
	var list []string
	seen := map[string]bool{}
	for _, subject := range q.PostForm["subject"] {
		switch {
		case seen[subject]:
		case len(list) == most:
			return list, problem.Fields{{Name: "subject", Msg: message.New("tasks.assign.subjects", most)}}, nil
		default:
			seen[subject] = true
			list = append(list, subject)
		}
	}
	return list, nil, nil
}

// postedAssignment reads the form.
func (q *orgRequest) postedAssignment() (evidence.Assignment, problem.Fields, error) {
	a := evidence.Assignment{Duty: q.PostFormValue("duty"), Owner: q.PostFormValue("assignee"), Note: strings.TrimSpace(q.PostFormValue("note"))}
	var mistakes problem.Fields
	fail := func(field, key string, args ...any) {
		mistakes = append(mistakes, problem.Field{Name: field, Msg: message.New(key, args...)})
	}
	writers, err := q.writers()
	if err != nil {
		return a, nil, err
	}
	if a.Owner != "" && !slices.Contains(writers, a.Owner) {
		fail("owner", "tasks.assign.nobody", a.Owner)
	}
	if text := q.PostFormValue("due_day"); text != "" {
		if a.Due, err = day.Parse(text); err != nil {
			fail("due", "web.bad_day", text)
		}
	}
	if a.Remind, err = strconv.Atoi(strings.TrimSpace(q.PostFormValue("remind"))); err != nil {
		fail("remind", "evidence.remind", evidence.MaxRemind)
	}
	return a, mistakes, nil
}

// assignAgain shows the form with what is wrong in it.
func (q *orgRequest) assignAgain(a evidence.Assignment, subjects []string, err error) error {
	at, other := q.fieldErrors(err)
	if other != nil {
		return other
	}
	f := &assignForm{words: q.words, Path: q.tasksPath("tasks/assign"), Scope: "again", Duty: a.Duty, Name: q.dutyName(a.Duty), Subjects: subjects, Owner: a.Owner}
	f.fields(q.PostFormValue("due_day"), q.PostFormValue("remind"), a.Note, at)
	for _, name := range []string{"duties", "subject"} {
		if at[name] != "" {
			f.Other = append(f.Other, at[name])
		}
	}
	return q.renderTasks(http.StatusUnprocessableEntity, f)
}
