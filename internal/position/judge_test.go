package position

import (
	"strings"
	"testing"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/regime"
)

var (
	continuous = regime.Cadence{Kind: "continuous"}
	onceOnly   = regime.Cadence{Kind: "once"}
	regular    = regime.Cadence{Kind: "recurring"}
	eachYear   = regime.Cadence{Kind: "recurring", Period: iso("P1Y")}
	january    = regime.Cadence{Kind: "recurring", Period: iso("P1Y"), Due: iso("--01-31")}
	anyEvent   = regime.Cadence{Kind: "event"}
	inTenDays  = regime.Cadence{Kind: "event", Limit: iso("P10D"), Calendar: iso("working_days")}
	inThirty   = regime.Cadence{Kind: "once", Limit: iso("P30D"), Calendar: iso("days")}
)

// judgement is a line on some days: day, a colon, and what [show] writes.
type judgement struct {
	cadence regime.Cadence
	kinds   string
	filed   []evidence.Item
	want    []string
}

func kinds(s string) []string { return strings.Fields(s) }

func judge(t *testing.T, tests map[string]judgement) {
	t.Helper()
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := &world{duties: []*regime.DutyText{ask("D", tt.cadence, kinds(tt.kinds)...)}, book: book(tt.filed...)}
			w.check(t, tt.want)
		})
	}
}

// check compares the first line of the world on some days.
func (w *world) check(t *testing.T, wants []string) {
	t.Helper()
	for _, want := range wants {
		on, want, _ := strings.Cut(want, ": ")
		l := w.position(t, on).Lines[0]
		if got := show(l.Status); got != want {
			t.Errorf("on %s: %s\nwant %s%s", on, got, strings.Repeat(" ", len(on)), want)
		}
		for _, m := range append([]message.M{l.Why, l.DueWhy, l.State.Message()}, reasons(l)...) {
			if m.Key != "" && !message.Known(m.Key) {
				t.Errorf("on %s: no words for %s", on, m.Key)
			}
		}
	}
}

func reasons(l Line) []message.M {
	var all []message.M
	for _, n := range l.NotCounting {
		all = append(all, n.Why)
	}
	return all
}

