package main

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	_ "modernc.org/sqlite"
)

type empty struct{}

func (empty) Kind() string { return "empty" }

type worker struct {
	river.WorkerDefaults[empty]
	began func(time.Time)
}

func (w *worker) Work(_ context.Context, j *river.Job[empty]) error {
	w.began(j.ScheduledAt)
	return nil
}

// riverSQLite is River on SQLite, on one connection as its driver advises, with
// the same care for the disk as ours.
func (b benchmark) riverSQLite(quick bool) func(context.Context) runner {
	return func(ctx context.Context) runner {
		address, drop := b.sqliteAddress(ctx)
		db, err := sql.Open("sqlite", "file:"+address+"?_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)&_pragma=journal_mode(WAL)&_txlock=immediate")
		must(err)
		db.SetMaxOpenConns(1)
		return peer(ctx, "River, SQLite", riversqlite.New(db), quick, func() { must(db.Close()); drop() })
	}
}

func (b benchmark) riverPostgres(quick bool) func(context.Context) runner {
	return func(ctx context.Context) runner {
		address, drop := b.schema(ctx)
		pool, err := pgxpool.New(ctx, address)
		must(err)
		return peer(ctx, "River, PostgreSQL", riverpgxv5.New(pool), quick, func() { pool.Close(); drop() })
	}
}

// peer is River with as many workers as its documentation shows, and else as
// it comes; or quick, as its own benchmark sets it.
func peer[T any](ctx context.Context, name string, driver riverdriver.Driver[T], quick bool, done func()) runner {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: quiet})
	must(err)
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	must(err)
	insert, err := river.NewClient(driver, &river.Config{Logger: quiet})
	must(err)
	c := river.Config{Logger: quiet, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 100}}}
	if quick {
		name += ", as its own benchmark sets it"
		c.FetchCooldown, c.FetchPollInterval = 2*time.Millisecond, 20*time.Millisecond
		c.Queues[river.QueueDefault] = river.QueueConfig{MaxWorkers: 2000}
	}
	return runner{name: name, done: done,
		add: func(ctx context.Context, at []time.Time) {
			if len(at) == 1 {
				_, err := insert.Insert(ctx, empty{}, &river.InsertOpts{ScheduledAt: at[0]})
				must(err)
				return
			}
			var all []river.InsertManyParams
			for _, t := range at {
				all = append(all, river.InsertManyParams{Args: empty{}, InsertOpts: &river.InsertOpts{ScheduledAt: t}})
			}
			for len(all) > 0 {
				n := min(len(all), 1000)
				_, err := insert.InsertMany(ctx, all[:n])
				must(err)
				all = all[n:]
			}
		},
		work: func(ctx context.Context, began func(time.Time), ended func(int)) { works(ctx, driver, c, began, ended) }}
}

func works[T any](ctx context.Context, driver riverdriver.Driver[T], c river.Config, began func(time.Time), ended func(int)) {
	c.Workers = river.NewWorkers()
	river.AddWorker(c.Workers, &worker{began: began})
	client, err := river.NewClient(driver, &c)
	must(err)
	completed, cancel := client.SubscribeConfig(&river.SubscribeConfig{ChanSize: 1 << 20, Kinds: []river.EventKind{river.EventKindJobCompleted}})
	defer cancel()
	must(client.Start(context.WithoutCancel(ctx)))
	for {
		select {
		case <-completed:
			ended(1)
		case <-ctx.Done():
			must(client.Stop(context.WithoutCancel(ctx)))
			return
		}
	}
}

var quiet = slog.New(slog.DiscardHandler)
