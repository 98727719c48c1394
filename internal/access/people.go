package access

import (
	"context"
	"slices"
	"strings"
	"time"

	"guanji/internal/account"
	"guanji/internal/ledger"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// First returns the secret of a link that makes the first account, or "" if
// there are accounts. Links given out before are no longer good. It is given
// out by the user of the machine.
func (s *Service) First(ctx context.Context, by string) (string, error) {
	secret, link := s.pass(Pass{Kind: FirstLink}, LinkLife)
	err := s.Starting.Begin(ctx, link, s.actor(by))
	switch {
	case problem.KindOf(err) == problem.Conflict:
		return "", nil
	case err != nil:
		return "", err
	}
	return secret, nil
}

// Start makes the first account by a link, and signs it in.
func (s *Service) Start(ctx context.Context, link, name, password, browser string) (string, error) {
	p, _, err := s.find(ctx, link, FirstLink)
	if err != nil {
		return "", err
	}
	name, mistakes := checkNew(name, password)
	if err := mistakes.OrNil(); err != nil {
		return "", err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return "", err
	}
	a := account.Account{ID: newID(), Name: name, Role: account.Administrator, Created: s.Now()}
	if err := s.Starting.Start(ctx, p.Digest, a, hash, s.actor(a.Name)); err != nil {
		return "", gone(err)
	}
	return s.signedIn(ctx, a, browser)
}

func checkNew(name, password string) (string, problem.Fields) {
	var mistakes problem.Fields
	name, m := checkName(name)
	if m != nil {
		mistakes = append(mistakes, problem.Field{Name: "name", Msg: *m})
	}
	if m := account.CheckPassword(name, password); m != nil {
		mistakes = append(mistakes, problem.Field{Name: "password", Msg: *m})
	}
	return name, mistakes
}

// checkName returns the name of a new account, or the mistake in it. Names by
// which the program and the users of the machine sign are no names of accounts.
func checkName(name string) (string, *message.M) {
	name, m := account.CheckName(name)
	if m == nil && (account.AtTerminal(name) || account.Key(name) == account.Key(ledger.Program)) {
		reserved := message.New("account.reserved_name")
		return "", &reserved
	}
	return name, m
}

// signedIn begins a session. Its secret is new: one that was known before
// sign-in is never used.
func (s *Service) signedIn(ctx context.Context, a account.Account, browser string) (string, error) {
	secret, err := s.issue(ctx, a.Name, Pass{Kind: Session, Account: a.ID, Label: cut(browser, 200), Scopes: account.Administrator.May()}, SessionTotal)
	return secret, gone(err)
}

func cut(s string, most int) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	return s
}

// SignIn begins a session and returns its secret. It fails with
// [problem.SignedOut] whether the name or the password is wrong, and with
// [problem.TooMany] after too many failures.
func (s *Service) SignIn(ctx context.Context, name, password, address, browser string) (string, error) {
	key := account.Key(cut(name, 4*account.MaxName))
	if err := s.mayTry(key, address); err != nil {
		return "", err
	}
	a, hash, err := s.Accounts.Credentials(ctx, key)
	if err != nil && problem.KindOf(err) != problem.NotFound {
		s.throttle.takeBack(key, address)
		return "", err
	}
	ok, err := s.matches(ctx, hash, password)
	if err != nil {
		return "", err
	}
	if !ok || a.Disabled {
		return "", errWrong()
	}
	s.throttle.succeed(key, address)
	secret, err := s.signedIn(ctx, a, browser)
	if err != nil {
		return "", err
	}
	if err := s.stillBy(ctx, key, hash, secret); err != nil {
		return "", err
	}
	return secret, nil
}

func errWrong() error { return problem.New(problem.SignedOut, "access.wrong") }

// mayTry counts a try of a password. It fails with [problem.TooMany] where too
// many have failed.
func (s *Service) mayTry(key, address string) error {
	if wait := s.throttle.begin(key, address, s.Now()); wait > 0 {
		return problem.New(problem.TooMany, "access.wait", int(wait.Seconds())+1)
	}
	return nil
}

