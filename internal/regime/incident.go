package regime

import (
	"cmp"
	"slices"
	"time"

	"guanji/internal/calendar"
	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/strict"
)

// A Grade is the level of an incident.
type Grade string

// The grades: I particularly major, II major, III fairly major, IV general.
const (
	GradeI   Grade = "I"
	GradeII  Grade = "II"
	GradeIII Grade = "III"
	GradeIV  Grade = "IV"
)

// gradeRank orders grades; no grade is 0.
var gradeRank = map[Grade]int{GradeIV: 1, GradeIII: 2, GradeII: 3, GradeI: 4}

// Above reports whether a grade is higher than another.
func (g Grade) Above(h Grade) bool { return gradeRank[g] > gradeRank[h] }

// An Incident is what is known of an incident. Discovered is when it was found
// or learned of (发现或获知), from which the clocks run; it may be zero.
type Incident struct {
	Facts         org.Facts
	Discovered    time.Time
	OutageStarted time.Time            // zero: taken to be Discovered
	Outages       map[string]time.Time // when outages started, by the fact of their length; others as above
	HandlingEnded time.Time            // zero: it is being handled
}

// A Grading is the grade of an incident and who must be told by when.
type Grading struct {
	Grade      *Grade         `json:"grade"` // null: no criterion is known to be met, and none is excluded
	Because    []GradeReason  `json:"because"`
	Reports    []Report       `json:"reports"`
	Further    []Report       `json:"further"` // what follows a first report, and who else must be told
	Missing    []string       `json:"missing"`
	Crosses    []Crossing     `json:"crosses"`
	Confidence law.Confidence `json:"confidence"`
	Warnings   []org.Warning  `json:"warnings"`
}

// GradeReason is a criterion that is met.
type GradeReason struct {
	Reason
	Grade Grade `json:"grade"`
}

// Report is one report to one recipient. By and Limit are null where the law
// names no time.
type Report struct {
	To          string         `json:"to"`
	By          *time.Time     `json:"by"`
	Limit       *string        `json:"limit"`
	Basis       string         `json:"basis"`
	Content     string         `json:"content"`
	Provisional bool           `json:"provisional"`
	Text        message.Text   `json:"text"`
	Confidence  law.Confidence `json:"confidence"`

	Rule     string        `json:"-"` // id of the rule that asks for it
	Duty     string        `json:"-"` // id of the duty that it serves, "" for none
	Calendar string        `json:"-"` // how Limit is counted
	After    string        `json:"-"` // "handling_ends": the limit runs from then; "": from the discovery
	Every    time.Duration `json:"-"` // it is due again and again; 0: once
}

// Crossing is the moment at which a running outage reaches a line.
type Crossing struct {
	Grade      Grade          `json:"grade"`
	Fact       string         `json:"fact"`
	Minutes    int            `json:"minutes"`
	At         time.Time      `json:"at"`
	Confidence law.Confidence `json:"confidence"`
}

type gradeRow struct {
	Rule
	grade   Grade
	fact    *org.Fact // of an outage, or nil
	minutes int
}

type reportGroup struct {
	id         string
	when       *node
	confidence law.Confidence
	actor      bool // of IRM-4: only where the grade is III or above
	graded     bool // depends on the grade as the actor rows do
	most       bool // only of grade I
	rows       []reportRow
}

type incidents struct {
	grades  []gradeRow
	below   conditional
	groups  []reportGroup // the reports
	further []reportGroup
	threats []reportGroup
}

// outageOngoing is the fact that an outage still runs; unless it is known to
// be false, lines ahead are shown.
const outageOngoing = "incident.outage_ongoing"

func (l *loader) readIncidents() {
	var f gradesFile
	if !l.read("incidents/grades.yaml", &f) {
		return
	}
	for _, e := range f.Grades {
		l.oneOf(e.Pos, string(e.Grade), string(GradeI), string(GradeII), string(GradeIII))
		l.confidence(e.Pos, e.Confidence)
		row := gradeRow{Rule: Rule{e.ID, e.Text, l.provisionList(e.Provisions), e.Confidence, l.rule(e.ID, l.compile(e.When))}, grade: e.Grade}
		if e.Crosses != nil {
			row.fact, row.minutes = l.Vocabulary.Fact(e.Crosses.Fact.Value), e.Crosses.Minutes
			if row.fact == nil {
				l.fail(e.Crosses.Fact.Pos, "content.dangling", message.New("kind.fact"), e.Crosses.Fact.Value)
			}
		}
		l.incidents.grades = append(l.incidents.grades, row)
	}
	l.incidents.below = conditional{"below", f.Below.Text, l.compile(f.Below.When)}
	var r reportsFile
	if !l.read("incidents/reports.yaml", &r) {
		return
	}
	for _, e := range r.Actors {
		l.incidents.groups = append(l.incidents.groups, l.reportGroup(e, true))
	}
	for _, e := range r.Others {
		l.oneOf(e.Pos, e.Grade, "any", "iii_or_above")
		l.incidents.groups = append(l.incidents.groups, l.reportGroup(e, false))
	}
	for _, e := range r.Further {
		l.oneOf(e.Pos, e.Grade, "any", "i")
		l.incidents.further = append(l.incidents.further, l.reportGroup(e, false))
	}
	for _, e := range r.Threats {
		l.oneOf(e.Pos, e.Grade, "")
		l.incidents.threats = append(l.incidents.threats, l.reportGroup(e, false))
	}
}

