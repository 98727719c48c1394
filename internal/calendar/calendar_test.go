package calendar

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"guanji/internal/day"
)

// tables reads the tables of the content.
func tables(t testing.TB) *Calendar {
	t.Helper()
	var years []Year
	for _, name := range []string{"2025", "2026"} {
		data, err := os.ReadFile("../../content/calendar/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		var f struct {
			Year     int
			Holidays []struct{ From, Until string }
			MakeUp   []string `yaml:"make_up_days"`
		}
		if err := yaml.Unmarshal(data, &f); err != nil {
			t.Fatal(err)
		}
		y := Year{Year: f.Year}
		for _, h := range f.Holidays {
			y.Holidays = append(y.Holidays, day.Span{From: parse(t, h.From), Until: parse(t, h.Until)})
		}
		for _, d := range f.MakeUp {
			y.MakeUp = append(y.MakeUp, parse(t, d))
		}
		years = append(years, y)
	}
	c, err := New(years)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func parse(t testing.TB, s string) day.Day {
	t.Helper()
	d, err := day.Parse(s[:10])
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWorking(t *testing.T) {
	c := tables(t)
	for d, want := range map[string]bool{
		"2025-01-01": false, "2025-01-26": true /* make-up Sunday */, "2025-01-28": false, "2025-02-04": false, "2025-02-05": true, "2025-02-08": true, /* make-up Saturday */
		"2025-10-08": false, "2025-10-09": true, "2025-10-11": true, "2025-10-12": false,
		"2026-01-02": false, "2026-01-04": true, "2026-02-14": true, "2026-02-23": false, "2026-02-24": true, "2026-09-27": false, "2026-09-28": true,
		"2026-10-10": true, "2026-11-21": false, "2026-11-23": true, "2026-12-31": true,
	} {
		if got, known := c.Working(parse(t, d)); got != want || !known {
			t.Errorf("Working(%s) = %v, %v; want %v", d, got, known, want)
		}
	}
	if _, known := c.Working(day.Of(2027, 1, 4)); known {
		t.Error("2027 has no table, yet it is known")
	}
}

func TestAddWorkingDays(t *testing.T) {
	c := tables(t)
	tests := map[string]struct {
		from string
		n    int
		want string
	}{
		"no days":                     {"2026-03-07", 0, "2026-03-07"},
		"within a week":               {"2026-03-02", 3, "2026-03-05"},
		"over a weekend":              {"2026-03-06", 1, "2026-03-09"},
		"over the Spring Festival":    {"2026-02-13", 2, "2026-02-24"},
		"a make-up Saturday counts":   {"2026-10-09", 1, "2026-10-10"},
		"ten over the National Day":   {"2025-09-26", 10, "2025-10-16"},
		"fifteen from a holiday":      {"2025-05-01", 15, "2025-05-26"},
		"into the next year":          {"2025-12-31", 1, "2026-01-04"},
		"the last day that is known":  {"2026-12-30", 1, "2026-12-31"},
		"sixty, as for an extension":  {"2026-03-02", 60, "2026-05-28"},
		"from a day that is make-up":  {"2026-01-04", 1, "2026-01-05"},
		"from a Sunday that is a day": {"2025-04-27", 1, "2025-04-28"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := c.AddWorkingDays(parse(t, tt.from), tt.n)
			if err != nil || got.String() != tt.want {
				t.Errorf("AddWorkingDays(%s, %d) = %s, %v; want %s", tt.from, tt.n, got, err, tt.want)
			}
		})
	}
	_, err := c.AddWorkingDays(day.Of(2026, 12, 31), 1)
	if e, ok := errors.AsType[*UnknownYearError](err); !ok || e.Year != 2027 {
		t.Errorf("into a year without a table: %v", err)
	}
}

// TestAddAndBetweenAgree counts back what was counted forth, on every day of both years.
func TestAddAndBetweenAgree(t *testing.T) {
	c := tables(t)
	for d := day.Of(2025, 1, 1); d.Before(day.Of(2026, 10, 1)); d = d.AddDays(1) {
		for _, n := range []int{1, 5, 10, 30} {
			to, err := c.AddWorkingDays(d, n)
			if err != nil {
				t.Fatal(err)
			}
			if back, err := c.WorkingDaysBetween(d, to); err != nil || back != n {
				t.Fatalf("%s + %d = %s, but between lie %d (%v)", d, n, to, back, err)
			}
			if working, _ := c.Working(to); !working {
				t.Fatalf("%s + %d = %s, which is no working day", d, n, to)
			}
		}
	}
	if n, err := c.WorkingDaysBetween(day.Of(2026, 1, 5), day.Of(2026, 1, 5)); n != 0 || err != nil {
		t.Errorf("between a day and itself: %d, %v", n, err)
	}
	if _, err := c.WorkingDaysBetween(day.Of(2026, 12, 31), day.Of(2027, 1, 1)); err == nil {
		t.Error("counted in a year without a table")
	}
}

func TestDue(t *testing.T) {
	c := tables(t)
	from := time.Date(2026, 1, 31, 23, 30, 0, 0, day.Beijing)
	tests := map[string]struct{ iso, counting, want string }{
		"one hour":         {"PT1H", "hours", "2026-02-01T00:30:00+08:00"},
		"half an hour":     {"PT30M", "hours", "2026-02-01T00:00:00+08:00"},
		"a day by hours":   {"PT24H", "hours", "2026-02-01T23:30:00+08:00"},
		"thirty days":      {"P30D", "days", "2026-03-02T23:59:59+08:00"},
		"two weeks":        {"P2W", "days", "2026-02-14T23:59:59+08:00"},
		"a month, clamped": {"P1M", "days", "2026-02-28T23:59:59+08:00"},
		"six months":       {"P6M", "days", "2026-07-31T23:59:59+08:00"},
		"three years":      {"P3Y", "days", "2029-01-31T23:59:59+08:00"},
		"working days":     {"P10D", "working_days", "2026-02-13T23:59:59+08:00"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l, err := ParseLimit(tt.iso, tt.counting)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := c.Due(from, l); err != nil || got.Format(time.RFC3339) != tt.want {
				t.Errorf("Due(%s, %s) = %s, %v; want %s", from, tt.iso, got, err, tt.want)
			}
		})
	}
	leap, _ := ParseLimit("P1Y", "days")
	if got, _ := c.Due(time.Date(2024, 2, 29, 12, 0, 0, 0, day.Beijing), leap); got.Format(time.DateOnly) != "2025-02-28" {
		t.Errorf("a year after 29 February is %s", got)
	}
	utc := time.Date(2026, 3, 1, 16, 30, 0, 0, time.UTC) // already 2 March in Beijing
	days, _ := ParseLimit("P1D", "days")
	if got, _ := c.Due(utc, days); got.Format(time.RFC3339) != "2026-03-03T23:59:59+08:00" {
		t.Errorf("days count in Beijing, got %s", got)
	}
	long, _ := ParseLimit("P300D", "working_days")
	if _, err := c.Due(from, long); err == nil {
		t.Error("counted working days of a year without a table")
	}
}