func TestLasting(t *testing.T) {
	gaps := result(evidence.Gaps)
	judge(t, map[string]judgement{
		"nothing filed": {continuous, "scan", nil, []string{"2026-01-10: none missing [scan]"}},
		"by its kind": {continuous, "scan", []evidence.Item{record("scan", "2026-01-10")}, []string{
			"2026-01-09: none missing [scan]",
			"2026-01-10: on_file by [1] until 2026-04-10 due 2026-04-10",
			"2026-03-10: on_file by [1] until 2026-04-10 due 2026-04-10",
			"2026-03-11: expiring by [1] until 2026-04-10 due 2026-04-10",
			"2026-04-10: expiring by [1] until 2026-04-10 due 2026-04-10",
			"2026-04-11: overdue due 2026-04-10 since 2026-04-11 missing [scan] not 1(lapsed)",
			"2029-01-01: overdue due 2026-04-10 since 2026-04-11 missing [scan] not 1(lapsed)",
		}},
		"without an end": {continuous, "paper", []evidence.Item{record("paper", "2026-01-10")}, []string{"2036-01-10: on_file by [1]"}},
		"an end of its own": {continuous, "paper", []evidence.Item{record("paper", "2026-01-10", until("2026-06-30"))}, []string{
			"2026-05-30: on_file by [1] until 2026-06-30 due 2026-06-30", "2026-05-31: expiring by [1] until 2026-06-30 due 2026-06-30",
			"2026-07-01: overdue due 2026-06-30 since 2026-07-01 missing [paper] not 1(lapsed)",
		}},
		"the earlier end of two": {continuous, "scan", []evidence.Item{record("scan", "2026-01-10", until("2027-01-10")), record("scan", "2026-01-10", until("2026-01-31"))}, []string{
			"2026-01-20: on_file by [2] until 2026-04-10 due 2026-04-10",
		}},
		"the period, not the kind": {eachYear, "scan", []evidence.Item{record("scan", "2026-01-10")}, []string{
			"2026-12-10: on_file by [1] until 2027-01-10 due 2027-01-10", "2026-12-11: expiring by [1] until 2027-01-10 due 2027-01-10",
			"2027-01-11: overdue due 2027-01-10 since 2027-01-11 missing [scan] not 1(lapsed)",
		}},
		"an end within the period": {eachYear, "paper", []evidence.Item{record("paper", "2026-01-10", until("2026-03-01"))}, []string{
			"2026-03-02: overdue due 2026-03-01 since 2026-03-02 missing [paper] not 1(lapsed)",
		}},
		"a period from 29 February":  {eachYear, "paper", []evidence.Item{record("paper", "2024-02-29")}, []string{"2025-02-28: expiring by [1] until 2025-02-28 due 2025-02-28"}},
		"nothing filed for a period": {eachYear, "paper", nil, []string{"2036-01-10: none missing [paper]"}},
		"regularly, by its kind":     {regular, "scan", []evidence.Item{record("scan", "2026-01-10")}, []string{"2026-02-10: on_file by [1] until 2026-04-10 due 2026-04-10"}},
		"regularly, without an end":  {regular, "paper", []evidence.Item{record("paper", "2026-01-10")}, []string{"2036-01-10: on_file by [1]"}},
		"renewed": {continuous, "scan", []evidence.Item{record("scan", "2026-01-10"), record("scan", "2026-04-01")}, []string{
			"2026-04-01: on_file by [2] until 2026-07-01 due 2026-07-01", "2026-04-11: on_file by [2] until 2026-07-01 due 2026-07-01",
		}},
		"renewed late": {continuous, "scan", []evidence.Item{record("scan", "2026-01-10"), record("scan", "2026-05-01")}, []string{
			"2026-04-30: overdue due 2026-04-10 since 2026-04-11 missing [scan] not 1(lapsed)", "2026-05-01: on_file by [2] until 2026-08-01 due 2026-08-01",
		}},
		"filed in another order": {continuous, "scan", []evidence.Item{record("scan", "2026-04-01"), record("scan", "2026-01-10")}, []string{
			"2026-02-01: on_file by [2] until 2026-04-10 due 2026-04-10", "2026-05-01: on_file by [1] until 2026-07-01 due 2026-07-01",
		}},
		"an older one counts for longer": {continuous, "paper", []evidence.Item{record("paper", "2026-01-10", until("2026-12-31")), record("paper", "2026-02-10", until("2026-03-31"), gaps)}, []string{
			"2026-03-31: on_file by [2] until 2026-12-31 due 2026-12-31 gaps", "2026-04-01: on_file by [1] until 2026-12-31 due 2026-12-31",
		}},
		"one kind of two": {continuous, "scan paper", []evidence.Item{record("paper", "2026-01-10")}, []string{"2026-01-10: on_file by [1] missing [scan]"}},
		"one kind of two lapsed": {continuous, "scan paper", []evidence.Item{record("paper", "2026-01-10"), record("scan", "2026-01-10")}, []string{
			"2026-01-10: on_file by [2 1] until 2026-04-10 due 2026-04-10",
			"2026-04-11: overdue by [1] due 2026-04-10 since 2026-04-11 missing [scan] not 2(lapsed)",
		}},
		"two kinds lapsed": {continuous, "word scan", []evidence.Item{record("word", "2026-01-10"), record("scan", "2026-01-10")}, []string{
			"2027-02-01: overdue due 2026-04-10 since 2026-04-11 missing [word scan] not 1(lapsed) not 2(lapsed)",
		}},
		"a kind asked for twice": {continuous, "paper paper", []evidence.Item{record("paper", "2026-01-10")}, []string{"2026-01-10: on_file by [1]"}},
		"gaps, then put right": {continuous, "paper", []evidence.Item{record("paper", "2026-01-10", gaps), record("paper", "2026-02-10")}, []string{
			"2026-01-10: on_file by [1] gaps", "2026-02-10: on_file by [2]",
		}},
		"another kind": {continuous, "scan", []evidence.Item{record("paper", "2026-01-10")}, []string{"2026-01-10: none missing [scan] not 1(kind)"}},
		"no event, of a duty without": {continuous, "word", []evidence.Item{record("word", "2026-01-10", result(evidence.NoEvent))}, []string{
			"2026-01-10: none missing [word] not 1(no_event)",
		}},
		"another duty":                         {continuous, "scan", []evidence.Item{record("scan", "2026-01-10", func(r *evidence.Record) { r.Duties = []string{"E"} })}, []string{"2026-01-10: none missing [scan]"}},
		"all systems are not the organization": {continuous, "scan", []evidence.Item{record("scan", "2026-01-10", about(evidence.AllSystems))}, []string{"2026-01-10: none missing [scan]"}},
	})
}

