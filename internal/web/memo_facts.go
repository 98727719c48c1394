package web

import (
	"slices"

	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/regime"
	"guanji/internal/standing"
)

// notKnown is a fact that is not known of some subjects, with what depends on
// it.
type notKnown struct {
	fact      *org.Fact
	could     regime.Status             // that it could raise the determination to
	about     map[string][]standing.Ref // by how it is not known: asked, never, partly
	duties    map[string]bool
	transfers []standing.Ref
	seen      map[standing.Ref]bool
}

// gathered is everything that is not known.
type gathered struct {
	raise, depends []*notKnown
	all            map[standing.Ref]bool
}

// gather finds what is not known: the facts that could raise the
// determination, those on which a duty or a transfer depends, and those to
// which the answer was that it is not known.
func (m *memoMaker) gather() {
	m.open.all = map[standing.Ref]bool{}
	a := m.v.Assessment
	for _, x := range a.Determination.Missing {
		m.note(&m.open.raise, x.Fact, x.Subject, x.CouldBecome)
	}
	for _, r := range m.v.Rows {
		for _, answer := range r.Answers {
			for _, id := range answer.DependsOn {
				if n := m.note(&m.open.depends, id, answer.Subject, ""); n != nil {
					n.duties[r.ID] = true
				}
			}
		}
	}
	for i := range a.Transfers {
		m.gatherTransfer(&a.Transfers[i])
	}
	m.gatherAsked()
	slices.SortStableFunc(m.open.depends, func(x, y *notKnown) int { return len(y.duties) - len(x.duties) })
}

// gatherTransfer notes the facts that a transfer lacks: those that leave its
// result open, now or with the planned rest of the year, and those of its
// reasons that are not known.
func (m *memoMaker) gatherTransfer(t *regime.TransferDecision) {
	ids := slices.Concat(t.Missing, t.Projected.Missing)
	for _, r := range t.Reasons {
		for _, f := range m.factsOf(r) {
			if r.Facts[f.ID] == nil {
				ids = append(ids, f.Name())
			}
		}
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if n := m.note(&m.open.depends, id, t.ID, ""); n != nil {
			n.transfers = append(n.transfers, standing.Ref{About: org.AboutTransfer, Subject: t.ID})
		}
	}
}

// gatherAsked notes what was answered with “not known”.
func (m *memoMaker) gatherAsked() {
	look := func(about org.Subject, id string) {
		for _, e := range m.v.State.Stated(about, id) {
			if string(e.Value) == "null" {
				m.note(&m.open.depends, e.Key, id, "")
			}
		}
	}
	look(org.AboutOrganization, string(org.AboutOrganization))
	for _, about := range []org.Subject{org.AboutSystem, org.AboutTransfer} {
		for _, id := range m.v.State.Units(about) {
			look(about, id)
		}
	}
}

// note notes that a fact is not known of a subject. Facts about the
// organization serve answers about systems and transfers, too.
func (m *memoMaker) note(list *[]*notKnown, fact, id string, could regime.Status) *notKnown {
	f := m.s.Set.Vocabulary.Fact(fact)
	if f == nil {
		return nil
	}
	r := standing.Ref{About: f.Subject, Subject: id, Key: f.ID}
	if f.Subject == org.AboutOrganization {
		r = standing.OfOrganization(f.ID)
	}
	i := slices.IndexFunc(*list, func(n *notKnown) bool { return n.fact == f && n.could == could })
	if i < 0 {
		i = len(*list)
		*list = append(*list, &notKnown{fact: f, could: could, about: map[string][]standing.Ref{}, duties: map[string]bool{}, seen: map[standing.Ref]bool{}})
	}
	n := (*list)[i]
	if !n.seen[r] {
		n.seen[r], m.open.all[r] = true, true
		how := "never"
		if e, ok := m.v.State.Entry(r); ok && string(e.Value) == "null" {
			how = "asked"
		} else if ok {
			how = "partly"
		}
		n.about[how] = append(n.about[how], r)
	}
	return n
}

// notKnown is the section of what is not known.
func (m *memoMaker) notKnown() memoSection {
	s := section(memoUnknown, "unknown", memoGroup{Name: said("memo.unknown.raise")}, memoGroup{Name: said("memo.unknown.depends")})
	for i, list := range [][]*notKnown{m.open.raise, m.open.depends} {
		g := &s.Groups[i]
		for _, n := range list[:min(len(list), mostMemoLines)] {
			g.Items = append(g.Items, m.two(func(q *orgRequest) memoSide { return m.lacking(q, n) }))
		}
		if len(list) == 0 {
			g.Items = []memoTwo{m.lines(func(q *orgRequest) []memoLine {
				return []memoLine{{"", plain(q.T([]string{"memo.unknown.raise.none", "memo.unknown.depends.none"}[i]))}}
			})}
		}
	}
	return s
}

