package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"guanji/internal/day"
	"guanji/internal/incident"
)

const bankCases = "/o/harbour-bank/incidents"

// formTime is a time as a form has it.
func formTime(t time.Time) string { return t.In(day.Beijing).Format("2006-01-02T15:04") }

// newCase is a form that opens an incident which is taken, with some of its
// fields put otherwise.
func newCase(changes ...string) []string {
	values := map[string]string{"seen": "0", "as": "incident", "title": "Core banking is down", "systems": "core-banking", "at": formTime(time.Now().Add(-10 * time.Minute)), "reading": "person"}
	for i := 0; i+1 < len(changes); i += 2 {
		values[changes[i]] = changes[i+1]
	}
	var pairs []string
	for name, value := range values {
		pairs = append(pairs, name, value)
	}
	return pairs
}

// openCase opens an incident and returns its path.
func (v *visitor) openCase(changes ...string) string {
	v.t.Helper()
	got := v.want(http.StatusSeeOther, v.post(bankCases+"/new", newCase(changes...)...))
	path, _, _ := strings.Cut(got.header.Get("Location"), "?")
	return path
}

// step sends the form of a step, made from the page as it is now.
func (v *visitor) step(path, kind string, pairs ...string) answer {
	v.t.Helper()
	return v.post(path+"/steps/"+kind, append([]string{"seen", seen(v.t, v.get(path).body)}, pairs...)...)
}

// withFacts are facts of a form that were not known before.
func withFacts(facts ...string) (pairs []string) {
	for i := 0; i+1 < len(facts); i += 2 {
		pairs = append(pairs, "was."+facts[i], "null", "fact."+facts[i], facts[i+1])
	}
	return pairs
}

func TestIncidentIsOpenedAndRead(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	v.want(http.StatusOK, v.get(bankCases), "No case yet", "POST /api/v1/organizations/harbour-bank/alerts", "Nobody is on the ladder", "No channel is on")
	path := v.openCase(withFacts("incident.cii", "yes", "incident.cii_outage_minutes", "12")...)
	body := v.want(http.StatusOK, v.get(path), "Core banking is down", "Protection department", "Public security", "III, fairly major", "IRM art. 4(1)", "Your own number is not in the plan", "事件概况").body
	if !strings.Contains(body, "00:49:") && !strings.Contains(body, "00:50:") {
		t.Errorf("of an hour that began ten minutes ago, there should be 49 or 50 minutes left: %.3000s", body)
	}
	v.want(http.StatusOK, v.get(bankCases), "#1", "Core banking", "III, fairly major")
	v.want(http.StatusOK, v.get("/ledger/leaves?what=step"), "#1 · opened", path+"#step-1")
	v.want(http.StatusOK, v.get(path+"/replay"), "Everything came out as it stands in the record")
	v.want(http.StatusNotFound, v.get(bankCases+"/7"), "there is no case #7")
	v.want(http.StatusNotFound, v.get(bankCases+"/x"))
	v.want(http.StatusNotFound, v.step(path, "said"))
}

