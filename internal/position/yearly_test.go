package position

import (
	"testing"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/regime"
)

func TestYearly(t *testing.T) {
	from := day.Of(2025, 6, 1)
	tests := map[string]judgement{
		"never filed": {january, "paper", nil, []string{
			"2025-06-01: none due 2026-01-31 missing [paper]", "2026-01-31: none due 2026-01-31 missing [paper]",
			"2026-02-01: overdue due 2026-01-31 since 2026-02-01 missing [paper]", "2027-03-01: overdue due 2026-01-31 since 2026-02-01 missing [paper]",
		}},
		"in time": {january, "paper", []evidence.Item{record("paper", "2026-01-20")}, []string{
			"2026-01-19: none due 2026-01-31 missing [paper]", "2026-01-20: on_file by [1] until 2027-01-31 due 2027-01-31",
			"2026-12-31: on_file by [1] until 2027-01-31 due 2027-01-31", "2027-01-01: expiring by [1] until 2027-01-31 due 2027-01-31",
			"2027-01-31: expiring by [1] until 2027-01-31 due 2027-01-31", "2027-02-01: overdue due 2027-01-31 since 2027-02-01 missing [paper]",
		}},
		"on the day": {january, "paper", []evidence.Item{record("paper", "2026-01-31")}, []string{"2026-02-01: on_file by [1] until 2027-01-31 due 2027-01-31"}},
		"late": {january, "paper", []evidence.Item{record("paper", "2026-02-20")}, []string{
			"2026-02-19: overdue due 2026-01-31 since 2026-02-01 missing [paper]", "2026-02-20: on_file by [1] until 2027-01-31 due 2027-01-31",
		}},
		"very late": {january, "paper", []evidence.Item{record("paper", "2026-10-20")}, []string{
			"2026-10-20: on_file by [1] until 2027-01-31 due 2027-01-31", "2027-02-01: overdue due 2027-01-31 since 2027-02-01 missing [paper]",
		}},
		"so late that it is the next": {january, "paper", []evidence.Item{record("paper", "2026-11-20")}, []string{
			"2026-11-20: on_file by [1] until 2028-01-31 due 2028-01-31",
		}},
		"early": {january, "paper", []evidence.Item{record("paper", "2025-09-01")}, []string{"2026-02-01: on_file by [1] until 2027-01-31 due 2027-01-31"}},
		"a second paper of the same work": {january, "paper", []evidence.Item{record("paper", "2026-01-20", result(evidence.Gaps)), record("paper", "2026-04-10")}, []string{
			"2026-03-01: on_file by [1] until 2027-01-31 due 2027-01-31 gaps", "2026-04-10: on_file by [2] until 2027-01-31 due 2027-01-31",
		}},
		"a second paper of the same late work": {january, "paper", []evidence.Item{record("paper", "2026-09-01"), record("paper", "2026-10-01")}, []string{
			"2027-02-01: overdue due 2027-01-31 since 2027-02-01 missing [paper]",
		}},
		"a second paper of the same early work": {january, "paper", []evidence.Item{record("paper", "2025-09-01"), record("paper", "2026-06-15")}, []string{
			"2026-06-15: on_file by [2] until 2027-01-31 due 2027-01-31",
		}},
		"as near to the next day": {january, "paper", []evidence.Item{record("paper", "2026-01-20"), record("paper", "2026-08-01")}, []string{
			"2026-08-01: on_file by [2] until 2027-01-31 due 2027-01-31",
		}},
		"nearer to the next day": {january, "paper", []evidence.Item{record("paper", "2026-01-20"), record("paper", "2026-08-02")}, []string{
			"2026-08-02: on_file by [2] until 2028-01-31 due 2028-01-31",
		}},
		"late, and the next in time": {january, "paper", []evidence.Item{record("paper", "2026-09-01"), record("paper", "2027-01-10")}, []string{
			"2027-02-01: on_file by [2] until 2028-01-31 due 2028-01-31",
		}},
		"every year": {january, "paper", []evidence.Item{record("paper", "2026-01-20"), record("paper", "2027-01-20")}, []string{
			"2027-01-19: expiring by [1] until 2027-01-31 due 2027-01-31", "2027-01-20: on_file by [2] until 2028-01-31 due 2028-01-31",
		}},
		"whatever its validity": {january, "scan", []evidence.Item{record("scan", "2026-01-20", until("2026-02-10"))}, []string{"2026-12-01: on_file by [1] until 2027-01-31 due 2027-01-31"}},
		"one kind of two":       {january, "scan paper", []evidence.Item{record("paper", "2026-01-20")}, []string{"2026-02-01: on_file by [1] until 2027-01-31 due 2027-01-31 missing [scan]"}},
		"one kind of two missed": {january, "scan paper", []evidence.Item{record("paper", "2026-01-20"), record("scan", "2026-01-20"), record("paper", "2027-01-20")}, []string{
			"2027-01-20: expiring by [2 3] until 2027-01-31 due 2027-01-31",
			"2027-02-01: overdue by [3] due 2027-01-31 since 2027-02-01 missing [scan]",
		}},
		"withdrawn": {january, "paper", []evidence.Item{record("paper", "2026-01-20"), end(1, evidence.Withdrawn, "2026-06-01")}, []string{
			"2026-05-31: on_file by [1] until 2027-01-31 due 2027-01-31", "2026-06-01: overdue due 2026-01-31 since 2026-02-01 missing [paper]",
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := &world{duties: []*regime.DutyText{ask("D", tt.cadence, kinds(tt.kinds)...)}, book: book(tt.filed...), applies: since(from)}
			w.check(t, tt.want)
		})
	}
}

