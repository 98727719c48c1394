package notify

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"guanji/internal/problem"
	"guanji/internal/record"
)

// TestFullDisk fills the disk of a folder. It is a tmpfs in a mount namespace
// of another process, which runs this test again.
func TestFullDisk(t *testing.T) {
	if dir := os.Getenv("GUANJI_TEST_SMALL"); dir != "" {
		fatal(t, syscall.Mount("small", dir, "tmpfs", 0, "size=16384"))
		fillFolder(t, dir)
		return
	}
	out, err := elsewhere(t.TempDir())
	switch {
	case errors.Is(err, syscall.EPERM) || strings.Contains(string(out), "operation not permitted"):
		t.Logf("a small disk may not be mounted here: %v", err)
	case err != nil || !strings.Contains(string(out), "--- PASS: TestFullDisk"):
		t.Errorf("on a small disk: %v\n%s", err, out)
	}
}

// elsewhere runs TestFullDisk in another process, that may mount.
func elsewhere(dir string) ([]byte, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, "-test.run=^TestFullDisk$", "-test.v")
	cmd.Env = append(os.Environ(), "GUANJI_TEST_SMALL="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	} else {
		cmd.SysProcAttr.Unshareflags = syscall.CLONE_NEWNS // makes the mounts private
	}
	return cmd.CombinedOutput()
}

func fillFolder(t *testing.T, dir string) {
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err == nil {
		t.Fatal("a megabyte fits on a small disk")
	}
	c := checkpoint(t, 7)
	if _, err := give(t, Config{}, record.ByFolder, dir, c); problem.KindOf(err) != problem.Unavailable {
		t.Errorf("Give on a full disk = %v", err)
	}
	if got := list(dir); len(got) != 1 {
		t.Errorf("the folder has %q, want the ballast alone", got)
	}
	fatal(t, os.Remove(ballast))
	if _, err := give(t, Config{}, record.ByFolder, dir, c); err != nil {
		t.Errorf("Give with room again = %v", err)
	}
}
