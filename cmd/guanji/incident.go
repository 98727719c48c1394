package main

import (
	"bytes"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"guanji/internal/incident"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/report"
	"guanji/internal/respond"
)

func (p *program) incident() *cobra.Command {
	c := p.command("incident", nil, nil)
	c.AddCommand(p.incidentList(), p.incidentShow(), p.incidentAlert(), p.incidentOpen(), p.incidentTriage(), p.incidentFact(), p.incidentSent(), p.incidentNote(), p.incidentPart(),
		p.incidentRole(), p.incidentTask(), p.incidentDone(), p.incidentKept(), p.incidentHand(), p.incidentEnd(), p.incidentClose(), p.incidentReopen(), p.incidentCorrect(),
		p.incidentStrike(), p.incidentAck(), p.incidentReplay())
	for _, sub := range c.Commands() {
		p.addFormat(sub)
	}
	c.AddCommand(p.incidentReport(), p.incidentCard())
	for _, sub := range c.Commands() {
		p.addDatabase(sub)
	}
	c.AddCommand(p.incidentGrade()) // of a file: it needs no installation
	return c
}

// caseNumber reads the number of a case or a step: 12, or #12.
func caseNumber(text string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(text, "#"), 10, 64)
	if err != nil || n <= 0 {
		return 0, usage("cmd.incident.number", text)
	}
	return n, nil
}

// caseOf reads a case of an organization that there is.
func (p *program) caseOf(cmd *cobra.Command, in *installation, organization, number string) (*incident.Case, error) {
	n, err := caseNumber(number)
	if err != nil {
		return nil, err
	}
	if _, err := in.standing.HasSystem(cmd.Context(), organization, ""); err != nil {
		return nil, err
	}
	return in.respond.Case(cmd.Context(), organization, n)
}

// live is the word for cases of which something is still to be done.
const live = "live"

func caseStates() []string {
	return []string{live, string(incident.Waiting), string(incident.Running), string(incident.Watched), string(incident.Handled), string(incident.Closed), string(incident.Dismissed), string(incident.Joined)}
}

// casesView is a list of cases in JSON.
type casesView struct {
	Guanji       int               `json:"guanji"`
	Organization string            `json:"organization"`
	Cases        []report.CaseLine `json:"cases"`
}

func (p *program) incidentList() *cobra.Command {
	var state string
	c := p.named("incident.list", "list ORG", cobra.ExactArgs(1), p.withInstallation(func(cmd *cobra.Command, in *installation, args []string) error {
		if _, err := in.standing.HasSystem(cmd.Context(), args[0], ""); err != nil {
			return err
		}
		if states := caseStates(); state != "" && !slices.Contains(states, state) {
			return usage("cmd.incident.state", strings.Join(states, ", "), state)
		}
		all, err := in.respond.Cases(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		v, late := casesView{1, args[0], []report.CaseLine{}}, false
		slices.SortFunc(all, respond.ByUrgency)
		for _, c := range all {
			if state == "" || state == string(c.State) || state == live && c.State.Live() {
				line := report.CaseLineOf(c, p.now())
				v.Cases, late = append(v.Cases, line), late || line.Next != nil && line.Next.Late
			}
		}
		if err := p.write(v, func() error { return report.Cases(p.out, p.lang, v.Cases) }); err != nil || !late {
			return err
		}
		return errFound
	}))
	c.Flags().StringVar(&state, "state", "", p.msg("flag.case_state"))
	return c
}

func (p *program) incidentShow() *cobra.Command {
	return p.named("incident.show", "show ORG N", cobra.ExactArgs(2), p.withInstallation(func(cmd *cobra.Command, in *installation, args []string) error {
		c, err := p.caseOf(cmd, in, args[0], args[1])
		if err != nil {
			return err
		}
		v := report.CaseOf(args[0], c, p.now())
		if err := p.write(v, func() error { return report.Case(p.out, p.lang, in.set, v) }); err != nil || v.Next == nil || !v.Next.Late {
			return err
		}
		return errFound
	}))
}

func (p *program) incidentReplay() *cobra.Command {
	return p.named("incident.replay", "replay ORG N", cobra.ExactArgs(2), p.withInstallation(func(cmd *cobra.Command, in *installation, args []string) error {
		c, err := p.caseOf(cmd, in, args[0], args[1])
		if err != nil {
			return err
		}
		all, err := in.respond.Replay(cmd.Context(), args[0], c.Number)
		if err != nil {
			return err
		}
		v := report.ReplayOf(args[0], c.Number, all)
		if err := p.write(v, func() error { return report.Replay(p.out, p.lang, v) }); err != nil || v.Same {
			return err
		}
		return errFound
	}))
}

func (p *program) incidentReport() *cobra.Command {
	var closing bool
	var part, output string
	c := p.named("incident.report", "report ORG N", cobra.ExactArgs(2), p.withInstallation(func(cmd *cobra.Command, in *installation, args []string) error {
		c, err := p.caseOf(cmd, in, args[0], args[1])
		if err != nil {
			return err
		}
		paper, err := paperOf(part, closing)
		if err != nil {
			return err
		}
		lang := message.Chinese // it governs; English is asked for
		if cmd.Flags().Changed("lang") {
			lang = p.lang
		}
		d, err := in.respond.Report(cmd.Context(), args[0], c.Number, paper, lang)
		if err != nil {
			return err
		}
		return p.saveDocument(output, d)
	}))
	c.Flags().StringVar(&part, "part", string(respond.FirstReport), p.msg("flag.part"))
	c.Flags().BoolVar(&closing, "closing", false, p.msg("flag.closing"))
	c.Flags().StringVarP(&output, "output", "o", "", p.msg("flag.output"))
	return c
}

// paperOf is the document about a case that flags ask for.
func paperOf(part string, closing bool) (respond.Paper, error) {
	if closing {
		return respond.ClosingReport, nil
	}
	if !slices.Contains(respond.Papers(), respond.Paper(part)) {
		return "", usage("cmd.incident.part_of", part)
	}
	return respond.Paper(part), nil
}

func (p *program) incidentCard() *cobra.Command {
	var output string
	c := p.named("incident.card", "card ORG", cobra.ExactArgs(1), p.withInstallation(func(cmd *cobra.Command, in *installation, args []string) error {
		d, err := in.respond.Card(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		return p.saveDocument(output, d)
	}))
	c.Flags().StringVarP(&output, "output", "o", "", p.msg("flag.output"))
	return c
}

// saveDocument writes a document whole or not at all: as a page for browsers if
// the name of the file says so, else for word processors.
func (p *program) saveDocument(name string, d respond.Document) error {
	if name == "" {
		return usage("cmd.incident.output")
	}
	write := report.Docx
	if strings.EqualFold(filepath.Ext(name), ".html") {
		write = report.DocumentHTML
	}
	var b bytes.Buffer
	if err := write(&b, d); err != nil {
		return err
	}
	if err := writeFile(name, b.Bytes()); err != nil {
		return problem.New(problem.Refused, "ask.write", name).Because(err)
	}
	return nil
}
