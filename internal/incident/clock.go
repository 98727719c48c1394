package incident

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// promptRank is where what is due at once stands among limits: beside those of
// an hour. The law names no time for it.
const promptRank = time.Hour

// Clocks returns the reports that are due or were made: first those to be
// made, by their limits, what is due at once among those of an hour; then those
// that wait for the end of handling.
func (c *Case) Clocks() []Clock {
	if c.Judged == nil {
		return nil
	}
	var clocks []Clock
	for _, d := range c.Judged.Due {
		clocks = append(clocks, c.clock(d))
	}
	slices.SortStableFunc(clocks, func(a, b Clock) int {
		return cmp.Or(rank(a)-rank(b), c.stands(a).Compare(c.stands(b)))
	})
	return clocks
}

// rank puts first what is to be made, then what waits, then what was made.
func rank(c Clock) int {
	switch {
	case c.Open:
		return 0
	case c.Waiting:
		return 1
	}
	return 2
}

// stands is the moment by which a clock stands among others.
func (c *Case) stands(k Clock) time.Time {
	if k.By.IsZero() {
		return c.Judged.Aware.Add(promptRank)
	}
	return k.By
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
	var next *Clock
	for _, k := range c.Clocks() {
		switch {
		case !k.Open:
		case next == nil, next.By.IsZero() && !k.By.IsZero():
			next = &k
		}
	}
	return next
}

// SentTo returns the reports under a key that were made, the oldest first.
func (c *Case) SentTo(key string) []Recorded { return c.sent[key] }
