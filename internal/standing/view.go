package standing

import (
	"context"
	"slices"
	"sync"
	"time"

	"guanji/internal/day"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/regime"
)

// A View is where an organization stands on a day.
type View struct {
	*State
	File       *org.File
	Assessment *regime.Assessment
	Rows       []Row // of the assessment
	On         day.Day
	Known      day.Day // what was stated by the end of this day counts; zero: everything

	questions, unsettled func() []Question
}

// Questions returns every open question that nobody was asked, the most useful
// first; see [Open]. They are worked out once.
func (v *View) Questions() []Question { return v.questions() }

// Unsettled returns every open question that was answered with “not known”, the
// most useful first. They are worked out once.
func (v *View) Unsettled() []Question { return v.unsettled() }

// What is remembered of views. A duty that one system answers takes about 200
// bytes.
const (
	mostViews   = 64        // of all organizations
	mostAnswers = 2_000_000 // duties answered in them, but for the view used last
	atOnce      = 2         // views that are worked out at a time
)

// viewKey says which view is meant. That of a past day is made again, too,
// once there are newer statements: one that was on its way at midnight counts
// for the day on which it was begun.
type viewKey struct {
	organization string
	revision     int64
	at           time.Time // of the newest statement
	on, known    day.Day
}

// views remembers views, the one used last at the end. It is safe for
// concurrent use: who asks for what is remembered waits for nobody.
type views struct {
	mu      sync.Mutex
	list    []*remembered
	working chan struct{}
}

type remembered struct {
	viewKey
	make func() (*View, error) // once
	size int                   // in answers; 0 while it is being made
}

func newViews() *views { return &views{working: make(chan struct{}, atOnce)} }

// get returns a view that is remembered, or has it made. Of several who ask at
// once, one makes it.
func (v *views) get(k viewKey, make func() (*View, error)) (*View, error) {
	r := v.use(k, make)
	view, err := r.make()
	v.mu.Lock()
	defer v.mu.Unlock()
	if err != nil {
		v.list = slices.DeleteFunc(v.list, func(other *remembered) bool { return other == r })
		return nil, err
	}
	r.size = max(1, len(view.Assessment.Duties))
	v.forget(r)
	return view, nil
}

// use finds or adds what is remembered under a key, and moves it to the end.
// What an organization was like before its newest statement goes.
func (v *views) use(k viewKey, make func() (*View, error)) *remembered {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.list = slices.DeleteFunc(v.list, func(r *remembered) bool {
		return r.organization == k.organization && (r.revision != k.revision || !r.at.Equal(k.at))
	})
	i := slices.IndexFunc(v.list, func(r *remembered) bool { return r.viewKey == k })
	r := &remembered{viewKey: k, make: sync.OnceValues(func() (*View, error) {
		v.working <- struct{}{}
		defer func() { <-v.working }()
		return make()
	})}
	if i >= 0 {
		r = v.list[i]
		v.list = slices.Delete(v.list, i, i+1)
	}
	v.list = append(v.list, r)
	return r
}

// forget drops the views not used for longest, until the others are few and
// small enough. The one just used stays.
func (v *views) forget(used *remembered) {
	for {
		answers := 0
		for _, r := range v.list {
			answers += r.size
		}
		i := slices.IndexFunc(v.list, func(r *remembered) bool { return r != used && r.size > 0 })
		if i < 0 || len(v.list) <= mostViews && answers <= mostAnswers {
			return
		}
		v.list = slices.Delete(v.list, i, i+1)
	}
}

// View returns where an organization stands on a day, by what was stated by
// the end of the day known, or by everything where that is the zero day.
func (s *Service) View(ctx context.Context, organization string, on, known day.Day) (*View, error) {
	state, err := s.State(ctx, organization)
	if err != nil {
		return nil, err
	}
	if !known.Before(s.Today()) {
		known = day.Day{}
	}
	// Others may wait for the same view: it is made whoever goes away.
	ctx = context.WithoutCancel(ctx)
	return s.views.get(viewKey{organization, state.Revision, state.at, on, known}, func() (*View, error) {
		state := state
		if !known.IsZero() {
			if state, err = s.past(ctx, state, known); err != nil {
				return nil, err
			}
		}
		v, err := s.view(state, on)
		if err != nil {
			return nil, err
		}
		v.Known = known
		return v, nil
	})
}

// past returns the state by what was stated by the end of a day.
func (s *Service) past(ctx context.Context, now *State, known day.Day) (*State, error) {
	entries, err := s.Store.Entries(ctx, now.ID, 0, now.Revision)
	if err != nil {
		return nil, err
	}
	state := NewState(now.ID).With(KnownBy(entries, known))
	if len(state.entries) == 0 {
		return nil, problem.New(problem.NotFound, "standing.not_known_then", known.String())
	}
	return state, nil
}

func (s *Service) view(state *State, on day.Day) (*View, error) {
	f, warnings := state.File(s.Set.Vocabulary)
	a, err := s.Set.Assess(f, on)
	if err != nil {
		return nil, err
	}
	a.Warnings = append(a.Warnings, warnings...)
	open := func(asked Answered) func() []Question {
		return sync.OnceValue(func() []Question { return Open(s.Set.Vocabulary, a, asked) })
	}
	return &View{State: state, File: f, Assessment: a, Rows: Rows(a), On: on, questions: open(state.answered), unsettled: open(state.unsettled)}, nil
}
