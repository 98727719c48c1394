package main

import (
	"cmp"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/standing"
)

func (p *program) organization() *cobra.Command {
	c := p.command("organization", nil, nil)
	c.AddCommand(p.organizationList(), p.organizationImport(), p.organizationExport())
	for _, sub := range c.Commands() {
		p.addDatabase(sub)
	}
	return c
}

// organizationView is an organization in JSON.
type organizationView struct {
	ID   string       `json:"id"`
	Name message.Text `json:"name"`
}

func (p *program) organizationList() *cobra.Command {
	c := p.named("organization.list", "list", cobra.NoArgs, p.withInstallation(func(cmd *cobra.Command, in *installation, _ []string) error {
		all, err := in.standing.Organizations(cmd.Context())
		if err != nil {
			return err
		}
		views := []organizationView{}
		for _, o := range all {
			views = append(views, organizationView{o.ID, o.Name})
		}
		return p.write(views, func() error {
			w := tabwriter.NewWriter(p.out, 0, 8, 2, ' ', 0)
			for _, v := range views {
				fmt.Fprintf(w, "%s\t%s\n", v.ID, v.Name.In(p.lang))
			}
			return w.Flush()
		})
	}))
	p.addFormat(c)
	return c
}

func (p *program) organizationImport() *cobra.Command {
	var whole bool
	var source string
	c := p.named("organization.import", "import FILE", cobra.ExactArgs(1), p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		data, err := p.readFile(args[0])
		if err != nil {
			return err
		}
		author := standing.Author{By: userName(), Origin: standing.Imported, Source: cmp.Or(source, args[0]), Sure: standing.Stated}
		done, err := in.standing.Import(cmd.Context(), "", args[0], data, whole, author)
		if err != nil {
			return err
		}
		fmt.Fprintln(p.out, p.msg("cmd.organization.imported", done.Organization, done.Added, done.Changed, done.TakenBack))
		return nil
	}))
	c.Flags().BoolVar(&whole, "whole", false, p.msg("flag.whole"))
	c.Flags().StringVar(&source, "source", "", p.msg("flag.source"))
	return c
}

func (p *program) organizationExport() *cobra.Command {
	var known string
	c := p.named("organization.export", "export ID", cobra.ExactArgs(1), p.withInstallation(func(cmd *cobra.Command, in *installation, args []string) error {
		var by day.Day
		if known != "" {
			var err error
			if by, err = p.parseDay("known", known); err != nil {
				return err
			}
		}
		v, err := in.standing.View(cmd.Context(), args[0], in.standing.Today(), by)
		if err != nil {
			return err
		}
		data, err := in.standing.Export(v.State)
		if err != nil {
			return err
		}
		if _, err := p.out.Write(data); err != nil {
			return problem.New(problem.Refused, "cmd.write").Because(err)
		}
		return nil
	}))
	c.Flags().StringVar(&known, "known", "", p.msg("flag.known"))
	return c
}
