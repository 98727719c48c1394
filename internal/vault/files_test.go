package vault

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"guanji/internal/problem"
)

func TestKeep(t *testing.T) {
	v := open(t, t.TempDir())
	for name, data := range map[string][]byte{"empty": nil, "one byte": {0}, "some": bytesOf(1, 1_000_003)} {
		t.Run(name, func(t *testing.T) {
			for range 2 {
				f, err := v.Keep(t.Context(), iotest.HalfReader(bytes.NewReader(data)), int64(len(data)))
				must(t, err)
				if want := (File{digest(data), int64(len(data))}); f != want {
					t.Errorf("Keep = %v, want %v", f, want)
				}
			}
			r, size, err := v.OpenFile(t.Context(), digest(data))
			must(t, err)
			defer r.Close()
			got, err := io.ReadAll(r)
			must(t, err)
			if !bytes.Equal(got, data) || size != int64(len(data)) {
				t.Errorf("got %d bytes, and %d told, of %d", len(got), size, len(data))
			}
			must(t, v.Check(t.Context(), digest(data), size))
			wantFault(t, "another size", v.Check(t.Context(), digest(data), size+1), Changed)
		})
	}
	if files, _ := checkWhole(t, open(t, v.dir), nil); len(files) != 3 || !slices.IsSorted(files) {
		t.Errorf("kept %q, want three", files)
	}
}

// TestKeepLarge streams 64 MiB through; the benchmark does 2 GiB.
func TestKeepLarge(t *testing.T) {
	v := open(t, t.TempDir())
	f, err := v.Keep(t.Context(), io.LimitReader(zeros{}, 64<<20), 64<<20)
	must(t, err)
	if want := "sha256:3b6a07d0d404fab4e23b6d34bc6696a6a312dd92821332385e5af7c01c421351"; f != (File{want, 64 << 20}) {
		t.Errorf("Keep = %v, want %s", f, want)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestKeepNothing is about readers that do not give a whole file.
func TestKeepNothing(t *testing.T) {
	broken := errors.New("the line broke")
	is := func(want error) func(error) bool { return func(err error) bool { return err == want } }
	input := func(err error) bool { return problem.KindOf(err) == problem.Input }
	then := func(err error) io.Reader { return io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(err)) }
	for name, tt := range map[string]struct {
		r     io.Reader
		limit int64
		want  func(error) bool
	}{
		"fails at once":   {iotest.ErrReader(broken), 10, is(broken)},
		"fails midway":    {then(broken), 10, is(broken)},
		"is cut short":    {then(io.ErrUnexpectedEOF), 10, is(io.ErrUnexpectedEOF)},
		"fails in kind":   {then(problem.New(problem.Input, "x")), 10, input},
		"gives too much":  {strings.NewReader("abc"), 2, input},
		"nothing allowed": {strings.NewReader("abc"), -1, input},
		"times out":       {iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("abc"))), math.MaxInt64, is(iotest.ErrTimeout)},
	} {
		t.Run(name, func(t *testing.T) {
			v := open(t, t.TempDir())
			f, err := v.Keep(t.Context(), tt.r, tt.limit)
			if !tt.want(err) || f != (File{}) {
				t.Errorf("Keep = %v, %v", f, err)
			}
			checkEmpty(t, v)
		})
	}
}

// TestKeepForNobody has the caller leave in the middle.
func TestKeepForNobody(t *testing.T) {
	v := open(t, t.TempDir())
	ctx, leave := context.WithCancel(t.Context())
	r := io.MultiReader(strings.NewReader("abc"), during(leave), strings.NewReader("def"))
	if f, err := v.Keep(ctx, r, 10); err != context.Canceled || f != (File{}) {
		t.Errorf("Keep = %v, %v", f, err)
	}
	checkEmpty(t, v)
}

// during is a reader that gives nothing, and does something when it is asked.
type during func()

func (do during) Read([]byte) (int, error) {
	do()
	return 0, nil
}

func checkEmpty(t *testing.T, v *Vault) {
	t.Helper()
	for _, folder := range []string{filesFolder, tempFolder} {
		if got := leftovers(t, v, folder); got != nil {
			t.Errorf("left in %s: %q", folder, got)
		}
	}
}

func TestKeepAtOnce(t *testing.T) {
	v := open(t, t.TempDir())
	data := bytesOf(1, 300_000)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := v.Keep(t.Context(), bytes.NewReader(data), 1<<20); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if files, _ := checkWhole(t, v, nil); !slices.Equal(files, []string{digest(data)}) {
		t.Errorf("kept %q", files)
	}
}

