package access

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"guanji/internal/account"
	"guanji/internal/ledger"
	"guanji/internal/problem"
)

func TestSignIn(t *testing.T) {
	s, _, _ := started(t)
	joined(t, s, "Bo", account.Reader)
	must(t, s.SetAccount(t.Context(), "Root", s.accountID(t, "Bo"), account.Reader, true))
	link, err := s.Invite(t.Context(), "Root", "Chen", account.Reader) // who has no password yet
	must(t, err)
	tests := map[string]struct {
		name, password string
		want           problem.Kind
	}{
		"right":                        {"Ān", good, ""},
		"name in other case and width": {" Ａ̄Ｎ", good, ""},
		"wrong password":               {"Ān", other, problem.SignedOut},
		"no password":                  {"Ān", "", problem.SignedOut},
		"password with more behind":    {"Ān", good + "\x00", problem.SignedOut},
		"password in other case":       {"Ān", strings.ToUpper(good), problem.SignedOut},
		"nobody":                       {"Dai", good, problem.SignedOut},
		"no name":                      {"", good, problem.SignedOut},
		"disabled":                     {"Bo", good, problem.SignedOut},
		"none chosen yet":              {"Chen", "", problem.SignedOut},
		"a link as password":           {"Chen", link, problem.SignedOut},
		"NUL in the name":              {"Ān\x00", good, ""}, // left out: PostgreSQL takes none
		"long name":                    {strings.Repeat("Ān", 9999), good, problem.SignedOut},
		"long password":                {"Ān", strings.Repeat(good, 9999), problem.SignedOut},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			secret, err := s.SignIn(t.Context(), tt.name, tt.password, name, "browser")
			wantKind(t, "SignIn", err, tt.want)
			if (secret == "") != (tt.want != "") {
				t.Errorf("secret %q with %v", secret, err)
			}
			if tt.want == problem.SignedOut && err.(*problem.Error).Msg.Key != "access.wrong" {
				t.Errorf("the error tells more than that it is wrong: %v", err)
			}
		})
	}
}

// TestNamesOfOthers refuses accounts by whose name the program or a user of the
// machine signs.
func TestNamesOfOthers(t *testing.T) {
	s, _, _ := started(t)
	for name, ok := range map[string]bool{ledger.Program: false, " Ｇuanji": false, "GUANJI": false, account.Terminal("ann"): false, "ann（Terminal）": false,
		"Guanji Wang": true, "guanji2": true, "terminal": true} {
		_, err := s.Invite(t.Context(), "Root", name, account.Reader)
		if ok {
			must(t, err)
			continue
		}
		fields, _ := errors.AsType[problem.Fields](err)
		if len(fields) != 1 || fields[0].Msg.Key != "account.reserved_name" {
			t.Errorf("an account %q: %v", name, err)
		}
	}
}

func TestFirstAccountHasNoNameOfOthers(t *testing.T) {
	s, _ := empty(t)
	link, err := s.First(t.Context(), "root")
	must(t, err)
	_, err = s.Start(t.Context(), link, ledger.Program, good, "b")
	if fields, _ := errors.AsType[problem.Fields](err); len(fields) != 1 || fields[0].Msg.Key != "account.reserved_name" {
		t.Errorf("the first account is called %q: %v", ledger.Program, err)
	}
}

// accountID returns the id of an account by its name.
func (s *Service) accountID(t *testing.T, name string) string {
	t.Helper()
	a, _, err := s.Accounts.Credentials(t.Context(), account.Key(name))
	must(t, err)
	return a.ID
}

func TestALongPasswordCanBeUsed(t *testing.T) {
	s, _, _ := started(t)
	link, err := s.Invite(t.Context(), "Root", "Bo", account.Reader)
	must(t, err)
	longest := strings.Repeat("天地玄黄宇宙洪荒", account.MaxPassword)[:account.MaxPassword/3*3]
	_, err = s.Choose(t.Context(), link, longest, "b")
	must(t, err)
	_, err = s.SignIn(t.Context(), "Bo", longest, there, "b")
	must(t, err)
	_, err = s.SignIn(t.Context(), "Bo", longest+"xy", there, "b")
	wantKind(t, "the longest password with more behind", err, problem.SignedOut)
}

