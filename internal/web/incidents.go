package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"guanji/internal/account"
	"guanji/internal/incident"
)

// incidentsPage lists the cases: what runs and its limits first, then what waits
// for a person, then the rest; drills apart.
type incidentsPage struct {
	page
	Path               string
	NewPath, DrillPath string
	Wants              []link // why nobody may hear of a limit, and where that is mended
	States             []option
	Groups             []caseGroup
	Any                bool // there is a case at all
	Asked              string
	AlertsAPI          string
	Dismiss            *dismissView // nil for who may not
	Left               string       // alerts that were not dismissed
	From, To, Of       int
	PrevPath, NextPath string
}

// caseGroup is the cases of one state.
type caseGroup struct {
	words
	Key, Name string
	Rows      []caseRow
	More      int
	AllPath   string
	Drill     bool
	Folded    bool
	Dismiss   *dismissView // of alerts
}

// caseRow is one case in the list.
type caseRow struct {
	words
	Path, Number, Title string
	Drill               bool
	State, Grade        tag
	Graded              bool
	Systems             string
	Alert               string // where an alert came from, how severe, how often
	Since               *countdown
	Began               string
	Count               *countdown
	AtOnce              bool
	To, By              string
	Unsettled           bool
	Unanswered          bool
	Pick                string // what is sent where it is ticked; "" where it cannot be
	Picked              bool
}

const (
	casesShown   = 200 // of a group
	waitingShown = 20  // of the alerts, on the page of all
	casesPage    = 30  // of a list that was asked for
)

// The groups, in the order of the page.
const (
	groupAlerts  = "alert"
	groupRunning = "running"
	groupHandled = "handled"
	groupClosed  = "closed"
	groupDrills  = "drill"
)

// caseGroups lists the groups.
func caseGroups() []string {
	return []string{groupRunning, groupAlerts, groupHandled, groupClosed, groupDrills}
}

// groupOf is where a case stands in the list.
func groupOf(c *incident.Case) string {
	switch {
	case c.Drill:
		return groupDrills
	case c.State == incident.Waiting:
		return groupAlerts
	case c.State == incident.Running || c.State == incident.Watched:
		return groupRunning
	case c.State == incident.Handled:
		return groupHandled
	}
	return groupClosed
}

func (s *server) incidents(q *orgRequest) error { return q.renderIncidents(http.StatusOK, nil) }

// renderIncidents lists the cases; wrong is what is wrong with the form that
// dismisses alerts.
func (q *orgRequest) renderIncidents(code int, wrong map[string]string) error {
	all, err := q.s.Respond.Cases(q.Context(), q.org)
	if err != nil {
		return err
	}
	p := incidentsPage{page: q.page("incidents"), Path: orgPath(q.org, "incidents"), NewPath: q.to("incidents/new"), DrillPath: q.to("incidents/new", "drill", "1"), Any: len(all) > 0,
		Asked: q.FormValue("state"), AlertsAPI: "POST /api/v1/organizations/" + q.org + "/alerts"}
	if p.Wants, err = q.wants(); err != nil {
		return err
	}
	p.Done, p.Left = q.dismissed()
	if p.Write {
		p.Dismiss = q.dismissMany(wrong)
	}
	if len(wrong) > 0 {
		p.Alert = q.T("cases.not_taken")
	}
	p.States = []option{{Name: q.T("web.all")}}
	for _, g := range caseGroups() {
		p.States = append(p.States, option{Value: g, Name: q.T("cases.group." + g)})
	}
	options(p.Asked, p.States)
	p.groups(q, all)
	if q.part("list") {
		return q.s.renderPart(q.request, "incidents", "list", p)
	}
	return q.s.render(q.request, code, "incidents", p)
}

// wants says why nobody may hear of a limit.
func (q *orgRequest) wants() (list []link, err error) {
	plan, _, err := q.s.Respond.Plan(q.Context(), q.org)
	if err != nil {
		return nil, err
	}
	if len(plan.Ladder) == 0 {
		list = append(list, link{q.to("response-plan"), q.T("cases.wants.ladder")})
	}
	channels, err := q.s.Respond.Channels.Channels(q.Context())
	if err != nil {
		return nil, err
	}
	on := false
	for _, c := range channels {
		on = on || c.On() && slices.ContainsFunc(plan.Ladder, func(p incident.Person) bool { return slices.Contains(p.Channels, c.ID) })
	}
	if !on {
		path := q.to("response-plan")
		if q.holder.May(account.Administer) {
			path = "/settings/channels"
		}
		list = append(list, link{path, q.T("cases.wants.channel")})
	}
	return list, nil
}

