package account

import (
	"time"

	"guanji/internal/problem"
)

// An Approval says who let something leave. Nothing leaves before two accounts
// allow it, the one that proposes and another; where there is at most one
// account, one person allows alone, and the record says so.
type Approval struct {
	ProposedBy string // name of an account, or of a user of the machine
	Proposed   time.Time
	AllowedBy  string // "" until it is allowed
	Allowed    time.Time
	Dropped    time.Time // zero while it stands
}

// On reports whether anything may leave.
func (a Approval) On() bool { return a.AllowedBy != "" && a.Dropped.IsZero() }

// AllowedAlone reports whether the one who proposed may have allowed: whoever
// is at a terminal may be anybody.
func (a Approval) AllowedAlone() bool {
	return a.AllowedBy != "" && MayBeOne(a.AllowedBy, a.ProposedBy)
}

// MayPropose fails with [problem.Denied] if somebody may not propose where
// there are so many enabled accounts: once there are accounts, only they do.
func MayPropose(people int, by string) error {
	if people > 0 && AtTerminal(by) {
		return problem.New(problem.Denied, "channel.on_page")
	}
	return nil
}

// MayAllow fails with [problem.Denied] if somebody may not allow where there
// are so many enabled accounts: once there are accounts, only an account
// allows; once there are several, only another than the one that proposed.
func (a Approval) MayAllow(people int, by string) error {
	switch {
	case people > 0 && AtTerminal(by):
		return problem.New(problem.Denied, "channel.on_page")
	case people > 1 && AtTerminal(a.ProposedBy):
		return problem.New(problem.Denied, "channel.propose_again")
	case people > 1 && MayBeOne(by, a.ProposedBy):
		return problem.New(problem.Denied, "channel.another")
	}
	return nil
}

// Enabled counts the accounts that are not disabled, whatever they may do.
func Enabled(all []Account) int {
	n := 0
	for _, a := range all {
		if !a.Disabled {
			n++
		}
	}
	return n
}
