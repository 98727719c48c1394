package record

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"guanji/internal/account"
	"guanji/internal/channel"
	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// room is all that a Service needs to give checkpoints, in memory and with a
// clock that is set.
type room struct {
	mu        sync.Mutex
	clock     time.Time
	leaves    [][]byte
	objects   map[string][]byte
	witnesses []Witness
	accounts  []account.Account
	channel   *fakeChannel
	stampErr  error
	lost      int64 // leaves at the end that are counted and not there
	read      int64 // leaves that were asked for
	lists     int   // times that the vault was listed
}

func (r *room) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.clock
}

func (r *room) pass(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clock = r.clock.Add(d)
}

// The database.

func (r *room) Size(context.Context) (int64, error) { return int64(len(r.leaves)), nil }

func (r *room) Leaves(_ context.Context, from, to int64) ([]Row, error) {
	var rows []Row
	r.read += max(0, to-from)
	for n := from; n < min(to, int64(len(r.leaves))-r.lost); n++ {
		rows = append(rows, Row{Number: n, Body: r.leaves[n]})
	}
	return rows, nil
}

// CountLeaves and FindLeaves are for pages.
func (r *room) CountLeaves(_ context.Context, from, to int64) (int64, error) {
	return max(0, min(to, int64(len(r.leaves)))-from) - r.lost, nil
}

func (r *room) FindLeaves(context.Context, Search) ([]Row, error) { return nil, nil }

func (r *room) About(context.Context, ledger.What, string, string) ([]Row, error) { return nil, nil }

func (r *room) Tell(_ context.Context, rec ledger.Record, a ledger.Actor) error {
	body, err := rec.Leaf(a, "").Encode()
	r.leaves = append(r.leaves, body)
	return err
}

func (r *room) Examine(_ context.Context, e Examiner) error {
	if err := e.Size(int64(len(r.leaves))); err != nil {
		return err
	}
	for n, body := range r.leaves {
		l, err := ledger.ParseLeaf(body)
		if err != nil {
			return err
		}
		if err := e.Leaf(Row{int64(n), l.What, l.Organization, l.ID, l.After, body}); err != nil {
			return err
		}
	}
	return nil
}

func (r *room) Witnesses(context.Context) ([]Witness, error) { return slices.Clone(r.witnesses), nil }

func (r *room) SaveWitness(_ context.Context, was *Witness, w Witness, _ ledger.Actor) error {
	if was == nil {
		r.witnesses = append(r.witnesses, w)
		return nil
	}
	at := slices.IndexFunc(r.witnesses, func(o Witness) bool { return o == *was })
	if at < 0 {
		return problem.New(problem.Conflict, "record.witness_changed")
	}
	r.witnesses[at] = w
	return nil
}

func (r *room) Accounts(context.Context) ([]account.Account, error) { return r.accounts, nil }

// The vault.

func (r *room) Lock(context.Context) (func(), error) { return func() {}, nil }

func (r *room) Get(_ context.Context, path string) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if data, ok := r.objects[path]; ok {
		return data, nil
	}
	return nil, problem.New(problem.NotFound, "ledger.no_object", path)
}

func (r *room) PutAll(_ context.Context, objects iter.Seq2[string, []byte]) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for path, data := range objects {
		if there, ok := r.objects[path]; ok && string(there) != string(data) {
			return problem.New(problem.Conflict, "vault.other_object", path)
		}
		r.objects[path] = data
	}
	return nil
}

func (r *room) Replace(_ context.Context, path string, data []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.objects[path] = data
	return nil
}

func (r *room) List(_ context.Context, folder string) iter.Seq2[string, error] {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lists++
	paths := slices.Sorted(maps.Keys(r.objects))
	return func(yield func(string, error) bool) {
		for _, p := range paths {
			if strings.HasPrefix(p, folder) && !yield(p, nil) {
				return
			}
		}
	}
}

func (r *room) Remove(_ context.Context, path string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.objects, path)
	return nil
}

func (r *room) Check(context.Context, string, int64) error { return nil }

