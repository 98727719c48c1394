package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"guanji/internal/evidence"
	"guanji/internal/incident"
	"guanji/internal/job"
	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/respond"
)

func noted(what string) incident.Step { return incident.Step{Note: &incident.Note{What: what}} }

// writing is a step of a case, made for a revision.
func writing(number, seen int64, steps ...incident.Step) respond.Writing {
	return respond.Writing{Case: number, Seen: seen, Steps: steps, Actor: ledger.Actor{By: "Ann", At: noon}}
}

func TestSteps(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		acme(t, s)
		full := incident.Step{Happened: noon.Add(-time.Hour), Offline: true, Open: &incident.Open{As: incident.Incident, Title: "停电 \u0000 ' \" 😀", Drill: true,
			Systems: []string{"core"}, Aware: incident.Aware{At: noon, Reading: incident.Told, Why: "x"}},
			Judged: &incident.Judgement{Content: "sha256:0", Grade: "II", Aware: noon, Due: []incident.Due{{Key: "R/a/initial", By: noon.Add(time.Hour)}}, Known: map[string]json.RawMessage{"a": json.RawMessage(`[1]`)}}}
		first, err := s.Record(t.Context(), "acme", writing(respond.NewCase, 0, full, noted("b")))
		must(t, err)
		second, err := s.Record(t.Context(), "acme", writing(respond.NewCase, 0, noted("c")))
		must(t, err)
		plan, err := s.Record(t.Context(), "acme", writing(0, 0, incident.Step{Plan: &incident.Plan{Wait: 3}}))
		must(t, err)
		third, err := s.Record(t.Context(), "acme", writing(1, 2, noted("d")))
		must(t, err)
		var got []string
		for _, r := range slices.Concat(first, second, plan, third) {
			got = append(got, fmt.Sprintf("%d/%d", r.Case, r.Seq))
		}
		if want := []string{"1/1", "1/2", "2/3", "0/4", "1/5"}; !slices.Equal(got, want) {
			t.Errorf("numbers %q, want %q", got, want)
		}
		all, err := s.Steps(t.Context(), "acme", 0)
		must(t, err)
		if a, b := asJSON(t, all), asJSON(t, slices.Concat(first, second, plan, third)); a != b {
			t.Errorf("read\n%s, recorded\n%s", a, b)
		}
		if !all[0].At.Equal(noon) || all[0].By != "Ann" || !all[0].Judged.Due[0].By.Equal(noon.Add(time.Hour)) {
			t.Errorf("read %+v", all[0])
		}
		for _, read := range []struct {
			what string
			of   func() ([]incident.Recorded, error)
			want []int64
		}{
			{"after 3", func() ([]incident.Recorded, error) { return s.Steps(t.Context(), "acme", 3) }, []int64{4, 5}},
			{"after all", func() ([]incident.Recorded, error) { return s.Steps(t.Context(), "acme", 5) }, nil},
			{"of case 1", func() ([]incident.Recorded, error) { return s.CaseSteps(t.Context(), "acme", 1) }, []int64{1, 2, 5}},
			{"of case 0", func() ([]incident.Recorded, error) { return s.CaseSteps(t.Context(), "acme", 0) }, []int64{4}},
			{"of no case", func() ([]incident.Recorded, error) { return s.CaseSteps(t.Context(), "acme", 9) }, nil},
			{"of nobody", func() ([]incident.Recorded, error) { return s.Steps(t.Context(), "beta", 0) }, nil},
		} {
			list, err := read.of()
			var seqs []int64
			for _, r := range list {
				seqs = append(seqs, r.Seq)
			}
			if err != nil || !slices.Equal(seqs, read.want) {
				t.Errorf("%s: %v, %v; want %v", read.what, seqs, err, read.want)
			}
		}
		leaves, err := s.About(t.Context(), ledger.Step, "acme", "1")
		must(t, err)
		if l, err := ledger.ParseLeaf(leaves[0].Body); err != nil || len(leaves) != 1 || l.About != "1/open" || l.By != "Ann" {
			t.Errorf("the leaf is %+v, %v", l, err)
		}
	})
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	must(t, err)
	return string(data)
}

