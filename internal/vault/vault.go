// Package vault keeps what is written once: the files of evidence under their
// digest, the objects of the ledger under their path, and uploads while they
// are under way. A vault is one folder on one disk; docs/formats/vault.md
// describes what lies in it.
//
// What a method reports as done is on the disk, and survives a kill or a loss
// of power; what fails leaves nothing half there. How, and what cannot be
// promised, stands in durable.go. Several processes may share a vault: whoever
// publishes the ledger takes [Vault.Lock] first.
//
// Paths, digests and ids come from outside. They are checked before they touch
// the disk, nothing outside the folder is reached, and no link is followed.
// Still, who can write the folder can change what lies in it: [Vault.Check]
// tells, and so does the ledger, whose checkpoints others hold.
//
// Errors that a caller can act on are of package problem: Input for what is
// malformed, NotFound, Conflict, Unavailable where waiting helps, and Refused
// where the disk does not do it. Errors of a reader or context given by the
// caller come back as they are.
package vault

import (
	"context"
	"errors"
	"os"
	"path"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"guanji/internal/problem"
)

// The folders and files directly in a vault.
const (
	filesFolder    = "files"
	ledgerFolder   = "ledger"
	incomingFolder = "incoming"
	tempFolder     = "tmp"
	lockName       = "lock"
)

// Temporary files and folders that nobody wrote to for staleAfter are of
// processes that ended.
const staleAfter = 24 * time.Hour

// lockRetry is how often a lock is tried that another holds.
const lockRetry = 20 * time.Millisecond

// A Config says where a vault is and how much it takes. Zero stands for the
// default, except in Dir.
type Config struct {
	Dir string // made if it is not there

	MaxUpload  int64 // most bytes of one upload; default 16 GiB
	MaxUploads int   // most uploads of one owner under way at once; default 20
	MaxPending int64 // most bytes that the uploads of one owner under way may come to; default 64 GiB

	// Reserve is how many bytes files and uploads leave free on the disk, for
	// the ledger and the database beside it; default 256 MiB, none if negative.
	Reserve int64

	LockWait time.Duration    // how long [Vault.Lock] waits for another; default 10 s
	Now      func() time.Time // tells what in tmp is old when opening; default time.Now
}

func (c Config) withDefaults() Config {
	c.MaxUpload = or(c.MaxUpload, 16<<30)
	c.MaxUploads = or(c.MaxUploads, 20)
	c.MaxPending = or(c.MaxPending, 64<<30)
	c.Reserve = max(0, or(c.Reserve, 256<<20))
	c.LockWait = or(c.LockWait, 10*time.Second)
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// A Vault is an open vault. Its methods may be called by several goroutines.
type Vault struct {
	dir   string
	cfg   Config
	disk  *disk
	admit sync.Mutex // held while an upload is let in, so that limits hold
}

// Open opens the vault in a folder, and makes what is missing of it. Temporary
// files that were left more than a day ago are removed.
func Open(cfg Config) (*Vault, error) {
	cfg = cfg.withDefaults()
	dir, err := filepath.Abs(cfg.Dir)
	if cfg.Dir == "" || err != nil {
		return nil, problem.New(problem.Input, "vault.no_folder")
	}
	v := &Vault{dir: dir, cfg: cfg}
	if err := makeAll(dir); err != nil {
		return nil, v.failed(err, "")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, v.failed(err, "")
	}
	v.disk = newDisk(root)
	if err := v.furnish(); err != nil {
		_ = root.Close() // the first error says more
		return nil, err
	}
	v.disk.clean(cfg.Now().Add(-staleAfter))
	return v, nil
}

func (v *Vault) furnish() error {
	for _, name := range []string{filesFolder, ledgerFolder, incomingFolder, tempFolder} {
		if err := v.disk.folder(name); err != nil {
			return v.failed(err, name)
		}
	}
	return nil
}

// Close closes the vault. What is under way fails.
func (v *Vault) Close() error { return v.disk.root.Close() }

// Lock lets one publisher of the ledger in at a time, among all processes that
// share the vault on one machine. It waits as long as [Config.LockWait], then
// fails with [problem.Unavailable]. The lock ends with unlock, which may be
// called more than once, or with the process.
func (v *Vault) Lock(ctx context.Context) (unlock func(), err error) {
	if err := v.disk.touch(lockName); err != nil {
		return nil, v.failed(err, lockName)
	}
	l := v.flock(lockName)
	wait, cancel := context.WithTimeout(ctx, v.cfg.LockWait)
	defer cancel()
	switch ok, err := l.TryLockContext(wait, lockRetry); {
	case ctx.Err() != nil:
		_ = l.Unlock() // it may be that it was just taken
		return nil, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return nil, problem.New(problem.Unavailable, "vault.locked", v.where(lockName))
	case err != nil || !ok:
		return nil, v.failed(err, lockName)
	}
	v.disk.forget() // another publisher may have removed and made folders
	return func() { _ = l.Unlock() }, nil
}

// flock returns the lock on a file of the vault. The file must be there: a
// lock must not make a file where a link points.
func (v *Vault) flock(name string) *flock.Flock {
	return flock.New(v.where(name), flock.SetFlag(os.O_RDONLY))
}

// where returns the place of something in the vault, for people.
func (v *Vault) where(name string) string {
	return filepath.Join(v.dir, filepath.FromSlash(path.Clean("/"+name)))
}
