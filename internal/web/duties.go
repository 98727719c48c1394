package web

import (
	"cmp"
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"guanji/internal/law"
	"guanji/internal/org"
	"guanji/internal/regime"
	"guanji/internal/report"
	"guanji/internal/standing"
)

// dutiesPage lists the duties that a filter chooses.
type dutiesPage struct {
	page
	Path                    string
	Text, Subject           string
	Areas, Bearers, Applies []option
	On, Known               string // kept while filtering, "" for today
	Rows                    []dutyItem
	From, To, Of            int
	NewerPath, OlderPath    string
	FilePath                string
	SubjectName             string // where the list is about one system
	AllSubjects             string
	Heads                   []sortHead
}

// sortHead is the head of a column, with the address that sorts by it.
type sortHead struct {
	Name, Path, Order string
}

type dutyItem struct {
	words
	Path, Name, Area, Bearer, Cadence string
	Applies, Force                    tag
	For                               string
	Cites                             []citeLink
	Mark                              string
}

const dutiesShown = 40

// filter reads the filter of an address. Duties that do not apply are shown
// only to who asks for them.
func (q *orgRequest) filter() standing.Filter {
	f := standing.Filter{Area: q.FormValue("area"), Bearer: q.FormValue("bearer"), Applies: regime.Applies(q.FormValue("applies")),
		Subject: q.FormValue("subject"), Text: q.FormValue("q")}
	if f.Applies == "" {
		f.Applies = regime.Yes
	}
	if f.Applies == "all" {
		f.Applies = ""
	}
	return f
}

func (s *server) duties(q *orgRequest) error {
	v, err := q.view()
	if err != nil {
		return err
	}
	base := q.page("duties")
	base.Org.DaysMatter = true
	rows := q.sorted(q.filter().Of(v.Rows))
	p := dutiesPage{page: base, Path: orgPath(q.org, "duties"), Text: q.FormValue("q"), Subject: q.FormValue("subject"), FilePath: q.listPath("duties.csv", "sort", q.FormValue("sort"))}
	p.choices(q)
	if q.when.query() != "" {
		p.On, p.Known = q.when.On.String(), q.when.Known.String()
	}
	if p.Subject != "" {
		p.SubjectName, p.AllSubjects = q.subjectName(v.State, p.Subject), q.listPath("duties", "subject", "")
	}
	p.fill(q, v.State, rows)
	if q.part("list") {
		return s.renderPart(q.request, "duties", "list", p)
	}
	return s.render(q.request, http.StatusOK, "duties", p)
}

// fill words the rows of one page of the list.
func (p *dutiesPage) fill(q *orgRequest, state *standing.State, rows []standing.Row) {
	start, _ := strconv.Atoi(q.FormValue("from"))
	if start < 0 || start >= len(rows) {
		start = 0
	}
	end := min(len(rows), start+dutiesShown)
	for _, r := range rows[start:end] {
		p.Rows = append(p.Rows, q.dutyItem(state, r))
	}
	p.From, p.To, p.Of = min(start+1, len(rows)), end, len(rows)
	if start > 0 {
		p.NewerPath = q.listPath("duties", "from", strconv.Itoa(max(0, start-dutiesShown)))
	}
	if end < len(rows) {
		p.OlderPath = q.listPath("duties", "from", strconv.Itoa(end))
	}
	for _, key := range []string{"name", "area", "bearer", "applies", "force"} {
		h := sortHead{Name: q.T("duties." + key), Path: q.listPath("duties", "sort", key)}
		if q.FormValue("sort") == key {
			h.Order = "ascending"
		}
		p.Heads = append(p.Heads, h)
	}
}

// listPath is the address of the list with its filter, one part of it changed.
func (q *orgRequest) listPath(page, name, value string) string {
	pairs := []string{}
	for _, key := range []string{"area", "bearer", "applies", "subject", "q", "sort"} {
		if key != name {
			pairs = append(pairs, key, q.FormValue(key))
		}
	}
	return q.to(page, append(pairs, name, value)...)
}

func (p *dutiesPage) choices(q *orgRequest) {
	p.Areas = []option{{Value: "", Name: q.T("web.all")}}
	for _, a := range q.s.Set.Areas {
		p.Areas = append(p.Areas, option{Value: a.ID.Value, Name: q.Text(a.Name)})
	}
	p.Bearers = []option{{Value: "", Name: q.T("web.all")}}
	for _, b := range q.s.Set.Bearers {
		p.Bearers = append(p.Bearers, option{Value: b.ID.Value, Name: q.Text(b.Name)})
	}
	for _, a := range []string{"yes", "unknown", "no", "all"} {
		p.Applies = append(p.Applies, option{Value: a, Name: q.T("applies." + a)})
	}
	options(q.FormValue("area"), p.Areas)
	options(q.FormValue("bearer"), p.Bearers)
	options(cmp.Or(q.FormValue("applies"), "yes"), p.Applies)
}

