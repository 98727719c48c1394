package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience bounds every wait for the browser.
const patience = 20 * time.Second

// pause lies between two looks at a page while waiting for it to change.
const pause = 20 * time.Millisecond

// browser is one running Chromium. Its pages do not share cookies.
type browser struct {
	ctx context.Context
}

// newBrowser starts Chromium and ends it with the test. A machine without
// Chromium fails the test: pages nobody looked at are not known to work.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	profile := filepath.Join(t.TempDir(), "profile")
	alloc, stop := chromedp.NewExecAllocator(context.Background(), browserFlags(findChromium(t), profile)...)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() {
		cancel()
		stop()
		removeProfile(t, profile)
	})
	startContext(t, ctx, cancel, "chromium to start")
	t.Cleanup(func() { closeBrowser(t, ctx) })
	return &browser{ctx}
}

// closeBrowser asks Chromium to end, and waits; it is killed if it does not.
// A browser that never started must not come here: [chromedp.Cancel] would wait
// for it forever.
func closeBrowser(t *testing.T, ctx context.Context) {
	t.Helper()
	closing, done := context.WithTimeout(ctx, patience)
	defer done()
	if err := chromedp.Cancel(closing); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("chromium did not end: %v", err)
	}
}

// findChromium returns the program that CHROMIUM names, or the first one on
// the path.
func findChromium(t *testing.T) string {
	t.Helper()
	if named := os.Getenv("CHROMIUM"); named != "" {
		return named
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no Chromium: install it with a Chinese font (Debian: apt-get install chromium fonts-noto-cjk), or set CHROMIUM to its path")
	return ""
}

// browserFlags keep Chromium quiet on a machine that has no network: it asks
// nobody for updates, and no name resolves but that of this machine.
func browserFlags(path, profile string) []chromedp.ExecAllocatorOption {
	flags := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path),
		chromedp.UserDataDir(profile),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("no-proxy-server", true),
		chromedp.Flag("no-pings", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
	)
	// Chromium refuses its sandbox to root; everybody else keeps it.
	return append(flags, chromedp.Flag("no-sandbox", os.Getuid() == 0))
}

// startContext makes a context run for the first time. chromedp ties the life
// of what it starts to the context of this first run, which therefore must
// have no deadline: a timer cancels it instead.
func startContext(t *testing.T, ctx context.Context, cancel context.CancelFunc, what string) {
	t.Helper()
	timer := time.AfterFunc(patience, cancel)
	err := chromedp.Do(ctx)
	if timer.Stop() && err == nil {
		return
	}
	t.Fatalf("waited up to %v for %s: %v", patience, what, err)
}

// removeProfile clears the profile once nothing of Chromium writes there any
// more: its helpers outlive it by moments, and [testing.T.TempDir] does not
// try twice.
func removeProfile(t *testing.T, profile string) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(pause) {
		err := os.RemoveAll(profile)
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("profile of chromium: %v", err)
			return
		}
	}
}

// page is one tab. Its methods end the test when the browser does not do as it
// is told. What goes wrong within the page is recorded as a fault, and fails
// the test at its end unless the test asked for it.
type page struct {
	t             *testing.T
	ctx           context.Context
	medium, theme string

	// asked is touched by record alone, which runs in one goroutine.
	asked map[network.RequestID]string

	mu    sync.Mutex
	hosts map[string]bool // those that the test itself opened
	at    string
	found []fault
}

// page opens a tab in a browser context of its own, that of a visitor who was
// never here before.
func (b *browser) page(t *testing.T) *page {
	t.Helper()
	p := &page{t: t, asked: map[network.RequestID]string{}, hosts: map[string]bool{}, at: "about:blank"}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.record))
	p.ctx = ctx
	t.Cleanup(func() {
		p.reportFaults()
		cancel()
	})
	startContext(t, ctx, cancel, "a new page")
	send(p, "the issues of the page", audits.Enable, cdp.Empty{})
	// A page has the keyboard even while another tab is in front.
	send(p, "the focus of the page", emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	p.size(1280, 900, false)
	return p
}

