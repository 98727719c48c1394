package web

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanji/internal/incident"
)

// countdown is how much time is left until a moment, or has passed since, when
// the page was made. A script goes on from there.
type countdown struct {
	words
	At, Now int64 // milliseconds since 1970
	Digits  string
	Days    string // how days are said, with {1} for their number
	Late    bool
	Up      bool // it counts what has passed, and nothing is late
}

// longestCount is from when on days are said in place of hours.
const longestCount = 48 * time.Hour

func (w words) countdown(to, now time.Time) *countdown {
	c := &countdown{words: w, At: to.UnixMilli(), Now: now.UnixMilli(), Days: w.T("cases.days.pattern"), Late: !now.Before(to)}
	c.Digits = w.digits(to.Sub(now))
	return c
}

// elapsed counts the time that has passed.
func (w words) elapsed(since, now time.Time) *countdown {
	c := w.countdown(since, now)
	c.Up, c.Late = true, false
	return c
}

// digits is a time as hours, minutes and seconds: of what is left, no more than
// there is.
func (w words) digits(d time.Duration) string {
	if d = d.Abs(); d >= longestCount {
		return w.T("cases.days", int(d/(24*time.Hour)))
	}
	s := int(d / time.Second)
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}

// clockView is what a tired person reads first.
type clockView struct {
	words
	Path       string // from where it is renewed
	At         string // when it was made
	Drill      bool
	State      tag
	Count      *countdown // nil where no moment counts
	Now        bool       // it is due at once
	Said       string     // in place of a time
	Rows       []clockRow // what is due, to whom, by when
	Unsettled  bool       // it may turn out not to be due
	Head, Note string
	More       int // other reports that are due
	Unanswered string
	Ack        *stepForm
	News       []timelineRow // what others did since the reader's page was made
	CasePath   string
}

// clockRow is a fact beside the digits: its values one below the other.
type clockRow struct {
	Label  string
	Values []string
	Soft   string // behind them
}

func (v *clockView) row(key, soft string, values ...string) {
	v.Rows = append(v.Rows, clockRow{v.T("cases.clock." + key), values, soft})
}

func (q *caseRequest) clock() clockView {
	v := clockView{words: q.words, Path: q.casePath("", "seen", strconv.FormatInt(q.c.Revision(), 10)), CasePath: q.casePath(""), At: stampClock(q.at), Drill: q.c.Drill, State: q.caseTag(q.c)}
	if seen, ok := byteCount(q.URL.Query().Get("seen")); ok && q.part("clock") {
		v.News = q.since(seen)
		v.Path = q.casePath("", "seen", strconv.FormatInt(seen, 10))
	}
	if since := q.c.Unanswered(); !since.IsZero() && q.c.State.Live() {
		v.Unanswered = q.T("cases.unanswered", clock(since))
		v.Ack = q.form("ack", "").send("cases.send.ack")
	}
	switch open := q.open(); {
	case q.c.State == incident.Waiting && len(q.c.Alerts) > 0:
		v.waits(q)
	case len(open) > 0:
		v.first(q, open)
	default:
		v.nothing(q)
	}
	return v
}

// waits says since when an alert waits, and where it came from.
func (v *clockView) waits(q *caseRequest) {
	first := q.c.Alerts[0]
	v.Count, v.Head, v.Note = q.elapsed(first.At, q.at), q.T("cases.waits"), q.T("cases.waits.note")
	v.row("since", q.T("cases.beijing"), moment(first.At))
	v.row("from", "", q.alertWords(q.c.Alerts[len(q.c.Alerts)-1].Alert, len(q.c.Alerts)))
}

// first says what is due first, and to whom: everybody to whom the same is due
// by the same time.
func (v *clockView) first(q *caseRequest, open []incident.Clock) {
	k := open[0]
	to, more := q.together(open)
	v.More, v.Unsettled = more, k.Provisional
	v.row("to", "", to...)
	v.row("what", "", q.T("respond.content."+k.Content))
	if k.By.IsZero() {
		v.Now, v.Said, v.Note = true, q.T("cases.at_once"), q.T("cases.at_once.note")
		return
	}
	v.Count = q.countdown(k.By, q.at)
	day, hour, _ := strings.Cut(moment(k.By), " ")
	v.row("by", day+" "+q.T("cases.beijing"), hour)
}

// together names those to whom the same is due by the same time as to the
// first, and counts the other reports.
func (q *orgRequest) together(open []incident.Clock) (to []string, more int) {
	for _, o := range open {
		switch name := q.recipient(o.To); {
		case !o.By.Equal(open[0].By) || o.Content != open[0].Content:
			more++
		case !slices.Contains(to, name):
			to = append(to, name)
		}
	}
	return to, more
}

// nothing says why no report is due.
func (v *clockView) nothing(q *caseRequest) {
	v.Said = q.T("cases.nothing_due")
	switch clocks := q.c.Clocks(); {
	case !q.c.State.Live():
		v.Said, v.Note = v.State.Name, ""
	case q.c.Judged != nil && q.c.Judged.Grade == "IV":
		v.Note = q.T("cases.nothing_due.iv")
	case slices.ContainsFunc(clocks, func(k incident.Clock) bool { return k.Waiting }):
		v.Note = q.T("cases.nothing_due.closing")
	case q.c.State == incident.Watched && len(clocks) == 0:
		v.Note = q.T("cases.nothing_due.threat")
	default:
		v.Note = q.T("cases.nothing_due.made")
	}
}

// open are the reports to be made: first those whose limit ends within a day,
// then those due at once, for which the law names no time, then the others.
func (q *caseRequest) open() []incident.Clock {
	clocks := slices.DeleteFunc(q.c.Clocks(), func(k incident.Clock) bool { return !k.Open })
	first := func(k incident.Clock) time.Time {
		if k.By.IsZero() {
			return q.at.Add(24 * time.Hour)
		}
		return k.By
	}
	slices.SortStableFunc(clocks, func(a, b incident.Clock) int {
		return cmp.Or(first(a).Compare(first(b)), cmp.Compare(unsettled(a), unsettled(b)))
	})
	return clocks
}

// unsettled puts what is due for certain before what may not be.
func unsettled(k incident.Clock) int {
	if k.Provisional {
		return 1
	}
	return 0
}
