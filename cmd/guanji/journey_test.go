package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestJourney walks through the program as its users do, from the link that
// the first start prints to the memo and out again.
func TestJourney(t *testing.T) {
	s, b := serve(t, t.TempDir()), newBrowser(t)
	p := b.page(t)
	p.firstAccount(s.link, "Zhang Min")
	p.answerQuestions(t)
	p.tryWhatIf(t)
	p.followDuty(t)
	p.changeLanguage(t, b, s)
	p.readLaw(t)
	p.editSystems(t)
	p.moveFile(t, b)
	p.askPastDay(t)
	p.printMemo(t)
	p.makeToken(t, s)
	p.leave(t)
}

// firstAccount makes the first account through the link that was printed.
func (p *page) firstAccount(link, name string) {
	p.t.Helper()
	p.open(link)
	p.fill("[name=name]", name)
	p.fill("[name=password]", goodPassword)
	p.follow("main button")
	p.waitFor("form[action='/organizations']")
}

// answers are given to the questions, by fact: values of the choices, a number
// in words, or later. Every other question is left for later, too.
var answers = map[string][]string{
	"org.designation.notified":        {"no"},
	"org.sectors":                     {"finance", "internet"},
	"sys.kind":                        {"platform"},
	"sys.impact.cross_sector_serious": {"yes"},
	"org.operates_network":            {"yes"},
	"pi.individuals":                  {"120万"},
	"data.important":                  {"?"},
}

const statusShown = "#questions .tag"

// answerQuestions makes an organization and answers until the determination is
// there and every kind of question was asked.
func (p *page) answerQuestions(t *testing.T) {
	p.fill("[name=id]", "min-pay")
	p.fill("[name=name_en]", "Min Example Pay")
	p.fill("[name=name_zh]", "示例敏付")
	p.follow("form[action='/organizations'] button")
	if got := p.text(statusShown); !strings.Contains(got, "Undetermined") {
		t.Errorf("at first the status is %q", got)
	}
	named, later := false, false
	for left := len(answers); left > 0; {
		if p.has("#questions a[href='/o/min-pay/systems']") {
			named = true
			p.nameSystem()
			continue
		}
		fact := p.question()
		given, ok := answers[fact]
		if !ok {
			later = true
			p.click("#questions .row a")
			p.nextAfter(fact)
			continue
		}
		if p.has("#f-number") {
			p.answerWrongly(t, fact)
		}
		p.answer(given...)
		p.nextAfter(fact)
		left--
	}
	if got := p.text(statusShown); !named || !later || !strings.Contains(got, "Prepare") {
		t.Errorf("the determination is %q; a system was asked for: %t; a question was put off: %t", got, named, later)
	}
	p.follow("nav a[href='/o/min-pay']")
	if got := p.text(".status b"); !strings.Contains(got, "Prepare") {
		t.Errorf("the overview says %q", got)
	}
}

// question is the fact that is asked now.
func (p *page) question() string { return p.text("#questions form > .hint > code") }

// nextAfter waits for another question than that of a fact. The focus is there.
func (p *page) nextAfter(fact string) {
	p.t.Helper()
	p.poll("a question after "+fact+" that has the focus", with(`fact => document.activeElement.matches("#questions [data-focus]") &&
		document.querySelector("#questions form > .hint > code")?.textContent !== fact`, fact))
}

// answer fills in the form of a question and sends it.
func (p *page) answer(given ...string) {
	p.t.Helper()
	if p.has("#f-number") {
		p.fill("#f-number", given[0])
	} else {
		for _, value := range given {
			p.click(fmt.Sprintf("[name=answer][value=%q]", value))
		}
	}
	p.click("#questions button.main")
}

// answerWrongly sees the message beside the field, and that nothing was saved.
func (p *page) answerWrongly(t *testing.T, fact string) {
	p.answer("very many")
	p.poll("focus on the wrong answer", `document.activeElement.matches(".field.wrong:has(> #e-answer) #f-number")`)
	if got := p.text("#e-answer"); !strings.Contains(got, "1200000") || !p.has("#f-number[aria-invalid=true][aria-describedby=e-answer][value='very many']") {
		t.Errorf("the wrong answer to %s: %q", fact, got)
	}
}

// nameSystem names the system that questions are about, and goes back to them.
func (p *page) nameSystem() {
	p.t.Helper()
	p.follow("#questions a[href='/o/min-pay/systems']")
	p.addSystem("portal", "Payment portal", "支付门户")
	p.follow("nav a[href='/o/min-pay/questions']")
}

func (p *page) addSystem(id, en, zh string) {
	p.t.Helper()
	p.fill("#f-id", id)
	p.fill("#f-name_en", en)
	p.fill("#f-name_zh", zh)
	p.follow("main form[method=post]:has(#f-id) button.main")
	p.waitFor(".note.good")
}

