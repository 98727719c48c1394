package main

import (
	"slices"

	"github.com/spf13/cobra"

	"guanji/internal/day"
	"guanji/internal/position"
	"guanji/internal/report"
)

func (p *program) position() *cobra.Command {
	var t report.PositionText
	var known, since, state string
	var on func() (day.Day, error)
	c := p.command("position ORG", cobra.ExactArgs(1), p.withInstallation(func(cmd *cobra.Command, in *installation, args []string) error {
		d, err := on()
		if err != nil {
			return err
		}
		by, err := p.optionalDay("known", known)
		if err != nil {
			return err
		}
		if t.Since, err = p.optionalDay("since", since); err != nil {
			return err
		}
		if t.State = position.State(state); state != "" && !slices.Contains(position.States(), t.State) {
			return usage("cmd.position.state", state)
		}
		pos, err := in.position.On(cmd.Context(), args[0], d, by)
		if err != nil {
			return err
		}
		if !t.Since.IsZero() {
			if t.Changes, err = in.position.Changes(cmd.Context(), args[0], t.Since, d, by); err != nil {
				return err
			}
		}
		if err := p.write(report.PositionOf(in.set, pos, t), func() error { return report.Position(p.out, p.lang, in.set, pos, t) }); err != nil {
			return err
		}
		if slices.ContainsFunc(pos.Lines, func(l position.Line) bool { return l.State == position.Overdue }) {
			return errFound
		}
		return nil
	}))
	on = p.dayFlag(c)
	p.addFormat(c)
	p.addDatabase(c)
	c.Flags().StringVar(&known, "known", "", p.msg("flag.position_known"))
	c.Flags().StringVar(&since, "since", "", p.msg("flag.since"))
	c.Flags().StringVar(&state, "state", "", p.msg("flag.state"))
	c.Flags().BoolVar(&t.All, "all", false, p.msg("flag.position_all"))
	return c
}

func (p *program) tasks() *cobra.Command {
	var filter position.Filter
	var all bool
	var on func() (day.Day, error)
	c := p.command("tasks ORG", cobra.ExactArgs(1), p.withInstallation(func(cmd *cobra.Command, in *installation, args []string) error {
		d, err := on()
		if err != nil {
			return err
		}
		pos, err := in.position.On(cmd.Context(), args[0], d, day.Day{})
		if err != nil {
			return err
		}
		tasks, err := in.position.Tasks(cmd.Context(), args[0], d, day.Day{}, filter)
		if err != nil {
			return err
		}
		if err := p.write(report.TasksOf(pos, tasks), func() error { return report.Tasks(p.out, p.lang, in.set, pos, tasks, all) }); err != nil {
			return err
		}
		if slices.ContainsFunc(tasks, func(t position.Task) bool { return t.Late }) {
			return errFound
		}
		return nil
	}))
	on = p.dayFlag(c)
	p.addFormat(c)
	p.addDatabase(c)
	c.Flags().StringVar(&filter.Owner, "owner", "", p.msg("flag.owner"))
	c.Flags().BoolVar(&filter.Unowned, "unowned", false, p.msg("flag.unowned"))
	c.Flags().StringVar(&filter.Area, "area", "", p.msg("flag.area"))
	c.Flags().BoolVar(&all, "all", false, p.msg("flag.tasks_all"))
	return c
}
