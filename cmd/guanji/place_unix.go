//go:build unix

package main

import (
	"io/fs"
	"strconv"
	"syscall"
)

// fileNumber is the inode of a file. The device is left out: some file systems
// have another number for it after every start.
func fileNumber(info fs.FileInfo) string {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return strconv.FormatUint(uint64(s.Ino), 10)
	}
	return ""
}
