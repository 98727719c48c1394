package source

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"guanji/internal/detect"
	"guanji/internal/discover"
)

// An opened is a file that is being read, on disk or inside another: where its
// documents go, and what cannot be read of it.
type opened struct {
	ctx context.Context
	// name is its path in the store, with "!/" for each file it lies in.
	name    string
	depth   int // how many files it lies in
	visit   func(discover.Document) error
	skip    func(discover.Skip)
	limit   *limit
	buffers *buffers
}

// maxDepth is how deep files in files are read.
const maxDepth = 8

// skipped tells that the file, or the named part of it, was not read.
func (o *opened) skipped(part string, why discover.Why, detail string) {
	o.skip(discover.Skip{Document: o.within(part), Why: why, Detail: detail})
}

// within is the name of a part of the file, or of the file itself.
func (o *opened) within(part string) string {
	if part == "" {
		return o.name
	}
	return o.name + "!/" + part
}

// inner reads a file that lies in this one.
func (o *opened) inner(part string, r io.Reader) error {
	if o.depth >= maxDepth {
		o.skipped(part, discover.TooDeep, "")
		return nil
	}
	in := *o
	in.name = o.within(part)
	in.depth++
	return in.read(r)
}

// document hands on a part of the file whose text write produces. It ends with
// the error of write, if the visitor did not end it before.
func (o *opened) document(part, kind string, layout detect.Layout, write func(*bufio.Writer) error) error {
	pr, pw := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		w := bufio.NewWriterSize(counted{pw, o.limit}, 64<<10)
		err := guarded(func() error { return write(w) })
		if err == nil {
			err = w.Flush()
		}
		pw.CloseWithError(told(err)) // the visitor hears of it by the reader
	}()
	defer func() {
		pr.CloseWithError(errEnded)
		<-done
	}()
	return o.visit(discover.Document{Name: o.within(part), Kind: kind, Encoding: "utf-8", Layout: layout, Text: pr})
}

// counted counts the text that a decoder writes, however little it was made of.
type counted struct {
	w     io.Writer
	limit *limit
}

func (c counted) Write(p []byte) (int, error) {
	if bad := c.limit.take(len(p)); bad != nil {
		return 0, bad
	}
	return c.w.Write(p)
}

// errEnded tells a writer that nobody reads on.
var errEnded = errors.New("nobody reads on")

// guarded runs a decoder, and turns its panic into an error: what a hostile
// file makes a library do ends with that file.
func guarded(decode func() error) (err error) {
	defer func() {
		if recover() != nil { // what it says can quote the file
			err = &notRead{discover.Damaged, "the decoder gave up"}
		}
	}()
	return decode()
}

// A notRead is an error with the reason for which something is not read.
type notRead struct {
	why    discover.Why
	detail string
}

func (e *notRead) Error() string     { return strings.TrimSpace(string(e.why) + " " + e.detail) }
func (e *notRead) Why() discover.Why { return e.why }
func (e *notRead) Detail() string    { return e.detail }

// limit bounds what a unit may expand to, over all files inside it.
type limit struct {
	unit     int64 // the bytes of the unit itself, 0 if they are not known
	expanded int64
	files    int
}

// The bounds: how many bytes come out of a unit, how many times its own size
// beyond the first GiB, and how many files.
const (
	maxExpanded = 64 << 30
	maxRatio    = 1000
	freely      = 1 << 30
	maxFiles    = 1 << 20
)

func (l *limit) take(n int) error {
	l.expanded += int64(n)
	if l.expanded > maxExpanded || l.expanded > freely && l.unit > 0 && l.expanded/maxRatio > l.unit {
		return &notRead{discover.TooLarge, fmt.Sprintf("%d bytes out of %d", l.expanded, l.unit)}
	}
	return nil
}

// limited counts what a decompressor yields.
type limited struct {
	r     io.Reader
	limit *limit
}

func (l limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if bad := l.limit.take(n); bad != nil {
		return 0, bad // nothing more comes, however often it is asked
	}
	return n, err
}

// A spooled is a file whose bytes can be read at any place.
type spooled struct {
	io.ReaderAt
	size  int64
	close func()
}

// spoolMemory is how much of a file inside another is kept in memory; what is
// larger goes to a file that has no name any more.
const spoolMemory = 8 << 20

// spool reads all of a file inside another, for a form that is read by places.
func spool(r io.Reader) (*spooled, error) {
	if s, ok := r.(*io.SectionReader); ok {
		return &spooled{s, s.Size(), func() {}}, nil
	}
	head, err := io.ReadAll(io.LimitReader(r, spoolMemory+1))
	if err != nil {
		return nil, err
	}
	if len(head) <= spoolMemory {
		return &spooled{bytes.NewReader(head), int64(len(head)), func() {}}, nil
	}
	f, err := os.CreateTemp("", "guanji-*")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name()) // where that fails, close removes it
	done := func() { f.Close(); os.Remove(f.Name()) }
	size, err := io.Copy(f, io.MultiReader(bytes.NewReader(head), r))
	if err != nil {
		done()
		return nil, err
	}
	return &spooled{f, size, done}, nil
}
