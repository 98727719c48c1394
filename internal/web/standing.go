package web

import (
	"net/http"
	"slices"
	"strconv"

	"guanji/internal/law"
	"guanji/internal/org"
	"guanji/internal/regime"
	"guanji/internal/standing"
)

// standingPage is the determination with everything it rests on.
type standingPage struct {
	page
	Status     statusView
	Deciders   []string
	Warnings   []string
	Reasons    []reasonView
	From, To   int // of the reasons
	Of         int
	PrevPath   string
	NextPath   string
	Missing    []missingView
	MissingAll int
	Flips      []flipView
	FlipsAll   int
	Notices    []noticeView
	New        noticeView
	WhatIf     string
}

// reasonView is a reason, worded, with the facts that settle it.
type reasonView struct {
	Text, About string
	Tag         tag
	Cites       []citeLink
	Mark        string
	Facts       []factUsed
}

type factUsed struct{ Path, Label, Value string }

type missingView struct{ Path, Question, About, Could string }

type flipView struct{ Label, About, From, To, Status, Try string }

// What a page shows of long lists before it says how many more there are.
const (
	reasonsShown = 50 // on one page
	missingShown = 40
	flipsShown   = 40
)

func (s *server) standing(q *orgRequest) error {
	return q.renderStanding(http.StatusOK, noticeView{})
}

// renderStanding shows the page; failed is a notice that was not taken.
func (q *orgRequest) renderStanding(code int, failed noticeView) error {
	base := q.page("standing")
	base.Org.DaysMatter = true
	v, err := q.view()
	if err != nil {
		return err
	}
	d := v.Assessment.Determination
	p := standingPage{page: base, Status: q.status(d.Status), Deciders: q.deciders(v.Assessment.Deciders), Warnings: q.warnings(v.Assessment.Warnings),
		MissingAll: len(d.Missing), FlipsAll: len(d.Flips), WhatIf: q.to("what-if")}
	p.fill(q, v.State, d.Reasons)
	for _, m := range d.Missing[:min(len(d.Missing), missingShown)] {
		p.Missing = append(p.Missing, q.missing(v.State, m))
	}
	for _, f := range d.Flips[:min(len(d.Flips), flipsShown)] {
		p.Flips = append(p.Flips, q.flip(v.State, f))
	}
	p.Notices, p.New = q.notices(v.State, failed)
	return q.s.render(q.request, code, "standing", p)
}

// fill words one page of the reasons.
func (p *standingPage) fill(q *orgRequest, state *standing.State, reasons []regime.Reason) {
	start, _ := strconv.Atoi(q.FormValue("from"))
	if start < 0 || start >= len(reasons) {
		start = 0
	}
	end := min(len(reasons), start+reasonsShown)
	p.Reasons = q.reasons(state, reasons[start:end])
	p.From, p.To, p.Of = min(start+1, len(reasons)), end, len(reasons)
	if start > 0 {
		p.PrevPath = q.to("standing", "from", strconv.Itoa(max(0, start-reasonsShown)))
	}
	if end < len(reasons) {
		p.NextPath = q.to("standing", "from", strconv.Itoa(end))
	}
}

func (q *orgRequest) reasons(state *standing.State, list []regime.Reason) []reasonView {
	views := make([]reasonView, len(list))
	for i, r := range list {
		views[i] = q.reason(state, r)
	}
	return views
}

func (q *orgRequest) reason(state *standing.State, r regime.Reason) reasonView {
	v := reasonView{Text: q.Text(r.Text), About: q.subjectName(state, r.Subject), Cites: q.cites(r.Provisions), Mark: q.mark(r.Confidence), Tag: q.appliesTag(regime.Unknown)}
	if r.Value != nil {
		v.Tag = q.appliesTag(map[bool]regime.Applies{true: regime.Yes, false: regime.No}[*r.Value])
		v.Tag.Name = q.T("reason." + v.Tag.Class)
	}
	ids := make([]string, 0, len(r.Facts))
	for id := range r.Facts {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		if f := q.s.Set.Vocabulary.Fact(id); f != nil {
			v.Facts = append(v.Facts, factUsed{q.factOf(f, r.Subject), q.Text(f.Label), q.Text(f.Show(r.Facts[id]))})
		}
	}
	return v
}

// factOf is the page of a fact that speaks of a subject: facts about the
// organization serve reasons about systems, too.
func (q *orgRequest) factOf(f *org.Fact, subject string) string {
	switch {
	case f.Kind == org.Record || f.Subject == org.AboutIncident:
		return ""
	case f.Subject == org.AboutOrganization:
		subject = string(org.AboutOrganization)
	case subject == string(org.AboutOrganization):
		return ""
	}
	return q.factPath(f.Subject, subject, f.ID)
}

func (q *orgRequest) missing(state *standing.State, m regime.Missing) missingView {
	f := q.s.Set.Vocabulary.Fact(m.Fact)
	return missingView{q.questionPath(standing.Question{Fact: f, Subject: m.Subject}), q.Text(f.Question), q.subjectName(state, m.Subject), q.T("status." + string(m.CouldBecome))}
}

func (q *orgRequest) flip(state *standing.State, f regime.Flip) flipView {
	fact := q.s.Set.Vocabulary.Fact(f.Fact)
	return flipView{q.Text(fact.Label), q.subjectName(state, f.Subject), q.Text(fact.Show(f.From)), q.Text(fact.Show(f.To)), q.T("status." + string(f.Status)),
		q.to("what-if", "subject", f.Subject, "fact", f.Fact)}
}

// forceTag tells binding law from what only recommends.
func (w words) forceTag(f law.Force) tag {
	if f.Binding() {
		return tag{"", "§", w.T("force." + string(f))}
	}
	return tag{"no", "○", w.T("force." + string(f))}
}
