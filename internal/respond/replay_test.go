package respond

import (
	"strings"
	"testing"
	"time"

	"guanji/internal/incident"
)

// replayable is a case that was judged six times, to the end of handling.
func replayable(t *testing.T, s *Service, r *room) {
	t.Helper()
	c := began(t, s, "")
	r.pass(10 * time.Minute)
	c = add(t, s, c, facts(`{"incident.cii": true, "incident.cii_outage_minutes": 15, "incident.pi_individuals": 12}`))
	r.pass(10 * time.Minute)
	c = add(t, s, c, incident.Step{Aware: &incident.Aware{At: start.Add(-20 * time.Minute), Reading: incident.Told, Why: "they rang"}})
	wrong := c.Revision()
	c = add(t, s, c, facts(`{"incident.cii_outage_minutes": 400}`))
	c = add(t, s, c, incident.Step{Strike: &incident.Strike{Of: wrong + 1, Why: "another system"}})
	r.pass(50 * time.Hour)
	add(t, s, c, incident.Step{Ended: &incident.Ended{}})
}

// TestReplay works the deadlines of a case out again, years later.
func TestReplay(t *testing.T) {
	judged := func(r *room, n int) *incident.Judgement {
		for i := range r.steps {
			if r.steps[i].Judged != nil {
				if n--; n == 0 {
					return r.steps[i].Judged
				}
			}
		}
		return nil
	}
	tests := map[string]struct {
		plant func(t *testing.T, s *Service, r *room) *Service
		odd   []int // which judgements do not come out the same, from 1
		other bool  // by other content
	}{
		"as it was": {func(_ *testing.T, s *Service, _ *room) *Service { return s }, nil, false},
		"what is stated of the organization is another": {func(t *testing.T, s *Service, r *room) *Service {
			r.state(t, "org.sectors", `[]`)
			r.state(t, "org.finance_kinds", `[]`)
			r.state(t, "org.central_organ", `true`)
			return s
		}, nil, false},
		"the content is another": {func(_ *testing.T, s *Service, r *room) *Service {
			set := *s.Set
			set.Info.Digest = "sha256:another"
			c := s.Config
			c.Set = &set
			return New(c)
		}, nil, true},
		"another process":   {func(_ *testing.T, s *Service, _ *room) *Service { return New(s.Config) }, nil, false},
		"years have passed": {func(_ *testing.T, s *Service, r *room) *Service { r.pass(5 * 365 * 24 * time.Hour); return s }, nil, false},
		"a deadline was moved": {func(_ *testing.T, s *Service, r *room) *Service {
			due := &judged(r, 2).Due[0]
			due.By = due.By.Add(time.Minute)
			return s
		}, []int{2}, false},
		"a deadline was moved, and the content is another": {func(_ *testing.T, s *Service, r *room) *Service {
			due := &judged(r, 6).Due[0]
			due.By = due.By.Add(-time.Second)
			judged(r, 6).Content = "sha256:another"
			return s
		}, []int{6}, false},
		"a limit was lengthened": {func(_ *testing.T, s *Service, r *room) *Service { judged(r, 3).Due[0].Limit = "PT2H"; return s }, []int{3}, false},
		"a limit that is none":   {func(_ *testing.T, s *Service, r *room) *Service { judged(r, 3).Due[0].Limit = "soon"; return s }, []int{3}, false},
		"the moment was moved": {func(_ *testing.T, s *Service, r *room) *Service {
			j := judged(r, 1)
			j.Aware = j.Aware.Add(time.Hour)
			return s
		}, []int{1}, false},
		"the grade was lowered": {func(_ *testing.T, s *Service, r *room) *Service { judged(r, 4).Grade = "IV"; return s }, []int{4}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, r := open(t)
			replayable(t, s, r)
			all, err := tt.plant(t, s, r).Replay(t.Context(), "bank", 1)
			must(t, err)
			var odd []int
			limits := 0
			for i, replay := range all {
				if !replay.Same() {
					odd = append(odd, i+1)
				}
				if replay.Content == tt.other && replay.Was.Content == s.Set.Info.Digest {
					t.Errorf("judgement %d: by this content %v", i+1, replay.Content)
				}
				if replay.By != "Ann" || replay.At.IsZero() || replay.Seq == 0 {
					t.Errorf("judgement %d: %+v", i+1, replay)
				}
				limits += len(replay.Limits)
			}
			if len(all) != 6 || limits < 20 || len(odd) != len(tt.odd) || len(odd) > 0 && odd[0] != tt.odd[0] {
				t.Errorf("%d judgements with %d limits, of which %v came out otherwise; want %v", len(all), limits, odd, tt.odd)
			}
		})
	}
}

// TestReplayOfAThreat, which has no grade.
func TestReplayOfAThreat(t *testing.T) {
	s, r := open(t)
	r.state(t, "org.designation.notified", `true`)
	step := opened("A hole", start)
	step.Open.As = incident.Threat
	c, err := s.Open(t.Context(), "bank", "Ann", step)
	must(t, err)
	add(t, s, c, opened("It was used", start), facts(ciiOnly))
	all, err := s.Replay(t.Context(), "bank", 1)
	must(t, err)
	if len(all) != 3 || all[0].Grade != "" || all[2].Grade != "III" {
		t.Errorf("%+v", all)
	}
	for i, replay := range all {
		if !replay.Same() {
			t.Errorf("judgement %d came out otherwise: %+v", i, replay)
		}
	}
}

// TestKnownIsKept keeps what was known, so that years later it can be read what
// a judgement was made from.
func TestKnownIsKept(t *testing.T) {
	s, _ := open(t)
	c := began(t, s, ciiOnly)
	for id, want := range map[string]string{"org.sectors": `["finance"]`, "org.central_organ": `false`, "incident.cii": `true`, "incident.cii_outage_minutes": `15`} {
		if got := string(c.Judged.Known[id]); !strings.Contains(got, want) {
			t.Errorf("of %s it is kept %s, want %s", id, got, want)
		}
	}
	if _, known := c.Judged.Known["incident.loss_cny"]; known || c.Judged.Content == "" {
		t.Errorf("kept %v by %q", c.Judged.Known, c.Judged.Content)
	}
}
