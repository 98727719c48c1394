package record

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"guanji/internal/problem"
)

var errBroken = errors.New("broken")

// breaker breaks one step of many: the effect happened, or it did not.
type breaker struct {
	at     int // counts from 1; 0 breaks none
	effect bool
	steps  []string
}

func (b *breaker) do(step string, do func() error) error {
	b.steps = append(b.steps, step)
	if len(b.steps) != b.at {
		return do()
	}
	if b.effect {
		_ = do() // whatever it says is lost
	}
	return errBroken
}

// grown is an installation whose next checkpoint fills tiles, so that all
// steps of publishing are gone through.
func grown(t *testing.T, first bool) *home {
	h := newHome(t)
	if !first {
		h.publish(t, 250)
	}
	h.store.add(t, statements(len(h.store.records)+1, 260)...)
	return h
}

// TestPublishFaults breaks every step of publishing, with and without its
// effect: whatever it leaves is whole, nothing that was signed is taken back,
// and the next one completes it.
func TestPublishFaults(t *testing.T) {
	for _, first := range []bool{true, false} {
		var count breaker
		h := grown(t, first)
		h.breakAt(&count)
		_, err := h.open(t).Publish(t.Context())
		must(t, err)
		for at := range count.steps {
			for _, effect := range []bool{false, true} {
				b := &breaker{at: at + 1, effect: effect}
				t.Run(fmt.Sprintf("first %v, step %d, %s, effect %v", first, at, strings.ReplaceAll(count.steps[at], "/", "_"), effect), func(t *testing.T) {
					publishBroken(t, grown(t, first), b)
				})
			}
		}
		for _, step := range []string{"lock", "get", "size", "leaves", "put tile/0/000", "put tile/entries/000", "put tile/1/000.p/1", "replace", "list"} {
			if !strings.Contains(strings.Join(count.steps, "\n"), step) {
				t.Errorf("first %v: no step %s was broken", first, step)
			}
		}
	}
}

func (h *home) breakAt(b *breaker) { h.store.fault, h.objects.fault = b.do, b.do }

func publishBroken(t *testing.T, h *home, b *breaker) {
	before, err := h.open(t).Head(t.Context())
	must(t, err)
	h.breakAt(b)
	signed, err := h.open(t).Publish(t.Context())
	if !errors.Is(err, errBroken) {
		t.Fatalf("published %d leaves, %v", signed.Size, err)
	}
	progress := b.effect && b.steps[len(b.steps)-1] == "replace" || strings.Contains(strings.Join(b.steps[:len(b.steps)-1], "\n"), "replace")
	h.store.fault, h.objects.fault = nil, nil
	after, err := h.open(t).Head(t.Context())
	must(t, err)
	if (after.Size > before.Size) != progress {
		t.Errorf("from %d to %d leaves, want progress: %v", before.Size, after.Size, progress)
	}
	wantWhole(t, h.verify(t))
	h.publish(t, 261)
	r := h.verify(t)
	wantWhole(t, r)
	if r.Under != r.Size || r.Size != 262 {
		t.Errorf("%d of %d leaves are under a checkpoint", r.Under, r.Size)
	}
	if before.Note != nil {
		wantWhole(t, h.verify(t, Given{"before", before.Note}))
	}
}