func TestParseLimitRefuses(t *testing.T) {
	for _, tt := range [][2]string{{"", "days"}, {"P", "days"}, {"P1H", "hours"}, {"PT1D", "days"}, {"P0D", "days"}, {"P1001D", "days"}, {"P1Y6M", "days"},
		{"P-1D", "days"}, {"P1.5D", "days"}, {"1D", "days"}, {"P1D", "hours"}, {"PT1H", "days"}, {"P1M", "working_days"}, {"P1D", "weeks"}, {"P1D", ""}, {"p1d", "days"}, {"P99999D", "days"}} {
		if l, err := ParseLimit(tt[0], tt[1]); err == nil {
			t.Errorf("ParseLimit(%q, %q) = %+v", tt[0], tt[1], l)
		}
	}
}

func TestAnnual(t *testing.T) {
	for _, tt := range []struct{ due, after, want string }{
		{"--01-31", "2026-01-31", "2026-01-31"}, {"--01-31", "2026-02-01", "2027-01-31"}, {"--12-15", "2026-11-24", "2026-12-15"}, {"--02-28", "2026-03-01", "2027-02-28"},
	} {
		if got, err := Annual(tt.due, parse(t, tt.after)); err != nil || got.String() != tt.want {
			t.Errorf("Annual(%s, %s) = %s, %v; want %s", tt.due, tt.after, got, err, tt.want)
		}
	}
	for _, due := range []string{"", "01-31", "--13-01", "--02-29", "--02-30", "--00-10", "--10-00", "--1-1"} {
		if got, err := Annual(due, day.Of(2026, 1, 1)); err == nil {
			t.Errorf("Annual(%q) = %s", due, got)
		}
	}
}

func TestNewFindsMistakes(t *testing.T) {
	span := func(a, b day.Day) []day.Span { return []day.Span{{From: a, Until: b}} }
	tests := map[string]struct {
		years []Year
		want  string
	}{
		"twice":                {[]Year{{Year: 2026}, {Year: 2026}}, "given twice"},
		"outside the year":     {[]Year{{Year: 2026, Holidays: span(day.Of(2025, 12, 31), day.Of(2026, 1, 1))}}, "no span of days in that year"},
		"backwards":            {[]Year{{Year: 2026, Holidays: span(day.Of(2026, 1, 2), day.Of(2026, 1, 1))}}, "no span of days"},
		"overlap":              {[]Year{{Year: 2026, Holidays: append(span(day.Of(2026, 1, 1), day.Of(2026, 1, 3)), span(day.Of(2026, 1, 3), day.Of(2026, 1, 4))...)}}, "overlaps"},
		"make-up on a weekday": {[]Year{{Year: 2026, MakeUp: []day.Day{day.Of(2026, 1, 5)}}}, "no weekend day"},
		"make-up on a holiday": {[]Year{{Year: 2026, Holidays: span(day.Of(2026, 1, 3), day.Of(2026, 1, 3)), MakeUp: []day.Day{day.Of(2026, 1, 3)}}}, "no weekend day"},
		"make-up twice":        {[]Year{{Year: 2026, MakeUp: []day.Day{day.Of(2026, 1, 4), day.Of(2026, 1, 4)}}}, "stands twice"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := New(tt.years); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("New = %v, want %q", err, tt.want)
			}
		})
	}
}

func FuzzParseLimit(f *testing.F) {
	for _, s := range []string{"PT1H", "P10D", "P6M", "P1Y", "PT30M", "P0D", "", "P١D", "P9999D"} {
		f.Add(s, "days")
		f.Add(s, "hours")
	}
	c := tables(f)
	from := time.Date(2026, 1, 31, 12, 0, 0, 0, day.Beijing)
	f.Fuzz(func(t *testing.T, iso, counting string) {
		l, err := ParseLimit(iso, counting)
		if err != nil {
			return
		}
		due, err := c.Due(from, l)
		if err == nil && !due.After(from) {
			t.Errorf("%s counted in %s ends at %s, not after %s", iso, counting, due, from)
		}
	})
}
