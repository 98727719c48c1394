package main

import (
	"regexp"
	"strconv"

	"github.com/spf13/cobra"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/position"
)

// recordFlags are the flags of a record.
type recordFlags struct {
	record             evidence.Record
	observed, until    string
	result, scope, why string
	skipped            int64
	files              []string
	supersedes         string
}

func (p *program) evidenceAdd() *cobra.Command {
	var f recordFlags
	c := p.named("evidence.add", "add ORG", cobra.ExactArgs(1), p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		r, err := p.recordOf(f)
		if err != nil {
			return err
		}
		if err := p.checkRecord(cmd, in, args[0], r, f.files); err != nil {
			return err
		}
		if r.Files, err = p.keepFiles(cmd, in, f.files); err != nil {
			return err
		}
		return p.fileOne(cmd, in, args[0], evidence.Item{Record: r})
	}))
	flags := c.Flags()
	flags.StringVar(&f.record.Kind, "kind", "", p.msg("flag.kind"))
	flags.StringArrayVar(&f.record.Duties, "duty", nil, p.msg("flag.duties"))
	flags.StringVar(&f.record.Subject, "subject", evidence.Organization, p.msg("flag.about"))
	flags.StringVar(&f.observed, "observed", "", p.msg("flag.observed"))
	flags.StringVar(&f.until, "valid-until", "", p.msg("flag.valid_until"))
	flags.StringVar(&f.result, "result", "", p.msg("flag.result"))
	flags.StringVar(&f.record.Method.Who, "attested-by", "", p.msg("flag.attested_by"))
	flags.StringVar(&f.record.Method.Tool, "tool", "", p.msg("flag.tool"))
	flags.StringVar(&f.record.Method.Version, "version", "", p.msg("flag.tool_version"))
	flags.StringVar(&f.record.Method.Run, "run", "", p.msg("flag.run"))
	flags.StringVar(&f.scope, "scope", "", p.msg("flag.scope"))
	flags.Int64Var(&f.skipped, "skipped", 0, p.msg("flag.skipped"))
	flags.StringVar(&f.why, "why", "", p.msg("flag.why"))
	flags.StringArrayVar(&f.files, "file", nil, p.msg("flag.file"))
	flags.StringVar(&f.record.Note, "note", "", p.msg("flag.note"))
	flags.StringVar(&f.supersedes, "supersedes", "", p.msg("flag.supersedes"))
	flags.StringVar(&f.record.Reason, "reason", "", p.msg("flag.reason"))
	return c
}

// recordOf reads the flags of a record. Its method follows from which are given.
func (p *program) recordOf(f recordFlags) (*evidence.Record, error) {
	r := f.record
	var err error
	if r.Observed, err = p.optionalDay("observed", f.observed); err != nil {
		return nil, err
	}
	if r.ValidUntil, err = p.optionalDay("valid-until", f.until); err != nil {
		return nil, err
	}
	r.Result = evidence.Result(f.result)
	if r.Method.Kind, err = methodOf(r.Method); err != nil {
		return nil, err
	}
	if r.Scope, err = scopeOf(f); err != nil {
		return nil, err
	}
	if f.supersedes != "" {
		r.Supersedes, err = filedNumber(f.supersedes)
	}
	return &r, err
}

func methodOf(m evidence.Method) (evidence.MethodKind, error) {
	switch {
	case m.Who != "" && m.Tool+m.Version+m.Run == "":
		return evidence.Attested, nil
	case m.Who == "" && m.Run != "":
		return evidence.Measured, nil
	case m.Who == "" && m.Tool != "":
		return evidence.Imported, nil
	}
	return "", usage("cmd.evidence.method")
}

var scopeText = regexp.MustCompile(`^(\d+) (?:of|/) (\d+) (.+)$`)

// scopeOf reads a scope, as in 3 of 120 servers.
func scopeOf(f recordFlags) (*evidence.Scope, error) {
	if f.scope == "" && f.skipped == 0 && f.why == "" {
		return nil, nil
	}
	m := scopeText.FindStringSubmatch(f.scope)
	if m == nil {
		return nil, usage("cmd.evidence.scope", f.scope)
	}
	sample, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return nil, usage("cmd.evidence.scope", f.scope)
	}
	population, err := strconv.ParseInt(m[2], 10, 64)
	if err != nil {
		return nil, usage("cmd.evidence.scope", f.scope)
	}
	return &evidence.Scope{What: m[3], Population: population, Sample: sample, Skipped: f.skipped, Why: f.why}, nil
}

