package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/problem"
	"guanji/internal/regime"
	"guanji/internal/strict"
)

// lawPage lists the instruments, or what a search finds.
type lawPage struct {
	page
	Text         string
	Forces       []option
	Instruments  []instrumentItem
	Found        []provisionView // what a search finds
	Search       bool
	From, To, Of int
	PrevPath     string
	NextPath     string
	ChangesPath  string
}

type instrumentItem struct {
	words
	Path, ID, Title, Issuer, From, Mark string
	Provisions                          int
	Force                               tag
}

const provisionsShown = 25

func (s *server) law(q *request) error {
	p := lawPage{page: s.page(q, "law"), Text: strings.TrimSpace(q.FormValue("q")), ChangesPath: "/law/changes"}
	p.Forces = []option{{Value: "", Name: q.T("web.all")}}
	for _, f := range law.Forces() {
		p.Forces = append(p.Forces, option{Value: string(f), Name: q.T("force." + string(f))})
	}
	options(q.FormValue("force"), p.Forces)
	if p.Text != "" {
		s.searchLaw(q, &p)
	} else {
		p.listInstruments(s, q)
	}
	if q.part("list") {
		return s.renderPart(q, "law", "list", p)
	}
	return s.render(q, http.StatusOK, "law", p)
}

func (p *lawPage) listInstruments(s *server, q *request) {
	for _, i := range s.Set.Library.Instruments() {
		if f := q.FormValue("force"); f != "" && string(i.Force) != f {
			continue
		}
		from := i.Versions[len(i.Versions)-1].From.String()
		p.Instruments = append(p.Instruments, instrumentItem{q.words, "/law/instruments/" + i.ID.Value, i.ID.Value, q.Text(i.Title), q.Text(i.Issuer),
			orElse(from, q.T("law.day_unknown")), q.mark(i.Confidence), len(i.Provisions), q.forceTag(i.Force)})
	}
	p.Of = len(p.Instruments)
}

func (s *server) searchLaw(q *request, p *lawPage) {
	p.Search = true
	found := s.Set.Library.Search(p.Text)
	for _, pr := range s.Set.Library.Find(p.Text) { // a number, CSL-21, finds what ever bore it
		if !slices.Contains(found, pr) {
			found = append([]*law.Provision{pr}, found...)
		}
	}
	if f := q.FormValue("force"); f != "" {
		found = slices.DeleteFunc(found, func(pr *law.Provision) bool { return string(pr.Instrument.Force) != f })
	}
	start, _ := strconv.Atoi(q.FormValue("from"))
	if start < 0 || start >= len(found) {
		start = 0
	}
	end := min(len(found), start+provisionsShown)
	for _, pr := range found[start:end] {
		p.Found = append(p.Found, s.wording(q, pr, current(pr, s.Standing.Today())))
	}
	p.From, p.To, p.Of = min(start+1, len(found)), end, len(found)
	path := func(from int) string {
		return "/law" + when{}.query("q", p.Text, "force", q.FormValue("force"), "from", strconv.Itoa(from))
	}
	if start > 0 {
		p.PrevPath = path(max(0, start-provisionsShown))
	}
	if end < len(found) {
		p.NextPath = path(end)
	}
}

// current is the wording of a day, else the newest.
func current(p *law.Provision, d day.Day) law.Wording {
	if w, ok := p.On(d); ok {
		return w
	}
	return p.Latest()
}

// instrumentPage is an instrument with its provisions.
type instrumentPage struct {
	page
	ID, Zh, En, Issuer, Number string
	Force                      tag
	Versions                   []factUsed
	Sources                    []sourceView
	Mark, Note                 string
	Provisions                 []provisionView
}

func (s *server) instrument(q *request) error {
	i := s.Set.Library.Instrument(q.PathValue("id"))
	if i == nil {
		return problem.New(problem.NotFound, "law.not_found", q.PathValue("id"))
	}
	p := instrumentPage{page: s.page(q, "instrument"), ID: i.ID.Value, Zh: i.Title.Zh, En: i.Title.En, Issuer: q.Text(i.Issuer), Number: q.Text(i.Number),
		Force: q.forceTag(i.Force), Mark: q.mark(i.Confidence), Note: q.Text(i.Note)}
	p.Title, p.Purpose = q.Text(i.Title), ""
	for _, v := range i.Versions {
		p.Versions = append(p.Versions, factUsed{Label: v.ID, Value: q.span(v.Span())})
	}
	for _, id := range i.Sources {
		p.Sources = append(p.Sources, sourceLine(s.sourceOf(id.Value)))
	}
	for _, pr := range i.Provisions {
		p.Provisions = append(p.Provisions, s.wording(q, pr, current(pr, s.Standing.Today())))
	}
	return s.render(q, http.StatusOK, "instrument", p)
}

// provisionPage is a provision with every wording it had.
type provisionPage struct {
	page
	Instrument link
	Note       string
	Wordings   []provisionView // the newest first
	Duties     []link
	Alike      []link // others that bear, or bore, the number asked
	Asked      string
}

