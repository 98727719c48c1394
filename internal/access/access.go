// Package access lets people in: first account, sign-in, sessions, one-time
// links and tokens of programs.
//
// Whoever holds a secret may do what its [Pass] says. A secret is 256 random
// bits, shown once; only its SHA-256 digest is kept, so that who reads the
// database cannot sign in. Passwords are kept as argon2id.
package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"time"

	"guanji/internal/account"
	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// A Kind says what a pass is for.
type Kind string

// The kinds of pass.
const (
	Session   Kind = "session"    // a browser that is signed in
	Token     Kind = "token"      // a program that uses the API
	FirstLink Kind = "first_link" // makes the first account, an administrator
	Welcome   Kind = "welcome"    // chooses a password; good once
	SignInOne Kind = "sign_in"    // signs in once without a password
)

// The times that passes are good for.
const (
	SessionIdle  = 12 * time.Hour       // a session ends when nothing was done for so long
	SessionTotal = 7 * 24 * time.Hour   // and after this in any case
	LinkLife     = 24 * time.Hour       // a link that was not used
	MaxTokenLife = 366 * 24 * time.Hour // a token must be renewed every year
)

// touchEvery is how often the use of a pass is written down.
const touchEvery = time.Minute

// A Pass is what the holder of a secret may do.
type Pass struct {
	Digest  string // of the secret, in hexadecimal
	Kind    Kind
	Account string // its id; "" for a [FirstLink]
	Label   string // what the owner knows it by: the browser, or the name given to a token
	Scopes  account.Permission
	Created time.Time
	Seen    time.Time // last use, to the minute
	Expires time.Time
}

// Accounts keeps who there is. Each method is one transaction, and tells the
// ledger what it changed and by whom.
type Accounts interface {
	// Accounts returns every account in the order of their making.
	Accounts(ctx context.Context) ([]account.Account, error)

	// Credentials returns the account with a name, in the form of
	// [account.Key], and the hash of its password, "" before one was chosen.
	// It fails with [problem.NotFound].
	Credentials(ctx context.Context, key string) (account.Account, string, error)

	// AddAccount adds an account together with the link that lets its owner
	// in. It fails with [problem.Conflict] if the name is taken.
	AddAccount(ctx context.Context, a account.Account, link Pass, by ledger.Actor) error

	// SetAccount changes role and whether an account is disabled, unless the
	// role is "", and the language, unless that is "": who changes the one
	// brings back nothing of the other. A disabled account loses its passes.
	// It fails with [problem.NotFound], and with [problem.Conflict] if no
	// enabled administrator would be left; then it changes nothing.
	SetAccount(ctx context.Context, a account.Account, by ledger.Actor) error

	// SetPassword changes the password of an account by one of its passes: the
	// session of who is signed in, or a link that welcomes. It drops every
	// session and link of the account but that session, and by a link every
	// token, too: whoever needs one may have lost more than a password. It
	// fails with [problem.NotFound], and changes nothing, if that pass is gone.
	SetPassword(ctx context.Context, id, hash, pass string, by ledger.Actor) error
}

// Passes keeps passes. Each method is one transaction, and tells the ledger
// which passes it made or ended and by whom; that one was used is not told.
type Passes interface {
	// SavePass adds a pass. It fails with [problem.NotFound] if the account is
	// gone or disabled.
	SavePass(ctx context.Context, p Pass, by ledger.Actor) error

	// Pass returns a pass with its account, zero for a [FirstLink]. It fails
	// with [problem.NotFound].
	Pass(ctx context.Context, digest string) (Pass, account.Account, error)

	// Passes returns the passes of a kind of an account, the newest first.
	Passes(ctx context.Context, account string, k Kind) ([]Pass, error)

	TouchPass(ctx context.Context, digest string, seen time.Time) error

	// TakePass deletes a pass. Of several callers one succeeds; the others
	// fail with [problem.NotFound].
	TakePass(ctx context.Context, digest string, by ledger.Actor) error
}

