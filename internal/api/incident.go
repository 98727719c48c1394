package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanji/internal/incident"
	"guanji/internal/problem"
	"guanji/internal/report"
)

// OfCase is the case that an operation is about.
type OfCase struct {
	OfOrganization
	Case int64 `path:"case" minimum:"1" doc:"The number of a case."`
}

// incidents lists cases, the newest first. Its mark is how many stand before.
func (s *server) incidents(ctx context.Context, in *struct {
	OfOrganization
	State []string `query:"state" enum:"alert,running,threat,handled,closed,dismissed,joined" doc:"Only cases in one of these states, with commas between them."`
	Paging
}) (*list[report.CaseLine], error) {
	if _, err := s.Standing.State(ctx, in.Organization); err != nil {
		return nil, err
	}
	all, err := s.Respond.Cases(ctx, in.Organization)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(c *incident.Case) bool { return len(in.State) > 0 && !slices.Contains(in.State, string(c.State)) })
	now := s.Respond.Now()
	return pageOf(in.Paging, views(all, func(c *incident.Case) report.CaseLine { return report.CaseLineOf(c, now) })), nil
}

func (s *server) incident(ctx context.Context, in *OfCase) (*reply[report.CaseView], error) {
	c, err := s.caseOf(ctx, in)
	if err != nil {
		return nil, err
	}
	return replyOf(report.CaseOf(in.Organization, c, s.Respond.Now())), nil
}

// caseOf reads a case of an organization that there is.
func (s *server) caseOf(ctx context.Context, in *OfCase) (*incident.Case, error) {
	if _, err := s.Standing.State(ctx, in.Organization); err != nil {
		return nil, err
	}
	return s.Respond.Case(ctx, in.Organization, in.Case)
}

// caseNow is the answer to opening a case.
type caseNow struct {
	Location string `header:"Location"`
	Body     report.CaseView
}

func (s *server) createIncident(ctx context.Context, in *struct {
	OfOrganization
	Body NewCase
}) (*caseNow, error) {
	if _, err := s.Standing.State(ctx, in.Organization); err != nil {
		return nil, err
	}
	step := incident.Step{Happened: in.Body.Happened, Offline: in.Body.Offline, Open: &in.Body.Open}
	c, err := s.Respond.Open(ctx, in.Organization, callerOf(ctx).Name, step)
	if err != nil {
		return nil, asConflict(at(err, ofAware))
	}
	return &caseNow{pathOf("organizations", in.Organization, "incidents", strconv.FormatInt(c.Number, 10)), report.CaseOf(in.Organization, c, s.Respond.Now())}, nil
}

// NewCase is a case that no machine raised.
type NewCase struct {
	Happened time.Time `json:"happened,omitzero" doc:"When a person said so; absent: now."`
	Offline  bool      `json:"offline,omitempty" doc:"It was done on paper, and is keyed in later."`
	incident.Open
}

// ofAware returns where a mistake of opening lies.
func ofAware(field string) string {
	switch field {
	case "at", "reading", "why":
		return "aware." + field
	}
	return field
}

// createStep records one step in a case.
func (s *server) createStep(ctx context.Context, in *struct {
	OfCase
	Body NewStep
}) (*reply[report.CaseView], error) {
	if _, err := s.caseOf(ctx, &in.OfCase); err != nil {
		return nil, err
	}
	step := in.Body.step()
	if step.Name() == "?" {
		return nil, wrong("body", "incident.one_part")
	}
	c, err := s.Respond.Add(ctx, in.Organization, callerOf(ctx).Name, in.Case, in.Body.Seen, step)
	if err != nil {
		return nil, asConflict(at(err, func(field string) string { return inPart(step, field) }))
	}
	return replyOf(report.CaseOf(in.Organization, c, s.Respond.Now())), nil
}

// inPart returns where a mistake of a step lies: within the member that says
// what it is, but for when it happened.
func inPart(step incident.Step, field string) string {
	switch {
	case field == "happened" || field == "":
		return field
	case step.Facts != nil && strings.Contains(field, "."):
		return "facts.values." + field
	case step.Open != nil:
		field = ofAware(field)
	}
	return step.Name() + "." + field
}

// asConflict gives what has no place in the state of a case its status: to try
// again later would not help.
func asConflict(err error) error {
	if e, ok := errors.AsType[*problem.Error](err); ok && e.Kind == problem.Refused && strings.HasPrefix(e.Msg.Key, "respond.") {
		return &refusal{http.StatusConflict, e}
	}
	return err
}

// replay works out the judgements of a case again.
func (s *server) replay(ctx context.Context, in *OfCase) (*reply[report.ReplayView], error) {
	if _, err := s.caseOf(ctx, in); err != nil {
		return nil, err
	}
	all, err := s.Respond.Replay(ctx, in.Organization, in.Case)
	if err != nil {
		return nil, err
	}
	return replyOf(report.ReplayOf(in.Organization, in.Case, all)), nil
}
