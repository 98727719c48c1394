package vault

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"guanji/internal/problem"
)

// smallDisk is the size of the disk of [TestFullDisk].
const smallDisk = 8 << 20

// TestFullDisk fills a small disk, and makes it read-only. The disk is a tmpfs
// in a mount namespace of another process, which runs this test again. Where
// that may not be made, the disk is stood in for.
func TestFullDisk(t *testing.T) {
	if dir := os.Getenv("GUANJI_TEST_SMALL"); dir != "" {
		must(t, syscall.Mount("small", dir, "tmpfs", 0, fmt.Sprintf("size=%d", smallDisk)))
		t.Run("real", func(t *testing.T) { fillDisk(t, &realDisk{v: open(t, dir)}) })
		t.Run("read-only", func(t *testing.T) { readOnly(t, open(t, dir), dir) })
		return
	}
	t.Run("stood in for", func(t *testing.T) { fillDisk(t, newFakeDisk(open(t, t.TempDir()))) })
	out, err := inNamespace(t.TempDir())
	switch {
	case errors.Is(err, syscall.EPERM) || strings.Contains(string(out), "operation not permitted"):
		t.Logf("a small disk may not be mounted here (%v); only what stands in for it was tried", err)
	case err != nil || !strings.Contains(string(out), "--- PASS: TestFullDisk/read-only"):
		t.Errorf("on a small disk: %v\n%s", err, out)
	}
}

// inNamespace runs TestFullDisk in another process, that may mount.
func inNamespace(dir string) ([]byte, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, "-test.run=^TestFullDisk$", "-test.v")
	cmd.Env = append(os.Environ(), "GUANJI_TEST_SMALL="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	} else {
		cmd.SysProcAttr.Unshareflags = syscall.CLONE_NEWNS // makes the mounts private
	}
	return cmd.CombinedOutput()
}

// A fillable disk can be filled but for some bytes, and relieved.
type fillable interface {
	vault() *Vault
	fill(t *testing.T, leave int)
	relieve(t *testing.T)
}

// A realDisk is filled by a file.
type realDisk struct{ v *Vault }

func (d *realDisk) vault() *Vault { return d.v }

func (d *realDisk) fill(t *testing.T, leave int) {
	t.Helper()
	f, err := os.Create(d.v.where("ballast"))
	must(t, err)
	defer f.Close()
	size, chunk := 0, make([]byte, 4096)
	for {
		n, err := f.Write(chunk)
		if size += n; errors.Is(err, syscall.ENOSPC) {
			break
		}
		must(t, err)
	}
	must(t, f.Truncate(int64(size-leave)))
}

func (d *realDisk) relieve(t *testing.T) {
	t.Helper()
	must(t, os.Remove(d.v.where("ballast")))
}

// A fakeDisk refuses what is written over a number of bytes. Each write counts
// as a whole buffer.
type fakeDisk struct {
	v    *Vault
	mu   sync.Mutex
	full bool
	left int
}

func newFakeDisk(v *Vault) *fakeDisk {
	d := &fakeDisk{v: v}
	v.disk.fault = func(call, _ string, do func() error) error {
		if call == "write" && !d.takes() {
			return syscall.ENOSPC
		}
		return do()
	}
	return d
}

func (d *fakeDisk) takes() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left -= bufferSize
	return !d.full || d.left >= 0
}

func (d *fakeDisk) vault() *Vault               { return d.v }
func (d *fakeDisk) fill(_ *testing.T, left int) { d.full, d.left = true, left }
func (d *fakeDisk) relieve(*testing.T)          { d.full = false }

// fillDisk does everything on a full disk, on one that fills up in the middle,
// and again when there is room.
func fillDisk(t *testing.T, d fillable) {
	v, data := d.vault(), bytesOf(1, 1<<20)
	must(t, v.Replace(t.Context(), Checkpoint, data[:3000]))
	whole, part := begin(t, v, 1<<20), begin(t, v, 1<<20)
	_, err := v.Write(t.Context(), whole, 0, bytes.NewReader(data))
	must(t, err)
	onFull(t, d, data, whole, part)
	_, err = v.Finish(t.Context(), whole)
	must(t, err)
	at := fillsUp(t, d, data, part)
	_, err = v.Write(t.Context(), part, at, bytes.NewReader(data[at:]))
	must(t, err)
	f, err := v.Finish(t.Context(), part)
	must(t, err)
	must(t, v.Check(t.Context(), digest(data), f.Size))
	must(t, v.Put(t.Context(), "tile/1/000", data))
	must(t, v.Replace(t.Context(), Checkpoint, data))
}

