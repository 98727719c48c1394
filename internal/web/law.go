package web

import (
	"cmp"
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
	stretch
	Text        string
	Forces      []option
	Instruments []instrumentItem
	Found       []provisionView // what a search finds
	Search      bool
	ChangesPath string
}

type instrumentItem struct {
	words
	Path, ID, Title, Issuer, From, Mark string
	Provisions                          int
	Force                               tag
}

// stretch is the part of a long list that a page shows.
type stretch struct {
	From, To, Of       int // counted from 1
	PrevPath, NextPath string
}

const provisionsShown = 25 // or instruments, on one page

// stretchOf is the part of a list of so many provisions that begins at start,
// or the first if there is none; path is the address of another.
func stretchOf(start, of int, path func(from int) string) stretch {
	if start < 0 || start >= of {
		start = 0
	}
	t := stretch{From: min(start+1, of), To: min(of, start+provisionsShown), Of: of}
	if start > 0 {
		t.PrevPath = path(max(0, start-provisionsShown))
	}
	if t.To < of {
		t.NextPath = path(t.To)
	}
	return t
}

// shown is what of a list is in a stretch of it.
func shown[T any](t stretch, list []T) []T { return list[max(0, t.From-1):t.To] }

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
	list := slices.DeleteFunc(slices.Clone(s.Set.Library.Instruments()), func(i *law.Instrument) bool {
		f := q.FormValue("force")
		return f != "" && string(i.Force) != f
	})
	p.stretch = p.stretchOf(q, len(list))
	for _, i := range shown(p.stretch, list) {
		from := i.Versions[len(i.Versions)-1].From.String()
		p.Instruments = append(p.Instruments, instrumentItem{q.words, "/law/instruments/" + i.ID.Value, i.ID.Value, q.Text(i.Title), q.Text(i.Issuer),
			cmp.Or(from, q.T("law.day_unknown")), q.mark(i.Confidence), len(i.Provisions), q.forceTag(i.Force)})
	}
}

// stretchOf is the part of what is listed or found that is asked for.
func (p *lawPage) stretchOf(q *request, of int) stretch {
	start, _ := strconv.Atoi(q.FormValue("from"))
	return stretchOf(start, of, func(from int) string {
		return "/law" + when{}.query("q", p.Text, "force", q.FormValue("force"), "from", strconv.Itoa(from))
	})
}

func (s *server) searchLaw(q *request, p *lawPage) {
	p.Search = true
	found := s.Set.Library.Search(p.Text)
	if f := q.FormValue("force"); f != "" {
		found = slices.DeleteFunc(found, func(pr *law.Provision) bool { return string(pr.Instrument.Force) != f })
	}
	p.stretch = p.stretchOf(q, len(found))
	for _, pr := range shown(p.stretch, found) {
		p.Found = append(p.Found, s.wording(q, pr, current(pr, s.Standing.Today())))
	}
}

// current is the wording of a day, else the newest.
func current(p *law.Provision, d day.Day) law.Wording {
	if w, ok := p.On(d); ok {
		return w
	}
	return p.Latest()
}

// instrumentPage is an instrument with a stretch of its provisions.
type instrumentPage struct {
	page
	stretch
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
	ids := make([]string, len(i.Sources))
	for n, id := range i.Sources {
		ids[n] = id.Value
	}
	p.Sources = s.sources(ids)
	p.stretch = stretchOf(q.startIn(i), len(i.Provisions), func(from int) string {
		return "/law/instruments/" + i.ID.Value + when{}.query("from", strconv.Itoa(from)) + "#provisions"
	})
	for _, pr := range shown(p.stretch, i.Provisions) {
		v := s.wording(q, pr, current(pr, s.Standing.Today()))
		v.Anchor = pr.ID.Value
		p.Provisions = append(p.Provisions, v)
	}
	return s.render(q, http.StatusOK, "instrument", p)
}

// startIn is where the provisions of an instrument begin on the page asked:
// from a place in the list, or so that one of them is shown.
func (q *request) startIn(i *law.Instrument) int {
	at := q.FormValue("at")
	if n := slices.IndexFunc(i.Provisions, func(p *law.Provision) bool { return p.ID.Value == at }); n >= 0 {
		return n - n%provisionsShown
	}
	start, _ := strconv.Atoi(q.FormValue("from"))
	return start
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
	p := provisionPage{page: s.page(q, "provision"), Instrument: link{instrumentPath(pr), q.Text(pr.Instrument.Title)}, Note: q.Text(pr.Note), Asked: id}
	p.Title, p.Purpose = q.Text(pr.Cite(current(pr, s.Standing.Today()))), q.Text(pr.Topic)
	words := pr.Wordings()
	for i := len(words) - 1; i >= 0; i-- {
		p.Wordings = append(p.Wordings, s.wording(q, pr, words[i]))
	}
	for _, other := range alike {
		if other != pr {
			p.Alike = append(p.Alike, link{provisionPath(other.ID.Value), q.Text(other.Cite(other.Latest())) + " " + q.Text(other.Topic)})
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
	Tag   tag
	Count int
	List  []changeItem
	Rest  []changeItem // shown on demand
	More  int          // not shown at all
}

type changeItem struct {
	words
	Path, Cite, IDs, Topic string
	Before, After          *provisionView
}

// What a group of changes shows: first, and at most.
const (
	changesFirst = 20
	changesShown = 200
)

func (s *server) lawChanges(q *request) error {
	p := changesPage{page: s.page(q, "law_changes")}
	from, to := cmp.Or(q.FormValue("from"), "2025-12-31"), cmp.Or(q.FormValue("to"), "2026-01-01")
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
		g := changeGroup{Tag: tag{"", icons[kind], q.T("change." + string(kind))}}
		for _, c := range all {
			if c.Kind == kind {
				s.addChange(q, &g, c)
			}
		}
		if g.Count > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

func (s *server) addChange(q *request, g *changeGroup, c law.Change) {
	g.Count++
	switch {
	case g.Count > changesShown:
		g.More++
	case g.Count > changesFirst:
		g.Rest = append(g.Rest, s.change(q, c))
	default:
		g.List = append(g.List, s.change(q, c))
	}
}

func (s *server) change(q *request, c law.Change) changeItem {
	item := changeItem{words: q.words, Path: provisionPath(c.ID.Value), Topic: q.Text(c.Topic)}
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
		item.IDs, item.Cite = c.After.ID, item.After.Cite
	case c.After == nil || c.After.ID == c.Before.ID:
		item.IDs, item.Cite = c.Before.ID, item.Before.Cite
	default:
		item.IDs, item.Cite = c.Before.ID+" → "+c.After.ID, item.Before.Cite+" → "+item.After.Cite
	}
	if c.Kind == law.Renumbered {
		item.Before, item.After = nil, nil // the words are the same
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