func (r *room) Files(context.Context) iter.Seq2[ledger.File, error] {
	return func(func(ledger.File, error) bool) {}
}

// The channel.

type fakeChannel struct {
	mu     sync.Mutex
	given  map[string][]int64 // by address
	fail   map[string]error
	hang   map[string]bool
	copies []Given
	gone   error // in place of the copies
}

func (c *fakeChannel) Give(ctx context.Context, address string, s ledger.Signed) (Receipt, error) {
	c.mu.Lock()
	fail, hang := c.fail[address], c.hang[address]
	c.given[address] = append(c.given[address], s.Size)
	c.mu.Unlock()
	if hang {
		<-ctx.Done()
		return Receipt{}, ctx.Err()
	}
	return Receipt{Body: []byte("thanks")}, fail
}

func (c *fakeChannel) Copies(_ context.Context, _, _ string, each func(Given) error) error {
	for _, g := range c.copies {
		if err := each(g); err != nil {
			return err
		}
	}
	return c.gone
}

func (c *fakeChannel) times(address string) []int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.given[address])
}

func (r *room) CheckStamp([]byte, []byte) (Stamp, error) { return Stamp{}, r.stampErr }

type stamps struct{ *room }

func (s stamps) Check(response, stamped []byte) (Stamp, error) {
	return s.CheckStamp(response, stamped)
}

// newRoom returns a Service with two administrators, Ann and Bo, and an editor.
func newRoom(t *testing.T) (*Service, *room) {
	t.Helper()
	r := &room{clock: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC), objects: map[string][]byte{},
		channel: &fakeChannel{given: map[string][]int64{}, fail: map[string]error{}, hang: map[string]bool{}}}
	for name, role := range map[string]account.Role{"Ann": account.Administrator, "Bo": account.Administrator, "Cy": account.Editor} {
		r.accounts = append(r.accounts, account.Account{ID: name, Name: name, Role: role})
	}
	return r.service(t), r
}

