package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"

	"guanji/internal/account"
	"guanji/internal/job"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/respond"
)

// mostJobs is how many jobs are read for a page: first those that were given
// up, then those that failed, then the others as they are due.
const mostJobs = 500

// dueShown is how many of the jobs that only wait are listed.
const dueShown = 50

// queuePage is the background work: what waits, what fails, and what a person
// must look at.
type queuePage struct {
	page
	Administer             bool
	Waiting, Failing, Dead int64
	AtLeast                bool   // more may be failing than were read
	Jumped                 string // what the clock of the machine did, "" for nothing
	DeadList, FailingList  []queueItem
	DueList                []queueItem
	MoreDead, MoreDue      int64
	Asked                  string // when the page was made
}

// queueTable is a list of jobs under one heading.
type queueTable struct {
	words
	List   []queueItem
	When   string // the name of the column
	Failed bool   // they failed
	Act    bool   // the person may do something about them
}

// DeadTable is what was given up.
func (p queuePage) DeadTable() queueTable {
	return queueTable{p.words, p.DeadList, p.T("queue.since"), true, p.Administer}
}

// FailingTable is what failed, and is tried again.
func (p queuePage) FailingTable() queueTable {
	return queueTable{p.words, p.FailingList, p.T("queue.next"), true, p.Administer}
}

// DueTable is what only waits.
func (p queuePage) DueTable() queueTable {
	return queueTable{words: p.words, List: p.DueList, When: p.T("queue.due")}
}

// queueItem is one job in words.
type queueItem struct {
	words
	Key              string
	What             string
	Case, CasePath   string // "" where it is for no case
	Via              string // the channel of a notice
	Drill            bool
	Of, OfPath       string
	State            tag
	When             string // it is due, or was given up
	Tried            string
	Failure          string // in English, "" where the person is not told
	Untold           bool   // there is one, and administrators are told
	CanRetry, CanEnd bool
}

func (s *server) queue(q *request) error {
	return s.renderQueue(q, http.StatusOK, "")
}

func (s *server) renderQueue(q *request, code int, alert string) error {
	p := queuePage{page: s.page(q, "queue"), Administer: q.holder.May(account.Administer), Asked: stampClock(s.Now())}
	p.Alert, p.Here = alert, "/settings/background"
	jobs, waiting, dead, err := s.Jobs.Jobs(q.Context(), mostJobs)
	if err != nil {
		return err
	}
	channels, err := s.Respond.Channels.Channels(q.Context())
	if err != nil {
		return err
	}
	if by, at := s.Jumped(); !at.IsZero() {
		p.Jumped = q.jumped(by, at)
	}
	p.Waiting, p.Dead = waiting, dead
	w := queueWords{q: q, names: s.namer(q), channels: channels, now: s.Now(), may: p.Administer}
	p.sort(w, jobs)
	p.MoreDead, p.MoreDue = dead-int64(len(p.DeadList)), waiting-p.Failing-int64(len(p.DueList))
	p.AtLeast = len(jobs) == mostJobs && len(p.DueList) == 0 && p.Failing < waiting
	return s.render(q, code, "queue", p)
}

// sort tells jobs apart by what they want of a person. Of those that were given
// up or failed, the newest stand first.
func (p *queuePage) sort(w queueWords, jobs []job.Job) {
	newest := func(a, b job.Job) int { return cmp.Or(b.Dead.Compare(a.Dead), b.Queued.Compare(a.Queued)) }
	split := slices.IndexFunc(jobs, func(j job.Job) bool { return j.Dead.IsZero() && j.Failure == "" })
	if split < 0 {
		split = len(jobs)
	}
	slices.SortStableFunc(jobs[:split], newest)
	for _, j := range jobs {
		switch {
		case !j.Dead.IsZero():
			p.DeadList = append(p.DeadList, w.item(j))
		case j.Failure != "":
			p.FailingList = append(p.FailingList, w.item(j))
		case len(p.DueList) < dueShown:
			p.DueList = append(p.DueList, w.item(j))
		}
	}
	p.Failing = int64(len(p.FailingList))
}

