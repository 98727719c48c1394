package position

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/regime"
)

// tell writes a task in one line.
func tell(t Task) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %v", t.What, t.Kinds)
	if !t.Due.IsZero() {
		fmt.Fprintf(&b, " by %s", t.Due)
	}
	fmt.Fprintf(&b, " (%s)", strings.TrimPrefix(t.DueWhy.Key, "position.due."))
	if t.Owner != "" {
		b.WriteString(" " + t.Owner)
	}
	if t.Near {
		b.WriteString(" near")
	}
	if t.Late {
		b.WriteString(" late")
	}
	if t.Later.Key != "" {
		fmt.Fprintf(&b, ", not %v", t.Later.Args[0])
	}
	return b.String()
}

func TestTasks(t *testing.T) {
	tests := map[string]judgement{
		"nothing filed":   {continuous, "scan paper", nil, []string{"2026-01-10: file [scan paper] (nothing)"}},
		"nothing to do":   {continuous, "paper", []evidence.Item{record("paper", "2026-01-10")}, []string{"2026-01-10: "}},
		"a kind missing":  {continuous, "scan paper", []evidence.Item{record("paper", "2026-01-10")}, []string{"2026-01-10: file [scan] (incomplete)"}},
		"nobody told":     {anyEvent, "paper", nil, []string{"2026-01-10: tell [] ()"}},
		"an event":        {inTenDays, "paper", []evidence.Item{event("2026-03-02")}, []string{"2026-03-02: file [paper] by 2026-03-16 (limit) near", "2026-03-17: file [paper] by 2026-03-16 (limit) late"}},
		"an order":        {continuous, "paper", []evidence.Item{order("2026-01-01", "2026-03-01")}, []string{"2026-02-14: put_right [paper] by 2026-03-01 (order)", "2026-02-15: put_right [paper] by 2026-03-01 (order) near", "2026-03-02: put_right [paper] by 2026-03-01 (order) late"}},
		"the next period": {eachYear, "paper", []evidence.Item{record("paper", "2026-01-10")}, []string{"2026-01-10: renew [paper] by 2027-01-10 (period)", "2026-12-26: renew [paper] by 2027-01-10 (period)", "2026-12-27: renew [paper] by 2027-01-10 (period) near", "2027-01-10: renew [paper] by 2027-01-10 (period) near", "2027-01-11: file [paper] by 2027-01-10 (period) late"}},
		"the next round":  {january, "paper", []evidence.Item{record("paper", "2026-01-10")}, []string{"2026-01-10: renew [paper] by 2027-01-31 (yearly)"}},
		"one of two ends": {continuous, "scan word", []evidence.Item{record("scan", "2026-01-10"), record("word", "2026-01-10")}, []string{"2026-01-10: renew [scan] by 2026-04-10 (kind)"}},
		"one missing, one ends": {continuous, "scan paper", []evidence.Item{record("scan", "2026-01-10")}, []string{
			"2026-01-10: renew [scan] by 2026-04-10 (kind); file [paper] (incomplete)",
		}},
		"gaps without a plan": {continuous, "paper scan", []evidence.Item{record("paper", "2026-01-10", result(evidence.Gaps)), record("scan", "2026-01-10")}, []string{
			"2026-01-10: renew [scan] by 2026-04-10 (kind); put_right [paper] (gaps)", "2026-05-10: file [scan] by 2026-04-10 (kind) late; put_right [paper] (gaps)",
		}},
		"gaps with a plan":           {continuous, "paper", []evidence.Item{record("paper", "2026-01-10", result(evidence.Gaps)), order("2026-01-10", "2026-03-01")}, []string{"2026-01-10: put_right [] by 2026-03-01 (order)"}},
		"gaps with a plan not kept":  {continuous, "paper", []evidence.Item{record("paper", "2026-01-10", result(evidence.Gaps)), order("2026-01-10", "2026-03-01")}, []string{"2026-03-02: put_right [] by 2026-03-01 (order) late"}},
		"gaps put right by a word":   {continuous, "paper", []evidence.Item{record("paper", "2026-01-10", result(evidence.Gaps)), order("2026-01-10", "2026-03-01"), end(2, evidence.Done, "2026-02-01")}, []string{"2026-02-01: file [paper] (put_right)"}},
		"that nothing happened ends": {anyEvent, "paper", []evidence.Item{record("word", "2026-01-10", result(evidence.NoEvent))}, []string{"2026-01-10: renew [word] by 2027-01-10 (kind)"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { tt.tasks(t, name == "the next round") })
	}
}

// tasks compares the tasks of a line on some days.
func (j judgement) tasks(t *testing.T, new bool) {
	t.Helper()
	w := &world{duties: []*regime.DutyText{ask("D", j.cadence, kinds(j.kinds)...)}, book: book(j.filed...)}
	if new {
		w.applies = since(on("2026-01-01"))
	}
	for _, want := range j.want {
		on, want, _ := strings.Cut(want, ": ")
		var got []string
		for _, task := range w.position(t, on).Tasks() {
			got = append(got, tell(task))
			for _, m := range []message.M{task.What.Message(), task.DueWhy, task.Later} {
				if m.Key != "" && !message.Known(m.Key) {
					t.Errorf("on %s: no words for %s", on, m.Key)
				}
			}
		}
		if got := strings.Join(got, "; "); got != want {
			t.Errorf("on %s: %s\nwant %s%s", on, got, strings.Repeat(" ", len(on)), want)
		}
	}
}

// TestAssignments: a day set by the organization makes a task late, and not the
// line overdue.
func TestAssignments(t *testing.T) {
	tests := map[string]judgement{
		"an owner":            {continuous, "paper", []evidence.Item{assign("li", "", 14)}, []string{"2026-01-10: file [paper] (nothing) li"}},
		"not before it was":   {continuous, "paper", []evidence.Item{assign("li", "", 14)}, []string{"2019-12-31: file [paper] (nothing)", "2020-01-01: file [paper] (nothing) li"}},
		"another owner":       {continuous, "paper", []evidence.Item{assign("li", "2026-01-01", 14), assign("wu", "", 14)}, []string{"2026-01-10: file [paper] (nothing) wu"}},
		"taken back":          {continuous, "paper", []evidence.Item{assign("li", "2026-01-01", 14), assign("", "", 14)}, []string{"2026-01-10: file [paper] (nothing)"}},
		"a day for gaps":      {continuous, "paper", []evidence.Item{record("paper", "2026-01-10", result(evidence.Gaps)), assign("li", "2026-03-01", 7)}, []string{"2026-02-10: put_right [paper] by 2026-03-01 (assigned) li"}},
		"a day":               {continuous, "paper", []evidence.Item{assign("li", "2026-03-01", 7)}, []string{"2026-02-21: file [paper] by 2026-03-01 (assigned) li", "2026-02-22: file [paper] by 2026-03-01 (assigned) li near", "2026-03-01: file [paper] by 2026-03-01 (assigned) li near", "2026-03-02: file [paper] by 2026-03-01 (assigned) li late"}},
		"reminded on the day": {continuous, "paper", []evidence.Item{assign("li", "2026-03-01", 0)}, []string{"2026-02-28: file [paper] by 2026-03-01 (assigned) li", "2026-03-01: file [paper] by 2026-03-01 (assigned) li near"}},
		"met by what was filed afterwards": {continuous, "paper", []evidence.Item{assign("li", "2026-03-01", 7), record("paper", "2026-02-10")}, []string{
			"2026-02-09: file [paper] by 2026-03-01 (assigned) li", "2026-02-10: ",
		}},
		"not met by what there was": {continuous, "paper", []evidence.Item{record("paper", "2026-02-10"), assign("li", "2026-03-01", 7)}, []string{
			"2026-02-10: renew [paper] by 2026-03-01 (assigned) li",
		}},
		"earlier than the law": {eachYear, "paper", []evidence.Item{record("paper", "2026-01-10"), assign("li", "2026-11-30", 7)}, []string{
			"2026-12-01: renew [paper] by 2026-11-30 (assigned) li late", "2027-01-11: file [paper] by 2026-11-30 (assigned) li late",
		}},
		"never later than the law": {eachYear, "paper", []evidence.Item{record("paper", "2026-01-10"), assign("li", "2027-06-30", 7)}, []string{
			"2027-01-10: renew [paper] by 2027-01-10 (period) li near, not 2027-06-30", "2027-01-11: file [paper] by 2027-01-10 (period) li late, not 2027-06-30",
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { tt.tasks(t, false) })
	}
	w := &world{duties: []*regime.DutyText{ask("D", continuous, "paper")}, book: book(assign("li", "2026-03-01", 7))}
	if l := w.position(t, "2026-04-01").Lines[0]; l.State != None || l.Assignment.Seq != 1 {
		t.Errorf("after the day set: %s by %v", l.State, l.Assignment)
	}
	w.applies = func(string, string, day.Day) regime.Applies { return regime.Unknown }
	if tasks := w.position(t, "2026-04-01").Tasks(); len(tasks) > 0 {
		t.Errorf("what may not apply is a task: %v", tasks)
	}
}

// TestTasksAreGrouped: a thousand systems make few tasks, in order.
func TestTasksAreGrouped(t *testing.T) {
	w := bank(record("paper", "2026-01-10", about("s00007"), until("2026-03-01")), record("paper", "2025-01-10", about("s00009"), until("2026-01-31")))
	var systems []string
	for i := range 1000 {
		systems = append(systems, fmt.Sprintf("s%05d", i))
	}
	w.systems = map[string][]string{"A": systems, "D": systems}
	var got []string
	for _, task := range w.position(t, "2026-02-10").Tasks() {
		got = append(got, fmt.Sprintf("%s %s %d", task.Duty.ID, tell(task), len(task.Subjects)))
	}
	want := []string{
		"D file [paper] by 2026-01-31 (record) late 1", "D renew [paper] by 2026-03-01 (record) 1",
		"A file [scan] (nothing) 1000", "D file [paper] (nothing) 998", "E tell [] () 1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFilter(t *testing.T) {
	w := bank(assign("li", "", 14), record("paper", "2025-01-10", about("s1"), until("2026-01-31")))
	w.book.Filed[0].Assignment.Subject = evidence.AllSystems
	tests := map[string]struct {
		filter Filter
		want   string
	}{
		"all":             {Filter{}, "D A D E"},
		"of somebody":     {Filter{Owner: "li"}, "D D"},
		"of another":      {Filter{Owner: "wu"}, ""},
		"of nobody":       {Filter{Unowned: true}, "A E"},
		"of an area":      {Filter{Area: "test"}, "D D"},
		"in a state":      {Filter{State: Overdue}, "D"},
		"in an area, two": {Filter{Area: "protect", State: Unknown}, "E"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tasks, err := w.service(t).Tasks(t.Context(), "acme", on("2026-02-10"), day.Day{}, tt.filter)
			must(t, err)
			var ids []string
			for _, task := range tasks {
				ids = append(ids, task.Duty.ID)
			}
			if got := strings.Join(ids, " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