// service returns a new Service on the same room, as after a restart.
func (r *room) service(t *testing.T) *Service {
	t.Helper()
	secret, err := ledger.GenerateKey(rand.Reader, "guanji/test")
	if err != nil {
		t.Fatal(err)
	}
	if kept, ok := r.objects["secret"]; ok {
		secret = string(kept)
	}
	r.objects["secret"] = []byte(secret)
	signer, err := ledger.NewSigner(secret, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ledger.ParseKeys([]byte(signer.Public()))
	if err != nil {
		t.Fatal(err)
	}
	channels := map[Means]Channel{}
	for _, m := range AllMeans() {
		channels[m] = r.channel
	}
	return New(Config{Store: r, Objects: r, Signers: []*ledger.Signer{signer}, Keys: keys, Now: r.now, Search: r,
		Witnessing: Witnessing{Witnesses: r, People: r, Channels: channels, Stamps: stamps{r}, Timeout: 50 * time.Millisecond}})
}

// change makes leaves and signs them.
func (r *room) change(t *testing.T, s *Service) {
	t.Helper()
	rec := ledger.Record{What: ledger.Entry, Organization: "o", ID: fmt.Sprint(len(r.leaves)), Digest: ledger.Digest("x")}
	must(t, r.Tell(t.Context(), rec, ledger.Actor{By: "Ann", At: r.now()}))
	if _, err := s.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// on proposes and allows a witness.
func on(t *testing.T, s *Service, m Means, address string) Witness {
	t.Helper()
	w, err := s.Propose(t.Context(), "Ann", m, address)
	must(t, err)
	must(t, s.Allow(t.Context(), "Bo", w.ID))
	w, err = s.Witness(t.Context(), w.ID)
	must(t, err)
	return w
}

// hand hands once and returns how many attempts there were.
func hand(t *testing.T, s *Service) []Handed {
	t.Helper()
	done, err := s.Hand(t.Context())
	must(t, err)
	return done
}

func TestAddresses(t *testing.T) {
	tests := map[string]struct {
		means   Means
		address string
		want    string // key of the mistake, "" for none
	}{
		"folder":                      {ByFolder, "/mnt/auditor/guanji", ""},
		"folder, relative":            {ByFolder, "auditor", "channel.bad_folder"},
		"folder, not clean":           {ByFolder, "/mnt/../etc", "channel.bad_folder"},
		"folder, the root":            {ByFolder, "/", "channel.bad_folder"},
		"folder, unseen":              {ByFolder, "/mnt/a\x00b", "channel.bad_address"},
		"nothing":                     {ByFolder, "", "channel.bad_address"},
		"too long":                    {ByFolder, "/" + strings.Repeat("a", channel.MaxAddress), "channel.bad_address"},
		"no means":                    {"fax", "/mnt/a", "channel.bad_means"},
		"webhook":                     {ByWebhook, "https://witness.example/take?key=1", ""},
		"webhook, plain":              {ByWebhook, "http://witness.example/take", "channel.plain_url"},
		"webhook, plain, private":     {ByWebhook, "http://10.0.0.1/take", "channel.plain_url"},
		"webhook, plain, here":        {ByWebhook, "http://127.0.0.1:9/take", ""},
		"webhook, plain, here, v6":    {ByWebhook, "http://[::1]:9/take", ""},
		"webhook, plain, like here":   {ByWebhook, "http://localhost.witness.example/", "channel.plain_url"},
		"webhook, password":           {ByWebhook, "https://me:secret@witness.example/", "channel.password_in_url"},
		"webhook, other scheme":       {ByWebhook, "file:///etc/passwd", "channel.bad_url"},
		"webhook, fragment":           {ByWebhook, "https://witness.example/#a", "channel.bad_url"},
		"time stamp":                  {ByTimeStamp, "https://tsa.example/tsr", ""},
		"time stamp, no host":         {ByTimeStamp, "https:///tsr", "channel.bad_url"},
		"mail":                        {ByMail, "smtps://me@mail.example:465/?from=a@example.com&to=b@example.com", ""},
		"mail, STARTTLS":              {ByMail, "smtp://mail.example/?from=a@example.com&to=b@example.com", ""},
		"mail, password":              {ByMail, "smtps://me:secret@mail.example/?from=a@example.com&to=b@example.com", "channel.password_in_url"},
		"mail, no recipient":          {ByMail, "smtps://mail.example/?from=a@example.com", "channel.bad_mail"},
		"mail, two recipients":        {ByMail, "smtps://mail.example/?from=a@example.com&to=b@example.com&to=c@example.com", "channel.bad_mail"},
		"mail, more":                  {ByMail, "smtps://mail.example/?from=a@example.com&to=b@example.com&bcc=c@example.com", "channel.bad_mail"},
		"mail, header in the mailbox": {ByMail, "smtps://mail.example/?from=a@example.com&to=b@example.com%0d%0aBcc:c@example.com", "channel.bad_mail"},
		"mail, mailbox alone":         {ByMail, "b@example.com", "channel.bad_mail"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := ""
			if faults := channel.CheckAddress(AllMeans(), tt.means, tt.address); len(faults) > 0 {
				got = faults[0].Msg.Key
			}
			if got != tt.want {
				t.Errorf("checkAddress(%s, %q) = %q, want %q", tt.means, tt.address, got, tt.want)
			}
		})
	}
}

func TestShownKeepsKeysBack(t *testing.T) {
	for want, w := range map[string]Witness{
		"witness.example/…":         {Means: ByWebhook, Address: "https://witness.example/s3cr3t?key=s3cr3t"},
		"https://tsa.example/tsr?…": {Means: ByTimeStamp, Address: "https://tsa.example/tsr?key=s3cr3t"},
		"b@example.com":             {Means: ByMail, Address: "smtps://me@mail.example/?from=a@example.com&to=b@example.com"},
		"/mnt/auditor":              {Means: ByFolder, Address: "/mnt/auditor"},
	} {
		if got := w.Shown(); got != want {
			t.Errorf("Shown() of %q = %q, want %q", w.Address, got, want)
		}
	}
}

func TestTwoAllow(t *testing.T) {
	s, r := newRoom(t)
	r.change(t, s)
	w, err := s.Propose(t.Context(), "Ann", ByFolder, "/mnt/a")
	must(t, err)
	hand(t, s)
	for by, want := range map[string]problem.Kind{"Ann": problem.Denied, " ＡＮＮ ": problem.Denied} {
		if err := s.Allow(t.Context(), by, w.ID); problem.KindOf(err) != want {
			t.Errorf("%q allows: %v, want %s", by, err, want)
		}
	}
	if _, err := s.HandTo(t.Context(), w.ID); problem.KindOf(err) != problem.Refused {
		t.Errorf("handed to a witness that nobody allowed: %v", err)
	}
	hand(t, s)
	if got := r.channel.times("/mnt/a"); got != nil {
		t.Fatalf("given %v before it was allowed", got)
	}
	must(t, s.Allow(t.Context(), "Bo", w.ID))
	hand(t, s)
	if got := r.channel.times("/mnt/a"); len(got) != 1 {
		t.Errorf("given %v once allowed, want one", got)
	}
	if err := s.Allow(t.Context(), "Bo", w.ID); problem.KindOf(err) != problem.Conflict {
		t.Errorf("allowed twice: %v", err)
	}
	if _, err := s.Propose(t.Context(), "Bo", ByFolder, "/mnt/a"); problem.KindOf(err) != problem.Conflict {
		t.Errorf("proposed twice: %v", err)
	}
}

// who leaves these accounts in the room.
func (r *room) who(names ...string) {
	for i := range r.accounts {
		r.accounts[i].Disabled = !slices.Contains(names, r.accounts[i].Name)
	}
}

// TestWhoAllows has somebody propose a witness while there are some accounts,
// and somebody allow it when there are others. Cy is an editor.
func TestWhoAllows(t *testing.T) {
	ann, bo := account.Terminal("ann"), account.Terminal("bo")
	tests := map[string]struct {
		there    []string
		proposes string
		then     []string
		allows   string
		want     string // the key of the refusal, "" for none
		alone    bool
	}{
		"two administrators":                   {[]string{"Ann", "Bo"}, "Ann", []string{"Ann", "Bo"}, "Bo", "", false},
		"one account":                          {[]string{"Ann"}, "Ann", []string{"Ann"}, "Ann", "", true},
		"one administrator and an editor":      {[]string{"Ann", "Cy"}, "Ann", []string{"Ann", "Cy"}, "Ann", "channel.another", false},
		"one account when it was proposed":     {[]string{"Ann"}, "Ann", []string{"Ann", "Cy"}, "Ann", "channel.another", false},
		"the other was disabled":               {[]string{"Ann", "Bo"}, "Ann", []string{"Ann"}, "Ann", "", true},
		"who proposed it was disabled":         {[]string{"Ann", "Bo"}, "Ann", []string{"Bo"}, "Bo", "", false},
		"no account, one user":                 {nil, ann, nil, ann, "", true},
		"no account, two users":                {nil, ann, nil, bo, "", true},
		"user and the account of the same":     {nil, ann, []string{"Ann", "Bo"}, "Ann", "channel.propose_again", false},
		"user and some account":                {nil, ann, []string{"Ann", "Bo"}, "Bo", "channel.propose_again", false},
		"user and the only account":            {nil, ann, []string{"Bo"}, "Bo", "", true},
		"account, and a user with one account": {[]string{"Ann"}, "Ann", []string{"Ann"}, ann, "channel.on_page", false},
		"account and a user":                   {[]string{"Ann", "Bo"}, "Ann", []string{"Ann", "Bo"}, bo, "channel.on_page", false},
		"user who proposes beside an account":  {[]string{"Ann"}, ann, nil, "", "channel.on_page", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, r := newRoom(t)
			r.who(tt.there...)
			w, err := s.Propose(t.Context(), tt.proposes, ByFolder, "/mnt/a")
			if err == nil {
				r.who(tt.then...)
				err = s.Allow(t.Context(), tt.allows, w.ID)
			}
			if tt.want != "" {
				if e, ok := errors.AsType[*problem.Error](err); !ok || e.Kind != problem.Denied || e.Msg.Key != tt.want {
					t.Errorf("refused with %v, want %s", err, tt.want)
				}
				return
			}
			must(t, err)
			if w, err = s.Witness(t.Context(), w.ID); err != nil || !w.On() || w.AllowedAlone() != tt.alone {
				t.Errorf("witness = %+v, %v; want one that says whether it was allowed alone: %v", w, err, tt.alone)
			}
		})
	}
}

