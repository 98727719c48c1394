package main

import (
	"encoding/json"
	"strings"

	"github.com/spf13/cobra"

	"guanji/internal/incident"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
)

func (p *program) incidentFact() *cobra.Command {
	var note string
	c := p.step("fact", "fact ORG N FACT=VALUE…", cobra.MinimumNArgs(3), func(_ *cobra.Command, in *installation, _ *incident.Case, args []string) (incident.Step, error) {
		f := incident.Facts{Values: map[string]json.RawMessage{}, Note: note}
		var mistakes problem.Fields
		for _, arg := range args[2:] {
			id, value, ok := strings.Cut(arg, "=")
			mistake := message.New("cmd.incident.fact", arg)
			if ok {
				f.Values[id], mistake = factValue(in, id, value)
			}
			if mistake.Key != "" {
				mistakes = append(mistakes, problem.Field{Name: id, Msg: mistake})
			}
		}
		return incident.Step{Facts: &f}, mistakes.OrNil()
	})
	c.Flags().StringVar(&note, "note", "", p.msg("flag.note"))
	return c
}

// factValue reads a fact as people type it, or says what is wrong with it; null
// takes one back.
func factValue(in *installation, id, value string) (json.RawMessage, message.M) {
	fact := in.set.Vocabulary.Fact(id)
	if fact == nil || fact.Subject != org.AboutIncident || fact.Kind == org.Record {
		return nil, message.New("respond.no_fact", id)
	}
	if value == "null" {
		return json.RawMessage(value), message.M{}
	}
	texts := []string{value}
	if fact.Kind == org.Set {
		texts = strings.Split(value, ",")
	}
	v, mistake := fact.Parse(texts...)
	if mistake != nil {
		return nil, *mistake
	}
	data, err := json.Marshal(v.In(fact))
	if err != nil {
		return nil, message.New("respond.bad_fact")
	}
	return data, message.M{}
}

func (p *program) incidentSent() *cobra.Command {
	var sent incident.Sent
	var files []string
	c := p.step("sent", "sent ORG N REPORT", cobra.ExactArgs(3), func(cmd *cobra.Command, in *installation, c *incident.Case, args []string) (incident.Step, error) {
		s := sent
		var err error
		if s.Report, err = reportOf(c, args[2]); err == nil {
			err = asFlagsOf(cmd, missingFiles(files).OrNil())
		}
		if err == nil {
			s.Files, err = p.keepFiles(cmd, in, files)
		}
		return incident.Step{Sent: &s}, err
	})
	flags := c.Flags()
	flags.StringVar(&sent.Way, "way", "", p.msg("flag.way"))
	flags.StringVar(&sent.Whom, "whom", "", p.msg("flag.whom"))
	flags.StringVar(&sent.Receipt, "receipt", "", p.msg("flag.receipt"))
	flags.StringVar(&sent.Late, "late", "", p.msg("flag.late"))
	flags.StringArrayVar(&files, "file", nil, p.msg("flag.file"))
	return c
}

// reportOf is the report that a person means: one by its whole name, or the one
// that is to be made to a recipient.
func reportOf(c *incident.Case, text string) (string, error) {
	var open []string
	for _, k := range c.Clocks() {
		switch {
		case k.Key == text:
			return text, nil
		case k.To == text && k.Open:
			open = append(open, k.Key)
		}
	}
	switch len(open) {
	case 0:
		return text, nil // what is wrong with it is said where it is checked
	case 1:
		return open[0], nil
	}
	return "", usage("cmd.incident.which", text, strings.Join(open, ", "))
}

func (p *program) incidentNote() *cobra.Command {
	var action bool
	c := p.step("note", "note ORG N WHAT", cobra.ExactArgs(3), func(_ *cobra.Command, _ *installation, _ *incident.Case, args []string) (incident.Step, error) {
		return incident.Step{Note: &incident.Note{What: args[2], Action: action}}, nil
	})
	c.Flags().BoolVar(&action, "action", false, p.msg("flag.action"))
	return c
}