// fail ends the test, with a picture of what was there instead.
func (p *page) fail(what string, err error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	picture := "none"
	if png, shotErr := chromedp.Run(ctx, chromedp.FullScreenshot(100)); shotErr == nil {
		picture = p.save(p.t.Name()+"-failed.png", png)
	}
	p.t.Fatalf("%s: no %s within %v: %v\nscreenshot (kept if GUANJI_SCREENSHOTS names a folder): %s", p.where(), what, patience, err, picture)
}

// act runs an action in a page. It is a function because methods have no type
// parameters of their own.
func act[T any](p *page, what string, a chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		p.fail(what, err)
	}
	return v
}

// send sends one command of the protocol to a page.
func send[P, R any](p *page, what string, cmd cdp.Command[P, R], params P) R {
	p.t.Helper()
	return act(p, what, func(ctx context.Context, t *chromedp.Target) (R, error) { return cdp.Call(ctx, t, cmd, params) })
}

// evaluate gives the JSON of what an expression, or the promise it returns,
// comes to; nothing for undefined. The browser runs it in spite of the policy
// of the page, but what it calls there is held to that policy.
func evaluate(js string) chromedp.Action[[]byte] {
	return chromedp.Evaluate[[]byte](js, chromedp.EvalAwaitPromise, chromedp.EvalAsValue, func(p *runtime.EvaluateParams) {
		p.AllowUnsafeEvalBlockedByCSP = new(false)
	})
}

// poll evaluates an expression until it gives something else than null or
// false. It goes on where the page is replaced meanwhile, which chromedp's own
// queries do not survive, but not after an exception: that one would come back.
func (p *page) poll(what, js string) []byte {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	var last error
	for {
		raw, err := chromedp.Run(ctx, evaluate(js))
		if err == nil && !slices.Contains([]string{"", "null", "false"}, string(raw)) {
			return raw
		}
		var thrown *chromedp.ExceptionError
		if errors.As(err, &thrown) {
			p.fail(what, err)
		}
		if ctx.Err() != nil {
			p.fail(what, errors.Join(ctx.Err(), last))
		}
		last = err
		time.Sleep(pause)
	}
}

// pollInto is poll for those who want the value.
func pollInto[T any](p *page, what, js string) T {
	p.t.Helper()
	var v T
	if err := json.Unmarshal(p.poll(what, js), &v); err != nil {
		p.fail(what, err)
	}
	return v
}

// with calls a JavaScript function with strings.
func with(function string, args ...string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		// Every string has a JSON form, and JSON is JavaScript.
		raw, _ := json.Marshal(a)
		quoted[i] = string(raw)
	}
	return "(" + function + ")(" + strings.Join(quoted, ", ") + ")"
}

// visible finds the first element of a selector that can be seen.
const visible = `const el = [...document.querySelectorAll(css)].find(e => e.checkVisibility({visibilityProperty: true}));`

// open goes to an address and waits until it is loaded. Its host becomes one
// that the page may talk to.
func (p *page) open(address string) {
	p.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	p.hosts[u.Host] = true
	p.mu.Unlock()
	act(p, "page "+address, chromedp.Navigate(address))
}

// point is where on the screen an element can be clicked.
type point struct{ X, Y float64 }

// reach scrolls to an element and waits until a mouse would hit it: it is
// visible, not disabled, and nothing lies over it.
func (p *page) reach(css string) point {
	p.t.Helper()
	return pollInto[point](p, css+" that a mouse can hit", with(`css => {
		`+visible+`
		if (!el || el.disabled) return null;
		el.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
		const r = el.getClientRects()[0];
		if (!r) return null;
		const x = r.left + r.width / 2, y = r.top + r.height / 2, hit = document.elementFromPoint(x, y);
		return hit && (el.contains(hit) || hit.closest("label")?.control === el) ? {x, y} : null;
	}`, css))
}

// click presses and releases the mouse on the first visible match. What comes
// of it is to be waited for: with waitFor, or by follow in place of click.
func (p *page) click(css string) {
	p.t.Helper()
	at := p.reach(css)
	act(p, "click on "+css, chromedp.MouseClickXY(at.X, at.Y))
}