func (s *server) provision(q *request) error {
	id := q.PathValue("id")
	pr := s.Set.Library.Provision(id)
	alike := s.Set.Library.Find(id)
	if pr == nil && len(alike) > 0 {
		pr = alike[0]
	}
	if pr == nil {
		return problem.New(problem.NotFound, "law.not_found", id)
	}
	p := provisionPage{page: s.page(q, "provision"), Instrument: link{"/law/instruments/" + pr.Instrument.ID.Value, q.Text(pr.Instrument.Title)}, Note: q.Text(pr.Note), Asked: id}
	p.Title, p.Purpose = current(pr, s.Standing.Today()).ID+" "+q.Text(pr.Topic), ""
	words := pr.Wordings()
	for i := len(words) - 1; i >= 0; i-- {
		p.Wordings = append(p.Wordings, s.wording(q, pr, words[i]))
	}
	for _, other := range alike {
		if other != pr {
			p.Alike = append(p.Alike, link{provisionPath(other.ID.Value), other.Latest().ID + " " + q.Text(other.Topic)})
		}
	}
	org := cookie(q.Request, orgCookie)
	for _, d := range s.Set.Duties {
		if slices.ContainsFunc(d.Provisions, func(id strict.String) bool { return id.Value == pr.ID.Value }) {
			path := ""
			if org != "" {
				path = orgPath(org, "duties/"+d.ID.Value)
			}
			p.Duties = append(p.Duties, link{path, q.Text(d.Name)})
		}
	}
	return s.render(q, http.StatusOK, "provision", p)
}

// changesPage tells what changes in the law between two days.
type changesPage struct {
	page
	From, To field
	Asked    bool
	Groups   []changeGroup
	Days     []link // days on which something in the content changes, as suggestions
}

type changeGroup struct {
	Heading string
	Tag     tag
	List    []changeItem
}

type changeItem struct {
	words
	Path, IDs, Topic, Instrument string
	Before, After                *provisionView
}

const changesShown = 200

func (s *server) lawChanges(q *request) error {
	p := changesPage{page: s.page(q, "law_changes")}
	from, to := orElse(q.FormValue("from"), "2025-12-31"), orElse(q.FormValue("to"), "2026-01-01")
	p.From = field{words: q.words, Name: "from", Label: q.T("law.from"), Type: "date", Value: from}
	p.To = field{words: q.words, Name: "to", Label: q.T("law.to"), Type: "date", Value: to}
	a, b := p.readDay(q, &p.From), p.readDay(q, &p.To)
	code := http.StatusOK
	switch {
	case p.From.Error != "" || p.To.Error != "":
		code = http.StatusUnprocessableEntity
	case b.Before(a):
		p.To.Error = q.T("law.days_reversed")
		code = http.StatusUnprocessableEntity
	default:
		p.Asked = true
		p.Groups = s.changeGroups(q, a, b)
	}
	p.Days = s.changeDays()
	return s.render(q, code, "law_changes", p)
}

func (p *changesPage) readDay(q *request, f *field) day.Day {
	d, err := day.Parse(f.Value)
	if err != nil {
		f.Error = q.T("web.bad_day", f.Value)
	}
	return d
}

func (s *server) changeGroups(q *request, from, to day.Day) []changeGroup {
	var groups []changeGroup
	icons := map[law.ChangeKind]string{law.Starts: "+", law.Ends: "−", law.Amended: "≠", law.Renumbered: "№"}
	all := s.Set.Library.Diff(from, to)
	for _, kind := range []law.ChangeKind{law.Starts, law.Ends, law.Amended, law.Renumbered} {
		g := changeGroup{Heading: q.T("change." + string(kind)), Tag: tag{"", icons[kind], q.T("change." + string(kind))}}
		for _, c := range all {
			if c.Kind == kind && len(g.List) < changesShown {
				g.List = append(g.List, s.change(q, c))
			}
		}
		if len(g.List) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

func (s *server) change(q *request, c law.Change) changeItem {
	item := changeItem{words: q.words, Path: provisionPath(c.ID.Value), Topic: q.Text(c.Topic), Instrument: q.Text(c.Instrument.Name())}
	side := func(w *law.Wording) *provisionView {
		if w == nil {
			return nil
		}
		v := s.wording(q, c.Provision, *w)
		return &v
	}
	item.Before, item.After = side(c.Before), side(c.After)
	switch {
	case c.Before == nil:
		item.IDs = c.After.ID
	case c.After == nil || c.After.ID == c.Before.ID:
		item.IDs = c.Before.ID
	default:
		item.IDs = c.Before.ID + " → " + c.After.ID
	}
	if c.Kind == law.Renumbered {
		item.Before = nil // the words are the same
	}
	return item
}

// changeDays are the days on which some version starts, the newest first.
func (s *server) changeDays() []link {
	var days []day.Day
	for _, i := range s.Set.Library.Instruments() {
		for _, v := range i.Versions {
			if !v.From.IsZero() && !v.From.Before(regime.FirstAssessDay) && !slices.Contains(days, v.From) {
				days = append(days, v.From)
			}
		}
	}
	slices.SortFunc(days, func(a, b day.Day) int { return b.Compare(a) })
	var list []link
	for _, d := range days[:min(len(days), 14)] {
		list = append(list, link{"/law/changes?from=" + d.AddDays(-1).String() + "&to=" + d.String(), d.String()})
	}
	return list
}
