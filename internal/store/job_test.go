package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"guanji/internal/job"
	"guanji/internal/problem"
	"guanji/internal/respond"
)

// due is a job that is due some seconds after noon.
func due(key string, seconds int) job.Job {
	return job.Job{Key: key, Kind: job.Send, Of: "acme", Body: json.RawMessage(`{"a":1}`), At: noon.Add(time.Duration(seconds) * time.Second)}
}

// queueAgain queues jobs in the transaction of a step, as use cases do.
func queueAgain(t *testing.T, s *Store, jobs ...job.Job) {
	t.Helper()
	w := writing(0, respond.AnyRevision, noted("x"))
	w.Jobs = func(int64) []job.Job { return jobs }
	_, err := s.Record(t.Context(), "acme", w)
	must(t, err)
}

// take takes jobs some seconds after noon, and returns their keys.
func take(t *testing.T, s *Store, owner string, seconds, most int) ([]job.Job, string) {
	t.Helper()
	now := noon.Add(time.Duration(seconds) * time.Second)
	jobs, err := s.Take(t.Context(), owner, job.Send, now, now.Add(time.Minute), most)
	must(t, err)
	var keys []string
	for _, j := range jobs {
		keys = append(keys, j.Key)
	}
	return jobs, strings.Join(keys, " ")
}

func TestTake(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		acme(t, s)
		other := due("other kind", 0)
		other.Kind = job.Wake
		queueAgain(t, s, due("c", 2), due("b", 1), due("a", 1), due("later", 100), other)
		steps := []struct {
			owner         string
			seconds, most int
			want          string
			attempt       int
		}{
			{"one", 0, 9, "", 0},
			{"one", 1, 1, "a", 1},
			{"one", 2, 9, "b c", 1},
			{"two", 2, 9, "", 0},
			{"two", 60, 9, "", 0},
			{"two", 61, 9, "a", 2}, // its owner's time is over
			{"two", 62, 9, "b c", 2},
			{"one", 100, 9, "later", 1},
		}
		for _, step := range steps {
			jobs, keys := take(t, s, step.owner, step.seconds, step.most)
			sorted := strings.Fields(keys)
			slices.Sort(sorted)
			if got := strings.Join(sorted, " "); got != step.want {
				t.Errorf("%s after %d s takes %q, want %q", step.owner, step.seconds, got, step.want)
			}
			for _, j := range jobs {
				if j.Attempt != step.attempt || string(j.Body) != `{"a":1}` || j.Of != "acme" || j.Kind != job.Send || !j.Taken.Equal(noon.Add(time.Duration(step.seconds+60)*time.Second)) {
					t.Errorf("taken as %+v", j)
				}
			}
		}
	})
}

// TestEnds holds what becomes of a job that was taken, and of one that was
// queued again meanwhile.
func TestEnds(t *testing.T) {
	finish := func(at time.Time) func(context.Context, *Store, job.Job) error {
		return func(ctx context.Context, s *Store, j job.Job) error { j.At = at; return s.Finish(ctx, []job.Job{j}) }
	}
	later := noon.Add(time.Hour)
	tests := map[string]struct {
		end  func(ctx context.Context, s *Store, j job.Job) error
		want *job.Job // nil for none
	}{
		"done":            {finish(time.Time{}), nil},
		"done, and again": {finish(later), &job.Job{At: later}},
		"failed":          {func(ctx context.Context, s *Store, j job.Job) error { return s.Fail(ctx, j, "no", later, time.Time{}) }, &job.Job{At: later, Attempt: 1, Failure: "no"}},
		"given up":        {func(ctx context.Context, s *Store, j job.Job) error { return s.Fail(ctx, j, "no", later, noon) }, &job.Job{At: later, Attempt: 1, Failure: "no", Dead: noon}},
		"let go of":       {func(ctx context.Context, s *Store, _ job.Job) error { return s.Release(ctx, "one") }, &job.Job{At: noon, Attempt: 1}},
		"not another's":   {func(ctx context.Context, s *Store, _ job.Job) error { return s.Release(ctx, "two") }, &job.Job{At: noon, Attempt: 1, Taken: noon.Add(time.Minute)}},
	}
	contract(t, func(t *testing.T, s *Store) {
		acme(t, s)
		for name, tt := range tests {
			queueAgain(t, s, due(name, 0), due(name+", queued meanwhile", 0))
			for _, key := range []string{name, name + ", queued meanwhile"} {
				j := takeKey(t, s, key)
				meanwhile := key != name
				if meanwhile {
					queueAgain(t, s, due(key, 30))
				}
				must(t, tt.end(t.Context(), s, j))
				got, there := find(t, s, key)
				switch {
				case meanwhile:
					if !there || !got.At.Equal(noon.Add(30*time.Second)) || got.Attempt != 0 || got.Failure != "" || !got.Dead.IsZero() || !got.Taken.IsZero() {
						t.Errorf("%s: it is %+v", key, got)
					}
				case there != (tt.want != nil):
					t.Errorf("%s: there %v", key, there)
				case there:
					w := *tt.want
					if !got.At.Equal(w.At) || got.Attempt != w.Attempt || got.Failure != w.Failure || !got.Dead.Equal(w.Dead) || !got.Taken.Equal(w.Taken) {
						t.Errorf("%s: it is %+v, want %+v", key, got, w)
					}
				}
				clearJobs(t, s)
			}
		}
	})
}

