package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"guanji/internal/account"
	"guanji/internal/channel"
	"guanji/internal/incident"
	"guanji/internal/job"
	"guanji/internal/ledger"
	"guanji/internal/org"
	"guanji/internal/respond"
	"guanji/internal/store"
	"guanji/internal/work"
)

// killer kills its process at a step of background work: after a job was taken,
// before and after something is recorded, sent, or a job is ended.
type killer struct {
	mu        sync.Mutex
	at, steps int
}

func (k *killer) step() {
	k.mu.Lock() // whoever else comes waits until the process is dead
	if k.steps++; k.steps == k.at {
		p, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = p.Kill()
		}
		if err != nil {
			panic(err)
		}
		select {}
	}
	k.mu.Unlock()
}

type killingQueue struct {
	work.Queue
	k *killer
}

func (q killingQueue) Take(ctx context.Context, owner string, kind job.Kind, now, until time.Time, most int) ([]job.Job, error) {
	jobs, err := q.Queue.Take(ctx, owner, kind, now, until, most)
	if len(jobs) > 0 {
		q.k.step()
	}
	return jobs, err
}

func (q killingQueue) Finish(ctx context.Context, done []job.Job) error {
	q.k.step()
	defer q.k.step()
	return q.Queue.Finish(ctx, done)
}

type killingSteps struct {
	respond.Store
	k *killer
}

func (s killingSteps) Record(ctx context.Context, organization string, w respond.Writing) ([]incident.Recorded, error) {
	s.k.step()
	defer s.k.step()
	return s.Store.Record(ctx, organization, w)
}

type killingSender struct {
	respond.Sender
	k *killer
}

func (s killingSender) Send(ctx context.Context, c respond.Channel, m respond.Message) error {
	s.k.step()
	defer s.k.step()
	return s.Sender.Send(ctx, c, m)
}

