package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/report"
	"guanji/internal/standing"
)

// problemType is the content type of every failure.
const problemType = "application/problem+json"

// problemDetails is a failure as RFC 9457 has it, with members of our own.
type problemDetails struct {
	Type   string     `json:"type" doc:"Always about:blank: the status says what kind of failure it is, the code which one."`
	Title  string     `json:"title" doc:"The name of the status."`
	Status int        `json:"status" doc:"The HTTP status."`
	Detail string     `json:"detail" doc:"What is wrong, for people, in the language asked for."`
	Code   string     `json:"code" doc:"What is wrong, for programs: a code keeps its meaning."`
	Errors []mistake  `json:"errors,omitempty" doc:"Every mistake in the input."`
	Now    *statement `json:"now,omitempty" doc:"With the code standing.changed: the newest statement, which may be that something was taken back."`

	header http.Header
}

// mistake is one thing wrong with the input.
type mistake struct {
	Location string `json:"location" doc:"Where it is: body, or a path such as body.changes[2].value or query.on."`
	Line     int    `json:"line,omitempty" doc:"The line in the body, counted from 1."`
	Column   int    `json:"column,omitempty" doc:"The character in the line, counted from 1."`
	Detail   string `json:"detail" doc:"What is wrong, for people."`
	Code     string `json:"code" doc:"What is wrong, for programs."`
}

// Error implements error.
func (p *problemDetails) Error() string { return p.Detail }

// GetStatus tells huma the status.
func (p *problemDetails) GetStatus() int { return p.Status }

// GetHeaders tells huma the headers that go with the failure.
func (p *problemDetails) GetHeaders() http.Header { return p.header }

// ContentType tells huma that a failure is no common answer.
func (*problemDetails) ContentType(string) string { return problemType }

// A refusal is a failure of HTTP, which has a status of its own.
type refusal struct {
	status int
	cause  *problem.Error
}

// Error implements error.
func (r *refusal) Error() string { return r.cause.Error() }

// Unwrap returns the failure itself.
func (r *refusal) Unwrap() error { return r.cause }

// statusOf returns the status of a failure.
func statusOf(err error) int {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r.status
	}
	switch problem.KindOf(err) {
	case problem.Usage:
		return http.StatusBadRequest
	case problem.Input:
		return http.StatusUnprocessableEntity
	case problem.NotFound:
		return http.StatusNotFound
	case problem.Conflict:
		return http.StatusConflict
	case problem.Denied:
		return http.StatusForbidden
	case problem.SignedOut:
		return http.StatusUnauthorized
	case problem.TooMany:
		return http.StatusTooManyRequests
	case problem.Refused, problem.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// explain puts a failure into the form in which it is sent. What went wrong
// inside is never part of it.
func explain(err error, l message.Lang) *problemDetails {
	p := details(statusOf(err), message.New("api.internal"), l)
	p.headers(err)
	if p.Status == http.StatusInternalServerError {
		return p
	}
	if p.Errors = mistakes(err, l); p.Errors != nil {
		p.say(message.New("api.invalid"), l)
	} else if e, ok := errors.AsType[*problem.Error](err); ok {
		p.say(e.Msg, l)
	}
	if c, ok := errors.AsType[*standing.Changed](err); ok && c.Now.Seq > 0 {
		now := statementOf(c.Now)
		p.Now = &now
	}
	return p
}

func details(status int, m message.M, l message.Lang) *problemDetails {
	p := &problemDetails{Type: "about:blank", Title: http.StatusText(status), Status: status,
		header: http.Header{"Content-Language": {string(l)}}}
	p.say(m, l)
	return p
}

func (p *problemDetails) say(m message.M, l message.Lang) { p.Detail, p.Code = m.In(l), m.Key }

// headers adds what HTTP wants to go with a status.
func (p *problemDetails) headers(err error) {
	switch p.Status {
	case http.StatusUnauthorized:
		p.header.Set("WWW-Authenticate", `Bearer realm="guanji"`)
	case http.StatusTooManyRequests:
		if e, ok := errors.AsType[*problem.Error](err); ok && e.Msg.Key == "access.wait" && len(e.Msg.Args) > 0 {
			if seconds, ok := e.Msg.Args[0].(int); ok {
				p.header.Set("Retry-After", strconv.Itoa(seconds))
			}
		}
	}
}

// mistakes lists what is wrong with the input, nil for any other failure.
func mistakes(err error, l message.Lang) []mistake {
	var list []mistake
	if fields, ok := errors.AsType[problem.Fields](err); ok {
		for _, f := range fields {
			list = append(list, mistake{Location: location(f.Name), Detail: f.Msg.In(l), Code: f.Msg.Key})
		}
	}
	if spots, ok := errors.AsType[problem.List](err); ok {
		for _, s := range spots {
			list = append(list, mistake{"body", s.Line, s.Column, s.Msg.In(l), s.Msg.Key})
		}
	}
	return list
}

// location returns where in a request a field lies. The names of fields of
// forms on pages are those of members here, but for these.
func location(field string) string {
	switch {
	case strings.HasPrefix(field, "body"), strings.HasPrefix(field, "query."), strings.HasPrefix(field, "path."), strings.HasPrefix(field, "header."):
		return field
	case field == "name_en" || field == "trial_name":
		return "body.name"
	}
	return "body." + field
}

// at gives the fields of a failure other names.
func at(err error, rename func(field string) string) error {
	fields, ok := errors.AsType[problem.Fields](err)
	if !ok {
		return err
	}
	named := make(problem.Fields, len(fields))
	for i, f := range fields {
		named[i] = problem.Field{Name: rename(f.Name), Msg: f.Msg}
	}
	return named
}

// wrong is a mistake in one place of the input.
func wrong(location, key string, args ...any) error {
	return problem.Fields{{Name: location, Msg: message.New(key, args...)}}
}

// answer turns the failure of an operation into what is sent, and logs what
// the caller is not told.
func (s *server) answer(ctx context.Context, operation string, err error) *problemDetails {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		err = problem.New(problem.Unavailable, "api.broken_off")
	} else if statusOf(err) >= http.StatusInternalServerError {
		s.Log.ErrorContext(ctx, "api: "+operation, "error", err)
	}
	return explain(err, callerOf(ctx).lang)
}

// fail answers a request that reached no operation.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	ctx := context.WithValue(r.Context(), callerKey{}, caller{lang: languageOf(r.Header.Get("Accept-Language"))})
	p := s.answer(ctx, "request", err)
	for name, values := range p.header {
		if w.Header().Get(name) == "" {
			w.Header()[name] = values
		}
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_ = report.JSON(w, p) // a caller who left needs no answer
}
