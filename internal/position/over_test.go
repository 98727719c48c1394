package position

import (
	"errors"
	"slices"
	"testing"
	"time"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/law"
	"guanji/internal/problem"
	"guanji/internal/regime"
)

// bank is a world of three duties, two of them of systems.
func bank(items ...evidence.Item) *world {
	a, b, c := ask("A", continuous, "scan"), ask("D", continuous, "paper"), ask("E", anyEvent, "paper")
	b.Area, c.Force = "test", law.ForceGuidance
	return &world{duties: []*regime.DutyText{a, b, c}, systems: map[string][]string{"A": {"s1", "s2", "s3"}, "D": {"s1", "s2", "s3"}}, book: book(items...)}
}

func TestAllSystems(t *testing.T) {
	w := bank(record("paper", "2026-01-10", about(evidence.AllSystems)), record("paper", "2026-02-10", about("s2"), result(evidence.Gaps)),
		end(1, evidence.Withdrawn, "2026-03-01"))
	tests := map[string][]string{
		"2026-01-09": {"none missing [paper]", "none missing [paper]", "none missing [paper]"},
		"2026-01-10": {"on_file by [1]", "on_file by [1]", "on_file by [1]"},
		"2026-02-10": {"on_file by [1]", "on_file by [2] gaps", "on_file by [1]"},
		"2026-03-01": {"none missing [paper]", "on_file by [2] gaps", "none missing [paper]"},
	}
	for on, want := range tests {
		t.Run(on, func(t *testing.T) {
			var got []string
			for _, l := range w.position(t, on).Lines {
				if l.Duty.ID == "D" {
					got = append(got, show(l.Status))
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestComplete(t *testing.T) {
	tests := map[string]struct {
		filed []evidence.Item
		want  bool
	}{
		"nothing":        {nil, false},
		"one of two":     {[]evidence.Item{record("scan", "2026-01-10")}, false},
		"both":           {[]evidence.Item{record("scan", "2026-01-10"), record("paper", "2026-01-10")}, true},
		"both, expiring": {[]evidence.Item{record("scan", "2026-01-10", until("2026-02-20")), record("paper", "2026-01-10")}, true},
		"under an order": {[]evidence.Item{record("scan", "2026-01-10"), record("paper", "2026-01-10"), order("2026-01-10", "2026-06-01")}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := &world{duties: []*regime.DutyText{ask("D", continuous, "scan", "paper")}, book: book(tt.filed...)}
			if l := w.position(t, "2026-02-01").Lines[0]; l.Complete() != tt.want {
				t.Errorf("%s is complete: %v, want %v", show(l.Status), !tt.want, tt.want)
			}
		})
	}
}

func TestOver(t *testing.T) {
	w := bank(record("paper", "2026-01-10", about("s2")))
	h, err := w.service(t).Over(t.Context(), "acme", []day.Day{on("2026-01-10"), on("2026-01-09"), on("2026-01-10")}, day.Day{})
	must(t, err)
	if !slices.Equal(h.Days, []day.Day{on("2026-01-09"), on("2026-01-10")}) || len(h.Areas) != 2 {
		t.Fatalf("days %v, areas %v", h.Days, h.Areas)
	}
	protect, test := h.Areas[0].Cells, h.Areas[1].Cells
	if got := protect[0]; got.Binding.Of(None) != 3 || got.Binding.All() != 3 || got.Other.Of(Unknown) != 1 || got.Other.All() != 1 {
		t.Errorf("protect: %v", got)
	}
	if got := test[0].Binding; got.Of(None) != 3 || got.Of(OnFile) != 0 {
		t.Errorf("test, before: %v", got)
	}
	if got := test[1].Binding; got.Of(None) != 2 || got.Of(OnFile) != 1 || got.All() != 3 {
		t.Errorf("test: %v", got)
	}
}

// TestOverAsksLittle: one assessment for each time between turns on which a day
// is asked.
func TestOverAsksLittle(t *testing.T) {
	w := bank()
	w.turns = []day.Day{on("2026-01-05"), on("2026-01-12"), on("2026-01-13"), on("2026-01-20")}
	_, err := w.service(t).Over(t.Context(), "acme", []day.Day{on("2026-01-03"), on("2026-01-04"), on("2026-01-05"), on("2026-01-15"), on("2026-01-20")}, day.Day{})
	must(t, err)
	if want := []day.Day{on("2026-01-03"), on("2026-01-05"), on("2026-01-15"), on("2026-01-20")}; !slices.Equal(w.asked, want) {
		t.Errorf("asked %v, want %v", w.asked, want)
	}
}

func TestOverBounds(t *testing.T) {
	for _, n := range []int{0, MaxDays + 1} {
		var days []day.Day
		for i := range n {
			days = append(days, on("2026-01-01").AddDays(i))
		}
		if _, err := bank().service(t).Over(t.Context(), "acme", days, day.Day{}); problem.KindOf(err) != problem.Usage {
			t.Errorf("%d days: %v", n, err)
		}
	}
}

// TestErrors: what the assessor and the books say comes back as it is.
func TestErrors(t *testing.T) {
	w := bank()
	w.fail = errors.New("the disk is gone")
	s, at := w.service(t), on("2026-01-01")
	calls := map[string]func() error{
		"On":       func() error { _, err := s.On(t.Context(), "acme", at, day.Day{}); return err },
		"Over":     func() error { _, err := s.Over(t.Context(), "acme", []day.Day{at}, day.Day{}); return err },
		"Changes":  func() error { _, err := s.Changes(t.Context(), "acme", at, at, day.Day{}); return err },
		"Tasks":    func() error { _, err := s.Tasks(t.Context(), "acme", at, day.Day{}, Filter{}); return err },
		"Leniency": func() error { _, err := s.Leniency(t.Context(), "acme", at, day.Day{}); return err },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, w.fail) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestKnown: what was filed after a day is not known on it, though it was
// observed before.
func TestKnown(t *testing.T) {
	w := bank()
	w.book = evidence.NewBook([]evidence.Filed{
		{Item: record("paper", "2026-01-10", about("s1")), Seq: 1, At: time.Date(2026, 2, 1, 15, 59, 59, 0, time.UTC)}, // the last second of 1 February in Beijing
		{Item: end(1, evidence.Withdrawn, "2026-01-15"), Seq: 2, At: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)},
	})
	tests := map[string]struct{ known, want string }{
		"before it was filed":         {"2026-01-31", "none missing [paper]"},
		"on the day of filing":        {"2026-02-01", "on_file by [1]"},
		"before it was withdrawn":     {"2026-02-28", "on_file by [1]"},
		"after it was withdrawn":      {"2026-03-01", "none missing [paper]"},
		"by all that is known by now": {"", "none missing [paper]"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			known := day.Day{}
			if tt.known != "" {
				known = on(tt.known)
			}
			p, err := w.service(t).On(t.Context(), "acme", on("2026-01-20"), known)
			must(t, err)
			if got := show(p.Lines[3].Status); got != tt.want || p.Known != known {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestChanges(t *testing.T) {
	w := bank(record("paper", "2026-01-10", about("s2")), record("paper", "2026-01-12", about("s3")), record("scan", "2026-01-12", func(r *evidence.Record) { r.Duties, r.Subject = []string{"A"}, evidence.AllSystems }))
	w.turns = []day.Day{on("2026-01-11")}
	w.applies = func(id, subject string, at day.Day) regime.Applies {
		later := !at.Before(on("2026-01-11"))
		switch {
		case id == "A" && subject == "s1" && later || id == "E" && !later:
			return regime.No
		}
		return regime.Yes
	}
	got, err := w.service(t).Changes(t.Context(), "acme", on("2026-01-09"), on("2026-01-12"), day.Day{})
	must(t, err)
	want := []Change{
		{w.duties[0], None, OnFile, []string{"s2", "s3"}},
		{w.duties[0], None, "", []string{"s1"}},
		{w.duties[1], None, OnFile, []string{"s2", "s3"}},
		{w.duties[2], "", Unknown, []string{evidence.Organization}},
	}
	if !slices.EqualFunc(got, want, func(a, b Change) bool {
		return a.Duty == b.Duty && a.From == b.From && a.To == b.To && slices.Equal(a.Subjects, b.Subjects)
	}) {
		t.Errorf("got %v, want %v", got, want)
	}
	same, err := w.service(t).Changes(t.Context(), "acme", on("2026-01-12"), on("2026-01-12"), day.Day{})
	if must(t, err); len(same) > 0 {
		t.Errorf("from a day to itself: %v", same)
	}
}
