package standing

import (
	"slices"

	"guanji/internal/regime"
)

// A Difference is what changes between two views of one organization on the
// same day.
type Difference struct {
	Before, After regime.Status
	NewReasons    []regime.Reason // of the determination
	LostReasons   []regime.Reason
	Starts        []DutyChange // duties that apply now to a subject, and did not
	Ends          []DutyChange // duties that applied to a subject, and do not now
	Opens         []DutyChange // duties of which it is no longer known
	Settled       []DutyChange // duties of which it was not known, and which do not apply
	Transfers     []TransferChange
}

// A DutyChange is a duty, as in the later view, with the subjects for which its
// answer changes.
type DutyChange struct {
	Row
	Subjects []string
}

// A TransferChange is a transfer whose pathway is another.
type TransferChange struct {
	*regime.TransferDecision
	Before regime.Result // "" where there was no such transfer
}

// Same reports whether nothing changes.
func (d Difference) Same() bool {
	return d.Before == d.After && len(d.NewReasons)+len(d.LostReasons)+len(d.Starts)+len(d.Ends)+len(d.Opens)+len(d.Settled)+len(d.Transfers) == 0
}

// Compare tells what changes from one view to another.
func Compare(before, after *View) Difference {
	was, is := before.Assessment.Determination, after.Assessment.Determination
	d := Difference{Before: was.Status, After: is.Status, NewReasons: without(is.Reasons, was.Reasons), LostReasons: without(was.Reasons, is.Reasons)}
	answers := map[string]map[string]regime.Applies{}
	for _, r := range before.Rows {
		answers[r.ID] = map[string]regime.Applies{}
		for _, a := range r.Answers {
			answers[r.ID][a.Subject] = a.Applies
		}
	}
	for _, r := range after.Rows {
		d.duty(r, answers[r.ID])
	}
	results := map[string]regime.Result{}
	for _, t := range before.Assessment.Transfers {
		results[t.ID] = t.Result
	}
	for i := range after.Assessment.Transfers {
		if t := &after.Assessment.Transfers[i]; results[t.ID] != t.Result {
			d.Transfers = append(d.Transfers, TransferChange{t, results[t.ID]})
		}
	}
	return d
}

// duty gathers the subjects for which the answer of a duty is another.
func (d *Difference) duty(r Row, was map[string]regime.Applies) {
	changes := map[*[]DutyChange][]string{}
	for _, a := range r.Answers {
		into := &d.Starts
		switch before := was[a.Subject]; {
		case a.Applies == before:
			continue
		case a.Applies == regime.Unknown:
			into = &d.Opens
		case a.Applies == regime.No && before == regime.Yes:
			into = &d.Ends
		case a.Applies == regime.No:
			into = &d.Settled
		}
		changes[into] = append(changes[into], a.Subject)
	}
	for into, subjects := range changes {
		*into = append(*into, DutyChange{r, subjects})
	}
}

// without returns the reasons that hold in one list, and not in another.
func without(list, others []regime.Reason) []regime.Reason {
	holds := func(r regime.Reason) bool { return r.Value != nil && *r.Value }
	var rest []regime.Reason
	for _, r := range list {
		same := func(o regime.Reason) bool { return o.Rule == r.Rule && o.Subject == r.Subject && holds(o) }
		if holds(r) && !slices.ContainsFunc(others, same) {
			rest = append(rest, r)
		}
	}
	return rest
}