// TestSignInRaces has something happen between the check of a password and
// the session that follows.
func TestSignInRaces(t *testing.T) {
	for name, meanwhile := range map[string]func(t *testing.T, s *Service, h *house, session string){
		"disabled": func(t *testing.T, s *Service, h *house, _ string) {
			must(t, s.SetAccount(t.Context(), "Root", s.accountID(t, "Bo"), account.Reader, true))
		},
		"password changed": func(t *testing.T, s *Service, h *house, session string) {
			must(t, s.ChangePassword(t.Context(), holder(t, s, session, Session), good, other, "elsewhere"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, h, _ := started(t)
			session := joined(t, s, "Bo", account.Reader)
			id := s.accountID(t, "Bo")
			h.before["SavePass"] = func() { meanwhile(t, s, h, session) }
			secret, err := s.SignIn(t.Context(), "Bo", good, there, "b")
			wantKind(t, "SignIn", err, problem.SignedOut)
			must(t, s.SetAccount(t.Context(), "Root", id, account.Reader, false))
			if mine, err := s.Mine(t.Context(), Holder{Account: account.Account{ID: id}}, Session); secret != "" || len(mine) > 1 || err != nil {
				t.Errorf("a session came out of it: %q, %+v, %v", secret, mine, err)
			}
		})
	}
}

func TestLinksAreGoodOnce(t *testing.T) {
	s, _, _ := started(t)
	uses := map[string]struct {
		link func() (string, error)
		use  func(link string, i int) error
	}{
		"sign in once": {
			func() (string, error) { return s.NewLink(t.Context(), "Root", s.accountID(t, "Ān"), SignInOne) },
			func(link string, _ int) error { _, err := s.FollowLink(t.Context(), link, "b"); return err }},
		"welcome": {
			func() (string, error) { return s.Invite(t.Context(), "Root", "Bo", account.Editor) },
			func(link string, i int) error {
				_, err := s.Choose(t.Context(), link, fmt.Sprint(good, i), "b")
				return err
			}},
	}
	for name, tt := range uses {
		t.Run(name, func(t *testing.T) {
			link, err := tt.link()
			must(t, err)
			results := make(chan error, 8)
			var wg sync.WaitGroup
			for i := range cap(results) {
				wg.Go(func() { results <- tt.use(link, i) })
			}
			wg.Wait()
			close(results)
			used := 0
			for err := range results {
				if err == nil {
					used++
				} else {
					wantKind(t, "a link used again", err, problem.SignedOut)
				}
			}
			if used != 1 {
				t.Errorf("the link was used %d times", used)
			}
			_, _, err = s.Link(t.Context(), link)
			wantKind(t, "looking at it", err, problem.SignedOut)
		})
	}
}

func TestFirstLinkIsGoodOnce(t *testing.T) {
	s, h := empty(t)
	link, err := s.First(t.Context(), "Root")
	must(t, err)
	results := make(chan error, 8)
	var wg sync.WaitGroup
	for i := range cap(results) {
		wg.Go(func() {
			_, err := s.Start(t.Context(), link, fmt.Sprint("Ān", i), good, "b")
			results <- err
		})
	}
	wg.Wait()
	close(results)
	for err := range results {
		if err != nil {
			wantKind(t, "a link used again", err, problem.SignedOut)
		}
	}
	if len(h.accounts) != 1 {
		t.Errorf("%d first accounts", len(h.accounts))
	}
}

func TestAWelcomeOutlivesWhatFails(t *testing.T) {
	s, h, _ := started(t)
	link, err := s.Invite(t.Context(), "Root", "Boris", account.Editor)
	must(t, err)
	if k, a, err := s.Link(t.Context(), link); k != Welcome || a.Name != "Boris" || err != nil {
		t.Fatalf("Link = %q, %+v, %v", k, a, err)
	}
	_, err = s.Choose(t.Context(), link, "short", "b")
	wantMistakes(t, "a short password", err, "password")
	_, err = s.Choose(t.Context(), link, "my name is Boris, hello", "b")
	wantMistakes(t, "a password that holds the name", err, "password")
	h.fail["SetPassword"] = problem.New(problem.Unavailable, "store.unavailable")
	_, err = s.Choose(t.Context(), link, good, "b")
	wantKind(t, "choosing while the database is away", err, problem.Unavailable)
	delete(h.fail, "SetPassword")
	secret, err := s.Choose(t.Context(), link, good, "b")
	must(t, err)
	if who := holder(t, s, secret, Session); who.Name != "Boris" || who.May(account.Administer) || !who.May(account.Write) {
		t.Errorf("signed in as %+v", who)
	}
	_, err = s.SignIn(t.Context(), "Boris", good, there, "b")
	must(t, err)
}

func TestLinksEnd(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, s *Service, h *house, id string){
		"time": func(t *testing.T, _ *Service, h *house, _ string) { h.pass(LinkLife) },
		"the account ends": func(t *testing.T, s *Service, _ *house, id string) {
			must(t, s.SetAccount(t.Context(), "Root", id, account.Reader, true))
		},
		"ended and returned": func(t *testing.T, s *Service, _ *house, id string) {
			must(t, s.SetAccount(t.Context(), "Root", id, account.Reader, true))
			must(t, s.SetAccount(t.Context(), "Root", id, account.Reader, false))
		},
		"a password chosen": func(t *testing.T, s *Service, _ *house, id string) {
			link, err := s.NewLink(t.Context(), "Root", id, Welcome)
			must(t, err)
			_, err = s.Choose(t.Context(), link, good, "b")
			must(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, h, _ := started(t)
			welcome, err := s.Invite(t.Context(), "Root", "Bo", account.Reader)
			must(t, err)
			id := s.accountID(t, "Bo")
			once, err := s.NewLink(t.Context(), "Root", id, SignInOne)
			must(t, err)
			end(t, s, h, id)
			_, err = s.Choose(t.Context(), welcome, other, "b")
			wantKind(t, "the welcome", err, problem.SignedOut)
			_, err = s.FollowLink(t.Context(), once, "b")
			wantKind(t, "the link that signs in", err, problem.SignedOut)
		})
	}
	s, _, _ := started(t)
	joined(t, s, "Bo", account.Reader)
	id := s.accountID(t, "Bo")
	must(t, s.SetAccount(t.Context(), "Root", id, account.Reader, true))
	_, err := s.NewLink(t.Context(), "Root", id, Welcome)
	wantKind(t, "a link for a disabled account", err, problem.Conflict)
}

