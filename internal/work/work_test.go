package work

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guanji/internal/job"
	"guanji/internal/problem"
)

// queue is a queue in memory with a clock that is set.
type queue struct {
	mu    sync.Mutex
	clock time.Time
	jobs  map[string]job.Job
	owner map[string]string
	fault error // of Take, Finish and Fail
}

var start = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

func newQueue(jobs ...job.Job) *queue {
	q := &queue{clock: start, jobs: map[string]job.Job{}, owner: map[string]string{}}
	for _, j := range jobs {
		q.put(j)
	}
	return q
}

func (q *queue) put(j job.Job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	j.Serial = q.jobs[j.Key].Serial + 1
	q.jobs[j.Key] = j
}

func (q *queue) now() time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.clock
}

func (q *queue) set(t time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.clock = t
}

func (q *queue) get(key string) (job.Job, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	j, ok := q.jobs[key]
	return j, ok
}

func (q *queue) Take(_ context.Context, owner string, kind job.Kind, now, until time.Time, most int) (taken []job.Job, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for key, j := range q.jobs {
		if q.fault == nil && j.Kind == kind && j.Dead.IsZero() && !j.At.After(now) && !j.Taken.After(now) && len(taken) < most {
			j.Taken, j.Attempt = until, j.Attempt+1
			q.jobs[key], q.owner[key] = j, owner
			taken = append(taken, j)
		}
	}
	return taken, q.fault
}

// same returns a job, unless it was queued again.
func (q *queue) same(j job.Job) (job.Job, bool) {
	there, ok := q.jobs[j.Key]
	return there, ok && there.Serial == j.Serial
}

func (q *queue) Finish(_ context.Context, done []job.Job) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, j := range done {
		there, ok := q.same(j)
		switch {
		case q.fault != nil || !ok:
		case j.At.IsZero():
			delete(q.jobs, j.Key)
		default:
			there.At, there.Attempt, there.Taken, there.Failure = j.At, 0, time.Time{}, ""
			q.jobs[j.Key] = there
		}
	}
	return q.fault
}

func (q *queue) Fail(_ context.Context, j job.Job, why string, next, dead time.Time) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if there, ok := q.same(j); ok && q.fault == nil {
		there.Failure, there.At, there.Dead, there.Taken = why, next, dead, time.Time{}
		q.jobs[j.Key] = there
	}
	return q.fault
}

func (q *queue) Release(_ context.Context, owner string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	for key, j := range q.jobs {
		if q.owner[key] == owner {
			j.Taken = time.Time{}
			q.jobs[key] = j
		}
	}
	return q.fault
}

