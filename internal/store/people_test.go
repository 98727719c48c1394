package store

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/problem"
)

// peopled adds an administrator and an editor with a link that welcomes.
func peopled(t *testing.T, s *Store) {
	t.Helper()
	ctx := t.Context()
	must(t, s.Begin(ctx, access.Pass{Digest: "f", Kind: access.FirstLink, Created: noon, Seen: noon, Expires: noon.Add(time.Hour)}, by))
	must(t, s.Start(ctx, "f", person("a", "A", account.Administrator), "h", by))
	must(t, s.AddAccount(ctx, person("b", "B", account.Editor), access.Pass{Digest: "w", Kind: access.Welcome, Account: "b", Created: noon, Seen: noon, Expires: noon.Add(time.Hour)}, by))
}

// TestAWelcomeIsGoodOnce has several choose a password by one link.
func TestAWelcomeIsGoodOnce(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		peopled(t, s)
		must(t, s.SavePass(ctx, access.Pass{Digest: "s", Kind: access.Session, Account: "b", Created: noon, Seen: noon, Expires: noon.Add(time.Hour)}, by))
		chosen := make(chan string, 8)
		var wg sync.WaitGroup
		for i := range cap(chosen) {
			wg.Go(func() {
				hash := fmt.Sprint("hash ", i)
				if err := s.SetPassword(ctx, "b", hash, "w", by); err == nil {
					chosen <- hash
				} else {
					wantKind(t, "a link used again", err, problem.NotFound)
				}
			})
		}
		wg.Wait()
		close(chosen)
		_, hash, err := s.Credentials(ctx, "b")
		if err != nil || len(chosen) != 1 || <-chosen != hash {
			t.Errorf("the password is %q, %v; chosen once, it must be that one", hash, err)
		}
		for _, digest := range []string{"w", "s"} {
			_, _, err := s.Pass(ctx, digest)
			wantKind(t, "after a password was chosen, "+digest, err, problem.NotFound)
		}
	})
}

// TestDisablingLeavesNoPass disables an account while it signs in.
func TestDisablingLeavesNoPass(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		peopled(t, s)
		for round := range 5 {
			var wg sync.WaitGroup
			for i := range 6 {
				wg.Go(func() {
					err := s.SavePass(ctx, access.Pass{Digest: fmt.Sprint(round, i), Kind: access.Session, Account: "b", Created: noon, Seen: noon, Expires: noon.Add(time.Hour)}, by)
					if k := problem.KindOf(err); k != "" && k != problem.NotFound {
						t.Errorf("signing in: %v", err)
					}
				})
			}
			wg.Go(func() {
				if err := s.SetAccount(ctx, account.Account{ID: "b", Role: account.Editor, Disabled: true}, by); err != nil {
					t.Errorf("disabling: %v", err)
				}
			})
			wg.Wait()
			if left, err := s.Passes(ctx, "b", access.Session); len(left) != 0 || err != nil {
				t.Fatalf("a disabled account has %+v, %v", left, err)
			}
			must(t, s.SetAccount(ctx, account.Account{ID: "b", Role: account.Editor}, by))
		}
	})
}

// TestTheLastAdministratorStays has two administrators disable each other.
func TestTheLastAdministratorStays(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		peopled(t, s)
		for range 5 {
			must(t, s.SetAccount(ctx, account.Account{ID: "a", Role: account.Administrator}, by))
			must(t, s.SetAccount(ctx, account.Account{ID: "b", Role: account.Administrator}, by))
			var wg sync.WaitGroup
			results := make(chan error, 2)
			for _, id := range []string{"a", "b"} {
				wg.Go(func() {
					results <- s.SetAccount(ctx, account.Account{ID: id, Role: account.Administrator, Disabled: true}, by)
				})
			}
			wg.Wait()
			one, other := problem.KindOf(<-results), problem.KindOf(<-results)
			if one+other != problem.Conflict {
				t.Fatalf("both disabled at once: %q and %q", one, other)
			}
			all, err := s.Accounts(ctx)
			if err != nil || all[0].Disabled == all[1].Disabled {
				t.Fatalf("left are %+v, %v", all, err)
			}
			for _, a := range all {
				if !a.Disabled {
					must(t, s.SetAccount(ctx, account.Account{ID: a.ID, Role: account.Administrator}, by))
				}
			}
		}
	})
}
