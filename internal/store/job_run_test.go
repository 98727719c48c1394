package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"guanji/internal/job"
	"guanji/internal/work"
)

// running is a runner over a store with a clock that is set.
type running struct {
	*work.Runner
	mu    sync.Mutex
	clock time.Time
}

func (r *running) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.clock
}

func (r *running) pass(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clock = r.clock.Add(d)
}

func run(s *Store, owner string, do work.Handler) *running {
	r := &running{clock: noon}
	r.Runner = work.New(work.Config{Queue: s, Owner: owner, Log: slog.New(slog.DiscardHandler), Now: r.now, Handlers: map[job.Kind]work.Handler{job.Send: do}})
	return r
}

// TestRunnerOnStore tries what fails, later each time, gives it up, and does it
// when a person says so.
func TestRunnerOnStore(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		acme(t, s)
		queueAgain(t, s, due("fails", 0), due("panics", 0), due("goes", 0), due("recurs", 0))
		fault, done := errors.New("no"), map[string]int{}
		var mu sync.Mutex
		r := run(s, "one", func(_ context.Context, j job.Job) (time.Time, error) {
			mu.Lock()
			defer mu.Unlock()
			done[j.Key]++
			switch {
			case j.Key == "panics" && fault != nil:
				panic("a mistake")
			case j.Key == "fails":
				return time.Time{}, fault
			case j.Key == "recurs":
				return noon.Add(time.Duration(done[j.Key]) * time.Hour), nil
			}
			return time.Time{}, nil
		})
		for range 7 * 60 {
			must(t, r.Drain(t.Context()))
			r.pass(time.Minute)
		}
		if done["fails"] != job.MaxAttempts || done["panics"] != job.MaxAttempts || done["goes"] != 1 || done["recurs"] != 7 {
			t.Errorf("done %v", done)
		}
		if _, waiting, dead, err := s.Jobs(t.Context(), 9); err != nil || waiting != 1 || dead != 2 {
			t.Errorf("%d wait, %d were given up, %v", waiting, dead, err)
		}
		fault = nil
		for _, key := range []string{"fails", "panics"} {
			must(t, s.Retry(t.Context(), key, r.now()))
		}
		must(t, r.Drain(t.Context()))
		if _, waiting, dead, err := s.Jobs(t.Context(), 9); err != nil || waiting != 1 || dead != 0 {
			t.Errorf("then %d wait, %d were given up, %v", waiting, dead, err)
		}
	})
}

// TestManyRunTogether has two servers share a database: each job is done once.
func TestManyRunTogether(t *testing.T) {
	for name, address := range engines {
		t.Run(name, func(t *testing.T) {
			at := address(t)
			stores := []*Store{open(t, at), open(t, at)}
			acme(t, stores[0])
			var jobs []job.Job
			for i := range 200 {
				jobs = append(jobs, due(fmt.Sprint(i), 0))
			}
			queueAgain(t, stores[0], jobs...)
			var mu sync.Mutex
			done := map[string]int{}
			var wg sync.WaitGroup
			for i, s := range stores {
				wg.Go(func() {
					r := run(s, fmt.Sprint("server ", i), func(_ context.Context, j job.Job) (time.Time, error) {
						mu.Lock()
						defer mu.Unlock()
						done[j.Key] += j.Attempt
						return time.Time{}, nil
					})
					if err := r.Drain(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			for key, times := range done {
				if times != 1 {
					t.Errorf("%s was done %d times", key, times)
				}
			}
			if len(done) != 200 {
				t.Errorf("%d were done", len(done))
			}
		})
	}
}
