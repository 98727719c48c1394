package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"iter"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/evidence"
	"guanji/internal/job"
	"guanji/internal/ledger"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/record"
	"guanji/internal/respond"
	"guanji/internal/standing"
)

// killing is a database that kills its process at a step: before a statement,
// before the commit or after it.
type killing struct {
	database
	at, steps int
}

func (k *killing) step() {
	if k.steps++; k.steps == k.at {
		p, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = p.Kill()
		}
		if err != nil {
			panic(err)
		}
		select {} // until it is dead
	}
}

func (k *killing) write(ctx context.Context, f func(executor) error) error {
	k.step()
	defer k.step()
	return k.database.write(ctx, func(x executor) error {
		if err := f(killingTx{x, k}); err != nil {
			return err
		}
		k.step()
		return nil
	})
}

type killingTx struct {
	executor
	k *killing
}

func (x killingTx) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	x.k.step()
	return x.executor.exec(ctx, sql, args...)
}

func (x killingTx) query(ctx context.Context, sql string, args ...any) (rows, error) {
	x.k.step()
	return x.executor.query(ctx, sql, args...)
}

func (x killingTx) row(ctx context.Context, sql string, args ...any) row {
	x.k.step()
	return x.executor.row(ctx, sql, args...)
}

// changes are those that a process is killed at.
func changesTold() []func(ctx context.Context, s *Store) error {
	return []func(ctx context.Context, s *Store) error{
		func(ctx context.Context, s *Store) error {
			_, err := s.Append(ctx, "acme", false, appended(), author, noon)
			return err
		},
		func(ctx context.Context, s *Store) error {
			_, err := s.File(ctx, "acme", -1, []evidence.Item{{Event: &evidence.Event{Duty: "CSL-36", Subject: "organization", What: "a drill"}}}, by)
			return err
		},
		func(ctx context.Context, s *Store) error {
			a := account.Account{ID: "a", Name: "Ann", Role: account.Administrator, Created: noon}
			return s.AddAccount(ctx, a, access.Pass{Digest: "d", Kind: access.Welcome, Account: "a", Created: noon, Expires: noon}, by)
		},
		func(ctx context.Context, s *Store) error {
			w := writing(respond.NewCase, 0, noted("x"), noted("y"))
			w.Items = func(int64) []evidence.Item { return []evidence.Item{event("e")} }
			w.Jobs = func(n int64) []job.Job {
				return []job.Job{respond.WakeJob("acme", n, noon), respond.WakeJob("acme", -n, noon)}
			}
			_, err := s.Record(ctx, "acme", w)
			return err
		},
	}
}

// appended are more changes than go into one statement, some of them in the
// place of others.
func appended() (all []standing.Change) {
	for n := range 6 {
		all = append(all, change(org.AboutSystem, fmt.Sprintf("s%d", n%5), "name", `{"en":"S","zh":"系"}`, standing.Whatever))
	}
	return all
}

// childDies makes one change, and is killed at a step of it. Which, the
// address begins with: change/step/address.
func childDies(address string) {
	parts := strings.SplitN(address, "/", 3)
	which, _ := strconv.Atoi(parts[0])
	at, _ := strconv.Atoi(parts[1])
	s, err := Open(context.Background(), parts[2])
	if err != nil {
		panic(err)
	}
	s.db = &killing{database: s.db, at: at}
	if err := changesTold()[which](context.Background(), s); err != nil {
		panic(err)
	}
	fmt.Println("acknowledged")
}

// mostSteps is more than any of the changes has.
const mostSteps = 60

// TestKilledAtEveryStep kills a process at every step of a change: the change
// and its leaves are there, all or none, and all if it was acknowledged.
func TestKilledAtEveryStep(t *testing.T) {
	for name, address := range engines {
		for which := range changesTold() {
			t.Run(fmt.Sprintf("%s, change %d", name, which), func(t *testing.T) {
				at := address(t)
				s := open(t, at)
				_, err := s.Append(t.Context(), "acme", true, appended(), author, noon)
				must(t, err)
				b := newBook(t, s)
				b.publish(t)
				for step := 1; step < mostSteps; step++ {
					before := counted(t, s)
					cmd, lines := child(t, "die", fmt.Sprintf("%d/%d/%s", which, step, at))
					acknowledged := lines.Scan() && lines.Text() == "acknowledged"
					_ = cmd.Wait() // it was killed
					after := counted(t, s)
					if steps := after["step"] - before["step"]; steps != after["job"]-before["job"] || steps != 2*(after["filed"]-before["filed"]) && which == 3 {
						t.Fatalf("step %d: %v, before %v: a part of what belongs together", step, after, before)
					}
					if grown := after["leaf"] > before["leaf"]; acknowledged && !grown {
						t.Fatalf("step %d: acknowledged, and lost", step)
					}
					b.checkWhole(t)
					b.publish(t)
					b.checkWhole(t)
					if acknowledged || which == 2 && after["leaf"] > before["leaf"] { // a name is taken once
						t.Logf("killed at %d steps", step-1)
						return
					}
				}
				t.Errorf("not acknowledged after %d steps", mostSteps)
			})
		}
	}
}

