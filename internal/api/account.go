package api

import (
	"context"
	"time"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/day"
	"guanji/internal/problem"
)

// accountView is a person who signs in.
type accountView struct {
	ID       string       `json:"id"`
	Name     string       `json:"name" doc:"As it signs what the person states."`
	Role     account.Role `json:"role" enum:"administrator,editor,reader"`
	Disabled bool         `json:"disabled"`
	Created  time.Time    `json:"created"`
}

func accountOf(a account.Account) accountView {
	return accountView{a.ID, a.Name, a.Role, a.Disabled, a.Created.In(day.Beijing)}
}

// whoami is the caller.
type whoami struct {
	Account accountView `json:"account"`
	Scopes  []string    `json:"scopes" doc:"What the caller may do: what both the token and the role of its owner allow."`
	Token   tokenView   `json:"token"`
}

func (s *server) me(ctx context.Context, _ *none) (*reply[whoami], error) {
	c := callerOf(ctx)
	return replyOf(whoami{accountOf(c.Account), scopes(c.Account.May() & c.Pass.Scopes), tokenOf(c.Pass)}), nil
}

func (s *server) accounts(ctx context.Context, in *Paging) (*list[accountView], error) {
	all, err := s.Access.Accounts.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	return pageOf(*in, views(all, accountOf)), nil
}

// newAccount is somebody to be invited.
type newAccount struct {
	Name string `json:"name"`
	Role string `json:"role" enum:"administrator,editor,reader"`
}

// invited is a new account with the link for its owner.
type invited struct {
	Account accountView `json:"account"`
	Secret  string      `json:"secret" doc:"Of the link by which the owner chooses a password; good once, for a day."`
}

func (s *server) createAccount(ctx context.Context, in *struct{ Body newAccount }) (*reply[invited], error) {
	secret, err := s.Access.Invite(ctx, callerOf(ctx).Name, in.Body.Name, account.Role(in.Body.Role))
	if err != nil {
		return nil, err
	}
	kind, a, err := s.Access.Link(ctx, secret)
	if err == nil && kind != access.Welcome {
		err = problem.New(problem.Internal, "api.internal")
	}
	if err != nil {
		return nil, err
	}
	return replyOf(invited{accountOf(a), secret}), nil
}

// accountChange is what is changed of an account.
type accountChange struct {
	Role     string `json:"role,omitempty" enum:"administrator,editor,reader" doc:"Absent: as it is."`
	Disabled *bool  `json:"disabled,omitempty" doc:"Absent: as it is."`
}

func (s *server) updateAccount(ctx context.Context, in *struct {
	Account string `path:"account" doc:"The id of an account."`
	Body    accountChange
}) (*reply[accountView], error) {
	a, err := s.Access.Account(ctx, in.Account)
	if err != nil {
		return nil, err
	}
	if in.Body.Role != "" {
		a.Role = account.Role(in.Body.Role)
	}
	if in.Body.Disabled != nil {
		a.Disabled = *in.Body.Disabled
	}
	if err := s.Access.SetAccount(ctx, callerOf(ctx).Name, a.ID, a.Role, a.Disabled); err != nil {
		return nil, err
	}
	return replyOf(accountOf(a)), nil
}

// tokenView is a token, without its secret.
type tokenView struct {
	ID      string    `json:"id"`
	Label   string    `json:"label" doc:"What its owner knows it by."`
	Scopes  []string  `json:"scopes"`
	Created time.Time `json:"created"`
	Seen    time.Time `json:"seen" doc:"Its last use, to the minute."`
	Expires time.Time `json:"expires"`
}

func tokenOf(p access.Pass) tokenView {
	return tokenView{p.Digest, p.Label, scopes(p.Scopes), p.Created.In(day.Beijing), p.Seen.In(day.Beijing), p.Expires.In(day.Beijing)}
}

func (s *server) tokens(ctx context.Context, in *Paging) (*list[tokenView], error) {
	mine, err := s.Access.Mine(ctx, callerOf(ctx).Holder, access.Token)
	if err != nil {
		return nil, err
	}
	return pageOf(*in, views(mine, tokenOf)), nil
}

// newToken is a token to be made.
type newToken struct {
	Label  string   `json:"label" doc:"What its owner knows it by."`
	Scopes []string `json:"scopes" enum:"read,write,administer,alert" minItems:"1"`
	Days   int      `json:"days" minimum:"1" doc:"How long it is good; no longer than the token that makes it."`
}

// issued is a new token.
type issued struct {
	Token  tokenView `json:"token"`
	Secret string    `json:"secret" doc:"What is sent as Authorization: Bearer SECRET. It is shown once."`
}

func (s *server) createToken(ctx context.Context, in *struct{ Body newToken }) (*reply[issued], error) {
	c := callerOf(ctx)
	wanted := account.Permission(0)
	for _, scope := range in.Body.Scopes {
		wanted |= permission(scope)
	}
	if life := time.Duration(in.Body.Days) * 24 * time.Hour; in.Body.Days > mostDays || s.Access.Now().Add(life).After(c.Pass.Expires) {
		return nil, wrong("body.days", "api.longer_life", c.Pass.Expires.In(day.Beijing).Format(time.RFC3339))
	}
	secret, err := s.Access.NewToken(ctx, c.Holder, in.Body.Label, wanted, in.Body.Days)
	if err != nil {
		return nil, err
	}
	made, err := s.Access.Holder(ctx, secret, access.Token)
	if err != nil {
		return nil, err
	}
	return replyOf(issued{tokenOf(made.Pass), secret}), nil
}

// mostDays keeps the life of a token from overflowing; no token lives so long.
const mostDays = 10_000

func (s *server) deleteToken(ctx context.Context, in *struct {
	Token string `path:"token" doc:"The id of a token."`
}) (*none, error) {
	return &none{}, s.Access.Drop(ctx, callerOf(ctx).Holder, access.Token, in.Token)
}
