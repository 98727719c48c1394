package main

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// strictPolicy is what the pages of the program are served with.
const strictPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// harnessFiles is a small site: one page with nothing wrong, and pages that
// each have something wrong.
var harnessFiles = map[string]string{
	"/": `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Good</title>
		<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css"><script src="/good.js" defer></script></head>
		<body><main><h1>Good page</h1><a id="skip" href="#form">Skip</a> <a href="/next">Next</a>
		<form id="form"><label>Name <input name="name" value="old"></label> <label>Day <input name="day" type="date"></label>
		<label>Level <select name="level"><option>I</option><option>II</option></select></label> <button name="save">Save</button></form>
		<p id="said" role="status"></p><p class="screen">on screen</p><p class="print">on paper</p><div class="long"></div><p>end</p></main></body></html>`,
	"/good.js": `document.querySelector("form").addEventListener("submit", e => {
		e.preventDefault();
		setTimeout(() => { said.textContent = [...new FormData(e.target).values()].join(" "); }, 100);
	});
	document.querySelector("form").addEventListener("keydown", e => { if (e.key === "Escape") said.textContent = "escaped " + e.target.name; });`,
	"/style.css": `.print { display: none } .long { height: 150rem } button:hover { outline: 3px solid }
		@media print { .print { display: block } .screen { display: none } }
		@media (prefers-color-scheme: dark) { html { color-scheme: dark; background: #111; color: #eee } a { color: #9cf } }`,
	"/favicon.ico":  "", // Chromium asks for it, unless a page names another icon
	"/next":         `<!doctype html><html lang="en"><title>Next</title><main><h1>Next page</h1></main></html>`,
	"/console":      `<!doctype html><title>x</title><script src="/console.js"></script>`,
	"/console.js":   `console.error("lost", 7, {a: 1}); console.warn("odd"); console.log("fine");`,
	"/exception":    `<!doctype html><title>x</title><script src="/exception.js"></script>`,
	"/exception.js": `Promise.reject(new Error("unkept")); throw new TypeError("thrown");`,
	"/inline":       `<!doctype html><title>x</title><p style="color: red">red</p><script>document.title = "run"</script>`,
	"/eval":         `<!doctype html><title>x</title><script src="/eval.js"></script>`,
	"/eval.js":      `window.later = () => { try { return new Function("return 1")() } catch (e) { return e.name } };`,
	"/outside":      `<!doctype html><title>x</title><img src="http://tracker.example/pixel.png" alt="">`,
	"/missing":      `<!doctype html><title>x</title><img src="/none.png" alt="">`,
	"/dialog":       `<!doctype html><title>x</title><script src="/dialog.js"></script><p>after</p>`,
	"/dialog.js":    `document.title = confirm("sure?") ? "yes" : "no";`,
	"/barrier":      `<!doctype html><html lang="en"><title>x</title><main><h1>x</h1><button></button><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></main></html>`,
}

