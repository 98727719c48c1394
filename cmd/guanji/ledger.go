package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/record"
	"guanji/internal/report"
)

func (p *program) ledger() *cobra.Command {
	c := p.command("ledger", nil, nil)
	c.AddCommand(p.ledgerVerify(), p.ledgerCheckpoint(), p.ledgerShow(), p.ledgerProve())
	for _, sub := range c.Commands() {
		p.addDatabase(sub)
	}
	return c
}

// errFound ends a command that is done and found something that needs action.
var errFound = errors.New("found")

func (p *program) ledgerVerify() *cobra.Command {
	var given []string
	var keys string
	c := p.named("ledger.verify", "verify", cobra.NoArgs, p.onExisting(func(cmd *cobra.Command, in *installation, _ []string) error {
		v := record.Verifying{Progress: p.progress()}
		for _, name := range given {
			note, err := p.readFile(name)
			if err != nil {
				return err
			}
			v.Given = append(v.Given, record.Given{Name: name, Note: note})
		}
		if keys != "" {
			data, err := p.readFile(keys)
			if err != nil {
				return err
			}
			k, err := ledger.ParseKeys(data)
			if err != nil {
				return problem.New(problem.Input, "cmd.ledger.keys", keys).Because(err)
			}
			v.Keys = &k
		}
		r, err := in.record.VerifyWitnessed(cmd.Context(), v)
		if err != nil {
			return err
		}
		if err := p.write(report.VerificationOf(r), func() error { return report.Verification(p.out, p.lang, r) }); err != nil {
			return err
		}
		if !r.Whole() {
			return errFound
		}
		return nil
	}))
	p.addFormat(c)
	c.Flags().StringArrayVar(&given, "checkpoint", nil, p.msg("flag.checkpoint"))
	c.Flags().StringVar(&keys, "key", "", p.msg("flag.key"))
	return c
}

// progress tells how far verifying is, on a terminal's second stream, not more
// than once in a while.
func (p *program) progress() func(record.Stage, int64, int64) {
	last := p.now()
	return func(stage record.Stage, done, total int64) {
		if now := p.now(); now.Sub(last) > progressEvery {
			last = now
			fmt.Fprintln(p.errs, p.msg("cmd.ledger.progress."+string(stage), done, total))
		}
	}
}

const progressEvery = 2 * time.Second

func (p *program) ledgerCheckpoint() *cobra.Command {
	sign := p.withInstallation(func(cmd *cobra.Command, in *installation, _ []string) error {
		signed, err := in.record.Publish(cmd.Context())
		if err != nil {
			return err
		}
		if _, err := p.out.Write(signed.Note); err != nil {
			return problem.New(problem.Refused, "cmd.write").Because(err)
		}
		return nil
	})
	return p.named("ledger.checkpoint", "checkpoint", cobra.NoArgs, func(cmd *cobra.Command, args []string) error {
		home, there, err := p.installed()
		if err != nil {
			return err
		}
		if err := sign(cmd, args); err != nil {
			return err
		}
		if !there { // it may be that another home was meant
			fmt.Fprintln(p.errs, p.msg("cmd.ledger.made", home))
		}
		return nil
	})
}

// onExisting runs a command on an installation that must be there: one made
// for a home that was mistyped would be empty, and be found whole.
func (p *program) onExisting(do func(cmd *cobra.Command, in *installation, args []string) error) func(*cobra.Command, []string) error {
	run := p.withInstallation(do)
	return func(cmd *cobra.Command, args []string) error {
		home, there, err := p.installed()
		if err == nil && !there {
			err = problem.New(problem.NotFound, "cmd.ledger.no_installation", home)
		}
		if err != nil {
			return err
		}
		return run(cmd, args)
	}
}

// installed reports whether a home has a database or a vault, and which home
// that is. A database that is named is elsewhere, and taken to be there.
func (p *program) installed() (home string, there bool, err error) {
	if home, err = p.homePath(); err != nil {
		return "", false, err
	}
	if p.database != "" || p.getenv("GUANJI_DATABASE") != "" {
		return home, true, nil
	}
	for _, name := range []string{databaseFile, vaultFolder} {
		if _, err := os.Lstat(filepath.Join(home, name)); !errors.Is(err, fs.ErrNotExist) {
			return home, true, nil
		}
	}
	return home, false, nil
}

func (p *program) ledgerShow() *cobra.Command {
	return p.named("ledger.show", "show N", cobra.ExactArgs(1), p.onExisting(func(cmd *cobra.Command, in *installation, args []string) error {
		n, err := number(args[0])
		if err != nil {
			return err
		}
		l, err := in.record.Leaf(cmd.Context(), n)
		if err != nil {
			return err
		}
		return report.JSON(p.out, l)
	}))
}

func (p *program) ledgerProve() *cobra.Command {
	return p.named("ledger.prove", "prove N", cobra.ExactArgs(1), p.onExisting(func(cmd *cobra.Command, in *installation, args []string) error {
		n, err := number(args[0])
		if err != nil {
			return err
		}
		if _, err := in.record.Publish(cmd.Context()); err != nil {
			return err
		}
		proof, err := in.record.Prove(cmd.Context(), n)
		if err != nil {
			return err
		}
		return report.JSON(p.out, proof)
	}))
}

func number(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, usage("cmd.ledger.number", text)
	}
	return n, nil
}

// publish signs what was just changed. A change that cannot be signed now is
// kept all the same, and is signed later.
func (p *program) publish(ctx context.Context, in *installation, w io.Writer) {
	if _, err := in.record.Publish(ctx); err != nil {
		fmt.Fprintln(w, p.msg("cmd.ledger.not_signed", problem.In(err, p.lang)))
	}
}
