package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"guanji/internal/day"
	"guanji/internal/notify"
	"guanji/internal/problem"
	"guanji/internal/record"
	"guanji/internal/store"
)

// What the channels to witnesses are told by the environment.
const (
	smtpServer   = "GUANJI_SMTP_SERVER"   // USER@HOST: whom the password is for
	smtpPassword = "GUANJI_SMTP_PASSWORD" // sent to that server alone
	timestampCA  = "GUANJI_TIMESTAMP_CA"  // a file with the roots of time stamp authorities, as PEM
)

// witnessing is how checkpoints reach witnesses.
func (p *program) outward() (notify.Config, error) {
	c := notify.Config{Server: p.getenv(smtpServer), Password: p.getenv(smtpPassword), Now: p.now}
	if file := p.getenv(timestampCA); file != "" {
		data, err := p.readFile(file)
		if err != nil {
			return c, err
		}
		c.Roots = x509.NewCertPool()
		if !c.Roots.AppendCertsFromPEM(data) {
			return c, usage("cmd.witness.bad_roots", file, timestampCA)
		}
	}
	return c, nil
}

// witnessing is how checkpoints are given to the witnesses that a store keeps.
func witnessing(c notify.Config, s *store.Store) record.Witnessing {
	return record.Witnessing{Witnesses: s, People: s, Channels: notify.Channels(c), Stamps: notify.Stamps{Roots: c.Roots}}
}

// handEvery is how often witnesses are looked at; how often one is given to is
// another matter.
const handEvery = time.Second

// keepHanding gives checkpoints to witnesses until the context ends. One that
// hangs holds up none of the others. What failed is logged, without addresses:
// they may hold keys.
func keepHanding(ctx context.Context, r *record.Service, log *slog.Logger) {
	var under sync.WaitGroup
	defer under.Wait()
	for ticks := time.NewTicker(handEvery); ; {
		under.Go(func() { hand(ctx, r, log) })
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
	}
}

func hand(ctx context.Context, r *record.Service, log *slog.Logger) {
	done, err := r.Hand(ctx)
	switch problem.KindOf(err) {
	case "", problem.Refused, problem.Unavailable: // the signing of checkpoints says what stands in its way
	default:
		if ctx.Err() == nil {
			log.ErrorContext(ctx, "cannot look which witnesses are due", "err", err)
		}
	}
	for _, h := range done {
		switch {
		case ctx.Err() != nil:
		case problem.KindOf(h.Err) == problem.Conflict:
			log.ErrorContext(ctx, "A WITNESS HAS ANOTHER HISTORY: run guanji ledger verify", "witness", h.Witness.ID, "means", string(h.Witness.Means), "err", h.Err)
		case h.Err != nil:
			log.WarnContext(ctx, "a witness could not be given a checkpoint", "witness", h.Witness.ID, "means", string(h.Witness.Means), "err", h.Err)
		}
	}
}

func (p *program) witness() *cobra.Command {
	c := p.command("witness", nil, nil)
	c.AddCommand(p.witnessList(), p.witnessPropose(), p.witnessAllow(), p.witnessDrop(), p.witnessHand())
	for _, sub := range c.Commands() {
		p.addDatabase(sub)
	}
	return c
}

// witnessView is a witness in JSON.
type witnessView struct {
	ID         string       `json:"id"`
	Means      record.Means `json:"means"`
	Address    string       `json:"address"`
	State      string       `json:"state"`
	ProposedBy string       `json:"proposed_by"`
	Proposed   string       `json:"proposed"`
	AllowedBy  string       `json:"allowed_by,omitempty"`
	Allowed    string       `json:"allowed,omitempty"`
	Alone      bool         `json:"allowed_alone,omitempty"` // the one who proposed it allowed it
	Dropped    string       `json:"dropped,omitempty"`
	Receipts   int          `json:"receipts"`
	Size       int64        `json:"size,omitempty"` // of the last checkpoint that it was given
	Given      string       `json:"given,omitempty"`
}

