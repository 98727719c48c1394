package web

import (
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"guanji/internal/account"
	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
)

// words puts what a page says into the reader's language. Every page, and
// every part of one that says something, embeds it.
type words struct{ lang message.Lang }

// T puts a message of the catalogue into words.
func (w words) T(key string, args ...any) string { return message.New(key, args...).In(w.lang) }

// Text returns a text in the reader's language.
func (w words) Text(t message.Text) string { return t.In(w.lang) }

// Code is a text as HTML, with what stands between backticks as code.
func (w words) Code(text string) template.HTML {
	parts := strings.Split(template.HTMLEscapeString(text), "`")
	for i := 1; i < len(parts)-1; i += 2 {
		parts[i] = "<code>" + parts[i] + "</code>"
	}
	return template.HTML(strings.Join(parts, ""))
}

// Lang is the language as HTML names it.
func (w words) Lang() string { return langTag(w.lang) }

func langTag(l message.Lang) string {
	if l == message.Chinese {
		return "zh-CN"
	}
	return "en"
}

// Chinese reports whether the reader's language is Chinese.
func (w words) Chinese() bool { return w.lang == message.Chinese }

// join puts a list into words.
func (w words) join(parts []string) string { return strings.Join(parts, w.T("list.comma")) }

// page is what every page has.
type page struct {
	words
	Title   string
	Purpose string // what the page is for, in one line
	Signed  string // the name of who is signed in; "" for nobody
	Write   bool   // the person may state facts
	Nav     []navItem
	Org     *orgHead // nil for a page about none
	Here    string   // path and query, for the language switch
	Done    string   // what was just done
	Alert   string   // why it was not done
	Footer  string   // content version
}

// orgHead names the organization that a page is about, on which day.
type orgHead struct {
	words
	ID, Name   string
	Home       string
	Path       string // of this page, for the form that chooses another day
	On, Known  string
	Past       bool // not today, or not by what is known now
	When       string
	DaysMatter bool // the page answers for a day
}

type navItem struct {
	Path, Name string
	Here       bool
	Group      string // heading before the item
}

// page begins a page. Its title and purpose are messages: page.KEY and
// page.KEY.purpose.
func (s *server) page(q *request, key string) page {
	p := page{words: q.words, Title: q.T("page." + key), Purpose: q.T("page." + key + ".purpose"), Here: q.here()}
	if q.holder.ID != "" {
		p.Signed, p.Write = q.holder.Name, q.holder.May(account.Write)
		p.Nav = s.nav(q)
	}
	if done := q.URL.Query().Get("done"); done != "" && message.Known("done."+done) {
		p.Done = q.T("done." + done)
	}
	p.Footer = q.T("web.footer", s.Set.Info.Version, s.Set.Info.ResearchedThrough.String())
	return p
}

// here is the path and query of the page that the reader sees: for what was
// sent by a form, that of the page with the form.
func (q *request) here() string {
	if q.Method == http.MethodGet || q.Method == http.MethodHead {
		return q.URL.RequestURI()
	}
	from, err := url.Parse(q.Referer())
	if err != nil || from.Host != q.Host {
		return "/"
	}
	return local(from.RequestURI())
}

// page begins a page about an organization.
func (q *orgRequest) page(key string) page {
	p := q.s.page(q.request, key)
	path, _, _ := strings.Cut(p.Here, "?")
	h := &orgHead{words: q.words, ID: q.org, Name: q.Text(q.now.Name(org.AboutOrganization, string(org.AboutOrganization))), Home: q.to(""),
		Path: path, On: q.when.On.String(), Known: q.when.Known.String()}
	h.Past = q.when.On != q.when.today || !q.when.Known.IsZero()
	h.When = q.T("web.as_of", h.On)
	if !q.when.Known.IsZero() {
		h.When += q.T("web.as_known", h.Known)
	}
	p.Org = h
	return p
}

