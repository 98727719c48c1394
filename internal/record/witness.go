package record

import (
	"context"

	"guanji/internal/account"
	"guanji/internal/channel"
	"guanji/internal/ledger"
)

// A Means is a way by which checkpoints reach a witness.
type Means = channel.Means

// The means.
const (
	ByFolder    = channel.Folder
	ByMail      = channel.Mail
	ByWebhook   = channel.Webhook
	ByTimeStamp = channel.TimeStamp
)

// AllMeans lists every means.
func AllMeans() []Means { return []Means{ByFolder, ByTimeStamp, ByWebhook, ByMail} }

// A Witness is given checkpoints, so that what was signed cannot be taken back
// unseen. Nothing is given to it before it is allowed.
type Witness struct {
	ID      string
	Means   Means
	Address string // a folder, a mail address, or a URL
	account.Approval
}

// Shown is the address of a witness without what stands in its query, where
// services put keys; for those who may not administer.
func (w Witness) Shown() string { return channel.Shown(w.Means, w.Address) }

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
