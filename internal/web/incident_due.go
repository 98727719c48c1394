package web

import (
	"html/template"
	"strings"
	"time"

	"guanji/internal/incident"
	"guanji/internal/law"
	"guanji/internal/regime"
	"guanji/internal/report"
)

// dueView is what to do now, in order, and what was done.
type dueView struct {
	words
	Open, Waiting, Made []reportView
	Unmade              []reportView // due, never made, and asked for no more
	Closed              bool
	CIIUnknown          bool   // why some may turn out not to be due
	CIILikely           string // why it probably is critical infrastructure
	GradeUnsettled      bool
	FactsOpen           bool
}

// reportView is a report that is due to one recipient, or was made.
type reportView struct {
	words
	ID          string
	To, What    string // who is told, and who that is here
	Content     string
	State       tag
	Unsettled   bool
	Provisional bool // it was, when it was asked for no more
	Count       *countdown
	By, Limit   string
	Unknown     bool // nobody verified the limit
	Text        string
	Cite        citeLink
	Mark        string
	Duty        string
	Ways        []wayView
	NoNumber    bool
	PlanPath    string
	Documents   []link
	Sent        []sentView
	Form        *stepForm // nil for what is not to be made now
}

// wayView is a number or address by which a recipient is reached.
type wayView struct {
	words
	Name, Value, Note string
	Phone             template.URL // to call, "" for what is none
	Site              string       // to open
	Drill             bool         // nobody shall call or open it
}

// sentView is a report that was made.
type sentView struct {
	words
	Seq                               int64
	When, Way, Whom, Receipt, By, Why string
	Late, Offline                     bool
	Files                             []filedFile
	StrikePath                        string
}

// due words the reports that are due or were made.
func (q *caseRequest) due() *dueView {
	v := &dueView{words: q.words, Closed: !q.c.State.Live()}
	unsettled := false
	for _, k := range q.open() {
		v.Open = append(v.Open, q.reportView(k))
		unsettled = unsettled || k.Provisional
	}
	for _, k := range q.c.Clocks() {
		switch {
		case k.Waiting:
			v.Waiting = append(v.Waiting, q.reportView(k))
		case !k.Open && len(k.Sent) > 0:
			v.Made = append(v.Made, q.reportView(k))
		case k.Unmade():
			v.Unmade = append(v.Unmade, q.reportView(k))
		}
	}
	if !q.stated(factCII) {
		v.CIIUnknown, v.CIILikely = unsettled && q.c.Kind == incident.Incident && !q.takenAsNo(), q.namedWords()
	}
	v.GradeUnsettled = unsettled && q.c.Kind == incident.Incident && q.c.Judged.Grade == ""
	v.FactsOpen = unsettled && !v.CIIUnknown && !v.GradeUnsettled
	return v
}

func (q *caseRequest) reportView(k incident.Clock) reportView {
	v := reportView{words: q.words, ID: scopeOf("due", k.Key), To: q.recipient(k.To), Content: q.T("respond.content." + k.Content), State: q.dueTag(k), Unsettled: k.Provisional && k.Open, Provisional: k.Provisional,
		Text: q.Text(k.Text), Cite: q.briefCite(k.Basis), Mark: q.mark(k.Confidence), By: moment(k.By), PlanPath: q.to("response-plan")}
	if k.Open || len(k.Sent) > 0 && q.c.State.Live() {
		v.Form = q.sentForm(k)
	}
	if k.Open && !k.By.IsZero() {
		v.Count = q.countdown(k.By, q.at)
	}
	v.Documents = q.documents(documentOf(k))
	if k.Limit != "" {
		v.Limit = report.Limit(q.lang, k.Limit, k.Calendar)
	}
	v.Unknown = k.Open && k.Limit == "" && k.Every == 0 && k.Confidence == law.Unverified
	if k.Duty != "" {
		v.Duty = q.dutyPath(k.Duty)
	}
	v.ways(q, k)
	for _, s := range k.Sent {
		v.Sent = append(v.Sent, q.sentView(k, s))
	}
	return v
}

// dueTag says how far a report is.
func (q *caseRequest) dueTag(k incident.Clock) tag {
	switch {
	case k.Waiting:
		return tag{"no", "◷", q.T("cases.due.waits")}
	case !k.Open && k.Late(q.at):
		return tag{"warn", "✓", q.T("cases.due.made_late")}
	case !k.Open && len(k.Sent) > 0:
		return tag{"yes", "✓", q.T("cases.due.made")}
	case k.Unmade():
		return tag{"bad", "✗", q.T("cases.due.never")}
	case k.Late(q.at):
		return tag{"bad", "■", q.T("cases.overdue")}
	case k.By.IsZero():
		return tag{"bad", "◆", q.T("cases.at_once")}
	case k.By.Sub(q.at) < 15*time.Minute:
		return tag{"bad", "▲", q.T("cases.due.soon")}
	}
	return tag{"warn", "▲", q.T("cases.due.due")}
}

