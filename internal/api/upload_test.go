package api

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"guanji/internal/problem"
)

// begin begins an upload to acme, and returns where it goes on.
func (s *site) begin(who string, size int) string {
	s.t.Helper()
	w := s.call(who, "POST", Base+"/organizations/acme/uploads", "", "Tus-Resumable", "1.0.0", "Upload-Length", strconv.Itoa(size), "Upload-Metadata", "filename cmVwb3J0LnBkZg==")
	if w.Code != http.StatusCreated || w.Body.Len() > 0 || w.Header().Get("Tus-Resumable") != "1.0.0" {
		s.t.Fatalf("begin: %d %v\n%s", w.Code, w.Header(), w.Body)
	}
	return w.Header().Get("Location")
}

// chunk sends a part of a file.
func (s *site) chunk(who, at string, offset int, data string) *httptest.ResponseRecorder {
	s.t.Helper()
	return s.call(who, "PATCH", at, data, "Tus-Resumable", "1.0.0", "Content-Type", chunkType, "Upload-Offset", strconv.Itoa(offset))
}

// offset asks how far an upload is.
func (s *site) offset(who, at string) string {
	s.t.Helper()
	return s.call(who, "HEAD", at, "", "Tus-Resumable", "1.0.0").Header().Get("Upload-Offset")
}

// TestUploadGoesOn wants what arrived before a break to count.
func TestUploadGoesOn(t *testing.T) {
	s := newSite(t)
	s.bank()
	at := s.begin("editor", 11)
	r := httptest.NewRequest("PATCH", at, io.MultiReader(strings.NewReader("hello "), errReader{io.ErrUnexpectedEOF}))
	r.Header = http.Header{"Authorization": {"Bearer " + s.tokens["editor"]}, "Tus-Resumable": {"1.0.0"}, "Content-Type": {chunkType}, "Upload-Offset": {"0"}}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	s.refused(w, http.StatusBadRequest, "api.broken_body")
	if got := s.offset("editor", at); got != "6" {
		t.Fatalf("after the break: %q", got)
	}
	s.refused(s.call("editor", "POST", at+"/finish", ""), http.StatusConflict, "vault.upload.short")
	if w := s.chunk("editor", at, 6, "world"); w.Code != http.StatusNoContent || w.Header().Get("Upload-Offset") != "11" {
		t.Fatalf("the rest: %d %v\n%s", w.Code, w.Header(), w.Body)
	}
	var kept evidenceFile
	for range 2 { // to repeat it is fine
		decode(t, s.call("editor", "POST", at+"/finish", ""), &kept)
		if want := (evidenceFile{"report.pdf", "sha256:b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9", 11}); kept != want {
			t.Errorf("kept %+v, want %+v", kept, want)
		}
	}
}

// TestUploadsAreOnesOwn wants uploads of others, and to another organization,
// not to be there.
func TestUploadsAreOnesOwn(t *testing.T) {
	s := newSite(t)
	s.bank()
	s.do("POST", "/organizations", `{"id": "other", "name": {"en": "Other"}}`)
	at := s.begin("administrator", 5)
	elsewhere := strings.Replace(at, "/acme/", "/other/", 1)
	for _, try := range []struct{ who, at string }{{"editor", at}, {"administrator", elsewhere}, {"administrator", at + "X"}, {"administrator", Base + "/organizations/none/uploads/x"}} {
		for _, method := range []string{"HEAD", "DELETE"} {
			if w := s.call(try.who, method, try.at, "", "Tus-Resumable", "1.0.0"); w.Code != http.StatusNotFound || w.Header().Get("Upload-Offset") != "" {
				t.Errorf("%s by %s at %s = %d", method, try.who, try.at, w.Code)
			}
		}
		if w := s.chunk(try.who, try.at, 0, "mine!"); w.Code != http.StatusNotFound {
			t.Errorf("PATCH by %s at %s = %d", try.who, try.at, w.Code)
		}
		if w := s.call(try.who, "POST", try.at+"/finish", ""); w.Code != http.StatusNotFound {
			t.Errorf("finish by %s at %s = %d", try.who, try.at, w.Code)
		}
	}
	s.refused(s.call("administrator", "POST", Base+"/organizations/none/uploads", "", "Tus-Resumable", "1.0.0", "Upload-Length", "1"), http.StatusNotFound, "standing.no_organization")
	if got := s.offset("administrator", at); got != "0" {
		t.Errorf("the owner finds it at %q", got)
	}
}

