package web

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/regime"
	"guanji/internal/standing"
)

// overviewPage says where the organization stands, and what is most urgent.
type overviewPage struct {
	page
	Status              statusView
	Deciders            []string
	Warnings            []string
	Binding, Open, Soft int // duties that bind, that may bind, and recommended or agreed ones
	Chart               string
	Areas               []areaRow
	Dates               []dateItem
	Questions           []questionItem
	QuestionsOpen       int
	Unknown             unknownList
	QuestionsPath       string
	StandingPath        string
	DutiesPath          string
	Transfers           []transferItem
	Recent              []entryView
	HistoryPath         string
	Position            positionCard
	Pressing            []link
}

// areaRow is how many duties of an area apply, are recommended and may apply.
type areaRow struct {
	Name, Path, OpenPath string
	Binding, Soft, Open  int
}

type dateItem struct {
	words
	Day, Distance, Name, Path string
	Tag                       tag
	Mark                      string
}

type questionItem struct {
	Path, Text, About, Why string
}

type transferItem struct {
	Path, Name string
	Tag        tag
}

// tag is a state: a word with an icon, never colour alone.
type tag struct{ Class, Icon, Name string }

func (s *server) overview(q *orgRequest) error {
	base := q.page("overview")
	base.Org.DaysMatter = true
	v, err := q.view()
	if err != nil {
		return err
	}
	a := v.Assessment
	p := overviewPage{page: base, Status: q.status(a.Determination.Status), Deciders: q.deciders(a.Deciders), Warnings: q.warnings(a.Warnings),
		Binding: a.Headline.Binding.Yes, Open: a.Headline.Binding.Unknown, Soft: a.Headline.NonBinding.Yes,
		Areas: q.areas(v.Rows), Dates: q.dates(v), QuestionsPath: q.to("questions"), StandingPath: q.to("standing"), DutiesPath: q.to("duties"),
		HistoryPath: q.to("history")}
	recent, err := s.Standing.Statements(q.Context(), q.org, max(0, v.Revision-recentShown), v.Revision)
	if err != nil {
		return err
	}
	p.Recent = q.entries(v.State, recent)
	if p.Position, err = q.positionCard(); err != nil {
		return err
	}
	if p.Pressing, err = q.pressing(); err != nil {
		return err
	}
	p.Chart = q.chart(p.Areas)
	open := v.Questions()
	p.QuestionsOpen, p.Unknown = len(open), q.unknown(v)
	for _, question := range open[:min(len(open), questionsShown)] {
		p.Questions = append(p.Questions, q.questionItem(v.State, question))
	}
	for _, t := range a.Transfers {
		p.Transfers = append(p.Transfers, transferItem{q.to("transfers/" + url.PathEscape(t.ID)), q.Text(t.Name), q.resultTag(t.Result)})
	}
	return s.render(q.request, http.StatusOK, "overview", p)
}

const (
	recentShown    = 5
	questionsShown = 3
)

func (w words) deciders(list []regime.Decider) []string {
	var lines []string
	for _, d := range list {
		var names []string
		for _, dep := range d.Departments {
			name := w.Text(dep.Name)
			if !dep.For.IsZero() {
				name += w.T("assess.department_for", dep.For)
			}
			if m := w.mark(dep.Confidence); m != "" {
				name += w.T("mark", m)
			}
			names = append(names, name)
		}
		lines = append(lines, w.T("assess.decides", d.Name, strings.Join(names, w.T("list.separator"))))
	}
	return lines
}

func (w words) warnings(list []org.Warning) []string {
	var lines []string
	for _, l := range list {
		lines = append(lines, w.Text(l.Text))
	}
	return lines
}

// areas counts the duties of each area, each once however many subjects it has.
func (q *orgRequest) areas(rows []standing.Row) []areaRow {
	at := map[string]int{}
	list := make([]areaRow, len(q.s.Set.Areas))
	for i, area := range q.s.Set.Areas {
		at[area.ID.Value] = i
		list[i] = areaRow{Name: q.Text(area.Name), Path: q.to("duties", "area", area.ID.Value), OpenPath: q.to("duties", "area", area.ID.Value, "applies", string(regime.Unknown))}
	}
	for _, r := range rows {
		area := &list[at[r.Area]]
		switch {
		case r.Applies() == regime.Yes && r.Force.Binding():
			area.Binding++
		case r.Applies() == regime.Yes:
			area.Soft++
		case r.Applies() == regime.Unknown:
			area.Open++
		}
	}
	return slices.DeleteFunc(list, func(a areaRow) bool { return a.Binding+a.Soft+a.Open == 0 })
}

