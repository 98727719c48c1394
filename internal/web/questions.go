package web

import (
	"net/http"
	"net/url"
	"slices"

	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/regime"
	"guanji/internal/standing"
)

// questionsPage asks the most useful open question.
type questionsPage struct {
	page
	Form     *factForm // nil when nothing is open
	NameOne  bool      // a system must be named first
	AddPath  string
	Status   statusView
	Open     int
	Answered int
	Subjects []subjectItem
	All      subjectItem
	Clear    string // path without skipped questions, "" if none is skipped
	EndPath  string
	Unknown  unknownList
}

// unknownList is what was asked and answered with “not known”.
type unknownList struct {
	Path  string
	Count int
	Shown bool
	List  []questionItem
}

// subjectItem is a subject with its open questions.
type subjectItem struct {
	Path, Name string
	Open       int
	Here       bool
}

const (
	subjectsShown = 20
	unknownShown  = 200
	mostSkipped   = 60
)

func (s *server) questions(q *orgRequest) error {
	p, err := q.questionsPage(nil, nil)
	if err != nil {
		return err
	}
	return s.renderQuestions(q, http.StatusOK, p)
}

func (s *server) renderQuestions(q *orgRequest, code int, p questionsPage) error {
	if q.part("questions") {
		return s.renderPart(q.request, "questions", "questions", p)
	}
	return s.render(q.request, code, "questions", p)
}

// questionsPage shows the next question, or a form again that was not taken.
func (q *orgRequest) questionsPage(again *factForm, keep *standing.View) (questionsPage, error) {
	base := q.page("questions")
	v := keep
	if v == nil {
		var err error
		if v, err = q.view(); err != nil {
			return questionsPage{}, err
		}
	}
	only, skip := q.FormValue("only"), q.Form["skip"]
	skip = skip[:min(len(skip), mostSkipped)]
	open := v.Questions()
	p := questionsPage{page: base, Status: q.status(v.Assessment.Determination.Status), Open: len(open), Answered: v.State.Answered(), EndPath: q.to("")}
	p.subjects(q, v, open, only)
	if len(skip) > 0 {
		p.Clear = q.to("questions", "only", only)
	}
	p.Unknown = q.unknown(v)
	if p.Unknown.Shown = q.FormValue("unknown") != ""; p.Unknown.Shown {
		return p, nil
	}
	if again != nil {
		p.Form = again
	} else if next, ok := nextQuestion(open, only, skip); ok {
		p.ask(q, v, next)
	}
	if p.Form != nil {
		p.Form.Flow, p.Form.Only, p.Form.Skip = true, only, skip
		p.Form.SkipPath = q.skipPath(only, skip, p.Form)
	}
	return p, nil
}

// unknown lists what was answered with “not known” and still matters.
func (q *orgRequest) unknown(v *standing.View) unknownList {
	open := v.Unsettled()
	l := unknownList{Path: q.to("questions", "unknown", "1"), Count: len(open)}
	for _, o := range open[:min(len(open), unknownShown)] {
		l.List = append(l.List, q.questionItem(v.State, o))
	}
	return l
}

// ask makes the form of a question.
func (p *questionsPage) ask(q *orgRequest, v *standing.View, next standing.Question) {
	if next.Fact.Subject == org.AboutSystem && next.Subject == string(org.AboutOrganization) {
		p.NameOne, p.AddPath = true, q.to("systems")
		return
	}
	form := q.form(v, next.Fact, standing.Ref{About: next.Fact.Subject, Subject: next.Subject, Key: next.Fact.ID})
	form.Why = q.why(next)
	form.Duties = q.dependents(v, next.Subject, next.Fact.ID)
	p.Form = &form
}

const dependentsShown = 8

// dependents are duties that depend on a fact of a subject.
func (q *orgRequest) dependents(v *standing.View, subject, fact string) []link {
	var list []link
	for _, r := range v.Rows {
		if r.Unknown > 0 && slices.ContainsFunc(r.Answers, func(a regime.DutyAnswer) bool {
			return (a.Subject == subject || a.Subject == string(org.AboutOrganization) || subject == string(org.AboutOrganization)) && slices.Contains(a.DependsOn, fact)
		}) {
			list = append(list, link{q.to("duties/" + r.ID), q.Text(r.Name)})
		}
		if len(list) == dependentsShown {
			break
		}
	}
	return list
}

// subjectKey tells subjects apart in addresses: a system and a transfer may have
// one id.
func subjectKey(about org.Subject, subject string) string {
	if about == org.AboutTransfer {
		return string(about) + "/" + subject
	}
	return subject
}

func skipKey(about org.Subject, subject, fact string) string {
	return subjectKey(about, subject) + "/" + fact
}

// nextQuestion is the first open question of a subject, or of any, that was
// not put off.
func nextQuestion(open []standing.Question, only string, skip []string) (standing.Question, bool) {
	for _, o := range open {
		if (only == "" || subjectKey(o.Fact.Subject, o.Subject) == only) && !slices.Contains(skip, skipKey(o.Fact.Subject, o.Subject, o.Fact.ID)) {
			return o, true
		}
	}
	return standing.Question{}, false
}

