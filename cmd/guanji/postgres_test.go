package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgresSchema makes a schema of its own on the server that
// GUANJI_TEST_POSTGRES names, and returns its address.
func postgresSchema(t *testing.T) *url.URL {
	t.Helper()
	server := cmp.Or(os.Getenv("GUANJI_TEST_POSTGRES"), "postgres://postgres@127.0.0.1:5432/test")
	run := func(sql string) {
		conn, err := pgx.Connect(context.Background(), server)
		if err == nil {
			_, err = conn.Exec(context.Background(), sql)
			_ = conn.Close(context.Background())
		}
		if err != nil {
			t.Fatalf("no PostgreSQL to test with: start one, and name it in GUANJI_TEST_POSTGRES: %v", err)
		}
	}
	schema := "guanji_" + strings.ToLower(rand.Text())
	run("create schema " + schema)
	t.Cleanup(func() { run("drop schema " + schema + " cascade") })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u
}

// gate is a way to a server that can be closed and opened again.
type gate struct {
	t        *testing.T
	server   string
	listener net.Listener
	mu       sync.Mutex
	conns    []net.Conn
}

func newGate(t *testing.T, server string) *gate {
	t.Helper()
	g := &gate{t: t, server: server}
	g.open("127.0.0.1:0")
	t.Cleanup(g.close)
	return g
}

func (g *gate) open(address string) {
	g.t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		g.t.Fatal(err)
	}
	g.listener = l
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", g.server)
			if err != nil {
				_ = in.Close()
				continue
			}
			g.mu.Lock()
			g.conns = append(g.conns, in, out)
			g.mu.Unlock()
			go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
			go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
		}
	}()
}

// close cuts every connection, and lets no other in.
func (g *gate) close() {
	_ = g.listener.Close()
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.conns {
		_ = c.Close()
	}
	g.conns = nil
}

// TestDatabaseGoesAndReturns serves from PostgreSQL while it goes away and
// comes back: people are told so, nothing is lost, and nobody has to sign in
// again.
func TestDatabaseGoesAndReturns(t *testing.T) {
	u := postgresSchema(t)
	g := newGate(t, u.Host)
	u.Host = g.listener.Addr().String()
	home := t.TempDir()
	if code, _, errs := call(t, "C", "", "organization", "import", "../../examples/designated-bank.yaml", "--home", home, "--database", u.String()); code != exitDone {
		t.Fatal(errs)
	}
	s := start(t, "serve", "--home", home, "--listen", "127.0.0.1:0", "--lang", "en", "--database", u.String())
	v := s.first(t, "Li Wei")
	of := seen(t, v.want(http.StatusOK, v.get(individuals), "60,000,000").body)

	g.close()
	for _, path := range []string{"/o/harbour-bank", individuals, "/sign-in"} {
		if got := v.get(path); got.code != http.StatusServiceUnavailable && path != "/sign-in" {
			t.Errorf("%s without a database: %d", path, got.code)
		}
	}
	got := v.want(http.StatusServiceUnavailable, v.post(individuals, "seen", of, "number", "7", "sure", "stated"), "database does not answer")
	if strings.Contains(got.body, "127.0.0.1") || strings.Contains(got.body, "SQLSTATE") {
		t.Errorf("the page tells strangers of the database: %s", got.body)
	}

	g.open(u.Host)
	for until := time.Now().Add(30 * time.Second); v.get("/o/harbour-bank").code != http.StatusOK; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the database is back, the pages are not")
		}
	}
	v.want(http.StatusOK, v.get(individuals), "60,000,000")
	v.want(http.StatusSeeOther, v.post(individuals, "seen", of, "number", "7", "sure", "stated"))
}

// TestDatabaseAddressStaysIn fails if the password of a database is shown.
func TestDatabaseAddressStaysIn(t *testing.T) {
	code, out, errs := call(t, "C", "", "serve", "--home", t.TempDir(), "--listen", "127.0.0.1:0", "--database", "postgres://guanji:hunter2@127.0.0.1:1/db")
	if code != exitFailed || strings.Contains(out+errs, "hunter2") {
		t.Errorf("%d %s%s", code, out, errs)
	}
}
