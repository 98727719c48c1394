// Package store keeps everything in a database: SQLite in the home of an
// installation, or PostgreSQL. It is the only package that knows SQL.
//
// One SQL text serves both engines; only the schemas stand apart, in
// migrations/. Times are Unix microseconds, JSON is text. Every method is one
// transaction. What a method has returned without an error is on the disk:
// SQLite syncs at every commit, PostgreSQL does unless told otherwise.
package store

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"guanji/internal/access"
	"guanji/internal/filing"
	"guanji/internal/problem"
	"guanji/internal/record"
	"guanji/internal/standing"
)

// A Store is an open database. It is safe for concurrent use.
type Store struct {
	db      database
	changes changes
}

// database is one engine.
type database interface {
	// write runs one transaction: it is committed if f returns nil.
	write(ctx context.Context, f func(executor) error) error

	// read runs one statement that changes nothing.
	read(ctx context.Context, f func(executor) error) error

	// snapshot runs statements that change nothing and see one state.
	snapshot(ctx context.Context, f func(executor) error) error
	dialect() dialect
	close() error
}

// executor is a transaction.
type executor interface {
	exec(ctx context.Context, sql string, args ...any) (affected int64, err error)
	query(ctx context.Context, sql string, args ...any) (rows, error)
	row(ctx context.Context, sql string, args ...any) row
}

type rows interface {
	Next() bool
	Scan(into ...any) error
	Err() error
	Close()
}

type row interface{ Scan(into ...any) error }

// dialect is what the engines do not share.
type dialect struct {
	name    string
	lock    string // taken while migrations are looked at
	rows    int    // in one statement that inserts many
	skip    string // ends a query that passes over rows that others hold
	unique  func(error) bool
	missing func(error) bool // no row
	unfit   func(error) bool // a text that it does not keep
	refused func(error) bool // a statement that cannot be done, while others can
	undone  func(error) bool // a transaction undone because of others, which may succeed now
}

// Open opens a database and brings its schema up to date: the one of a
// postgres:// address, else the SQLite file with a path, which is made if it
// is not there. It fails with [problem.Refused] if the database cannot be
// opened, or was written by a newer program.
func Open(ctx context.Context, address string) (*Store, error) {
	open := openSQLite
	if IsPostgres(address) {
		open = openPostgres
	}
	db, err := open(ctx, address)
	if err != nil {
		return nil, problem.New(problem.Refused, "store.open", Shown(address)).Because(withoutSecrets(err, address))
	}
	s := &Store{db: db}
	if err := s.migrate(ctx, address); err != nil {
		return nil, errors.Join(problem.New(problem.Refused, "store.migrate", Shown(address)).Because(err), db.close())
	}
	return s, nil
}

// IsPostgres reports whether an address is one of a PostgreSQL database.
func IsPostgres(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// Shown returns an address as it may be shown: without password and options.
func Shown(address string) string {
	if !IsPostgres(address) {
		return address
	}
	u, err := url.Parse(address)
	if err != nil {
		return "postgres://…"
	}
	u.RawQuery = ""
	return u.Redacted()
}

// withoutSecrets drops the text of an error that could hold a password.
func withoutSecrets(err error, address string) error {
	if !IsPostgres(address) {
		return err
	}
	u, parseErr := url.Parse(address)
	if parseErr != nil {
		return errors.New("the address is not valid")
	}
	if password, ok := u.User.Password(); ok && password != "" && strings.Contains(err.Error(), password) {
		return errors.New(strings.ReplaceAll(err.Error(), password, "xxxxx"))
	}
	if u.Query().Has("password") {
		return errors.New("cannot connect")
	}
	return err
}

// Close closes the database.
func (s *Store) Close() error { return s.db.close() }

// write runs one transaction that changes something, and says what kind a
// failure is.
func (s *Store) write(ctx context.Context, f func(executor) error) error {
	return s.kind(ctx, s.db.write(ctx, f))
}

// read runs one statement that changes nothing.
func (s *Store) read(ctx context.Context, f func(executor) error) error {
	return s.kind(ctx, s.db.read(ctx, func(x executor) error { return f(&single{executor: x}) }))
}

// single runs one statement and refuses others: what is read by two would not
// belong together where there is no transaction around them.
type single struct {
	executor
	used bool
}

var errTwice = errors.New("a second statement in one read")

func (x *single) query(ctx context.Context, sql string, args ...any) (rows, error) {
	if x.used {
		return nil, errTwice
	}
	x.used = true
	return x.executor.query(ctx, sql, args...)
}

func (x *single) row(ctx context.Context, sql string, args ...any) row {
	if x.used {
		return failedRow{errTwice}
	}
	x.used = true
	return x.executor.row(ctx, sql, args...)
}

// failedRow is a row that could not be read.
type failedRow struct{ err error }

func (r failedRow) Scan(...any) error { return r.err }

// kind makes every failure that has no kind yet one of the database: it may be
// back later. Where the caller has gone, nobody is told.
func (s *Store) kind(ctx context.Context, err error) error {
	switch {
	case err == nil || problem.KindOf(err) != problem.Internal:
		return err
	case ctx.Err() == context.Canceled:
		return ctx.Err()
	case s.db.dialect().unfit(err):
		return problem.New(problem.Input, "store.unfit").Because(err)
	}
	return problem.New(problem.Unavailable, "store.unavailable").Because(err)
}

// list reads every row of a query.
func list[T any](ctx context.Context, x executor, scan func(row) (T, error), sql string, args ...any) ([]T, error) {
	r, err := x.query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var all []T
	for r.Next() {
		v, err := scan(r)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, r.Err()
}

func micros(t time.Time) int64 { return t.UnixMicro() }

func instant(us int64) time.Time { return time.UnixMicro(us).UTC() }

// A Store serves these use cases.
var (
	_ access.Accounts  = (*Store)(nil)
	_ access.Passes    = (*Store)(nil)
	_ access.Starting  = (*Store)(nil)
	_ standing.Store   = (*Store)(nil)
	_ standing.Drafts  = (*Store)(nil)
	_ filing.Store     = (*Store)(nil)
	_ record.Store     = (*Store)(nil)
	_ record.Witnesses = (*Store)(nil)
)