func TestHandsAtMostSoOften(t *testing.T) {
	for means, every := range map[Means]time.Duration{ByFolder: time.Minute, ByTimeStamp: time.Hour} {
		t.Run(string(means), func(t *testing.T) {
			s, r := newRoom(t)
			address := map[Means]string{ByFolder: "/mnt/a", ByTimeStamp: "https://tsa.example/"}[means]
			on(t, s, means, address)
			steps := []struct {
				pass time.Duration
				want int
			}{{0, 1}, {every - time.Second, 1}, {time.Second, 2}, {0, 2}, {every, 3}}
			for i, step := range steps {
				r.pass(step.pass)
				r.change(t, s)
				hand(t, s)
				if got := r.channel.times(address); len(got) != step.want {
					t.Fatalf("step %d: given %v, want %d times", i, got, step.want)
				}
			}
			r.pass(2 * every)
			hand(t, s)
			if got := r.channel.times(address); len(got) != 3 || got[2] != int64(len(r.leaves)) {
				t.Errorf("given %v, want the newest of %d once", got, len(r.leaves))
			}
		})
	}
}

func TestFailedIsTriedAgainLater(t *testing.T) {
	s, r := newRoom(t)
	w := on(t, s, ByFolder, "/mnt/a")
	r.change(t, s)
	r.channel.fail["/mnt/a"] = errors.New("no")
	for i, step := range []struct {
		pass time.Duration
		want int
	}{{0, 1}, {59 * time.Second, 1}, {time.Second, 2}, {time.Minute, 2}, {time.Minute, 3}, {3 * time.Minute, 3}, {time.Minute, 4}, {time.Hour, 5}, {time.Hour, 6}, {time.Hour, 7}, {time.Hour, 8}} {
		r.pass(step.pass)
		hand(t, s)
		if got := r.channel.times("/mnt/a"); len(got) != step.want {
			t.Fatalf("step %d: tried %d times, want %d", i, len(got), step.want)
		}
	}
	states, err := s.States(t.Context())
	must(t, err)
	if states[0].Failure == nil || !states[0].Failed.Equal(r.now()) || len(states[0].Sizes) != 0 {
		t.Errorf("state = %+v, want the failure", states[0])
	}
	delete(r.channel.fail, "/mnt/a")
	if h, err := s.HandTo(t.Context(), w.ID); err != nil || h.Err != nil {
		t.Errorf("handed to now: %+v, %v", h, err)
	}
	if states, err = s.States(t.Context()); err != nil || states[0].Failure != nil || len(states[0].Sizes) != 1 {
		t.Errorf("state = %+v, %v; want a receipt and no failure", states, err)
	}
}

