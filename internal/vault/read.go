package vault

import (
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"
	"strings"
)

// maxDepth is how far below the vault a walk goes: one further than anything
// of ours.
const maxDepth = maxParts + 2

// isFolder fails with [errStrange] for what is no folder, such as a link to
// one.
func (d *disk) isFolder(name string) error {
	info, err := d.root.Lstat(name)
	if err == nil && !info.IsDir() {
		return errStrange
	}
	return err
}

// regular describes a file. It fails with [errStrange] for what is none, and
// where a link is on the way to it.
func (d *disk) regular(name string) (fs.FileInfo, error) {
	for i, c := range name {
		if c != '/' {
			continue
		}
		if err := d.isFolder(name[:i]); err != nil {
			return nil, err
		}
	}
	info, err := d.root.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		return nil, errStrange
	}
	return info, err
}

// openTries is how often a file is opened that is replaced in the meantime.
const openTries = 20

// open opens a regular file. What is planted in its place between looking and
// opening is noticed.
func (d *disk) open(name string, flag int) (*os.File, fs.FileInfo, error) {
	for range openTries {
		seen, err := d.regular(name)
		if err != nil {
			return nil, nil, err
		}
		f, err := d.root.OpenFile(name, flag|openFlags, 0)
		if err != nil {
			return nil, nil, err
		}
		info, err := f.Stat()
		if err == nil && os.SameFile(seen, info) {
			return f, info, nil
		}
		_ = f.Close() // it was only looked at
		if err != nil {
			return nil, nil, err
		}
	}
	return nil, nil, errStrange
}

// errLarge is what [disk.read] returns for a file that is larger than it may.
var errLarge = errors.New("larger than it may be")

// read returns the bytes of a file, which may be at most limit.
func (d *disk) read(name string, limit int64) ([]byte, error) {
	f, info, err := d.open(name, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info.Size() > limit {
		return nil, errLarge
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, err
	}
	return data, nil
}

// entries returns what is in a folder, in the order of the paths below it: a
// folder counts as its name with a slash. A folder that is not there is empty.
func (d *disk) entries(name string) ([]fs.DirEntry, error) {
	if err := d.isFolder(name); err != nil {
		return nil, ignore(err, fs.ErrNotExist)
	}
	f, err := d.root.Open(name)
	if err != nil {
		return nil, ignore(err, fs.ErrNotExist)
	}
	defer f.Close()
	entries, err := f.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(sortKey(a), sortKey(b)) })
	return entries, err
}

func sortKey(e fs.DirEntry) string {
	if e.IsDir() {
		return e.Name() + "/"
	}
	return e.Name()
}

func ignore(err, target error) error {
	if errors.Is(err, target) {
		return nil
	}
	return err
}

// walk gives every file below a folder whose name begins with a prefix, sorted
// by name. What is neither file nor folder comes with [errStrange], and the
// walk goes on; after another error it ends.
func (d *disk) walk(dir, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) { d.visit(dir, prefix, yield) }
}

func (d *disk) visit(dir, prefix string, yield func(string, error) bool) bool {
	entries, err := d.entries(dir)
	if err != nil {
		yield(dir, err)
		return false
	}
	for _, e := range entries {
		if !d.visitEntry(path.Join(dir, e.Name()), e, prefix, yield) {
			return false
		}
	}
	return true
}

func (d *disk) visitEntry(name string, e fs.DirEntry, prefix string, yield func(string, error) bool) bool {
	switch deep := strings.Count(name, "/") > maxDepth; {
	case e.IsDir() && !deep:
		below := name + "/"
		if !strings.HasPrefix(below, prefix) && !strings.HasPrefix(prefix, below) {
			return true
		}
		return d.visit(name, prefix, yield)
	case !strings.HasPrefix(name, prefix):
		return true
	case !e.Type().IsRegular():
		return yield(name, errStrange)
	}
	return yield(name, nil)
}
