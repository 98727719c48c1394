package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"guanji/internal/message"
	"guanji/internal/problem"
)

func TestExplain(t *testing.T) {
	tests := map[string]struct {
		err    error
		status int
		code   string
	}{
		"usage":       {problem.New(problem.Usage, "day.too_early", "a", "b"), 400, "day.too_early"},
		"input":       {problem.New(problem.Input, "standing.bad_sure"), 422, "standing.bad_sure"},
		"fields":      {wrong("query.on", "api.want_day"), 422, "api.invalid"},
		"not found":   {problem.New(problem.NotFound, "access.no_account"), 404, "access.no_account"},
		"conflict":    {problem.New(problem.Conflict, "access.last_administrator"), 409, "access.last_administrator"},
		"denied":      {problem.New(problem.Denied, "access.denied"), 403, "access.denied"},
		"signed out":  {problem.New(problem.SignedOut, "access.gone"), 401, "access.gone"},
		"too many":    {problem.New(problem.TooMany, "access.wait", 7), 429, "access.wait"},
		"unavailable": {problem.New(problem.Unavailable, "store.unavailable"), 503, "store.unavailable"},
		"refused":     {problem.New(problem.Refused, "store.open", "the database"), 503, "store.open"},
		"internal":    {problem.New(problem.Internal, "access.denied"), 500, "api.internal"},
		"unknown":     {errors.New("select secret from"), 500, "api.internal"},
		"wrapped":     {fmt.Errorf("reading: %w", problem.New(problem.NotFound, "access.no_account")), 404, "access.no_account"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			en, zh := explain(tt.err, message.English), explain(tt.err, message.Chinese)
			if en.Status != tt.status || en.Code != tt.code || zh.Code != tt.code {
				t.Errorf("explain(%v) = %d %s, want %d %s", tt.err, en.Status, en.Code, tt.status, tt.code)
			}
			if en.Detail == zh.Detail || zh.header.Get("Content-Language") != "zh" {
				t.Errorf("%q and %q should be two languages", en.Detail, zh.Detail)
			}
			if strings.Contains(en.Detail, "secret") {
				t.Errorf("%q tells what went wrong inside", en.Detail)
			}
		})
	}
	if got := explain(problem.New(problem.TooMany, "access.wait", 7), message.English).header.Get("Retry-After"); got != "7" {
		t.Errorf("Retry-After: %q", got)
	}
	if got := explain(problem.New(problem.Unavailable, "store.unavailable").Because(errors.New("password")), message.English); strings.Contains(got.Detail, "password") {
		t.Errorf("%q tells the cause", got.Detail)
	}
}

// TestInternalIsLogged wants a failure inside to go to the log and nowhere else.
func TestInternalIsLogged(t *testing.T) {
	for _, in := range []string{"an error", "a panic"} {
		t.Run(in, func(t *testing.T) {
			s := newSite(t)
			s.bank()
			if in == "a panic" {
				s.kept.entries = nil // writing to it panics
				s.refused(s.call("editor", "POST", Base+"/organizations/acme/systems", `{"id": "x", "name": {"en": "X"}}`), 500, "api.internal")
			} else {
				s.kept.broken = errors.New("disk secret")
				s.refused(s.call("reader", "GET", Base+"/organizations", ""), 500, "api.internal")
			}
			if !strings.Contains(s.log.String(), "disk secret") && !strings.Contains(s.log.String(), "nil map") || strings.Contains(s.log.String(), s.tokens["reader"]) {
				t.Errorf("the log: %s", s.log)
			}
		})
	}
}

func TestBrokenOffIsNoMistakeOfOurs(t *testing.T) {
	s := newSite(t)
	s.kept.broken = fmt.Errorf("reading: %w", context.Canceled)
	s.refused(s.call("reader", "GET", Base+"/organizations", ""), 503, "api.broken_off")
	if s.log.Len() > 0 {
		t.Errorf("the log: %s", s.log)
	}
}

