package web

import (
	"cmp"
	"strings"

	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/standing"
)

// summary is the first page.
func (m *memoMaker) summary() []memoTwo {
	a := m.v.Assessment
	return []memoTwo{
		m.two(func(q *orgRequest) memoSide {
			status := "status." + string(a.Determination.Status)
			deciders := q.deciders(a.Deciders)
			if len(deciders) == 0 {
				deciders = []string{q.T("memo.no_decider")}
			}
			return memoSide{Name: q.T(status), Lines: []memoLine{{"", plain(q.T(status + ".means"))}, {"", plain(deciders...)}}}
		}),
		m.lines(func(q *orgRequest) []memoLine {
			h := a.Headline
			return q.line("memo.section.duties", plain(q.T("memo.counts", h.Binding.Yes, h.Binding.Unknown, h.NonBinding.Yes, h.NonBinding.Unknown))...)
		}),
		m.lines(func(q *orgRequest) []memoLine { return q.line("memo.dates", plain(m.dates(q)...)...) }),
		m.lines(func(q *orgRequest) []memoLine { return q.line("memo.section.transfers", plain(m.results(q)...)...) }),
		m.lines(func(q *orgRequest) []memoLine {
			count := q.T("memo.unknown.nothing")
			if n := len(m.open.all); n > 0 {
				count = q.T("memo.unknown.count", n, len(a.Determination.Missing), memoUnknown)
			}
			return q.line("memo.section.unknown", plain(count)...)
		}),
		m.lines(func(q *orgRequest) []memoLine {
			return q.line("memo.warnings", plain(some(q.words, orNone(q, q.warnings(a.Warnings)), mostMemoSummary)...)...)
		}),
	}
}

func orNone(q *orgRequest, list []string) []string {
	if len(list) == 0 {
		return []string{q.T("memo.none")}
	}
	return list
}

// dates are the days to come, as the overview lists them.
func (m *memoMaker) dates(q *orgRequest) []string {
	var list []string
	for _, d := range q.dates(m.v) {
		text := q.T("memo.date", d.Day, d.Distance, d.Name, d.Tag.Name)
		if d.Mark != "" {
			text += q.T("mark", d.Mark)
		}
		list = append(list, text)
	}
	if len(list) == 0 {
		return []string{q.T("memo.no_dates")}
	}
	return some(q.words, list, mostMemoSummary)
}

// results are the pathways of the transfers, in one line each.
func (m *memoMaker) results(q *orgRequest) []string {
	var list []string
	for _, t := range m.v.Assessment.Transfers {
		text := q.Text(t.Name) + q.T("colon") + q.T("result."+string(t.Result))
		if t.Projected.Result != t.Result {
			text += q.T("list.separator") + q.T("decide.projected", message.New("result."+string(t.Projected.Result)))
		}
		list = append(list, text)
	}
	if len(list) == 0 {
		return []string{q.T("memo.no_transfers")}
	}
	return some(q.words, list, mostMemoSummary)
}

// determination is the status with the notices it rests on.
func (m *memoMaker) determination() memoSection {
	a := m.v.Assessment
	var notices []standing.Notice
	for _, id := range m.v.State.Units(standing.AboutNotice) {
		notices = append(notices, m.v.State.Notice(id))
	}
	systems := make([]standing.Ref, len(a.Systems))
	for i, s := range a.Systems {
		systems[i] = subject(s.ID)
	}
	s := section(memoDetermination, "determination", memoGroup{Items: []memoTwo{m.two(func(q *orgRequest) memoSide {
		side := memoSide{Name: q.T("status." + string(a.Determination.Status))}
		var told []string
		for _, n := range notices {
			told = append(told, m.notice(q.words, n))
		}
		if len(told) == 0 {
			told = []string{q.T("notice.none")}
		}
		side.Lines = append(q.line("memo.notices", plain(some(q.words, told, mostMemoLines)...)...),
			q.line("memo.systems", plain(cmp.Or(m.names(q.words, systems), q.T("memo.none")))...)...)
		return side
	})}})
	s.Lead = []message.Text{said("memo.lead.determination")}
	return s
}

// notice is a notice of designation in one line.
func (m *memoMaker) notice(w words, n standing.Notice) string {
	parts := []string{w.T("memo.notice.received", n.NotifiedOn.String())}
	add := func(key, value string) {
		if value != "" {
			parts = append(parts, w.T(key, value))
		}
	}
	add("memo.notice.by", n.By)
	add("memo.notice.reference", n.Reference)
	var named []standing.Ref
	for _, id := range n.Systems {
		named = append(named, subject(id))
	}
	add("memo.notice.systems", m.names(w, named))
	add("memo.notice.withdrawn", n.WithdrawnOn.String())
	stands := (org.Designation{NotifiedOn: n.NotifiedOn, WithdrawnOn: n.WithdrawnOn}).StandsOn(m.v.On)
	return strings.Join(parts, w.T("list.separator")) + w.T("mark", w.T(map[bool]string{true: "notice.stands", false: "notice.ended"}[stands]))
}
