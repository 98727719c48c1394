package bench

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"

	"guanji/content"
)

// example is one system of one organization with the status that we give it.
type example struct {
	organization, system Facts
	input                ast.Value
	status               string
}

// examples draws systems, a good half of them at the edges of the table.
func examples(t *testing.T) []example {
	t.Helper()
	set := screening(load(t))
	r := rand.New(rand.NewPCG(1, 2))
	list := make([]example, 6000)
	for i := range list {
		e := &list[i]
		if e.organization, e.system = Edge(r); i%10 == 0 {
			e.organization, e.system = Organization(r), System(r)
		}
		a, err := set.Assess(read(t, set, e.organization, []Facts{e.system}), today)
		if err != nil {
			t.Fatal(err)
		}
		e.input, e.status = input(t, e.organization, e.system), string(a.Determination.Status)
	}
	return list
}

// differ returns the first example to which a policy gives another status.
func differ(t *testing.T, policy string, list []example) (e example, status string, found bool) {
	t.Helper()
	q := peer(t, policy)
	for _, e := range list {
		if got := ask(t, q, e.input); got != e.status {
			return e, got, true
		}
	}
	return example{}, "", false
}

// TestSameStatus checks that both decide the same: without it, their speeds
// could not be compared.
func TestSameStatus(t *testing.T) {
	list := examples(t)
	if e, status, found := differ(t, policy, list); found {
		t.Errorf("ours %s, peer %s, for %v with %v", e.status, status, e.organization, e.system)
	}
	seen := map[string]int{}
	for _, e := range list {
		seen[e.status]++
	}
	for _, status := range []string{"designated", "prepare", "watch", "undetermined", "no_sign"} {
		if seen[status] == 0 {
			t.Errorf("no generated system came out %s: %v", status, seen)
		}
	}
}

// mutants are the ways in which the policy could be wrong in one place: a rule
// left out, a figure that is reached instead of passed, a value left out of a set.
func mutants() map[string]string {
	all := map[string]string{}
	replace := func(name string, at []int, with string) { all[name] = policy[:at[0]] + with + policy[at[1]:] }
	for _, at := range regexp.MustCompile(`(?ms)^(prepare|in_scope|watch|indicator|open|may_be\(\w+\)) if .*?\n\n`).FindAllStringIndex(policy, -1) {
		replace("without "+policy[at[0]:at[1]], at, "")
	}
	for _, at := range regexp.MustCompile(`input\[[^]]+\] > \S+`).FindAllStringIndex(policy, -1) {
		replace("reached "+policy[at[0]:at[1]], at, strings.Replace(policy[at[0]:at[1]], ">", ">=", 1))
	}
	for _, at := range regexp.MustCompile(`at_most\("[^)]+\)`).FindAllStringIndex(policy, -1) {
		replace("below "+policy[at[0]:at[1]], at, strings.Replace(policy[at[0]:at[1]], ")", " - 0.0001)", 1))
	}
	for _, at := range regexp.MustCompile(`"[a-z_]+"[,}]`).FindAllStringIndex(policy, -1) {
		replace(fmt.Sprintf("without %s of offset %d", policy[at[0]:at[1]-1], at[0]), at, `"-"`+policy[at[1]-1:at[1]])
	}
	return all
}

// TestSameStatusCanFail checks that the examples tell every mutant from ours.
func TestSameStatusCanFail(t *testing.T) {
	list, all := examples(t), mutants()
	if len(all) < 100 {
		t.Errorf("only %d mutants", len(all))
	}
	for name, mutant := range all {
		if _, _, found := differ(t, mutant, list); !found {
			t.Errorf("nobody would see a policy %s", name)
		}
	}
}

// TestEveryFactIsDrawn checks that examples vary every fact that screening
// reads, so that a row added to the table cannot stay unseen.
func TestEveryFactIsDrawn(t *testing.T) {
	table, err := fs.ReadFile(content.Files, "screening/screening.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, when := range regexp.MustCompile(`(?m)^\s*when: .*$`).FindAllString(string(table), -1) {
		for _, id := range regexp.MustCompile(`\b(org|sys)\.[a-z_.]+`).FindAllString(when, -1) {
			if len(edges[id]) == 0 {
				t.Errorf("%s is read, but never drawn", id)
			}
		}
	}
}
