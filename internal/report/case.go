package report

import (
	"encoding/json"
	"time"

	"guanji/internal/day"
	"guanji/internal/incident"
	"guanji/internal/law"
	"guanji/internal/message"
)

// CaseLine is a case in a list, in JSON.
type CaseLine struct {
	Number     int64          `json:"number"`
	State      incident.State `json:"state" doc:"alert: a machine raised it, and nobody has looked. running, threat, handled: something is still to be done."`
	Kind       *incident.Kind `json:"kind" doc:"null until a person said what it is."`
	Drill      bool           `json:"drill" doc:"Nothing of it happened."`
	Title      string         `json:"title"`
	Systems    []string       `json:"systems" doc:"The systems concerned: ids, or before a person looked what the machine called them."`
	Grade      *string        `json:"grade" enum:"I,II,III,IV" doc:"null while it is open."`
	Revision   int64          `json:"revision" doc:"The seq of its newest step: what is given as seen."`
	Alerts     int            `json:"alerts" doc:"How many alerts were raised."`
	AlertedAt  *time.Time     `json:"alerted_at" doc:"When a machine raised the first alert; null: none did."`
	AwareAt    *time.Time     `json:"aware_at" doc:"When the organization became aware (发现或获知): the clocks run from then."`
	Next       *ClockView     `json:"next" doc:"The report that is due first; null: none is to be made."`
	Unanswered *time.Time     `json:"unanswered_since" doc:"Since when something that was said waits for an answer; null: nothing does."`
	JoinedTo   *int64         `json:"joined_to" doc:"The number of the case that it belongs to."`
}

// ClockView is a report that is due or was made, in JSON.
type ClockView struct {
	Report      string         `json:"report" doc:"What tells it apart within the case: a step sent names it."`
	To          string         `json:"to" doc:"The recipient."`
	Content     string         `json:"content" enum:"initial,written,follow_up,closing,notice"`
	State       string         `json:"state" enum:"open,waiting,made,off" doc:"open: to be made. waiting: it runs from the end of handling. off: the case was closed without it."`
	By          *time.Time     `json:"by" doc:"The last moment; null: at once, or not known before handling ends."`
	LeftSeconds *int64         `json:"left_seconds" doc:"How much time was left at as_of, below 0 if none was; null: no moment is known, or it is not open."`
	Late        bool           `json:"late" doc:"The limit had passed when it was made, or has passed at as_of."`
	Limit       *string        `json:"limit" doc:"Such as PT1H; null: the law names no time, or it is not known."`
	Calendar    string         `json:"calendar" doc:"How the limit is counted."`
	After       string         `json:"after" doc:"handling_ends: the limit runs from then; empty: from awareness."`
	EveryHours  int            `json:"every_hours" doc:"Due again after so many hours; 0: once."`
	Basis       string         `json:"basis" doc:"The id of the provision that asks for it."`
	Duty        string         `json:"duty" doc:"The id of the duty; empty: none."`
	Provisional bool           `json:"provisional" doc:"By what is known, it may not be due."`
	Text        message.Text   `json:"text"`
	Confidence  law.Confidence `json:"confidence"`
	Made        []MadeView     `json:"made" doc:"The reports that were made, the oldest first."`
}

// MadeView is a report that was made, in JSON.
type MadeView struct {
	Seq     int64     `json:"seq"`
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Way     string    `json:"way"`
	Whom    string    `json:"whom"`
	Receipt string    `json:"receipt"`
	Late    string    `json:"late" doc:"Why it was late."`
}

// CaseView is where a case stands, with its whole record, in JSON:
// docs/formats/incidents.md.
type CaseView struct {
	Guanji       int       `json:"guanji"`
	Organization string    `json:"organization"`
	AsOf         time.Time `json:"as_of" doc:"When this was read."`
	CaseLine
	Reading   *incident.Reading `json:"reading" doc:"What was taken for becoming aware."`
	JudgedAt  *time.Time        `json:"judged_at" doc:"When a grade was first judged."`
	EndedAt   *time.Time        `json:"ended_at" doc:"When handling ended."`
	Awareness []AwareView       `json:"awareness" doc:"What was said of awareness, corrections and all; the last stands."`
	Grades    []GradedView      `json:"grades" doc:"The first grade and every regrade."`

	Because    []incident.Because  `json:"because" doc:"The criteria that are met."`
	Missing    []string            `json:"missing" doc:"Facts that could raise the grade."`
	Crosses    []incident.Crossing `json:"crosses" doc:"When a running outage reaches a line."`
	Confidence law.Confidence      `json:"confidence"`

	Clocks []ClockView           `json:"clocks" doc:"What is to be made first, by the earliest moment; then at once; then what waits; then what was made."`
	Facts  map[string]StatedView `json:"facts" doc:"By the ids of the vocabulary."`
	Parts  map[string]PartView   `json:"parts" doc:"What was written of the parts of reports."`
	Roles  map[string]RoleView   `json:"roles"`
	Tasks  []TaskStepView        `json:"tasks"`
	Kept   []KeptView            `json:"kept" doc:"What was preserved, with its chain of custody."`
	Steps  []StepView            `json:"steps" doc:"The record: every step, the oldest first."`
}

