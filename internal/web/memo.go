package web

import (
	"net/http"
	"slices"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/regime"
	"guanji/internal/report"
	"guanji/internal/standing"
)

// both is one thing in both languages, as the memo shows everything.
type both struct{ Zh, En string }

// memoPage is a memo for counsel, to be printed.
type memoPage struct {
	page
	Name, When, Made                    both
	Disclaimer                          both
	Status, Meaning                     both
	Deciders                            []both
	Warnings                            []both
	Reasons                             []memoReason
	Missing, Flips                      []both
	Areas                               []memoArea
	MayApply                            []memoDuty
	Transfers                           []memoTransfer
	Facts                               []memoFact
	ReasonsLeft, MissingLeft, FlipsLeft int
	FactsLeft                           int
	Provisions                          []provisionView // that the determination and the transfers rest on
	Content, Digest                     string
	By                                  string
}

type memoReason struct {
	Text  both
	About both
	Tag   string
	Cites []string
	Mark  both
	Facts []both
}

type memoArea struct {
	Name   both
	Duties []memoDuty
}

type memoDuty struct {
	Name, Bearer, Cadence, Why, Force both
	Cites                             []string
	Mark                              both
	Depends                           []both
}

type memoTransfer struct {
	Name, Result both
	Basis        []string
	Reasons      []memoReason
	Missing      []both
}

type memoFact struct {
	About, Label, Value both
	By                  string
	Sure                both
	Source              string
}

// What keeps the memo of an organization with very many systems printable. The
// memo says how much more there is, and where.
const (
	mostMemoFacts = 600
	mostMemoLines = 400 // of each other list
)

func bothOf(f func(w words) string) both {
	return both{f(words{message.Chinese}), f(words{message.English})}
}

func bothTexts(t message.Text) both { return both{t.Zh, t.En} }

func bothMessages(key string, args ...any) both {
	return bothOf(func(w words) string { return w.T(key, args...) })
}

func (s *server) memo(q *orgRequest) error {
	base := q.page("memo")
	base.Org.DaysMatter = true
	v, err := q.view()
	if err != nil {
		return err
	}
	a := v.Assessment
	m := memoMaker{q, v}
	p := memoPage{page: base, Name: bothTexts(a.Organization.Name), When: bothMessages("memo.when", v.On.String()), Made: bothMessages("memo.made", clock(s.Now()), q.holder.Name),
		Disclaimer: bothMessages("disclaimer"), Status: bothMessages("status." + string(a.Determination.Status)), Meaning: bothMessages("status." + string(a.Determination.Status) + ".means"),
		Content: q.T("web.footer", a.Content.Version, a.Content.ResearchedThrough.String()), Digest: a.Content.Digest, By: q.holder.Name}
	if v.Known != (day.Day{}) {
		p.When = bothMessages("memo.when_known", v.On.String(), v.Known.String())
	}
	zh, en := words{message.Chinese}.deciders(a.Deciders), words{message.English}.deciders(a.Deciders)
	for i := range zh {
		p.Deciders = append(p.Deciders, both{zh[i], en[i]})
	}
	for _, w := range a.Warnings {
		p.Warnings = append(p.Warnings, bothTexts(w.Text))
	}
	d := a.Determination
	p.Reasons, p.ReasonsLeft = m.reasons(d.Reasons[:min(len(d.Reasons), mostMemoLines)]), max(0, len(d.Reasons)-mostMemoLines)
	p.MissingLeft, p.FlipsLeft = max(0, len(d.Missing)-mostMemoLines), max(0, len(d.Flips)-mostMemoLines)
	for _, x := range d.Missing[:min(len(d.Missing), mostMemoLines)] {
		p.Missing = append(p.Missing, m.missing(x))
	}
	for _, x := range d.Flips[:min(len(d.Flips), mostMemoLines)] {
		p.Flips = append(p.Flips, m.flip(x))
	}
	p.Areas, p.MayApply = m.duties()
	for i := range a.Transfers {
		p.Transfers = append(p.Transfers, m.transfer(&a.Transfers[i]))
	}
	p.Facts, p.FactsLeft = m.facts()
	p.Provisions = m.provisions(p)
	return s.render(q.request, http.StatusOK, "memo", p)
}

// memoMaker words a view in both languages.
type memoMaker struct {
	q *orgRequest
	v *standing.View
}

// about names what something is about; "" for the organization itself.
func (m memoMaker) about(subject string) both {
	if subject == string(org.AboutOrganization) {
		return bothMessages("subject.organization")
	}
	return bothTexts(m.v.State.Name(org.AboutSystem, subject))
}