// TestRefusals tries what is wrong before an operation begins, or in what it
// is given.
func TestRefusals(t *testing.T) {
	s := newSite(t)
	s.bank()
	state := "POST /organizations/acme/statements"
	one := func(change string) string { return `{"changes": [` + change + `]}` }
	tests := map[string]struct {
		request, body string
		status        int
		code          string
		location      string // of the first mistake
		mistake       string // its code
	}{
		"no such path":           {"GET /nothing", "", 404, "api.no_operation", "", ""},
		"no such method":         {"DELETE /me", "", 405, "api.bad_method", "", ""},
		"no such organization":   {"GET /organizations/none/assessment", "", 404, "standing.no_organization", "", ""},
		"no such duty":           {"GET /organizations/acme/duties/none", "", 404, "api.no_duty", "", ""},
		"no such system":         {"PUT /organizations/acme/systems/none/name", `{"name": {"en": "X"}}`, 404, "standing.no_subject", "", ""},
		"no such notice":         {"PUT /organizations/acme/notices/n9", `{"notified_on": "2026-01-01"}`, 404, "standing.no_subject", "", ""},
		"no such instrument":     {"GET /law/instruments/NONE", "", 404, "api.no_instrument", "", ""},
		"no such provision":      {"GET /law/provisions/CSL-999", "", 404, "api.no_provision", "", ""},
		"no such account":        {"PATCH /accounts/none", `{"disabled": true}`, 404, "access.no_account", "", ""},
		"not text in the path":   {"GET /organizations/%ff/file", "", 400, "api.bad_address", "", ""},
		"a control character":    {"GET /organizations/a%00b/file", "", 400, "api.bad_address", "", ""},
		"not text in the query":  {"GET /law/provisions?q=%ff", "", 400, "api.bad_address", "", ""},
		"unknown parameter":      {"GET /facts?page=2", "", 422, "api.invalid", "query.page", "api.unknown_parameter"},
		"missing parameter":      {"GET /law/changes?from=2026-01-01", "", 422, "api.invalid", "query.to", "api.missing_parameter"},
		"a limit too high":       {"GET /facts?limit=1001", "", 422, "api.invalid", "query.limit", "api.want_less"},
		"a limit too low":        {"GET /facts?limit=0", "", 422, "api.invalid", "query.limit", "api.want_more"},
		"no number":              {"GET /facts?limit=all", "", 422, "api.invalid", "query.limit", "api.want_int"},
		"no bool":                {"PUT /organizations/acme/file?whole=maybe", "x", 422, "api.invalid", "query.whole", "api.want_bool"},
		"no day":                 {"GET /organizations/acme/assessment?on=2026-02-30", "", 422, "api.invalid", "query.on", "api.want_day"},
		"a day of another age":   {"GET /organizations/acme/assessment?on=1066-10-14", "", 422, "api.invalid", "query.on", "api.want_day"},
		"a day before the law":   {"GET /organizations/acme/assessment?on=2017-05-31", "", 400, "day.too_early", "", ""},
		"known before anything":  {"GET /organizations/acme/assessment?known=2026-08-01", "", 404, "standing.not_known_then", "", ""},
		"no such area":           {"GET /organizations/acme/duties?area=none", "", 422, "api.invalid", "query.area", "api.want_one_of"},
		"no such answer":         {"GET /organizations/acme/duties?applies=maybe", "", 422, "api.invalid", "query.applies", "api.want_one_of"},
		"no body":                {state, "", 400, "api.bad_body", "", ""},
		"no JSON":                {state, "{\n  \"changes\": [}", 400, "api.bad_body", "body", "api.bad_json"},
		"two documents":          {state, `{"changes": []} {}`, 400, "api.bad_body", "body", "api.bad_json"},
		"a number beyond all":    {state, one(`{"about": "organization", "subject": "organization", "key": "pi.individuals", "value": 1e999}`), 400, "api.bad_body", "body", "api.bad_json"},
		"nested too deep":        {state, one(strings.Repeat("[", 20_000)), 400, "api.bad_body", "body", "api.bad_json"},
		"a member twice":         {state, one(`{"about": "organization", "about": "system"}`), 400, "api.bad_body", "body", "api.repeated_member"},
		"twice in other letters": {state, one(`{"about": "organization", "About": "system"}`), 400, "api.bad_body", "body", "api.repeated_member"},
		"no object":              {state, `[]`, 422, "api.invalid", "body", "api.want_object"},
		"a text":                 {state, `"["`, 422, "api.invalid", "body", "api.want_object"},
		"null":                   {state, `null`, 422, "api.invalid", "body", "api.want_object"},
		"unknown member":         {state, `{"changes": [], "force": true}`, 422, "api.invalid", "body.changes", "api.want_more_items"},
		"missing member":         {state, one(`{"about": "organization", "subject": "organization"}`), 422, "api.invalid", "body.changes[0]", "api.missing_member"},
		"no list":                {state, `{"changes": {}}`, 422, "api.invalid", "body.changes", "api.want_array"},
		"no text":                {state, one(`{"about": "organization", "subject": 5, "key": "x", "value": 1}`), 422, "api.invalid", "body.changes[0].subject", "api.want_string"},
		"about what":             {state, one(`{"about": "notice", "subject": "n1", "key": "notice", "value": {}}`), 422, "api.invalid", "body.changes[0].about", "api.want_one_of"},
		"seen beyond numbers":    {state, one(`{"about": "organization", "subject": "organization", "key": "pi.individuals", "value": 1, "seen": 1e300}`), 422, "api.invalid", "body", "api.wrong"},
		"no value":               {state, one(`{"about": "organization", "subject": "organization", "key": "pi.individuals"}`), 422, "api.invalid", "body.changes[0]", "api.value_or_none"},
		"both":                   {state, one(`{"about": "organization", "subject": "organization", "key": "pi.individuals", "value": 1, "taken_back": true}`), 422, "api.invalid", "body.changes[0]", "api.value_or_none"},
		"a name":                 {state, one(`{"about": "system", "subject": "wallet", "key": "name", "taken_back": true}`), 422, "api.invalid", "body.changes[0]", "standing.no_fact"},
		"no such fact":           {state, one(`{"about": "organization", "subject": "organization", "key": "pi.none", "value": 1}`), 422, "api.invalid", "body.changes[0]", "standing.no_fact"},
		"no such subject":        {state, one(`{"about": "system", "subject": "none", "key": "sys.kind", "value": "platform"}`), 422, "api.invalid", "body.changes[0]", "standing.no_subject"},
		"no such value":          {state, one(`{"about": "system", "subject": "wallet", "key": "sys.kind", "value": "castle"}`), 422, "api.invalid", "body.changes[0]", "answer.enum"},
		"no degree":              {state, `{"sure": "quite", "changes": [{"about": "organization", "subject": "organization", "key": "pi.individuals", "value": 1}]}`, 422, "api.invalid", "body.sure", "api.want_one_of"},
		"documented by nothing":  {state, `{"sure": "documented", "changes": [{"about": "organization", "subject": "organization", "key": "pi.individuals", "value": 1}]}`, 422, "api.invalid", "body.source", "standing.want_source"},
		"a bad id":               {"POST /organizations", `{"id": "A b", "name": {"en": "X"}}`, 422, "api.invalid", "body.id", "standing.bad_id"},
		"an id that is taken":    {"POST /organizations", `{"id": "acme", "name": {"en": "X"}}`, 422, "api.invalid", "body.id", "standing.id_taken"},
		"no name":                {"POST /organizations/acme/systems", `{"id": "x", "name": {}}`, 422, "api.invalid", "body.name", "standing.bad_name"},
		"a name with a bell":     {"POST /organizations/acme/systems", `{"id": "x", "name": {"en": "\u0007"}}`, 422, "api.invalid", "body.name.en", "strict.control"},
		"withdrawn before":       {"POST /organizations/acme/notices", `{"notified_on": "2026-01-02", "withdrawn_on": "2026-01-01"}`, 422, "api.invalid", "body", "file.withdrawn_early"},
		"a notice without a day": {"POST /organizations/acme/notices", `{"notified_on": null}`, 422, "api.invalid", "body.notified_on", "api.want_string"},
		"of another age":         {"POST /organizations/acme/notices", `{"notified_on": "1066-10-14"}`, 422, "api.invalid", "body", "api.wrong"},
		"naming no system":       {"POST /organizations/acme/notices", `{"notified_on": "2026-01-02", "systems": ["wallet", "none"]}`, 422, "api.invalid", "body.systems[1]", "standing.no_subject"},
		"of other than asked":    {"PUT /organizations/acme/file", "guanji: 1\norganization: {id: b, name: {en: B, zh: 乙}}\n", 422, "standing.other_organization", "", ""},
		"the last administrator": {"PATCH /accounts/administrator", `{"role": "reader"}`, 409, "access.last_administrator", "", ""},
		"no role":                {"POST /accounts", `{"name": "x", "role": "king"}`, 422, "api.invalid", "body.role", "api.want_one_of"},
		"a name that is taken":   {"POST /accounts", `{"name": "the READER", "role": "reader"}`, 422, "api.invalid", "body.name", "access.name_taken"},
		"a trial without a name": {"POST /organizations/acme/trials", `{"name": " ", "changes": [{"about": "organization", "subject": "organization", "key": "pi.individuals", "value": 1}]}`, 422, "api.invalid", "body.name", "standing.trial_name"},
		"a trial of no fact":     {"POST /organizations/acme/trials/preview", `{"changes": [{"about": "organization", "subject": "organization", "key": "none", "value": 1}]}`, 422, "api.invalid", "body.changes[0]", "standing.no_fact"},
		"one thing twice": {state, one(`{"about": "organization", "subject": "organization", "key": "pi.individuals", "value": 1}, {"about": "organization", "subject": "organization", "key": "pi.individuals", "value": 2}`),
			422, "api.invalid", "body.changes[1]", "api.twice"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s.t = t
			method, path, _ := strings.Cut(tt.request, " ")
			p := s.refused(s.call("administrator", method, Base+path, tt.body), tt.status, tt.code)
			if tt.location == "" && len(p.Errors) == 0 {
				return
			}
			if len(p.Errors) == 0 || p.Errors[0].Location != tt.location || p.Errors[0].Code != tt.mistake {
				t.Errorf("got the mistakes %+v, want %s at %s", p.Errors, tt.mistake, tt.location)
			}
			zh := s.refused(s.call("administrator", method, Base+path, tt.body, "Accept-Language", "zh-CN"), tt.status, tt.code)
			if zh.Detail == p.Detail || zh.Errors[0].Detail == p.Errors[0].Detail {
				t.Errorf("in Chinese: %+v", zh)
			}
		})
	}
	if s.log.Len() > 0 {
		t.Errorf("the log is not empty: %s", s.log)
	}
}

