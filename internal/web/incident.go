package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"guanji/internal/evidence"
	"guanji/internal/incident"
	"guanji/internal/org"
	"guanji/internal/respond"
)

// casePage is an alert, a threat or an incident, for somebody who is tired:
// first how much time is left, then what to send to whom, then everything else.
type casePage struct {
	page
	Back          string
	Drill         bool
	State         tag
	Kind, Systems string
	Other         link          // of an alert that belongs to another case
	Meanwhile     []timelineRow // what somebody else did, where it stopped a form
	Typed         []string      // into a form that the page has no more
	Clock         clockView
	Jumps         []link
	Triage        *triageView
	Due           *dueView
	Grade         *gradeView
	Times         *timesView
	Parts         *partsView
	Timeline      timelineView
	Tasks         *tasksView
	Roles         *rolesView
	Kept          *keptView
	Closing       *closingView
}

// caseRequest is a request about one case, as it stood when the request came.
type caseRequest struct {
	*orgRequest
	c        *incident.Case
	plan     *incident.Plan
	file     *org.File
	channels []respond.Channel
	at       time.Time
	back     *formBack // a form that was not taken
}

func (s *server) showCase(q *orgRequest) error {
	n, err := q.caseNumber()
	if err != nil {
		return err
	}
	return q.renderCase(http.StatusOK, n, nil)
}

// caseRequest reads a case, and what belongs to it.
func (q *orgRequest) caseRequest(n int64) (*caseRequest, error) {
	r := &caseRequest{orgRequest: q, at: q.s.Now()}
	var err error
	if r.c, err = q.s.Respond.Case(q.Context(), q.org, n); err != nil {
		return nil, err
	}
	return r, r.readPlan()
}

// readPlan reads how people are reached.
func (q *caseRequest) readPlan() (err error) {
	if q.file, err = q.s.Standing.File(q.Context(), q.org); err != nil {
		return err
	}
	if q.channels, err = q.s.Respond.Channels.Channels(q.Context()); err != nil {
		return err
	}
	q.plan, _, err = q.s.Respond.Plan(q.Context(), q.org)
	return err
}

// renderCase shows a case; back is a form that was not taken.
func (q *orgRequest) renderCase(code int, n int64, back *formBack) error {
	r, err := q.caseRequest(n)
	if err != nil {
		return err
	}
	if back != nil && back.met {
		back.seen = r.c.Revision()
	}
	r.back = back
	p := casePage{page: r.head(), Back: q.to("incidents"), Drill: r.c.Drill, State: q.caseTag(r.c), Kind: r.kind(), Systems: r.systemNames(r.c.Systems), Clock: r.clock()}
	if q.part("clock") {
		return q.s.renderPart(q.request, "incident", "case-clock", p)
	}
	if err := r.sections(&p); err != nil {
		return err
	}
	p.refused(r)
	return q.s.render(q.request, code, "incident", p)
}

// refused says why a form was not taken. Where the page has no such form any
// more, it shows what was typed.
func (p *casePage) refused(q *caseRequest) {
	b := q.back
	if b == nil {
		return
	}
	switch {
	case b.met:
		p.Alert, p.Meanwhile = q.T("cases.met", b.alert), q.since(q.seenBefore())
	case b.alert != "":
		p.Alert = q.T("cases.not_recorded") + " " + b.alert
	default:
		p.Alert = q.T("cases.not_taken")
	}
	if b.shown {
		return
	}
	if !b.met {
		p.Alert = q.T("cases.not_recorded") + " " + strings.TrimSpace(b.alert+" "+reasons(b.at))
	}
	for _, name := range []string{"title", "what", "way", "whom", "receipt", "why", "note", "text", "late"} {
		if text := strings.TrimSpace(b.values.one(name)); text != "" {
			p.Typed = append(p.Typed, text)
		}
	}
}

// seenBefore is the revision that the author of a form saw.
func (q *caseRequest) seenBefore() int64 {
	seen, _ := q.seen() // it was read before
	return seen
}

// head begins the page. A drill says so in its title.
func (q *caseRequest) head() page {
	p := q.page("incident")
	p.Title = fmt.Sprintf("#%d %s", q.c.Number, q.c.Title)
	if q.c.Drill {
		p.Title = q.T("respond.drill") + " · " + p.Title
	}
	p.Purpose = ""
	return p
}

