package vault

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"guanji/internal/problem"
)

func TestWriteAtOffsets(t *testing.T) {
	v := open(t, t.TempDir())
	id := begin(t, v, 10)
	for name, tt := range map[string]struct {
		offset int64
		text   string
	}{
		"before":       {-1, "x"},
		"behind":       {1, "x"},
		"far":          {1 << 62, "x"},
		"far before":   {-1 << 62, "x"},
		"empty behind": {10, ""},
	} {
		at, err := v.Write(t.Context(), id, tt.offset, strings.NewReader(tt.text))
		wantKind(t, name, err, problem.Conflict)
		if at != 0 {
			t.Errorf("%s: at %d", name, at)
		}
	}
	at, err := v.Write(t.Context(), id, 0, strings.NewReader("0123"))
	must(t, err)
	at, err = v.Write(t.Context(), id, at, strings.NewReader("4567890"))
	wantKind(t, "more than it has", err, problem.Input)
	if at != 4 || offset(t, v, id) != 4 {
		t.Errorf("after more than it has: at %d, told %d", offset(t, v, id), at)
	}
	_, err = v.Finish(t.Context(), id)
	wantKind(t, "finishing early", err, problem.Conflict)
	if err == nil || !strings.Contains(err.Error(), "6 of 10 bytes are missing") {
		t.Errorf("finishing early: %v", err)
	}
}

// TestTruncated is about steps that end early: what arrived counts.
func TestTruncated(t *testing.T) {
	broken := errors.New("the line broke")
	v := open(t, t.TempDir())
	data := bytesOf(2, 1_000_000)
	id := begin(t, v, int64(len(data)))
	at := int64(0)
	for at < int64(len(data)) {
		n := min(300_000, int64(len(data))-at)
		ctx, leave := context.WithCancel(t.Context())
		ends := map[int64]io.Reader{0: iotest.ErrReader(broken), 300_000: iotest.ErrReader(io.ErrUnexpectedEOF), 600_000: during(leave)}[at]
		if ends == nil {
			ends = iotest.ErrReader(io.EOF)
		}
		got, err := v.Write(ctx, id, at, io.MultiReader(bytes.NewReader(data[at:at+n]), ends))
		leave()
		if want := map[int64]error{0: broken, 300_000: io.ErrUnexpectedEOF, 600_000: context.Canceled}[at]; err != want {
			t.Errorf("at %d: %v, want %v", at, err, want)
		}
		if at += n; got != at || offset(t, v, id) != at {
			t.Fatalf("told %d, at %d, want %d", got, offset(t, v, id), at)
		}
	}
	f, err := v.Finish(t.Context(), id)
	must(t, err)
	if f.Digest != digest(data) {
		t.Errorf("kept %s, want %s", f.Digest, digest(data))
	}
}

// TestTwoWriters has somebody in the middle of a step: nobody else may change
// the upload, in this process or through another vault on the folder.
func TestTwoWriters(t *testing.T) {
	v := open(t, t.TempDir())
	other := open(t, v.dir)
	id := begin(t, v, 6)
	r, w := io.Pipe()
	done := make(chan error)
	go func() {
		_, err := v.Write(t.Context(), id, 0, r)
		done <- err
	}()
	_, err := w.Write([]byte("abc"))
	must(t, err)
	for _, v := range []*Vault{v, other} {
		_, err = v.Write(t.Context(), id, 0, strings.NewReader("x"))
		wantKind(t, "another writer", err, problem.Conflict)
		_, err = v.Finish(t.Context(), id)
		wantKind(t, "finishing", err, problem.Conflict)
		wantKind(t, "dropping", v.Drop(t.Context(), id), problem.Conflict)
		must(t, v.Sweep(t.Context(), time.Now().Add(time.Hour)))
	}
	_, err = v.Upload(t.Context(), id)
	must(t, err)
	_, err = w.Write([]byte("def"))
	must(t, err)
	must(t, w.Close())
	must(t, <-done)
	_, err = other.Finish(t.Context(), id)
	must(t, err)
}

// TestOneFileTwice uploads the same bytes in two uploads at once.
func TestOneFileTwice(t *testing.T) {
	v := open(t, t.TempDir())
	data := bytesOf(3, 400_000)
	var wg sync.WaitGroup
	for range 4 {
		id := begin(t, v, int64(len(data)))
		wg.Go(func() {
			for at := int64(0); at < int64(len(data)); {
				next, err := v.Write(t.Context(), id, at, bytes.NewReader(data[at:min(at+70_000, int64(len(data)))]))
				if err != nil {
					t.Error(err)
					return
				}
				at = next
			}
			if f, err := v.Finish(t.Context(), id); err != nil || f.Digest != digest(data) {
				t.Errorf("Finish = %v, %v", f, err)
			}
		})
	}
	wg.Wait()
	if files, _ := checkWhole(t, v, nil); !slices.Equal(files, []string{digest(data)}) {
		t.Errorf("kept %q", files)
	}
}
