package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"guanji/internal/job"
	"guanji/internal/problem"
)

const jobColumns = `key, kind, organization, body, due_at, attempt, queued_at, failure, dead_at, taken_until, serial`

func scanJob(r row) (j job.Job, err error) {
	var kind, body string
	var due, queued, dead, taken, attempt int64
	err = r.Scan(&j.Key, &kind, &j.Of, &body, &due, &attempt, &queued, &j.Failure, &dead, &taken, &j.Serial)
	j.Kind, j.Body, j.Attempt = job.Kind(kind), json.RawMessage(body), int(attempt)
	j.At, j.Queued, j.Dead, j.Taken = instant(due), instant(queued), instantOrNot(dead), instantOrNot(taken)
	return j, err
}

// queue puts a job into the queue, in the place of one with its key.
func queue(ctx context.Context, x executor, j job.Job) error {
	_, err := x.exec(ctx, `insert into job (key, kind, organization, body, due_at, attempt, queued_at, failure, dead_at, taken_until, taken_by, serial)
		values ($1, $2, $3, $4, $5, 0, $5, '', 0, 0, '', 1)
		on conflict (key) do update set body = excluded.body, due_at = excluded.due_at, attempt = 0, queued_at = excluded.queued_at, failure = '', dead_at = 0, taken_until = 0, taken_by = '', serial = job.serial + 1`,
		j.Key, string(j.Kind), j.Of, string(j.Body), micros(j.At))
	return err
}

