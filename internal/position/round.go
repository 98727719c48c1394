package position

import (
	"slices"

	"guanji/internal/day"
	"guanji/internal/regime"
)

// rounds finds the due days of [yearly] duties on which they applied, by
// looking at the assessment of each of these days.
type rounds struct {
	assess  func(on day.Day) (*regime.Assessment, error)
	applied map[day.Day]map[duty]bool
}

// A duty is one duty of one subject.
type duty struct{ id, subject string }

func newRounds(assess func(on day.Day) (*regime.Assessment, error)) *rounds {
	return &rounds{assess, map[day.Day]map[duty]bool{}}
}

// bound returns, in order, the due days before a day on which a duty applied,
// back to the first one on which it did not. Of a duty whose first day in force
// is not known, only the last is told: whether it bound earlier, nobody says.
func (r *rounds) bound(f *folder, t *regime.DutyText, subject string, before day.Day) ([]day.Day, error) {
	var days []day.Day
	for due := back(f.annual(before)); !due.Before(regime.FirstAssessDay); due = back(due) {
		applied, err := r.appliedOn(due)
		if err != nil {
			return nil, err
		}
		if !applied[duty{t.ID, subject}] {
			break
		}
		days = append([]day.Day{due}, days...)
		if !dated(t) {
			break
		}
	}
	return days, nil
}

// dated reports whether a first day in force is known of a duty.
func dated(t *regime.DutyText) bool {
	return slices.ContainsFunc(t.Provisions, func(p regime.Provision) bool { return !p.InForce.From.IsZero() })
}

// appliedOn returns the duties with a fixed day that applied on a day.
func (r *rounds) appliedOn(d day.Day) (map[duty]bool, error) {
	if applied, ok := r.applied[d]; ok {
		return applied, nil
	}
	a, err := r.assess(d)
	if err != nil {
		return nil, err
	}
	applied := map[duty]bool{}
	for _, answer := range a.Duties {
		if answer.Applies == regime.Yes && answer.Cadence.Due != nil {
			applied[duty{answer.ID, answer.Subject}] = true
		}
	}
	r.applied[d] = applied
	return applied, nil
}
