package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"guanji/content"
	"guanji/internal/day"
	"guanji/internal/detect"
	"guanji/internal/detect/grade"
	"guanji/internal/detect/secret"
	"guanji/internal/discover"
	"guanji/internal/problem"
	"guanji/internal/report"
	"guanji/internal/source"
)

// scanFlags are the flags of scan.
type scanFlags struct {
	confidence  float64
	detectors   []string
	workers     int
	output      string
	ignore      []string
	crossMounts bool
	again       bool
	quiet       bool
	summary     bool
	organization,
	subject string
	duties   []string
	standard string
	kinds    []string
	harm     map[string]string
	secrets  []string
}

func (p *program) scan() *cobra.Command {
	var f scanFlags
	c := p.named("scan", "scan TARGET…", cobra.MinimumNArgs(1), func(cmd *cobra.Command, targets []string) error {
		if err := p.checkScan(f, targets); err != nil {
			return err
		}
		own, err := p.ownSecrets(f.secrets)
		if err != nil {
			return err
		}
		engine, err := detect.New(content.Files, detect.Options{
			Only: f.detectors, Confidence: f.confidence, Standard: detect.Standard(f.standard), Today: day.In(p.now()), Secrets: own,
		})
		if err != nil {
			return err
		}
		rules, err := p.gradingRules(f)
		if err != nil {
			return err
		}
		if f.organization != "" { // better told now than after hours
			if err := p.checkFiling(cmd, f); err != nil {
				return err
			}
		}
		home, err := p.homeDir()
		if err != nil {
			return err
		}
		key, err := scanKey(home)
		if err != nil {
			return problem.New(problem.Refused, "cmd.scan.key", home).Because(err)
		}
		s := &scanning{program: p, flags: f, engine: engine, rules: rules, secret: key, targets: targets}
		if err := s.run(cmd.Context()); err != nil {
			return err
		}
		if f.organization != "" {
			if err := p.fileScan(cmd, f, s.summaries); err != nil {
				return err
			}
		}
		if slices.ContainsFunc(s.summaries, func(sum discover.Summary) bool { return len(sum.Findings) > 0 }) {
			return errFound
		}
		return nil
	})
	flags := c.Flags()
	flags.StringVar(&p.format, "format", "text", p.msg("flag.scan.format"))
	flags.Float64Var(&f.confidence, "min-confidence", 0.5, p.msg("flag.scan.confidence"))
	flags.StringSliceVar(&f.detectors, "detectors", nil, p.msg("flag.scan.detectors"))
	flags.IntVar(&f.workers, "workers", runtime.GOMAXPROCS(0), p.msg("flag.scan.workers"))
	flags.StringVarP(&f.output, "output", "o", "", p.msg("flag.scan.output"))
	flags.StringArrayVar(&f.ignore, "ignore", nil, p.msg("flag.scan.ignore"))
	flags.BoolVar(&f.crossMounts, "cross-mounts", false, p.msg("flag.scan.mounts"))
	flags.BoolVar(&f.again, "again", false, p.msg("flag.scan.again"))
	flags.BoolVarP(&f.quiet, "quiet", "q", false, p.msg("flag.scan.quiet"))
	flags.BoolVar(&f.summary, "summary", false, p.msg("flag.scan.summary"))
	flags.StringVar(&f.standard, "standard", string(detect.Conservative), p.msg("flag.scan.standard"))
	flags.StringSliceVar(&f.kinds, "data-kind", nil, p.msg("flag.scan.kinds"))
	flags.StringToStringVar(&f.harm, "harm", nil, p.msg("flag.scan.harm"))
	flags.StringArrayVar(&f.secrets, "secrets", nil, p.msg("flag.scan.secrets"))
	flags.StringVar(&f.organization, "evidence", "", p.msg("flag.scan.evidence"))
	flags.StringArrayVar(&f.duties, "duty", nil, p.msg("flag.duties"))
	flags.StringVar(&f.subject, "subject", "organization", p.msg("flag.about"))
	return c
}

// ownSecrets reads the files of own formats of keys.
func (p *program) ownSecrets(names []string) ([]secret.Own, error) {
	var list []secret.Own
	for _, name := range names {
		data, err := p.readFile(name)
		if err != nil {
			return nil, err
		}
		list = append(list, secret.Own{Name: name, Data: data})
	}
	return list, nil
}

