package store

import (
	"testing"
	"time"

	"guanji/internal/job"
)

// TestHurry makes everything due that was put off, however it was, and leaves
// alone what is due, what somebody has, what waits to be tried again, and what
// was given up. How often a job
// was tried, and why it failed, stays: its message may have arrived.
func TestHurry(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		acme(t, s)
		now, day := noon.Add(time.Minute), noon.Add(24*time.Hour)
		queueAgain(t, s, due("is due", 0), due("fails", 0), due("recurs", 0), due("dead", 0), due("taken", 0), due("waits", 24*3600), due("backs off", 0))
		for key, end := range map[string]func(j job.Job) error{
			"is due":    func(j job.Job) error { j.At = noon; return s.Finish(t.Context(), []job.Job{j}) },
			"fails":     func(j job.Job) error { return s.Fail(t.Context(), j, "no", day, time.Time{}) },
			"recurs":    func(j job.Job) error { j.At = day; return s.Finish(t.Context(), []job.Job{j}) },
			"dead":      func(j job.Job) error { return s.Fail(t.Context(), j, "no", day, noon) },
			"taken":     func(job.Job) error { return nil },
			"backs off": func(j job.Job) error { return s.Fail(t.Context(), j, "no", now.Add(time.Hour), time.Time{}) },
		} {
			must(t, end(takeKey(t, s, key)))
		}
		for range 2 { // and again, which changes nothing
			must(t, s.Hurry(t.Context(), now))
			for key, want := range map[string]job.Job{"is due": {At: noon}, "fails": {At: now, Attempt: 1, Failure: "no"}, "recurs": {At: now}, "dead": {At: day, Attempt: 1, Failure: "no", Dead: noon},
				"taken": {At: noon, Attempt: 1, Taken: noon.Add(time.Minute)}, "waits": {At: now}, "backs off": {At: now.Add(time.Hour), Attempt: 1, Failure: "no"}} {
				got, there := find(t, s, key)
				if !there || !got.At.Equal(want.At) || got.Attempt != want.Attempt || got.Failure != want.Failure || !got.Dead.Equal(want.Dead) || !got.Taken.Equal(want.Taken) || got.Serial != 1 {
					t.Errorf("%s is %+v, want %+v", key, got, want)
				}
			}
		}
		if jobs, keys := take(t, s, "two", 60, 9); len(jobs) != 5 {
			t.Errorf("then it takes %q", keys)
		}
	})
}

// TestRequeue puts jobs in the place of those that are there, whatever became of
// them: one who has one ends nothing by it, and does not put it off.
func TestRequeue(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		acme(t, s)
		must(t, s.Requeue(t.Context()))
		queueAgain(t, s, due("waits", 7200), due("dead", 0), due("taken", 0))
		dead, taken := takeKey(t, s, "dead"), takeKey(t, s, "taken")
		must(t, s.Fail(t.Context(), dead, "no", noon, noon))
		again := due("waits", 60)
		again.Body = []byte(`{"a":2}`)
		must(t, s.Requeue(t.Context(), again, due("dead", 60), due("taken", 60), due("new", 60)))
		for key, serial := range map[string]int64{"waits": 2, "dead": 2, "taken": 2, "new": 1} {
			got, there := find(t, s, key)
			if !there || !got.At.Equal(noon.Add(time.Minute)) || got.Attempt != 0 || got.Failure != "" || !got.Dead.IsZero() || !got.Taken.IsZero() || got.Serial != serial {
				t.Errorf("%s is %+v", key, got)
			}
		}
		if got, _ := find(t, s, "waits"); string(got.Body) != `{"a":2}` {
			t.Errorf("its body is %s", got.Body)
		}
		taken.At = noon.Add(time.Hour)
		must(t, s.Finish(t.Context(), []job.Job{taken}))
		must(t, s.Fail(t.Context(), taken, "no", noon.Add(time.Hour), noon))
		if jobs, keys := take(t, s, "two", 60, 9); len(jobs) != 4 {
			t.Errorf("then it takes %q", keys)
		}
	})
}

// TestRequeueTogether has several servers start at once: no one is told of a
// deadlock, and each job is there once.
func TestRequeueTogether(t *testing.T) {
	for name, address := range engines {
		t.Run(name, func(t *testing.T) {
			at := address(t)
			stores := []*Store{open(t, at), open(t, at)}
			acme(t, stores[0])
			jobs := []job.Job{due("a", 0), due("b", 0), due("c", 0), due("d", 0)}
			together(t, 8, func(i int) error {
				mine := append(jobs[i%4:4:4], jobs[:i%4]...)
				if err := stores[i%2].Requeue(t.Context(), mine...); err != nil {
					return err
				}
				return stores[i%2].Hurry(t.Context(), noon)
			})
			if _, waiting, _, err := stores[0].Jobs(t.Context(), 9); err != nil || waiting != 4 {
				t.Errorf("%d wait, %v", waiting, err)
			}
		})
	}
}

// together does something so many times at once.
func together(t *testing.T, n int, do func(i int) error) {
	t.Helper()
	failed := make(chan error, n)
	for i := range n {
		go func() { failed <- do(i) }()
	}
	for range n {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
}
