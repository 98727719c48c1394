package respond

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"guanji/content"
	"guanji/internal/account"
	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/incident"
	"guanji/internal/job"
	"guanji/internal/ledger"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/regime"
)

// room is all that a Service needs, in memory and with a clock that is set.
type room struct {
	mu       sync.Mutex
	clock    time.Time
	steps    []incident.Recorded
	refs     map[string]bool
	jobs     map[string]job.Job
	filed    []evidence.Filed
	channels []Channel
	accounts []account.Account
	file     *org.File
	sent     []Message
	fail     map[string]error // by channel
	printed  map[string]Document
	set      *regime.Set
	files    map[string]int64 // that are kept, with their sizes
	refuse   bool             // evidence
	between  int              // so often somebody else records first
	lost     bool             // nothing is recorded
	prints   int              // cards
}

func (r *room) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.clock
}

func (r *room) pass(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clock = r.clock.Add(d)
}

func (r *room) Steps(_ context.Context, _ string, after int64) (list []incident.Recorded, err error) {
	for _, s := range r.steps {
		if s.Seq > after {
			list = append(list, s)
		}
	}
	return list, nil
}

func (r *room) CaseSteps(_ context.Context, _ string, number int64) (list []incident.Recorded, err error) {
	for _, s := range r.steps {
		if s.Case == number {
			list = append(list, s)
		}
	}
	return list, nil
}

func (r *room) Record(_ context.Context, _ string, w Writing) (recorded []incident.Recorded, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lost {
		return nil, problem.New(problem.Unavailable, "store.unavailable")
	}
	if r.between > 0 && w.Case > 0 {
		r.between--
		r.steps = append(r.steps, incident.Recorded{Step: incident.Step{Note: &incident.Note{What: "y"}}, Case: w.Case, Seq: int64(len(r.steps) + 1), At: w.Actor.At, By: "Di"})
	}
	var cases, revision int64
	for _, s := range r.steps {
		cases = max(cases, s.Case)
		if s.Case == w.Case {
			revision = s.Seq
		}
	}
	number := w.Case
	if number == NewCase {
		number = cases + 1
	} else if w.Seen != AnyRevision && w.Seen != revision {
		return nil, problem.New(problem.Conflict, "respond.busy")
	}
	if w.Ref != "" && r.refs[w.Ref] {
		return nil, problem.New(problem.Conflict, "respond.busy")
	}
	r.refs[w.Ref] = true
	for _, step := range w.Steps {
		s := incident.Recorded{Step: step, Case: number, Seq: int64(len(r.steps) + 1), At: w.Actor.At, By: w.Actor.By}
		r.steps, recorded = append(r.steps, s), append(recorded, s)
	}
	if w.Items != nil {
		for _, item := range w.Items(number) {
			r.filed = append(r.filed, evidence.Filed{Item: item, Seq: int64(len(r.filed) + 1), At: w.Actor.At, By: w.Actor.By})
		}
	}
	if w.Jobs != nil {
		for _, j := range w.Jobs(number) {
			r.jobs[j.Key] = j
		}
	}
	return recorded, nil
}

func (r *room) Channels(context.Context) ([]Channel, error) { return slices.Clone(r.channels), nil }

func (r *room) SaveChannel(_ context.Context, was *Channel, c Channel, _ ledger.Actor) error {
	if was == nil {
		r.channels = append(r.channels, c)
		return nil
	}
	i := slices.IndexFunc(r.channels, func(o Channel) bool { return o.ID == c.ID })
	if r.channels[i] != *was {
		return problem.New(problem.Conflict, "respond.channel_changed")
	}
	r.channels[i] = c
	return nil
}

func (r *room) File(context.Context, string) (*org.File, error) { return r.file, nil }

func (r *room) Book(context.Context, string) (*evidence.Book, error) {
	return evidence.NewBook(slices.Clone(r.filed)), nil
}

func (r *room) Check(_ context.Context, _ string, item evidence.Item) error {
	if r.refuse {
		return problem.Fields{{Name: "duty", Msg: message.New("evidence.missing")}}
	}
	return item.Check(day.In(r.now())).OrNil()
}

func (r *room) Has(_ context.Context, digest string) (int64, error) {
	if size, ok := r.files[digest]; ok {
		return size, nil
	}
	return 0, problem.New(problem.NotFound, "filing.no_file", digest)
}

