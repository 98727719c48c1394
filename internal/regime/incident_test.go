package regime

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"guanji/internal/day"
	"guanji/internal/org"
)

// found is when the incidents of these tests were found.
var found = time.Date(2026, 9, 1, 3, 10, 0, 0, day.Beijing)

// incidentOf is an incident with facts.
func incidentOf(t *testing.T, s *Set, facts string) Incident {
	t.Helper()
	f, _, err := s.Vocabulary.ReadSituation("f", []byte("facts: {"+facts+"}"), org.AboutIncident)
	if err != nil {
		t.Fatal(err)
	}
	return Incident{Facts: f, Discovered: found}
}

// TestWhatFollows is due for certain of grade I alone, and perhaps while the
// grade is open.
func TestWhatFollows(t *testing.T) {
	s := smallSet(t)
	for facts, want := range map[string]string{
		"incident.cii: true, incident.minutes: 360":                                   "follow_up",
		"incident.cii: true, incident.minutes: 359":                                   "",
		"incident.cii: true, incident.minutes: 9":                                     "follow_up?",
		"incident.cii: true, incident.minutes: 9, incident.confirmed_below_iii: true": "",
		"incident.cii: true":                                                          "follow_up?",
		"incident.cii: false":                                                         "",
		"":                                                                            "follow_up?",
	} {
		t.Run(facts, func(t *testing.T) {
			g, err := s.GradeIncident(incidentOf(t, s, facts), day.Of(2026, 9, 1))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range g.Further {
				text := r.Content
				if r.Provisional {
					text += "?"
				}
				got = append(got, text)
			}
			if strings.Join(got, " ") != want {
				t.Errorf("further %q, want %q", got, want)
			}
		})
	}
}

// TestCrossings are counted from when the outage began, as nearly as that is
// known.
func TestCrossings(t *testing.T) {
	s := smallSet(t)
	for name, tt := range map[string]struct {
		change func(*Incident)
		want   []string // minutes after it was found
	}{
		"nothing known of when": {func(*Incident) {}, []string{"II 60", "I 360"}},
		"when outages began":    {func(i *Incident) { i.OutageStarted = found.Add(-10 * time.Minute) }, []string{"II 50", "I 350"}},
		"when this one began":   {func(i *Incident) { i.Outages = map[string]time.Time{"incident.minutes": found.Add(-20 * time.Minute)} }, []string{"II 40", "I 340"}},
		"when this and others began": {func(i *Incident) {
			i.OutageStarted, i.Outages = found.Add(-10*time.Minute), map[string]time.Time{"incident.minutes": found.Add(-20 * time.Minute), "incident.others": found.Add(-time.Hour)}
		}, []string{"II 40", "I 340"}},
		"when another began": {func(i *Incident) { i.Outages = map[string]time.Time{"incident.others": found.Add(-time.Hour)} }, []string{"II 60", "I 360"}},
		"when this began, not more": {func(i *Incident) {
			i.Discovered, i.Outages = time.Time{}, map[string]time.Time{"incident.minutes": found.Add(-20 * time.Minute)}
		}, []string{"II 40", "I 340"}},
		"neither found nor began": {func(i *Incident) { i.Discovered = time.Time{} }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			in := incidentOf(t, s, "incident.cii: true, incident.minutes: 12")
			tt.change(&in)
			g, err := s.GradeIncident(in, day.Of(2026, 9, 1))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, x := range g.Crosses {
				got = append(got, fmt.Sprint(x.Grade, " ", int(x.At.Sub(found)/time.Minute)))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("crosses %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAbove(t *testing.T) {
	grades := []Grade{"", GradeIV, GradeIII, GradeII, GradeI}
	for i, g := range grades {
		for k, h := range grades {
			if g.Above(h) != (i > k) {
				t.Errorf("%q above %q: %v", g, h, g.Above(h))
			}
		}
	}
}
