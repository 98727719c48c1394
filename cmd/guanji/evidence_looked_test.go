package main

import (
	"net/http"
	"strings"
)

// fileExamples files something of each kind at the bank.
func (v *visitor) fileExamples() {
	v.t.Helper()
	path := v.begin("2025-Q1 logs.tar.gz", 3)
	v.want(http.StatusNoContent, v.patch(path, 0, []byte("abc")))
	kept := v.finish(path).kept()
	v.fileEvidence("kept", kept, "note", "spring round\nsecond line", "scope.skipped", "1", "scope.why", "SWITCHED OFF", "scope.what", "VM")
	v.fileEvidence("kind", "training.record", "duties", "CSL-27-PLAN", "method", "attested", "who", "HR", "valid_until", "2025-12-31", "result", "gaps", "scope.what", "CII")
	v.fileEvidence("kind", "scan.coverage", "method", "measured", "run", "R-2025-118", "tool", "", "result", "none_found", "scope.what", "DB", "subject", "payments")
	v.fileEvidence("result", "no_event", "subject", "systems/*", "scope.what", "VM")
	v.want(http.StatusSeeOther, v.post(bankEvidence, append(goodRecord("supersedes", "4", "scope.what", "VM"), "reason", "another day")...))
	v.fileEvidence("scope.what", "VM")
	v.want(http.StatusSeeOther, v.post(bankEvidence+"/6/end", "how", "withdrawn", "day", "2025-05-01", "reason", "wrong server"))
	plan := []string{"duty", "CSL-27-RISKS", "subject", "payments", "basis", "order", "by", "CAC", "reference", "2025-7", "started", "2025-03-01", "what", strings.Repeat("patch within 30 days; ", 12)}
	v.want(http.StatusSeeOther, v.post("/o/harbour-bank/plans/new", append(plan, "due", "2199-01-01")...))
	v.want(http.StatusSeeOther, v.post("/o/harbour-bank/plans/new", append(plan, "due", "2025-06-01")...))
	v.want(http.StatusSeeOther, v.post("/o/harbour-bank/events/new", "duty", "CSL-25-CHECK-PURCHASE", "subject", "organization", "day", "2025-06-01", "what", "a purchase"))
}

// evidenceLooks are the pages of evidence.
func (s site) evidenceLooks(r reader) []look {
	var list []look
	for _, path := range []string{"evidence", "evidence?show=plans", "evidence?show=events", "evidence?q=%c2%a7%c2%a7", "evidence?on=2025-04-01", "evidence/1", "evidence/3", "evidence/4", "evidence/6", "evidence/8", "evidence/10",
		"evidence/new", "evidence/new?supersedes=1", "plans/new?duty=CSL-27-RISKS", "events/new?duty=CSL-25-CHECK-PURCHASE"} {
		list = append(list, look{name: notInNames.ReplaceAllString(path, "-"), get: func(p *page) { p.open(s.base + "/o/harbour-bank/" + path) }, alsoPrint: path == "evidence/1"})
	}
	refused := func(p *page, code string) {
		p.follow("main button.main")
		p.expect(requestFault, code)
	}
	return append(list,
		look{name: "evidence-none", get: func(p *page) { p.open(s.base + "/o/new-co/evidence") }},
		look{name: "evidence-uploading", get: func(p *page) {
			p.open(s.base + bankEvidence + "/new?duty=CSL-23-LOGS&subject=payments")
			p.throttle(100 << 10)
			p.chooseFile("#f-file", writeTemp(p.t, "2025-Q2 logs.tar.gz", bytesOf(5, 8<<20)))
			p.poll("progress", `document.querySelector(".upload progress")?.value > 0`)
		}},
		look{name: "evidence-uploaded", get: func(p *page) {
			p.throttle(-1)
			p.waitFor("[name=kept]")
		}},
		look{name: "evidence-mistake", get: func(p *page) {
			p.fill("#f-observed", "2199-01-01")
			p.fill("#f-kind", "log.retention")
			p.click("[name=method][value=imported]")
			p.click("[name=result][value=gaps]")
			refused(p, "422")
		}},
		look{name: "plan-mistake", get: func(p *page) {
			p.open(s.base + "/o/harbour-bank/plans/new?duty=CSL-27-RISKS")
			p.click("[name=basis][value=order]")
			p.fill("#f-started", "2025-03-01")
			p.fill("#f-due", "2025-02-01")
			p.fill("#f-what", "x")
			refused(p, "422")
		}},
		look{name: "withdraw-mistake", get: func(p *page) {
			p.open(s.base + bankEvidence + "/1")
			p.click("#end summary")
			p.fill("#f-withdrawnday", "2025-03-01")
			p.fill("#f-withdrawnreason", "x")
			p.follow("#end button.danger")
			p.expect(requestFault, "422")
		}},
	)
}
