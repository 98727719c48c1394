package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestWriteNew writes a file where the disk can link and where it cannot.
func TestWriteNew(t *testing.T) {
	noLinks := func(from, to string) error { return &os.LinkError{Op: "link", Old: from, New: to, Err: syscall.EPERM} }
	for name, link := range map[string]func(from, to string) error{"links": os.Link, "no links": noLinks} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "key")
			must(t, writeNew(file, []byte("first"), link))
			if err := writeNew(file, []byte("second"), link); !errors.Is(err, fs.ErrExist) {
				t.Errorf("written twice: %v", err)
			}
			data, err := os.ReadFile(file)
			must(t, err)
			info, err := os.Stat(file)
			must(t, err)
			left, err := os.ReadDir(dir)
			must(t, err)
			if string(data) != "first" || info.Mode().Perm() != 0o600 || len(left) != 1 {
				t.Errorf("it is %q, %v, beside %v", data, info.Mode(), left)
			}
		})
	}
}

func TestNewKeyIsTold(t *testing.T) {
	home := filepath.Join(t.TempDir(), "mistyped")
	file := filepath.Join(home, keysFolder, firstKey)
	for i, want := range []string{"A new key was made: " + file, ""} {
		code, out, errs := call(t, "C", "", "key", "public", "--home", home)
		if code != exitDone || strings.TrimSpace(errs) != want || strings.Contains(out, "made") {
			t.Errorf("time %d: %d %s%s, want %q", i, code, out, errs, want)
		}
	}
}
