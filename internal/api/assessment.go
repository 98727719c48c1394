package api

import (
	"context"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/regime"
	"guanji/internal/standing"
)

// Viewing is where an organization stands on a day.
type Viewing struct {
	OfOrganization
	OnDay
	KnownOn
}

func (s *server) assessment(ctx context.Context, in *Viewing) (*reply[*regime.Assessment], error) {
	v, err := s.view(ctx, in)
	if err != nil {
		return nil, err
	}
	return whole(v.Assessment)
}

// mostAnswers is from how many answered duties on an assessment is refused as a
// whole: each takes about 600 bytes, all in memory at once.
const mostAnswers = 50_000

// whole replies with an assessment, unless it is too large for one answer.
func whole(a *regime.Assessment) (*reply[*regime.Assessment], error) {
	if len(a.Duties) > mostAnswers {
		return nil, problem.New(problem.Usage, "api.too_large", len(a.Duties), mostAnswers)
	}
	return replyOf(a), nil
}

// view returns what must not be changed: others look at it too.
func (s *server) view(ctx context.Context, in *Viewing) (*standing.View, error) {
	on, err := parse("on", in.On, s.Standing.Today())
	if err != nil {
		return nil, err
	}
	known, err := parse("known", in.Known, day.Day{})
	if err != nil {
		return nil, err
	}
	return s.Standing.View(ctx, in.Organization, on, known)
}

// question is an open question.
type question struct {
	Fact     string        `json:"fact" doc:"The id of the fact that is asked: list-facts has its type and words."`
	About    org.Subject   `json:"about" enum:"organization,system,transfer"`
	Subject  string        `json:"subject" doc:"organization, or the id of a system or transfer."`
	Could    regime.Status `json:"could_become,omitempty" doc:"The status that the answer could lead to."`
	Duties   int           `json:"duties" doc:"How many duties depend on the answer."`
	Pathways int           `json:"transfers" doc:"The pathways of how many transfers depend on the answer."`
	Question message.Text  `json:"question"`
}

func (s *server) questions(ctx context.Context, in *struct {
	OfOrganization
	OnDay
	Paging
}) (*list[question], error) {
	v, err := s.view(ctx, &Viewing{in.OfOrganization, in.OnDay, KnownOn{}})
	if err != nil {
		return nil, err
	}
	return pageOf(in.Paging, views(v.Questions(), func(q standing.Question) question {
		return question{q.Fact.ID, q.Fact.Subject, q.Subject, q.Could, q.Duties, q.Transfers, q.Fact.Question}
	})), nil
}