func (l *loader) reportGroup(e reportEntry, actor bool) reportGroup {
	l.confidence(e.Pos, e.Confidence)
	for _, r := range e.Reports {
		l.oneOf(r.Pos, r.To, "protection_department", "public_security", "own_cyberspace_body", "provincial_cac", "sector_regulator", "affected_people")
		l.oneOf(r.Pos, r.Content, "initial", "written", "follow_up", "closing", "notice")
		l.provisionList([]strict.String{r.Basis})
		l.oneOf(r.Pos, r.After, "", "handling_ends")
		if r.Limit != "" {
			l.limit(cadenceEntry{Limit: r.Limit, Calendar: r.Calendar, Pos: r.Pos})
		}
		if r.Every != "" {
			l.limit(cadenceEntry{Limit: r.Every, Calendar: "hours", Pos: r.Pos})
		}
		if r.Duty.Value != "" && !slices.ContainsFunc(l.Duties, func(d *Duty) bool { return d.ID.Value == r.Duty.Value }) {
			l.fail(r.Duty.Pos, "content.dangling", message.New("kind.duty"), r.Duty.Value)
		}
	}
	return reportGroup{id: e.ID.Value, when: l.rule(e.ID, l.compile(e.When)), confidence: e.Confidence,
		actor: actor, graded: actor || e.Grade == "iii_or_above", most: e.Grade == "i", rows: e.Reports}
}

// GradeIncident grades an incident on a day and lists the reports due. The
// grade is the highest that the known facts meet. While none is met and nobody
// has confirmed that none is, there is no grade, and reports are provisional.
// A day before [FirstIncidentDay] is an error of kind [problem.Usage].
func (s *Set) GradeIncident(in Incident, on day.Day) (*Grading, error) {
	if on.Before(FirstIncidentDay) {
		return nil, problem.New(problem.Usage, "day.too_early", on.String(), FirstIncidentDay.String())
	}
	g := &Grading{Because: []GradeReason{}, Missing: []string{}, Crosses: []Crossing{}, Confidence: law.Verified, Warnings: s.dayWarnings(on)}
	missing := s.criteria(g, in, on)
	s.below(g, in, on)
	if g.Grade == nil || *g.Grade != GradeI {
		g.Missing = s.factNames(missing, in.Facts)
	}
	if in.Discovered.IsZero() {
		g.Warnings = append(g.Warnings, org.Warn("no_discovery_time"))
	}
	s.reports(g, in, on)
	s.crossings(g, in)
	return g, nil
}

// criteria collects the criteria met, the highest first, sets the grade, and
// returns the facts that could raise it.
func (s *Set) criteria(g *Grading, in Incident, on day.Day) (missing []int) {
	type open struct {
		grade  Grade
		ground []int
	}
	var opens []open
	for _, row := range s.incidents.grades {
		var ground []int
		switch row.when.explain(in.Facts, on, &ground) {
		case yes:
			g.Because = append(g.Because, GradeReason{Reason{Rule: row.ID.Value, Subject: "incident", Value: yes.pointer(), Text: row.Text,
				Provisions: onDay(row.Provisions, on), Facts: s.factValues(ground, in.Facts), Confidence: weakest(row.Confidence, row.Provisions, on)}, row.grade})
		case unknown:
			opens = append(opens, open{row.grade, ground})
		}
	}
	slices.SortStableFunc(g.Because, func(a, b GradeReason) int { return cmp.Compare(gradeRank[b.Grade], gradeRank[a.Grade]) })
	reached := 0
	if len(g.Because) > 0 {
		top := g.Because[0].Grade
		g.Grade, reached = &top, gradeRank[top]
		g.Confidence = law.Unverified
		for _, b := range g.Because {
			if b.Grade == top {
				g.Confidence = stronger(g.Confidence, b.Confidence) // any one criterion suffices
			}
		}
	}
	for _, o := range opens {
		if gradeRank[o.grade] > reached {
			missing = append(missing, o.ground...)
		}
	}
	return missing
}