// stillBy ends a session that was begun by a password which was changed while
// it was checked: the change ended the sessions of then, and this is one.
func (s *Service) stillBy(ctx context.Context, key, hash, secret string) error {
	_, now, err := s.Accounts.Credentials(ctx, key)
	if err != nil || now == hash {
		return err
	}
	if err := s.Passes.TakePass(ctx, digestOf(secret), s.actor(ledger.Program)); err != nil {
		return err
	}
	return errWrong()
}

// SignOut ends a session. A session that has ended already is no error.
func (s *Service) SignOut(ctx context.Context, secret string) error {
	_, a, err := s.Passes.Pass(ctx, digestOf(secret))
	if err == nil {
		err = s.Passes.TakePass(ctx, digestOf(secret), s.actor(a.Name))
	}
	if problem.KindOf(err) == problem.NotFound {
		return nil
	}
	return err
}

// Link returns what a one-time link is for and whose it is.
func (s *Service) Link(ctx context.Context, secret string) (Kind, account.Account, error) {
	p, a, err := s.find(ctx, secret, FirstLink, Welcome, SignInOne)
	return p.Kind, a, err
}

// FollowLink uses a link that signs in once.
func (s *Service) FollowLink(ctx context.Context, link, browser string) (string, error) {
	p, a, err := s.find(ctx, link, SignInOne)
	if err != nil {
		return "", err
	}
	if err := s.Passes.TakePass(ctx, p.Digest, s.actor(a.Name)); err != nil {
		return "", gone(err)
	}
	return s.signedIn(ctx, a, browser)
}

// Choose sets the password of the account that a link welcomes, and signs it
// in. The link stays good where the password is refused or cannot be kept.
func (s *Service) Choose(ctx context.Context, link, password, browser string) (string, error) {
	p, a, err := s.find(ctx, link, Welcome)
	if err != nil {
		return "", err
	}
	if m := account.CheckPassword(a.Name, password); m != nil {
		return "", problem.Fields{{Name: "password", Msg: *m}}
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return "", err
	}
	if err := s.Accounts.SetPassword(ctx, a.ID, hash, p.Digest, s.actor(a.Name)); err != nil {
		return "", gone(err)
	}
	return s.signedIn(ctx, a, browser)
}

// ChangePassword sets the password of who is signed in, and ends the other
// sessions of the account. A token changes no password.
func (s *Service) ChangePassword(ctx context.Context, h Holder, old, password, address string) error {
	if h.Pass.Kind != Session {
		return problem.New(problem.Denied, "access.denied")
	}
	key := account.Key(h.Name)
	if err := s.mayTry(key, address); err != nil {
		return err
	}
	_, hash, err := s.Accounts.Credentials(ctx, key)
	if err != nil {
		s.throttle.takeBack(key, address)
		return err
	}
	ok, err := s.matches(ctx, hash, old)
	if err != nil {
		return err
	}
	var mistakes problem.Fields
	if ok || hash == "" { // who signed in by a link may not have chosen one yet
		s.throttle.succeed(key, address)
	} else {
		mistakes = append(mistakes, problem.Field{Name: "old", Msg: message.New("access.old_wrong")})
	}
	if m := account.CheckPassword(h.Name, password); m != nil {
		mistakes = append(mistakes, problem.Field{Name: "password", Msg: *m})
	}
	if err := mistakes.OrNil(); err != nil {
		return err
	}
	if hash, err = s.hash(ctx, password); err != nil {
		return err
	}
	return gone(s.Accounts.SetPassword(ctx, h.ID, hash, h.Pass.Digest, s.actor(h.Name)))
}

// Invite adds an account and returns the secret of the link by which its owner
// chooses a password. By is who invites.
func (s *Service) Invite(ctx context.Context, by, name string, role account.Role) (string, error) {
	name, m := checkName(name)
	mistakes := account.CheckRole(role)
	if m != nil {
		mistakes = append(mistakes, problem.Field{Name: "name", Msg: *m})
	}
	if err := mistakes.OrNil(); err != nil {
		return "", err
	}
	a := account.Account{ID: newID(), Name: name, Role: role, Created: s.Now()}
	secret, link := s.pass(Pass{Kind: Welcome, Account: a.ID}, LinkLife)
	err := s.Accounts.AddAccount(ctx, a, link, s.actor(by))
	if problem.KindOf(err) == problem.Conflict {
		return "", problem.Fields{{Name: "name", Msg: message.New("access.name_taken")}}
	}
	return secret, err
}

