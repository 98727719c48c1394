package notify

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guanji/internal/channel"
	"guanji/internal/problem"
)

func TestFolderNotice(t *testing.T) {
	const name = "notice-k7m2q4.txt"
	text := reminder().Text + "\n\n消息编号 Notice id: k7m2q4\n"
	tests := map[string]struct {
		before func(t *testing.T, dir string)
		want   string // of the failure
		has    string // in the file
	}{
		"empty":         {func(*testing.T, string) {}, "", text},
		"given before":  {func(t *testing.T, dir string) { write(t, dir, name, []byte("as it was")) }, "", "as it was"},
		"others in it":  {func(t *testing.T, dir string) { write(t, dir, "notice-k7m2q5.txt", nil) }, "", text},
		"a folder":      {func(t *testing.T, dir string) { fatal(t, os.Mkdir(filepath.Join(dir, name), 0o700)) }, "notify.folder_taken", ""},
		"a broken link": {func(t *testing.T, dir string) { fatal(t, os.Symlink("nowhere", filepath.Join(dir, name))) }, "notify.folder_taken", ""},
		"gone":          {func(t *testing.T, dir string) { fatal(t, os.Remove(dir)) }, "notify.folder", ""},
		"a file": {func(t *testing.T, dir string) {
			fatal(t, os.Remove(dir))
			fatal(t, os.WriteFile(dir, nil, 0o600))
		}, "notify.folder", ""},
	}
	for of, tt := range tests {
		t.Run(of, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "s3cr3t")
			fatal(t, os.Mkdir(dir, 0o700))
			tt.before(t, dir)
			before := list(dir)
			c := on(channel.Folder, dir, "")
			err := send(t, Config{}, c, reminder())
			if !failedWith(err, tt.want) || err != nil && problem.KindOf(err) != problem.Unavailable {
				t.Fatalf("Send = %v, want %q", err, tt.want)
			}
			if err != nil {
				quiet(t, err, c, name)
				if after := list(dir); !slices.Equal(before, after) {
					t.Errorf("the folder had %q, and has %q", before, after)
				}
				return
			}
			if got := read(t, dir, name); got != tt.has {
				t.Errorf("the file has %q, want %q", got, tt.has)
			}
			if names := list(dir); slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, ".") }) {
				t.Errorf("left behind: %q", names)
			}
		})
	}
}

func TestFolderNoticeStaysInTheFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "in")
	fatal(t, os.Mkdir(dir, 0o700))
	m := reminder()
	m.ID = "../../out"
	fatal(t, send(t, Config{}, on(channel.Folder, dir, ""), m))
	if names := list(dir); len(names) != 1 || names[0] != "notice-"+idOf(m)+".txt" || len(list(filepath.Dir(dir))) != 1 {
		t.Errorf("written: %q", names)
	}
}

// TestFolderThatHangs leaves one thing behind that waits, whatever comes after.
func TestFolderThatHangs(t *testing.T) {
	var q queues
	begun, end := make(chan struct{}, 3), make(chan struct{})
	hang := func() error { begun <- struct{}{}; <-end; return nil }
	short, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	if err := q.do(short, "/mnt/a", hang); !errors.Is(err, context.Canceled) {
		t.Errorf("a folder that hangs: %v", err)
	}
	if err := q.do(short, "/mnt/a", hang); !errors.Is(err, context.Canceled) || len(begun) != 0 {
		t.Errorf("while it hangs: %v, begun again %d times", err, len(begun))
	}
	if err := q.do(t.Context(), "/mnt/b", func() error { return os.ErrPermission }); err != os.ErrPermission {
		t.Errorf("another folder: %v", err)
	}
	close(end)
	if err := q.do(t.Context(), "/mnt/a", func() error { return nil }); err != nil {
		t.Errorf("once it hangs no more: %v", err)
	}
}
