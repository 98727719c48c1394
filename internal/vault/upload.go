package vault

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"time"

	"guanji/internal/problem"
)

// The files in the folder of an upload.
const (
	metaName    = "meta" // written first, never changed
	dataName    = "data" // what has arrived; gone when it is kept
	receiptName = "done" // which file it became
	holdName    = "lock" // taken by whoever changes it
)

// An Upload is a file on its way in, in as many steps as it takes.
type Upload struct {
	ID           string // 26 characters, 130 random bits: who knows it may go on, so keep it from others
	Name         string // as its owner calls it, without a path; at most 255 bytes
	Size         int64  // bytes of the whole
	Owner        string // who uploads; checked by the caller, not here
	Organization string
	Created      time.Time // kept in UTC, to the second

	Offset int64 // bytes on the disk
	Kept   File  // what it became; zero until [Vault.Finish]
}

// Finished reports whether the upload is a file that is kept.
func (u Upload) Finished() bool { return u.Kept.Digest != "" }

// Begin begins an upload, and returns its id. ID, Offset and Kept are not
// looked at. It fails with [problem.Input] for a size over the limit or an
// unusable text, with [problem.TooMany] where the owner has too much under
// way, and with [problem.Refused] where the disk has not that much room,
// everything promised to other uploads counted.
func (v *Vault) Begin(ctx context.Context, u Upload) (id string, err error) {
	m := meta{u.Name, u.Size, u.Owner, u.Organization, u.Created.UTC().Truncate(time.Second)}
	if err := m.check(v.cfg.MaxUpload); err != nil {
		return "", err
	}
	v.admit.Lock()
	defer v.admit.Unlock()
	if err := v.admits(ctx, m); err != nil {
		return "", err
	}
	id = newID()
	return id, v.failed(v.begin(id, m), incomingFolder)
}

