package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/problem"
)

// settingsPage is what a person sets for themself.
type settingsPage struct {
	page
	Role          string
	User          string
	Old, Password field
	Sessions      []passItem
	Tokens        []passItem
	Label, Days   field
	Scopes        []option
	ScopesError   string
	Secret        string // of a new token, shown once
	AccountsPath  string
}

type passItem struct {
	words
	EndPath, Label, Created, Seen, Expires, Scopes string
	Mine                                           bool // the one that is asking
}

func (s *server) settings(q *request) error { return s.renderSettings(q, http.StatusOK, nil, "") }

func (s *server) renderSettings(q *request, code int, at map[string]string, secret string) error {
	p := settingsPage{page: s.page(q, "settings"), Role: q.T("role." + string(q.holder.Role)), User: q.holder.Name, Secret: secret, ScopesError: at["scopes"],
		Old: field{words: q.words, Name: "old", Label: q.T("settings.old"), Type: "password", Autocomplete: "current-password", Max: account.MaxPassword, Error: at["old"], Optional: true},
		Password: field{words: q.words, Name: "password", Label: q.T("settings.password"), Hint: q.T("link.password.hint", account.MinPassword), Type: "password",
			Autocomplete: "new-password", Max: account.MaxPassword, Error: at["password"]},
		Label: field{words: q.words, Name: "label", Label: q.T("settings.token.label"), Hint: q.T("settings.token.label.hint"), Value: q.PostFormValue("label"), Max: account.MaxName, Error: at["label"]},
		Days:  field{words: q.words, Name: "days", Label: q.T("settings.token.days"), Value: cmp.Or(q.PostFormValue("days"), "90"), Type: "number", Max: 4, Error: at["days"]}}
	p.Old.Hint = q.T("settings.old.hint")
	if secret != "" { // the form was taken, and begins anew
		p.Label.Value, p.Days.Value = "", "90"
	}
	for _, sc := range scopes() {
		if q.holder.Account.May().Has(sc.p) {
			p.Scopes = append(p.Scopes, option{Value: sc.name, Name: q.T("scope." + sc.name), Chosen: slices.Contains(q.PostForm["scope"], sc.name) && secret == ""})
		}
	}
	if q.holder.May(account.Administer) {
		p.AccountsPath = "/settings/accounts"
	}
	var err error
	if p.Sessions, err = s.passes(q, access.Session, "sessions"); err != nil {
		return err
	}
	if p.Tokens, err = s.passes(q, access.Token, "tokens"); err != nil {
		return err
	}
	p.Here = "/settings"
	return s.render(q, code, "settings", p)
}

type scope struct {
	name string
	p    account.Permission
}

func scopes() []scope {
	return []scope{{"read", account.Read}, {"write", account.Write}, {"administer", account.Administer}, {"alert", account.Alert}}
}

func (s *server) passes(q *request, k access.Kind, path string) ([]passItem, error) {
	mine, err := s.Access.Mine(q.Context(), q.holder, k)
	var list []passItem
	for _, p := range mine {
		var may []string
		for _, sc := range scopes() {
			if p.Scopes.Has(sc.p) {
				may = append(may, q.T("scope."+sc.name))
			}
		}
		list = append(list, passItem{q.words, "/settings/" + path + "/" + p.Digest + "/end", p.Label, clock(p.Created), clock(p.Seen), clock(p.Expires), q.join(may), p.Digest == q.holder.Pass.Digest})
	}
	return list, err
}

func (s *server) savePassword(q *request) error {
	err := s.Access.ChangePassword(q.Context(), q.holder, q.PostFormValue("old"), q.PostFormValue("password"), s.address(q.Request))
	return s.settled(q, err, "password")
}

// settled ends a change of settings: with the page again if it was not taken.
func (s *server) settled(q *request, err error, done string) error {
	at, err := q.fieldErrors(err)
	if err != nil {
		return err
	}
	if at != nil {
		return s.renderSettings(q, http.StatusUnprocessableEntity, at, "")
	}
	s.redirect(q, "/settings?done="+done)
	return nil
}

func (s *server) endSession(q *request) error {
	return s.settled(q, s.Access.Drop(q.Context(), q.holder, access.Session, q.PathValue("digest")), "ended")
}

func (s *server) endToken(q *request) error {
	return s.settled(q, s.Access.Drop(q.Context(), q.holder, access.Token, q.PathValue("digest")), "ended")
}

// addToken makes a token, and shows it this once.
func (s *server) addToken(q *request) error {
	var may account.Permission
	for _, sc := range scopes() {
		for _, chosen := range q.PostForm["scope"] {
			if chosen == sc.name {
				may |= sc.p
			}
		}
	}
	days, _ := strconv.Atoi(q.PostFormValue("days"))
	secret, err := s.Access.NewToken(q.Context(), q.holder, q.PostFormValue("label"), may, days)
	at, err := q.fieldErrors(err)
	if err != nil {
		return err
	}
	if at != nil {
		return s.renderSettings(q, http.StatusUnprocessableEntity, at, "")
	}
	return s.renderSettings(q, http.StatusOK, nil, secret)
}