// statements is how many statements there are.
func (p *page) statements() int {
	p.t.Helper()
	var n int
	p.eval(`fetch("/o/min-pay/history").then(r => r.text()).then(html => +new DOMParser().parseFromString(html, "text/html").querySelector(".pager span.soft").textContent.match(/\d+$/)[0])`, &n)
	return n
}

// tryWhatIf changes an answer without stating it, and keeps, opens and drops
// the trial.
func (p *page) tryWhatIf(t *testing.T) {
	before := p.statements()
	p.follow("nav a[href='/o/min-pay/standing']")
	p.follow(".actions a[href='/o/min-pay/what-if']")
	p.fill("#f-subject", "portal")
	p.follow("button[value=pick]")
	p.fill("#f-fact", "sys.impact.cross_sector_serious")
	p.follow("button[value=pick]")
	p.click("[name=answer][value=no]")
	p.follow("button[value=try]")
	result := p.text("section:has(.status)")
	if !strings.Contains(result, "Prepare") || !strings.Contains(result, "Watch") {
		t.Errorf("the trial gives %q", result)
	}
	p.fill("#f-trial_name", "No harm to others")
	p.follow("button[value=keep]")
	p.follow("nav a[href='/o/min-pay/standing']")
	if got := p.text(".status b"); !strings.Contains(got, "Prepare") {
		t.Errorf("after the trial the determination is %q", got)
	}
	p.follow(".actions a[href='/o/min-pay/what-if']")
	p.follow("li a[href^='/o/min-pay/what-if/']")
	if got := p.text(".status b"); !strings.Contains(got, "Watch") {
		t.Errorf("the trial that was kept gives %q", got)
	}
	p.follow("form[action$='/drop'] button")
	if p.has("li a[href^='/o/min-pay/what-if/']") || p.statements() != before {
		t.Errorf("%d statements, %d before the trial; the trial is dropped: %t", p.statements(), before, !p.has("form[action$='/drop']"))
	}
}

// followDuty finds a duty by typing, and goes to its article.
func (p *page) followDuty(t *testing.T) {
	p.follow("nav a[href='/o/min-pay/duties']")
	rows := p.count("#list tbody tr")
	p.fill("#f-q", "network logs")
	p.poll("a shorter list", fmt.Sprintf(`document.querySelectorAll("#list tbody tr").length < %d && location.search.includes("q=network")`, rows))
	p.follow("#list td a[href='/o/min-pay/duties/CSL-23-LOGS']")
	if got := p.text("h1"); !strings.Contains(got, "keep network logs") {
		t.Errorf("the duty is %q", got)
	}
	p.bothLanguages(t, "CSL-23(3)")
	p.follow(".provision header a")
	p.bothLanguages(t, "CSL-23(3)")
}

// bothLanguages sees an article quoted in Chinese, and worded in English.
func (p *page) bothLanguages(t *testing.T, id string) {
	t.Helper()
	if got := p.text(".provision header code"); got != id {
		t.Errorf("%s shows %q, want %s", p.where(), got, id)
	}
	if zh, en := p.text(".provision .official[lang=zh-CN]"), p.text(".provision .ours[lang=en]"); !strings.Contains(zh, "网络日志不少于六个月") || !strings.Contains(en, "at least six months") {
		t.Errorf("%s says %q and %q", p.where(), zh, en)
	}
}

// changeLanguage changes it where one is, and finds it kept after sign-out:
// in the browser, and for the account in another browser.
func (p *page) changeLanguage(t *testing.T, b *browser, s *served) {
	was := p.where()
	p.follow("button[lang=zh-CN]")
	if p.where() != was || !p.has("html[lang=zh-CN]") {
		t.Errorf("in Chinese one is at %s, was at %s", p.where(), was)
	}
	p.follow("form[action='/sign-out'] button")
	other := b.page(t)
	other.open(s.base + "/sign-in")
	if !p.has("html[lang=zh-CN]") || !other.has("html[lang=en]") {
		t.Error("the language of the browser is not kept, or is that of another")
	}
	for _, p := range []*page{p, other} {
		p.signIn("Zhang Min")
		if got := p.text("h1"); got != "总览" {
			t.Errorf("after sign-in the page is %q", got)
		}
	}
	p.follow("button[lang=en]")
}

func (p *page) signIn(name string) {
	p.t.Helper()
	p.fill("[name=name]", name)
	p.fill("[name=password]", goodPassword)
	p.follow("main button")
}

// finds waits until a search has found something that holds a text.
func (p *page) finds(text string) {
	p.t.Helper()
	p.poll("provision with "+text, with(`text => [...document.querySelectorAll("#list .provision")].some(e => e.innerText.includes(text))`, text))
}

