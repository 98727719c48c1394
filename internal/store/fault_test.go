package store

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"guanji/internal/access"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/standing"
)

// TestMain runs the tests, or what a child of theirs is for.
func TestMain(m *testing.M) {
	if job := children[os.Getenv("GUANJI_TEST_CHILD")]; job != nil {
		job(os.Getenv("GUANJI_TEST_ADDRESS"))
		return
	}
	os.Exit(m.Run())
}

// children are the jobs of other processes, to be killed at them.
var children = map[string]func(address string){"append": childAppends, "hold": childHolds, "die": childDies}

// child starts another process at a job. Lines are what it says.
func child(t *testing.T, job, address string) (cmd *exec.Cmd, lines *bufio.Scanner) {
	t.Helper()
	program, err := os.Executable()
	must(t, err)
	cmd = exec.Command(program)
	cmd.Env = append(os.Environ(), "GUANJI_TEST_CHILD="+job, "GUANJI_TEST_ADDRESS="+address)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, bufio.NewScanner(out)
}

// batchSize is how many entries are appended together: more than go into one
// statement.
const batchSize = 250

// batch returns the changes of one Append, which must be kept together.
func batch(n int) []standing.Change {
	changes := make([]standing.Change, batchSize)
	for i := range changes {
		changes[i] = change(org.AboutSystem, fmt.Sprintf("%d-%d", n, i), "name", `{"en":"S","zh":"系"}`, 0)
	}
	return changes
}

// checkBatches checks that what is kept are whole batches, in their order and
// each at most once, and returns which.
func checkBatches(t *testing.T, s *Store) map[int]bool {
	t.Helper()
	head, err := s.Head(t.Context(), "acme")
	must(t, err)
	entries, err := s.Entries(t.Context(), "acme", 0, head.Revision+1)
	must(t, err)
	if int64(len(entries)) != head.Revision || len(entries)%batchSize != 0 {
		t.Fatalf("%d entries at revision %d: a batch of %d was kept in part", len(entries), head.Revision, batchSize)
	}
	kept := map[int]bool{}
	for i, e := range entries {
		batch, in, _ := strings.Cut(e.Subject, "-")
		n, _ := strconv.Atoi(batch)
		if e.Seq != int64(i+1) || in != strconv.Itoa(i%batchSize) || in == "0" && kept[n] {
			t.Fatalf("entry %d is number %d, %s", i+1, e.Seq, e.Subject)
		}
		kept[n] = true
	}
	return kept
}

// childAppends appends batches until it is killed, and says each that was
// acknowledged.
func childAppends(address string) {
	ctx := context.Background()
	s, err := Open(ctx, address)
	if err != nil {
		panic(err)
	}
	head, err := s.Head(ctx, "acme")
	if err != nil {
		panic(err)
	}
	for n := int(head.Revision) / batchSize; ; n++ {
		if _, err := s.Append(ctx, "acme", false, batch(n), author, noon); err != nil {
			panic(err)
		}
		fmt.Println(n)
	}
}

// TestKilled kills a process that appends, again and again: whatever it had
// acknowledged is there, and nothing by half.
func TestKilled(t *testing.T) {
	for name, address := range engines {
		t.Run(name, func(t *testing.T) {
			at := address(t)
			s := open(t, at)
			_, err := s.Append(t.Context(), "acme", true, nil, author, noon)
			must(t, err)
			must(t, s.Close())
			for round := range 3 {
				cmd, lines := child(t, "append", at)
				for range 1 + round {
					lines.Scan()
				}
				time.Sleep(time.Duration(rand.IntN(8)) * time.Millisecond) // anywhere within the next
				must(t, cmd.Process.Kill())
				last := lines.Text()
				for lines.Scan() {
					last = lines.Text()
				}
				_ = cmd.Wait() // it was killed
				acknowledged, err := strconv.Atoi(last)
				must(t, err)
				s := open(t, at)
				kept := settled(t, s, acknowledged)
				for n := range acknowledged + 1 {
					if !kept[n] {
						t.Fatalf("batch %d was acknowledged, and is lost", n)
					}
				}
				must(t, s.Close())
			}
		})
	}
}

