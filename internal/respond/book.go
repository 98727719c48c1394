package respond

import (
	"context"
	"maps"
	"slices"
	"time"

	"guanji/internal/incident"
	"guanji/internal/job"
	"guanji/internal/problem"
)

// A book is the cases of an organization as they were last read. It is not
// changed once it was made.
type book struct {
	revision int64
	cases    map[int64]*incident.Case
}

// with returns the book after more steps.
func (b *book) with(steps []incident.Recorded) *book {
	next := &book{b.revision, maps.Clone(b.cases)}
	more := map[int64][]incident.Recorded{}
	for _, s := range steps {
		more[s.Case] = append(more[s.Case], s)
		next.revision = s.Seq
	}
	for n, list := range more {
		var before []incident.Recorded
		if c := b.cases[n]; c != nil {
			before = c.Steps
		}
		next.cases[n] = incident.Fold(n, slices.Concat(before, list))
	}
	return next
}

// book reads what was recorded since it was last read.
func (s *Service) book(ctx context.Context, organization string) (*book, error) {
	s.mu.Lock()
	b := s.books[organization]
	s.mu.Unlock()
	if b == nil {
		b = &book{cases: map[int64]*incident.Case{}}
	}
	steps, err := s.Store.Steps(ctx, organization, b.revision)
	if err != nil || len(steps) == 0 {
		return b, err
	}
	b = b.with(steps)
	s.mu.Lock()
	defer s.mu.Unlock()
	if had := s.books[organization]; had == nil || had.revision < b.revision {
		s.books[organization] = b
	}
	return b, nil
}

// wakes is the jobs of looking again at every case in which people wait for an
// answer: who is told next follows from the plan.
func (b *book) wakes(organization string, at time.Time) (jobs []job.Job) {
	for n, c := range b.cases {
		if n > 0 && c.State.Live() && !c.Unanswered().IsZero() {
			jobs = append(jobs, WakeJob(organization, n, at))
		}
	}
	return jobs
}

// Cases returns every case of an organization, the newest first.
func (s *Service) Cases(ctx context.Context, organization string) ([]*incident.Case, error) {
	b, err := s.book(ctx, organization)
	if err != nil {
		return nil, err
	}
	var all []*incident.Case
	for n, c := range b.cases {
		if n > 0 {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b *incident.Case) int { return int(b.Number - a.Number) })
	return all, nil
}

// Case returns one case. It fails with [problem.NotFound].
func (s *Service) Case(ctx context.Context, organization string, number int64) (*incident.Case, error) {
	if number <= 0 {
		return nil, problem.New(problem.NotFound, "respond.no_case", number)
	}
	c, err := s.fold(ctx, organization, number)
	if err == nil && len(c.Steps) == 0 {
		err = problem.New(problem.NotFound, "respond.no_case", number)
	}
	return c, err
}

// fold reads one case; one without a step was never made.
func (s *Service) fold(ctx context.Context, organization string, number int64) (*incident.Case, error) {
	steps, err := s.Store.CaseSteps(ctx, organization, number)
	if err != nil {
		return nil, err
	}
	return incident.Fold(number, steps), nil
}

// Plan returns how an organization is reached and reaches others, and the Seq
// of the step that says so, 0 for none.
func (s *Service) Plan(ctx context.Context, organization string) (*incident.Plan, int64, error) {
	c, err := s.fold(ctx, organization, 0)
	if err != nil {
		return nil, 0, err
	}
	for _, step := range slices.Backward(c.Steps) {
		if step.Plan != nil {
			return step.Plan, step.Seq, nil
		}
	}
	return &incident.Plan{}, 0, nil
}
