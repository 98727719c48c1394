package notify

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/record"
)

// folder gives a checkpoint as a file, such as in a folder of another machine.
// It makes no folder: one that is gone, or not mounted, is a failure.
type folder struct {
	mu    sync.Mutex
	known map[folderOf]contents
}

// folderOf names what a folder has of an origin.
type folderOf struct{ address, origin string }

// contents is what is remembered of a folder: as it was left, it is not read
// again to give one more file.
type contents struct {
	largest int64     // of the checkpoints in it
	changed time.Time // when names in it changed last
	read    time.Time
}

// readAgain is how long a folder is trusted to have nothing new because nothing
// in it seems to have changed: somebody else may change it in the moment in
// which a file is given.
const readAgain = time.Hour

// fileEnd ends the names of files with checkpoints.
const fileEnd = ".checkpoint"

// filePrefix begins the names of files with checkpoints of an origin.
func filePrefix(origin string) string { return strings.ReplaceAll(origin, "/", "-") + "-" }

// Give writes a file, whole or not at all. Nothing is ever overwritten: that
// the folder has another checkpoint of this size, or one of a larger size than
// there is, fails with [problem.Conflict].
func (f *folder) Give(ctx context.Context, address string, c ledger.Signed) (record.Receipt, error) {
	name := filepath.Join(address, filePrefix(c.Origin)+strconv.FormatInt(c.Size, 10)+fileEnd)
	largest, err := f.largest(address, c.Origin)
	if err != nil {
		return record.Receipt{}, unwritten(err)
	}
	if largest > c.Size {
		return record.Receipt{}, problem.New(problem.Conflict, "witness.beyond", largest, c.Size)
	}
	err = writeOnce(name, c.Note)
	if errors.Is(err, fs.ErrExist) {
		err = sameFile(name, c)
	}
	switch {
	case problem.KindOf(err) == problem.Conflict:
		return record.Receipt{}, err
	case err != nil:
		return record.Receipt{}, unwritten(err)
	}
	f.left(address, c)
	return record.Receipt{Text: name}, done(ctx, nil)
}

// largest returns the size of the largest checkpoint of an origin in a folder,
// 0 for none.
func (f *folder) largest(address, origin string) (int64, error) {
	at, err := os.Stat(address)
	if err != nil {
		return 0, err
	}
	of := folderOf{address, origin}
	if k, ok := f.remembered(of); ok && at.ModTime().Equal(k.changed) && time.Since(k.read) < readAgain {
		return k.largest, nil
	}
	k := contents{changed: at.ModTime(), read: time.Now()}
	if k.largest, err = largestIn(address, origin); err == nil {
		f.remember(of, k)
	}
	return k.largest, err
}

// left remembers a folder as it is after a checkpoint was given.
func (f *folder) left(address string, c ledger.Signed) {
	at, err := os.Stat(address)
	if err != nil {
		return // it is read again when it is back
	}
	of := folderOf{address, c.Origin}
	k, _ := f.remembered(of)
	k.largest, k.changed = max(k.largest, c.Size), at.ModTime()
	f.remember(of, k)
}

func (f *folder) remembered(of folderOf) (contents, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	k, ok := f.known[of]
	return k, ok
}

func (f *folder) remember(of folderOf, k contents) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.known == nil {
		f.known = map[folderOf]contents{}
	}
	f.known[of] = k
}

// unwritten says that a folder could not be read or written, and what the
// system says of it, without paths.
func unwritten(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	} else if l, ok := errors.AsType[*os.LinkError](err); ok {
		err = l.Err
	}
	return problem.New(problem.Unavailable, "notify.folder").Because(err)
}

// sameFile fails with [problem.Conflict] if a file is another checkpoint.
func sameFile(name string, c ledger.Signed) error {
	there, err := readFile(name)
	if err == nil && !bytes.Equal(there, c.Note) {
		return problem.New(problem.Conflict, "witness.fork", c.Size)
	}
	return err
}

// writeOnce writes a file that must not be there; it fails with [fs.ErrExist]
// if it is. Where the file system knows no links, another name takes the place.
func writeOnce(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".guanji-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // the name that it was written under
	_, err = f.Write(data)
	_ = f.Chmod(0o644) // the witness reads it; a share may have its own ideas
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Link(f.Name(), name); err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := os.Lstat(name); err == nil {
		return fs.ErrExist
	}
	return os.Rename(f.Name(), name)
}

// readFile reads a file. It does not wait for what is none, such as a pipe.
func readFile(name string) ([]byte, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if at, err := f.Stat(); err != nil || !at.Mode().IsRegular() {
		return nil, cmp.Or(err, errors.New("not a regular file"))
	}
	return io.ReadAll(io.LimitReader(f, MaxAnswer))
}

// eachFile calls each with the name of every file of an origin, and its size in
// leaves.
func eachFile(address, origin string, each func(name string, size int64) error) error {
	dir, err := os.Open(address)
	if err != nil {
		return err
	}
	defer dir.Close()
	for {
		entries, err := dir.ReadDir(1000)
		for _, e := range entries {
			rest, ours := strings.CutPrefix(e.Name(), filePrefix(origin))
			digits, is := strings.CutSuffix(rest, fileEnd)
			size, bad := strconv.ParseInt(digits, 10, 64)
			if !ours || !is || bad != nil || size < 0 || !e.Type().IsRegular() {
				continue
			}
			if err := each(e.Name(), size); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func largestIn(address, origin string) (largest int64, err error) {
	err = eachFile(address, origin, func(_ string, size int64) error {
		largest = max(largest, size)
		return nil
	})
	return largest, err
}

// Copies implements [record.Copies].
func (*folder) Copies(ctx context.Context, address, origin string, each func(record.Given) error) error {
	err := eachFile(address, origin, func(name string, _ int64) error {
		path := filepath.Join(address, name)
		note, err := readFile(path)
		if err == nil {
			err = each(record.Given{Name: path, Note: note})
		}
		return errors.Join(err, ctx.Err())
	})
	if err != nil {
		return unwritten(err)
	}
	return nil
}
