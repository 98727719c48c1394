package work

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"guanji/internal/job"
)

// TestHangingJobHoldsUpItselfAlone has one of the places taken by a job that
// hangs: the others are filled again and again, by what comes later as well.
func TestHangingJobHoldsUpItselfAlone(t *testing.T) {
	q := newQueue(job.Job{Key: "hangs", Kind: job.Send, At: time.Unix(1, 0)})
	let := make(chan struct{})
	var done atomic.Int64
	r, _ := runner(q, map[job.Kind]Handler{job.Send: func(_ context.Context, j job.Job) (time.Time, error) {
		if j.Key == "hangs" {
			<-let
		}
		done.Add(1)
		return time.Time{}, nil
	}})
	r.Width, r.Every = 4, time.Millisecond
	ended := make(chan error)
	go func() { ended <- r.Drain(t.Context()) }()
	for n := range 40 {
		q.put(job.Job{Key: fmt.Sprint("job ", n), Kind: job.Send, At: time.Unix(1, 0)})
	}
	until(t, func() bool { return done.Load() == 40 })
	close(let)
	must(t, <-ended)
	if done.Load() != 41 {
		t.Errorf("%d jobs were done, want 41", done.Load())
	}
}
