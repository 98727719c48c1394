package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"guanji/internal/ledger"
	"guanji/internal/record"
	"guanji/internal/standing"
)

// TestFullDisk fills the disk under a home, at many points of stating and of
// publishing: what was acknowledged is there, what was not is not, by half or
// at all, and everything goes on when there is room. The disk is a tmpfs in a
// mount namespace of this test, run again. Where none may be made, the faults
// of each part of the program are all that is tried.
func TestFullDisk(t *testing.T) {
	if home := os.Getenv("GUANJI_TEST_SMALL"); home != "" {
		must(t, syscall.Mount("small", home, "tmpfs", 0, "size=6m"))
		fillHome(t, home)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestFullDisk$", "-test.v")
	cmd.Env = append(os.Environ(), "GUANJI_TEST_SMALL="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	} else {
		cmd.SysProcAttr.Unshareflags = syscall.CLONE_NEWNS // makes the mounts private
	}
	switch out, err := cmd.CombinedOutput(); {
	case errors.Is(err, syscall.EPERM) || strings.Contains(string(out), "operation not permitted"):
		t.Logf("a small disk may not be mounted here: %v", err)
	case err != nil:
		t.Errorf("on a small disk: %v\n%s", err, out)
	}
}

func fillHome(t *testing.T, home string) {
	s := &target{home: home, database: filepath.Join(home, databaseFile)}
	o := s.open(t)
	o.state(t, acme, true, systems(1, 300)...)
	kept := record.Given{Name: "kept", Note: s.publish(t).Note}
	published, failed, there := 0, 0, int64(300)
	for leave := 0; leave <= 160<<10; leave += 16 << 10 {
		relieve := fillBut(t, filepath.Join(home, "ballast"), leave)
		there += tryState(o, leave)
		if _, err := o.record.Publish(context.Background()); err == nil {
			published++
		} else {
			failed++
		}
		relieve()
		r := s.verify(t, kept)
		wantFaults(t, r)
		if r.Records[ledger.Entry] != there {
			t.Errorf("%d bytes left: %d statements are there, acknowledged were %d", leave, r.Records[ledger.Entry], there)
		}
	}
	if published == 0 || failed == 0 {
		t.Errorf("%d were published, %d failed: the disk was never full in the middle", published, failed)
	}
	s.publish(t)
	r := s.verify(t, kept)
	if wantFaults(t, r); r.Under != r.Size {
		t.Errorf("%d of %d leaves are signed", r.Under, r.Size)
	}
}

// tryState states some names, and returns how many of them were acknowledged.
func tryState(o *opened, n int) int64 {
	all := systems(n, n+30)
	if _, err := o.store.Append(context.Background(), acme, false, all, standing.Author{By: "Li Wei", Origin: standing.Asked, Sure: standing.Stated}, time.Now()); err != nil {
		return 0
	}
	return int64(len(all))
}

// fillBut fills a disk but for some bytes.
func fillBut(t *testing.T, name string, leave int) (relieve func()) {
	t.Helper()
	f, err := os.Create(name)
	must(t, err)
	defer f.Close()
	size, chunk := 0, make([]byte, 4096)
	for {
		n, err := f.Write(chunk)
		if size += n; errors.Is(err, syscall.ENOSPC) {
			break
		}
		must(t, err)
	}
	must(t, f.Truncate(int64(max(0, size-leave))))
	return func() { must(t, os.Remove(name)) }
}
