package work

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"guanji/internal/job"
)

// one does one job, within its time.
func (r *Runner) one(ctx context.Context, j job.Job) (again time.Time, err error) {
	limited, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			r.Log.ErrorContext(ctx, "a job panicked", "job", j.Key, "panic", v, "stack", string(debug.Stack()))
			err = fmt.Errorf("a job panicked: %v", v)
		}
	}()
	return r.Handlers[j.Kind](limited, j)
}

// fail puts a job off, or gives it up, unless it is to be done again anyway.
// One that was broken off because the program stops stays as it is, and is let
// go of when it starts again.
func (r *Runner) fail(ctx context.Context, j job.Job, again time.Time, cause error) error {
	if ctx.Err() != nil && errors.Is(cause, context.Canceled) {
		return nil
	}
	now := r.Now()
	next, dead := now.Add(job.Backoff(j.Attempt)), time.Time{}
	if j.Attempt >= job.MaxAttempts && again.IsZero() {
		dead = now
	}
	r.Log.WarnContext(ctx, "a job failed", "job", j.Key, "attempt", j.Attempt, "given_up", !dead.IsZero(), "err", cause)
	return r.Queue.Fail(context.WithoutCancel(ctx), j, shorten(cause.Error()), next, dead)
}

// maxFailure is how much is kept of why a job failed, in bytes.
const maxFailure = 1000

// shorten cuts a text, and leaves no half of a character.
func shorten(s string) string { return strings.ToValidUTF8(s[:min(len(s), maxFailure)], "") }