func TestInvite(t *testing.T) {
	s, _, _ := started(t)
	_, err := s.Invite(t.Context(), "Root", "", "root")
	wantMistakes(t, "a form that is wrong", err, "role", "name")
	_, err = s.Invite(t.Context(), "Root", "ān", account.Reader)
	wantMistakes(t, "a name that is taken", err, "name")
}

func TestChangePassword(t *testing.T) {
	s, h, here := started(t)
	ctx := t.Context()
	elsewhere, err := s.SignIn(ctx, "Ān", good, "elsewhere", "b")
	must(t, err)
	who := holder(t, s, here, Session)
	token, err := s.NewToken(ctx, who, "backup", account.Read, 10)
	must(t, err)
	link, err := s.NewLink(ctx, "Root", who.ID, SignInOne)
	must(t, err)

	wantMistakes(t, "both wrong", s.ChangePassword(ctx, who, other, "short", there), "old", "password")
	wantMistakes(t, "no old one", s.ChangePassword(ctx, who, "", other, there), "old")
	wantKind(t, "by a token", s.ChangePassword(ctx, holder(t, s, token, Token), good, other, there), problem.Denied)
	holder(t, s, elsewhere, Session)

	must(t, s.ChangePassword(ctx, who, good, other, there))
	for name, tt := range map[string]struct {
		secret string
		kinds  []Kind
		want   problem.Kind
	}{
		"the session here":   {here, []Kind{Session}, ""},
		"the one elsewhere":  {elsewhere, []Kind{Session}, problem.SignedOut},
		"the token":          {token, []Kind{Token}, ""},
		"a link that was up": {link, []Kind{SignInOne}, problem.SignedOut},
	} {
		_, err := s.Holder(ctx, tt.secret, tt.kinds...)
		wantKind(t, name, err, tt.want)
	}
	_, err = s.SignIn(ctx, "Ān", good, there, "b")
	wantKind(t, "the old password", err, problem.SignedOut)
	_, err = s.SignIn(ctx, "Ān", other, there, "b")
	must(t, err)

	must(t, s.SignOut(ctx, here))
	must(t, s.SignOut(ctx, here))
	wantKind(t, "by a session that has ended", s.ChangePassword(ctx, who, other, good, there), problem.SignedOut)
	h.fail["Credentials"] = problem.New(problem.Unavailable, "store.unavailable")
	for range 2 * freeForPair {
		wantKind(t, "while the database is away", s.ChangePassword(ctx, who, other, good, "third"), problem.Unavailable)
		_, err := s.SignIn(ctx, "Ān", other, "third", "b")
		wantKind(t, "signing in meanwhile", err, problem.Unavailable)
	}
	delete(h.fail, "Credentials")
	_, err = s.SignIn(ctx, "Ān", other, "third", "b")
	wantKind(t, "signing in once it is back", err, "")
}

