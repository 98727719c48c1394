package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

const (
	bankEvidence = "/o/harbour-bank/evidence"
	bankUploads  = "/o/harbour-bank/uploads"
	logsDuty     = "CSL-23-LOGS"
)

// goodRecord is a form of evidence that is taken, with some of its fields put
// otherwise.
func goodRecord(changes ...string) []string {
	values := map[string][]string{"duties": {logsDuty}, "subject": {"organization"}, "kind": {"log.retention"}, "observed": {"2025-03-03"}, "method": {"imported"},
		"tool": {"log-auditor"}, "version": {"1.2"}, "scope.what": {"servers"}, "scope.population": {"120"}, "scope.sample": {"3"}, "result": {"in_order"}, "note": {"spring round"}}
	for i := 0; i+1 < len(changes); i += 2 {
		values[changes[i]] = []string{changes[i+1]}
	}
	var pairs []string
	for name, all := range values {
		for _, v := range all {
			pairs = append(pairs, name, v)
		}
	}
	return pairs
}

var filedAt = regexp.MustCompile(`/evidence/(\d+)`)

// fileEvidence files evidence, and returns its path.
func (v *visitor) fileEvidence(changes ...string) string {
	v.t.Helper()
	got := v.want(http.StatusSeeOther, v.post(bankEvidence, goodRecord(changes...)...))
	return bankEvidence + "/" + filedAt.FindStringSubmatch(got.header.Get("Location"))[1]
}

func TestEvidenceIsFiledAndRead(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	v.want(http.StatusOK, v.get(bankEvidence), "No evidence is on file yet", "evidence/new")
	v.want(http.StatusOK, v.get(bankEvidence+"/new?duty="+logsDuty+"&subject=payments"), `value="`+logsDuty+`" checked`, `value="payments" selected`, "Asked for by these duties", `<option value="PIPL-`)
	path := v.fileEvidence()
	v.want(http.StatusOK, v.get(path), "imported from log-auditor 1.2", "3 of 120 servers", "as asked", "spring round", "/ledger/leaves/", "sha256:", "2025-03-03 (", "stands")
	v.want(http.StatusOK, v.get(bankEvidence), "#1", "imported from log-auditor 1.2", "3 of 120 servers", "Li Wei")
	for query, want := range map[string]bool{"?kind=log.retention": true, "?kind=audit.report": false, "?subject=organization": true, "?subject=payments": false, "?result=gaps": false, "?state=stands": true,
		"?state=ended": false, "?q=AUDITOR": true, "?q=nothing": false, "?duty=" + logsDuty: true, "?duty=CSL-23-OTHER": false, "?on=2025-03-02": false, "?on=2025-03-03": true, "?known=2025-03-03": false} {
		if got := strings.Contains(v.want(http.StatusOK, v.get(bankEvidence+query)).body, `>#1<`); got != want {
			t.Errorf("%s: the list has it: %v, want %v", query, got, want)
		}
	}
	none := v.want(http.StatusNotFound, v.get(bankEvidence+"/2"), "nothing is filed under number 2", "What is filed is never removed")
	if strings.Contains(none.body, "may have been removed") {
		t.Error("what was never filed is said to have been removed perhaps")
	}
	v.want(http.StatusNotFound, v.get(bankEvidence+"/one"))
	v.want(http.StatusNotFound, v.get(path+"/files/0"))
}

