package respond

import (
	"context"
	"crypto/rand"
	"strings"
	"unicode/utf8"

	"guanji/internal/account"
	"guanji/internal/channel"
	"guanji/internal/evidence"
	"guanji/internal/ledger"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// Propose proposes a channel. Nothing goes by it until it is allowed. It fails
// with [problem.Denied] at a terminal once there are accounts.
func (s *Service) Propose(ctx context.Context, by string, c Channel) (Channel, error) {
	c.Name, c.Address, c.Secret = strings.TrimSpace(c.Name), strings.TrimSpace(c.Address), strings.TrimSpace(c.Secret)
	mistakes := channel.CheckAddress(channel.ForNotices(), c.Means, c.Address)
	if c.Name == "" || len(c.Name) > evidence.MaxLine || !utf8.ValidString(c.Name) || strings.ContainsFunc(c.Name, func(r rune) bool { return !evidence.Visible(r) }) {
		mistakes = append(mistakes, problem.Field{Name: "name", Msg: message.New("evidence.long_line", evidence.MaxLine)})
	}
	mistakes = append(mistakes, channel.CheckSecret(c.Means, c.Secret)...)
	if err := mistakes.OrNil(); err != nil {
		return Channel{}, err
	}
	people, err := s.people(ctx)
	if err == nil {
		err = account.MayPropose(people, by)
	}
	if err != nil {
		return Channel{}, err
	}
	all, err := s.Channels.Channels(ctx)
	if err != nil {
		return Channel{}, err
	}
	for _, other := range all {
		if other.Dropped.IsZero() && other.Means == c.Means && other.Address == c.Address {
			return Channel{}, problem.New(problem.Conflict, "respond.channel_twice")
		}
	}
	c.ID, c.Approval = strings.ToLower(rand.Text()[:16]), account.Approval{ProposedBy: by, Proposed: s.now()}
	return c, s.Channels.SaveChannel(ctx, nil, c, ledger.Actor{By: by, At: c.Proposed})
}

// Allow lets notices go by a channel: see [account.Approval.MayAllow]. It fails
// with [problem.Conflict] if it is allowed or dropped already.
func (s *Service) Allow(ctx context.Context, by, id string) error {
	c, err := s.Channel(ctx, id)
	switch {
	case err != nil:
		return err
	case c.On() || !c.Dropped.IsZero():
		return problem.New(problem.Conflict, "respond.channel_changed")
	}
	people, err := s.people(ctx) // the last that is read before it is saved
	if err == nil {
		err = c.MayAllow(people, by)
	}
	if err != nil {
		return err
	}
	was := c
	c.AllowedBy, c.Allowed = by, s.now()
	return s.Channels.SaveChannel(ctx, &was, c, ledger.Actor{By: by, At: c.Allowed})
}

// Drop ends a channel, or takes back a proposal. One is enough for it.
func (s *Service) Drop(ctx context.Context, by, id string) error {
	c, err := s.Channel(ctx, id)
	if err != nil {
		return err
	}
	if !c.Dropped.IsZero() {
		return problem.New(problem.Conflict, "respond.channel_changed")
	}
	was := c
	c.Dropped = s.now()
	return s.Channels.SaveChannel(ctx, &was, c, ledger.Actor{By: by, At: c.Dropped})
}

// Channel returns a channel. It fails with [problem.NotFound].
func (s *Service) Channel(ctx context.Context, id string) (Channel, error) {
	all, err := s.Channels.Channels(ctx)
	if err != nil {
		return Channel{}, err
	}
	for _, c := range all {
		if c.ID == id {
			return c, nil
		}
	}
	return Channel{}, problem.New(problem.NotFound, "respond.no_channel")
}

// Test gives a channel a message that says that it is a test. It fails with
// [problem.Refused] for one that is not on.
func (s *Service) Test(ctx context.Context, id string) error {
	c, err := s.Channel(ctx, id)
	if err != nil {
		return err
	}
	if !c.On() {
		return problem.New(problem.Refused, "respond.channel_off")
	}
	t := message.New("respond.say.test").Text()
	return s.Sender.Send(ctx, c, Message{ID: "guanji-test-" + strings.ToLower(rand.Text()[:16]), Event: "channel.test", Attempt: 1, At: s.now(),
		Subject: both(t), Text: t.Zh + "\n" + t.En})
}

// Alone reports whether there is at most one account: who proposes a channel
// then allows it, too.
func (s *Service) Alone(ctx context.Context) (bool, error) {
	people, err := s.people(ctx)
	return people <= 1, err
}

func (s *Service) people(ctx context.Context) (int, error) {
	all, err := s.People.Accounts(ctx)
	return account.Enabled(all), err
}
