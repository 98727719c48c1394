package position

import (
	"testing"

	"guanji/internal/evidence"
	"guanji/internal/regime"
)

func TestEvents(t *testing.T) {
	noEvent := result(evidence.NoEvent)
	judge(t, map[string]judgement{
		"nobody told": {anyEvent, "paper", nil, []string{"2026-01-10: unknown why untold"}},
		"none happened": {anyEvent, "paper", []evidence.Item{record("word", "2026-01-10", noEvent)}, []string{
			"2026-01-09: unknown why untold", "2026-01-10: on_file by [1] until 2027-01-10 due 2027-01-10",
			"2026-12-11: expiring by [1] until 2027-01-10 due 2027-01-10", "2027-01-11: unknown why told_until",
		}},
		"none happened, of a kind asked for": {anyEvent, "paper", []evidence.Item{record("paper", "2026-01-10", noEvent)}, []string{"2036-01-10: on_file by [1]"}},
		"none happened, then one did": {anyEvent, "paper", []evidence.Item{record("word", "2026-01-10", noEvent), event("2026-02-01")}, []string{
			"2026-01-31: on_file by [1] until 2027-01-10 due 2027-01-10", "2026-02-01: none missing [paper] open [2]",
		}},
		"carried anyway": {anyEvent, "scan paper", []evidence.Item{record("paper", "2026-01-10")}, []string{"2026-01-10: on_file by [1] missing [scan]"}},
		"no longer carried anyway": {anyEvent, "scan", []evidence.Item{record("scan", "2026-01-10")}, []string{
			"2026-04-10: expiring by [1] until 2026-04-10 due 2026-04-10", "2026-04-11: unknown not 1(lapsed) why untold",
		}},
		"carried anyway by one kind": {anyEvent, "scan paper", []evidence.Item{record("paper", "2026-01-10"), record("scan", "2026-01-10")}, []string{
			"2026-06-01: on_file by [1] missing [scan] not 2(lapsed)",
		}},
		"served": {anyEvent, "paper", []evidence.Item{event("2026-02-01"), record("paper", "2026-02-03")}, []string{
			"2026-01-31: unknown why untold", "2026-02-01: none missing [paper] open [1]", "2026-02-02: none missing [paper] open [1]", "2026-02-03: on_file by [2]", "2036-01-10: on_file by [2]",
		}},
		"on the same day":       {anyEvent, "paper", []evidence.Item{event("2026-02-01"), record("paper", "2026-02-01")}, []string{"2026-02-01: on_file by [2]"}},
		"on the day before":     {anyEvent, "paper", []evidence.Item{event("2026-02-01"), record("paper", "2026-01-31")}, []string{"2026-01-31: on_file by [2]", "2026-02-01: none missing [paper] open [1]"}},
		"whatever its validity": {anyEvent, "scan", []evidence.Item{event("2026-02-01"), record("scan", "2026-02-03", until("2026-02-10"))}, []string{"2027-02-03: on_file by [2]"}},
		"one kind of two":       {anyEvent, "scan paper", []evidence.Item{event("2026-02-01"), record("scan", "2026-02-03")}, []string{"2026-02-03: on_file by [2] missing [paper]"}},
		"two events, one paper": {anyEvent, "paper", []evidence.Item{event("2026-02-01"), event("2026-02-02"), record("paper", "2026-02-03")}, []string{
			"2026-02-03: none by [3] missing [paper] open [2]",
		}},
		"two events, a paper each": {anyEvent, "paper", []evidence.Item{event("2026-02-01"), event("2026-02-02"), record("paper", "2026-02-03"), record("paper", "2026-02-03", result(evidence.Gaps))}, []string{
			"2026-02-03: on_file by [3 4] gaps",
		}},
		"the earliest event first": {anyEvent, "paper", []evidence.Item{event("2026-02-05"), event("2026-02-01"), record("paper", "2026-02-03")}, []string{
			"2026-02-03: on_file by [3]", "2026-02-05: none by [3] missing [paper] open [1]",
		}},
		"two kinds, for one event each": {anyEvent, "scan paper", []evidence.Item{event("2026-02-01"), event("2026-02-10"), record("scan", "2026-02-02"), record("paper", "2026-02-03"), record("paper", "2026-02-11")}, []string{
			"2026-02-11: on_file by [3 4 5] missing [scan]",
		}},
		"withdrawn event": {anyEvent, "paper", []evidence.Item{event("2026-02-01"), end(1, evidence.Withdrawn, "2026-02-04")}, []string{
			"2026-02-03: none missing [paper] open [1]", "2026-02-04: unknown why untold",
		}},
		"withdrawn paper": {anyEvent, "paper", []evidence.Item{event("2026-02-01"), record("paper", "2026-02-03"), end(2, evidence.Withdrawn, "2026-02-09")}, []string{
			"2026-02-08: on_file by [2]", "2026-02-09: none missing [paper] open [1]",
		}},
		"an unproven paper": {anyEvent, "paper", []evidence.Item{event("2026-02-01"), record("paper", "2026-02-03", result(evidence.NothingIn))}, []string{
			"2026-02-03: none missing [paper] open [1] not 2(unproven)",
		}},
	})
}