// sorted orders rows by the column asked, or by area, what binds first.
func (q *orgRequest) sorted(rows []standing.Row) []standing.Row {
	area := map[string]int{}
	for i, a := range q.s.Set.Areas {
		area[a.ID.Value] = i
	}
	force := func(r standing.Row) int { return slices.Index(law.Forces(), r.Force) }
	applies := func(r standing.Row) int {
		return slices.Index([]regime.Applies{regime.Yes, regime.Unknown, regime.No}, r.Applies())
	}
	by := map[string]func(a, b standing.Row) int{
		"name":    func(a, b standing.Row) int { return strings.Compare(q.Text(a.Name), q.Text(b.Name)) },
		"bearer":  func(a, b standing.Row) int { return strings.Compare(a.Bearer, b.Bearer) },
		"applies": func(a, b standing.Row) int { return cmp.Compare(applies(a), applies(b)) },
		"force":   func(a, b standing.Row) int { return cmp.Compare(force(a), force(b)) },
	}[q.FormValue("sort")]
	slices.SortStableFunc(rows, func(a, b standing.Row) int {
		first := 0
		if by != nil {
			first = by(a, b)
		}
		return cmp.Or(first, cmp.Compare(area[a.Area], area[b.Area]), cmp.Compare(applies(a), applies(b)), cmp.Compare(force(a), force(b)), strings.Compare(a.ID, b.ID))
	})
	return rows
}

func (q *orgRequest) dutyItem(state *standing.State, r standing.Row) dutyItem {
	item := dutyItem{words: q.words, Path: q.to("duties/" + r.ID), Name: q.Text(r.Name), Area: q.areaName(r.Area), Bearer: q.bearerName(r.Bearer),
		Cadence: report.Cadence(q.lang, r.Cadence), Applies: q.appliesTag(r.Applies()), Force: q.forceTag(r.Force), For: q.forWhom(state, r), Mark: q.mark(r.Confidence)}
	for _, p := range r.Provisions {
		item.Cites = append(item.Cites, q.briefCite(p.ID))
	}
	return item
}

// forWhom counts the systems that a duty is about, where it is about systems.
func (q *orgRequest) forWhom(state *standing.State, r standing.Row) string {
	if r.Answers[0].Subject == string(org.AboutOrganization) {
		return ""
	}
	if len(r.Answers) == 1 {
		return q.subjectName(state, r.Answers[0].Subject)
	}
	return q.T("duties.for", r.Yes, len(r.Answers))
}

func (q *orgRequest) areaName(id string) string {
	for _, a := range q.s.Set.Areas {
		if a.ID.Value == id {
			return q.Text(a.Name)
		}
	}
	return id
}

func (q *orgRequest) bearerName(id string) string {
	for _, b := range q.s.Set.Bearers {
		if b.ID.Value == id {
			return q.Text(b.Name)
		}
	}
	return id
}

// dutiesFile sends the list as a table that spreadsheets read.
func (s *server) dutiesFile(q *orgRequest) error {
	v, err := q.view()
	if err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	q.w.Header().Set("Content-Disposition", `attachment; filename*=UTF-8''`+url.PathEscape(q.org+"-duties-"+q.when.On.String()+".csv"))
	w := csv.NewWriter(q.w)
	_, _ = q.w.Write([]byte("\uFEFF")) // spreadsheets take it for UTF-8 by this mark
	_ = w.Write([]string{"id", "名称", "name", "area", "bearer", "force", "applies", "for", "provisions", "cadence", "confidence"})
	for _, r := range q.sorted(q.filter().Of(v.Rows)) {
		item := q.dutyItem(v.State, r)
		var ids []string
		for _, p := range r.Provisions {
			ids = append(ids, p.ID)
		}
		_ = w.Write(cells(r.ID, r.Name.Zh, r.Name.En, item.Area, item.Bearer, item.Force.Name, item.Applies.Name, item.For, strings.Join(ids, " "), item.Cadence, string(r.Confidence)))
	}
	w.Flush() // the reader may have gone
	return nil
}

// cells keeps a spreadsheet from taking text for a formula.
func cells(texts ...string) []string {
	for i, t := range texts {
		if t != "" && strings.ContainsRune("=+-@\t\r", rune(t[0])) {
			texts[i] = "'" + t
		}
	}
	return texts
}
