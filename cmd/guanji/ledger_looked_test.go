package main

import "testing"

// TestLedgerLooked looks at the pages of the ledger as [TestEveryPageLooked]
// looks at the others. Each language has a home of its own: a ledger has one
// verification at a time.
func TestLedgerLooked(t *testing.T) {
	b := newBrowser(t)
	for _, r := range []reader{{lang: "en", name: "Ann Example"}, {lang: "zh", name: "王芳"}} {
		t.Run(r.lang, func(t *testing.T) {
			t.Parallel()
			s := site{served: serve(t, t.TempDir(), "designated-bank.yaml")}
			r.mine = s.first(t, "Li Na")
			p := b.page(t)
			p.open(s.base + "/sign-in")
			if r.lang == "zh" {
				p.follow("button[lang=zh-CN]")
			}
			p.open(s.invite(t, r.mine, r.name, "administrator"))
			p.fill("[name=password]", goodPassword)
			p.follow("main button")
			for _, l := range s.ledgerLooks(t, r) {
				l.get(p)
				p.look(l, r.lang)
			}
		})
	}
}

// ledgerLooks are the pages of the ledger, and of its witnesses as they are
// proposed, on, failing and dropped.
func (s site) ledgerLooks(t *testing.T, r reader) []look {
	folder := t.TempDir()
	at := func(path string) func(*page) { return func(p *page) { p.open(s.base + path) } }
	return []look{
		{name: "ledger", get: func(p *page) { r.mine.eventually("/ledger", "/ledger/checkpoints/"); at("/ledger")(p) }, alsoPrint: true},
		{name: "ledger-mistake", get: func(p *page) {
			p.click("#verification details summary")
			p.fill("#f-note", "guanji\n1\nnot a checkpoint\n")
			p.follow("#verification button.main")
			p.expect(requestFault, "422")
		}},
		{name: "ledger-verified", get: func(p *page) {
			at("/ledger")(p)
			p.follow("#verification button.main")
			p.poll("verified", `!document.querySelector("#verification ol")`)
		}},
		{name: "ledger-other", get: func(p *page) {
			p.click("#verification details summary")
			p.fill("#f-note", "guanji/other\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nmade 2026-01-01T00:00:00Z\n\n— guanji/other AAAAAAAA\n")
			p.follow("#verification button.main")
			p.poll("verified", `!!document.querySelector(".faults")`)
		}},
		{name: "ledger-leaves", get: at("/ledger/leaves")},
		{name: "ledger-leaves-of", get: at("/ledger/leaves?what=entry&org=harbour-bank")},
		{name: "ledger-leaves-none", get: at("/ledger/leaves?id=none")},
		{name: "ledger-leaf", get: at("/ledger/leaves/3")},
		{name: "ledger-witnesses", get: at("/ledger/witnesses")},
		{name: "ledger-witness-mistake", get: func(p *page) {
			p.fill("#f-address", "auditor/guanji")
			p.follow("main form[action='/ledger/witnesses'] button")
			p.expect(requestFault, "422")
		}},
		{name: "ledger-witness-proposed", get: func(p *page) {
			p.fill("#f-address", folder)
			p.follow("main form[action='/ledger/witnesses'] button")
		}},
		{name: "ledger-witness-on", get: func(p *page) {
			s.allow(r, folder)
			r.mine.eventually("/ledger/witnesses", folder+"/guanji-")
			at("/ledger/witnesses")(p)
		}},
	}
}

// allow allows the witness with an address, as the other administrator.
func (s site) allow(r reader, address string) {
	r.mine.t.Helper()
	for _, m := range allowShown.FindAllStringSubmatch(r.mine.get("/ledger/witnesses").body, -1) {
		if m[2] == "allow" {
			r.mine.post(m[1] + "/allow")
		}
	}
	r.mine.eventually("/ledger/witnesses", address)
}
