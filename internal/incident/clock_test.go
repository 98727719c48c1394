package incident

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// due is a report that is due so many minutes after noon; below 0, at once.
func due(key string, by int) Due {
	d := Due{Key: key, To: "a", Limit: "PT1H"}
	if by >= 0 {
		d.By = noon.Add(time.Duration(by) * time.Minute)
	}
	return d
}

// judged is an incident that was opened at noon with some reports due.
func judged(list ...Due) Step {
	s := opened(Incident, "Down", 0)
	s.Judged = &Judgement{Aware: noon, Due: list}
	return s
}

func sent(report string) Step { return Step{Sent: &Sent{Report: report, Way: "telephone"}} }

// ending ends handling, and sets when closing reports are due.
func ending(list ...Due) Step {
	return Step{Ended: &Ended{}, Judged: &Judgement{Aware: noon, Due: list}}
}

func TestClocks(t *testing.T) {
	soon, later, once := due("R/a/soon", 60), due("R/b/later", 120), due("R/c/now", -1)
	closing := Due{Key: "R/a/closing", To: "a", After: "handling_ends"}
	closed := closing
	closed.By = noon.Add(48 * time.Hour)
	again := Due{Key: "F/a/follow_up", To: "a", Every: 2}
	all := judged(closing, once, later, soon)
	tests := map[string]struct {
		steps []Recorded
		want  []string // key, minute by which, whether it is open, waiting, made
	}{
		"nothing judged":             {[]Recorded{on(0, opened(Incident, "Down", 0))}, nil},
		"by their limits":            {[]Recorded{on(0, all)}, []string{"R/c/now open", "R/a/soon 60 open", "R/b/later 120 open", "R/a/closing waiting"}},
		"at once among an hour's":    {[]Recorded{on(0, judged(due("R/d/half", 30), soon, once, later))}, []string{"R/d/half 30 open", "R/a/soon 60 open", "R/c/now open", "R/b/later 120 open"}},
		"at once alone":              {[]Recorded{on(0, judged(closing, once))}, []string{"R/c/now open", "R/a/closing waiting"}},
		"one made":                   {[]Recorded{on(0, all), on(5, sent("R/a/soon"))}, []string{"R/c/now open", "R/b/later 120 open", "R/a/closing waiting", "R/a/soon 60 made"}},
		"one made twice":             {[]Recorded{on(0, all), on(5, sent("R/a/soon")), on(6, sent("R/a/soon"))}, []string{"R/c/now open", "R/b/later 120 open", "R/a/closing waiting", "R/a/soon 60 made"}},
		"one taken back":             {[]Recorded{on(0, all), on(5, sent("R/a/soon")), on(6, struck(2))}, []string{"R/c/now open", "R/a/soon 60 open", "R/b/later 120 open", "R/a/closing waiting"}},
		"handling ended":             {[]Recorded{on(0, all), on(5, ending(closed, soon))}, []string{"R/a/soon 60 open", "R/a/closing 2880 open"}},
		"closed":                     {[]Recorded{on(0, all), on(5, ending(closed, soon)), on(6, Step{Close: &Close{}})}, []string{"R/a/soon 60 made", "R/a/closing 2880 made"}},
		"dismissed alerts have none": {[]Recorded{on(0, alerted("Odd")), on(1, Step{Dismiss: &Dismiss{}, Judged: &Judgement{Due: []Due{soon}}})}, []string{"R/a/soon 60 made"}},
		"again and again":            {[]Recorded{on(0, judged(again))}, []string{"F/a/follow_up 120 open"}},
		"again, after a report":      {[]Recorded{on(0, judged(again, soon)), on(30, sent("R/a/soon"))}, []string{"F/a/follow_up 150 open", "R/a/soon 60 made"}},
		"again, after another's":     {[]Recorded{on(0, judged(again, later)), on(30, sent("R/b/later"))}, []string{"F/a/follow_up 120 open", "R/b/later 120 made"}},
		"again, after itself":        {[]Recorded{on(0, judged(again)), on(100, sent("F/a/follow_up")), on(200, sent("F/a/follow_up"))}, []string{"F/a/follow_up 320 open"}},
		"again, until the end":       {[]Recorded{on(0, judged(again)), on(100, ending(again))}, []string{"F/a/follow_up 120 made"}},
		"a key of another form":      {[]Recorded{on(0, judged(again)), on(1, sent("odd"))}, []string{"F/a/follow_up 120 open"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := Fold(7, numbered(tt.steps...))
			var got []string
			for _, k := range c.Clocks() {
				text := k.Key
				if !k.By.IsZero() {
					text += fmt.Sprint(" ", minute(k.By))
				}
				switch {
				case k.Open:
					text += " open"
				case k.Waiting:
					text += " waiting"
				default:
					text += " made"
				}
				got = append(got, text)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("clocks %q, want %q", got, tt.want)
			}
			if next, want := c.Next(), ends(c); (next == nil) != (want == "") || next != nil && next.Key != want {
				t.Errorf("next is %+v, want %q", next, want)
			}
		})
	}
}

