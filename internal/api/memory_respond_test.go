package api

import (
	"context"
	"slices"
	"strconv"

	"guanji/internal/filing"
	"guanji/internal/incident"
	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/respond"
)

// cases keeps steps, as internal/store does: within the memory of all else.
type cases struct{ *memory }

// Steps implements [respond.Store].
func (c cases) Steps(_ context.Context, organization string, after int64) ([]incident.Recorded, error) {
	defer c.lock()()
	all := c.steps[organization]
	return slices.Clone(all[min(int(after), len(all)):]), c.broken
}

// CaseSteps implements [respond.Store].
func (c cases) CaseSteps(_ context.Context, organization string, number int64) ([]incident.Recorded, error) {
	defer c.lock()()
	return c.ofCase(organization, number), c.broken
}

func (c cases) ofCase(organization string, number int64) (list []incident.Recorded) {
	for _, s := range c.steps[organization] {
		if s.Case == number {
			list = append(list, s)
		}
	}
	return list
}

// Record implements [respond.Store].
func (c cases) Record(ctx context.Context, organization string, w respond.Writing) (recorded []incident.Recorded, err error) {
	number, err := c.place(organization, w)
	if err != nil {
		return nil, err
	}
	if w.Items != nil {
		if _, err := c.File(ctx, organization, filing.AnyRevision, w.Items(number), w.Actor); err != nil {
			return nil, err
		}
	}
	defer c.lock()()
	for _, step := range w.Steps {
		r := incident.Recorded{Step: step, Case: number, Seq: int64(len(c.steps[organization])) + 1, At: w.Actor.At, By: w.Actor.By}
		id := strconv.FormatInt(r.Seq, 10)
		c.tell(ledger.Record{What: ledger.Step, Organization: organization, ID: id, Digest: ledger.Digest(organization, id)}, w.Actor)
		c.steps[organization], recorded = append(c.steps[organization], r), append(recorded, r)
	}
	return recorded, nil
}

// place returns the case that steps belong to.
func (c cases) place(organization string, w respond.Writing) (number int64, err error) {
	defer c.lock()()
	if _, err := c.head(organization); err != nil {
		return 0, err
	}
	if w.Case != respond.NewCase {
		own := c.ofCase(organization, w.Case)
		if w.Seen != respond.AnyRevision && len(own) > 0 && w.Seen != own[len(own)-1].Seq {
			return 0, problem.New(problem.Conflict, "respond.busy")
		}
		return w.Case, nil
	}
	for _, s := range c.steps[organization] {
		number = max(number, s.Case)
	}
	return number + 1, nil
}

// Channels implements [respond.Channels]; the API knows none.
func (c cases) Channels(context.Context) ([]respond.Channel, error) { return nil, nil }

// SaveChannel implements [respond.Channels].
func (c cases) SaveChannel(context.Context, *respond.Channel, respond.Channel, ledger.Actor) error {
	return nil
}
