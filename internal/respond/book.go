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
	refs     map[string]int64 // the cases of alerts that their machines numbered
}

// with returns the book after more steps.
func (b *book) with(steps []incident.Recorded) *book {
	next := &book{b.revision, maps.Clone(b.cases), maps.Clone(b.refs)}
	more := map[int64][]incident.Recorded{}
	for _, s := range steps {
		more[s.Case] = append(more[s.Case], s)
		next.revision = s.Seq
		if s.Alert != nil && refOf(*s.Alert) != "" {
			next.refs[refOf(*s.Alert)] = s.Case
		}
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
		b = &book{cases: map[int64]*incident.Case{}, refs: map[string]int64{}}
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

// wakes is the jobs of looking again at every case in which something may have
// to be said: who is told follows from the plan.
func (b *book) wakes(organization string, at time.Time) (jobs []job.Job) {
	for n, c := range b.cases {
		if n > 0 && c.State.Live() {
			jobs = append(jobs, WakeJob(organization, n, at))
		}
	}
	return jobs
}

// WakeAll returns the jobs of looking again at every case in which something
// may have to be said, as when the program starts, or the clock jumped.
func (s *Service) WakeAll(ctx context.Context, organizations []string) (jobs []job.Job, err error) {
	for _, o := range organizations {
		b, err := s.book(ctx, o)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, append(b.wakes(o, s.now()), CardJob(o, s.now()))...)
	}
	return jobs, nil
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