// TestPublishRefuses has databases that do not continue what was signed:
// nothing is signed over them.
func TestPublishRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		plant func(t *testing.T, h *home)
		kind  problem.Kind
	}{
		"rolled back": {func(_ *testing.T, h *home) { h.store.rows, h.store.size = h.store.rows[:200], 200 }, problem.Refused},
		"rolled back, and worked on": {func(t *testing.T, h *home) {
			h.store.rows, h.store.records, h.store.size = h.store.rows[:200], h.store.records[:199], 200
			for n := range 200 {
				r := statements(200+n, 200+n)[0]
				r.About = "another"
				h.store.add(t, r)
			}
		}, problem.Refused},
		"a gap": {func(t *testing.T, h *home) {
			h.store.add(t, statements(301, 310)...)
			h.store.rows = append(h.store.rows[:305], h.store.rows[306:]...)
		}, problem.Refused},
		"more than there is": {func(_ *testing.T, h *home) { h.store.size = 1e15 }, problem.Refused},
		"fewer than none":    {func(_ *testing.T, h *home) { h.store.size = -5 }, problem.Refused},
		"the tile changed": {func(_ *testing.T, h *home) {
			path := "tile/entries/001.p/45"
			h.objects.all[path] = append([]byte{}, h.objects.all[path]...)
			h.objects.all[path][100] ^= 1
			h.store.size++
		}, problem.Refused},
		"the checkpoint of another key": {func(t *testing.T, h *home) {
			other := newHome(t)
			h.objects.all["checkpoint"] = other.publish(t, 1).Note
		}, problem.Refused},
		"a checkpoint that is none": {func(_ *testing.T, h *home) { h.objects.all["checkpoint"] = []byte("x") }, problem.Refused},
		"another tree of that size was signed": {func(t *testing.T, h *home) {
			other := &home{&fakeStore{}, newObjects(), h.signers}
			other.publish(t, 10)
			other.publish(t, 301)
			for path, data := range other.objects.all {
				if strings.HasPrefix(path, "checkpoints/") && strings.HasSuffix(path, "302") {
					h.objects.all[path] = []byte(strings.Replace(string(data), "\n302\n", "\n303\n", 1))
				}
			}
			h.store.add(t, statements(301, 301)...)
		}, problem.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHome(t)
			signed := h.publish(t, 300)
			tt.plant(t, h)
			got, err := h.open(t).Publish(t.Context())
			if problem.KindOf(err) != tt.kind {
				t.Errorf("published %d leaves after %d, %v; want %s", got.Size, signed.Size, err, tt.kind)
			}
			if r := h.verify(t); r.Whole() {
				t.Error("and verifying finds nothing")
			}
		})
	}
}

// TestPublishTellsOfKeys has a second key in the home of which the ledger was
// not told: whoever made it was stopped before.
func TestPublishTellsOfKeys(t *testing.T) {
	h := newHome(t)
	h.publish(t, 10)
	h.signers = append(h.signers, newSigner(t, true))
	signed, err := h.open(t).Publish(t.Context())
	must(t, err)
	if signed.Size != 12 || len(signed.Keys) != 2 {
		t.Errorf("%d leaves are signed by %q", signed.Size, signed.Keys)
	}
	wantWhole(t, h.verify(t))
}

// TestPublishAtOnce has several publish while statements are added.
func TestPublishAtOnce(t *testing.T) {
	h := newHome(t)
	h.publish(t, 1)
	var wg sync.WaitGroup
	services := []*Service{h.open(t), h.open(t)}
	for range 20 {
		h.store.add(t, statements(len(h.store.records)+1, len(h.store.records)+37)...)
		for _, s := range append(services, services...) {
			wg.Go(func() {
				if _, err := s.Publish(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	wantWhole(t, h.verify(t))
}

// TestProve proves leaves with the public key alone.
func TestProve(t *testing.T) {
	h := newHome(t)
	h.signers = append(h.signers, newSigner(t, true))
	h.publish(t, 600)
	s := h.open(t)
	for _, n := range []int64{0, 1, 255, 256, 511, 601} {
		p, err := s.Prove(t.Context(), n)
		must(t, err)
		l, signed, err := p.Verify(s.Keys)
		must(t, err)
		if kept, err := s.Leaf(t.Context(), n); err != nil || kept != l || signed.Size != 602 {
			t.Errorf("leaf %d: %+v, %+v, %v", n, l, kept, err)
		}
	}
	for _, n := range []int64{-1, 602, 1e15} {
		if _, err := s.Prove(t.Context(), n); problem.KindOf(err) != problem.NotFound {
			t.Errorf("leaf %d is proved: %v", n, err)
		}
		if _, err := s.Leaf(t.Context(), n); problem.KindOf(err) != problem.NotFound {
			t.Errorf("leaf %d is there: %v", n, err)
		}
	}
}
