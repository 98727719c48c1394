package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"guanji/internal/incident"
	"guanji/internal/job"
	"guanji/internal/ledger"
	"guanji/internal/respond"
	"guanji/internal/standing"
	"guanji/internal/store"
	"guanji/internal/work"
)

const organization = "bench"

// sqliteAddress is a file in a folder of its own.
func (b benchmark) sqliteAddress(context.Context) (address string, drop func()) {
	dir, err := os.MkdirTemp(b.folder, "sqlite-")
	must(err)
	return filepath.Join(dir, "guanji.db"), func() { must(os.RemoveAll(dir)) }
}

// schema is a schema of its own.
func (b benchmark) schema(ctx context.Context) (address string, drop func()) {
	conn, err := pgx.Connect(ctx, b.postgres)
	must(err)
	name := "bench_" + strings.ToLower(rand.Text())
	_, err = conn.Exec(ctx, "create schema "+name)
	must(err)
	sep := "?"
	if strings.Contains(b.postgres, "?") {
		sep = "&"
	}
	return b.postgres + sep + "search_path=" + name, func() {
		_, err := conn.Exec(ctx, "drop schema "+name+" cascade")
		must(err)
		must(conn.Close(ctx))
	}
}

func opened(ctx context.Context, address string) *store.Store {
	s, err := store.Open(ctx, address)
	must(err)
	_, err = s.Append(ctx, organization, true, nil, standing.Author{By: "Lin", Origin: standing.Called, Source: "bench", Sure: standing.Stated}, time.Now())
	must(err)
	return s
}

func (b benchmark) oursSQLite(alone bool) func(context.Context) runner {
	return func(ctx context.Context) runner {
		address, drop := b.sqliteAddress(ctx)
		return ours("Guanji, SQLite", opened(ctx, address), alone, drop)
	}
}

func (b benchmark) oursPostgres(alone bool) func(context.Context) runner {
	return func(ctx context.Context) runner {
		address, drop := b.schema(ctx)
		return ours("Guanji, PostgreSQL", opened(ctx, address), alone, drop)
	}
}

// counted tells of jobs that have ended.
type counted struct {
	work.Queue
	ended func(int)
}

func (c counted) Finish(ctx context.Context, done []job.Job) error {
	err := c.Queue.Finish(ctx, done)
	c.ended(len(done))
	return err
}

// ours queues each job as the program does, beside a step and its leaf in one
// transaction; or alone.
func ours(name string, s *store.Store, alone bool, drop func()) runner {
	var next atomic.Int64
	if !alone {
		name += ", each with a step and its leaf"
	}
	return runner{name: name,
		add: func(ctx context.Context, at []time.Time) {
			jobs := make([]job.Job, len(at))
			for i := range jobs {
				jobs[i] = job.Job{Key: fmt.Sprint("send/", next.Add(1)), Kind: job.Send, Of: organization, Body: []byte(`{}`), At: at[i]}
			}
			if alone {
				must(s.Queue(ctx, jobs...))
				return
			}
			_, err := s.Record(ctx, organization, respond.Writing{Case: 1, Seen: respond.AnyRevision, Actor: ledger.Actor{By: "Lin", At: time.Now()},
				Steps: []incident.Step{{Note: &incident.Note{What: "something was done"}}}, Jobs: func(int64) []job.Job { return jobs }})
			must(err)
		},
		work: func(ctx context.Context, began func(time.Time), ended func(int)) {
			work.New(work.Config{Queue: counted{s, ended}, Owner: "bench", Log: slog.New(slog.DiscardHandler), Now: time.Now,
				Handlers: map[job.Kind]work.Handler{job.Send: func(_ context.Context, j job.Job) (time.Time, error) {
					began(j.At)
					return time.Time{}, nil
				}}}).Run(ctx)
		},
		done: func() { must(s.Close()); drop() }}
}
