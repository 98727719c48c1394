package api

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/filing"
	"guanji/internal/ledger"
	"guanji/internal/position"
	"guanji/internal/record"
	"guanji/internal/regime"
	"guanji/internal/respond"
	"guanji/internal/standing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// content is read once: every test looks at the same law.
var content = sync.OnceValues(func() (*regime.Set, error) { return regime.Load(os.DirFS("../../content")) })

// noon is when everything happens in tests.
var noon = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// site is a server with people: an administrator, an editor and a reader, each
// named by role, with a token that may all that its owner may.
type site struct {
	t       testing.TB
	handler http.Handler
	access  *access.Service
	kept    *memory
	drawer  *drawer
	record  *record.Service
	log     *bytes.Buffer
	tokens  map[string]string
}

func newSite(t testing.TB) *site {
	t.Helper()
	set, err := content()
	if err != nil {
		t.Fatal(err)
	}
	m, log := newMemory(), &bytes.Buffer{}
	now := func() time.Time { return m.clock }
	s := &site{t: t, kept: m, drawer: newDrawer(), log: log, tokens: map[string]string{},
		access: access.New(access.Config{Accounts: m, Passes: m, Starting: m, Now: now}), record: newRecord(t, m, now)}
	stands := standing.New(standing.Config{Set: set, Store: m, Drafts: m, Now: now})
	files := filing.New(filing.Config{Store: m, Files: s.drawer, Uploads: s.drawer, Subjects: stands, Catalogue: catalogue(set), Now: now})
	s.handler = New(Config{Access: s.access, Set: set, Log: slog.New(slog.NewTextHandler(log, nil)), Version: "1.2.3", Standing: stands,
		Filing: files, Position: position.New(position.Config{Set: set, Assessor: stands, Books: files}), Record: s.record,
		Respond: respond.New(respond.Config{Set: set, Store: cases{m}, Channels: cases{m}, Organizations: stands, Evidence: files, Files: s.drawer, People: m, Now: now})})
	for _, role := range account.Roles() {
		m.accounts = append(m.accounts, account.Account{ID: string(role), Name: "The " + string(role), Role: role, Created: noon})
		s.tokens[string(role)] = s.token(role, role.May())
	}
	return s
}

// newRecord is a ledger with a key of its own.
func newRecord(t testing.TB, m *memory, now func() time.Time) *record.Service {
	t.Helper()
	secret, err := ledger.GenerateKey(rand.Reader, "test.example")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ledger.NewSigner(secret, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ledger.ParseKeys([]byte(signer.Public() + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return record.New(record.Config{Store: m, Objects: &shelf{objects: map[string][]byte{}}, Signers: []*ledger.Signer{signer}, Keys: keys, Now: now})
}

// catalogue is what the content knows of that evidence can name.
func catalogue(set *regime.Set) filing.Catalogue {
	c := filing.Catalogue{Kinds: map[string]bool{}, Duties: map[string]bool{}}
	for _, k := range set.EvidenceKinds {
		c.Kinds[k.ID.Value] = true
	}
	for _, d := range set.Duties {
		c.Duties[d.ID.Value] = true
	}
	return c
}

// sign puts everything under a checkpoint, as the server does by itself.
func (s *site) sign() {
	s.t.Helper()
	if _, err := s.record.Publish(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// token makes a token of the account with a role.
func (s *site) token(role account.Role, scopes account.Permission) string {
	s.t.Helper()
	i := 0
	for s.kept.accounts[i].Role != role {
		i++
	}
	a := s.kept.accounts[i]
	owner := access.Holder{Account: a, Pass: access.Pass{Kind: access.Session, Scopes: a.May()}}
	secret, err := s.access.NewToken(s.t.Context(), owner, "test", scopes, 30)
	if err != nil {
		s.t.Fatal(err)
	}
	return secret
}

// call sends a request by the token of a role, or by a token itself.
func (s *site) call(who, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if secret, ok := s.tokens[who]; ok {
		who = secret
	}
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+who)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// do sends a request of the administrator that must succeed.
func (s *site) do(method, path, body string) map[string]any {
	s.t.Helper()
	w := s.call("administrator", method, Base+path, body)
	if w.Code >= 300 {
		s.t.Fatalf("%s %s = %d\n%s", method, path, w.Code, w.Body)
	}
	var v map[string]any
	if w.Body.Len() > 0 {
		decode(s.t, w, &v)
	}
	return v
}

// refused checks that an answer is a problem with a status and a code.
func (s *site) refused(w *httptest.ResponseRecorder, status int, code string) problemDetails {
	s.t.Helper()
	var p problemDetails
	if w.Code != status || w.Header().Get("Content-Type") != problemType {
		s.t.Fatalf("got %d %s, want %d %s\n%s", w.Code, w.Header().Get("Content-Type"), status, code, w.Body)
	}
	decode(s.t, w, &p)
	if p.Code != code || p.Status != status || p.Type != "about:blank" || p.Title != http.StatusText(status) || p.Detail == "" || strings.Contains(p.Detail, "%!") || strings.HasPrefix(p.Detail, code) {
		s.t.Errorf("got the problem %+v, want %d %s with words", p, status, code)
	}
	for _, m := range p.Errors {
		if m.Location == "" || m.Code == "" || m.Detail == "" || strings.Contains(m.Detail, "%!") || strings.HasPrefix(m.Detail, m.Code) {
			s.t.Errorf("the mistake %+v lacks something", m)
		}
	}
	return p
}

func decode(t testing.TB, w *httptest.ResponseRecorder, into any) {
	t.Helper()
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
		t.Fatalf("%v in\n%s", err, w.Body)
	}
}

// bank makes the organization acme with a system, a transfer and some facts.
func (s *site) bank() {
	s.t.Helper()
	s.do("POST", "/organizations", `{"id": "acme", "name": {"en": "Acme", "zh": "艾克米"}}`)
	s.do("POST", "/organizations/acme/systems", `{"id": "wallet", "name": {"zh": "钱包"}}`)
	s.do("POST", "/organizations/acme/transfers", `{"id": "hr", "name": {"en": "HR"}}`)
	s.do("POST", "/organizations/acme/statements", `{"source": "annual report", "sure": "documented", "changes": [
		{"about": "organization", "subject": "organization", "key": "org.sectors", "value": ["finance"]},
		{"about": "system", "subject": "wallet", "key": "sys.registered_users", "value": 12000000}]}`)
}

// items returns the items of a page, and its next.
func items(v map[string]any) ([]any, any) {
	list, _ := v["items"].([]any)
	return list, v["next"]
}
