package web

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/regime"
	"guanji/internal/standing"
)

// The cookies. Neither can be read by scripts.
const (
	sessionCookie  = "guanji_session"
	languageCookie = "guanji_lang"
	orgCookie      = "guanji_org" // the organization looked at last, for pages about none
)

// request is one request and who makes it, in which language.
type request struct {
	*http.Request
	words
	w      http.ResponseWriter
	holder access.Holder // zero while nobody is signed in
}

type handler func(q *request) error

// open serves a page that nobody needs to sign in for.
func (s *server) open(h handler) http.HandlerFunc {
	return s.handle(func(q *request) error {
		if err := q.parse(maxForm); err != nil {
			return err
		}
		return h(q)
	})
}

// handle turns a handler into one of package http: the one place where what
// failed is told.
func (s *server) handle(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := &request{Request: r, w: w, words: words{language(r)}}
		if err := h(q); err != nil {
			s.fail(q, err)
		}
	}
}

// parse reads the form, so that no handler overlooks that it could not be read.
func (q *request) parse(most int64) error {
	q.Body = http.MaxBytesReader(q.w, q.Body, most)
	err := q.ParseForm()
	if err == nil && strings.HasPrefix(q.Header.Get("Content-Type"), "multipart/form-data") {
		err = q.ParseMultipartForm(most)
	}
	if _, big := errors.AsType[*http.MaxBytesError](err); big {
		return problem.New(problem.Input, "web.too_big")
	}
	if err != nil {
		return problem.New(problem.Input, "web.bad_form")
	}
	return nil
}

// signed serves a page to somebody who is signed in and may do what it takes.
// Nothing is read of what others send.
func (s *server) signed(p account.Permission, h handler) http.HandlerFunc {
	return s.handle(s.holding(p, func(q *request) error {
		if err := q.parse(maxImport); err != nil {
			return err
		}
		return h(q)
	}))
}

// holding finds out who asks, and whether they may, before anything is read.
func (s *server) holding(p account.Permission, h handler) handler {
	return func(q *request) error {
		var err error
		if q.holder, err = s.Access.Holder(q.Context(), s.session(q), access.Session); err != nil {
			if problem.KindOf(err) == problem.SignedOut && q.Method == http.MethodGet {
				s.redirect(q, "/sign-in?next="+url.QueryEscape(q.URL.RequestURI()))
				return nil
			}
			return err
		}
		if q.holder.Lang != "" {
			q.words = words{q.holder.Lang}
		}
		if err := q.holder.Require(p); err != nil {
			return err
		}
		return h(q)
	}
}

// orgRequest is a request about one organization on a day.
type orgRequest struct {
	*request
	s    *server
	org  string
	now  *standing.State // as it was when the request came
	when when
}

// about serves a page about an organization.
func (s *server) about(p account.Permission, h func(q *orgRequest) error) http.HandlerFunc {
	return s.signed(p, s.organization(h))
}

// streamed is about for what is too large for a form in memory: the handler
// reads what was sent.
func (s *server) streamed(p account.Permission, h func(q *orgRequest) error) http.HandlerFunc {
	return s.handle(s.holding(p, s.organization(h)))
}

// organization finds what a request is about.
func (s *server) organization(h func(q *orgRequest) error) handler {
	return func(q *request) error {
		o := &orgRequest{request: q, s: s, org: q.PathValue("org")}
		var err error
		if o.now, err = s.Standing.State(q.Context(), o.org); err != nil {
			return err
		}
		if o.when, err = s.readWhen(q); err != nil {
			return err
		}
		s.setCookie(q, orgCookie, o.now.ID, 400*24*time.Hour)
		return h(o)
	}
}

// view returns where the organization stands on the day asked.
func (q *orgRequest) view() (*standing.View, error) {
	return q.s.Standing.View(q.Context(), q.org, q.when.On, q.when.Known)
}

// author is who states what the form says, and how sure.
func (q *orgRequest) author() standing.Author {
	return standing.Author{By: q.holder.Name, Origin: standing.Asked, Source: strings.TrimSpace(q.PostFormValue("source")),
		Sure: standing.Sure(cmp.Or(q.PostFormValue("sure"), string(standing.Stated)))}
}

// to returns the path of a page about the organization, for the same day.
func (q *orgRequest) to(page string, pairs ...string) string {
	return orgPath(q.org, page) + q.when.query(pairs...)
}

