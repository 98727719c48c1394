package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// The files of the keys that sign checkpoints, within the home.
const (
	keysFolder = "keys"
	firstKey   = "ledger.key"     // Ed25519; made at first use
	secondKey  = "ledger-sm2.key" // SM2; made when it is chosen
)

// keyName begins the names of keys, which are the origins of their ledgers.
const keyName = "guanji/"

func (p *program) key() *cobra.Command {
	c := p.command("key", nil, nil)
	c.AddCommand(p.keyPublic(), p.keySM2())
	return c
}

func (p *program) keyPublic() *cobra.Command {
	return p.named("key.public", "public", cobra.NoArgs, func(*cobra.Command, []string) error {
		home, err := p.homeDir()
		if err != nil {
			return err
		}
		file := filepath.Join(home, keysFolder, firstKey)
		_, missing := os.Stat(file)
		signers, err := readSigners(home)
		if err != nil {
			return err
		}
		if errors.Is(missing, fs.ErrNotExist) { // it may be that another home was meant
			fmt.Fprintln(p.errs, p.msg("cmd.key.public.made", file))
		}
		for _, s := range signers {
			fmt.Fprintln(p.out, s.Public())
		}
		return nil
	})
}

func (p *program) keySM2() *cobra.Command {
	c := p.named("key.sm2", "sm2", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		home, err := p.homeDir()
		if err != nil {
			return err
		}
		lock, err := lockHome(home)
		if err != nil { // a server would go on signing without the new key
			return err
		}
		defer lock.Unlock() // the end of the process unlocks it as well
		signers, err := readSigners(home)
		if err != nil {
			return err
		}
		name := signers[0].Name()
		if _, err := oneSigner(filepath.Join(home, keysFolder, secondKey), func(r io.Reader) (string, error) { return ledger.GenerateSM2(r, name) }); err != nil {
			return err
		}
		in, err := p.open(cmd.Context(), home)
		if err != nil {
			return err
		}
		defer in.close()
		if err := in.record.Begin(cmd.Context()); err != nil {
			return err
		}
		fmt.Fprintln(p.out, p.msg("cmd.key.sm2.done"))
		return nil
	})
	p.addDatabase(c)
	return c
}

// readSigners reads the keys of a home. The first is made if it is not there.
func readSigners(home string) ([]*ledger.Signer, error) {
	dir := filepath.Join(home, keysFolder)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, problem.New(problem.Refused, "cmd.make_home", dir).Because(err)
	}
	first, err := oneSigner(filepath.Join(dir, firstKey), func(r io.Reader) (string, error) {
		return ledger.GenerateKey(r, keyName+strings.ToLower(rand.Text()[:12]))
	})
	if err != nil {
		return nil, err
	}
	signers := []*ledger.Signer{first}
	second, err := readSigner(filepath.Join(dir, secondKey))
	if errors.Is(err, fs.ErrNotExist) {
		return signers, nil
	}
	return append(signers, second), err
}

// oneSigner reads a key, and makes it if it is not there. Of several who make
// it at once, all read the one that was first.
func oneSigner(file string, generate func(io.Reader) (string, error)) (*ledger.Signer, error) {
	s, err := readSigner(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	secret, err := generate(rand.Reader)
	if err != nil {
		return nil, err
	}
	if err := writeNew(file, []byte(secret+"\n"), os.Link); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, problem.New(problem.Refused, "cmd.key.make", file).Because(err)
	}
	return readSigner(file)
}

func readSigner(file string) (*ledger.Signer, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, problem.New(problem.Refused, "cmd.key.read", file).Because(err)
	}
	s, err := ledger.NewSigner(strings.TrimSpace(string(data)), rand.Reader)
	if err != nil {
		return nil, problem.New(problem.Refused, "cmd.key.read", file).Because(err)
	}
	return s, nil
}

// writeNew writes a file that must not be there, and has it and its name on the
// disk: whole, or not at all, where the disk can link. It fails with
// [fs.ErrExist] if it is there. Link is [os.Link].
func writeNew(name string, data []byte, link func(from, to string) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".guanji-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // the name that it was written under
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	err = link(f.Name(), name)
	if err != nil && !errors.Is(err, fs.ErrExist) { // such as on FAT, or some disks of a network
		err = writeAlone(name, data)
	}
	if err != nil {
		return err
	}
	return errors.Join(syncFolder(filepath.Dir(name)), syncFolder(filepath.Dir(filepath.Dir(name)))) // the folder may be new, too
}

// writeAlone writes a file that must not be there in its place: whoever reads
// it meanwhile may see a part, and so may everybody after a loss of power.
func writeAlone(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// syncFolder has the names in a folder be on the disk, where the system can do
// that.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// keysOf returns the public keys of signers.
func keysOf(signers []*ledger.Signer) (ledger.Keys, error) {
	var b strings.Builder
	for _, s := range signers {
		fmt.Fprintln(&b, s.Public())
	}
	return ledger.ParseKeys([]byte(b.String()))
}