func TestUnknownMembersAreAllNamed(t *testing.T) {
	s := newSite(t)
	s.bank()
	w := s.call("editor", "POST", Base+"/organizations/acme/statements", `{"force": 1, "changes": [{"about": "organization", "subject": "organization", "key": "pi.individuals", "value": 1, "because": 2}]}`)
	p := s.refused(w, 422, "api.invalid")
	got := map[string]bool{}
	for _, m := range p.Errors {
		got[m.Location+" "+m.Code] = true
	}
	if !got["body.force api.unknown_member"] || !got["body.changes[0].because api.unknown_member"] || len(got) != 2 {
		t.Errorf("got %v", got)
	}
	if list, _ := items(s.do("GET", "/organizations/acme/statements/history?about=organization&subject=organization&key=pi.individuals", "")); len(list) != 0 {
		t.Error("something was stated all the same")
	}
}

func TestPlaceOfBadJSON(t *testing.T) {
	tests := map[string]struct {
		body         string
		line, column int
	}{
		"first":           {`x`, 1, 1},
		"second line":     {"{\n  \"a\": ]}", 2, 8},
		"after Chinese":   {`{"名": ]}`, 1, 7},
		"the end":         {`{"a": 1`, 1, 7},
		"after the value": {"{}\n\n}", 3, 1},
		"a member twice":  {"{\"a\": {},\n \"a\": 1}", 2, 4},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if line, column, key := badJSON(tt.body); key == "" || line != tt.line || column != tt.column {
				t.Errorf("badJSON(%q) = %d:%d %q, want %d:%d", tt.body, line, column, key, tt.line, tt.column)
			}
		})
	}
	if _, _, key := badJSON(`{"a": {"a": 1}, "b": [{"a": 1}, {"a": 1}]}`); key != "" {
		t.Errorf("good JSON is taken for bad: %s", key)
	}
}

