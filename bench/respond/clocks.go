package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"guanji/internal/account"
	"guanji/internal/channel"
	"guanji/internal/incident"
	"guanji/internal/job"
	"guanji/internal/ledger"
	"guanji/internal/respond"
	"guanji/internal/work"
)

// firing is a store that tells how late each thing was said, once the step that
// says so is committed.
type firing struct {
	respond.Store
	said, given *latenesses
	all         *counter
}

func (f firing) Record(ctx context.Context, organization string, w respond.Writing) ([]incident.Recorded, error) {
	recorded, err := f.Store.Record(ctx, organization, w)
	must(err)
	if said := w.Steps[0].Said; said != nil {
		f.said.add(said.By)
	}
	return recorded, nil
}

// Send takes notices, and tells how late they were handed on.
func (f firing) Send(_ context.Context, _ respond.Channel, m respond.Message) error {
	f.given.add(m.By)
	f.all.ended(1)
	return nil
}

// fire has the limit of many cases of one organization end within some time,
// each with one person to be told by one channel.
func (b benchmark) fire(ctx context.Context, engine string, database func(context.Context) (string, func()), spread time.Duration) {
	address, drop := database(ctx)
	s := opened(ctx, address)
	by := ledger.Actor{By: "Lin", At: time.Now()}
	c := respond.Channel{ID: "c", Means: channel.Webhook, Name: "c", Address: "https://hooks.example/", Approval: account.Approval{ProposedBy: "Lin", Proposed: by.At, AllowedBy: "Wei", Allowed: by.At}}
	must(s.SaveChannel(ctx, nil, c, by))
	plan := incident.Plan{Wait: incident.MaxWait, Ladder: []incident.Person{{Name: "Lin", Channels: []string{c.ID}}}}
	_, err := s.Record(ctx, organization, respond.Writing{Steps: []incident.Step{{Plan: &plan}}, Actor: by})
	must(err)
	ends := b.moments(time.Now().Add(lead), spread)
	b.openAll(ctx, s, ends)
	f := firing{s, &latenesses{}, &latenesses{}, counting(b.clocks)}
	service := respond.New(respond.Config{Store: f, Channels: s, Sender: f, Now: time.Now})
	r := work.New(work.Config{Queue: s, Owner: "bench", Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Handlers: map[job.Kind]work.Handler{job.Wake: service.Wake, job.Send: service.Deliver}})
	running, stop := context.WithCancel(ctx)
	over := make(chan struct{})
	go func() { defer close(over); r.Run(running) }()
	<-f.all.zero
	stop()
	<-over
	must(s.Close())
	drop()
	name := "Guanji, " + engine + ", clocks that end within " + spread.String()
	if spread == 0 {
		name = "Guanji, " + engine + ", clocks that end all at once"
	}
	f.said.row(name + ": the step that says so is committed")
	f.given.row(name + ": the notice is in the hands of its channel")
}

// openAll opens a case for each moment at which an hour ends. That it was
// opened is said already.
func (b benchmark) openAll(ctx context.Context, s respond.Store, ends []time.Time) {
	work := make(chan time.Time)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for end := range work {
				now := time.Now()
				aware := end.Add(-time.Hour)
				due := incident.Due{Key: "RPT-CII/public_security/initial", To: "public_security", Content: "initial", Limit: "PT1H", Calendar: "hours", By: end}
				step := incident.Step{Open: &incident.Open{As: incident.Incident, Title: "Core banking is down", Aware: incident.Aware{At: aware, Reading: incident.ByPerson}},
					Judged: &incident.Judgement{Aware: aware, Due: []incident.Due{due}}}
				recorded, err := s.Record(ctx, organization, respond.Writing{Case: respond.NewCase, Steps: []incident.Step{step}, Actor: ledger.Actor{By: "Lin", At: now}})
				must(err)
				n := recorded[0].Case
				said := incident.Step{Said: &incident.Said{Stage: incident.Opened, Keys: []string{fmt.Sprintf("opened/%d", recorded[0].Seq)}}}
				_, err = s.Record(ctx, organization, respond.Writing{Case: n, Seen: respond.AnyRevision, Steps: []incident.Step{said}, Actor: ledger.Actor{By: ledger.Program, At: now},
					Jobs: func(int64) []job.Job { return []job.Job{respond.WakeJob(organization, n, end)} }})
				must(err)
			}
		})
	}
	for _, end := range ends {
		work <- end
	}
	close(work)
	wg.Wait()
}
