package regime

import (
	"guanji/internal/message"
	"io/fs"
	"path"
	"slices"
	"strings"

	"guanji/internal/day"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/strict"
)

type caseFile struct {
	Cases []caseEntry `strict:"cases"`
}

type caseEntry struct {
	Rule strict.String `strict:"rule"`
	On   day.Day       `strict:"on,optional"`
	Yes  []strict.Node `strict:"yes,optional"`
	No   []strict.Node `strict:"no,optional"`
}

// Check reads the content as [Load] does and then tries it: every rule against
// its yes-cases and no-cases, which it must have, and the decision tables for
// rows that can never be reached, rows that overlap, and gaps. The error is a
// [problem.List] with every mistake.
func Check(fsys fs.FS) (*Set, error) {
	var mistakes problem.List
	c := &checker{load(fsys, &mistakes), map[string][2]bool{}}
	c.strayFiles()
	if c.compiler != nil {
		c.cases()
		c.reachable()
		c.exclusive()
	}
	if err := mistakes.Sorted(); err != nil {
		return nil, err
	}
	return c.Set, nil
}

type checker struct {
	*loader
	covered map[string][2]bool // by rule: has a yes-case, has a no-case
}

// strayFiles reports files that nothing reads.
func (c *checker) strayFiles() {
	known := []string{"content.yaml", "sources.yaml", "facts.yaml", "terms.yaml", "bearers.yaml", "sectors.yaml", "screening/screening.yaml",
		"export/steps.yaml", "export/overlays.yaml", "export/ftz.yaml", "incidents/grades.yaml", "incidents/reports.yaml", "incidents/form.yaml", "detect/detectors.yaml", "detect/secrets.yaml", "detect/sensitive.yaml", "detect/grading.yaml"}
	_ = fs.WalkDir(c.fsys, ".", func(name string, d fs.DirEntry, err error) error {
		dir := path.Dir(name)
		switch {
		case err != nil || d.IsDir() || path.Ext(name) != ".yaml" && path.Ext(name) != ".yml":
		case slices.Contains(known, name), strings.HasSuffix(name, "_test.yaml"):
		case path.Ext(name) == ".yaml" && slices.Contains([]string{"instruments", "duties", "calendar"}, dir):
		default:
			c.fail(strict.Pos{File: name}, "check.stray")
		}
		return nil
	})
}

func (c *checker) cases() {
	_ = fs.WalkDir(c.fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(name, "_test.yaml") {
			var f caseFile
			c.read(name, &f)
			for _, e := range f.Cases {
				c.try(e)
			}
		}
		return nil
	})
	for _, id := range c.order {
		r := c.rules[id]
		if r.when.op == opConstant { // holds for everyone: there is no other case
			continue
		}
		if !c.covered[id][0] {
			c.fail(r.at, "check.no_yes", id, r.test)
		}
		if !c.covered[id][1] {
			c.fail(r.at, "check.no_no", id, r.test)
		}
	}
}

func (c *checker) try(e caseEntry) {
	r, ok := c.rules[e.Rule.Value]
	if !ok {
		if !c.partial {
			c.fail(e.Rule.Pos, "content.dangling", message.New("kind.rule"), e.Rule.Value)
		}
		return
	}
	on := e.On
	if on.IsZero() {
		on = c.Info.ResearchedThrough
	}
	run := func(list []strict.Node, want tri) {
		for _, n := range list {
			facts := c.Vocabulary.NewFacts()
			c.Vocabulary.ReadFacts(facts, n, c.mistakes, org.AboutOrganization, org.AboutSystem, org.AboutTransfer, org.AboutIncident)
			if got := r.when.eval(facts, on); got != want {
				var ground []int
				r.when.explain(facts, on, &ground)
				c.fail(n.Pos(), "check.case", e.Rule.Value, string(got.applies()), string(want.applies()), strings.Join(c.named(ground), ", "))
			}
		}
	}
	run(e.Yes, yes)
	run(e.No, no)
	have := c.covered[e.Rule.Value]
	c.covered[e.Rule.Value] = [2]bool{have[0] || len(e.Yes) > 0, have[1] || len(e.No) > 0}
}

func (c *checker) named(indexes []int) []string {
	var out []string
	for _, i := range indexes {
		out = append(out, c.Vocabulary.Leaf(i).ID)
	}
	return out
}

// reachable checks the table of transfers, in which the first row that holds
// decides: every row must be able to be it, and one must hold whatever the facts.
func (c *checker) reachable() {
	var before []wanted
	for _, row := range c.export.rows {
		if !satisfiable(c.Vocabulary, c.Info.ResearchedThrough, append(slices.Clone(before), wanted{row.when, yes})) {
			c.fail(row.ID.Pos, "check.unreachable", row.ID.Value)
		}
		before = append(before, wanted{row.when, no})
	}
	if len(before) > 0 && satisfiable(c.Vocabulary, c.Info.ResearchedThrough, before) {
		c.fail(c.export.rows[len(before)-1].ID.Pos, "check.gap")
	}
}

// exclusive checks the reports by actor, of which one row at most may hold,
// and one must.
func (c *checker) exclusive() {
	var none []wanted
	for i, a := range c.incidents.groups {
		if !a.actor {
			continue
		}
		none = append(none, wanted{a.when, no})
		for _, b := range c.incidents.groups[:i] {
			if b.actor && satisfiable(c.Vocabulary, c.Info.ResearchedThrough, []wanted{{a.when, yes}, {b.when, yes}}) {
				c.fail(c.rules[a.id].at, "check.overlap", b.id, a.id)
			}
		}
	}
	if len(none) > 0 && satisfiable(c.Vocabulary, c.Info.ResearchedThrough, none) {
		c.fail(c.rules[c.incidents.groups[0].id].at, "check.gap")
	}
}