// TestStepsThatAreNotTaken sends forms with mistakes: each comes back with the
// reason and what was typed, and nothing is recorded.
func TestStepsThatAreNotTaken(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	path := v.openCase(withFacts("incident.cii", "yes", "incident.cii_outage_minutes", "12")...)
	const report = "RPT-CII/public_security/initial"
	tests := map[string]struct {
		kind  string
		pairs []string
		code  int
		want  []string
	}{
		"sent by no way":        {"sent", []string{"of", report, "receipt", "R-17"}, 422, []string{"f-sent-RPT-CII-public-security-initial-way", `value="R-17"`}},
		"sent in the future":    {"sent", []string{"of", report, "way", "by telephone", "happened", formTime(time.Now().Add(time.Hour))}, 422, []string{"still to come", `value="by telephone"`}},
		"sent at no time":       {"sent", []string{"of", report, "way", "x", "happened", "yesterday"}, 422, []string{"is no time"}},
		"no such report":        {"sent", []string{"of", "RPT-CII/nobody/initial", "way", "x"}, 422, []string{"no such report is due"}},
		"facts unchanged":       {"facts", []string{"was.incident.cii", "true", "fact.incident.cii", "yes"}, 422, []string{"nothing was changed"}},
		"a fact of no value":    {"facts", withFacts("incident.loss_cny", "very much"), 422, []string{"e-facts--incident.loss_cny", `value="very much"`}},
		"aware without why":     {"aware", []string{"at", formTime(time.Now()), "reading", "told"}, 422, []string{`value="told" checked`}},
		"aware before the law":  {"aware", []string{"at", "2024-01-01T10:00", "reading", "told", "why", "the log"}, 422, []string{"2025-11-01", "the log"}},
		"no such reading":       {"aware", []string{"at", formTime(time.Now()), "reading", "dream", "why", "x"}, 422, nil},
		"an empty note":         {"note", []string{"what", " "}, 422, nil},
		"no such role":          {"role", []string{"role", "king", "person", "Wang Fang"}, 422, []string{"choose one of those offered", `value="Wang Fang"`}},
		"no digest and no file": {"kept", []string{"what", "image", "from", "db-3", "who", "Bo", "where", "safe"}, 422, []string{"name the SHA-256", `value="db-3"`}},
		"no digest":             {"kept", []string{"what", "image", "from", "db-3", "who", "Bo", "where", "safe", "sum", "abc"}, 422, []string{"64 hexadecimal digits"}},
		"a file of nobody":      {"kept", []string{"what", "image", "from", "db-3", "who", "Bo", "where", "safe", "kept", "sha256:" + strings.Repeat("0", 64) + "|3|a.img"}, 422, []string{"a.img"}},
		"strike what is none":   {"strike", []string{"of", "900", "why", "x"}, 409, []string{"step 900 is not there"}},
		"close too early":       {"close", []string{"why", "done"}, 409, []string{"say first that handling has ended"}},
		"no number":             {"done", []string{"of", "x"}, 422, nil},
		"no part":               {"part", []string{"of", "nothing", "text", "x"}, 422, []string{"is no part of a report"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v := *v
			v.t = t
			steps := func() int { return strings.Count(v.get(path).body, `<span class="by">Li Wei</span> ·`) }
			before := steps()
			v.want(tt.code, v.step(path, tt.kind, tt.pairs...), append(tt.want, "Nothing was recorded")...)
			if after := steps(); after != before {
				t.Errorf("there are %d steps of people after %d: something was recorded", after, before)
			}
		})
	}
	v.want(http.StatusUnprocessableEntity, v.post(bankCases+"/new", newCase("title", "", "reading", "told", "systems", "nowhere")...), `value="told" checked`, "nowhere")
	v.want(http.StatusUnprocessableEntity, v.post(path+"/steps/note", "what", "no seen"))
}

// TestTwoPeopleOneCase has two people correct the same time: the second hears
// of the first, keeps what was typed, and can send it again. What is about
// something else goes through.
func TestTwoPeopleOneCase(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	a := s.first(t, "Li Wei")
	b := a.invite("Wang Fang", "editor")
	path := a.openCase()
	old := seen(t, b.get(path).body)
	ten := formTime(time.Now().Add(-2 * time.Hour))
	a.want(http.StatusSeeOther, a.step(path, "aware", "at", ten, "reading", "told", "why", "the supplier's mail"))
	mine := []string{"seen", old, "at", formTime(time.Now().Add(-3 * time.Hour)), "reading", "person", "why", "the guard's log"}
	got := b.want(http.StatusConflict, b.post(path+"/steps/aware", mine...), "Li Wei changed this", "What somebody else did meanwhile", "the supplier&#39;s mail", "the guard&#39;s log", "Send it again")
	b.want(http.StatusSeeOther, b.post(path+"/steps/note", "seen", old, "what", "servers are off", "action", "1"))
	mine[1] = seen(t, got.body)
	for _, m := range strings.Split(got.body, "<form") {
		if strings.Contains(m, path+"/steps/aware") {
			mine[1] = seen(t, m)
		}
	}
	b.want(http.StatusSeeOther, b.post(path+"/steps/aware", mine...))
	a.want(http.StatusOK, a.get(path), "said before, corrected", "<s>", "corrected by Wang Fang", "the guard&#39;s log")
}