// TestLimits counts around the Spring Festival of 2026, from 15 to 23 February
// with working weekends on the 14th and 28th: content/calendar/2026.yaml.
func TestLimits(t *testing.T) {
	limit := func(iso, counting string) regime.Cadence {
		return regime.Cadence{Kind: "event", Limit: &iso, Calendar: &counting}
	}
	judge(t, map[string]judgement{
		"ten working days around a festival": {inTenDays, "paper", []evidence.Item{event("2026-02-10"), record("paper", "2026-03-10")}, []string{
			"2026-02-10: none due 2026-03-02 missing [paper] open [1]", "2026-03-02: none due 2026-03-02 missing [paper] open [1]",
			"2026-03-03: overdue due 2026-03-02 since 2026-03-03 missing [paper] open [1]", "2026-03-10: on_file by [2]",
		}},
		"hours end with the day":           {limit("PT1H", "hours"), "paper", []evidence.Item{event("2026-02-10")}, []string{"2026-02-10: none due 2026-02-10 missing [paper] open [1]", "2026-02-11: overdue due 2026-02-10 since 2026-02-11 missing [paper] open [1]"}},
		"24 hours are the day":             {limit("PT24H", "hours"), "paper", []evidence.Item{event("2026-02-10")}, []string{"2026-02-11: overdue due 2026-02-10 since 2026-02-11 missing [paper] open [1]"}},
		"30 days, on a holiday":            {limit("P30D", "days"), "paper", []evidence.Item{event("2026-01-20")}, []string{"2026-02-19: none due 2026-02-19 missing [paper] open [1]", "2026-02-20: overdue due 2026-02-19 since 2026-02-20 missing [paper] open [1]"}},
		"a year without a table":           {inTenDays, "paper", []evidence.Item{event("2026-12-28")}, []string{"2027-06-01: none missing [paper] open [1]"}},
		"the second is due":                {inTenDays, "paper", []evidence.Item{event("2026-03-02"), event("2026-03-09"), record("paper", "2026-03-03")}, []string{"2026-03-23: none by [3] due 2026-03-23 missing [paper] open [2]", "2026-03-24: overdue by [3] due 2026-03-23 since 2026-03-24 missing [paper] open [2]"}},
		"filed late, nothing left to file": {inTenDays, "paper", []evidence.Item{event("2026-03-02"), record("paper", "2026-08-03")}, []string{"2026-08-03: on_file by [2]"}},
	})
	w := &world{duties: []*regime.DutyText{ask("D", inTenDays, "paper")}, book: book(event("2026-12-28"))}
	if why := w.position(t, "2026-12-29").Lines[0].DueWhy; why.Key != "position.due.no_calendar" || why.Args[0] != 2027 {
		t.Errorf("a year without a table is told as %v", why)
	}
}
