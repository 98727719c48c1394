package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestResponseLooked looks at the response plan, the channels and the
// background work as [TestEveryPageLooked] looks at the other pages. Each
// language has a home of its own, as channels are of a whole installation.
func TestResponseLooked(t *testing.T) {
	b := newBrowser(t)
	for _, r := range []reader{{lang: "en", name: "Ann Example"}, {lang: "zh", name: "王芳"}} {
		t.Run(r.lang, func(t *testing.T) {
			t.Parallel()
			s := site{served: serve(t, t.TempDir(), "designated-bank.yaml", "knows-almost-nothing.yaml")}
			r.mine = s.first(t, "Li Na")
			p := b.page(t)
			p.open(s.base + "/sign-in")
			if r.lang == "zh" {
				p.follow("button[lang=zh-CN]")
			}
			p.open(s.invite(t, r.mine, r.name, "administrator"))
			p.fill("[name=password]", goodPassword)
			p.follow("main button")
			for _, l := range s.responseLooks(t, r) {
				l.get(p)
				p.look(l, r.lang)
			}
		})
	}
}

const bankPlan = "/o/harbour-bank/response-plan"

// responseLooks are the pages from an installation where nothing is set to one
// where everything is, and some of it fails.
func (s site) responseLooks(t *testing.T, r reader) []look {
	at := func(path string) func(*page) { return func(p *page) { p.open(s.base + path) } }
	refused := func(p *page, button, code string) {
		p.follow(button)
		p.expect(requestFault, code)
	}
	return []look{
		{name: "plan-empty", get: at(bankPlan)},
		{name: "channels-none", get: at("/settings/channels")},
		{name: "channels-mistake", get: func(p *page) {
			p.fill("#f-means", "wecom")
			p.fill("#f-name", "Night")
			p.fill("#f-address", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send")
			refused(p, "#propose button.main", "422")
		}},
		{name: "channels-proposed", get: func(p *page) {
			p.fill("#f-address", "http://127.0.0.1:9/cgi-bin/webhook/send?key=0f0f")
			p.follow("#propose button.main")
		}},
		{name: "channels-on", get: func(p *page) { s.someChannels(t, r.mine, p); at("/settings/channels")(p) }},
		{name: "channels-test-failed", get: func(p *page) { p.follow("[id^=c-] form[action$='/test'] button") }},
		{name: "background-good", get: at("/settings/background")},
		{name: "plan-mistake", get: func(p *page) {
			at(bankPlan)(p)
			p.fill("#f-1-person", "Zhang Wei")
			p.fill("#f-public_security-checked", "2199-01-01")
			p.fill("#f-wait", "500")
			refused(p, "#card button.main", "422")
		}},
		{name: "plan-row", get: func(p *page) { p.follow("#people button[value=add]") }},
		{name: "plan-saved", get: func(p *page) {
			p.fill("#f-2-person", "Wang Lei")
			p.fill("#f-2-phone", "000-0002")
			p.fill("#f-wait", "10")
			p.fill("#f-public_security-name", "Duty desk")
			p.fill("#f-public_security-phone", "000-0110")
			p.fill("#f-public_security-checked", time.Now().AddDate(0, 0, -200).Format(time.DateOnly))
			p.fill("#f-sector_regulator-phone", "000-0300")
			p.fill("#f-sector_regulator-checked", time.Now().AddDate(0, 0, -3).Format(time.DateOnly))
			p.click("#people [name=channel-2]")
			p.click("#card [name=folder]")
			p.follow("#card button.main")
		}, alsoPrint: true},
		{name: "plan-conflict", get: func(p *page) {
			p.fill("#f-wait", "20")
			r.mine.savePlan("person", "Li Na", "phone", "000-0003", "wait", "15")
			refused(p, "#card button.main", "409")
		}},
		{name: "plan-new-co", get: at("/o/fog-co/response-plan")},
		{name: "background-failing", get: func(p *page) { s.someJobs(t); at("/settings/background")(p) }, alsoPrint: true},
		{name: "channels-stuck", get: at("/settings/channels")},
		{name: "background-gone", get: func(p *page) {
			at("/settings/background")(p)
			s.edit(t, `delete from job where key = 'card/fog-co'`)
			refused(p, "form:has([value='card/fog-co']) button", "404")
		}},
		{name: "plan-reader", get: func(p *page) {
			p.open(s.invite(t, r.mine, r.name+" 3", "reader"))
			p.fill("[name=password]", goodPassword)
			p.follow("main button")
			at(bankPlan)(p)
		}},
		{name: "channels-reader", get: at("/settings/channels")},
		{name: "background-reader", get: at("/settings/background")},
	}
}

var channelShown = regexp.MustCompile(`action="(/settings/channels/([a-z0-9]+))/(allow|drop|test)"`)

// someChannels has the other administrator propose channels of each state.
func (s site) someChannels(t *testing.T, other *visitor, p *page) {
	t.Helper()
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	t.Cleanup(broken.Close)
	allow := func() {
		for _, m := range channelShown.FindAllStringSubmatch(other.get("/settings/channels").body, -1) {
			if m[3] == "allow" {
				other.want(http.StatusSeeOther, other.post(m[1]+"/allow"))
			}
		}
	}
	allow()
	for _, c := range [][]string{{"webhook", "Duty desk", broken.URL}, {"folder", "Gatehouse", t.TempDir()}, {"mail", "Old list", "smtps://me@mail.example:465/?from=a@mail.example&to=b@mail.example"}} {
		other.want(http.StatusSeeOther, other.post("/settings/channels", "means", c[0], "name", c[1], "address", c[2]))
	}
	p.open(s.base + "/settings/channels")
	p.follow("[id^=c-]:has(form[action$='/allow']) form[action$='/allow'] button")
	p.follow("[id^=c-]:has(form[action$='/allow']) form[action$='/allow'] button")
	drops := channelShown.FindAllStringSubmatch(other.get("/settings/channels").body, -1)
	other.want(http.StatusSeeOther, other.post(drops[len(drops)-1][1]+"/drop"))
	other.want(http.StatusSeeOther, other.post("/settings/channels", "means", "dingtalk", "name", "Night shift", "address", "http://127.0.0.1:9/robot/send?access_token=0f0f", "secret", "SEC0f0f"))
}

// savePlan saves a plan as somebody else would, as it is seen now.
func (v *visitor) savePlan(pairs ...string) {
	v.t.Helper()
	seen := seenShown.FindStringSubmatch(v.want(http.StatusOK, v.get(bankPlan)).body)[1]
	v.want(http.StatusSeeOther, v.post(bankPlan, append(pairs, "seen", seen)...))
}

// someJobs puts work into the queue that was given up, that failed, and that
// waits.
func (s site) someJobs(t *testing.T) {
	t.Helper()
	id := channelShown.FindStringSubmatch(s.lastChannels(t))[2]
	now, later := time.Now().UnixMicro(), time.Now().Add(time.Hour).UnixMicro()
	row := func(key, kind, body string, due, dead int64, attempt int, failure string) string {
		org, _, _ := strings.Cut(key[strings.Index(key, "/")+1:], "/")
		if kind == "send" {
			org = "harbour-bank"
		}
		return fmt.Sprintf(`insert into job (key, kind, organization, body, due_at, attempt, queued_at, failure, dead_at, taken_until, taken_by, serial) values ('%s', '%s', '%s', '%s', %d, %d, %d, '%s', %d, 0, '', 1)`,
			key, kind, org, body, due, attempt, now, failure, dead)
	}
	send := `{"case":3,"channel":"` + id + `","message":{"drill":%v}}`
	for _, q := range []string{
		row("send/guanji-0f0f/"+id, "send", fmt.Sprintf(send, false), now, now, 12, "it answered with 418"),
		row("card/fog-co", "card", "{}", now, now, 12, "the folder could not be read or written"),
		row("send/guanji-0e0e/"+id, "send", fmt.Sprintf(send, true), later, 0, 3, "it did not answer in time; what was sent may have arrived all the same"),
		row("wake/harbour-bank/3", "wake", `{"case":3}`, later, 0, 0, ""),
	} {
		s.edit(t, q)
	}
}

// lastChannels is the page of channels as its first administrator sees it.
func (s site) lastChannels(t *testing.T) string {
	t.Helper()
	v := s.visitor(t)
	v.want(http.StatusSeeOther, v.post("/sign-in", "name", "Li Na", "password", goodPassword))
	return v.want(http.StatusOK, v.get("/settings/channels")).body
}
