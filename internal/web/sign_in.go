package web

import (
	"net/http"
	"net/url"
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
	if _, err := s.Access.Holder(q.Context(), s.session(q), access.Session); err == nil {
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
		if err := s.begin(q, secret); err != nil {
			return err
		}
		s.redirect(q, local(q.PostFormValue("next")))
		return nil
	case problem.SignedOut, problem.TooMany:
		s.Log.WarnContext(q.Context(), "refused a sign-in", "from", s.address(q.Request), "kind", string(problem.KindOf(err)))
		return s.renderSignIn(q, status(problem.KindOf(err)), err)
	}
	return err
}

// begin gives the browser its session. The session that it had before, if any,
// ends.
func (s *server) begin(q *request, secret string) error {
	if err := s.Access.SignOut(q.Context(), s.session(q)); err != nil {
		return err
	}
	s.setCookie(q, s.sessionName(), secret, access.SessionTotal)
	return nil
}

// sessionName is the name of the cookie with the session. Over https it is one
// that only this host can set, by the rules of browsers.
func (s *server) sessionName() string {
	if s.Secure {
		return "__Host-" + sessionCookie
	}
	return sessionCookie
}

func (s *server) session(q *request) string { return cookie(q.Request, s.sessionName()) }

func (s *server) signOut(q *request) error {
	if err := s.Access.SignOut(q.Context(), s.session(q)); err != nil {
		return err
	}
	s.setCookie(q, s.sessionName(), "", 0)
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
	if h, err := s.Access.Holder(q.Context(), s.session(q), access.Session); err == nil {
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
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.Contains(path, `\`) {
		return "/"
	}
	return path
}