func (m memoMaker) reasons(list []regime.Reason) []memoReason {
	all := make([]memoReason, len(list))
	for i, r := range list {
		all[i] = memoReason{Text: bothTexts(r.Text), About: m.about(r.Subject), Tag: "?", Cites: r.Provisions, Mark: bothOf(func(w words) string { return w.mark(r.Confidence) })}
		if r.Value != nil {
			all[i].Tag = map[bool]string{true: "✓", false: "–"}[*r.Value]
		}
		ids := make([]string, 0, len(r.Facts))
		for id := range r.Facts {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		for _, id := range ids {
			if f := m.q.s.Set.Vocabulary.Fact(id); f != nil {
				all[i].Facts = append(all[i].Facts, pair(bothTexts(f.Label), bothTexts(f.Show(r.Facts[id]))))
			}
		}
	}
	return all
}

// pair is a name with its value.
func pair(name, value both) both { return both{name.Zh + "：" + value.Zh, name.En + ": " + value.En} }

func (m memoMaker) missing(x regime.Missing) both {
	f := m.q.s.Set.Vocabulary.Fact(x.Fact)
	about := m.about(x.Subject)
	return bothOf(func(w words) string {
		return w.T("memo.missing", f.Question, both2text(about), message.New("status."+string(x.CouldBecome)))
	})
}

func both2text(b both) message.Text { return message.Text{En: b.En, Zh: b.Zh} }

func (m memoMaker) flip(x regime.Flip) both {
	f := m.q.s.Set.Vocabulary.Fact(x.Fact)
	about := both2text(m.about(x.Subject))
	return bothOf(func(w words) string {
		return w.T("memo.flip", f.Label, about, f.Show(x.From), f.Show(x.To), message.New("status."+string(x.Status)))
	})
}

// duties are those that apply, by area, and those that may.
func (m memoMaker) duties() (areas []memoArea, may []memoDuty) {
	for _, area := range m.q.s.Set.Areas {
		a := memoArea{Name: bothTexts(area.Name)}
		for _, r := range m.v.Rows {
			switch {
			case r.Area != area.ID.Value:
			case r.Applies() == regime.Yes:
				a.Duties = append(a.Duties, m.duty(r, regime.Yes))
			case r.Applies() == regime.Unknown:
				may = append(may, m.duty(r, regime.Unknown))
			}
		}
		if len(a.Duties) > 0 {
			areas = append(areas, a)
		}
	}
	return areas, may
}

func (m memoMaker) duty(r standing.Row, as regime.Applies) memoDuty {
	d := memoDuty{Name: bothTexts(r.Name), Cadence: bothOf(func(w words) string { return report.Cadence(w.lang, r.Cadence) }),
		Force: bothMessages("force." + string(r.Force)), Mark: bothOf(func(w words) string { return w.mark(r.Confidence) })}
	for _, b := range m.q.s.Set.Bearers {
		if b.ID.Value == r.Bearer {
			d.Bearer = bothTexts(b.Name)
		}
	}
	for _, p := range r.Provisions {
		d.Cites = append(d.Cites, p.ID)
	}
	i := slices.IndexFunc(r.Answers, func(a regime.DutyAnswer) bool { return a.Applies == as })
	if answer := r.Answers[i]; len(answer.Because) > 0 {
		d.Why = bothTexts(answer.Because[0].Text)
		for _, id := range answer.DependsOn {
			if f := m.q.s.Set.Vocabulary.Fact(id); f != nil {
				d.Depends = append(d.Depends, bothTexts(f.Label))
			}
		}
	}
	return d
}

func (m memoMaker) transfer(t *regime.TransferDecision) memoTransfer {
	x := memoTransfer{Name: bothTexts(t.Name), Result: bothMessages("result." + string(t.Result)), Basis: t.Basis, Reasons: m.reasons(t.Reasons)}
	for i := range x.Reasons {
		x.Reasons[i].About = both{}
	}
	for _, id := range t.Missing {
		if f := m.q.s.Set.Vocabulary.Fact(id); f != nil {
			x.Missing = append(x.Missing, bothTexts(f.Label))
		}
	}
	return x
}

// facts are those stated, of the organization first.
func (m memoMaker) facts() (list []memoFact, left int) {
	add := func(about org.Subject, id string, name both) {
		for _, e := range m.v.State.Stated(about, id) {
			f := m.q.s.Set.Vocabulary.Fact(e.Key)
			if f == nil {
				continue
			}
			if len(list) == mostMemoFacts {
				left++
				continue
			}
			val, _ := f.FromJSON(e.Value)
			list = append(list, memoFact{name, bothTexts(f.Label), bothTexts(f.Show(val.In(f))), e.By + " " + clock(e.At), bothMessages("sure." + string(e.Sure)), e.Source})
		}
	}
	add(org.AboutOrganization, string(org.AboutOrganization), bothMessages("subject.organization"))
	for _, about := range []org.Subject{org.AboutSystem, org.AboutTransfer} {
		for _, id := range m.v.State.Units(about) {
			add(about, id, bothTexts(m.v.State.Name(about, id)))
		}
	}
	return list, left
}

// provisions are those that the determination and the transfers cite, as they
// stood on the day.
func (m memoMaker) provisions(p memoPage) []provisionView {
	var ids []string
	collect := func(list []memoReason) {
		for _, r := range list {
			ids = append(ids, r.Cites...)
		}
	}
	collect(p.Reasons)
	for _, t := range p.Transfers {
		ids = append(ids, t.Basis...)
		collect(t.Reasons)
	}
	slices.Sort(ids)
	var views []provisionView
	for _, id := range slices.Compact(ids) {
		found := m.q.s.Set.Library.Find(id)
		if pr := m.q.s.Set.Library.Provision(id); pr != nil {
			views = append(views, m.q.s.wording(m.q.request, pr, current(pr, m.v.On)))
		} else if len(found) > 0 {
			views = append(views, m.q.s.wording(m.q.request, found[0], current(found[0], m.v.On)))
		}
	}
	return views
}
