package report

import (
	"io"

	"guanji/internal/message"
	"guanji/internal/regime"
)

// Cadence says when a duty is due, in a few words, or "" where the law names
// neither a time nor a period.
func Cadence(l message.Lang, c regime.Cadence) string { return newPrinter(io.Discard, l).cadence(c) }

// Limit words a time limit: an ISO 8601 duration and how it is counted.
func Limit(l message.Lang, iso, calendar string) string {
	p := newPrinter(io.Discard, l)
	return p.period(iso) + p.unit(&calendar)
}
