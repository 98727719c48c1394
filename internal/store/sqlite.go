package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"

	"guanji/internal/problem"
)

// sqliteDB has one connection that writes and several that read, as SQLite
// allows one writer at a time, and readers beside it (WAL).
type sqliteDB struct {
	writer, readers *sql.DB
	path            string
	file            os.FileInfo // as it was opened
}

const sqliteReaders = 4

func openSQLite(ctx context.Context, path string) (database, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	file, err := privately(path)
	if err != nil {
		return nil, err
	}
	const common = "?_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)"
	name := "file:" + (&url.URL{Path: path}).EscapedPath() + common
	db := &sqliteDB{path: path, file: file}
	if db.writer, err = sql.Open("sqlite", name+"&_pragma=journal_mode(WAL)&_txlock=immediate"); err != nil {
		return nil, err
	}
	if db.readers, err = sql.Open("sqlite", name+"&_pragma=query_only(1)"); err != nil {
		return nil, errors.Join(err, db.writer.Close())
	}
	db.writer.SetMaxOpenConns(1)
	db.readers.SetMaxOpenConns(sqliteReaders)
	db.readers.SetMaxIdleConns(sqliteReaders)
	if err := db.begin(ctx); err != nil {
		return nil, errors.Join(err, db.close())
	}
	return db, nil
}

// begin makes the first connection, which sets how the file is kept. SQLite
// does not wait by itself for others who do so at the same moment.
func (db *sqliteDB) begin(ctx context.Context) error {
	const pause, most = 20 * time.Millisecond, 10 * time.Second
	for waited := time.Duration(0); ; waited += pause {
		err := db.writer.PingContext(ctx)
		if e, ok := errors.AsType[*sqlite.Error](err); !ok || e.Code()&0xff != sqlitelib.SQLITE_BUSY || waited >= most {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// privately makes a file if it is not there, so that nobody else reads what is
// kept in it, and returns what is known of it.
func privately(path string) (os.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	return info, errors.Join(err, f.Close())
}

func (db *sqliteDB) close() error { return errors.Join(db.readers.Close(), db.writer.Close()) }

func (db *sqliteDB) dialect() dialect {
	return dialect{
		name: "sqlite",
		lock: "select 1", // the transaction itself is the lock
		rows: 5,          // the driver takes the square of the parameters to bind them, and has no way to go
		unique: func(err error) bool {
			e, ok := errors.AsType[*sqlite.Error](err)
			return ok && (e.Code() == sqlitelib.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlitelib.SQLITE_CONSTRAINT_PRIMARYKEY)
		},
		missing: func(err error) bool { return errors.Is(err, sql.ErrNoRows) },
		unfit:   func(error) bool { return false },
		refused: func(err error) bool {
			e, ok := errors.AsType[*sqlite.Error](err)
			return ok && slices.Contains([]int{sqlitelib.SQLITE_CONSTRAINT, sqlitelib.SQLITE_TOOBIG, sqlitelib.SQLITE_MISMATCH}, e.Code()&0xff)
		},
		undone: func(error) bool { return false }, // one writes at a time
	}
}

func (db *sqliteDB) write(ctx context.Context, f func(executor) error) error {
	return inTx(ctx, db.writer, db.inPlace(f))
}

func (db *sqliteDB) read(ctx context.Context, f func(executor) error) error {
	return inTx(ctx, db.readers, db.inPlace(f))
}

// snapshot reads what was there when it began, whatever is written meanwhile.
func (db *sqliteDB) snapshot(ctx context.Context, f func(executor) error) error {
	return inTx(ctx, db.readers, db.inPlace(f))
}

// inPlace fails if the file is no longer the one that was opened: it was
// removed, or another was put in its place, and whatever is written to the old
// one is lost.
func (db *sqliteDB) inPlace(f func(executor) error) func(executor) error {
	return func(x executor) error {
		err := f(x)
		if now, gone := os.Stat(db.path); gone != nil || !os.SameFile(db.file, now) {
			return problem.New(problem.Refused, "store.moved", db.path).Because(gone)
		}
		return err
	}
}

func inTx(ctx context.Context, db *sql.DB, f func(executor) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // fails once committed, as it should
	if err := f(sqlTx{tx, map[string]*sql.Stmt{}}); err != nil {
		return err
	}
	return tx.Commit()
}

// sqlTx is a transaction. It keeps its statements prepared, since most are used
// again: the transaction closes them.
type sqlTx struct {
	tx       *sql.Tx
	prepared map[string]*sql.Stmt
}

func (t sqlTx) prepare(ctx context.Context, q string) (*sql.Stmt, error) {
	s := t.prepared[q]
	if s == nil {
		var err error
		if s, err = t.tx.PrepareContext(ctx, q); err != nil {
			return nil, err
		}
		t.prepared[q] = s
	}
	return s, nil
}

func (t sqlTx) exec(ctx context.Context, q string, args ...any) (int64, error) {
	s, err := t.prepare(ctx, q)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (t sqlTx) query(ctx context.Context, q string, args ...any) (rows, error) {
	s, err := t.prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	r, err := s.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	return sqlRows{r}, nil
}

func (t sqlTx) row(ctx context.Context, q string, args ...any) row {
	s, err := t.prepare(ctx, q)
	if err != nil {
		return failedRow{err}
	}
	return s.QueryRowContext(ctx, args...)
}

type sqlRows struct{ *sql.Rows }

func (r sqlRows) Close() { _ = r.Rows.Close() } // Err tells what went wrong

// removeSQLite removes a file with what SQLite keeps beside it.
func removeSQLite(path string) {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(path + suffix) // a trial that stays behind harms nothing
	}
}
