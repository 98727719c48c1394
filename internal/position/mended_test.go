package position

import (
	"testing"

	"guanji/internal/evidence"
)

// TestPutRightByAWord: what saw gaps does not carry a line once an order or
// plan is said to be done; something must be filed that shows it.
func TestPutRightByAWord(t *testing.T) {
	gaps := result(evidence.Gaps)
	seen := record("paper", "2026-01-10", gaps)
	plan, done := order("2026-02-01", "2026-03-01"), end(2, evidence.Done, "2026-02-20")
	const doubted = "none missing [paper] not 1(put_right)"
	judge(t, map[string]judgement{
		"a bare word": {continuous, "paper", []evidence.Item{seen, plan, done}, []string{
			"2026-01-31: on_file by [1] gaps", "2026-02-19: in_rectification by [1] due 2026-03-01 plan 2 gaps",
			"2026-02-20: " + doubted, "2029-02-20: " + doubted,
		}},
		"all on one day": {continuous, "paper", []evidence.Item{seen, order("2026-01-10", "2026-03-01"), end(2, evidence.Done, "2026-01-10")}, []string{"2026-01-10: " + doubted}},
		"all on one day, and shown": {continuous, "paper", []evidence.Item{seen, order("2026-01-10", "2026-03-01"), end(2, evidence.Done, "2026-01-10"), record("paper", "2026-01-10")}, []string{
			"2026-01-10: on_file by [4]",
		}},
		"shown before it was said": {continuous, "paper", []evidence.Item{seen, plan, done, record("paper", "2026-02-18")}, []string{"2026-02-20: on_file by [4]"}},
		"shown afterwards": {continuous, "paper", []evidence.Item{seen, plan, done, record("paper", "2026-03-18")}, []string{
			"2026-03-17: " + doubted, "2026-03-18: on_file by [4]",
		}},
		"gaps again afterwards":                         {continuous, "paper", []evidence.Item{seen, plan, done, record("paper", "2026-03-18", gaps)}, []string{"2026-03-18: on_file by [4] gaps"}},
		"gaps again before it was said":                 {continuous, "paper", []evidence.Item{seen, plan, done, record("paper", "2026-02-18", gaps)}, []string{"2026-02-20: none missing [paper] not 4(put_right)"}},
		"a plan that was withdrawn":                     {continuous, "paper", []evidence.Item{seen, plan, end(2, evidence.Withdrawn, "2026-02-20")}, []string{"2026-02-20: on_file by [1] gaps"}},
		"a plan done before":                            {continuous, "paper", []evidence.Item{record("paper", "2026-02-21", gaps), plan, done}, []string{"2026-02-21: on_file by [1] gaps"}},
		"of another subject":                            {continuous, "paper", []evidence.Item{seen, {Plan: &evidence.Plan{Duty: "D", Subject: "s1", Started: on("2026-02-01"), Due: on("2026-03-01")}}, done}, []string{"2026-02-20: on_file by [1] gaps"}},
		"withdrawn since":                               {continuous, "paper", []evidence.Item{seen, plan, done, end(1, evidence.Withdrawn, "2026-04-01")}, []string{"2026-03-31: " + doubted, "2026-04-01: none missing [paper]"}},
		"older evidence of the kind":                    {continuous, "paper", []evidence.Item{seen, plan, done, record("paper", "2025-12-01")}, []string{"2026-02-20: " + doubted}},
		"older evidence of the kind, the gaps an error": {continuous, "paper", []evidence.Item{seen, plan, done, record("paper", "2025-12-01"), end(1, evidence.Withdrawn, "2026-04-01")}, []string{"2026-04-01: on_file by [4]"}},
		"another kind": {continuous, "paper scan", []evidence.Item{seen, plan, done, record("scan", "2026-02-18")}, []string{
			"2026-02-20: none by [4] missing [paper] not 1(put_right)", "2026-05-19: overdue due 2026-05-18 since 2026-05-19 missing [paper scan] not 4(lapsed) not 1(put_right)",
		}},
		"then lapsed": {continuous, "scan", []evidence.Item{record("scan", "2026-01-10", gaps), plan, done}, []string{
			"2026-04-10: none missing [scan] not 1(put_right)", "2026-04-11: overdue due 2026-04-10 since 2026-04-11 missing [scan] not 1(lapsed)",
		}},
		"while another plan runs": {continuous, "paper", []evidence.Item{seen, plan, done, order("2026-02-10", "2026-04-01")}, []string{
			"2026-02-20: in_rectification due 2026-04-01 plan 4 missing [paper] not 1(put_right)", "2026-04-02: overdue due 2026-04-01 since 2026-04-02 plan 4 missing [paper] not 1(put_right)",
		}},
		"done twice": {continuous, "paper", []evidence.Item{seen, plan, done, order("2026-05-01", "2026-06-01"), end(4, evidence.Done, "2026-05-20"), record("paper", "2026-04-01", gaps)}, []string{
			"2026-04-01: on_file by [6] gaps", "2026-05-20: none missing [paper] not 6(put_right)",
		}},
		"a duty once":            {inThirty, "paper", []evidence.Item{seen, plan, done, event("2026-01-01")}, []string{"2026-02-20: " + doubted}},
		"a fixed day":            {january, "paper", []evidence.Item{seen, plan, done}, []string{"2026-02-19: in_rectification by [1] until 2027-01-31 due 2026-03-01 plan 2 gaps", "2026-02-20: " + doubted}},
		"a fixed day, and shown": {january, "paper", []evidence.Item{seen, plan, done, record("paper", "2026-03-01")}, []string{"2026-03-01: on_file by [4] until 2027-01-31 due 2027-01-31"}},
		"an event":               {inTenDays, "paper", []evidence.Item{seen, plan, done, event("2026-01-05")}, []string{"2026-02-20: " + doubted}},
		"an event, and shown":    {inTenDays, "paper", []evidence.Item{seen, plan, done, event("2026-01-05"), record("paper", "2026-03-01")}, []string{"2026-03-01: on_file by [5]"}},
		"an event, and another": {anyEvent, "paper", []evidence.Item{seen, plan, done, event("2026-01-05"), event("2026-02-25"), record("paper", "2026-03-01")}, []string{
			"2026-02-25: none missing [paper] open [5] not 1(put_right)", "2026-03-01: none by [6] missing [paper] not 1(put_right)",
		}},
		"an event that nobody told": {anyEvent, "paper", []evidence.Item{seen, plan, done}, []string{"2026-02-20: " + doubted}},
		"an event that did not happen since": {anyEvent, "paper", []evidence.Item{seen, plan, done, record("word", "2026-03-01", result(evidence.NoEvent))}, []string{
			"2026-03-01: on_file by [4] until 2027-03-01 due 2027-03-01 not 1(put_right)",
		}},
	})
}

