package web

import (
	"slices"
	"strings"

	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/regime"
	"guanji/internal/report"
	"guanji/internal/standing"
)

// cites are provisions as the value of a line.
func (m *memoMaker) cites(w words, ids ...string) []memoValue {
	if len(ids) == 0 {
		return nil
	}
	v := memoValue{}
	for _, id := range ids {
		v.Cites = append(v.Cites, memoCite{w.Text(m.s.citation(id)), w.idOf(id)})
	}
	return []memoValue{v}
}

// idOf is an id of the content, which stands once, on the English side.
func (w words) idOf(id string) string {
	if w.lang == message.Chinese {
		return ""
	}
	return id
}

// cite notes that a provision is to be shown in full.
func (m *memoMaker) cite(ids ...string) { m.cited = append(m.cited, ids...) }

// reason is a reason with the facts that settle it, and its grounds.
func (m *memoMaker) reason(r regime.Reason, about standing.Ref, named bool) memoTwo {
	m.cite(r.Provisions...)
	return m.two(func(q *orgRequest) memoSide {
		side := memoSide{Tag: q.T("memo.tag.unknown"), Name: q.Text(r.Text), Mark: q.marked(r.Confidence)}
		if r.Value != nil {
			side.Tag = q.T(map[bool]string{true: "memo.tag.yes", false: "memo.tag.no"}[*r.Value])
		}
		if named {
			side.Lines = append(side.Lines, q.line("memo.about", plain(m.name(q.words, about))...)...)
		}
		var facts []string
		for _, f := range m.factsOf(r) {
			facts = append(facts, q.Text(f.Label)+q.T("colon")+q.Text(f.Show(r.Facts[f.ID])))
		}
		side.Lines = append(side.Lines, q.line("memo.facts", plain(strings.Join(facts, q.T("list.separator")))...)...)
		side.Lines = append(side.Lines, q.line("memo.ground", m.cites(q.words, r.Provisions...)...)...)
		return side
	})
}

// factsOf are the facts that settle a reason, in the order of their ids.
func (m *memoMaker) factsOf(r regime.Reason) []*org.Fact {
	var list []*org.Fact
	for id := range r.Facts {
		if f := m.s.Set.Vocabulary.Fact(id); f != nil {
			list = append(list, f)
		}
	}
	slices.SortFunc(list, func(a, b *org.Fact) int { return strings.Compare(a.ID, b.ID) })
	return list
}

// alike are the subjects that a duty treats alike, for one reason.
type alike struct {
	as       regime.Applies
	because  []regime.Reason
	depends  []string
	subjects []standing.Ref
}

// alikes gathers the answers of a duty that have one reason.
func alikes(answers []regime.DutyAnswer) []*alike {
	var groups []*alike
	same := func(a, b regime.Reason) bool { return a.Text == b.Text }
	for _, a := range answers {
		i := slices.IndexFunc(groups, func(g *alike) bool {
			return g.as == a.Applies && slices.EqualFunc(g.because, a.Because, same) && slices.Equal(g.depends, a.DependsOn)
		})
		if i < 0 {
			i = len(groups)
			groups = append(groups, &alike{as: a.Applies, because: a.Because, depends: a.DependsOn})
		}
		groups[i].subjects = append(groups[i].subjects, subject(a.Subject))
	}
	return groups
}

// duties are those that apply, by area.
func (m *memoMaker) duties() memoSection {
	s := section(memoDuties, "duties")
	s.Lead = []message.Text{said("memo.lead.duties", memoPenalties)}
	for _, area := range m.s.Set.Areas {
		g := memoGroup{Name: area.Name}
		for _, r := range m.v.Rows {
			if r.Area == area.ID.Value && r.Applies() == regime.Yes {
				g.Items = append(g.Items, m.duty(r))
			}
		}
		if len(g.Items) > 0 {
			s.Groups = append(s.Groups, g)
		}
	}
	s.ifEmpty("memo.duties.none")
	return s
}

// mayApply are the duties that may apply to some subject, and apply to none.
func (m *memoMaker) mayApply() memoSection {
	s := section(memoMayApply, "may", memoGroup{})
	for _, r := range m.v.Rows {
		if r.Applies() == regime.Unknown {
			s.Groups[0].Items = append(s.Groups[0].Items, m.duty(r))
		}
	}
	s.ifEmpty("memo.may.none")
	return s
}

