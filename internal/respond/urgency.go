package respond

import (
	"cmp"
	"time"

	"guanji/internal/incident"
)

// ByUrgency puts cases into the order in which people see to them: what is
// under way by its deadlines, then alerts, drills, and what is over. Of equals
// the newest comes first.
func ByUrgency(a, b *incident.Case) int {
	return cmp.Or(rank(a)-rank(b), deadline(a).Compare(deadline(b)), cmp.Compare(b.Number, a.Number))
}

func rank(c *incident.Case) int {
	switch {
	case !c.State.Live():
		return 3
	case c.Drill:
		return 2
	case c.State == incident.Waiting:
		return 1
	}
	return 0
}

// never is the deadline of a case in which nothing is due: after all others.
var never = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// deadline is when the first report of a live case is due: from awareness on if
// the law names no time.
func deadline(c *incident.Case) time.Time {
	next := c.Next()
	switch {
	case next == nil:
		return never
	case next.By.IsZero():
		return c.Judged.Aware
	}
	return next.By
}
