package respond

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"guanji/internal/incident"
	"guanji/internal/job"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// TestJoinLosesNothing: an alert goes to a case in which somebody sees to it,
// and to no other.
func TestJoinLosesNothing(t *testing.T) {
	tests := map[string]struct {
		to   int64
		lost bool
	}{"one that runs": {1, false}, "another alert": {4, false}, "itself": {3, true}, "one that is closed": {2, true}, "one that was joined": {5, true}, "none": {99, true},
		"the plan of the organization": {0, true}, "less than none": {-1, true}}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, r := open(t)
			must(t, s.SavePlan(t.Context(), "bank", "Ann", 0, incident.Plan{}))
			began(t, s, "")                                                                                                      // 1
			add(t, s, began(t, s, ""), incident.Step{Ended: &incident.Ended{}}, incident.Step{Close: &incident.Close{Why: "x"}}) // 2
			for _, title := range []string{"three", "four", "five"} {
				raise(t, s, odd("", "", title, "core"), start)
			}
			join := func(n, to int64) error {
				c, err := s.Case(t.Context(), "bank", n)
				must(t, err)
				_, err = s.Add(t.Context(), "bank", "Ann", n, c.Revision(), incident.Step{Join: &incident.Join{To: to}})
				return err
			}
			must(t, join(5, 1))
			before := len(r.steps)
			err := join(3, tt.to)
			if !tt.lost {
				must(t, err)
				return
			}
			if wantField(t, err, "to"); len(r.steps) != before {
				t.Error("it was recorded")
			}
		})
	}
}

// TestClocksAreNeverGivenUp, however often looking at a case, or printing the
// card, failed.
func TestClocksAreNeverGivenUp(t *testing.T) {
	s, r := printing(t)
	began(t, s, ciiOnly)
	broken := s.Config
	broken.Store, broken.Organizations = away{}, nil
	for name, do := range map[string]func(s *Service) (time.Time, error){
		"what is due cannot be recorded": func(s *Service) (time.Time, error) {
			r.lost = true
			defer func() { r.lost = false }()
			return s.Wake(t.Context(), WakeJob("bank", 1, start))
		},
		"the case cannot be read": func(*Service) (time.Time, error) { return New(broken).Wake(t.Context(), WakeJob("bank", 1, start)) },
		"the plan cannot be read": func(*Service) (time.Time, error) { return New(broken).PrintCard(t.Context(), CardJob("bank", start)) },
	} {
		if again, err := do(s); err == nil || again.IsZero() {
			t.Errorf("%s: again at %s, %v", name, again, err)
		}
	}
}

// away is a store that cannot be reached.
type away struct{ Store }

func (away) CaseSteps(context.Context, string, int64) ([]incident.Recorded, error) {
	return nil, problem.New(problem.Unavailable, "store.unavailable")
}

func (away) Steps(context.Context, string, int64) ([]incident.Recorded, error) {
	return nil, problem.New(problem.Unavailable, "store.unavailable")
}

// TestOneFolderHangs until its time is up: the card is printed to the next.
func TestOneFolderHangs(t *testing.T) {
	s, r := printing(t)
	s.Printer = hanging{r, "/mnt/duty"}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.folderTimeout = time.Millisecond
	if _, err := s.PrintCard(ctx, CardJob("bank", start)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it says %v", err)
	}
	if _, ok := r.printed["/mnt/desk/guanji-card-bank"]; !ok {
		t.Errorf("printed %v", r.printed)
	}
}

// hanging prints, but to one folder.
type hanging struct {
	*room
	folder string
}

func (h hanging) Print(ctx context.Context, c Channel, name string, d Document) error {
	if c.Address == h.folder {
		<-ctx.Done()
		return ctx.Err()
	}
	return h.room.Print(ctx, c, name, d)
}

// TestAlertsToldByAClockAhead keep people from no later alert.
func TestAlertsToldByAClockAhead(t *testing.T) {
	s, r := open(t)
	must(t, s.SavePlan(t.Context(), "bank", "Ann", 0, incident.Plan{Ladder: []incident.Person{{Name: "Ann"}}}))
	r.pass(365 * 24 * time.Hour)
	for i := range mostAlerts {
		raise(t, s, odd("", "", string(rune('a'+i)), "core"), start)
	}
	r.work(t, s)
	r.pass(-365 * 24 * time.Hour)
	raise(t, s, odd("", "", "one more", "core"), start)
	r.work(t, s)
	if got := len(r.said()); got != mostAlerts+1 {
		t.Errorf("people were told of %d alerts", got)
	}
}

