package respond

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"guanji/internal/account"
	"guanji/internal/channel"
	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// who are the accounts there are. Cy is an editor.
func (r *room) who(names ...string) {
	r.accounts = nil
	for _, name := range []string{"Ann", "Bo", "Cy"} {
		role := account.Administrator
		if name == "Cy" {
			role = account.Editor
		}
		r.accounts = append(r.accounts, account.Account{ID: name, Name: name, Role: role, Disabled: !slices.Contains(names, name)})
	}
}

// asked is a webhook as somebody proposes it.
func asked() Channel {
	return Channel{Means: channel.Webhook, Name: "Duty", Address: "https://hooks.example/a", Secret: "whsec_" + strings.Repeat("MDEyMzQ1Njc4", 3)}
}

func TestTwoAllow(t *testing.T) {
	s, r := open(t)
	r.who("Ann", "Bo")
	c, err := s.Propose(t.Context(), "Ann", asked())
	must(t, err)
	wantKey(t, s.Test(t.Context(), c.ID), problem.Refused, "respond.channel_off")
	for _, by := range []string{"Ann", " ＡＮＮ "} {
		wantKey(t, s.Allow(t.Context(), by, c.ID), problem.Denied, "channel.another")
	}
	if c, err = s.Channel(t.Context(), c.ID); err != nil || c.On() {
		t.Fatalf("on before it was allowed: %+v, %v", c, err)
	}
	must(t, s.Allow(t.Context(), "Bo", c.ID))
	wantKey(t, s.Allow(t.Context(), "Bo", c.ID), problem.Conflict, "respond.channel_changed")
	must(t, s.Test(t.Context(), c.ID))
	if len(r.sent) != 1 || r.sent[0].Event != "channel.test" || !strings.HasPrefix(r.sent[0].ID, "guanji-test-") || r.sent[0].Case != "" {
		t.Errorf("the test is %+v", r.sent)
	}
	_, err = s.Propose(t.Context(), "Bo", asked())
	wantKey(t, err, problem.Conflict, "respond.channel_twice")
	must(t, s.Drop(t.Context(), "Cy", c.ID))
	wantKey(t, s.Drop(t.Context(), "Cy", c.ID), problem.Conflict, "respond.channel_changed")
	wantKey(t, s.Allow(t.Context(), "Bo", c.ID), problem.Conflict, "respond.channel_changed")
	wantKey(t, s.Test(t.Context(), c.ID), problem.Refused, "respond.channel_off")
	if _, err = s.Propose(t.Context(), "Bo", asked()); err != nil {
		t.Errorf("proposed again once it was dropped: %v", err)
	}
}

// TestWhoAllows has somebody propose a channel while there are some accounts,
// and somebody allow it when there are others: as with witnesses.
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
			s, r := open(t)
			r.who(tt.there...)
			c, err := s.Propose(t.Context(), tt.proposes, asked())
			if err == nil {
				r.who(tt.then...)
				err = s.Allow(t.Context(), tt.allows, c.ID)
			}
			if tt.want != "" {
				wantKey(t, err, problem.Denied, tt.want)
				return
			}
			must(t, err)
			if c, err = s.Channel(t.Context(), c.ID); err != nil || !c.On() || c.AllowedAlone() != tt.alone {
				t.Errorf("channel = %+v, %v; want one that says whether it was allowed alone: %v", c, err, tt.alone)
			}
			if alone, err := s.Alone(t.Context()); err != nil || alone != (len(tt.then) <= 1) {
				t.Errorf("alone %v, %v", alone, err)
			}
		})
	}
}

