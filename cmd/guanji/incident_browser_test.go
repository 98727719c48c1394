package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"

	"guanji/internal/incident"
)

// signedIn is a page of somebody who has just made the first account.
func (b *browser) signedIn(t *testing.T, s *served) *page {
	t.Helper()
	p := b.page(t)
	p.open(s.link)
	p.fill("[name=name]", "Zhang Min")
	p.fill("[name=password]", goodPassword)
	p.follow("main button")
	return p
}

// joining is a page of somebody who is invited.
func (p *page) joining(b *browser, s *served, name string) *page {
	p.t.Helper()
	p.open(s.base + "/settings/accounts")
	p.fill("#f-name", name)
	p.fill("#f-role", "editor")
	p.follow("form[action='/settings/accounts'] button")
	link := p.text(".secret")
	o := b.page(p.t)
	o.open(link)
	o.fill("[name=password]", goodPassword)
	o.follow("main button")
	return o
}

// step opens the box of a form, fills it in, and sends it.
func (p *page) step(box string, fields ...string) {
	p.t.Helper()
	if !p.has(box + "[open]") {
		p.click(box + " > summary")
	}
	for i := 0; i+1 < len(fields); i += 2 {
		p.fill(box+" "+fields[i], fields[i+1])
	}
	p.follow(box + " .row button")
	p.waitFor(".note.good")
}

// box is the box of a form by where it is sent.
func box(kind string) string { return "details:has(> form[action$='/steps/" + kind + "'])" }

// TestIncidentByClicking goes from an alert to the closed case by clicking.
func TestIncidentByClicking(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	p := newBrowser(t).signedIn(t, s)
	caseBook{t, s.home}.alert(3*time.Minute, incident.Alert{Source: "SIEM", Title: "Core banking does not answer", System: "core-banking", Severity: "high"})
	p.open(s.base + bankCases)
	p.follow(".cases h3 a")
	p.click("#triage details > summary")
	p.click("#triage [name='fact.incident.cii'][value=yes]")
	p.fill("#triage details[open] [name='fact.incident.cii_outage_minutes']", "12")
	p.follow("#triage details[open] .row button")
	if got := p.text("#clock"); !strings.Contains(got, "Protection department") || !strings.Contains(got, "Public security") || !strings.Contains(got, "\n00:5") && !strings.Contains(got, "\n01:00:") {
		t.Errorf("the clock says %q", got)
	}
	for _, report := range []string{"1", "2"} {
		p.click("#due li:first-child .step-box > summary")
		p.fill("#due li:first-child [name=way]", "010-0000 0000")
		p.fill("#due li:first-child [name=receipt]", "R-"+report)
		p.follow("#due li:first-child form .row button")
		p.waitFor(".note.good")
	}
	p.step(box("facts"), "[name='fact.incident.pi_individuals']", "0")
	if got := p.text("#due"); strings.Contains(got, "The people whose information") {
		t.Errorf("nobody's information leaked, and there is to do: %s", got)
	}
	p.step(box("note"), "[name=what]", "Failover to the second site.")
	p.step(box("role"), "[name=role]", "lead", "[name=person]", "Wang Fang")
	p.step(box("task"), "[name=what]", "Call the supplier")
	p.step("#tasks li "+box("done"), "[name=note]", "They come.")
	p.step(box("kept"), "[name=what]", "Image of db-3", "[name=from]", "db-3", "[name=where]", "safe 2", "[name=sum]", strings.Repeat("ab", 32))
	p.step("#kept li "+box("handed"), "[name=to]", "Wang Fang", "[name=why]", "analysis")
	p.fill("#parts [name=text]", "某银行核心系统")
	p.follow("#parts form .row button")
	p.follow("#timeline a.strike")
	p.fill("#timeline form[action$='/steps/strike'] [name=why]", "the wrong case")
	p.follow("#timeline form[action$='/steps/strike'] button")
	p.waitFor("#timeline .note.bad")
	p.step("#closing "+box("ended"), "[name=note]", "Service is back.")
	if got := p.text("#due"); !strings.Contains(got, "closing report") {
		t.Errorf("after the end, the closing report is not due: %s", got)
	}
	p.step("#closing "+box("close"), "[name=why]", "The reports follow from the head office.")
	if got := p.text("#clock"); !strings.Contains(got, "closed") {
		t.Errorf("closed is %q", got)
	}
	p.follow("#times a[href$='/replay']")
	p.waitFor(".note.good")
}

