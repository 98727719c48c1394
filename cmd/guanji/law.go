package main

import (
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"guanji/content"
	"guanji/internal/detect"
	"guanji/internal/detect/grade"
	"guanji/internal/filing"
	"guanji/internal/law"
	"guanji/internal/problem"
	"guanji/internal/regime"
	"guanji/internal/report"
)

func (p *program) law() *cobra.Command {
	c := p.command("law", nil, nil)
	c.AddCommand(p.lawList(), p.lawShow(), p.lawSearch(), p.lawDiff(), p.lawCheck())
	return c
}

func (p *program) lawList() *cobra.Command {
	c := p.named("law.list", "list", cobra.NoArgs, func(*cobra.Command, []string) error {
		set, err := p.set()
		if err != nil {
			return err
		}
		list := set.Library.Instruments()
		return p.write(report.InstrumentViews(list), func() error { return report.Instruments(p.out, p.lang, list) })
	})
	p.addFormat(c)
	return c
}

func (p *program) lawShow() *cobra.Command {
	c := p.named("law.show", "show ID", cobra.ExactArgs(1), func(_ *cobra.Command, args []string) error {
		set, err := p.set()
		if err != nil {
			return err
		}
		found := set.Library.Find(args[0])
		if i := set.Library.Instrument(strings.ToUpper(args[0])); i != nil {
			found = i.Provisions
		}
		if len(found) == 0 {
			return problem.New(problem.NotFound, "law.not_found", args[0])
		}
		return p.write(report.ProvisionViews(found), func() error { return report.Provisions(p.out, p.lang, set.Library, found) })
	})
	p.addFormat(c)
	return c
}

func (p *program) lawSearch() *cobra.Command {
	c := p.named("law.search", "search TEXT…", cobra.MinimumNArgs(1), func(_ *cobra.Command, args []string) error {
		set, err := p.set()
		if err != nil {
			return err
		}
		found := set.Library.Search(strings.Join(args, " "))
		return p.write(report.ProvisionViews(found), func() error {
			if len(found) == 0 {
				fmt.Fprintln(p.errs, p.msg("law.nothing", strings.Join(args, " ")))
			}
			return report.Found(p.out, p.lang, found)
		})
	})
	p.addFormat(c)
	return c
}

func (p *program) lawDiff() *cobra.Command {
	var from, to string
	c := p.named("law.diff", "diff --from DAY --to DAY", cobra.NoArgs, func(*cobra.Command, []string) error {
		if from == "" || to == "" {
			return usage("cmd.diff_days")
		}
		a, err := p.parseDay("from", from)
		if err != nil {
			return err
		}
		b, err := p.parseDay("to", to)
		if err != nil {
			return err
		}
		if b.Before(a) {
			return usage("cmd.diff_order", from, to)
		}
		set, err := p.set()
		if err != nil {
			return err
		}
		changes := set.Library.Diff(a, b)
		return p.write(report.ChangeViews(changes), func() error { return report.Changes(p.out, p.lang, changes) })
	})
	c.Flags().StringVar(&from, "from", "", p.msg("flag.from"))
	c.Flags().StringVar(&to, "to", "", p.msg("flag.to"))
	p.addFormat(c)
	return c
}

func (p *program) lawCheck() *cobra.Command {
	return p.named("law.check", "check [DIR]", cobra.MaximumNArgs(1), func(_ *cobra.Command, args []string) error {
		var files fs.FS = content.Files
		where := p.msg("cmd.law.check.embedded")
		if len(args) == 1 {
			where = args[0]
			if info, err := os.Stat(where); err != nil || !info.IsDir() {
				return problem.New(problem.Input, "cmd.no_dir", where)
			}
			files = os.DirFS(where)
		}
		set, err := regime.Check(files)
		if err != nil {
			return err
		}
		if _, err := fs.Stat(files, "detect"); err == nil { // content that was copied for its law may lack it
			if _, err := detect.New(files, detect.Options{}); err != nil {
				return err
			}
			if _, err := grade.Read(files); err != nil {
				return err
			}
		}
		fmt.Fprintln(p.out, p.msg("cmd.law.check.good", where, len(set.Library.Instruments()), countProvisions(set.Library), len(set.Duties), len(set.Vocabulary.Facts())))
		return nil
	})
}

func countProvisions(l *law.Library) int {
	n := 0
	for _, i := range l.Instruments() {
		n += len(i.Provisions)
	}
	return n
}

func (p *program) facts() *cobra.Command {
	c := p.command("facts", cobra.NoArgs, func(*cobra.Command, []string) error {
		set, err := p.set()
		if err != nil {
			return err
		}
		return p.write(report.FactViews(set.Vocabulary), func() error { return report.Facts(p.out, p.lang, set) })
	})
	p.addFormat(c)
	return c
}

func (p *program) schema() *cobra.Command {
	c := p.command("schema", nil, nil)
	c.AddCommand(p.named("schema.organization", "organization", cobra.NoArgs, func(*cobra.Command, []string) error {
		set, err := p.set()
		if err != nil {
			return err
		}
		return report.JSON(p.out, set.Vocabulary.Schema())
	}))
	c.AddCommand(p.named("schema.evidence", "evidence", cobra.NoArgs, func(*cobra.Command, []string) error {
		set, err := p.set()
		if err != nil {
			return err
		}
		return report.JSON(p.out, filing.Schema(catalogue(set)))
	}))
	return c
}
