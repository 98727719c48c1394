package main

import (
	"cmp"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"guanji/internal/job"
)

func (p *program) queue() *cobra.Command {
	c := p.command("queue", nil, nil)
	c.AddCommand(p.queueList(), p.queueRetry(), p.queueDrop())
	for _, sub := range c.Commands() {
		p.addDatabase(sub)
	}
	return c
}

// mostJobs is how many jobs are listed: first those that were given up, then
// those that failed, then the others as they are due.
const mostJobs = 1000

// queueView is the background work in JSON.
type queueView struct {
	Waiting int64     `json:"waiting"`
	Dead    int64     `json:"given_up"`
	Jobs    []jobView `json:"jobs"` // at most a thousand, what needs a person first
}

// jobView is a job in JSON.
type jobView struct {
	Key          string   `json:"key"`
	Kind         job.Kind `json:"kind"`
	Organization string   `json:"organization,omitempty"`
	State        string   `json:"state"` // dead, failing or waits
	Due          string   `json:"due"`
	Attempts     int      `json:"attempts"`
	Failure      string   `json:"failure,omitempty"`
	Dead         string   `json:"given_up,omitempty"`
}

func jobOf(j job.Job) jobView {
	v := jobView{Key: j.Key, Kind: j.Kind, Organization: j.Of, State: "waits", Due: beijing(j.At), Attempts: j.Attempt, Failure: j.Failure, Dead: beijing(j.Dead)}
	switch {
	case v.Dead != "":
		v.State = "dead"
	case v.Failure != "":
		v.State = "failing"
	}
	return v
}

func (p *program) queueList() *cobra.Command {
	c := p.named("queue.list", "list", cobra.NoArgs, p.withInstallation(func(cmd *cobra.Command, in *installation, _ []string) error {
		jobs, waiting, dead, err := in.store.Jobs(cmd.Context(), mostJobs)
		if err != nil {
			return err
		}
		v := queueView{Waiting: waiting, Dead: dead, Jobs: []jobView{}}
		for _, j := range jobs {
			v.Jobs = append(v.Jobs, jobOf(j))
		}
		if err := p.write(v, func() error { return p.queueText(v) }); err != nil {
			return err
		}
		if v.Dead > 0 {
			return errFound
		}
		return nil
	}))
	p.addFormat(c)
	return c
}

func (p *program) queueText(v queueView) error {
	fmt.Fprintln(p.out, p.msg("cmd.queue.counts", v.Waiting, v.Dead))
	w := tabwriter.NewWriter(p.out, 0, 8, 2, ' ', 0)
	if len(v.Jobs) > 0 {
		fmt.Fprintln(w, p.msg("cmd.queue.columns"))
	}
	for _, j := range v.Jobs {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", j.Key, p.msg("queue.state."+j.State), cmp.Or(j.Dead, j.Due), p.msg("queue.tried", j.Attempts, job.MaxAttempts), j.Failure)
	}
	return w.Flush()
}

func (p *program) queueRetry() *cobra.Command {
	return p.named("queue.retry", "retry KEY", cobra.ExactArgs(1), p.withInstallation(func(cmd *cobra.Command, in *installation, args []string) error {
		return in.store.Retry(cmd.Context(), args[0], p.now())
	}))
}

func (p *program) queueDrop() *cobra.Command {
	return p.named("queue.drop", "drop KEY", cobra.ExactArgs(1), p.withInstallation(func(cmd *cobra.Command, in *installation, args []string) error {
		return in.store.DropJob(cmd.Context(), args[0])
	}))
}