func TestOneThatHangsHoldsUpNobody(t *testing.T) {
	s, r := newRoom(t)
	s.Witnessing.Timeout = time.Minute
	on(t, s, ByFolder, "/mnt/hangs")
	on(t, s, ByFolder, "/mnt/well")
	r.channel.hang["/mnt/hangs"] = true
	r.change(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan []Handed)
	go func() {
		done, _ := s.Hand(ctx) // fails with the context
		ended <- done
	}()
	for len(r.channel.times("/mnt/hangs")) == 0 || len(r.channel.times("/mnt/well")) == 0 {
		time.Sleep(time.Millisecond)
	}
	for round := range 3 {
		r.pass(2 * time.Minute)
		r.change(t, s) // signs meanwhile
		if done := hand(t, s); len(done) != 1 || done[0].Witness.Address != "/mnt/well" || done[0].Err != nil {
			t.Fatalf("round %d: %+v, want the other witness alone", round, done)
		}
	}
	cancel()
	if done := <-ended; len(done) != 2 {
		t.Errorf("%+v, want both", done)
	}
	if got := r.channel.times("/mnt/hangs"); len(got) != 1 {
		t.Errorf("the one that hangs was asked %v times meanwhile", got)
	}
}

func TestHangingEnds(t *testing.T) {
	s, r := newRoom(t)
	on(t, s, ByFolder, "/mnt/hangs")
	r.channel.hang["/mnt/hangs"] = true
	r.change(t, s)
	done := hand(t, s)
	if len(done) != 1 || problem.KindOf(done[0].Err) != problem.Unavailable {
		t.Errorf("%+v, want one that did not answer in time", done)
	}
}