func TestUploadRefusals(t *testing.T) {
	s := newSite(t)
	s.bank()
	at, uploads := s.begin("editor", 5), Base+"/organizations/acme/uploads"
	create := func(more ...string) []string { return append([]string{"Tus-Resumable", "1.0.0"}, more...) }
	write := func(more ...string) []string {
		return append([]string{"Tus-Resumable", "1.0.0", "Content-Type", chunkType}, more...)
	}
	tests := map[string]struct {
		method, path, body string
		headers            []string
		status             int
		code, location     string
	}{
		"no version":             {"POST", uploads, "", []string{"Upload-Length", "5"}, 412, "api.tus_version", ""},
		"another version":        {"POST", uploads, "", []string{"Tus-Resumable", "0.2.2", "Upload-Length", "5"}, 412, "api.tus_version", ""},
		"no version to look":     {"HEAD", at, "", nil, 412, "api.tus_version", ""},
		"no version to give up":  {"DELETE", at, "", nil, 412, "api.tus_version", ""},
		"no size":                {"POST", uploads, "", create(), 422, "api.invalid", "header.Upload-Length"},
		"size to come":           {"POST", uploads, "", create("Upload-Defer-Length", "1"), 422, "api.invalid", "header.Upload-Length"},
		"a size below 0":         {"POST", uploads, "", create("Upload-Length", "-1"), 422, "api.invalid", "header.Upload-Length"},
		"a size with a sign":     {"POST", uploads, "", create("Upload-Length", "+5"), 422, "api.invalid", "header.Upload-Length"},
		"a size in other digits": {"POST", uploads, "", create("Upload-Length", "٥"), 422, "api.invalid", "header.Upload-Length"},
		"a size with a power":    {"POST", uploads, "", create("Upload-Length", "1e3"), 422, "api.invalid", "header.Upload-Length"},
		"a size beyond numbers":  {"POST", uploads, "", create("Upload-Length", "9223372036854775808"), 422, "api.invalid", "header.Upload-Length"},
		"a size beyond the most": {"POST", uploads, "", create("Upload-Length", "17179869185"), 413, "filing.size", ""},
		"bad metadata":           {"POST", uploads, "", create("Upload-Length", "5", "Upload-Metadata", "filename cmVwb3J0"+"*"), 422, "api.invalid", "header.Upload-Metadata"},
		"long metadata":          {"POST", uploads, "", create("Upload-Length", "5", "Upload-Metadata", "filename "+strings.Repeat("QUFB", 3000)), 422, "api.invalid", "header.Upload-Metadata"},
		"a form":                 {"PATCH", at, "hello", create("Content-Type", "application/x-www-form-urlencoded", "Upload-Offset", "0"), 415, "api.not_chunk", ""},
		"no type":                {"PATCH", at, "hello", create("Upload-Offset", "0"), 415, "api.not_chunk", ""},
		"no offset":              {"PATCH", at, "hello", write(), 422, "api.invalid", "header.Upload-Offset"},
		"an offset below 0":      {"PATCH", at, "hello", write("Upload-Offset", "-0"), 422, "api.invalid", "header.Upload-Offset"},
		"another offset":         {"PATCH", at, "hello", write("Upload-Offset", "3"), 409, "vault.upload.other_offset", ""},
		"too much":               {"PATCH", at, "hello!", write("Upload-Offset", "0"), 422, "vault.upload.too_long", ""},
		"a parameter":            {"HEAD", at + "?x=1", "", create(), 422, "api.invalid", "query.x"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s.t = t
			w := s.call("editor", tt.method, tt.path, tt.body, tt.headers...)
			p := s.refused(w, tt.status, tt.code)
			if tt.location != "" && (len(p.Errors) != 1 || p.Errors[0].Location != tt.location) {
				t.Errorf("got the mistakes %+v, want one at %s", p.Errors, tt.location)
			}
			if w.Header().Get("Tus-Resumable") != "1.0.0" || tt.status == 412 && w.Header().Get("Tus-Version") != "1.0.0" {
				t.Errorf("the head of the answer: %v", w.Header())
			}
		})
	}
	s.t = t
	if got := s.offset("editor", at); got != "0" {
		t.Errorf("what was refused is there: %q", got)
	}
}

