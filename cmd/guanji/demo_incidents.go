package main

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"guanji/internal/incident"
)

// happening is a step of an example, with the minutes since it happened.
type happening struct {
	Case int           `json:"case"` // counts from 1 within the example
	Ago  int           `json:"ago"`
	Step incident.Step `json:"step"`
}

// happen records the steps of an example.
func (in *installation) happen(ctx context.Context, organization string, data []byte, now time.Time) error {
	var steps []happening
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&steps); err != nil {
		return err
	}
	cases := map[int]int64{}
	for _, h := range steps {
		at := now.Add(-time.Duration(h.Ago) * time.Minute)
		number, err := in.happens(ctx, organization, cases[h.Case], h.Step, at)
		if err != nil {
			return err
		}
		cases[h.Case] = number
	}
	return nil
}

// happens records one step that happened at some time, in a case or, for
// number 0, in one of its own, and returns the number.
func (in *installation) happens(ctx context.Context, organization string, number int64, step incident.Step, at time.Time) (int64, error) {
	const by = "examples"
	step.Happened = at
	switch {
	case step.Plan != nil:
		return 0, in.respond.SavePlan(ctx, organization, by, 0, *step.Plan)
	case step.Alert != nil:
		done, err := in.respond.Alert(ctx, organization, by, *step.Alert, at)
		return done.Case, err
	case step.Open != nil && number == 0:
		step.Open.Aware.At = at
		c, err := in.respond.Open(ctx, organization, by, step)
		if err != nil {
			return 0, err
		}
		return c.Number, nil
	}
	c, err := in.respond.Case(ctx, organization, number)
	if err != nil {
		return 0, err
	}
	_, err = in.respond.Add(ctx, organization, by, number, c.Revision(), step)
	return number, err
}
