package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// served is the program while it serves.
type served struct {
	base string // its address
	link string // the one-time link that it printed, "" for none
	home string
	out  *growing
	errs *growing
	stop func() int // as Ctrl-C does; returns the exit code
}

// growing is what a command has written so far.
type growing struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (g *growing) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.b.Write(p)
}

func (g *growing) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.b.String()
}

var (
	addressPrinted = regexp.MustCompile(`(https?://[0-9a-z.:]+)[ （\n]`)
	linkPrinted    = regexp.MustCompile(`https?://\S+/link/\S+`)
)

// start runs guanji with arguments that serve, and waits for its address.
func start(t *testing.T, args ...string) *served {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &served{out: &growing{}, errs: &growing{}}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, args, func(string) string { return "" }, strings.NewReader(""), s.out, s.errs)
	}()
	stopped := false
	s.stop = func() int {
		stopped = true
		cancel()
		select {
		case code := <-ended:
			return code
		case <-time.After(30 * time.Second):
			t.Errorf("%v did not stop", args)
			return -1
		}
	}
	t.Cleanup(func() {
		if !stopped {
			s.stop()
		}
	})
	for until := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		select {
		case code := <-ended:
			ended <- code
			t.Fatalf("%v ended with %d: %s%s", args, code, s.out, s.errs)
		default:
		}
		if m := addressPrinted.FindStringSubmatch(s.out.String()); m != nil {
			if s.base = m[1]; slices.Contains(args, "--public-url") { // that of the proxy
				s.base = "http://" + args[slices.Index(args, "--listen")+1]
			}
			if s.ready() {
				s.link = linkPrinted.FindString(s.out.String())
				return s
			}
		}
		if time.Now().After(until) {
			t.Fatalf("%v printed no address: %s%s", args, s.out, s.errs)
		}
	}
}

// ready reports whether the program answers.
func (s *served) ready() bool {
	r, err := http.Get(s.base + "/sign-in")
	if err != nil {
		return false
	}
	return r.Body.Close() == nil && r.StatusCode == http.StatusOK
}

// serve serves a home with the given organization files in it, from
// ../../examples.
func serve(t *testing.T, home string, files ...string) *served {
	t.Helper()
	for _, f := range files {
		if code, out, errs := call(t, "C", "", "organization", "import", filepath.Join("../../examples", f), "--home", home); code != exitDone {
			t.Fatalf("import %s: %d %s%s", f, code, out, errs)
		}
	}
	s := start(t, "serve", "--home", home, "--listen", "127.0.0.1:0", "--lang", "en")
	s.home = home
	return s
}

const goodPassword = "correct horse battery"

// visitor is one person's browser as far as requests go.
type visitor struct {
	t    *testing.T
	s    *served
	http *http.Client
}

// visitor returns a browser without cookies, which follows no redirect.
func (s *served) visitor(t *testing.T) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t, s, &http.Client{Jar: jar, Timeout: 60 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// first makes the first account and returns the browser of its owner.
func (s *served) first(t *testing.T, name string) *visitor {
	t.Helper()
	v := s.visitor(t)
	v.want(http.StatusSeeOther, v.post(s.link, "name", name, "password", goodPassword))
	return v
}

// answer is what a request got.
type answer struct {
	code   int
	body   string
	header http.Header
}

func (v *visitor) do(r *http.Request) answer {
	v.t.Helper()
	r.Header.Set("Accept-Language", "en")
	got, err := v.http.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{got.StatusCode, string(body), got.Header}
}

// get asks for a page; the path may be a whole address.
func (v *visitor) get(path string) answer {
	v.t.Helper()
	r, err := http.NewRequest(http.MethodGet, v.at(path), nil)
	if err != nil {
		v.t.Fatal(err)
	}
	return v.do(r)
}

func (v *visitor) at(path string) string {
	if strings.HasPrefix(path, "http") {
		return path
	}
	return v.s.base + path
}

// form makes a request that sends names and values.
func (v *visitor) form(path string, pairs ...string) *http.Request {
	v.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	r, err := http.NewRequest(http.MethodPost, v.at(path), strings.NewReader(values.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

func (v *visitor) post(path string, pairs ...string) answer {
	v.t.Helper()
	return v.do(v.form(path, pairs...))
}

// want fails the test unless an answer has a code and holds the texts.
func (v *visitor) want(code int, got answer, texts ...string) answer {
	v.t.Helper()
	if got.code != code {
		v.t.Fatalf("got %d, want %d: %.2000s", got.code, code, got.body)
	}
	for _, text := range texts {
		if !strings.Contains(got.body, text) {
			v.t.Fatalf("%q is not in %.4000s", text, got.body)
		}
	}
	return got
}

// readExample reads a file of ../../examples.
func readExample(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../examples", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
