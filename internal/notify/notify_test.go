package notify

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/record"
)

// checkpoint is a signed checkpoint of a size, each time of another history.
func checkpoint(t testing.TB, size int64) ledger.Signed {
	t.Helper()
	secret, err := ledger.GenerateKey(rand.Reader, "guanji/test")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ledger.NewSigner(secret, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := ledger.Checkpoint{Origin: "guanji/test", Tree: ledger.Tree{Size: size, Root: ledger.Hash{byte(size)}}, Made: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)}
	note, err := c.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	return ledger.Signed{Checkpoint: c, Note: note}
}

// give gives a checkpoint by one means, within a second.
func give(t testing.TB, c Config, m record.Means, address string, s ledger.Signed) (record.Receipt, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return Channels(c)[m].Give(ctx, address, s)
}

func TestFolder(t *testing.T) {
	seven := checkpoint(t, 7)
	name := "guanji-test-7.checkpoint"
	tests := map[string]struct {
		before func(t *testing.T, dir string)
		want   problem.Kind
	}{
		"empty":                {func(*testing.T, string) {}, ""},
		"the same there":       {func(t *testing.T, dir string) { write(t, dir, name, seven.Note) }, ""},
		"another there":        {func(t *testing.T, dir string) { write(t, dir, name, checkpoint(t, 7).Note) }, problem.Conflict},
		"garbage there":        {func(t *testing.T, dir string) { write(t, dir, name, []byte("x")) }, problem.Conflict},
		"a larger there":       {func(t *testing.T, dir string) { write(t, dir, "guanji-test-8.checkpoint", nil) }, problem.Conflict},
		"a smaller there":      {func(t *testing.T, dir string) { write(t, dir, "guanji-test-6.checkpoint", nil) }, ""},
		"others of others":     {func(t *testing.T, dir string) { write(t, dir, "guanji-other-99.checkpoint", nil) }, ""},
		"a folder of the name": {func(t *testing.T, dir string) { fatal(t, os.Mkdir(filepath.Join(dir, name), 0o700)) }, problem.Unavailable},
		"gone":                 {func(t *testing.T, dir string) { fatal(t, os.Remove(dir)) }, problem.Unavailable},
		"a file in its place": {func(t *testing.T, dir string) {
			fatal(t, os.Remove(dir))
			fatal(t, os.WriteFile(dir, nil, 0o600))
		}, problem.Unavailable},
	}
	for of, tt := range tests {
		t.Run(of, func(t *testing.T) {
			dir := t.TempDir()
			tt.before(t, dir)
			before := list(dir)
			got, err := give(t, Config{}, record.ByFolder, dir, seven)
			if problem.KindOf(err) != tt.want {
				t.Fatalf("Give = %+v, %v, want %q", got, err, tt.want)
			}
			if tt.want != "" {
				if after := list(dir); !slices.Equal(before, after) {
					t.Errorf("the folder had %q, and has %q", before, after)
				}
				return
			}
			if data, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(data, seven.Note) || got.Text != filepath.Join(dir, name) {
				t.Errorf("%q in the folder, %v; receipt %+v", data, err, got)
			}
		})
	}
}

