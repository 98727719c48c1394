package incident

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Clocks returns the reports that are due or were made: first those to be
// made, the earliest limit before all others and then those for which the law
// names no time; then those that wait for the end of handling.
func (c *Case) Clocks() []Clock {
	if c.Judged == nil {
		return nil
	}
	var clocks []Clock
	for _, d := range c.Judged.Due {
		clocks = append(clocks, c.clock(d))
	}
	slices.SortStableFunc(clocks, func(a, b Clock) int {
		return cmp.Or(rank(a)-rank(b), a.By.Compare(b.By))
	})
	return clocks
}

// rank puts first what is to be made by some time, then at once, then what
// waits, then what was made.
func rank(c Clock) int {
	switch {
	case c.Open && !c.By.IsZero():
		return 0
	case c.Open:
		return 1
	case c.Waiting:
		return 2
	}
	return 3
}

func (c *Case) clock(d Due) Clock {
	k := Clock{Due: d, Sent: c.made(d)}
	live := c.State == Running || c.State == Watched || c.State == Handled
	k.Waiting = live && d.After != "" && c.Ended.IsZero()
	k.Open = live && !k.Waiting && len(k.Sent) == 0
	if d.Every > 0 {
		k.Open = live && c.Ended.IsZero()
		k.By = c.lastTo(d).Add(time.Duration(d.Every) * time.Hour)
	}
	return k
}

// made is the reports that were made of one that is due. What was reported of
// the end of handling counts no more once handling went on.
func (c *Case) made(d Due) []Recorded {
	sent := c.sent[d.Key]
	if d.After == "" {
		return sent
	}
	var since []Recorded
	for _, s := range sent {
		if s.Seq > c.again {
			since = append(since, s)
		}
	}
	return since
}

// lastTo is when a recipient was last told something, or else when the
// organization became aware.
func (c *Case) lastTo(d Due) time.Time {
	last := c.Judged.Aware
	for key, sent := range c.sent {
		if parts := strings.Split(key, "/"); len(parts) < 2 || parts[1] != d.To {
			continue
		}
		for _, s := range sent {
			if s.When().After(last) {
				last = s.When()
			}
		}
	}
	return last
}

// Next is the clock that ends first of those that are to be made, or else one
// that is due at once; nil if there is none.
func (c *Case) Next() *Clock {
	clocks := c.Clocks()
	if len(clocks) == 0 || !clocks[0].Open {
		return nil
	}
	return &clocks[0]
}

// SentTo returns the reports under a key that were made, the oldest first.
func (c *Case) SentTo(key string) []Recorded { return c.sent[key] }
