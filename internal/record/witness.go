package record

import (
	"context"
	"time"

	"guanji/internal/ledger"
)

// A Means is a way by which checkpoints reach a witness.
type Means string

// The means.
const (
	ByFolder    Means = "folder"    // a file in a folder, such as one on another machine
	ByMail      Means = "mail"      // a mail
	ByWebhook   Means = "webhook"   // an HTTP request
	ByTimeStamp Means = "timestamp" // a request to a time stamp authority (RFC 3161)
)

// A Witness is given checkpoints, so that what was signed cannot be taken back
// unseen. Nothing is given to it before two accounts allow it, the one that
// proposes and another; where there is at most one account, one person allows
// alone, and the record says so.
type Witness struct {
	ID         string
	Means      Means
	Address    string // a folder, a mail address, or a URL
	ProposedBy string // name of an account, or of a user of the machine
	Proposed   time.Time
	AllowedBy  string // "" until it is allowed
	Allowed    time.Time
	Dropped    time.Time // zero while it stands
}

// On reports whether checkpoints are given to the witness.
func (w Witness) On() bool { return w.AllowedBy != "" && w.Dropped.IsZero() }

// Witnesses keeps who is a witness. Each method is one transaction, and tells
// the ledger what it changed and by whom.
type Witnesses interface {
	// Witnesses returns every witness that was ever proposed, the oldest first.
	Witnesses(ctx context.Context) ([]Witness, error)

	// SaveWitness adds or changes a witness. It fails with [problem.Conflict]
	// if it was allowed or dropped meanwhile by somebody else: was is the one
	// that was seen, nil for a new one.
	SaveWitness(ctx context.Context, was *Witness, w Witness, a ledger.Actor) error
}