func TestEvidenceFormKeepsWhatWasTyped(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	later := time.Now().AddDate(0, 0, 3).Format(time.DateOnly)
	for name, tt := range map[string]struct {
		changes []string
		texts   []string
	}{
		"no day":              {[]string{"observed", ""}, []string{"give a day", `id="e-observed"`}},
		"no such day":         {[]string{"observed", "2025-02-30"}, []string{"is no day"}},
		"a day to come":       {[]string{"observed", later}, []string{"still to come", `value="` + later + `"`}},
		"ends first":          {[]string{"valid_until", "2025-03-02"}, []string{"before the day observed", `id="e-valid_until"`}},
		"no duty":             {[]string{"duties", "NO-SUCH"}, []string{"there is no duty NO-SUCH"}},
		"typed duty unknown":  {[]string{"more", "CSL-23-LOGS, nonsense"}, []string{"there is no duty nonsense", `name="more" list="all-duties" value="nonsense"`}},
		"no kind":             {[]string{"kind", ""}, []string{"there is no kind", `id="e-kind"`}},
		"no system":           {[]string{"subject", "nobody"}, []string{"there is no system nobody", `value="nobody" selected`}},
		"no way":              {[]string{"method", "guessed"}, []string{"choose one of those"}},
		"no version":          {[]string{"version", ""}, []string{`id="e-version"`, "this is needed"}},
		"no person":           {[]string{"method", "attested"}, []string{`id="e-who"`}},
		"no run":              {[]string{"method", "measured"}, []string{`id="e-run"`}},
		"sample over all":     {[]string{"scope.sample", "121"}, []string{"looked at cannot be more than there are in all", `value="121"`}},
		"no number":           {[]string{"scope.sample", "three"}, []string{"whole number", `value="three"`}},
		"of nothing":          {[]string{"scope.what", ""}, []string{`id="e-scope.what"`}},
		"skipped without why": {[]string{"scope.skipped", "1"}, []string{`id="e-scope.why"`}},
		"no result":           {[]string{"result", ""}, []string{"choose one of those"}},
		"reason of nothing":   {[]string{"supersedes", "77", "reason", "x"}, []string{}},
		"hidden characters":   {[]string{"tool", "a\u202eb"}, []string{"want one line", `id="e-tool"`}},
		"a file not kept":     {[]string{"kept", "sha256:" + strings.Repeat("0", 64) + "|3|made up.pdf"}, []string{"made up.pdf is not in the vault"}},
		"a file of no digest": {[]string{"kept", "../../etc/passwd|3|x"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := *v
			w.t = t
			got := w.post(bankEvidence, goodRecord(tt.changes...)...)
			switch {
			case tt.texts == nil && got.code == http.StatusUnprocessableEntity:
			case name == "reason of nothing":
				w.want(http.StatusNotFound, got)
			default:
				w.want(http.StatusUnprocessableEntity, got, append(tt.texts, "spring round", "Nothing is filed yet")...)
			}
		})
	}
	v.want(http.StatusUnprocessableEntity, v.post(bankEvidence, goodRecord("kept", "no file")...), "could not be read")
	v.want(http.StatusOK, v.get(bankEvidence), "No evidence is on file yet")
}

func TestWithdrawTwice(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	a := s.first(t, "Li Wei")
	b := a.invite("Wang Fang", "editor")
	path := a.fileEvidence()
	a.want(http.StatusUnprocessableEntity, a.post(path+"/end", "how", "withdrawn", "day", "2025-03-01", "reason", "kept text"), "before the day from which it counts", "kept text", "<details class=\"box\" open>")
	a.want(http.StatusUnprocessableEntity, a.post(path+"/end", "how", "withdrawn", "day", "2025-04-01"), "this is needed")
	a.want(http.StatusUnprocessableEntity, a.post(path+"/end", "how", "done", "day", "2025-04-01", "reason", "x"), "cannot be ended in this way")
	a.want(http.StatusSeeOther, a.post(path+"/end", "how", "withdrawn", "day", "2025-04-01", "reason", "wrong server"))
	b.want(http.StatusConflict, b.post(path+"/end", "how", "withdrawn", "day", "2025-04-02", "reason", "mine"), "number 1 was superseded or ended already: number 2 withdrew it, filed by Li Wei at 20", "wrong server", "Li Wei", "does not count from 2025-04-01")
	b.want(http.StatusNotFound, b.post(bankEvidence+"/9/end", "how", "withdrawn", "day", "2025-04-02", "reason", "x"))
	body := b.want(http.StatusOK, b.get(path), "withdrawn").body
	if strings.Contains(body, `name="how"`) {
		t.Error("what was withdrawn offers to be withdrawn")
	}
}

