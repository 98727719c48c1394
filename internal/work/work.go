// Package work does the jobs that are due, again until they are done or given
// up. It looks at the clock of the wall each time, and never sleeps until a
// moment: a clock that jumps makes a job early or late by the jump, and loses
// none.
package work

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"guanji/internal/job"
)

// A Queue keeps jobs. Each method is one transaction.
type Queue interface {
	// Take returns jobs of a kind that are due and that nobody has, the oldest
	// first, at most so many. They are the owner's until a moment, and count as
	// begun once more.
	Take(ctx context.Context, owner string, kind job.Kind, now, until time.Time, most int) ([]job.Job, error)

	// Finish ends jobs that were done, each unless it was queued again since it
	// was taken. One with At set is due again then.
	Finish(ctx context.Context, done []job.Job) error

	// Fail puts a job off, with why it failed, or gives it up if dead is set.
	Fail(ctx context.Context, j job.Job, why string, next, dead time.Time) error

	// Release lets go of what an owner had: it was stopped in the middle.
	Release(ctx context.Context, owner string) error
}

// A Handler does a job, and returns when to do it again, the zero time for
// never. It may be called again for a job that it did. One that fails and is to
// be done again anyway is never given up.
type Handler func(ctx context.Context, j job.Job) (again time.Time, err error)

// Config holds what a Runner needs.
type Config struct {
	Queue    Queue
	Handlers map[job.Kind]Handler
	Owner    string // tells processes apart that share a queue
	Log      *slog.Logger
	Now      func() time.Time
	Every    time.Duration // how often to look; four times a second if 0
	Timeout  time.Duration // for one job; 45 seconds if 0
	Width    int           // jobs of one kind at a time; 32 if 0

	// Anew looks at all work again, at the start and when the clock jumped, until
	// that goes well: a clock that was wrong may have put it off. Nil does nothing.
	Anew func(ctx context.Context) error
}

// The defaults, see [Config].
const (
	every   = time.Second / 4
	timeout = 45 * time.Second
	width   = 32
)

// lease is how much longer than its time-out a job is its owner's.
const lease = 15 * time.Second

// A Runner does jobs.
type Runner struct {
	Config
	mu   sync.Mutex
	last reading
	jump time.Duration // of the clock, as it was last noticed
	at   time.Time     // when
	owed bool          // looking at all work again did not go well
}

// reading is what the clock of the wall said, and what has passed since by the
// clock that does not jump.
type reading struct {
	wall   time.Time
	steady time.Time
}

// New returns a Runner.
func New(c Config) *Runner {
	if c.Every == 0 {
		c.Every = every
	}
	if c.Timeout == 0 {
		c.Timeout = timeout
	}
	if c.Width == 0 {
		c.Width = width
	}
	return &Runner{Config: c}
}

// Run does jobs until the context ends, each kind beside the others: a mail
// server that hangs keeps no clock waiting. What it had when it was stopped last
// is due at once.
func (r *Runner) Run(ctx context.Context) {
	if err := r.Queue.Release(ctx, r.Owner); err != nil && ctx.Err() == nil {
		r.Log.ErrorContext(ctx, "cannot let go of background work that was broken off", "err", err)
	}
	r.anew(ctx)
	var lanes sync.WaitGroup
	for kind := range r.Handlers {
		lanes.Go(func() { r.lane(ctx, kind) })
	}
	lanes.Wait()
}

