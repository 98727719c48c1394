//go:build !linux && !darwin && !freebsd

package vault

import (
	"os"
	"runtime"
)

const openFlags = 0

// free does not know how much is free here: writing will tell.
func free(*os.File) (int64, bool) { return 0, false }

// syncedFolder has the names in an open folder be on the disk, where the
// system can do that.
func syncedFolder(f *os.File) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	return f.Sync()
}
