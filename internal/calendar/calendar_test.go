package calendar

import (
	"errors"
	"math/rand/v2"
	"os"
	"slices"
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
	c, mistakes := New(years)
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
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
	tests := map[string]struct {
		day  string
		want bool
	}{
		"New Year 2025":                            {"2025-01-01", false},
		"the day after New Year 2025":              {"2025-01-02", true},
		"Sunday made up for Spring Festival 2025":  {"2025-01-26", true},
		"the day before Spring Festival 2025":      {"2025-01-27", true},
		"first day of Spring Festival 2025":        {"2025-01-28", false},
		"last day of Spring Festival 2025":         {"2025-02-04", false},
		"the day after Spring Festival 2025":       {"2025-02-05", true},
		"Saturday made up for Spring Festival":     {"2025-02-08", true},
		"the Sunday after it":                      {"2025-02-09", false},
		"Sunday made up for National Day 2025":     {"2025-09-28", true},
		"the day before National Day 2025":         {"2025-09-30", true},
		"first day of National Day 2025":           {"2025-10-01", false},
		"last day of National Day 2025":            {"2025-10-08", false},
		"the day after National Day 2025":          {"2025-10-09", true},
		"Saturday made up for National Day 2025":   {"2025-10-11", true},
		"the Sunday after that":                    {"2025-10-12", false},
		"Friday of New Year 2026":                  {"2026-01-02", false},
		"Sunday made up for New Year 2026":         {"2026-01-04", true},
		"Saturday made up for Spring Festival '26": {"2026-02-14", true},
		"first day of Spring Festival 2026":        {"2026-02-15", false},
		"last day of Spring Festival 2026":         {"2026-02-23", false},
		"the day after Spring Festival 2026":       {"2026-02-24", true},
		"second Saturday made up for it":           {"2026-02-28", true},
		"Sunday made up for National Day 2026":     {"2026-09-20", true},
		"last day of Mid-Autumn 2026":              {"2026-09-27", false},
		"between Mid-Autumn and National Day":      {"2026-09-28", true},
		"last day of National Day 2026":            {"2026-10-07", false},
		"Saturday made up for National Day 2026":   {"2026-10-10", true},
		"an ordinary Saturday":                     {"2026-11-21", false},
		"an ordinary Monday":                       {"2026-11-23", true},
		"the last day of 2026":                     {"2026-12-31", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got, known := c.Working(parse(t, tt.day)); got != tt.want || !known {
				t.Errorf("Working(%s) = %v, known %v; want %v, known", tt.day, got, known, tt.want)
			}
		})
	}
	for _, unknown := range []day.Day{day.Of(2024, 12, 31), day.Of(2027, 1, 4), {}} {
		if working, known := c.Working(unknown); working || known {
			t.Errorf("Working(%s) = %v, known %v; its year has no table", unknown, working, known)
		}
	}
}

// TestYearTotals compares with sums counted outside this program, from the
// data of chinese-days 1.5.7.
func TestYearTotals(t *testing.T) {
	c := tables(t)
	for year, want := range map[int]int{2025: 248, 2026: 248} {
		n := 0
		for d := day.Of(year, 1, 1); d.Year() == year; d = d.AddDays(1) {
			if working, _ := c.Working(d); working {
				n++
			}
		}
		if n != want {
			t.Errorf("%d has %d working days, want %d", year, n, want)
		}
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
	wantUnknown(t, err, 2027)
	_, err = c.AddWorkingDays(day.Of(2024, 12, 30), 1)
	wantUnknown(t, err, 2024)
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
}

func TestWorkingDaysBetween(t *testing.T) {
	c := tables(t)
	tests := map[string]struct {
		from, until string
		want        int
	}{
		"a day and itself":          {"2026-01-05", "2026-01-05", 0},
		"backwards":                 {"2026-01-09", "2026-01-05", 0},
		"the last day counts":       {"2026-01-05", "2026-01-06", 1},
		"a holiday and make-up":     {"2026-02-13", "2026-02-28", 6},
		"over the turn of the year": {"2025-12-30", "2026-01-05", 3},
		"from an unknown year":      {"2024-12-31", "2025-01-02", 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got, err := c.WorkingDaysBetween(parse(t, tt.from), parse(t, tt.until)); err != nil || got != tt.want {
				t.Errorf("WorkingDaysBetween(%s, %s) = %d, %v; want %d", tt.from, tt.until, got, err, tt.want)
			}
		})
	}
	_, err := c.WorkingDaysBetween(day.Of(2026, 12, 31), day.Of(2027, 1, 1))
	wantUnknown(t, err, 2027)
}

func wantUnknown(t *testing.T, err error, year int) {
	t.Helper()
	if e, ok := errors.AsType[*UnknownYearError](err); !ok || e.Year != year {
		t.Errorf("error %v, want an UnknownYearError of %d", err, year)
	}
}

// naive counts on a list of days, each looked up in the tables as given.
type naive struct{ working []day.Day }

func newNaive(years []Year) (n naive) {
	for _, y := range years {
		for d := day.Of(y.Year, 1, 1); d.Year() == y.Year; d = d.AddDays(1) {
			free := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
			for _, s := range y.Holidays {
				free = free || s.Holds(d)
			}
			if !free || slices.Contains(y.MakeUp, d) {
				n.working = append(n.working, d)
			}
		}
	}
	return n
}

