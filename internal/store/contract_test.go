package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/ledger"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/standing"
)

// engines are the databases that every test runs on, each with a function
// that makes an empty one and returns its address.
var engines = map[string]func(t *testing.T) string{
	"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "a b?#%.db") },
	"postgres": postgresAddress,
}

// postgresAddress makes a schema of its own on the server of
// GUANJI_TEST_POSTGRES.
func postgresAddress(t *testing.T) string {
	t.Helper()
	server := os.Getenv("GUANJI_TEST_POSTGRES")
	if server == "" {
		server = "postgres://postgres@127.0.0.1:5432/test"
	}
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatalf("no PostgreSQL to test with: start one, and name it in GUANJI_TEST_POSTGRES (postgres://user@host:port/database): %v", err)
	}
	defer conn.Close(ctx)
	schema := "guanji_" + strings.ToLower(rand.Text())
	if _, err := conn.Exec(ctx, "create schema "+schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn, err := pgx.Connect(ctx, server)
		if err == nil {
			_, err = conn.Exec(ctx, "drop schema "+schema+" cascade")
			_ = conn.Close(ctx)
		}
		if err != nil {
			t.Errorf("drop schema %s: %v", schema, err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

func open(t *testing.T, address string) *Store {
	t.Helper()
	s, err := Open(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// contract runs a test on every engine, with an empty store: once opened alone,
// and once opened twice, with calls that go to the one and the other in turn.
func contract(t *testing.T, f func(t *testing.T, s *Store)) {
	for name, address := range engines {
		t.Run(name, func(t *testing.T) { f(t, open(t, address(t))) })
		t.Run(name+" opened twice", func(t *testing.T) {
			at := address(t)
			f(t, &Store{db: &inTurn{all: []database{open(t, at).db, open(t, at).db}}})
		})
	}
}

// inTurn is several openings of one database.
type inTurn struct {
	all  []database
	next atomic.Int64
}

func (db *inTurn) one() database { return db.all[int(db.next.Add(1))%len(db.all)] }

func (db *inTurn) write(ctx context.Context, f func(executor) error) error {
	return db.one().write(ctx, f)
}

func (db *inTurn) read(ctx context.Context, f func(executor) error) error {
	return db.one().read(ctx, f)
}

func (db *inTurn) snapshot(ctx context.Context, f func(executor) error) error {
	return db.one().snapshot(ctx, f)
}

func (db *inTurn) dialect() dialect { return db.all[0].dialect() }

func (db *inTurn) close() error { return nil } // those who opened them close them

var noon = time.Date(2026, 11, 24, 12, 0, 0, 123_000, time.UTC)

func person(id, name string, role account.Role) account.Account {
	return account.Account{ID: id, Name: name, Role: role, Created: noon}
}

func wantKind(t *testing.T, what string, err error, want problem.Kind) {
	t.Helper()
	if got := problem.KindOf(err); got != want {
		t.Errorf("%s: got %q (%v), want %q", what, got, err, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestPeople(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		first := access.Pass{Digest: "d0", Kind: access.FirstLink, Created: noon, Seen: noon, Expires: noon.Add(time.Hour)}
		must(t, s.Begin(ctx, first, by))
		second := first
		second.Digest = "d1"
		must(t, s.Begin(ctx, second, by))
		wantKind(t, "start by a replaced link", s.Start(ctx, "d0", person("a", "Ān", account.Administrator), "h", by), problem.NotFound)
		must(t, s.Start(ctx, "d1", person("a", "Ān", account.Administrator), "h", by))
		wantKind(t, "start twice", s.Start(ctx, "d1", person("b", "B", account.Administrator), "h", by), problem.Conflict)
		wantKind(t, "begin again", s.Begin(ctx, first, by), problem.Conflict)

		link := access.Pass{Digest: "d2", Kind: access.Welcome, Account: "b", Label: "新", Scopes: account.Read, Created: noon, Seen: noon, Expires: noon.Add(time.Hour)}
		must(t, s.AddAccount(ctx, person("b", "李", account.Editor), link, by))
		wantKind(t, "a name that differs in case", s.AddAccount(ctx, person("c", "ān", account.Editor), access.Pass{Digest: "d3"}, by), problem.Conflict)
		if _, _, err := s.Pass(ctx, "d3"); problem.KindOf(err) != problem.NotFound {
			t.Error("the link of a refused account was kept")
		}
		p, a, err := s.Pass(ctx, "d2")
		if err != nil || p != link || a != person("b", "李", account.Editor) {
			t.Errorf("Pass = %+v, %+v, %v", p, a, err)
		}
		_, hash, err := s.Credentials(ctx, account.Key("ĀN"))
		if err != nil || hash != "h" {
			t.Errorf("Credentials = %q, %v", hash, err)
		}
		_, _, err = s.Credentials(ctx, "nobody")
		wantKind(t, "credentials of nobody", err, problem.NotFound)

		wantKind(t, "disable the last administrator", s.SetAccount(ctx, account.Account{ID: "a", Role: account.Administrator, Disabled: true}, by), problem.Conflict)
		wantKind(t, "demote the last administrator", s.SetAccount(ctx, account.Account{ID: "a", Role: account.Reader}, by), problem.Conflict)
		all, err := s.Accounts(ctx)
		if err != nil || len(all) != 2 || all[0].Disabled || all[0].Role != account.Administrator {
			t.Errorf("after refused changes: %+v, %v", all, err)
		}
		must(t, s.SetAccount(ctx, account.Account{ID: "b", Role: account.Reader, Disabled: true, Lang: message.Chinese}, by))
		_, _, err = s.Pass(ctx, "d2")
		wantKind(t, "a pass of a disabled account", err, problem.NotFound)
		wantKind(t, "an account that is not there", s.SetAccount(ctx, account.Account{ID: "z"}, by), problem.NotFound)
		wantKind(t, "a pass for it", s.SavePass(ctx, access.Pass{Digest: "d4", Kind: access.Token, Account: "z"}, by), problem.NotFound)
		wantKind(t, "a pass for who is disabled", s.SavePass(ctx, access.Pass{Digest: "d4", Kind: access.Token, Account: "b"}, by), problem.NotFound)
		must(t, s.SetAccount(ctx, account.Account{ID: "b", Lang: message.English}, by)) // as a request does that began before
		must(t, s.SetAccount(ctx, account.Account{ID: "a", Role: account.Administrator}, by))
		all, err = s.Accounts(ctx)
		if err != nil || all[1].Role != account.Reader || !all[1].Disabled || all[1].Lang != message.English || all[0].Lang != "" {
			t.Errorf("who changes the one changes the other: %+v, %v", all, err)
		}
	})
}

func TestPasses(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		must(t, s.Begin(ctx, access.Pass{Digest: "f", Kind: access.FirstLink, Created: noon, Seen: noon, Expires: noon.Add(time.Hour)}, by))
		must(t, s.Start(ctx, "f", person("a", "A", account.Administrator), "h", by))
		for i, k := range []access.Kind{access.Session, access.Session, access.Token} {
			at := noon.Add(time.Duration(i) * time.Second)
			must(t, s.SavePass(ctx, access.Pass{Digest: fmt.Sprint(i), Kind: k, Account: "a", Scopes: 7, Created: at, Seen: at, Expires: at.Add(time.Hour)}, by))
		}
		must(t, s.TouchPass(ctx, "0", noon.Add(time.Minute)))
		mine, err := s.Passes(ctx, "a", access.Session)
		if err != nil || len(mine) != 2 || mine[0].Digest != "1" || !mine[1].Seen.Equal(noon.Add(time.Minute)) {
			t.Errorf("Passes = %+v, %v", mine, err)
		}
		wantKind(t, "a password by a session that is gone", s.SetPassword(ctx, "a", "h9", "x", by), problem.NotFound)
		wantKind(t, "a password by a token", s.SetPassword(ctx, "a", "h9", "2", by), problem.NotFound)
		wantKind(t, "a password of nobody", s.SetPassword(ctx, "z", "h9", "1", by), problem.NotFound)
		if _, hash, err := s.Credentials(ctx, "a"); hash != "h" || err != nil {
			t.Errorf("after refused changes, the password is %q, %v", hash, err)
		}
		must(t, s.SetPassword(ctx, "a", "h2", "1", by))
		for digest, there := range map[string]bool{"0": false, "1": true, "2": true} {
			if _, _, err := s.Pass(ctx, digest); (err == nil) != there {
				t.Errorf("after a new password, pass %s: %v", digest, err)
			}
		}

		var wg sync.WaitGroup
		taken := make(chan error, 8)
		for range cap(taken) {
			wg.Go(func() { taken <- s.TakePass(ctx, "2", by) })
		}
		wg.Wait()
		close(taken)
		won := 0
		for err := range taken {
			if err == nil {
				won++
			} else {
				wantKind(t, "a pass taken twice", err, problem.NotFound)
			}
		}
		if won != 1 {
			t.Errorf("%d callers took the same pass", won)
		}

		later := noon.Add(100 * 24 * time.Hour)
		must(t, s.SavePass(ctx, access.Pass{Digest: "new", Kind: access.Session, Account: "a", Created: later, Seen: later, Expires: later.Add(time.Hour)}, by))
		_, _, err = s.Pass(ctx, "1")
		wantKind(t, "a pass long expired", err, problem.NotFound)
	})
}

func change(about org.Subject, subject, key, value string, seen int64) standing.Change {
	c := standing.Change{Ref: standing.Ref{About: about, Subject: subject, Key: key}, Seen: seen}
	if value != "" {
		c.Value = json.RawMessage(value)
	}
	return c
}

// by is who changes what people may do.
var by = ledger.Actor{By: "李 工", At: noon}

var author = standing.Author{By: "李 工", Origin: standing.Asked, Source: "annual report, p. 3", Sure: standing.Documented}

func TestEntries(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		sectors := change(org.AboutOrganization, "organization", "org.sectors", `["finance"]`, 0)
		r, err := s.Append(ctx, "acme", true, []standing.Change{sectors, change(org.AboutSystem, "w", "name", `{"en":"W","zh":"钱"}`, 0)}, author, noon)
		if err != nil || r != 2 {
			t.Fatalf("Append = %d, %v", r, err)
		}
		_, err = s.Append(ctx, "acme", true, []standing.Change{sectors}, author, noon)
		wantKind(t, "an organization made twice", err, problem.Conflict)
		_, err = s.Append(ctx, "other", false, []standing.Change{sectors}, author, noon)
		wantKind(t, "an organization that is not there", err, problem.NotFound)
		_, err = s.Head(ctx, "other")
		wantKind(t, "its revision", err, problem.NotFound)

		_, err = s.Append(ctx, "acme", false, []standing.Change{change(org.AboutSystem, "w", "sys.cii", "true", 0), sectors}, author, noon)
		changed, ok := errors.AsType[*standing.Changed](err)
		if !ok || changed.Now.Seq != 1 || string(changed.Now.Value) != `["finance"]` || changed.Now.By != author.By {
			t.Fatalf("a change that did not see what stands: %v", err)
		}
		wantKind(t, "its kind", err, problem.Conflict)
		if r, err := s.Head(ctx, "acme"); r.Revision != 2 || err != nil {
			t.Fatalf("a refused change left something: revision %d, %v", r.Revision, err)
		}
		_, err = s.Append(ctx, "acme", false, []standing.Change{change(org.AboutOrganization, "organization", "pi.minors", "true", 7)}, author, noon)
		if changed, ok := errors.AsType[*standing.Changed](err); !ok || changed.Now.Seq != 0 || changed.Now.Key != "pi.minors" {
			t.Fatalf("a change that saw what never was: %v", err)
		}
		sectors.Seen, sectors.Value = 1, nil
		r, err = s.Append(ctx, "acme", false, []standing.Change{sectors, change(org.AboutOrganization, "organization", "pi.minors", "null", standing.Whatever)}, author, noon.Add(time.Second))
		if err != nil || r != 4 {
			t.Fatalf("Append = %d, %v", r, err)
		}
		entries, err := s.Entries(ctx, "acme", 2, 4)
		if err != nil || len(entries) != 2 || entries[0].Value != nil || string(entries[1].Value) != "null" || entries[1].Author != author ||
			!entries[1].At.Equal(noon.Add(time.Second)) || entries[0].Ref != sectors.Ref {
			t.Fatalf("Entries = %+v, %v", entries, err)
		}
		history, err := s.History(ctx, "acme", sectors.Ref)
		if err != nil || len(history) != 2 || history[0].Seq != 3 || history[1].Seq != 1 {
			t.Errorf("History = %+v, %v", history, err)
		}
		heads, err := s.Organizations(ctx)
		if err != nil || len(heads) != 1 || heads[0] != (standing.Head{ID: "acme", Revision: 4, At: noon.Add(time.Second).UTC()}) {
			t.Errorf("Organizations = %+v, %v", heads, err)
		}
	})
}

// TestTwoPeopleAtOnce has many callers answer the same question: one is heard,
// the others are told, and no number is left out or used twice.
func TestTwoPeopleAtOnce(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		_, err := s.Append(ctx, "acme", true, []standing.Change{change(org.AboutOrganization, "organization", "name", `{}`, 0)}, author, noon)
		must(t, err)
		var wg sync.WaitGroup
		const callers = 12
		results := make(chan error, callers)
		for i := range callers {
			wg.Go(func() {
				_, err := s.Append(ctx, "acme", false, []standing.Change{
					change(org.AboutOrganization, "organization", "pi.individuals", fmt.Sprint(i), 0),
					change(org.AboutSystem, fmt.Sprint(i), "name", `{}`, 0)}, author, noon)
				results <- err
			})
		}
		wg.Wait()
		close(results)
		heard := 0
		for err := range results {
			if err == nil {
				heard++
			} else {
				wantKind(t, "a caller who was slower", err, problem.Conflict)
			}
		}
		entries, err := s.Entries(ctx, "acme", 0, 99)
		must(t, err)
		if heard != 1 || len(entries) != 3 || entries[2].Seq != 3 {
			t.Errorf("%d callers heard, entries %+v", heard, entries)
		}
	})
}

