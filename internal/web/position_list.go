package web

import (
	"cmp"
	"encoding/csv"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"guanji/internal/org"
	"guanji/internal/position"
	"guanji/internal/standing"
)

// standList is a list of duties with where they stand, as a filter chooses.
type standList struct {
	words
	Path                    string
	Kept                    []option
	States, Areas, Subjects []option
	Subject                 string // typed, where systems are too many to choose from
	Text                    string
	Rows                    []standRow
	Lines                   int
	From, To, Of            int // duties
	PrevPath, NextPath      string
	FilePath                string
	AllPath                 string // without the filter; "" where there is none
}

// standRow is the lines of a duty in one state.
type standRow struct {
	words
	Path, Name, Area string
	Force, State     tag
	First            bool // the row that names the duty
	Span             int  // rows of the duty
	Subjects, When   string
	Gaps             bool // evidence of one of the lines tells of gaps
	Papers           []link
	More             int // papers
	Attach           string
}

const (
	standsShown     = 30
	subjectsOffered = 60
	papersShown     = 3
)

// keeps reports whether a line is one of those that the address asks for.
func (q *orgRequest) keeps() func(*position.Line) bool {
	state, area, subject := position.State(q.FormValue("state")), q.FormValue("area"), q.FormValue("subject")
	wanted, gaps := strings.Fields(strings.ToLower(q.FormValue("q"))), q.FormValue("gaps") != ""
	return func(l *position.Line) bool {
		if state != "" && l.State != state || area != "" && l.Duty.Area != area || subject != "" && l.Subject != subject || gaps && !l.Gaps {
			return false
		}
		if len(wanted) == 0 {
			return true
		}
		text := strings.ToLower(l.Duty.ID + "\n" + l.Duty.Name.En + "\n" + l.Duty.Name.Zh)
		return !slices.ContainsFunc(wanted, func(w string) bool { return !strings.Contains(text, w) })
	}
}

// standList lists one page of the duties.
func (q *orgRequest) standList(p *placed) standList {
	v := standList{words: q.words, Path: orgPath(q.org, "position"), Kept: q.kept("state", "area", "subject", "q"), Subject: q.FormValue("subject"), Text: q.FormValue("q"),
		FilePath: q.positionPath("position.csv", "span", "")}
	v.choices(q, p.State)
	stands := p.stands()
	if cmp.Or(q.FormValue("state"), q.FormValue("area"), q.FormValue("subject"), q.FormValue("q"), q.FormValue("gaps")) != "" {
		stands = gather(p.Position.Lines, q.s.Set.Areas, q.keeps())
		v.AllPath = q.to("position", "span", q.FormValue("span"), "since", q.FormValue("since")) + "#list"
	}
	for _, d := range stands {
		for _, g := range d.Groups {
			v.Lines += len(g.Lines)
		}
	}
	start, _ := strconv.Atoi(q.FormValue("from"))
	if start < 0 || start >= len(stands) {
		start = 0
	}
	end := min(len(stands), start+standsShown)
	for _, d := range stands[start:end] {
		v.Rows = append(v.Rows, q.standRows(p, d)...)
	}
	v.From, v.To, v.Of = min(start+1, len(stands)), end, len(stands)
	if start > 0 {
		v.PrevPath = q.positionPath("position", "from", strconv.Itoa(max(0, start-standsShown))) + "#list"
	}
	if end < len(stands) {
		v.NextPath = q.positionPath("position", "from", strconv.Itoa(end)) + "#list"
	}
	return v
}

func (v *standList) choices(q *orgRequest, state *standing.State) {
	v.States, v.Areas = []option{{Name: q.T("web.all")}}, []option{{Name: q.T("web.all")}}
	for _, s := range position.States() {
		v.States = append(v.States, option{Value: string(s), Name: s.Message().In(q.lang)})
	}
	for _, a := range q.s.Set.Areas {
		v.Areas = append(v.Areas, option{Value: a.ID.Value, Name: q.Text(a.Name)})
	}
	options(q.FormValue("state"), v.States)
	options(q.FormValue("area"), v.Areas)
	if systems := state.Units(org.AboutSystem); len(systems) <= subjectsOffered {
		v.Subjects = []option{{Name: q.T("web.all")}}
		for _, id := range append([]string{string(org.AboutOrganization)}, systems...) {
			v.Subjects = append(v.Subjects, option{Value: id, Name: q.subjectName(state, id)})
		}
		options(v.Subject, v.Subjects)
	}
}

