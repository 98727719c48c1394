package store

import (
	"fmt"
	"testing"
	"time"

	"guanji/internal/job"
)

// TestTakenByAClockAhead: a job that somebody took a day ahead, and left behind,
// is done; one that is somebody's by clocks that differ a little is not.
func TestTakenByAClockAhead(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		acme(t, s)
		queueAgain(t, s, due("a", 0))
		for _, step := range []struct {
			seconds int
			want    string
		}{{24 * 3600, "a"}, {0, "a"}, {0, ""}, {-50, ""}} {
			if _, keys := take(t, s, fmt.Sprint("at ", step.seconds), step.seconds, 9); keys != step.want {
				t.Errorf("at %d s: took %q, want %q", step.seconds, keys, step.want)
			}
		}
	})
}

// TestFailingKeepNothingWaiting takes what is new before what failed, however
// long that has been due.
func TestFailingKeepNothingWaiting(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		acme(t, s)
		var failing []job.Job
		for i := range 5 {
			failing = append(failing, due(fmt.Sprint("failing", i), 0))
		}
		queueAgain(t, s, failing...)
		jobs, _ := take(t, s, "one", 0, 9)
		for _, j := range jobs {
			must(t, s.Fail(t.Context(), j, "no", noon.Add(time.Second), time.Time{}))
		}
		queueAgain(t, s, due("new", 60))
		if _, keys := take(t, s, "one", 60, 1); keys != "new" {
			t.Errorf("took %q first", keys)
		}
		if jobs, _ := take(t, s, "one", 60, 9); len(jobs) != 5 {
			t.Errorf("took %d of those that failed", len(jobs))
		}
	})
}
