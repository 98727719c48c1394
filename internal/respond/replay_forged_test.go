package respond

import (
	"encoding/json"
	"testing"
	"time"

	"guanji/internal/incident"
)

// TestReplayFindsForgeries of whoever changes a judgement so that it fits
// together by itself: the steps say otherwise, or the content does.
func TestReplayFindsForgeries(t *testing.T) {
	later := func(j *incident.Judgement, d time.Duration) {
		for i := range j.Due {
			if !j.Due[i].By.IsZero() {
				j.Due[i].By = j.Due[i].By.Add(d)
			}
		}
	}
	tests := map[string]struct {
		forge func(j *incident.Judgement)
		blind bool // not found where the content is another
	}{
		"awareness and every deadline moved": {func(j *incident.Judgement) { j.Aware = j.Aware.Add(time.Hour); later(j, time.Hour) }, false},
		"a limit and its deadline moved":     {func(j *incident.Judgement) { d := &j.Due[0]; d.Limit, d.By = "PT4H", d.By.Add(3*time.Hour) }, true},
		"a report left out":                  {func(j *incident.Judgement) { j.Due = j.Due[1:] }, true},
		"a report made provisional":          {func(j *incident.Judgement) { j.Due[0].Provisional = true }, true},
		"a fact and the grade": {func(j *incident.Judgement) {
			j.Known["incident.cii_outage_minutes"], j.Grade = json.RawMessage(`1`), ""
		}, true},
		"an end that nobody said": {func(j *incident.Judgement) { j.Ended = j.Aware.Add(time.Hour) }, false},
	}
	for name, tt := range tests {
		for _, other := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", by other content"}[other], func(t *testing.T) {
				s, r := open(t)
				began(t, s, ciiOnly)
				j := r.steps[len(r.steps)-1].Judged
				if tt.forge(j); other {
					j.Content = "sha256:another"
				}
				all, err := s.Replay(t.Context(), "bank", 1)
				must(t, err)
				if same := all[len(all)-1].Same(); same != (other && tt.blind) {
					t.Errorf("it came out the same: %v", same)
				}
				if !all[0].Same() {
					t.Error("the one before did not come out the same")
				}
			})
		}
	}
}

// TestReplayWithoutItsContent works deadlines out for which this content has no
// answer any more.
func TestReplayWithoutItsContent(t *testing.T) {
	s, r := open(t)
	began(t, s, ciiOnly)
	before := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range r.steps {
		if r.steps[i].Open != nil {
			r.steps[i].Open.Aware.At = before
		}
		j := r.steps[i].Judged
		j.Content, j.Aware = "sha256:another", before
		for k := range j.Due {
			if d := &j.Due[k]; !d.By.IsZero() {
				by, err := s.Set.DueBy(before, d.Limit, d.Calendar)
				must(t, err)
				d.By = by
			}
		}
	}
	all, err := s.Replay(t.Context(), "bank", 1)
	must(t, err)
	for _, replay := range all {
		if !replay.Same() || len(replay.Limits) == 0 {
			t.Errorf("came out as %+v", replay)
		}
	}
}