// settled waits until a server has noticed that its client is gone: until then
// a batch may still be on its way.
func settled(t *testing.T, s *Store, acknowledged int) map[int]bool {
	t.Helper()
	must(t, s.write(t.Context(), func(x executor) error { // waits for whoever holds the organization
		_, err := x.exec(t.Context(), `update organization set revision = revision where id = 'acme'`)
		return err
	}))
	kept := checkBatches(t, s)
	if len(kept) > acknowledged+2 {
		t.Fatalf("%d batches, though %d was the last that was acknowledged", len(kept), acknowledged)
	}
	return kept
}

// childHolds keeps others from writing until its input ends.
func childHolds(address string) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: address}).EscapedPath()+"?_txlock=immediate")
	if err != nil {
		panic(err)
	}
	if _, err := db.Begin(); err != nil {
		panic(err)
	}
	fmt.Println("held")
	_, _ = io.Copy(io.Discard, os.Stdin)
	select {}
}

// pragma sets something on the connection of a SQLite store that writes.
func pragma(t *testing.T, s *Store, p string) {
	t.Helper()
	_, err := s.db.(*sqliteDB).writer.Exec("pragma " + p)
	must(t, err)
}

// TestSQLiteFaults has writing fail and come right again. While it fails,
// what is there can be read; afterwards nothing is there by half.
func TestSQLiteFaults(t *testing.T) {
	tests := map[string]func(t *testing.T, s *Store, path string) (mend func()){
		"full disk": func(t *testing.T, s *Store, _ string) func() {
			var pages int
			must(t, s.db.(*sqliteDB).writer.QueryRow("pragma page_count").Scan(&pages))
			pragma(t, s, fmt.Sprintf("max_page_count = %d", pages+2)) // room for a part of a batch
			return func() { pragma(t, s, "max_page_count = 1000000") }
		},
		"read-only": func(t *testing.T, s *Store, _ string) func() {
			pragma(t, s, "query_only = 1")
			return func() { pragma(t, s, "query_only = 0") }
		},
		"held by another process": func(t *testing.T, s *Store, path string) func() {
			pragma(t, s, "busy_timeout = 100")
			cmd, lines := child(t, "hold", path)
			if lines.Scan(); lines.Text() != "held" {
				t.Fatalf("the child says %q, %v", lines.Text(), lines.Err())
			}
			return func() {
				must(t, cmd.Process.Kill())
				_ = cmd.Wait() // it was killed
			}
		},
	}
	for name, fault := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "home.db")
			s := open(t, path)
			_, err := s.Append(t.Context(), "acme", true, batch(0), author, noon)
			must(t, err)
			mend := fault(t, s, path)
			for n := range 3 {
				_, err := s.Append(t.Context(), "acme", false, batch(1+n), author, noon)
				wantKind(t, "appending", err, problem.Unavailable)
				wantKind(t, "a pass", s.Begin(t.Context(), access.Pass{Digest: "d", Kind: access.FirstLink, Label: strings.Repeat("x", 1<<20)}, by), problem.Unavailable)
				if kept := checkBatches(t, s); len(kept) != 1 {
					t.Fatalf("kept %v", kept)
				}
			}
			mend()
			_, err = s.Append(t.Context(), "acme", false, batch(1), author, noon)
			must(t, err)
			must(t, s.Close())
			if kept := checkBatches(t, open(t, path)); len(kept) != 2 {
				t.Errorf("kept %v", kept)
			}
		})
	}
}