func TestHeadline(t *testing.T) {
	gaps := result(evidence.Gaps)
	tests := map[string]struct {
		filed []evidence.Item
		want  Headline
	}{
		"each duty once": {nil, Headline{Tally{Counts{3: 2}, Counts{3: 6}, 0}, Tally{Counts{4: 1}, Counts{4: 1}, 0}}},
		"by its most urgent line": {[]evidence.Item{record("paper", "2025-01-10", about("s1"), until("2026-01-31")), record("paper", "2026-01-10", about("s2"), gaps)},
			Headline{Tally{Counts{0: 1, 3: 1}, Counts{0: 1, 3: 4, 5: 1}, 0}, Tally{Counts{4: 1}, Counts{4: 1}, 0}}},
		"with gaps in one line": {[]evidence.Item{record("paper", "2026-01-10", about(evidence.AllSystems)), record("paper", "2026-01-10", about("s2"), gaps)},
			Headline{Tally{Counts{3: 1, 5: 1}, Counts{3: 3, 5: 3}, 1}, Tally{Counts{4: 1}, Counts{4: 1}, 0}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := bank(tt.filed...).position(t, "2026-02-10").Headline(); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// TestLate: by the due day and by the first day overdue it is as late.
func TestLate(t *testing.T) {
	due := on("2026-01-31")
	for at, want := range map[string]string{"2026-02-01": "1 day late", "2026-03-15": "43 days late"} {
		by, since := Late(due.DaysUntil(on(at))).In("en"), LateSince(due.AddDays(1), on(at)).In("en")
		if by != want || since != want {
			t.Errorf("%s: %q by the due day, %q since the day after, want %q", at, by, since, want)
		}
	}
}
