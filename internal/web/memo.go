package web

import (
	"cmp"
	"net/http"

	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/standing"
)

// memoPage is a memo for counsel, to be printed: everything in both languages.
type memoPage struct {
	page
	Heading, Name, When, Made message.Text
	Disclaimer                message.Text
	SummaryName, ContentsName message.Text
	Summary                   []memoTwo
	Sections                  []memoSection
}

// memoSection is a numbered part of the memo.
type memoSection struct {
	Number int
	ID     string
	Name   message.Text
	Lead   []message.Text // what must be known before reading it
	Groups []memoGroup
	Heads  []message.Text // of the table of facts
	Facts  []memoFact
	Left   message.Text // how much more there is
}

// memoGroup is a part of a section, with a name or without.
type memoGroup struct {
	Name  message.Text
	Items []memoTwo
}

// memoTwo is one thing in both languages, side by side.
type memoTwo struct{ Zh, En memoSide }

// memoSide is one thing in one language.
type memoSide struct {
	Tag, Name, Mark string
	ID              string // in small type after the name
	Lines           []memoLine
}

// memoLine says something of a thing: one value in its line, several in lines
// of their own.
type memoLine struct {
	Label  string
	Values []memoValue
}

type memoValue struct {
	Text, Mark string
	Cites      []memoCite
}

// memoCite is a provision as lawyers cite it, with its id.
type memoCite struct{ Text, ID string }

// memoFact is what was stated, and what the assessment takes instead.
type memoFact struct {
	About, Label, Value message.Text
	Judged              message.Text
	By                  string
	Sure                message.Text
	Source              string
}

// The sections in their order.
const (
	memoDetermination = 1 + iota
	memoReasons
	memoUnknown
	memoFlips
	memoDuties
	memoMayApply
	memoPenalties
	memoTransfers
	memoFacts
	memoProvisions
	memoReview
)

// What keeps the memo of an organization with very many systems printable. The
// memo says how much more there is, and where.
const (
	mostMemoFacts     = 600
	mostMemoLines     = 400 // of each other list
	mostMemoTransfers = 100
	mostMemoNames     = 8 // of systems, wherever they are named
	mostMemoSummary   = 8 // dates, transfers and warnings of the summary
)

func (s *server) memo(q *orgRequest) error {
	base := q.page("memo")
	base.Org.DaysMatter = true
	v, err := q.view()
	if err != nil {
		return err
	}
	m := memoMaker{s: s, v: v, zh: q.speaking(message.Chinese), en: q.speaking(message.English)}
	m.gather()
	p := memoPage{page: base, Heading: said("page.memo"), Name: v.Assessment.Organization.Name, When: said("memo.when", v.On.String()),
		Made: said("memo.made", clock(s.Now()), q.holder.Name), Disclaimer: said("disclaimer"),
		SummaryName: said("memo.summary"), ContentsName: said("memo.contents")}
	if v.Known != (day.Day{}) {
		p.When = said("memo.when_known", v.On.String(), v.Known.String())
	}
	p.Summary = m.summary()
	p.Sections = []memoSection{m.determination(), m.reasons(), m.notKnown(), m.flips(), m.duties(), m.mayApply(), m.penalties(),
		m.transfers(), m.facts(), m.provisions(), m.review(q.holder.Name)}
	return s.render(q.request, http.StatusOK, "memo", p)
}

// speaking is the same request by a reader of a language.
func (q *orgRequest) speaking(l message.Lang) *orgRequest {
	of, r := *q, *q.request
	r.words = words{l}
	of.request = &r
	return &of
}

// said is a message in both languages.
func said(key string, args ...any) message.Text { return message.New(key, args...).Text() }

// memoMaker words a view in both languages.
type memoMaker struct {
	s      *server
	v      *standing.View
	zh, en *orgRequest
	open   gathered // what is not known
	cited  []string // the provisions of the determination and the transfers
}

// two words a thing twice.
func (m *memoMaker) two(f func(q *orgRequest) memoSide) memoTwo { return memoTwo{f(m.zh), f(m.en)} }

// lines is a thing without a name.
func (m *memoMaker) lines(f func(q *orgRequest) []memoLine) memoTwo {
	return m.two(func(q *orgRequest) memoSide { return memoSide{Lines: f(q)} })
}

func section(number int, id string, groups ...memoGroup) memoSection {
	return memoSection{Number: number, ID: id, Name: said("memo.section." + id), Groups: groups}
}