// takeKey takes one job; the others stay.
func takeKey(t *testing.T, s *Store, key string) job.Job {
	t.Helper()
	jobs, _ := take(t, s, "one", 0, 99)
	i := slices.IndexFunc(jobs, func(j job.Job) bool { return j.Key == key })
	if i < 0 {
		t.Fatalf("%s is not due: %+v", key, jobs)
	}
	for _, j := range slices.Delete(slices.Clone(jobs), i, i+1) {
		must(t, s.Finish(t.Context(), []job.Job{{Key: j.Key, Serial: j.Serial, At: noon}}))
	}
	return jobs[i]
}

func find(t *testing.T, s *Store, key string) (job.Job, bool) {
	t.Helper()
	jobs, _, _, err := s.Jobs(t.Context(), 99)
	must(t, err)
	i := slices.IndexFunc(jobs, func(j job.Job) bool { return j.Key == key })
	if i < 0 {
		return job.Job{}, false
	}
	return jobs[i], true
}

// clearJobs removes what is given up or taken, so that it is not in the way.
func clearJobs(t *testing.T, s *Store) {
	t.Helper()
	must(t, s.write(t.Context(), func(x executor) error {
		_, err := x.exec(t.Context(), `delete from job where dead_at > 0 or taken_until > 0 or due_at > $1`, micros(noon))
		return err
	}))
}

// TestManyTakeTogether has runners of two openings take and end jobs, while
// others queue them: none is given to two, and each is done.
func TestManyTakeTogether(t *testing.T) {
	for name, address := range engines {
		t.Run(name, func(t *testing.T) {
			at := address(t)
			stores := []*Store{open(t, at), open(t, at)}
			acme(t, stores[0])
			const many = 240
			var mu sync.Mutex
			given, done := map[string]int{}, map[string]bool{}
			var wg sync.WaitGroup
			for q := range 3 {
				wg.Go(func() {
					for i := range many / 3 / 4 {
						var jobs []job.Job
						for k := range 4 {
							jobs = append(jobs, due(fmt.Sprintf("%d-%d-%d", q, i, (k*7+q)%4), 0))
						}
						queueAgain(t, stores[q%2], append(jobs, due("card", 1000))...)
					}
				})
			}
			for w := range 4 {
				wg.Go(func() {
					for {
						mu.Lock()
						all := len(done) == many
						mu.Unlock()
						if all {
							return
						}
						jobs, err := stores[w%2].Take(t.Context(), fmt.Sprint("w", w), job.Send, noon, noon.Add(time.Minute), 7)
						if err != nil {
							t.Error(err)
							return
						}
						mu.Lock()
						for _, j := range jobs {
							given[j.Key]++
							done[j.Key] = true
						}
						mu.Unlock()
						slices.Reverse(jobs)
						if err := stores[w%2].Finish(t.Context(), ended(jobs)); err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			for key, times := range given {
				if times != 1 {
					t.Errorf("%s was given %d times", key, times)
				}
			}
			if _, waiting, dead, err := stores[0].Jobs(t.Context(), 9); err != nil || waiting != 1 || dead != 0 {
				t.Errorf("%d wait, %d were given up, %v", waiting, dead, err)
			}
		})
	}
}

func ended(jobs []job.Job) []job.Job {
	for i := range jobs {
		jobs[i].At = time.Time{}
	}
	return jobs
}

// TestManyChangeJobsTogether has the jobs of two organizations queued, taken,
// ended and failed in any order by two openings: nobody is told of a deadlock.
func TestManyChangeJobsTogether(t *testing.T) {
	for name, address := range engines {
		t.Run(name, func(t *testing.T) {
			at := address(t)
			stores := []*Store{open(t, at), open(t, at)}
			for _, o := range []string{"acme", "beta"} {
				_, err := stores[0].Append(t.Context(), o, true, nil, author, noon)
				must(t, err)
			}
			var wg sync.WaitGroup
			for w := range 4 {
				s, o := stores[w%2], []string{"acme", "beta"}[w/2]
				wg.Go(func() {
					for i := range 25 {
						jobs := []job.Job{due(o+"/a", 0), due(o+"/b", 0), due(o+"/c", 0), due(o+"/d", 0)}
						if (i+w)%2 == 0 {
							slices.Reverse(jobs)
						}
						wr := writing(0, respond.AnyRevision, noted("x"))
						wr.Jobs = func(int64) []job.Job { return jobs }
						if _, err := s.Record(t.Context(), o, wr); err != nil {
							t.Errorf("recording: %v", err)
						}
					}
				})
				wg.Go(func() {
					for i := range 25 {
						jobs, err := s.Take(t.Context(), o, job.Send, noon, noon.Add(time.Minute), 3)
						if err != nil {
							t.Errorf("taking: %v", err)
							continue
						}
						if i%3 == 0 && len(jobs) > 0 {
							if err := s.Fail(t.Context(), jobs[0], "no", noon, time.Time{}); err != nil {
								t.Errorf("failing: %v", err)
							}
							jobs = jobs[1:]
						}
						if i%2 == 0 {
							slices.Reverse(jobs)
						}
						if err := s.Finish(t.Context(), ended(jobs)); err != nil {
							t.Errorf("ending: %v", err)
						}
					}
				})
			}
			wg.Wait()
		})
	}
}

func TestJobs(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		acme(t, s)
		if jobs, waiting, dead, err := s.Jobs(t.Context(), 9); err != nil || len(jobs) != 0 || waiting != 0 || dead != 0 {
			t.Errorf("of none: %+v, %d, %d, %v", jobs, waiting, dead, err)
		}
		queueAgain(t, s, due("soon", 5), due("now", 0), due("fails", 1), due("dead", 2), due("dead before", 1))
		jobs, _ := take(t, s, "one", 4, 9)
		for _, j := range jobs {
			switch {
			case strings.HasPrefix(j.Key, "dead"):
				must(t, s.Fail(t.Context(), j, "no", j.At, noon))
			case j.Key == "fails":
				must(t, s.Fail(t.Context(), j, "no", noon.Add(time.Hour), time.Time{}))
			default:
				must(t, s.Finish(t.Context(), []job.Job{{Key: j.Key, Serial: j.Serial, At: j.At}}))
			}
		}
		for most, want := range map[int]string{9: "dead before|dead|fails|now|soon", 2: "dead before|dead"} {
			jobs, waiting, dead, err := s.Jobs(t.Context(), most)
			var keys []string
			for _, j := range jobs {
				keys = append(keys, j.Key)
			}
			if got := strings.Join(keys, "|"); err != nil || got != want || waiting != 3 || dead != 2 {
				t.Errorf("the first %d: %s, %d wait, %d given up, %v; want %s", most, got, waiting, dead, err, want)
			}
		}
	})
}

// TestRetry makes a job due that was given up or put off, and no other.
func TestRetry(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		acme(t, s)
		queueAgain(t, s, due("dead", 0), due("fails", 0))
		jobs, _ := take(t, s, "one", 0, 9)
		for _, j := range jobs {
			gone := time.Time{}
			if j.Key == "dead" {
				gone = noon
			}
			must(t, s.Fail(t.Context(), j, "no", noon.Add(time.Hour), gone))
		}
		if _, keys := take(t, s, "one", 7200, 9); keys != "fails" {
			t.Errorf("two hours later it takes %q", keys)
		}
		must(t, s.Release(t.Context(), "one"))
		now := noon.Add(time.Minute)
		for _, key := range []string{"dead", "fails"} {
			must(t, s.Retry(t.Context(), key, now))
		}
		for key, attempt := range map[string]int{"dead": 0, "fails": 2} {
			if j, _ := find(t, s, key); !j.At.Equal(now) || !j.Dead.IsZero() || j.Attempt != attempt || j.Failure != "no" {
				t.Errorf("%s is %+v", key, j)
			}
		}
		if _, keys := take(t, s, "one", 60, 9); len(strings.Fields(keys)) != 2 {
			t.Errorf("then it takes %q", keys)
		}
		wantKind(t, "retry of nothing", s.Retry(t.Context(), "x", now), problem.NotFound)
	})
}

