package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"guanji/internal/day"
	"guanji/internal/position"
	"guanji/internal/regime"
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
		if err := checkArea(in.set, t.Area); err != nil {
			return err
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
	c.Flags().StringVar(&t.Area, "area", "", p.msg("flag.position_area"))
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
		if err := checkArea(in.set, filter.Area); err != nil {
			return err
		}
		pos, err := in.position.On(cmd.Context(), args[0], d, day.Day{})
		if err != nil {
			return err
		}
		if err := in.checkOwner(cmd.Context(), args[0], filter.Owner); err != nil {
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

// checkArea fails for an area that is none, where an empty list would look like
// an answer.
func checkArea(set *regime.Set, area string) error {
	var known []string
	for _, a := range set.Areas {
		known = append(known, a.ID.Value)
	}
	if area == "" || slices.Contains(known, area) {
		return nil
	}
	return usage("cmd.area", area, strings.Join(known, ", "))
}

// checkOwner fails for an owner who has no account and was never assigned
// anything.
func (in *installation) checkOwner(ctx context.Context, organization, owner string) error {
	if owner == "" {
		return nil
	}
	known, err := in.owners(ctx, organization)
	switch {
	case err != nil:
		return err
	case known[owner]:
		return nil
	case len(known) == 0:
		return usage("cmd.tasks.no_owner", owner)
	}
	return usage("cmd.tasks.owner", owner, strings.Join(slices.Sorted(maps.Keys(known)), "; "))
}

// owners are the names of those who can have tasks: by an account, or since
// something was assigned to them.
func (in *installation) owners(ctx context.Context, organization string) (map[string]bool, error) {
	known := map[string]bool{}
	accounts, err := in.access.Accounts.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		known[a.Name] = true
	}
	book, err := in.filing.Book(ctx, organization)
	if err != nil {
		return nil, err
	}
	for _, f := range book.Filed {
		if f.Assignment != nil && f.Assignment.Owner != "" {
			known[f.Assignment.Owner] = true
		}
	}
	return known, nil
}