// TestHeadersThatStandTwice wants nobody to choose which of two is meant.
func TestHeadersThatStandTwice(t *testing.T) {
	s := newSite(t)
	s.bank()
	at := s.begin("editor", 5)
	for _, name := range []string{"Tus-Resumable", "Upload-Offset", "Content-Type"} {
		r := httptest.NewRequest("PATCH", at, strings.NewReader("hello"))
		r.Header = http.Header{"Authorization": {"Bearer " + s.tokens["editor"]}, "Tus-Resumable": {"1.0.0"}, "Content-Type": {chunkType}, "Upload-Offset": {"0"}}
		r.Header.Add(name, r.Header.Get(name))
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		if p := s.refused(w, 422, "api.invalid"); p.Errors[0].Location != "header."+name {
			t.Errorf("got %+v", p.Errors)
		}
	}
}

// TestChunksHaveALimit wants a body that says to be too large not to be read.
func TestChunksHaveALimit(t *testing.T) {
	s := newSite(t)
	s.bank()
	at := s.begin("editor", mostChunk+1)
	r := httptest.NewRequest("PATCH", at, io.MultiReader(failingReader{t}))
	r.ContentLength = mostChunk + 1
	r.Header = http.Header{"Authorization": {"Bearer " + s.tokens["editor"]}, "Tus-Resumable": {"1.0.0"}, "Content-Type": {chunkType}, "Upload-Offset": {"0"}}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	s.refused(w, http.StatusRequestEntityTooLarge, "api.large_body")
	r.ContentLength, r.Body = -1, io.NopCloser(io.LimitReader(zeros{}, mostChunk+1))
	w = httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	s.refused(w, http.StatusRequestEntityTooLarge, "api.large_body")
	if got := s.offset("editor", at); got != strconv.Itoa(mostChunk) {
		t.Errorf("of one that did not say so %q are kept, want what fits one write", got)
	}
}

type zeros struct{}

// Read implements [io.Reader].
func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestNoRoom wants a full disk, and too many uploads, to be told apart.
func TestNoRoom(t *testing.T) {
	s := newSite(t)
	s.bank()
	send := func() *httptest.ResponseRecorder {
		return s.call("editor", "POST", Base+"/organizations/acme/uploads", "", "Tus-Resumable", "1.0.0", "Upload-Length", "5")
	}
	s.drawer.full = problem.New(problem.TooMany, "vault.upload.too_many", 20)
	if w := send(); w.Header().Get("Retry-After") != "" {
		t.Errorf("waiting %q seconds gives up no upload", w.Header().Get("Retry-After"))
	} else {
		s.refused(w, http.StatusTooManyRequests, "vault.upload.too_many")
	}
	s.drawer.full = problem.New(problem.Refused, "vault.no_room", "vault", "1 MiB", "5 B", "256 MiB").Because(errors.New("no space"))
	s.refused(send(), http.StatusServiceUnavailable, "vault.no_room")
}

