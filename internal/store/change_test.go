package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"guanji/internal/evidence"
	"guanji/internal/filing"
	"guanji/internal/ledger"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/standing"
)

// noDB makes changes that touch nothing. Its second transaction, which several
// share, ends as it is told.
type noDB struct {
	database
	second func(f func(executor) error) error
	n      int
}

func (db *noDB) dialect() dialect { return (&sqliteDB{}).dialect() }

func (db *noDB) write(_ context.Context, f func(executor) error) error {
	db.n++
	if db.n == 2 && db.second != nil {
		return db.second(f)
	}
	return f(nil)
}

// shared makes three changes that share a transaction, and returns how often
// each was made and what was told of it.
func shared(t *testing.T, db *noDB, change func(i int) error) (made [3]int, told [3]error) {
	t.Helper()
	s := &Store{db: db}
	gate, entered := make(chan bool), make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = s.change(t.Context(), 1, func(*changing) error { close(entered); <-gate; return nil })
	})
	<-entered
	for i := range made {
		wg.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					told[i] = fmt.Errorf("panic: %v", v)
				}
			}()
			told[i] = s.change(t.Context(), 1, func(*changing) error { made[i]++; return change(i) })
		})
	}
	for waiting := 0; waiting < len(made); {
		time.Sleep(time.Millisecond)
		s.changes.mu.Lock()
		waiting = len(s.changes.waiting)
		s.changes.mu.Unlock()
	}
	close(gate)
	wg.Wait()
	return made, told
}

func TestChangesTogether(t *testing.T) {
	conflict := problem.New(problem.Conflict, "filing.ended", int64(1))
	tests := map[string]struct {
		second func(f func(executor) error) error
		change func(i int) error
		made   [3]int
		failed [3]bool
	}{
		"all go well": {made: [3]int{1, 1, 1}},
		"the answer to the commit is lost": {
			second: func(f func(executor) error) error { _ = f(nil); return errors.New("connection lost") },
			made:   [3]int{1, 1, 1}, failed: [3]bool{true, true, true},
		},
		"it cannot begin": {
			second: func(func(executor) error) error { return errors.New("no connection") },
			failed: [3]bool{true, true, true},
		},
		"one is refused": {
			change: func(i int) error {
				if i == 1 {
					return conflict
				}
				return nil
			},
			failed: [3]bool{false, true, false},
		},
		"one panics": {
			change: func(i int) error {
				if i == 1 {
					panic("a mistake")
				}
				return nil
			},
			failed: [3]bool{false, true, false},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.change == nil {
				tt.change = func(int) error { return nil }
			}
			made, told := shared(t, &noDB{second: tt.second}, tt.change)
			for i := range made {
				if (told[i] != nil) != tt.failed[i] {
					t.Errorf("change %d was told %v", i, told[i])
				}
			}
			if tt.failed != [3]bool{false, true, false} && made != tt.made {
				t.Errorf("made %v times, want %v", made, tt.made)
			}
		})
	}
}

// TestChangesOfTwoProcesses has two openings of one database change the same
// organizations in another order: nobody is told that it failed, and every
// change is there once, with its leaf.
func TestChangesOfTwoProcesses(t *testing.T) {
	for name, address := range engines {
		t.Run(name, func(t *testing.T) {
			at := address(t)
			stores := []*Store{open(t, at), open(t, at)}
			for i := range 3 {
				_, err := stores[0].Append(t.Context(), fmt.Sprint("o", i), true, nil, author, noon)
				must(t, err)
			}
			const workers, each = 8, 12
			var wg sync.WaitGroup
			for w := range workers {
				wg.Go(func() {
					for i := range each {
						s, o := stores[w%2], fmt.Sprint("o", (i+w)%3)
						_, err := s.Append(t.Context(), o, false, []standing.Change{change(org.AboutSystem, fmt.Sprint(w, "-", i), "name", `{}`, 0)}, author, noon)
						if err == nil && w%4 == 0 {
							_, err = s.File(t.Context(), o, filing.AnyRevision, []evidence.Item{{Event: &evidence.Event{Duty: "D", Subject: "organization", What: "w"}}}, by)
						}
						if err != nil {
							t.Errorf("worker %d: %v", w, err)
						}
					}
				})
			}
			wg.Wait()
			size, err := stores[0].Size(t.Context())
			must(t, err)
			if want := int64(workers*each + workers/4*each); size != want {
				t.Errorf("%d leaves, want %d", size, want)
			}
		})
	}
}

// TestLeavesFollowEachOther has changes of one account share transactions: each
// leaf begins with what the one before ended with.
func TestLeavesFollowEachOther(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		peopled(t, s)
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() { must(t, s.setHash(t, "b", fmt.Sprint("h", i))) })
		}
		wg.Wait()
		rows, err := s.About(t.Context(), ledger.Account, "", "b")
		must(t, err)
		last := ""
		for _, r := range rows {
			l, err := ledger.ParseLeaf(r.Body)
			must(t, err)
			if l.Before != last {
				t.Fatalf("leaf %d begins with %s, the one before ended with %s", r.Number, l.Before, last)
			}
			last = l.After
		}
		if !strings.HasPrefix(last, "sha256:") || len(rows) < 12 {
			t.Errorf("%d leaves, the last ends with %q", len(rows), last)
		}
	})
}

// setHash changes an account as SetAccount and SetPassword do.
func (s *Store) setHash(t *testing.T, id, hash string) error {
	return s.change(t.Context(), 1, func(x *changing) error {
		if _, err := x.exec(t.Context(), `update account set password = $1 where id = $2`, hash, id); err != nil {
			return err
		}
		return x.tellAccount(t.Context(), id, by)
	})
}