// TestSQLiteFileIsGone removes the file under a store, or puts another in its
// place: what cannot be kept must not be acknowledged.
func TestSQLiteFileIsGone(t *testing.T) {
	for name, fault := range map[string]func(t *testing.T, path string){
		"removed": func(t *testing.T, path string) { must(t, os.Remove(path)) },
		"replaced": func(t *testing.T, path string) {
			must(t, os.Rename(path, path+".old"))
			removeSQLite(path)
			must(t, open(t, path).Close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "home.db")
			s := open(t, path)
			_, err := s.Append(t.Context(), "acme", true, batch(0), author, noon)
			must(t, err)
			fault(t, path)
			_, err = s.Append(t.Context(), "acme", false, batch(1), author, noon)
			wantKind(t, "appending", err, problem.Refused)
			_, err = s.Head(t.Context(), "acme")
			wantKind(t, "reading", err, problem.Refused)
			_ = s.Close() // the old file cannot be put in order
			_, err = open(t, path).Head(t.Context(), "acme")
			wantKind(t, "the new file", err, problem.NotFound)
		})
	}
}

func TestWhatIsNoDatabase(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "100%.txt")
	must(t, os.WriteFile(file, []byte(strings.Repeat("this is no database\n", 1000)), 0o600))
	for path, why := range map[string]string{
		file:                        "file is not a database",
		dir:                         "is a directory",
		filepath.Join(file, "x.db"): "not a directory",
	} {
		_, err := Open(t.Context(), path)
		wantKind(t, path, err, problem.Refused)
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("Open(%s) = %v, want it to say %q", path, err, why)
		}
	}
}

func TestManyOpenAtOnce(t *testing.T) {
	for name, address := range engines {
		t.Run(name, func(t *testing.T) {
			at := address(t)
			var wg sync.WaitGroup
			for range 6 {
				wg.Go(func() {
					s, err := Open(t.Context(), at)
					if err != nil {
						t.Error(err)
						return
					}
					if _, err := s.Organizations(t.Context()); err != nil {
						t.Error(err)
					}
					if err := s.Close(); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		})
	}
}

func TestBackupsArePrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "home.db")
	must(t, openAt(t, "sqlite", path, 1).Close())
	open(t, path)
	names, err := filepath.Glob(path + ".before-*")
	if err != nil || len(names) != 1 {
		t.Fatalf("backups: %v, %v", names, err)
	}
	info, err := os.Stat(names[0])
	must(t, err)
	if info.Mode().Perm() != 0o600 || info.Size() == 0 {
		t.Errorf("the backup has mode %v and %d bytes", info.Mode(), info.Size())
	}
}

func TestKindsOfFailure(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		for _, odd := range []string{"a\x00b", "\xff", "'; drop table entry; --"} {
			_, err := s.Head(t.Context(), odd)
			if k := problem.KindOf(err); k != problem.NotFound && k != problem.Input {
				t.Errorf("the revision of %q: %q, %v", odd, k, err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Head(ctx, "acme"); err != context.Canceled {
			t.Errorf("for a caller who has gone: %v", err)
		}
		ctx, cancel = context.WithDeadline(t.Context(), time.Unix(0, 0))
		defer cancel()
		_, err := s.Append(ctx, "acme", true, batch(0), author, noon)
		wantKind(t, "after a deadline", err, problem.Unavailable)
		_, err = s.Head(t.Context(), "acme")
		wantKind(t, "what it left", err, problem.NotFound)
	})
}

// proxy stands between a store and its server.
type proxy struct {
	net.Listener
	server string
	gate   sync.RWMutex // held while nothing passes, though nobody hangs up
	mu     sync.Mutex
	away   bool
	conns  []net.Conn
}

// through returns the address of a server by way of a new proxy.
func through(t *testing.T, address string) (string, *proxy) {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	p := &proxy{Listener: l, server: u.Host}
	go p.serve()
	t.Cleanup(func() {
		_ = l.Close()
		p.cut()
	})
	u.Host = l.Addr().String()
	return u.String(), p
}

func (p *proxy) serve() {
	for {
		in, err := p.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", p.server)
		p.mu.Lock()
		if err != nil || p.away {
			_ = in.Close()
		} else {
			p.conns = append(p.conns, in, out)
			go p.copy(in, out)
			go p.copy(out, in)
		}
		p.mu.Unlock()
	}
}

func (p *proxy) copy(to, from net.Conn) {
	defer to.Close()
	b := make([]byte, 4096)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		p.gate.RLock()
		_, err = to.Write(b[:n])
		p.gate.RUnlock()
		if err != nil {
			return
		}
	}
}

// cut ends every connection, and lets no other come about.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = true
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.conns = nil
}