// TestRecordRefuses holds what is not recorded, and that nothing of it is.
func TestRecordRefuses(t *testing.T) {
	good := func(int64) []job.Job { return []job.Job{{Key: "j", Kind: job.Wake, At: noon, Body: []byte(`{}`)}} }
	withRef := func(number, seen int64, ref string) respond.Writing {
		w := writing(number, seen, noted("x"), noted("y"))
		w.Ref, w.Jobs = ref, good
		return w
	}
	ending := writing(1, 1, noted("x"))
	ending.Items, ending.Jobs = func(int64) []evidence.Item { return []evidence.Item{event("a"), end(99), end(99)} }, good
	broken := writing(1, 1, noted("x"), incident.Step{Facts: &incident.Facts{Values: map[string]json.RawMessage{"a": json.RawMessage("{")}}})
	broken.Jobs = good
	tests := map[string]struct {
		organization string
		w            respond.Writing
		want         problem.Kind
	}{
		"no such organization":    {"beta", withRef(respond.NewCase, 0, ""), problem.NotFound},
		"for a case of before":    {"acme", withRef(1, 0, ""), problem.Conflict},
		"for a case of later":     {"acme", withRef(1, 2, ""), problem.Conflict},
		"for another case's":      {"acme", withRef(2, 1, ""), problem.Conflict},
		"an alert that is there":  {"acme", withRef(respond.NewCase, 0, "siem\n1"), problem.Conflict},
		"the same in its case":    {"acme", withRef(1, 1, "siem\n1"), problem.Conflict},
		"evidence that cannot be": {"acme", ending, problem.Conflict},
		"a step that cannot be":   {"acme", broken, problem.Unavailable},
	}
	contract(t, func(t *testing.T, s *Store) {
		acme(t, s)
		w := writing(respond.NewCase, 0, noted("x"))
		w.Ref = "siem\n1"
		_, err := s.Record(t.Context(), "acme", w)
		must(t, err)
		for name, tt := range tests {
			_, err := s.Record(t.Context(), tt.organization, tt.w)
			wantKind(t, name, err, tt.want)
		}
		steps, err := s.Steps(t.Context(), "acme", 0)
		must(t, err)
		filed, err := s.Filed(t.Context(), "acme", 0)
		must(t, err)
		_, waiting, _, err := s.Jobs(t.Context(), 9)
		must(t, err)
		if size, err := s.Size(t.Context()); err != nil || len(steps) != 1 || len(filed) != 0 || waiting != 0 || size != 2 {
			t.Errorf("%d steps, %d items, %d jobs, %d leaves; %v", len(steps), len(filed), waiting, size, err)
		}
	})
}

// TestRefs tell alerts apart within one organization; what has none is told
// apart from nothing.
func TestRefs(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		for _, o := range []string{"acme", "beta"} {
			_, err := s.Append(t.Context(), o, true, nil, author, noon)
			must(t, err)
			for _, ref := range []string{"siem\n1", "siem\n2", "edr\n1", "", ""} {
				w := writing(respond.NewCase, 0, noted(ref))
				w.Ref = ref
				_, err := s.Record(t.Context(), o, w)
				must(t, err)
			}
		}
	})
}

