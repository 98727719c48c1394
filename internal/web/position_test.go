package web

import (
	"strings"
	"testing"

	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/position"
	"guanji/internal/regime"
	"guanji/internal/standing"
	"guanji/internal/strict"
)

func TestHeatDays(t *testing.T) {
	for name, tt := range map[string]struct {
		on   day.Day
		span string
		want string
	}{
		"months, by their last day":    {day.Of(2026, 3, 31), spanYear, "2025-03-31 2025-04-30 2025-05-31 2025-06-30 2025-07-31 2025-08-31 2025-09-30 2025-10-31 2025-11-30 2025-12-31 2026-01-31 2026-02-28 2026-03-31"},
		"weeks, by their Sunday":       {day.Of(2026, 11, 26), spanQuarter, "2026-08-30 2026-09-06 2026-09-13 2026-09-20 2026-09-27 2026-10-04 2026-10-11 2026-10-18 2026-10-25 2026-11-01 2026-11-08 2026-11-15 2026-11-22 2026-11-26"},
		"a Sunday is its own week":     {day.Of(2026, 11, 22), spanQuarter, "2026-08-23 2026-08-30 2026-09-06 2026-09-13 2026-09-20 2026-09-27 2026-10-04 2026-10-11 2026-10-18 2026-10-25 2026-11-01 2026-11-08 2026-11-15 2026-11-22"},
		"no day before the law begins": {day.Of(2017, 8, 2), spanYear, "2017-06-30 2017-07-31 2017-08-02"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, d := range heatDays(tt.on, tt.span) {
				got = append(got, d.String())
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("heatDays(%s, %s) = %s, want %s", tt.on, tt.span, strings.Join(got, " "), tt.want)
			}
		})
	}
}

// someLines are those of three duties: D binds and is overdue for one of two
// systems, E binds and is on file, R only recommends and is overdue.
func someLines() []position.Line {
	duty := func(id string, f law.Force) *regime.DutyText {
		return &regime.DutyText{ID: id, Area: "protect", Force: f}
	}
	d, e, r := duty("D", law.ForceLaw), duty("E", law.ForceLaw), duty("R", law.ForceRecommended)
	on := func(s position.State, since, until day.Day) *position.Status {
		return &position.Status{State: s, Since: since, Until: until}
	}
	return []position.Line{
		{Duty: d, Subject: "a", Status: on(position.OnFile, day.Day{}, day.Of(2027, 1, 1))},
		{Duty: d, Subject: "b", Status: on(position.Overdue, day.Of(2026, 5, 1), day.Day{})},
		{Duty: e, Subject: "organization", Status: on(position.OnFile, day.Day{}, day.Of(2026, 12, 1))},
		{Duty: r, Subject: "a", Status: on(position.Overdue, day.Of(2026, 1, 1), day.Day{})},
		{Duty: r, Subject: "b", Status: on(position.Overdue, day.Of(2026, 2, 1), day.Day{})},
	}
}

func TestGather(t *testing.T) {
	areas := []regime.Named{{ID: strict.String{Value: "protect"}}}
	list := gather(someLines(), areas, func(*position.Line) bool { return true })
	var got []string
	for _, d := range list {
		for _, g := range d.Groups {
			got = append(got, d.ID+" "+string(g.State)+" "+strings.Join(g.subjects(), ",")+" "+g.Since.String()+g.Until.String())
		}
	}
	want := "D overdue b 2026-05-01|D on_file a 2027-01-01|R overdue a,b 2026-01-01|E on_file organization 2026-12-01"
	if strings.Join(got, "|") != want {
		t.Errorf("gathered\n%s, want\n%s", strings.Join(got, "|"), want)
	}
}

func TestShareClass(t *testing.T) {
	for share, want := range map[[2]int]string{{0, 7}: "share-0", {1, 7}: "share-1", {1, 3}: "share-2", {2, 3}: "share-3", {6, 7}: "share-3", {7, 7}: "share-4"} {
		if got := shareClass(share[0], share[1]); got != want {
			t.Errorf("%d of %d is %s, want %s", share[0], share[1], got, want)
		}
	}
}

func TestForOne(t *testing.T) {
	p := newPlaced(nil, &position.Position{Lines: someLines()}, nil)
	for name, tt := range map[string]struct {
		duty     string
		subjects []string
		want     string
	}{
		"the only subject":          {"D", []string{"b"}, "b"},
		"every system of the duty":  {"D", []string{"a", "b"}, "systems/*"},
		"the organization":          {"E", []string{"organization"}, "organization"},
		"some of the systems":       {"D", []string{"a", "x", "y"}, ""},
		"nobody":                    {"D", nil, ""},
		"a duty that has no line":   {"X", []string{"a", "b"}, ""},
		"the organization among it": {"D", []string{"organization", "a"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := p.forOne(tt.duty, tt.subjects); got != tt.want {
				t.Errorf("forOne(%s, %v) = %q, want %q", tt.duty, tt.subjects, got, tt.want)
			}
		})
	}
}

func TestPositionsAreRemembered(t *testing.T) {
	made := 0
	get := func(p *positions, k positionKey) {
		t.Helper()
		if _, err := p.get(k, func() (*placed, error) {
			made++
			return newPlaced(nil, &position.Position{Lines: someLines()}, nil), nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	p := &positions{}
	get(p, positionKey{revision: 1})
	get(p, positionKey{revision: 1})
	if made != 1 {
		t.Errorf("the same position was worked out %d times", made)
	}
	get(p, positionKey{revision: 2})
	if made != 2 || len(p.list) != 1 {
		t.Errorf("after more was filed it was worked out %d times, and %d are remembered", made, len(p.list))
	}
	for range 2 * mostPositions {
		get(p, positionKey{view: &standing.View{}, revision: 2})
	}
	if len(p.list) != mostPositions {
		t.Errorf("%d positions are remembered, want at most %d", len(p.list), mostPositions)
	}
}
