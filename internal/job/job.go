// Package job is background work as data: what is to be done, when, and how
// often it was tried. Package store keeps jobs, each queued in the transaction
// of what it belongs to; package work does them.
package job

import (
	"encoding/json"
	"time"
)

// A Kind tells who does a job.
type Kind string

// The kinds.
const (
	Wake Kind = "wake" // look at a case again: something is due, or may be
	Send Kind = "send" // give a notice to a channel
	Card Kind = "card" // print the card of an organization anew

	Tasks Kind = "tasks" // tell people what is to be done, each working day
	Sweep Kind = "sweep" // give up abandoned uploads
)

// A Job is one piece of background work. There is at most one for each key:
// one that is queued again stands in the place of the first, so that whatever
// a job is for may change as often as it likes.
type Job struct {
	Key     string // tells jobs apart
	Kind    Kind
	Of      string          // the organization that it is for, "" for none
	Body    json.RawMessage // what its kind needs; an object
	At      time.Time       // not before
	Attempt int             // how often it was begun
	Queued  time.Time
	Failure string    // why it failed last, in English; "" if it did not
	Dead    time.Time // since when it is not tried any more; zero while it is
	Taken   time.Time // until when whoever does it has it; zero while nobody does
	Serial  int64     // changes when the job is queued again: what is done is not what was queued meanwhile
}

// MaxAttempts is how often a job is begun before it is given up: with
// [Backoff] that is about five hours.
const MaxAttempts = 15

// Backoff is how long to wait after a job has failed so often: 5 seconds at
// first, twice as long each time, and at most an hour.
func Backoff(attempts int) time.Duration {
	return min(5*time.Second<<min(max(attempts-1, 0), 12), time.Hour)
}
