package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/filing"
	"guanji/internal/notify"
	"guanji/internal/position"
	"guanji/internal/problem"
	"guanji/internal/record"
	"guanji/internal/regime"
	"guanji/internal/respond"
	"guanji/internal/standing"
	"guanji/internal/store"
	"guanji/internal/vault"
)

// installation is the use cases over one database.
type installation struct {
	set      *regime.Set
	store    *store.Store
	vault    *vault.Vault
	access   *access.Service
	standing *standing.Service
	filing   *filing.Service
	position *position.Service
	record   *record.Service
	respond  *respond.Service
}

func (in *installation) close() { _ = errors.Join(in.store.Close(), in.vault.Close()) } // nothing is left to be written

// databaseFile is the embedded database within the home.
const databaseFile = "guanji.db"

// addDatabase adds the flag --database. A password belongs into
// GUANJI_DATABASE, where no list of processes shows it.
func (p *program) addDatabase(c *cobra.Command) {
	c.Flags().StringVar(&p.database, "database", "", p.msg("flag.database"))
}

// homePath is the folder of the installation: --home, else GUANJI_HOME, else
// .guanji in the home of the user.
func (p *program) homePath() (string, error) {
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
	return dir, nil
}

// homeDir is [program.homePath], made if it is not there.
func (p *program) homeDir() (string, error) {
	dir, err := p.homePath()
	if err != nil {
		return "", err
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
	signers, err := readSigners(home)
	if err != nil {
		return nil, err
	}
	keys, err := keysOf(signers)
	if err == nil {
		err = p.checkPlace(home)
	}
	if err != nil {
		return nil, err
	}
	outward, err := p.outward()
	if err != nil {
		return nil, err
	}
	v, err := vault.Open(vault.Config{Dir: filepath.Join(home, vaultFolder), Now: p.now})
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, address)
	if err != nil {
		return nil, errors.Join(err, v.Close())
	}
	in := &installation{
		set:      set,
		store:    s,
		vault:    v,
		access:   access.New(access.Config{Accounts: s, Passes: s, Starting: s, Now: p.now}),
		standing: standing.New(standing.Config{Set: set, Store: s, Drafts: s, Now: p.now}),
		record:   record.New(record.Config{Store: s, Objects: objects{v}, Signers: signers, Keys: keys, Now: p.now, Witnessing: witnessing(outward, s), Search: s}),
	}
	in.filing = filing.New(filing.Config{Store: s, Files: files{v}, Uploads: files{v}, Subjects: in.standing, Catalogue: catalogue(set), Now: p.now})
	in.position = position.New(position.Config{Set: set, Assessor: in.standing, Books: in.filing})
	in.respond = respond.New(respond.Config{Set: set, Store: s, Channels: s, Organizations: in.standing, Evidence: in.filing, Files: files{v}, People: s,
		Sender: notify.Notices(outward), Printer: &printer{}, Now: p.now})
	return in, nil
}

// catalogue is what the content knows of that evidence can name.
func catalogue(set *regime.Set) filing.Catalogue {
	c := filing.Catalogue{Kinds: map[string]bool{}, Duties: map[string]bool{}}
	for _, k := range set.EvidenceKinds {
		c.Kinds[k.ID.Value] = true
	}
	for _, d := range set.Duties {
		c.Duties[d.ID.Value] = true
	}
	return c
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
		defer in.close()
		return do(cmd, in, args)
	}
}

// changing runs a command that changes records, and then signs what it did.
func (p *program) changing(do func(cmd *cobra.Command, in *installation, args []string) error) func(*cobra.Command, []string) error {
	return p.withInstallation(func(cmd *cobra.Command, in *installation, args []string) error {
		if err := do(cmd, in, args); err != nil {
			return err
		}
		p.publish(cmd.Context(), in, p.errs)
		return nil
	})
}

// passwd is the list of the users of the machine, see passwd(5).
const passwd = "/etc/passwd"

// userName is who does something at a terminal: the user of the machine as the
// system knows it. The environment is not asked, where users name themselves:
// package os/user asks it, without cgo, for users that are not in passwd.
func userName() string {
	id := strconv.Itoa(os.Getuid())
	name := ""
	switch runtime.GOOS {
	case "windows", "darwin": // there it asks the system, which has another list
		if u, err := user.Current(); err == nil {
			name = u.Username
		}
	default:
		list, _ := os.ReadFile(passwd) // who is in no list goes by the number
		name = userIn(string(list), id)
	}
	return account.Terminal(cmp.Or(name, "uid:"+id))
}

// userIn returns the name of a user in a list of users, "" if it is not there.
func userIn(list, id string) string {
	for line := range strings.Lines(list) {
		if f := strings.Split(line, ":"); len(f) == 7 && f[2] == id && !strings.ContainsAny(f[0][:min(1, len(f[0]))], "+-#") { // such lines name no user
			return f[0]
		}
	}
	return ""
}
