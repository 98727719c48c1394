package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guanji/internal/problem"
)

// checkedPlace has a home looked at as the server does, and returns the
// warning.
func checkedPlace(t *testing.T, home string) string {
	t.Helper()
	var errs bytes.Buffer
	must(t, (&program{errs: &errs}).checkPlace(home))
	return errs.String()
}

func wantWarning(t *testing.T, what, home string, from string) {
	t.Helper()
	got := checkedPlace(t, home)
	for _, want := range []string{"WARNING", "警告", "one key", "同一密钥", from, home} {
		if !strings.Contains(got, want) {
			t.Errorf("%s: it does not say %q: %q", what, want, got)
		}
	}
	if again := checkedPlace(t, home); again != "" {
		t.Errorf("%s: it warns twice: %q", what, again)
	}
}

// TestPlace moves and copies a home: who starts it is told.
func TestPlace(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	home := filepath.Join(dir, "home")
	_, err = readSigners(home)
	must(t, err)
	for range 2 {
		if got := checkedPlace(t, home); got != "" {
			t.Errorf("at first: %q", got)
		}
	}
	link := filepath.Join(dir, "link")
	must(t, os.Symlink(home, link))
	if got := checkedPlace(t, link); got != "" {
		t.Errorf("by a link: %q", got)
	}

	copied := filepath.Join(dir, "copy")
	must(t, os.CopyFS(copied, os.DirFS(home)))
	wantWarning(t, "copied", copied, home)
	if got := checkedPlace(t, home); got != "" {
		t.Errorf("the original: %q", got)
	}

	moved := filepath.Join(dir, "moved")
	must(t, os.Rename(home, moved))
	wantWarning(t, "moved", moved, home)

	must(t, os.Rename(copied, home)) // another lies where the first lay
	data, err := os.ReadFile(filepath.Join(moved, placeFile))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(home, placeFile), bytes.ReplaceAll(data, []byte(moved), []byte(home)), 0o600))
	wantWarning(t, "put in its place", home, home)

	for _, junk := range []string{"", "x", "{}", "[]"} { // what cannot be read is not known
		must(t, os.WriteFile(filepath.Join(home, placeFile), []byte(junk), 0o600))
		if got := checkedPlace(t, home); got != "" {
			t.Errorf("after %q: %q", junk, got)
		}
	}
	info, err := os.Stat(filepath.Join(home, placeFile))
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("it has mode %v", info.Mode())
	}
	if err := (&program{errs: &bytes.Buffer{}}).checkPlace(filepath.Join(dir, "none")); problem.KindOf(err) != problem.Refused {
		t.Errorf("no home: %v", err)
	}
}

// TestCommandsInACopy works in a home and in a copy of it: whoever does is
// told, by any command, and once.
func TestCommandsInACopy(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	list := func(home string) string {
		var out, errs bytes.Buffer
		if code := run(t.Context(), []string{"organization", "list", "--home", home}, func(string) string { return "" }, nil, &out, &errs); code != exitDone {
			t.Fatalf("in %s: %d, %s", home, code, &errs)
		}
		return errs.String()
	}
	if said := list(home); said != "" {
		t.Errorf("at first: %q", said)
	}
	copied := filepath.Join(t.TempDir(), "copy")
	must(t, os.CopyFS(copied, os.DirFS(home)))
	if said := list(copied); !strings.Contains(said, "WARNING") || !strings.Contains(said, "警告") {
		t.Errorf("in a copy: %q", said)
	}
	if said := list(copied); said != "" {
		t.Errorf("in a copy, again: %q", said)
	}
}