// optionalDay reads the day of a flag: the zero day if it is not given.
func (p *program) optionalDay(flag, value string) (day.Day, error) {
	if value == "" {
		return day.Day{}, nil
	}
	return p.parseDay(flag, value)
}

func (p *program) evidencePlan() *cobra.Command {
	plan := evidence.Plan{Basis: evidence.ByPlan}
	var started, due string
	c := p.named("evidence.plan", "plan ORG", cobra.ExactArgs(1), p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		var err error
		if plan.Started, err = p.dayOrToday("started", started); err != nil {
			return err
		}
		if plan.Due, err = p.optionalDay("due", due); err != nil {
			return err
		}
		if plan.By != "" {
			plan.Basis = evidence.ByOrder
		}
		return p.fileOne(cmd, in, args[0], evidence.Item{Plan: &plan})
	}))
	flags := c.Flags()
	p.addAbout(c, &plan.Duty, &plan.Subject)
	flags.StringVar(&plan.By, "ordered-by", "", p.msg("flag.ordered_by"))
	flags.StringVar(&plan.Reference, "reference", "", p.msg("flag.reference"))
	flags.StringVar(&started, "started", "", p.msg("flag.started"))
	flags.StringVar(&due, "due", "", p.msg("flag.plan_due"))
	flags.StringVar(&plan.What, "what", "", p.msg("flag.plan_what"))
	return c
}

// addAbout adds the flags that say what an item is about.
func (p *program) addAbout(c *cobra.Command, duty, subject *string) {
	c.Flags().StringVar(duty, "duty", "", p.msg("flag.about_duty"))
	c.Flags().StringVar(subject, "subject", evidence.Organization, p.msg("flag.about"))
}

func (p *program) dayOrToday(flag, value string) (day.Day, error) {
	if value == "" {
		return day.In(p.now()), nil
	}
	return p.parseDay(flag, value)
}

func (p *program) evidenceEvent() *cobra.Command {
	var event evidence.Event
	var on string
	c := p.named("evidence.event", "event ORG", cobra.ExactArgs(1), p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		var err error
		if event.Day, err = p.optionalDay("day", on); err != nil {
			return err
		}
		return p.fileOne(cmd, in, args[0], evidence.Item{Event: &event})
	}))
	p.addAbout(c, &event.Duty, &event.Subject)
	c.Flags().StringVar(&on, "day", "", p.msg("flag.event_day"))
	c.Flags().StringVar(&event.What, "what", "", p.msg("flag.event_what"))
	return c
}

func (p *program) evidenceAssign() *cobra.Command {
	var a evidence.Assignment
	var due string
	c := p.named("evidence.assign", "assign ORG", cobra.ExactArgs(1), p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		var err error
		if a.Due, err = p.optionalDay("due", due); err != nil {
			return err
		}
		return p.fileOne(cmd, in, args[0], evidence.Item{Assignment: &a})
	}))
	p.addAbout(c, &a.Duty, &a.Subject)
	c.Flags().StringVar(&a.Owner, "owner", "", p.msg("flag.assign_owner"))
	c.Flags().StringVar(&due, "due", "", p.msg("flag.assign_due"))
	c.Flags().IntVar(&a.Remind, "remind", position.RemindDays, p.msg("flag.remind"))
	c.Flags().StringVar(&a.Note, "note", "", p.msg("flag.note"))
	return c
}

func (p *program) evidenceDone() *cobra.Command {
	return p.evidenceEnd("evidence.done", "done ORG N", evidence.Done)
}

func (p *program) evidenceWithdraw() *cobra.Command {
	return p.evidenceEnd("evidence.withdraw", "withdraw ORG N", evidence.Withdrawn)
}

func (p *program) evidenceEnd(key, use string, how evidence.How) *cobra.Command {
	var reason, on string
	c := p.named(key, use, cobra.ExactArgs(2), p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		n, err := filedNumber(args[1])
		if err != nil {
			return err
		}
		d, err := p.dayOrToday("day", on)
		if err != nil {
			return err
		}
		return p.fileOne(cmd, in, args[0], evidence.Item{End: &evidence.End{Of: n, How: how, Day: d, Reason: reason}})
	}))
	c.Flags().StringVar(&reason, "reason", "", p.msg("flag.end_reason."+string(how)))
	c.Flags().StringVar(&on, "day", "", p.msg("flag.end_day"))
	return c
}