func TestUnprovenZero(t *testing.T) {
	nothing := result(evidence.NothingIn)
	proof := func(r *evidence.Record) {
		r.Method = evidence.Method{Kind: evidence.Measured, Run: "7", Version: "1.2"}
		r.Scope = &evidence.Scope{What: "stores", Population: 3, Sample: 3}
		r.Files = []evidence.File{{Name: "read.json"}}
	}
	judge(t, map[string]judgement{
		"a word":            {continuous, "paper", []evidence.Item{record("paper", "2026-01-10", nothing)}, []string{"2026-01-09: none missing [paper]", "2026-01-10: none missing [paper] not 1(unproven)"}},
		"with its work":     {continuous, "paper", []evidence.Item{record("paper", "2026-01-10", nothing, proof)}, []string{"2026-01-10: on_file by [1]"}},
		"beside a good one": {continuous, "paper", []evidence.Item{record("paper", "2026-01-10"), record("paper", "2026-02-10", nothing)}, []string{"2026-02-10: on_file by [1] not 2(unproven)"}},
		"withdrawn":         {continuous, "paper", []evidence.Item{record("paper", "2026-01-10", nothing), end(1, evidence.Withdrawn, "2026-01-12")}, []string{"2026-01-11: none missing [paper] not 1(unproven)", "2026-01-12: none missing [paper]"}},
	})
}

func TestEnded(t *testing.T) {
	judge(t, map[string]judgement{
		"withdrawn": {continuous, "paper", []evidence.Item{record("paper", "2026-01-10"), end(1, evidence.Withdrawn, "2026-03-01")}, []string{
			"2026-02-28: on_file by [1]", "2026-03-01: none missing [paper]",
		}},
		"withdrawn as never true": {continuous, "paper", []evidence.Item{record("paper", "2026-01-10"), end(1, evidence.Withdrawn, "2026-01-10")}, []string{"2026-01-10: none missing [paper]"}},
		"withdrawn after it lapsed": {continuous, "scan", []evidence.Item{record("scan", "2026-01-10"), end(1, evidence.Withdrawn, "2026-05-01")}, []string{
			"2026-04-30: overdue due 2026-04-10 since 2026-04-11 missing [scan] not 1(lapsed)", "2026-05-01: none missing [scan]",
		}},
		"superseded": {continuous, "paper", []evidence.Item{record("paper", "2026-01-10", result(evidence.Gaps)), record("paper", "2026-03-01", supersedes(1), until("2026-03-31"))}, []string{
			"2026-02-28: on_file by [1] gaps", "2026-03-01: expiring by [2] until 2026-03-31 due 2026-03-31",
			"2026-04-01: overdue due 2026-03-31 since 2026-04-01 missing [paper] not 2(lapsed)",
		}},
		"superseded by an earlier day": {continuous, "paper", []evidence.Item{record("paper", "2026-03-01"), record("paper", "2026-01-10", supersedes(1))}, []string{
			"2026-01-10: on_file by [2]", "2026-03-01: on_file by [2]",
		}},
	})
}

func TestOnce(t *testing.T) {
	judge(t, map[string]judgement{
		"not done":             {onceOnly, "scan", nil, []string{"2026-01-10: none missing [scan]"}},
		"done":                 {onceOnly, "scan", []evidence.Item{record("scan", "2026-01-10")}, []string{"2036-01-10: on_file by [1]"}},
		"done, with an end":    {onceOnly, "scan", []evidence.Item{record("scan", "2026-01-10", until("2026-12-31"))}, []string{"2027-01-01: overdue due 2026-12-31 since 2027-01-01 missing [scan] not 1(lapsed)"}},
		"no limit":             {onceOnly, "scan", []evidence.Item{event("2026-01-10")}, []string{"2026-06-10: none missing [scan]"}},
		"limit, nothing told":  {inThirty, "scan", nil, []string{"2036-01-10: none missing [scan]"}},
		"limit, done before":   {inThirty, "scan", []evidence.Item{event("2026-01-10"), record("scan", "2026-01-01")}, []string{"2026-06-10: on_file by [2]"}},
		"limit, event undone":  {inThirty, "scan", []evidence.Item{event("2026-01-10"), end(1, evidence.Withdrawn, "2026-03-01")}, []string{"2026-02-28: overdue due 2026-02-09 since 2026-02-10 missing [scan]", "2026-03-01: none missing [scan]"}},
		"limit from the first": {inThirty, "scan", []evidence.Item{event("2026-02-10"), event("2026-01-10")}, []string{"2026-02-10: overdue due 2026-02-09 since 2026-02-10 missing [scan]"}},
		"limit": {inThirty, "scan", []evidence.Item{event("2026-01-10"), record("scan", "2026-03-01")}, []string{
			"2026-01-09: none missing [scan]", "2026-01-10: none due 2026-02-09 missing [scan]", "2026-02-09: none due 2026-02-09 missing [scan]",
			"2026-02-10: overdue due 2026-02-09 since 2026-02-10 missing [scan]", "2026-03-01: on_file by [2]",
		}},
	})
}