func orgPath(org, page string) string {
	p := "/o/" + url.PathEscape(org)
	if page != "" {
		p += "/" + page
	}
	return p
}

// when is the day that a page answers for, and the day by whose end what was
// stated counts.
type when struct {
	On, Known, today day.Day
}

// query returns the part of an address that keeps the day, with other pairs of
// name and value; a pair without a value is left out.
func (w when) query(pairs ...string) string {
	v := url.Values{}
	if w.On != w.today {
		v.Set("on", w.On.String())
	}
	if !w.Known.IsZero() {
		v.Set("known", w.Known.String())
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Add(pairs[i], pairs[i+1])
		}
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

// readWhen reads the days of an address.
func (s *server) readWhen(q *request) (when, error) {
	w := when{On: s.Standing.Today(), today: s.Standing.Today()}
	for name, into := range map[string]*day.Day{"on": &w.On, "known": &w.Known} {
		text := q.URL.Query().Get(name)
		if text == "" {
			continue
		}
		d, err := day.Parse(text)
		if err != nil {
			return w, problem.New(problem.Input, "web.bad_day", text)
		}
		*into = d
	}
	if w.On.Before(regime.FirstAssessDay) {
		return w, problem.New(problem.Input, "day.too_early", w.On.String(), regime.FirstAssessDay.String())
	}
	if !w.Known.Before(w.today) {
		w.Known = day.Day{}
	}
	return w, nil
}

// language is that of the cookie, else that of the browser.
func language(r *http.Request) message.Lang {
	switch l := message.Lang(cookie(r, languageCookie)); l {
	case message.English, message.Chinese:
		return l
	}
	first, _, _ := strings.Cut(r.Header.Get("Accept-Language"), ",")
	if first == "" {
		return message.Chinese
	}
	return message.FromLocale(first)
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// setCookie keeps a value in the browser; a life of 0 removes it.
func (s *server) setCookie(q *request, name, value string, life time.Duration) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode, MaxAge: int(life.Seconds())}
	if life == 0 {
		c.MaxAge = -1
	}
	http.SetCookie(q.w, c)
}

// redirect sends the reader on; htmx is told to load the whole page.
func (s *server) redirect(q *request, to string) {
	if q.Header.Get("HX-Request") != "" {
		q.w.Header().Set("HX-Redirect", to)
		return
	}
	http.Redirect(q.w, q.Request, to, http.StatusSeeOther)
}

// part reports whether htmx asks for the element with an id alone.
func (q *request) part(id string) bool {
	return q.Header.Get("HX-Request") != "" && q.Header.Get("HX-Target") == id && q.Header.Get("HX-History-Restore-Request") == ""
}

// address is that of the reader, without port, as attempts to sign in are
// counted by it: a network of 64 bits for IPv6, where one person has that many.
func (s *server) address(r *http.Request) string {
	from := r.RemoteAddr
	if s.Proxied {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if last := strings.TrimSpace(hops[len(hops)-1]); known(last) {
			from = last
		}
	}
	if host, _, err := net.SplitHostPort(from); err == nil {
		from = host
	}
	a, err := netip.ParseAddr(strings.Trim(from, "[]"))
	if err != nil {
		return "unknown"
	}
	if a = a.Unmap().WithZone(""); a.Is6() {
		return netip.PrefixFrom(a, 64).Masked().String()
	}
	return a.String()
}

// known reports whether a text is an address, with or without a port.
func known(text string) bool {
	if _, err := netip.ParseAddrPort(text); err == nil {
		return true
	}
	_, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return err == nil
}

// headers are those of every answer. Pages are for one person, and are kept
// nowhere: after sign-out the back button shows nothing.
func headers(secure bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "+
			"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store")
		if secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// recovered turns a panic into an answer, so that one request cannot end the
// others.
func (s *server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch cause := recover(); cause {
			case nil:
			case http.ErrAbortHandler:
				panic(cause)
			default:
				s.Log.ErrorContext(r.Context(), "a page panicked", "err", fmt.Sprint(cause), "page", route(r), "stack", string(debug.Stack()))
				q := &request{Request: r, w: w, words: words{language(r)}}
				s.fail(q, problem.New(problem.Internal, "web.internal"))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// route says in the log which page was asked for, without what stands in its
// address: that may be a name or a link.
func route(r *http.Request) string {
	if r.Pattern != "" {
		return r.Pattern
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return r.Method + " /" + first
}
