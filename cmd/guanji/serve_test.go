package main

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestFirstStart(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.visitor(t)
	v.want(http.StatusSeeOther, v.get("/o/harbour-bank"))
	v.want(http.StatusOK, v.get(s.link), "first account")
	v.want(http.StatusUnprocessableEntity, v.post(s.link, "name", "", "password", "short"), "at least 12", "1 to 60")
	v.want(http.StatusSeeOther, v.post(s.link, "name", "Li Wei", "password", goodPassword))
	v.want(http.StatusOK, v.get("/o/harbour-bank"), "Harbour Example Bank", "Designated")
	v.want(http.StatusNotFound, s.visitor(t).post(s.link, "name", "Mallory", "password", goodPassword), "no longer works")
	if code := s.stop(); code != exitDone {
		t.Errorf("Ctrl-C ends with %d: %s", code, s.errs)
	}
}

func TestSecondServerOnAHome(t *testing.T) {
	s := serve(t, t.TempDir())
	code, _, errs := call(t, "C", "", "serve", "--home", s.home, "--listen", "127.0.0.1:0")
	if code != exitFailed || !strings.Contains(errs, s.base) || !strings.Contains(errs, fmt.Sprint(os.Getpid())) {
		t.Errorf("a second server: %d %s; want a refusal that names %s", code, errs, s.base)
	}
	s.stop()
	again := serve(t, s.home)
	if again.base == "" {
		t.Error("after the first ended, another must start")
	}
}

func TestListening(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"reachable without TLS":  {[]string{"--listen", "0.0.0.0:0"}, "--tls-cert"},
		"no port":                {[]string{"--listen", "127.0.0.1"}, "host:port"},
		"certificate alone":      {[]string{"--tls-cert", "x"}, "go together"},
		"public address by http": {[]string{"--public-url", "http://a.example"}, "https://"},
		"another database":       {[]string{"--database", "mysql://a"}, "postgres://"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, errs := call(t, "C", "", append([]string{"serve", "--home", t.TempDir()}, tt.args...)...)
			if code != exitUsage || !strings.Contains(errs, tt.want) {
				t.Errorf("serve %v = %d %s", tt.args, code, errs)
			}
		})
	}
}

func TestTakenAddress(t *testing.T) {
	s := serve(t, t.TempDir())
	code, _, errs := call(t, "C", "", "serve", "--home", t.TempDir(), "--listen", strings.TrimPrefix(s.base, "http://"))
	if code != exitFailed || !strings.Contains(errs, "listening on") {
		t.Errorf("a taken address: %d %s", code, errs)
	}
}

