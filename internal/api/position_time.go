package api

import (
	"context"
	"strings"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/position"
	"guanji/internal/problem"
)

// heat tells, area by area, how many lines stood where on some days.
type heat struct {
	Days  []day.Day  `json:"days" doc:"In order."`
	Areas []heatArea `json:"areas" doc:"Those in which there is a line on some day."`
}

// heatArea is one area.
type heatArea struct {
	Area  string     `json:"area"`
	Cells []heatCell `json:"cells" doc:"One for each day."`
}

// heatCell counts the lines of one area on one day.
type heatCell struct {
	Binding counts `json:"binding" doc:"Of duties that bind by themselves: of laws, rules and mandatory standards."`
	Other   counts `json:"other" doc:"Of recommended standards, guidance and contracts."`
}

// counts is how many lines stand in each state.
type counts struct {
	Overdue         int `json:"overdue"`
	InRectification int `json:"in_rectification"`
	Expiring        int `json:"expiring"`
	None            int `json:"none"`
	Unknown         int `json:"unknown"`
	OnFile          int `json:"on_file"`
}

func countsOf(c position.Counts) counts {
	return counts{c.Of(position.Overdue), c.Of(position.InRectification), c.Of(position.Expiring), c.Of(position.None), c.Of(position.Unknown), c.Of(position.OnFile)}
}

func heatOf(h *position.Heat) heat {
	return heat{h.Days, views(h.Areas, func(a position.Area) heatArea {
		return heatArea{a.Area, views(a.Cells, func(c position.Cell) heatCell { return heatCell{countsOf(c.Binding), countsOf(c.Other)} })}
	})}
}

func (s *server) heat(ctx context.Context, in *struct {
	OfOrganization
	From  string `query:"from" required:"true" format:"date" doc:"The first day, YYYY-MM-DD."`
	To    string `query:"to" required:"true" format:"date" doc:"The last day that may be among them."`
	Every int    `query:"every" minimum:"1" maximum:"366" default:"1" doc:"So many days lie from one to the next. At most 400 days are answered."`
	KnownOn
}) (*reply[heat], error) {
	to, known, err := s.days(ctx, &Viewing{in.OfOrganization, OnDay{in.To}, in.KnownOn})
	if err != nil {
		return nil, at(err, func(field string) string { return strings.Replace(field, "query.on", "query.to", 1) })
	}
	from, err := parse("from", in.From, day.Day{})
	if err != nil {
		return nil, err
	}
	n := max(0, from.DaysUntil(to)+1)
	if n = (n + in.Every - 1) / in.Every; n < 1 || n > position.MaxDays {
		return nil, problem.New(problem.Usage, "position.days", position.MaxDays, n)
	}
	days := make([]day.Day, n)
	for i := range days {
		days[i] = from.AddDays(i * in.Every)
	}
	h, err := s.Position.Over(ctx, in.Organization, days, known)
	if err != nil {
		return nil, err
	}
	return replyOf(heatOf(h)), nil
}

// positionChange is a line that stands otherwise than it did.
type positionChange struct {
	Duty    string          `json:"duty"`
	Name    message.Text    `json:"name"`
	Area    string          `json:"area"`
	Subject string          `json:"subject"`
	From    *position.State `json:"from" doc:"null: the duty did not apply."`
	To      *position.State `json:"to" doc:"null: it no longer applies."`
}

// positionChanges lists what stands otherwise, each subject by itself: a
// change can be that of a thousand. Its mark is how many stand before.
func (s *server) positionChanges(ctx context.Context, in *struct {
	Viewing
	Lines
	Since string `query:"since" required:"true" format:"date" doc:"The earlier day, YYYY-MM-DD, with which on is compared."`
	Paging
}) (*list[positionChange], error) {
	if err := s.checkLines(in.Lines); err != nil {
		return nil, err
	}
	on, known, err := s.days(ctx, &in.Viewing)
	if err != nil {
		return nil, err
	}
	since, err := parse("since", in.Since, day.Day{})
	if err != nil {
		return nil, err
	}
	all, err := s.Position.Changes(ctx, in.Organization, since, on, known)
	if err != nil {
		return nil, err
	}
	var chosen []positionChange
	for _, c := range all {
		for _, subject := range c.Subjects {
			if in.takes(c.Duty, subject) && (in.State == "" || position.State(in.State) == c.To) {
				chosen = append(chosen, positionChange{c.Duty.ID, c.Duty.Name, c.Duty.Area, subject, stateOf(c.From), stateOf(c.To)})
			}
		}
	}
	return pageOf(in.Paging, chosen), nil
}

// stateOf returns a state, nil for none.
func stateOf(s position.State) *position.State {
	if s == "" {
		return nil
	}
	return &s
}