// accountsPage lists who there is, for administrators.
type accountsPage struct {
	page
	List      []accountItem
	User      field
	Roles     []option
	RoleError string
	Link      string // to be handed to the person, shown once
	LinkFor   string
}

type accountItem struct {
	words
	Path, LinkPath, Name, Created string
	Role                          string
	Roles                         []option
	Disabled, Me                  bool
	Was                           string // what the form was made from
}

func (s *server) accounts(q *request) error {
	return s.renderAccounts(q, http.StatusOK, accountsPage{}, nil)
}

func (s *server) renderAccounts(q *request, code int, p accountsPage, at map[string]string) error {
	alert := p.Alert
	p.page = s.page(q, "accounts")
	p.Alert = alert
	all, err := s.Access.Accounts.Accounts(q.Context())
	if err != nil {
		return err
	}
	for _, a := range all {
		p.List = append(p.List, accountItem{q.words, "/settings/accounts/" + a.ID, "/settings/accounts/" + a.ID + "/link", a.Name, clock(a.Created), q.T("role." + string(a.Role)),
			q.roles(a.Role), a.Disabled, a.ID == q.holder.ID, accountState(a)})
	}
	p.User = field{words: q.words, Name: "name", Label: q.T("sign_in.name"), Value: q.PostFormValue("name"), Max: account.MaxName, Error: at["name"]}
	p.Roles, p.RoleError = q.roles(account.Editor), at["role"]
	if p.Link != "" { // the form was taken, and begins anew
		p.User.Value = ""
	}
	p.Here = "/settings/accounts"
	return s.render(q, code, "accounts", p)
}

func (w words) roles(chosen account.Role) []option {
	var list []option
	for _, r := range account.Roles() {
		list = append(list, option{string(r), w.T("role." + string(r)), r == chosen})
	}
	return list
}

// addAccount adds an account, and shows the link for its owner this once.
func (s *server) addAccount(q *request) error {
	secret, err := s.Access.Invite(q.Context(), q.holder.Name, q.PostFormValue("name"), account.Role(q.PostFormValue("role")))
	at, err := q.fieldErrors(err)
	if err != nil {
		return err
	}
	if at != nil {
		return s.renderAccounts(q, http.StatusUnprocessableEntity, accountsPage{}, at)
	}
	return s.renderAccounts(q, http.StatusOK, accountsPage{Link: s.linkAddress(q, secret), LinkFor: q.PostFormValue("name")}, nil)
}

// linkAddress is a one-time link as it is handed to a person.
func (s *server) linkAddress(q *request, secret string) string {
	base := s.Base
	if base == "" {
		base = "https://" + q.Host
	}
	return base + "/link/" + secret
}

func (s *server) saveAccount(q *request) error {
	a, err := s.Access.Account(q.Context(), q.PathValue("id"))
	if err != nil {
		return err
	}
	if q.PostFormValue("was") != accountState(a) {
		return s.renderAccounts(q, http.StatusConflict, accountsPage{page: page{Alert: q.T("accounts.changed", a.Name)}}, nil)
	}
	role, disabled := account.Role(q.PostFormValue("role")), q.PostFormValue("disabled") != ""
	err = s.Access.SetAccount(q.Context(), q.holder.Name, a.ID, role, disabled)
	if problem.KindOf(err) == problem.Conflict {
		return s.renderAccounts(q, http.StatusConflict, accountsPage{page: page{Alert: problem.In(err, q.lang)}}, nil)
	}
	if err != nil {
		return err
	}
	s.Log.InfoContext(q.Context(), "changed an account", "account", a.ID, "by", q.holder.ID, "role", string(role), "disabled", disabled)
	s.redirect(q, "/settings/accounts?done=saved")
	return nil
}

// accountState is what a form that changes an account was made from.
func accountState(a account.Account) string {
	return string(a.Role) + " " + strconv.FormatBool(a.Disabled)
}

// newLink makes a link by which somebody who lost a password chooses another.
func (s *server) newLink(q *request) error {
	a, err := s.Access.Account(q.Context(), q.PathValue("id"))
	if err != nil {
		return err
	}
	secret, err := s.Access.NewLink(q.Context(), q.holder.Name, a.ID, access.Welcome)
	if err != nil {
		return err
	}
	s.Log.InfoContext(q.Context(), "made a link for an account", "account", a.ID, "by", q.holder.ID)
	return s.renderAccounts(q, http.StatusOK, accountsPage{Link: s.linkAddress(q, secret), LinkFor: a.Name}, nil)
}