func TestProposals(t *testing.T) {
	tests := map[string]struct {
		change func(*Channel)
		want   []string
	}{
		"good":             {func(*Channel) {}, nil},
		"blanks around":    {func(c *Channel) { c.Name, c.Address, c.Secret = " Duty ", c.Address+"\n", " "+c.Secret }, nil},
		"without a secret": {func(c *Channel) { c.Secret = "" }, nil},
		"a robot": {func(c *Channel) {
			c.Means, c.Address, c.Secret = channel.WeCom, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k", ""
		}, nil},
		"a folder": {func(c *Channel) { c.Means, c.Address, c.Secret = channel.Folder, "/mnt/duty", "" }, nil},
		"mail": {func(c *Channel) {
			c.Means, c.Address, c.Secret = channel.Mail, "smtps://mail.example/?from=a@example.com&to=b@example.com", ""
		}, nil},
		"nothing":               {func(c *Channel) { *c = Channel{} }, []string{"means", "name"}},
		"for checkpoints":       {func(c *Channel) { c.Means = channel.TimeStamp }, []string{"means", "secret"}},
		"no address":            {func(c *Channel) { c.Address = "" }, []string{"address"}},
		"plain HTTP":            {func(c *Channel) { c.Address = "http://hooks.example/a" }, []string{"address"}},
		"a password in it":      {func(c *Channel) { c.Address = "https://a:b@hooks.example/" }, []string{"address"}},
		"a long name":           {func(c *Channel) { c.Name = strings.Repeat("x", evidence.MaxLine+1) }, []string{"name"}},
		"a secret that is none": {func(c *Channel) { c.Secret = "x" }, []string{"secret"}},
		"an unseen name":        {func(c *Channel) { c.Name = "a\u202eb" }, []string{"name"}},
		"a name of two lines":   {func(c *Channel) { c.Name = "a\nb" }, []string{"name"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, r := open(t)
			c := asked()
			tt.change(&c)
			got, err := s.Propose(t.Context(), "Ann", c)
			wantField(t, err, tt.want...)
			if len(tt.want) > 0 && len(r.channels) > 0 {
				t.Error("it was kept")
			}
			if len(tt.want) == 0 && (got.ID == "" || got.On() || got.Name != strings.TrimSpace(c.Name) || strings.ContainsAny(got.Address+got.Secret, " \n")) {
				t.Errorf("kept as %+v", got)
			}
		})
	}
}

// TestProposalTellsNothing: what a proposal says of itself counts for nothing,
// and an error has no secret in it.
func TestProposalTellsNothing(t *testing.T) {
	s, r := open(t)
	r.who("Ann", "Bo")
	c := asked()
	c.ID, c.Approval = "mine", account.Approval{ProposedBy: "Bo", AllowedBy: "Bo", Allowed: start}
	got, err := s.Propose(t.Context(), "Ann", c)
	must(t, err)
	if got.ID == "mine" || got.On() || got.ProposedBy != "Ann" {
		t.Errorf("proposed as %+v", got)
	}
	bad := asked()
	bad.Secret = "SECRET-" + strings.Repeat("x", 300)
	_, err = s.Propose(t.Context(), "Ann", bad)
	for _, l := range message.Languages() {
		if strings.Contains(problem.In(err, l), "SECRET") {
			t.Errorf("the secret is in %q", problem.In(err, l))
		}
	}
}

func TestNoSuchChannel(t *testing.T) {
	s, _ := open(t)
	for name, err := range map[string]error{"allow": s.Allow(t.Context(), "Ann", "x"), "drop": s.Drop(t.Context(), "Ann", "x"), "test": s.Test(t.Context(), "x")} {
		if problem.KindOf(err) != problem.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTestFails tells why.
func TestTestFails(t *testing.T) {
	s, r := open(t)
	r.channels = []Channel{hook("a")}
	r.fail["a"] = errors.New("no route")
	if err := s.Test(t.Context(), "a"); err == nil || err.Error() != "no route" {
		t.Errorf("it says %v", err)
	}
}

func TestShownKeepsKeysBack(t *testing.T) {
	for want, c := range map[string]Channel{
		"hooks.example/…":       {Means: channel.Webhook, Address: "https://hooks.example/s3cr3t?key=s3cr3t"},
		"qyapi.weixin.qq.com/…": {Means: channel.WeCom, Address: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=s3cr3t"},
		"open.feishu.cn/…":      {Means: channel.Feishu, Address: "https://open.feishu.cn/open-apis/bot/v2/hook/s3cr3t"},
		"b@example.com":         {Means: channel.Mail, Address: "smtps://me@mail.example/?from=a@example.com&to=b@example.com"},
	} {
		if got := c.Shown(); got != want {
			t.Errorf("Shown() of %q = %q, want %q", c.Address, got, want)
		}
	}
}
