package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/problem"
)

func (p *program) account() *cobra.Command {
	c := p.command("account", nil, nil)
	c.AddCommand(p.accountList(), p.accountAdd(), p.accountLink(), p.accountSet())
	for _, sub := range c.Commands() {
		p.addDatabase(sub)
	}
	return c
}

// accountView is an account in JSON.
type accountView struct {
	ID       string       `json:"id"`
	Name     string       `json:"name"`
	Role     account.Role `json:"role"`
	Disabled bool         `json:"disabled"`
	Created  string       `json:"created"`
}

func (p *program) accountList() *cobra.Command {
	c := p.named("account.list", "list", cobra.NoArgs, p.withInstallation(func(cmd *cobra.Command, in *installation, _ []string) error {
		all, err := in.store.Accounts(cmd.Context())
		if err != nil {
			return err
		}
		views := []accountView{}
		for _, a := range all {
			views = append(views, accountView{a.ID, a.Name, a.Role, a.Disabled, a.Created.In(day.Beijing).Format(timeFormat)})
		}
		return p.write(views, func() error {
			w := tabwriter.NewWriter(p.out, 0, 8, 2, ' ', 0)
			for _, v := range views {
				state := ""
				if v.Disabled {
					state = p.msg("accounts.disabled")
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", v.Name, message.New("role."+string(v.Role)).In(p.lang), v.Created, state)
			}
			return w.Flush()
		})
	}))
	p.addFormat(c)
	return c
}

const timeFormat = "2006-01-02T15:04:05Z07:00"

func (p *program) accountAdd() *cobra.Command {
	var role string
	c := p.named("account.add", "add NAME", cobra.ExactArgs(1), p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		secret, err := in.access.Invite(cmd.Context(), userName(), args[0], account.Role(role))
		if err != nil {
			return err
		}
		return p.printLink(secret)
	}))
	c.Flags().StringVar(&role, "role", string(account.Editor), p.msg("flag.role"))
	return c
}

// printLink prints a one-time link to the server of the home.
func (p *program) printLink(secret string) error {
	home, err := p.homeDir()
	if err != nil {
		return err
	}
	fmt.Fprintln(p.out, readRunning(home).Address+"/link/"+secret)
	fmt.Fprintln(p.errs, p.msg("cmd.account.link_once", int(access.LinkLife.Hours())))
	return nil
}

// find returns the account with a name.
func (in *installation) find(ctx context.Context, name string) (account.Account, error) {
	a, _, err := in.store.Credentials(ctx, account.Key(name))
	if problem.KindOf(err) == problem.NotFound {
		return a, problem.New(problem.NotFound, "cmd.account.none", name)
	}
	return a, err
}

func (p *program) accountLink() *cobra.Command {
	return p.named("account.link", "link NAME", cobra.ExactArgs(1), p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		a, err := in.find(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		secret, err := in.access.NewLink(cmd.Context(), userName(), a.ID, access.Welcome)
		if err != nil {
			return err
		}
		return p.printLink(secret)
	}))
}

func (p *program) accountSet() *cobra.Command {
	var role string
	var disable, enable bool
	c := p.named("account.set", "set NAME", cobra.ExactArgs(1), p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		if disable && enable || !disable && !enable && role == "" {
			return usage("cmd.account.set_what")
		}
		a, err := in.find(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		if role != "" {
			a.Role = account.Role(role)
		}
		a.Disabled = a.Disabled && !enable || disable
		return in.access.SetAccount(cmd.Context(), userName(), a.ID, a.Role, a.Disabled)
	}))
	c.Flags().StringVar(&role, "role", "", p.msg("flag.role"))
	c.Flags().BoolVar(&disable, "disable", false, p.msg("flag.disable"))
	c.Flags().BoolVar(&enable, "enable", false, p.msg("flag.enable"))
	return c
}
