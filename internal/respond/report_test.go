package respond

import (
	"strings"
	"testing"
	"time"

	"guanji/internal/day"
	"guanji/internal/incident"
	"guanji/internal/message"
)

// TestReport reads the report of a case that a tired person has filled in, in
// both languages.
func TestReport(t *testing.T) {
	s, r := open(t)
	c := began(t, s, ciiOnly)
	r.pass(10 * time.Minute)
	done := incident.Step{Note: &incident.Note{What: "switched to the second site", Action: true}}
	told := incident.Step{Note: &incident.Note{What: "a customer rang"}}
	c = add(t, s, c, done, told, incident.Step{Note: &incident.Note{What: "pulled the wrong plug", Action: true}}, incident.Step{Part: &incident.Part{ID: "cause", Text: "a broken switch"}},
		incident.Step{Kept: &incident.Kept{What: "disk image", From: "db1", Who: "Ann", Where: "safe", Sum: "sha256:" + strings.Repeat("a", 64)}})
	add(t, s, c, incident.Step{Strike: &incident.Strike{Of: c.Revision() - 2, Why: "another case"}})
	tests := map[message.Lang]struct{ want, not []string }{
		message.Chinese: {[]string{"网络安全事件报告", "某银行", "核心系统", "（一）", "（八）", "a broken switch", "switched to the second site", "2026-11-21 02:30", "sha256:aaaa", "#1"}, []string{"pulled the wrong plug", "a customer rang", "Courtesy"}},
		message.English: {[]string{"Report of a cybersecurity incident", "Courtesy copy", "A bank", "Core banking", "(1)", "(8)", "a broken switch", "2026-11-21 02:30 Beijing time"}, []string{"pulled the wrong plug", "某银行"}},
	}
	for lang, tt := range tests {
		t.Run(string(lang), func(t *testing.T) {
			d, err := s.Report(t.Context(), "bank", 1, FirstReport, lang)
			must(t, err)
			text := written(d)
			for _, want := range tt.want {
				if !strings.Contains(text, want) {
					t.Errorf("it does not say %q:\n%s", want, text)
				}
			}
			for _, not := range append(tt.not, "%!") {
				if strings.Contains(text, not) {
					t.Errorf("it says %q:\n%s", not, text)
				}
			}
		})
	}
}

// TestKindsOfReport: of a threat, at closing, of a drill, of an alert that
// nobody has looked at.
func TestKindsOfReport(t *testing.T) {
	tests := map[string]struct {
		do    func(t *testing.T, s *Service, r *room) int64
		paper Paper
		want  []string
		drill bool
	}{
		"a threat": {func(t *testing.T, s *Service, r *room) int64 {
			step := opened("A hole", start)
			step.Open.As = incident.Threat
			c, err := s.Open(t.Context(), "bank", "Ann", step)
			must(t, err)
			return c.Number
		}, FirstReport, []string{"Report of a cybersecurity threat", "A hole"}, false},
		"closing": {func(t *testing.T, s *Service, r *room) int64 {
			c := add(t, s, began(t, s, ciiOnly), incident.Step{Task: &incident.Task{What: "replace the switch"}}, incident.Step{Task: &incident.Task{What: "train the night shift"}})
			return add(t, s, c, incident.Step{Done: &incident.Done{Of: 3}}, incident.Step{Part: &incident.Part{ID: "closing.lessons", Text: "two switches"}}).Number
		}, ClosingReport, []string{"Closing report", "done: replace the switch", "open: train the night shift", "two switches"}, false},
		"a drill": {func(t *testing.T, s *Service, r *room) int64 {
			step := opened("An exercise", start)
			step.Open.Drill = true
			c, err := s.Open(t.Context(), "bank", "Ann", step)
			must(t, err)
			return c.Number
		}, FirstReport, []string{"An exercise"}, true},
		"an alert": {func(t *testing.T, s *Service, r *room) int64 {
			return raise(t, s, odd("1", "", "Odd", "core"), start).Case
		},
			FirstReport, []string{"Odd", "not yet", "not graded yet"}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, r := open(t)
			d, err := s.Report(t.Context(), "bank", tt.do(t, s, r), tt.paper, message.English)
			must(t, err)
			text := written(d)
			for _, want := range tt.want {
				if !strings.Contains(text, want) {
					t.Errorf("it does not say %q:\n%s", want, text)
				}
			}
			if d.Drill != tt.drill {
				t.Errorf("a drill: %v", d.Drill)
			}
		})
	}
}

// TestTellTasks tells the first person once a day, by number and day alone.
func TestTellTasks(t *testing.T) {
	s, r := open(t)
	r.channels = []Channel{hook("ann"), hook("bo")}
	on, late := day.In(start), Due{Late: 2, Near: 3, Next: day.In(start).AddDays(1)}
	must(t, s.TellTasks(t.Context(), "bank", on, late)) // nobody is there to be told
	must(t, s.SavePlan(t.Context(), "bank", "Ann", 0, incident.Plan{Ladder: []incident.Person{{Name: "Ann", Channels: []string{"ann"}}, {Name: "Bo", Channels: []string{"bo"}}}}))
	must(t, s.TellTasks(t.Context(), "bank", on, Due{}))
	for range 3 {
		must(t, s.TellTasks(t.Context(), "bank", on, late))
	}
	r.work(t, s)
	if len(r.sent) != 1 || r.sent[0].Event != "tasks.due" || !strings.Contains(r.sent[0].Text, "2") {
		t.Fatalf("sent %+v", r.sent)
	}
	must(t, s.TellTasks(t.Context(), "bank", on.AddDays(1), late))
	r.work(t, s)
	if len(r.sent) != 2 || r.sent[0].ID == r.sent[1].ID {
		t.Errorf("sent %+v", r.sent)
	}
	if p, _, err := s.Plan(t.Context(), "bank"); err != nil || len(p.Ladder) != 2 {
		t.Errorf("the plan is %+v, %v", p, err)
	}
}
