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
	mu     sync.Mutex
	states map[string]*kept
}

// kept is what is remembered of one organization.
type kept struct {
	mu    sync.Mutex
	state *State
	views []answer // the newest last
}

// answer is a view that is remembered, with the revision it was made at. That
// of a past day is made again, too, once there are newer statements: one that
// was on its way at midnight counts for the day on which it was begun.
type answer struct {
	*View
	at int64
}

// mostViews is how many answers are remembered of one organization: a few
// people look at today, some at another day.
const mostViews = 4

// New returns a Service.
func New(c Config) *Service { return &Service{Config: c, states: map[string]*kept{}} }

// A View is where an organization stands on a day.
type View struct {
	*State
	File       *org.File
	Assessment *regime.Assessment
	Rows       []Row // of the assessment
	On         day.Day
	Known      day.Day // what was stated by the end of this day counts; zero: everything

	questions func() []Question
}

// Questions returns every open question, the most useful first; see [Open].
// They are worked out once.
func (v *View) Questions() []Question { return v.questions() }

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
	k, err := s.current(ctx, organization)
	if err != nil {
		return nil, err
	}
	defer k.mu.Unlock()
	return k.state, nil
}

// current brings what is remembered up to the newest entry, and locks it.
func (s *Service) current(ctx context.Context, organization string) (*kept, error) {
	revision, err := s.Store.Revision(ctx, organization)
	if err != nil {
		return nil, err
	}
	k := s.kept(organization)
	k.mu.Lock()
	if k.state.Revision < revision {
		entries, err := s.Store.Entries(ctx, organization, k.state.Revision, revision)
		if err != nil {
			k.mu.Unlock()
			return nil, err
		}
		k.state = k.state.With(entries)
	}
	return k, nil
}

// View returns where an organization stands on a day, by what was stated by
// the end of the day known, or by everything where that is the zero day.
func (s *Service) View(ctx context.Context, organization string, on, known day.Day) (*View, error) {
	k, err := s.current(ctx, organization)
	if err != nil {
		return nil, err
	}
	defer k.mu.Unlock()
	if !known.Before(s.Today()) {
		known = day.Day{}
	}
	k.views = slices.DeleteFunc(k.views, func(v answer) bool { return v.at != k.state.Revision })
	for _, v := range k.views {
		if v.On == on && v.Known == known {
			return v.View, nil
		}
	}
	state := k.state
	if !known.IsZero() {
		entries, err := s.Store.Entries(ctx, organization, 0, k.state.Revision)
		if err != nil {
			return nil, err
		}
		state = NewState(organization).With(KnownBy(entries, known))
		if len(state.entries) == 0 {
			return nil, problem.New(problem.NotFound, "standing.not_known_then", known.String())
		}
	}
	v, err := s.view(state, on)
	if err != nil {
		return nil, err
	}
	v.Known = known
	k.views = append(k.views, answer{v, k.state.Revision})
	if len(k.views) > mostViews {
		k.views = k.views[1:]
	}
	return v, nil
}

func (s *Service) view(state *State, on day.Day) (*View, error) {
	f, warnings := state.File(s.Set.Vocabulary)
	a, err := s.Set.Assess(f, on)
	if err != nil {
		return nil, err
	}
	a.Warnings = append(a.Warnings, warnings...)
	return &View{State: state, File: f, Assessment: a, Rows: Rows(a), On: on,
		questions: sync.OnceValue(func() []Question { return Open(s.Set.Vocabulary, a, state.Asked) })}, nil
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
