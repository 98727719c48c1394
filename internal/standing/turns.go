package standing

import (
	"context"
	"slices"

	"guanji/internal/day"
	"guanji/internal/regime"
)

// Assess returns the assessment of [Service.View].
func (s *Service) Assess(ctx context.Context, organization string, on, known day.Day) (*regime.Assessment, error) {
	v, err := s.View(ctx, organization, on, known)
	if err != nil {
		return nil, err
	}
	return v.Assessment, nil
}

// Turns returns the days after one day and up to another, that included, on
// which the duties of [Service.Assess] may be answered otherwise than on the
// day before: the turns of the law, see [regime.Set.Turns], and the days on
// which a notice of designation was received or withdrawn. The days are in
// order, each once.
func (s *Service) Turns(ctx context.Context, organization string, from, to, known day.Day) ([]day.Day, error) {
	state, err := s.State(ctx, organization)
	if err == nil && !known.IsZero() && known.Before(s.Today()) {
		state, err = s.past(ctx, state, known)
	}
	if err != nil {
		return nil, err
	}
	days := s.Set.Turns(from, to)
	for _, id := range state.Units(AboutNotice) {
		n := state.Notice(id)
		for _, d := range []day.Day{n.NotifiedOn, n.WithdrawnOn} {
			if d.After(from) && !d.After(to) {
				days = append(days, d)
			}
		}
	}
	slices.SortFunc(days, day.Day.Compare)
	return slices.Compact(days), nil
}
