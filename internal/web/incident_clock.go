package web

import (
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
	More       int      // other reports that are due
	Why, WhyBy string   // the reason for which the case was closed, with who gave it
	Unmade     []string // what was due and never made
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
		v.first(q, q.ahead(open))
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

// ended says why a case was closed, and which reports were never made.
func (v *clockView) ended(q *caseRequest) {
	for _, r := range slices.Backward(q.c.Steps) {
		why, ends := "", true
		switch {
		case r.Close != nil:
			why = r.Close.Why
		case r.Dismiss != nil:
			why = r.Dismiss.Why
		case r.Join != nil:
			why = r.Join.Why
		default:
			ends = false
		}
		if ends {
			v.Why, v.WhyBy = why, q.T("fact.by", r.By, clock(r.When()))
			break
		}
	}
	for _, k := range q.c.Clocks() {
		if k.Unmade() {
			v.Unmade = append(v.Unmade, q.unmadeWords(k))
		}
	}
	if len(v.Unmade) == 0 && q.c.Opened != nil {
		v.Note = q.T("cases.closed.all_made")
	}
}

// unmadeWords names a report that was never made.
func (q *caseRequest) unmadeWords(k incident.Clock) string {
	text := q.recipient(k.To) + " · " + q.T("respond.content."+k.Content)
	if !k.By.IsZero() {
		text += " · " + q.T("cases.due.by", moment(k.By))
	}
	if k.Provisional {
		text += " (" + q.T("cases.unsettled") + ")"
	}
	return text
}

// nothing says why no report is due.
func (v *clockView) nothing(q *caseRequest) {
	v.Said = q.T("cases.nothing_due")
	switch clocks := q.c.Clocks(); {
	case !q.c.State.Live():
		v.Said = v.State.Name
		v.ended(q)
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

// open are the reports to be made, in their order.
func (q *caseRequest) open() []incident.Clock {
	return slices.DeleteFunc(q.c.Clocks(), func(k incident.Clock) bool { return !k.Open })
}

// ahead puts first what the digits count: the limit that ends first, unless
// that is more than a day away and something is due at once.
func (q *caseRequest) ahead(open []incident.Clock) []incident.Clock {
	next := q.c.Next()
	if next == nil || next.By.Sub(q.at) > 24*time.Hour {
		return open
	}
	i := slices.IndexFunc(open, func(k incident.Clock) bool { return k.Key == next.Key })
	return slices.Concat(open[i:i+1], open[:i], open[i+1:])
}
