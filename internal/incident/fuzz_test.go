package incident

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"
)

// FuzzFold reads any JSON as the steps of a case: folding, and all that is
// asked of a case, never panics. Looking at it every minute for some hours,
// with somebody who hears, says each thing at most once, and once more only what
// the record says was told in the future.
func FuzzFold(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		var steps []Step
		plan := *ladder(2, 5)
		if json.Unmarshal(data, &steps) != nil || len(steps) > 100 {
			return
		}
		var list []Recorded
		for i, s := range steps {
			if s.Plan != nil {
				plan = *s.Plan
			}
			list = append(list, Recorded{Step: s, Case: 1, Seq: int64(i + 1), At: noon.Add(time.Duration(i) * time.Minute), By: "Ann"})
		}
		c := Fold(1, list)
		c.Aware()
		c.JudgedAt()
		c.AlertedAt()
		c.Values()
		for _, s := range steps {
			s.Check(noon)
			s.Files()
			s.Name()
			c.Moved(s)
		}
		for _, k := range c.Clocks() {
			k.Late(noon)
		}
		c.Next()
		if !strikesAhead(list) {
			listen(t, &telling{steps: list, plan: &plan, now: noon}, c)
		}
	})
}

// strikesAhead reports whether a step takes back one that comes after it, which
// nobody can: it would silence what the program is yet to say.
func strikesAhead(list []Recorded) bool {
	return slices.ContainsFunc(list, func(s Recorded) bool { return s.Strike != nil && s.Strike.Of >= s.Seq })
}

// listen looks every minute, and fails if something is told that was told by
// then, or if what is told again does not say so, or cannot be told apart.
func listen(t *testing.T, l *telling, c *Case) {
	told, messages := map[string]time.Time{}, map[string]bool{}
	for _, s := range c.Said {
		for _, k := range s.Said.Keys {
			told[k] = s.At
		}
	}
	for range 180 {
		l.now = l.now.Add(time.Minute)
		say, _ := Fold(1, l.steps).Say(l.plan, l.now)
		if say == nil {
			continue
		}
		if len(say.Keys) == 0 || len(say.To) == 0 {
			t.Fatalf("%s was said of %d things to %d people", say.Stage, len(say.Keys), len(say.To))
		}
		again := false
		for _, k := range say.Keys {
			if at, was := told[k]; was && !at.After(l.now) {
				t.Fatalf("%s was told twice", k)
			} else if was {
				again = true
			}
			told[k] = l.now
		}
		message := fmt.Sprint(say.Again, say.Keys)
		if again != (say.Again > 0) || messages[message] {
			t.Fatalf("%q was told before %v, and it says %d", say.Keys, again, say.Again)
		}
		messages[message] = true
		l.add(Step{Said: say})
	}
}
