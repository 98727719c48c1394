package api

import (
	"context"
	"slices"
	"strings"

	"guanji/internal/problem"
	"guanji/internal/regime"
	"guanji/internal/standing"
)

// dutyRow is a duty with how many subjects it applies to.
type dutyRow struct {
	*regime.DutyText
	Applies regime.Applies `json:"applies" doc:"yes if it applies to some subject, unknown if it may."`
	Yes     int            `json:"yes" doc:"How many subjects it applies to."`
	Unknown int            `json:"unknown" doc:"How many it may apply to."`
	No      int            `json:"no" doc:"How many it does not apply to."`
}

func dutyRowOf(r standing.Row) dutyRow {
	return dutyRow{r.DutyText, r.Applies(), r.Yes, r.Unknown, r.No}
}

// Choosing is which duties are asked for.
type Choosing struct {
	Area    string `query:"area" doc:"Only those of an area."`
	Bearer  string `query:"bearer" doc:"Only those laid upon a bearer."`
	Applies string `query:"applies" enum:"yes,unknown,no" doc:"Only those that apply, may apply or do not: to the subject if one is given, else to any."`
	Subject string `query:"subject" doc:"Only those about organization, or about the system with this id."`
	Text    string `query:"q" doc:"Only those with every one of these words in id, name, summary or a provision, in either language."`
}

func (s *server) duties(ctx context.Context, in *struct {
	Viewing
	Choosing
	Paging
}) (*list[dutyRow], error) {
	if err := s.checkChoice(in.Choosing); err != nil {
		return nil, err
	}
	v, err := s.view(ctx, &in.Viewing)
	if err != nil {
		return nil, err
	}
	f := standing.Filter{Area: in.Area, Bearer: in.Bearer, Applies: regime.Applies(in.Choosing.Applies), Subject: in.Subject, Text: in.Text}
	return pageOf(in.Paging, views(f.Of(v.Rows), dutyRowOf)), nil
}

// checkChoice fails for an area or bearer that is none, where an empty list
// would look like an answer.
func (s *server) checkChoice(c Choosing) error {
	areas := views(s.Set.Areas, func(a regime.Named) string { return a.ID.Value })
	bearers := views(s.Set.Bearers, func(b *regime.Bearer) string { return b.ID.Value })
	if c.Area != "" && !slices.Contains(areas, c.Area) {
		return wrong("query.area", "api.want_one_of", strings.Join(areas, ", "))
	}
	if c.Bearer != "" && !slices.Contains(bearers, c.Bearer) {
		return wrong("query.bearer", "api.want_one_of", strings.Join(bearers, ", "))
	}
	return nil
}

// subjectAnswer is whether a duty applies to one subject, and why.
type subjectAnswer struct {
	Subject   string          `json:"subject" doc:"organization, or the id of a system."`
	Applies   regime.Applies  `json:"applies"`
	Because   []regime.Reason `json:"because"`
	DependsOn []string        `json:"depends_on" doc:"The facts that are missing."`
}

// dutyFull is a duty with its answers.
type dutyFull struct {
	*regime.DutyText
	Applies regime.Applies  `json:"applies" doc:"yes if it applies to some subject, unknown if it may."`
	Answers []subjectAnswer `json:"answers"`
}

func (s *server) duty(ctx context.Context, in *struct {
	Viewing
	Duty string `path:"duty" doc:"The id of a duty."`
}) (*reply[dutyFull], error) {
	v, err := s.view(ctx, &in.Viewing)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(v.Rows, func(r standing.Row) bool { return r.ID == in.Duty })
	if i < 0 {
		return nil, problem.New(problem.NotFound, "api.no_duty", in.Duty)
	}
	answers := views(v.Rows[i].Answers, func(a regime.DutyAnswer) subjectAnswer {
		return subjectAnswer{a.Subject, a.Applies, a.Because, a.DependsOn}
	})
	return replyOf(dutyFull{v.Rows[i].DutyText, v.Rows[i].Applies(), answers}), nil
}