// jumped says what the clock did.
func (w words) jumped(by time.Duration, at time.Time) string {
	key := "queue.jumped.ahead"
	if by < 0 {
		key, by = "queue.jumped.back", -by
	}
	return w.T(key, stampClock(at), by.Round(time.Second).String())
}

// queueWords puts jobs into words for one reader.
type queueWords struct {
	q        *request
	names    *namer
	channels []respond.Channel
	now      time.Time
	may      bool // the reader administers
}

func (w queueWords) item(j job.Job) queueItem {
	q := w.q
	item := queueItem{words: q.words, Key: j.Key, What: q.jobName(j.Kind), State: w.state(j), When: stampClock(j.At), Tried: q.T("queue.tried", j.Attempt, job.MaxAttempts),
		CanRetry: w.may && j.Failure != "", CanEnd: w.may && !j.Dead.IsZero()}
	if !j.Dead.IsZero() {
		item.When = stampClock(j.Dead)
	}
	if j.Of != "" {
		item.Of, item.OfPath = w.names.organization(j.Of), orgPath(j.Of, "")
	}
	if item.Untold = j.Failure != "" && !w.may; w.may {
		item.Failure = j.Failure
	}
	w.about(&item, j)
	return item
}

// about says which case and which channel a job is for.
func (w queueWords) about(item *queueItem, j job.Job) {
	if j.Kind != job.Wake && j.Kind != job.Send {
		return
	}
	body := sendingOf(j)
	item.Drill = body.Message.Drill
	if body.Case > 0 {
		item.Case, item.CasePath = fmt.Sprintf("#%d", body.Case), orgPath(j.Of, fmt.Sprintf("incidents/%d", body.Case))
	}
	for _, c := range w.channels {
		if c.ID == body.Channel {
			item.Via = w.q.channelWords(w.channels, c)
		}
	}
}

// jobName says what a job does.
func (w words) jobName(k job.Kind) string {
	if key := "queue.kind." + string(k); message.Known(key) {
		return w.T(key)
	}
	return string(k)
}

func (w queueWords) state(j job.Job) tag {
	switch {
	case !j.Dead.IsZero():
		return tag{"bad", "✗", w.q.T("queue.state.dead")}
	case j.Taken.After(w.now):
		return tag{"unknown", "◔", w.q.T("queue.state.taken")}
	case j.Failure != "":
		return tag{"warn", "!", w.q.T("queue.state.failing")}
	case !j.At.After(w.now):
		return tag{"unknown", "◔", w.q.T("queue.state.due")}
	}
	return tag{"none", "◷", w.q.T("queue.state.waits")}
}

func (s *server) retryJob(q *request) error {
	err := s.Jobs.Retry(q.Context(), q.PostFormValue("key"), s.Now())
	if err == nil {
		s.Log.InfoContext(q.Context(), "a job is tried again", "job", q.PostFormValue("key"), "by", q.holder.ID)
	}
	return s.queued(q, err, "job_retried")
}

func (s *server) dropJob(q *request) error {
	err := s.Jobs.DropJob(q.Context(), q.PostFormValue("key"))
	if err == nil {
		s.Log.InfoContext(q.Context(), "dropped a job", "job", q.PostFormValue("key"), "by", q.holder.ID)
	}
	return s.queued(q, err, "job_dropped")
}

// queued ends a change of the queue: with the page as it is by now where the
// job was done or dropped meanwhile.
func (s *server) queued(q *request, err error, done string) error {
	switch {
	case problem.KindOf(err) == problem.NotFound:
		return s.renderQueue(q, http.StatusNotFound, q.T("queue.gone"))
	case err != nil:
		return err
	}
	s.redirect(q, "/settings/background?done="+done)
	return nil
}