func TestReserve(t *testing.T) {
	v, err := Open(Config{Dir: t.TempDir(), Reserve: math.MaxInt64 / 2})
	must(t, err)
	defer v.Close()
	_, err = v.Keep(t.Context(), strings.NewReader("x"), 1)
	wantKind(t, "keep", err, problem.Refused)
	_, err = v.Begin(t.Context(), upload(1))
	wantKind(t, "begin", err, problem.Refused)
	must(t, v.Put(t.Context(), "tile/0/000", []byte("the ledger may"))) // that is what the reserve is for
}

// TestCheck tells what is wrong with a file.
func TestCheck(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(name string) error
		want  Fault
	}{
		"nothing":    {func(string) error { return nil }, ""},
		"removed":    {os.Remove, Missing},
		"swapped":    {func(name string) error { return os.WriteFile(name, []byte("ABC"), 0o600) }, Changed},
		"cut":        {func(name string) error { return os.Truncate(name, 2) }, Changed},
		"longer":     {func(name string) error { return os.Truncate(name, 4) }, Changed},
		"a folder":   {func(name string) error { return errors.Join(os.Remove(name), os.Mkdir(name, 0o700)) }, Strange},
		"link":       {func(name string) error { return errors.Join(os.Rename(name, name+"0"), os.Symlink(name+"0", name)) }, Strange},
		"same again": {func(name string) error { return os.WriteFile(name, []byte("abc"), 0o600) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			v := open(t, t.TempDir())
			f, err := v.Keep(t.Context(), strings.NewReader("abc"), 3)
			must(t, err)
			at, err := fileName(f.Digest)
			must(t, err)
			must(t, tt.spoil(v.where(at)))
			wantFault(t, name, v.Check(t.Context(), f.Digest, f.Size), tt.want)
			if _, err := v.Keep(t.Context(), strings.NewReader("abc"), 3); err == nil {
				wantFault(t, "mended", v.Check(t.Context(), f.Digest, f.Size), "")
			} else if name != "a folder" {
				t.Errorf("keeping it again: %v", err)
			}
		})
	}
}

// TestUnreadable has the disk fail while a file is read.
func TestUnreadable(t *testing.T) {
	v := open(t, t.TempDir())
	err := v.damage(&os.PathError{Op: "read", Path: "x", Err: os.ErrDeadlineExceeded}, "files/x")
	wantFault(t, "an error of reading", err, Unreadable)
	wantKind(t, "an error of reading", err, problem.Refused)
	gone, leave := context.WithCancel(t.Context())
	leave()
	f, err := v.Keep(t.Context(), strings.NewReader("abc"), 3)
	must(t, err)
	if err := v.Check(gone, f.Digest, f.Size); !errors.Is(err, context.Canceled) || FaultOf(err) != "" {
		t.Errorf("for a caller who has gone: %v", err)
	}
}

func TestHostileDigests(t *testing.T) {
	v := open(t, t.TempDir())
	good := digest(nil)
	for _, d := range []string{"", "sha256:", good[7:], good[:70], good + "0", strings.ToUpper(good), "sha512:" + good[7:],
		"sha256:../" + good[10:], "sha256:" + strings.Repeat("/", 64), good[:70] + "\n", "\x00", strings.Repeat("a", 10_000)} {
		_, _, err := v.OpenFile(t.Context(), d)
		wantKind(t, d, err, problem.Input)
		wantKind(t, d, v.Check(t.Context(), d, 0), problem.Input)
	}
	_, _, err := v.OpenFile(t.Context(), good)
	wantFault(t, "what was never kept", err, Missing)
}

// TestFilesReported has strangers among the files.
func TestFilesReported(t *testing.T) {
	v := open(t, t.TempDir())
	f, err := v.Keep(t.Context(), strings.NewReader("abc"), 3)
	must(t, err)
	at := f.Digest[7:]
	for _, name := range []string{"readme", "ab/short", at[:2] + "/" + at[2:] + ".bak", "zz/" + at[2:], "ab/cd/" + at[4:]} {
		must(t, os.MkdirAll(v.where("files/"+name[:max(0, strings.LastIndex(name, "/"))]), 0o700))
		must(t, os.WriteFile(v.where("files/"+name), nil, 0o600))
	}
	must(t, os.Symlink(at, v.where("files/"+at[:2]+"/link")))
	names, strange := collect(t, v.Files(t.Context()))
	want := []string{"ab/cd/" + at[4:], "ab/short", at[:2] + "/" + at[2:] + ".bak", at[:2] + "/link", "readme", "zz/" + at[2:]}
	if !slices.Equal(names, []string{f.Digest}) || !slices.Equal(strange, want) {
		t.Errorf("Files: %q, strange %q, want %q", names, strange, want)
	}
}
