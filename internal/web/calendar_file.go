package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"guanji/internal/position"
)

// calendarEvent is an event of an iCalendar file, a day long.
type calendarEvent struct {
	UID         string
	Day         string // YYYYMMDD
	Summary     string
	Description string
	URL         string
	Remind      int // days before
}

// tasksFile sends the tasks that have a due day as an iCalendar file.
func (s *server) tasksFile(q *orgRequest) error {
	p, err := q.placed()
	if err != nil {
		return err
	}
	var events []calendarEvent
	for _, t := range q.chosenTasks(p) {
		if !t.Due.IsZero() {
			events = append(events, q.calendarEvent(p, &t))
		}
	}
	q.w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	q.w.Header().Set("Content-Disposition", attachment(q.org+"-tasks-"+q.when.On.String()+".ics"))
	_, _ = q.w.Write([]byte(calendarFile(events, s.Now()))) // the reader may have gone
	return nil
}

func (q *orgRequest) calendarEvent(p *placed, t *position.Task) calendarEvent {
	row := q.taskRow(p, t)
	e := calendarEvent{UID: taskUID(q.org, t), Day: t.Due.Start().Format("20060102"), Summary: q.T("calendar.summary", row.What, row.Name),
		URL: q.base() + orgPath(q.org, "duties/"+t.Duty.ID), Remind: position.RemindDays}
	if a := p.owned()[lineOf{t.Duty.ID, t.Subjects[0]}]; a != nil {
		e.Remind = a.Assignment.Remind
	}
	var lines []string
	for _, l := range [][2]string{{"stand.subjects", row.Subjects}, {"tasks.kinds", row.Kinds}, {"tasks.why", row.Why}, {"tasks.later_day", row.Later}, {"tasks.owner", row.Owner}, {"tasks.assign.note", row.Note}} {
		if l[1] != "" {
			lines = append(lines, q.T("calendar.line", q.T(l[0]), l[1]))
		}
	}
	e.Description = strings.Join(lines, "\n")
	return e
}

// base is the address by which the reader came.
func (q *orgRequest) base() string {
	switch {
	case q.s.Base != "":
		return q.s.Base
	case q.s.Secure:
		return "https://" + q.Host
	}
	return "http://" + q.Host
}

// taskUID tells a task apart from others, and stays when its due day moves: a
// calendar that takes in the file again moves the event.
func taskUID(org string, t *position.Task) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{org, t.Duty.ID, string(t.What), t.Subjects[0]}, "\n")))
	return hex.EncodeToString(sum[:16]) + "@guanji"
}

// calendarFile writes events as RFC 5545 has it, as made at a moment.
func calendarFile(events []calendarEvent, at time.Time) string {
	var b strings.Builder
	line := func(name, value string) { b.WriteString(foldLine(name + ":" + value)) }
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//Guanji//Tasks//EN")
	line("CALSCALE", "GREGORIAN")
	for _, e := range events {
		line("BEGIN", "VEVENT")
		line("UID", e.UID)
		line("DTSTAMP", at.UTC().Format("20060102T150405Z"))
		line("DTSTART;VALUE=DATE", e.Day)
		line("SUMMARY", escapeText(e.Summary))
		if e.Description != "" {
			line("DESCRIPTION", escapeText(e.Description))
		}
		line("URL", e.URL)
		line("TRANSP", "TRANSPARENT")
		line("BEGIN", "VALARM")
		line("ACTION", "DISPLAY")
		line("DESCRIPTION", escapeText(e.Summary))
		line("TRIGGER", daysBefore(e.Remind))
		line("END", "VALARM")
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	return b.String()
}

// daysBefore is a duration from some days before the start of an event.
func daysBefore(days int) string {
	if days == 0 {
		return "PT0S"
	}
	return "-P" + strconv.Itoa(days) + "D"
}

// escapeText writes a text as a value of the type TEXT. Control characters that it
// must not hold are left out.
func escapeText(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(text)
}

// mostOctets is how long a line of a calendar file is at most, without its end.
const mostOctets = 75

// foldLine ends a line, and breaks it where it is too long; never within a
// character. A line that goes on begins with a space.
func foldLine(line string) string {
	var b strings.Builder
	for room := mostOctets; len(line) > room; room = mostOctets - 1 {
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		fmt.Fprintf(&b, "%s\r\n ", line[:cut])
		line = line[cut:]
	}
	return b.String() + line + "\r\n"
}