func harnessSite(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := harnessFiles[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		kind := "text/html; charset=utf-8"
		switch {
		case strings.HasSuffix(r.URL.Path, ".js"):
			kind = "text/javascript"
		case strings.HasSuffix(r.URL.Path, ".css"):
			kind = "text/css"
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Security-Policy", strictPolicy)
		http.SetCookie(w, &http.Cookie{Name: "visited", Value: "yes"})
		if _, err := w.Write([]byte(body)); err != nil {
			t.Log(err)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestBrowserHarness(t *testing.T) {
	site := harnessSite(t)
	b := newBrowser(t)
	t.Run("faults", func(t *testing.T) { testHarnessFaults(t, b, site) })
	t.Run("mouse and keyboard", func(t *testing.T) { testHarnessInput(t, b, site) })
	t.Run("media", func(t *testing.T) { testHarnessMedia(t, b, site) })
	t.Run("accessibility", func(t *testing.T) { testHarnessAxe(t, b, site) })
	t.Run("visitors", func(t *testing.T) {
		first, second := b.page(t), b.page(t)
		first.open(site)
		second.open(site + "/next")
		var cookies string
		for _, p := range []*page{first, second} {
			if p.eval(`document.cookie`, &cookies); cookies != "visited=yes" {
				t.Errorf("cookies %q", cookies)
			}
		}
		first.eval(`document.cookie = "mine=1"`, nil)
		if second.eval(`document.cookie`, &cookies); cookies != "visited=yes" {
			t.Errorf("the second visitor has the cookies %q", cookies)
		}
	})
}

// testHarnessFaults opens what is wrong, and expects to hear of it, and of
// nothing else: a fault left over fails the subtest.
func testHarnessFaults(t *testing.T, b *browser, site string) {
	for path, want := range map[string][]fault{
		"/console":   {{consoleFault, "error: lost 7 Object"}, {consoleFault, "warning: odd"}},
		"/exception": {{exceptionFault, "TypeError: thrown"}, {exceptionFault, "Error: unkept"}},
		"/inline":    {{cspFault, "script-src"}, {cspFault, "style-src"}},
		"/eval":      {{cspFault, "script-src"}},
		"/outside":   {{outsideFault, "http://tracker.example/pixel.png"}, {cspFault, "img-src"}},
		"/missing":   {{requestFault, "404 " + site + "/none.png"}},
		"/absent":    {{requestFault, "404 " + site + "/absent"}},
		"/dialog":    {{dialogFault, "confirm: sure?"}},
	} {
		t.Run(path, func(t *testing.T) {
			p := b.page(t)
			p.open(site + path)
			if path == "/eval" {
				p.eval(`later()`, nil)
			}
			for _, f := range want {
				p.expect(f.kind, f.text)
			}
			if left := p.faults(); len(left) != 0 {
				t.Errorf("%s also has %q", path, left)
			}
		})
	}
}

func testHarnessInput(t *testing.T, b *browser, site string) {
	p := b.page(t)
	p.open(site)
	p.waitFor("h1")
	if got := p.text("h1"); got != "Good page" {
		t.Errorf("heading %q", got)
	}
	if p.count("a") != 2 || !p.has("#skip") || p.has("#none") {
		t.Error("elements are not counted right")
	}
	for _, want := range []string{"a#skip", `a[href="/next"]`, `input[name="name"]`} {
		if p.press("Tab"); p.focused() != want {
			t.Errorf("after Tab the focus is on %s, want %s", p.focused(), want)
		}
	}
	if p.press("Escape"); p.text("#said") != "escaped name" {
		t.Errorf("Escape said %q", p.text("#said"))
	}
	if p.press("Shift+Tab"); p.focused() != `a[href="/next"]` {
		t.Errorf("after Shift+Tab the focus is on %s", p.focused())
	}
	p.press("Tab", "End", " 关基 1+1", "Enter")
	p.waitFor("#said:not(:empty)")
	p.fill("[name=name]", "new")
	p.fill("[name=day]", "2026-11-25")
	p.fill("[name=level]", "I")
	p.press("ArrowDown")
	p.hover("button")
	if !p.has("button:hover") {
		t.Error("the mouse is not on the button")
	}
	p.click("button")
	p.poll("the form's answer", `said.textContent === "new 2026-11-25 II"`)
	p.fill("[name=name]", "")
	p.press("Ctrl+A", "x", "Tab", "Shift+Tab")
	var name string
	if p.eval(`document.querySelector("[name=name]").value`, &name); name != "x" {
		t.Errorf("name is %q, want x", name)
	}
	if p.follow("a[href='/next']"); p.text("h1") != "Next page" {
		t.Errorf("next page is %q", p.text("h1"))
	}
}

func testHarnessMedia(t *testing.T, b *browser, site string) {
	p := b.page(t)
	p.open(site)
	p.waitFor(".screen")
	p.media("print")
	p.scheme("dark")
	if p.text(".print") != "on paper" || background(p) != "rgb(17, 17, 17)" {
		t.Error("no print in a dark scheme")
	}
	p.media("")
	p.waitFor(".screen")
	p.scheme("light")
	if background(p) == "rgb(17, 17, 17)" {
		t.Error("no light scheme")
	}
	p.size(390, 844, true)
	var wide struct{ Width, Touch int }
	if p.eval(`({width: innerWidth, touch: navigator.maxTouchPoints})`, &wide); wide.Width != 390 || wide.Touch == 0 {
		t.Errorf("the small window: %+v", wide)
	}
	shot, err := os.ReadFile(p.screenshot("harness"))
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.DecodeConfig(bytes.NewReader(shot))
	if err != nil || picture.Width != 390 || picture.Height < 2400 {
		t.Errorf("screenshot: %+v, %v; want the whole page", picture, err)
	}
	if n := pdfPages(t, p.pdf("harness")); n < 2 {
		t.Errorf("the PDF has %d pages, want more than one", n)
	}
}

func background(p *page) string {
	p.t.Helper()
	var color string
	p.eval(`getComputedStyle(document.documentElement).backgroundColor`, &color)
	return color
}

// pdfPages counts the pages of a PDF that Chromium wrote.
func pdfPages(t *testing.T, path string) int {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(data, -1))
}

func testHarnessAxe(t *testing.T, b *browser, site string) {
	p := b.page(t)
	p.open(site)
	for _, scheme := range []string{"light", "dark"} {
		p.scheme(scheme)
		if found := p.axe(); len(found) != 0 {
			t.Errorf("the good page, %s: %+v", scheme, found)
		}
	}
	p.open(site + "/barrier")
	var found []string
	for _, v := range p.axe() {
		found = append(found, fmt.Sprint(v.ID, " ", v.Impact, " ", v.Targets))
		if v.Help == "" {
			t.Errorf("%s has no words", v.ID)
		}
	}
	if slices.Sort(found); !slices.Equal(found, []string{"button-name critical [button]", "image-alt critical [img]"}) {
		t.Errorf("axe found %q", found)
	}
}
