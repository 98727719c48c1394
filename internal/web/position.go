package web

import (
	"net/http"
	"net/url"
	"slices"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/law"
	"guanji/internal/org"
	"guanji/internal/position"
	"guanji/internal/problem"
	"guanji/internal/regime"
	"guanji/internal/standing"
)

// positionPage says where every duty stands on a day: what is most urgent, how
// it came to be so, and every line.
type positionPage struct {
	page
	Path          string
	Binding, Soft []figure
	Gaps          int    // duties with evidence on file that tells of gaps
	GapsPath      string // of every line with gaps
	Urgent        []urgentItem
	UrgentAll     int
	UrgentBinding int
	UrgentSoft    int // what does not bind by itself
	UrgentPath    string
	Heat          heatView
	Changes       changesView
	Plans         []rectification
	LeniencyPath  string
	List          standList
	TasksPath     string
}

// figure is a number with what it counts.
type figure struct {
	Tag   tag
	Count int
	Path  string
}

// urgentItem is a duty that is overdue.
type urgentItem struct {
	words
	Path, Name, Subjects string
	Force                tag
	Since, Distance      string
	Attach               string
}

const urgentShown = 10

func (s *server) position(q *orgRequest) error {
	p, err := q.placed()
	if err != nil {
		return err
	}
	base := q.page("position")
	base.Org.DaysMatter = true
	view := positionPage{page: base, Path: orgPath(q.org, "position"), LeniencyPath: q.to("position/leniency"), TasksPath: q.to("tasks")}
	view.List = q.standList(p)
	if q.part("list") {
		return s.renderPart(q.request, "position", "list", view)
	}
	h := p.Position.Headline()
	view.Binding, view.Soft = q.figures(h.Binding.Duties), q.figures(h.Other.Duties)
	view.Gaps, view.GapsPath = h.Binding.Gaps, q.to("position", "gaps", "1")+"#list"
	view.urgent(q, p)
	if view.Heat, err = q.heat(); err != nil {
		return err
	}
	if view.Changes, err = q.changes(p); err != nil {
		return err
	}
	if view.Plans, err = q.rectifications(); err != nil {
		return err
	}
	return s.render(q.request, http.StatusOK, "position", view)
}

// figures are the counts of duties by state that are not zero, the most urgent
// first.
func (q *orgRequest) figures(c position.Counts) []figure {
	var list []figure
	for _, state := range position.States() {
		if n := c.Of(state); n > 0 {
			list = append(list, figure{q.standTag(state), n, q.to("position", "state", string(state)) + "#list"})
		}
	}
	return list
}

// urgent lists what is overdue, the longest first; what binds before what only
// recommends.
func (p *positionPage) urgent(q *orgRequest, at *placed) {
	p.UrgentPath = q.to("position", "state", string(position.Overdue)) + "#list"
	var late []dutyStand
	for _, d := range at.stands() {
		if d.Groups[0].State == position.Overdue {
			late = append(late, d)
			p.UrgentSoft += soft(d.DutyText)
		}
	}
	p.UrgentAll, p.UrgentBinding = len(late), len(late)-p.UrgentSoft
	for _, d := range late[:min(len(late), urgentShown)] {
		g := d.Groups[0]
		p.Urgent = append(p.Urgent, urgentItem{words: q.words, Path: q.dutyPath(d.ID), Name: q.Text(d.Name), Subjects: q.subjects(at.State, g.subjects()),
			Force: q.recommended(d.Force), Since: g.Since.String(), Distance: position.LateSince(g.Since, at.On).In(q.lang), Attach: q.attach(at, d.ID, g.subjects())})
	}
}

// recommended is the mark of a duty that does not bind by itself, else empty.
func (w words) recommended(f law.Force) tag {
	if f.Binding() {
		return tag{}
	}
	return w.forceTag(f)
}

// standTag names the state of a duty, "" that it did not apply.
func (w words) standTag(s position.State) tag {
	look := map[position.State]tag{
		position.Overdue: {Class: "bad", Icon: "■"}, position.InRectification: {Class: "warn", Icon: "↻"}, position.Expiring: {Class: "warn", Icon: "▲"},
		position.None: {Class: "none", Icon: "○"}, position.Unknown: {Class: "unknown", Icon: "?"}, position.OnFile: {Class: "yes", Icon: "✓"},
	}
	t, ok := look[s]
	if !ok { // it did not apply
		return tag{"no", "–", w.T("applies.no")}
	}
	t.Name = s.Message().In(w.lang)
	return t
}

const subjectsNamed = 3

// subjects names some subjects in few words.
func (q *orgRequest) subjects(state *standing.State, ids []string) string {
	if systems := state.Units(org.AboutSystem); len(ids) > subjectsNamed && len(ids) == len(systems) {
		return q.T("stand.all_systems", len(ids))
	}
	var names []string
	for _, id := range ids[:min(len(ids), subjectsNamed)] {
		names = append(names, q.subjectName(state, id))
	}
	if more := len(ids) - subjectsNamed; more > 0 {
		return q.T("stand.and_more", q.join(names), more)
	}
	return q.join(names)
}

