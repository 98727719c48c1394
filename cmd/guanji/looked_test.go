package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// look is a page to be looked at, and how one comes to it.
type look struct {
	name      string
	get       func(p *page)
	alsoPrint bool
}

// reader is who looks at every page in one language.
type reader struct {
	lang string // as in the names of pictures
	name string // of the account
	fact string // one that nobody else changes meanwhile
	mine *visitor
}

// site is what the readers look at.
type site struct {
	*served
	fresh *served // a home without accounts
	once  string  // the link that a demo prints
}

// TestEveryPageLooked looks at every page in both languages, on a phone and on
// a wide screen, light and dark. GUANJI_SCREENSHOTS keeps the pictures.
func TestEveryPageLooked(t *testing.T) {
	s := site{served: serve(t, t.TempDir(), "designated-bank.yaml", "foreign-payment-platform.yaml", "knows-almost-nothing.yaml"),
		fresh: serve(t, t.TempDir()), once: start(t, "demo", "--listen", "127.0.0.1:0").link}
	admin := s.first(t, "Li Na")
	admin.want(http.StatusSeeOther, admin.post("/organizations", "id", "new-co", "name_en", "New Example Company", "name_zh", "示例新公司"))
	admin.fileExamples()
	someEvidence(t, s.home, "Li Na")
	b := newBrowser(t)
	for _, r := range []reader{{"en", "Ann Example", "org.ecommerce", admin}, {"zh", "王芳", "org.uses_crawlers", admin}} {
		t.Run(r.lang, func(t *testing.T) {
			t.Parallel()
			p := b.page(t)
			p.open(s.base + "/sign-in")
			if r.lang == "zh" {
				p.follow("button[lang=zh-CN]")
			}
			for _, l := range s.looks(t, r) {
				l.get(p)
				p.look(l, r.lang)
			}
		})
	}
}

// looks lists the pages: those for nobody in particular first, then sign-in,
// then everything else.
func (s site) looks(t *testing.T, r reader) []look {
	t.Helper()
	at := func(path string) func(*page) { return func(p *page) { p.open(s.base + path) } }
	one := func(name, path string) look { return look{name: name, get: at(path)} }
	list := []look{one("sign-in", "/sign-in"),
		{name: "sign-in-failed", get: func(p *page) {
			p.fill("[name=name]", r.name)
			p.fill("[name=password]", "not the password")
			p.follow("main button")
			p.expect(requestFault, "401")
		}},
		{name: "first-link", get: func(p *page) { p.open(s.fresh.link) }},
		{name: "sign-in-link", get: func(p *page) { p.open(s.once) }},
		{name: "link-gone", get: func(p *page) { at("/link/nothing")(p); p.expect(requestFault, "404") }},
		{name: "welcome", get: func(p *page) { p.open(s.invite(t, r.mine, r.name, "administrator")) }},
		{name: "welcome-mistake", get: func(p *page) {
			p.fill("[name=password]", "short")
			p.follow("main button")
			p.expect(requestFault, "422")
		}},
		{name: "organizations", get: func(p *page) {
			p.fill("[name=password]", goodPassword)
			p.follow("main button")
			at("/organizations")(p)
		}},
	}
	list = append(list, s.mistakes(r)...)
	for _, path := range strings.Fields(`harbour-bank harbour-bank/standing harbour-bank/questions harbour-bank/what-if harbour-bank/duties
		harbour-bank/duties?q=%c2%a7%c2%a7 harbour-bank/memo harbour-bank/history harbour-bank/systems harbour-bank/systems/payments
		harbour-bank/transfers harbour-bank/transfers/vendor-support harbour-bank/facts/system/payments/sys.kind
		harbour-bank?on=2025-12-31 acme-pay acme-pay/standing acme-pay/transfers/hr-hq fog-co fog-co/questions fog-co/memo
		harbour-bank/position harbour-bank/position?on=2026-03-10&span=quarter harbour-bank/position/leniency harbour-bank/tasks harbour-bank/tasks?owner=me
		harbour-bank/tasks?view=calendar fog-co/position new-co/position new-co/tasks
		new-co new-co/standing new-co/questions new-co/duties new-co/systems new-co/transfers`) {
		l := one(notInNames.ReplaceAllString(path, "-"), "/o/"+path)
		l.alsoPrint = path == "harbour-bank" || path == "harbour-bank/memo" || path == "harbour-bank/position" || path == "harbour-bank/position/leniency"
		list = append(list, l)
	}
	duty := one("duty", "/o/harbour-bank/duties/CSL-23-LOGS")
	duty.alsoPrint = true
	list = append(list, duty, one("law", "/law"), one("law-search", "/law?q=CSL-21"), one("law-search-none", "/law?q=%C2%A7%C2%A7"), one("law-changes", "/law/changes"),
		one("instrument", "/law/instruments/DSL"), one("provision", "/law/provisions/CSL-21"), one("settings", "/settings"), one("accounts", "/settings/accounts"))
	list = append(list, s.evidenceLooks(r)...)
	return append(list, s.last(t, r)...)
}

