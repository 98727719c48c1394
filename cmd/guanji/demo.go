package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"

	"github.com/spf13/cobra"

	"guanji/examples"
	"guanji/internal/access"
	"guanji/internal/day"
	"guanji/internal/filing"
	"guanji/internal/problem"
	"guanji/internal/report"
	"guanji/internal/standing"
)

func (p *program) demo() *cobra.Command {
	var on func() (day.Day, error)
	var noServe bool
	var listen string
	c := p.command("demo", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		d, err := on()
		if err != nil {
			return err
		}
		if err := p.showDemo(d); err != nil || noServe {
			return err
		}
		return p.serveDemo(cmd.Context(), listen)
	})
	on = p.dayFlag(c)
	c.Flags().BoolVar(&noServe, "no-serve", false, p.msg("flag.no_serve"))
	c.Flags().StringVar(&listen, "listen", "", p.msg("flag.demo_listen"))
	return c
}

// showDemo prints where the example organization stands.
func (p *program) showDemo(d day.Day) error {
	set, err := p.set()
	if err != nil {
		return err
	}
	a, err := assessFile(set, "examples/"+examples.Demo, examples.DemoFile, d)
	if err != nil {
		return err
	}
	if err := report.Assessment(p.out, p.lang, set, a, false); err != nil {
		return err
	}
	fmt.Fprintln(p.out, "\n"+p.msg("demo.next", "examples/"+examples.Demo))
	fmt.Fprintln(p.out, p.msg("demo.next_position", examples.Demo, examples.DemoEvidence, a.Organization.ID))
	return nil
}

// serveDemo serves the example organization from a fresh home, which is gone
// afterwards.
func (p *program) serveDemo(ctx context.Context, listen string) error {
	home, err := os.MkdirTemp("", "guanji-demo-")
	if err != nil {
		return problem.New(problem.Refused, "cmd.make_home", os.TempDir()).Because(err)
	}
	defer os.RemoveAll(home) // what stays is a temporary folder
	p.database, p.getenv = "", func(string) string { return "" }
	if listen == "" {
		listen = freeAddress()
	}
	return p.serveHome(ctx, home, serving{listen: listen}, p.greetDemo)
}

// freeAddress is the usual address, or another port where that is taken.
func freeAddress() string {
	l, err := net.Listen("tcp", defaultListen)
	if err != nil {
		return "127.0.0.1:0"
	}
	_ = l.Close() // taken again at once
	return defaultListen
}

// greetDemo fills the home and prints the link that signs in.
func (p *program) greetDemo(ctx context.Context, in *installation, base string) error {
	author := standing.Author{By: "examples", Origin: standing.Imported, Source: examples.Demo, Sure: standing.Documented}
	done, err := in.standing.Import(ctx, "", examples.Demo, examples.DemoFile, false, author)
	if err != nil {
		return err
	}
	stands, err := p.fillDemo(ctx, in, done.Organization)
	if err != nil {
		return err
	}
	first, err := in.access.First(ctx, userName())
	if err != nil {
		return err
	}
	session, err := in.access.Start(ctx, first, "Demo", rand.Text(), "")
	if err != nil {
		return err
	}
	h, err := in.access.Holder(ctx, session, access.Session)
	if err != nil {
		return err
	}
	if err := in.access.SetLang(ctx, h, p.lang); err != nil {
		return err
	}
	if err := in.access.SignOut(ctx, session); err != nil {
		return err
	}
	secret, err := in.access.NewLink(ctx, userName(), h.ID, access.SignInOne)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.out, "\n"+p.msg("demo.position", stands))
	fmt.Fprintln(p.out, p.msg("demo.serve", done.Organization, base+"/link/"+secret))
	return nil
}

// fillDemo files a year of evidence and raises an alert and a drill, and returns where the duties stand today,
// in a line.
func (p *program) fillDemo(ctx context.Context, in *installation, organization string) (string, error) {
	data, err := examples.Evidence.ReadFile(examples.DemoEvidence)
	if err != nil {
		return "", err
	}
	if _, err := in.filing.Import(ctx, filing.Importing{Name: examples.DemoEvidence, Data: data, Folder: examples.Evidence, By: "examples"}); err != nil {
		return "", err
	}
	if err := in.happen(ctx, organization, examples.DemoIncidents, p.now()); err != nil {
		return "", err
	}
	p.publish(ctx, in, p.errs)
	pos, err := in.position.On(ctx, organization, day.In(p.now()), day.Day{})
	if err != nil {
		return "", err
	}
	return report.PositionLine(p.lang, in.set, pos), nil
}
