package main

import (
	"github.com/spf13/cobra"

	"guanji/internal/day"
	"guanji/internal/regime"
	"guanji/internal/report"
)

func (p *program) assess() *cobra.Command {
	var all bool
	var on func() (day.Day, error)
	c := p.command("assess FILE", cobra.ExactArgs(1), func(_ *cobra.Command, args []string) error {
		d, err := on()
		if err != nil {
			return err
		}
		data, err := p.readFile(args[0])
		if err != nil {
			return err
		}
		set, err := p.set()
		if err != nil {
			return err
		}
		a, err := assessFile(set, args[0], data, d)
		if err != nil {
			return err
		}
		return p.write(a, func() error { return report.Assessment(p.out, p.lang, set, a, all) })
	})
	on = p.dayFlag(c)
	p.addFormat(c)
	c.Flags().BoolVar(&all, "all", false, p.msg("flag.all"))
	return c
}

func assessFile(set *regime.Set, name string, data []byte, on day.Day) (*regime.Assessment, error) {
	f, err := set.Vocabulary.ReadFile(name, data)
	if err != nil {
		return nil, err
	}
	return set.Assess(f, on)
}
