package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// tus makes a request of the upload protocol.
func (v *visitor) tus(method, path string, body io.Reader, pairs ...string) *http.Request {
	v.t.Helper()
	r, err := http.NewRequest(method, v.at(path), body)
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Tus-Resumable", "1.0.0")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method == http.MethodPatch {
		r.Header.Set("Content-Type", "application/offset+octet-stream")
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		r.Header.Set(pairs[i], pairs[i+1])
	}
	return r
}

// begin begins an upload, and returns its address.
func (v *visitor) begin(name string, size int) string {
	v.t.Helper()
	got := v.want(http.StatusCreated, v.do(v.tus(http.MethodPost, bankUploads, nil, "Upload-Length", strconv.Itoa(size), "Upload-Metadata", "filename "+base64.StdEncoding.EncodeToString([]byte(name)))))
	return got.header.Get("Location")
}

func (v *visitor) patch(path string, at int, data []byte) answer {
	v.t.Helper()
	return v.do(v.tus(http.MethodPatch, path, bytes.NewReader(data), "Upload-Offset", strconv.Itoa(at)))
}

// offset asks how far an upload is.
func (v *visitor) offset(path string) int {
	v.t.Helper()
	n, err := strconv.Atoi(v.want(http.StatusOK, v.do(v.tus(http.MethodHead, path, nil))).header.Get("Upload-Offset"))
	if err != nil {
		v.t.Fatal(err)
	}
	return n
}

// uploaded is a file as the program tells of it.
type uploaded struct {
	Name, Digest string
	Size         int64
}

func (u uploaded) kept() string { return fmt.Sprintf("%s|%d|%s", u.Digest, u.Size, u.Name) }

func (v *visitor) finish(path string) (u uploaded) {
	v.t.Helper()
	got := v.want(http.StatusOK, v.do(v.tus(http.MethodPost, path+"/finish", nil)))
	if err := json.Unmarshal([]byte(got.body), &u); err != nil {
		v.t.Fatal(err)
	}
	return u
}

// TestGivingUpAnUpload lists what a person has under way, and gives one up.
func TestGivingUpAnUpload(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	other := v.invite("Wang Fang", "editor")
	const form = "/o/harbour-bank/evidence/new"
	if got := v.get(form).body; strings.Contains(got, "Your uploads under way") {
		t.Error("uploads are listed where there are none")
	}
	first, second := v.begin("log one.zip", 2_000_000), v.begin("log two.zip", 3)
	v.want(http.StatusNoContent, v.patch(first, 0, make([]byte, 500_000)))
	v.want(http.StatusOK, v.get(form), "Your uploads under way", "log one.zip", "500 kB of 2 MB", "log two.zip", first+"/drop")
	if got := other.get(form).body; strings.Contains(got, "log one.zip") {
		t.Error("somebody else sees them")
	}
	other.want(http.StatusNotFound, other.post(first+"/drop"))
	v.want(http.StatusSeeOther, v.post(first+"/drop"))
	script := v.form(second + "/drop")
	script.Header.Set("HX-Request", "true")
	if got := v.want(http.StatusOK, v.do(script)); got.body != "" || got.header.Get("HX-Redirect") != "" {
		t.Errorf("a script is sent away from the form: %q %v", got.body, got.header)
	}
	v.want(http.StatusNotFound, v.do(v.tus(http.MethodHead, first, nil)))
	for range 20 {
		v.begin("again.zip", 10)
	}
	v.want(http.StatusTooManyRequests, v.do(v.tus(http.MethodPost, bankUploads, nil, "Upload-Length", "1", "Upload-Metadata", "filename eA==")), "give it up below the form")
}

// bytesOf returns so many bytes, the same for the same seed.
func bytesOf(seed uint64, n int) []byte {
	data := make([]byte, n)
	chacha := rand.NewChaCha8([32]byte{byte(seed)})
	_, _ = chacha.Read(data) // never fails
	return data
}

