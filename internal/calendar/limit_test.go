package calendar

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"guanji/internal/day"
)

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
		"ends on Sunday":   {"P8D", "days", "2026-02-08T23:59:59+08:00"}, // not moved to Monday
		"no table needed":  {"P400D", "days", "2027-03-07T23:59:59+08:00"},
		"ninety minutes":   {"PT90M", "hours", "2026-02-01T01:00:00+08:00"},
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
	hour, _ := ParseLimit("PT1H", "hours")
	if got, _ := c.Due(utc, hour); got.Format(time.RFC3339) != "2026-03-02T01:30:00+08:00" {
		t.Errorf("hours are told in Beijing time, got %s", got)
	}
	long, _ := ParseLimit("P300D", "working_days")
	_, err := c.Due(from, long)
	wantUnknown(t, err, 2027)
}

func TestParseLimitRefuses(t *testing.T) {
	for _, tt := range [][2]string{{"", "days"}, {"P", "days"}, {"P1H", "hours"}, {"PT1D", "days"}, {"P0D", "days"}, {"P1001D", "days"}, {"P1Y6M", "days"},
		{"P-1D", "days"}, {"P1.5D", "days"}, {"1D", "days"}, {"P1D", "hours"}, {"PT1H", "days"}, {"P1M", "working_days"}, {"P1D", "weeks"}, {"P1D", ""}, {"p1d", "days"}, {"P99999D", "days"}} {
		if l, err := ParseLimit(tt[0], tt[1]); err == nil || l != (Limit{}) {
			t.Errorf("ParseLimit(%q, %q) = %+v, %v; want an error", tt[0], tt[1], l, err)
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

// TestMonthsClamp compares months with a search for the day of the same number.
func TestMonthsClamp(t *testing.T) {
	for d := day.Of(2023, 12, 1); d.Before(day.Of(2025, 3, 2)); d = d.AddDays(1) {
		for n := 1; n <= 25; n++ {
			first := day.Of(d.Year(), d.Start().Month()+time.Month(n), 1)
			want := first
			for next := first; next.Start().Month() == first.Start().Month() && next.Start().Day() <= d.Start().Day(); next = next.AddDays(1) {
				want = next
			}
			if got := addMonths(d, n); got != want {
				t.Errorf("%s + %d months = %s, want %s", d, n, got, want)
			}
		}
	}
}

// TestParseLimitTellsWhy looks for the reason in the error.
func TestParseLimitTellsWhy(t *testing.T) {
	tests := map[string]struct{ iso, counting, want string }{
		"no duration":         {"one hour", "hours", `"one hour" is no duration`},
		"an hour without T":   {"P1H", "hours", "is no duration"},
		"two units":           {"P1Y6M", "days", "is no duration"},
		"too long to be told": {"P" + strings.Repeat("1", 999) + "D", "days", "is no duration"},
		"none":                {"P0D", "days", "from 1 to 1000"},
		"too many":            {"P100000D", "days", "from 1 to 1000"},
		"days by the hour":    {"P1D", "hours", "not counted in hours"},
		"hours by the day":    {"PT24H", "days", "not counted in days"},
		"working months":      {"P1M", "working_days", "not counted in working_days"},
		"a counting unknown":  {"P1D", "fortnights", `"fortnights" is no way of counting`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := ParseLimit(tt.iso, tt.counting)
			if err == nil || !strings.Contains(err.Error(), tt.want) || len(err.Error()) > 200 {
				t.Errorf("ParseLimit(%.40q, %q): %v, want %q", tt.iso, tt.counting, err, tt.want)
			}
		})
	}
}

// FuzzParseLimit: what is read is in bounds, reads the same when written again,
// and ends after its start. The seeds are under testdata/fuzz.
func FuzzParseLimit(f *testing.F) {
	c := tables(f)
	from := time.Date(2026, 1, 31, 12, 0, 0, 0, day.Beijing)
	f.Fuzz(func(t *testing.T, iso, counting string) {
		l, err := ParseLimit(iso, counting)
		if err != nil {
			return
		}
		if l.Amount < 1 || l.Amount > maxAmount || string(l.Counting) != counting {
			t.Errorf("ParseLimit(%q, %q) = %+v", iso, counting, l)
		}
		if again, err := ParseLimit(write(l), counting); err != nil || again != l {
			t.Errorf("%q is %+v, but %q is %+v, %v", iso, l, write(l), again, err)
		}
		due, err := c.Due(from, l)
		if _, unknown := errors.AsType[*UnknownYearError](err); err != nil && !unknown {
			t.Errorf("%s counted in %s: %v", iso, counting, err)
		}
		if err == nil && !due.After(from) {
			t.Errorf("%s counted in %s ends at %s, not after %s", iso, counting, due, from)
		}
	})
}

// write is l in ISO 8601.
func write(l Limit) string {
	switch l.Unit {
	case 'H':
		return fmt.Sprintf("PT%dH", l.Amount)
	case 'm':
		return fmt.Sprintf("PT%dM", l.Amount)
	}
	return fmt.Sprintf("P%d%c", l.Amount, l.Unit)
}
