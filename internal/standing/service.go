package standing

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
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
	views []*View // the newest last
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
		entries, err := s.Store.Entries(ctx, organization, k.state.Revision)
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
	k.views = slices.DeleteFunc(k.views, func(v *View) bool { return v.Revision != k.state.Revision && v.Known.IsZero() })
	for _, v := range k.views {
		if v.On == on && v.Known == known {
			return v, nil
		}
	}
	state := k.state
	if !known.IsZero() {
		entries, err := s.Store.Entries(ctx, organization, 0)
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
	k.views = append(k.views, v)
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
	return &View{State: state, File: f, Assessment: a, Rows: Rows(a), On: on}, nil
}

// Try returns where an organization would stand if changes had been stated.
// Nothing is kept.
func (s *Service) Try(ctx context.Context, organization string, changes []Change, on day.Day) (*View, error) {
	state, err := s.State(ctx, organization)
	if err != nil {
		return nil, err
	}
	if _, err := s.check(state, changes); err != nil {
		return nil, err
	}
	return s.view(state.trial(changes), on)
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
	if err := mistakes.OrNil(); err != nil {
		return err
	}
	_, err := s.Store.Append(ctx, id, true, []Change{{Ref: OfOrganization(KeyName), Value: encode(name)}}, a, s.Now())
	if problem.KindOf(err) == problem.Conflict {
		return problem.Fields{{Name: "id", Msg: message.New("standing.id_taken", id)}}
	}
	return err
}

// Append adds statements, all or none. A change that says what stands already
// is left out. It fails with [problem.Fields] for what is no valid statement,
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
	changes = slices.DeleteFunc(changes, func(c Change) bool {
		e, ok := state.entries[c.Ref]
		return ok && e.same(c.Value) && e.Author == a || !ok && c.Value == nil
	})
	if len(changes) == 0 {
		return nil
	}
	_, err = s.Store.Append(ctx, organization, false, changes, a, s.Now())
	return err
}

// maxUnits is the most systems or transfers of one organization.
const maxUnits = 50_000

// check returns changes in the form in which they are kept.
func (s *Service) check(state *State, changes []Change) ([]Change, error) {
	var mistakes problem.Fields
	fail := func(r Ref, m message.M) {
		mistakes = append(mistakes, problem.Field{Name: r.Subject + "/" + r.Key, Msg: m})
	}
	checked := make([]Change, 0, len(changes))
	made := map[Ref]bool{}
	for _, c := range changes {
		r := c.Ref
		if r.Key == KeyName && c.Value != nil {
			made[Ref{r.About, r.Subject, ""}] = true
		}
	}
	for _, c := range changes {
		r := c.Ref
		exists := r.About == org.AboutOrganization && r.Subject == string(org.AboutOrganization) ||
			state.Exists(r.About, r.Subject) || made[Ref{r.About, r.Subject, ""}] || r.About == AboutNotice
		switch f := s.Set.Vocabulary.Fact(r.Key); {
		case !exists:
			fail(r, message.New("standing.no_subject", r.Subject))
		case r.Key == KeyName || r.Key == KeyNotice:
			if m := checkKept(r, c.Value); m != nil {
				fail(r, *m)
			}
		case f == nil || f.Subject != r.About || f.Kind == org.Record:
			fail(r, message.New("standing.no_fact", r.Key))
		case c.Value != nil:
			val, ok := f.FromJSON(c.Value)
			if !ok {
				fail(r, message.New("answer."+f.Kind.String()))
			}
			c.Value = encode(val.In(f))
		}
		checked = append(checked, c)
	}
	return checked, mistakes.OrNil()
}

func checkKept(r Ref, value json.RawMessage) *message.M {
	var m message.M
	switch r.Key {
	case KeyName:
		var name message.Text
		if value == nil && r.About != org.AboutOrganization {
			return nil
		}
		if value == nil || json.Unmarshal(value, &name) != nil || name.En == "" || name.Zh == "" {
			m = message.New("standing.want_name")
			return &m
		}
	case KeyNotice:
		var n Notice
		if r.About != AboutNotice || value != nil && (json.Unmarshal(value, &n) != nil || n.NotifiedOn.IsZero()) {
			m = message.New("standing.bad_notice")
			return &m
		}
		if !n.WithdrawnOn.IsZero() && n.WithdrawnOn.Before(n.NotifiedOn) {
			m = message.New("file.withdrawn_early", n.WithdrawnOn.String(), n.NotifiedOn.String())
			return &m
		}
	}
	return nil
}

func encode(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // values of facts, names and notices always encode
	}
	return data
}

// The lengths of ids and names, in bytes.
const (
	MaxID   = 64
	MaxName = 200
)

// CheckUnit returns a name as it is kept, and the mistakes in the id and name
// of a new organization, system or transfer. Where one language is empty, the
// other stands in.
func CheckUnit(id string, name message.Text) (message.Text, problem.Fields) {
	var mistakes problem.Fields
	okay := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' }
	if id == "" || len(id) > MaxID || strings.ContainsFunc(id, func(r rune) bool { return !okay(r) }) || id[0] == '-' || id == string(org.AboutOrganization) {
		mistakes = append(mistakes, problem.Field{Name: "id", Msg: message.New("standing.bad_id", MaxID)})
	}
	name = message.Text{En: strings.TrimSpace(name.En), Zh: strings.TrimSpace(name.Zh)}
	name = message.Text{En: orElse(name.En, name.Zh), Zh: orElse(name.Zh, name.En)}
	if name.En == "" || len(name.En) > MaxName || len(name.Zh) > MaxName {
		mistakes = append(mistakes, problem.Field{Name: "name_en", Msg: message.New("standing.bad_name", MaxName)})
	}
	return name, mistakes
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
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
	return s.Append(ctx, organization, state.removal(about, id), a)
}

// removal takes back all that stands of a subject.
func (s *State) removal(about org.Subject, id string) []Change {
	var changes []Change
	for _, e := range s.Stated(about, id) {
		changes = append(changes, Change{Ref: e.Ref, Seen: e.Seq})
	}
	return changes
}

// AddNotice adds a notice of designation under a new id.
func (s *Service) AddNotice(ctx context.Context, organization string, n Notice, a Author) error {
	state, err := s.State(ctx, organization)
	if err != nil {
		return err
	}
	r := Ref{AboutNotice, newNoticeID(state), KeyNotice}
	return s.Append(ctx, organization, []Change{{Ref: r, Value: encode(n)}}, a)
}

// newNoticeID returns an id that no notice ever had.
func newNoticeID(s *State) string {
	n := 1
	for r := range s.entries {
		if r.About == AboutNotice {
			n++
		}
	}
	return noticeID(n)
}

// Encode returns a value in the form of a [Change].
func Encode(v any) json.RawMessage { return encode(v) }
