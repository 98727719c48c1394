package web

import (
	"context"
	"testing"
	"time"

	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/record"
)

func TestVerificationBegins(t *testing.T) {
	noon := time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		after   time.Duration // since the last began
		runs    bool          // it does still
		anyTime bool
		want    problem.Kind
	}{
		"at once":                  {0, false, false, problem.TooMany},
		"shortly before":           {verifyEvery - time.Second, false, false, problem.TooMany},
		"in time":                  {verifyEvery, false, false, ""},
		"at once, as who may":      {0, false, true, ""},
		"while one runs":           {verifyEvery, true, false, problem.Conflict},
		"while one runs, may":      {0, true, true, problem.Conflict},
		"by a clock that was back": {-time.Hour, false, true, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v := &verification{}
			if err := v.begin("Ann", noon, false); err != nil {
				t.Fatal(err)
			}
			if !tt.runs {
				v.end(nil, nil, noon)
			}
			if err := v.begin("Bo", noon.Add(tt.after), tt.anyTime); problem.KindOf(err) != tt.want {
				t.Errorf("begin = %v, want %q", err, tt.want)
			}
		})
	}
}

// slow takes as long as it is let to say who is a witness.
type slow struct{ begun chan struct{} }

func (s slow) Witnesses(ctx context.Context) ([]record.Witness, error) {
	close(s.begun)
	<-ctx.Done()
	return nil, ctx.Err()
}

func (slow) SaveWitness(context.Context, *record.Witness, record.Witness, ledger.Actor) error {
	return nil
}

func TestVerificationEndsWithTheServer(t *testing.T) {
	stopping, begun, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	s := &server{verification: &verification{}, Config: Config{Now: time.Now, Stopping: stopping,
		Record: record.New(record.Config{Witnessing: record.Witnessing{Witnesses: slow{begun}}})}}
	if err := s.verification.begin("Ann", s.Now(), false); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(ended)
		s.verifyAll(t.Context(), nil)
	}()
	<-begun
	close(stopping)
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("it goes on")
	}
	if s.verification.running || s.verification.err == nil {
		t.Errorf("running %v, %v; want it ended and not done", s.verification.running, s.verification.err)
	}
}
