package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"guanji/internal/evidence"
	"guanji/internal/filing"
	"guanji/internal/problem"
	"guanji/internal/report"
)

func (p *program) evidence() *cobra.Command {
	c := p.command("evidence", nil, nil)
	c.AddCommand(p.evidenceImport(), p.evidenceList(), p.evidenceShow(), p.evidenceAdd(), p.evidencePlan(), p.evidenceDone(), p.evidenceEvent(),
		p.evidenceAssign(), p.evidenceWithdraw())
	for _, sub := range c.Commands() {
		p.addDatabase(sub)
		p.addFormat(sub)
	}
	return c
}

// importView says in JSON what an evidence file added.
type importView struct {
	Guanji       int     `json:"guanji"`
	Organization string  `json:"organization"`
	Filed        []int64 `json:"filed"` // numbers
	Stood        int     `json:"stood"` // how many entries had been filed before
}

func (p *program) evidenceImport() *cobra.Command {
	return p.named("evidence.import", "import [ORG] FILE", cobra.RangeArgs(1, 2), p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		name := args[len(args)-1]
		data, err := p.readFile(name)
		if err != nil {
			return err
		}
		file := filing.Importing{Name: name, Data: data, By: userName()}
		if len(args) == 2 {
			file.Only = args[0]
		}
		if name != "-" {
			root, err := os.OpenRoot(filepath.Dir(name))
			if err != nil {
				return problem.New(problem.Refused, "cmd.read", name).Because(err)
			}
			defer root.Close()
			file.Folder = root.FS()
		}
		done, err := in.filing.Import(cmd.Context(), file)
		if err != nil {
			return err
		}
		v := importView{Guanji: 1, Organization: done.Organization, Filed: []int64{}, Stood: done.Stood}
		for _, f := range done.Filed {
			v.Filed = append(v.Filed, f.Seq)
		}
		b, err := in.filing.Book(cmd.Context(), done.Organization)
		if err != nil {
			return err
		}
		if err := p.write(v, p.saying("cmd.evidence.imported", done.Organization, len(done.Filed), done.Stood)); err != nil {
			return err
		}
		p.remark(in, b, done.Filed)
		return nil
	}))
}

// saying is the text of a result that is one message.
func (p *program) saying(key string, args ...any) func() error {
	return func() error {
		_, err := fmt.Fprintln(p.out, p.msg(key, args...))
		return err
	}
}

func (p *program) evidenceList() *cobra.Command {
	var duty, subject string
	c := p.named("evidence.list", "list ORG", cobra.ExactArgs(1), p.withInstallation(func(cmd *cobra.Command, in *installation, args []string) error {
		b, err := p.book(cmd, in, args[0])
		if err != nil {
			return err
		}
		var filed []evidence.Filed
		for _, f := range b.Filed {
			if concerns(b, f, duty, subject) {
				filed = append(filed, f)
			}
		}
		return p.write(report.BookOf(args[0], b, filed), func() error { return report.Book(p.out, p.lang, in.set, b, filed) })
	}))
	c.Flags().StringVar(&duty, "duty", "", p.msg("flag.duty"))
	c.Flags().StringVar(&subject, "subject", "", p.msg("flag.subject"))
	return c
}

// book returns what an organization filed, and fails if there is none.
func (p *program) book(cmd *cobra.Command, in *installation, organization string) (*evidence.Book, error) {
	if _, err := in.standing.HasSystem(cmd.Context(), organization, ""); err != nil {
		return nil, err
	}
	return in.filing.Book(cmd.Context(), organization)
}

// concerns reports whether something filed is about a duty and a subject, each
// any where it is "". An end is about what it ends.
func concerns(b *evidence.Book, f evidence.Filed, duty, subject string) bool {
	item := f.Item
	if item.End != nil {
		of, _ := b.Get(item.End.Of)
		item = of.Item
	}
	about, _ := item.SubjectOf()
	if subject != "" && subject != about {
		return false
	}
	for _, d := range item.DutyIDs() {
		if duty == "" || d == duty {
			return true
		}
	}
	return false
}

func (p *program) evidenceShow() *cobra.Command {
	return p.named("evidence.show", "show ORG N", cobra.ExactArgs(2), p.withInstallation(func(cmd *cobra.Command, in *installation, args []string) error {
		n, err := filedNumber(args[1])
		if err != nil {
			return err
		}
		b, err := p.book(cmd, in, args[0])
		if err != nil {
			return err
		}
		f, err := in.filing.Get(cmd.Context(), args[0], n)
		if err != nil {
			return err
		}
		return p.write(report.FiledOf(b, f), func() error { return report.Filed(p.out, p.lang, in.set, b, f) })
	}))
}

// filedNumber reads the number of something filed: 12, or #12.
func filedNumber(text string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(text, "#"), 10, 64)
	if err != nil || n <= 0 {
		return 0, usage("cmd.evidence.number", text)
	}
	return n, nil
}

// fileOne files an item of an organization, and says so.
func (p *program) fileOne(cmd *cobra.Command, in *installation, organization string, item evidence.Item) error {
	if _, err := in.standing.HasSystem(cmd.Context(), organization, ""); err != nil {
		return err
	}
	filed, err := in.filing.File(cmd.Context(), organization, userName(), item)
	if err != nil {
		return asFlags(err)
	}
	b, err := in.filing.Book(cmd.Context(), organization)
	if err != nil {
		return err
	}
	if err := p.write(report.FiledOf(b, filed[0]), p.saying("cmd.evidence.filed", organization, filed[0].Seq)); err != nil {
		return err
	}
	p.remark(in, b, filed)
	return nil
}

// asFlags names mistakes by the flags that brought them.
func asFlags(err error) error {
	fields, ok := errors.AsType[problem.Fields](err)
	if !ok {
		return err
	}
	flags := map[string]string{"duties": "duty", "valid_until": "valid-until", "who": "attested-by", "scope.what": "scope", "scope.why": "why",
		"files": "file", "method": "attested-by", "by": "ordered-by", "of": "number"}
	named := make(problem.Fields, len(fields))
	for i, f := range fields {
		name := f.Name
		if flag, ok := flags[name]; ok {
			name = flag
		}
		named[i] = problem.Field{Name: "--" + name, Msg: f.Msg}
	}
	return named
}
