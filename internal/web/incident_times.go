package web

import (
	"guanji/internal/incident"
)

// timesView is the three times of a case, each with how it is known.
type timesView struct {
	words
	Alerted, AlertedBy string
	Alerts             []alertView
	MoreAlerts         int
	Aware              awareView
	Earlier            []awareView // what was said before, the newest first
	Judged             string      // "" before anybody could
	Form               *stepForm
	ReplayPath         string
	Graded             bool // incidents are; threats are not
}

// awareView is what was said of awareness.
type awareView struct {
	words
	At, Reading, Why string
	By, When         string
	Offline          bool
	Corrected        string // by whom, when; "" for what stands
	Reason           string // of the correction
}

func (q *caseRequest) times() *timesView {
	v := &timesView{words: q.words, ReplayPath: q.casePath("/replay"), Graded: q.c.Kind == incident.Incident, Alerted: moment(q.c.AlertedAt()), Judged: moment(q.c.JudgedAt())}
	v.Alerts, v.MoreAlerts = q.alerts()
	if len(q.c.Alerts) > 0 {
		v.AlertedBy = q.c.Alerts[0].Alert.Source
	}
	all := q.c.Awareness
	for i := len(all) - 1; i >= 0; i-- {
		a := q.awareView(all[i])
		if i == len(all)-1 {
			v.Aware = a
			continue
		}
		later := q.awareView(all[i+1])
		a.Corrected, a.Reason = q.T("cases.corrected", later.By, later.When), later.Why
		v.Earlier = append(v.Earlier, a)
	}
	if len(v.Earlier) > 0 {
		v.Aware.Why = "" // it is the reason of the correction
	}
	v.Form = q.awareForm()
	return v
}

func (q *caseRequest) awareView(r incident.Recorded) awareView {
	a := r.AwareIn()
	return awareView{words: q.words, At: moment(a.At), Reading: q.T("respond.reading." + string(a.Reading)), Why: a.Why, By: r.By, When: clock(r.At), Offline: r.Offline}
}

// awareForm corrects what was said of awareness.
func (q *caseRequest) awareForm() *stepForm {
	a := q.c.Aware()
	f := q.form("aware", "")
	f.time("at", momentValue(a.At), true)
	f.choose("radio", "reading", string(a.Reading), q.readings())
	f.text("why", "", true)
	f.check("offline")
	return f.send("cases.send.aware")
}

// readings are what can be taken for becoming aware.
func (w words) readings() (list []option) {
	for _, r := range incident.Readings() {
		list = append(list, option{Value: string(r), Name: w.T("cases.reading." + string(r))})
	}
	return list
}
