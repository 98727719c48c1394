package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"guanji/internal/message"
	"guanji/internal/problem"
)

// A Fault says what is wrong with something that should be kept.
type Fault string

// The faults.
const (
	Missing    Fault = "missing"    // it is not there
	Changed    Fault = "changed"    // it is there, with other content
	Unreadable Fault = "unreadable" // the disk, or a permission, does not let it be read
	Strange    Fault = "strange"    // something lies there that the vault did not put: a link, a folder, a name that nothing has
)

// A Damage is the error for something that should be kept, and is not as it
// should be. Its kind is [problem.NotFound] for what is missing, else
// [problem.Refused].
type Damage struct {
	Fault Fault
	Err   *problem.Error // in words
}

// Error returns the damage in English.
func (d *Damage) Error() string { return d.Err.Error() }

// In returns the damage in a language.
func (d *Damage) In(l message.Lang) string { return d.Err.In(l) }

// Unwrap returns the words.
func (d *Damage) Unwrap() error { return d.Err }

// FaultOf returns the fault that an error is about, "" if it is about none.
func FaultOf(err error) Fault {
	if d, ok := errors.AsType[*Damage](err); ok {
		return d.Fault
	}
	return ""
}

// errStrange is what the disk returns for a link, folder or device where a
// file should be, or something else where a folder should be.
var errStrange = errors.New("not what should be here")

// damage puts an error met in reading something kept into words. Name is where
// it lies.
func (v *Vault) damage(err error, name string) error {
	where := v.where(name)
	switch {
	case passed(err):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return &Damage{Missing, problem.New(problem.NotFound, "vault.missing", where)}
	case errors.Is(err, errStrange):
		return &Damage{Strange, problem.New(problem.Refused, "vault.strange", where)}
	}
	return &Damage{Unreadable, problem.New(problem.Refused, "vault.unreadable", where).Because(cause(err))}
}

func (v *Vault) changed(name string) error {
	return &Damage{Changed, problem.New(problem.Refused, "vault.changed", v.where(name))}
}

// failed puts an error of the disk into words: what failed where, and what to
// do about it.
func (v *Vault) failed(err error, name string) error {
	where := v.where(name)
	switch {
	case err == nil || passed(err):
		return err
	case errors.Is(err, errStrange), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EISDIR):
		return &Damage{Strange, problem.New(problem.Refused, "vault.strange", where)}
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return problem.New(problem.Refused, "vault.full", where).Because(cause(err))
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return problem.New(problem.Refused, "vault.permission", where).Because(cause(err))
	case errors.Is(err, syscall.EXDEV):
		return problem.New(problem.Refused, "vault.two_disks", v.dir, where)
	case errors.Is(err, fs.ErrNotExist):
		return problem.New(problem.Refused, "vault.gone", where)
	}
	return problem.New(problem.Refused, "vault.failed", where).Because(cause(err))
}

// passed reports whether an error is already as the caller should see it.
func passed(err error) bool {
	if _, ok := errors.AsType[*problem.Error](err); ok {
		return true
	}
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// cause returns what the system said, without the names of temporary files.
func cause(err error) error {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// inBytes shows a size.
func inBytes(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	f, u := float64(n), 0
	for f >= 1024 && u < len(units)-1 {
		f, u = f/1024, u+1
	}
	if u == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", f, units[u])
}