func witnessOf(s record.WitnessState) witnessView {
	v := witnessView{ID: s.ID, Means: s.Means, Address: s.Address, State: "proposed", ProposedBy: s.ProposedBy, Proposed: beijing(s.Proposed),
		AllowedBy: s.AllowedBy, Allowed: beijing(s.Allowed), Alone: s.AllowedAlone(), Dropped: beijing(s.Dropped), Receipts: len(s.Sizes), Given: beijing(s.Given)}
	switch {
	case s.On():
		v.State = "on"
	case !s.Dropped.IsZero():
		v.State = "dropped"
	}
	if len(s.Sizes) > 0 {
		v.Size = s.Sizes[0]
	}
	return v
}

// beijing is a time in Beijing, "" for none.
func beijing(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(day.Beijing).Format(timeFormat)
}

func (p *program) witnessList() *cobra.Command {
	c := p.named("witness.list", "list", cobra.NoArgs, p.withInstallation(func(cmd *cobra.Command, in *installation, _ []string) error {
		states, err := in.record.States(cmd.Context())
		if err != nil {
			return err
		}
		views := []witnessView{}
		for _, s := range states {
			views = append(views, witnessOf(s))
		}
		return p.write(views, func() error {
			w := tabwriter.NewWriter(p.out, 0, 8, 2, ' ', 0)
			for _, v := range views {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", v.ID, p.msg("witness.state."+v.State), p.msg("witness.means."+string(v.Means)), v.Address, p.givenTo(v))
			}
			return w.Flush()
		})
	}))
	p.addFormat(c)
	return c
}

// givenTo says what a witness was given last.
func (p *program) givenTo(v witnessView) string {
	text := p.msg("witness.never")
	if v.Receipts > 0 {
		text = p.msg("witness.given", v.Given, v.Size)
	}
	if v.Alone {
		text += " · " + p.msg("witness.alone")
	}
	return text
}

func (p *program) witnessPropose() *cobra.Command {
	return p.named("witness.propose", "propose MEANS ADDRESS", cobra.ExactArgs(2), p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		w, err := in.record.Propose(cmd.Context(), userName(), record.Means(args[0]), args[1])
		if err != nil {
			return err
		}
		fmt.Fprintln(p.out, w.ID)
		fmt.Fprintln(p.errs, p.msg("cmd.witness.proposed"))
		return nil
	}))
}

func (p *program) witnessAllow() *cobra.Command {
	return p.named("witness.allow", "allow ID", cobra.ExactArgs(1), p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		if err := in.record.Allow(cmd.Context(), userName(), args[0]); err != nil {
			return err
		}
		w, err := in.record.Witness(cmd.Context(), args[0])
		if err == nil && w.AllowedAlone() {
			fmt.Fprintln(p.errs, p.msg("witness.alone"))
		}
		return err
	}))
}

func (p *program) witnessDrop() *cobra.Command {
	return p.named("witness.drop", "drop ID", cobra.ExactArgs(1), p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		return in.record.Drop(cmd.Context(), userName(), args[0])
	}))
}

func (p *program) witnessHand() *cobra.Command {
	return p.named("witness.hand", "hand [ID…]", cobra.ArbitraryArgs, p.withInstallation(func(cmd *cobra.Command, in *installation, ids []string) error {
		p.publish(cmd.Context(), in, p.errs)
		if len(ids) == 0 {
			all, err := in.store.Witnesses(cmd.Context())
			if err != nil {
				return err
			}
			for _, w := range all {
				if w.On() {
					ids = append(ids, w.ID)
				}
			}
		}
		var failed []error
		for _, id := range ids {
			failed = append(failed, p.handTo(cmd.Context(), in, id))
		}
		return errors.Join(failed...)
	}))
}

// handTo gives the newest checkpoint to a witness, and says what came of it.
func (p *program) handTo(ctx context.Context, in *installation, id string) error {
	h, err := in.record.HandTo(ctx, id)
	if err != nil {
		return err
	}
	if h.Err != nil {
		fmt.Fprintf(p.errs, "%s: %s\n", id, problem.In(h.Err, p.lang))
		return errFound
	}
	fmt.Fprintf(p.out, "%s: %s\n", id, p.msg("witness.given", beijing(h.Receipt.At), h.Size))
	return nil
}