// ends is the key of the open clock that ends first, or else of one that is due
// at once.
func ends(c *Case) (key string) {
	var by time.Time
	for _, k := range c.Clocks() {
		if k.Open && (key == "" || !k.By.IsZero() && (by.IsZero() || k.By.Before(by))) {
			key, by = k.Key, k.By
		}
	}
	return key
}

// TestUnmade tells what was never made, and is not asked for any more.
func TestUnmade(t *testing.T) {
	all := judged(due("R/a/soon", 60), due("R/c/now", -1), Due{Key: "R/a/closing", To: "a", After: "handling_ends"})
	reports := []Due{due("R/a/soon", 60), due("R/c/now", -1), {Key: "R/a/closing", To: "a", After: "handling_ends"}}
	for name, tt := range map[string]struct {
		steps []Recorded
		want  []string
	}{
		"to be made":        {[]Recorded{on(0, all)}, nil},
		"handling ended":    {[]Recorded{on(0, all), on(5, ending(reports...))}, nil},
		"closed":            {[]Recorded{on(0, all), on(4, sent("R/a/soon")), on(5, ending(reports...)), on(6, Step{Close: &Close{Why: "x"}})}, []string{"R/c/now", "R/a/closing"}},
		"closed, and again": {[]Recorded{on(0, all), on(5, ending(reports...)), on(6, Step{Close: &Close{Why: "x"}}), on(7, Step{Reopen: &Reopen{Why: "x"}})}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, k := range Fold(7, numbered(tt.steps...)).Clocks() {
				if k.Unmade() {
					got = append(got, k.Key)
				}
			}
			if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(tt.want))) {
				t.Errorf("unmade %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSentTo(t *testing.T) {
	c := Fold(7, numbered(on(0, judged(due("R/a/soon", 60))), on(5, sent("R/a/soon")), on(6, sent("R/a/soon"))))
	if got := c.SentTo("R/a/soon"); len(got) != 2 || minute(got[0].At) != 5 || c.SentTo("R/b/soon") != nil {
		t.Errorf("sent %+v", got)
	}
}

func TestLate(t *testing.T) {
	again := Due{Key: "F/a/follow_up", To: "a", Every: 2}
	backdated := sent("R/a/soon")
	backdated.Happened = noon.Add(59 * time.Minute)
	tests := map[string]struct {
		steps []Recorded
		now   int
		want  bool
	}{
		"in time":                         {[]Recorded{on(0, judged(due("R/a/soon", 60)))}, 60, false},
		"over":                            {[]Recorded{on(0, judged(due("R/a/soon", 60)))}, 61, true},
		"made in time":                    {[]Recorded{on(0, judged(due("R/a/soon", 60))), on(60, sent("R/a/soon"))}, 999, false},
		"made late":                       {[]Recorded{on(0, judged(due("R/a/soon", 60))), on(61, sent("R/a/soon"))}, 62, true},
		"made in time, keyed in later":    {[]Recorded{on(0, judged(due("R/a/soon", 60))), on(90, backdated)}, 91, false},
		"at once":                         {[]Recorded{on(0, judged(due("R/a/now", -1)))}, 9999, false},
		"again and again, over":           {[]Recorded{on(0, judged(again))}, 121, true},
		"again and again, made late":      {[]Recorded{on(0, judged(again)), on(130, sent("F/a/follow_up"))}, 131, false},
		"of a closed case, never made":    {[]Recorded{on(0, judged(due("R/a/soon", 60))), on(5, ending(due("R/a/soon", 60))), on(6, Step{Close: &Close{Why: "x"}})}, 999, false},
		"of a closed case, that was late": {[]Recorded{on(0, judged(due("R/a/soon", 60))), on(70, sent("R/a/soon")), on(75, ending(due("R/a/soon", 60))), on(76, Step{Close: &Close{}})}, 999, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			k := Fold(7, numbered(tt.steps...)).Clocks()[0]
			if got := k.Late(noon.Add(time.Duration(tt.now) * time.Minute)); got != tt.want {
				t.Errorf("Late = %v, want %v", got, tt.want)
			}
		})
	}
}