// admits fails if an upload is too much for its owner or for the disk. The
// limits hold within one process.
func (v *Vault) admits(ctx context.Context, m meta) error {
	owned, bytes, promised := 0, m.Size, m.Size
	err := v.each(ctx, func(id string, u Upload, err error) error {
		if err != nil || u.Finished() {
			return nil // damaged: nothing was promised that can be kept
		}
		promised += u.Size - u.Offset
		if u.Owner == m.Owner {
			owned++
			bytes += u.Size
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case owned >= v.cfg.MaxUploads:
		return problem.New(problem.TooMany, "vault.upload.too_many", owned)
	case bytes > v.cfg.MaxPending:
		return problem.New(problem.TooMany, "vault.upload.too_much", inBytes(bytes), inBytes(v.cfg.MaxPending))
	}
	return v.room(promised)
}

// begin makes the folder of an upload in tmp/ and renames it: it is there
// whole or not at all. A crash before the rename leaves a folder in tmp/, which
// Open removes; one after it, an upload that nobody knows of, which Sweep does.
func (v *Vault) begin(id string, m meta) error {
	made := tempFolder + "/" + id
	err := v.prepare(made, m)
	if err == nil {
		err = v.disk.move(made, incomingFolder+"/"+id)
	}
	if err != nil {
		_ = v.disk.root.RemoveAll(made) // else Open does it
	}
	return err
}

func (v *Vault) prepare(folder string, m meta) error {
	text, err := encode(m)
	if err != nil {
		return err
	}
	if err := v.disk.mkdir(folder); err != nil {
		return err
	}
	for _, name := range []string{dataName, holdName} {
		if _, err := v.disk.writeAt(path.Join(folder, name), nil); err != nil {
			return err
		}
	}
	if _, err := v.disk.writeAt(path.Join(folder, metaName), text); err != nil {
		return err
	}
	return v.disk.syncFolder(folder)
}

// each calls do with every upload, in the order of their ids, and with the
// error of each that cannot be read.
func (v *Vault) each(ctx context.Context, do func(id string, u Upload, err error) error) error {
	entries, err := v.disk.entries(incomingFolder)
	if err != nil {
		return v.failed(err, incomingFolder)
	}
	for _, e := range entries {
		if !uploadID.MatchString(e.Name()) {
			continue // not ours
		}
		u, err := v.lookup(e.Name())
		if err := do(e.Name(), u, err); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// Upload returns an upload with its Offset, after which it goes on: so many
// bytes are on the disk, those of an interrupted step too. It fails with
// [problem.NotFound] if there is none, and with a [Damage] if it was changed.
func (v *Vault) Upload(ctx context.Context, id string) (Upload, error) {
	if ctx.Err() != nil {
		return Upload{}, ctx.Err()
	}
	u, err := v.lookup(id)
	if err != nil || u.Finished() {
		return u, err
	}
	return u, v.syncData(id)
}

// Uploads returns the uploads of an owner that are under way, the oldest first:
// those that count for the limits. Damaged ones are left out.
func (v *Vault) Uploads(ctx context.Context, owner string) ([]Upload, error) {
	var list []Upload
	err := v.each(ctx, func(_ string, u Upload, err error) error {
		if err == nil && u.Owner == owner && !u.Finished() {
			list = append(list, u)
		}
		return nil
	})
	slices.SortStableFunc(list, func(a, b Upload) int { return a.Created.Compare(b.Created) })
	return list, err
}

// syncData has what arrived be on the disk: whoever wrote it may have died
// before.
func (v *Vault) syncData(id string) error {
	name := path.Join(incomingFolder, id, dataName)
	f, _, err := v.disk.open(name, writable)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it was kept or dropped meanwhile
	}
	if err != nil {
		return v.failed(err, name)
	}
	defer f.Close()
	return v.failed(v.disk.call("sync", name, f.Sync), name)
}

// lookup reads an upload. Between the receipt and the move of the data an
// upload has both, and is not finished.
func (v *Vault) lookup(id string) (Upload, error) {
	name, err := uploadName(id)
	if err != nil {
		return Upload{}, err
	}
	if err := v.disk.isFolder(name); errors.Is(err, fs.ErrNotExist) {
		return Upload{}, noUpload(id)
	}
	text, err := v.disk.read(path.Join(name, metaName), maxMeta)
	if err != nil {
		return Upload{}, v.spoilt(err, path.Join(name, metaName))
	}
	m, err := decodeMeta(text)
	if err != nil {
		return Upload{}, v.spoilt(err, path.Join(name, metaName))
	}
	u := Upload{ID: id, Name: m.Name, Size: m.Size, Owner: m.Owner, Organization: m.Organization, Created: m.Created}
	return u, v.arrived(&u, name)
}

// arrived tells how much of an upload is there, or what it became.
func (v *Vault) arrived(u *Upload, folder string) error {
	info, err := v.disk.regular(path.Join(folder, dataName))
	switch {
	case err == nil && info.Size() > u.Size:
		return v.changed(path.Join(folder, dataName))
	case err == nil:
		u.Offset = info.Size()
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return v.damage(err, path.Join(folder, dataName))
	}
	text, err := v.disk.read(path.Join(folder, receiptName), maxMeta)
	if err == nil {
		u.Kept, err = decodeReceipt(text)
	}
	if err != nil {
		return v.spoilt(err, path.Join(folder, receiptName))
	}
	u.Offset = u.Size
	return nil
}

// spoilt is [Vault.damage] for what the vault wrote itself.
func (v *Vault) spoilt(err error, name string) error {
	if errors.Is(err, errLarge) || errors.Is(err, errNotOurs) {
		return v.changed(name)
	}
	return v.damage(err, name)
}

// Drop gives an upload up, damaged ones too. What it became stays. Drop fails
// with [problem.Conflict] while somebody writes, and with [problem.NotFound]
// if there is no such upload. A crash after the rename leaves a folder in tmp/,
// which Open removes.
func (v *Vault) Drop(ctx context.Context, id string) error {
	name, err := uploadName(id)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	switch release, err := v.hold(id); {
	case err == nil:
		defer release()
	case FaultOf(err) == "": // one that is damaged nobody can hold
		return err
	}
	gone := tempFolder + "/" + id
	if err := v.disk.rename(name, gone); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return noUpload(id)
		}
		return v.failed(err, name)
	}
	_ = v.disk.root.RemoveAll(gone) // else Open does it
	return v.failed(v.disk.syncFolder(incomingFolder), incomingFolder)
}

// Sweep drops the uploads that nobody wrote to since before, by the clock of
// the disk, finished ones too: what they became stays, and Finish no longer
// answers for them. Those that somebody is writing to are left alone.
func (v *Vault) Sweep(ctx context.Context, before time.Time) error {
	return v.each(ctx, func(id string, _ Upload, _ error) error {
		if !v.lastSign(id).Before(before) {
			return nil
		}
		err := v.Drop(ctx, id)
		if k := problem.KindOf(err); k == problem.Conflict || k == problem.NotFound {
			return nil // somebody came back to it, or was faster
		}
		return err
	})
}

// lastSign returns when anything in an upload was last written.
func (v *Vault) lastSign(id string) time.Time {
	var last time.Time
	folder := path.Join(incomingFolder, id)
	for _, name := range []string{"", metaName, dataName, receiptName} {
		if info, err := v.disk.root.Lstat(path.Join(folder, name)); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last
}
