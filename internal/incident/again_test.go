package incident

import (
	"testing"
	"time"
)

// TestClosingReportAfterReopening: what was reported of one end of handling is
// no report of the next. What was reported of the incident stands.
func TestClosingReportAfterReopening(t *testing.T) {
	closing := func(minutes int) Step {
		d := Due{Key: "R/a/closing", To: "a", After: "handling_ends", By: noon.Add(time.Duration(minutes)*time.Minute + 30*24*time.Hour)}
		return Step{Ended: &Ended{}, Judged: &Judgement{Aware: noon, Due: []Due{due("R/a/initial", 60), d}}}
	}
	first := []Recorded{on(0, judged(due("R/a/initial", 60))), on(1, sent("R/a/initial")), on(2, closing(2)), on(3, sent("R/a/closing"))}
	again := append(first[:4:4], on(4, Step{Close: &Close{}}), on(5, Step{Reopen: &Reopen{Why: "it is back"}}), on(6, closing(6)))
	for name, tt := range map[string]struct {
		steps []Recorded
		next  string
	}{"made": {first, ""}, "opened again, and ended again": {again, "R/a/closing"}, "made again": {append(again[:7:7], on(7, sent("R/a/closing"))), ""}} {
		t.Run(name, func(t *testing.T) {
			c, got := Fold(7, numbered(tt.steps...)), ""
			if next := c.Next(); next != nil {
				got = next.Key
			}
			if got != tt.next {
				t.Errorf("next is %q, want %q", got, tt.next)
			}
			if want := len(c.SentTo("R/a/closing")); want == 0 {
				t.Error("what was sent is not told any more")
			}
		})
	}
}