// TestCountdown watches a limit pass, hears of what others did without losing
// what is typed, and goes on while the server is gone.
func TestCountdown(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	b := newBrowser(t)
	p := b.signedIn(t, s)
	book := caseBook{t, s.home}
	n := book.open(time.Hour-4*time.Second, incident.Open{As: incident.Incident, Title: "Core banking is down"})
	book.add(n, 59*time.Minute, factStep(t, `{"incident.cii": true, "incident.cii_outage_minutes": 12}`))
	p.open(fmt.Sprintf("%s%s/%d", s.base, bankCases, n))
	p.poll("the limit to pass", `document.querySelector("#clock .count.late .over:not([hidden])") && document.querySelector("#clock .ahead").hidden && document.querySelector("#clock [data-passed]").textContent !== ""`)
	p.poll("the time since", `/^00:00:0[1-9]$/.test(document.querySelector("#clock .digits").textContent)`)
	p.click(box("note") + " > summary")
	p.fill(box("note")+" [name=what]", "what is typed")
	book.add(n, 0, incident.Step{Role: &incident.Role{Role: "lead", Person: "Li Na"}})
	renew := `document.dispatchEvent(new Event("visibilitychange"))`
	p.eval(renew, nil)
	p.poll("the news", `document.querySelector("#clock .news")?.textContent.includes("lead: Li Na")`)
	if got := p.eval1(`document.querySelector("#timeline [name=what]").value`); got != "what is typed" {
		t.Errorf("what was typed is now %q", got)
	}
	s.stop()
	p.eval(renew, nil)
	p.poll("the word that the server is gone", `!document.querySelector("#clock [data-lost]").hidden`)
	before := p.eval1(`document.querySelector("#clock .digits").textContent`)
	p.poll("the clock to go on", with(`before => document.querySelector("#clock .digits").textContent !== before`, before))
	p.expect(requestFault, "ERR_CONNECTION_REFUSED")
}

// TestClockOfTheDeviceJumps sets the clock of the device, as happens when it
// sleeps or somebody turns it: never is more time shown than there is, and the
// server is asked as soon as somebody looks again.
func TestClockOfTheDeviceJumps(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	p := newBrowser(t).signedIn(t, s)
	n := caseBook{t, s.home}.open(30*time.Minute, incident.Open{As: incident.Incident, Title: "Core banking is down"})
	p.open(fmt.Sprintf("%s%s/%d", s.base, bankCases, n))
	digits := func(what, want string) {
		t.Helper()
		p.poll(what, with(`want => new RegExp("^00:" + want).test(document.querySelector("#clock .digits").textContent)`, want))
	}
	digits("half an hour", "(29|30):")
	p.eval(`window.realNow = Date.now, Date.now = () => realNow() - 600e3`, nil)
	digits("half an hour, though the clock went back", "(29|30):")
	p.eval(`Date.now = () => realNow() + 600e3`, nil)
	digits("ten minutes less, in case the device slept", "(19|20):")
	p.eval(`document.dispatchEvent(new Event("visibilitychange"))`, nil)
	digits("what the server says", "(29|30):")
}

// TestTwoPagesOneCase has two people state the same fact on pages that both
// have open.
func TestTwoPagesOneCase(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	b := newBrowser(t)
	p := b.signedIn(t, s)
	o := p.joining(b, s, "Wang Fang")
	n := caseBook{t, s.home}.open(5*time.Minute, incident.Open{As: incident.Incident, Title: "Core banking is down"})
	path := fmt.Sprintf("%s%s/%d", s.base, bankCases, n)
	p.open(path)
	o.open(path)
	p.step(box("facts"), "[name='fact.incident.cii_outage_minutes']", "12")
	o.click(box("facts") + " > summary")
	o.fill(box("facts")+" [name='fact.incident.cii_outage_minutes']", "45")
	o.fill(box("facts")+" [name=note]", "by the monitor")
	o.follow(box("facts") + " .row button")
	o.expect(requestFault, "409")
	if got := o.text("main"); !strings.Contains(got, "Zhang Min changed this") || !strings.Contains(got, "12 minutes") {
		t.Errorf("the conflict says %q", got)
	}
	if got := o.eval1(`document.querySelector("#grade [name='fact.incident.cii_outage_minutes']").value`); got != "45" {
		t.Errorf("what was typed is %q", got)
	}
	o.follow(box("facts") + " .row button")
	o.waitFor(".note.good")
	if got := o.text("#grade dl"); !strings.Contains(got, "45 minutes") {
		t.Errorf("sent again, the facts are %q", got)
	}
}

