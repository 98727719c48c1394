package main

import (
	"context"
	"os"
	"os/user"
	"path/filepath"

	"github.com/spf13/cobra"

	"guanji/internal/access"
	"guanji/internal/problem"
	"guanji/internal/regime"
	"guanji/internal/standing"
	"guanji/internal/store"
)

// installation is the use cases over one database.
type installation struct {
	set      *regime.Set
	store    *store.Store
	access   *access.Service
	standing *standing.Service
}

// databaseFile is the embedded database within the home.
const databaseFile = "guanji.db"

// addDatabase adds the flag --database. A password belongs into
// GUANJI_DATABASE, where no list of processes shows it.
func (p *program) addDatabase(c *cobra.Command) {
	c.Flags().StringVar(&p.database, "database", "", p.msg("flag.database"))
}

// homeDir is the folder of the installation: --home, else GUANJI_HOME, else
// .guanji in the home of the user. It is made if it is not there.
func (p *program) homeDir() (string, error) {
	dir := p.home
	if dir == "" {
		dir = p.getenv("GUANJI_HOME")
	}
	if dir == "" {
		base, err := os.UserHomeDir()
		if err != nil {
			return "", problem.New(problem.Refused, "cmd.no_home").Because(err)
		}
		dir = filepath.Join(base, ".guanji")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", problem.New(problem.Refused, "cmd.make_home", dir).Because(err)
	}
	return dir, nil
}

// open opens the database of a home, or the one that is named.
func (p *program) open(ctx context.Context, home string) (*installation, error) {
	set, err := p.set()
	if err != nil {
		return nil, err
	}
	address := p.database
	if address == "" {
		address = p.getenv("GUANJI_DATABASE")
	}
	if address == "" {
		address = filepath.Join(home, databaseFile)
	} else if !store.IsPostgres(address) {
		return nil, usage("cmd.bad_database")
	}
	s, err := store.Open(ctx, address)
	if err != nil {
		return nil, err
	}
	return &installation{
		set:      set,
		store:    s,
		access:   access.New(access.Config{Accounts: s, Passes: s, Starting: s, Now: p.now}),
		standing: standing.New(standing.Config{Set: set, Store: s, Drafts: s, Now: p.now}),
	}, nil
}

// withInstallation runs a command that works on the database.
func (p *program) withInstallation(do func(cmd *cobra.Command, in *installation, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		home, err := p.homeDir()
		if err != nil {
			return err
		}
		in, err := p.open(cmd.Context(), home)
		if err != nil {
			return err
		}
		defer in.store.Close() // nothing is left to be written
		return do(cmd, in, args)
	}
}

// userName is who states something from a terminal.
func userName() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "terminal"
}
