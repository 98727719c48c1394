package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"time"

	"guanji/internal/day"
	"guanji/internal/job"
	"guanji/internal/notify"
	"guanji/internal/position"
	"guanji/internal/report"
	"guanji/internal/respond"
	"guanji/internal/work"
)

// worker does the background work of an installation. The owner is the home:
// a server that starts on it lets go of what the one before had.
func (p *program) worker(in *installation, home string, log *slog.Logger) *work.Runner {
	host, _ := os.Hostname() // without a name, homes tell servers apart
	return work.New(work.Config{Queue: in.store, Owner: host + ":" + home, Log: log, Now: p.now,
		Anew: func(ctx context.Context) error { return in.anew(ctx, p.now()) }, Handlers: map[job.Kind]work.Handler{
			job.Wake: in.respond.Wake,
			job.Send: in.respond.Deliver,
			job.Card: in.respond.PrintCard,
			job.Tasks: func(ctx context.Context, _ job.Job) (time.Time, error) {
				now := p.now()
				return morning(now), in.tellTasks(ctx, now)
			},
			job.Sweep: func(ctx context.Context, _ job.Job) (time.Time, error) {
				now := p.now()
				return now.Add(sweepEvery), in.vault.Sweep(ctx, now.Add(-abandonedAfter))
			},
		}})
}

// anew looks at everything again: a clock that was wrong may have put it off.
func (in *installation) anew(ctx context.Context, now time.Time) error {
	all, err := in.standing.Organizations(ctx)
	if err != nil {
		return err
	}
	var ids []string
	for _, o := range all {
		ids = append(ids, o.ID)
	}
	jobs, err := in.respond.WakeAll(ctx, ids)
	if err != nil {
		return err
	}
	return errors.Join(in.store.Hurry(ctx, now), in.store.Requeue(ctx, jobs...))
}

// recurring is the jobs that are there as long as the installation is.
func recurring(now time.Time) []job.Job {
	body := json.RawMessage(`{}`)
	return []job.Job{{Key: "tasks", Kind: job.Tasks, Body: body, At: morning(now)}, {Key: "sweep", Kind: job.Sweep, Body: body, At: now}}
}

// tellHour is when people are told what is to be done, in Beijing.
const tellHour = 9

// morning is the next moment at which people are told what is to be done.
func morning(now time.Time) time.Time {
	d := day.In(now)
	if at := d.Start().Add(tellHour * time.Hour); at.After(now) {
		return at
	}
	return d.AddDays(1).Start().Add(tellHour * time.Hour)
}

// tellTasks tells the people of each organization what is late or near, in the
// morning or later, on working days, and on all days of a year whose holidays
// are not known.
func (in *installation) tellTasks(ctx context.Context, now time.Time) error {
	on := day.In(now)
	if working, known := in.set.Calendar.Working(on); known && !working || now.Before(on.Start().Add(tellHour*time.Hour)) {
		return nil
	}
	all, err := in.standing.Organizations(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, o := range all {
		tasks, err := in.position.Tasks(ctx, o.ID, on, day.Day{}, position.Filter{})
		if err == nil {
			err = in.respond.TellTasks(ctx, o.ID, on, dueOf(tasks))
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// dueOf counts tasks that are late or near, and finds the next of those near.
func dueOf(tasks []position.Task) (d respond.Due) {
	for _, t := range tasks {
		switch {
		case t.Late:
			d.Late++
		case t.Near:
			d.Near++
			if d.Next.IsZero() || t.Due.Before(d.Next) {
				d.Next = t.Due
			}
		}
	}
	return d
}

// An upload that nobody went on with for abandonedAfter is given up.
const (
	abandonedAfter = 7 * 24 * time.Hour
	sweepEvery     = time.Hour
)

// printer puts documents into folders: as a page that every machine opens, and
// as a text that can be filled in.
type printer struct{ folders notify.Folders }

func (p *printer) Print(ctx context.Context, c respond.Channel, name string, d respond.Document) error {
	var failed []error
	for ending, write := range map[string]func(io.Writer, respond.Document) error{".html": report.DocumentHTML, ".docx": report.Docx} {
		var b bytes.Buffer
		err := write(&b, d)
		if err == nil {
			err = p.folders.Put(ctx, c.Address, name+ending, b.Bytes())
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}
