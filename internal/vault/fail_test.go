package vault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"guanji/internal/message"
	"guanji/internal/problem"
)

// TestWordsOfTheDisk maps what a system says to what people are told.
func TestWordsOfTheDisk(t *testing.T) {
	v := &Vault{dir: filepath.FromSlash("/vault")}
	for err, key := range map[error]string{
		syscall.ENOSPC:    "vault.full",
		syscall.EDQUOT:    "vault.full",
		syscall.EROFS:     "vault.permission",
		syscall.EACCES:    "vault.permission",
		syscall.EXDEV:     "vault.two_disks",
		syscall.ENOENT:    "vault.gone",
		syscall.ENOTDIR:   "vault.strange",
		errStrange:        "vault.strange",
		syscall.EIO:       "vault.failed",
		io.ErrShortWrite:  "vault.failed",
		context.Canceled:  "",
		io.ErrNoProgress:  "vault.failed",
		fs.ErrInvalid:     "vault.failed",
		os.ErrClosed:      "vault.failed",
		syscall.ENOTEMPTY: "vault.failed",
	} {
		got := v.failed(fmt.Errorf("write: %w", &fs.PathError{Op: "write", Path: "tmp/X", Err: err}), "files")
		e, _ := errors.AsType[*problem.Error](got)
		switch {
		case key == "" && e == nil && errors.Is(got, err):
		case e == nil || e.Msg.Key != key || e.Kind != problem.Refused:
			t.Errorf("failed(%v) = %v, want the message %s", err, got, key)
		case !strings.Contains(problem.In(got, message.Chinese), filepath.FromSlash("/vault/files")):
			t.Errorf("failed(%v) in Chinese: %s", err, problem.In(got, message.Chinese))
		case strings.Contains(got.Error(), "tmp/X"):
			t.Errorf("failed(%v) = %v: it names the temporary file", err, got)
		}
	}
}

// TestMessages checks that every message key of the package is in the
// catalogue.
func TestMessages(t *testing.T) {
	sources, err := filepath.Glob("*.go")
	must(t, err)
	found := 0
	for _, name := range sources {
		text, err := os.ReadFile(name)
		must(t, err)
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, word := range strings.Split(string(text), `"`) {
			if strings.HasPrefix(word, "vault.") && !strings.ContainsAny(word, " \n") {
				if found++; !message.Known(word) {
					t.Errorf("%s: no message %q", name, word)
				}
			}
		}
	}
	if found < 25 {
		t.Errorf("found %d message keys only", found)
	}
}

func TestInBytes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 16 << 30: "16.0 GiB", 1 << 62: "4.0 EiB"} {
		if got := inBytes(n); got != want {
			t.Errorf("inBytes(%d) = %q, want %q", n, got, want)
		}
	}
}
