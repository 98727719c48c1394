package vault

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guanji/internal/problem"
)

func TestLock(t *testing.T) {
	v := open(t, t.TempDir())
	other := open(t, v.dir)
	unlock, err := v.Lock(t.Context())
	must(t, err)
	for name, w := range map[string]*Vault{"the same": v, "another": other} {
		_, err := w.Lock(t.Context())
		wantKind(t, name+" while it is held", err, problem.Unavailable)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := other.Lock(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("for a caller who has gone: %v", err)
	}
	go func() {
		time.Sleep(30 * time.Millisecond)
		unlock()
		unlock()
	}()
	again, err := other.Lock(t.Context())
	must(t, err)
	again()
}

func childLocks(dir string) {
	v, err := Open(Config{Dir: dir})
	if err != nil {
		panic(err)
	}
	if _, err := v.Lock(context.Background()); err != nil {
		panic(err)
	}
	fmt.Println("held")
	time.Sleep(time.Hour) // to be killed
}

// TestLockOfTheDead kills a process that publishes: the next may.
func TestLockOfTheDead(t *testing.T) {
	v := open(t, t.TempDir())
	cmd, lines := child(t, "lock", v.dir)
	if lines.Scan(); lines.Text() != "held" {
		t.Fatalf("the child says %q, %v", lines.Text(), lines.Err())
	}
	_, err := v.Lock(t.Context())
	wantKind(t, "while another process publishes", err, problem.Unavailable)
	must(t, cmd.Process.Kill())
	_ = cmd.Wait() // it was killed
	unlock, err := v.Lock(t.Context())
	must(t, err)
	unlock()
}

// TestLockIsExclusive has many publish at once.
func TestLockIsExclusive(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	var inside, entered atomic.Int32
	for range 4 {
		v, err := Open(Config{Dir: dir})
		must(t, err)
		t.Cleanup(func() { _ = v.Close() })
		wg.Go(func() {
			for range 5 {
				unlock, err := v.Lock(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				if n := inside.Add(1); n != 1 {
					t.Errorf("%d are inside", n)
				}
				entered.Add(1)
				inside.Add(-1)
				unlock()
			}
		})
	}
	wg.Wait()
	if n := entered.Load(); n != 20 {
		t.Errorf("%d got in, want 20", n)
	}
}
