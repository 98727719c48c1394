package grade

import (
	"slices"
	"testing"

	"guanji/content"
)

func rules(t *testing.T) *Rules {
	t.Helper()
	r, err := Read(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// holding is what an example says.
func (r *Rules) holding(e Example) Holding {
	h := Holding{Kinds: e.Kinds, People: e.People, Findings: e.Findings, Sensitive: e.Sensitive, Named: map[string]*Names{}}
	for _, id := range r.Named(e.Name) {
		h.Named[id] = &Names{Count: 1, Examples: []string{e.Name}}
	}
	return h
}

// TestRules holds every rule to the examples of its content.
func TestRules(t *testing.T) {
	r := rules(t)
	for _, rule := range r.Rules {
		if len(rule.Yes) == 0 || len(rule.No) == 0 {
			t.Errorf("%s has no examples", rule.ID)
		}
		try := func(e Example, want bool) {
			g := r.Grade(r.holding(e))
			if got := slices.ContainsFunc(g.Because, func(b Reason) bool { return b.Rule == rule.ID }); got != want {
				t.Errorf("%s: %+v: %t, want %t", rule.ID, e, got, want)
			}
			if want && rule.Level.higher(g.Level) {
				t.Errorf("%s: %+v: %s", rule.ID, e, g.Level)
			}
		}
		for _, e := range rule.Yes {
			try(e, true)
		}
		for _, e := range rule.No {
			try(e, false)
		}
	}
}

func TestGrade(t *testing.T) {
	r := rules(t)
	for name, c := range map[string]struct {
		h         Holding
		level     Level
		candidate bool
		because   int
	}{
		"nothing known":        {Holding{}, General, false, 0},
		"a note raises none":   {Holding{People: 1_000_000}, General, false, 1},
		"two notes":            {Holding{People: 10_000_000}, General, false, 2},
		"harm to persons only": {Holding{Harm: map[string]string{"person": "particularly_serious"}}, General, false, 1},
		"harm to the public":   {Holding{Harm: map[string]string{"public_interest": "serious"}}, Important, true, 1},
		"the highest counts":   {Holding{Harm: map[string]string{"public_interest": "serious", "national_security": "serious"}}, Core, true, 2},
		"nothing lowers":       {Holding{Kinds: []string{"genetic"}, Harm: map[string]string{"person": "general"}}, Important, true, 2},
		"an unknown harm":      {Holding{Harm: map[string]string{"weather": "serious"}}, General, false, 0},
	} {
		g := r.Grade(c.h)
		if g.Level != c.level || g.Candidate != c.candidate || len(g.Because) != c.because {
			t.Errorf("%s: %+v", name, g)
		}
	}
	if r.CheckHarm("economy", "serious") != "" || r.CheckHarm("economy", "bad") == "" || r.CheckHarm("weather", "serious") == "" {
		t.Error("CheckHarm")
	}
}
