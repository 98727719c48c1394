package store

import (
	"fmt"
	"sync"
	"testing"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/filing"
	"guanji/internal/ledger"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/standing"
)

func acme(t *testing.T, s *Store) {
	t.Helper()
	_, err := s.Append(t.Context(), "acme", true, []standing.Change{change(org.AboutOrganization, "organization", "name", `{}`, 0)}, author, noon)
	must(t, err)
}

func event(what string) evidence.Item {
	return evidence.Item{Event: &evidence.Event{Duty: "D", Subject: evidence.Organization, Day: day.Of(2026, 3, 1), What: what}}
}

func end(of int64) evidence.Item {
	return evidence.Item{End: &evidence.End{Of: of, How: evidence.Withdrawn, Day: day.Of(2026, 3, 2), Reason: "x"}}
}

func TestFiled(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		acme(t, s)
		by := ledger.Actor{By: "Ann", At: noon}
		file := func(seen int64, items ...evidence.Item) error {
			_, err := s.File(t.Context(), "acme", seen, items, by)
			return err
		}
		must(t, file(0, event("a"), event("b"), end(1)))
		steps := []struct {
			name  string
			seen  int64
			items []evidence.Item
			want  problem.Kind
		}{
			{"for a book of before", 2, []evidence.Item{event("c")}, problem.Conflict},
			{"for a book of later", 4, []evidence.Item{event("c")}, problem.Conflict},
			{"ending what has ended", filing.AnyRevision, []evidence.Item{event("c"), end(1)}, problem.Conflict},
			{"ending one thing twice", 3, []evidence.Item{end(2), end(2)}, problem.Conflict},
			{"for the book as it is", 3, []evidence.Item{event("c")}, ""},
			{"for any book", filing.AnyRevision, []evidence.Item{end(2)}, ""},
		}
		for _, step := range steps {
			if err := file(step.seen, step.items...); problem.KindOf(err) != step.want {
				t.Errorf("%s: %v, want %q", step.name, err, step.want)
			}
		}
		if _, err := s.File(t.Context(), "beta", 0, []evidence.Item{event("a")}, by); problem.KindOf(err) != problem.NotFound {
			t.Errorf("for no organization: %v", err)
		}
		filed, err := s.Filed(t.Context(), "acme", 2)
		if err != nil || len(filed) != 3 || filed[0].Seq != 3 || filed[1].Event.What != "c" || filed[2].End.Of != 2 || filed[2].By != "Ann" || !filed[2].At.Equal(noon) {
			t.Errorf("filed after 2: %+v, %v", filed, err)
		}
		leaves, err := s.About(t.Context(), ledger.Filed, "acme", "4")
		if err != nil || len(leaves) != 1 {
			t.Errorf("%d leaves tell of 4, %v; want one", len(leaves), err)
		}
	})
}

// TestManyFileAtOnce holds that numbers have no gaps, and that of several who
// counted on one revision, one is served.
func TestManyFileAtOnce(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		acme(t, s)
		const many = 8
		errs := make([]error, many)
		var all sync.WaitGroup
		for i := range many {
			all.Go(func() {
				_, errs[i] = s.File(t.Context(), "acme", 0, []evidence.Item{event(fmt.Sprint(i)), event("x")}, ledger.Actor{By: "Ann", At: noon})
			})
		}
		all.Wait()
		served := 0
		for _, err := range errs {
			if err == nil {
				served++
			} else if problem.KindOf(err) != problem.Conflict {
				t.Error(err)
			}
		}
		if filed, err := s.Filed(t.Context(), "acme", 0); served != 1 || err != nil || len(filed) != 2 || filed[1].Seq != 2 {
			t.Errorf("%d were served, %d items filed, %v", served, len(filed), err)
		}
	})
}