// notInNames is what the names of pictures do without.
var notInNames = regexp.MustCompile(`[^a-z0-9-]+`)

// mistakes are forms that were not taken, with the reason beside the field.
func (s site) mistakes(r reader) []look {
	open := func(p *page, path string) { p.open(s.base + path) }
	refused := func(p *page, form string) {
		p.follow(form + " button:not(.quiet, .danger)")
		p.expect(requestFault, "422")
	}
	fact := "/o/harbour-bank/facts/organization/organization/" + r.fact
	return []look{
		{name: "organization-mistake", get: func(p *page) {
			open(p, "/organizations")
			p.fill("[name=id]", "Not An Id")
			refused(p, "form[action='/organizations']")
		}},
		{name: "import-mistake", get: func(p *page) {
			open(p, "/organizations")
			p.choose("[type=file]", "wrong.yaml", "guanji: 1\norganization: {id: wrong, name: {en: Wrong, zh: 错}}\nfacts: {org.sectors: [baking], org.size: 7}\n")
			refused(p, "form[action='/organizations/import']")
		}},
		{name: "system-mistake", get: func(p *page) {
			open(p, "/o/harbour-bank/systems")
			p.fill("#f-id", "payments")
			refused(p, "form[action='/o/harbour-bank/systems']:not([role])")
		}},
		{name: "fact-mistake", get: func(p *page) {
			open(p, "/o/harbour-bank/facts/organization/organization/pi.individuals")
			p.fill("[name=number]", "very many")
			refused(p, "form:has([name=number])")
		}},
		{name: "fact-conflict", get: func(p *page) {
			open(p, fact)
			r.mine.stateFact(fact, "yes")
			p.click("[name=answer][value='?']")
			p.follow("form:has([name=answer]) button.main")
			p.expect(requestFault, "409")
			p.waitFor("[role=alert]")
		}},
		{name: "notice-mistake", get: func(p *page) {
			open(p, "/o/harbour-bank/standing")
			p.click("#notices > details > summary")
			p.fill("#f-notified_on", "2026-03-02")
			p.fill("#f-withdrawn_on", "2026-03-01")
			refused(p, "#notices form[action$='/notices']")
		}},
		{name: "what-if-result", get: func(p *page) {
			open(p, "/o/fog-co/what-if?subject=organization&fact=org.sectors")
			p.click("[name=answer][value=energy]")
			p.follow("button[value=try]")
		}},
		{name: "what-if-kept", get: func(p *page) {
			p.fill("#f-trial_name", "Energy 2027")
			p.follow("button[value=keep]")
		}},
		{name: "password-mistake", get: func(p *page) {
			open(p, "/settings")
			p.fill("#f-old", "not this one")
			p.fill("#f-password", "short")
			refused(p, "form[action='/settings/password']")
		}},
	}
}

// last are pages that show a secret, and the pages of failures.
func (s site) last(t *testing.T, r reader) []look {
	missing := func(path, code string) func(*page) {
		return func(p *page) {
			p.open(s.base + path)
			p.expect(requestFault, code)
		}
	}
	return []look{
		{name: "settings-token", get: func(p *page) {
			p.open(s.base + "/settings")
			p.fill("#f-label", "night report")
			p.click("input[name='scope'][value='read']")
			p.follow("form[action='/settings/tokens'] button")
			p.waitFor(".secret")
		}},
		{name: "accounts-link", get: func(p *page) {
			p.open(s.base + "/settings/accounts")
			p.fill("#f-name", r.name+" 2")
			p.fill("#f-role", "reader")
			p.follow("form[action='/settings/accounts'] button")
			p.waitFor(".secret")
		}},
		{name: "not-found", get: missing("/o/nobody", "404")},
		{name: "bad-day", get: missing("/o/harbour-bank?on=2025-02-30", "422")},
		{name: "no-page", get: missing("/nothing", "404")},
		{name: "denied", get: func(p *page) {
			link := s.invite(t, r.mine, r.name+" 3", "reader")
			p.open(link)
			p.fill("[name=password]", goodPassword)
			p.follow("main button")
			missing("/settings/accounts", "403")(p)
		}},
		{name: "reader-fact", get: func(p *page) { p.open(s.base + "/o/fog-co/facts/organization/organization/org.sectors") }},
		{name: "reader-systems", get: func(p *page) { p.open(s.base + "/o/fog-co/systems") }},
	}
}

var (
	secretShown = regexp.MustCompile(`class="secret">([^<]+)<`)
	seenShown   = regexp.MustCompile(`name="seen" value="(\d+)"`)
)