// TestDropJob takes out what was given up, and nothing else.
func TestDropJob(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		acme(t, s)
		queueAgain(t, s, due("dead", 0), due("waits", 0))
		jobs, _ := take(t, s, "one", 0, 9)
		for _, j := range jobs {
			if j.Key == "dead" {
				must(t, s.Fail(t.Context(), j, "no", noon, noon))
			}
		}
		wantKind(t, "one that waits", s.DropJob(t.Context(), "waits"), problem.NotFound)
		must(t, s.DropJob(t.Context(), "dead"))
		wantKind(t, "one that was dropped", s.DropJob(t.Context(), "dead"), problem.NotFound)
		if _, waiting, dead, err := s.Jobs(t.Context(), 9); err != nil || waiting != 1 || dead != 0 {
			t.Errorf("%d wait, %d given up, %v", waiting, dead, err)
		}
	})
}

// TestQueueLeavesWhatIsThere queues jobs that recur, at every start.
func TestQueueLeavesWhatIsThere(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		must(t, s.Queue(t.Context(), due("sweep", 0)))
		must(t, s.Queue(t.Context(), due("sweep", 50), due("tasks", 60)))
		for key, seconds := range map[string]int{"sweep": 0, "tasks": 60} {
			if j, there := find(t, s, key); !there || !j.At.Equal(noon.Add(time.Duration(seconds)*time.Second)) || j.Serial != 1 {
				t.Errorf("%s is %+v", key, j)
			}
		}
	})
}

// TestManyQueueTogether starts several servers at once.
func TestManyQueueTogether(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				if err := s.Queue(t.Context(), due("sweep", i), due("tasks", i)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if _, waiting, _, err := s.Jobs(t.Context(), 9); err != nil || waiting != 2 {
			t.Errorf("%d wait, %v", waiting, err)
		}
	})
}
