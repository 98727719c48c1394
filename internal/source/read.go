package source

import (
	"archive/tar"
	"bufio"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zip"
	"github.com/klauspost/compress/zstd"

	"guanji/internal/discover"
)

// headSize is how much of a file is looked at to tell its form.
const headSize = 64 << 10

// buffers keeps the readers that look at heads, for the next file.
type buffers struct{ pool sync.Pool }

func (b *buffers) get(r io.Reader) *bufio.Reader {
	if kept, ok := b.pool.Get().(*bufio.Reader); ok {
		kept.Reset(r)
		return kept
	}
	return bufio.NewReaderSize(r, headSize)
}

func (b *buffers) put(r *bufio.Reader) {
	r.Reset(nil)
	b.pool.Put(r)
}

// read reads a file from its beginning: its form decides how. What goes wrong
// with it is told to skip; the error that is returned is the visitor's.
func (o *opened) read(r io.Reader) error {
	if err := o.ctx.Err(); err != nil {
		return err
	}
	if o.limit.files++; o.limit.files > maxFiles {
		o.skipped("", discover.TooLarge, "more than a million files in one")
		return nil
	}
	section, isSection := r.(*io.SectionReader)
	b := o.buffers.get(r)
	defer o.buffers.put(b)
	head, err := b.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		o.failed(err)
		if len(head) == 0 {
			return nil
		}
	}
	if len(head) == 0 {
		return nil // nothing is in it
	}
	form := formOf(o.name, head)
	if form.why != "" {
		o.skipped("", form.why, form.kind)
		return nil
	}
	var stop visitorError
	wrapped := *o
	wrapped.visit = func(d discover.Document) error {
		defer func() {
			if recover() != nil { // a fault of ours, and none of the file
				o.skip(discover.Skip{Document: d.Name, Why: discover.Failed, Detail: "the scanner gave up"})
			}
		}()
		if err := o.visit(d); err != nil {
			stop.err = err
			return err
		}
		return nil
	}
	switch {
	case form.stream != nil:
		err = guarded(func() error { return form.stream(&wrapped, b) })
	case isSection:
		err = guarded(func() error { return form.places(&wrapped, section, section.Size()) })
	default:
		err = wrapped.spooled(b, form.places)
	}
	if stop.err != nil {
		return stop.err
	}
	if ctxErr := o.ctx.Err(); ctxErr != nil {
		return ctxErr
	}
	if err != nil {
		o.failed(err)
	}
	return nil
}

// visitorError keeps the error of the visitor apart from those of decoders.
type visitorError struct{ err error }

func (o *opened) spooled(r io.Reader, decode decodePlaces) error {
	s, err := spool(r)
	if err != nil {
		return err
	}
	defer s.close()
	return guarded(func() error { return decode(o, s, s.size) })
}

// failed tells that a file could not be read, or not to its end.
func (o *opened) failed(err error) {
	n := reasonOf(err)
	o.skipped("", n.why, n.detail)
}

// told is an error as it may be told: nil, or a [notRead].
func told(err error) error {
	if err == nil {
		return nil
	}
	return reasonOf(err)
}

// plainErrors say what is wrong with a file and quote nothing of it.
var plainErrors = [...]error{
	io.ErrUnexpectedEOF, errShort, errOverlap, zip.ErrFormat, zip.ErrAlgorithm, zip.ErrChecksum, gzip.ErrHeader, gzip.ErrChecksum, tar.ErrHeader,
	zstd.ErrMagicMismatch, zstd.ErrWindowSizeExceeded, zstd.ErrUnknownDictionary, zstd.ErrCRCMismatch, zstd.ErrUnexpectedBlockSize,
}

// reasonOf is the reason for which something was not read. What a library says
// is not passed on unless it is known to be no part of the file: the value that
// it stumbled over can stand in it.
func reasonOf(err error) *notRead {
	if n, ok := errors.AsType[*notRead](err); ok {
		return n
	}
	for _, known := range plainErrors {
		if errors.Is(err, known) {
			return &notRead{discover.Damaged, known.Error()}
		}
	}
	return &notRead{why: discover.Damaged}
}
