package respond

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"guanji/internal/incident"
)

// blank is where something is written by hand.
const blank = "____________"

func orBlank(s string) string { return cmp.Or(s, blank) }

// meta is the facts at the head of a document: from whom it goes to whom, and
// in a report what a hurried reader looks for.
func (w writer) meta(p Paper, now time.Time) []Row {
	unit := Row{w.t("respond.doc.unit"), w.file.Name.In(w.lang), true}
	date := Row{w.t("respond.doc.made_at"), w.t("respond.doc.made_at.blank", w.clock(now)), false}
	if p == PeopleNotice {
		unit.Label, date.Label = w.t("respond.doc.handler"), w.t("respond.doc.date")
		return []Row{{w.t("respond.doc.people"), w.recipient("affected_people"), true}, unit, date}
	}
	rows := []Row{{w.t("respond.doc.to"), orBlank(strings.Join(w.addressees(p), "\n")), true}}
	if p == FirstReport {
		rows = append(rows, Row{w.t("respond.doc.which"), w.which(), true})
	}
	rows = append(rows, unit, w.reporter(), date, Row{w.t("respond.doc.number"), fmt.Sprintf("#%d", w.c.Number), false})
	return append(rows, w.times()...)
}

// times is the grade, and the moments that are kept apart from each other.
func (w writer) times() []Row {
	rows := []Row{{w.t("respond.doc.grade"), w.grade(), true}}
	if at := w.c.AlertedAt(); !at.IsZero() {
		rows = append(rows, Row{w.t("respond.doc.alerted"), w.time(at), false})
	}
	if a := w.c.Aware(); a != nil {
		rows = append(rows, Row{w.t("respond.doc.aware"), w.t("respond.doc.reading", w.time(a.At), w.t("respond.reading."+string(a.Reading))), true})
	}
	rows = append(rows, Row{w.t("respond.doc.judged"), w.time(w.c.JudgedAt()), false})
	if !w.c.Ended.IsZero() {
		rows = append(rows, Row{w.t("respond.doc.ended"), w.time(w.c.Ended), true})
	}
	return rows
}

// reporter is who answers questions about the report.
func (w writer) reporter() Row {
	person, phone := "", ""
	if r, ok := w.c.Roles["reporter"]; ok {
		person, phone = r.Role.Person, r.Role.Phone
	}
	return Row{w.t("respond.doc.reporter"), w.t("respond.doc.person", orBlank(person), orBlank(phone)), false}
}

// recipient names somebody who is told.
func (w writer) recipient(id string) string {
	if r, ok := w.set.Recipient(id); ok {
		return r.Name.In(w.lang)
	}
	return w.t("to." + id)
}

// clocks is the reports to authorities that a document is for, one to each
// recipient: the first that is to be made, or else one that was.
func (w writer) clocks(p Paper) (list []incident.Clock) {
	for _, k := range w.c.Clocks() {
		known := slices.ContainsFunc(list, func(o incident.Clock) bool { return o.To == k.To })
		if !known && k.Content != "notice" && k.Content != "follow_up" && (k.Content == "closing") == (p == ClosingReport) {
			list = append(list, k)
		}
	}
	return list
}

// addressees is to whom a document goes, and by when, or when they were told
// first.
func (w writer) addressees(p Paper) (lines []string) {
	for _, k := range w.clocks(p) {
		lines = append(lines, w.addressee(k))
	}
	return lines
}

func (w writer) addressee(k incident.Clock) string {
	name := w.recipient(k.To)
	told := w.told(k)
	switch {
	case !told.IsZero():
		return w.t("respond.doc.to.told", name, w.clock(told))
	case k.Waiting:
		return name
	case k.By.IsZero():
		return w.t("respond.doc.to.now", name) + w.perhaps(k)
	}
	return w.t("respond.doc.to.by", name, w.clock(k.By)) + w.perhaps(k)
}

// perhaps marks a report that is not due for certain.
func (w writer) perhaps(k incident.Clock) string {
	if k.Provisional {
		return w.t("grade.provisional")
	}
	return ""
}

// told is when the recipient of a report was first told: by a closing report if
// it is one. It is the zero time while nobody told them.
func (w writer) told(k incident.Clock) (first time.Time) {
	for _, m := range w.made() {
		if m.To == k.To && m.Content != "notice" && (m.Content == "closing") == (k.Content == "closing") && (first.IsZero() || m.sent.When().Before(first)) {
			first = m.sent.When()
		}
	}
	return first
}

// which says to whom a report is the first, and to whom a supplement.
func (w writer) which() string {
	var first, next []string
	for _, k := range w.clocks(FirstReport) {
		if w.told(k).IsZero() {
			first = append(first, w.t("to."+k.To))
		} else {
			next = append(next, w.t("to."+k.To))
		}
	}
	names := func(list []string) string { return strings.Join(list, w.t("respond.doc.and")) }
	switch {
	case len(next) == 0:
		return w.t("respond.content.initial")
	case len(first) == 0:
		return w.t("respond.doc.supplement")
	}
	return w.t("respond.doc.which.both", names(first), names(next))
}
