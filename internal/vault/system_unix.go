//go:build linux || darwin || freebsd

package vault

import (
	"os"
	"syscall"
)

// openFlags are added when a file is opened for reading: a pipe planted in its
// place must not have us wait for a writer.
const openFlags = syscall.O_NONBLOCK

// free returns how many bytes the program may still write on the disk of f. It
// reports false where that is not known.
func free(f *os.File) (int64, bool) {
	var s syscall.Statfs_t
	if err := syscall.Fstatfs(int(f.Fd()), &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}

// syncedFolder has the names in an open folder be on the disk.
func syncedFolder(f *os.File) error { return f.Sync() }
