package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"guanji/internal/day"
	"guanji/internal/incident"
	"guanji/internal/problem"
	"guanji/internal/report"
)

// whenFlags say when something happened, and what its author saw before.
type whenFlags struct {
	at      string
	offline bool
	seen    int64
}

// addWhen adds the flags of what is recorded.
func (p *program) addWhen(c *cobra.Command, f *whenFlags) {
	c.Flags().StringVar(&f.at, "at", "", p.msg("flag.at"))
	c.Flags().BoolVar(&f.offline, "offline", false, p.msg("flag.offline"))
	p.addSeen(c, f)
}

func (p *program) addSeen(c *cobra.Command, f *whenFlags) {
	c.Flags().Int64Var(&f.seen, "seen", -1, p.msg("flag.seen"))
}

// momentForms are how people write a moment in Beijing time.
func momentForms() []string { return []string{"2006-01-02 15:04", "2006-01-02 15:04:05"} }

// parseMoment reads the moment of a flag: RFC 3339, or Beijing time. It is the
// zero time if the flag is not given.
func parseMoment(flag, value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, value); err == nil {
		return t, nil
	}
	for _, form := range momentForms() {
		if t, err := time.ParseInLocation(form, value, day.Beijing); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usage("cmd.incident.moment", flag, value)
}

// stamp says of a step when it happened.
func (f *whenFlags) stamp(step *incident.Step) (err error) {
	step.Offline = f.offline
	step.Happened, err = parseMoment("at", f.at)
	return err
}

// A making makes a step of a case that was read.
type making func(cmd *cobra.Command, in *installation, c *incident.Case, args []string) (incident.Step, error)

// recording is a command that records a step: of the organization and case that
// its first arguments name.
func (p *program) recording(key, use string, args cobra.PositionalArgs, when *whenFlags, make making) *cobra.Command {
	return p.named("incident."+key, use, args, p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		c, err := p.caseOf(cmd, in, args[0], args[1])
		if err != nil {
			return err
		}
		step, err := make(cmd, in, c, args)
		if err == nil {
			err = when.stamp(&step)
		}
		if err != nil {
			return err
		}
		seen := when.seen
		if seen < 0 {
			seen = c.Revision()
		}
		if c, err = in.respond.Add(cmd.Context(), args[0], userName(), c.Number, seen, step); err != nil {
			return asFlagsOf(cmd, err)
		}
		return p.writeCase(args[0], c)
	}))
}

// step is a command that records something that happened.
func (p *program) step(key, use string, args cobra.PositionalArgs, make making) *cobra.Command {
	when := &whenFlags{}
	c := p.recording(key, use, args, when, make)
	p.addWhen(c, when)
	return c
}

// move is a command that records what its author does now.
func (p *program) move(key, use string, args cobra.PositionalArgs, make making) *cobra.Command {
	when := &whenFlags{}
	c := p.recording(key, use, args, when, make)
	p.addSeen(c, when)
	return c
}

// writeCase says what was recorded, and what is due next.
func (p *program) writeCase(organization string, c *incident.Case) error {
	v := report.CaseOf(organization, c, p.now())
	return p.write(v, func() error {
		fmt.Fprintln(p.out, p.msg("cmd.incident.recorded", organization, c.Number, c.Revision()))
		return report.Cases(p.out, p.lang, []report.CaseLine{v.CaseLine})
	})
}

// asFlagsOf names mistakes by the flags of a command that brought them, as far
// as it has them.
func asFlagsOf(cmd *cobra.Command, err error) error {
	fields, ok := errors.AsType[problem.Fields](err)
	if !ok {
		return err
	}
	flags := map[string]string{"happened": "at", "at": "aware", "systems": "system", "files": "file"}
	named := make(problem.Fields, len(fields))
	for i, f := range fields {
		name := f.Name
		if flag, ok := flags[name]; ok {
			name = flag
		}
		switch {
		case cmd.Flags().Lookup(name) != nil:
			name = "--" + name
		case name != "body" && !strings.Contains(name, "."):
			name = strings.ToUpper(name) // an argument
		}
		named[i] = problem.Field{Name: name, Msg: f.Msg}
	}
	return named
}