// TestRemarksOnThePage files what does not count or leaves something without
// evidence: its page says so.
func TestRemarksOnThePage(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	const does, tells = "does not count for " + logsDuty + ": the duty asks for evidence of other kinds", "it tells of gaps"
	first := v.want(http.StatusOK, v.get(v.fileEvidence("more", "PIPL-51-TRAINING")), "does not count for PIPL-51-TRAINING").body
	if strings.Contains(first, does) {
		t.Error("it is said not to count for what it counts for")
	}
	path := v.fileEvidence("supersedes", "1", "reason", "x", "kind", "training.record", "result", "gaps")
	v.want(http.StatusOK, v.get(path), does, tells, "number 1 is superseded, and no longer served by it: PIPL-51-TRAINING")
	v.want(http.StatusSeeOther, v.post(path+"/end", "how", "withdrawn", "day", "2025-04-01", "reason", "x"))
	if again := v.want(http.StatusOK, v.get(path)).body; strings.Contains(again, tells) {
		t.Error("of what was withdrawn it is said that it tells of gaps")
	}
}

func TestTwoPeopleSupersede(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	a := s.first(t, "Li Wei")
	b := a.invite("Wang Fang", "editor")
	path := a.fileEvidence()
	a.want(http.StatusOK, a.get(bankEvidence+"/new?supersedes=1"), "Supersede #1", `value="log-auditor"`, "spring round", `name="supersedes" value="1"`)
	a.want(http.StatusUnprocessableEntity, a.post(bankEvidence, goodRecord("supersedes", "1")...), `id="e-reason"`, `name="supersedes" value="1"`)
	a.want(http.StatusSeeOther, a.post(bankEvidence, goodRecord("supersedes", "1", "reason", "typing mistake")...))
	refused := b.want(http.StatusConflict, b.post(bankEvidence, goodRecord("supersedes", "1", "reason", "my reason", "note", "mine")...), "#1 was superseded meanwhile, by Li Wei", "#2 stands now", `name="supersedes" value="2"`, "my reason", "mine")
	if strings.Contains(refused.body, "Wang Fang at") {
		t.Error("the second is said to have been filed")
	}
	b.want(http.StatusSeeOther, b.post(bankEvidence, goodRecord("supersedes", "2", "reason", "my reason", "note", "mine")...))
	a.want(http.StatusOK, a.get(path), "superseded by #2", "typing mistake")
	a.want(http.StatusOK, a.get(bankEvidence+"/2"), "in the place of #1", "superseded by #3", "my reason")
	a.want(http.StatusSeeOther, a.post(bankEvidence+"/3/end", "how", "withdrawn", "day", "2025-04-01", "reason", "both wrong"))
	again := a.want(http.StatusConflict, a.post(bankEvidence, goodRecord("supersedes", "3", "reason", "x")...), "#3 was withdrawn meanwhile")
	if strings.Contains(again.body, `name="supersedes"`) {
		t.Error("what was withdrawn shall be superseded")
	}
}