func (n naive) between(from, until day.Day) (count int) {
	for _, d := range n.working {
		if d.After(from) && !d.After(until) {
			count++
		}
	}
	return count
}

// randomYear draws a table that New accepts.
func randomYear(r *rand.Rand, year int) Year {
	y := Year{Year: year}
	for d := day.Of(year, 1, 1).AddDays(r.IntN(40)); d.Year() == year; d = d.AddDays(1 + r.IntN(60)) {
		s := day.Span{From: d, Until: d.AddDays(r.IntN(9))}
		if s.Until.Year() == year {
			y.Holidays = append(y.Holidays, s)
			d = s.Until
		}
	}
	for d := day.Of(year, 1, 1); d.Year() == year; d = d.AddDays(1) {
		holiday := slices.ContainsFunc(y.Holidays, func(s day.Span) bool { return s.Holds(d) })
		if !holiday && (d.Weekday() == time.Saturday || d.Weekday() == time.Sunday) && r.IntN(8) == 0 {
			y.MakeUp = append(y.MakeUp, d)
		}
	}
	return y
}

// TestAgreesWithNaiveCount compares with a list of days on tables drawn by lot.
func TestAgreesWithNaiveCount(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 0))
		years := []Year{randomYear(r, 2031), randomYear(r, 2032), randomYear(r, 2033)}
		c, err := New(years)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		want := newNaive(years)
		for range 200 {
			from := day.Of(2031, 1, r.IntN(3*365)) // 31 December 2030 among them: it is not counted
			until := from.AddDays(r.IntN(400) - 20)
			got, err := c.WorkingDaysBetween(from, until)
			if until.Year() > 2033 {
				wantUnknown(t, err, 2034)
			} else if n := want.between(from, until); err != nil || got != n {
				t.Fatalf("seed %d: between %s and %s lie %d, %v; want %d", seed, from, until, got, err, n)
			}

			n := 1 + r.IntN(150)
			first := slices.IndexFunc(want.working, func(d day.Day) bool { return d.After(from) })
			to, err := c.AddWorkingDays(from, n)
			if first < 0 || first+n-1 >= len(want.working) {
				wantUnknown(t, err, 2034)
			} else if w := want.working[first+n-1]; err != nil || to != w {
				t.Fatalf("seed %d: %s + %d = %s, %v; want %s", seed, from, n, to, err, w)
			}
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
		"past the year":        {[]Year{{Year: 2026, Holidays: span(day.Of(2026, 12, 31), day.Of(2027, 1, 1))}}, "no span of days in that year"},
		"backwards":            {[]Year{{Year: 2026, Holidays: span(day.Of(2026, 1, 2), day.Of(2026, 1, 1))}}, "no span of days"},
		"overlap":              {[]Year{{Year: 2026, Holidays: append(span(day.Of(2026, 1, 1), day.Of(2026, 1, 3)), span(day.Of(2026, 1, 3), day.Of(2026, 1, 4))...)}}, "overlaps"},
		"make-up on a weekday": {[]Year{{Year: 2026, MakeUp: []day.Day{day.Of(2026, 1, 5)}}}, "no weekend day"},
		"make-up on a holiday": {[]Year{{Year: 2026, Holidays: span(day.Of(2026, 1, 3), day.Of(2026, 1, 3)), MakeUp: []day.Day{day.Of(2026, 1, 3)}}}, "no weekend day"},
		"make-up twice":        {[]Year{{Year: 2026, MakeUp: []day.Day{day.Of(2026, 1, 4), day.Of(2026, 1, 4)}}}, "stands twice"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if _, mistakes := New(tt.years); len(mistakes) != 1 || !strings.Contains(mistakes[0].Error(), tt.want) {
				t.Errorf("New = %v, want %q", mistakes, tt.want)
			}
		})
	}
}

// TestNewTellsAllMistakes has one mistake of each kind, in two years.
func TestNewTellsAllMistakes(t *testing.T) {
	_, mistakes := New([]Year{
		{
			Year:     2026,
			Holidays: []day.Span{{From: day.Of(2026, 5, 1), Until: day.Of(2026, 5, 3)}, {From: day.Of(2026, 1, 1), Until: day.Of(2026, 1, 1)}, {From: day.Of(2026, 10, 1)}},
			MakeUp:   []day.Day{day.Of(2026, 5, 2), day.Of(2026, 5, 4), day.Of(2027, 1, 2)},
		},
		{Year: 2025, Holidays: []day.Span{{From: day.Of(2024, 12, 31), Until: day.Of(2025, 1, 1)}}},
		{Year: 2025},
	})
	if len(mistakes) == 0 {
		t.Fatal("New accepted them")
	}
	for _, want := range []string{"2026-01-01", "2026-10-01", "2026-05-02", "2026-05-04", "2027-01-02", "2024-12-31", "2025 is given twice"} {
		if all := errors.Join(mistakes...).Error(); !strings.Contains(all, want) {
			t.Errorf("the error does not tell of %s:\n%v", want, all)
		}
	}
}