func TestUploadHeaders(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	path := v.begin("a.bin", 10)
	zero := []string{"Upload-Offset", "0"}
	for name, tt := range map[string]struct {
		method, path string
		pairs        []string
		want         int
		text         string
	}{
		"no version":          {http.MethodPost, bankUploads, []string{"Tus-Resumable", "", "Upload-Length", "1"}, http.StatusPreconditionFailed, "another version of tus"},
		"version of later":    {http.MethodPatch, path, append([]string{"Tus-Resumable", "2.0.0"}, zero...), http.StatusPreconditionFailed, ""},
		"no length":           {http.MethodPost, bankUploads, nil, http.StatusBadRequest, "Upload-Length"},
		"negative length":     {http.MethodPost, bankUploads, []string{"Upload-Length", "-1"}, http.StatusBadRequest, ""},
		"length in words":     {http.MethodPost, bankUploads, []string{"Upload-Length", "1e3"}, http.StatusBadRequest, ""},
		"length beyond all":   {http.MethodPost, bankUploads, []string{"Upload-Length", "99999999999999999999"}, http.StatusBadRequest, ""},
		"more than is taken":  {http.MethodPost, bankUploads, []string{"Upload-Length", strconv.Itoa(16<<30 + 1)}, http.StatusRequestEntityTooLarge, "16 GiB"},
		"length told later":   {http.MethodPost, bankUploads, []string{"Upload-Defer-Length", "1"}, http.StatusBadRequest, ""},
		"name not in base64":  {http.MethodPost, bankUploads, []string{"Upload-Length", "1", "Upload-Metadata", "filename Ünicode"}, http.StatusBadRequest, "Upload-Metadata"},
		"name twice":          {http.MethodPost, bankUploads, []string{"Upload-Length", "1", "Upload-Metadata", "filename YQ==,filename Yg=="}, http.StatusBadRequest, ""},
		"metadata of nothing": {http.MethodPost, bankUploads, []string{"Upload-Length", "1", "Upload-Metadata", ",,"}, http.StatusBadRequest, ""},
		"another type":        {http.MethodPatch, path, append([]string{"Content-Type", "application/octet-stream"}, zero...), http.StatusUnsupportedMediaType, "application/offset+octet-stream"},
		"no offset":           {http.MethodPatch, path, nil, http.StatusBadRequest, "Upload-Offset"},
		"negative offset":     {http.MethodPatch, path, []string{"Upload-Offset", "-5"}, http.StatusBadRequest, ""},
		"wrong offset":        {http.MethodPatch, path, []string{"Upload-Offset", "5"}, http.StatusConflict, "go on from there"},
		"no such upload":      {http.MethodPatch, bankUploads + "/ABCDEFGHIJKLMNOPQRSTUVWXYZ", zero, http.StatusNotFound, ""},
		"no upload at all":    {http.MethodPatch, bankUploads + "/..%2f..%2fguanji.db", zero, http.StatusNotFound, ""},
		"too early":           {http.MethodPost, path + "/finish", nil, http.StatusConflict, "10 of 10 bytes are missing"},
		"other organization":  {http.MethodPatch, strings.Replace(path, "harbour-bank", "nobody", 1), zero, http.StatusNotFound, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := *v
			w.t = t
			got := w.want(tt.want, w.do(w.tus(tt.method, tt.path, strings.NewReader(""), tt.pairs...)), tt.text)
			if got.header.Get("Tus-Resumable") != "1.0.0" || !strings.HasPrefix(got.header.Get("Content-Type"), "text/plain") {
				t.Errorf("the answer has the headers %v", got.header)
			}
		})
	}
	if at := v.offset(path); at != 0 {
		t.Errorf("after refusals the upload is at %d", at)
	}
	options := v.want(http.StatusNoContent, v.do(v.tus(http.MethodOptions, bankUploads, nil)))
	if options.header.Get("Tus-Version") != "1.0.0" || options.header.Get("Tus-Extension") != "creation,termination" || options.header.Get("Tus-Max-Size") != strconv.Itoa(16<<30) {
		t.Errorf("it says of itself %v", options.header)
	}
}

func TestUploadInReadersLanguage(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	v.want(http.StatusSeeOther, v.post("/language", "lang", "zh", "back", "/"))
	v.want(http.StatusBadRequest, v.do(v.tus(http.MethodPost, bankUploads, nil)), "整个文件的字节数")
}

func TestUploadSteps(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	data := bytesOf(1, 300_000)
	path := v.begin("日志.zip", len(data))
	v.want(http.StatusNoContent, v.patch(path, 0, data[:100_000]))
	stale := v.want(http.StatusConflict, v.patch(path, 0, data[:100_000]))
	if stale.header.Get("Upload-Offset") != "100000" {
		t.Errorf("a stale part is told %q", stale.header.Get("Upload-Offset"))
	}
	v.want(http.StatusUnprocessableEntity, v.patch(path, 100_000, append(data[100_000:], 'x')), "more arrives than")
	if at := v.offset(path); at != 100_000 {
		t.Fatalf("after more than was said the upload is at %d", at)
	}
	v.want(http.StatusNoContent, v.patch(path, 100_000, data[100_000:]))
	want := uploaded{"日志.zip", digestOf(data), 300_000}
	for range 2 {
		if got := v.finish(path); got != want {
			t.Errorf("finished as %+v, want %+v", got, want)
		}
	}
	second := v.begin("the same again.zip", len(data))
	v.want(http.StatusNoContent, v.patch(second, 0, data))
	if got := v.finish(second); got.Digest != want.Digest || got.Name != "the same again.zip" {
		t.Errorf("finished as %+v", got)
	}
	if n := filesKept(t, s.home); n != 1 {
		t.Errorf("two uploads of one file are kept as %d files", n)
	}
	dropped := v.begin("dropped", 5)
	v.want(http.StatusNoContent, v.do(v.tus(http.MethodDelete, dropped, nil)))
	v.want(http.StatusNotFound, v.do(v.tus(http.MethodHead, dropped, nil)))
	empty := v.finish(v.begin("empty", 0))
	filed := v.fileEvidence("kept", empty.kept())
	v.want(http.StatusOK, v.get(filed), "empty", "0 B")
}