// gradingRules reads the rules of grading, and refuses what they do not know.
func (p *program) gradingRules(f scanFlags) (*grade.Rules, error) {
	rules, err := grade.Read(content.Files)
	if err != nil {
		return nil, err
	}
	for object, degree := range f.harm {
		if known := rules.CheckHarm(object, degree); known != "" {
			return nil, usage("cmd.scan.harm", object+"="+degree, known)
		}
	}
	known := rules.Kinds()
	for _, kind := range f.kinds {
		if !slices.Contains(known, kind) {
			return nil, usage("cmd.scan.kind", kind, strings.Join(known, ", "))
		}
	}
	return rules, nil
}

// checkScan refuses what cannot be scanned before anything is read.
func (p *program) checkScan(f scanFlags, targets []string) error {
	if p.format != "text" && p.format != "jsonl" {
		return usage("cmd.scan.format", p.format)
	}
	if !(f.confidence >= 0 && f.confidence <= 1) {
		return usage("cmd.scan.confidence", fmt.Sprint(f.confidence))
	}
	if f.workers < 1 || f.workers > 256 {
		return usage("cmd.scan.workers", f.workers)
	}
	for _, pattern := range f.ignore {
		if source.CheckIgnore(pattern) != nil {
			return usage("cmd.scan.ignore", pattern)
		}
	}
	for _, t := range targets {
		if scheme, _, ok := strings.Cut(t, "://"); ok {
			return usage("cmd.scan.scheme", scheme)
		}
		if _, err := os.Stat(t); t != "-" && err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return problem.New(problem.Input, "cmd.scan.missing", t)
			}
			return problem.New(problem.Refused, "cmd.read", t).Because(err)
		}
	}
	if f.organization == "" && len(f.duties) > 0 {
		return usage("cmd.scan.duty")
	}
	if f.output != "" && slices.Contains(targets, "-") {
		return usage("cmd.scan.stdin_output")
	}
	return nil
}

// sourceOf is what a target names.
func (s *scanning) sourceOf(target string) (discover.Source, error) {
	if target == "-" {
		return &source.Stream{Name: "-", From: s.in}, nil
	}
	root, err := filepath.EvalSymlinks(target)
	if err != nil {
		return nil, problem.New(problem.Refused, "cmd.read", target).Because(err)
	}
	return &source.Folder{Root: root, Ignore: s.flags.ignore, CrossMounts: s.flags.crossMounts}, nil
}

// detect is the group of commands about detectors.
func (p *program) detect() *cobra.Command {
	c := p.command("detect", nil, nil)
	c.AddCommand(p.detectExplain(), p.detectList())
	return c
}

// detectExplain says what is found in a text, and why.
func (p *program) detectExplain() *cobra.Command {
	var column string
	var secrets []string
	c := p.named("detect.explain", "explain TEXT|-", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		text := []byte(args[0])
		if args[0] == "-" {
			var err error
			if text, err = p.readFile("-"); err != nil {
				return err
			}
		}
		own, err := p.ownSecrets(secrets)
		if err != nil {
			return err
		}
		engine, err := detect.New(content.Files, detect.Options{Secrets: own})
		if err != nil {
			return err
		}
		found, err := engine.Explain(cmd.Context(), text, column)
		if err != nil {
			return err
		}
		return p.write(found, func() error { return report.Explained(p.out, p.lang, found) })
	})
	c.Flags().StringVar(&column, "column", "", p.msg("flag.scan.column"))
	c.Flags().StringArrayVar(&secrets, "secrets", nil, p.msg("flag.scan.secrets"))
	p.addFormat(c)
	return c
}

// detectList lists the detectors.
func (p *program) detectList() *cobra.Command {
	c := p.named("detect.list", "list", cobra.NoArgs, func(*cobra.Command, []string) error {
		engine, err := detect.New(content.Files, detect.Options{})
		if err != nil {
			return err
		}
		list := engine.Detectors()
		return p.write(list, func() error { return report.Detectors(p.out, p.lang, list) })
	})
	p.addFormat(c)
	return c
}
