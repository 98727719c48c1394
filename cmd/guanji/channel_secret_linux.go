package main

import (
	"os"
	"syscall"
	"unsafe"
)

// hush stops a terminal from showing what is typed; ok is false for what is no
// terminal.
func hush(f *os.File) (restore func() error, ok bool) {
	var was syscall.Termios
	if termios(f, syscall.TCGETS, &was) != nil {
		return nil, false
	}
	quiet := was
	quiet.Lflag &^= syscall.ECHO
	if termios(f, syscall.TCSETS, &quiet) != nil {
		return nil, false
	}
	return func() error { return termios(f, syscall.TCSETS, &was) }, true
}

func termios(f *os.File, request uintptr, t *syscall.Termios) error {
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(unsafe.Pointer(t))); errno != 0 {
		return errno
	}
	return nil
}
