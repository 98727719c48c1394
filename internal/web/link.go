package web

import (
	"net/http"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/problem"
)

// linkPage is what a one-time link opens: the form for the first account, for
// a password, or to sign in. Opening it uses nothing up, as mail programs open
// links too.
type linkPage struct {
	page
	Kind           access.Kind
	For            string // whose it is
	User, Password field
}

func (s *server) linkForm(q *request) error { return s.renderLink(q, http.StatusOK, nil) }

func (s *server) renderLink(q *request, code int, at map[string]string) error {
	kind, a, err := s.Access.Link(q.Context(), q.PathValue("secret"))
	if err != nil {
		return gone(err)
	}
	p := linkPage{page: s.page(q, "link."+string(kind)), Kind: kind, For: a.Name,
		User: field{words: q.words, Name: "name", Label: q.T("sign_in.name"), Hint: q.T("link.name.hint"), Value: q.PostFormValue("name"),
			Autocomplete: "username", Max: account.MaxName, Error: at["name"], Focus: len(at) == 0},
		Password: field{words: q.words, Name: "password", Label: q.T("link.password"), Hint: q.T("link.password.hint", account.MinPassword), Type: "password",
			Autocomplete: "new-password", Max: account.MaxPassword, Error: at["password"], Focus: kind == access.Welcome}}
	return s.render(q, code, "link", p)
}

func (s *server) followLink(q *request) error {
	link := q.PathValue("secret")
	kind, _, err := s.Access.Link(q.Context(), link)
	if err != nil {
		return gone(err)
	}
	var secret string
	switch kind {
	case access.FirstLink:
		secret, err = s.Access.Start(q.Context(), link, q.PostFormValue("name"), q.PostFormValue("password"), q.UserAgent())
	case access.Welcome:
		secret, err = s.Access.Choose(q.Context(), link, q.PostFormValue("password"), q.UserAgent())
	default:
		secret, err = s.Access.FollowLink(q.Context(), link, q.UserAgent())
	}
	if err != nil {
		at, err := q.fieldErrors(err)
		if err != nil {
			return gone(err)
		}
		return s.renderLink(q, http.StatusUnprocessableEntity, at)
	}
	if err := s.begin(q, secret); err != nil {
		return err
	}
	s.redirect(q, "/")
	return nil
}

// gone says of a link that is no longer good that it is not there, as nobody
// needs to sign in for another.
func gone(err error) error {
	if problem.KindOf(err) == problem.SignedOut {
		return problem.New(problem.NotFound, "link.gone")
	}
	return err
}