// TestRecordFollows files and queues in the transaction of the steps, with the
// number that the case got.
func TestRecordFollows(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		acme(t, s)
		for range 2 {
			w := writing(respond.NewCase, 0, noted("x"))
			w.Items = func(n int64) []evidence.Item { return []evidence.Item{event(fmt.Sprint("case ", n)), event("y")} }
			w.Jobs = func(n int64) []job.Job {
				return []job.Job{respond.WakeJob("acme", n, noon), respond.CardJob("acme", noon)}
			}
			_, err := s.Record(t.Context(), "acme", w)
			must(t, err)
		}
		filed, err := s.Filed(t.Context(), "acme", 0)
		if err != nil || len(filed) != 4 || filed[0].Event.What != "case 1" || filed[2].Event.What != "case 2" || filed[3].By != "Ann" {
			t.Errorf("filed %+v, %v", filed, err)
		}
		jobs, waiting, _, err := s.Jobs(t.Context(), 9)
		var keys []string
		for _, j := range jobs {
			keys = append(keys, j.Key)
		}
		if want := []string{"card/acme", "wake/acme/1", "wake/acme/2"}; err != nil || waiting != 3 || !slices.Equal(keys, want) {
			t.Errorf("queued %q, %v; want %q", keys, err, want)
		}
		if size, err := s.Size(t.Context()); err != nil || size != 1+2*3 {
			t.Errorf("%d leaves, %v", size, err)
		}
	})
}

// TestManyRecordTogether has many record at once, by two openings of one
// database: numbers have no gaps, of several who counted on one revision one is
// served, and an alert is there once.
func TestManyRecordTogether(t *testing.T) {
	for name, address := range engines {
		t.Run(name, func(t *testing.T) {
			at := address(t)
			stores := []*Store{open(t, at), open(t, at)}
			acme(t, stores[0])
			_, err := stores[0].Record(t.Context(), "acme", writing(respond.NewCase, 0, noted("first")))
			must(t, err)
			const workers, each = 12, 8
			var served, same [each]int
			var mu sync.Mutex
			var wg sync.WaitGroup
			for w := range workers {
				wg.Go(func() {
					s := stores[w%2]
					for i := range each {
						_, err := s.Record(t.Context(), "acme", writing(respond.NewCase, 0, noted("a"), noted("b")))
						if err != nil {
							t.Errorf("a new case: %v", err)
						}
						alert := writing(respond.NewCase, 0, noted("alert"))
						alert.Ref = fmt.Sprint("siem\n", i)
						alert.Jobs = func(n int64) []job.Job {
							return []job.Job{respond.WakeJob("acme", n, noon), respond.CardJob("acme", noon)}
						}
						_, err = s.Record(t.Context(), "acme", alert)
						count(t, &mu, &same[i], err)
						_, err = s.Record(t.Context(), "acme", writing(0, 0, noted("plan")))
						count(t, &mu, &served[i], err)
						if _, err := s.Record(t.Context(), "acme", writing(1, respond.AnyRevision, noted("given"))); err != nil {
							t.Errorf("whatever the case has: %v", err)
						}
					}
				})
			}
			wg.Wait()
			plans := 0
			for i := range each {
				if same[i] != 1 {
					t.Errorf("the alert %d was recorded %d times", i, same[i])
				}
				plans += served[i]
			}
			if plans != 1 {
				t.Errorf("%d were served who counted on an empty case", plans)
			}
			steps, err := stores[1].Steps(t.Context(), "acme", 0)
			must(t, err)
			if want := 1 + workers*each*3 + each + 1; len(steps) != want {
				t.Errorf("%d steps, want %d", len(steps), want)
			}
			checkNumbers(t, steps)
			if size, err := stores[0].Size(t.Context()); err != nil || size != int64(len(steps)+1) {
				t.Errorf("%d leaves of %d steps, %v", size, len(steps), err)
			}
		})
	}
}

// count counts who was served; the others must have met a conflict.
func count(t *testing.T, mu *sync.Mutex, served *int, err error) {
	mu.Lock()
	defer mu.Unlock()
	switch problem.KindOf(err) {
	case "":
		*served++
	case problem.Conflict:
	default:
		t.Error(err)
	}
}