// TestUploadBrokenOff has a connection end in the middle of a part.
func TestUploadBrokenOff(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	data := bytesOf(2, 1_000_000)
	path := v.begin("a.bin", len(data))
	r, w := io.Pipe()
	go func() {
		_, _ = w.Write(data[:600_000]) // the reader ends with the pipe
		_ = w.CloseWithError(io.ErrClosedPipe)
	}()
	req := v.tus(http.MethodPatch, path, r, "Upload-Offset", "0")
	req.ContentLength = int64(len(data))
	if got, err := v.http.Do(req); err == nil {
		t.Fatalf("half a part got %s", got.Status)
	}
	at := 0
	for until := time.Now().Add(20 * time.Second); at == 0 && time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		at = v.offset(path)
	}
	if at == 0 || at > 600_000 {
		t.Fatalf("after 600,000 bytes arrived the upload is at %d", at)
	}
	for got := (answer{}); got.code != http.StatusNoContent; { // the part that broke off may still be on its way
		if got = v.patch(path, at, data[at:]); got.code == http.StatusConflict {
			at = v.offset(path)
		}
	}
	if got := v.finish(path); got.Digest != digestOf(data) {
		t.Errorf("finished as %+v, want %s", got, digestOf(data))
	}
}

func TestUploadOfLargePart(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	path := v.begin("large.bin", 200<<20)
	u, err := url.Parse(s.base)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r := v.tus(http.MethodPatch, path, nil, "Upload-Offset", "0")
	for _, c := range v.http.Jar.Cookies(u) {
		r.AddCookie(c)
	}
	var head bytes.Buffer
	fmt.Fprintf(&head, "PATCH %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", path, u.Host, 64<<20+1)
	if err := r.Header.Write(&head); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(append(head.Bytes(), "\r\n"...)); err != nil {
		t.Fatal(err)
	}
	got, err := http.ReadResponse(bufio.NewReader(conn), r)
	if err != nil {
		t.Fatal(err)
	}
	if _ = got.Body.Close(); got.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a part of more than 64 MiB: %s", got.Status)
	}
}

func TestUploadOfSomebodyElse(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	path := v.begin("secret plan.pdf", 3)
	v.want(http.StatusNoContent, v.patch(path, 0, []byte("ab")))
	other := v.invite("Wang Fang", "administrator")
	other.want(http.StatusNotFound, other.do(other.tus(http.MethodHead, path, nil)))
	other.want(http.StatusNotFound, other.patch(path, 2, []byte("x")))
	other.want(http.StatusNotFound, other.do(other.tus(http.MethodPost, path+"/finish", nil)))
	other.want(http.StatusNotFound, other.do(other.tus(http.MethodDelete, path, nil)))
	reader := v.invite("Zhang Min", "reader")
	reader.want(http.StatusForbidden, reader.patch(path, 2, []byte("x")))
	v.want(http.StatusNoContent, v.patch(path, 2, []byte("c")))
	if got := v.finish(path); got.Digest != digestOf([]byte("abc")) {
		t.Errorf("others changed the upload: %+v", got)
	}
}

// TestManyWriteOneUpload has many send the same part at once: one is heard.
func TestManyWriteOneUpload(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	data := bytesOf(3, 2_000_000)
	path := v.begin("a.bin", len(data))
	codes := make(chan int, 6)
	var wg sync.WaitGroup
	for range cap(codes) {
		wg.Go(func() {
			got, err := v.http.Do(v.tus(http.MethodPatch, path, bytes.NewReader(data), "Upload-Offset", "0"))
			if err != nil {
				codes <- http.StatusConflict // it was cut off unread
				return
			}
			codes <- got.StatusCode
			_ = got.Body.Close()
		})
	}
	wg.Wait()
	close(codes)
	n := map[int]int{}
	for c := range codes {
		n[c]++
	}
	if n[http.StatusNoContent] != 1 || n[http.StatusConflict] != cap(codes)-1 {
		t.Errorf("answers %v, want one heard and the others told", n)
	}
	if got := v.finish(path); got.Digest != digestOf(data) {
		t.Errorf("finished as %+v", got)
	}
}