// duty is a duty with the subjects to which it applies and may apply, and with
// what an inspector asks for where it applies.
func (m *memoMaker) duty(r standing.Row) memoTwo {
	groups := alikes(r.Answers)
	return m.two(func(q *orgRequest) memoSide {
		side := memoSide{Name: q.Text(r.Name), Mark: q.marked(r.Confidence), ID: q.idOf(r.ID)}
		kind := []string{q.bearerName(r.Bearer), q.T("force." + string(r.Force)), report.Cadence(q.lang, r.Cadence)}
		side.Lines = []memoLine{{"", plain(strings.Join(slices.DeleteFunc(kind, func(s string) bool { return s == "" }), " · "))}}
		for _, is := range []regime.Applies{regime.Yes, regime.Unknown} {
			side.Lines = append(side.Lines, m.why(q, groups, is)...)
		}
		side.Lines = append(side.Lines, q.line("memo.ground", m.cites(q.words, provisionsOf(r)...)...)...)
		if r.Applies() == regime.Yes {
			side.Lines = append(side.Lines, m.asked(q, r)...)
		}
		if r.Note != nil {
			side.Lines = append(side.Lines, q.line("memo.note", plain(q.Text(*r.Note))...)...)
		}
		return side
	})
}

func provisionsOf(r standing.Row) []string {
	ids := make([]string, len(r.Provisions))
	for i, p := range r.Provisions {
		ids[i] = p.ID
	}
	return ids
}

// why says to which subjects a duty applies, or may, and for what reasons.
func (m *memoMaker) why(q *orgRequest, groups []*alike, is regime.Applies) []memoLine {
	var lines []memoLine
	for _, g := range groups {
		if g.as != is {
			continue
		}
		text := []string{m.names(q.words, g.subjects)}
		for _, r := range g.because {
			text = append(text, q.Text(r.Text))
		}
		lines = append(lines, q.line("memo.for."+string(is), plain(strings.Join(text, q.T("list.separator")))...)...)
		lines = append(lines, q.line("memo.depends", plain(m.labels(q, g.depends))...)...)
	}
	return lines
}