// checkNumbers checks that steps and cases are numbered without gaps.
func checkNumbers(t *testing.T, steps []incident.Recorded) {
	t.Helper()
	cases := int64(0)
	for i, r := range steps {
		if r.Seq != int64(i+1) {
			t.Fatalf("step %d is number %d", i+1, r.Seq)
		}
		if r.Case > cases+1 {
			t.Fatalf("case %d comes after %d", r.Case, cases)
		}
		cases = max(cases, r.Case)
	}
}

// TestAllOrNothing has one statement after another of a Record fail: steps,
// leaves, evidence and jobs are there, all or none.
func TestAllOrNothing(t *testing.T) {
	for name, address := range engines {
		t.Run(name, func(t *testing.T) {
			s := open(t, address(t))
			acme(t, s)
			broken := &failing{database: s.db}
			s.db = broken
			for at := 1; ; at++ {
				if at > 60 {
					t.Fatal("it never went well")
				}
				w := writing(respond.NewCase, 0, noted("a"), noted("b"))
				w.Items = func(int64) []evidence.Item { return []evidence.Item{event("e")} }
				w.Jobs = func(n int64) []job.Job {
					return []job.Job{respond.WakeJob("acme", n, noon), respond.CardJob("acme", noon)}
				}
				broken.at = at
				_, err := s.Record(t.Context(), "acme", w)
				broken.at = 0
				steps, jobs := followed(t, s)
				if err == nil {
					if steps != 2 || jobs != 2 || at < 8 {
						t.Errorf("at %d: %d steps, %d jobs", at, steps, jobs)
					}
					return
				}
				if steps != 0 || jobs != 0 {
					t.Fatalf("after statement %d failed: %d steps, %d jobs", at, steps, jobs)
				}
			}
		})
	}
}

// followed counts steps and jobs, and checks that there are as many leaves.
func followed(t *testing.T, s *Store) (steps, jobs int) {
	t.Helper()
	list, err := s.Steps(t.Context(), "acme", 0)
	must(t, err)
	filed, err := s.Filed(t.Context(), "acme", 0)
	must(t, err)
	_, waiting, _, err := s.Jobs(t.Context(), 9)
	must(t, err)
	if size, err := s.Size(t.Context()); err != nil || size != int64(1+len(list)+len(filed)) {
		t.Fatalf("%d leaves of %d steps and %d items, %v", size, len(list), len(filed), err)
	}
	return len(list), int(waiting)
}

// failing is a database of which one statement in a transaction fails.
type failing struct {
	database
	at, statements int
}

func (f *failing) write(ctx context.Context, do func(executor) error) error {
	f.statements = 0
	return f.database.write(ctx, func(x executor) error { return do(failingTx{x, f}) })
}

func (f *failing) step() error {
	if f.statements++; f.statements == f.at {
		return errors.New("no answer")
	}
	return nil
}

type failingTx struct {
	executor
	f *failing
}

func (x failingTx) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	if err := x.f.step(); err != nil {
		return 0, err
	}
	return x.executor.exec(ctx, sql, args...)
}

func (x failingTx) row(ctx context.Context, sql string, args ...any) row {
	if err := x.f.step(); err != nil {
		return failedRow{err}
	}
	return x.executor.row(ctx, sql, args...)
}

// TestOddText keeps what people and machines write, whatever it is.
func TestOddText(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		acme(t, s)
		for _, text := range []string{"", "a\x00b", "\xff\xfe", "'; drop table step; --", strings.Repeat("关", 7000), "😀\u2028"} {
			r, err := s.Record(t.Context(), "acme", writing(respond.NewCase, 0, noted(text)))
			must(t, err)
			got, err := s.CaseSteps(t.Context(), "acme", r[0].Case)
			if want := strings.ToValidUTF8(text, "\ufffd\ufffd"); err != nil || got[0].Note.What != want && got[0].Note.What != strings.ToValidUTF8(text, "\ufffd") {
				t.Errorf("%q is read as %q, %v", text, got[0].Note.What, err)
			}
		}
	})
}