func TestHostileFileNames(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml")
	v := s.first(t, "Li Wei")
	long := strings.Repeat("长", 300) + ".pdf"
	for name, want := range map[string]string{"../../etc/passwd": "passwd", `C:\Users\x\report.pdf`: "report.pdf", "a\x00b.txt": "ab.txt", "evil\u202egpj.exe": "evilgpj.exe", "a\r\nSet-Cookie: x": "aSet-Cookie: x",
		long: strings.Repeat("长", 85), "..": "..", "": "file", `"; filename="x.exe`: `"; filename="x.exe`, "<script>alert(1)</script>": "script>", "|||": "|||", "\xff\xfe": "file"} {
		t.Run(want, func(t *testing.T) {
			w := *v
			w.t = t
			path := w.begin(name, 1)
			w.want(http.StatusNoContent, w.patch(path, 0, []byte("x")))
			got := w.finish(path)
			if got.Name != want {
				t.Fatalf("%q is called %q, want %q", name, got.Name, want)
			}
			filed := w.fileEvidence("kept", got.kept())
			if page := w.want(http.StatusOK, w.get(filed)).body; strings.Contains(page, "<script>alert") {
				t.Error("the name is a script of the page")
			}
			wantHeader(t, w.want(http.StatusOK, w.get(filed+"/files/0")), want)
		})
	}
}

// child is the program as a process of its own.
type child struct {
	*served
	cmd *exec.Cmd
}

// startChild starts guanji to serve a home, and waits for its address.
func startChild(t *testing.T, home string) *child {
	t.Helper()
	c := &child{&served{home: home, out: &growing{}, errs: &growing{}}, exec.Command("guanji", "serve", "--home", home, "--listen", "127.0.0.1:0", "--lang", "en")}
	c.cmd.Stdout, c.cmd.Stderr = c.out, c.errs
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	for until := time.Now().Add(60 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if m := addressPrinted.FindStringSubmatch(c.out.String()); m != nil {
			if c.base = m[1]; c.ready() {
				c.link = linkPrinted.FindString(c.out.String())
				return c
			}
		}
	}
	t.Fatalf("no address: %s%s", c.out, c.errs)
	return nil
}

// kill ends the process as kill -9 does.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // it may have ended
	_ = c.cmd.Wait()
}

// killing is a body that ends the program once half of it was read.
type killing struct {
	*bytes.Reader
	half int
	kill func()
}

func (k *killing) Read(p []byte) (int, error) {
	if k.Len() < k.half {
		k.kill()
	}
	return k.Reader.Read(p[:min(len(p), 64<<10)])
}

// TestLargeUploadSurvivesKill uploads 104 MiB in parts and kills the program in
// the middle of one. What was acknowledged is there; the upload goes on.
func TestLargeUploadSurvivesKill(t *testing.T) {
	home := t.TempDir()
	if code, out, errs := call(t, "C", "", "organization", "import", "../../examples/designated-bank.yaml", "--home", home); code != exitDone {
		t.Fatalf("import: %d %s%s", code, out, errs)
	}
	c := startChild(t, home)
	v := c.first(t, "Li Wei")
	const part = 8 << 20
	data := bytesOf(4, 13*part)
	path := v.begin("year of logs.tar", len(data))
	for at := 0; at < 5*part; at += part {
		v.want(http.StatusNoContent, v.patch(path, at, data[at:at+part]))
	}
	body := &killing{bytes.NewReader(data[5*part : 6*part]), part / 2, c.kill}
	req := v.tus(http.MethodPatch, path, body, "Upload-Offset", strconv.Itoa(5*part))
	req.ContentLength = part
	if got, err := v.http.Do(req); err == nil {
		t.Fatalf("the program was killed and answered %s", got.Status)
	}
	again := startChild(t, home)
	v.s = again.served
	at := v.offset(path)
	if at < 5*part || at >= 6*part {
		t.Fatalf("after %d bytes were acknowledged the upload is at %d", 5*part, at)
	}
	t.Logf("went on at %d, %d bytes beyond what was acknowledged", at, at-5*part)
	for ; at < len(data); at = v.offset(path) {
		v.want(http.StatusNoContent, v.patch(path, at, data[at:min(at+part, len(data))]))
	}
	got := v.finish(path)
	if got != (uploaded{"year of logs.tar", digestOf(data), int64(len(data))}) {
		t.Fatalf("finished as %+v", got)
	}
	filed := v.fileEvidence("kept", got.kept())
	again.kill()
	v.s = startChild(t, home).served
	v.want(http.StatusOK, v.get(filed), got.Digest, "109.1 MB")
	if down := v.want(http.StatusOK, v.get(filed+"/files/0")); !slices.Equal([]byte(down.body), data) {
		t.Error("what is downloaded is not what was uploaded")
	}
}
