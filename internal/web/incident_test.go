package web

import (
	"testing"
	"time"

	"guanji/internal/day"
	"guanji/internal/incident"
	"guanji/internal/message"
)

func TestDigits(t *testing.T) {
	now := time.Date(2026, time.November, 20, 3, 30, 0, 0, day.Beijing)
	for name, tt := range map[string]struct {
		left   time.Duration
		digits string
		late   bool
	}{
		"an hour":               {time.Hour, "01:00:00", false},
		"no more than there is": {time.Minute - time.Millisecond, "00:00:59", false},
		"now":                   {0, "00:00:00", true},
		"overdue":               {-(25*time.Hour + 61*time.Second), "25:01:01", true},
		"the longest":           {48*time.Hour - time.Second, "47:59:59", false},
		"days":                  {30*24*time.Hour + time.Hour, "30 days", false},
	} {
		t.Run(name, func(t *testing.T) {
			c := words{message.English}.countdown(now.Add(tt.left), now)
			if c.Digits != tt.digits || c.Late != tt.late {
				t.Errorf("%v left: %s, late %v; want %s, %v", tt.left, c.Digits, c.Late, tt.digits, tt.late)
			}
		})
	}
}

func TestReadMoment(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-20T03:30": "2026-11-19T19:30:00Z", "2026-11-20 03:30:15": "2026-11-19T19:30:15Z", "": "0001-01-01T00:00:00Z",
		"2026-11-20": "", "2026-02-30T03:30": "", "03:30": "", "2026-11-20T25:00": "", "yesterday": "", "2026-11-20T03:30+08:00": "",
	} {
		got, ok := readMoment(text)
		if ok != (want != "") || ok && got.Format(time.RFC3339) != want {
			t.Errorf("readMoment(%q) = %v, %v; want %q", text, got, ok, want)
		}
	}
}

// FuzzReadMoment fails if a time that is read is not the one that the form
// shows again.
func FuzzReadMoment(f *testing.F) {
	for _, text := range []string{"2026-11-20T03:30", "2026-11-20 03:30:15", "", "0000-01-01T00:00", "9999-12-31T23:59"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := readMoment(text)
		if !ok || got.IsZero() {
			return
		}
		again, ok := readMoment(momentValue(got))
		if !ok || !again.Equal(got.Truncate(time.Minute)) {
			t.Errorf("%q is %v, and again %v, %v", text, got, again, ok)
		}
	})
}

func TestCallable(t *testing.T) {
	for number, want := range map[string]string{"12387": "tel:12387", "010-0000 0000": "tel:01000000000", "+86 10 0000 0000": "tel:+861000000000", "": "", "ask Ann": "", "12": "",
		"javascript:alert(1)": ""} {
		if got := callable(number); string(got) != want {
			t.Errorf("callable(%q) = %q, want %q", number, got, want)
		}
	}
}

func TestReadFactField(t *testing.T) {
	v := vocabulary(t)
	for name, tt := range map[string]struct {
		fact    string
		answers []string
		want    string // "" for a mistake
	}{
		"yes":              {"incident.cii", []string{"yes"}, "true"},
		"not known":        {"incident.cii", []string{"?"}, "null"},
		"nothing sent":     {"incident.cii", nil, "null"},
		"both":             {"incident.cii", []string{"yes", "no"}, ""},
		"a number":         {"incident.pi_individuals", []string{"120万"}, "1200000"},
		"no number":        {"incident.pi_individuals", []string{" "}, "null"},
		"a word":           {"incident.pi_individuals", []string{"many"}, ""},
		"below zero":       {"incident.cii_outage_minutes", []string{"-1"}, ""},
		"a choice":         {"incident.qualitative", []string{"serious"}, `"serious"`},
		"choice not known": {"incident.qualitative", []string{"?"}, "null"},
		"no such choice":   {"incident.qualitative", []string{"odd"}, ""},
		"of a record":      {"incident.population_share.share", []string{"0.3"}, "0.3"},
	} {
		t.Run(name, func(t *testing.T) {
			got, wrong := readFactField(v.Fact(tt.fact), tt.answers)
			if string(got) != tt.want || (wrong == nil) != (tt.want != "") {
				t.Errorf("readFactField(%s, %q) = %s, %v; want %q", tt.fact, tt.answers, got, wrong, tt.want)
			}
		})
	}
}

// TestEveryFactOfAnIncidentIsAsked fails if the form lacks a fact, or asks
// first for one that there is not.
func TestEveryFactOfAnIncidentIsAsked(t *testing.T) {
	v := vocabulary(t)
	asked := map[string]bool{}
	for _, f := range incidentFacts(v) {
		asked[f.ID] = true
	}
	for _, id := range firstFacts() {
		if !asked[id] {
			t.Errorf("%s is asked first, and is no fact of an incident", id)
		}
	}
	if !asked["incident.population_share.share"] || asked["incident.population_share"] {
		t.Error("of a record, its fields are asked")
	}
}

// TestStatesAreWords fails if a state is told by colour alone, or two look the
// same.
func TestStatesAreWords(t *testing.T) {
	for _, lang := range message.Languages() {
		seen := map[tag]bool{}
		for _, s := range []incident.State{incident.Waiting, incident.Running, incident.Watched, incident.Handled, incident.Closed, incident.Dismissed, incident.Joined} {
			got := words{lang}.caseTag(&incident.Case{State: s})
			if got.Icon == "" || !message.Known("respond.case."+string(s)) || seen[got] {
				t.Errorf("%s: %s is shown as %+v", lang, s, got)
			}
			seen[got] = true
		}
	}
}
