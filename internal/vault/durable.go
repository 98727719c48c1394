package vault

// What is reported as done must be on the disk. These are the system calls,
// in their order:
//
//	file, written once   openat(tmp/X, O_EXCL) write… fsync close, linkat(tmp/X, name) unlinkat(tmp/X), fsync(folder)
//	file, replaced       openat(tmp/X, O_EXCL) write… fsync close, renameat(tmp/X, name), fsync(folder)
//	folder               mkdirat, fsync(folder above)
//	upload, continued    openat(O_APPEND) write… fsync
//
// A crash before the link or rename leaves a file in tmp/, which Open removes
// a day later, and the old state. After it, the name may or may not be there
// until the folder is synced, but what it names is whole, since its bytes were
// synced before. Nobody was told that it is done; whoever repeats the call
// finds it equal or puts it again, and the folder is synced in either case.
//
// A link fails if there is something under the name, so that what is written
// once is never replaced, not even by two writers at once. Where the file
// system has no hard links, a look before the rename stands in for it: that
// holds within a process, and among those who hold the lock of the vault.
//
// An error of fsync is not tried again on the same file: the kernel may have
// dropped the pages and report success the second time (PostgreSQL met this in
// 2018, "fsyncgate"). The file is given up, and the caller repeats the whole.
//
// What cannot be promised: disks and hypervisors that acknowledge what they
// only cache; network file systems, whose locks, renames and errors differ;
// ext4 with data=writeback, where the tail of an upload interrupted by a loss
// of power may hold other bytes than were sent; that a folder whose fsync
// failed once is really on the disk when it later succeeds; Windows, where a
// folder cannot be synced.

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// A disk changes files below one folder, durably. Names are slash-separated
// and valid; errors are those of the system, or [errStrange].
type disk struct {
	root *os.Root

	// fault stands between this program and the calls that change something.
	// It is nil except in tests.
	fault func(call, name string, do func() error) error

	mu      sync.Mutex
	known   map[string]bool // folders whose name is on the disk for certain
	placing sync.Mutex      // see [disk.placeByRename]
}

func newDisk(root *os.Root) *disk { return &disk{root: root, known: map[string]bool{}} }

func (d *disk) call(call, name string, do func() error) error {
	if d.fault != nil {
		return d.fault(call, name, do)
	}
	return do()
}

// makeAll makes a folder and those above it, and syncs the folder above each
// that it made.
func makeAll(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	above := filepath.Dir(dir)
	if above != dir {
		if err := makeAll(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return errors.Join(err, syscall.ENOTDIR)
	}
	f, err := os.Open(above)
	if err != nil {
		return err
	}
	return errors.Join(syncedFolder(f), f.Close())
}

// folder makes a folder and those above it. It syncs the folder above even
// where the folder is already there: who made it may have died before.
func (d *disk) folder(name string) error {
	if name == "." {
		return nil
	}
	above := path.Dir(name)
	if err := d.folder(above); err != nil {
		return err
	}
	err := d.isFolder(name)
	if err == nil && d.knows(name) {
		return nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = d.mkdir(name)
	}
	if err == nil {
		err = d.syncFolder(above)
	}
	if err == nil {
		d.know(name)
	}
	return err
}

// mkdir makes a folder, or finds that somebody was faster.
func (d *disk) mkdir(name string) error {
	err := d.call("mkdir", name, func() error { return d.root.Mkdir(name, 0o700) })
	if errors.Is(err, fs.ErrExist) {
		return d.isFolder(name)
	}
	return err
}

func (d *disk) know(folder string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.known[folder] = true
}

func (d *disk) knows(folder string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.known[folder]
}

// forget has every folder be synced again.
func (d *disk) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.known)
}

func (d *disk) syncFolder(name string) error {
	return d.call("syncdir", name, func() error {
		f, err := d.root.Open(name)
		if err != nil {
			return err
		}
		return errors.Join(syncedFolder(f), f.Close())
	})
}

// A temp is a file below tmp/ that is being written.
type temp struct {
	disk *disk
	file *os.File
	name string
}

func (d *disk) temp() (*temp, error) { return d.create(path.Join(tempFolder, rand.Text())) }

func (d *disk) create(name string) (*temp, error) {
	t := &temp{disk: d, name: name}
	err := d.call("create", name, func() (err error) {
		t.file, err = d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		return err
	})
	if err != nil {
		t.discard()
		return nil, err
	}
	return t, nil
}

// Write appends to the file.
func (t *temp) Write(p []byte) (n int, err error) {
	err = t.disk.call("write", t.name, func() error {
		n, err = t.file.Write(p)
		return err
	})
	return n, err
}

// seal has the bytes be on the disk, and ends the writing.
func (t *temp) seal() error {
	err := t.disk.call("sync", t.name, t.file.Sync)
	return errors.Join(err, t.file.Close())
}

// discard removes the file, where it still has its first name. If that fails,
// Open does it another day.
func (t *temp) discard() {
	if t.file != nil {
		_ = t.file.Close()
	}
	_ = t.disk.root.Remove(t.name)
}

// write makes a sealed temp of some bytes.
func (d *disk) write(data []byte) (*temp, error) {
	return d.writeAt(path.Join(tempFolder, rand.Text()), data)
}

func (d *disk) writeAt(name string, data []byte) (*temp, error) {
	t, err := d.create(name)
	if err != nil {
		return nil, err
	}
	if _, err = t.Write(data); err == nil {
		err = t.seal()
	}
	if err != nil {
		t.discard()
		return nil, err
	}
	return t, nil
}

// place gives a sealed temp its name for good. It fails with [fs.ErrExist] if
// there is something under that name. The folder remains to be synced.
func (d *disk) place(t *temp, name string) error {
	defer t.discard()
	err := d.call("link", name, func() error { return d.root.Link(t.name, name) })
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EPERM) {
		return d.placeByRename(t, name)
	}
	return err
}

func (d *disk) placeByRename(t *temp, name string) error {
	d.placing.Lock()
	defer d.placing.Unlock()
	switch _, err := d.root.Lstat(name); {
	case err == nil:
		return fs.ErrExist
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return d.rename(t.name, name)
}

// replace puts bytes in the place of whatever has a name.
func (d *disk) replace(name string, data []byte) error {
	t, err := d.write(data)
	if err != nil {
		return err
	}
	defer t.discard()
	return d.move(t.name, name)
}

// move renames something, over what had the name, and syncs the folder that it
// comes to. The one that it leaves is not synced: a crash may show both names
// on some file systems, and then the old one is removed like any temporary.
func (d *disk) move(from, to string) error {
	if err := d.rename(from, to); err != nil {
		return err
	}
	return d.syncFolder(path.Dir(to))
}

func (d *disk) rename(from, to string) error {
	return d.call("rename", to, func() error { return d.root.Rename(from, to) })
}

// touch makes an empty file unless there is one.
func (d *disk) touch(name string) error {
	if _, err := d.root.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		f, err := d.root.OpenFile(name, os.O_RDONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err == nil {
			return f.Close()
		}
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	_, err := d.regular(name)
	return err
}

// clean removes what nobody wrote to in tmp/ since a time. What cannot be
// removed stays until another day: it is in nobody's way.
func (d *disk) clean(before time.Time) {
	entries, _ := d.entries(tempFolder)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.ModTime().Before(before) {
			_ = d.root.RemoveAll(path.Join(tempFolder, e.Name()))
		}
	}
}