// Account returns one account. It fails with [problem.NotFound].
func (s *Service) Account(ctx context.Context, id string) (account.Account, error) {
	all, err := s.Accounts.Accounts(ctx)
	if err != nil {
		return account.Account{}, err
	}
	i := slices.IndexFunc(all, func(a account.Account) bool { return a.ID == id })
	if i < 0 {
		return account.Account{}, problem.New(problem.NotFound, "access.no_account")
	}
	return all[i], nil
}

// NewLink returns the secret of a link for an account: [Welcome], to choose a
// new password, or [SignInOne]. It fails with [problem.Conflict] if the account
// is disabled. By is who makes it.
func (s *Service) NewLink(ctx context.Context, by, id string, k Kind) (string, error) {
	if k != Welcome && k != SignInOne {
		return "", problem.New(problem.Input, "access.bad_link")
	}
	a, err := s.Account(ctx, id)
	if err != nil {
		return "", err
	}
	if a.Disabled {
		return "", problem.New(problem.Conflict, "access.disabled")
	}
	return s.issue(ctx, by, Pass{Kind: k, Account: id}, LinkLife)
}

// SetAccount changes the role of an account and whether it is disabled. By is
// who does so.
func (s *Service) SetAccount(ctx context.Context, by, id string, role account.Role, disabled bool) error {
	if err := account.CheckRole(role).OrNil(); err != nil {
		return err
	}
	return s.Accounts.SetAccount(ctx, account.Account{ID: id, Role: role, Disabled: disabled}, s.actor(by))
}

// SetLang remembers the language of a person.
func (s *Service) SetLang(ctx context.Context, h Holder, l message.Lang) error {
	return s.Accounts.SetAccount(ctx, account.Account{ID: h.ID, Lang: l}, s.actor(h.Name))
}

// NewToken returns the secret of a token by which a program acts in the name
// of a person. Its scopes are among what the holder may do.
func (s *Service) NewToken(ctx context.Context, h Holder, label string, scopes account.Permission, days int) (string, error) {
	var mistakes problem.Fields
	label, m := account.CheckName(label)
	if m != nil {
		mistakes = append(mistakes, problem.Field{Name: "label", Msg: *m})
	}
	if scopes == 0 || !h.May(scopes) {
		mistakes = append(mistakes, problem.Field{Name: "scopes", Msg: message.New("access.bad_scopes")})
	}
	life := time.Duration(days) * 24 * time.Hour
	if days < 1 || days > int(MaxTokenLife.Hours()/24) {
		mistakes = append(mistakes, problem.Field{Name: "days", Msg: message.New("access.bad_days", int(MaxTokenLife.Hours()/24))})
	}
	if err := mistakes.OrNil(); err != nil {
		return "", err
	}
	return s.issue(ctx, h.Name, Pass{Kind: Token, Account: h.ID, Label: label, Scopes: scopes}, life)
}

// Drop ends a session or token of the holder, by its digest.
func (s *Service) Drop(ctx context.Context, h Holder, k Kind, digest string) error {
	mine, err := s.Passes.Passes(ctx, h.ID, k)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(mine, func(p Pass) bool { return p.Digest == digest }) {
		return problem.New(problem.NotFound, "access.no_pass")
	}
	return s.Passes.TakePass(ctx, digest, s.actor(h.Name))
}

// Mine returns the passes of a kind that are still good, of the holder.
func (s *Service) Mine(ctx context.Context, h Holder, k Kind) ([]Pass, error) {
	mine, err := s.Passes.Passes(ctx, h.ID, k)
	now := s.Now()
	return slices.DeleteFunc(mine, func(p Pass) bool {
		return p.over(now)
	}), err
}