// line is a line with the label of a message; none without values.
func (q *orgRequest) line(key string, values ...memoValue) []memoLine {
	if len(values) == 0 {
		return nil
	}
	return []memoLine{{q.T(key) + q.T("colon"), values}}
}

// plain is text as the value of a line; none where it is empty.
func plain(texts ...string) []memoValue {
	var values []memoValue
	for _, t := range texts {
		if t != "" {
			values = append(values, memoValue{Text: t})
		}
	}
	return values
}

// marked is the mark of a confidence behind a text.
func (w words) marked(c law.Confidence) string {
	if mark := w.mark(c); mark != "" {
		return w.T("mark", mark)
	}
	return ""
}

// some keeps the first of a long list, and says how many more there are.
func some(w words, list []string, most int) []string {
	if len(list) <= most {
		return list
	}
	return append(list[:most:most], w.T("web.more", len(list)-most))
}

// names joins the first of many names.
func (m *memoMaker) names(w words, refs []standing.Ref) string {
	var names []string
	for _, r := range refs[:min(len(refs), mostMemoNames)] {
		names = append(names, m.name(w, r))
	}
	text := w.join(names)
	if more := len(refs) - mostMemoNames; more > 0 {
		text += w.T("assess.and_more", more)
	}
	return text
}

// name names what something is about.
func (m *memoMaker) name(w words, r standing.Ref) string {
	switch {
	case r.About == org.AboutOrganization:
		return w.T("subject.organization")
	case r.Subject == string(org.AboutOrganization):
		return w.T("memo.no_system") // facts of systems, while there is none
	}
	return cmp.Or(w.Text(m.v.State.Name(r.About, r.Subject)), r.Subject)
}

// subject is what the answer of a duty or a reason is about.
func subject(id string) standing.Ref {
	if id == string(org.AboutOrganization) {
		return standing.OfOrganization("")
	}
	return standing.Ref{About: org.AboutSystem, Subject: id}
}

func (m *memoMaker) reasons() memoSection {
	list := m.v.Assessment.Determination.Reasons
	s := section(memoReasons, "reasons", memoGroup{})
	s.Lead = []message.Text{said("memo.lead.reasons")}
	for _, r := range list[:min(len(list), mostMemoLines)] {
		s.Groups[0].Items = append(s.Groups[0].Items, m.reason(r, subject(r.Subject), true))
	}
	s.leave(len(list) - mostMemoLines)
	s.ifEmpty("memo.reasons.none")
	return s
}

// leave says how many items are left out.
func (s *memoSection) leave(n int) {
	if n > 0 {
		s.Left = said("memo.left", n)
	}
}

// ifEmpty says what it means where a section lists nothing.
func (s *memoSection) ifEmpty(key string) {
	for _, g := range s.Groups {
		if len(g.Items) > 0 {
			return
		}
	}
	s.Lead = []message.Text{said(key)}
}

func (m *memoMaker) flips() memoSection {
	list := m.v.Assessment.Determination.Flips
	s := section(memoFlips, "flips", memoGroup{})
	for _, x := range list[:min(len(list), mostMemoLines)] {
		f := m.s.Set.Vocabulary.Fact(x.Fact)
		about := subject(x.Subject)
		s.Groups[0].Items = append(s.Groups[0].Items, m.two(func(q *orgRequest) memoSide {
			text := q.T("memo.flip", f.Label, m.name(q.words, about), f.Show(x.From), f.Show(x.To), message.New("status."+string(x.Status)))
			return memoSide{Lines: []memoLine{{"", plain(text)}}}
		}))
	}
	s.leave(len(list) - mostMemoLines)
	s.ifEmpty("memo.flips.none")
	return s
}

// review is where the memo is signed.
func (m *memoMaker) review(by string) memoSection {
	c := m.v.Assessment.Content
	return section(memoReview, "review", memoGroup{Items: []memoTwo{m.two(func(q *orgRequest) memoSide {
		var lines []memoLine
		for _, text := range []string{q.T("memo.sign.made", by), q.T("memo.sign"), q.T("memo.sign.counsel"), q.T("memo.sign"),
			q.T("web.footer", c.Version, c.ResearchedThrough.String()), c.Digest} {
			lines = append(lines, memoLine{"", plain(text)})
		}
		return memoSide{Lines: lines}
	})}})
}
