package access

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"guanji/internal/account"
	"guanji/internal/ledger"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// house is what a Service needs, in memory and with a clock that is set. A
// failure in fail, by the name of a method, is what that method returns.
type house struct {
	mu       sync.Mutex
	now      time.Time
	accounts []account.Account
	hashes   map[string]string // by id
	passes   map[string]Pass   // by digest
	touched  int
	fail     map[string]error
	before   map[string]func() // run before a method, without the lock
}

func (h *house) enter(method string) (leave func(), err error) {
	if f := h.before[method]; f != nil {
		delete(h.before, method)
		f()
	}
	h.mu.Lock()
	return h.mu.Unlock, h.fail[method]
}

func (h *house) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func (h *house) index(id string) int {
	return slices.IndexFunc(h.accounts, func(a account.Account) bool { return a.ID == id })
}

func (h *house) Accounts(context.Context) ([]account.Account, error) {
	leave, err := h.enter("Accounts")
	defer leave()
	return slices.Clone(h.accounts), err
}

func (h *house) Credentials(_ context.Context, key string) (account.Account, string, error) {
	leave, err := h.enter("Credentials")
	defer leave()
	i := slices.IndexFunc(h.accounts, func(a account.Account) bool { return account.Key(a.Name) == key })
	if err == nil && i < 0 {
		err = problem.New(problem.NotFound, "access.no_account")
	}
	if err != nil {
		return account.Account{}, "", err
	}
	return h.accounts[i], h.hashes[h.accounts[i].ID], nil
}

func (h *house) AddAccount(_ context.Context, a account.Account, link Pass, _ ledger.Actor) error {
	leave, err := h.enter("AddAccount")
	defer leave()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(h.accounts, func(b account.Account) bool { return account.Key(a.Name) == account.Key(b.Name) }) {
		return problem.New(problem.Conflict, "access.name_taken")
	}
	h.accounts = append(h.accounts, a)
	h.passes[link.Digest] = link
	return nil
}

func (h *house) SetAccount(_ context.Context, a account.Account, _ ledger.Actor) error {
	leave, err := h.enter("SetAccount")
	defer leave()
	i := h.index(a.ID)
	if err == nil && i < 0 {
		err = problem.New(problem.NotFound, "access.no_account")
	}
	if err != nil {
		return err
	}
	b := &h.accounts[i]
	b.Lang = cmp.Or(a.Lang, b.Lang)
	if a.Role != "" {
		b.Role, b.Disabled = a.Role, a.Disabled
	}
	if b.Disabled {
		h.drop(func(p Pass) bool { return p.Account == a.ID })
	}
	return nil
}

func (h *house) drop(which func(Pass) bool) {
	for digest, p := range h.passes {
		if which(p) {
			delete(h.passes, digest)
		}
	}
}

func (h *house) SetPassword(_ context.Context, id, hash, by string, _ ledger.Actor) error {
	leave, err := h.enter("SetPassword")
	defer leave()
	p, ok := h.passes[by]
	if err == nil && (!ok || p.Account != id) {
		err = problem.New(problem.NotFound, "access.no_pass")
	}
	if err != nil {
		return err
	}
	h.hashes[id] = hash
	h.drop(func(q Pass) bool {
		return q.Account == id && (p.Kind == Welcome || q.Kind != Token && q.Digest != by)
	})
	return nil
}

func (h *house) SavePass(_ context.Context, p Pass, _ ledger.Actor) error {
	leave, err := h.enter("SavePass")
	defer leave()
	if i := h.index(p.Account); err == nil && p.Account != "" && (i < 0 || h.accounts[i].Disabled) {
		err = problem.New(problem.NotFound, "access.no_account")
	}
	if err == nil {
		h.passes[p.Digest] = p
	}
	return err
}

func (h *house) Pass(_ context.Context, digest string) (Pass, account.Account, error) {
	leave, err := h.enter("Pass")
	defer leave()
	p, ok := h.passes[digest]
	if err == nil && !ok {
		err = problem.New(problem.NotFound, "access.no_pass")
	}
	if err != nil || p.Account == "" {
		return p, account.Account{}, err
	}
	return p, h.accounts[h.index(p.Account)], nil
}

