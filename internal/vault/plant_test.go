package vault

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guanji/internal/problem"
)

// outside makes a folder beside a vault that nothing may touch, and checks
// that in the end.
func outside(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "outside")
	must(t, os.Mkdir(dir, 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "secret"), []byte("secret"), 0o600))
	t.Cleanup(func() {
		entries, err := os.ReadDir(dir)
		must(t, err)
		data, err := os.ReadFile(filepath.Join(dir, "secret"))
		must(t, err)
		if len(entries) != 1 || string(data) != "secret" {
			t.Errorf("outside are %d files, and the secret is %q", len(entries), data)
		}
	})
	return dir
}

// plant puts a link in the place of something in the vault.
func plant(t *testing.T, v *Vault, target, name string) {
	t.Helper()
	must(t, os.RemoveAll(v.where(name)))
	must(t, os.MkdirAll(filepath.Dir(v.where(name)), 0o700))
	must(t, os.Symlink(target, v.where(name)))
}

// targets are where planted links point.
func targets(t *testing.T) map[string]string {
	dir := outside(t)
	return map[string]string{
		"a file outside":     filepath.Join(dir, "secret"),
		"a folder outside":   dir,
		"nothing outside":    filepath.Join(dir, "new"),
		"relative":           "../../../../../../../../../../.." + dir + "/secret",
		"a folder inside":    "../incoming",
		"a folder, deeper":   "../../incoming",
		"itself":             "itself",
		"a device":           "/dev/zero",
		"a process's folder": "/proc/self/fd",
	}
}

func TestPlantedFiles(t *testing.T) {
	for name, target := range targets(t) {
		t.Run(name, func(t *testing.T) {
			v := open(t, t.TempDir())
			data := []byte("secret")
			at, err := fileName(digest(data))
			must(t, err)
			plant(t, v, target, at)
			_, _, err = v.OpenFile(t.Context(), digest(data))
			wantFault(t, "open", err, Strange)
			wantFault(t, "check", v.Check(t.Context(), digest(data), 6), Strange)
			if names, strange := collect(t, v.Files(t.Context())); names != nil || len(strange) != 1 {
				t.Errorf("Files: %q, strange %q", names, strange)
			}
			_, err = v.Keep(t.Context(), bytes.NewReader(data), 6)
			must(t, err) // it takes the link's place
			must(t, v.Check(t.Context(), digest(data), 6))

			plant(t, v, target, filepath.Dir(at))
			_, _, err = v.OpenFile(t.Context(), digest(data))
			wantFault(t, "open, folder planted", err, Strange)
			_, err = v.Keep(t.Context(), bytes.NewReader(data), 6)
			wantFault(t, "keep, folder planted", err, Strange)
		})
	}
}

func TestPlantedObjects(t *testing.T) {
	for name, target := range targets(t) {
		t.Run(name, func(t *testing.T) {
			v := open(t, t.TempDir())
			for _, planted := range []string{"ledger/tile/0/000", "ledger/tile/0", "ledger/tile"} {
				plant(t, v, target, planted)
				wantFault(t, "put", v.Put(t.Context(), "tile/0/000", []byte("x")), Strange)
				_, err := v.Get(t.Context(), "tile/0/000")
				wantFault(t, "get", err, Strange)
				if names, strange := collect(t, v.List(t.Context(), "")); names != nil || len(strange) != 1 {
					t.Errorf("List: %q, strange %q", names, strange)
				}
			}
			plant(t, v, target, "ledger/checkpoint")
			must(t, v.Replace(t.Context(), Checkpoint, []byte("x"))) // it takes the link's place
			got, err := v.Get(t.Context(), Checkpoint)
			must(t, err)
			if string(got) != "x" {
				t.Errorf("the checkpoint is %q", got)
			}
		})
	}
}

func TestPlantedUploads(t *testing.T) {
	for name, target := range targets(t) {
		for _, planted := range []string{"", "/meta", "/data", "/lock"} {
			t.Run(name+planted, func(t *testing.T) {
				v := open(t, t.TempDir())
				id := begin(t, v, 6)
				plant(t, v, target, "incoming/"+id+planted)
				if _, err := v.Upload(t.Context(), id); planted != "/lock" {
					wantFault(t, "upload", err, Strange)
				}
				_, err := v.Write(t.Context(), id, 0, strings.NewReader("x"))
				wantFault(t, "write", err, Strange)
				_, err = v.Finish(t.Context(), id)
				wantFault(t, "finish", err, Strange)
				must(t, v.Drop(t.Context(), id))
			})
		}
	}
}

func TestPlantedRooms(t *testing.T) {
	for name, target := range targets(t) {
		t.Run(name, func(t *testing.T) {
			v := open(t, t.TempDir())
			plant(t, v, target, lockName)
			_, err := v.Lock(t.Context())
			wantFault(t, "lock", err, Strange)
			for _, room := range []string{filesFolder, ledgerFolder, incomingFolder, tempFolder} {
				v := open(t, t.TempDir())
				plant(t, v, target, room)
				_, err := v.Keep(t.Context(), strings.NewReader("x"), 1)
				if room == filesFolder {
					wantFault(t, "keep", err, Strange)
				}
				if room == ledgerFolder {
					wantFault(t, "put", v.Put(t.Context(), "a", nil), Strange)
				}
				_, err = Open(Config{Dir: v.dir})
				wantKind(t, "opening with "+room+" planted", err, problem.Refused)
			}
		})
	}
}

// TestPlantedFolder has a folder where a file should be.
func TestPlantedFolder(t *testing.T) {
	v := open(t, t.TempDir())
	at, err := fileName(digest([]byte("x")))
	must(t, err)
	must(t, os.MkdirAll(v.where(at), 0o700))
	must(t, os.MkdirAll(v.where("ledger/checkpoint/x"), 0o700))
	_, err = v.Keep(t.Context(), strings.NewReader("x"), 1)
	wantKind(t, "keep", err, problem.Refused)
	wantKind(t, "replace", v.Replace(t.Context(), Checkpoint, nil), problem.Refused)
	if got := leftovers(t, v, tempFolder); got != nil {
		t.Errorf("left: %q", got)
	}
}