// TestNoCertificate serves with a certificate that is not there: the server
// ends, and another can start on the home.
func TestNoCertificate(t *testing.T) {
	home := t.TempDir()
	ended := make(chan int, 1)
	var errs string
	go func() {
		var code int
		none := filepath.Join(home, "none.pem")
		code, _, errs = call(t, "C", "", "serve", "--home", home, "--listen", "127.0.0.1:0", "--tls-cert", none, "--tls-key", none)
		ended <- code
	}()
	select {
	case code := <-ended:
		if code != exitFailed || !strings.Contains(errs, "none.pem") {
			t.Errorf("without its certificate: %d %s", code, errs)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("without its certificate the server goes on")
	}
	if again := serve(t, home); again.base == "" {
		t.Error("after the first ended, another must start")
	}
}

func TestOtherSites(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	for name, header := range map[string][2]string{
		"by fetch metadata": {"Sec-Fetch-Site", "cross-site"},
		"by origin":         {"Origin", "https://evil.example"},
	} {
		r := v.form("/o/harbour-bank/systems", "id", "planted", "name_en", "X")
		r.Header.Del("Sec-Fetch-Site")
		r.Header.Set(header[0], header[1])
		v.want(http.StatusForbidden, v.do(r), "another site")
		if got := v.get("/o/harbour-bank/systems/planted"); got.code != http.StatusNotFound {
			t.Errorf("%s: a request from another site was carried out", name)
		}
	}
}

func TestHeaders(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	got := v.get("/o/harbour-bank")
	for name, want := range map[string]string{"Content-Security-Policy": "default-src 'none'; script-src 'self'", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
		"Referrer-Policy": "same-origin", "Content-Type": "text/html; charset=utf-8"} {
		if !strings.HasPrefix(got.header.Get(name), want) {
			t.Errorf("%s is %q, want %q", name, got.header.Get(name), want)
		}
	}
	if strings.Contains(got.header.Get("Content-Security-Policy"), "unsafe") {
		t.Error("the policy allows what is inline")
	}
	asset := regexp.MustCompile(`/assets/style.css\?v=[0-9a-f]+`).FindString(got.body)
	if cached := v.get(asset).header.Get("Cache-Control"); !strings.Contains(cached, "immutable") {
		t.Errorf("%s is cached %q", asset, cached)
	}
	v.want(http.StatusNotFound, v.get("/assets/README.md"))
	v.want(http.StatusNotFound, v.get("/assets/..%2fweb.go"))
}

// TestSessionIsNew fails if a session that was known before sign-in is good
// afterwards, or the session of somebody who signed out.
func TestSessionIsNew(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	s.first(t, "Li Wei")
	v := s.visitor(t)
	r := v.form("/sign-in", "name", "li wei", "password", goodPassword, "next", "https://evil.example/")
	r.AddCookie(&http.Cookie{Name: "guanji_session", Value: "fixed-by-an-attacker"})
	got := v.want(http.StatusSeeOther, v.do(r))
	if got.header.Get("Location") != "/" {
		t.Errorf("sign-in leads to %s", got.header.Get("Location"))
	}
	set := got.header.Get("Set-Cookie")
	if strings.Contains(set, "fixed-by") || !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Lax") {
		t.Errorf("the session is %q", set)
	}
	v.want(http.StatusOK, v.get("/settings"))
	old, _, _ := strings.Cut(set, ";")
	v.want(http.StatusSeeOther, v.post("/sign-out"))
	thief := s.visitor(t)
	r, err := http.NewRequest(http.MethodGet, s.base+"/settings", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Cookie", old)
	thief.want(http.StatusSeeOther, thief.do(r))
}

func TestGuessing(t *testing.T) {
	s := serve(t, t.TempDir())
	s.first(t, "Li Wei")
	v := s.visitor(t)
	for range 5 {
		v.want(http.StatusUnauthorized, v.post("/sign-in", "name", "Li Wei", "password", "wrong password!"), "name or the password is wrong")
	}
	got := v.want(http.StatusTooManyRequests, v.post("/sign-in", "name", "Li Wei", "password", goodPassword), "wait")
	if strings.Contains(got.body, goodPassword) {
		t.Error("the page repeats the password")
	}
}

// invite adds an account and returns the browser of its owner.
func (v *visitor) invite(name, role string) *visitor {
	v.t.Helper()
	got := v.want(http.StatusOK, v.post("/settings/accounts", "name", name, "role", role))
	link := linkPrinted.FindString(strings.ReplaceAll(got.body, "</code>", " "))
	w := v.s.visitor(v.t)
	w.want(http.StatusSeeOther, w.post(link, "password", goodPassword))
	return w
}

func TestRoles(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	reader, editor := v.invite("Wang Fang", "reader"), v.invite("Zhang Min", "editor")
	reader.want(http.StatusOK, reader.get("/o/harbour-bank/duties"))
	reader.want(http.StatusForbidden, reader.post("/o/harbour-bank/systems", "id", "x", "name_en", "X"))
	reader.want(http.StatusForbidden, reader.get("/settings/accounts"))
	editor.want(http.StatusSeeOther, editor.post("/o/harbour-bank/systems", "id", "x", "name_en", "X"))
	editor.want(http.StatusForbidden, editor.post("/settings/accounts", "name", "Y", "role", "administrator"))
	stranger := s.visitor(t)
	stranger.want(http.StatusUnauthorized, stranger.post("/o/harbour-bank/systems", "id", "y", "name_en", "Y"), "not signed in")

	id := regexp.MustCompile(`/settings/accounts/([A-Z0-9]+)"`)
	list := v.get("/settings/accounts").body
	ids := id.FindAllStringSubmatch(list, -1)
	v.want(http.StatusConflict, v.post("/settings/accounts/"+ids[0][1], "was", "administrator false", "role", "reader"), "no administrator")
	v.want(http.StatusSeeOther, v.post("/settings/accounts/"+ids[1][1], "was", "reader false", "role", "reader", "disabled", "1"))
	v.want(http.StatusConflict, v.post("/settings/accounts/"+ids[1][1], "was", "reader false", "role", "editor"), "was changed in between")
	reader.want(http.StatusSeeOther, reader.get("/o/harbour-bank/duties")) // to the sign-in
}

// TestTrialOfSomebodyElse has one person look for the trial of another by its
// address.
func TestTrialOfSomebodyElse(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	other := v.invite("Wang Fang", "administrator")
	got := v.want(http.StatusSeeOther, v.post("/o/harbour-bank/what-if", "do", "keep", "trial_name", "secret plan", "changes",
		`[{"ref":{"About":"organization","Subject":"organization","Key":"org.listing_abroad"},"value":true}]`))
	path, _, _ := strings.Cut(got.header.Get("Location"), "?")
	v.want(http.StatusOK, v.get(path), "secret plan")
	refused := other.want(http.StatusNotFound, other.get(path))
	if strings.Contains(refused.body, "secret plan") {
		t.Error("the name of the trial is shown to somebody else")
	}
	other.want(http.StatusNotFound, other.post(path+"/drop"))
	if list := other.get("/o/harbour-bank/what-if"); strings.Contains(list.body, "secret plan") {
		t.Error("the list shows the trial of somebody else")
	}
	v.want(http.StatusOK, v.get(path), "secret plan")
}

const individuals = "/o/harbour-bank/facts/organization/organization/pi.individuals"

// seen is the number of the statement that a form was made from.
func seen(t *testing.T, body string) string {
	t.Helper()
	m := regexp.MustCompile(`name="seen" value="(\d+)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no form in %.2000s", body)
	}
	return m[1]
}

func TestTwoPeopleOneFact(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	a := s.first(t, "Li Wei")
	b := a.invite("Wang Fang", "editor")
	of := seen(t, b.get(individuals).body)
	a.want(http.StatusSeeOther, a.post(individuals, "seen", of, "number", "61000000", "sure", "documented", "source", "annual report 2026, p. 3"))
	conflict := b.want(http.StatusConflict, b.post(individuals, "seen", of, "number", "5900万", "sure", "estimated"), "Li Wei", "61,000,000", "59,000,000", `value="5900万"`)
	b.want(http.StatusSeeOther, b.post(individuals, "seen", seen(t, conflict.body), "number", "5900万", "sure", "estimated"))
	history := a.want(http.StatusOK, a.get(individuals), "61,000,000", "59,000,000", "60,000,000", "annual report 2026, p. 3").body
	if strings.Index(history, "59,000,000") > strings.Index(history, "61,000,000") {
		t.Error("the newest statement is not first")
	}
}

// TestManyPeopleOneFact has many people answer from the same form at once: one
// is heard, the others are told.
func TestManyPeopleOneFact(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	of := seen(t, v.get(individuals).body)
	codes := make(chan int, 10)
	var wg sync.WaitGroup
	for i := range cap(codes) {
		wg.Go(func() {
			got, err := v.http.Do(v.form(individuals, "seen", of, "number", fmt.Sprint(1000+i), "sure", "stated"))
			if err != nil {
				t.Error(err)
				return
			}
			codes <- got.StatusCode
			_ = got.Body.Close()
		})
	}
	wg.Wait()
	close(codes)
	n := map[int]int{}
	for c := range codes {
		n[c]++
	}
	if n[http.StatusSeeOther] != 1 || n[http.StatusConflict] != cap(codes)-1 {
		t.Errorf("answers %v, want one heard and the others told", n)
	}
}

func TestMistakesInForms(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	of := seen(t, v.get(individuals).body)
	const fact = individuals
	for name, tt := range map[string]struct {
		path  string
		pairs []string
		texts []string
	}{
		"no number":                {fact, []string{"seen", of, "number", "many", "sure", "stated"}, []string{"whole number", `aria-invalid="true"`, `value="many"`}},
		"negative":                 {fact, []string{"seen", of, "number", "-1", "sure", "stated"}, []string{"out of range"}},
		"value and unknown":        {fact, []string{"seen", of, "number", "1", "answer", "?", "sure", "stated"}, []string{"not both"}},
		"no document":              {fact, []string{"seen", of, "number", "1", "sure", "documented"}, []string{"name the document"}},
		"no such degree":           {fact, []string{"seen", of, "number", "1", "sure", "certain"}, []string{"how sure"}},
		"long source":              {fact, []string{"seen", of, "number", "1", "sure", "stated", "source", strings.Repeat("x", 501)}, []string{"at most 500"}},
		"no form":                  {fact, []string{"number", "1"}, []string{"could not be read"}},
		"nothing chosen":           {"/o/harbour-bank/facts/organization/organization/org.sectors", []string{"seen", "1", "sure", "stated"}, []string{"choose among"}},
		"bad id":                   {"/o/harbour-bank/systems", []string{"id", "Not An Id", "name_en", "X"}, []string{"hyphen", `value="Not An Id"`}},
		"id taken":                 {"/o/harbour-bank/systems", []string{"id", "payments", "name_en", "X"}, []string{"is taken"}},
		"no name":                  {"/o/harbour-bank/systems", []string{"id", "x"}, []string{"at least one language"}},
		"notice without day":       {"/o/harbour-bank/notices", []string{"by", "x"}, []string{"the day on which it was received"}},
		"notice of nobody":         {"/o/harbour-bank/notices", []string{"notified_on", "2026-01-01", "systems", "nobody"}, []string{"there is no nobody"}},
		"withdrawn early":          {"/o/harbour-bank/notices", []string{"notified_on", "2026-01-02", "withdrawn_on", "2026-01-01"}, []string{"before the notice"}},
		"token for nothing":        {"/settings/tokens", []string{"label", "x", "days", "3000"}, []string{"choose what the token may do", "1 to 366 days"}},
		"changes that are no JSON": {"/o/harbour-bank/what-if", []string{"changes", "[[", "do", "try"}, []string{"could not be read"}},
		"trial of no fact":         {"/o/harbour-bank/what-if", []string{"subject", "organization", "fact", "x", "do", "try"}, []string{"choose a subject and a fact"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := *v
			w.t = t
			w.want(http.StatusUnprocessableEntity, w.post(tt.path, tt.pairs...), tt.texts...)
		})
	}
	v.want(http.StatusOK, v.get(individuals), "60,000,000")
}

// upload makes a request that sends a file.
func (v *visitor) upload(path string, file []byte, pairs ...string) *http.Request {
	v.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "organization.yaml")
	if err == nil {
		_, err = part.Write(file)
	}
	for i := 0; i+1 < len(pairs) && err == nil; i += 2 {
		err = w.WriteField(pairs[i], pairs[i+1])
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		v.t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, v.at(path), &b)
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

func TestOversized(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	v.want(http.StatusUnprocessableEntity, v.post("/sign-in", "name", strings.Repeat("x", 2<<20)), "too large")
	v.want(http.StatusUnprocessableEntity, v.do(v.upload("/o/harbour-bank/file", bytes.Repeat([]byte("#"), 13<<20))), "too large")
	v.want(http.StatusUnprocessableEntity, v.do(v.upload("/o/harbour-bank/file", bytes.Repeat([]byte("# x\n"), 9<<18))), "at most")
	many := make([]string, 0, 40_000)
	for range 20_000 {
		many = append(many, "skip", "x")
	}
	v.want(http.StatusOK, v.get("/o/harbour-bank/questions?"+strings.Repeat("skip=x&", 5000)))
	if got := v.post("/language", many...); got.code != http.StatusUnprocessableEntity {
		t.Errorf("a form of twenty thousand fields: %d", got.code)
	}
	if got := v.get("/o/harbour-bank?" + strings.Repeat("x", 100_000)); got.code != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a very long address: %d", got.code)
	}
}

// TestFileThereAndBack exports the organization file, imports it into another
// home, and exports it there: the same bytes. A broken file changes nothing,
// and every mistake is told with its place.
func TestFileThereAndBack(t *testing.T) {
	s, other := serve(t, t.TempDir(), "foreign-payment-platform.yaml"), serve(t, t.TempDir())
	a, b := s.first(t, "Li Wei"), other.first(t, "Wang Fang")
	file := a.want(http.StatusOK, a.get("/o/acme-pay/file"), "acme-pay").body
	b.want(http.StatusSeeOther, b.do(b.upload("/organizations/import", []byte(file))))
	if again := b.want(http.StatusOK, b.get("/o/acme-pay/file")).body; again != file {
		t.Errorf("exported again it differs:\n%s\n---\n%s", file, again)
	}
	broken := strings.Replace(file, "pi.individuals:", "pi.individuel:", 1) + "nonsense: 1\n"
	got := b.want(http.StatusUnprocessableEntity, b.do(b.upload("/o/acme-pay/file", []byte(broken), "whole", "1")), "pi.individuals", "nonsense", "organization.yaml:")
	if n := strings.Count(got.body, "organization.yaml:"); n < 2 {
		t.Errorf("%d mistakes shown, want both", n)
	}
	if again := b.get("/o/acme-pay/file").body; again != file {
		t.Error("a broken file changed something")
	}
	b.want(http.StatusUnprocessableEntity, b.do(b.upload("/o/acme-pay/file", readExample(t, "designated-bank.yaml"))), "harbour-bank")
}

// TestTenThousandSystems imports ten thousand systems at once, and looks at
// every page that lists them.
func TestTenThousandSystems(t *testing.T) {
	s := serve(t, t.TempDir())
	v := s.first(t, "Li Wei")
	var b bytes.Buffer
	b.WriteString("guanji: 1\norganization: {id: vast, name: {en: Vast, zh: 大}}\nfacts: {org.sectors: [finance], org.operates_network: true}\nsystems:\n")
	for i := range 10_000 {
		fmt.Fprintf(&b, "  - id: s%d\n    name: {en: System %d, zh: 系统%d}\n    facts: {sys.kind: platform, sys.registered_users: %d}\n", i, i, i, i)
	}
	start := time.Now()
	v.want(http.StatusSeeOther, v.do(v.upload("/organizations/import", b.Bytes())))
	t.Logf("imported in %v", time.Since(start))
	for path, text := range map[string]string{"": "Vast", "/systems": "1–50 of 10000", "/systems?q=System+9999": "System 9999", "/duties": "duties", "/standing": "Reasons", "/questions": "open",
		"/systems/s9999": "System 9999", "/what-if?subject=s5&fact=sys.kind": "id of a system", "/history": "Entry", "/memo": "Determination"} {
		v.want(http.StatusOK, v.get("/o/vast"+path), text)
	}
	v.want(http.StatusSeeOther, v.do(v.upload("/o/vast/file", []byte("guanji: 1\norganization: {id: vast, name: {en: Vast, zh: 大}}\n"), "whole", "1")))
	v.want(http.StatusOK, v.get("/o/vast/systems"), "No system yet")
}

func TestPastDays(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	v.want(http.StatusOK, v.get("/o/harbour-bank/duties?on=2025-12-31&q=CSL-21"), "CSL-21(3)", "2025-12-31", "Back to today")
	v.want(http.StatusOK, v.get("/o/harbour-bank/duties?q=CSL-23"), "CSL-23(3)")
	v.want(http.StatusUnprocessableEntity, v.get("/o/harbour-bank?on=2017-05-31"), "2017-06-01")
	v.want(http.StatusUnprocessableEntity, v.get("/o/harbour-bank?on=yesterday"), "YYYY-MM-DD")
	v.want(http.StatusNotFound, v.get("/o/harbour-bank?known=2020-01-01"), "nothing had been stated")
}

// TestPasswordsStayOut fails if a password, a link or a token is in what the
// program wrote to the log.
func TestPasswordsStayOut(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	got := v.want(http.StatusOK, v.post("/settings/tokens", "label", "ci", "days", "30", "scope", "read"))
	token := regexp.MustCompile(`<code class="secret">([^<]+)<`).FindStringSubmatch(got.body)[1]
	r, err := http.NewRequest(http.MethodGet, s.base+"/api/v1/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	s.visitor(t).want(http.StatusOK, s.visitor(t).do(r), "Li Wei")
	if again := v.get("/settings").body; strings.Contains(again, token) {
		t.Error("the token is shown twice")
	}
	v.post("/sign-in", "name", "Li Wei", "password", "another "+goodPassword)
	log := s.errs.String()
	for _, secret := range []string{goodPassword, token, filepath.Base(s.link)} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
}
