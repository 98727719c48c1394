package store

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guanji/internal/problem"
)

// openAt opens an empty database of which only the first steps were applied.
func openAt(t *testing.T, engine, address string, n int) *Store {
	t.Helper()
	openDB := openSQLite
	if engine == "postgres" {
		openDB = openPostgres
	}
	db, err := openDB(t.Context(), address)
	must(t, err)
	s := &Store{db: db}
	_, err = s.version(t.Context())
	must(t, err)
	all, err := steps(engine)
	must(t, err)
	must(t, s.apply(t.Context(), all[:n]))
	return s
}

// filled is data as it is found before a step, by the number of the steps it
// needs; the query must still give the answer after all steps.
var filled = []struct {
	needs         int
	insert, query string
	want          string
}{
	{1, `insert into account (id, name, name_key, role, created_at) values ('a', '李', '李', 'reader', 1)`, `select name from account`, "李"},
	{1, `insert into pass (digest, kind, account, scopes, created_at, seen_at, expires_at) values ('d', 'token', 'a', 1, 1, 1, 2)`, `select digest from pass`, "d"},
	{2, `insert into organization (id, revision, created_at) values ('o', 1, 1)`, `select id from organization`, "o"},
	{2, `insert into entry (organization, about, subject, key, seq, value, stated_at, stated_by, origin, source, sure) values ('o', 'organization', 'organization', 'name', 1, '{}', 1, 'a', 'asked', '', 'stated')`,
		`select value from entry`, "{}"},
	{3, `insert into filed (organization, seq, body, ends, filed_at, filed_by) values ('o', 1, '{}', 0, 1, 'a')`, `select body from filed`, "{}"},
	{3, `insert into leaf (idx, what, organization, id, after, body) values (9, 'filed', 'o', '1', '', '{}')`, `select body from leaf where idx = 9`, "{}"},
	{3, `insert into witness (id, kind, address, proposed_by, proposed_at, allowed_by, allowed_at, dropped_at) values ('w', 'folder', '/w', 'a', 1, '', 0, 0)`, `select address from witness`, "/w"},
	{4, `insert into step (organization, seq, number, ref, body, made_at, made_by) values ('o', 1, 1, '', '{}', 1, 'a')`, `select body from step`, "{}"},
	{4, `insert into channel (id, kind, name, address, secret, proposed_by, proposed_at, allowed_by, allowed_at, dropped_at) values ('c', 'mail', 'n', 'x', '', 'a', 1, '', 0, 0)`, `select address from channel`, "x"},
	{4, `insert into job (key, kind, organization, body, due_at, attempt, queued_at, failure, dead_at, taken_until, taken_by, serial) values ('k', 'wake', 'o', '{}', 1, 0, 1, '', 0, 0, '', 1)`, `select key from job`, "k"},
}

func TestEveryStepKeepsData(t *testing.T) {
	for engine, address := range engines {
		all, err := steps(engine)
		must(t, err)
		for n := 1; n <= len(all); n++ {
			t.Run(engine+"/"+all[n-1].name, func(t *testing.T) {
				at := address(t)
				old := openAt(t, engine, at, n)
				for _, f := range filled {
					if f.needs > n {
						continue
					}
					must(t, old.write(t.Context(), func(x executor) error { _, err := x.exec(t.Context(), f.insert); return err }))
				}
				must(t, old.Close())
				s := open(t, at)
				for _, f := range filled {
					if f.needs > n {
						continue
					}
					var got string
					must(t, s.read(t.Context(), func(x executor) error { return x.row(t.Context(), f.query).Scan(&got) }))
					if got != f.want {
						t.Errorf("%s = %q, want %q", f.query, got, f.want)
					}
				}
				if v, err := s.version(t.Context()); v != len(all) || err != nil {
					t.Errorf("version %d, %v; want %d", v, err, len(all))
				}
			})
		}
	}
}

func TestBothEnginesHaveTheSameSteps(t *testing.T) {
	a, err := steps("sqlite")
	must(t, err)
	b, err := steps("postgres")
	must(t, err)
	if len(a) != len(b) || len(a) != len(filledSteps()) {
		t.Fatalf("%d steps of SQLite, %d of PostgreSQL, %d with data to try them on", len(a), len(b), len(filledSteps()))
	}
	for i := range a {
		if a[i].name != b[i].name {
			t.Errorf("step %d is %s for SQLite and %s for PostgreSQL", i+1, a[i].name, b[i].name)
		}
	}
}

func filledSteps() map[int]bool {
	n := map[int]bool{}
	for _, f := range filled {
		n[f.needs] = true
	}
	return n
}

// TestAStepThatFails leaves a SQLite file as it was, with a backup beside it.
func TestAStepThatFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "home.db")
	old := openAt(t, "sqlite", path, 1)
	must(t, old.write(t.Context(), func(x executor) error {
		_, err := x.exec(t.Context(), `create table organization (mine text)`) // in the way of step 2
		return err
	}))
	must(t, old.Close())
	_, err := Open(context.Background(), path)
	wantKind(t, "opening", err, problem.Refused)
	if err == nil || !strings.Contains(err.Error(), "unchanged") {
		t.Errorf("the error does not say that the original is unchanged: %v", err)
	}
	names, err := filepath.Glob(path + ".before-*")
	if err != nil || len(names) != 1 {
		t.Errorf("backups: %v, %v", names, err)
	}
}

func TestANewerDatabase(t *testing.T) {
	for engine, address := range engines {
		t.Run(engine, func(t *testing.T) {
			at := address(t)
			s := open(t, at)
			must(t, s.write(t.Context(), func(x executor) error {
				_, err := x.exec(t.Context(), `insert into migration (version, name, applied_at) values (9999, 'later', 1)`)
				return err
			}))
			must(t, s.Close())
			_, err := Open(t.Context(), at)
			wantKind(t, "opening", err, problem.Refused)
		})
	}
}

func TestSQLiteFileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "home.db")
	open(t, path)
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
}

func TestPasswordsAreNotShown(t *testing.T) {
	for _, address := range []string{
		"postgres://guanji:hunter2@127.0.0.1:1/db",
		"postgres://guanji@127.0.0.1:1/db?password=hunter2",
		"postgres://guanji:hunter2@127.0.0.1:1/db?sslmode=nonsense",
		"postgres://guanji:hunter2@[bad/db",
	} {
		_, err := Open(t.Context(), address)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("Open(%s) = %v", address, err)
		}
	}
}