func (h *house) Passes(_ context.Context, owner string, k Kind) ([]Pass, error) {
	leave, err := h.enter("Passes")
	defer leave()
	var mine []Pass
	for _, p := range h.passes {
		if p.Account == owner && p.Kind == k {
			mine = append(mine, p)
		}
	}
	slices.SortFunc(mine, func(a, b Pass) int { return b.Created.Compare(a.Created) })
	return mine, err
}

func (h *house) TouchPass(_ context.Context, digest string, seen time.Time) error {
	leave, err := h.enter("TouchPass")
	defer leave()
	if p, ok := h.passes[digest]; ok && err == nil {
		p.Seen = seen
		h.passes[digest] = p
		h.touched++
	}
	return err
}

func (h *house) TakePass(_ context.Context, digest string, _ ledger.Actor) error {
	leave, err := h.enter("TakePass")
	defer leave()
	if _, ok := h.passes[digest]; err == nil && !ok {
		err = problem.New(problem.NotFound, "access.no_pass")
	}
	if err == nil {
		delete(h.passes, digest)
	}
	return err
}

func (h *house) Begin(_ context.Context, link Pass, _ ledger.Actor) error {
	leave, err := h.enter("Begin")
	defer leave()
	if err == nil && len(h.accounts) > 0 {
		err = problem.New(problem.Conflict, "access.started")
	}
	if err == nil {
		h.drop(func(p Pass) bool { return p.Kind == FirstLink })
		h.passes[link.Digest] = link
	}
	return err
}

func (h *house) Start(_ context.Context, link string, a account.Account, hash string, _ ledger.Actor) error {
	leave, err := h.enter("Start")
	defer leave()
	if _, ok := h.passes[link]; err == nil && !ok {
		err = problem.New(problem.NotFound, "access.no_pass")
	}
	if err == nil {
		delete(h.passes, link)
		h.accounts = append(h.accounts, a)
		h.hashes[a.ID] = hash
	}
	return err
}

const (
	good  = "correct horse battery" // the password of every account made here
	other = "a wholly different one"
	there = "192.0.2.1" // where people sign in from
)

// cheap is the cost of hashes in tests.
func cheap() cost { return cost{memory: 8, passes: 1, threads: 1} }

// empty returns a Service without accounts, whose hashes cost little.
func empty(*testing.T) (*Service, *house) {
	h := &house{now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), hashes: map[string]string{}, passes: map[string]Pass{},
		fail: map[string]error{}, before: map[string]func(){}}
	s := New(Config{Accounts: h, Passes: h, Starting: h, Now: h.Now})
	s.cost = cheap()
	return s, h
}

// started returns a Service with one administrator, Ān, and their session.
func started(t *testing.T) (*Service, *house, string) {
	t.Helper()
	s, h := empty(t)
	link, err := s.First(t.Context(), "Root")
	must(t, err)
	secret, err := s.Start(t.Context(), link, "Ān", good, "browser")
	must(t, err)
	return s, h, secret
}

// joined adds an account that has chosen its password, and returns its session.
func joined(t *testing.T, s *Service, name string, role account.Role) string {
	t.Helper()
	link, err := s.Invite(t.Context(), "Root", name, role)
	must(t, err)
	secret, err := s.Choose(t.Context(), link, good, "browser")
	must(t, err)
	return secret
}

func holder(t *testing.T, s *Service, secret string, k Kind) Holder {
	t.Helper()
	h, err := s.Holder(t.Context(), secret, k)
	must(t, err)
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, what string, err error, want problem.Kind) {
	t.Helper()
	if got := problem.KindOf(err); got != want {
		t.Errorf("%s: got %q (%v), want %q", what, got, err, want)
	}
}

