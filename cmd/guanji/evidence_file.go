package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"guanji/internal/evidence"
	"guanji/internal/filing"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// largeFile is from how many bytes on it is told how far keeping a file is.
const largeFile = 100_000_000

// checkRecord finds what is wrong with a record and its files before one of
// them is kept.
func (p *program) checkRecord(cmd *cobra.Command, in *installation, organization string, r *evidence.Record, names []string) error {
	if _, err := in.standing.HasSystem(cmd.Context(), organization, ""); err != nil {
		return err
	}
	err := in.filing.Check(cmd.Context(), organization, evidence.Item{Record: r})
	mistakes, ok := errors.AsType[problem.Fields](err)
	if err != nil && !ok {
		return err
	}
	return asFlags(append(mistakes, missingFiles(names)...).OrNil())
}

// missingFiles finds names of no plain file.
func missingFiles(names []string) (mistakes problem.Fields) {
	if len(names) > evidence.MaxFiles {
		mistakes = append(mistakes, problem.Field{Name: "files", Msg: message.New("evidence.too_many", evidence.MaxFiles)})
	}
	for _, name := range names {
		info, err := os.Stat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular():
			mistakes = append(mistakes, problem.Field{Name: "files", Msg: message.New("cmd.no_file", name)})
		case err == nil && info.Size() > filing.MaxFile:
			mistakes = append(mistakes, problem.Field{Name: "files", Msg: message.New("filing.size", int64(filing.MaxFile>>30))})
		}
	}
	return mistakes
}

// keepFiles keeps files of the user.
func (p *program) keepFiles(cmd *cobra.Command, in *installation, names []string) ([]evidence.File, error) {
	var kept []evidence.File
	for _, name := range names {
		f, err := p.keepFile(cmd, in, name)
		if err != nil {
			return nil, err
		}
		kept = append(kept, f)
	}
	return kept, nil
}

func (p *program) keepFile(cmd *cobra.Command, in *installation, name string) (evidence.File, error) {
	f, err := os.Open(name)
	if err != nil {
		return evidence.File{}, problem.New(problem.Refused, "cmd.read", name).Because(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return evidence.File{}, problem.New(problem.Refused, "cmd.read", name).Because(err)
	}
	var r io.Reader = f
	if info.Size() >= largeFile {
		r = p.telling(f, filepath.Base(name), info.Size())
	}
	return in.filing.Keep(cmd.Context(), filepath.Base(name), r)
}

// telling reads r and tells how many bytes of a total were read, not more than
// once in a while.
func (p *program) telling(r io.Reader, name string, total int64) io.Reader {
	return &counted{Reader: r, tell: p.everyWhile(func(done int64) { fmt.Fprintln(p.errs, p.msg("cmd.evidence.progress", name, done, total)) })}
}

// counted is a reader that tells how many bytes were read.
type counted struct {
	io.Reader
	done int64
	tell func(done int64)
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.done += int64(n)
	c.tell(c.done)
	return n, err
}

// everyWhile calls a function not more than once in [progressEvery].
func (p *program) everyWhile(tell func(done int64)) func(done int64) {
	last := p.now()
	return func(done int64) {
		if now := p.now(); now.Sub(last) >= progressEvery {
			last = now
			tell(done)
		}
	}
}

// remarksShown is how many remarks are printed of an evidence file.
const remarksShown = 20

// remark says of what was just filed what its author may not have meant.
func (p *program) remark(in *installation, b *evidence.Book, filed []evidence.Filed) {
	var lines []string
	for _, f := range filed {
		for _, m := range filing.Remarks(in.set, b, f) {
			lines = append(lines, p.msg("filing.remark", f.Seq, m))
		}
	}
	shown := lines[:min(len(lines), remarksShown)]
	for _, line := range shown {
		fmt.Fprintln(p.errs, line)
	}
	if more := len(lines) - len(shown); more > 0 {
		fmt.Fprintln(p.errs, p.msg("filing.remark.more", more))
	}
}
