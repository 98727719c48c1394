package respond

import (
	"context"
	"time"

	"guanji/internal/account"
	"guanji/internal/channel"
	"guanji/internal/ledger"
)

// A Channel is a way by which notices or the card reach the people of an
// installation. Nothing goes by it before it is allowed.
type Channel struct {
	ID      string
	Means   channel.Means // of [channel.ForNotices]
	Name    string        // what its owners call it
	Address string
	Secret  string // with which what is sent is signed; "" for none. It is shown to nobody
	account.Approval
}

// Shown is the address without what may be a key; for those who may not
// administer.
func (c Channel) Shown() string { return channel.Shown(c.Means, c.Address) }

// A Message is a notice on its way outward: an id and a deadline, and nothing
// of what is in a case.
type Message struct {
	ID      string    `json:"id"`       // the same whenever it is sent again, so that who gets it twice can tell
	Event   string    `json:"event"`    // such as incident.reminder
	Attempt int       `json:"attempt"`  // from 1; above it, the one before may have arrived
	At      time.Time `json:"at"`       // when it was made
	Case    string    `json:"case"`     // such as #12
	Drill   bool      `json:"drill"`    // it belongs to a drill
	By      time.Time `json:"deadline"` // zero: at once
	Subject string    `json:"subject"`  // one line, in both languages
	Text    string    `json:"text"`     // some lines, in both languages
}

// A Sender gives messages to channels. The error of one that could not be
// given has words that may be shown: no address, no secret, nothing that the
// other side said.
type Sender interface {
	Send(ctx context.Context, c Channel, m Message) error
}

// Channels keeps the channels. Each method is one transaction, and tells the
// ledger what it changed and by whom.
type Channels interface {
	// Channels returns every channel that was ever proposed, the oldest first.
	Channels(ctx context.Context) ([]Channel, error)

	// SaveChannel adds or changes a channel. It fails with [problem.Conflict]
	// if it was allowed or dropped meanwhile by somebody else: was is the one
	// that was seen, nil for a new one.
	SaveChannel(ctx context.Context, was *Channel, c Channel, a ledger.Actor) error
}