// onFull does everything without a byte of room.
func onFull(t *testing.T, d fillable, data []byte, whole, part string) {
	v := d.vault()
	d.fill(t, 0)
	at, err := v.Write(t.Context(), part, 0, bytes.NewReader(data))
	wantFull(t, "write", err)
	_, err = v.Finish(t.Context(), whole)
	wantFull(t, "finish", err)
	_, err = v.Begin(t.Context(), upload(0))
	wantFull(t, "begin", err)
	_, err = v.Keep(t.Context(), bytes.NewReader(data), 1<<20)
	wantFull(t, "keep", err)
	wantFull(t, "put", v.Put(t.Context(), "tile/0/000", data))
	wantFull(t, "replace", v.Replace(t.Context(), Checkpoint, data))
	checkFull(t, v, map[string][]byte{Checkpoint: data[:3000]}, part, whole)
	if got := offset(t, v, part); got != at {
		t.Errorf("at %d, told %d", got, at)
	}
	d.relieve(t)
}

// fillsUp has the disk fill up while something is written, and returns how far
// the upload came.
func fillsUp(t *testing.T, d fillable, data []byte, part string) int64 {
	v := d.vault()
	d.fill(t, 500_000)
	at, err := v.Write(t.Context(), part, offset(t, v, part), bytes.NewReader(data))
	wantFull(t, "write in the middle", err)
	if at == 0 {
		t.Error("nothing was written, though there was room for some")
	}
	d.relieve(t)
	d.fill(t, 500_000)
	_, err = v.Keep(t.Context(), bytes.NewReader(bytesOf(2, 1<<20)), 1<<20)
	wantFull(t, "keep in the middle", err)
	may := map[string][]byte{}
	for i := range 64 {
		may[fmt.Sprintf("tile/0/%03d", i)] = bytesOf(i, 64<<10)
	}
	tiles := maps.Clone(may)
	wantFull(t, "put all in the middle", v.PutAll(t.Context(), maps.All(tiles)))
	may[Checkpoint] = data[:3000]
	checkFull(t, v, may, part, "the finished one")
	d.relieve(t)
	must(t, v.PutAll(t.Context(), maps.All(tiles)))
	return at
}

func wantFull(t *testing.T, what string, err error) {
	t.Helper()
	wantKind(t, what, err, problem.Refused)
	if e, ok := errors.AsType[*problem.Error](err); !ok || e.Msg.Key != "vault.full" && e.Msg.Key != "vault.no_room" {
		t.Errorf("%s: %v does not say that the disk is full", what, err)
	}
}

// checkFull checks that what failed left nothing half there.
func checkFull(t *testing.T, v *Vault, objects map[string][]byte, uploads ...string) {
	t.Helper()
	checkWhole(t, v, objects)
	if got := leftovers(t, v, tempFolder); got != nil {
		t.Errorf("left in tmp: %q", got)
	}
	if got := leftovers(t, v, incomingFolder); len(got) != len(uploads) {
		t.Errorf("uploads: %q, want %q", got, uploads)
	}
}

// readOnly does everything on a disk that turned read-only.
func readOnly(t *testing.T, v *Vault, dir string) {
	must(t, v.Put(t.Context(), "tile/2/000", []byte("x")))
	must(t, syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	err := v.Put(t.Context(), "tile/2/001", []byte("x"))
	wantKind(t, "put", err, problem.Refused)
	if e, ok := errors.AsType[*problem.Error](err); !ok || e.Msg.Key != "vault.permission" {
		t.Errorf("it says %v", err)
	}
	_, err = v.Keep(t.Context(), strings.NewReader("new"), 10)
	wantKind(t, "keep", err, problem.Refused)
	_, err = v.Begin(t.Context(), upload(1))
	wantKind(t, "begin", err, problem.Refused)
	got, err := open(t, dir).Get(t.Context(), "tile/2/000")
	must(t, err)
	if string(got) != "x" {
		t.Errorf("got %q", got)
	}
	must(t, syscall.Mount("", dir, "", syscall.MS_REMOUNT, ""))
	must(t, v.Put(t.Context(), "tile/2/001", []byte("x")))
}

// TestPlantedPipe has pipes where files should be: nobody waits at them.
func TestPlantedPipe(t *testing.T) {
	v := open(t, t.TempDir())
	at, err := fileName(digest(nil))
	must(t, err)
	must(t, os.Mkdir(v.where(at[:len("files/ab")]), 0o700))
	must(t, syscall.Mkfifo(v.where(at), 0o600))
	must(t, syscall.Mkfifo(v.where("ledger/checkpoint"), 0o600))
	wantFault(t, "check", v.Check(t.Context(), digest(nil), 0), Strange)
	_, err = v.Get(t.Context(), Checkpoint)
	wantFault(t, "get", err, Strange)
	id := begin(t, v, 1)
	must(t, os.Remove(v.where("incoming/"+id+"/data")))
	must(t, syscall.Mkfifo(v.where("incoming/"+id+"/data"), 0o600))
	_, err = v.Write(t.Context(), id, 0, strings.NewReader("x"))
	wantFault(t, "write", err, Strange)
	_, err = v.Upload(t.Context(), id)
	wantFault(t, "upload", err, Strange)
}
