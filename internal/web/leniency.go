package web

import (
	"net/http"
	"slices"
	"strings"

	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/position"
)

// rectification is what was done under an order or plan, worded.
type rectification struct {
	words
	Path, Number, Basis string
	From                string // the authority, and the number of its order or of the plan
	What                string
	Duty, Subject       string
	DutyPath            string
	Started, Due, Done  string
	Timing              tag
	Before, Meanwhile   []paperLink
}

// leniencyPage gathers for each order and plan what can speak for the
// organization, to be printed.
type leniencyPage struct {
	page
	Back      string
	When      string
	Cites     []citeLink
	Grounds   []provisionView
	Plans     []rectification
	FilePlan  string // where an order or plan is filed; "" for who may not
	Generated string
}

func (s *server) leniency(q *orgRequest) error {
	base := q.page("leniency")
	base.Org.DaysMatter = true
	var err error
	p := leniencyPage{page: base, Back: q.to("position"), When: base.Org.When, Cites: q.cites([]string{position.LeniencyCSL, position.LeniencyIRM}), FilePlan: q.filePath("plans/new", "", ""),
		Generated: q.T("leniency.made", clock(s.Now()), q.holder.Name)}
	for _, id := range []string{position.LeniencyCSL, position.LeniencyIRM} {
		if provision, w, ok := s.Set.Library.Wording(id); ok {
			p.Grounds = append(p.Grounds, s.wording(q.request, provision, w))
		}
	}
	if p.Plans, err = q.rectifications(); err != nil {
		return err
	}
	return s.render(q.request, http.StatusOK, "leniency", p)
}

// rectifications words every order and plan that had started by the day asked.
func (q *orgRequest) rectifications() ([]rectification, error) {
	book, err := q.s.Filing.Book(q.Context(), q.org)
	if err != nil {
		return nil, err
	}
	list, err := q.s.Position.Leniency(q.Context(), q.org, q.when.On, q.when.Known)
	if err != nil {
		return nil, err
	}
	var views []rectification
	for _, r := range list {
		views = append(views, rectification{words: q.words, Path: q.evidencePath(r.Seq), Number: q.T("stand.number", r.Seq), Basis: q.T("evidence.basis." + string(r.Basis)), From: strings.Join(slices.DeleteFunc([]string{r.By, r.Reference}, func(s string) bool { return s == "" }), " · "),
			What: r.What, Duty: q.dutyName(r.Duty), DutyPath: q.dutyPath(r.Duty), Subject: q.subjectWords(r.Subject),
			Started: r.Started.String(), Due: r.Due.String(), Done: r.Done.String(), Timing: q.timing(r),
			Before: q.papers(book, r.Before), Meanwhile: q.papers(book, r.Meanwhile)})
	}
	return views, nil
}

func (q *orgRequest) papers(book *evidence.Book, seqs []int64) []paperLink {
	var list []paperLink
	for _, seq := range seqs {
		list = append(list, q.paper(book, seq))
	}
	return list
}

// timing says how an order or plan stands to its due day.
func (w words) timing(r position.Rectification) tag {
	switch {
	case r.Done.IsZero() && r.Late:
		return tag{"bad", "■", w.T("leniency.late", position.Late(r.Days))}
	case r.Done.IsZero():
		return tag{"warn", "↻", message.Days("leniency.runs", -r.Days).In(w.lang)}
	case r.Late:
		return tag{"warn", "▲", w.T("leniency.done_late", position.Late(r.Days))}
	}
	return tag{"yes", "✓", message.Days("leniency.done_in_time", -r.Days).In(w.lang)}
}
