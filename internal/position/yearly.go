package position

import (
	"slices"

	"guanji/internal/calendar"
	"guanji/internal/day"
	"guanji/internal/message"
)

// A course is what one kind of paper settles of the due days of a [yearly]
// duty.
type course struct {
	newest *paper
	until  day.Day // the last due day that is settled
	after  day.Day // the later of it and of the day of the paper that settled it
}

// take settles a due day with a paper. Missed is the last due day before it on
// which the duty applied, zero if there is none, and next the one on or after.
// What was missed is settled late, unless the next day is less than a third as
// far away. The next day is settled early, unless what was settled last is
// nearer: then it is one more paper of that.
func (c *course) take(p *paper, missed, next day.Day) {
	c.newest = p
	late := c.until.Before(missed) && missed.DaysUntil(p.from) < 3*p.from.DaysUntil(next)
	early := c.after.IsZero() || c.after.DaysUntil(p.from) >= p.from.DaysUntil(next)
	switch {
	case late:
		c.until, c.after = missed, p.from
	case early:
		c.until, c.after = next, next
	}
}

// yearly works out a line that is due on a fixed day of the year.
func (f *folder) yearly(s *Status, on day.Day, bound []day.Day) {
	courses := make([]course, len(f.kinds))
	for i := range f.papers {
		if p := &f.papers[i]; p.filedBy(on) {
			courses[p.slot].take(p, lastBefore(bound, p.from), f.annual(p.from))
		}
	}
	next := f.annual(on)
	last, missed := back(next), lastBefore(bound, on)
	s.State, s.Due, s.DueWhy = None, next, message.New("position.due.yearly")
	seen, doubted := false, []*paper(nil)
	for i := range courses {
		c := &courses[i]
		seen = seen || c.newest != nil
		if c.newest == nil || c.until.Before(last) {
			s.Missing = append(s.Missing, f.kinds[i])
			continue
		}
		if f.mended.doubts(c.newest, on) {
			s.Missing, doubted = append(s.Missing, f.kinds[i]), append(doubted, c.newest)
			continue
		}
		f.settled(s, c, next)
	}
	for _, p := range doubted {
		s.doubt(p)
	}
	for i := range courses {
		if c := &courses[i]; c.until.Before(missed) && (c.newest != nil || !seen) {
			s.overdue(firstAfter(bound, c.until).AddDays(1), s.DueWhy)
		}
	}
}

// settled makes a line on file until the first due day that a course has not
// settled, given the next one.
func (f *folder) settled(s *Status, c *course, next day.Day) {
	until := next
	if !c.until.Before(next) {
		until = f.annual(next.AddDays(1))
	}
	s.carry(c.newest, until)
	if s.State != OnFile || until.Before(s.Until) {
		s.State, s.Until, s.Due = OnFile, until, until
	}
}

// annual returns the first due day on or after a day.
func (f *folder) annual(from day.Day) day.Day {
	d, _ := calendar.Annual(f.fixed, from) // checked with the content
	return d
}

// back returns the due day before another. No due day is 29 February.
func back(d day.Day) day.Day { return day.Of(d.Year()-1, d.Start().Month(), d.Start().Day()) }

// lastBefore returns the last of some days before a day, zero if there is none.
func lastBefore(days []day.Day, d day.Day) day.Day {
	i, _ := slices.BinarySearchFunc(days, d, day.Day.Compare)
	if i == 0 {
		return day.Day{}
	}
	return days[i-1]
}

// firstAfter returns the first of some days after a day. There is one.
func firstAfter(days []day.Day, d day.Day) day.Day {
	i, found := slices.BinarySearchFunc(days, d, day.Day.Compare)
	if found {
		i++
	}
	return days[i]
}