// TestNewsOfACase asks for the clock alone, as a page does that stays open: it
// tells what others did since.
func TestNewsOfACase(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	path := v.openCase(withFacts("incident.cii", "yes", "incident.cii_outage_minutes", "12")...)
	clock := func(seen string) answer {
		r, err := http.NewRequest(http.MethodGet, v.at(path+"?seen="+seen), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("HX-Request", "true")
		r.Header.Set("HX-Target", "clock")
		return v.want(http.StatusOK, v.do(r), `<section class="card case-clock"`, "data-now=")
	}
	old := seen(t, v.get(path).body)
	if got := clock(old); strings.Contains(got.body, "Since you opened this page") || strings.Contains(got.body, "<html") {
		t.Errorf("the clock alone: %s", got.body)
	}
	v.want(http.StatusSeeOther, v.step(path, "note", "what", "the fire brigade is here", "action", "0"))
	if got := clock(old); !strings.Contains(got.body, "Since you opened this page") || !strings.Contains(got.body, "?seen="+old) {
		t.Errorf("the clock does not tell the news: %s", got.body)
	}
}

// TestReportIsSent marks one call as two reports, with a file, and too late
// for one of them.
func TestReportIsSent(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	path := v.openCase(append(withFacts("incident.cii", "yes", "incident.cii_outage_minutes", "12", "incident.crime_suspected", "yes"), "at", formTime(time.Now().Add(-2*time.Hour)))...)
	call := []string{"seen", seen(t, v.get(path).body), "of", "RPT-CII/public_security/initial", "also", "RPT-POLICE-24H/public_security/initial", "way", "010-0000 0000", "whom", "officer on duty", "receipt", "R-77"}
	got := v.want(http.StatusUnprocessableEntity, v.do(v.formWithFiles(path+"/steps/sent", map[string]string{"received.txt": "R-77"}, call...)), "say why it is late", `checked`, "received.txt", `value="R-77"`)
	kept := keptValue.FindStringSubmatch(got.body)
	if kept == nil {
		t.Fatalf("the file is lost: %s", got.body)
	}
	v.want(http.StatusSeeOther, v.post(path+"/steps/sent", append(call, "kept", kept[1], "late", "the line was dead")...))
	body := v.want(http.StatusOK, v.get(path), "made, late", "the line was dead", "officer on duty").body
	if n := strings.Count(body, `<span class="by">report made: Public security`); n != 2 {
		t.Errorf("%d reports to public security are in the timeline, want 2", n)
	}
	file := linkOf(t, body, "received.txt")
	if got := v.want(http.StatusOK, v.get(file)); got.body != "R-77" || got.header.Get("Content-Type") != "application/octet-stream" || !strings.Contains(got.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the file is %q, %v", got.body, got.header)
	}
	v.want(http.StatusNotFound, v.get(strings.TrimSuffix(file, "0")+"9"))
	v.want(http.StatusOK, v.get(bankEvidence+"?show=events"), "incident #1")
}

// linkOf is the address of a link by its text.
func linkOf(t *testing.T, body, text string) string {
	t.Helper()
	before, _, ok := strings.Cut(body, ">"+text+"<")
	if !ok {
		t.Fatalf("no link %s in %.3000s", text, body)
	}
	href := before[strings.LastIndex(before, `href="`)+len(`href="`):]
	return href[:strings.Index(href, `"`)]
}

// TestCaseDocuments opens the report in both languages, and that of a drill.
func TestCaseDocuments(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	real := v.openCase()
	drill := v.openCase("drill", "1", "title", "Practice")
	v.want(http.StatusSeeOther, v.step(real, "part", "of", "trend", "text", "正在恢复"))
	for _, tt := range []struct {
		path        string
		has, hasNot string
	}{
		{real + "/report.docx?lang=zh", "正在恢复", "演练"},
		{real + "/report.docx?lang=en", "Courtesy copy", "演练"},
		{real + "/report.docx?part=closing", "总结报告", "演练"},
		{drill + "/report.docx?lang=zh", "演练", "正在恢复"},
	} {
		got := v.want(http.StatusOK, v.get(tt.path))
		text := docxText(t, got.body)
		if !strings.Contains(text, tt.has) || strings.Contains(text, tt.hasNot) {
			t.Errorf("%s says %.500s, want %s and not %s", tt.path, text, tt.has, tt.hasNot)
		}
		name := got.header.Get("Content-Disposition")
		if !strings.HasPrefix(name, "attachment") || strings.Contains(name, "DRILL") != strings.HasPrefix(tt.path, drill) {
			t.Errorf("%s is called %s", tt.path, name)
		}
	}
	v.want(http.StatusOK, v.get(real+"/report"), "正在恢复", "网络安全事件报告")
	v.want(http.StatusOK, v.get(drill+"/report?lang=en"), "演练", "Courtesy copy")
	v.want(http.StatusNotFound, v.get(bankCases+"/9/report.docx"))
}

// docxText is the text of a document.
func docxText(t *testing.T, data string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader([]byte(data)), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, r); err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

// TestAlertsWaitForAPerson has a machine raise alerts, and a person say what
// each of them is.
func TestAlertsWaitForAPerson(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	b := caseBook{t, s.home}
	for i := range 5 {
		b.alert(time.Duration(5-i)*time.Minute, incident.Alert{Source: "SIEM", Title: fmt.Sprintf("Rule %d", i+1), System: "payments", Severity: "high"})
	}
	v.want(http.StatusOK, v.get(bankCases), "Alerts that wait for a person", "Rule 5", "high", "waiting")
	path := func(n int) string { return fmt.Sprintf("%s/%d", bankCases, n) }
	v.want(http.StatusOK, v.get(path(1)), "A person must look at this alert", "What a machine does alone starts no clock", `value="Rule 1"`, `value="payments" checked`)
	open := func(as string) []string {
		return []string{"as", as, "title", "Looked at", "systems", "payments", "at", formTime(time.Now().Add(-time.Minute)), "reading", "machine"}
	}
	v.want(http.StatusSeeOther, v.step(path(1), "open", append(open("incident"), withFacts("incident.cii", "yes")...)...))
	v.want(http.StatusOK, v.get(path(1)), "Protection department", "found or learned of", "Rule 1")
	v.want(http.StatusSeeOther, v.step(path(2), "open", open("threat")...))
	v.want(http.StatusOK, v.get(path(2)), "threat, watched", "At once", "CIIR art. 18")
	v.want(http.StatusUnprocessableEntity, v.step(path(3), "dismiss"), "Nothing was recorded")
	v.want(http.StatusSeeOther, v.step(path(3), "dismiss", "why", "a planned scan"))
	v.want(http.StatusOK, v.get(path(3)), "dismissed", "a planned scan", "Open it again")
	v.want(http.StatusUnprocessableEntity, v.step(path(4), "join", "to", "none"), "name the number of another case")
	v.want(http.StatusSeeOther, v.step(path(4), "join", "to", "#1 Looked at"))
	v.want(http.StatusOK, v.get(path(4)), "This alert belongs to case", `href="`+path(1)+`"`)
	v.want(http.StatusSeeOther, v.step(path(5), "open", append(open("incident"), "drill", "1")...))
	v.want(http.StatusOK, v.get(path(5)), "演练 DRILL", "This is practice")
	v.want(http.StatusOK, v.get(bankCases+"?state=drill"), "#5")
	v.want(http.StatusConflict, v.step(path(1), "dismiss", "why", "too late"), "this cannot be done")
}

// TestWhoMayOnlyRead shows a reader the case, and takes nothing from them.
func TestWhoMayOnlyRead(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	path := v.openCase()
	r := v.invite("Wang Fang", "reader")
	body := r.want(http.StatusOK, r.get(path), "Core banking is down", "may read").body
	if strings.Contains(body, "/steps/") && strings.Contains(body, "<form class=\"step") {
		t.Error("a reader is offered a form")
	}
	r.want(http.StatusForbidden, r.post(path+"/steps/note", "seen", "1", "what", "x"))
	r.want(http.StatusForbidden, r.get(bankCases+"/new"))
	r.want(http.StatusForbidden, r.post(bankCases+"/new", newCase()...))
	r.want(http.StatusOK, r.get(path+"/report.docx"))
}

// TestManyCases lists more cases than one page has.
func TestManyCases(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	atHome(t, s.home, time.Hour, func(in *installation) {
		for i := range 33 {
			if _, err := in.respond.Alert(t.Context(), "harbour-bank", "siem", incident.Alert{Source: "SIEM", Title: fmt.Sprintf("Rule %03d", i)}, in.respond.Now()); err != nil {
				t.Fatal(err)
			}
		}
	})
	if all := v.want(http.StatusOK, v.get(bankCases), "Rule 000", "Rule 019", "and 13 more", "state=alert").body; strings.Contains(all, "Rule 020") {
		t.Error("the page of all cases shows more than 20 alerts")
	}
	first := v.want(http.StatusOK, v.get(bankCases+"?state=alert"), "1–30 of 33", "Rule 029").body
	if strings.Contains(first, "Rule 030") {
		t.Error("the first page has what belongs on the second")
	}
	next, err := url.PathUnescape(strings.ReplaceAll(linkOf(t, first, "Next →"), "&amp;", "&"))
	if err != nil {
		t.Fatal(err)
	}
	v.want(http.StatusOK, v.get(next), "31–33 of 33", "Rule 032")
	v.want(http.StatusOK, v.get(bankCases+"?state=closed"), "Nothing is in this state")
}
