package web

import (
	"net/http"
	"strings"
	"time"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/message"
	"guanji/internal/problem"
)

type signInPage struct {
	page
	Next           string
	User, Password field
}

func (s *server) signInForm(q *request) error {
	if _, err := s.Access.Holder(q.Context(), cookie(q.Request, sessionCookie), access.Session); err == nil {
		s.redirect(q, local(q.FormValue("next")))
		return nil
	}
	return s.renderSignIn(q, http.StatusOK, nil)
}

func (s *server) renderSignIn(q *request, code int, failed error) error {
	p := signInPage{page: s.page(q, "sign_in"), Next: local(q.FormValue("next")),
		User:     field{words: q.words, Name: "name", Label: q.T("sign_in.name"), Value: q.PostFormValue("name"), Autocomplete: "username", Max: account.MaxName, Focus: true},
		Password: field{words: q.words, Name: "password", Label: q.T("sign_in.password"), Type: "password", Autocomplete: "current-password", Max: account.MaxPassword}}
	if failed != nil {
		p.Alert = problem.In(failed, q.lang)
	}
	p.Here = "/sign-in"
	return s.render(q, code, "sign_in", p)
}

// signIn takes name and password. What is wrong of the two is not told.
func (s *server) signIn(q *request) error {
	secret, err := s.Access.SignIn(q.Context(), q.PostFormValue("name"), q.PostFormValue("password"), s.address(q.Request), q.UserAgent())
	switch problem.KindOf(err) {
	case "":
		s.begin(q, secret)
		s.redirect(q, local(q.PostFormValue("next")))
		return nil
	case problem.SignedOut, problem.TooMany:
		return s.renderSignIn(q, status(problem.KindOf(err)), err)
	}
	return err
}

// begin gives the browser its session. The session that it had before, if any,
// is not used again.
func (s *server) begin(q *request, secret string) {
	s.setCookie(q, sessionCookie, secret, access.SessionTotal)
}

func (s *server) signOut(q *request) error {
	if err := s.Access.SignOut(q.Context(), cookie(q.Request, sessionCookie)); err != nil {
		return err
	}
	s.setCookie(q, sessionCookie, "", 0)
	q.w.Header().Set("Clear-Site-Data", `"cache"`)
	s.redirect(q, "/sign-in")
	return nil
}

// saveLanguage remembers the language in the browser and, for who is signed
// in, with the account.
func (s *server) saveLanguage(q *request) error {
	l := message.Lang(q.PostFormValue("lang"))
	if l != message.English && l != message.Chinese {
		return problem.New(problem.Input, "web.bad_form")
	}
	s.setCookie(q, languageCookie, string(l), 400*24*time.Hour)
	if h, err := s.Access.Holder(q.Context(), cookie(q.Request, sessionCookie), access.Session); err == nil {
		if err := s.Access.SetLang(q.Context(), h, l); err != nil {
			return err
		}
	}
	s.redirect(q, local(q.PostFormValue("back")))
	return nil
}

// local keeps a path of this site, and sends everything else home: nobody is
// led elsewhere by an address that begins here.
func local(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}