// follow clicks and waits until the browser has loaded another page.
func (p *page) follow(css string) {
	p.t.Helper()
	at := p.reach(css)
	act(p, "page behind "+css, chromedp.WaitEvent(cdppage.LoadEventFired, nil, chromedp.MouseClickXY(at.X, at.Y)))
}

// hover moves the mouse onto the middle of the first visible match.
func (p *page) hover(css string) {
	p.t.Helper()
	at := p.reach(css)
	act(p, "mouse on "+css, chromedp.MouseEvent(chromedp.MouseMoved, at.X, at.Y))
}

// fill replaces what a field holds. Text is typed key by key; fields that
// are chosen from rather than typed in (select, date and the like) get the
// value as in the HTML, such as 2026-11-25, with the events of a choice.
func (p *page) fill(css, text string) {
	p.t.Helper()
	how := pollInto[string](p, css+" to fill", with(`(css, text) => {
		`+visible+`
		if (!el || el.disabled || el.readOnly) return null;
		el.focus();
		if (document.activeElement !== el) return null;
		if (!el.matches("select, [type=date], [type=time], [type=month], [type=week], [type=datetime-local], [type=range], [type=color]")) {
			el.select();
			return "type";
		}
		el.value = text;
		if (el.value !== text) return null;
		for (const name of ["input", "change"]) el.dispatchEvent(new Event(name, {bubbles: true}));
		return "set";
	}`, css, text))
	switch {
	case how == "set":
	case text == "":
		p.press("Backspace")
	default:
		act(p, "typing into "+css, chromedp.KeyEvent(text))
	}
}

// namedKeys are the keys that press knows by name, those of the DOM.
var namedKeys = map[string]string{
	"Tab": kb.Tab, "Enter": kb.Enter, "Space": " ", "Escape": kb.Escape, "Backspace": kb.Backspace, "Delete": kb.Delete,
	"ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown, "ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight,
	"Home": kb.Home, "End": kb.End, "PageUp": kb.PageUp, "PageDown": kb.PageDown,
}

// heldKeys are held while the key that follows them is pressed.
var heldKeys = map[string]chromedp.Modifier{
	"Shift": chromedp.ModifierShift, "Ctrl": chromedp.ModifierCtrl, "Alt": chromedp.ModifierAlt,
}

// press sends real key events to whatever has the focus: the name of a key,
// with modifiers such as Shift+Tab, or else text to be typed.
func (p *page) press(strokes ...string) {
	p.t.Helper()
	for _, stroke := range strokes {
		var held []chromedp.KeyOption
		rest := stroke
		for {
			name, after, found := strings.Cut(rest, "+")
			m, known := heldKeys[name]
			if !found || !known || after == "" {
				break
			}
			held, rest = append(held, chromedp.KeyModifiers(m)), after
		}
		act(p, "key "+stroke, chromedp.KeyEvent(cmp.Or(namedKeys[rest], rest), held...))
	}
}

// text waits for the first visible match and returns its text as one sees it.
func (p *page) text(css string) string {
	p.t.Helper()
	return pollInto[string](p, "text of "+css, with(`css => { `+visible+` return el ? el.innerText.trim() : null; }`, css))
}

// count returns how many elements match now, visible or not.
func (p *page) count(css string) int {
	p.t.Helper()
	return pollInto[int](p, "count of "+css, with(`css => document.querySelectorAll(css).length`, css))
}

// has reports whether anything matches now.
func (p *page) has(css string) bool {
	p.t.Helper()
	return p.count(css) > 0
}

// waitFor waits for a visible match.
func (p *page) waitFor(css string) {
	p.t.Helper()
	p.poll("visible "+css, with(`css => { `+visible+` return !!el; }`, css))
}

// focused describes what has the focus: a#skip, input[name="day"], main.wide.
func (p *page) focused() string {
	p.t.Helper()
	return pollInto[string](p, "focus", with(`() => {
		const el = document.activeElement;
		if (!el) return null;
		if (el.id) return el.localName + "#" + el.id;
		const by = ["name", "href", "type"].find(a => el.hasAttribute(a));
		return by ? el.localName + "[" + by + "=" + JSON.stringify(el.getAttribute(by)) + "]" : [el.localName, ...el.classList].join(".");
	}`))
}