func (r *room) Accounts(context.Context) ([]account.Account, error) { return r.accounts, nil }

func (r *room) Send(_ context.Context, c Channel, m Message) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.fail[c.ID]; err != nil {
		return err
	}
	r.sent = append(r.sent, m)
	return nil
}

func (r *room) Print(_ context.Context, c Channel, name string, d Document) error {
	if err := r.fail[c.ID]; err != nil {
		return err
	}
	r.prints++
	r.printed[c.Address+"/"+name] = d
	return nil
}

// start is when tests begin: a Friday night in Beijing.
var start = time.Date(2026, 11, 20, 18, 30, 0, 0, time.UTC)

// loaded is the content, read once for all tests: nothing changes it.
var loaded = sync.OnceValues(func() (*regime.Set, error) { return regime.Load(content.Files) })

// open returns a service over a room whose organization is a bank that was
// designated.
func open(t *testing.T) (*Service, *room) {
	t.Helper()
	set, err := loaded()
	must(t, err)
	r := &room{clock: start, refs: map[string]bool{}, jobs: map[string]job.Job{}, fail: map[string]error{}, printed: map[string]Document{}, set: set,
		file: &org.File{ID: "bank", Name: message.Text{En: "A bank", Zh: "某银行"}, Facts: set.Vocabulary.NewFacts(),
			Systems: []org.Unit{{ID: "core", Name: message.Text{En: "Core banking", Zh: "核心系统"}, Facts: set.Vocabulary.NewFacts()}}}}
	r.state(t, "org.sectors", `["finance"]`)
	r.state(t, "org.finance_kinds", `["bank"]`)
	r.state(t, "org.central_organ", `false`)
	s := New(Config{Set: set, Store: r, Channels: r, Organizations: r, Evidence: r, Files: r, People: r, Sender: r, Printer: r, Base: "https://guanji.example", Now: r.now})
	return s, r
}

// state states a fact of the organization.
func (r *room) state(t *testing.T, id, value string) {
	t.Helper()
	f := r.set.Vocabulary.Fact(id)
	v, ok := f.FromJSON([]byte(value))
	if !ok {
		t.Fatalf("%s = %s", id, value)
	}
	r.file.Facts[f.Index] = v
}

// work does every job that is due, until none is.
func (r *room) work(t *testing.T, s *Service) {
	t.Helper()
	do := map[job.Kind]func(context.Context, job.Job) (time.Time, error){job.Wake: s.Wake, job.Send: s.Deliver, job.Card: s.PrintCard}
	for range 1000 {
		var due *job.Job
		for _, j := range r.jobs {
			if !j.At.After(r.now()) && (due == nil || j.Key < due.Key) {
				due = &j
			}
		}
		if due == nil {
			return
		}
		due.Attempt++
		delete(r.jobs, due.Key)
		again, err := do[due.Kind](t.Context(), *due)
		switch {
		case err != nil && due.Attempt >= job.MaxAttempts && again.IsZero(): // given up
		case err != nil:
			due.At = r.now().Add(job.Backoff(due.Attempt))
			r.jobs[due.Key] = *due
		case !again.IsZero():
			due.At, due.Attempt = again, 0
			r.jobs[due.Key] = *due
		}
	}
	t.Fatal("the work does not end")
}

// said lists what was said, for comparing.
func (r *room) said() (list []string) {
	for _, s := range r.steps {
		if s.Said != nil {
			list = append(list, fmt.Sprintf("%s %s", s.At.Sub(start), s.Said.Stage))
		}
	}
	return list
}

// wantField fails unless exactly these fields are named as wrong.
func wantField(t *testing.T, err error, names ...string) {
	t.Helper()
	fields, _ := errors.AsType[problem.Fields](err)
	var got []string
	for _, f := range fields {
		got = append(got, f.Name)
	}
	if !slices.Equal(got, names) {
		t.Errorf("wrong are %q (%v), want %q", got, err, names)
	}
}

// wantKey fails unless a failure has a kind and a message.
func wantKey(t *testing.T, err error, kind problem.Kind, key string) {
	t.Helper()
	if e, ok := errors.AsType[*problem.Error](err); !ok || e.Kind != kind || e.Msg.Key != key {
		t.Errorf("failed with %v, want %s, %s", err, kind, key)
	}
}