// lacking is one fact that is not known.
func (m *memoMaker) lacking(q *orgRequest, n *notKnown) memoSide {
	side := memoSide{Name: q.Text(n.fact.Label)}
	for _, how := range []string{"never", "asked", "partly"} {
		if refs := n.about[how]; len(refs) > 0 {
			side.Lines = append(side.Lines, q.line("memo.unknown."+how, plain(m.names(q.words, refs))...)...)
		}
	}
	if n.could != "" {
		side.Lines = append([]memoLine{{"", plain(q.Text(n.fact.Question))}}, side.Lines...)
		return memoSide{Name: side.Name, Lines: append(side.Lines, q.line("memo.could", plain(q.T("status."+string(n.could)))...)...)}
	}
	var on []string
	if len(n.duties) > 0 {
		on = append(on, q.T("memo.unknown.duties", len(n.duties)))
	}
	if len(n.transfers) > 0 {
		on = append(on, q.T("memo.unknown.transfers", m.names(q.words, n.transfers)))
	}
	if len(on) == 0 {
		on = []string{q.T("memo.unknown.alone")}
	}
	side.Lines = append(side.Lines, q.line("memo.unknown.on", plain(on...)...)...)
	return side
}

// facts are those stated, of the organization first. Where notices or
// transfers decide a fact, what the assessment takes is told as well.
func (m *memoMaker) facts() memoSection {
	s := section(memoFacts, "facts")
	judged := m.s.Set.Vocabulary.On(m.v.File, m.v.On)
	left := m.factsAbout(&s, standing.OfOrganization(""), m.v.File.Facts, judged.Facts)
	for i, u := range judged.Systems {
		left += m.factsAbout(&s, subject(u.ID), m.v.File.Systems[i].Facts, u.Facts)
	}
	for _, u := range judged.Transfers {
		left += m.factsAbout(&s, standing.Ref{About: org.AboutTransfer, Subject: u.ID}, u.Facts, u.Facts)
	}
	s.Lead = []message.Text{said("memo.lead.facts")}
	s.Heads = []message.Text{said("memo.head.fact"), said("memo.head.answer"), said("memo.head.by")}
	if left > 0 {
		s.Left = said("memo.facts_left", left)
	}
	if len(s.Facts) == 0 {
		s.Lead = []message.Text{said("memo.facts.none")}
	}
	return s
}

// decided are the facts that notices and transfers decide.
func decided() []string { return []string{org.Notified, org.CII, org.ExportsPI, org.ExportsImportant} }

// factsAbout adds the facts of one subject, and returns how many were left out.
func (m *memoMaker) factsAbout(s *memoSection, r standing.Ref, file, judged org.Facts) (left int) {
	about := message.Text{En: m.name(m.en.words, r), Zh: m.name(m.zh.words, r)}
	add := func(f memoFact) {
		if f.About = about; len(s.Facts) < mostMemoFacts {
			s.Facts = append(s.Facts, f)
		} else {
			left++
		}
	}
	takes := func(f *org.Fact) message.Text {
		if f.Index < 0 || file[f.Index] == judged[f.Index] {
			return message.Text{}
		}
		return said("memo.judged", f.Show(judged[f.Index].In(f)))
	}
	for _, e := range m.v.State.Stated(r.About, r.Subject) {
		if f := m.s.Set.Vocabulary.Fact(e.Key); f != nil {
			val, _ := f.FromJSON(e.Value)
			add(memoFact{Label: f.Label, Value: f.Show(val.In(f)), Judged: takes(f), By: e.By + " " + clock(e.At), Sure: said("sure." + string(e.Sure)), Source: e.Source})
		}
	}
	for _, id := range decided() {
		f := m.s.Set.Vocabulary.Fact(id)
		if _, stated := m.v.State.Entry(standing.Ref{About: r.About, Subject: r.Subject, Key: id}); stated || takes(f) == (message.Text{}) {
			continue
		}
		add(memoFact{Label: f.Label, Value: said("memo.not_stated"), Judged: takes(f)})
	}
	return left
}
