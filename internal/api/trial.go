package api

import (
	"context"
	"time"

	"guanji/internal/day"
	"guanji/internal/problem"
	"guanji/internal/regime"
	"guanji/internal/standing"
)

// OfTrial is the trial that an operation is about.
type OfTrial struct {
	OfOrganization
	Trial string `path:"trial" doc:"The id of a trial."`
}

// newTrial is a trial to be kept.
type newTrial struct {
	Name    string   `json:"name" pattern:"^[^\\x00-\\x1f\\x7f-\\x9f]*$"`
	Changes []change `json:"changes" minItems:"1"`
}

// trial is a trial of other answers.
type trial struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Changed time.Time `json:"changed" doc:"When it was last changed, in Beijing time."`
	Changes []change  `json:"changes"`
}

func trialOf(d standing.Draft) trial {
	return trial{d.ID, d.Name, d.Changed.In(day.Beijing), views(d.Changes, func(c standing.Change) change {
		return change{About: string(c.Ref.About), Subject: c.Ref.Subject, Key: c.Ref.Key, Value: c.Value, TakenBack: c.Value == nil}
	})}
}

func (s *server) previewTrial(ctx context.Context, in *struct {
	OfOrganization
	OnDay
	Body struct {
		Changes []change `json:"changes"`
	} `nameHint:"TrialChanges"`
}) (*reply[*regime.Assessment], error) {
	on, err := parse("on", in.On, s.Standing.Today())
	if err != nil {
		return nil, err
	}
	changes, err := changesOf(in.Body.Changes)
	if err != nil {
		return nil, err
	}
	v, err := s.Standing.Try(ctx, in.Organization, changes, on)
	if err != nil {
		return nil, inChanges(err, in.Body.Changes)
	}
	return whole(v.Assessment)
}

func (s *server) trials(ctx context.Context, in *Listing) (*list[trial], error) {
	if _, err := s.Standing.State(ctx, in.Organization); err != nil {
		return nil, err
	}
	all, err := s.Standing.Trials(ctx, callerOf(ctx).ID, in.Organization)
	if err != nil {
		return nil, err
	}
	return pageOf(in.Paging, views(all, trialOf)), nil
}

func (s *server) createTrial(ctx context.Context, in *struct {
	OfOrganization
	Body newTrial
}) (*reply[trial], error) {
	changes, err := changesOf(in.Body.Changes)
	if err != nil {
		return nil, err
	}
	d, err := s.Standing.SaveTrial(ctx, standing.Draft{Account: callerOf(ctx).ID, Organization: in.Organization, Name: in.Body.Name, Changes: changes})
	if err != nil {
		return nil, inChanges(err, in.Body.Changes)
	}
	return replyOf(trialOf(d)), nil
}

func (s *server) trial(ctx context.Context, in *OfTrial) (*reply[trial], error) {
	d, err := s.ownTrial(ctx, in)
	if err != nil {
		return nil, err
	}
	return replyOf(trialOf(d)), nil
}

// ownTrial returns a trial of the caller, of the organization named.
func (s *server) ownTrial(ctx context.Context, in *OfTrial) (standing.Draft, error) {
	d, err := s.Standing.Trial(ctx, callerOf(ctx).ID, in.Trial)
	if err == nil && d.Organization != in.Organization {
		err = problem.New(problem.NotFound, "standing.no_draft")
	}
	return d, err
}

func (s *server) deleteTrial(ctx context.Context, in *OfTrial) (*none, error) {
	if _, err := s.ownTrial(ctx, in); err != nil {
		return nil, err
	}
	return &none{}, s.Standing.DropTrial(ctx, callerOf(ctx).ID, in.Trial)
}
