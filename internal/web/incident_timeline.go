package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"guanji/internal/incident"
)

// timelineView is what happened and what was done, the newest first. What the
// program did stands folded between.
type timelineView struct {
	words
	Told    string
	Groups  []timelineGroup
	More    int // groups that are not shown
	AllPath string
	Form    *stepForm
}

// timelineGroup is one step of a person, or what the program did between two.
type timelineGroup struct {
	words
	Machine string // how much of it, in words; "" for a step of a person
	Rows    []timelineRow
}

// timelineRow is one step.
type timelineRow struct {
	words
	Seq        int64
	When, By   string
	Recorded   string // when, if it is not when it happened
	Offline    bool
	Icon, What string
	Text       string
	Facts      []factUsed
	Files      []filedFile
	Grade      *tag // that the case has from then on
	Struck     string
	Why        string // it was struck
	StrikePath string
	Strike     *stepForm
}

// groupsShown is how much of a long timeline is shown at first.
const groupsShown = 100

func (q *caseRequest) timeline() timelineView {
	steps := slices.Clone(q.c.Steps)
	slices.SortStableFunc(steps, func(a, b incident.Recorded) int { return a.When().Compare(b.When()) })
	slices.Reverse(steps)
	v := timelineView{words: q.words, Told: q.toldIn("timeline")}
	for _, r := range steps {
		last := len(v.Groups) - 1
		switch {
		case !byMachine(r):
			v.Groups = append(v.Groups, timelineGroup{words: q.words, Rows: []timelineRow{q.timelineRow(r)}})
		case last >= 0 && v.Groups[last].Machine != "":
			g := &v.Groups[last]
			g.Rows = append(g.Rows, q.timelineRow(r))
			g.Machine = q.T("cases.machine", len(g.Rows))
		default:
			v.Groups = append(v.Groups, timelineGroup{words: q.words, Machine: q.T("cases.machine", 1), Rows: []timelineRow{q.timelineRow(r)}})
		}
	}
	if more := len(v.Groups) - groupsShown; more > 0 && q.URL.Query().Get("timeline") != "all" {
		v.Groups, v.More, v.AllPath = v.Groups[:groupsShown], more, q.casePath("", "timeline", "all")+"#timeline"
	}
	if q.c.State != incident.Joined {
		v.Form = q.noteForm()
	}
	return v
}

// byMachine reports whether no person made a step.
func byMachine(r incident.Recorded) bool { return r.Alert != nil || r.Said != nil || r.Given != nil }

// since are the steps of people after a revision, the newest first.
func (q *caseRequest) since(seen int64) (rows []timelineRow) {
	for _, r := range slices.Backward(q.c.Steps) {
		if r.Seq > seen && !byMachine(r) && len(rows) < mostNews {
			rows = append(rows, q.timelineRow(r))
		}
	}
	return rows
}

// mostNews is how much of what others did is told at once.
const mostNews = 10

func (q *caseRequest) noteForm() *stepForm {
	f := q.form("note", "")
	f.text("what", "", true)
	f.choose("radio", "action", "0", []option{{Value: "0", Name: q.T("cases.note.fact")}, {Value: "1", Name: q.T("cases.note.action")}})
	f.happened()
	return f.send("cases.send.note")
}

// strikePath opens the form that strikes a step.
func (q *caseRequest) strikePath(seq int64) string {
	return q.casePath("", "strike", strconv.FormatInt(seq, 10), "timeline", "all") + fmt.Sprintf("#step-%d", seq)
}

func (q *caseRequest) timelineRow(r incident.Recorded) timelineRow {
	v := timelineRow{words: q.words, Seq: r.Seq, When: moment(r.When()), By: r.By, Offline: r.Offline, Files: q.stepFiles(r, r.Files())}
	if recorded := moment(r.At); recorded != v.When && (r.Offline || clock(r.At) != clock(r.When())) {
		v.Recorded = recorded
	}
	v.Icon, v.What, v.Text = q.stepWords(r)
	if r.Facts != nil {
		v.Facts = q.factWords(r.Facts)
	}
	for _, g := range q.c.Grades {
		if g.Seq == r.Seq && (g.Grade != "" || len(q.c.Grades) > 1) {
			t := q.gradeTag(g.Grade)
			v.Grade = &t
		}
	}
	q.striking(&v, r)
	return v
}

// striking says that a step was struck, or offers to.
func (q *caseRequest) striking(v *timelineRow, r incident.Recorded) {
	if s, struck := q.c.Struck[r.Seq]; struck {
		v.Struck, v.Why = q.T("cases.struck", s.By, moment(s.At)), s.Strike.Why
		return
	}
	if !q.mayWrite() || !strikable(r) || q.c.State == incident.Joined {
		return
	}
	seq := strconv.FormatInt(r.Seq, 10)
	if q.URL.Query().Get("strike") == seq || q.back != nil && q.back.kind == "strike" && q.back.of == seq {
		f := q.form("strike", seq)
		f.Open = true
		f.text("why", "", true)
		v.Strike = f.send("cases.send.strike").danger()
		return
	}
	v.StrikePath = q.strikePath(r.Seq)
}

