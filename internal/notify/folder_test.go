package notify

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"guanji/internal/problem"
	"guanji/internal/record"
)

// TestFolderIsReadAgainWhereItChanged gives to one folder again and again.
func TestFolderIsReadAgainWhereItChanged(t *testing.T) {
	tests := map[string]struct {
		between func(t *testing.T, dir string)
		want    problem.Kind
	}{
		"nothing":           {func(*testing.T, string) {}, ""},
		"a larger one came": {func(t *testing.T, dir string) { write(t, dir, "guanji-test-99.checkpoint", nil) }, problem.Conflict},
		"one was removed": {func(t *testing.T, dir string) {
			fatal(t, os.Remove(filepath.Join(dir, "guanji-test-7.checkpoint")))
		}, ""},
		"it is gone": {func(t *testing.T, dir string) { fatal(t, os.RemoveAll(dir)) }, problem.Unavailable},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "given")
			fatal(t, os.Mkdir(dir, 0o700))
			channel := Channels(Config{})[record.ByFolder]
			give := func(size int64) error {
				_, err := channel.Give(t.Context(), dir, checkpoint(t, size))
				return err
			}
			fatal(t, give(7))
			time.Sleep(20 * time.Millisecond) // more than file systems take two changes for one
			tt.between(t, dir)
			if err := give(8); problem.KindOf(err) != tt.want {
				t.Errorf("Give = %v, want %q", err, tt.want)
			}
			if err := give(6); tt.want == "" && problem.KindOf(err) != problem.Conflict {
				t.Errorf("given one that is smaller than what the folder has: %v, want a conflict", err)
			}
		})
	}
}