// AlertsView says in JSON what became of what a machine sent.
type AlertsView struct {
	Items []AlertedView `json:"items" doc:"One for each alert, in the order of the body."`
}

// AlertedView says in JSON what became of one alert.
type AlertedView struct {
	Ref  string `json:"ref" doc:"The machine's own number of it."`
	Case int64  `json:"case" doc:"The number of the case in which it stands."`
	New  bool   `json:"new" doc:"It opened the case."`
	Same bool   `json:"same" doc:"It had been recorded before, and changed nothing."`
}

// AwareView is what was said of awareness, in JSON.
type AwareView struct {
	Seq      int64            `json:"seq"`
	At       time.Time        `json:"at"`
	Reading  incident.Reading `json:"reading"`
	Why      string           `json:"why"`
	Recorded time.Time        `json:"recorded"`
	By       string           `json:"by"`
}

// GradedView is a grade that a case was given, in JSON.
type GradedView struct {
	Seq   int64     `json:"seq"`
	Grade *string   `json:"grade" enum:"I,II,III,IV"`
	At    time.Time `json:"at"`
	By    string    `json:"by"`
}

// StatedView is a fact of a case as it stands, in JSON.
type StatedView struct {
	Value json.RawMessage `json:"value" doc:"null: it was taken back."`
	Seq   int64           `json:"seq"`
	At    time.Time       `json:"at"`
	By    string          `json:"by"`
}