// attach is the page on which evidence for a duty is filed; "" for who may not
// file.
func (q *orgRequest) attach(p *placed, duty string, subjects []string) string {
	return q.filePath("evidence/new", duty, p.forOne(duty, subjects))
}

// filePath is a page on which something is filed for a duty, today whatever day
// is asked.
func (q *orgRequest) filePath(page, duty, subject string) string {
	if !q.mayWrite() {
		return ""
	}
	return orgPath(q.org, page) + when{}.query("duty", duty, "subject", subject)
}

// changesView is what stands otherwise than on an earlier day.
type changesView struct {
	words
	Path, Since, On string
	Kept            []option // the rest of the address
	Rows            []changeRow
	All             int
}

type changeRow struct {
	Path, Name, Subjects string
	Force, From, To      tag
}

const (
	changesListed = 20
	changesDays   = 30 // back, where no day is asked
)

// changes compares the position with that of an earlier day.
func (q *orgRequest) changes(p *placed) (changesView, error) {
	since, err := q.since()
	if err != nil {
		return changesView{}, err
	}
	before, err := q.placedOn(since)
	if err != nil {
		return changesView{}, err
	}
	list := p.Position.Changes(before.Position)
	slices.SortStableFunc(list, func(a, b position.Change) int { return worth(a) - worth(b) })
	v := changesView{words: q.words, Path: orgPath(q.org, "position"), Since: since.String(), On: q.when.On.String(), All: len(list), Kept: q.kept("since")}
	for _, c := range list[:min(len(list), changesListed)] {
		v.Rows = append(v.Rows, changeRow{q.dutyPath(c.Duty.ID), q.Text(c.Duty.Name), q.subjects(p.State, c.Subjects),
			q.recommended(c.Duty.Force), q.standTag(c.From), q.standTag(c.To)})
	}
	return v, nil
}

// worth orders changes: what binds first, by what it is now; what no longer
// applies last.
func worth(c position.Change) int {
	states := len(position.States()) + 1
	now := urgency(c.To)
	if c.To == "" {
		now = states - 1
	}
	return soft(c.Duty)*states + now
}

// since is the earlier day of a comparison.
func (q *orgRequest) since() (day.Day, error) {
	text := q.FormValue("since")
	if text == "" {
		if d := q.when.On.AddDays(-changesDays); !d.Before(regime.FirstAssessDay) {
			return d, nil
		}
		return regime.FirstAssessDay, nil
	}
	d, err := day.Parse(text)
	switch {
	case err != nil:
		return d, problem.New(problem.Input, "web.bad_day", text)
	case d.Before(regime.FirstAssessDay):
		return d, problem.New(problem.Input, "day.too_early", text, regime.FirstAssessDay.String())
	case d.After(q.when.On):
		return d, problem.New(problem.Input, "stand.since_late", text, q.when.On.String())
	}
	return d, nil
}

// positionKeys are what an address of the page can ask for, besides the day.
func positionKeys() []string {
	return []string{"state", "area", "subject", "q", "gaps", "span", "since"}
}

// kept is the rest of the address, for a form that changes one part of it.
func (q *orgRequest) kept(but ...string) []option {
	var list []option
	for _, key := range append([]string{"on", "known"}, positionKeys()...) {
		if v := q.FormValue(key); v != "" && !slices.Contains(but, key) {
			list = append(list, option{Value: v, Name: key})
		}
	}
	return list
}

// positionPath is the address of the page with one part of it changed.
func (q *orgRequest) positionPath(page, name, value string) string {
	var pairs []string
	for _, key := range positionKeys() {
		if key != name {
			pairs = append(pairs, key, q.FormValue(key))
		}
	}
	return q.to(page, append(pairs, name, value)...)
}

// paperLink leads to a record of evidence.
type paperLink struct {
	Path, Name, Kind, Observed, Method string
	Result                             tag
}

// paper words a record.
func (q *orgRequest) paper(book *evidence.Book, seq int64) paperLink {
	p := paperLink{Path: q.evidencePath(seq), Name: q.T("stand.number", seq)}
	if f, ok := book.Get(seq); ok && f.Record != nil {
		p.Kind, p.Observed = q.evidenceKind(f.Record.Kind), f.Record.Observed.String()
		p.Result, p.Method = q.resultOf(f.Record), q.methodWords(f.Record.Method)
	}
	return p
}

// dutyPath is the page of a duty, at its evidence.
func (q *orgRequest) dutyPath(id string) string {
	return q.to("duties/"+url.PathEscape(id)) + "#evidence"
}
