package position

import (
	"fmt"
	"slices"
	"testing"

	"guanji/internal/day"
	"guanji/internal/evidence"
)

func TestLeniency(t *testing.T) {
	unproven := result(evidence.NothingIn)
	items := []evidence.Item{
		record("paper", "2026-01-10"),                             // 1: in place before
		record("paper", "2026-01-11", unproven),                   // 2: shows nothing
		record("paper", "2026-01-12"),                             // 3: withdrawn below
		order("2026-02-01", "2026-03-01"),                         // 4
		record("paper", "2026-02-01"),                             // 5: on the first day
		record("paper", "2026-02-20"),                             // 6: on the day it was done
		record("paper", "2026-02-21"),                             // 7: afterwards
		record("paper", "2026-02-10", about(evidence.AllSystems)), // 8: of others
		end(4, evidence.Done, "2026-02-20"),
		end(3, evidence.Withdrawn, "2026-02-05"),
		record("paper", "2026-01-20", supersedes(1)), // 11: in the place of the first
		order("2026-02-02", "2026-02-15"),            // 12: not done
		order("2026-02-03", "2026-02-15"),            // 13: withdrawn
		end(13, evidence.Withdrawn, "2026-02-10"),
	}
	tests := map[string][]string{
		"2026-01-31": nil,
		"2026-02-04": {"4 done  late false -25 before [3 11] meanwhile [5]", "12 done  late false -11 before [3 5 11] meanwhile []", "13 done  late false -11 before [3 5 11] meanwhile []"},
		"2026-02-15": {"4 done  late false -14 before [11] meanwhile [5]", "12 done  late false 0 before [5 11] meanwhile []"},
		"2026-03-10": {"4 done 2026-02-20 late false -9 before [11] meanwhile [5 6]", "12 done  late true 23 before [5 11] meanwhile [6 7]"},
	}
	for at, want := range tests {
		t.Run(at, func(t *testing.T) {
			list, err := (&world{book: book(items...)}).service(t).Leniency(t.Context(), "acme", on(at), day.Day{})
			must(t, err)
			var got []string
			for _, r := range list {
				got = append(got, fmt.Sprintf("%d done %s late %v %d before %v meanwhile %v", r.Seq, r.Done, r.Late, r.Days, r.Before, r.Meanwhile))
			}
			if !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

func TestLeniencyLate(t *testing.T) {
	w := &world{book: book(order("2026-02-01", "2026-03-01"), end(1, evidence.Done, "2026-03-02"))}
	list, err := w.service(t).Leniency(t.Context(), "acme", on("2026-12-31"), day.Day{})
	must(t, err)
	if r := list[0]; !r.Late || r.Days != 1 || r.Done != on("2026-03-02") {
		t.Errorf("done a day late: %+v", r)
	}
}

func TestConcerns(t *testing.T) {
	tests := map[string]struct {
		a, b string
		want bool
	}{
		"the same system":                  {"s1", "s1", true},
		"another system":                   {"s1", "s2", false},
		"a system of all":                  {"s1", evidence.AllSystems, true},
		"all, for a system":                {evidence.AllSystems, "s1", true},
		"the organization is no system":    {evidence.Organization, evidence.AllSystems, false},
		"systems are not the organization": {evidence.AllSystems, evidence.Organization, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := concerns(tt.a, tt.b); got != tt.want {
				t.Errorf("concerns(%q, %q) = %v", tt.a, tt.b, got)
			}
		})
	}
}

// TestLeniencyProvisions: what is named is in the content, and mitigates.
func TestLeniencyProvisions(t *testing.T) {
	for _, id := range []string{LeniencyCSL, LeniencyIRM} {
		if p := load(t).Library.Provision(id); p == nil || p.Kind != "mitigation" {
			t.Errorf("%s: %v", id, p)
		}
	}
}
