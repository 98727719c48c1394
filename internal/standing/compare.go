package standing

import "guanji/internal/regime"

// A Difference is what changes between two views of one organization on the
// same day: rows are those of the later view.
type Difference struct {
	Before, After regime.Status
	Starts        []Row // duties that apply now to some subject, and did not
	Ends          []Row // duties that applied, and do not now
	Opens         []Row // duties of which it is no longer known
	Transfers     []TransferChange
}

// A TransferChange is a transfer whose pathway is another.
type TransferChange struct {
	*regime.TransferDecision
	Before regime.Result // "" where there was no such transfer
}

// Compare tells what changes from one view to another.
func Compare(before, after *View) Difference {
	d := Difference{Before: before.Assessment.Determination.Status, After: after.Assessment.Determination.Status}
	was := map[string]regime.Applies{}
	for _, r := range before.Rows {
		was[r.ID] = r.Applies()
	}
	for _, r := range after.Rows {
		switch now := r.Applies(); {
		case now == was[r.ID]:
		case now == regime.Yes:
			d.Starts = append(d.Starts, r)
		case now == regime.No:
			d.Ends = append(d.Ends, r)
		default:
			d.Opens = append(d.Opens, r)
		}
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
