package evidence

import (
	"slices"

	"guanji/internal/message"
)

// A Bar is a reason why a record does not count for a duty.
type Bar uint8

// The reasons.
const (
	NoBar       Bar = iota // it counts
	Unproven               // it says that nothing was found, and does not show where was looked
	OtherKind              // the duty asks for other kinds
	NoSuchEvent            // it says that nothing happened, and no event starts the duty
)

// Bar returns why a record does not count for a duty that asks for some kinds
// of evidence, and that an event starts or not. That nothing happened is told
// by evidence of any kind.
func (r *Record) Bar(kinds []string, byEvent bool) Bar {
	nothing := r.Result == NoEvent
	switch {
	case nothing && !byEvent:
		return NoSuchEvent
	case !nothing && !slices.Contains(kinds, r.Kind):
		return OtherKind
	case !r.Proven():
		return Unproven
	}
	return NoBar
}

// Message returns the words for a reason.
func (b Bar) Message() message.M {
	return message.New([...]string{Unproven: "position.bar.unproven", OtherKind: "position.bar.kind", NoSuchEvent: "position.bar.no_event"}[b])
}
