package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

type postgresDB struct{ pool *pgxpool.Pool }

// The limits of connections. A statement that takes longer than the time-out
// is given up, and so is waiting for a server that does not answer.
const (
	postgresConns    = 10
	connectTimeout   = 5 * time.Second
	statementTimeout = "30s"
)

func openPostgres(ctx context.Context, address string) (database, error) {
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, errors.New("the address is not valid; want postgres://user@host:5432/database")
	}
	config.MaxConns = postgresConns
	config.ConnConfig.ConnectTimeout = connectTimeout
	config.ConnConfig.RuntimeParams["application_name"] = "guanji"
	config.ConnConfig.RuntimeParams["statement_timeout"] = statementTimeout
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return &postgresDB{pool}, nil
}

func (db *postgresDB) close() error {
	db.pool.Close()
	return nil
}

func (db *postgresDB) dialect() dialect {
	return dialect{
		name: "postgres",
		lock: "select pg_advisory_xact_lock(7415390)", // a number of our own
		unique: func(err error) bool {
			e, ok := errors.AsType[*pgconn.PgError](err)
			return ok && e.Code == "23505"
		},
		missing: func(err error) bool { return errors.Is(err, pgx.ErrNoRows) },
	}
}

func (db *postgresDB) write(ctx context.Context, f func(executor) error) error {
	return pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error { return f(pgTx{tx}) })
}

func (db *postgresDB) read(ctx context.Context, f func(executor) error) error {
	return pgx.BeginTxFunc(ctx, db.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly},
		func(tx pgx.Tx) error { return f(pgTx{tx}) })
}

type pgTx struct{ tx pgx.Tx }

func (t pgTx) exec(ctx context.Context, q string, args ...any) (int64, error) {
	tag, err := t.tx.Exec(ctx, q, args...)
	return tag.RowsAffected(), err
}

func (t pgTx) query(ctx context.Context, q string, args ...any) (rows, error) {
	return t.tx.Query(ctx, q, args...)
}

func (t pgTx) row(ctx context.Context, q string, args ...any) row {
	return t.tx.QueryRow(ctx, q, args...)
}