func TestReceiptsOutliveARestart(t *testing.T) {
	s, r := newRoom(t)
	w := on(t, s, ByFolder, "/mnt/a")
	r.change(t, s)
	hand(t, s)
	size := int64(len(r.leaves))
	again := r.service(t)
	r.pass(time.Hour)
	hand(t, again)
	if got := r.channel.times("/mnt/a"); len(got) != 1 {
		t.Errorf("given %v, want once", got)
	}
	got, err := again.Receipt(t.Context(), w.ID, size)
	if err != nil || string(got.Body) != "thanks" || got.Means != ByFolder || got.At.IsZero() {
		t.Errorf("receipt = %+v, %v", got, err)
	}
	other := r.service(t) // a second process, which looked before the first gave
	r.change(t, s)
	r.pass(time.Hour)
	if _, err := other.States(t.Context()); err != nil {
		t.Fatal(err)
	}
	hand(t, again)
	hand(t, other)
	if got := r.channel.times("/mnt/a"); len(got) != 2 {
		t.Errorf("given %v, want once more", got)
	}
}

func TestDroppedIsGivenNothing(t *testing.T) {
	s, r := newRoom(t)
	w := on(t, s, ByFolder, "/mnt/a")
	must(t, s.Drop(t.Context(), "Cy", w.ID))
	r.change(t, s)
	hand(t, s)
	if got := r.channel.times("/mnt/a"); got != nil {
		t.Errorf("given %v after it was dropped", got)
	}
	for name, err := range map[string]error{"dropped again": s.Drop(t.Context(), "Cy", w.ID), "allowed": s.Allow(t.Context(), "Bo", w.ID)} {
		if problem.KindOf(err) != problem.Conflict {
			t.Errorf("%s: %v, want a conflict", name, err)
		}
	}
}