// wantMistakes checks which fields a form is sent back for.
func wantMistakes(t *testing.T, what string, err error, want ...string) {
	t.Helper()
	var got []string
	fields, _ := err.(problem.Fields)
	for _, f := range fields {
		got = append(got, f.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: mistakes in %q (%v), want %q", what, got, err, want)
	}
}

func TestFirstLink(t *testing.T) {
	s, h := empty(t)
	ctx := t.Context()
	old, err := s.First(ctx, "Root")
	must(t, err)
	link, err := s.First(ctx, "Root")
	must(t, err)
	_, err = s.Start(ctx, old, "Ān", good, "b")
	wantKind(t, "a link that was replaced", err, problem.SignedOut)
	for name, secret := range map[string]string{"no": "", "a made-up": "x", "a long": string(make([]byte, 1000))} {
		_, err = s.Start(ctx, secret, "Ān", good, "b")
		wantKind(t, name+" link", err, problem.SignedOut)
	}
	if k, a, err := s.Link(ctx, link); k != FirstLink || a != (account.Account{}) || err != nil {
		t.Errorf("Link = %q, %+v, %v", k, a, err)
	}
	_, err = s.Start(ctx, link, " ", "short", "b")
	wantMistakes(t, "a form that is wrong", err, "name", "password")

	secret, err := s.Start(ctx, link, " Ān ", good, "Firefox\x00 on \xffLinux")
	must(t, err)
	who := holder(t, s, secret, Session)
	if who.Name != "Ān" || who.Role != account.Administrator || !who.May(account.Read|account.Write|account.Administer) || who.Pass.Label != "Firefox on Linux" {
		t.Errorf("signed in as %+v", who)
	}
	_, err = s.Start(ctx, link, "B", good, "b")
	wantKind(t, "a link that was used", err, problem.SignedOut)
	if again, err := s.First(ctx, "Root"); again != "" || err != nil {
		t.Errorf("a first link beside accounts: %q, %v", again, err)
	}
	h.fail["Begin"] = problem.New(problem.Unavailable, "store.unavailable")
	if again, err := s.First(ctx, "Root"); again != "" || problem.KindOf(err) != problem.Unavailable {
		t.Errorf("a first link that was not kept: %q, %v", again, err)
	}
}

func TestFirstLinkExpires(t *testing.T) {
	for wait, want := range map[time.Duration]problem.Kind{LinkLife - time.Second: "", LinkLife: problem.SignedOut} {
		s, h := empty(t)
		link, err := s.First(t.Context(), "Root")
		must(t, err)
		h.pass(wait)
		_, err = s.Start(t.Context(), link, "Ān", good, "b")
		wantKind(t, "a first link after "+wait.String(), err, want)
	}
}

// TestSessionsEnd walks through the life of a session, minute by minute used
// or not.
func TestSessionsEnd(t *testing.T) {
	tests := map[string]struct {
		every time.Duration // how often it is used
		total time.Duration // and for how long
		want  problem.Kind  // at the end of that
	}{
		"used once in a while":   {time.Hour, SessionTotal - time.Hour, ""},
		"just in time":           {SessionIdle, 3 * SessionIdle, ""},
		"left alone":             {SessionIdle + time.Second, SessionIdle + time.Second, problem.SignedOut},
		"used, but for too long": {time.Hour, SessionTotal, problem.SignedOut},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, h, secret := started(t)
			var err error
			for begun := h.Now(); err == nil && h.Now().Sub(begun) < tt.total; {
				h.pass(tt.every)
				_, err = s.Holder(t.Context(), secret, Session)
			}
			wantKind(t, "at the end", err, tt.want)
			if mine, _ := s.Mine(t.Context(), Holder{Account: h.accounts[0]}, Session); (len(mine) == 1) != (tt.want == "") {
				t.Errorf("sessions that are still good: %+v", mine)
			}
		})
	}
}

func TestUseIsWrittenDownByTheMinute(t *testing.T) {
	s, h, secret := started(t)
	for range 150 {
		h.pass(time.Second)
		holder(t, s, secret, Session)
	}
	if h.touched != 2 {
		t.Errorf("%d uses written down in 150 s, want 2", h.touched)
	}
	h.pass(time.Hour)
	h.fail["TouchPass"] = problem.New(problem.Unavailable, "store.unavailable")
	_, err := s.Holder(t.Context(), secret, Session)
	wantKind(t, "a use that cannot be written down, as the disk is full", err, "")
}

