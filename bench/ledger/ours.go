package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"guanji/internal/org"
	"guanji/internal/standing"
	"guanji/internal/store"
)

var author = standing.Author{By: "Lin", Origin: standing.Called, Source: "bench", Sure: standing.Stated}

// ours appends statements about organizations, one for each writer: each is a
// row and a leaf.
func ours(ctx context.Context, name string, s *store.Store, done func()) appender {
	organization := func(w int) string { return fmt.Sprintf("o%02d", w) }
	for w := range 16 {
		_, err := s.Append(ctx, organization(w), true, nil, author, time.Now())
		must(err)
	}
	var next atomic.Int64
	return appender{name: name, done: func() { must(s.Close()); done() }, add: func(w, n int) error {
		changes := make([]standing.Change, n)
		for i := range changes {
			changes[i] = standing.Change{Ref: standing.Ref{About: org.AboutSystem, Subject: fmt.Sprint("s", next.Add(1)), Key: standing.KeyName},
				Value: json.RawMessage(`{"en":"Core banking","zh":"核心业务系统"}`)}
		}
		_, err := s.Append(ctx, organization(w), false, changes, author, time.Now())
		return err
	}}
}

func (b benchmark) sqlite(ctx context.Context) appender {
	dir, err := os.MkdirTemp(b.folder, "sqlite-")
	must(err)
	s, err := store.Open(ctx, filepath.Join(dir, "guanji.db"))
	must(err)
	return ours(ctx, "Guanji, SQLite: a statement and its leaf", s, func() { must(os.RemoveAll(dir)) })
}

func (b benchmark) postgresql(ctx context.Context) appender {
	address, drop := b.schema(ctx)
	s, err := store.Open(ctx, address)
	must(err)
	return ours(ctx, "Guanji, PostgreSQL: a statement and its leaf", s, drop)
}

// schema makes a schema of its own.
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
