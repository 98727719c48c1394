package api

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/message"
)

// TestScopes tries every operation with no token and with each scope alone.
func TestScopes(t *testing.T) {
	s := newSite(t)
	s.bank()
	tokens := map[string]string{"": ""}
	for _, scope := range []string{read, write, administer, raise} {
		tokens[scope] = s.token(account.Administrator, permission(scope))
	}
	_, operations := document(t, s)
	for _, d := range operations {
		path := strings.NewReplacer("{organization}", "acme").Replace(d.path)
		path = regexp.MustCompile(`{\w+}`).ReplaceAllString(path, "none")
		for scope, token := range tokens {
			w := s.call(token, d.method, path, "")
			switch {
			case scope == "":
				s.refused(w, http.StatusUnauthorized, "api.no_token")
			case scope != d.scope():
				s.refused(w, http.StatusForbidden, "api.no_scope")
				if want := `Bearer realm="guanji", error="insufficient_scope", scope="` + d.scope() + `"`; w.Header().Get("WWW-Authenticate") != want {
					t.Errorf("%s with %s: WWW-Authenticate: %s", d.OperationID, scope, w.Header().Get("WWW-Authenticate"))
				}
			case w.Code == http.StatusUnauthorized || w.Code == http.StatusForbidden || w.Code >= 500:
				t.Errorf("%s with its scope = %d\n%s", d.OperationID, w.Code, w.Body)
			}
		}
	}
}

// TestTheOwnerMustMayToo wants a token to end where the role of its owner does.
func TestTheOwnerMustMayToo(t *testing.T) {
	s := newSite(t)
	s.bank()
	system := `{"id": "new", "name": {"en": "New"}}`
	if w := s.call("editor", "POST", Base+"/organizations/acme/systems", system); w.Code != http.StatusCreated {
		t.Fatalf("an editor: %d\n%s", w.Code, w.Body)
	}
	s.do("PATCH", "/accounts/editor", `{"role": "reader"}`)
	s.refused(s.call("editor", "POST", Base+"/organizations/acme/systems", system), http.StatusForbidden, "api.no_scope")
	if w := s.call("editor", "GET", Base+"/me", ""); w.Code != 200 || !strings.Contains(w.Body.String(), `"role": "reader"`) {
		t.Errorf("as a reader: %d\n%s", w.Code, w.Body)
	}
	s.do("PATCH", "/accounts/editor", `{"disabled": true}`)
	s.refused(s.call("editor", "GET", Base+"/me", ""), http.StatusUnauthorized, "api.no_token")
}

// TestNoTokenSaysNothing wants the same answer whatever is wrong with a token.
func TestNoTokenSaysNothing(t *testing.T) {
	s := newSite(t)
	good := s.tokens["reader"]
	expired := s.token(account.Reader, account.Read)
	s.kept.passes[len(s.kept.passes)-1].Expires = noon
	session := s.token(account.Reader, account.Read)
	s.kept.passes[len(s.kept.passes)-1].Kind = access.Session
	tests := map[string]http.Header{
		"nothing":         {},
		"no such token":   {"Authorization": {"Bearer " + strings.Repeat("A", 43)}},
		"expired":         {"Authorization": {"Bearer " + expired}},
		"a session":       {"Authorization": {"Bearer " + session}},
		"a cookie":        {"Cookie": {"session=" + good + "; token=" + good}},
		"basic":           {"Authorization": {"Basic " + good}},
		"no kind":         {"Authorization": {good}},
		"empty":           {"Authorization": {"Bearer "}},
		"two":             {"Authorization": {"Bearer " + good, "Bearer " + good}},
		"something after": {"Authorization": {"Bearer " + good + " x"}},
		"very long":       {"Authorization": {"Bearer " + strings.Repeat(good, 1000)}},
		"not text":        {"Authorization": {"Bearer \xff\x00"}},
	}
	want := s.call("", "GET", Base+"/me", "")
	for name, header := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", Base+"/me", nil)
			r.Header = header
			w := httptest.NewRecorder()
			s.handler.ServeHTTP(w, r)
			if w.Code != http.StatusUnauthorized || w.Body.String() != want.Body.String() || w.Header().Get("WWW-Authenticate") != `Bearer realm="guanji"` {
				t.Errorf("got %d %v\n%s", w.Code, w.Header(), w.Body)
			}
		})
	}
	if w := s.call("", "GET", Base+"/me", "", "Authorization", "bEARER "+good); w.Code != 200 {
		t.Errorf("the kind in other letters: %d", w.Code)
	}
	if w := s.call("", "GET", Base+"/me?access_token="+good, ""); w.Code != http.StatusUnauthorized {
		t.Errorf("a token in the address: %d", w.Code)
	}
}