// Queue puts jobs into the queue that belong to no other change, but for those
// that are there.
func (s *Store) Queue(ctx context.Context, jobs ...job.Job) error {
	return s.write(ctx, func(x executor) error {
		for _, j := range jobs {
			n, err := list(ctx, x, func(r row) (n int64, err error) { return n, r.Scan(&n) }, `select 1 from job where key = $1`, j.Key)
			if err == nil && len(n) == 0 {
				err = queue(ctx, x, j)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// free is a job that nobody has at $1: one that is somebody's until after $2 was
// taken by a clock that was ahead, and nobody may have it any more.
const free = `dead_at = 0 and (taken_until <= $1 or taken_until > $2)`

// Take implements [work.Queue]. Of two who take at the same time, one finds
// the job taken, or passes it over. What was not begun yet goes first: many that
// fail again and again keep nothing else waiting.
func (s *Store) Take(ctx context.Context, owner string, kind job.Kind, now, until time.Time, most int) (jobs []job.Job, err error) {
	never := until.Add(until.Sub(now)) // clocks differ, but by less than a job may take
	due, err := s.anyDue(ctx, kind, now, never)
	if err != nil || !due {
		return nil, err
	}
	err = s.change(ctx, most, func(x *changing) error {
		jobs, err = list(ctx, x, scanJob, `with due as (select key from job where kind = $5 and due_at <= $1 and `+free+` order by attempt, due_at, key limit $6`+s.db.dialect().skip+`)
			update job set taken_until = $3, taken_by = $4, attempt = attempt + 1 where key in (select key from due)
			returning `+jobColumns, micros(now), micros(never), micros(until), owner, string(kind), most)
		return err
	})
	slices.SortFunc(jobs, func(a, b job.Job) int { return a.At.Compare(b.At) })
	return jobs, err
}

// anyDue spares whoever writes where there is nothing to do.
func (s *Store) anyDue(ctx context.Context, kind job.Kind, now, never time.Time) (due bool, err error) {
	err = s.read(ctx, func(x executor) error {
		n, err := list(ctx, x, func(r row) (n int64, err error) { return n, r.Scan(&n) },
			`select 1 from job where kind = $3 and due_at <= $1 and `+free+` limit 1`, micros(now), micros(never), string(kind))
		due = len(n) > 0
		return err
	})
	return due, err
}

// Finish implements [work.Queue].
func (s *Store) Finish(ctx context.Context, done []job.Job) error {
	if len(done) == 0 {
		return nil
	}
	return s.change(ctx, len(done), func(x *changing) error {
		for _, j := range done {
			sql, args := `delete from job where key = $1 and serial = $2`, []any{j.Key, j.Serial}
			if !j.At.IsZero() {
				sql, args = `update job set due_at = $3, attempt = 0, failure = '', taken_until = 0, taken_by = '' where key = $1 and serial = $2`, append(args, micros(j.At))
			}
			if _, err := x.exec(ctx, sql, args...); err != nil {
				return err
			}
		}
		return nil
	})
}

// Fail implements [work.Queue].
func (s *Store) Fail(ctx context.Context, j job.Job, why string, next, dead time.Time) error {
	return s.change(ctx, 1, func(x *changing) error {
		_, err := x.exec(ctx, `update job set failure = $1, due_at = $2, dead_at = $3, taken_until = 0, taken_by = '' where key = $4 and serial = $5`,
			why, micros(next), microsOrNot(dead), j.Key, j.Serial)
		return err
	})
}

// Release implements [work.Queue].
func (s *Store) Release(ctx context.Context, owner string) error {
	return s.write(ctx, func(x executor) error {
		_, err := x.exec(ctx, `update job set taken_until = 0, taken_by = '' where taken_by = $1`, owner)
		return err
	})
}

// Hurry makes everything due now that was put off by a clock that was wrong.
// What failed and waits no longer than it would anyway stays put off: a program
// that is started again and again must not use its attempts up.
func (s *Store) Hurry(ctx context.Context, now time.Time) error {
	return s.change(ctx, 1, func(x *changing) error {
		_, err := x.exec(ctx, `update job set due_at = $1 where dead_at = 0 and due_at > $1 and (attempt = 0 or due_at > $2)`,
			micros(now), micros(now.Add(job.Backoff(job.MaxAttempts))))
		return err
	})
}

// Requeue puts jobs into the queue, in the place of those that are there: all in
// one order, so that of two who do so at the same time one waits.
func (s *Store) Requeue(ctx context.Context, jobs ...job.Job) error {
	sorted := slices.SortedFunc(slices.Values(jobs), func(a, b job.Job) int { return strings.Compare(a.Key, b.Key) })
	return s.change(ctx, len(sorted), func(x *changing) error {
		for _, j := range sorted {
			if err := queue(ctx, x, j); err != nil {
				return err
			}
		}
		return nil
	})
}

// Jobs returns what is queued or was given up: first what was given up, then
// what failed, then the others as they are due, at most so many; and how many
// there are of each.
func (s *Store) Jobs(ctx context.Context, most int) (jobs []job.Job, waiting, dead int64, err error) {
	err = s.db.snapshot(ctx, func(x executor) error {
		if err := x.row(ctx, `select cast(coalesce(sum(case when dead_at = 0 then 1 else 0 end), 0) as bigint), cast(coalesce(sum(case when dead_at > 0 then 1 else 0 end), 0) as bigint) from job`).Scan(&waiting, &dead); err != nil {
			return err
		}
		jobs, err = list(ctx, x, scanJob, `select `+jobColumns+` from job order by case when dead_at > 0 then 0 when failure <> '' then 1 else 2 end, due_at, key limit $1`, most)
		return err
	})
	return jobs, waiting, dead, s.kind(ctx, err)
}

// Retry makes a job due now that was given up or put off. It fails with
// [problem.NotFound].
func (s *Store) Retry(ctx context.Context, key string, now time.Time) error {
	return s.write(ctx, func(x executor) error {
		n, err := x.exec(ctx, `update job set due_at = $1, dead_at = 0, attempt = case when dead_at > 0 then 0 else attempt end where key = $2`, micros(now), key)
		if err == nil && n == 0 {
			err = problem.New(problem.NotFound, "respond.no_job", key)
		}
		return err
	})
}

// DropJob takes a job out of the queue that was given up. It fails with
// [problem.NotFound] for any other.
func (s *Store) DropJob(ctx context.Context, key string) error {
	return s.write(ctx, func(x executor) error {
		n, err := x.exec(ctx, `delete from job where key = $1 and dead_at > 0`, key)
		if err == nil && n == 0 {
			err = problem.New(problem.NotFound, "respond.no_job", key)
		}
		return err
	})
}
