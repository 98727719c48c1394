package standing

import (
	"slices"
	"testing"
	"time"

	"guanji/internal/day"
	"guanji/internal/problem"
)

func TestTurns(t *testing.T) {
	s, m := acme(t)
	must(t, s.AddNotice(t.Context(), "acme", Notice{NotifiedOn: day.Of(2026, 3, 12), WithdrawnOn: day.Of(2026, 8, 20)}, li))
	m.pass(48 * time.Hour)
	must(t, s.AddNotice(t.Context(), "acme", Notice{NotifiedOn: day.Of(2026, 5, 9)}, li))
	from, to, told := day.Of(2026, 3, 12), day.Of(2026, 8, 20), day.Of(2026, 11, 24)
	tests := map[string]struct {
		from, to, known day.Day
		want            []day.Day
	}{
		"from is not included":   {from, to, day.Day{}, []day.Day{day.Of(2026, 5, 9), to}},
		"the day before is from": {from.AddDays(-1), to.AddDays(-1), day.Day{}, []day.Day{from, day.Of(2026, 5, 9)}},
		"as was known":           {from, to, told, []day.Day{to}},
		"known today":            {from, to, told.AddDays(2), []day.Day{day.Of(2026, 5, 9), to}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			want := slices.Concat(tt.want, s.Set.Turns(tt.from, tt.to))
			slices.SortFunc(want, day.Day.Compare)
			want = slices.Compact(want)
			got, err := s.Turns(t.Context(), "acme", tt.from, tt.to, tt.known)
			must(t, err)
			if !slices.Equal(got, want) || len(want) == len(tt.want) {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
	_, err := s.Turns(t.Context(), "nobody", from, to, day.Day{})
	wantKind(t, "an organization that is not there", err, problem.NotFound)
	_, err = s.Turns(t.Context(), "acme", from, to, day.Of(2020, 1, 1))
	wantKind(t, "before anything was known", err, problem.NotFound)
}

func TestAssess(t *testing.T) {
	s, _ := acme(t)
	on := day.Of(2026, 9, 1)
	v, err := s.View(t.Context(), "acme", on, day.Day{})
	must(t, err)
	if a, err := s.Assess(t.Context(), "acme", on, day.Day{}); err != nil || a != v.Assessment {
		t.Errorf("Assess gives another assessment than View, %v", err)
	}
	_, err = s.Assess(t.Context(), "nobody", on, day.Day{})
	wantKind(t, "an organization that is not there", err, problem.NotFound)
}
