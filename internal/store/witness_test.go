package store

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"guanji/internal/account"
	"guanji/internal/ledger"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/record"
	"guanji/internal/standing"
)

func TestWitnesses(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		proposed := record.Witness{ID: "w1", Means: record.ByFolder, Address: "/mnt/a", Approval: account.Approval{ProposedBy: "Ann", Proposed: noon}}
		must(t, s.SaveWitness(t.Context(), nil, proposed, ledger.Actor{By: "Ann", At: noon}))
		allowed := proposed
		allowed.AllowedBy, allowed.Allowed = "Bo", noon.Add(time.Hour)
		must(t, s.SaveWitness(t.Context(), &proposed, allowed, ledger.Actor{By: "Bo", At: allowed.Allowed}))
		dropped := proposed
		dropped.Dropped = noon.Add(2 * time.Hour)
		if err := s.SaveWitness(t.Context(), &proposed, dropped, ledger.Actor{By: "Cy", At: dropped.Dropped}); problem.KindOf(err) != problem.Conflict {
			t.Errorf("dropped as it was before somebody allowed it: %v, want a conflict", err)
		}
		all, err := s.Witnesses(t.Context())
		if err != nil || len(all) != 1 || !all[0].On() || all[0].AllowedBy != "Bo" || !all[0].Allowed.Equal(allowed.Allowed) {
			t.Errorf("witnesses = %+v, %v", all, err)
		}
		leaves, err := s.About(t.Context(), ledger.Witness, "", "w1")
		if err != nil || len(leaves) != 2 {
			t.Errorf("%d leaves tell of it, %v; want two", len(leaves), err)
		}
	})
}

func TestFindLeaves(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		for _, o := range []string{"acme", "beta"} {
			_, err := s.Append(t.Context(), o, true, []standing.Change{change(org.AboutOrganization, "organization", "name", `{}`, 0)}, author, noon)
			must(t, err)
		}
		must(t, s.SaveWitness(t.Context(), nil, record.Witness{ID: "w1", Means: record.ByFolder, Address: "/mnt/a", Approval: account.Approval{ProposedBy: "Ann", Proposed: noon}}, ledger.Actor{By: "Ann", At: noon}))
		tests := map[string]struct {
			search record.Search
			want   []string // kind and organization, the newest first
		}{
			"everything":            {record.Search{Before: math.MaxInt64, Limit: 9}, []string{"witness ", "entry beta", "entry acme"}},
			"a few":                 {record.Search{Before: math.MaxInt64, Limit: 2}, []string{"witness ", "entry beta"}},
			"older":                 {record.Search{Before: 2, Limit: 9}, []string{"entry beta", "entry acme"}},
			"of a kind":             {record.Search{Before: math.MaxInt64, Limit: 9, Kinds: []ledger.What{ledger.Witness}}, []string{"witness "}},
			"of an organization":    {record.Search{Before: math.MaxInt64, Limit: 9, Organization: "acme"}, []string{"entry acme"}},
			"of a record":           {record.Search{Before: math.MaxInt64, Limit: 9, ID: "w1"}, []string{"witness "}},
			"of an organization's":  {record.Search{Before: math.MaxInt64, Limit: 9, ID: "1"}, []string{"entry beta", "entry acme"}},
			"of both":               {record.Search{Before: math.MaxInt64, Limit: 9, Organization: "beta", ID: "1"}, []string{"entry beta"}},
			"of some kinds":         {record.Search{Before: math.MaxInt64, Limit: 2, Kinds: []ledger.What{ledger.Key, ledger.Entry, ledger.Witness}}, []string{"witness ", "entry beta"}},
			"of no kind there is":   {record.Search{Before: math.MaxInt64, Limit: 9, Kinds: []ledger.What{"x' or 1"}}, nil},
			"of nothing that there": {record.Search{Before: math.MaxInt64, Limit: 9, Kinds: []ledger.What{ledger.Key}, ID: "w1"}, nil},
		}
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				rows, err := s.FindLeaves(t.Context(), tt.search)
				must(t, err)
				var got []string
				for _, r := range rows {
					got = append(got, fmt.Sprintf("%s %s", r.What, r.Organization))
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("FindLeaves(%+v) = %q, want %q", tt.search, got, tt.want)
				}
			})
		}
	})
}
