//go:build vectorscan

// Command vectorscan measures Vectorscan from memory, in one thread: the rules
// of a file, all matched at once, over each folder. For a folder it prints its
// name, MB/s of CPU time with matches counted in C, how many there were, and
// MB/s with matches handed to Go, as a program in Go would use it.
//
// It is built with the tag vectorscan alone, since it needs the library:
//
//	go run -tags vectorscan . RULES FOLDER...
package main

/*
#cgo pkg-config: libhs
#include <stdlib.h>
#include <hs.h>

static int count(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *n) {
	++*(unsigned long long *)n;
	return 0;
}

static hs_error_t scan(hs_database_t *db, hs_scratch_t *scratch, void *text, unsigned length, unsigned long long *n) {
	return hs_scan(db, text, length, 0, scratch, count, n);
}
*/
import "C"

import (
	"bytes"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/flier/gohs/hyperscan"
)

// blockSize is how much is scanned at once.
const blockSize = 1 << 20

// rounds is how often a folder is scanned; the best counts.
const rounds = 3

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "vectorscan:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("want RULES FOLDER")
	}
	runtime.LockOSThread()
	p, err := compile(args[0])
	if err != nil {
		return err
	}
	for _, dir := range args[1:] {
		if err := p.measure(dir); err != nil {
			return err
		}
	}
	return nil
}

// patterns are rules, ready to scan in either way.
type patterns struct {
	db        hyperscan.BlockDatabase
	scratch   *hyperscan.Scratch
	inC       *C.hs_database_t
	scratchIn *C.hs_scratch_t
}

// compile reads a rule a line. Only rules with characters beyond ASCII are read
// as UTF-8: the others are faster without. Where a match begins is not asked
// for: with it the rules are too large for Vectorscan.
func compile(name string) (*patterns, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var list []*hyperscan.Pattern
	for i, rule := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		var flags hyperscan.CompileFlag
		if len(rule) != utf8.RuneCountInString(rule) || strings.Contains(rule, `\x{`) {
			flags = hyperscan.Utf8Mode
		}
		p := hyperscan.NewPattern(rule, flags)
		p.Id = i
		list = append(list, p)
	}
	p := &patterns{}
	if p.db, err = hyperscan.NewBlockDatabase(list...); err != nil {
		return nil, err
	}
	if p.scratch, err = hyperscan.NewScratch(p.db); err != nil {
		return nil, err
	}
	packed, err := p.db.Marshal()
	if err != nil {
		return nil, err
	}
	if e := C.hs_deserialize_database((*C.char)(unsafe.Pointer(&packed[0])), C.size_t(len(packed)), &p.inC); e != C.HS_SUCCESS {
		return nil, fmt.Errorf("hs_deserialize_database: %d", e)
	}
	if e := C.hs_alloc_scratch(p.inC, &p.scratchIn); e != C.HS_SUCCESS {
		return nil, fmt.Errorf("hs_alloc_scratch: %d", e)
	}
	return p, nil
}

// measure scans the files of a folder.
func (p *patterns) measure(dir string) error {
	blocks, size, err := load(dir)
	if err != nil {
		return err
	}
	n := (*C.ulonglong)(C.calloc(1, 8))
	defer C.free(unsafe.Pointer(n))
	inC, err := best(func() error {
		*n = 0
		for _, b := range blocks {
			if e := C.scan(p.inC, p.scratchIn, unsafe.Pointer(&b[0]), C.uint(len(b)), n); e != C.HS_SUCCESS {
				return fmt.Errorf("hs_scan: %d", e)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	found := 0
	inGo, err := best(func() error {
		found = 0
		for _, b := range blocks {
			if err := p.db.Scan(b, p.scratch, func(uint, uint64, uint64, uint, any) error { found++; return nil }, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if found != int(*n) {
		return fmt.Errorf("%d matches in C, %d in Go", *n, found)
	}
	mb := float64(size) / 1e6
	fmt.Printf("%s %.0f %d %.0f\n", filepath.Base(dir), mb/inC.Seconds(), found, mb/inGo.Seconds())
	return nil
}

// best is the least CPU time that f took.
func best(f func() error) (time.Duration, error) {
	least := time.Duration(math.MaxInt64)
	for range rounds {
		before := used()
		if err := f(); err != nil {
			return 0, err
		}
		least = min(least, used()-before)
	}
	return least, nil
}

// used is the CPU time of the process so far.
func used() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// load reads the files of a folder, cut at the ends of lines. Vectorscan does
// not say what it does with bytes that are not UTF-8: they become question marks.
func load(dir string) (blocks [][]byte, size int, err error) {
	err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		data = bytes.ToValidUTF8(data, []byte("?"))
		size += len(data)
		for len(data) > blockSize {
			end := bytes.LastIndexByte(data[:blockSize], '\n') + 1
			if end == 0 { // a longer line is cut between characters
				for end = blockSize; !utf8.RuneStart(data[end]); end-- {
				}
			}
			blocks, data = append(blocks, data[:end]), data[end:]
		}
		if len(data) > 0 {
			blocks = append(blocks, data)
		}
		return nil
	})
	return blocks, size, err
}