// kind is what a person said that the case is.
func (q *caseRequest) kind() string {
	if q.c.Kind == "" {
		return ""
	}
	return q.T("respond.kind." + string(q.c.Kind))
}

// sections are what stands below the clock.
func (q *caseRequest) sections(p *casePage) error {
	p.Timeline = q.timeline()
	switch {
	case q.c.State == incident.Joined:
		p.Other = q.caseLink(q.c.To)
	case q.c.Opened == nil:
		var err error
		if p.Triage, err = q.triage(); err != nil {
			return err
		}
		p.Closing = q.closing()
	default:
		p.Due, p.Times, p.Parts, p.Grade = q.due(), q.times(), q.parts(), q.grade()
		p.Tasks, p.Roles, p.Kept, p.Closing = q.tasks(), q.roles(), q.kept(), q.closing()
	}
	if p.Due != nil && sections[strings.TrimPrefix(q.URL.Query().Get("done"), "step_")] != "" {
		p.Done = "" // it is said where the reader lands
	}
	p.jumps()
	return nil
}

// jumps lead to the parts of the page.
func (p *casePage) jumps() {
	for _, j := range []struct {
		id    string
		there bool
	}{{"due", p.Due != nil}, {"grade", p.Grade != nil}, {"times", p.Times != nil}, {"parts", p.Parts != nil}, {"timeline", p.Due != nil},
		{"tasks", p.Tasks != nil}, {"roles", p.Roles != nil}, {"kept", p.Kept != nil}, {"closing", p.Due != nil && p.Closing != nil}} {
		if j.id == "grade" && p.Grade != nil && p.Grade.Threat {
			p.Jumps = append(p.Jumps, link{"#grade", p.T("cases.part.facts")})
			continue
		}
		if j.there {
			p.Jumps = append(p.Jumps, link{"#" + j.id, p.T("cases.part." + j.id)})
		}
	}
}

// caseLink leads to a case.
func (q *orgRequest) caseLink(n int64) link {
	return link{q.to(fmt.Sprintf("incidents/%d", n)), fmt.Sprintf("#%d", n)}
}

// systemNames names systems.
func (q *orgRequest) systemNames(ids []string) string {
	var names []string
	for _, id := range ids {
		names = append(names, q.Text(q.now.Name(org.AboutSystem, id)))
	}
	return q.join(names)
}

// caseTag says where a case stands.
func (w words) caseTag(c *incident.Case) tag {
	t := tag{"", "●", w.T("respond.case." + string(c.State))}
	switch c.State {
	case incident.Waiting:
		t.Class, t.Icon = "warn", "▲"
	case incident.Running:
		t.Class, t.Icon = "bad", "◆"
	case incident.Watched:
		t.Class, t.Icon = "unknown", "◇"
	case incident.Handled:
		t.Class, t.Icon = "warn", "◐"
	default:
		t.Class, t.Icon = "no", "○"
	}
	return t
}

// gradeTag says which grade a case has.
func (w words) gradeTag(grade string) tag {
	switch grade {
	case "":
		return tag{"unknown", "?", w.T("respond.grade.none")}
	case "IV":
		return tag{"no", "○", w.T("grade.IV")}
	case "III":
		return tag{"warn", "▲", w.T("grade.III")}
	}
	return tag{"bad", "■", w.T("grade." + grade)}
}

// moment is a time in Beijing, to the second where the minute is not all.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if t.Second() == 0 {
		return clock(t)
	}
	return stampClock(t)
}

// recipient names somebody who is told.
func (q *orgRequest) recipient(id string) string {
	if r, ok := q.s.Set.Recipient(id); ok {
		return q.Text(r.Name)
	}
	return q.T("to." + id)
}

// partName names a part of a report.
func (q *orgRequest) partName(id string) string {
	for _, p := range slices.Concat(q.s.Set.Report.Parts, q.s.Set.Closing.Parts, q.s.Set.Notice.Parts) {
		if p.ID.Value == id {
			return q.Text(p.Name)
		}
	}
	return id
}

// stepFiles are the files of a step, to be downloaded.
func (q *caseRequest) stepFiles(r incident.Recorded, files []evidence.File) (list []filedFile) {
	for i, f := range files {
		list = append(list, filedFile{q.casePath(fmt.Sprintf("/steps/%d/files/%d", r.Seq, i)), f.Name, byteWords(f.Size), q.T("evidence.bytes", f.Size), f.Digest})
	}
	return list
}
