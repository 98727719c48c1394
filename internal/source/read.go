package source

import (
	"bufio"
	"errors"
	"io"
	"sync"

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
	var why discover.Reasoned
	if errors.As(err, &why) {
		o.skipped("", why.Why(), detailOf(err))
		return
	}
	o.skipped("", discover.Damaged, detailOf(err))
}

// detailOf is what an error says, cut to a length: it may quote the file.
func detailOf(err error) string {
	if n, ok := errors.AsType[*notRead](err); ok {
		return n.detail
	}
	const longest = 200
	s := err.Error()
	return s[:min(len(s), longest)]
}
