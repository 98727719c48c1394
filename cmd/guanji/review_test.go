package main

import (
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestBehindAProxy serves as if a proxy with TLS stood in front: sessions are
// for https alone, links lead to the public name, and guessing is counted by the
// address that the proxy adds last, in whichever header line.
func TestBehindAProxy(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s := start(t, "serve", "--home", t.TempDir(), "--listen", listen, "--lang", "en", "--public-url", "https://guanji.example")
	if !strings.HasPrefix(s.link, "https://guanji.example/link/") {
		t.Errorf("the first link is %s", s.link)
	}
	v := s.visitor(t)
	link := strings.TrimPrefix(s.link, "https://guanji.example")
	got := v.want(http.StatusSeeOther, v.post(link, "name", "Li Wei", "password", goodPassword))
	if set := got.header.Get("Set-Cookie"); !strings.HasPrefix(set, "__Host-guanji_session=") || !strings.Contains(set, "Secure") {
		t.Errorf("the session is %q", set)
	}
	if got.header.Get("Strict-Transport-Security") == "" {
		t.Error("browsers are not told to come by https alone")
	}
	code := 0
	for range 6 {
		r := v.form("/sign-in", "name", "Li Wei", "password", "wrong password!")
		r.Header["X-Forwarded-For"] = []string{"192.0.2.1, 192.0.2.2", "198.51.100.8"}
		code = v.do(r).code
		r = v.form("/sign-in", "name", "Wang Fang", "password", "wrong password!")
		r.Header["X-Forwarded-For"] = []string{"2001:db8::" + strings.Repeat("1", 1+code%3), "2001:db8:0:0:1::" + strings.Repeat("2", 1+code%4)}
		v.do(r)
	}
	if code != http.StatusTooManyRequests {
		t.Errorf("the sixth guess from one address: %d", code)
	}
	r := v.form("/sign-in", "name", "Wang Fang", "password", "wrong password!")
	r.Header.Set("X-Forwarded-For", "2001:db8::ffff")
	if got := v.do(r); got.code != http.StatusTooManyRequests {
		t.Errorf("the seventh guess from one network: %d", got.code)
	}
}

// TestOtherHosts asks for a name that was made to point to this machine.
func TestOtherHosts(t *testing.T) {
	s := serve(t, t.TempDir())
	v := s.visitor(t)
	r, err := http.NewRequest(http.MethodGet, s.base+"/sign-in", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "rebound.example"
	v.want(http.StatusMisdirectedRequest, v.do(r))
	r.Host = "localhost:1"
	v.want(http.StatusOK, v.do(r))
}

// TestTwoPeopleOneNotice has somebody save an old form of a notice: the
// withdrawal that was entered in between is not undone in silence.
func TestTwoPeopleOneNotice(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	a := s.first(t, "Li Wei")
	b := a.invite("Wang Fang", "editor")
	old := b.get("/o/harbour-bank/standing").body
	of := regexp.MustCompile(`notices/n1"><input type="hidden" name="seen" value="(\d+)"`).FindStringSubmatch(old)
	if of == nil {
		t.Fatalf("no form of the notice in %.3000s", old)
	}
	notice := []string{"seen", of[1], "notified_on", "2024-05-20", "by", "the sector regulator", "reference", "EXAMPLE-2024-001", "sure", "documented", "source", "the letter"}
	a.want(http.StatusSeeOther, a.post("/o/harbour-bank/notices/n1", append(notice, "withdrawn_on", "2026-05-01")...))
	got := b.want(http.StatusConflict, b.post("/o/harbour-bank/notices/n1", notice...), "Li Wei", "2026-05-01")
	a.want(http.StatusOK, a.get("/o/harbour-bank/standing"), "withdrawn on 2026-05-01")
	again := regexp.MustCompile(`notices/n1"><input type="hidden" name="seen" value="(\d+)"`).FindStringSubmatch(got.body)
	notice[1] = again[1]
	b.want(http.StatusSeeOther, b.post("/o/harbour-bank/notices/n1", notice...))
}

// TestNoticeOfRemovedSystem withdraws a notice that names a system which was
// removed since.
func TestNoticeOfRemovedSystem(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	v.want(http.StatusSeeOther, v.post("/o/harbour-bank/systems/payments/remove"))
	body := v.get("/o/harbour-bank/standing").body
	of := regexp.MustCompile(`notices/n1"><input type="hidden" name="seen" value="(\d+)"`).FindStringSubmatch(body)
	v.want(http.StatusSeeOther, v.post("/o/harbour-bank/notices/n1", "seen", of[1], "notified_on", "2024-05-20", "sure", "stated", "system", "payments", "system", "core-banking", "withdrawn_on", "2026-06-01"))
	v.want(http.StatusOK, v.get("/o/harbour-bank"), "Prepare")
}

// TestTrialThatIsStale opens a trial of which one system is gone: the rest is
// tried, and what was left out is told.
func TestTrialThatIsStale(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	v.want(http.StatusSeeOther, v.post("/o/harbour-bank/systems", "id", "temp", "name_en", "Temporary"))
	got := v.want(http.StatusSeeOther, v.post("/o/harbour-bank/what-if", "do", "keep", "trial_name", "listing", "changes",
		`[{"ref":{"About":"system","Subject":"temp","Key":"sys.kind"},"value":"website"},{"ref":{"About":"organization","Subject":"organization","Key":"org.listing_abroad"},"value":true}]`))
	v.want(http.StatusSeeOther, v.post("/o/harbour-bank/systems/temp/remove"))
	path, _, _ := strings.Cut(got.header.Get("Location"), "?")
	v.want(http.StatusOK, v.get(path), "cannot be tried", "Planned listing in a foreign country")
}

// TestLinksStayOutOfTheLog opens a link while the database is away: the log
// says which page failed, not which link.
func TestLinksStayOutOfTheLog(t *testing.T) {
	u := postgresSchema(t)
	g := newGate(t, u.Host)
	u.Host = g.listener.Addr().String()
	s := start(t, "serve", "--home", t.TempDir(), "--listen", "127.0.0.1:0", "--lang", "en", "--database", u.String())
	g.close()
	v := s.visitor(t)
	v.want(http.StatusServiceUnavailable, v.get(s.link))
	if log := s.errs.String(); strings.Contains(log, filepath.Base(s.link)) || !strings.Contains(log, "/link/{secret}") {
		t.Errorf("the log: %s", log)
	}
}

// TestAskedStillUnknown answers a question with “not known”: it is not asked
// again, and not forgotten.
func TestAskedStillUnknown(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	const fact = "/o/harbour-bank/facts/organization/organization/data.important"
	v.want(http.StatusSeeOther, v.post(fact, "seen", seen(t, v.get(fact).body), "answer", "?", "sure", "stated"))
	v.want(http.StatusOK, v.get("/o/harbour-bank"), "Asked, still unknown: ")
	v.want(http.StatusOK, v.get("/o/harbour-bank/questions?unknown=1"), "told you, or published")
}
