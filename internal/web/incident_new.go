package web

import (
	"net/http"
	"strconv"
	"strings"

	"guanji/internal/incident"
	"guanji/internal/problem"
)

// caseFormPage is the form that opens a case which no machine raised.
type caseFormPage struct {
	page
	Drill      bool
	Real, Play link // the same form for what happened, and for a drill
	Back       string
	Form       *stepForm
}

func (s *server) newCase(q *orgRequest) error {
	return q.renderNewCase(http.StatusOK, q.URL.Query().Get("drill") != "", nil)
}

// renderNewCase shows the form. That of a drill is another page: nobody opens
// one for the other by a slip.
func (q *orgRequest) renderNewCase(code int, drill bool, back *formBack) error {
	r := &caseRequest{orgRequest: q, c: &incident.Case{Drill: drill}, at: q.s.Now(), back: back}
	var err error
	if r.file, err = q.s.Standing.File(q.Context(), q.org); err != nil {
		return err
	}
	p := caseFormPage{page: q.page("incident_new"), Drill: drill, Back: q.to("incidents"),
		Real: link{q.to("incidents/new"), q.T("cases.new.real")}, Play: link{q.to("incidents/new", "drill", "1"), q.T("cases.new.drill")}}
	key := "cases.send.open.incident"
	if drill {
		p.Title, p.Purpose, key = q.T("respond.drill")+" · "+q.T("cases.new.drill.title"), q.T("cases.new.drill.purpose"), "cases.send.open.drill"
	}
	f := r.form("open", "")
	f.Path = p.Real.Path
	f.choose("radio", "as", string(incident.Incident), []option{{Value: string(incident.Incident), Name: q.T("cases.as.incident")}, {Value: string(incident.Threat), Name: q.T("cases.as.threat")}})
	f.opens(r, "")
	p.Form = f.send(key)
	if back != nil {
		p.Alert = q.T("cases.not_taken")
	}
	return q.s.render(q.request, code, "incident_new", p)
}

// openCase opens a case, and states the facts that came with it.
func (s *server) openCase(q *orgRequest) error {
	r, err := q.stepReader()
	if err != nil {
		return err
	}
	steps := r.open()
	var c *incident.Case
	if err = r.mistakes(steps); err == nil {
		c, err = s.Respond.Open(q.Context(), q.org, q.holder.Name, steps[0])
	}
	if err != nil {
		return q.newCaseAgain(r, err)
	}
	if len(steps) > 1 {
		if _, err := s.Respond.Add(q.Context(), q.org, q.holder.Name, c.Number, c.Revision(), steps[1:]...); err != nil {
			return q.stepAgain(c.Number, &formBack{kind: "facts", seen: c.Revision(), values: q.asSent()}, err)
		}
	}
	s.redirect(q.request, q.to("incidents/"+strconv.FormatInt(c.Number, 10), "done", "step_open"))
	return nil
}

// asSent is what a form says.
func (q *orgRequest) asSent() formValues {
	sent := q.PostForm
	return func(name string) []string { return sent[name] }
}

func (q *orgRequest) newCaseAgain(r *stepReader, why error) error {
	back := &formBack{kind: "open", values: q.asSent()}
	switch problem.KindOf(why) {
	case problem.Refused, problem.Usage:
		back.alert = problem.In(why, q.lang)
	default:
		at, err := q.fieldErrors(why)
		if err != nil {
			return err
		}
		back.at = at
	}
	return q.renderNewCase(http.StatusUnprocessableEntity, r.line("drill") != "", back)
}

// joinIDs writes ids as splitIDs reads them.
func joinIDs(ids []string) string { return strings.Join(ids, ", ") }
