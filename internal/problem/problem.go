// Package problem has the kinds of failure that a caller can act on, each with
// words for people in both languages.
package problem

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"guanji/internal/message"
)

// A Kind says what a caller can do about a failure.
type Kind string

// The kinds of failure.
const (
	Usage    Kind = "usage"     // the call itself is wrong: call it otherwise
	Input    Kind = "input"     // a file or value given is wrong: mend it
	NotFound Kind = "not_found" // what was asked for is not there
	Refused  Kind = "refused"   // it could not be done here: disk, network, permission
	Internal Kind = "internal"  // a mistake in the program

	SignedOut   Kind = "signed_out"  // nobody is signed in: sign in
	Denied      Kind = "denied"      // this person may not: ask somebody who may
	Conflict    Kind = "conflict"    // somebody was faster: look again
	TooMany     Kind = "too_many"    // too often: wait
	Unavailable Kind = "unavailable" // not now: try again later
)

// An Error is a failure with a kind and words for people.
type Error struct {
	Kind Kind
	Msg  message.M
	Err  error // the cause, if any
}

// New returns an Error whose words are the message with the given key.
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Msg: message.New(key, args...)}
}

// Because adds a cause to e.
func (e *Error) Because(err error) *Error {
	e.Err = err
	return e
}

// Error returns the failure in English.
func (e *Error) Error() string { return e.In(message.English) }

// In returns the failure in a language, its cause included.
func (e *Error) In(l message.Lang) string {
	s := e.Msg.In(l)
	if e.Err != nil {
		s += ": " + In(e.Err, l)
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// A Spot is one mistake at one place of a file. Line and Column count from 1;
// Column counts characters; both are 0 where the whole file is meant.
type Spot struct {
	File         string
	Line, Column int
	Msg          message.M
}

// In returns the mistake as file:line:column: why.
func (s Spot) In(l message.Lang) string {
	if s.Line == 0 {
		return fmt.Sprintf("%s: %s", s.File, s.Msg.In(l))
	}
	return fmt.Sprintf("%s:%d:%d: %s", s.File, s.Line, s.Column, s.Msg.In(l))
}

// A List is every mistake found, in files given by the caller. It is an error
// of kind [Input].
type List []Spot

// Error returns every mistake in English, one to a line.
func (l List) Error() string { return l.In(message.English) }

// In returns every mistake in a language, one to a line.
func (l List) In(lang message.Lang) string {
	lines := make([]string, len(l))
	for i, s := range l {
		lines[i] = s.In(lang)
	}
	return strings.Join(lines, "\n")
}

// Sorted returns the list in the order of files, lines and columns, without
// repetition, or nil if it is empty, so that it can be returned as an error.
func (l List) Sorted() error {
	if len(l) == 0 {
		return nil
	}
	sorted := slices.Clone(l)
	slices.SortStableFunc(sorted, func(a, b Spot) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.CompactFunc(sorted, func(a, b Spot) bool {
		return a.In(message.English) == b.In(message.English)
	})
}

// A Field is one mistake in one field of a form or request.
type Field struct {
	Name string
	Msg  message.M
}

// Fields is every mistake in the fields of a form or request. It is an error
// of kind [Input].
type Fields []Field

// Error returns every mistake in English, one to a line.
func (f Fields) Error() string { return f.In(message.English) }

// In returns every mistake in a language, one to a line.
func (f Fields) In(l message.Lang) string {
	lines := make([]string, len(f))
	for i, m := range f {
		lines[i] = m.Name + ": " + m.Msg.In(l)
	}
	return strings.Join(lines, "\n")
}

// OrNil returns f as an error, or nil if there is no mistake.
func (f Fields) OrNil() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// KindOf returns the kind of an error: [Internal] for one that it does not
// know, and "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if _, ok := errors.AsType[List](err); ok {
		return Input
	}
	if _, ok := errors.AsType[Fields](err); ok {
		return Input
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// In returns an error in a language, as far as it has words in it.
func In(err error, l message.Lang) string {
	if e, ok := err.(interface{ In(message.Lang) string }); ok {
		return e.In(l)
	}
	return err.Error()
}