// eval runs an expression in the page, waits for it if it is a promise, and
// reads its JSON into out unless that is nil.
func (p *page) eval(js string, out any) {
	p.t.Helper()
	raw := act(p, "value of "+js, evaluate(js))
	if out == nil {
		return
	}
	if err := json.Unmarshal(raw, out); err != nil {
		p.fail("value of "+js, err)
	}
}

// size sets the window, in CSS pixels. A mobile one has touch, and obeys the
// viewport that the page asks for.
func (p *page) size(width, height int, mobile bool) {
	p.t.Helper()
	var as []chromedp.EmulateViewportOption
	if mobile {
		as = append(as, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait)
	}
	act(p, "window size", chromedp.EmulateViewport(int64(width), int64(height), as...))
}

// scheme sets what the visitor prefers: dark, light, or "" for the default.
func (p *page) scheme(name string) {
	p.t.Helper()
	p.theme = name
	p.emulateMedia()
}

// media shows the page as on another medium: print, or "" for the screen.
func (p *page) media(name string) {
	p.t.Helper()
	p.medium = name
	p.emulateMedia()
}

// emulateMedia sets both at once: each call of the protocol forgets what an
// earlier one set.
func (p *page) emulateMedia() {
	p.t.Helper()
	params := emulation.SetEmulatedMediaParams{Media: p.medium}
	if p.theme != "" {
		params.Features = []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: p.theme}}
	}
	send(p, "emulated media", emulation.SetEmulatedMedia, params)
}

// tallest is how much of a page a picture shows, in CSS pixels. Taller ones
// take Chromium many seconds each, and nobody looks at the end of them.
const tallest = 5000

// screenshot takes a picture of the whole page, beyond the window too, and
// returns its path.
func (p *page) screenshot(name string) string {
	p.t.Helper()
	clip := pollInto[cdppage.Viewport](p, "size of the page", `(e => ({x: 0, y: 0, width: e.clientWidth, height: e.scrollHeight, scale: 1}))(document.documentElement)`)
	clip.Height = min(clip.Height, tallest)
	shot := send(p, "screenshot "+name, cdppage.CaptureScreenshot, cdppage.CaptureScreenshotParams{Format: cdppage.CaptureScreenshotFormatPng,
		Clip: &clip, CaptureBeyondViewport: new(true), OptimizeForSpeed: new(true)})
	return p.save(name+".png", shot.Data)
}

// pdf prints the page as its style sheet for print has it, on A4 unless that
// says otherwise, and returns the path. An emulated scheme holds there too.
func (p *page) pdf(name string) string {
	p.t.Helper()
	return p.save(name+".pdf", act(p, "pdf "+name,
		chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPreferCSSPageSize(), chromedp.PDFPrintBackground())))
}

// save writes into the folder of GUANJI_SCREENSHOTS, or one that goes with the
// test.
func (p *page) save(name string, data []byte) string {
	p.t.Helper()
	dir := os.Getenv("GUANJI_SCREENSHOTS")
	if dir == "" {
		dir = p.t.TempDir()
	}
	path := filepath.Join(dir, strings.ReplaceAll(name, "/", "-"))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		p.t.Fatal(err)
	}
	return path
}

// violation is a rule of accessibility that elements of the page break.
type violation struct {
	ID, Impact, Help string
	Targets          []string // selectors
}

// axe returns the serious and critical violations that axe-core finds in the
// page as it is now, of the rules named or of all: what is hidden is not
// looked at.
func (p *page) axe(rules ...string) []violation {
	p.t.Helper()
	var there bool
	if p.eval(`!!window.axe`, &there); !there {
		source, err := os.ReadFile("testdata/axe.min.js")
		if err != nil {
			p.t.Fatal(err)
		}
		p.eval(string(source)+"\n;0", nil)
	}
	var found []violation
	p.eval(with(`(...rules) => axe.run(document, {resultTypes: ["violations"], preload: false, ...(rules.length && {runOnly: rules})}).then(r => r.violations
		.filter(v => v.impact === "serious" || v.impact === "critical")
		.map(v => ({id: v.id, impact: v.impact, help: v.help, targets: v.nodes.map(n => n.target.flat().join(" "))})))`, rules...), &found)
	return found
}