// TestWitnessed plants what only a witness can show.
func TestWitnessed(t *testing.T) {
	tests := map[string]struct {
		plant func(t *testing.T, s *Service, r *room, w Witness)
		want  []string // places and wrongs
	}{
		"nothing": {func(*testing.T, *Service, *room, Witness) {}, nil},
		"all put back to a copy": {func(t *testing.T, s *Service, r *room, _ Witness) {
			copied, leaves := maps.Clone(r.objects), slices.Clone(r.leaves)
			r.change(t, s)
			r.pass(time.Minute)
			must(t, handAll(t, s))
			r.channel.copies = append(r.channel.copies, Given{"/mnt/a/newer", r.objects[headPath]})
			r.objects, r.leaves = copied, leaves
		}, []string{"checkpoint forked"}},
		"rewritten and signed anew": {func(t *testing.T, s *Service, r *room, _ Witness) {
			for path := range r.objects {
				if path != "secret" {
					delete(r.objects, path)
				}
			}
			r.pass(time.Hour)
			r.leaves = nil
			for range 4 {
				r.change(t, s)
			}
		}, []string{"checkpoint forked"}},
		"folder gone":      {func(_ *testing.T, _ *Service, r *room, _ Witness) { r.channel.gone = errors.New("gone") }, []string{"witness missing"}},
		"stamp of another": {func(_ *testing.T, _ *Service, r *room, _ Witness) { r.stampErr = errors.New("imprint") }, []string{"witness changed"}},
		"receipt written over": {func(_ *testing.T, _ *Service, r *room, w Witness) {
			r.objects[receiptPath(w.ID, 2)] = []byte("{}")
		}, []string{"witness damaged"}},
		"checkpoint removed": {func(_ *testing.T, _ *Service, r *room, w Witness) {
			r.objects[receiptPath(w.ID, 1)] = []byte(`{"size":1}`)
		}, []string{"witness missing"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, r := newRoom(t)
			w := on(t, s, ByTimeStamp, "https://tsa.example/")
			r.change(t, s)
			must(t, handAll(t, s))
			r.channel.copies = []Given{{"/mnt/a/2", r.objects[headPath]}}
			tt.plant(t, s, r, w)
			report, err := r.service(t).VerifyWitnessed(t.Context(), Verifying{})
			must(t, err)
			var got []string
			for _, f := range report.Faults {
				if f.Place == InWitness || f.Wrong == Forked {
					got = append(got, string(f.Place)+" "+string(f.Wrong))
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("faults %q, want %q: %+v", got, tt.want, report.Faults)
			}
			if report.Given == 0 && tt.want == nil {
				t.Error("no checkpoint of a witness was compared")
			}
			if report.Compared == 0 {
				t.Error("it does not say that anything from elsewhere was looked at")
			}
		})
	}
}

func handAll(t *testing.T, s *Service) error {
	t.Helper()
	for _, h := range hand(t, s) {
		if h.Err != nil {
			return h.Err
		}
	}
	return nil
}

func TestSizeOf(t *testing.T) {
	for _, size := range []int64{0, 7, 999, 1000, 1234567, 1 << 40} {
		for _, path := range []string{ledger.CheckpointPath(size), receiptPath("abc", size)} {
			if got, ok := sizeOf(path); !ok || got != size {
				t.Errorf("sizeOf(%q) = %d, %v", path, got, ok)
			}
		}
	}
	for _, path := range []string{"", "checkpoint", "checkpoints/7", "checkpoints/x7", "tile/0/001"} {
		if got, ok := sizeOf(path); ok {
			t.Errorf("sizeOf(%q) = %d", path, got)
		}
	}
}

func TestSigning(t *testing.T) {
	tests := map[string]struct {
		plant   func(r *room)
		waiting int64
		want    string // what the trouble says
	}{
		"nothing":           {func(*room) {}, 0, ""},
		"waiting":           {func(r *room) { r.leaves = append(r.leaves, r.leaves[1]) }, 1, ""},
		"waiting, with gap": {func(r *room) { r.leaves, r.lost = append(r.leaves, r.leaves[1]), 1 }, 1, "is not in the database"},
		"rolled back":       {func(r *room) { r.leaves = r.leaves[:1] }, 0, "put back"},
		"head written over": {func(r *room) { r.objects[headPath] = []byte("x") }, 2, "not good"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, r := newRoom(t)
			r.change(t, s)
			tt.plant(r)
			r.read = 0
			got, err := s.Signing(t.Context())
			must(t, err)
			trouble := ""
			if got.Trouble != nil {
				trouble = got.Trouble.Error()
			}
			if r.read != 0 && !strings.Contains(tt.want, "not in the database") {
				t.Errorf("%d leaves were read to tell how far signing has come", r.read)
			}
			if got.Waiting() != tt.waiting || (trouble == "") != (tt.want == "") || !strings.Contains(trouble, tt.want) {
				t.Errorf("%d waiting, %q; want %d, %q", got.Waiting(), trouble, tt.waiting, tt.want)
			}
		})
	}
}

func TestCoveredAt(t *testing.T) {
	for n, want := range map[int64]int64{0: 3, 2: 3, 3: 10, 9: 10, 10: -1} {
		if got := CoveredAt([]int64{3, 10}, n); got != want {
			t.Errorf("CoveredAt(3 10, %d) = %d, want %d", n, got, want)
		}
	}
}
