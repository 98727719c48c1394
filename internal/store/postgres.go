package store

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

type postgresDB struct {
	pool *pgxpool.Pool

	// patience is how long one statement may take, as seen from here: it is
	// given up where the server, or the way to it, is gone without a word.
	patience time.Duration
}

// The limits of connections. The server gives up a statement that takes longer
// than the time-out, and a transaction whose client has fallen silent; what is
// locked by it is free again.
const (
	postgresConns    = 10
	connectTimeout   = 5 * time.Second
	statementTimeout = 30 * time.Second
	patience         = statementTimeout + 2*connectTimeout
)

func openPostgres(ctx context.Context, address string) (database, error) {
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, errors.New("the address is not valid; want postgres://user@host:5432/database")
	}
	config.MaxConns = postgresConns
	config.ConnConfig.ConnectTimeout = connectTimeout
	config.ConnConfig.RuntimeParams["application_name"] = "guanji"
	for _, limit := range []string{"statement_timeout", "idle_in_transaction_session_timeout"} {
		config.ConnConfig.RuntimeParams[limit] = strconv.FormatInt(statementTimeout.Milliseconds(), 10)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return &postgresDB{pool, patience}, nil
}

func (db *postgresDB) close() error {
	db.pool.Close()
	return nil
}

func (db *postgresDB) dialect() dialect {
	return dialect{
		name: "postgres",
		lock: "select pg_advisory_xact_lock(7415390)", // a number of our own
		rows: 200,                                     // the way to the server is long
		skip: " for update skip locked",
		unique: func(err error) bool {
			e, ok := errors.AsType[*pgconn.PgError](err)
			return ok && e.Code == "23505"
		},
		missing: func(err error) bool { return errors.Is(err, pgx.ErrNoRows) },
		unfit: func(err error) bool {
			e, ok := errors.AsType[*pgconn.PgError](err)
			return ok && e.Code == "22021"
		},
		refused: func(err error) bool {
			e, ok := errors.AsType[*pgconn.PgError](err)
			return ok && (strings.HasPrefix(e.Code, "22") || strings.HasPrefix(e.Code, "23")) // of data, of integrity
		},
		undone: func(err error) bool {
			e, ok := errors.AsType[*pgconn.PgError](err)
			return ok && (e.Code == "40P01" || e.Code == "40001") // a deadlock, a conflict
		},
	}
}

func (db *postgresDB) write(ctx context.Context, f func(executor) error) error {
	var tx pgx.Tx
	err := db.patiently(ctx, func(ctx context.Context) (err error) {
		tx, err = db.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
		return err
	})
	if err != nil {
		return err
	}
	defer func() { _ = db.patiently(ctx, tx.Rollback) }() // fails once committed, as it should
	if err := f(pgTx{tx, db}); err != nil {
		return err
	}
	return db.patiently(ctx, tx.Commit)
}

// read saves the ways to the server that begin and end a transaction: one
// statement is one by itself.
func (db *postgresDB) read(_ context.Context, f func(executor) error) error {
	return f(pgTx{db.pool, db})
}

// snapshotPatience is how long one statement may take that reads a whole
// table.
const snapshotPatience = time.Hour

// snapshot reads what was there when it began, whatever is written meanwhile.
func (db *postgresDB) snapshot(ctx context.Context, f func(executor) error) error {
	slow := &postgresDB{db.pool, snapshotPatience}
	return pgx.BeginTxFunc(ctx, db.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `set local statement_timeout = 0`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `set local idle_in_transaction_session_timeout = 0`); err != nil {
			return err
		}
		return f(pgTx{tx, slow})
	})
}

// patiently does one thing, and gives it up after a while.
func (db *postgresDB) patiently(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, db.patience)
	defer cancel()
	return f(ctx)
}

// pgTx is a transaction, or the pool for one statement.
type pgTx struct {
	tx interface {
		Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
		Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
		QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	}
	db *postgresDB
}

func (t pgTx) exec(ctx context.Context, q string, args ...any) (affected int64, err error) {
	err = t.db.patiently(ctx, func(ctx context.Context) error {
		tag, err := t.tx.Exec(ctx, q, args...)
		affected = tag.RowsAffected()
		return err
	})
	return affected, err
}

func (t pgTx) query(ctx context.Context, q string, args ...any) (rows, error) {
	ctx, cancel := context.WithTimeout(ctx, t.db.patience)
	r, err := t.tx.Query(ctx, q, args...)
	if err != nil {
		cancel()
		return nil, err
	}
	return pgRows{r, cancel}, nil
}

// pgRows are rows that are waited for until they are closed.
type pgRows struct {
	pgx.Rows
	cancel context.CancelFunc
}

func (r pgRows) Close() {
	r.Rows.Close()
	r.cancel()
}

func (t pgTx) row(ctx context.Context, q string, args ...any) row {
	ctx, cancel := context.WithTimeout(ctx, t.db.patience)
	return pgRow{t.tx.QueryRow(ctx, q, args...), cancel}
}

// pgRow is a row that is waited for until it is read.
type pgRow struct {
	pgx.Row
	cancel context.CancelFunc
}

func (r pgRow) Scan(into ...any) error {
	defer r.cancel()
	return r.Row.Scan(into...)
}
