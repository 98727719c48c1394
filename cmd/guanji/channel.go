package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"guanji/internal/channel"
	"guanji/internal/problem"
	"guanji/internal/respond"
)

// channelSecret is the variable with the secret of a channel that is proposed:
// an argument would be seen in the list of processes.
const channelSecret = "GUANJI_CHANNEL_SECRET"

// channelAddress is the variable with the address of a channel that is
// proposed, where the command says "-".
const channelAddress = "GUANJI_CHANNEL_ADDRESS"

func (p *program) channel() *cobra.Command {
	c := p.command("channel", nil, nil)
	c.AddCommand(p.channelList(), p.channelPropose(), p.channelAllow(), p.channelDrop(), p.channelTest())
	for _, sub := range c.Commands() {
		p.addDatabase(sub)
	}
	return c
}

// channelView is a channel in JSON. Its secret is not in it.
type channelView struct {
	ID         string        `json:"id"`
	Means      channel.Means `json:"means"`
	Name       string        `json:"name"`
	Address    string        `json:"address"`
	Signed     bool          `json:"signed"` // it has a secret
	State      string        `json:"state"`
	ProposedBy string        `json:"proposed_by"`
	Proposed   string        `json:"proposed"`
	AllowedBy  string        `json:"allowed_by,omitempty"`
	Allowed    string        `json:"allowed,omitempty"`
	Alone      bool          `json:"allowed_alone,omitempty"` // the one who proposed it allowed it
	Dropped    string        `json:"dropped,omitempty"`
}

func channelOf(c respond.Channel) channelView {
	v := channelView{ID: c.ID, Means: c.Means, Name: c.Name, Address: c.Address, Signed: c.Secret != "", State: "proposed", ProposedBy: c.ProposedBy, Proposed: beijing(c.Proposed),
		AllowedBy: c.AllowedBy, Allowed: beijing(c.Allowed), Alone: c.AllowedAlone(), Dropped: beijing(c.Dropped)}
	switch {
	case c.On():
		v.State = "on"
	case !c.Dropped.IsZero():
		v.State = "dropped"
	}
	return v
}

func (p *program) channelList() *cobra.Command {
	c := p.named("channel.list", "list", cobra.NoArgs, p.withInstallation(func(cmd *cobra.Command, in *installation, _ []string) error {
		all, err := in.store.Channels(cmd.Context())
		if err != nil {
			return err
		}
		views := []channelView{}
		for _, c := range all {
			views = append(views, channelOf(c))
		}
		return p.write(views, func() error {
			w := tabwriter.NewWriter(p.out, 0, 8, 2, ' ', 0)
			if len(views) > 0 {
				fmt.Fprintln(w, p.msg("cmd.channel.columns"))
			}
			for _, v := range views {
				alone := ""
				if v.Alone {
					alone = p.msg("channels.alone")
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", v.ID, p.msg("channels.state."+v.State), p.msg("channels.means."+string(v.Means)), v.Name, v.Address, alone)
			}
			return w.Flush()
		})
	}))
	p.addFormat(c)
	return c
}

func (p *program) channelPropose() *cobra.Command {
	return p.named("channel.propose", "propose MEANS NAME ADDRESS", cobra.ExactArgs(3), p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		proposed := respond.Channel{Means: channel.Means(args[0]), Name: args[1], Address: args[2]}
		if proposed.Address == "-" { // the address of a robot is a key
			proposed.Address = p.getenv(channelAddress)
		}
		var err error
		if proposed.Secret, err = p.secretFor(cmd.Context(), proposed.Means); err != nil {
			return err
		}
		c, err := in.respond.Propose(cmd.Context(), userName(), proposed)
		if err != nil {
			return err
		}
		fmt.Fprintln(p.out, c.ID)
		fmt.Fprintln(p.errs, p.msg("cmd.channel.proposed"))
		return nil
	}))
}

func (p *program) channelAllow() *cobra.Command {
	return p.named("channel.allow", "allow ID", cobra.ExactArgs(1), p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		if c, err := in.respond.Channel(cmd.Context(), args[0]); err == nil && c.On() {
			return problem.New(problem.Conflict, "cmd.channel.on", c.Name)
		}
		if err := in.respond.Allow(cmd.Context(), userName(), args[0]); err != nil {
			return err
		}
		c, err := in.respond.Channel(cmd.Context(), args[0])
		if err == nil && c.AllowedAlone() {
			fmt.Fprintln(p.errs, p.msg("channels.alone"))
		}
		return err
	}))
}

func (p *program) channelDrop() *cobra.Command {
	return p.named("channel.drop", "drop ID", cobra.ExactArgs(1), p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		return in.respond.Drop(cmd.Context(), userName(), args[0])
	}))
}

func (p *program) channelTest() *cobra.Command {
	return p.named("channel.test", "test ID", cobra.ExactArgs(1), p.withInstallation(func(cmd *cobra.Command, in *installation, args []string) error {
		if err := in.respond.Test(cmd.Context(), args[0]); err != nil {
			return err
		}
		fmt.Fprintln(p.out, p.msg("done.channel_tested"))
		return nil
	}))
}
