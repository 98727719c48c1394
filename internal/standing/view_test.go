package standing

import (
	"errors"
	"sync"
	"testing"
	"time"

	"guanji/internal/day"
	"guanji/internal/regime"
)

// viewOf returns a view with a number of answered duties.
func viewOf(answers int) *View {
	return &View{Assessment: &regime.Assessment{Duties: make([]regime.DutyAnswer, answers)}}
}

func TestViewsAreMadeOnce(t *testing.T) {
	v := newViews()
	made := 0
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := v.get(viewKey{organization: "a", revision: 1}, func() (*View, error) { made++; return viewOf(1), nil }); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if made != 1 {
		t.Errorf("made %d times", made)
	}
}

func TestAFailureIsNotRemembered(t *testing.T) {
	v := newViews()
	k := viewKey{organization: "a"}
	if _, err := v.get(k, func() (*View, error) { return nil, errors.New("away") }); err == nil || len(v.list) != 0 {
		t.Errorf("a failure is kept: %v, %d", err, len(v.list))
	}
	if _, err := v.get(k, func() (*View, error) { return viewOf(1), nil }); err != nil {
		t.Error(err)
	}
}

// TestWhoAsksForWhatIsThereWaitsForNobody has as many views under way as may
// be, and asks for one that is remembered.
func TestWhoAsksForWhatIsThereWaitsForNobody(t *testing.T) {
	v := newViews()
	today := viewKey{organization: "a", on: day.Of(2026, 11, 25)}
	must(t, second(v.get(today, func() (*View, error) { return viewOf(1), nil })))
	hold := make(chan struct{})
	var wg sync.WaitGroup
	for i := range 2 * atOnce {
		wg.Go(func() {
			_, err := v.get(viewKey{organization: "a", on: today.on.AddDays(i + 1)}, func() (*View, error) { <-hold; return viewOf(1), nil })
			if err != nil {
				t.Error(err)
			}
		})
	}
	answered := make(chan error, 1)
	go func() {
		_, err := v.get(today, func() (*View, error) { return nil, errors.New("made again") })
		answered <- err
	}()
	select {
	case err := <-answered:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("who asks for what is remembered waits for others")
	}
	close(hold)
	wg.Wait()
}

func second(_ *View, err error) error { return err }

func TestLargeViewsAreForgotten(t *testing.T) {
	v := newViews()
	for i := range 5 {
		must(t, second(v.get(viewKey{organization: "a", on: day.Of(2026, 1, i+1)}, func() (*View, error) { return viewOf(mostAnswers/2 + 1), nil })))
	}
	if len(v.list) != 1 || v.list[0].on != day.Of(2026, 1, 5) {
		t.Errorf("%d large views are kept", len(v.list))
	}
	must(t, second(v.get(viewKey{organization: "a", revision: 2}, func() (*View, error) { return viewOf(1), nil })))
	if len(v.list) != 1 {
		t.Error("a view from before the newest statement is kept")
	}
}

// TestTheStoreWasPutBack has the store lose statements, as after a copy was
// restored, and gain others: what is lost is not shown, what is there is.
func TestTheStoreWasPutBack(t *testing.T) {
	s, m := acme(t)
	say(t, s, individuals, "1", li)
	say(t, s, individuals, "2", li)
	if e, _ := state(t, s).Entry(individuals); string(e.Value) != "2" {
		t.Fatal("nothing was said")
	}
	back := func() {
		m.mu.Lock()
		m.entries["acme"] = m.entries["acme"][:len(m.entries["acme"])-1]
		m.now = m.now.Add(time.Second)
		m.mu.Unlock()
	}
	back()
	if e, _ := state(t, s).Entry(individuals); string(e.Value) != "1" {
		t.Errorf("after the store was put back the state holds %s", e.Value)
	}
	say(t, s, individuals, "3", li)
	back()
	other := New(s.Config)
	say(t, other, individuals, "4", li)
	if e, _ := state(t, s).Entry(individuals); string(e.Value) != "4" {
		t.Errorf("with as many statements as before, the state holds %s", e.Value)
	}
	back()
	say(t, other, individuals, "5", li)
	say(t, other, OfOrganization("pi.sensitive"), "true", li)
	if e, _ := state(t, s).Entry(individuals); string(e.Value) != "5" {
		t.Errorf("with more statements than before, the state holds %s", e.Value)
	}
}
