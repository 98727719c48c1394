package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"guanji/internal/ledger"
	"guanji/internal/problem"
)

//go:embed migrations
var migrations embed.FS

// migration is one step of the schema. Steps are never changed once released,
// and never taken back.
type migration struct {
	version int
	name    string
	sql     string
}

// steps returns the migrations of an engine in their order.
func steps(engine string) ([]migration, error) {
	files, err := fs.Glob(migrations, "migrations/"+engine+"/*.sql")
	if err != nil {
		return nil, err
	}
	list := make([]migration, 0, len(files))
	for i, file := range files {
		sql, err := fs.ReadFile(migrations, file)
		if err != nil {
			return nil, err
		}
		m := migration{version: i + 1, name: strings.TrimSuffix(path.Base(file), ".sql"), sql: string(sql)}
		if !strings.HasPrefix(m.name, fmt.Sprintf("%04d_", m.version)) {
			return nil, fmt.Errorf("migration %s is not number %d", file, m.version)
		}
		list = append(list, m)
	}
	return list, nil
}

// ledgerStep is the step that begins the ledger: what is there already is told
// of in it.
const ledgerStep = "0003_ledger"

// migrate applies what a database lacks. A SQLite file that holds data already
// is first copied beside itself, and the steps are tried on the copy: what
// fails there leaves the file as it was. The copy stays as a backup. On
// PostgreSQL all steps are one transaction, which leaves all or nothing.
func (s *Store) migrate(ctx context.Context, address string) error {
	all, err := steps(s.db.dialect().name)
	if err != nil {
		return err
	}
	at, err := s.version(ctx)
	switch {
	case err != nil:
		return err
	case at > len(all):
		return problem.New(problem.Refused, "store.newer", at, len(all))
	case at == len(all):
		return nil
	}
	if file, ok := s.db.(*sqliteDB); ok && at > 0 {
		if err := file.rehearse(ctx, address, at); err != nil {
			return err
		}
	}
	return s.apply(ctx, all)
}

// version returns how many steps a database has had.
func (s *Store) version(ctx context.Context) (n int, err error) {
	err = s.db.write(ctx, func(x executor) error {
		if _, err := x.exec(ctx, s.db.dialect().lock); err != nil {
			return err
		}
		if _, err := x.exec(ctx, `create table if not exists migration (version bigint primary key, name text not null, applied_at bigint not null)`); err != nil {
			return err
		}
		return x.row(ctx, `select cast(count(*) as bigint) from migration`).Scan(&n)
	})
	return n, err
}

// apply applies the steps that a database lacks, all or none.
func (s *Store) apply(ctx context.Context, all []migration) error {
	return s.db.write(ctx, func(x executor) error {
		if _, err := x.exec(ctx, s.db.dialect().lock); err != nil {
			return err
		}
		var at int
		if err := x.row(ctx, `select cast(count(*) as bigint) from migration`).Scan(&at); err != nil {
			return err
		}
		begins := false
		for _, m := range all[min(at, len(all)):] {
			begins = begins || m.name == ledgerStep
			for _, statement := range strings.Split(m.sql, ";\n") {
				if strings.TrimSpace(statement) == "" {
					continue
				}
				if _, err := x.exec(ctx, statement); err != nil {
					return fmt.Errorf("migration %s: %w", m.name, err)
				}
			}
			if _, err := x.exec(ctx, `insert into migration (version, name, applied_at) values ($1, $2, $3)`, m.version, m.name, micros(time.Now())); err != nil {
				return err
			}
		}
		if begins {
			return s.adopt(ctx, x, ledger.Actor{By: ledger.Program, At: time.Now()})
		}
		return nil
	})
}

// rehearse copies a SQLite file and migrates the copy.
func (db *sqliteDB) rehearse(ctx context.Context, path string, at int) error {
	backup := fmt.Sprintf("%s.before-%s-%d", path, time.Now().UTC().Format("20060102T150405.000"), at+1)
	trial := backup + ".trial"
	defer removeSQLite(trial)
	for _, to := range []string{backup, trial} {
		if _, err := privately(to); err != nil { // an empty file is one that SQLite copies into
			return err
		}
		if _, err := db.writer.ExecContext(ctx, `vacuum into $1`, to); err != nil {
			return fmt.Errorf("copy %s before migrating it: %w", path, err)
		}
	}
	copied, err := openSQLite(ctx, trial)
	if err != nil {
		return err
	}
	defer copied.close()
	all, err := steps("sqlite")
	if err != nil {
		return err
	}
	if err := (&Store{db: copied}).apply(ctx, all); err != nil {
		return fmt.Errorf("tried on a copy, the original is unchanged: %w", err)
	}
	return nil
}
