package api

import (
	"context"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/position"
	"guanji/internal/problem"
)

// task is what there is to do about one duty.
type task struct {
	Duty     string         `json:"duty"`
	Name     message.Text   `json:"name"`
	Area     string         `json:"area"`
	What     position.What  `json:"what" doc:"file: evidence of kinds that are missing. renew: evidence that ends. put_right: what an order or plan names, or gaps that were seen and for which none runs. tell: whether the event happened that starts the duty."`
	State    position.State `json:"state"`
	Kinds    []string       `json:"kinds" doc:"Of evidence to file."`
	Due      day.Day        `json:"due" doc:"null: no day is known; to file that means at once."`
	DueWhy   *message.Text  `json:"due_why" doc:"Why then, or why no day is known."`
	Owner    *string        `json:"owner" doc:"null: nobody."`
	Near     bool           `json:"near" doc:"The due day is near."`
	Late     bool           `json:"late" doc:"The due day has passed."`
	Subjects []string       `json:"subjects" doc:"Of which it is to be done, at most 100; list-position with duty and state lists every one."`
	Count    int            `json:"subject_count" doc:"How many they are."`
}

func taskOf(t position.Task) task {
	some := t.Subjects[:min(mostListed, len(t.Subjects))]
	return task{t.Duty.ID, t.Duty.Name, t.Duty.Area, t.What, t.State, append([]string{}, t.Kinds...), t.Due, textOf(t.DueWhy), named(t.Owner), t.Near, t.Late,
		append([]string{}, some...), len(t.Subjects)}
}

func (s *server) tasks(ctx context.Context, in *struct {
	Viewing
	Owner   string `query:"owner" doc:"Only those of the account with this name."`
	Unowned bool   `query:"unowned" doc:"Only those of nobody."`
	Area    string `query:"area" doc:"Only those of duties of an area."`
	State   string `query:"state" enum:"overdue,in_rectification,expiring,none,unknown,on_file" doc:"Only those of lines in a state."`
	Paging
}) (*list[task], error) {
	if err := s.checkLines(Lines{Area: in.Area}); err != nil {
		return nil, err
	}
	on, known, err := s.days(ctx, &in.Viewing)
	if err != nil {
		return nil, err
	}
	all, err := s.Position.Tasks(ctx, in.Organization, on, known, position.Filter{Owner: in.Owner, Unowned: in.Unowned, Area: in.Area, State: position.State(in.State)})
	if err != nil {
		return nil, err
	}
	part := pageOf(in.Paging, all).Body
	return replyOf(page[task]{views(part.Items, taskOf), part.Next}), nil
}

// rectification is what was done under an order or plan.
type rectification struct {
	Seq       int64   `json:"seq" doc:"Of the order or plan."`
	Plan      Plan    `json:"plan"`
	Done      day.Day `json:"done" doc:"When it was carried out; null: not yet."`
	Late      bool    `json:"late" doc:"Carried out after its due day, or not by now and that has passed."`
	Days      int     `json:"days" doc:"From its due day to the day carried out, or to the day asked; below 0 before it."`
	Before    int     `json:"before_count" doc:"How many records of the duty were observed before it started."`
	Meanwhile int     `json:"meanwhile_count" doc:"How many were observed from then until it was carried out, or until the day asked."`
}

func rectificationOf(r position.Rectification) rectification {
	return rectification{r.Seq, *planOf(r.Plan), r.Done, r.Late, r.Days, len(r.Before), len(r.Meanwhile)}
}

func (s *server) rectifications(ctx context.Context, in *struct {
	Viewing
	Paging
}) (*list[rectification], error) {
	all, err := s.leniency(ctx, &in.Viewing)
	if err != nil {
		return nil, err
	}
	return pageOf(in.Paging, views(all, rectificationOf)), nil
}

func (s *server) leniency(ctx context.Context, in *Viewing) ([]position.Rectification, error) {
	on, known, err := s.days(ctx, in)
	if err != nil {
		return nil, err
	}
	return s.Position.Leniency(ctx, in.Organization, on, known)
}

// rectificationFull is a rectification with its records.
type rectificationFull struct {
	Rectification rectification `json:"rectification"`
	Before        []int64       `json:"before" doc:"The seq of the records of the duty observed before it started: what was in place."`
	Meanwhile     []int64       `json:"meanwhile" doc:"The seq of those observed from then until it was carried out, or until the day asked."`
	Grounds       []string      `json:"grounds" doc:"The provisions for which it is gathered. What counts as a ground for leniency is for the authority to say."`
}

func (s *server) rectification(ctx context.Context, in *struct {
	Viewing
	Seq int64 `path:"seq" minimum:"1" doc:"The seq of an order or plan."`
}) (*reply[rectificationFull], error) {
	all, err := s.leniency(ctx, &in.Viewing)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.Seq == in.Seq {
			return replyOf(rectificationFull{rectificationOf(r), append([]int64{}, r.Before...), append([]int64{}, r.Meanwhile...),
				[]string{position.LeniencyCSL, position.LeniencyIRM}}), nil
		}
	}
	return nil, problem.New(problem.NotFound, "api.no_rectification", in.Seq)
}