func (q *orgRequest) skipPath(only string, skip []string, f *factForm) string {
	pairs := []string{"only", only}
	for _, s := range skip {
		pairs = append(pairs, "skip", s)
	}
	return q.to("questions", append(pairs, "skip", skipKey(f.Ref.About, f.Ref.Subject, f.Ref.Key))...)
}

// subjects counts the open questions of each subject, those with the most
// useful question first.
func (p *questionsPage) subjects(q *orgRequest, v *standing.View, open []standing.Question, only string) {
	p.All = subjectItem{Path: q.to("questions"), Name: q.T("questions.all"), Open: len(open), Here: only == ""}
	at := map[string]int{}
	for _, o := range open {
		key := subjectKey(o.Fact.Subject, o.Subject)
		i, ok := at[key]
		if !ok {
			if len(p.Subjects) == subjectsShown && key != only {
				continue
			}
			i = len(p.Subjects)
			at[key] = i
			p.Subjects = append(p.Subjects, subjectItem{Path: q.to("questions", "only", key), Name: q.askedOf(v.State, o), Here: key == only})
		}
		p.Subjects[i].Open++
	}
}

// askedOf names the subject of a question.
func (q *orgRequest) askedOf(state *standing.State, o standing.Question) string {
	if o.Subject == string(org.AboutOrganization) {
		return q.T("subject.organization")
	}
	return q.subjectOf(state, standing.Ref{About: o.Fact.Subject, Subject: o.Subject})
}

// factPage is one fact of one subject with its history.
type factPage struct {
	page
	Form    factForm
	Label   string
	Stands  bool
	History []entryView
	Back    link // the page of the subject
	More    link // its questions, without a path if none is open
}

// unitLinks lead from a fact back to its subject, and on to its questions.
func (q *orgRequest) unitLinks(v *standing.View, r standing.Ref) (back, more link) {
	back = link{q.to("systems"), q.T("page.systems")}
	if r.About != org.AboutOrganization {
		back = link{q.to(string(r.About) + "s/" + url.PathEscape(r.Subject)), q.subjectOf(v.State, r)}
	}
	key := subjectKey(r.About, r.Subject)
	if _, open := nextQuestion(v.Questions(), key, nil); open {
		more = link{q.to("questions", "only", key), q.T("fact.more")}
	}
	return back, more
}

// readFact finds the fact that an address names.
func (q *orgRequest) readFact() (*standing.View, *org.Fact, standing.Ref, error) {
	r := standing.Ref{About: org.Subject(q.PathValue("about")), Subject: q.PathValue("subject"), Key: q.PathValue("fact")}
	v, err := q.view()
	if err != nil {
		return nil, nil, r, err
	}
	f := q.s.Set.Vocabulary.Fact(r.Key)
	exists := r.About == org.AboutOrganization && r.Subject == string(org.AboutOrganization) || v.State.Exists(r.About, r.Subject)
	if f == nil || f.Kind == org.Record || f.Subject != r.About || !exists {
		return nil, nil, r, problem.New(problem.NotFound, "web.no_page")
	}
	return v, f, r, nil
}

func (s *server) fact(q *orgRequest) error {
	v, f, r, err := q.readFact()
	if err != nil {
		return err
	}
	return q.renderFact(http.StatusOK, v, f, r, q.form(v, f, r))
}

func (q *orgRequest) renderFact(code int, v *standing.View, f *org.Fact, r standing.Ref, form factForm) error {
	base := q.page("fact")
	base.Title = q.Text(f.Label)
	back, more := q.unitLinks(v, r)
	entries, err := q.s.Standing.History(q.Context(), q.org, r)
	if err != nil {
		return err
	}
	form.Duties = q.dependents(v, r.Subject, f.ID)
	_, stands := v.State.Entry(r)
	return q.s.render(q.request, code, "fact", factPage{page: base, Form: form, Stands: stands, History: q.entries(v.State, entries), Back: back, More: more})
}

// saveFact states a fact; in the flow of questions the next one follows.
func (s *server) saveFact(q *orgRequest) error {
	v, f, r, err := q.readFact()
	if err != nil {
		return err
	}
	again, err := q.state(v, f, r)
	if err != nil {
		return err
	}
	flow := q.PostFormValue("flow") != ""
	switch {
	case again != nil && flow:
		p, err := q.questionsPage(again, v)
		if err != nil {
			return err
		}
		return s.renderQuestions(q, again.refused(), p)
	case again != nil:
		return q.renderFact(again.refused(), v, f, r, *again)
	case flow && q.part("questions"):
		return s.questions(q)
	case flow:
		pairs := []string{"done", "saved", "only", q.FormValue("only")}
		for _, skip := range q.Form["skip"] {
			pairs = append(pairs, "skip", skip)
		}
		s.redirect(q.request, q.to("questions", pairs...))
		return nil
	}
	s.redirect(q.request, q.factPath(r.About, r.Subject, r.Key)+doneQuery(q.when, "saved"))
	return nil
}

// doneQuery adds what was done to an address that may carry a day.
func doneQuery(w when, done string) string {
	if w.query() == "" {
		return "?done=" + done
	}
	return "&done=" + done
}

// Total is how many questions there are, answered or not.
func (p questionsPage) Total() int { return max(1, p.Open+p.Answered+p.Unknown.Count) }
