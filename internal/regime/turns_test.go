package regime

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"guanji/internal/day"
)

// TestTurns compares the days with the answers of every day: where the duties
// are said otherwise than on the day before, the day must be among them.
func TestTurns(t *testing.T) {
	set, err := Load(os.DirFS("../../content"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("../../examples/designated-bank.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, err := set.Vocabulary.ReadFile("bank", data)
	if err != nil {
		t.Fatal(err)
	}
	f.Designations = nil // they are no turn of the law
	duties := func(on day.Day) string {
		a, err := set.Assess(f, on)
		if err != nil {
			t.Fatal(err)
		}
		for i := range a.Duties {
			a.Duties[i].Because = nil // tells the day asked
		}
		data, err := json.Marshal(a.Duties)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	from, to := day.Of(2025, 10, 1), day.Of(2026, 7, 31)
	turns := set.Turns(from, to)
	seen := 0
	for before, on := duties(from), from.AddDays(1); !on.After(to); on = on.AddDays(1) {
		now := duties(on)
		if now != before && !slices.Contains(turns, on) {
			t.Errorf("the duties change on %s, which is not among %s", on, turns)
		}
		if now != before {
			seen++
		}
		before = now
	}
	if seen < 3 || len(turns) > 30 {
		t.Errorf("%d days change something, and %d turn: %s", seen, len(turns), turns)
	}
}

func TestTurnsBounds(t *testing.T) {
	set := smallSet(t) // a version ends with 2025-12-31 and another begins on the next day
	first := day.Of(2026, 1, 1)
	tests := map[string]struct {
		from, to day.Day
		want     bool
	}{
		"the day before is from": {first.AddDays(-1), first, true},
		"from is not included":   {first, first.AddDays(30), false},
		"to is included":         {first.AddDays(-30), first, true},
		"ends before":            {first.AddDays(-30), first.AddDays(-1), false},
		"the wrong way round":    {first.AddDays(1), first.AddDays(-1), false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			turns := set.Turns(tt.from, tt.to)
			if got := slices.Contains(turns, first); got != tt.want {
				t.Errorf("Turns(%s, %s) = %s, with %s: %v, want %v", tt.from, tt.to, turns, first, got, tt.want)
			}
		})
	}
}
