package web

import (
	"net/http"
	"strconv"

	"guanji/internal/evidence"
)

// eventPage is the form of something that happened and starts a duty.
type eventPage struct {
	page
	Path, Back string
	Duty       field
	DutyName   string
	Trigger    string // what starts the duty that is chosen
	All        []option
	Subject    subjectPick
	Day, What  field
}

func (s *server) newEvent(q *orgRequest) error {
	return q.renderEvent(http.StatusOK, func(name string) []string { return q.URL.Query()[name] }, nil)
}

func (q *orgRequest) renderEvent(code int, v formValues, at map[string]string) error {
	p := eventPage{page: q.page("event_new"), Path: q.to("events/new"), Back: q.to("evidence", "show", showEvents)}
	p.Duty, p.DutyName, p.All = q.oneDuty(v.one("duty"), at["duty"])
	p.Trigger = q.triggerOf(p.Duty.Value)
	p.Subject = q.subjectPick(subjectGiven(v), at["subject"])
	p.Day = q.dayField("day", v.one("day"), at, false)
	p.What = q.textField("what", v.one("what"), at, evidence.MaxText, false)
	p.What.Label, p.What.Hint = q.T("evidence.field.what.event"), q.hint("evidence.field.what.event")
	if len(at) > 0 {
		p.Alert = q.T("evidence.mistakes", len(at))
	}
	return q.s.render(q.request, code, "event_new", p)
}

// triggerOf says what starts a duty, where an event does.
func (q *orgRequest) triggerOf(duty string) string {
	for _, d := range q.s.Set.Duties {
		if d.ID.Value == duty && !d.Cadence.Trigger.IsZero() {
			return q.Text(d.Cadence.Trigger)
		}
	}
	return ""
}

func (s *server) fileEvent(q *orgRequest) error {
	r := &formReader{orgRequest: q}
	event := evidence.Event{Duty: r.duty(), Subject: r.line("subject"), Day: r.day("day"), What: r.text("what")}
	seq, err := q.file(evidence.Item{Event: &event}, r.Fields)
	at, err := q.fieldErrors(err)
	if err != nil {
		return err
	}
	if at != nil {
		return q.renderEvent(http.StatusUnprocessableEntity, func(name string) []string { return q.PostForm[name] }, at)
	}
	s.redirect(q.request, q.to("evidence/"+strconv.FormatInt(seq, 10), "done", "filed"))
	return nil
}
