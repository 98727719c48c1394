package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// recordWith is evidence with some members changed or added.
func recordWith(members ...string) string {
	record := []string{`"kind": "log.retention"`, `"duties": ["CSL-23-LOGS"]`, `"subject": "organization"`, `"observed": "2026-08-30"`,
		`"method": {"kind": "attested", "who": "Li Ming"}`, `"result": "in_order"`}
	for _, m := range members {
		name, _, _ := strings.Cut(m, ":")
		replaced := false
		for i := range record {
			if strings.HasPrefix(record[i], name+":") {
				record[i], replaced = m, true
			}
		}
		if !replaced {
			record = append(record, m)
		}
	}
	return "{" + strings.Join(record, ", ") + "}"
}

const (
	acme    = "/organizations/acme"
	records = acme + "/evidence/records"
	plan    = `{"duty": "CSL-23-LOGS", "subject": "organization", "basis": "plan", "started": "2026-08-01", "due": "2026-10-01", "what": "keep the logs"}`
)

// TestMistakesInEvidence wants each mistake at the member in which it lies.
func TestMistakesInEvidence(t *testing.T) {
	s := newSite(t)
	s.bank()
	s.do("POST", records, recordWith())
	s.do("POST", acme+"/evidence/plans", plan)
	digest := `"digest": "sha256:` + strings.Repeat("a", 64) + `"`
	tests := map[string]struct{ path, body, location, code string }{
		"no such kind":             {"/records", recordWith(`"kind": "none"`), "body.kind", "filing.no_kind"},
		"no such duty":             {"/records", recordWith(`"duties": ["CSL-23-LOGS", "none"]`), "body.duties", "filing.no_duty"},
		"no duty":                  {"/records", recordWith(`"duties": []`), "body.duties", "evidence.no_duties"},
		"no such system":           {"/records", recordWith(`"subject": "none"`), "body.subject", "filing.no_subject"},
		"a day to come":            {"/records", recordWith(`"observed": "2026-09-02"`), "body.observed", "evidence.to_come"},
		"no such day":              {"/records", recordWith(`"observed": "2026-02-30"`), "body.observed", "api.want_day"},
		"ended before":             {"/records", recordWith(`"valid_until": "2026-08-29"`), "body.valid_until", "evidence.ends_first"},
		"another method":           {"/records", recordWith(`"method": {"kind": "dreamt"}`), "body.method.kind", "api.want_one_of"},
		"a tool without a version": {"/records", recordWith(`"method": {"kind": "imported", "tool": "x"}`), "body.method.version", "evidence.missing"},
		"nobody says so":           {"/records", recordWith(`"method": {"kind": "attested"}`), "body.method.who", "evidence.missing"},
		"another result":           {"/records", recordWith(`"result": "compliant"`), "body.result", "api.want_one_of"},
		"a sample of more":         {"/records", recordWith(`"scope": {"what": "servers", "population": 3, "sample": 4}`), "body.scope", "evidence.scope"},
		"a sample of what":         {"/records", recordWith(`"scope": {"what": "", "population": 3, "sample": 3}`), "body.scope.what", "evidence.missing"},
		"a file that is not kept":  {"/records", recordWith(`"files": [{"name": "a", ` + digest + `, "size": 1}]`), "body.files", "filing.no_file"},
		"a file with a path":       {"/records", recordWith(`"files": [{"name": "../a", ` + digest + `, "size": 1}]`), "body.files", "evidence.file_name"},
		"a size below 0":           {"/records", recordWith(`"files": [{"name": "a", ` + digest + `, "size": -1}]`), "body.files[0].size", "api.want_more"},
		"no reason":                {"/records", recordWith(`"supersedes": 1`), "body.reason", "evidence.missing"},
		"in the place of nothing":  {"/records", recordWith(`"supersedes": 9`, `"reason": "x"`), "body.supersedes", "filing.cannot_end"},
		"in the place of a plan":   {"/records", recordWith(`"supersedes": 2`, `"reason": "x"`), "body.supersedes", "filing.cannot_end"},
		"a hidden character":       {"/records", recordWith(`"note": "a\u202eb"`), "body.note", "evidence.long_text"},
		"a long note":              {"/records", recordWith(`"note": "` + strings.Repeat("x", 10_001) + `"`), "body.note", "evidence.long_text"},
		"an unknown member":        {"/records", recordWith(`"status": "compliant"`), "body.status", "api.unknown_member"},
		"an unknown member within": {"/records", recordWith(`"method": {"kind": "attested", "who": "Li Ming", "rank": 1}`), "body.method.rank", "api.unknown_member"},
		"seen what never was":      {"/records", recordWith(`"seen": -2`), "body.seen", "api.want_more"},
		"a plan of no duty":        {"/plans", strings.Replace(plan, "CSL-23-LOGS", "none", 1), "body.duty", "filing.no_duty"},
		"an order of nobody":       {"/plans", strings.Replace(plan, `"basis": "plan"`, `"basis": "order"`, 1), "body.by", "evidence.missing"},
		"a plan that ends first":   {"/plans", strings.Replace(plan, "2026-10-01", "2026-07-01", 1), "body.due", "evidence.due_first"},
		"an event to come":         {"/events", `{"duty": "CSL-37-REVIEW", "subject": "organization", "day": "2026-12-01", "what": "x"}`, "body.day", "evidence.to_come"},
		"an event of no duty":      {"/events", `{"duty": "x", "subject": "organization", "day": "2026-08-01", "what": "x"}`, "body.duty", "filing.no_duty"},
		"an assignment of no duty": {"/assignments", `{"duty": "x", "subject": "organization"}`, "body.duty", "filing.no_duty"},
		"a long reminder":          {"/assignments", `{"duty": "CSL-23-LOGS", "subject": "organization", "remind": 366}`, "body.remind", "api.want_less"},
		"done, a record":           {"/1/end", `{"how": "done", "reason": "x"}`, "path.seq", "filing.cannot_end"},
		"ended for no reason":      {"/1/end", `{"how": "withdrawn", "reason": " "}`, "body.reason", "evidence.missing"},
		"ended before it began":    {"/1/end", `{"how": "withdrawn", "reason": "x", "day": "2026-08-01"}`, "body.day", "filing.ends_before"},
		"ended in another way":     {"/1/end", `{"how": "deleted", "reason": "x"}`, "body.how", "api.want_one_of"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s.t = t
			p := s.refused(s.call("editor", "POST", Base+acme+"/evidence"+tt.path, tt.body), 422, "api.invalid")
			found := false
			for _, m := range p.Errors {
				found = found || m.Location == tt.location && m.Code == tt.code
			}
			if !found {
				t.Errorf("got the mistakes %+v, want %s at %s", p.Errors, tt.code, tt.location)
			}
			zh := s.refused(s.call("editor", "POST", Base+acme+"/evidence"+tt.path, tt.body, "Accept-Language", "zh"), 422, "api.invalid")
			if zh.Errors[0].Detail == p.Errors[0].Detail {
				t.Errorf("in Chinese: %+v", zh)
			}
		})
	}
	s.t = t
	if got := s.do("GET", acme+"/evidence", "")["revision"]; got != 2.0 {
		t.Errorf("something wrong was filed: %v items", got)
	}
}