// groups sorts the cases into groups; of the one that is asked for, a page.
func (p *incidentsPage) groups(q *orgRequest, all []*incident.Case) {
	now := q.s.Now()
	in := map[string][]*incident.Case{}
	for _, c := range all {
		in[groupOf(c)] = append(in[groupOf(c)], c)
	}
	slices.SortStableFunc(in[groupAlerts], func(a, b *incident.Case) int {
		return cmp.Or(mostSevere(a)-mostSevere(b), a.AlertedAt().Compare(b.AlertedAt()))
	})
	byDeadline(in[groupRunning])
	for _, key := range caseGroups() {
		cases := in[key]
		if len(cases) == 0 || p.Asked != "" && p.Asked != key {
			continue
		}
		g := caseGroup{words: q.words, Key: key, Name: q.T("cases.group." + key), Drill: key == groupDrills, Folded: key == groupClosed && p.Asked == ""}
		if p.Asked != "" {
			cases = p.pageOf(q, cases)
		} else if more := len(cases) - shownOf(key); more > 0 {
			cases, g.More, g.AllPath = cases[:shownOf(key)], more, q.to("incidents", "state", key)
		}
		if key == groupAlerts {
			g.Dismiss = p.Dismiss
		}
		for _, c := range cases {
			g.Rows = append(g.Rows, q.caseRow(c, now))
		}
		p.Groups = append(p.Groups, g)
	}
}

// shownOf is how many cases of a group the page of all shows: alerts must not
// bury what runs.
func shownOf(key string) int {
	if key == groupAlerts {
		return waitingShown
	}
	return casesShown
}

// pageOf is one page of the cases.
func (p *incidentsPage) pageOf(q *orgRequest, cases []*incident.Case) []*incident.Case {
	start, _ := strconv.Atoi(q.URL.Query().Get("from"))
	if start < 0 || start >= len(cases) {
		start = 0
	}
	end := min(len(cases), start+casesPage)
	p.From, p.To, p.Of = start+1, end, len(cases)
	if start > 0 {
		p.PrevPath = q.to("incidents", "state", p.Asked, "from", strconv.Itoa(max(0, start-casesPage)))
	}
	if end < len(cases) {
		p.NextPath = q.to("incidents", "state", p.Asked, "from", strconv.Itoa(end))
	}
	return cases[start:end]
}

// byDeadline puts first what is due first: at once stands where a limit of an
// hour would.
func byDeadline(cases []*incident.Case) {
	due := map[*incident.Case]time.Time{} // what has none comes last
	for _, c := range cases {
		due[c] = time.Unix(1<<40, 0)
		if next := c.Next(); next != nil {
			due[c] = next.By
			if next.By.IsZero() {
				due[c] = c.Judged.Aware.Add(time.Hour)
			}
		}
	}
	slices.SortStableFunc(cases, func(a, b *incident.Case) int { return due[a].Compare(due[b]) })
}

func (q *orgRequest) caseRow(c *incident.Case, now time.Time) caseRow {
	to := q.caseLink(c.Number)
	v := caseRow{words: q.words, Path: to.Path, Number: to.Name, Title: c.Title, Drill: c.Drill, State: q.caseTag(c), Systems: q.systemNames(c.Systems), Unanswered: c.State.Live() && !c.Unanswered().IsZero()}
	if c.Kind == incident.Incident && c.Judged != nil {
		v.Grade, v.Graded = q.gradeTag(c.Judged.Grade), true
	}
	if c.State == incident.Waiting && len(c.Alerts) > 0 {
		if q.mayWrite() {
			v.Pick = pickName(c)
			v.Picked = slices.Contains(q.PostForm["case"], v.Pick)
		}
		last := c.Alerts[len(c.Alerts)-1].Alert
		v.Alert, v.Since, v.Began = q.alertWords(last, len(c.Alerts)), q.elapsed(c.Alerts[0].At, now), q.T("cases.began.alert", clock(c.AlertedAt()))
		return v
	}
	if a := c.Aware(); a != nil {
		v.Began = q.T("cases.began", clock(a.At))
	}
	r := &caseRequest{orgRequest: q, c: c, at: now}
	if open := r.ahead(r.open()); len(open) > 0 {
		to, _ := q.together(open)
		v.To, v.By, v.AtOnce, v.Unsettled = q.join(to), moment(open[0].By), open[0].By.IsZero(), open[0].Provisional
		if !v.AtOnce {
			v.Count = q.countdown(open[0].By, now)
		}
	}
	return v
}

// alertWords says where an alert came from, how severe it is said to be, and
// how often it came.
func (q *orgRequest) alertWords(a *incident.Alert, times int) string {
	text := a.Source
	if a.Severity != "" {
		text += " · " + a.Severity
	}
	if times > 1 {
		text += " · " + q.T("cases.times", times)
	}
	return text
}