// standRows are the rows of one duty.
func (q *orgRequest) standRows(p *placed, d dutyStand) []standRow {
	var rows []standRow
	path := q.to("duties/"+d.ID, "subject", q.FormValue("subject")) + "#evidence"
	for i, g := range d.Groups {
		r := standRow{words: q.words, Path: path, Name: q.Text(d.Name), Area: q.areaName(d.Area), Force: q.recommended(d.Force), State: q.standTag(g.State),
			First: i == 0, Span: len(d.Groups), Subjects: q.subjects(p.State, g.subjects()), When: q.groupWhen(p, &g),
			Gaps: slices.ContainsFunc(g.Lines, func(l position.Line) bool { return l.Gaps }), Attach: q.attach(p, d.ID, g.subjects())}
		r.Papers, r.More = q.groupPapers(&g)
		rows = append(rows, r)
	}
	return rows
}

// groupWhen says since when or until when lines stand as they do: of several
// days the earliest.
func (q *orgRequest) groupWhen(p *placed, g *standGroup) string {
	d, key := g.Due, "stand.due"
	switch g.State {
	case position.Overdue:
		return q.T("stand.since", g.Since.String(), position.LateSince(g.Since, p.On))
	case position.Expiring, position.OnFile:
		d, key = g.Until, "stand.until"
	case position.Unknown:
		return g.Lines[0].Why.In(q.lang)
	}
	if !d.IsZero() {
		return q.T(key, d.String(), q.distance(p.On, d))
	}
	if why := g.Lines[0].DueWhy; why.Key != "" {
		return why.In(q.lang)
	}
	return ""
}

// groupPapers leads to the evidence on which lines rest.
func (q *orgRequest) groupPapers(g *standGroup) ([]link, int) {
	var seen []int64
	for _, l := range g.Lines {
		for _, c := range l.Carriers {
			if !slices.Contains(seen, c.Seq) {
				seen = append(seen, c.Seq)
			}
		}
		if len(seen) > 100 {
			break // they are only counted, and are enough
		}
	}
	var list []link
	for _, seq := range seen[:min(len(seen), papersShown)] {
		list = append(list, link{q.evidencePath(seq), q.T("stand.number", seq)})
	}
	return list, len(seen) - len(list)
}

// attachment is the header by which a file gets its name.
func attachment(name string) string { return "attachment; filename*=UTF-8''" + url.PathEscape(name) }

// positionFile sends the lines as a table that spreadsheets read.
func (s *server) positionFile(q *orgRequest) error {
	p, err := q.placed()
	if err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	q.w.Header().Set("Content-Disposition", attachment(q.org+"-position-"+q.when.On.String()+".csv"))
	_, _ = q.w.Write([]byte("\uFEFF")) // spreadsheets take it for UTF-8 by this mark
	w := csv.NewWriter(q.w)
	_ = w.Write([]string{"id", "名称", "name", "area", "force", "subject", "subject name", "state", "since", "until", "due", "why", "evidence", "missing", "gaps", "plan", "owner"})
	for _, d := range gather(p.Position.Lines, s.Set.Areas, q.keeps()) {
		for _, g := range d.Groups {
			for i := range g.Lines {
				_ = w.Write(q.lineCells(p, &g.Lines[i]))
			}
		}
	}
	w.Flush() // the reader may have gone
	return nil
}

func (q *orgRequest) lineCells(p *placed, l *position.Line) []string {
	var papers []string
	for _, c := range l.Carriers {
		papers = append(papers, strconv.FormatInt(c.Seq, 10))
	}
	why, owner, plan, gaps := l.DueWhy, "", "", ""
	if l.State == position.Unknown {
		why = l.Why
	}
	because := ""
	if why.Key != "" {
		because = why.In(q.lang)
	}
	if l.Assignment != nil {
		owner = l.Assignment.Assignment.Owner
	}
	if l.Plan != 0 {
		plan = strconv.FormatInt(l.Plan, 10)
	}
	if l.Gaps {
		gaps = q.T("stand.gaps")
	}
	return cells(l.Duty.ID, l.Duty.Name.Zh, l.Duty.Name.En, q.areaName(l.Duty.Area), q.forceTag(l.Duty.Force).Name, l.Subject, q.subjectName(p.State, l.Subject),
		l.State.Message().In(q.lang), l.Since.String(), l.Until.String(), l.Due.String(), because, strings.Join(papers, " "), strings.Join(l.Missing, " "), gaps, plan, owner)
}