// TestReadersDoNotWrite tries every operation that changes something as
// somebody who may only read.
func TestReadersDoNotWrite(t *testing.T) {
	s := newSite(t)
	s.bank()
	_, operations := document(t, s)
	for _, d := range operations {
		if d.scope() == read {
			continue
		}
		path := strings.NewReplacer("{organization}", "acme", "{seq}", "1", "{upload}", "x", "{system}", "wallet").Replace(d.path)
		s.refused(s.call("reader", d.method, path, recordWith(), tusHeaders(d.OperationID)...), http.StatusForbidden, "api.no_scope")
	}
	if len(s.kept.filed) > 0 || len(s.drawer.uploads) > 0 {
		t.Error("a reader wrote something")
	}
}

// TestSentAgain wants a request that is sent again to file nothing twice,
// also where both arrive at once.
func TestSentAgain(t *testing.T) {
	s := newSite(t)
	s.bank()
	body := recordWith(`"seen": 0`)
	var made, refused atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			switch w := s.call("editor", "POST", Base+records, body); w.Code {
			case http.StatusCreated:
				made.Add(1)
			case http.StatusConflict:
				refused.Add(1)
			default:
				t.Errorf("got %d\n%s", w.Code, w.Body)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 || refused.Load() != 7 {
		t.Fatalf("%d filed, %d refused", made.Load(), refused.Load())
	}
	s.refused(s.call("editor", "POST", Base+records, body), http.StatusConflict, "api.filed_since")
	since := s.do("GET", acme+"/evidence?after=0", "")
	if list, _ := items(since); len(list) != 1 || since["revision"] != 1.0 {
		t.Errorf("filed since: %v", since)
	}
	for _, seen := range []string{`"seen": 1`, `"seen": -1`, `"note": "nothing seen"`} {
		if w := s.call("editor", "POST", Base+records, recordWith(seen)); w.Code != http.StatusCreated {
			t.Errorf("with %s: %d\n%s", seen, w.Code, w.Body)
		}
	}
}

// TestFiledIsThere wants the answer to filing to lead to what was filed.
func TestFiledIsThere(t *testing.T) {
	s := newSite(t)
	s.bank()
	w := s.call("editor", "POST", Base+records, recordWith(`"subject": "wallet"`, `"valid_until": "2027-01-31"`))
	at := w.Header().Get("Location")
	if w.Code != http.StatusCreated || at != Base+acme+"/evidence/1" {
		t.Fatalf("got %d at %q\n%s", w.Code, at, w.Body)
	}
	if again := s.call("reader", "GET", at, ""); again.Body.String() != w.Body.String() {
		t.Errorf("filed\n%s\nfound\n%s", w.Body, again.Body)
	}
	if !strings.Contains(w.Body.String(), `"ended": null`) || !strings.Contains(w.Body.String(), `"by": "The editor"`) || !strings.Contains(w.Body.String(), `"valid_until": "2027-01-31"`) {
		t.Errorf("filed\n%s", w.Body)
	}
}

// TestEnding wants what ended to stay, to say by what, and to end once.
func TestEnding(t *testing.T) {
	s := newSite(t)
	s.bank()
	for range 2 {
		s.do("POST", records, recordWith())
	}
	s.do("POST", acme+"/evidence/1/end", `{"how": "withdrawn", "reason": "of another house"}`)
	s.do("POST", records, recordWith(`"supersedes": 2`, `"reason": "with the report"`, `"observed": "2026-08-31"`))
	want := map[string]string{"1": "withdrawn 2026-09-01 of another house 3", "2": "superseded 2026-08-31 with the report 4"}
	for seq, want := range want {
		e := s.do("GET", acme+"/evidence/"+seq, "")["ended"].(map[string]any)
		if got := fmt.Sprint(e["how"], " ", e["day"], " ", e["reason"], " ", e["seq"]); got != want {
			t.Errorf("%s ended: %s, want %s", seq, got, want)
		}
	}
	s.refused(s.call("editor", "POST", Base+acme+"/evidence/1/end", `{"how": "withdrawn", "reason": "again"}`), http.StatusConflict, "filing.ended")
	s.refused(s.call("editor", "POST", Base+records, recordWith(`"supersedes": 2`, `"reason": "again"`)), http.StatusConflict, "filing.ended")
	s.refused(s.call("editor", "POST", Base+acme+"/evidence/9/end", `{"how": "withdrawn", "reason": "x"}`), http.StatusNotFound, "filing.none")
}

// TestOtherOrganizations wants the evidence of one not to be there for another.
func TestOtherOrganizations(t *testing.T) {
	s := newSite(t)
	s.bank()
	s.do("POST", "/organizations", `{"id": "other", "name": {"en": "Other"}}`)
	s.withFile("report.pdf", "hello world")
	for _, path := range []string{"/organizations/other/evidence/1", "/organizations/other/evidence/1/files/0", acme + "/evidence/2", acme + "/evidence/9223372036854775807", acme + "/evidence/1/files/1"} {
		s.refused(s.call("administrator", "GET", Base+path, ""), http.StatusNotFound, "filing.none")
	}
	s.refused(s.call("administrator", "POST", Base+"/organizations/other/evidence/1/end", `{"how": "withdrawn", "reason": "x"}`), http.StatusNotFound, "filing.none")
	s.refused(s.call("administrator", "POST", Base+"/organizations/other/evidence/records", recordWith(`"subject": "wallet"`)), 422, "api.invalid")
	for _, path := range []string{"/evidence", "/evidence/1", "/evidence/1/files/0", "/position", "/position/heat?from=2026-01-01&to=2026-02-01", "/position/changes?since=2026-01-01", "/tasks", "/rectifications", "/rectifications/1"} {
		s.refused(s.call("administrator", "GET", Base+"/organizations/none"+path, ""), http.StatusNotFound, "standing.no_organization")
	}
	for _, body := range []string{"/records", "/plans"} {
		text := map[string]string{"/records": recordWith(), "/plans": plan}[body]
		s.refused(s.call("administrator", "POST", Base+"/organizations/none/evidence"+body, text), http.StatusNotFound, "standing.no_organization")
	}
	for _, seq := range []string{"0", "-1", "x", "1e3", "99999999999999999999"} {
		if w := s.call("administrator", "GET", Base+acme+"/evidence/"+seq, ""); w.Code != 422 {
			t.Errorf("number %s: %d", seq, w.Code)
		}
	}
}

// withFile files a record with a file, the first of acme.
func (s *site) withFile(name, content string) {
	s.t.Helper()
	digest, size := s.drawer.put([]byte(content))
	s.do("POST", records, recordWith(fmt.Sprintf(`"files": [{"name": %q, "digest": %q, "size": %d}]`, name, digest, size)))
}

// TestDownload wants no browser to take a file for anything, whatever it is
// called and holds.
func TestDownload(t *testing.T) {
	s := newSite(t)
	s.bank()
	s.withFile(`日志";x=.html`, "<script>alert(1)</script>")
	sum := sha256.Sum256([]byte("<script>alert(1)</script>"))
	path := Base + acme + "/evidence/1/files/0"
	w := s.call("reader", "GET", path, "")
	for name, want := range map[string]string{
		"Content-Type": rawType, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Content-Security-Policy": "sandbox; default-src 'none'",
		"Content-Disposition": "attachment; filename*=utf-8''%E6%97%A5%E5%BF%97%22%3Bx%3D.html", "Content-Length": "25", "Accept-Ranges": "bytes",
		"Repr-Digest": "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":", "ETag": `"sha256:` + hex.EncodeToString(sum[:]) + `"`,
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if w.Code != 200 || w.Body.String() != "<script>alert(1)</script>" {
		t.Errorf("got %d %q", w.Code, w.Body)
	}
	if part := s.call("reader", "GET", path, "", "Range", "bytes=1-6"); part.Code != http.StatusPartialContent || part.Body.String() != "script" {
		t.Errorf("a part: %d %q", part.Code, part.Body)
	}
	if same := s.call("reader", "GET", path, "", "If-None-Match", w.Header().Get("ETag")); same.Code != http.StatusNotModified || same.Body.Len() > 0 {
		t.Errorf("what is there already: %d %q", same.Code, same.Body)
	}
	s.drawer.files = nil
	s.refused(s.call("reader", "GET", path, ""), http.StatusNotFound, "vault.missing")
}

// TestEvidencePages wants what was listed to keep its place, whatever is filed
// meanwhile, and what is chosen to be whole.
func TestEvidencePages(t *testing.T) {
	s := newSite(t)
	s.bank()
	for i := range 5 {
		s.do("POST", records, recordWith(fmt.Sprintf(`"note": "%d"`, i)))
		s.do("POST", acme+"/evidence/plans", plan)
	}
	var got []float64
	for after := any(0.0); after != nil; {
		page := s.do("GET", fmt.Sprintf("%s/evidence?type=record&limit=2&after=%v", acme, after), "")
		list, next := items(page)
		for _, i := range list {
			got = append(got, i.(map[string]any)["seq"].(float64))
		}
		if len(got) == 2 {
			s.do("POST", records, recordWith())
		}
		after = next
	}
	if fmt.Sprint(got) != "[1 3 5 7 9 11]" {
		t.Errorf("got %v", got)
	}
	s.do("POST", acme+"/evidence/1/end", `{"how": "withdrawn", "reason": "x"}`)
	s.do("POST", records, recordWith(`"subject": "systems/*"`))
	for query, want := range map[string]int{"": 13, "type=plan": 5, "type=end": 1, "type=event": 0, "duty=CSL-23-LOGS": 12, "kind=log.retention": 7, "subject=organization": 11, "subject=systems/*": 1, "subject=wallet": 0, "duty=CSL-37-REVIEW": 0} {
		if list, _ := items(s.do("GET", acme+"/evidence?limit=1000&"+query, "")); len(list) != want {
			t.Errorf("%q chooses %d, want %d", query, len(list), want)
		}
	}
	s.refused(s.call("reader", "GET", Base+acme+"/evidence?duty=none", ""), 422, "api.invalid")
	s.refused(s.call("reader", "GET", Base+acme+"/evidence?kind=none", ""), 422, "api.invalid")
	s.refused(s.call("reader", "GET", Base+acme+"/evidence?colour=red", ""), 422, "api.invalid")
}

// FuzzEvidence sends any body to the operations that file: whatever it holds,
// the answer is good or says what is wrong with it.
func FuzzEvidence(f *testing.F) {
	var s *site
	f.Fuzz(func(t *testing.T, body string) {
		if s == nil {
			s = newSite(t)
			s.bank()
			s.do("POST", records, recordWith())
		}
		s.t = t
		for _, path := range []string{"/records", "/plans", "/events", "/assignments", "/1/end"} {
			s.log.Reset()
			w := s.call("editor", "POST", Base+acme+"/evidence"+path, body)
			if w.Code >= 500 || s.log.Len() > 0 || w.Code >= 400 && (w.Header().Get("Content-Type") != problemType || strings.Contains(w.Body.String(), "%!")) {
				t.Errorf("%s = %d %s\n%s\n%s", path, w.Code, w.Header().Get("Content-Type"), w.Body, s.log)
			}
		}
		if len(s.kept.filed["acme"]) > 1 {
			s = nil // so that every body meets the same book
		}
	})
}
