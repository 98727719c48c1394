package main

import "testing"

func TestZZLooked(t *testing.T) {
	s := site{served: serve(t, t.TempDir(), "designated-bank.yaml")}
	admin := s.first(t, "Li Na")
	b := newBrowser(t)
	for _, r := range []reader{{"en", "Ann Example", "org.ecommerce", admin}, {"zh", "王芳", "org.uses_crawlers", admin}} {
		t.Run(r.lang, func(t *testing.T) {
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
