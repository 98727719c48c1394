package web

import (
	"fmt"

	"guanji/internal/incident"
)

// triageView is an alert that waits for a person, and what they can say of it.
type triageView struct {
	words
	Newest  []alertView // the newest alert
	Alerts  []alertView // those before it
	More    int         // that are not shown
	Choices []*stepForm
}

// alertView is an alert of a machine.
type alertView struct {
	words
	When, Source, Severity, System, Ref, Title, Text string
}

// alertsShown is how many alerts of a case are shown, the newest of them.
const alertsShown = 20

// alerts are those of the case, the newest first, and how many more there are.
func (q *caseRequest) alerts() (list []alertView, more int) {
	for i := len(q.c.Alerts) - 1; i >= 0 && len(list) < alertsShown; i-- {
		r := q.c.Alerts[i]
		list = append(list, alertView{words: q.words, When: moment(r.When()), Source: r.Alert.Source, Severity: r.Alert.Severity, System: q.systemNames(oneOrNone(r.Alert.System)),
			Ref: r.Alert.Ref, Title: r.Alert.Title, Text: r.Alert.Text})
	}
	return list, len(q.c.Alerts) - len(list)
}

// oneOrNone is a list of a text, empty for none.
func oneOrNone(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// triage offers what an alert may be. Only a person says so.
func (q *caseRequest) triage() (*triageView, error) {
	v := &triageView{words: q.words}
	v.Alerts, v.More = q.alerts()
	v.Newest, v.Alerts = v.Alerts[:min(1, len(v.Alerts))], v.Alerts[min(1, len(v.Alerts)):]
	if q.c.State != incident.Waiting {
		return v, nil
	}
	v.Choices = append(v.Choices, q.openForm(incident.Incident, false), q.openForm(incident.Threat, false), q.dismissForm())
	join, err := q.joinForm()
	if err != nil {
		return nil, err
	}
	v.Choices = append(v.Choices, join, q.openForm(incident.Incident, true))
	return v, nil
}

func (q *caseRequest) dismissForm() *stepForm {
	f := q.form("dismiss", "")
	f.Name = q.T("cases.choice.dismiss")
	f.text("why", "", true)
	return f.send("cases.send.dismiss")
}

// joinForm puts the alert to another case that is under way.
func (q *caseRequest) joinForm() (*stepForm, error) {
	f := q.form("join", "")
	f.Name = q.T("cases.choice.join")
	cases, err := q.s.Respond.Cases(q.Context(), q.org)
	if err != nil {
		return nil, err
	}
	to := f.line("to", "", true)
	for _, c := range cases {
		if c.State.Live() && c.Opened != nil && len(to.List) < casesShown {
			to.List = append(to.List, fmt.Sprintf("#%d %s", c.Number, c.Title)+q.drillMark(c.Drill))
		}
	}
	f.text("why", "", false)
	return f.send("cases.send.join"), nil
}

// openForm says that a case is an incident, a threat, or a drill of one.
func (q *caseRequest) openForm(as incident.Kind, drill bool) *stepForm {
	of := string(as)
	if drill {
		of = "drill"
	}
	f := q.form("open", of)
	f.Drill = drill || q.c.Drill
	f.Name = q.T("cases.choice." + of)
	f.hide("as", string(as))
	f.opens(q, q.c.Title)
	return f.send("cases.send.open." + of)
}

// opens are the fields of a form that opens a case.
func (f *stepForm) opens(q *caseRequest, title string) {
	if f.Drill {
		f.hide("drill", "1")
	}
	f.line("title", title, true)
	if boxes := q.systemBoxes(q.c.Systems); len(boxes) > 0 {
		f.boxes("systems", boxes)
		f.Fields[len(f.Fields)-1].Named = q.namedSystems()
	} else {
		f.line("systems", joinIDs(q.c.Systems), false).Max = incident.MaxText
	}
	f.time("at", momentValue(q.at), true)
	f.choose("radio", "reading", string(incident.ByPerson), q.readings())
	first := firstFacts()
	if f.Of == string(incident.Threat) {
		first = []string{factCII}
	}
	f.facts(q, first, false)
}