// asked are the kinds of evidence that an inspector asks for, and the grounds
// of penalties.
func (m *memoMaker) asked(q *orgRequest, r standing.Row) []memoLine {
	var kinds, penalties []string
	for _, e := range r.Evidence {
		if kind := q.evidenceKind(e.Kind); !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	for _, p := range r.Penalties {
		penalties = append(penalties, p.Provision)
	}
	return append(q.line("memo.evidence", plain(q.join(kinds))...), q.line("memo.penalty", m.cites(q.words, penalties...)...)...)
}

// penalties are those of the duties that apply, each once.
func (m *memoMaker) penalties() memoSection {
	s := section(memoPenalties, "penalties", memoGroup{})
	text, duties := map[string]message.Text{}, map[string]int{}
	var ids []string
	for _, r := range m.v.Rows {
		for _, p := range r.Penalties {
			if r.Applies() != regime.Yes {
				continue
			}
			if duties[p.Provision]++; duties[p.Provision] == 1 {
				ids = append(ids, p.Provision)
				text[p.Provision] = p.Text
			}
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		s.Groups[0].Items = append(s.Groups[0].Items, m.two(func(q *orgRequest) memoSide {
			return memoSide{Name: q.Text(m.s.citation(id)), ID: q.idOf(id), Lines: []memoLine{{"", plain(q.Text(text[id]))}, {"", plain(q.T("memo.penalty.duties", duties[id]))}}}
		}))
	}
	s.Lead = []message.Text{said("memo.lead.penalties")}
	s.ifEmpty("memo.penalties.none")
	return s
}

func (m *memoMaker) transfers() memoSection {
	list := m.v.Assessment.Transfers
	s := section(memoTransfers, "transfers")
	for i := range list[:min(len(list), mostMemoTransfers)] {
		s.Groups = append(s.Groups, m.transfer(&list[i]))
	}
	s.leave(len(list) - mostMemoTransfers)
	s.ifEmpty("memo.no_transfers")
	return s
}

// transfer is a transfer with everything that was decided of it.
func (m *memoMaker) transfer(t *regime.TransferDecision) memoGroup {
	m.cite(t.Basis...)
	g := memoGroup{Name: t.Name}
	add := func(f func(q *orgRequest) []memoLine) {
		if two := m.lines(f); len(two.Zh.Lines) > 0 {
			g.Items = append(g.Items, two)
		}
	}
	add(func(q *orgRequest) []memoLine { return m.pathway(q, t) })
	add(func(q *orgRequest) []memoLine { return q.line("transfer.overlays", m.overlays(q, t.Overlays)...) })
	add(func(q *orgRequest) []memoLine { return q.line("memo.warnings", plain(q.warnings(t.Warnings)...)...) })
	add(func(q *orgRequest) []memoLine { return q.line("transfer.deadlines", m.deadlines(q, t.Deadlines)...) })
	add(func(q *orgRequest) []memoLine {
		var names []string
		for _, id := range t.Duties {
			names = append(names, q.dutyName(id))
		}
		return q.line("transfer.duties", plain(strings.Join(names, q.T("list.separator")))...)
	})
	add(func(q *orgRequest) []memoLine { return q.line("transfer.missing", plain(m.labels(q, t.Missing))...) })
	for _, r := range t.Reasons {
		g.Items = append(g.Items, m.reason(r, standing.Ref{}, false))
	}
	return g
}

func (m *memoMaker) labels(q *orgRequest, facts []string) string {
	var labels []string
	for _, id := range facts {
		if f := m.s.Set.Vocabulary.Fact(id); f != nil {
			labels = append(labels, q.Text(f.Label))
		}
	}
	return strings.Join(labels, q.T("list.separator"))
}

// pathway is the result, now and with the planned rest of the year.
func (m *memoMaker) pathway(q *orgRequest, t *regime.TransferDecision) []memoLine {
	result := func(r regime.Result, step *string) string {
		text := q.T("result." + string(r))
		if step != nil {
			text += q.T("mark", q.T("memo.step", *step))
		}
		return text
	}
	var possible []string
	for _, r := range t.Possible {
		possible = append(possible, q.T("result."+string(r)))
	}
	planned := result(t.Projected.Result, t.Projected.Step)
	if open := m.labels(q, t.Projected.Missing); open != "" {
		planned += q.T("list.separator") + q.T("memo.not_known", open)
	}
	return slices.Concat(q.line("transfer.pathway", plain(result(t.Result, t.Step))...), q.line("memo.possible", plain(q.join(possible))...),
		q.line("memo.ground", m.cites(q.words, t.Basis...)...), q.line("memo.planned", plain(planned)...))
}

func (m *memoMaker) overlays(q *orgRequest, list []regime.Overlay) []memoValue {
	var values []memoValue
	for _, o := range list {
		m.cite(o.Basis)
		v := memoValue{Text: q.T("memo.overlay."+o.Effect, o.Text), Mark: q.marked(o.Confidence)}
		v.Cites = m.cites(q.words, o.Basis)[0].Cites
		values = append(values, v)
	}
	return values
}

func (m *memoMaker) deadlines(q *orgRequest, list []regime.Deadline) []memoValue {
	var values []memoValue
	for _, l := range list {
		m.cite(l.Basis)
		v := memoValue{Text: q.Text(l.Text) + q.T("colon") + report.Limit(q.lang, l.Limit, l.Calendar), Mark: q.marked(l.Confidence)}
		v.Cites = m.cites(q.words, l.Basis)[0].Cites
		values = append(values, v)
	}
	return values
}

// provisions are those that the determination and the transfers rest on, as
// they stood on the day.
func (m *memoMaker) provisions() memoSection {
	s := section(memoProvisions, "provisions", memoGroup{})
	s.Lead = []message.Text{said("memo.lead.provisions", m.v.On.String())}
	slices.Sort(m.cited)
	for _, id := range slices.Compact(m.cited) {
		p := m.s.Set.Library.Provision(id)
		if found := m.s.Set.Library.Find(id); p == nil && len(found) > 0 {
			p = found[0]
		}
		if p == nil {
			continue
		}
		s.Groups[0].Items = append(s.Groups[0].Items, m.two(func(q *orgRequest) memoSide {
			w := m.s.wording(q.request, p, current(p, m.v.On))
			text, whose := w.En, q.T("provision.ours_en")
			switch {
			case q.lang == message.Chinese && w.Official:
				text, whose = "「"+w.Zh+"」", q.T("provision.official")
			case q.lang == message.Chinese:
				text, whose = w.Zh, q.T("provision.ours_zh")
			}
			side := memoSide{Name: q.Text(m.s.citation(id)), ID: q.idOf(id), Mark: q.marked(current(p, m.v.On).Confidence)}
			side.Lines = []memoLine{{"", plain(w.Topic)}, {"", plain(text)}, {"", plain(whose + " · " + w.InForce)}}
			var sources []string
			for _, src := range w.Sources {
				sources = append(sources, src.Text)
			}
			side.Lines = append(side.Lines, q.line("memo.source", plain(strings.Join(sources, q.T("list.separator")))...)...)
			return side
		}))
	}
	s.leave(len(s.Groups[0].Items) - mostMemoLines)
	s.Groups[0].Items = s.Groups[0].Items[:min(len(s.Groups[0].Items), mostMemoLines)]
	s.ifEmpty("memo.none")
	return s
}
