package access

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guanji/internal/account"
	"guanji/internal/problem"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestThrottleCounts(t *testing.T) {
	tests := map[string]struct {
		free          int
		name, address func(i int) string
	}{
		"one name from one address": {freeForPair, always("li"), always("a")},
		"any name from one address": {freeForSource, each("li"), always("a")},
		"one name from anywhere":    {freeForName, always("li"), each("a")},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			th := newThrottle()
			now := noon
			for i := range tt.free {
				if wait := th.begin(tt.name(i), tt.address(i), now); wait != 0 {
					t.Fatalf("failure %d must wait %v, want %d to be free", i+1, wait, tt.free)
				}
			}
			want := time.Second
			for i := tt.free; i < tt.free+15; i++ {
				wait := th.begin(tt.name(i), tt.address(i), now)
				if wait != want {
					t.Fatalf("failure %d must wait %v, want %v", i+1, wait, want)
				}
				if again := th.begin(tt.name(i), tt.address(i), now.Add(wait-1)); again != 1 {
					t.Fatalf("just before its end, the wait is %v", again)
				}
				now = now.Add(wait)
				if wait := th.begin(tt.name(i), tt.address(i), now); wait != 0 {
					t.Fatalf("after the wait, another %v", wait)
				}
				want = min(2*want, longestWait)
			}
			if want != longestWait {
				t.Errorf("the longest wait was never reached: %v", want)
			}
			if wait := th.begin(tt.name(0), tt.address(0), now.Add(forgetAfter+1)); wait != 0 {
				t.Errorf("after an hour, a wait of %v", wait)
			}
		})
	}
}

func always(s string) func(int) string { return func(int) string { return s } }

func each(s string) func(int) string { return func(i int) string { return fmt.Sprint(s, i) } }

// TestOneGoodAccountIsNoKey has somebody sign in with an account of their own
// between guesses at others.
func TestOneGoodAccountIsNoKey(t *testing.T) {
	th := newThrottle()
	guesses, waited := 0, time.Duration(0)
	for now := noon; now.Sub(noon) < 10*time.Hour && guesses < 1000; {
		for _, own := range []bool{false, true} {
			name := "mine"
			if !own {
				name = fmt.Sprint("victim", guesses)
			}
			wait := th.begin(name, "a", now)
			switch {
			case wait > 0:
				now = now.Add(wait)
				waited += wait
			case own:
				th.succeed(name, "a")
			default:
				guesses++
			}
		}
	}
	if guesses > 100 || waited == 0 {
		t.Errorf("%d guesses in ten hours, %v of waiting", guesses, waited)
	}
}

func TestSuccessForgetsOwnFailures(t *testing.T) {
	th := newThrottle()
	for range 1000 {
		for range freeForPair - 1 {
			th.begin("li", "a", noon)
			th.takeBack("wang", "a") // who shares the address, and fails at nothing
		}
		if wait := th.begin("li", "a", noon); wait != 0 {
			t.Fatalf("who mistypes now and then must wait %v", wait)
		}
		th.succeed("li", "a")
		th.seen["a\x00a"], th.seen["n\x00li"] = &failures{}, &failures{} // which count on; here it is about the pair
	}
	th = newThrottle()
	for i := range 10 * freeForName {
		if wait := th.begin("li", "a", noon); wait != 0 {
			t.Fatalf("success %d must wait %v", i, wait)
		}
		th.succeed("li", "a")
	}
	if len(th.seen) != 0 {
		t.Errorf("success leaves %d keys", len(th.seen))
	}
	th.succeed("li", "a") // nothing to take back
}

func TestManyAtOnceAreNoWayRound(t *testing.T) {
	s, _, _ := started(t)
	var tried atomic.Int64
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			_, err := s.SignIn(t.Context(), "Ān", other, there, "b")
			switch problem.KindOf(err) {
			case problem.SignedOut:
				tried.Add(1)
			case problem.TooMany:
			default:
				t.Errorf("SignIn: %v", err)
			}
		})
	}
	wg.Wait()
	if n := tried.Load(); n != freeForPair {
		t.Errorf("%d of 50 were tried at once, want %d", n, freeForPair)
	}
}

func TestSignInIsThrottled(t *testing.T) {
	s, h, _ := started(t)
	joined(t, s, "Bo", account.Reader)
	for range freeForPair {
		_, err := s.SignIn(t.Context(), "ān", other, there, "b")
		wantKind(t, "a wrong password", err, problem.SignedOut)
	}
	_, err := s.SignIn(t.Context(), "Ān", good, there, "b")
	wantKind(t, "the right one, too late", err, problem.TooMany)
	if e, ok := err.(*problem.Error); !ok || e.Msg.Args[0] != 2 {
		t.Errorf("the wait is not told: %v", err)
	}
	_, err = s.SignIn(t.Context(), "Ān", good, "elsewhere", "b")
	wantKind(t, "from elsewhere", err, "")
	_, err = s.SignIn(t.Context(), "Bo", good, there, "b")
	wantKind(t, "somebody else", err, "")
	h.pass(2 * time.Second)
	_, err = s.SignIn(t.Context(), "Ān", good, there, "b")
	wantKind(t, "after the wait", err, "")
	for range freeForPair {
		_, err := s.SignIn(t.Context(), "Ān", other, there, "b")
		wantKind(t, "failures after a success", err, problem.SignedOut)
	}
}

func TestThrottleIsBounded(t *testing.T) {
	th := newThrottle()
	fill := func(now time.Time) {
		t.Helper()
		for i := 0; i < 2*mostTracked; i++ {
			th.seen[fmt.Sprint("x", i)] = &failures{count: 1, last: now}
			if len(th.seen) == mostTracked {
				break
			}
		}
	}
	fill(noon)
	th.seen["x7"].last = noon.Add(-time.Minute)
	for i := range 20 {
		th.begin(fmt.Sprint("li", i), fmt.Sprint("a", i), noon.Add(time.Second))
		if len(th.seen) > mostTracked {
			t.Fatalf("%d keys", len(th.seen))
		}
	}
	if th.seen["x7"] != nil || th.seen["n\x00li19"] == nil {
		t.Error("the oldest must be forgotten, not the newest")
	}
	th.begin("li", "a", noon.Add(2*forgetAfter))
	if len(th.seen) != 3 {
		t.Errorf("after an hour, %d keys", len(th.seen))
	}
}
