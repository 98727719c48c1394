package source

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"guanji/internal/discover"
)

// A Folder is a folder, or one file, that is scanned.
type Folder struct {
	// Root is its path.
	Root string
	// Ignore are patterns of what is left out: a name, or a path from the
	// root, each with * and ? as in a shell; one that ends in / is a folder.
	Ignore []string
	// CrossMounts goes into other file systems too.
	CrossMounts bool

	buffers buffers
}

// Units lists the files of a folder, in the order of their names, one folder
// at a time.
func (f *Folder) Units(ctx context.Context, visit func(discover.Unit) error, skip func(discover.Skip)) error {
	info, err := os.Stat(f.Root)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return visit(unitOf(filepath.Base(f.Root), info))
	}
	w := walk{Folder: f, ctx: ctx, visit: visit, skip: skip, device: deviceOf(info)}
	return w.folder("", 0)
}

func unitOf(name string, info fs.FileInfo) discover.Unit {
	return discover.Unit{Name: name, Size: info.Size()}
}

type walk struct {
	*Folder
	ctx    context.Context
	visit  func(discover.Unit) error
	skip   func(discover.Skip)
	device uint64
}

// deepest is how deep folders are followed.
const deepest = 512

func (w *walk) folder(dir string, depth int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if depth > deepest {
		w.skipped(dir, discover.TooDeep, "")
		return nil
	}
	entries, err := os.ReadDir(filepath.Join(w.Root, filepath.FromSlash(dir)))
	if err != nil && dir == "" && len(entries) == 0 {
		return err
	}
	if err != nil {
		w.failed(dir, err)
		if len(entries) == 0 {
			return nil
		}
	}
	for _, e := range entries {
		if err := w.entry(path.Join(dir, e.Name()), e, depth); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) entry(name string, e fs.DirEntry, depth int) error {
	if w.ignored(name, e.IsDir()) {
		w.skipped(name, discover.Ignored, "")
		return nil
	}
	info, err := e.Info()
	if err != nil {
		w.failed(name, err)
		return nil
	}
	switch mode := info.Mode(); {
	case mode.IsDir() && !w.CrossMounts && deviceOf(info) != w.device:
		w.skipped(name, discover.Mount, "")
	case mode.IsDir():
		return w.folder(name, depth+1)
	case mode.IsRegular():
		return w.visit(unitOf(name, info))
	case mode&fs.ModeSymlink != 0:
		// What it leads to is read where it lies, if it lies inside.
		target, _ := os.Readlink(filepath.Join(w.Root, filepath.FromSlash(name)))
		w.skipped(name, discover.Link, target)
	default:
		w.skipped(name, discover.Special, mode.Type().String())
	}
	return nil
}

func (w *walk) skipped(name string, why discover.Why, detail string) {
	w.skip(discover.Skip{Document: name, Why: why, Detail: detail})
}

func (w *walk) failed(name string, err error) {
	w.skipped(name, whyOf(err), causeOf(err))
}

// whyOf is the reason that an error of the file system stands for.
func whyOf(err error) discover.Why {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return discover.Denied
	case errors.Is(err, fs.ErrNotExist):
		return discover.Changed
	}
	return discover.Failed
}

// causeOf is an error of the file system without the path in it.
func causeOf(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// ignored says whether a pattern leaves a path out.
func (w *walk) ignored(name string, dir bool) bool {
	return slices.ContainsFunc(w.Ignore, func(pattern string) bool {
		p, folder := strings.CutSuffix(pattern, "/")
		if folder && !dir {
			return false
		}
		subject := path.Base(name)
		if strings.Contains(p, "/") {
			subject, p = name, strings.TrimPrefix(p, "/")
		}
		ok, _ := path.Match(p, subject) // CheckIgnore has refused bad patterns
		return ok
	})
}

// CheckIgnore refuses a pattern that cannot be one.
func CheckIgnore(pattern string) error {
	_, err := path.Match(strings.TrimSuffix(pattern, "/"), "")
	return err
}

// Read opens a file and reads it, without following a link that has taken its
// place meanwhile.
func (f *Folder) Read(ctx context.Context, u discover.Unit, visit func(discover.Document) error, skip func(discover.Skip)) error {
	name := filepath.Join(f.Root, filepath.FromSlash(u.Name))
	if u.Name == filepath.Base(f.Root) { // a file of that name in a folder, or the one file
		if info, err := os.Stat(f.Root); err == nil && !info.IsDir() {
			name = f.Root
		}
	}
	tell := func(why discover.Why, detail string) {
		skip(discover.Skip{Document: u.Name, Why: why, Detail: detail})
	}
	file, err := openFile(name)
	if err != nil {
		tell(whyOf(err), causeOf(err))
		return nil
	}
	defer file.Close()
	before, err := file.Stat()
	switch {
	case err != nil:
		tell(whyOf(err), causeOf(err))
		return nil
	case !before.Mode().IsRegular():
		tell(discover.Special, before.Mode().Type().String())
		return nil
	}
	o := &opened{ctx: ctx, name: u.Name, visit: visit, skip: skip, limit: &limit{unit: before.Size()}, buffers: &f.buffers}
	var from io.Reader = io.NewSectionReader(file, 0, before.Size())
	if before.Size() == 0 { // files of /proc say so, and are not empty
		from = file
	}
	if err := o.read(from); err != nil {
		return err
	}
	if after, err := file.Stat(); err == nil && (after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime())) {
		tell(discover.Changed, "")
	}
	return nil
}

// A Stream is one document that comes from elsewhere, such as standard input.
type Stream struct {
	Name string
	From io.Reader
}

// Units lists the stream as one unit.
func (s *Stream) Units(_ context.Context, visit func(discover.Unit) error, _ func(discover.Skip)) error {
	return visit(discover.Unit{Name: s.Name, Size: -1})
}

// Read reads the stream, which can be done once.
func (s *Stream) Read(ctx context.Context, u discover.Unit, visit func(discover.Document) error, skip func(discover.Skip)) error {
	o := &opened{ctx: ctx, name: u.Name, visit: visit, skip: skip, limit: &limit{}, buffers: &buffers{}}
	return o.read(s.From)
}
