package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// terminalPair is a terminal, and the end at which somebody types.
func terminalPair(t *testing.T) (keyboard, terminal *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	must(t, err)
	t.Cleanup(func() { keyboard.Close() }) // nothing was written that is kept
	var number, locked int32
	for request, into := range map[uintptr]*int32{syscall.TIOCSPTLCK: &locked, syscall.TIOCGPTN: &number} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, keyboard.Fd(), request, uintptr(unsafe.Pointer(into))); errno != 0 {
			t.Fatal(errno)
		}
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	must(t, err)
	t.Cleanup(func() { terminal.Close() })
	return keyboard, terminal
}

// echoes reports whether a terminal shows what is typed.
func echoes(t *testing.T, terminal *os.File) bool {
	t.Helper()
	var is syscall.Termios
	must(t, termios(terminal, syscall.TCGETS, &is))
	return is.Lflag&syscall.ECHO != 0
}

// TestSecretIsTypedUnseen types a secret at a terminal, and interrupts another
// time.
func TestSecretIsTypedUnseen(t *testing.T) {
	for name, interrupted := range map[string]bool{"typed": false, "interrupted": true} {
		t.Run(name, func(t *testing.T) {
			home, said := t.TempDir(), &growing{}
			keyboard, terminal := terminalPair(t)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			ended := make(chan int, 1)
			go func() {
				ended <- run(ctx, []string{"channel", "propose", "webhook", "Duty desk", "https://hooks.example/guanji", "--home", home}, func(string) string { return "" }, terminal, said, said)
			}()
			for until := time.Now().Add(30 * time.Second); !strings.Contains(said.String(), "not shown"); time.Sleep(5 * time.Millisecond) {
				if time.Now().After(until) {
					t.Fatalf("no secret was asked for: %s", said)
				}
			}
			if echoes(t, terminal) {
				t.Error("the terminal shows the secret")
			}
			want := exitDone
			if interrupted {
				want = exitFailed
				cancel()
			} else {
				_, err := keyboard.WriteString(hookSecret + "\n")
				must(t, err)
			}
			if code := <-ended; code != want || !echoes(t, terminal) {
				t.Errorf("%d, want %d; the terminal shows again what is typed: %v; %s", code, want, echoes(t, terminal), said)
			}
			_, out, _ := call(t, "C", "", "channel", "list", "--format", "json", "--home", home)
			if signed := strings.Contains(out, `"signed": true`); signed == interrupted {
				t.Errorf("proposed: %s", out)
			}
		})
	}
}
