package web

import (
	"context"
	"errors"
	"strings"

	"guanji/internal/problem"
)

// failPage says what went wrong, and what to do now.
type failPage struct {
	page
	Details []string
	Next    string
	Back    string
}

// fail is the one place that turns a failure into a page. What the program
// does not know by kind is logged, and the reader is told nothing of it.
func (s *server) fail(q *request, err error) {
	if errors.Is(err, context.Canceled) {
		return // the reader has gone
	}
	err = s.told(q, err)
	kind := problem.KindOf(err)
	p := failPage{page: s.failHead(q, kind), Next: q.T("fail." + string(kind)), Back: "/"}
	if kind == problem.SignedOut {
		p.Back = "/sign-in"
	}
	if e, ok := errors.AsType[*problem.Error](err); ok && e.Msg.Key == "filing.none" {
		p.Next = q.T("fail.not_filed")
	}
	p.Details = strings.Split(problem.In(err, q.lang), "\n")
	if kind == problem.TooMany {
		q.w.Header().Set("Retry-After", "60")
	}
	// A mistake in a form would be swallowed by htmx, which swaps good answers
	// only: send it as a page of its own.
	if q.Header.Get("HX-Request") != "" {
		q.w.Header().Set("HX-Retarget", "body")
		q.w.Header().Set("HX-Reswap", "innerHTML")
	}
	if err := s.render(q, status(kind), "fail", p); err != nil {
		s.Log.ErrorContext(q.Context(), "the page of a failure failed", "err", err.Error())
	}
}

// told logs what the reader is not told, and returns what they are.
func (s *server) told(q *request, err error) error {
	switch kind := problem.KindOf(err); kind {
	case problem.Internal:
		s.Log.ErrorContext(q.Context(), "a page failed", "err", err.Error(), "page", route(q.Request))
		return problem.New(problem.Internal, "web.internal")
	case problem.Unavailable:
		s.Log.WarnContext(q.Context(), "the database does not answer", "err", err.Error(), "page", route(q.Request))
		return problem.New(kind, "store.unavailable")
	}
	return err
}

// failHead begins the page of a failure. It asks no database: that may be what
// failed.
func (s *server) failHead(q *request, kind problem.Kind) page {
	return page{words: q.words, Title: q.T("page.fail." + string(kind)), Here: q.here(), Signed: q.holder.Name}
}