// TestSentByKeyboard marks a report as sent with the keyboard alone.
func TestSentByKeyboard(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	p := newBrowser(t).signedIn(t, s)
	n := caseBook{t, s.home}.open(5*time.Minute, incident.Open{As: incident.Incident, Title: "Core banking is down"})
	p.open(fmt.Sprintf("%s%s/%d", s.base, bankCases, n))
	p.tabTo("#due .step-box > summary")
	p.press("Enter", "Tab", "010-0000 0000", "Tab", "officer on duty", "Tab", "R-77")
	p.tabTo("#due form .row button")
	p.travel("Enter")
	if got := p.text("#due .made"); !strings.Contains(got, "R-77") || !strings.Contains(got, "officer on duty") {
		t.Errorf("made is %q", got)
	}
}

// TestCaseWithoutScript opens an incident and marks a report as sent without
// scripts: the digits are those of when the page was made.
func TestCaseWithoutScript(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	p := newBrowser(t).page(t)
	send(p, "no scripts", emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	p.open(s.link)
	p.fill("[name=name]", "Zhang Min")
	p.fill("[name=password]", goodPassword)
	p.follow("main button")
	p.open(s.base + bankCases)
	p.follow(".actions .main")
	p.fill("[name=title]", "Core banking is down")
	p.click("[name='fact.incident.cii'][value=yes]")
	p.follow("form.step .row button")
	if got := p.text("#clock .digits"); !strings.HasPrefix(got, "00:5") && !strings.HasPrefix(got, "01:00") {
		t.Errorf("without scripts the digits are %q", got)
	}
	p.click("#due .step-box > summary")
	p.fill("#due [name=way]", "010-0000 0000")
	p.chooseFile("#due [name=files]", writeTemp(t, "received.txt", []byte("R-77")))
	p.follow("#due form .row button")
	if got := p.text("#due .made"); !strings.Contains(got, "received.txt") || !strings.Contains(got, digestOf([]byte("R-77"))) {
		t.Errorf("made is %q", got)
	}
	send(p, "scripts", emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: false})
}

// TestDrillIsNoIncident puts a drill beside an incident: wherever one looks,
// one tells them apart, by word, icon and pattern.
func TestDrillIsNoIncident(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	p := newBrowser(t).signedIn(t, s)
	book := caseBook{t, s.home}
	for _, drill := range []bool{false, true} {
		n := book.open(5*time.Minute, incident.Open{As: incident.Incident, Title: "Core banking is down", Drill: drill})
		book.add(n, 4*time.Minute, factStep(t, `{"incident.cii": true, "incident.cii_outage_minutes": 12}`))
	}
	p.size(390, 844, true)
	marks := `({
		title: document.title.includes("演练"), h1: document.querySelector("h1").textContent.includes("演练 DRILL"),
		flag: (f => !!f && (f.scrollIntoView(), window.scrollTo(0, 1e6), f.getBoundingClientRect().top >= 0 && f.getBoundingClientRect().bottom < innerHeight))(document.querySelector(".drill-flag")),
		border: getComputedStyle(document.body, "::before").borderImageSource.includes("gradient"),
		buttons: [...document.querySelectorAll("form.step .row button, .step-box > summary")].every(b => b.textContent.includes("演练 DRILL")),
		none: ![...document.querySelectorAll("main")].some(m => m.textContent.includes("DRILL")),
	})`
	type seenMarks struct{ Title, H1, Flag, Border, Buttons, None bool }
	for n, want := range map[int]seenMarks{1: {None: true}, 2: {Title: true, H1: true, Flag: true, Border: true, Buttons: true}} {
		p.open(fmt.Sprintf("%s%s/%d", s.base, bankCases, n))
		var got seenMarks
		if p.eval(marks, &got); got != want {
			t.Errorf("case %d is marked %+v, want %+v", n, got, want)
		}
	}
	p.size(1440, 900, false)
	p.open(s.base + bankCases)
	if got := p.text(".cases-group.of-drill"); !strings.Contains(got, "演练 DRILL") || !strings.Contains(got, "#2") || strings.Contains(got, "#1") {
		t.Errorf("the drills are %q", got)
	}
	p.follow(".actions a[href*='drill=1']")
	p.waitFor(".drill-flag")
	p.fill("[name=title]", "Practice by night")
	p.follow("form.step .row button")
	if got := p.text("h1"); !strings.Contains(got, "演练 DRILL") {
		t.Errorf("what the form of a drill opens is %q", got)
	}
	v := s.visitor(t)
	v.want(http.StatusSeeOther, v.post("/sign-in", "name", "Zhang Min", "password", goodPassword))
	if body := v.want(http.StatusOK, v.get(bankEvidence+"?show=events")).body; strings.Contains(body, "incident #2") || !strings.Contains(body, "incident #1") {
		t.Error("a drill is evidence, or the incident is none")
	}
}