func write(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	fatal(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
}

func fatal(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func list(dir string) []string {
	entries, _ := os.ReadDir(dir) // none if it is gone
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestCopies(t *testing.T) {
	dir := t.TempDir()
	for _, size := range []int64{3, 7} {
		if _, err := give(t, Config{}, record.ByFolder, dir, checkpoint(t, size)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"guanji-other-9.checkpoint", "guanji-test-x.checkpoint", "guanji-test--1.checkpoint", "notes.txt"} {
		write(t, dir, name, []byte("x"))
	}
	var names []string
	err := (&folder{}).Copies(t.Context(), dir, "guanji/test", func(g record.Given) error {
		names = append(names, filepath.Base(g.Name))
		return nil
	})
	slices.Sort(names)
	if err != nil || !slices.Equal(names, []string{"guanji-test-3.checkpoint", "guanji-test-7.checkpoint"}) {
		t.Errorf("copies %q, %v", names, err)
	}
	if err := (&folder{}).Copies(t.Context(), filepath.Join(dir, "gone"), "guanji/test", nil); err == nil {
		t.Error("a folder that is gone has copies")
	}
}

// site is a server that counts who connects.
func site(t *testing.T, h http.HandlerFunc) (address string, c Config, connections *atomic.Int64) {
	t.Helper()
	connections = &atomic.Int64{}
	s := httptest.NewUnstartedServer(h)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return s.URL, Config{TLS: pool}, connections
}

func TestWebhook(t *testing.T) {
	c := checkpoint(t, 7)
	elsewhere, _, reached := site(t, func(http.ResponseWriter, *http.Request) {})
	_, signature, _ := strings.Cut(string(c.Note), "\n\n")
	tests := map[string]struct {
		answer http.HandlerFunc
		want   problem.Kind
		cosign int
	}{
		"takes it":            {func(http.ResponseWriter, *http.Request) {}, "", 0},
		"says so":             {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(201); say(w, "kept") }, "", 0},
		"cosigns":             {func(w http.ResponseWriter, _ *http.Request) { say(w, "— witness.example AAAAAAECAwQ=\n") }, "", 1},
		"sends the note back": {func(w http.ResponseWriter, _ *http.Request) { say(w, string(c.Note)) }, "", 0},
		"cosigns badly":       {func(w http.ResponseWriter, _ *http.Request) { say(w, "— witness.example ????\n— x\n—\n") }, "", 0},
		"garbage": {func(w http.ResponseWriter, _ *http.Request) {
			say(w, "\x00\xff\xfe"+strings.Repeat("y", 3*MaxAnswer))
		}, "", 0},
		"refuses": {status(http.StatusForbidden), problem.Unavailable, 0},
		"fails":   {status(http.StatusInternalServerError), problem.Unavailable, 0},
		"redirects": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere, http.StatusTemporaryRedirect)
		}, problem.Refused, 0},
		"redirects to itself": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/again", http.StatusFound) }, problem.Refused, 0},
		"redirects inward": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusPermanentRedirect)
		}, problem.Refused, 0},
		"hangs":               {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, problem.Internal, 0},
		"hangs in the middle": {func(w http.ResponseWriter, r *http.Request) { w.(http.Flusher).Flush(); <-r.Context().Done() }, problem.Internal, 0},
		"hangs up":            {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, problem.Unavailable, 0},
		"endless header":      {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) }, problem.Unavailable, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent atomic.Pointer[string]
			address, cfg, _ := site(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					body, _ := io.ReadAll(r.Body) // compared below
					text := string(body)
					sent.Store(&text)
				}
				tt.answer(w, r)
			})
			got, err := give(t, cfg, record.ByWebhook, address+"/take?key=s3cr3t", c)
			if problem.KindOf(err) != tt.want || len(got.Cosignatures) != tt.cosign || len(got.Body) > MaxAnswer {
				t.Fatalf("Give = %d bytes, %q, %v; want %q and %d cosignatures", len(got.Body), got.Cosignatures, err, tt.want, tt.cosign)
			}
			if err != nil && (strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), signature)) {
				t.Errorf("the error tells too much: %v", err)
			}
			if got := sent.Load(); got == nil || *got != string(c.Note) {
				t.Errorf("sent %v, want the note alone", got)
			}
		})
	}
	t.Cleanup(func() {
		if n := reached.Load(); n != 0 {
			t.Errorf("a redirect led to %d connections elsewhere", n)
		}
	})
}

func say(w http.ResponseWriter, text string) { _, _ = w.Write([]byte(text)) }

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func TestWebhookOfUnknownCertificate(t *testing.T) {
	address, _, _ := site(t, func(http.ResponseWriter, *http.Request) { t.Error("it was given the checkpoint") })
	if _, err := give(t, Config{}, record.ByWebhook, address, checkpoint(t, 7)); problem.KindOf(err) != problem.Unavailable {
		t.Errorf("Give = %v", err)
	}
}

func TestWebhookNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	fatal(t, err)
	address := "http://" + l.Addr().String() + "/?key=s3cr3t"
	fatal(t, l.Close())
	if _, err := give(t, Config{}, record.ByWebhook, address, checkpoint(t, 7)); problem.KindOf(err) != problem.Unavailable || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("Give = %v", err)
	}
}