func TestPlansAndEvents(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	plan := []string{"duty", logsDuty, "subject", "payments", "basis", "order", "by", "Example regulator", "reference", "2025-7", "started", "2025-03-01", "due", "2025-05-01", "what", "keep logs for six months"}
	const plans, events = "/o/harbour-bank/plans/new", "/o/harbour-bank/events/new"
	v.want(http.StatusOK, v.get(plans+"?duty="+logsDuty), `value="`+logsDuty+`"`)
	v.want(http.StatusUnprocessableEntity, v.post(plans, "duty", "nonsense", "basis", "order", "what", "typed text"), "choose a duty", "typed text", `id="e-by"`, `id="e-due"`, `id="e-started"`)
	v.want(http.StatusSeeOther, v.post(plans, plan...))
	v.want(http.StatusOK, v.get(bankEvidence+"/1"), "order of an authority · Example regulator · 2025-7", "keep logs for six months", "overdue", "Mark as carried out", "Withdraw")
	v.want(http.StatusOK, v.get(bankEvidence+"?show=plans&on=2025-04-01"), "in rectification", "in 30 days")
	v.want(http.StatusSeeOther, v.post(bankEvidence+"/1/end", "how", "done", "day", "2025-04-20", "reason", "storage enlarged"))
	v.want(http.StatusOK, v.get(bankEvidence+"/1"), "carried out on 2025-04-20", "storage enlarged")
	v.want(http.StatusConflict, v.post(bankEvidence+"/1/end", "how", "withdrawn", "day", "2025-04-20", "reason", "x"), "carried out on 2025-04-20")
	v.want(http.StatusUnprocessableEntity, v.post(events, "duty", logsDuty, "day", "2199-01-01", "what", "x"), "still to come")
	v.want(http.StatusSeeOther, v.post(events, "duty", logsDuty, "subject", "organization", "day", "2025-06-01", "what", "a purchase"))
	v.want(http.StatusOK, v.get(bankEvidence+"?show=events"), "a purchase", "2025-06-01")
	end := v.want(http.StatusSeeOther, v.get(bankEvidence+"/2"))
	if !strings.HasSuffix(end.header.Get("Location"), "/evidence/1") {
		t.Errorf("an end leads to %s", end.header.Get("Location"))
	}
}

func TestReadersFileNothing(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	path := v.fileEvidence()
	reader := v.invite("Wang Fang", "reader")
	reader.want(http.StatusForbidden, reader.post(bankEvidence, goodRecord()...))
	reader.want(http.StatusForbidden, reader.get(bankEvidence+"/new"))
	reader.want(http.StatusForbidden, reader.post(path+"/end", "how", "withdrawn", "day", "2025-04-01", "reason", "x"))
	reader.want(http.StatusForbidden, reader.post("/o/harbour-bank/plans/new"))
	reader.want(http.StatusForbidden, reader.do(reader.tus(http.MethodPost, bankUploads, nil, "Upload-Length", "1")))
	body := reader.want(http.StatusOK, reader.get(path)).body
	if strings.Contains(body, "supersedes=") || strings.Contains(body, `name="how"`) {
		t.Error("a reader is offered to change something")
	}
	stranger := s.visitor(t)
	stranger.want(http.StatusUnauthorized, stranger.do(stranger.tus(http.MethodPost, bankUploads, nil, "Upload-Length", "1")))
	other := v.tus(http.MethodPost, bankUploads, nil, "Upload-Length", "1")
	other.Header.Set("Sec-Fetch-Site", "cross-site")
	v.want(http.StatusForbidden, v.do(other))
}

func TestEvidenceTable(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	for i := range 52 {
		v.fileEvidence("note", fmt.Sprintf("=cmd|'/c calc'!A%d", i))
	}
	table := v.want(http.StatusOK, v.get(bankEvidence+".csv"), "log retention measurement").body
	if strings.Contains(table, ",=cmd") || !strings.Contains(table, ",'=cmd") {
		t.Errorf("the table has formulas: %.600s", table)
	}
	if n := strings.Count(table, "log-auditor"); n != 52 {
		t.Errorf("the table has %d rows, want 52", n)
	}
	first := v.want(http.StatusOK, v.get(bankEvidence), "1–50 of 52", ">#52<").body
	if strings.Contains(first, ">#2<") {
		t.Error("the first page has what belongs on the second")
	}
	v.want(http.StatusOK, v.get(bankEvidence+"?from=50"), "51–52 of 52", ">#1<")
}