func TestChangePasswordIsNoWayToGuess(t *testing.T) {
	s, _, here := started(t)
	who := holder(t, s, here, Session)
	for range freeForPair {
		wantMistakes(t, "a guess", s.ChangePassword(t.Context(), who, other, other, there), "old")
	}
	wantKind(t, "one guess too many", s.ChangePassword(t.Context(), who, good, other, there), problem.TooMany)
}

// TestWhoCameByALink may choose a first password without an old one.
func TestWhoCameByALink(t *testing.T) {
	s, _, _ := started(t)
	_, err := s.Invite(t.Context(), "Root", "Bo", account.Editor)
	must(t, err)
	once, err := s.NewLink(t.Context(), "Root", s.accountID(t, "Bo"), SignInOne)
	must(t, err)
	secret, err := s.FollowLink(t.Context(), once, "b")
	must(t, err)
	who := holder(t, s, secret, Session)
	must(t, s.ChangePassword(t.Context(), who, "", good, there))
	wantMistakes(t, "a second without the first", s.ChangePassword(t.Context(), who, "", other, there), "old")
}

func TestTokens(t *testing.T) {
	s, h, _ := started(t)
	ctx := t.Context()
	bo := holder(t, s, joined(t, s, "Bo", account.Editor), Session)
	days := int(MaxTokenLife / (24 * time.Hour))
	for name, tt := range map[string]struct {
		label  string
		scopes account.Permission
		days   int
		want   []string
	}{
		"more than they may":    {"x", account.Administer, 1, []string{"scopes"}},
		"some more":             {"x", account.Read | account.Administer, 1, []string{"scopes"}},
		"no such permission":    {"x", 1 << 7, 1, []string{"scopes"}},
		"nothing":               {"x", 0, 1, []string{"scopes"}},
		"no name, no time":      {" ", account.Read, 0, []string{"label", "days"}},
		"too long":              {"x", account.Read, days + 1, []string{"days"}},
		"overflow":              {"x", account.Read, 1 << 60, []string{"days"}},
		"negative":              {"x", account.Read, -1, []string{"days"}},
		"every mistake at once": {"", 0, 0, []string{"label", "scopes", "days"}},
	} {
		_, err := s.NewToken(ctx, bo, tt.label, tt.scopes, tt.days)
		wantMistakes(t, name, err, tt.want...)
	}

	secret, err := s.NewToken(ctx, bo, "both", account.Read|account.Write, days)
	must(t, err)
	reading, err := s.NewToken(ctx, bo, "reading", account.Read, days)
	must(t, err)
	raising, err := s.NewToken(ctx, bo, "a machine's", account.Alert, days)
	must(t, err)
	check := func(what, secret string, want account.Permission) {
		t.Helper()
		who := holder(t, s, secret, Token)
		for _, p := range []account.Permission{account.Read, account.Write, account.Administer, account.Alert} {
			if err := who.Require(p); who.May(p) != want.Has(p) || (err == nil) != want.Has(p) {
				t.Errorf("%s: May(%b) = %v, want %v; Require: %v", what, p, who.May(p), want.Has(p), err)
			}
		}
	}
	check("an editor's", secret, account.Read|account.Write)
	check("an editor's that reads", reading, account.Read)
	check("an editor's that raises alerts", raising, account.Alert)
	must(t, s.SetAccount(ctx, "Root", bo.ID, account.Reader, false))
	check("after they became reader", secret, account.Read)
	check("a machine's, after they became reader", raising, 0)
	must(t, s.SetAccount(ctx, "Root", bo.ID, account.Administrator, false))
	check("after they became administrator", secret, account.Read|account.Write)

	_, err = s.NewToken(ctx, holder(t, s, reading, Token), "more", account.Write, 1)
	wantMistakes(t, "a token that makes one that may more", err, "scopes")

	must(t, s.SetAccount(ctx, "Root", bo.ID, account.Editor, true))
	_, err = s.Holder(ctx, secret, Token)
	wantKind(t, "of a disabled account", err, problem.SignedOut)
	must(t, s.SetAccount(ctx, "Root", bo.ID, account.Editor, false))
	_, err = s.Holder(ctx, secret, Token)
	wantKind(t, "after it was enabled again", err, problem.SignedOut)

	bo = holder(t, s, mustSignIn(t, s, "Bo"), Session)
	secret, err = s.NewToken(ctx, bo, "a week", account.Read, 7)
	must(t, err)
	h.pass(7*24*time.Hour - time.Second)
	holder(t, s, secret, Token) // unused for days, and still good
	h.pass(time.Second)
	_, err = s.Holder(ctx, secret, Token)
	wantKind(t, "after its time", err, problem.SignedOut)
	if mine, err := s.Mine(ctx, bo, Token); len(mine) != 0 || err != nil {
		t.Errorf("tokens that are still good: %+v, %v", mine, err)
	}
}

