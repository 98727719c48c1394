package vault

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"

	"guanji/internal/problem"
)

// writable opens the data of an upload to go on with it.
const writable = os.O_RDWR | os.O_APPEND

// hold keeps others from changing an upload, in this and other processes. It
// fails with [problem.Conflict] while somebody does.
func (v *Vault) hold(id string) (release func(), err error) {
	folder, err := uploadName(id)
	if err != nil {
		return nil, err
	}
	name := path.Join(folder, holdName)
	if _, err := v.disk.regular(name); err != nil {
		if errors.Is(v.disk.isFolder(folder), fs.ErrNotExist) {
			return nil, noUpload(id)
		}
		return nil, v.damage(err, name)
	}
	l := v.flock(name)
	switch ok, err := l.TryLock(); {
	case err != nil:
		return nil, v.failed(err, name)
	case !ok:
		return nil, problem.New(problem.Conflict, "vault.upload.busy", id)
	}
	return func() { _ = l.Unlock() }, nil
}

// A held upload is open, and nobody else changes it.
type held struct {
	Upload
	v       *Vault
	file    *os.File // its data; nil if it is finished
	at      string   // where the data lies
	release func()
}

// take holds an upload that is not finished. What it tells was looked up after
// it was held.
func (v *Vault) take(id string) (*held, error) {
	release, err := v.hold(id)
	if err != nil {
		return nil, err
	}
	h := &held{v: v, release: release, at: path.Join(incomingFolder, id, dataName)}
	if h.Upload, err = v.lookup(id); err == nil && !h.Finished() {
		if h.file, _, err = v.disk.open(h.at, writable); err != nil {
			err = v.damage(err, h.at)
		}
	}
	if err != nil {
		release()
		return nil, err
	}
	return h, nil
}

func (h *held) close() {
	if h.file != nil {
		_ = h.file.Close() // what it holds was synced
	}
	h.release()
}

// Write appends what r gives to an upload, and returns its new offset: so many
// bytes are on the disk. It is told with an error too, except where the upload
// is not there or is not to be had, and is then 0. Bytes that arrived before r
// or ctx ended, or the disk was full, count, so that the upload can go on after
// them.
//
// The upload is held until r ends: give r a time limit, or a caller who neither
// sends nor hangs up keeps it.
//
// Write fails with [problem.Conflict] if the upload is not at offset, is
// finished, or is being written to, and with [problem.Input] if r has more than
// is missing: then nothing of r is kept.
func (v *Vault) Write(ctx context.Context, id string, offset int64, r io.Reader) (newOffset int64, err error) {
	h, err := v.take(id)
	if err != nil {
		return 0, err
	}
	defer h.close()
	switch {
	case h.Finished():
		return h.Offset, problem.New(problem.Conflict, "vault.upload.finished", id)
	case offset != h.Offset:
		return h.Offset, problem.New(problem.Conflict, "vault.upload.other_offset", id, h.Offset, offset)
	}
	return h.append(ctx, r)
}

// append writes and syncs. A crash leaves the bytes that reached the file: the
// next [Vault.Upload] syncs and counts them.
func (h *held) append(ctx context.Context, r io.Reader) (int64, error) {
	n, failure := h.v.pour(ctx, h, io.LimitReader(r, h.Size-h.Offset), h.at)
	if failure == nil && h.Offset+n == h.Size && more(r) {
		return h.Offset, h.back(problem.New(problem.Input, "vault.upload.too_long", h.Name, h.Size))
	}
	if err := h.v.disk.call("sync", h.at, h.file.Sync); err != nil {
		return h.Offset, h.back(h.v.failed(err, h.at)) // what is on the disk now is not known
	}
	return h.Offset + n, failure
}

// Write appends to the data.
func (h *held) Write(p []byte) (n int, err error) {
	err = h.v.disk.call("write", h.at, func() error {
		n, err = h.file.Write(p)
		return err
	})
	return n, err
}

// more reports whether r gives anything more. A reader that fails only now has
// given all that was wanted.
func more(r io.Reader) bool {
	n, _ := io.ReadFull(r, make([]byte, 1))
	return n > 0
}

// back cuts off what a step appended, and returns why. If that fails too, the
// offset is whatever the next [Vault.Upload] tells.
func (h *held) back(why error) error {
	err := h.v.disk.call("truncate", h.at, func() error { return h.file.Truncate(h.Offset) })
	if err == nil {
		err = h.v.disk.call("sync", h.at, h.file.Sync)
	}
	if err != nil {
		return h.v.failed(err, h.at)
	}
	return why
}

// Finish keeps an upload that is all there as a file. To repeat it is fine. It
// fails with [problem.Conflict] while bytes are missing or somebody writes.
//
// The receipt is written before the data is moved. A crash before it leaves the
// upload as it was, a crash between them an upload with both: Finish again does
// the whole again. A crash after the move leaves the receipt, which answers
// from then on, until Sweep removes it.
func (v *Vault) Finish(ctx context.Context, id string) (File, error) {
	h, err := v.take(id)
	if err != nil {
		return File{}, err
	}
	defer h.close()
	switch {
	case h.Finished():
		return v.again(h.Kept)
	case h.Offset < h.Size:
		return File{}, problem.New(problem.Conflict, "vault.upload.short", h.Name, h.Size-h.Offset, h.Size)
	}
	return h.finish(ctx)
}

func (h *held) finish(ctx context.Context) (File, error) {
	if err := h.v.disk.call("sync", h.at, h.file.Sync); err != nil {
		return File{}, h.v.failed(err, h.at)
	}
	file, err := hash(ctx, h.file)
	if err != nil {
		return File{}, h.v.damage(err, h.at)
	}
	receipt, err := encode(file)
	if err != nil {
		return File{}, err
	}
	name := path.Join(path.Dir(h.at), receiptName)
	if err := h.v.disk.replace(name, receipt); err != nil {
		return File{}, h.v.failed(err, name)
	}
	return file, h.v.keepAs(h.at, file)
}

// again answers for an upload that is finished: its file must be there, and
// its name on the disk, since whoever moved it may have died before.
func (v *Vault) again(f File) (File, error) {
	name, err := fileName(f.Digest)
	if err != nil {
		return File{}, err
	}
	if _, err := v.disk.regular(name); err != nil {
		return File{}, v.damage(err, name)
	}
	return f, v.failed(v.disk.syncFolder(path.Dir(name)), name)
}
