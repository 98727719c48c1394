package standing

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/regime"
)

// Config holds what a Service needs.
type Config struct {
	Set    *regime.Set
	Store  Store
	Drafts Drafts
	Now    func() time.Time
}

// A Service keeps statements and answers from them. It is safe for concurrent
// use, and several may work on one store.
type Service struct {
	Config
	mu        sync.Mutex
	states    map[string]*kept
	views     *views
	importing chan struct{} // one at a time: files are large in memory
}

// kept is what is remembered of one organization.
type kept struct {
	mu    sync.Mutex
	state *State
}

// New returns a Service.
func New(c Config) *Service {
	return &Service{Config: c, states: map[string]*kept{}, views: newViews(), importing: make(chan struct{}, 1)}
}

// Today is the day in Beijing.
func (s *Service) Today() day.Day { return day.In(s.Now()) }

func (s *Service) kept(organization string) *kept {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.states[organization]
	if k == nil {
		k = &kept{state: NewState(organization)}
		s.states[organization] = k
	}
	return k
}

// State returns what stands of an organization now. It fails with
// [problem.NotFound].
func (s *Service) State(ctx context.Context, organization string) (*State, error) {
	head, err := s.Store.Head(ctx, organization)
	if err != nil {
		return nil, err
	}
	k := s.kept(organization)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.state.isAt(head) {
		return k.state, nil
	}
	state, err := s.follow(ctx, k.state, head)
	if err != nil {
		return nil, err
	}
	k.state = state
	return state, nil
}

// follow brings a state up to the newest entry. Where the store does not hold
// what the state was made of, as after it was put back to a copy, the state is
// made anew.
func (s *Service) follow(ctx context.Context, state *State, head Head) (*State, error) {
	if state.Revision > 0 && state.Revision < head.Revision {
		entries, err := s.Store.Entries(ctx, head.ID, state.Revision-1, head.Revision)
		if err != nil {
			return nil, err
		}
		if len(entries) > 0 && entries[0].Seq == state.Revision && entries[0].At.Equal(state.at) {
			return state.With(entries[1:]), nil
		}
	}
	entries, err := s.Store.Entries(ctx, head.ID, 0, head.Revision)
	return NewState(head.ID).With(entries), err
}

// Statements returns the statements after one and up to another, the newest
// first.
func (s *Service) Statements(ctx context.Context, organization string, after, upto int64) ([]Entry, error) {
	entries, err := s.Store.Entries(ctx, organization, after, upto)
	slices.Reverse(entries)
	return entries, err
}

// History returns every statement about a Ref, the newest first.
func (s *Service) History(ctx context.Context, organization string, r Ref) ([]Entry, error) {
	return s.Store.History(ctx, organization, r)
}

// Try returns where an organization would stand if changes had been stated.
// Nothing is kept.
func (s *Service) Try(ctx context.Context, organization string, changes []Change, on day.Day) (*View, error) {
	state, err := s.State(ctx, organization)
	if err != nil {
		return nil, err
	}
	if changes, err = s.check(state, changes); err != nil {
		return nil, err
	}
	return s.view(state.trial(state.complete(changes)), on)
}

// Summary is an organization in a list.
type Summary struct {
	ID   string
	Name message.Text
}

// Organizations lists every organization.
func (s *Service) Organizations(ctx context.Context) ([]Summary, error) {
	heads, err := s.Store.Organizations(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Summary, 0, len(heads))
	for _, h := range heads {
		state, err := s.State(ctx, h.ID)
		if err != nil {
			return nil, err
		}
		list = append(list, Summary{h.ID, state.Name(org.AboutOrganization, string(org.AboutOrganization))})
	}
	return list, nil
}

// Create makes an organization of which nothing is known but its name.
func (s *Service) Create(ctx context.Context, id string, name message.Text, a Author) error {
	name, mistakes := CheckUnit(id, name)
	if err := append(mistakes, a.check()...).OrNil(); err != nil {
		return err
	}
	_, err := s.Store.Append(ctx, id, true, []Change{{Ref: OfOrganization(KeyName), Value: encode(name)}}, a, s.Now())
	if problem.KindOf(err) == problem.Conflict {
		return problem.Fields{{Name: "id", Msg: message.New("standing.id_taken", id)}}
	}
	return err
}

// Append adds statements, all or none. A change that says what stands already,
// by the same author, is left out. Who takes back that a system or transfer
// exists takes back all that was stated of it. Append fails with [problem.Fields] for what is no valid statement,
// named by subject and key, and with a [*Changed] if somebody was faster.
func (s *Service) Append(ctx context.Context, organization string, changes []Change, a Author) error {
	if err := a.check().OrNil(); err != nil {
		return err
	}
	state, err := s.State(ctx, organization)
	if err != nil {
		return err
	}
	changes, err = s.check(state, changes)
	if err != nil {
		return err
	}
	changes = slices.DeleteFunc(state.complete(changes), func(c Change) bool {
		e := state.entries[c.Ref]
		return e.same(c.Value) && (c.Value == nil || e.Author == a)
	})
	if len(changes) == 0 {
		return nil
	}
	_, err = s.Store.Append(ctx, organization, false, changes, a, s.Now())
	return err
}

func encode(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // values of facts, names and notices always encode
	}
	return data
}

// AddUnit adds a system or a transfer.
func (s *Service) AddUnit(ctx context.Context, organization string, about org.Subject, id string, name message.Text, a Author) error {
	name, mistakes := CheckUnit(id, name)
	state, err := s.State(ctx, organization)
	if err != nil {
		return err
	}
	if state.Exists(about, id) {
		mistakes = append(mistakes, problem.Field{Name: "id", Msg: message.New("standing.id_taken", id)})
	}
	if len(state.order[about]) >= maxUnits {
		mistakes = append(mistakes, problem.Field{Name: "id", Msg: message.New("standing.too_many", maxUnits)})
	}
	if err := mistakes.OrNil(); err != nil {
		return err
	}
	r := Ref{about, id, KeyName}
	return s.Append(ctx, organization, []Change{{Ref: r, Value: encode(name), Seen: state.Seq(r)}}, a)
}

// Remove takes back a system, transfer or notice with all that was stated of
// it. What was stated stays in the history.
func (s *Service) Remove(ctx context.Context, organization string, about org.Subject, id string, a Author) error {
	state, err := s.State(ctx, organization)
	if err != nil {
		return err
	}
	if !state.Exists(about, id) {
		return problem.New(problem.NotFound, "standing.no_subject", id)
	}
	r := existence(about, id)
	return s.Append(ctx, organization, []Change{{Ref: r, Seen: state.Seq(r)}}, a)
}

// AddNotice adds a notice of designation under a new id.
func (s *Service) AddNotice(ctx context.Context, organization string, n Notice, a Author) error {
	state, err := s.State(ctx, organization)
	if err != nil {
		return err
	}
	r := Ref{AboutNotice, noticeID(state.lastNotice() + 1), KeyNotice}
	return s.Append(ctx, organization, []Change{{Ref: r, Value: encode(n)}}, a)
}

// Encode returns a value in the form of a [Change].
func Encode(v any) json.RawMessage { return encode(v) }
