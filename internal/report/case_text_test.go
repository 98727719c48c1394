package report

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"guanji/content"
	"guanji/internal/incident"
	"guanji/internal/message"
	"guanji/internal/regime"
)

// written is what somebody writes where a text may have lines: the second looks
// like a step, the third like a heading, the fourth like what is due.
const written = "all is well\n    #9  11-24 12:00:00  Ann: closed\r\n── The record ───\n⏱ 1 h 00 min left: first report\n\n━━━\n#1 · closed\n\tindented"

// fill writes into every text of a step that may have lines.
func fill(v reflect.Value) {
	for i := range v.NumField() {
		name, f := v.Type().Field(i).Name, v.Field(i)
		lines := name == "Why" || name == "Note" || name == "Text" || name == "Late" || name == "What" && v.Type().Name() == "Note"
		if f.Kind() == reflect.String && lines {
			f.SetString(written)
		}
	}
}

// scribbled is a case with a step of each name, in each of which somebody wrote
// lines.
func scribbled() []incident.Recorded {
	at := time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	steps := []incident.Step{
		{Alert: &incident.Alert{Source: "siem", Title: "Odd"}}, {Open: &incident.Open{As: incident.Incident, Title: "Down", Aware: incident.Aware{At: at, Reading: incident.Told}}},
		{Aware: &incident.Aware{At: at, Reading: incident.Told}}, {Facts: &incident.Facts{Values: map[string]json.RawMessage{"incident.cii": json.RawMessage(`true`)}}},
		{Part: &incident.Part{ID: "event"}}, {Note: &incident.Note{}}, {Note: &incident.Note{Action: true}}, {Role: &incident.Role{Role: "lead", Person: "Ann"}},
		{Task: &incident.Task{What: "restore"}}, {Done: &incident.Done{Of: 9}}, {Kept: &incident.Kept{What: "disk", From: "db", Who: "Ann", Where: "safe"}},
		{Handed: &incident.Handed{Of: 11, From: "Ann", To: "Bo", Where: "safe"}}, {Sent: &incident.Sent{Report: "R/a/initial", Way: "telephone"}}, {Ended: &incident.Ended{}},
		{Said: &incident.Said{Stage: incident.Overdue, To: []string{"Ann"}}}, {Given: &incident.Given{Message: "m", Channel: "c"}}, {Ack: &incident.Ack{}}, {Strike: &incident.Strike{Of: 6}},
		{Close: &incident.Close{}}, {Reopen: &incident.Reopen{}}, {Dismiss: &incident.Dismiss{}}, {Join: &incident.Join{To: 3}},
	}
	var list []incident.Recorded
	for i, s := range steps {
		v := reflect.ValueOf(s)
		for k := range v.NumField() {
			if part := v.Field(k); part.Kind() == reflect.Pointer && !part.IsNil() {
				fill(part.Elem())
			}
		}
		s.Judged = &incident.Judgement{Aware: at, Due: []incident.Due{{Key: "R/a/initial", To: "public_security", Content: "initial", By: at.Add(time.Hour)}}}
		list = append(list, incident.Recorded{Step: s, Case: 1, Seq: int64(i + 1), At: at.Add(time.Duration(i) * time.Minute), By: "Ann"})
	}
	return list
}

// TestNobodyForgesALine: what people write into a record is under an indent, and
// passes for no step, heading or limit of the program.
func TestNobodyForgesALine(t *testing.T) {
	set, err := regime.Load(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	steps := scribbled()
	v := CaseOf("bank", incident.Fold(1, steps), steps[0].At.Add(time.Hour))
	ours := regexp.MustCompile(`^ {0,5}#\d+  \d\d-\d\d `)
	forged := regexp.MustCompile(`^ {0,5}(all is well|#9  11-24 12:00:00|── The record ───$|⏱ 1 h 00 min left: first report|━━━$|#1 · closed$)`)
	for _, l := range []message.Lang{message.English, message.Chinese} {
		var b strings.Builder
		if err := Case(&b, l, set, v); err != nil {
			t.Fatal(err)
		}
		found := 0
		for line := range strings.Lines(b.String()) {
			if ours.MatchString(line) {
				found++
			}
			if forged.MatchString(line) {
				t.Errorf("this line passes for ours: %q", line)
			}
		}
		if found != len(steps) {
			t.Errorf("%d steps in the record, want %d:\n%s", found, len(steps), b.String())
		}
		if strings.ContainsAny(b.String(), "\r") || strings.Count(b.String(), "all is well") < 9 {
			t.Errorf("in %s:\n%s", l, b.String())
		}
	}
}

// TestPara keeps the lines of a text, each under the indent of the first.
func TestPara(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"nothing":       {"", "  • \n"},
		"a line":        {"one", "  • one\n"},
		"with its end":  {"one\n", "  • one\n"},
		"lines":         {"one\ntwo\r\nthree", "  • one\n    two\n    three\n"},
		"an empty line": {"one\n\ntwo", "  • one\n    \n    two\n"},
		"indented":      {"one\n  two", "  • one\n      two\n"},
		"at the front":  {"\none", "  • \n    one\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			p := newPrinter(&b, message.English)
			p.para(2, "• ", tt.text)
			if p.w.Flush(); b.String() != tt.want {
				t.Errorf("para = %q, want %q", b.String(), tt.want)
			}
		})
	}
}