func mustSignIn(t *testing.T, s *Service, name string) string {
	t.Helper()
	secret, err := s.SignIn(t.Context(), name, good, there, "b")
	must(t, err)
	return secret
}

// TestSessionsFollowTheRole has people demoted while they are signed in.
func TestSessionsFollowTheRole(t *testing.T) {
	s, _, _ := started(t)
	secret := joined(t, s, "Bo", account.Administrator)
	who := holder(t, s, secret, Session)
	must(t, s.SetAccount(t.Context(), "Root", who.ID, account.Reader, false))
	if who := holder(t, s, secret, Session); who.May(account.Write) || !who.May(account.Read) {
		t.Errorf("a reader may write: %+v", who)
	}
	must(t, s.SetAccount(t.Context(), "Root", who.ID, account.Reader, true))
	_, err := s.Holder(t.Context(), secret, Session)
	wantKind(t, "a session of a disabled account", err, problem.SignedOut)
}

func TestDrop(t *testing.T) {
	s, _, secret := started(t)
	ctx := t.Context()
	an := holder(t, s, secret, Session)
	bo := holder(t, s, joined(t, s, "Bo", account.Administrator), Session)
	token, err := s.NewToken(ctx, an, "x", account.Read, 1)
	must(t, err)
	for name, err := range map[string]error{
		"a session of somebody else": s.Drop(ctx, bo, Session, an.Pass.Digest),
		"a token of somebody else":   s.Drop(ctx, bo, Token, digestOf(token)),
		"one as another kind":        s.Drop(ctx, an, Session, digestOf(token)),
		"one that is not there":      s.Drop(ctx, an, Session, "x"),
		"by the secret":              s.Drop(ctx, an, Token, token),
	} {
		wantKind(t, name, err, problem.NotFound)
	}
	holder(t, s, secret, Session)
	must(t, s.Drop(ctx, an, Token, digestOf(token)))
	_, err = s.Holder(ctx, token, Token)
	wantKind(t, "a token that was dropped", err, problem.SignedOut)
	must(t, s.Drop(ctx, an, Session, an.Pass.Digest))
	_, err = s.Holder(ctx, secret, Session)
	wantKind(t, "a session that was dropped", err, problem.SignedOut)
}

func TestFailuresPassThrough(t *testing.T) {
	s, h, _ := started(t)
	away := problem.New(problem.Unavailable, "store.unavailable")
	for _, method := range []string{"Accounts", "Credentials", "SavePass", "Pass", "Passes", "TakePass"} {
		h.fail = nil
		secret, err := s.SignIn(t.Context(), "Ān", good, method, "b")
		must(t, err)
		h.fail = map[string]error{method: away}
		var all []error
		_, err = s.SignIn(t.Context(), "Ān", good, method, "b")
		all = append(all, err)
		_, err = s.Holder(t.Context(), secret, Session)
		all = append(all, err)
		_, err = s.NewLink(t.Context(), "Root", h.accounts[0].ID, Welcome)
		all = append(all, err, s.Drop(t.Context(), Holder{Account: h.accounts[0]}, Session, "x"), s.SignOut(t.Context(), secret))
		if !errors.Is(errors.Join(all...), away) {
			t.Errorf("%s failed, and nobody said so: %v", method, all)
		}
	}
}