// TestTokensMakeNothingMore wants a token that was stolen to stay as little.
func TestTokensMakeNothingMore(t *testing.T) {
	s := newSite(t)
	s.tokens["small"] = s.token(account.Administrator, account.Read|account.Write)
	tests := map[string]struct{ body, location string }{
		"another scope":       {`{"label": "x", "scopes": ["administer"], "days": 1}`, "body.scopes"},
		"one scope too many":  {`{"label": "x", "scopes": ["read", "administer"], "days": 1}`, "body.scopes"},
		"no scope":            {`{"label": "x", "scopes": [], "days": 1}`, "body.scopes"},
		"what is no scope":    {`{"label": "x", "scopes": ["all"], "days": 1}`, "body.scopes[0]"},
		"a longer life":       {`{"label": "x", "scopes": ["read"], "days": 31}`, "body.days"},
		"a life beyond years": {`{"label": "x", "scopes": ["read"], "days": 9000000000000}`, "body.days"},
		"no life":             {`{"label": "x", "scopes": ["read"], "days": 0}`, "body.days"},
		"no label":            {`{"label": " ", "scopes": ["read"], "days": 1}`, "body.label"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := s.refused(s.call("small", "POST", Base+"/tokens", tt.body), http.StatusUnprocessableEntity, "api.invalid")
			if len(p.Errors) != 1 || p.Errors[0].Location != tt.location {
				t.Errorf("got %+v, want one mistake at %s", p.Errors, tt.location)
			}
		})
	}
	var made issued
	decode(t, s.call("small", "POST", Base+"/tokens", `{"label": "x", "scopes": ["read"], "days": 30}`), &made)
	if w := s.call(made.Secret, "GET", Base+"/organizations", ""); w.Code != 200 {
		t.Errorf("the token made: %d", w.Code)
	}
	s.refused(s.call("reader", "DELETE", Base+"/tokens/"+made.Token.ID, ""), http.StatusForbidden, "api.no_scope")
	s.refused(s.call("editor", "DELETE", Base+"/tokens/"+made.Token.ID, ""), http.StatusNotFound, "access.no_pass")
	s.do("DELETE", "/tokens/"+made.Token.ID, "")
	s.refused(s.call(made.Secret, "GET", Base+"/organizations", ""), http.StatusUnauthorized, "api.no_token")
}

func TestLanguageOf(t *testing.T) {
	for header, want := range map[string]message.Lang{
		"": message.English, "zh": message.Chinese, "zh-CN,zh;q=0.9,en;q=0.8": message.Chinese, "en-GB, zh;q=0.5": message.English,
		"en;q=0.2, zh-Hant-HK": message.Chinese, "fr, zh": message.Chinese, "de": message.English, "*": message.English, "\xff;;q=zh": message.English,
	} {
		if got := languageOf(header); got != want {
			t.Errorf("languageOf(%q) = %s, want %s", header, got, want)
		}
	}
}

// TestManyAtOnce is for the race detector.
func TestManyAtOnce(t *testing.T) {
	s := newSite(t)
	s.bank()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for _, path := range []string{Document + ".json", Document + ".yaml", Base + "/organizations/acme/duties", Base + "/nothing", Base + "/organizations/acme/questions"} {
				if w := s.call("reader", "GET", path, ""); w.Code >= 500 {
					t.Errorf("%s = %d", path, w.Code)
				}
			}
			s.call("editor", "POST", Base+"/organizations/acme/statements", `{"changes": [{"about": "organization", "subject": "organization", "key": "pi.individuals", "value": 5}]}`)
		})
	}
	all.Wait()
}