type series struct {
	Name    string   `json:"name"`
	Colour  string   `json:"colour"`
	Pattern bool     `json:"pattern"`
	Values  []int    `json:"values"`
	Paths   []string `json:"paths"`
}

// chart returns the figures of areas as app.js draws them.
func (q *orgRequest) chart(areas []areaRow) string {
	names := make([]string, len(areas))
	all := []series{{Name: q.T("overview.binding"), Colour: "accent"}, {Name: q.T("overview.soft"), Colour: "line-strong"}, {Name: q.T("overview.open"), Colour: "open", Pattern: true}}
	for i, a := range areas {
		names[i] = a.Name
		for j, n := range []int{a.Binding, a.Soft, a.Open} {
			all[j].Values = append(all[j].Values, n)
			all[j].Paths = append(all[j].Paths, []string{a.Path, a.Path, a.OpenPath}[j])
		}
	}
	data, err := json.Marshal(map[string]any{"names": names, "series": all})
	if err != nil {
		return "" // strings and whole numbers always encode
	}
	return string(data)
}

// dates are the days to come: those of duties, and those on which law starts.
func (q *orgRequest) dates(v *standing.View) []dateItem {
	type date struct {
		day  day.Day
		item dateItem
	}
	var list []date
	add := func(d day.Day, item dateItem) {
		item.words, item.Day, item.Distance = q.words, d.String(), q.distance(v.On, d)
		list = append(list, date{d, item})
	}
	for _, u := range v.Assessment.Upcoming {
		item := dateItem{Name: q.Text(u.Name), Path: q.to("duties/" + u.Duty), Tag: q.appliesTag(u.Applies), Mark: q.mark(u.Confidence)}
		add(u.Day, item)
		if last := &list[len(list)-1].item; u.WorkingDays != nil {
			last.Distance += q.T("assess.working_days", *u.WorkingDays)
		}
	}
	for _, i := range q.s.Set.Library.Instruments() {
		for n, version := range i.Versions {
			if version.From.After(v.On) {
				what := q.T("assess.starts", q.Text(i.Name()))
				if n > 0 { // in force already, in other words
					what = q.T("assess.version_starts", q.Text(i.Name()), version.ID)
				}
				add(version.From, dateItem{Name: what, Path: "/law/instruments/" + i.ID.Value, Tag: tag{"", "§", q.T("overview.law")}})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b date) int { return cmp.Or(a.day.Compare(b.day), strings.Compare(a.item.Path, b.item.Path)) })
	items := make([]dateItem, len(list))
	for i, d := range list {
		items[i] = d.item
	}
	return items
}

func (w words) appliesTag(a regime.Applies) tag {
	icon := map[regime.Applies]string{regime.Yes: "✓", regime.Unknown: "?", regime.No: "–"}[a]
	return tag{string(a), icon, w.T("applies." + string(a))}
}

func (w words) resultTag(r regime.Result) tag {
	class, icon := "warn", "▲"
	switch r {
	case regime.NotExport, regime.Exempt:
		class, icon = "yes", "✓"
	case regime.Stop:
		class, icon = "bad", "■"
	case regime.UnknownResult:
		class, icon = "unknown", "?"
	}
	return tag{class, icon, w.T("result." + string(r))}
}

// subjectName names the organization or a system of it.
func (q *orgRequest) subjectName(state *standing.State, subject string) string {
	if subject == string(org.AboutOrganization) {
		return q.T("subject.organization")
	}
	return q.Text(state.Name(org.AboutSystem, subject))
}

// questionItem leads to an open question.
func (q *orgRequest) questionItem(state *standing.State, o standing.Question) questionItem {
	return questionItem{q.questionPath(o), q.Text(o.Fact.Question), q.askedOf(state, o), q.why(o)}
}

// questionPath is the page where a question can be answered. A question about
// systems while there is none leads to the place where one is named.
func (q *orgRequest) questionPath(o standing.Question) string {
	if o.Fact.Subject == org.AboutSystem && o.Subject == string(org.AboutOrganization) {
		return q.to("systems")
	}
	return q.factPath(o.Fact.Subject, o.Subject, o.Fact.ID)
}

// why says why a question is asked.
func (q *orgRequest) why(o standing.Question) string {
	var parts []string
	if o.Could != "" {
		parts = append(parts, q.T("question.could", message.New("status."+string(o.Could))))
	}
	if o.Duties > 0 {
		parts = append(parts, q.T("question.duties", o.Duties))
	}
	if o.Transfers > 0 {
		parts = append(parts, q.T("question.transfers", o.Transfers))
	}
	return strings.Join(parts, " ")
}