// form with files, as a browser without scripts sends it.
func (v *visitor) formWithFiles(path string, files map[string]string, pairs ...string) *http.Request {
	v.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		if err := w.WriteField(pairs[i], pairs[i+1]); err != nil {
			v.t.Fatal(err)
		}
	}
	for name, text := range files {
		h := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="` + name + `"`}, "Content-Type": {"application/octet-stream"}}
		part, err := w.CreatePart(h)
		if err == nil {
			_, err = io.WriteString(part, text)
		}
		if err != nil {
			v.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		v.t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, v.at(path), &b)
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

var keptValue = regexp.MustCompile(`name="kept" value="([^"]+)"`)

func TestFilesWithoutScript(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	text := strings.Repeat("日志留存 0123456789\n", 5000)
	got := v.want(http.StatusUnprocessableEntity, v.do(v.formWithFiles(bankEvidence, map[string]string{"日志 2025.txt": text, "": ""}, goodRecord("observed", "")...)), "give a day", "日志 2025.txt", "spring round")
	kept := keptValue.FindStringSubmatch(got.body)
	if kept == nil || strings.Count(got.body, `name="kept"`) != 1 {
		t.Fatal("the file that was sent is not in the form")
	}
	added := v.want(http.StatusOK, v.do(v.formWithFiles(bankEvidence, nil, goodRecord("do", "add", "more", "csl-23-names", "kept", kept[1])...)), "日志 2025.txt")
	if strings.Contains(added.body, "Nothing is filed yet") && !strings.Contains(added.body, "csl-23-names") {
		t.Error("what was added is told as a mistake")
	}
	filed := v.want(http.StatusSeeOther, v.do(v.formWithFiles(bankEvidence, map[string]string{"second.txt": "two"}, goodRecord("kept", kept[1])...)))
	path := filed.header.Get("Location")
	path, _, _ = strings.Cut(path, "?")
	v.want(http.StatusOK, v.get(path), "日志 2025.txt", "second.txt", digestOf([]byte(text)), digestOf([]byte("two")))
	whole := v.want(http.StatusOK, v.get(path+"/files/0"))
	if whole.body != text {
		t.Errorf("downloaded %d bytes that are not those of the file", len(whole.body))
	}
	wantHeader(t, whole, "日志 2025.txt")
	r, err := http.NewRequest(http.MethodGet, s.base+path+"/files/0", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Range", "bytes=7-20")
	r.Header.Set("Accept-Encoding", "gzip, zstd")
	if part := v.want(http.StatusPartialContent, v.do(r)); part.body != text[7:21] {
		t.Errorf("a part of the file is %q", part.body)
	}
	v.want(http.StatusNotFound, v.get(path+"/files/2"))
	v.want(http.StatusNotFound, v.get(path+"/files/-1"))
}

func wantHeader(t *testing.T, got answer, name string) {
	t.Helper()
	_, params, err := mime.ParseMediaType(got.header.Get("Content-Disposition"))
	if err != nil || params["filename"] != name || !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("Content-Disposition is %q, want the name %q", got.header.Get("Content-Disposition"), name)
	}
	for header, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox", "Content-Type": "application/octet-stream", "Accept-Ranges": "bytes", "Cache-Control": "no-store"} {
		if got.header.Get(header) != want {
			t.Errorf("%s is %q, want %q", header, got.header.Get(header), want)
		}
	}
}

func TestBrokenForms(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	for name, body := range map[string]string{
		"no end":         "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhalf a fi",
		"no boundary":    "nothing of the kind",
		"huge field":     "--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n" + strings.Repeat("a", 2<<20) + "\r\n--x--\r\n",
		"too many parts": strings.Repeat("--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n", 2000) + "--x--\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequest(http.MethodPost, s.base+bankEvidence, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			w := *v
			w.t = t
			w.want(http.StatusUnprocessableEntity, w.do(r))
		})
	}
	v.want(http.StatusOK, v.get(bankEvidence), "No evidence is on file yet")
	if n := filesKept(t, s.home); n != 0 {
		t.Errorf("%d files are kept of forms that broke off", n)
	}
}

// filesKept counts the files in the vault.
func filesKept(t *testing.T, home string) (n int) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(home, vaultFolder, "files"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}
