package vault

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"guanji/internal/problem"
)

// TestMain runs the tests, or what a child of theirs is for.
func TestMain(m *testing.M) {
	if job := children[os.Getenv("GUANJI_TEST_CHILD")]; job != nil {
		job(os.Getenv("GUANJI_TEST_DIR"))
		return
	}
	os.Exit(m.Run())
}

// children are the jobs of other processes, to be killed at them.
var children = map[string]func(dir string){
	"keep": childKeeps, "put": childPuts, "upload": childUploads, "lock": childLocks,
}

// child starts another process at a job. Lines are what it says.
func child(t *testing.T, job, dir string) (cmd *exec.Cmd, lines *bufio.Scanner) {
	t.Helper()
	program, err := os.Executable()
	must(t, err)
	cmd = exec.Command(program)
	cmd.Env = append(os.Environ(), "GUANJI_TEST_CHILD="+job, "GUANJI_TEST_DIR="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, bufio.NewScanner(out)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, what string, err error, want problem.Kind) {
	t.Helper()
	if got := problem.KindOf(err); got != want {
		t.Errorf("%s: %v is of kind %q, want %q", what, err, got, want)
	}
}

func wantFault(t *testing.T, what string, err error, want Fault) {
	t.Helper()
	if got := FaultOf(err); got != want {
		t.Errorf("%s: %v has the fault %q, want %q", what, err, got, want)
	}
}

// open opens a vault that takes the last byte of the disk.
func open(t testing.TB, dir string) *Vault {
	t.Helper()
	v, err := Open(Config{Dir: dir, Reserve: -1, LockWait: 100 * time.Millisecond})
	must(t, err)
	t.Cleanup(func() { _ = v.Close() })
	return v
}

// bytesOf returns bytes that depend on a seed, and look like chance.
func bytesOf(seed, size int) []byte {
	data := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), 1}).Read(data)
	return data
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return digestOf(sum[:])
}

// leftovers lists what lies in a folder of the vault.
func leftovers(t *testing.T, v *Vault, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(v.where(folder))
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// checkWhole checks that everything kept is whole: files have the content of
// their digest, objects one of those that were put.
func checkWhole(t *testing.T, v *Vault, objects map[string][]byte) (files, paths []string) {
	t.Helper()
	for d, err := range v.Files(t.Context()) {
		must(t, err)
		f, size, err := v.OpenFile(t.Context(), d)
		must(t, err)
		must(t, f.Close())
		must(t, v.Check(t.Context(), d, size))
		files = append(files, d)
	}
	for p, err := range v.List(t.Context(), "") {
		must(t, err)
		data, err := v.Get(t.Context(), p)
		must(t, err)
		if want, ok := objects[p]; !ok || !bytes.Equal(data, want) {
			t.Fatalf("%s holds %d bytes, put were %d", p, len(data), len(want))
		}
		paths = append(paths, p)
	}
	return files, paths
}

func TestOpen(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	for name, tt := range map[string]struct {
		dir  string
		want problem.Kind
	}{
		"new":              {filepath.Join(t.TempDir(), "a", "b"), ""},
		"there":            {t.TempDir(), ""},
		"none":             {"", problem.Input},
		"a file":           {file, problem.Refused},
		"below a file":     {filepath.Join(file, "vault"), problem.Refused},
		"where none may":   {"/proc/vault", problem.Refused},
		"a name too long":  {filepath.Join(t.TempDir(), strings.Repeat("a", 300)), problem.Refused},
		"with a null byte": {filepath.Join(t.TempDir(), "a\x00"), problem.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 {
				v, err := Open(Config{Dir: tt.dir})
				wantKind(t, tt.dir, err, tt.want)
				if err == nil {
					must(t, v.Close())
				}
			}
		})
	}
}

// TestPrivate looks at the modes of everything that a vault makes.
func TestPrivate(t *testing.T) {
	v := open(t, filepath.Join(t.TempDir(), "vault"))
	must(t, v.Put(t.Context(), "tile/0/000", []byte("x")))
	must(t, v.Replace(t.Context(), Checkpoint, []byte("x")))
	_, err := v.Keep(t.Context(), strings.NewReader("x"), 1)
	must(t, err)
	begin(t, v, 10)
	unlock, err := v.Lock(t.Context())
	must(t, err)
	unlock()
	must(t, filepath.WalkDir(v.dir, func(path string, e fs.DirEntry, err error) error {
		must(t, err)
		info, err := e.Info()
		must(t, err)
		want := fs.FileMode(0o600)
		if e.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), want)
		}
		return nil
	}))
}

func TestOpenCleans(t *testing.T) {
	v := open(t, t.TempDir())
	for _, name := range []string{"old", "new"} {
		must(t, v.disk.root.Mkdir("tmp/"+name+"-folder", 0o700))
		must(t, v.disk.root.WriteFile("tmp/"+name+"-folder/data", nil, 0o600))
		must(t, v.disk.root.WriteFile("tmp/"+name, nil, 0o600))
	}
	long := time.Now().Add(-25 * time.Hour)
	must(t, os.Chtimes(v.where("tmp/old"), long, long))
	must(t, os.Chtimes(v.where("tmp/old-folder"), long, long))
	open(t, v.dir)
	if got, want := leftovers(t, v, tempFolder), []string{"new", "new-folder"}; !slices.Equal(got, want) {
		t.Errorf("left in tmp: %q, want %q", got, want)
	}
	later, err := Open(Config{Dir: v.dir, Now: func() time.Time { return time.Now().Add(25 * time.Hour) }})
	must(t, err)
	must(t, later.Close())
	if got := leftovers(t, v, tempFolder); got != nil {
		t.Errorf("left in tmp a day later: %q", got)
	}
}

// TestMoved takes the folder away under an open vault: nothing is acknowledged
// that is not kept.
func TestMoved(t *testing.T) {
	v := open(t, filepath.Join(t.TempDir(), "vault"))
	must(t, v.Put(t.Context(), "tile/0/000", []byte("x")))
	must(t, os.RemoveAll(v.dir))
	_, err := v.Keep(t.Context(), strings.NewReader("x"), 1)
	wantKind(t, "keep", err, problem.Refused)
	wantKind(t, "put", v.Put(t.Context(), "tile/0/001", []byte("x")), problem.Refused)
	wantKind(t, "replace", v.Replace(t.Context(), Checkpoint, []byte("x")), problem.Refused)
	_, err = v.Begin(t.Context(), upload(1))
	wantKind(t, "begin", err, problem.Refused)
	_, err = v.Get(t.Context(), "tile/0/000")
	wantFault(t, "get", err, Missing)
	_, err = v.Lock(t.Context())
	wantKind(t, "lock", err, problem.Refused)
}
