package record

import (
	"slices"
	"testing"
	"time"
)

// TestSizesAreRemembered signs by two processes on one vault.
func TestSizesAreRemembered(t *testing.T) {
	s, r := newRoom(t)
	other := r.service(t)
	var want []int64
	look := func(lists int) {
		t.Helper()
		before := r.lists
		got, err := s.Sizes(t.Context())
		must(t, err)
		if !slices.Equal(got, want) || r.lists-before != lists {
			t.Errorf("sizes = %v after %d lists; want %v after %d", got, r.lists-before, want, lists)
		}
	}
	sign := func(by *Service) {
		t.Helper()
		r.change(t, by)
		want = append(want, int64(len(r.leaves)))
	}
	look(1)
	sign(s)
	look(0)
	first, err := s.Sizes(t.Context())
	must(t, err)
	sign(s)
	look(0)
	sign(other)
	look(1)
	sign(other)
	sign(s)
	look(1)
	sign(s)
	look(0)
	r.objects[headPath] = []byte("x")
	look(1)
	if len(first) != 1 {
		t.Errorf("what was given out has become %v", first)
	}
}

func TestSizesAfterACopyWasPutBack(t *testing.T) {
	s, r := newRoom(t)
	r.change(t, s)
	copied := map[string][]byte{}
	for path, data := range r.objects {
		copied[path] = data
	}
	if _, err := s.Sizes(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.change(t, s)
	r.objects = copied
	if got, err := s.Sizes(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("sizes = %v, %v; want the one of the copy", got, err)
	}
}

// TestReceiptsAreRemembered gives by two processes on one vault.
func TestReceiptsAreRemembered(t *testing.T) {
	s, r := newRoom(t)
	other := r.service(t)
	on(t, s, ByFolder, "/mnt/a")
	var want []int64
	look := func(lists int) {
		t.Helper()
		before := r.lists
		states, err := s.States(t.Context())
		must(t, err)
		if !slices.Equal(states[0].Sizes, want) || r.lists-before != lists {
			t.Errorf("receipts %v after %d lists; want %v after %d", states[0].Sizes, r.lists-before, want, lists)
		}
	}
	give := func(by *Service) {
		t.Helper()
		r.change(t, s)
		must(t, handAll(t, by))
		want = append([]int64{int64(len(r.leaves))}, want...)
	}
	look(1)
	give(s)
	look(0)
	r.pass(2 * time.Minute)
	give(other)
	look(1) // a minute has passed
	look(0)
	r.pass(2 * time.Minute)
	give(s)
	look(1)
}
