package web

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"guanji/internal/day"
	"guanji/internal/position"
	"guanji/internal/regime"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// awkwardEvents hold what a calendar file must write otherwise than it is.
var awkwardEvents = []calendarEvent{
	{UID: "0001@guanji", Day: "20261231", Summary: `Renew: plans; "drills", and C:\tests`, Description: "For: the organization\nOwner: Li\\Wang, of security;\ttab\x00\r\nend", URL: "http://127.0.0.1:8420/o/acme/duties/CSL-23-LOGS", Remind: 14},
	{UID: "0002@guanji", Day: "20270101", Summary: strings.Repeat("更新证据：网络安全事件应急预案，", 8), URL: "https://guanji.example/o/acme", Remind: 0},
	{UID: "0003@guanji", Day: "20270228", Summary: strings.Repeat("x", 67) + "é" + strings.Repeat("y", 80), URL: "https://guanji.example/o/acme", Remind: 365},
}

func TestCalendarFile(t *testing.T) {
	got := calendarFile(awkwardEvents, time.Date(2026, 11, 26, 9, 30, 0, 0, day.Beijing))
	const file = "testdata/tasks.ics"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update rewrites it)\n--- got\n%s--- want\n%s", file, got, want)
	}
}

// TestCalendarFileReadsBack reads the file as RFC 5545 has it: lines that go
// on are joined, and texts come out as they were put in.
func TestCalendarFileReadsBack(t *testing.T) {
	events := readCalendar(t, calendarFile(awkwardEvents, time.Date(2026, 11, 26, 9, 30, 0, 0, day.Beijing)))
	if len(events) != len(awkwardEvents) {
		t.Fatalf("%d events, want %d", len(events), len(awkwardEvents))
	}
	for i, e := range awkwardEvents {
		visible := strings.NewReplacer("\r", "", "\x00", "").Replace(e.Description)
		for name, want := range map[string]string{"UID": e.UID, "DTSTART;VALUE=DATE": e.Day, "SUMMARY": e.Summary, "DESCRIPTION": visible, "URL": e.URL, "DTSTAMP": "20261126T013000Z",
			"VALARM.DESCRIPTION": e.Summary, "VALARM.ACTION": "DISPLAY", "VALARM.TRIGGER": []string{"-P14D", "PT0S", "-P365D"}[i]} {
			if got := events[i][name]; got != want {
				t.Errorf("event %d: %s is %q, want %q", i, name, got, want)
			}
		}
	}
}

// readCalendar returns the properties of each event; those of its alarm by
// VALARM.NAME.
func readCalendar(t *testing.T, file string) []map[string]string {
	t.Helper()
	if strings.Contains(strings.ReplaceAll(file, "\r\n", ""), "\n") || !strings.HasSuffix(file, "\r\n") {
		t.Error("a line does not end with CRLF")
	}
	for line := range strings.SplitSeq(file, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) {
			t.Errorf("a line of %d bytes, valid: %t: %q", len(line), utf8.ValidString(line), line)
		}
	}
	var open, events = []string{}, []map[string]string{}
	unescape := strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n")
	for line := range strings.SplitSeq(strings.TrimSuffix(strings.ReplaceAll(file, "\r\n ", ""), "\r\n"), "\r\n") {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			t.Fatalf("no property: %q", line)
		}
		switch name {
		case "BEGIN":
			if open = append(open, value); value == "VEVENT" {
				events = append(events, map[string]string{})
			}
			continue
		case "END":
			if open[len(open)-1] != value {
				t.Fatalf("%s ends in %s", value, open[len(open)-1])
			}
			open = open[:len(open)-1]
			continue
		}
		if inside := open[len(open)-1]; inside == "VALARM" {
			events[len(events)-1]["VALARM."+name] = unescape.Replace(value)
		} else if inside == "VEVENT" {
			events[len(events)-1][name] = unescape.Replace(value)
		}
	}
	if len(open) > 0 {
		t.Errorf("%v does not end", open)
	}
	return events
}

// TestTaskUID holds that a calendar knows a task again whose due day moved, and
// takes no two tasks for one.
func TestTaskUID(t *testing.T) {
	task := func(duty string, what position.What, subject string, due day.Day) *position.Task {
		return &position.Task{Duty: &regime.DutyText{ID: duty}, What: what, Subjects: []string{subject}, Due: due}
	}
	one := taskUID("acme", task("D", position.Renew, "organization", day.Of(2026, 1, 1)))
	if moved := taskUID("acme", task("D", position.Renew, "organization", day.Of(2027, 1, 1))); moved != one {
		t.Errorf("a task whose day moved is %s, was %s", moved, one)
	}
	for name, other := range map[string]string{
		"organization": taskUID("acme2", task("D", position.Renew, "organization", day.Of(2026, 1, 1))),
		"duty":         taskUID("acme", task("E", position.Renew, "organization", day.Of(2026, 1, 1))),
		"what":         taskUID("acme", task("D", position.File, "organization", day.Of(2026, 1, 1))),
		"subject":      taskUID("acme", task("D", position.Renew, "wallet", day.Of(2026, 1, 1))),
	} {
		if other == one {
			t.Errorf("another %s gives the same %s", name, one)
		}
	}
}
