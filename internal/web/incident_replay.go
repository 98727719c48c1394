package web

import (
	"fmt"
	"net/http"
	"slices"

	"guanji/internal/respond"
)

// replayPage is every judgement of a case, worked out again from the record.
type replayPage struct {
	page
	Back  string
	Drill bool
	Same  bool
	Rows  []replayRow
}

// replayRow is one judgement, as it was and as it comes out again.
type replayRow struct {
	words
	Seq      int64
	When, By string
	Same     tag
	Content  bool // it was judged by the content that the program has
	Was, Is  tag
	Limits   []replayLimit
}

type replayLimit struct {
	words
	Report, Was, Is string
	Same            bool
}

func (s *server) replayCase(q *orgRequest) error {
	n, err := q.caseNumber()
	if err != nil {
		return err
	}
	r, err := q.caseRequest(n)
	if err != nil {
		return err
	}
	all, err := s.Respond.Replay(q.Context(), q.org, n)
	if err != nil {
		return err
	}
	p := replayPage{page: q.page("incident_replay"), Back: r.casePath(""), Drill: r.c.Drill, Same: !slices.ContainsFunc(all, func(a respond.Replay) bool { return !a.Same() })}
	p.Title = fmt.Sprintf("#%d · %s", n, p.Title)
	if p.Drill {
		p.Title = q.T("respond.drill") + " · " + p.Title
	}
	for _, a := range all {
		p.Rows = append(p.Rows, r.replayRow(a))
	}
	return s.render(q.request, http.StatusOK, "incident_replay", p)
}

func (q *caseRequest) replayRow(a respond.Replay) replayRow {
	v := replayRow{words: q.words, Seq: a.Seq, When: moment(a.At), By: a.By, Content: a.Content, Was: q.gradeTag(a.Was.Grade), Is: q.gradeTag(a.Grade), Same: tag{"yes", "✓", q.T("cases.replay.same")}}
	if !a.Same() {
		v.Same = tag{"bad", "✗", q.T("cases.replay.other")}
	}
	for _, l := range a.Limits {
		v.Limits = append(v.Limits, replayLimit{q.words, q.reportName(l.Key), moment(l.Was), moment(l.Is), l.Was.Equal(l.Is)})
	}
	return v
}
