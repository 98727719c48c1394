package api

import (
	"context"
	"strings"

	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/problem"
	"guanji/internal/report"
)

func (s *server) facts(_ context.Context, in *Paging) (*list[report.FactView], error) {
	return pageOf(*in, report.FactViews(s.Set.Vocabulary)), nil
}

func (s *server) instruments(_ context.Context, in *Paging) (*list[report.InstrumentView], error) {
	return pageOf(*in, report.InstrumentViews(s.Set.Library.Instruments())), nil
}

func (s *server) instrument(_ context.Context, in *struct {
	Instrument string `path:"instrument" doc:"The id of a law or standard, such as CSL."`
}) (*reply[report.InstrumentView], error) {
	i := s.Set.Library.Instrument(in.Instrument)
	if i == nil {
		return nil, problem.New(problem.NotFound, "api.no_instrument", in.Instrument)
	}
	return replyOf(report.InstrumentViews([]*law.Instrument{i})[0]), nil
}

func (s *server) provisions(_ context.Context, in *struct {
	Text string `query:"q" doc:"Only those with every one of these words, in either language; all if absent."`
	Paging
}) (*list[report.ProvisionView], error) {
	found := s.Set.Library.Search(in.Text)
	if strings.TrimSpace(in.Text) == "" {
		for _, i := range s.Set.Library.Instruments() {
			found = append(found, i.Provisions...)
		}
	}
	return pageOf(in.Paging, report.ProvisionViews(found)), nil
}

func (s *server) provision(_ context.Context, in *struct {
	Provision string `path:"provision" doc:"The number of a provision, such as CSL-23(3) or CSL-21."`
}) (*reply[page[report.ProvisionView]], error) {
	found := s.Set.Library.Find(in.Provision)
	if len(found) == 0 {
		return nil, problem.New(problem.NotFound, "api.no_provision", in.Provision)
	}
	return replyOf(page[report.ProvisionView]{Items: report.ProvisionViews(found)}), nil
}

func (s *server) changes(_ context.Context, in *struct {
	From string `query:"from" required:"true" format:"date" doc:"The first of the two days that are compared, YYYY-MM-DD."`
	To   string `query:"to" required:"true" format:"date" doc:"The second."`
	Paging
}) (*list[report.ChangeView], error) {
	from, err := parse("from", in.From, day.Day{})
	if err != nil {
		return nil, err
	}
	to, err := parse("to", in.To, day.Day{})
	if err != nil {
		return nil, err
	}
	return pageOf(in.Paging, report.ChangeViews(s.Set.Library.Diff(from, to))), nil
}
