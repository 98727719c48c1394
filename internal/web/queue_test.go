package web

import (
	"strings"
	"testing"
	"time"

	"guanji/internal/job"
	"guanji/internal/message"
)

// TestQueueShowsFirstWhatNeedsAPerson sorts jobs as the queue gives them.
func TestQueueShowsFirstWhatNeedsAPerson(t *testing.T) {
	now := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return now.Add(time.Duration(minutes) * time.Minute) }
	jobs := []job.Job{
		{Key: "dead, long ago", Dead: at(-90), Failure: "x"}, {Key: "dead, just now", Dead: at(-1), Failure: "x"},
		{Key: "failing, old", Failure: "x", Queued: at(-60), At: at(1)}, {Key: "failing, new", Failure: "x", Queued: at(-2), At: at(2)},
		{Key: "due", At: at(-1)}, {Key: "taken", At: at(-1), Taken: at(1)}, {Key: "later", At: at(30)},
	}
	w := words{message.English}
	var p queuePage
	p.sort(queueWords{q: &request{words: w}, now: now, may: true}, jobs)
	var got []string
	for _, item := range append(append(p.DeadList, p.FailingList...), p.DueList...) {
		got = append(got, item.Key+": "+item.State.Name)
	}
	const want = "dead, just now: given up|dead, long ago: given up|failing, new: failed|failing, old: failed|due: due now|taken: under way|later: waits"
	if strings.Join(got, "|") != want {
		t.Errorf("the queue is shown as\n%s, want\n%s", strings.Join(got, "|"), want)
	}
	if d, f, l := p.DeadList[0], p.FailingList[0], p.DueList[0]; !d.CanRetry || !d.CanEnd || !f.CanRetry || f.CanEnd || l.CanRetry || l.CanEnd {
		t.Error("more or less can be done than what the queue does")
	}
}

func TestWhyIsToldToAdministratorsAlone(t *testing.T) {
	j := job.Job{Kind: job.Card, Failure: "open /mnt/gatehouse: permission denied"}
	w := queueWords{q: &request{words: words{message.English}}}
	if got := w.item(j); got.Failure != "" || !got.Untold || got.CanRetry {
		t.Errorf("told to a reader: %+v", got)
	}
	w.may = true
	if got := w.item(j); got.Failure != j.Failure || got.Untold {
		t.Errorf("told to an administrator: %+v", got)
	}
}

func TestJumped(t *testing.T) {
	at := time.Date(2026, 11, 26, 0, 0, 5, 0, time.UTC)
	w := words{message.English}
	for by, want := range map[time.Duration]string{2*time.Hour + 400*time.Millisecond: "At 2026-11-26 08:00:05 the clock of this machine jumped ahead by 2h0m0s.", -90 * time.Second: "jumped back by 1m30s."} {
		if got := w.jumped(by, at); !strings.Contains(got, want) {
			t.Errorf("jumped(%s) = %q, want %q", by, got, want)
		}
	}
}