// lane does the jobs of one kind until the context ends.
func (r *Runner) lane(ctx context.Context, kind job.Kind) {
	ticks := time.NewTicker(r.Every)
	defer ticks.Stop()
	for {
		if r.jumped(ctx) || r.owes() {
			r.anew(ctx)
		}
		if _, err := r.drain(ctx, kind); err != nil && ctx.Err() == nil {
			r.Log.ErrorContext(ctx, "cannot do background work", "kind", kind, "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}

// jumpAfter is how far the clock may go from the steady one between two looks
// before that is told.
const jumpAfter = 5 * time.Second

// anew puts right what a wrong clock put off.
func (r *Runner) anew(ctx context.Context) {
	if r.Anew == nil {
		return
	}
	if err := r.Anew(ctx); err != nil && ctx.Err() == nil {
		r.Log.ErrorContext(ctx, "cannot look at all background work anew", "err", err)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.owed = true
	}
}

// owes reports whether all work is still to be looked at again, to one who then
// does.
func (r *Runner) owes() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	owed := r.owed
	r.owed = false
	return owed
}

// jumped tells of a clock that jumped.
func (r *Runner) jumped(ctx context.Context) (jumped bool) {
	now := reading{r.Now(), time.Now()}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.last.wall.IsZero() {
		jump := now.wall.Round(0).Sub(r.last.wall.Round(0)) - now.steady.Sub(r.last.steady)
		if jumped = jump.Abs() > jumpAfter; jumped {
			r.jump, r.at = jump, now.wall
			r.Log.WarnContext(ctx, "the clock of this machine jumped: deadlines stand, reminders follow the clock as it is now", "by", jump.Round(time.Second))
		}
	}
	r.last = now
	return jumped
}

// Jumped returns by how much the clock jumped last since the process began,
// and when; the zero time for never.
func (r *Runner) Jumped() (time.Duration, time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.jump, r.at
}

// Drain does everything that is due, and returns when nothing is.
func (r *Runner) Drain(ctx context.Context) error {
	for again := true; again; {
		again = false
		for kind := range r.Handlers {
			done, err := r.drain(ctx, kind)
			if err != nil {
				return err
			}
			again = again || done > 0
		}
	}
	return ctx.Err()
}

// drain does everything of one kind that is due, and returns how many jobs that
// were. Places that are free are filled again: a job that hangs holds up itself
// alone.
func (r *Runner) drain(ctx context.Context, kind job.Kind) (begun int, err error) {
	ended := make(chan outcome, r.Width)
	for under, fill := 0, true; ; {
		if fill && err == nil && ctx.Err() == nil {
			now := r.Now()
			var jobs []job.Job
			jobs, err = r.Queue.Take(ctx, r.Owner, kind, now, now.Add(r.Timeout+lease), r.Width-under)
			for _, j := range jobs {
				go func() { ended <- r.outcome(ctx, j) }()
			}
			begun, under = begun+len(jobs), under+len(jobs)
		}
		if under == 0 {
			return begun, err
		}
		n, failed := r.end(ctx, ended)
		under, err = under-n, errors.Join(err, failed)
		fill = under < r.Width && (n == 0 || under <= r.Width/2) // a few at a time cost a transaction each
	}
}

// outcome is what became of a job.
type outcome struct {
	job    job.Job // as it is finished; its At is when it is done again
	failed bool    // it is put off already
	err    error   // of putting it off
}

func (r *Runner) outcome(ctx context.Context, j job.Job) outcome {
	again, err := r.one(ctx, j)
	if err != nil {
		return outcome{j, true, r.fail(ctx, j, again, err)}
	}
	j.At = again
	return outcome{job: j}
}

// end waits for a job to end, but not longer than until it is looked for more,
// and finishes together all that have ended. It returns how many those are.
func (r *Runner) end(ctx context.Context, ended <-chan outcome) (n int, err error) {
	var done []job.Job
	look := time.NewTimer(r.Every)
	defer look.Stop()
	for o := (outcome{}); ; {
		select {
		case o = <-ended:
		default:
			if n > 0 {
				return n, errors.Join(err, r.Queue.Finish(context.WithoutCancel(ctx), done))
			}
			select {
			case o = <-ended:
			case <-look.C:
				return 0, nil
			}
		}
		n++
		if err = errors.Join(err, o.err); !o.failed {
			done = append(done, o.job)
		}
	}
}
