package calendar

import (
	"regexp"
	"strconv"
	"time"

	"guanji/internal/day"
	"guanji/internal/problem"
)

// A Counting says how a limit is counted.
type Counting string

// The ways of counting. The rules held under content/ name amounts and the day
// from which a limit runs, but no way of counting; where they name none, what
// follows is our own choice:
//
//   - Hours and minutes are clock hours from the instant of the trigger, day
//     and night, holidays among them.
//   - The day of the trigger, as it is in Beijing, is not counted: one day is
//     all of the next day. The limit ends with the last second of its last day.
//   - Months and years end on the day of the same number, or on the last day of
//     a month that has none: a month after 31 January is 28 or 29 February.
//   - A last day that is no working day is not moved to a later one: that errs
//     on the early side.
const (
	Hours       Counting = "hours"
	Days        Counting = "days" // calendar days, weeks, months and years
	WorkingDays Counting = "working_days"
)

// A Limit is a time allowed after a trigger. [ParseLimit] makes it.
type Limit struct {
	Amount   int
	Unit     byte // 'H' hours, 'm' minutes, 'D', 'W', 'M' months, 'Y'
	Counting Counting
}

// mistake is an error of kind [problem.Input], worded in both languages.
func mistake(key string, args ...any) error { return problem.New(problem.Input, key, args...) }

// maxAmount bounds a limit; nothing in law is longer than 1000 of anything.
const maxAmount = 1000

var duration = regexp.MustCompile(`^P(?:(\d{1,9})([DWMY])|T(\d{1,9})([HM]))$`)

// ParseLimit reads an ISO 8601 duration of one unit (PT1H, PT30M, P10D, P2W,
// P6M, P1Y) and how it is counted. Hours and minutes go with [Hours], working
// days with PnD, all others with [Days]. Amounts go from 1 to 1000.
func ParseLimit(iso, counting string) (Limit, error) {
	m := duration.FindStringSubmatch(iso)
	if m == nil {
		return Limit{}, mistake("calendar.duration", iso)
	}
	l := Limit{Counting: Counting(counting)}
	if m[2] != "" {
		l.Unit = m[2][0]
		l.Amount, _ = strconv.Atoi(m[1])
	} else {
		l.Unit = map[string]byte{"H": 'H', "M": 'm'}[m[4]]
		l.Amount, _ = strconv.Atoi(m[3])
	}
	if l.Amount < 1 || l.Amount > maxAmount {
		return Limit{}, mistake("calendar.amount", iso, maxAmount)
	}
	clock := l.Unit == 'H' || l.Unit == 'm'
	switch l.Counting {
	case Hours:
		if !clock {
			return Limit{}, mistake("calendar.counted", iso, counting)
		}
	case Days:
		if clock {
			return Limit{}, mistake("calendar.counted", iso, counting)
		}
	case WorkingDays:
		if l.Unit != 'D' {
			return Limit{}, mistake("calendar.counted", iso, counting)
		}
	default:
		return Limit{}, mistake("calendar.counting", counting)
	}
	return l, nil
}

// Due returns the last moment, in Beijing time, that keeps a limit which runs
// from an instant; [Counting] tells how it is counted. A limit in days ends at
// 23:59:59. The error is an [*UnknownYearError] if working days of a year
// without a table would have to be counted.
func (c *Calendar) Due(from time.Time, l Limit) (time.Time, error) {
	from = from.In(day.Beijing)
	start := day.In(from)
	switch {
	case l.Unit == 'H':
		return from.Add(time.Duration(l.Amount) * time.Hour), nil
	case l.Unit == 'm':
		return from.Add(time.Duration(l.Amount) * time.Minute), nil
	case l.Counting == WorkingDays:
		last, err := c.AddWorkingDays(start, l.Amount)
		if err != nil {
			return time.Time{}, err
		}
		return endOf(last), nil
	}
	switch l.Unit {
	case 'W':
		return endOf(start.AddDays(7 * l.Amount)), nil
	case 'M':
		return endOf(addMonths(start, l.Amount)), nil
	case 'Y':
		return endOf(addMonths(start, 12*l.Amount)), nil
	}
	return endOf(start.AddDays(l.Amount)), nil
}

func endOf(d day.Day) time.Time { return d.AddDays(1).Start().Add(-time.Second) }

// addMonths returns the same day n months later, or the last day of that month
// if it is shorter.
func addMonths(d day.Day, n int) day.Day {
	y, m, dom := d.Start().Date()
	last := day.Of(y, m+time.Month(n)+1, 0)
	if same := last.AddDays(dom - last.Start().Day()); same.Before(last) {
		return same
	}
	return last
}

var annual = regexp.MustCompile(`^--(\d\d)-(\d\d)$`)

// Annual returns the first day on or after a day that is the given day of a
// year, written --MM-DD. 29 February is refused: it is not in every year.
func Annual(due string, after day.Day) (day.Day, error) {
	m := annual.FindStringSubmatch(due)
	if m == nil {
		return day.Day{}, mistake("calendar.annual", due)
	}
	month, _ := strconv.Atoi(m[1])
	dom, _ := strconv.Atoi(m[2])
	if got := day.Of(2025, time.Month(month), dom); month < 1 || dom < 1 || got.Start().Month() != time.Month(month) || got.Year() != 2025 {
		return day.Day{}, mistake("calendar.every_year", due)
	}
	d := day.Of(after.Year(), time.Month(month), dom)
	if d.Before(after) {
		d = day.Of(after.Year()+1, time.Month(month), dom)
	}
	return d, nil
}
