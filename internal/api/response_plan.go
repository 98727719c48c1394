package api

import (
	"context"

	"guanji/internal/incident"
)

// responsePlan is how an organization is reached and reaches others.
type responsePlan struct {
	Seq int64 `json:"seq" doc:"What a change gives as seen; 0: none was made yet."`
	incident.Plan
}

func (s *server) responsePlan(ctx context.Context, in *OfOrganization) (*reply[responsePlan], error) {
	if _, err := s.Standing.State(ctx, in.Organization); err != nil {
		return nil, err
	}
	plan, seq, err := s.Respond.Plan(ctx, in.Organization)
	if err != nil {
		return nil, err
	}
	v := responsePlan{seq, *plan}
	if v.Ladder == nil {
		v.Ladder = []incident.Person{}
	}
	if v.Contacts == nil {
		v.Contacts = map[string]incident.Contact{}
	}
	return replyOf(v), nil
}

// NewResponsePlan is a plan that is to stand, and what the caller saw of the one
// before.
type NewResponsePlan struct {
	Seen int64 `json:"seen" minimum:"0" doc:"The seq of the plan that the caller saw, 0 if there was none."`
	incident.Plan
}

func (s *server) putResponsePlan(ctx context.Context, in *struct {
	OfOrganization
	Body NewResponsePlan
}) (*reply[responsePlan], error) {
	if _, err := s.Standing.State(ctx, in.Organization); err != nil {
		return nil, err
	}
	if err := s.Respond.SavePlan(ctx, in.Organization, callerOf(ctx).Name, in.Body.Seen, in.Body.Plan); err != nil {
		return nil, err
	}
	return s.responsePlan(ctx, &in.OfOrganization)
}