// invite adds an account and returns the link for its owner.
func (s *served) invite(t *testing.T, admin *visitor, name, role string) string {
	t.Helper()
	got := admin.want(http.StatusOK, admin.post("/settings/accounts", "name", name, "role", role))
	return secretShown.FindStringSubmatch(got.body)[1]
}

// stateFact states a fact as somebody else would.
func (v *visitor) stateFact(path, answer string) {
	v.t.Helper()
	seen := seenShown.FindStringSubmatch(v.want(http.StatusOK, v.get(path)).body)[1]
	v.want(http.StatusSeeOther, v.post(path, "seen", seen, "answer", answer, "sure", "stated"))
}

// choose gives a file to an input, as a visitor does in the file dialog.
func (p *page) choose(css, name, text string) {
	p.t.Helper()
	p.eval(with(`(css, name, text) => {
		const files = new DataTransfer();
		files.items.add(new File([text], name));
		document.querySelector(css).files = files.files;
	}`, css, name, text), nil)
}

// look checks a page on a phone and on a wide screen, light and dark, and
// takes its picture.
func (p *page) look(l look, lang string) {
	p.t.Helper()
	for _, w := range []int{1440, 390} {
		p.size(w, 900, w == 390)
		for _, scheme := range []string{"light", "dark"} {
			p.scheme(scheme)
			name := fmt.Sprintf("%s-%s-%d-%s", l.name, lang, w, scheme)
			p.poll("charts of their final size", chartsDrawn)
			p.screenshot(name)
			if scheme == "light" || w == 1440 {
				for _, v := range p.axe(map[string][]string{"dark": {"color-contrast"}}[scheme]...) {
					p.t.Errorf("%s: axe: %s %s: %s: %q", name, v.Impact, v.ID, v.Help, v.Targets)
				}
			}
			for _, wrong := range p.wrongs(lang, w) {
				p.t.Errorf("%s: %s", name, wrong)
			}
		}
	}
	for _, f := range p.faults() {
		p.t.Errorf("%s: %s: %s", l.name, f.kind, f.text)
	}
	p.size(1440, 900, false)
	p.scheme("light")
	if l.alsoPrint {
		p.media("print")
		p.screenshot(l.name + "-" + lang + "-print")
		p.media("")
	}
}

const chartsDrawn = `[...document.querySelectorAll("[data-chart]")].every(el => el.querySelector("canvas")?.clientWidth === el.clientWidth)`

// wrongs finds what no page may have: another language than it says, more or
// less than one h1, words that no catalogue has, and anything that reaches
// over the edge.
func (p *page) wrongs(lang string, width int) []string {
	p.t.Helper()
	var found []string
	p.eval(fmt.Sprintf(wrongsOf, lang, width), &found)
	return found
}

const wrongsOf = `((lang, width) => {
	const wrong = [], root = document.documentElement, cut = s => s.trim().slice(0, 80);
	if (root.lang !== {en: "en", zh: "zh-CN"}[lang]) wrong.push("lang is " + root.lang);
	if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");
	if (!document.title.trim() || /undefined|%%!/.test(document.body.innerText)) wrong.push("no title, or a bad format");
	if (root.scrollWidth > width) wrong.push("is " + root.scrollWidth + " wide: " + [...document.querySelectorAll("main *, header *, footer *")]
		.filter(e => e.getBoundingClientRect().right > width + 1 && !e.closest(".hidden")).slice(0, 5).map(e => e.localName + "." + e.className + " " + cut(e.textContent)).join(" | "));
	const own = (e, skip) => { const c = e.cloneNode(true); c.querySelectorAll(skip).forEach(x => x.remove()); return c.textContent; };
	const key = own(document.body, "code, [rel~=external], script").match(/\b(page|web|nav|fact|units?|dut(y|ies)|stand|tasks|leniency|calendar|position|overview|status|applies|entry|fail|done|memo|settings|accounts|change|span|cadence|cases|respond|response)\.[a-z_]+/);
	if (key) wrong.push("a key is shown: " + key[0]);
	const alien = lang === "zh" ? /[A-Za-z]{3,}/ : /\p{Script=Han}/u, other = lang === "zh" ? "[lang=en]" : "[lang=zh-CN]";
	for (const e of document.querySelectorAll("nav a, button, .button, h1, h2, h3, label, legend, summary, th, dt, .hint, .purpose, .note, .tag, footer p")) {
		if (e.closest(other + ", .memo, .provision, .by, code")) continue;
		const text = own(e, other + ", code, [rel~=external], .provision, .hidden, .by").replaceAll("演练 DRILL", "").replace(/[A-Z]{2,}[\w()./-]*|[万亿]/g, "");
		const m = text.match(alien);
		if (m) wrong.push("in the other language: " + e.localName + " " + cut(text));
	}
	return wrong;
})(%q, %d)`
