package access

import (
	"sync"
	"time"
)

// The limits of failed sign-ins. Each failure beyond the free ones doubles the
// wait, up to the longest.
const (
	freeForPair   = 5   // failures of one name from one address
	freeForSource = 30  // of any name from one address
	freeForName   = 100 // of one name from anywhere: more than a person mistypes, less than guessing needs
	longestWait   = 15 * time.Minute
	forgetAfter   = time.Hour
	mostTracked   = 20_000 // keys; beyond it the oldest are forgotten
)

// throttle counts failures by name and address, in memory.
type throttle struct {
	mu   sync.Mutex
	seen map[string]*failures
}

type failures struct {
	count int
	last  time.Time
	until time.Time
}

func newThrottle() *throttle { return &throttle{seen: map[string]*failures{}} }

type throttleKey struct {
	key  string
	free int
}

func pairKey(name, address string) string { return "p\x00" + name + "\x00" + address }

func throttleKeys(name, address string) []throttleKey {
	return []throttleKey{{pairKey(name, address), freeForPair}, {"a\x00" + address, freeForSource}, {"n\x00" + name, freeForName}}
}

// begin returns 0 where a try may be made, and counts it as failed before it
// is known: many at once are no way around the limit. Else it returns how long
// must be waited, and counts nothing.
func (t *throttle) begin(name, address string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	keys := throttleKeys(name, address)
	var longest time.Duration
	for _, k := range keys {
		if f := t.seen[k.key]; f != nil {
			longest = max(longest, f.until.Sub(now))
		}
	}
	if longest > 0 {
		return longest
	}
	for _, k := range keys {
		t.count(k, now)
	}
	return 0
}

func (t *throttle) count(k throttleKey, now time.Time) {
	f := t.seen[k.key]
	if f == nil || now.Sub(f.last) > forgetAfter {
		t.makeRoom(now)
		f = &failures{}
		t.seen[k.key] = f
	}
	f.count++
	f.last = now
	if over := f.count - k.free; over >= 0 {
		f.until = now.Add(min(longestWait, time.Second<<min(over, 10)))
	}
}

// takeBack takes back what begin counted: the try did not fail for the
// password. What others failed at from the address, or with the name, still
// counts: who has one good account gains no more tries at others by it.
func (t *throttle) takeBack(name, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, k := range throttleKeys(name, address) {
		f := t.seen[k.key]
		if f == nil {
			continue
		}
		f.count--
		f.until = time.Time{}
		if f.count <= 0 {
			delete(t.seen, k.key)
		}
	}
}

// succeed takes back what begin counted, and forgets what failed before with
// the name from the address.
func (t *throttle) succeed(name, address string) {
	t.takeBack(name, address)
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.seen, pairKey(name, address))
}

func (t *throttle) makeRoom(now time.Time) {
	if len(t.seen) < mostTracked {
		return
	}
	oldest, when := "", now
	for k, f := range t.seen {
		if now.Sub(f.last) > forgetAfter {
			delete(t.seen, k)
		} else if oldest == "" || f.last.Before(when) {
			oldest, when = k, f.last
		}
	}
	if len(t.seen) >= mostTracked {
		delete(t.seen, oldest)
	}
}
