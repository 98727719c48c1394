package incident

import (
	"encoding/json"
	"testing"
	"time"
)

// FuzzFold reads any JSON as the steps of a case: folding, and all that is
// asked of a case, never panics. Looking at it every minute for some hours,
// with somebody who hears, says each thing at most once.
func FuzzFold(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		var steps []Step
		var plan Plan
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
		listen(t, &telling{steps: list, plan: &plan, now: noon}, c)
	})
}

// listen looks every minute, and fails if something is told that was told.
func listen(t *testing.T, l *telling, c *Case) {
	told := map[string]bool{}
	for _, s := range c.Said {
		for _, k := range s.Said.Keys {
			told[k] = true
		}
	}
	for range 180 {
		l.now = l.now.Add(time.Minute)
		say, _ := Fold(1, l.steps).Say(l.plan, l.now)
		if say == nil {
			continue
		}
		if len(say.Keys) == 0 {
			t.Fatalf("%s was said of nothing", say.Stage)
		}
		for _, k := range say.Keys {
			if told[k] {
				t.Fatalf("%s was told twice", k)
			}
			told[k] = true
		}
		l.add(Step{Said: say})
	}
}
