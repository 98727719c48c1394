package main

import (
	"github.com/spf13/cobra"

	"guanji/internal/incident"
)

func (p *program) incidentEnd() *cobra.Command {
	var note string
	c := p.step("end", "end ORG N", cobra.ExactArgs(2), func(*cobra.Command, *installation, *incident.Case, []string) (incident.Step, error) {
		return incident.Step{Ended: &incident.Ended{Note: note}}, nil
	})
	c.Flags().StringVar(&note, "note", "", p.msg("flag.note"))
	return c
}

func (p *program) incidentClose() *cobra.Command {
	var why string
	c := p.step("close", "close ORG N", cobra.ExactArgs(2), func(*cobra.Command, *installation, *incident.Case, []string) (incident.Step, error) {
		return incident.Step{Close: &incident.Close{Why: why}}, nil
	})
	c.Flags().StringVar(&why, "why", "", p.msg("flag.close_why"))
	return c
}

func (p *program) incidentReopen() *cobra.Command {
	var why string
	c := p.move("reopen", "reopen ORG N", cobra.ExactArgs(2), func(*cobra.Command, *installation, *incident.Case, []string) (incident.Step, error) {
		return incident.Step{Reopen: &incident.Reopen{Why: why}}, nil
	})
	c.Flags().StringVar(&why, "why", "", p.msg("flag.why_reopen"))
	return c
}

// incidentCorrect corrects when the organization became aware. What was said
// before stays visible, and the clocks run from what is said now.
func (p *program) incidentCorrect() *cobra.Command {
	var aware, reading, why string
	c := p.move("correct", "correct ORG N", cobra.ExactArgs(2), func(_ *cobra.Command, _ *installation, c *incident.Case, _ []string) (incident.Step, error) {
		at, err := parseMoment("aware", aware)
		a := incident.Aware{At: at, Reading: incident.Reading(reading), Why: why}
		if before := c.Aware(); reading == "" && before != nil {
			a.Reading = before.Reading
		}
		return incident.Step{Aware: &a}, err
	})
	c.Flags().StringVar(&aware, "aware", "", p.msg("flag.aware_corrected"))
	c.Flags().StringVar(&reading, "reading", "", p.msg("flag.reading_corrected"))
	c.Flags().StringVar(&why, "why", "", p.msg("flag.why_correct"))
	return c
}

func (p *program) incidentStrike() *cobra.Command {
	var why string
	c := p.move("strike", "strike ORG N STEP", cobra.ExactArgs(3), func(_ *cobra.Command, _ *installation, _ *incident.Case, args []string) (incident.Step, error) {
		of, err := caseNumber(args[2])
		return incident.Step{Strike: &incident.Strike{Of: of, Why: why}}, err
	})
	c.Flags().StringVar(&why, "why", "", p.msg("flag.why_strike"))
	return c
}

func (p *program) incidentAck() *cobra.Command {
	return p.move("ack", "ack ORG N", cobra.ExactArgs(2), func(*cobra.Command, *installation, *incident.Case, []string) (incident.Step, error) {
		return incident.Step{Ack: &incident.Ack{}}, nil
	})
}