func TestSecretsOfOneKindAreNoOther(t *testing.T) {
	s, _, session := started(t)
	ctx := t.Context()
	who := holder(t, s, session, Session)
	token, err := s.NewToken(ctx, who, "backup", account.Read, 1)
	must(t, err)
	welcome, err := s.NewLink(ctx, "Root", who.ID, Welcome)
	must(t, err)
	once, err := s.NewLink(ctx, "Root", who.ID, SignInOne)
	must(t, err)
	secrets := map[Kind]string{Session: session, Token: token, Welcome: welcome, SignInOne: once}
	uses := map[string]struct {
		use  func(secret string) error
		good []Kind
	}{
		"session": {func(x string) error { _, err := s.Holder(ctx, x, Session); return err }, []Kind{Session}},
		"token":   {func(x string) error { _, err := s.Holder(ctx, x, Token); return err }, []Kind{Token}},
		"either":  {func(x string) error { _, err := s.Holder(ctx, x, Session, Token); return err }, []Kind{Session, Token}},
		"link":    {func(x string) error { _, _, err := s.Link(ctx, x); return err }, []Kind{Welcome, SignInOne}},
		"none":    {func(x string) error { _, err := s.Holder(ctx, x); return err }, nil},
		"start":   {func(x string) error { _, err := s.Start(ctx, x, "B", good, ""); return err }, nil},
	}
	for use, tt := range uses {
		for k, secret := range secrets {
			want := problem.SignedOut
			if slices.Contains(tt.good, k) {
				want = ""
			}
			wantKind(t, string(k)+" as "+use, tt.use(secret), want)
		}
	}
	_, err = s.FollowLink(ctx, welcome, "b")
	wantKind(t, "signing in by a welcome", err, problem.SignedOut)
	_, err = s.Choose(ctx, once, good, "b")
	wantKind(t, "choosing a password by a link that signs in", err, problem.SignedOut)
	for _, k := range []Kind{Session, Token, FirstLink, ""} {
		_, err := s.NewLink(ctx, "Root", who.ID, k)
		wantKind(t, "a link that is a "+string(k), err, problem.Input)
	}
}

func TestOnlyDigestsAreKept(t *testing.T) {
	_, h, secret := started(t)
	for digest, p := range h.passes {
		if len(digest) != 64 || p.Digest != digest || digest == secret || p.Label == secret {
			t.Errorf("kept %+v", p)
		}
	}
	a, _ := newSecret()
	b, _ := newSecret()
	if len(a) < 43 || a == b {
		t.Errorf("secrets %q and %q", a, b)
	}
}

func TestLanguageBringsNothingElseBack(t *testing.T) {
	s, h, _ := started(t)
	who := holder(t, s, joined(t, s, "Bo", account.Administrator), Session)
	must(t, s.SetAccount(t.Context(), "Root", who.ID, account.Reader, true)) // while a request of theirs is under way
	must(t, s.SetLang(t.Context(), who, message.Chinese))
	if a := h.accounts[1]; a.Role != account.Reader || !a.Disabled || a.Lang != message.Chinese {
		t.Errorf("after choosing a language: %+v", a)
	}
	must(t, s.SetAccount(t.Context(), "Root", who.ID, account.Editor, false))
	if a := h.accounts[1]; a.Role != account.Editor || a.Disabled || a.Lang != message.Chinese {
		t.Errorf("after getting a role: %+v", a)
	}
	wantMistakes(t, "a word that is no role", s.SetAccount(t.Context(), "Root", who.ID, "root", false), "role")
	wantKind(t, "nobody", s.SetAccount(t.Context(), "Root", "nobody", account.Editor, false), problem.NotFound)
	_, err := s.NewLink(t.Context(), "Root", "nobody", Welcome)
	wantKind(t, "a link for nobody", err, problem.NotFound)
}
