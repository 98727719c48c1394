package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestScanKilled kills a scan again and again, and starts it in the same way
// until it is done: the findings are those of a scan in one go.
func TestScanKilled(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range 120 {
		text := strings.Repeat(fmt.Sprintf("姓名：王小明，手机 138%08d，身份证 11010519491231002X\n", i), 2000)
		if err := os.WriteFile(filepath.Join(data, fmt.Sprintf("%03d.txt", i)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	scan := func(out string, more ...string) *exec.Cmd {
		return exec.Command(program0(t, dir), append([]string{"scan", data, "-o", out, "-q", "--home", filepath.Join(dir, "home")}, more...)...)
	}
	refused := func(want string, cmd *exec.Cmd) {
		t.Helper()
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%v: %s, want %q", err, out, want)
		}
	}
	whole, parts := filepath.Join(dir, "whole.jsonl"), filepath.Join(dir, "parts.jsonl")
	first := scan(whole)
	if out, err := first.CombinedOutput(); first.ProcessState.ExitCode() != exitFound {
		t.Fatalf("%v: %s", err, out)
	}
	killed := 0
	for {
		cmd := scan(parts)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		end := cmd.Process.Kill
		if killed%2 == 1 {
			end = func() error { return cmd.Process.Signal(os.Interrupt) }
		}
		stop := time.AfterFunc(time.Duration(150+150*killed)*time.Millisecond, func() { _ = end() })
		if killed == 3 {
			time.Sleep(150 * time.Millisecond)
			refused("another scan writes to", scan(parts))
		}
		_ = cmd.Wait()
		stop.Stop()
		if cmd.ProcessState.ExitCode() == exitFound {
			break // to its end
		}
		if killed++; killed == 2 {
			refused("belongs to a scan of something else", scan(parts, "--min-confidence", "0.9"))
		}
		if killed > 100 {
			t.Fatal("it does not come to an end")
		}
	}
	if killed == 0 {
		t.Error("nothing was killed: the scan is too short for this test")
	}
	want, got := findings(t, whole), findings(t, parts)
	if got != want {
		t.Errorf("killed %d times: %d bytes of findings, want %d", killed, len(got), len(want))
	}
	if _, err := os.Stat(parts + ".state"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the state is still there: %v", err)
	}
	t.Logf("killed %d times", killed)
}

// program0 is the program itself: this test binary by another name.
func program0(t *testing.T, dir string) string {
	t.Helper()
	name := filepath.Join(dir, "guanji")
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(exe, name); err != nil && !errors.Is(err, os.ErrExist) {
		t.Fatal(err)
	}
	return name
}

// findings are the lines of an output without its summary, which tells times.
func findings(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, summary, ok := strings.Cut(string(data), `{"type":"summary"`)
	if !ok || strings.Count(summary, "\n") != 1 {
		t.Errorf("%s has no summary at its end: %.200q", name, summary)
	}
	return before
}