// TestBrokenFile wants every mistake of a file, at its place.
func TestBrokenFile(t *testing.T) {
	s := newSite(t)
	file := "guanji: 1\norganization: {id: b, name: {en: B}}\nfacts:\n  pi.individuals: many\n  pi.none: 5\ncolour: red\n"
	for _, request := range []string{"POST /organizations/import", "PUT /organizations/b/file"} {
		method, path, _ := strings.Cut(request, " ")
		p := s.refused(s.call("editor", method, Base+path, file, "Content-Type", "application/yaml", "Accept-Language", "zh"), 422, "api.invalid")
		var places []string
		for _, m := range p.Errors {
			places = append(places, fmt.Sprintf("%s:%d:%d", m.Location, m.Line, m.Column))
		}
		if want := "body:2:29 body:4:19 body:5:3 body:6:1"; strings.Join(places, " ") != want {
			t.Errorf("%s: mistakes at %v, want %s", request, places, want)
		}
	}
	if list, _ := items(s.do("GET", "/organizations", "")); len(list) != 0 {
		t.Error("something of a broken file was kept")
	}
}

func TestBodiesHaveALimit(t *testing.T) {
	s := newSite(t)
	s.bank()
	comment := func(n int) string {
		file := "guanji: 1\norganization: {id: b, name: {en: B, zh: 乙}}\n#"
		return file + strings.Repeat("x", n-len(file))
	}
	blanks := func(n int) string {
		body := `{"id": "new", "name": {"en": "New"}}`
		return strings.Repeat(" ", n-len(body)) + body
	}
	tests := map[string]struct {
		path, body string
		status     int
	}{
		"a body at the limit":   {"/organizations", blanks(mostBody), 201},
		"a body beyond":         {"/organizations", blanks(mostBody + 1), 413},
		"a file larger than it": {"/organizations/import", comment(mostBody + 1), 200},
		"a file at the limit":   {"/organizations/import", comment(mostFile), 200},
		"a file beyond":         {"/organizations/import", comment(mostFile + 1), 413},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s.t = t
			w := s.call("editor", "POST", Base+tt.path, tt.body)
			if w.Code != tt.status {
				t.Fatalf("got %d, want %d\n%.300s", w.Code, tt.status, w.Body)
			}
			if tt.status == http.StatusRequestEntityTooLarge {
				s.refused(w, tt.status, "api.large_body")
			}
		})
	}
}