func (p *program) incidentPart() *cobra.Command {
	return p.step("part", "part ORG N PART FILE", cobra.ExactArgs(4), func(_ *cobra.Command, _ *installation, _ *incident.Case, args []string) (incident.Step, error) {
		text, err := p.readFile(args[3])
		return incident.Step{Part: &incident.Part{ID: args[2], Text: strings.TrimSpace(string(text))}}, err
	})
}

func (p *program) incidentRole() *cobra.Command {
	var phone string
	c := p.step("role", "role ORG N ROLE PERSON", cobra.ExactArgs(4), func(_ *cobra.Command, _ *installation, _ *incident.Case, args []string) (incident.Step, error) {
		return incident.Step{Role: &incident.Role{Role: args[2], Person: args[3], Phone: phone}}, nil
	})
	c.Flags().StringVar(&phone, "phone", "", p.msg("flag.phone"))
	return c
}

func (p *program) incidentTask() *cobra.Command {
	var owner, due string
	c := p.step("task", "task ORG N WHAT", cobra.ExactArgs(3), func(_ *cobra.Command, _ *installation, _ *incident.Case, args []string) (incident.Step, error) {
		by, err := parseMoment("due", due)
		return incident.Step{Task: &incident.Task{What: args[2], Owner: owner, Due: by}}, err
	})
	c.Flags().StringVar(&owner, "owner", "", p.msg("flag.task_owner"))
	c.Flags().StringVar(&due, "due", "", p.msg("flag.task_due"))
	return c
}

func (p *program) incidentDone() *cobra.Command {
	var note string
	c := p.step("done", "done ORG N STEP", cobra.ExactArgs(3), func(_ *cobra.Command, _ *installation, _ *incident.Case, args []string) (incident.Step, error) {
		of, err := caseNumber(args[2])
		return incident.Step{Done: &incident.Done{Of: of, Note: note}}, err
	})
	c.Flags().StringVar(&note, "note", "", p.msg("flag.note"))
	return c
}

func (p *program) incidentKept() *cobra.Command {
	var kept incident.Kept
	var files []string
	c := p.step("kept", "kept ORG N", cobra.ExactArgs(2), func(cmd *cobra.Command, in *installation, _ *incident.Case, _ []string) (incident.Step, error) {
		k := kept
		err := asFlagsOf(cmd, missingFiles(files).OrNil())
		if err == nil {
			k.Files, err = p.keepFiles(cmd, in, files)
		}
		return incident.Step{Kept: &k}, err
	})
	flags := c.Flags()
	flags.StringVar(&kept.What, "what", "", p.msg("flag.kept_what"))
	flags.StringVar(&kept.From, "from", "", p.msg("flag.kept_from"))
	flags.StringVar(&kept.How, "how", "", p.msg("flag.kept_how"))
	flags.StringVar(&kept.Who, "who", "", p.msg("flag.kept_who"))
	flags.StringVar(&kept.Where, "where", "", p.msg("flag.kept_where"))
	flags.StringVar(&kept.Sum, "sum", "", p.msg("flag.kept_sum"))
	flags.StringArrayVar(&files, "file", nil, p.msg("flag.file"))
	return c
}

func (p *program) incidentHand() *cobra.Command {
	var handed incident.Handed
	c := p.step("hand", "hand ORG N STEP", cobra.ExactArgs(3), func(_ *cobra.Command, _ *installation, _ *incident.Case, args []string) (incident.Step, error) {
		h := handed
		var err error
		h.Of, err = caseNumber(args[2])
		return incident.Step{Handed: &h}, err
	})
	flags := c.Flags()
	flags.StringVar(&handed.From, "from", "", p.msg("flag.hand_from"))
	flags.StringVar(&handed.To, "to", "", p.msg("flag.hand_to"))
	flags.StringVar(&handed.Where, "where", "", p.msg("flag.kept_where"))
	flags.StringVar(&handed.Why, "why", "", p.msg("flag.hand_why"))
	return c
}
