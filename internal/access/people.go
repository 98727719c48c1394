package access

import (
	"context"
	"slices"
	"strings"
	"time"

	"guanji/internal/account"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// First returns the secret of a link that makes the first account, or "" if
// there are accounts. Links given out before are no longer good.
func (s *Service) First(ctx context.Context) (string, error) {
	secret, link := s.pass(Pass{Kind: FirstLink}, LinkLife)
	err := s.Starting.Begin(ctx, link)
	if problem.KindOf(err) == problem.Conflict {
		return "", nil
	}
	return secret, err
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
	if err := s.Starting.Start(ctx, p.Digest, a, hash); err != nil {
		return "", err
	}
	return s.signedIn(ctx, a, browser)
}

func checkNew(name, password string) (string, problem.Fields) {
	var mistakes problem.Fields
	name, m := account.CheckName(name)
	if m != nil {
		mistakes = append(mistakes, problem.Field{Name: "name", Msg: *m})
	}
	if m := account.CheckPassword(name, password); m != nil {
		mistakes = append(mistakes, problem.Field{Name: "password", Msg: *m})
	}
	return name, mistakes
}

// signedIn begins a session. Its secret is new: one that was known before
// sign-in is never used.
func (s *Service) signedIn(ctx context.Context, a account.Account, browser string) (string, error) {
	return s.issue(ctx, Pass{Kind: Session, Account: a.ID, Label: cut(browser, 200), Scopes: account.Read | account.Write | account.Administer}, SessionTotal)
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
	if wait := s.throttle.wait(key, address, s.Now()); wait > 0 {
		return "", problem.New(problem.TooMany, "access.wait", int(wait.Seconds())+1)
	}
	s.throttle.begin(key, address, s.Now())
	a, hash, err := s.Accounts.Credentials(ctx, key)
	if err != nil && problem.KindOf(err) != problem.NotFound {
		return "", err
	}
	ok, err := s.matches(ctx, hash, cut(password, account.MaxPassword))
	if err != nil {
		return "", err
	}
	if !ok || a.Disabled {
		return "", problem.New(problem.SignedOut, "access.wrong")
	}
	s.throttle.succeed(key, address)
	return s.signedIn(ctx, a, browser)
}

// SignOut ends a session. A session that has ended already is no error.
func (s *Service) SignOut(ctx context.Context, secret string) error {
	err := s.Passes.TakePass(ctx, digestOf(secret))
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
	if err := s.Passes.TakePass(ctx, p.Digest); err != nil {
		return "", err
	}
	return s.signedIn(ctx, a, browser)
}

// Choose sets the password of the account that a link welcomes, and signs it in.
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
	if err := s.Passes.TakePass(ctx, p.Digest); err != nil {
		return "", err
	}
	if err := s.Accounts.SetPassword(ctx, a.ID, hash, ""); err != nil {
		return "", err
	}
	return s.signedIn(ctx, a, browser)
}

// ChangePassword sets the password of who is signed in, and ends the other
// sessions of the account.
func (s *Service) ChangePassword(ctx context.Context, h Holder, old, password, address string) error {
	key := account.Key(h.Name)
	if wait := s.throttle.wait(key, address, s.Now()); wait > 0 {
		return problem.New(problem.TooMany, "access.wait", int(wait.Seconds())+1)
	}
	s.throttle.begin(key, address, s.Now())
	_, hash, err := s.Accounts.Credentials(ctx, key)
	if err != nil {
		return err
	}
	ok, err := s.matches(ctx, hash, cut(old, account.MaxPassword))
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
	return s.Accounts.SetPassword(ctx, h.ID, hash, h.Pass.Digest)
}

// Invite adds an account and returns the secret of the link by which its owner
// chooses a password.
func (s *Service) Invite(ctx context.Context, name string, role account.Role) (string, error) {
	name, m := account.CheckName(name)
	mistakes := account.CheckRole(role)
	if m != nil {
		mistakes = append(mistakes, problem.Field{Name: "name", Msg: *m})
	}
	if err := mistakes.OrNil(); err != nil {
		return "", err
	}
	a := account.Account{ID: newID(), Name: name, Role: role, Created: s.Now()}
	secret, link := s.pass(Pass{Kind: Welcome, Account: a.ID}, LinkLife)
	err := s.Accounts.AddAccount(ctx, a, link)
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

// NewLink returns the secret of a link for an account: to choose a new
// password, or to sign in once.
func (s *Service) NewLink(ctx context.Context, id string, k Kind) (string, error) {
	if _, err := s.Account(ctx, id); err != nil {
		return "", err
	}
	return s.issue(ctx, Pass{Kind: k, Account: id}, LinkLife)
}

// SetAccount changes the role of an account and whether it is disabled.
func (s *Service) SetAccount(ctx context.Context, id string, role account.Role, disabled bool) error {
	if err := account.CheckRole(role).OrNil(); err != nil {
		return err
	}
	a, err := s.Account(ctx, id)
	if err != nil {
		return err
	}
	a.Role, a.Disabled = role, disabled
	return s.Accounts.SetAccount(ctx, a)
}

// SetLang remembers the language of a person.
func (s *Service) SetLang(ctx context.Context, h Holder, l message.Lang) error {
	a := h.Account
	a.Lang = l
	return s.Accounts.SetAccount(ctx, a)
}

// NewToken returns the secret of a token by which a program acts in the name
// of a person. Scopes beyond what the person may do are of no use.
func (s *Service) NewToken(ctx context.Context, h Holder, label string, scopes account.Permission, days int) (string, error) {
	var mistakes problem.Fields
	label, m := account.CheckName(label)
	if m != nil {
		mistakes = append(mistakes, problem.Field{Name: "label", Msg: *m})
	}
	if scopes == 0 || !h.Account.May().Has(scopes) {
		mistakes = append(mistakes, problem.Field{Name: "scopes", Msg: message.New("access.bad_scopes")})
	}
	life := time.Duration(days) * 24 * time.Hour
	if days < 1 || days > int(MaxTokenLife.Hours()/24) {
		mistakes = append(mistakes, problem.Field{Name: "days", Msg: message.New("access.bad_days", int(MaxTokenLife.Hours()/24))})
	}
	if err := mistakes.OrNil(); err != nil {
		return "", err
	}
	return s.issue(ctx, Pass{Kind: Token, Account: h.ID, Label: label, Scopes: scopes}, life)
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
	return s.Passes.TakePass(ctx, digest)
}

// Mine returns the passes of a kind that are still good, of the holder.
func (s *Service) Mine(ctx context.Context, h Holder, k Kind) ([]Pass, error) {
	mine, err := s.Passes.Passes(ctx, h.ID, k)
	now := s.Now()
	return slices.DeleteFunc(mine, func(p Pass) bool {
		return !now.Before(p.Expires) || k == Session && now.Sub(p.Seen) > SessionIdle
	}), err
}