// TestSecondsLeft: what is not over yet is not said to be.
func TestSecondsLeft(t *testing.T) {
	for d, want := range map[time.Duration]string{20 * time.Second: "0 min left", time.Second: "0 min left", 0: "0 min overdue", -20 * time.Second: "0 min overdue"} {
		if got := left(start.Add(d), start).In(message.English); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

// TestNewPlanIsLookedAt at once for every case in which something is to be done:
// whoever is on it now may have to be told.
func TestNewPlanIsLookedAt(t *testing.T) {
	s, r := open(t)
	people := []incident.Person{{Name: "Ann"}, {Name: "Bo"}}
	must(t, s.SavePlan(t.Context(), "bank", "Ann", 0, incident.Plan{Ladder: people[:1]}))
	began(t, s, ciiOnly)
	add(t, s, began(t, s, ciiOnly), incident.Step{Ended: &incident.Ended{}}, incident.Step{Close: &incident.Close{Why: "x"}})
	r.work(t, s)
	r.pass(30 * time.Minute)
	r.work(t, s)
	r.pass(10 * time.Minute)
	clear(r.jobs)
	must(t, s.SavePlan(t.Context(), "bank", "Ann", 1, incident.Plan{Ladder: people}))
	for key, want := range map[string]bool{"wake/bank/1": true, "wake/bank/2": false} {
		if j, ok := r.jobs[key]; ok != want || ok && (j.Kind != job.Wake || !j.At.Equal(r.now())) {
			t.Errorf("%s: %+v", key, j)
		}
	}
	r.work(t, s)
	if got := r.said(); got[len(got)-1] != "40m0s escalate" {
		t.Errorf("said %q", got)
	}
}

// TestLadderMadeLater: while nobody is named, nothing is said and nothing says
// that it was. Whoever is named then hears of all that waits.
func TestLadderMadeLater(t *testing.T) {
	for name, tt := range map[string]struct {
		plan *incident.Plan // before
		do   func(t *testing.T, s *Service)
		want []string
	}{
		"an alert":                   {nil, func(t *testing.T, s *Service) { raise(t, s, odd("1", "", "Odd", "core"), start) }, []string{"2h0m0s alert"}},
		"an alert, a plan of nobody": {&incident.Plan{Wait: 5}, func(t *testing.T, s *Service) { raise(t, s, odd("1", "", "Odd", "core"), start) }, []string{"2h0m0s alert"}},
		"an incident that is late":   {nil, func(t *testing.T, s *Service) { began(t, s, ciiOnly) }, []string{"2h0m0s overdue"}},
		"a threat": {nil, func(t *testing.T, s *Service) {
			step := opened("A hole", start)
			step.Open.As = incident.Threat
			_, err := s.Open(t.Context(), "bank", "Ann", step)
			must(t, err)
		}, []string{"2h0m0s prompt"}},
		"one that was closed": {nil, func(t *testing.T, s *Service) {
			add(t, s, began(t, s, ""), incident.Step{Ended: &incident.Ended{}}, incident.Step{Close: &incident.Close{Why: "x"}})
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s, r := open(t)
			r.channels = []Channel{hook("ann")}
			seen := int64(0)
			if tt.plan != nil {
				must(t, s.SavePlan(t.Context(), "bank", "Ann", 0, *tt.plan))
				seen = 1
			}
			tt.do(t, s)
			for range 120 {
				r.work(t, s)
				r.pass(time.Minute)
			}
			if len(r.said()) > 0 || len(r.jobs) > 0 {
				t.Errorf("with nobody there: said %q, jobs %v", r.said(), r.jobs)
			}
			must(t, s.SavePlan(t.Context(), "bank", "Ann", seen, incident.Plan{Ladder: []incident.Person{{Name: "Ann", Channels: []string{"ann"}}}}))
			r.work(t, s)
			if got := r.said(); !slices.Equal(got, tt.want) || len(r.sent) != len(tt.want) {
				t.Errorf("said %q, want %q; sent %+v", got, tt.want, r.sent)
			}
			for _, m := range r.sent {
				if !strings.Contains(m.Text, "or nobody was named to be told") {
					t.Errorf("it does not say why it is late: %s", m.Text)
				}
			}
		})
	}
}
