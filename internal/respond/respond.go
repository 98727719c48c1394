// Package respond is incidents at work: alerts taken in, triage, grade and
// clocks, reports, reminders up a ladder of people, the card for when this
// machine is gone, and the channels by which any of it leaves.
//
// What is recorded, and where a case stands after it, is package incident's.
// Here every step is checked, judged by the content, kept with its leaf in the
// ledger, with the evidence and the background work that follow from it, all
// in one transaction.
//
// # Choices
//
// The law says what is to be reported, and by when. What follows is our own
// choice and no law:
//
//   - People are told at half of a limit, 15 and 5 minutes before its end, when
//     it has passed, and 1, 4 and 24 hours later. What is due at once, where no
//     time is named or it is not known, is asked for again after 15 minutes, 1, 4
//     and 24 hours.
//   - The next person on the ladder is told when nobody answers for the minutes
//     that the plan names. Whatever a person does in a case is an answer, and
//     whoever opens one sees to it until something more is said.
//   - People are told of ten alerts at once, and then of one a minute.
//   - A duty that an incident starts is an event in the evidence from the moment
//     at which its report is due for certain; a report that was made is evidence
//     for it. Where it turns out that the report was not due, the event is
//     withdrawn; where a report was due on another day, or was late after all, the
//     record gives way to another. A drill files neither.
package respond

import (
	"context"
	"sync"
	"time"

	"guanji/internal/account"
	"guanji/internal/evidence"
	"guanji/internal/incident"
	"guanji/internal/job"
	"guanji/internal/ledger"
	"guanji/internal/org"
	"guanji/internal/regime"
)

// A Store keeps steps, and the jobs and evidence that follow from them. Each
// method is one transaction.
type Store interface {
	// Steps returns what was recorded of an organization after a step, in its
	// order.
	Steps(ctx context.Context, organization string, after int64) ([]incident.Recorded, error)

	// CaseSteps returns the steps of one case in their order.
	CaseSteps(ctx context.Context, organization string, number int64) ([]incident.Recorded, error)

	// Record adds steps with all that follows from them, or nothing. It fails
	// with [problem.NotFound] if there is no such organization, and with
	// [problem.Conflict] if the case has other steps by now, or the alert was
	// recorded before.
	Record(ctx context.Context, organization string, w Writing) ([]incident.Recorded, error)
}

// A Writing is steps to record, and what follows from them.
type Writing struct {
	Case  int64  // [NewCase]: the next number
	Seen  int64  // revision of the case for which the steps were made; [AnyRevision]: whatever it has
	Ref   string // of an alert: what tells it apart from all others; "" for nothing
	Steps []incident.Step
	Jobs  func(number int64) []job.Job       // queued beside the steps; nil for none
	Items func(number int64) []evidence.Item // filed beside the steps; nil for none
	Actor ledger.Actor
}

// Words for a [Writing].
const (
	NewCase     = -1
	AnyRevision = -1
)

// Organizations knows what was stated of organizations.
type Organizations interface {
	// File returns all that is stated of an organization. It fails with
	// [problem.NotFound].
	File(ctx context.Context, organization string) (*org.File, error)
}

// Evidence is where evidence is filed.
type Evidence interface {
	Book(ctx context.Context, organization string) (*evidence.Book, error)

	// Check returns every mistake in an item, nil if it can be filed.
	Check(ctx context.Context, organization string, item evidence.Item) error
}

// Files are the files that are kept.
type Files interface {
	// Has returns how many bytes a file has. It fails with [problem.NotFound].
	Has(ctx context.Context, digest string) (int64, error)
}

// People tells who there is.
type People interface {
	Accounts(ctx context.Context) ([]account.Account, error)
}

// Config holds what a Service needs.
type Config struct {
	Set           *regime.Set
	Store         Store
	Channels      Channels
	Organizations Organizations
	Evidence      Evidence
	Files         Files
	People        People
	Sender        Sender
	Printer       Printer
	Base          string // how readers reach the pages; "" if nobody said
	Now           func() time.Time
}

// A Service handles incidents. It is safe for concurrent use, and several may
// work on one store.
type Service struct {
	Config
	mu    sync.Mutex
	books map[string]*book
	cards map[string]string // digest of the card printed last, by organization and channel

	folderTimeout time.Duration
}

// New returns a Service.
func New(c Config) *Service {
	return &Service{Config: c, books: map[string]*book{}, cards: map[string]string{}, folderTimeout: folderTimeout}
}

// now is the time to the microsecond, as it is kept.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }
