// Package calendar counts the days of the law: working days of the mainland,
// time limits, and fixed days of the year. It reads no clock.
//
// The State Council announces public holidays and make-up working days year by
// year. A year whose table is not held has no working days here: callers get
// an [UnknownYearError] and say so instead of guessing.
package calendar

import (
	"fmt"
	"slices"
	"time"

	"guanji/internal/day"
)

// A Year is the table of one year.
type Year struct {
	Year     int
	Holidays []day.Span // public holidays, weekends among them included
	MakeUp   []day.Day  // weekend days that are worked
}

// A Calendar knows the working days of some years. It is safe for concurrent use.
type Calendar struct {
	years  map[int]bool
	off    map[day.Day]bool
	makeUp map[day.Day]bool
}

// An UnknownYearError says that the holidays of a year are not held.
type UnknownYearError struct{ Year int }

// Error says which year is missing.
func (e *UnknownYearError) Error() string {
	return fmt.Sprintf("the public holidays of %d are not held", e.Year)
}

// New checks the tables and makes a calendar of them. It returns every
// mistake: a day outside its year, spans out of order or overlapping, a make-up
// day on a weekday or on a holiday, a year given twice.
func New(years []Year) (*Calendar, []error) {
	c := &Calendar{years: map[int]bool{}, off: map[day.Day]bool{}, makeUp: map[day.Day]bool{}}
	var mistakes []error
	for _, y := range years {
		if c.years[y.Year] {
			mistakes = append(mistakes, mistake("calendar.twice", y.Year))
		}
		c.years[y.Year] = true
		mistakes = append(mistakes, c.holidays(y)...)
		mistakes = append(mistakes, c.makeUpDays(y)...)
	}
	return c, mistakes
}

func (c *Calendar) holidays(y Year) (mistakes []error) {
	last := day.Day{}
	for _, s := range y.Holidays {
		if s.From.Year() != y.Year || s.Until.Year() != y.Year || s.Until.Before(s.From) {
			mistakes = append(mistakes, mistake("calendar.span", y.Year, s.From.String(), s.Until.String()))
			continue
		}
		if !s.From.After(last) {
			mistakes = append(mistakes, mistake("calendar.order", y.Year, s.From.String()))
		}
		last = s.Until
		for d := s.From; !d.After(s.Until); d = d.AddDays(1) {
			c.off[d] = true
		}
	}
	return mistakes
}

func (c *Calendar) makeUpDays(y Year) (mistakes []error) {
	for _, d := range y.MakeUp {
		if d.Year() != y.Year || !weekend(d) || c.off[d] || c.makeUp[d] {
			mistakes = append(mistakes, mistake("calendar.make_up", y.Year, d.String()))
		}
		c.makeUp[d] = true
	}
	return mistakes
}

func weekend(d day.Day) bool {
	return slices.Contains([]time.Weekday{time.Saturday, time.Sunday}, d.Weekday())
}

// Working reports whether d is a working day of the mainland. known is false
// for a year whose table is not held.
func (c *Calendar) Working(d day.Day) (working, known bool) {
	if !c.years[d.Year()] {
		return false, false
	}
	return !c.off[d] && (!weekend(d) || c.makeUp[d]), true
}

// AddWorkingDays returns the n-th working day after from; from itself is not
// counted. n must not be negative. The error is an [*UnknownYearError] if a
// year without a table would have to be counted.
func (c *Calendar) AddWorkingDays(from day.Day, n int) (day.Day, error) {
	for d := from; ; {
		if n <= 0 {
			return d, nil
		}
		d = d.AddDays(1)
		working, known := c.Working(d)
		if !known {
			return day.Day{}, &UnknownYearError{d.Year()}
		}
		if working {
			n--
		}
	}
}

// WorkingDaysBetween returns how many working days lie after from and up to
// until, until included; 0 if until is not later. The error is an
// [*UnknownYearError] if a year without a table would have to be counted.
func (c *Calendar) WorkingDaysBetween(from, until day.Day) (int, error) {
	n := 0
	for d := from.AddDays(1); !d.After(until); d = d.AddDays(1) {
		working, known := c.Working(d)
		if !known {
			return 0, &UnknownYearError{d.Year()}
		}
		if working {
			n++
		}
	}
	return n, nil
}
