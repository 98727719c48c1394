package web

import (
	"cmp"
	"fmt"
	"slices"

	"guanji/internal/position"
)

// dutyEvidence is where one duty stands.
type dutyEvidence struct {
	words
	Groups              []lineGroup
	More                int    // groups
	Subject             string // the only one shown; "" for all
	AllPath             string
	Attach, Event, Plan string // where something is filed for the duty; "" for who may not
	Position            string
}

// lineGroup is the subjects of which a duty stands alike, worded.
type lineGroup struct {
	words
	State           tag
	Gaps            bool
	Subjects        []string
	MoreSubjects    int
	Since, Distance string // first day overdue
	Why             string // of what is not known
	Carriers        []carrierView
	NotCounting     []carrierView
	Missing         string
	Until           string
	Due, DueWhy     string
	DueDistance     string
	Plan            link
	Open            []link // events for which nothing is filed
	Owner           string
	Attach          string
}

// carrierView is a record and what it does for a duty.
type carrierView struct {
	Path, Name, Kind, Text string
}

const lineGroupsShown = 20

// dutyEvidence words the lines of a duty, the most urgent first. Where the
// address names a subject, only that one is shown.
func (q *orgRequest) dutyEvidence(duty string, triggered bool) (*dutyEvidence, error) {
	p, err := q.placed()
	if err != nil {
		return nil, err
	}
	v := &dutyEvidence{words: q.words, Position: q.to("position")}
	only := q.FormValue("subject")
	groups := linesAlike(p.Position.Lines, func(l *position.Line) bool { return l.Duty.ID == duty && (only == "" || l.Subject == only) })
	if only != "" {
		v.Subject, v.AllPath = q.subjectName(p.State, only), q.dutyPath(duty)
	}
	for _, g := range groups[:min(len(groups), lineGroupsShown)] {
		v.Groups = append(v.Groups, q.lineGroup(p, g))
	}
	v.More = len(groups) - len(v.Groups)
	subject := only
	if n := len(groups); subject == "" && n == 1 {
		subject = p.forOne(duty, groups[0].subjects)
	}
	v.Attach, v.Plan = q.filePath("evidence/new", duty, subject), q.filePath("plans/new", duty, subject)
	if triggered {
		v.Event = q.filePath("events/new", duty, subject)
	}
	return v, nil
}

// alikeLines are the lines of a duty that stand alike in everything.
type alikeLines struct {
	position.Line // the first of them
	subjects      []string
}

// linesAlike gathers lines that stand alike, the most urgent first.
func linesAlike(lines []position.Line, keep func(*position.Line) bool) []*alikeLines {
	var list []*alikeLines
	same, at := map[*position.Status]*alikeLines{}, map[string]*alikeLines{}
	for i := range lines {
		l := &lines[i]
		if !keep(l) {
			continue
		}
		g := same[l.Status]
		if g == nil {
			key := statusKey(l.Status)
			if g = at[key]; g == nil {
				g = &alikeLines{Line: *l}
				list, at[key] = append(list, g), g
			}
			same[l.Status] = g
		}
		g.subjects = append(g.subjects, l.Subject)
	}
	slices.SortStableFunc(list, func(a, b *alikeLines) int {
		return cmp.Or(urgency(a.State)-urgency(b.State), a.Since.Compare(b.Since), a.Due.Compare(b.Due))
	})
	return list
}

// statusKey is equal for what is said alike.
func statusKey(s *position.Status) string {
	owner := ""
	if s.Assignment != nil {
		owner = s.Assignment.Assignment.Owner
	}
	return fmt.Sprint(s.State, s.Why, s.Carriers, s.NotCounting, s.Missing, s.Gaps, s.Open, s.Until, s.Due, s.DueWhy, s.Since, s.Plan, owner)
}

// lineGroup words lines that stand alike.
func (q *orgRequest) lineGroup(p *placed, l *alikeLines) lineGroup {
	g := lineGroup{words: q.words, State: q.standTag(l.State), Gaps: l.Gaps, Since: l.Since.String(), Missing: q.evidenceKinds(l.Missing), Until: l.Until.String(), Due: l.Due.String(),
		MoreSubjects: max(0, len(l.subjects)-subjectsOfGroup), Attach: q.attach(p, l.Duty.ID, l.subjects)}
	for _, subject := range l.subjects[:min(len(l.subjects), subjectsOfGroup)] {
		g.Subjects = append(g.Subjects, q.subjectName(p.State, subject))
	}
	if l.State == position.Unknown {
		g.Why = l.Why.In(q.lang)
	}
	if l.DueWhy.Key != "" {
		g.DueWhy = l.DueWhy.In(q.lang)
	}
	if !l.Since.IsZero() {
		g.Distance = position.LateSince(l.Since, p.On).In(q.lang)
	}
	switch late := l.Due.DaysUntil(p.On); {
	case l.Due.IsZero():
	case late > 0:
		g.DueDistance = position.Late(late).In(q.lang)
	default:
		g.DueDistance = q.distance(p.On, l.Due)
	}
	if !l.Until.IsZero() {
		g.Until += " · " + q.distance(p.On, l.Until)
	}
	if l.Assignment != nil {
		g.Owner = l.Assignment.Assignment.Owner
	}
	q.filedFor(&g, l.Status)
	return g
}

// filedFor leads to everything that was filed.
func (q *orgRequest) filedFor(g *lineGroup, s *position.Status) {
	for _, c := range s.Carriers {
		text := q.T("stand.counts_on")
		if !c.Until.IsZero() {
			text = q.T("stand.counts_until", c.Until.String())
		}
		g.Carriers = append(g.Carriers, carrierView{q.evidencePath(c.Seq), q.T("stand.number", c.Seq), q.evidenceKind(c.Kind), text})
	}
	for _, n := range s.NotCounting {
		g.NotCounting = append(g.NotCounting, carrierView{Path: q.evidencePath(n.Seq), Name: q.T("stand.number", n.Seq), Text: n.Why.In(q.lang)})
	}
	for _, seq := range s.Open {
		g.Open = append(g.Open, link{q.evidencePath(seq), q.T("stand.number", seq)})
	}
	if s.Plan != 0 {
		g.Plan = link{q.evidencePath(s.Plan), q.T("stand.number", s.Plan)}
	}
}
