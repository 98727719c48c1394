package main

import (
	"fmt"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// TestKeyboardAlone goes the main way with the keyboard alone. Every stop of
// the focus must be seen, and come after the one before it.
func TestKeyboardAlone(t *testing.T) {
	s := serve(t, t.TempDir())
	p := newBrowser(t).page(t)
	p.open(s.link)
	p.stopsAt("#f-name") // the form begins with the focus
	p.press("Zhang Min", "Tab", goodPassword, "Tab")
	p.travel("Enter")
	p.skipToContent(t)
	p.press("Tab")
	p.stopsAt("form[action='/organizations'] #f-id")
	p.press("min-pay", "Tab", "Min Example Pay", "Tab", "示例敏付", "Tab")
	p.travel("Space")
	p.answerByKeys(t)
	p.tryByKeys(t)
	p.readByKeys(t)
	p.tabTo("nav a[href='/o/min-pay/memo']")
	p.travel("Enter")
	p.tabTo("button[data-print]")
	p.backTo("form[action='/sign-out'] button")
	p.travel("Enter")
	p.stopsAt("#f-name")
}

// skipToContent uses the first stop of a page, the link over the navigation.
func (p *page) skipToContent(t *testing.T) {
	p.press("Tab")
	p.stopsAt("a.skip")
	p.press("Enter")
	if got := p.focused(); got != "main#main" {
		t.Errorf("the skip link leads to %s", got)
	}
}

// answerByKeys answers questions: by arrows, by the space bar, and by a system
// that is named.
func (p *page) answerByKeys(t *testing.T) {
	p.tabTo("[name=answer]")
	p.press("ArrowDown") // no
	p.sendByKeys("org.designation.notified")
	p.tabTo("[name=answer][value=finance]")
	p.press("Space")
	p.sendByKeys("org.sectors")
	p.tabTo("#questions a[href='/o/min-pay/systems']")
	p.travel("Enter")
	p.tabTo("#f-id")
	p.press("portal", "Tab", "Payment portal", "Tab", "支付门户", "Tab")
	p.travel("Enter")
	p.tabTo("nav a[href='/o/min-pay/questions']")
	p.travel("Enter")
	p.tabTo("[name=answer]")
	p.press("ArrowDown") // a platform
	p.sendByKeys("sys.kind")
	for wanted := []string{"sys.impact.cross_sector_serious", "org.operates_network"}; len(wanted) > 0; {
		fact := p.question()
		if fact != wanted[0] { // later
			p.tabTo("#questions .row a")
			p.press("Enter")
			p.nextAfter(fact)
			continue
		}
		p.tabTo("[name=answer]")
		p.press("Space") // yes
		p.sendByKeys(fact)
		wanted = wanted[1:]
	}
	if got := p.text(statusShown); !strings.Contains(got, "Prepare") {
		t.Errorf("the determination is %q", got)
	}
	p.backTo("nav a[href='/o/min-pay/standing']")
	p.travel("Enter")
}

func (p *page) sendByKeys(fact string) {
	p.t.Helper()
	if got := p.question(); got != fact {
		p.t.Fatalf("asked is %s, not %s", got, fact)
	}
	p.tabTo("#questions button.main")
	p.press("Enter")
	p.nextAfter(fact)
}

// tryByKeys tries another answer from the page of the determination.
func (p *page) tryByKeys(t *testing.T) {
	p.tabTo(".actions a[href='/o/min-pay/what-if']")
	p.travel("Enter")
	p.tabTo("#f-subject")
	p.press("ArrowDown")
	p.tabTo("button[value=pick]")
	p.travel("Enter")
	p.tabTo("#f-fact")
	p.press("Risk of serious") // as one types ahead in a list
	p.tabTo("button[value=pick]")
	p.travel("Enter")
	p.tabTo("[name=answer]")
	p.press("ArrowDown")
	p.tabTo("button[value=try]")
	p.travel("Enter")
	if got := p.text("section:has(.status)"); !strings.Contains(got, "Watch") {
		t.Errorf("the trial gives %q", got)
	}
	p.tabTo("nav a[href='/o/min-pay/duties']")
	p.travel("Enter")
}

// readByKeys filters the duties, and follows one to its article.
func (p *page) readByKeys(t *testing.T) {
	p.tabTo("#f-q")
	rows := p.count("#list tbody tr")
	p.press("network logs")
	p.poll("a shorter list", fmt.Sprintf(`document.querySelectorAll("#list tbody tr").length < %d`, rows))
	p.stopsAt("#f-q") // what is typed in stays
	p.tabTo("#list td a[href='/o/min-pay/duties/CSL-23-LOGS']")
	p.travel("Enter")
	p.tabTo(".provision header a")
	p.travel("Enter")
	p.bothLanguages(t, "CSL-23(3)")
}

// travel presses a key and waits until the browser has loaded another page.
func (p *page) travel(key string) {
	p.t.Helper()
	text := namedKeys[key]
	act(p, "page behind "+p.focused(), chromedp.WaitEvent(cdppage.LoadEventFired, nil, chromedp.KeyEvent(text)))
}

// mostStops is how often one presses Tab before one gives up.
const mostStops = 150

// tabTo presses Tab until what matches has the focus.
func (p *page) tabTo(css string) { p.t.Helper(); p.walk("Tab", css) }

// backTo goes the other way.
func (p *page) backTo(css string) { p.t.Helper(); p.walk("Shift+Tab", css) }

func (p *page) walk(key, css string) {
	p.t.Helper()
	for range mostStops {
		p.press(key)
		if p.stop(key, css) {
			return
		}
	}
	p.fail("way to "+css, fmt.Errorf("after %d stops the focus is on %s", mostStops, p.focused()))
}

// stopsAt fails the test unless what matches has the focus. A page that was
// just loaded gives the focus a moment later.
func (p *page) stopsAt(css string) {
	p.t.Helper()
	p.poll("focus somewhere", `document.activeElement !== document.body`)
	if !p.stop("", css) {
		p.t.Fatalf("%s: the focus is on %s, not on %s", p.where(), p.focused(), css)
	}
}

// stop checks where the focus is after a key, and reports whether it matches.
func (p *page) stop(key, css string) bool {
	p.t.Helper()
	var at struct {
		There bool
		Wrong string
	}
	p.eval(with(stopOf, key, css), &at)
	if at.Wrong != "" {
		p.t.Fatalf("%s: the focus on %s %s", p.where(), p.focused(), at.Wrong)
	}
	return at.There
}

// stopOf looks at what has the focus: it must be something, in the window, with
// a line around it, and follow what had the focus before.
const stopOf = `(key, css) => {
	const e = document.activeElement, r = e.getBoundingClientRect(), s = getComputedStyle(e), before = window.stoppedAt;
	const order = before?.isConnected && before !== e ? before.compareDocumentPosition(e) : 0;
	window.stoppedAt = e;
	let wrong = "";
	if (e === document.body) wrong = "is lost";
	else if (r.width < 2 || r.height < 2 || r.bottom <= 0 || r.top >= innerHeight || r.right <= 0 || r.left >= innerWidth) wrong = "is out of sight";
	else if (s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 2) wrong = "is not shown";
	else if (e.tabIndex > 0) wrong = "has an order of its own";
	else if (key === "Tab" && order & Node.DOCUMENT_POSITION_PRECEDING) wrong = "goes back";
	else if (key === "Shift+Tab" && order & Node.DOCUMENT_POSITION_FOLLOWING) wrong = "goes on";
	return {there: e.matches(css), wrong};
}`
