package api

import (
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"guanji/internal/problem"
)

// Wire is the request and the answer themselves, for operations whose body
// goes by in pieces and is never in memory.
type Wire struct {
	r *http.Request
	w http.ResponseWriter
}

// Resolve implements [huma.Resolver].
func (c *Wire) Resolve(ctx huma.Context) []error {
	c.r, c.w = humago.Unwrap(ctx)
	return nil
}

// The times that a connection is given beyond those of the server.
const (
	stillTime  = time.Minute // without a byte, before it is cut
	chunkTime  = time.Hour   // for one body that goes by in pieces
	finishTime = time.Hour   // to read a file again
)

// allow gives a connection time from now on.
func (c *Wire) allow(d time.Duration) {
	control := http.NewResponseController(c.w)
	_ = control.SetReadDeadline(time.Now().Add(d)) // what has no deadlines is no connection
	_ = control.SetWriteDeadline(time.Now().Add(d))
}

// arriving is the body of a request of at most some bytes, as it arrives. Its
// connection is cut once nothing came for a while.
type arriving struct {
	from    io.Reader
	control *http.ResponseController
	still   time.Duration
	until   time.Time // when it is cut in any case
	err     error     // of the connection
}

func (c *Wire) arriving(most int64) *arriving {
	return &arriving{from: http.MaxBytesReader(c.w, c.r.Body, most), control: http.NewResponseController(c.w), still: stillTime, until: time.Now().Add(chunkTime)}
}

// Read implements [io.Reader].
func (a *arriving) Read(p []byte) (int, error) {
	now := time.Now()
	cut := now.Add(a.still)
	if cut.After(a.until) {
		cut = a.until
	}
	_ = a.control.SetReadDeadline(cut)
	_ = a.control.SetWriteDeadline(now.Add(2 * a.still)) // the answer comes after the cut
	n, err := a.from.Read(p)
	switch {
	case err == io.EOF:
		_ = a.control.SetReadDeadline(time.Time{}) // it would end the context of what is still to be done
	case err != nil:
		a.err = err
	}
	return n, err
}

// leaving is an answer that takes as long as its caller goes on reading.
type leaving struct {
	http.ResponseWriter
	still time.Duration
}

// Write implements [http.ResponseWriter].
func (l leaving) Write(p []byte) (int, error) {
	_ = http.NewResponseController(l.ResponseWriter).SetWriteDeadline(time.Now().Add(l.still))
	return l.ResponseWriter.Write(p)
}

// bodyFault says why a body could not be read to its end.
func bodyFault(err error) error {
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &refusal{http.StatusRequestEntityTooLarge, problem.New(problem.Input, "api.large_body", large.Limit)}
	}
	if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
		return &refusal{http.StatusRequestTimeout, problem.New(problem.Input, "api.slow_body")}
	}
	return problem.New(problem.Usage, "api.broken_body")
}