// TestMethodInAHeader wants callers that cannot send PATCH or DELETE to be
// served, at uploads alone and by the rules of the method.
func TestMethodInAHeader(t *testing.T) {
	s := newSite(t)
	s.bank()
	at := s.begin("editor", 5)
	w := s.call("editor", "POST", at, "hello", "X-HTTP-Method-Override", "PATCH", "Tus-Resumable", "1.0.0", "Content-Type", chunkType, "Upload-Offset", "0")
	if w.Code != http.StatusNoContent {
		t.Fatalf("as PATCH: %d\n%s", w.Code, w.Body)
	}
	s.refused(s.call("reader", "POST", at, "", "X-HTTP-Method-Override", "DELETE", "Tus-Resumable", "1.0.0"), http.StatusForbidden, "api.no_scope")
	if w := s.call("editor", "POST", at, "", "X-HTTP-Method-Override", "DELETE", "Tus-Resumable", "1.0.0"); w.Code != http.StatusNoContent {
		t.Errorf("as DELETE: %d\n%s", w.Code, w.Body)
	}
	s.refused(s.call("editor", "POST", Base+"/organizations/acme/systems/wallet", "", "X-HTTP-Method-Override", "DELETE"), http.StatusMethodNotAllowed, "api.bad_method")
	if w := s.call("editor", "GET", at, ""); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "HEAD, PATCH, DELETE" {
		t.Errorf("GET = %d, Allow: %s", w.Code, w.Header().Get("Allow"))
	}
}

// dripping gives a byte at a time, with a pause before each.
type dripping struct {
	left  int
	pause time.Duration
}

// Read implements [io.Reader].
func (d *dripping) Read(p []byte) (int, error) {
	if d.left == 0 {
		return 0, io.EOF
	}
	time.Sleep(d.pause)
	d.left--
	p[0] = 'x'
	return 1, nil
}

// listen serves a handler with the little time that a page is given.
func listen(t *testing.T, h http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.Config.ReadTimeout, server.Config.WriteTimeout = 500*time.Millisecond, 500*time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	return server
}

// TestSlowUploadIsWaitedFor wants an upload to take longer than the server
// gives a page, as long as bytes arrive.
func TestSlowUploadIsWaitedFor(t *testing.T) {
	s := newSite(t)
	s.bank()
	server, at := listen(t, s.handler), s.begin("editor", 12)
	r, err := http.NewRequestWithContext(t.Context(), "PATCH", server.URL+at, &dripping{12, 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"Authorization": {"Bearer " + s.tokens["editor"]}, "Tus-Resumable": {"1.0.0"}, "Content-Type": {chunkType}, "Upload-Offset": {"0"}}
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusNoContent || answer.Header.Get("Upload-Offset") != "12" {
		t.Errorf("got %d %v", answer.StatusCode, answer.Header)
	}
}

// TestStillUploadIsCut wants a connection on which nothing comes to end, and
// one that only drips to end as well.
func TestStillUploadIsCut(t *testing.T) {
	tests := map[string]struct {
		pause, still, all time.Duration
	}{
		"nothing comes": {time.Second, 50 * time.Millisecond, time.Minute},
		"it drips":      {20 * time.Millisecond, time.Minute, 100 * time.Millisecond},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			failures := make(chan error, 1)
			server := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body := (&Wire{r, w}).arriving(mostChunk)
				body.still, body.until = tt.still, time.Now().Add(tt.all)
				_, _ = io.Copy(io.Discard, body)
				failures <- bodyFault(body.err)
			}))
			r, err := http.NewRequestWithContext(t.Context(), "PATCH", server.URL, &dripping{1000, tt.pause})
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				if answer, err := server.Client().Do(r); err == nil {
					_ = answer.Body.Close()
				}
			}()
			select {
			case err := <-failures:
				if statusOf(err) != http.StatusRequestTimeout {
					t.Errorf("it ended by %v", err)
				}
			case <-time.After(10 * time.Second):
				t.Error("it goes on")
			}
		})
	}
}

// TestSlowDownloadIsWaitedFor wants a file to take longer than the server
// gives a page, as long as the caller goes on reading.
func TestSlowDownloadIsWaitedFor(t *testing.T) {
	data := bytes.Repeat([]byte("x"), 8<<20) // more than buffers hold
	server := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(leaving{w, time.Minute}, r, "", time.Time{}, bytes.NewReader(data))
	}))
	answer, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	time.Sleep(time.Second)
	if n, err := io.Copy(io.Discard, answer.Body); err != nil || n != int64(len(data)) {
		t.Errorf("%d bytes arrived: %v", n, err)
	}
}