// counted counts the rows of what the ledger has to do with, once the server
// has noticed that a client is gone.
func counted(t *testing.T, s *Store) map[string]int {
	t.Helper()
	must(t, s.write(t.Context(), func(x executor) error {
		_, err := x.exec(t.Context(), `update ledger set size = size`)
		return err
	}))
	all := map[string]int{}
	for _, table := range []string{"leaf", "entry", "filed", "account", "pass", "step", "job"} {
		must(t, s.read(t.Context(), func(x executor) error {
			var n int
			err := x.row(t.Context(), `select cast(count(*) as bigint) from `+table).Scan(&n)
			all[table] = n
			return err
		}))
	}
	return all
}

// book keeps the ledger of a store in memory.
type book struct {
	objects map[string][]byte
	service *record.Service
}

func newBook(t *testing.T, s *Store) *book {
	t.Helper()
	secret, err := ledger.GenerateKey(rand.Reader, "guanji/test")
	must(t, err)
	signer, err := ledger.NewSigner(secret, rand.Reader)
	must(t, err)
	keys, err := ledger.ParseKeys([]byte(signer.Public()))
	must(t, err)
	b := &book{objects: map[string][]byte{}}
	b.service = record.New(record.Config{Store: s, Objects: b, Signers: []*ledger.Signer{signer}, Keys: keys, Now: func() time.Time { return noon }})
	return b
}

func (b *book) Files(context.Context) iter.Seq2[ledger.File, error] {
	return func(func(ledger.File, error) bool) {}
}

func (b *book) publish(t *testing.T) {
	t.Helper()
	_, err := b.service.Publish(t.Context())
	must(t, err)
}

func (b *book) checkWhole(t *testing.T) {
	t.Helper()
	r, err := b.service.Verify(t.Context(), record.Verifying{})
	must(t, err)
	for _, f := range r.Faults {
		t.Errorf("%s %s %s: %s", f.Wrong, f.Place, f.Name, f.Text.En)
	}
}

func (b *book) Lock(context.Context) (func(), error) { return func() {}, nil }

func (b *book) Get(_ context.Context, path string) ([]byte, error) {
	data, ok := b.objects[path]
	if !ok {
		return nil, problem.New(problem.NotFound, "ledger.no_object", path)
	}
	return data, nil
}

func (b *book) PutAll(_ context.Context, objects iter.Seq2[string, []byte]) error {
	for path, data := range objects {
		if there, ok := b.objects[path]; ok && !bytes.Equal(there, data) {
			return problem.New(problem.Conflict, "ledger.not_as_kept")
		}
		b.objects[path] = data
	}
	return nil
}

func (b *book) Replace(_ context.Context, path string, data []byte) error {
	b.objects[path] = data
	return nil
}

func (b *book) List(_ context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, path := range slices.Sorted(maps.Keys(b.objects)) {
			if strings.HasPrefix(path, prefix) && !yield(path, nil) {
				return
			}
		}
	}
}

func (b *book) Remove(_ context.Context, path string) error {
	delete(b.objects, path)
	return nil
}

func (b *book) Check(context.Context, string, int64) error { return nil }

// TestFullDiskWholeLedger fills the disk in the middle of a change: leaves and
// records are there, all or none, and the ledger goes on when there is room.
func TestFullDiskWholeLedger(t *testing.T) {
	s := open(t, engines["sqlite"](t))
	_, err := s.Append(t.Context(), "acme", true, batch(0), author, noon)
	must(t, err)
	b := newBook(t, s)
	b.publish(t)
	var pages int
	must(t, s.db.(*sqliteDB).writer.QueryRow("pragma page_count").Scan(&pages))
	for room := range 6 {
		pragma(t, s, fmt.Sprintf("max_page_count = %d", pages+room))
		before := counted(t, s)
		_, err := s.Append(t.Context(), "acme", false, batch(1), author, noon)
		wantKind(t, "appending", err, problem.Unavailable)
		if after := counted(t, s); !maps.Equal(before, after) {
			t.Errorf("with room for %d pages: %v, before %v", room, after, before)
		}
		b.checkWhole(t)
	}
	pragma(t, s, "max_page_count = 1000000")
	_, err = s.Append(t.Context(), "acme", false, batch(1), author, noon)
	must(t, err)
	b.publish(t)
	b.checkWhole(t)
}