// strikable reports whether a step can be struck: what moved the case is set
// right by the next move.
func strikable(r incident.Recorded) bool {
	return r.Sent != nil || r.Note != nil || r.Task != nil || r.Done != nil || r.Kept != nil || r.Handed != nil || r.Role != nil || r.Facts != nil
}

// stepWords says what a step is: an icon, a line, and what was written.
func (q *caseRequest) stepWords(r incident.Recorded) (icon, what, text string) {
	t := func(key string, args ...any) string { return q.T("cases.step."+key, args...) }
	switch {
	case r.Alert != nil:
		return "▲", t("alert", r.Alert.Source, r.Alert.Title), r.Alert.Text
	case r.Open != nil:
		return "◆", t("open."+string(r.Open.As)) + q.drillMark(r.Open.Drill), t("opened", r.Open.Title, moment(r.Open.Aware.At), q.T("respond.reading."+string(r.Open.Aware.Reading)))
	case r.Dismiss != nil:
		return "○", t("dismiss"), r.Dismiss.Why
	case r.Join != nil:
		return "○", t("join", r.Join.To), r.Join.Why
	case r.Aware != nil:
		return "◷", t("aware", moment(r.Aware.At), q.T("respond.reading."+string(r.Aware.Reading))), r.Aware.Why
	case r.Facts != nil:
		return "·", t("facts"), r.Facts.Note
	case r.Part != nil:
		return "✎", t("part", q.partName(r.Part.ID)), r.Part.Text
	case r.Sent != nil:
		return "✓", t("sent", q.reportName(r.Sent.Report)), q.sentWords(r.Sent)
	case r.Note != nil && r.Note.Action:
		return "▸", t("action"), r.Note.What
	case r.Note != nil:
		return "·", t("note"), r.Note.What
	}
	return q.workWords(r)
}

// workWords are those of the other steps.
func (q *caseRequest) workWords(r incident.Recorded) (icon, what, text string) {
	t := func(key string, args ...any) string { return q.T("cases.step."+key, args...) }
	switch {
	case r.Role != nil:
		return "·", t("role", q.T("respond.role."+r.Role.Role), r.Role.Person), ""
	case r.Task != nil:
		return "□", t("task"), r.Task.What
	case r.Done != nil:
		return "✓", t("done", q.taskName(r.Done.Of)), r.Done.Note
	case r.Kept != nil:
		return "▣", t("kept", r.Kept.What, r.Kept.From, r.Kept.Who), ""
	case r.Handed != nil:
		return "▣", t("handed", q.keptName(r.Handed.Of), r.Handed.From, r.Handed.To), r.Handed.Why
	case r.Ended != nil:
		return "◐", t("ended"), r.Ended.Note
	case r.Ack != nil:
		return "·", t("ack"), ""
	case r.Strike != nil:
		return "✗", t("strike", r.Strike.Of), r.Strike.Why
	case r.Close != nil:
		return "○", t("close"), r.Close.Why
	case r.Reopen != nil:
		return "◆", t("reopen"), r.Reopen.Why
	}
	return q.programWords(r)
}

// programWords are those of what the program did.
func (q *caseRequest) programWords(r incident.Recorded) (icon, what, text string) {
	switch {
	case r.Said != nil:
		to := q.T("cases.step.said.nobody")
		if len(r.Said.To) > 0 {
			to = q.T("cases.step.said.to", q.join(r.Said.To))
		}
		if r.Said.Behind > 0 {
			to += " " + q.T("cases.step.said.behind", q.minutes(r.Said.Behind/60))
		}
		return "!", q.T("cases.stage." + string(r.Said.Stage)), to
	case r.Given != nil && r.Given.Failed != "":
		return "✗", q.T("cases.step.given_up", q.channelName(r.Given.Channel)), r.Given.Failed
	case r.Given != nil:
		return "→", q.T("cases.step.given", q.channelName(r.Given.Channel), r.Given.Attempt), ""
	}
	return "·", r.Name(), ""
}

func (q *caseRequest) drillMark(drill bool) string {
	if !drill {
		return ""
	}
	return " (" + q.T("respond.drill") + ")"
}

// reportName names a report by its key.
func (q *caseRequest) reportName(key string) string {
	parts := strings.Split(key, "/")
	if len(parts) != 3 {
		return key
	}
	return q.recipient(parts[1]) + " · " + q.T("respond.content."+parts[2])
}

func (q *caseRequest) sentWords(s *incident.Sent) string {
	lines := []string{q.T("cases.sent.way", s.Way)}
	for key, value := range map[string]string{"whom": s.Whom, "receipt": s.Receipt, "late": s.Late} {
		if value != "" {
			lines = append(lines, q.T("cases.sent."+key, value))
		}
	}
	slices.Sort(lines[1:])
	return strings.Join(lines, "\n")
}

func (q *caseRequest) taskName(seq int64) string {
	for _, t := range q.c.Tasks {
		if t.Seq == seq {
			return t.Task.What
		}
	}
	return fmt.Sprintf("%d", seq)
}

func (q *caseRequest) keptName(seq int64) string {
	for _, k := range q.c.Kept {
		if k.Seq == seq {
			return k.Kept.What
		}
	}
	return fmt.Sprintf("%d", seq)
}

func (q *caseRequest) channelName(id string) string {
	for _, c := range q.channels {
		if c.ID == id {
			return q.channelWords(q.channels, c)
		}
	}
	return id
}