// readLaw searches in both languages, follows an article back to its old
// number, and sees what a day changed.
func (p *page) readLaw(t *testing.T) {
	p.follow("nav a[href='/law']")
	p.fill("#f-q", "网络日志")
	p.finds("网络日志不少于六个月")
	p.fill("#f-q", "keep logs six months")
	p.finds("at least six months")
	p.fill("#f-q", "CSL-21")
	p.finds("CSL-23(3)")
	p.follow("#list .provision a[href$='CSL-23%283%29'], #list .provision a[href$='CSL-23(3)']")
	var ids []string
	p.eval(`[...document.querySelectorAll(".provision header code")].map(e => e.textContent)`, &ids)
	if !slices.Equal(ids, []string{"CSL-23(3)", "CSL-21(3)"}) {
		t.Errorf("the article was numbered %q", ids)
	}
	p.follow("nav a[href='/law']")
	p.follow(".actions a")
	p.fill("[name=from]", "2025-12-30")
	p.fill("[name=to]", "2026-01-02")
	p.follow("main form button.main")
	if got := p.text("main"); !strings.Contains(got, "CSL-21(3) → CSL-23(3)") {
		t.Errorf("the changes are %.2000q", got)
	}
}

// editSystems adds a system, renames and removes it.
func (p *page) editSystems(t *testing.T) {
	p.follow("nav a[href='/o/min-pay/systems']")
	p.addSystem("branch", "Branch", "网点")
	p.fill("#f-name_en", "Branch counter")
	p.follow("form:has(#f-name_en) button")
	if got := p.text("h1"); got != "Branch counter" {
		t.Errorf("the system is named %q", got)
	}
	p.click("section details:has(form[action$='/remove']) summary")
	p.follow("form[action$='/remove'] button")
	if got := p.text("#main table.cards"); strings.Contains(got, "Branch") || !strings.Contains(got, "Payment portal") {
		t.Errorf("the systems are %q", got)
	}
}

// exported is the organization file as the browser gets it.
func (p *page) exported() string {
	p.t.Helper()
	var file string
	p.eval(`fetch("/o/min-pay/file").then(r => r.ok ? r.text() : r.status)`, &file)
	return file
}

// moveFile takes the organization file to another installation, where it is
// the same bytes.
func (p *page) moveFile(t *testing.T, b *browser) {
	file := p.exported()
	s, other := serve(t, t.TempDir()), b.page(t)
	other.firstAccount(s.link, "Other")
	other.choose("[type=file]", "min-pay.yaml", file)
	other.follow("form[action='/organizations/import'] button")
	if got := other.text("h1"); got != "Overview" {
		t.Errorf("the import leads to %q", got)
	}
	if got := other.exported(); got != file || !strings.Contains(file, "pi.individuals: 1200000") {
		t.Errorf("exported\n%s\nimported and exported\n%s", file, got)
	}
}

// askPastDay asks what applied on a day before the law was renumbered.
func (p *page) askPastDay(t *testing.T) {
	p.follow("nav a[href='/o/min-pay/duties']")
	p.click("form.when summary")
	p.fill("form.when [name=on]", "2025-12-31")
	p.follow("form.when button")
	if got := p.text("#list"); !strings.Contains(got, "CSL art. 21(1)") || strings.Contains(got, "CSL art. 23(1)") {
		t.Errorf("the duties of 2025 are %.2000q", got)
	}
	p.follow("nav a[href^='/o/min-pay/standing']")
	if got := p.text(".note.past"); !strings.Contains(got, "2025-12-31") {
		t.Errorf("the day is lost on the way: %q", got)
	}
	p.follow(".note.past a")
	if p.has(".note.past") {
		t.Error("today is not back")
	}
}

// printMemo prints the memo, as several pages.
func (p *page) printMemo(t *testing.T) {
	p.follow("nav a[href='/o/min-pay/memo']")
	p.waitFor("button[data-print]")
	if got := p.text(".memo"); !strings.Contains(got, "示例敏付") || !strings.Contains(got, "Min Example Pay") {
		t.Errorf("the memo begins %.500q", got)
	}
	if n := pdfPages(t, p.pdf("journey-memo")); n < 4 {
		t.Errorf("the memo has %d pages", n)
	}
}

// makeToken makes a token, which a program can use.
func (p *page) makeToken(t *testing.T, s *served) {
	p.follow("nav a[href='/settings']")
	p.fill("#f-label", "night report")
	p.click("input[name='scope'][value='read']")
	p.follow("form[action='/settings/tokens'] button")
	r, err := http.NewRequest(http.MethodGet, s.base+"/api/v1/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+p.text(".secret"))
	v := s.visitor(t)
	v.want(http.StatusOK, v.do(r), "Zhang Min")
}

// leave signs out. The back button shows nothing of the page before.
func (p *page) leave(t *testing.T) {
	p.follow("nav a[href='/o/min-pay']")
	p.follow("form[action='/sign-out'] button")
	p.eval(`history.back()`, nil)
	p.poll("sign-in in place of the page before", `location.pathname === "/sign-in" && location.search.includes("next=")`)
	if got := p.text("body"); strings.Contains(got, "Min Example Pay") || p.text("h1") != "Sign in" {
		t.Errorf("after sign-out the back button shows %q", got)
	}
}
