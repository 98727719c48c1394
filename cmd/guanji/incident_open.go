package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"guanji/internal/incident"
	"guanji/internal/problem"
	"guanji/internal/report"
	"guanji/internal/respond"
)

func (p *program) incidentAlert() *cobra.Command {
	var m respond.AlertMap
	c := p.named("incident.alert", "alert ORG FILE", cobra.ExactArgs(2), p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		if _, err := in.standing.HasSystem(cmd.Context(), args[0], ""); err != nil {
			return err
		}
		data, err := p.readFile(args[1])
		if err != nil {
			return err
		}
		all, err := respond.ReadAlerts(data, m)
		if err != nil {
			return asFlagsOf(cmd, err)
		}
		v := report.AlertsView{Items: []report.AlertedView{}}
		for _, a := range all {
			done, err := in.respond.Alert(cmd.Context(), args[0], userName(), a.Alert, a.At)
			if err != nil {
				return inBody(err)
			}
			v.Items = append(v.Items, report.AlertedView{Ref: a.Ref, Case: done.Case, New: done.New, Same: done.Same})
		}
		return p.write(v, func() error { return p.alerted(v) })
	}))
	flags := c.Flags()
	flags.StringVar(&m.Source, "source", "", p.msg("flag.alert_source"))
	flags.StringArrayVar(&m.Ref, "ref", nil, p.msg("flag.alert_ref"))
	flags.StringArrayVar(&m.Group, "group", nil, p.msg("flag.alert_group"))
	flags.StringArrayVar(&m.Title, "title", nil, p.msg("flag.alert_title"))
	flags.StringArrayVar(&m.Text, "text", nil, p.msg("flag.alert_text"))
	flags.StringArrayVar(&m.System, "system", nil, p.msg("flag.alert_system"))
	flags.StringArrayVar(&m.Severity, "severity", nil, p.msg("flag.alert_severity"))
	flags.StringArrayVar(&m.At, "at", nil, p.msg("flag.alert_at"))
	return c
}

// inBody says that mistakes lie in what was read.
func inBody(err error) error {
	fields, ok := errors.AsType[problem.Fields](err)
	if !ok {
		return err
	}
	named := make(problem.Fields, len(fields))
	for i, f := range fields {
		named[i] = problem.Field{Name: "body." + f.Name, Msg: f.Msg}
	}
	return named
}

// alerted says what became of alerts, a line for each.
func (p *program) alerted(v report.AlertsView) error {
	for _, a := range v.Items {
		key := "cmd.incident.alert.joined"
		switch {
		case a.Same:
			key = "cmd.incident.alert.same"
		case a.New:
			key = "cmd.incident.alert.new"
		}
		if _, err := fmt.Fprintln(p.out, p.msg(key, a.Case)); err != nil {
			return err
		}
	}
	return nil
}

// openFlags are the flags of what a person says of a case.
type openFlags struct {
	as, title, aware, reading string
	systems                   []string
	drill                     bool
}

func (p *program) addOpen(c *cobra.Command, f *openFlags) {
	c.Flags().StringVar(&f.title, "title", "", p.msg("flag.case_title"))
	c.Flags().StringArrayVar(&f.systems, "system", nil, p.msg("flag.case_system"))
	c.Flags().StringVar(&f.aware, "aware", "", p.msg("flag.aware"))
	c.Flags().StringVar(&f.reading, "reading", string(incident.ByPerson), p.msg("flag.reading"))
	c.Flags().BoolVar(&f.drill, "drill", false, p.msg("flag.drill"))
}

// said is what a person says of a case. Who does not say when they became
// aware became aware when they said so.
func (p *program) said(f *openFlags, when *whenFlags) (*incident.Open, error) {
	aware, err := parseMoment("aware", cmp.Or(f.aware, when.at))
	if err != nil {
		return nil, err
	}
	if aware.IsZero() {
		aware = p.now().Truncate(time.Second)
	}
	return &incident.Open{As: incident.Kind(f.as), Title: f.title, Systems: f.systems, Drill: f.drill, Aware: incident.Aware{At: aware, Reading: incident.Reading(f.reading)}}, nil
}

func (p *program) incidentOpen() *cobra.Command {
	f, when := &openFlags{}, &whenFlags{}
	c := p.named("incident.open", "open ORG", cobra.ExactArgs(1), p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		if _, err := in.standing.HasSystem(cmd.Context(), args[0], ""); err != nil {
			return err
		}
		var step incident.Step
		err := when.stamp(&step)
		if err == nil {
			step.Open, err = p.said(f, when)
		}
		if err != nil {
			return err
		}
		c, err := in.respond.Open(cmd.Context(), args[0], userName(), step)
		if err != nil {
			return asFlagsOf(cmd, err)
		}
		return p.writeCase(args[0], c)
	}))
	p.addOpen(c, f)
	c.Flags().StringVar(&f.as, "as", string(incident.Incident), p.msg("flag.as"))
	c.Flags().StringVar(&when.at, "at", "", p.msg("flag.at"))
	c.Flags().BoolVar(&when.offline, "offline", false, p.msg("flag.offline"))
	return c
}

// The words for what an alert is, besides the kinds of case.
const (
	dismiss = "dismiss"
	join    = "join"
)

func (p *program) incidentTriage() *cobra.Command {
	f, when := &openFlags{}, &whenFlags{}
	var why, into string
	c := p.recording("triage", "triage ORG N", cobra.ExactArgs(2), when, func(cmd *cobra.Command, in *installation, c *incident.Case, args []string) (step incident.Step, err error) {
		switch f.as {
		case dismiss:
			return incident.Step{Dismiss: &incident.Dismiss{Why: why}}, nil
		case join:
			if into == "" {
				return step, usage("cmd.incident.no_into")
			}
			to, err := caseNumber(into)
			return incident.Step{Join: &incident.Join{To: to, Why: why}}, err
		case string(incident.Incident), string(incident.Threat):
			step.Open, err = p.triaged(cmd, in, c, args[0], f, when)
			return step, err
		}
		return step, usage("cmd.incident.as", f.as)
	})
	p.addOpen(c, f)
	p.addWhen(c, when)
	c.Flags().StringVar(&f.as, "as", "", p.msg("flag.triage_as"))
	c.Flags().StringVar(&why, "why", "", p.msg("flag.triage_why"))
	c.Flags().StringVar(&into, "into", "", p.msg("flag.into"))
	return c
}

// triaged is what a person says of an alert: title and systems are those of the
// alert, as far as the organization has them, unless they say otherwise.
func (p *program) triaged(cmd *cobra.Command, in *installation, c *incident.Case, organization string, f *openFlags, when *whenFlags) (*incident.Open, error) {
	open, err := p.said(f, when)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(open.Title) == "" {
		open.Title = c.Title
	}
	if len(open.Systems) > 0 {
		return open, nil
	}
	open.Systems = slices.Clone(c.Systems)
	var faults []error
	open.Systems = slices.DeleteFunc(open.Systems, func(id string) bool {
		has, err := in.standing.HasSystem(cmd.Context(), organization, id)
		faults = append(faults, err)
		return !has
	})
	return open, errors.Join(faults...)
}