// TestStrangersAreNotReadFrom wants the body of a caller without a token to
// stay unread.
func TestStrangersAreNotReadFrom(t *testing.T) {
	s := newSite(t)
	r := httptest.NewRequest("POST", Base+"/organizations/import", io.MultiReader(failingReader{t}))
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	s.refused(w, http.StatusUnauthorized, "api.no_token")
}

type failingReader struct{ t *testing.T }

// Read implements [io.Reader].
func (f failingReader) Read([]byte) (int, error) {
	f.t.Error("the body was read")
	return 0, io.EOF
}

func TestBodiesThatDoNotArrive(t *testing.T) {
	s := newSite(t)
	tests := map[string]struct {
		err    error
		status int
		code   string
	}{
		"broken": {io.ErrUnexpectedEOF, 400, "api.broken_body"},
		"slow":   {late{}, 408, "api.slow_body"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("POST", Base+"/organizations", io.MultiReader(strings.NewReader("{"), errReader{tt.err}))
			r.Header.Set("Authorization", "Bearer "+s.tokens["editor"])
			w := httptest.NewRecorder()
			s.handler.ServeHTTP(w, r)
			s.refused(w, tt.status, tt.code)
		})
	}
}

type errReader struct{ err error }

// Read implements [io.Reader].
func (e errReader) Read([]byte) (int, error) { return 0, e.err }

// late is the error of a connection that was too slow.
type late struct{}

func (late) Error() string   { return "late" }
func (late) Timeout() bool   { return true }
func (late) Temporary() bool { return true }

func TestOtherTypesAreRefused(t *testing.T) {
	s := newSite(t)
	for _, typ := range []string{"application/x-www-form-urlencoded", "text/plain", "application/xml", "; +"} {
		w := s.call("editor", "POST", Base+"/organizations", `{"id": "x", "name": {"en": "X"}}`, "Content-Type", typ)
		s.refused(w, http.StatusUnsupportedMediaType, "api.not_json")
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{Base + "/me", Base + "/nothing", Document + ".json"} {
		w := s.call("reader", "GET", path, "")
		if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, w.Header())
		}
	}
	if w := s.call("reader", "DELETE", Base+"/organizations", ""); w.Header().Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("Allow: %q", w.Header().Get("Allow"))
	}
}