// book is a log that is read.
type book struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *book) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *book) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func runner(q *queue, handlers map[job.Kind]Handler) (*Runner, *book) {
	l := &book{}
	return New(Config{Queue: q, Handlers: handlers, Owner: "here", Log: slog.New(slog.NewTextHandler(l, nil)), Now: q.now, Every: time.Millisecond}), l
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// until waits until something is so.
func until(t *testing.T, so func() bool) {
	t.Helper()
	for range 20_000 {
		if so() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("it never came about")
}

func TestOutcomes(t *testing.T) {
	no := errors.New("no")
	tests := map[string]struct {
		do      Handler
		attempt int // before
		want    job.Job
		there   bool
	}{
		"done":                {func(context.Context, job.Job) (time.Time, error) { return time.Time{}, nil }, 0, job.Job{}, false},
		"done, and again":     {func(context.Context, job.Job) (time.Time, error) { return start.Add(time.Hour), nil }, 3, job.Job{At: start.Add(time.Hour)}, true},
		"failed":              {func(context.Context, job.Job) (time.Time, error) { return time.Time{}, no }, 0, job.Job{At: start.Add(5 * time.Second), Attempt: 1, Failure: "no"}, true},
		"failed again":        {func(context.Context, job.Job) (time.Time, error) { return time.Time{}, no }, 3, job.Job{At: start.Add(40 * time.Second), Attempt: 4, Failure: "no"}, true},
		"failed for the last": {func(context.Context, job.Job) (time.Time, error) { return time.Time{}, no }, job.MaxAttempts - 1, job.Job{At: start.Add(job.Backoff(job.MaxAttempts)), Attempt: job.MaxAttempts, Failure: "no", Dead: start}, true},
		"failed for the last, to be done again anyway": {func(context.Context, job.Job) (time.Time, error) { return start.Add(time.Minute), no }, job.MaxAttempts, job.Job{At: start.Add(job.Backoff(job.MaxAttempts + 1)), Attempt: job.MaxAttempts + 1, Failure: "no"}, true},
		"panicked": {func(context.Context, job.Job) (time.Time, error) { panic("a mistake") }, 0, job.Job{At: start.Add(5 * time.Second), Attempt: 1, Failure: "a job panicked: a mistake"}, true},
		"failed at great length": {func(context.Context, job.Job) (time.Time, error) {
			return time.Time{}, errors.New(strings.Repeat("关", 1000))
		}, 0, job.Job{At: start.Add(5 * time.Second), Attempt: 1, Failure: strings.Repeat("关", maxFailure/3)}, true},
		"failed with a kind": {func(context.Context, job.Job) (time.Time, error) {
			return time.Time{}, problem.New(problem.Unavailable, "respond.busy")
		}, 0, job.Job{At: start.Add(5 * time.Second), Attempt: 1, Failure: "others record in this case at the same time; try again"}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			q := newQueue(job.Job{Key: "a", Kind: "x", At: start, Attempt: tt.attempt}, job.Job{Key: "b", Kind: "y", At: start})
			r, _ := runner(q, map[job.Kind]Handler{"x": tt.do, "y": func(context.Context, job.Job) (time.Time, error) { return time.Time{}, nil }})
			must(t, r.Drain(t.Context()))
			got, there := q.get("a")
			if there != tt.there || !got.At.Equal(tt.want.At) || got.Attempt != tt.want.Attempt || got.Failure != tt.want.Failure || !got.Dead.Equal(tt.want.Dead) || !got.Taken.IsZero() {
				t.Errorf("it is there %v: %+v, want %v: %+v", there, got, tt.there, tt.want)
			}
			if _, there := q.get("b"); there {
				t.Error("the job beside it was not done")
			}
		})
	}
}

// TestBackoff tries for about five hours, later each time.
func TestBackoff(t *testing.T) {
	q := newQueue(job.Job{Key: "a", Kind: "x", At: start})
	var tried []time.Duration
	r, _ := runner(q, map[job.Kind]Handler{"x": func(context.Context, job.Job) (time.Time, error) {
		tried = append(tried, q.now().Sub(start))
		return time.Time{}, errors.New("no")
	}})
	for range 8 * 3600 {
		must(t, r.Drain(t.Context()))
		q.set(q.now().Add(time.Second))
	}
	if len(tried) != job.MaxAttempts || tried[1] != 5*time.Second || tried[2] != 15*time.Second || tried[job.MaxAttempts-1] < 5*time.Hour || tried[job.MaxAttempts-1] > 6*time.Hour {
		t.Errorf("tried %d times: %v", len(tried), tried)
	}
	for i := 2; i < len(tried); i++ {
		if tried[i]-tried[i-1] < tried[i-1]-tried[i-2] {
			t.Errorf("tried sooner after attempt %d: %v", i, tried)
		}
	}
	if j, _ := q.get("a"); j.Dead.IsZero() {
		t.Errorf("never given up: %+v", j)
	}
}

// TestHangs ends a job that takes too long.
func TestHangs(t *testing.T) {
	q := newQueue(job.Job{Key: "a", Kind: "x", At: start})
	r, _ := runner(q, map[job.Kind]Handler{"x": func(ctx context.Context, _ job.Job) (time.Time, error) {
		<-ctx.Done()
		return time.Time{}, ctx.Err()
	}})
	r.Timeout = time.Millisecond
	must(t, r.Drain(t.Context()))
	if j, _ := q.get("a"); j.Failure != context.DeadlineExceeded.Error() || j.Attempt != 1 || !j.At.After(start) {
		t.Errorf("it is %+v", j)
	}
}

// TestHangingKindHoldsUpNobody has a kind hang altogether, while another is
// done.
func TestHangingKindHoldsUpNobody(t *testing.T) {
	q := newQueue()
	for i := range 100 {
		q.put(job.Job{Key: fmt.Sprint("hangs", i), Kind: "x", At: start})
	}
	held := make(chan struct{})
	r, _ := runner(q, map[job.Kind]Handler{
		"x": func(ctx context.Context, _ job.Job) (time.Time, error) {
			select {
			case <-held:
			case <-ctx.Done():
			}
			return time.Time{}, ctx.Err()
		},
		"y": func(context.Context, job.Job) (time.Time, error) { return time.Time{}, nil },
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { r.Run(ctx); close(ended) }()
	for i := range 3 {
		key := fmt.Sprint("y", i)
		q.put(job.Job{Key: key, Kind: "y", At: start})
		until(t, func() bool { _, there := q.get(key); return !there })
	}
	if _, there := q.get("hangs0"); !there {
		t.Error("one that hangs was done")
	}
	close(held)
	until(t, func() bool { q.mu.Lock(); defer q.mu.Unlock(); return len(q.jobs) == 0 })
	cancel()
	<-ended
}

// TestStoppedInTheMiddle leaves a job as it is: taken, not failed. Whoever
// starts again as the same owner has it at once; another not before its time
// is over.
func TestStoppedInTheMiddle(t *testing.T) {
	q := newQueue(job.Job{Key: "a", Kind: "x", At: start})
	begun := make(chan struct{})
	r, l := runner(q, map[job.Kind]Handler{"x": func(ctx context.Context, _ job.Job) (time.Time, error) {
		close(begun)
		<-ctx.Done()
		return time.Time{}, fmt.Errorf("sending: %w", ctx.Err())
	}})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { r.Run(ctx); close(ended) }()
	<-begun
	cancel()
	<-ended
	j, _ := q.get("a")
	if j.Failure != "" || j.Attempt != 1 || !j.Taken.After(start) || l.String() != "" {
		t.Errorf("it is %+v; log %s", j, l)
	}
	var attempts []int
	do := map[job.Kind]Handler{"x": func(_ context.Context, j job.Job) (time.Time, error) {
		attempts = append(attempts, j.Attempt)
		return time.Time{}, nil
	}}
	other, _ := runner(q, do)
	other.Owner = "there"
	must(t, q.Release(t.Context(), other.Owner))
	must(t, other.Drain(t.Context()))
	if attempts != nil {
		t.Error("another took it while it is ours")
	}
	again, _ := runner(q, do)
	ctx, cancel = context.WithCancel(t.Context())
	ended = make(chan struct{})
	go func() { again.Run(ctx); close(ended) }()
	until(t, func() bool { _, there := q.get("a"); return !there })
	cancel()
	<-ended
	if !slices.Equal(attempts, []int{2}) {
		t.Errorf("attempts %v, want the second", attempts)
	}
}

// TestLeftByAnother is taken once its owner's time is over.
func TestLeftByAnother(t *testing.T) {
	q := newQueue(job.Job{Key: "a", Kind: "x", At: start, Taken: start.Add(time.Minute), Attempt: 1})
	done := 0
	r, _ := runner(q, map[job.Kind]Handler{"x": func(context.Context, job.Job) (time.Time, error) { done++; return time.Time{}, nil }})
	for _, step := range []struct {
		at   time.Duration
		want int
	}{{59 * time.Second, 0}, {time.Minute, 1}} {
		q.set(start.Add(step.at))
		must(t, r.Drain(t.Context()))
		if done != step.want {
			t.Errorf("after %s: done %d times", step.at, done)
		}
	}
}

// TestQueuedMeanwhile keeps what was queued while it was being done.
func TestQueuedMeanwhile(t *testing.T) {
	for name, fault := range map[string]error{"done": nil, "failed": errors.New("no")} {
		t.Run(name, func(t *testing.T) {
			q := newQueue(job.Job{Key: "a", Kind: "x", At: start})
			r, _ := runner(q, map[job.Kind]Handler{"x": func(_ context.Context, j job.Job) (time.Time, error) {
				q.put(job.Job{Key: "a", Kind: "x", At: start.Add(time.Hour)})
				return time.Time{}, fault
			}})
			must(t, r.Drain(t.Context()))
			if j, there := q.get("a"); !there || !j.At.Equal(start.Add(time.Hour)) || j.Failure != "" {
				t.Errorf("it is there %v: %+v", there, j)
			}
		})
	}
}

// TestUnknownKind stays in the queue for a program that knows it.
func TestUnknownKind(t *testing.T) {
	q := newQueue(job.Job{Key: "a", Kind: "later", At: start})
	r, _ := runner(q, map[job.Kind]Handler{"x": nil})
	must(t, r.Drain(t.Context()))
	if j, there := q.get("a"); !there || j.Attempt != 0 {
		t.Errorf("it is there %v: %+v", there, j)
	}
}

// TestDrainFollows does what the jobs of one kind queue for another.
func TestDrainFollows(t *testing.T) {
	q := newQueue(job.Job{Key: "wake", Kind: "x", At: start})
	r, _ := runner(q, map[job.Kind]Handler{
		"x": func(context.Context, job.Job) (time.Time, error) {
			q.put(job.Job{Key: "send", Kind: "y", At: start})
			return start.Add(time.Hour), nil
		},
		"y": func(context.Context, job.Job) (time.Time, error) { return time.Time{}, nil }})
	must(t, r.Drain(t.Context()))
	if _, there := q.get("send"); there {
		t.Error("what was queued meanwhile was not done")
	}
}

// TestDatabaseGoesAway: nothing is lost, and it goes on when it is back.
func TestDatabaseGoesAway(t *testing.T) {
	q := newQueue(job.Job{Key: "a", Kind: "x", At: start})
	q.fault = errors.New("no database")
	r, l := runner(q, map[job.Kind]Handler{"x": func(context.Context, job.Job) (time.Time, error) { return time.Time{}, nil }})
	if err := r.Drain(t.Context()); err == nil {
		t.Error("it says that all is done")
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { r.Run(ctx); close(ended) }()
	until(t, func() bool { return strings.Contains(l.String(), "cannot do background work") })
	q.mu.Lock()
	q.fault = nil
	q.mu.Unlock()
	until(t, func() bool { _, there := q.get("a"); return !there })
	cancel()
	<-ended
}

// TestJump tells of a clock that jumped, and of no other.
func TestJump(t *testing.T) {
	for name, tt := range map[string]struct {
		by   time.Duration
		told bool
	}{"stands": {0, false}, "a little": {2 * time.Second, false}, "on": {time.Hour, true}, "back": {-time.Hour, true}} {
		t.Run(name, func(t *testing.T) {
			q := newQueue()
			r, l := runner(q, nil)
			r.jumped(t.Context())
			if by, at := r.Jumped(); by != 0 || !at.IsZero() {
				t.Errorf("at first: jumped by %s at %s", by, at)
			}
			q.set(start.Add(tt.by))
			r.jumped(t.Context())
			r.jumped(t.Context())
			by, at := r.Jumped()
			if (by.Round(time.Second) == tt.by && at.Equal(start.Add(tt.by))) != tt.told || strings.Contains(l.String(), "jumped") != tt.told {
				t.Errorf("jumped by %s at %s; log %s", by, at, l)
			}
		})
	}
}

// TestAnew looks at all work again at the start, when the clock jumped and once
// more where that failed, and at no other time.
func TestAnew(t *testing.T) {
	fault := errors.New("no database")
	for name, tt := range map[string]struct {
		by     time.Duration // the jump
		faults []error       // of looking again, in turn
		want   int
	}{"at the start": {0, nil, 1}, "a little": {2 * time.Second, nil, 1}, "on": {time.Hour, nil, 2}, "back": {-time.Hour, nil, 2}, "it fails at the start": {0, []error{fault, fault}, 3},
		"it fails after a jump": {-time.Hour, []error{nil, fault}, 3}} {
		t.Run(name, func(t *testing.T) {
			q := newQueue()
			r, l := runner(q, map[job.Kind]Handler{"x": nil})
			var looks, looked atomic.Int64 // at the clock, and at all work
			r.Now = func() time.Time { looks.Add(1); return q.now() }
			r.Anew = func(context.Context) error {
				if n := int(looked.Add(1)); n <= len(tt.faults) {
					return tt.faults[n-1]
				}
				return nil
			}
			rounds := func() {
				before := looks.Load()
				until(t, func() bool { return looks.Load() > before+20 })
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() { r.Run(ctx); close(ended) }()
			rounds()
			q.set(start.Add(tt.by))
			rounds()
			cancel()
			<-ended
			if got := int(looked.Load()); got != tt.want || strings.Contains(l.String(), "anew") != (tt.faults != nil) {
				t.Errorf("looked %d times, want %d; log %s", got, tt.want, l)
			}
		})
	}
}

// TestJumpMakesDue: what becomes due by a jump is done, and what was taken
// before the clock went back is not lost.
func TestJumpMakesDue(t *testing.T) {
	q := newQueue(job.Job{Key: "a", Kind: "x", At: start.Add(time.Hour)})
	done := 0
	r, _ := runner(q, map[job.Kind]Handler{"x": func(context.Context, job.Job) (time.Time, error) { done++; return q.now().Add(time.Hour), nil }})
	for _, step := range []struct {
		clock time.Duration
		want  int
	}{{0, 0}, {24 * time.Hour, 1}, {23 * time.Hour, 1}, {25 * time.Hour, 2}} {
		q.set(start.Add(step.clock))
		must(t, r.Drain(t.Context()))
		if done != step.want {
			t.Errorf("at %s: done %d times, want %d", step.clock, done, step.want)
		}
	}
}