// PartView is what was written of a part of a report, in JSON.
type PartView struct {
	Text string    `json:"text"`
	Seq  int64     `json:"seq"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
}

// RoleView is who does something in a case, in JSON.
type RoleView struct {
	Person string `json:"person"`
	Phone  string `json:"phone"`
	Seq    int64  `json:"seq"`
}

// TaskStepView is something to do in a case, in JSON.
type TaskStepView struct {
	Seq   int64      `json:"seq"`
	What  string     `json:"what"`
	Owner string     `json:"owner"`
	Due   *time.Time `json:"due"`
	Done  *time.Time `json:"done" doc:"When it was done; null: it is open."`
}

// KeptView is what was preserved, in JSON.
type KeptView struct {
	Seq   int64      `json:"seq"`
	At    time.Time  `json:"at"`
	By    string     `json:"by"`
	Hands []HandView `json:"hands" doc:"Through whose hands it went."`
	incident.Kept
}

// HandView is one link of a chain of custody, in JSON.
type HandView struct {
	Seq   int64     `json:"seq"`
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	From  string    `json:"from"`
	To    string    `json:"to"`
	Where string    `json:"where"`
	Why   string    `json:"why"`
}

// StepView is a step as it was recorded, in JSON: one of the members of
// [incident.Step], which its kind names.
type StepView struct {
	Seq    int64     `json:"seq" doc:"Its number within the organization."`
	At     time.Time `json:"at" doc:"When it was recorded."`
	By     string    `json:"by" doc:"The name of an account, of a user of the machine, or of the program."`
	Kind   string    `json:"kind" doc:"The name of the member that says what it is."`
	Struck *int64    `json:"struck" doc:"The seq of the step that took it back; null: it stands."`
	incident.Step
}

// CaseLineOf returns a case in the form of a list, as it is at some time.
func CaseLineOf(c *incident.Case, now time.Time) CaseLine {
	v := CaseLine{Number: c.Number, State: c.State, Kind: orNil(c.Kind), Drill: c.Drill, Title: c.Title, Systems: append([]string{}, c.Systems...), Revision: c.Revision(),
		Alerts: len(c.Alerts), AlertedAt: moment(c.AlertedAt()), Unanswered: moment(c.Unanswered()), JoinedTo: orNil(c.To)}
	if c.Judged != nil {
		v.Grade = orNil(c.Judged.Grade)
	}
	if a := c.Aware(); a != nil {
		v.AwareAt = moment(a.At)
	}
	if next := c.Next(); next != nil {
		k := clockOf(*next, now)
		v.Next = &k
	}
	return v
}

// orNil is a value, nil for none.
func orNil[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}

// moment is a time in Beijing, nil for none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.In(day.Beijing)
	return &t
}

func clockOf(k incident.Clock, now time.Time) ClockView {
	v := ClockView{Report: k.Key, To: k.To, Content: k.Content, State: stateOf(k), By: moment(k.By), Late: k.Late(now), Limit: orNil(k.Limit), Calendar: k.Calendar, After: k.After,
		EveryHours: k.Every, Basis: k.Basis, Duty: k.Duty, Provisional: k.Provisional, Text: k.Text, Confidence: k.Confidence, Made: []MadeView{}}
	if k.Open && !k.By.IsZero() {
		left := int64(k.By.Sub(now) / time.Second)
		v.LeftSeconds = &left
	}
	for _, s := range k.Sent {
		v.Made = append(v.Made, MadeView{s.Seq, s.When().In(day.Beijing), s.By, s.Sent.Way, s.Sent.Whom, s.Sent.Receipt, s.Sent.Late})
	}
	return v
}

// stateOf says in one word whether a report is to be made.
func stateOf(k incident.Clock) string {
	switch {
	case k.Open:
		return "open"
	case k.Waiting:
		return "waiting"
	case len(k.Sent) > 0:
		return "made"
	}
	return "off"
}

// CaseOf returns a case with its whole record in the form of JSON, as it is at
// some time.
func CaseOf(organization string, c *incident.Case, now time.Time) CaseView {
	v := CaseView{Guanji: 1, Organization: organization, AsOf: now.In(day.Beijing), CaseLine: CaseLineOf(c, now), JudgedAt: moment(c.JudgedAt()), EndedAt: moment(c.Ended),
		Awareness: []AwareView{}, Grades: []GradedView{}, Because: []incident.Because{}, Missing: []string{}, Crosses: []incident.Crossing{}, Confidence: law.Verified,
		Clocks: []ClockView{}, Facts: map[string]StatedView{}, Parts: map[string]PartView{}, Roles: map[string]RoleView{}, Tasks: []TaskStepView{}, Kept: []KeptView{}, Steps: []StepView{}}
	for _, a := range c.Awareness {
		said := a.AwareIn()
		v.Awareness = append(v.Awareness, AwareView{a.Seq, said.At.In(day.Beijing), said.Reading, said.Why, a.At.In(day.Beijing), a.By})
		v.Reading = &said.Reading
	}
	for _, g := range c.Grades {
		v.Grades = append(v.Grades, GradedView{g.Seq, orNil(g.Grade), g.At.In(day.Beijing), g.By})
	}
	v.judge(c.Judged)
	for _, k := range c.Clocks() {
		v.Clocks = append(v.Clocks, clockOf(k, now))
	}
	v.stand(c)
	v.work(c)
	for _, s := range c.Steps {
		v.Steps = append(v.Steps, StepView{s.Seq, s.At.In(day.Beijing), s.By, s.Name(), struck(c, s.Seq), s.Step})
	}
	return v
}

// struck is the step that took another back, nil for none.
func struck(c *incident.Case, seq int64) *int64 {
	if by, ok := c.Struck[seq]; ok {
		return &by.Seq
	}
	return nil
}

func (v *CaseView) judge(j *incident.Judgement) {
	if j == nil {
		return
	}
	v.Because = append(v.Because, j.Because...)
	v.Missing = append(v.Missing, j.Missing...)
	v.Crosses = append(v.Crosses, j.Crosses...)
	if j.Strength != "" {
		v.Confidence = j.Strength
	}
}

// stand adds what stands of the facts, parts and roles.
func (v *CaseView) stand(c *incident.Case) {
	for id, s := range c.Facts {
		v.Facts[id] = StatedView{s.Value, s.Seq, s.At.In(day.Beijing), s.By}
	}
	for id, s := range c.Parts {
		v.Parts[id] = PartView{s.Part.Text, s.Seq, s.When().In(day.Beijing), s.By}
	}
	for role, s := range c.Roles {
		v.Roles[role] = RoleView{s.Role.Person, s.Role.Phone, s.Seq}
	}
}

// work adds tasks and what was kept.
func (v *CaseView) work(c *incident.Case) {
	for _, t := range c.Tasks {
		task := TaskStepView{Seq: t.Seq, What: t.Task.What, Owner: t.Task.Owner, Due: moment(t.Task.Due)}
		if t.Done != nil {
			task.Done = moment(t.Done.When())
		}
		v.Tasks = append(v.Tasks, task)
	}
	for _, k := range c.Kept {
		kept := KeptView{k.Seq, k.When().In(day.Beijing), k.By, []HandView{}, *k.Kept}
		for _, h := range k.Hands {
			kept.Hands = append(kept.Hands, HandView{h.Seq, h.When().In(day.Beijing), h.By, h.Handed.From, h.Handed.To, h.Handed.Where, h.Handed.Why})
		}
		v.Kept = append(v.Kept, kept)
	}
}