func TestManyEntriesAtOnce(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		var changes []standing.Change
		for i := range 2_000 {
			changes = append(changes, change(org.AboutSystem, fmt.Sprintf("s%d", i), "name", `{"en":"S","zh":"系"}`, 0))
		}
		_, err := s.Append(ctx, "big", true, changes, author, noon)
		must(t, err)
		for i := range changes {
			changes[i].Seen = int64(i + 1)
		}
		changes[1777].Seen = 3
		_, err = s.Append(ctx, "big", false, changes, author, noon)
		if changed, ok := errors.AsType[*standing.Changed](err); !ok || changed.Now.Seq != 1778 {
			t.Fatalf("one of many did not see what stands: %v", err)
		}
		entries, err := s.Entries(ctx, "big", 0, 99_999)
		if err != nil || len(entries) != 2_000 {
			t.Errorf("%d entries, %v", len(entries), err)
		}
	})
}

func TestDrafts(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		must(t, s.Begin(ctx, access.Pass{Digest: "f", Kind: access.FirstLink, Created: noon, Seen: noon, Expires: noon}, by))
		must(t, s.Start(ctx, "f", person("a", "A", account.Administrator), "h", by))
		must(t, s.AddAccount(ctx, person("b", "B", account.Editor), access.Pass{Digest: "l", Account: "b"}, by))
		_, err := s.Append(ctx, "acme", true, []standing.Change{change(org.AboutOrganization, "organization", "name", `{}`, 0)}, author, noon)
		must(t, err)
		d := standing.Draft{ID: "x", Account: "a", Organization: "acme", Name: "若上市", Changed: noon,
			Changes: []standing.Change{change(org.AboutOrganization, "organization", "org.listing_abroad", "true", 0)}}
		must(t, s.SaveDraft(ctx, d))
		got, err := s.Draft(ctx, "a", "x")
		if err != nil || got.Name != d.Name || len(got.Changes) != 1 || string(got.Changes[0].Value) != "true" || got.Changes[0].Ref != d.Changes[0].Ref {
			t.Errorf("Draft = %+v, %v", got, err)
		}
		_, err = s.Draft(ctx, "b", "x")
		wantKind(t, "a draft of somebody else", err, problem.NotFound)
		stolen := d
		stolen.Account = "b"
		wantKind(t, "saving over it", s.SaveDraft(ctx, stolen), problem.NotFound)
		wantKind(t, "dropping it", s.DropDraft(ctx, "b", "x"), problem.NotFound)
		if list, err := s.Drafts(ctx, "b", "acme"); len(list) != 0 || err != nil {
			t.Errorf("b sees %+v, %v", list, err)
		}
		must(t, s.DropDraft(ctx, "a", "x"))
		_, err = s.Draft(ctx, "a", "x")
		wantKind(t, "a draft that was dropped", err, problem.NotFound)
	})
}

func TestReopen(t *testing.T) {
	for name, address := range engines {
		t.Run(name, func(t *testing.T) {
			at := address(t)
			s := open(t, at)
			_, err := s.Append(t.Context(), "acme", true, []standing.Change{change(org.AboutOrganization, "organization", "name", `{}`, 0)}, author, noon)
			must(t, err)
			must(t, s.Close())
			if r, err := open(t, at).Head(t.Context(), "acme"); r.Revision != 1 || err != nil {
				t.Errorf("after reopening: revision %d, %v", r.Revision, err)
			}
		})
	}
}

// TestOneStatementToARead fails if two statements can be read as if they were
// one moment.
func TestOneStatementToARead(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		var n int64
		err := s.read(t.Context(), func(x executor) error {
			must(t, x.row(t.Context(), `select cast(count(*) as bigint) from account`).Scan(&n))
			return x.row(t.Context(), `select cast(count(*) as bigint) from pass`).Scan(&n)
		})
		if !errors.Is(err, errTwice) {
			t.Errorf("a second statement: %v", err)
		}
	})
}