// receiver takes notices by HTTP, and remembers them: by channel and id, the
// attempts that came.
type receiver struct {
	*httptest.Server
	mu  sync.Mutex
	got map[string][]int
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{got: map[string][]int{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	var body struct{ Data struct{ Attempt int } }
	if err := json.NewDecoder(q.Body).Decode(&body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	key := path.Base(q.URL.Path) + " " + q.Header.Get("webhook-id")
	r.got[key] = append(r.got[key], body.Data.Attempt)
}

func (r *receiver) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.got)
}

// programAt is the program over a site, at some time.
func (s *target) programAt(now time.Time) *program {
	p := &program{out: io.Discard, errs: io.Discard, in: strings.NewReader(""), getenv: func(string) string { return "" }, now: func() time.Time { return now }}
	if store.IsPostgres(s.database) {
		p.database = s.database
	}
	return p
}

// opensCase opens a case of which two people are told by webhooks, and leaves it
// to the background.
func (s *target) opensCase(t *testing.T, hooks string) {
	t.Helper()
	ctx, by := context.Background(), ledger.Actor{By: "Li Wei", At: began}
	in, err := s.programAt(began).open(ctx, s.home)
	must(t, err)
	defer in.close()
	(&opened{store: in.store}).state(t, acme, true, stating(org.AboutOrganization, "organization", "name", `{"en":"Acme","zh":"甲"}`))
	for _, id := range []string{"li", "wang"} {
		must(t, in.store.SaveChannel(ctx, nil, respond.Channel{ID: id, Means: channel.Webhook, Name: id, Address: hooks + "/" + id,
			Approval: account.Approval{ProposedBy: "Li Wei", Proposed: began, AllowedBy: "Wang Fang", Allowed: began}}, by))
	}
	must(t, in.respond.SavePlan(ctx, acme, "Li Wei", 0, incident.Plan{Ladder: []incident.Person{{Name: "Li Wei", Channels: []string{"li", "wang"}}, {Name: "Wang Fang", Channels: []string{"wang"}}}}))
	_, err = in.respond.Open(ctx, acme, "Li Wei", incident.Step{Open: &incident.Open{As: incident.Incident, Title: "Down", Aware: incident.Aware{At: began, Reading: incident.ByPerson}}})
	must(t, err)
	_, err = in.record.Publish(ctx)
	must(t, err)
}

// TestBackgroundKilledAtEveryStep kills a process at every step of telling
// people, in itself run again: between a clock's firing and its notice, between
// sending and noting it, and everywhere else. The one that starts afterwards
// completes it: every notice arrives, none twice as the first, and everything
// was said once.
func TestBackgroundKilledAtEveryStep(t *testing.T) {
	if home := os.Getenv("GUANJI_TEST_KILLED_WORK"); home != "" {
		workAndDie(t, home)
		return
	}
	for engine, stride := range map[string]int{"sqlite": 1, "postgres": 3} {
		t.Run(engine, func(t *testing.T) {
			s, r := newTarget(t, engine), newReceiver(t)
			s.opensCase(t, r.URL)
			killed, twice := 0, 0
			for step := 1; step < 200; step += stride {
				c := s.copy(t)
				r.clear()
				cmd := exec.Command(os.Args[0], "-test.run=^TestBackgroundKilledAtEveryStep$")
				cmd.Env = append(os.Environ(), "GUANJI_TEST_KILLED_WORK="+c.home, "GUANJI_TEST_DATABASE="+c.database, fmt.Sprint("GUANJI_TEST_STEP=", step))
				out, err := cmd.CombinedOutput()
				c.restart(t)
				twice += c.checkTold(t, r, step)
				if err == nil {
					if killed*stride < 25 || twice == 0 {
						t.Errorf("killed %d times, and something was sent again %d times: %s", killed, twice, out)
					}
					t.Logf("killed %d times; %d notices were sent again, and said so", killed, twice)
					return
				}
				killed++
			}
			t.Error("it never ended by itself")
		})
	}
}

// workAndDie does background work at two moments, and is killed at a step.
func workAndDie(t *testing.T, home string) {
	at, err := strconv.Atoi(os.Getenv("GUANJI_TEST_STEP"))
	must(t, err)
	k := &killer{at: at}
	now := began
	p := (&target{home: home, database: os.Getenv("GUANJI_TEST_DATABASE")}).programAt(began)
	p.now = func() time.Time { return now }
	in, err := p.open(t.Context(), home)
	must(t, err)
	c := in.respond.Config
	c.Store, c.Sender = killingSteps{c.Store, k}, killingSender{c.Sender, k}
	in.respond = respond.New(c)
	worker := p.worker(in, home, slog.New(slog.DiscardHandler))
	worker.Queue = killingQueue{worker.Queue, k}
	for _, after := range []time.Duration{0, time.Hour} {
		now = began.Add(after)
		must(t, worker.Drain(t.Context()))
	}
}

// restart runs the background work two hours after the case was opened, as a
// server does that starts again, until nothing is due.
func (s *target) restart(t *testing.T) {
	t.Helper()
	now := began.Add(2 * time.Hour)
	p := s.programAt(now)
	in, err := p.open(t.Context(), s.home)
	must(t, err)
	defer in.close()
	worker := p.worker(in, s.home, slog.New(slog.NewTextHandler(t.Output(), nil)))
	worker.Every = time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { worker.Run(ctx); close(ended) }()
	for range 10_000 {
		jobs, _, dead, err := in.store.Jobs(t.Context(), 100)
		must(t, err)
		idle := dead == 0
		for _, j := range jobs {
			idle = idle && j.At.After(now) && j.Taken.IsZero()
		}
		if idle {
			break
		}
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-ended
}

// checkTold checks what was said, and what arrived, and returns how many
// notices came more than once.
func (s *target) checkTold(t *testing.T, r *receiver, step int) (twice int) {
	t.Helper()
	o := s.open(t)
	defer o.close()
	steps, err := o.store.CaseSteps(t.Context(), acme, 1)
	must(t, err)
	told, given := map[string]int{}, map[string]int{}
	messages := 0
	for _, recorded := range steps {
		switch {
		case recorded.Said != nil:
			for _, key := range recorded.Said.Keys {
				told[key]++
			}
			messages += len(recorded.Said.Messages)
			for _, id := range recorded.Said.Messages {
				for _, channel := range []string{"li", "wang"} {
					if attempts := r.got[channel+" "+id]; len(attempts) == 0 {
						t.Errorf("step %d: %s did not arrive by %s", step, recorded.Said.Stage, channel)
					}
				}
			}
		case recorded.Given != nil:
			given[recorded.Given.Channel+" "+recorded.Given.Message]++
		}
	}
	for key, times := range told {
		if times != 1 {
			t.Errorf("step %d: %s was said %d times", step, key, times)
		}
	}
	for key, attempts := range r.got {
		if given[key] != 1 {
			t.Errorf("step %d: that %s was given is recorded %d times", step, key, given[key])
		}
		seen := map[int]bool{}
		for _, n := range attempts {
			if seen[n] {
				t.Errorf("step %d: %s came twice as attempt %d", step, key, n)
			}
			seen[n] = true
		}
		if len(attempts) > 1 {
			twice++
		}
	}
	if overdue := fmt.Sprintf("overdue/RPT-CII/public_security/initial/%d/0s", began.Add(time.Hour).Unix()); told[overdue] != 1 {
		t.Errorf("step %d: that the hour has passed was said %d times", step, told[overdue])
	}
	if messages == 0 || len(r.got) != 2*messages || len(given) != len(r.got) {
		t.Errorf("step %d: %d messages, %d arrived, %d are recorded", step, messages, len(r.got), len(given))
	}
	s.publish(t)
	wantFaults(t, s.verify(t))
	return twice
}