// since makes everything apply from a day on.
func since(from day.Day) func(string, string, day.Day) regime.Applies {
	return func(_, _ string, on day.Day) regime.Applies {
		if on.Before(from) {
			return regime.No
		}
		return regime.Yes
	}
}

// TestYearlyBinds has a duty that applies on some due days only.
func TestYearlyBinds(t *testing.T) {
	tests := map[string]struct {
		from string
		want []string
	}{
		"not on the last due day": {"2026-02-01", []string{"2026-02-01: none due 2027-01-31 missing [paper]", "2027-02-01: overdue due 2027-01-31 since 2027-02-01 missing [paper]"}},
		"on the last due day":     {"2026-01-31", []string{"2026-02-01: overdue due 2026-01-31 since 2026-02-01 missing [paper]"}},
		"since always":            {"1999-01-01", []string{"2026-02-01: overdue due 2018-01-31 since 2018-02-01 missing [paper]"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := &world{duties: []*regime.DutyText{ask("D", january, "paper")}, book: book(), applies: since(on(tt.from))}
			w.check(t, tt.want)
		})
	}
	t.Run("whose first day is not known", func(t *testing.T) {
		undated := ask("D", january, "paper")
		undated.Provisions = []regime.Provision{{}}
		w := &world{duties: []*regime.DutyText{undated}, book: book(), applies: since(on("1999-01-01"))}
		w.check(t, []string{"2026-02-01: overdue due 2026-01-31 since 2026-02-01 missing [paper]"})
	})
	t.Run("what was filed before it applied", func(t *testing.T) {
		w := &world{duties: []*regime.DutyText{ask("D", january, "paper")}, book: book(record("paper", "2025-01-10")), applies: since(on("2025-06-01"))}
		w.check(t, []string{
			"2025-06-01: on_file by [1] until 2026-01-31 due 2026-01-31", "2026-02-01: overdue due 2026-01-31 since 2026-02-01 missing [paper]",
		})
	})
	t.Run("too long ago to be on file", func(t *testing.T) {
		w := &world{duties: []*regime.DutyText{ask("D", january, "paper")}, book: book(record("paper", "2023-01-10")), applies: since(on("2025-06-01"))}
		w.check(t, []string{"2025-06-01: none due 2026-01-31 missing [paper]"})
	})
}

// TestYearlyOfSystems: systems for which nothing is filed do not stand alike
// where the duty began to apply to them on other days.
func TestYearlyOfSystems(t *testing.T) {
	w := &world{duties: []*regime.DutyText{ask("D", january, "paper")}, systems: map[string][]string{"D": {"s1", "s2", "s3"}}, book: book()}
	from := map[string]day.Day{"s1": on("2025-06-01"), "s2": on("2026-01-31"), "s3": on("2026-02-01")}
	w.applies = func(_, subject string, on day.Day) regime.Applies { return since(from[subject])("", "", on) }
	for i, want := range []State{Overdue, Overdue, None} {
		if l := w.position(t, "2026-03-01").Lines[i]; l.State != want {
			t.Errorf("%s is %s, want %s", l.Subject, l.State, want)
		}
	}
}