// below sets grade IV where a person confirmed that nothing higher is met.
func (s *Set) below(g *Grading, in Incident, on day.Day) {
	var ground []int
	if s.incidents.below.when.explain(in.Facts, on, &ground) != yes {
		return
	}
	if g.Grade != nil {
		g.Warnings = append(g.Warnings, org.Warn("confirmed_but_met", string(*g.Grade)))
		return
	}
	iv := GradeIV
	g.Grade = &iv
	g.Because = append(g.Because, GradeReason{Reason{Rule: "below", Subject: "incident", Value: yes.pointer(), Text: s.incidents.below.text,
		Provisions: []string{}, Facts: s.factValues(ground, in.Facts), Confidence: law.Verified}, GradeIV})
}

// reports lists what is due to whom. A row whose condition is unknown, or that
// depends on a grade that is not settled, is provisional.
func (s *Set) reports(g *Grading, in Incident, on day.Day) {
	g.Reports = s.due(s.incidents.groups, g.Grade, in, on)
	g.Further = s.due(s.incidents.further, g.Grade, in, on)
}

// Threat lists who must be told of a threat that was found before anything
// happened. A day before [FirstIncidentDay] is an error of kind
// [problem.Usage].
func (s *Set) Threat(in Incident, on day.Day) ([]Report, error) {
	if on.Before(FirstIncidentDay) {
		return nil, problem.New(problem.Usage, "day.too_early", on.String(), FirstIncidentDay.String())
	}
	return s.due(s.incidents.threats, nil, in, on), nil
}

func (s *Set) due(groups []reportGroup, grade *Grade, in Incident, on day.Day) []Report {
	reports := []Report{}
	for _, group := range groups {
		holds := group.when.eval(in.Facts, on)
		if holds == no || group.graded && grade != nil && *grade == GradeIV || group.most && grade != nil && *grade != GradeI {
			continue
		}
		provisional := holds == unknown || (group.graded || group.most) && grade == nil
		for _, r := range group.rows {
			reports = append(reports, s.report(group, r, in, on, provisional))
		}
	}
	return reports
}

func (s *Set) report(group reportGroup, r reportRow, in Incident, on day.Day, provisional bool) Report {
	out := Report{To: r.To, Limit: optional(r.Limit), Basis: r.Basis.Value, Content: r.Content, Provisional: provisional, Text: r.Text, Confidence: group.confidence,
		Rule: group.id, Duty: r.Duty.Value, Calendar: r.Calendar, After: r.After}
	if w, ok := s.Library.Provision(r.Basis.Value).On(on); ok {
		out.Basis = w.ID
	}
	if every, err := calendar.ParseLimit(r.Every, "hours"); err == nil && every.Unit == 'H' {
		out.Every = time.Duration(every.Amount) * time.Hour
	}
	from := in.Discovered
	if r.After != "" {
		from = in.HandlingEnded
	}
	if r.Limit == "" || from.IsZero() {
		return out
	}
	if by, err := s.DueBy(from, r.Limit, r.Calendar); err == nil {
		out.By = &by
	}
	return out
}

// DueBy returns the last moment of a limit, such as PT1H counted in hours,
// that begins to run at a moment. It fails for a limit that is none, and for
// working days of a year whose holidays are not known.
func (s *Set) DueBy(from time.Time, limit, counting string) (time.Time, error) {
	l, err := calendar.ParseLimit(limit, counting)
	if err != nil {
		return time.Time{}, err
	}
	return s.Calendar.Due(from.In(day.Beijing), l)
}

// crossings lists the lines that a running outage has not reached yet.
func (s *Set) crossings(g *Grading, in Incident) {
	start := in.OutageStarted
	if start.IsZero() {
		start = in.Discovered
	}
	if s.Vocabulary.Get(in.Facts, outageOngoing) == org.BoolValue(false) {
		return
	}
	for _, row := range s.incidents.grades {
		if row.fact == nil || !in.Facts[row.fact.Index].Known() || in.Facts[row.fact.Index].I >= int64(row.minutes) || !s.couldCross(row, in) {
			continue
		}
		began, ok := in.Outages[row.fact.ID]
		if !ok {
			began = start
		}
		if began.IsZero() {
			continue
		}
		g.Crosses = append(g.Crosses, Crossing{row.grade, row.fact.ID, row.minutes,
			began.In(day.Beijing).Add(time.Duration(row.minutes) * time.Minute), row.Confidence})
	}
	slices.SortStableFunc(g.Crosses, func(a, b Crossing) int { return a.At.Compare(b.At) })
}

// couldCross reports whether a criterion could be met if the outage lasted.
func (s *Set) couldCross(row gradeRow, in Incident) bool {
	later := slices.Clone(in.Facts)
	later[row.fact.Index] = org.IntValue(int64(row.minutes))
	return row.when.eval(later, FirstIncidentDay) != no
}
