package vault

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"iter"
	"path"
	"strings"
	"sync"

	"guanji/internal/problem"
)

// MaxObject is the most bytes of one object of the ledger: the largest bundle
// of entries that C2SP tlog-tiles has, 256 times a length of two bytes and
// what it can count.
const MaxObject = 256 * (2 + 1<<16 - 1)

// Checkpoint is the one object of the ledger that is replaced.
const Checkpoint = "checkpoint"

// putters is how many objects [Vault.PutAll] writes at once. The disk then
// syncs several with one turn.
const putters = 16

type object struct {
	path string
	data []byte
}

// Put keeps an object of the ledger under a path such as "tile/0/x001/067.p/8":
// one to eight parts of lower-case letters, digits, '.', '_' and '-', that
// begin and end with a letter or digit, at most 200 bytes. Equal content again
// is fine. Put fails with [problem.Conflict] if there is other content.
func (v *Vault) Put(ctx context.Context, path string, data []byte) error {
	return v.PutAll(ctx, func(yield func(string, []byte) bool) { yield(path, data) })
}

// PutAll puts many objects: each is synced, then each folder once. It is much
// faster than as many calls of [Vault.Put]. The data must not be changed until
// it returns. After an error or a crash some objects are there, each whole;
// putting all of them again completes it.
func (v *Vault) PutAll(ctx context.Context, objects iter.Seq2[string, []byte]) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan object)
	var wg sync.WaitGroup
	for range putters {
		wg.Go(func() {
			for o := range work {
				if err := v.put(o); err != nil {
					cancel(err)
				}
			}
		})
	}
	folders := hand(ctx, objects, work)
	close(work)
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return v.syncFolders(folders)
}

// hand gives objects to those who put them, and returns their folders.
func hand(ctx context.Context, objects iter.Seq2[string, []byte], work chan<- object) map[string]bool {
	folders := map[string]bool{}
	for p, data := range objects {
		if ctx.Err() != nil {
			break
		}
		select {
		case <-ctx.Done():
		case work <- object{p, data}:
			folders[path.Join(ledgerFolder, path.Dir(p))] = true
		}
	}
	return folders
}

func (v *Vault) syncFolders(folders map[string]bool) error {
	for f := range folders {
		if err := v.disk.syncFolder(f); err != nil {
			return v.failed(err, f)
		}
	}
	return nil
}

// put keeps an object; its folder remains to be synced.
func (v *Vault) put(o object) error {
	name, err := objectName(o.path)
	if err != nil {
		return err
	}
	if len(o.data) > MaxObject {
		return problem.New(problem.Input, "vault.large_object", o.path, inBytes(MaxObject))
	}
	err = v.equal(name, o)
	if !errors.Is(err, fs.ErrNotExist) {
		return v.failed(err, name)
	}
	err = v.putNew(name, o.data)
	if errors.Is(err, fs.ErrExist) { // somebody was faster
		err = v.equal(name, o)
	}
	return v.failed(err, name)
}

func (v *Vault) putNew(name string, data []byte) error {
	if err := v.disk.folder(path.Dir(name)); err != nil {
		return err
	}
	t, err := v.disk.write(data)
	if err != nil {
		return err
	}
	return v.disk.place(t, name)
}

// equal compares an object with what is there. It fails with [fs.ErrNotExist]
// if nothing is, and with [problem.Conflict] if it differs.
func (v *Vault) equal(name string, o object) error {
	there, err := v.disk.read(name, MaxObject)
	switch {
	case errors.Is(err, errLarge), err == nil && !bytes.Equal(there, o.data):
		return problem.New(problem.Conflict, "vault.other_object", o.path)
	}
	return err
}

// Replace puts data in the place of an object, at once: who reads meanwhile,
// or after a crash, gets the old or the new. It fails with [problem.Input] for any path but
// [Checkpoint]: everything else is written once.
func (v *Vault) Replace(ctx context.Context, path string, data []byte) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case path != Checkpoint:
		return problem.New(problem.Input, "vault.not_replaced", shown(path))
	case len(data) > MaxObject:
		return problem.New(problem.Input, "vault.large_object", path, inBytes(MaxObject))
	}
	name := ledgerFolder + "/" + path
	return v.failed(v.disk.replace(name, data), name)
}

// Get returns an object of the ledger. It fails with a [Damage]: of kind
// [problem.NotFound] if there is none.
func (v *Vault) Get(ctx context.Context, path string) ([]byte, error) {
	name, err := objectName(path)
	if err := cmp.Or(ctx.Err(), err); err != nil {
		return nil, err
	}
	data, err := v.disk.read(name, MaxObject)
	if errors.Is(err, errLarge) {
		return nil, v.changed(name)
	}
	if err != nil {
		return nil, v.damage(err, name)
	}
	return data, nil
}

// List gives the paths of all objects of the ledger that begin with a prefix,
// in the order of their bytes. What lies there and is no object comes with a
// [Damage] that is [Strange], and the walk goes on; after another error it
// ends. What is put or removed meanwhile may be there or not.
func (v *Vault) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		begins, err := prefixName(prefix)
		if err != nil {
			yield(prefix, err)
			return
		}
		for name, err := range v.disk.walk(ledgerFolder, begins) {
			p := strings.TrimPrefix(name, ledgerFolder+"/")
			if _, bad := objectName(p); err == nil && bad != nil {
				err = errStrange
			}
			if !v.give(ctx, p, name, err, yield) {
				return
			}
		}
	}
}

// give yields one step of a walk, its error in words.
func (v *Vault) give(ctx context.Context, shown, name string, err error, yield func(string, error) bool) bool {
	if ctx.Err() != nil {
		yield(shown, ctx.Err())
		return false
	}
	if err != nil {
		err = v.damage(err, name)
	}
	return yield(shown, err)
}

// Remove removes a partial tile, such as "tile/0/x001/067.p/8", that the full
// one replaced, and its folder after the last. It fails with [problem.Input]
// for any other path, with [problem.Conflict] while there is no full tile, and
// with [problem.NotFound] if it is gone. A crash may bring it back: it is in
// nobody's way, and can be removed again.
func (v *Vault) Remove(ctx context.Context, p string) error {
	name, err := objectName(p)
	if err := cmp.Or(ctx.Err(), err); err != nil {
		return err
	}
	full := partialTile.FindStringSubmatch(p)
	if full == nil {
		return problem.New(problem.Input, "vault.not_removed", p)
	}
	if _, err := v.disk.regular(ledgerFolder + "/" + full[1]); err != nil {
		return problem.New(problem.Conflict, "vault.no_full_tile", p, full[1])
	}
	if _, err := v.disk.regular(name); err != nil {
		return v.damage(err, name)
	}
	if err := v.disk.root.Remove(name); err != nil {
		return v.failed(err, name)
	}
	_ = v.disk.root.Remove(path.Dir(name)) // fails while there are others in it
	return nil
}