func TestPlans(t *testing.T) {
	judge(t, map[string]judgement{
		"before, during, after": {continuous, "paper", []evidence.Item{order("2026-02-01", "2026-03-01")}, []string{
			"2026-01-31: none missing [paper]", "2026-02-01: in_rectification due 2026-03-01 plan 1 missing [paper]",
			"2026-03-01: in_rectification due 2026-03-01 plan 1 missing [paper]", "2026-03-02: overdue due 2026-03-01 since 2026-03-02 plan 1 missing [paper]",
		}},
		"done": {continuous, "paper", []evidence.Item{order("2026-02-01", "2026-03-01"), end(1, evidence.Done, "2026-02-20"), record("paper", "2026-02-20")}, []string{
			"2026-02-19: in_rectification due 2026-03-01 plan 1 missing [paper]", "2026-02-20: on_file by [3]",
		}},
		"evidence is not enough": {continuous, "paper", []evidence.Item{order("2026-02-01", "2026-03-01"), record("paper", "2026-02-20")}, []string{
			"2026-02-20: in_rectification by [2] due 2026-03-01 plan 1", "2026-03-02: overdue by [2] due 2026-03-01 since 2026-03-02 plan 1",
		}},
		"done late": {continuous, "paper", []evidence.Item{order("2026-02-01", "2026-03-01"), end(1, evidence.Done, "2026-03-20"), record("paper", "2026-01-20")}, []string{
			"2026-03-19: overdue by [3] due 2026-03-01 since 2026-03-02 plan 1", "2026-03-20: on_file by [3]",
		}},
		"what is overdue is put right": {continuous, "scan", []evidence.Item{record("scan", "2025-10-10"), order("2026-02-01", "2026-03-01")}, []string{
			"2026-01-31: overdue due 2026-01-10 since 2026-01-11 missing [scan] not 1(lapsed)",
			"2026-02-01: in_rectification due 2026-03-01 since 2026-01-11 plan 2 missing [scan] not 1(lapsed)",
			"2026-03-02: overdue due 2026-01-10 since 2026-01-11 plan 2 missing [scan] not 1(lapsed)",
		}},
		"one of two not kept": {continuous, "paper", []evidence.Item{order("2026-02-01", "2026-05-01"), order("2026-02-01", "2026-03-01"), end(2, evidence.Done, "2026-03-10")}, []string{
			"2026-02-01: in_rectification due 2026-03-01 plan 2 missing [paper]", "2026-03-02: overdue due 2026-03-01 since 2026-03-02 plan 2 missing [paper]",
			"2026-03-10: in_rectification due 2026-05-01 plan 1 missing [paper]",
		}},
		"an order about an event that nobody told": {anyEvent, "paper", []evidence.Item{order("2026-02-01", "2026-05-01")}, []string{"2026-02-01: in_rectification due 2026-05-01 plan 1"}},
	})
}

func TestUnknownDuty(t *testing.T) {
	w := &world{duties: []*regime.DutyText{ask("D", continuous, "scan")}, book: book(record("scan", "2026-01-10"), order("2026-06-01", "2026-07-01")),
		applies: func(string, string, day.Day) regime.Applies { return regime.Unknown }}
	if got, want := show(w.position(t, "2026-06-10").Lines[0].Status), "unknown plan 2 missing [scan] not 1(lapsed) why applies"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	w.applies = func(string, string, day.Day) regime.Applies { return regime.No }
	if p := w.position(t, "2026-06-10"); len(p.Lines) > 0 {
		t.Errorf("a duty that does not apply has lines: %v", p.Lines)
	}
}
