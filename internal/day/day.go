// Package day has the calendar day on which law counts time: a day in Beijing,
// whatever clock and zone the reader sits in.
package day

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Beijing is China Standard Time, UTC+8 all year. It is a fixed zone, so that
// no zone database is needed.
var Beijing = time.FixedZone("CST", 8*60*60)

// A Day is one calendar day in Beijing time. The zero Day is no day at all:
// an open end, or a day that is not known. Days are comparable with ==.
type Day struct {
	year  int
	month time.Month
	day   int
}

// Of returns the day of a year, month and day of the month; values out of
// range are normalized as [time.Date] does.
func Of(year int, month time.Month, d int) Day {
	return In(time.Date(year, month, d, 0, 0, 0, 0, Beijing))
}

// In returns the day in Beijing at an instant.
func In(t time.Time) Day {
	y, m, d := t.In(Beijing).Date()
	return Day{y, m, d}
}

// Parse reads a day written YYYY-MM-DD, between the years 1900 and 2199.
func Parse(s string) (Day, error) {
	t, err := time.ParseInLocation(time.DateOnly, s, Beijing)
	if err != nil {
		return Day{}, fmt.Errorf("%q is not a day: want YYYY-MM-DD", s)
	}
	if t.Year() < 1900 || t.Year() > 2199 {
		return Day{}, fmt.Errorf("%q is out of range: want a day between 1900-01-01 and 2199-12-31", s)
	}
	return In(t), nil
}

// IsZero reports whether d is no day.
func (d Day) IsZero() bool { return d == Day{} }

// String returns d as YYYY-MM-DD, and "" for the zero Day.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
}

// MarshalJSON writes d as a string, and the zero Day as null.
func (d Day) MarshalJSON() ([]byte, error) {
	if d.IsZero() {
		return []byte("null"), nil
	}
	return []byte(`"` + d.String() + `"`), nil
}

// Year returns the year of d.
func (d Day) Year() int { return d.year }

// Start returns the first instant of d, 00:00 in Beijing.
func (d Day) Start() time.Time {
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, Beijing)
}

// Weekday returns the day of the week.
func (d Day) Weekday() time.Weekday { return d.Start().Weekday() }

// AddDays returns the day n days after d, or before if n is negative.
func (d Day) AddDays(n int) Day { return Of(d.year, d.month, d.day+n) }

// DaysUntil returns the number of days from d to e, negative if e is earlier.
func (d Day) DaysUntil(e Day) int {
	return int(e.Start().Sub(d.Start()) / (24 * time.Hour))
}

// Before reports whether d is earlier than e.
func (d Day) Before(e Day) bool { return d.Compare(e) < 0 }

// After reports whether d is later than e.
func (d Day) After(e Day) bool { return d.Compare(e) > 0 }

// Compare orders days: -1 if d is earlier than e, +1 if later, else 0.
func (d Day) Compare(e Day) int {
	return cmp.Or(cmp.Compare(d.year, e.year), cmp.Compare(d.month, e.month), cmp.Compare(d.day, e.day))
}

// A Span is the days from From to Until, both included. A zero From means
// since always, a zero Until means open.
type Span struct {
	From, Until Day
}

// Holds reports whether d lies in s.
func (s Span) Holds(d Day) bool {
	return !d.Before(s.From) && (s.Until.IsZero() || !d.After(s.Until))
}

// MarshalJSON writes s as [from, until], null for an open end.
func (s Span) MarshalJSON() ([]byte, error) {
	from, _ := s.From.MarshalJSON()
	until, _ := s.Until.MarshalJSON()
	return fmt.Appendf(nil, "[%s,%s]", from, until), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (d *Day) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*d = Day{}
		return nil
	}
	parsed, err := Parse(strings.Trim(string(data), `"`))
	*d = parsed
	return err
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Span) UnmarshalJSON(data []byte) error {
	var ends [2]Day
	if err := json.Unmarshal(data, &ends); err != nil {
		return err
	}
	s.From, s.Until = ends[0], ends[1]
	return nil
}