// Starting makes the first account.
type Starting interface {
	// Begin replaces the links for a first account by another. It fails with
	// [problem.Conflict] if there are accounts.
	Begin(ctx context.Context, link Pass, by ledger.Actor) error

	// Start takes the link and adds the account, or neither. It fails with
	// [problem.NotFound] if the link is gone.
	Start(ctx context.Context, link string, a account.Account, hash string, by ledger.Actor) error
}

// Config holds what a Service needs.
type Config struct {
	Accounts Accounts
	Passes   Passes
	Starting Starting
	Now      func() time.Time
}

// A Service lets people in.
type Service struct {
	Config
	cost     cost
	throttle *throttle
	hashing  chan struct{}
}

// New returns a Service.
func New(c Config) *Service {
	return &Service{Config: c, cost: presentCost(), throttle: newThrottle(), hashing: make(chan struct{}, hashesAtOnce)}
}

// newSecret returns a secret and its digest.
func newSecret() (secret, digest string) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	secret = base64.RawURLEncoding.EncodeToString(b)
	return secret, digestOf(secret)
}

func digestOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func newID() string { return rand.Text()[:16] }

// issue keeps a new pass and returns its secret.
func (s *Service) issue(ctx context.Context, by string, p Pass, life time.Duration) (string, error) {
	secret, p := s.pass(p, life)
	return secret, s.Passes.SavePass(ctx, p, s.actor(by))
}

// actor is who changes something now.
func (s *Service) actor(by string) ledger.Actor { return ledger.Actor{By: by, At: s.Now()} }

func (s *Service) pass(p Pass, life time.Duration) (string, Pass) {
	secret, digest := newSecret()
	p.Digest, p.Created, p.Seen = digest, s.Now(), s.Now()
	p.Expires = p.Created.Add(life)
	return secret, p
}

// find returns a pass of one of some kinds that is still good, and whose it is.
func (s *Service) find(ctx context.Context, secret string, kinds ...Kind) (Pass, account.Account, error) {
	if secret == "" || len(secret) > 100 {
		return Pass{}, account.Account{}, errGone()
	}
	p, a, err := s.Passes.Pass(ctx, digestOf(secret))
	if err != nil {
		return Pass{}, account.Account{}, gone(err)
	}
	if !slices.Contains(kinds, p.Kind) || p.over(s.Now()) || a.Disabled {
		return Pass{}, account.Account{}, errGone()
	}
	return p, a, nil
}

// over reports whether the time of a pass has passed.
func (p Pass) over(now time.Time) bool {
	return !now.Before(p.Expires) || p.Kind == Session && now.Sub(p.Seen) > SessionIdle
}

func errGone() error { return problem.New(problem.SignedOut, "access.gone") }

// gone gives what is not there any more the kind of a pass that is not good.
func gone(err error) error {
	if problem.KindOf(err) == problem.NotFound {
		return errGone()
	}
	return err
}

// A Holder is whoever does something: a person in a browser, or a program in
// the name of one.
type Holder struct {
	account.Account
	Pass Pass
}

// May reports whether the holder has a permission: both the person and the
// pass must have it.
func (h Holder) May(p account.Permission) bool { return (h.Account.May() & h.Pass.Scopes).Has(p) }

// Require fails with [problem.Denied] unless the holder has a permission.
func (h Holder) Require(p account.Permission) error {
	if !h.May(p) {
		return problem.New(problem.Denied, "access.denied")
	}
	return nil
}

// Holder returns who holds a secret of one of some kinds. It fails with
// [problem.SignedOut] if the secret is not, or no longer, good.
func (s *Service) Holder(ctx context.Context, secret string, kinds ...Kind) (Holder, error) {
	p, a, err := s.find(ctx, secret, kinds...)
	if err != nil {
		return Holder{}, err
	}
	if now := s.Now(); now.Sub(p.Seen) > touchEvery {
		// A full disk must not stop people from reading: what cannot be
		// written down is tried again with the next request.
		_ = s.Passes.TouchPass(ctx, p.Digest, now)
	}
	return Holder{a, p}, nil
}
