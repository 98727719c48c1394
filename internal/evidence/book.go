package evidence

import (
	"slices"

	"guanji/internal/day"
)

// A Book is all that an organization filed, in its order. It is never changed
// once it was returned.
type Book struct {
	Filed []Filed
	ends  map[int64]int // by what ended: the place of what ended it
}

// NewBook returns the book of everything filed, in the order of Seq.
func NewBook(filed []Filed) *Book {
	b := &Book{Filed: filed, ends: map[int64]int{}}
	for i, f := range filed {
		if of := f.Ends(); of != 0 {
			b.ends[of] = i
		}
	}
	return b
}

// With returns the book after more was filed.
func (b *Book) With(filed []Filed) *Book { return NewBook(slices.Concat(b.Filed, filed)) }

// Revision is the Seq of what was filed last, 0 if nothing was.
func (b *Book) Revision() int64 {
	if len(b.Filed) == 0 {
		return 0
	}
	return b.Filed[len(b.Filed)-1].Seq
}

// Get returns what was filed under a number.
func (b *Book) Get(seq int64) (Filed, bool) {
	i, ok := slices.BinarySearchFunc(b.Filed, seq, func(f Filed, seq int64) int { return int(f.Seq - seq) })
	if !ok {
		return Filed{}, false
	}
	return b.Filed[i], true
}

// EndOf returns what ended something filed: an [End], or a [Record] that
// supersedes it. It reports false while nothing has.
func (b *Book) EndOf(seq int64) (Filed, bool) {
	i, ok := b.ends[seq]
	if !ok {
		return Filed{}, false
	}
	return b.Filed[i], true
}

// Ended returns the first day on which something filed no longer counts, the
// zero day while it does. What was superseded counts until the day observed by
// what stands in its place.
func (b *Book) Ended(seq int64) day.Day {
	f, ok := b.EndOf(seq)
	if !ok {
		return day.Day{}
	}
	if f.Record != nil {
		return f.Record.Observed
	}
	return f.End.Day
}

// KnownBy returns the book as it was at the end of a day.
func (b *Book) KnownBy(d day.Day) *Book {
	end := d.AddDays(1).Start()
	i := slices.IndexFunc(b.Filed, func(f Filed) bool { return !f.At.Before(end) })
	if i < 0 {
		return b
	}
	return NewBook(b.Filed[:i])
}
