//go:build unix

package notify

import (
	"path/filepath"
	"syscall"
	"testing"

	"guanji/internal/problem"
	"guanji/internal/record"
)

// TestFolderWaitsForNoPipe puts a pipe, which nobody writes to, where a
// checkpoint would be compared with what is there.
func TestFolderWaitsForNoPipe(t *testing.T) {
	dir := t.TempDir()
	fatal(t, syscall.Mkfifo(filepath.Join(dir, "guanji-test-7.checkpoint"), 0o600))
	if _, err := give(t, Config{}, record.ByFolder, dir, checkpoint(t, 7)); problem.KindOf(err) != problem.Unavailable {
		t.Errorf("Give = %v, want a failure", err)
	}
}
