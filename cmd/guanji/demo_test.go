package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestDemoInBrowser signs in with the link that demo prints, which works once,
// and sees that nothing is left behind.
func TestDemoInBrowser(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	s := start(t, "demo", "--listen", "127.0.0.1:0", "--lang", "en")
	homes := func() []string {
		found, err := filepath.Glob(filepath.Join(temp, "guanji-demo-*"))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if got := homes(); len(got) != 1 {
		t.Errorf("the homes are %q, want one", got)
	}
	b := newBrowser(t)
	p, second := b.page(t), b.page(t)
	second.open(s.link) // opening it does not use it up
	p.open(s.link)
	p.follow("main button")
	if got := p.text(".status b") + p.text("h1"); !strings.Contains(got, "Overview") || p.text(".org") == "" {
		t.Errorf("the demo begins with %q", got)
	}
	second.follow("main button")
	second.expect(requestFault, "404")
	if got := second.text("main"); second.has("nav.side") || !strings.Contains(got, "expired") {
		t.Errorf("the link works twice: %q", got)
	}
	if code := s.stop(); code != exitDone {
		t.Errorf("Ctrl-C ends with %d: %s", code, s.errs)
	}
	if got := homes(); len(got) != 0 {
		t.Errorf("left behind: %q", got)
	}
}