// ways are how a recipient is reached: the number of one's own place first,
// then those that are known for the whole country.
func (v *reportView) ways(q *caseRequest, c incident.Clock) {
	k := q.plan.Contacts[c.To]
	if k.Phone != "" {
		v.Ways = append(v.Ways, wayView{Name: k.Name, Value: k.Phone, Note: k.Hours, Phone: callable(k.Phone)})
	}
	if k.Other != "" {
		v.Ways = append(v.Ways, wayView{Name: k.Name, Value: k.Other})
	}
	r, _ := q.s.Set.Recipient(c.To)
	v.What = q.Text(r.What)
	for _, w := range r.Ways {
		v.Ways = append(v.Ways, q.wayView(w))
	}
	v.NoNumber = k.Phone == "" && k.Other == "" && c.Content != notice
	for i := range v.Ways {
		v.Ways[i].words = q.words
		if q.c.Drill { // a slip of the finger must not call an authority
			v.Ways[i].Phone, v.Ways[i].Site, v.Ways[i].Drill = "", "", true
		}
	}
}

func (q *caseRequest) wayView(w regime.Way) wayView {
	v := wayView{Name: q.Text(w.Name), Value: w.Value, Note: q.mark(w.Confidence)}
	switch w.Kind {
	case "phone":
		v.Phone = callable(w.Value)
	case "web":
		v.Site = "https://" + w.Value
	}
	return v
}

// callable is a number as a telephone takes it: digits alone, and a plus before
// them.
func callable(number string) template.URL {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
	if len(digits) < 3 || len(digits) > 20 {
		return ""
	}
	if strings.HasPrefix(strings.TrimSpace(number), "+") {
		digits = "+" + digits
	}
	return template.URL("tel:" + digits)
}

// notice is the content of what goes to the people concerned: they have no
// number, and no form.
const notice = "notice"

// sentForm marks a report as made; of one that was made, it records another.
func (q *caseRequest) sentForm(k incident.Clock) *stepForm {
	f := q.form("sent", k.Key)
	f.Name = q.recipient(k.To) + " · " + q.T("respond.content."+k.Content)
	way := f.line("way", "", true)
	r, _ := q.s.Set.Recipient(k.To)
	for _, own := range []string{q.plan.Contacts[k.To].Phone, q.plan.Contacts[k.To].Other} {
		if own != "" {
			way.List = append(way.List, own)
		}
	}
	for _, w := range r.Ways {
		way.List = append(way.List, w.Value)
	}
	f.line("whom", "", false)
	f.line("receipt", "", false)
	f.time("happened", "", false)
	if k.Late(q.at) && len(k.Sent) == 0 || f.back != nil && f.back.at["late"] != "" {
		f.area("late", "")
	}
	if also := q.also(k); len(also) > 0 {
		f.boxes("also", also)
	}
	f.files("files")
	f.check("offline")
	if len(k.Sent) > 0 {
		f.Note = q.T("cases.again.hint")
		return f.send("cases.send.again")
	}
	return f.send("cases.send.sent")
}

// also are the other reports to the same recipient that are to be made: one
// call may make several.
func (q *caseRequest) also(k incident.Clock) (list []option) {
	for _, o := range q.open() {
		if o.To == k.To && o.Key != k.Key {
			list = append(list, option{Value: o.Key, Name: q.T("respond.content."+o.Content) + " · " + q.Text(q.s.citation(o.Basis))})
		}
	}
	return list
}

func (q *caseRequest) sentView(k incident.Clock, r incident.Recorded) sentView {
	v := sentView{words: q.words, Seq: r.Seq, When: moment(r.When()), Way: r.Sent.Way, Whom: r.Sent.Whom, Receipt: r.Sent.Receipt, By: r.By, Why: r.Sent.Late, Offline: r.Offline,
		Late: k.Every == 0 && !k.By.IsZero() && r.When().After(k.By), Files: q.stepFiles(r, r.Sent.Files)}
	if q.mayWrite() {
		v.StrikePath = q.strikePath(r.Seq)
	}
	return v
}

// documentOf is which document belongs to a report.
func documentOf(k incident.Clock) string {
	if k.Content == notice || k.Content == "closing" {
		return k.Content
	}
	return ""
}

// documents are a document about the case, "" for the report: the Chinese one, a
// page to read and print, and the copy in English.
func (q *caseRequest) documents(part string) []link {
	zh := q.T("cases.document.zh")
	if part == notice {
		zh = q.T("cases.document.notice")
	}
	return []link{{q.casePath("/report.docx", "lang", "zh", "part", part), zh}, {q.casePath("/report", "lang", "zh", "part", part), q.T("cases.document.page")},
		{q.casePath("/report.docx", "lang", "en", "part", part), q.T("cases.document.en")}}
}