func (p *proxy) restore() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = false
}

// soon fails if something takes as long as a hang would: not a measure of
// speed.
func soon(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("it hangs")
	}
}

func TestPostgresGoesAway(t *testing.T) {
	direct := postgresAddress(t)
	address, p := through(t, direct)
	s := open(t, address)
	_, err := s.Append(t.Context(), "acme", true, batch(0), author, noon)
	must(t, err)
	p.cut()
	soon(t, func() {
		for range 3 {
			_, err := s.Append(t.Context(), "acme", false, batch(1), author, noon)
			wantKind(t, "appending", err, problem.Unavailable)
			_, err = s.Head(t.Context(), "acme")
			wantKind(t, "reading", err, problem.Unavailable)
			_, err = Open(t.Context(), address)
			wantKind(t, "opening", err, problem.Refused)
		}
	})
	p.restore()
	_, err = s.Append(t.Context(), "acme", false, batch(1), author, noon)
	must(t, err)
	if kept := checkBatches(t, open(t, direct)); len(kept) != 2 {
		t.Errorf("kept %v", kept)
	}
}

// TestPostgresIsCutOff cuts the connection at any moment of an Append.
func TestPostgresIsCutOff(t *testing.T) {
	direct := postgresAddress(t)
	address, p := through(t, direct)
	s := open(t, address)
	_, err := s.Append(t.Context(), "acme", true, batch(0), author, noon)
	must(t, err)
	acknowledged, failed := map[int]bool{0: true}, 0
	for n := 1; n <= 25; n++ {
		cut := make(chan struct{})
		go func() {
			time.Sleep(time.Duration(rand.IntN(80_000)) * time.Microsecond)
			p.cut()
			close(cut)
		}()
		soon(t, func() { _, err = s.Append(t.Context(), "acme", false, batch(n), author, noon) })
		if err == nil {
			acknowledged[n] = true
		} else {
			failed++
			wantKind(t, "appending", err, problem.Unavailable)
		}
		<-cut
		p.restore()
	}
	kept := checkBatches(t, open(t, direct))
	for n := range acknowledged {
		if !kept[n] {
			t.Errorf("batch %d was acknowledged, and is lost", n)
		}
	}
	t.Logf("%d acknowledged, %d failed, %d kept", len(acknowledged), failed, len(kept))
}

// TestPostgresFallsSilent has nothing pass, while nobody hangs up.
func TestPostgresFallsSilent(t *testing.T) {
	direct := postgresAddress(t)
	address, p := through(t, direct)
	s := open(t, address)
	_, err := s.Append(t.Context(), "acme", true, batch(0), author, noon)
	must(t, err)
	s.db.(*postgresDB).patience = 200 * time.Millisecond
	p.gate.Lock()
	soon(t, func() {
		_, err := s.Append(t.Context(), "acme", false, batch(1), author, noon)
		wantKind(t, "appending", err, problem.Unavailable)
		_, err = s.Head(t.Context(), "acme")
		wantKind(t, "reading", err, problem.Unavailable)
	})
	p.gate.Unlock()
	s.db.(*postgresDB).patience = patience
	_, err = s.Append(t.Context(), "acme", false, batch(1), author, noon)
	must(t, err)
	if kept := checkBatches(t, open(t, direct)); len(kept) != 2 {
		t.Errorf("kept %v", kept)
	}
}

// TestPostgresLimits looks at what the server was told.
func TestPostgresLimits(t *testing.T) {
	s := open(t, postgresAddress(t))
	for _, limit := range []string{"statement_timeout", "idle_in_transaction_session_timeout"} {
		var got string
		must(t, s.read(t.Context(), func(x executor) error {
			return x.row(t.Context(), "select current_setting($1)", limit).Scan(&got)
		}))
		if got != "30s" {
			t.Errorf("%s is %s", limit, got)
		}
	}
}
