package web

import (
	"net/http"
	"strconv"

	"guanji/internal/evidence"
)

// planPage is the form of an order to put something right, or of a plan to.
type planPage struct {
	page
	Path, Back         string
	Duty               field
	DutyName           string
	All                []option
	Subject            subjectPick
	Bases              []option
	BasisError         string
	By, Reference      field
	Started, Due, What field
}

func (s *server) newPlan(q *orgRequest) error {
	return q.renderPlan(http.StatusOK, func(name string) []string { return q.URL.Query()[name] }, nil)
}

func (q *orgRequest) renderPlan(code int, v formValues, at map[string]string) error {
	p := planPage{page: q.page("plan_new"), Path: q.to("plans/new"), Back: q.to("evidence", "show", showPlans), BasisError: at["basis"]}
	p.Duty, p.DutyName, p.All = q.oneDuty(v.one("duty"), at["duty"])
	p.Subject = q.subjectPick(subjectGiven(v), at["subject"])
	for _, b := range []evidence.Basis{evidence.ByOrder, evidence.ByPlan} {
		p.Bases = append(p.Bases, option{string(b), q.T("evidence.basis." + string(b) + ".long"), v.one("basis") == string(b)})
	}
	p.By = q.textField("by", v.one("by"), at, evidence.MaxLine, true)
	p.Reference = q.textField("reference", v.one("reference"), at, evidence.MaxLine, true)
	p.Started, p.Due = q.dayField("started", v.one("started"), at, false), q.dayField("due", v.one("due"), at, false)
	p.What = q.textField("what", v.one("what"), at, evidence.MaxText, false)
	p.What.Label, p.What.Hint = q.T("evidence.field.what.plan"), q.hint("evidence.field.what.plan")
	if len(at) > 0 {
		p.Alert = q.T("evidence.mistakes", len(at))
	}
	return q.s.render(q.request, code, "plan_new", p)
}

// oneDuty is the field for one duty, with all to choose from.
func (q *orgRequest) oneDuty(value, wrong string) (f field, name string, all []option) {
	f = q.textField("duty", value, map[string]string{"duty": wrong}, evidence.MaxLine, false)
	if id := q.dutyID(value); id != "" {
		name = q.dutyName(id)
	}
	return f, name, q.dutyOptions()
}

func subjectGiven(v formValues) string {
	if s := v.one("subject"); s != "" {
		return s
	}
	return evidence.Organization
}

// duty reads the one duty of a form.
func (r *formReader) duty() string {
	text := r.line("duty")
	id := r.dutyID(text)
	if id == "" {
		r.fail("duty", "evidence.which_duty")
	}
	return id
}

func (s *server) filePlan(q *orgRequest) error {
	r := &formReader{orgRequest: q}
	plan := evidence.Plan{Duty: r.duty(), Subject: r.line("subject"), Basis: evidence.Basis(r.line("basis")), By: r.line("by"), Reference: r.line("reference"),
		Started: r.day("started"), Due: r.day("due"), What: r.text("what")}
	seq, err := q.file(evidence.Item{Plan: &plan}, r.Fields)
	at, err := q.fieldErrors(err)
	if err != nil {
		return err
	}
	if at != nil {
		return q.renderPlan(http.StatusUnprocessableEntity, func(name string) []string { return q.PostForm[name] }, at)
	}
	s.redirect(q.request, q.to("evidence/"+strconv.FormatInt(seq, 10), "done", "filed"))
	return nil
}
