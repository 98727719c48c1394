package standing

import (
	"context"
	"crypto/rand"
	"strings"

	"guanji/internal/message"
	"guanji/internal/problem"
)

// MaxTrials is the most trials that one account keeps of one organization.
const MaxTrials = 50

// SaveTrial keeps a trial for its account, under a new id if it has none. It
// fails with [problem.Fields] if a change is no valid statement, or the name
// is empty or too long.
func (s *Service) SaveTrial(ctx context.Context, d Draft) (Draft, error) {
	d.Name = strings.TrimSpace(d.Name)
	if d.Name == "" || len(d.Name) > MaxName {
		return d, problem.Fields{{Name: "trial_name", Msg: message.New("standing.trial_name", MaxName)}}
	}
	state, err := s.State(ctx, d.Organization)
	if err != nil {
		return d, err
	}
	if d.Changes, err = s.check(state, d.Changes); err != nil {
		return d, err
	}
	if d.ID == "" {
		all, err := s.Drafts.Drafts(ctx, d.Account, d.Organization)
		if err != nil {
			return d, err
		}
		if len(all) >= MaxTrials {
			return d, problem.Fields{{Name: "trial_name", Msg: message.New("standing.too_many", MaxTrials)}}
		}
		d.ID = rand.Text()[:16]
	}
	d.Changed = s.Now()
	return d, s.Drafts.SaveDraft(ctx, d)
}

// Trial returns a trial of an account. Another account's is
// [problem.NotFound].
func (s *Service) Trial(ctx context.Context, account, id string) (Draft, error) {
	return s.Drafts.Draft(ctx, account, id)
}

// Trials returns the trials of an account, the one changed last first.
func (s *Service) Trials(ctx context.Context, account, organization string) ([]Draft, error) {
	return s.Drafts.Drafts(ctx, account, organization)
}

// DropTrial forgets a trial of an account.
func (s *Service) DropTrial(ctx context.Context, account, id string) error {
	return s.Drafts.DropDraft(ctx, account, id)
}
