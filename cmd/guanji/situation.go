package main

import (
	"time"

	"github.com/spf13/cobra"

	"guanji/internal/day"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/regime"
	"guanji/internal/report"
	"guanji/internal/strict"
)

func (p *program) transfer() *cobra.Command {
	c := p.command("transfer", nil, nil)
	var on func() (day.Day, error)
	decide := p.named("transfer.decide", "decide FILE", cobra.ExactArgs(1), func(_ *cobra.Command, args []string) error {
		d, err := on()
		if err != nil {
			return err
		}
		set, facts, _, err := p.situation(args[0], org.AboutTransfer)
		if err != nil {
			return err
		}
		decision, err := set.DecideTransfer(facts, d)
		if err != nil {
			return err
		}
		return p.write(decision, func() error { return report.Decision(p.out, p.lang, set, decision, d) })
	})
	on = p.dayFlag(decide)
	p.addFormat(decide)
	c.AddCommand(decide)
	return c
}

// The further keys of an incident file.
const (
	discoveredKey = "discovered_at"
	outageKey     = "outage_started_at"
)

func (p *program) incidentGrade() *cobra.Command {
	var on func() (day.Day, error)
	grade := p.named("incident.grade", "grade FILE", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		d, err := on()
		if err != nil {
			return err
		}
		set, facts, more, err := p.situation(args[0], org.AboutIncident, discoveredKey, outageKey)
		if err != nil {
			return err
		}
		in := regime.Incident{Facts: facts}
		if in.Discovered, err = moment(more[discoveredKey], discoveredKey); err != nil {
			return err
		}
		if in.OutageStarted, err = moment(more[outageKey], outageKey); err != nil {
			return err
		}
		if !in.Discovered.IsZero() && !cmd.Flags().Changed("on") {
			d = day.In(in.Discovered) // the law of the day of discovery counts
		}
		grading, err := set.GradeIncident(in, d)
		if err != nil {
			return err
		}
		return p.write(grading, func() error { return report.Grading(p.out, p.lang, set, grading, d) })
	})
	on = p.dayFlag(grade)
	p.addFormat(grade)
	return grade
}

func (p *program) situation(name string, subject org.Subject, further ...string) (*regime.Set, org.Facts, map[string]strict.Node, error) {
	data, err := p.readFile(name)
	if err != nil {
		return nil, nil, nil, err
	}
	set, err := p.set()
	if err != nil {
		return nil, nil, nil, err
	}
	facts, more, err := set.Vocabulary.ReadSituation(name, data, subject, further...)
	return set, facts, more, err
}

// moment reads an RFC 3339 time with its offset; an absent one is zero.
func moment(n strict.Node, key string) (time.Time, error) {
	if n.IsNull() {
		return time.Time{}, nil
	}
	s, _, _ := n.Scalar()
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Year() < 1900 || t.Year() > 2199 {
		return time.Time{}, problem.List{n.Pos().Spot("file.want_time", key, n.Show())}
	}
	return t, nil
}
