package standing

import (
	"context"

	"guanji/internal/org"
)

// HasSystem reports whether an organization has a system. It fails with
// problem.NotFound if there is no such organization.
func (s *Service) HasSystem(ctx context.Context, organization, system string) (bool, error) {
	state, err := s.State(ctx, organization)
	if err != nil {
		return false, err
	}
	return state.Exists(org.AboutSystem, system), nil
}

// File returns all that is stated of an organization. It fails with
// [problem.NotFound] if there is no such organization.
func (s *Service) File(ctx context.Context, organization string) (*org.File, error) {
	state, err := s.State(ctx, organization)
	if err != nil {
		return nil, err
	}
	f, _ := state.File(s.Set.Vocabulary)
	return f, nil
}
