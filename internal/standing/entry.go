package standing

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"time"

	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
)

// AboutNotice is what entries about a notice of designation are about.
const AboutNotice org.Subject = "notice"

// The keys of entries that hold no fact.
const (
	KeyName   = "name"   // of the organization, a system or a transfer: {en, zh}; without a value the system or transfer is gone
	KeyNotice = "notice" // a notice of designation as in the organization file, without a value where it was entered by mistake
)

// A Ref says what an entry is about.
type Ref struct {
	About   org.Subject // organization, system, transfer or notice
	Subject string      // organization, or the id of a system, transfer or notice
	Key     string      // the id of a fact, or one of the keys above
}

// OfOrganization returns the Ref of a key of the organization itself.
func OfOrganization(key string) Ref {
	return Ref{org.AboutOrganization, string(org.AboutOrganization), key}
}

// An Origin says by which way something was stated.
type Origin string

// The origins.
const (
	Asked    Origin = "asked"    // a person, on a page
	Imported Origin = "imported" // from an organization file
	Called   Origin = "called"   // a program, by the API
)

// A Sure says how sure its author is of a statement.
type Sure string

// The degrees, the surest first.
const (
	Documented Sure = "documented" // a document says so; Source names it
	Stated     Sure = "stated"     // somebody who should know says so
	Estimated  Sure = "estimated"
)

// Sures lists the degrees, the surest first.
func Sures() []Sure { return []Sure{Documented, Stated, Estimated} }

// An Author is who states something, and how.
type Author struct {
	By     string // the name of an account, or of the user of the machine
	Origin Origin
	Source string // where it is from, in the author's words
	Sure   Sure
}

// MaxSource is the longest source, in bytes.
const MaxSource = 500

func (a Author) check() problem.Fields {
	var mistakes problem.Fields
	if !oneLine(a.Source, MaxSource) {
		mistakes = append(mistakes, problem.Field{Name: "source", Msg: message.New("standing.long_source", MaxSource)})
	}
	if a.Sure != Documented && a.Sure != Stated && a.Sure != Estimated {
		mistakes = append(mistakes, problem.Field{Name: "sure", Msg: message.New("standing.bad_sure")})
	}
	if a.Sure == Documented && a.Source == "" {
		mistakes = append(mistakes, problem.Field{Name: "source", Msg: message.New("standing.want_source")})
	}
	return mistakes
}

// An Entry is one statement, as it was made. Entries are never changed: what
// is stated later about the same Ref stands in its place.
type Entry struct {
	Ref
	Seq   int64           // counts from 1 within an organization, without gaps
	Value json.RawMessage // JSON; null: asked, and not known; nil: taken back, as if never stated
	At    time.Time       // when it was stated
	Author
}

// A Change is a new statement about a Ref.
type Change struct {
	Ref   Ref             `json:"ref"`
	Value json.RawMessage `json:"value,omitempty"` // as in [Entry]
	// Seen is the Seq of the entry that the author saw, 0 if there was none,
	// and [Whatever] to replace whatever stands.
	Seen int64 `json:"-"`
}

// Whatever replaces whatever stands.
const Whatever = -1

// same reports whether an entry says already what a change would.
func (e Entry) same(value json.RawMessage) bool {
	return (e.Value == nil) == (value == nil) && bytes.Equal(e.Value, value)
}

// A Changed error says that somebody else stated something in between. It is
// of kind [problem.Conflict].
type Changed struct {
	Now Entry // what stands; with Seq 0 if nothing was ever stated
}

// Error returns the failure in English.
func (c *Changed) Error() string { return c.In(message.English) }

// In returns the failure in a language.
func (c *Changed) In(l message.Lang) string {
	return c.message().In(l)
}

func (c *Changed) message() message.M {
	if c.Now.Seq == 0 {
		return message.New("standing.nothing_there")
	}
	return message.New("standing.changed", c.Now.By)
}

// Unwrap gives the kind.
func (c *Changed) Unwrap() error { return &problem.Error{Kind: problem.Conflict, Msg: c.message()} }

// compare orders entries as they were stated; those of a trial by their keys.
func (e Entry) compare(f Entry) int {
	return cmp.Or(cmp.Compare(e.Seq, f.Seq), cmp.Compare(e.Key, f.Key), cmp.Compare(e.Subject, f.Subject), cmp.Compare(e.About, f.About))
}

// A Head is an organization with the Seq of its newest entry, and when that was
// made.
type Head struct {
	ID       string
	Revision int64
	At       time.Time
}

// A Store keeps entries. Each method is one transaction.
type Store interface {
	// Organizations returns every organization, the oldest first.
	Organizations(ctx context.Context) ([]Head, error)

	// Head returns the head of an organization. It fails with
	// [problem.NotFound].
	Head(ctx context.Context, organization string) (Head, error)

	// Entries returns the entries after one and up to another, that included,
	// in their order.
	Entries(ctx context.Context, organization string, after, upto int64) ([]Entry, error)

	// History returns every entry about a Ref, the newest first.
	History(ctx context.Context, organization string, r Ref) ([]Entry, error)

	// Append adds entries about one organization, all or none, and returns the
	// new revision; it makes the organization if create is set, and fails with
	// [problem.Conflict] if there is one already. It fails with a [*Changed] if
	// a change did not see what stands, and with [problem.NotFound] if there
	// is no such organization.
	Append(ctx context.Context, organization string, create bool, changes []Change, a Author, at time.Time) (int64, error)
}

// A Draft is a trial of other answers. It belongs to one account, and nothing
// in it is stated.
type Draft struct {
	ID           string
	Account      string
	Organization string
	Name         string
	Changes      []Change
	Changed      time.Time
}

// Drafts keeps drafts. Each method is one transaction. A draft of another
// account is [problem.NotFound].
type Drafts interface {
	SaveDraft(ctx context.Context, d Draft) error
	Draft(ctx context.Context, account, id string) (Draft, error)
	Drafts(ctx context.Context, account, organization string) ([]Draft, error)
	DropDraft(ctx context.Context, account, id string) error
}
