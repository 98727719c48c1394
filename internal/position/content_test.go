package position

import (
	"reflect"
	"testing"

	"guanji/internal/calendar"
	"guanji/internal/day"
)

// TestRealContent counts the days around the turn of a year, on which the law
// turns and reports fall due, by the real content and for the example bank.
func TestRealContent(t *testing.T) {
	l := newLarge(t, 3, 60)
	s := New(Config{Set: l.set, Assessor: l, Books: l})
	var days []day.Day
	for d := day.Of(2025, 12, 1); d.Before(day.Of(2026, 3, 20)); d = d.AddDays(1) {
		days = append(days, d)
	}
	over, err := s.Over(t.Context(), "", days, day.Day{})
	must(t, err)
	states := map[State]bool{}
	for i, d := range days {
		p, err := s.On(t.Context(), "", d, day.Day{})
		must(t, err)
		for _, line := range p.Lines {
			states[line.State] = true
		}
		if got, want := at(over, i), at(p.Heat(), 0); !reflect.DeepEqual(got, want) {
			t.Fatalf("%s: over the days %v, on the day %v", d, got, want)
		}
	}
	if len(states) < 5 {
		t.Errorf("only these states: %v", states)
	}
}

// TestRulesOfContent reads every duty of the content.
func TestRulesOfContent(t *testing.T) {
	l := newLarge(t, 1, 0)
	a, err := l.Assess(t.Context(), "", day.Of(2026, 9, 1), day.Day{})
	must(t, err)
	forms := map[form]int{}
	for _, answer := range a.Duties {
		r, c := ruleOf(answer.DutyText), answer.Cadence
		forms[r.form]++
		if (r.limit == nil) != (c.Limit == nil) || r.form == lasting && (r.period == nil) != (c.Period == nil) {
			t.Errorf("%s: limit %v, period %v of %+v", answer.ID, r.limit, r.period, c)
		}
		if _, err := calendar.Annual(r.fixed, day.Of(2026, 1, 1)); (err == nil) != (r.form == yearly) {
			t.Errorf("%s: the fixed day %q", answer.ID, r.fixed)
		}
	}
	if len(forms) != 4 {
		t.Errorf("only these forms: %v", forms)
	}
}
