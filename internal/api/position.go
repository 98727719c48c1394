package api

import (
	"context"

	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/message"
	"guanji/internal/position"
	"guanji/internal/regime"
)

// mostListed is how many records, events or subjects one line or task lists.
const mostListed = 100

// line is where one duty of one subject stands.
type line struct {
	Duty        string         `json:"duty" doc:"The id of the duty: get-duty has all about it."`
	Name        message.Text   `json:"name"`
	Area        string         `json:"area"`
	Force       law.Force      `json:"force"`
	Subject     string         `json:"subject" doc:"organization, or the id of a system."`
	Applies     regime.Applies `json:"applies" doc:"yes or unknown; what does not apply has no line."`
	State       position.State `json:"state" doc:"on_file says that evidence is on file, not that it suffices: that is for the authority."`
	Why         *message.Text  `json:"why" doc:"With unknown: what is not known; else null."`
	Complete    bool           `json:"complete" doc:"Evidence of every kind that the duty asks for is on file."`
	Carriers    []carrier      `json:"carriers" doc:"The records on which it rests, the newest 100."`
	NotCounting []uncounted    `json:"not_counting" doc:"Records that were filed and do not count, the newest 100."`
	Missing     []string       `json:"missing" doc:"Kinds of evidence that the duty asks for and nothing carries."`
	Gaps        bool           `json:"gaps" doc:"A record saw something that is not as the duty asks."`
	Open        []int64        `json:"open" doc:"The seq of the events for which nothing is filed, the earliest 100."`
	LeftOut     int            `json:"left_out" doc:"How many records and events are not listed here, since they are too many."`
	Until       day.Day        `json:"until" doc:"The last day on which it is on file; null: no end is known, or it is not."`
	Due         day.Day        `json:"due" doc:"By when something must be filed or put right; null: no day is known."`
	DueWhy      *message.Text  `json:"due_why" doc:"Why then, or why no day is known."`
	Since       day.Day        `json:"overdue_since" doc:"The first day overdue; null if it is not."`
	Plan        *int64         `json:"plan" doc:"The seq of the order or plan that runs, or was not kept."`
	Owner       *string        `json:"owner" doc:"The name of who sees to it; null: nobody."`
}

// carrier is a record on which a line rests.
type carrier struct {
	Kind  string  `json:"kind"`
	Seq   int64   `json:"seq"`
	Until day.Day `json:"until" doc:"The last day on which evidence of the kind carries the line; null: no end is known."`
}

// uncounted is a record that does not count.
type uncounted struct {
	Seq int64        `json:"seq"`
	Why message.Text `json:"why"`
}

func lineOf(l position.Line) line {
	carriers, not, open := last(l.Carriers), last(l.NotCounting), l.Open[:min(mostListed, len(l.Open))]
	v := line{Duty: l.Duty.ID, Name: l.Duty.Name, Area: l.Duty.Area, Force: l.Duty.Force, Subject: l.Subject, Applies: l.Applies, State: l.State,
		Why: textOf(l.Why), Complete: l.Complete(), Missing: append([]string{}, l.Missing...), Gaps: l.Gaps, Open: append([]int64{}, open...),
		Carriers:    views(carriers, func(c position.Carrier) carrier { return carrier(c) }),
		NotCounting: views(not, func(u position.Uncounted) uncounted { return uncounted{u.Seq, u.Why.Text()} }),
		LeftOut:     len(l.Carriers) - len(carriers) + len(l.NotCounting) - len(not) + len(l.Open) - len(open),
		Until:       l.Until, Due: l.Due, DueWhy: textOf(l.DueWhy), Since: l.Since}
	if l.Plan != 0 {
		v.Plan = &l.Plan
	}
	if l.Assignment != nil {
		v.Owner = named(l.Assignment.Assignment.Owner)
	}
	return v
}

// last returns the last items of a list, as many as one line has.
func last[T any](list []T) []T { return list[max(0, len(list)-mostListed):] }

// textOf returns what a message says in both languages, nil for none.
func textOf(m message.M) *message.Text {
	if m.Key == "" {
		return nil
	}
	t := m.Text()
	return &t
}

// named returns a name, nil for none.
func named(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// positionPage is a part of a position.
type positionPage struct {
	On       day.Day     `json:"on" nullable:"false"`
	Known    day.Day     `json:"known" doc:"What was stated and filed by the end of this day counts; null: everything."`
	Revision int64       `json:"revision" doc:"The seq of what was filed last of what counts: where it is another on the next page, something was filed meanwhile."`
	Content  regime.Info `json:"content" doc:"The law by which it was worked out."`
	Count    int         `json:"count" doc:"How many lines there are on all pages."`
	Items    []line      `json:"items"`
	Next     *int64      `json:"next" doc:"What to give as after for the page that follows; null on the last page."`
}

// Lines is which lines of a position are asked for.
type Lines struct {
	Area    string `query:"area" doc:"Only those of duties of an area."`
	State   string `query:"state" enum:"overdue,in_rectification,expiring,none,unknown,on_file" doc:"Only those in a state."`
	Subject string `query:"subject" doc:"Only those of organization, or of the system with this id."`
	Duty    string `query:"duty" doc:"Only those of the duty with this id."`
}

func (f Lines) takes(t *regime.DutyText, subject string) bool {
	return (f.Area == "" || f.Area == t.Area) && (f.Subject == "" || f.Subject == subject) && (f.Duty == "" || f.Duty == t.ID)
}

// checkLines fails for an area or duty that is none, where an empty list would
// look like an answer.
func (s *server) checkLines(f Lines) error {
	if err := s.checkChoice(Choosing{Area: f.Area}); err != nil {
		return err
	}
	return s.checkDuty(f.Duty)
}

// days returns the days that are asked about, of an organization that there
// is.
func (s *server) days(ctx context.Context, in *Viewing) (on, known day.Day, err error) {
	if on, err = parse("on", in.On, s.Standing.Today()); err != nil {
		return
	}
	if known, err = parse("known", in.Known, day.Day{}); err != nil {
		return
	}
	_, err = s.Standing.State(ctx, in.Organization)
	return
}

// position lists lines. Its mark is how many stand before.
func (s *server) position(ctx context.Context, in *struct {
	Viewing
	Lines
	Paging
}) (*reply[positionPage], error) {
	if err := s.checkLines(in.Lines); err != nil {
		return nil, err
	}
	on, known, err := s.days(ctx, &in.Viewing)
	if err != nil {
		return nil, err
	}
	p, err := s.Position.On(ctx, in.Organization, on, known)
	if err != nil {
		return nil, err
	}
	var chosen []position.Line
	for _, l := range p.Lines {
		if in.takes(l.Duty, l.Subject) && (in.State == "" || position.State(in.State) == l.State) {
			chosen = append(chosen, l)
		}
	}
	part := pageOf(in.Paging, chosen).Body
	return replyOf(positionPage{on, known, p.Revision, p.Assessment.Content, len(chosen), views(part.Items, lineOf), part.Next}), nil
}