// nav is the one navigation, in the order an inspector walks.
func (s *server) nav(q *request) []navItem {
	var items []navItem
	add := func(group, key, path string) {
		here := q.URL.Path == path || path != "/" && strings.HasPrefix(q.URL.Path, path+"/")
		switch key {
		case "overview":
			here = q.URL.Path == path
		case "standing":
			here = here || strings.Contains(q.URL.Path+"/", "/what-if/")
		case "evidence":
			here = here || strings.HasSuffix(q.URL.Path, "/plans/new") || strings.HasSuffix(q.URL.Path, "/events/new")
		}
		items = append(items, navItem{Path: path, Name: q.T("nav." + key), Here: here, Group: group})
	}
	id := cmp.Or(q.PathValue("org"), cookie(q.Request, orgCookie))
	if q.PathValue("org") == "" && id != "" {
		if _, err := s.Standing.State(q.Context(), id); err != nil {
			id = ""
		}
	}
	if id != "" {
		sameDay := s.navWhen(q)
		for _, n := range []struct{ group, key, page string }{
			{"", "overview", ""}, {"", "questions", "questions"}, {"", "standing", "standing"}, {"", "duties", "duties"},
			{"", "position", "position"}, {"", "tasks", "tasks"},
			{q.T("nav.identify"), "systems", "systems"}, {q.T("nav.identify"), "transfers", "transfers"},
			{q.T("nav.respond"), "incidents", "incidents"}, {q.T("nav.respond"), "response_plan", "response-plan"},
			{q.T("nav.proof"), "evidence", "evidence"},
			{q.T("nav.record"), "memo", "memo"}, {q.T("nav.record"), "history", "history"},
		} {
			add(n.group, n.key, orgPath(id, n.page))
			items[len(items)-1].Path += sameDay
			if n.key == "evidence" {
				add(n.group, "ledger", "/ledger")
			}
		}
	} else {
		add(q.T("nav.proof"), "ledger", "/ledger")
	}
	add(q.T("nav.reference"), "law", "/law")
	add(q.T("nav.installation"), "organizations", "/organizations")
	add(q.T("nav.installation"), "settings", "/settings")
	for i := len(items) - 1; i > 0; i-- {
		if items[i].Group == items[i-1].Group {
			items[i].Group = ""
		}
	}
	return items
}

// navWhen keeps the day asked while the reader goes from page to page.
func (s *server) navWhen(q *request) string {
	w, err := s.readWhen(q)
	if err != nil {
		return ""
	}
	return w.query()
}

// option is one choice of a select, or one radio button.
type option struct {
	Value, Name string
	Chosen      bool
}

// options marks the one that is chosen.
func options(chosen string, list []option) {
	for i := range list {
		list[i].Chosen = list[i].Value == chosen
	}
}

// field is one text field of a form, with what is wrong with it beside it.
type field struct {
	words
	Name, Label, Hint, Value, Error string
	Type                            string // of the input; "" is text
	Autocomplete                    string
	Language                        string // of what is typed, if not the reader's
	Scope                           string // tells fields of one name apart on one page
	Max                             int
	Optional                        bool
	Focus                           bool
}

// fieldErrors returns the mistakes of a form by field; other failures are
// given back.
func (w words) fieldErrors(err error) (map[string]string, error) {
	list, ok := err.(problem.Fields)
	if !ok {
		return nil, err
	}
	at := map[string]string{}
	for _, f := range list {
		at[f.Name] = f.Msg.In(w.lang)
		if f.Msg.Key == "evidence.choose" { // the form has them in words
			at[f.Name] = w.T("evidence.choose_offered")
		}
	}
	return at, nil
}

// mark names a confidence that a reader must not overlook.
func (w words) mark(c law.Confidence) string {
	if c == law.Verified {
		return ""
	}
	return w.T("confidence." + string(c))
}

// distance says how far a day is: in 3 days.
func (w words) distance(from, to day.Day) string {
	switch n := from.DaysUntil(to); {
	case n == 0:
		return w.T("web.today")
	case n == 1:
		return w.T("web.tomorrow")
	case n > 0:
		return w.T("web.in_days", n)
	case n == -1:
		return w.T("web.yesterday")
	default:
		return w.T("web.days_ago", -n)
	}
}

// noPage answers what is no page.
func (s *server) noPage(*request) error { return problem.New(problem.NotFound, "web.no_page") }

func (s *server) crossOrigin(q *request) error {
	s.Log.WarnContext(q.Context(), "refused a request from another site", "page", route(q.Request))
	return problem.New(problem.Denied, "web.cross_origin")
}

// status is the code of an answer that tells a failure of a kind.
func status(k problem.Kind) int {
	switch k {
	case problem.Usage, problem.Input:
		return http.StatusUnprocessableEntity
	case problem.NotFound:
		return http.StatusNotFound
	case problem.SignedOut:
		return http.StatusUnauthorized
	case problem.Denied:
		return http.StatusForbidden
	case problem.Conflict:
		return http.StatusConflict
	case problem.TooMany:
		return http.StatusTooManyRequests
	case problem.Unavailable, problem.Refused:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
