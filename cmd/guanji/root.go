package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"guanji/content"
	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/regime"
	"guanji/internal/report"
)

// The exit codes, part of the contract with scripts.
const (
	exitDone   = 0 // done, and nothing wrong
	exitFound  = 1 // done, and something was found that needs action
	exitUsage  = 2 // wrong usage or wrong input
	exitFailed = 3 // it could not be done: disk, network, refused
)

// program is what every command needs.
type program struct {
	lang     message.Lang
	in       io.Reader
	out      io.Writer
	errs     io.Writer
	getenv   func(string) string
	now      func() time.Time
	format   string
	home     string // --home
	database string // --database
}

// run is the program: arguments and streams in, exit code out.
func run(ctx context.Context, args []string, getenv func(string) string, in io.Reader, out, errs io.Writer) int {
	p := &program{lang: language(args, getenv), in: in, out: out, errs: errs, getenv: getenv, now: time.Now}
	return p.execute(ctx, args)
}

func (p *program) execute(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(append([]string{}, args...)) // nil would mean the arguments of the process
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.errs)
	switch err := root.ExecuteContext(ctx); {
	case err == nil:
		return exitDone
	case errors.Is(err, errFound): // told already
		return exitFound
	default:
		return p.fail(err)
	}
}

// language is that of --lang if it is given, else of the locale. It is needed
// before the flags are parsed, for the words of the help itself.
func language(args []string, getenv func(string) string) message.Lang {
	for i, a := range args {
		value, ok := strings.CutPrefix(a, "--lang=")
		if a == "--lang" && i+1 < len(args) {
			value, ok = args[i+1], true
		}
		if ok {
			return message.Lang(value) // checked with the other flags
		}
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			return message.FromLocale(v)
		}
	}
	return message.English
}

func (p *program) root() *cobra.Command {
	if !slices.Contains(message.Languages(), p.lang) {
		bad := p.lang
		p.lang = message.English
		return &cobra.Command{Use: "guanji", SilenceErrors: true, SilenceUsage: true, DisableFlagParsing: true,
			Args: cobra.ArbitraryArgs, RunE: func(*cobra.Command, []string) error { return usage("cmd.bad_lang", string(bad)) }}
	}
	root := p.command("guanji", cobra.NoArgs, nil)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetUsageTemplate(p.usageTemplate())
	root.SetHelpTemplate("{{with .Long}}{{.}}\n\n{{end}}{{.UsageString}}")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return p.flagError(err) })
	root.PersistentFlags().String("lang", string(p.lang), p.msg("flag.lang"))
	root.PersistentFlags().StringVar(&p.home, "home", "", p.msg("flag.home"))
	root.PersistentFlags().BoolP("help", "h", false, p.msg("flag.help"))
	root.SetHelpCommand(&cobra.Command{Hidden: true, Use: "no-help"})
	root.AddCommand(p.demo(), p.serve(), p.organization(), p.evidence(), p.position(), p.tasks(), p.account(), p.key(), p.ledger(), p.witness(), p.channel(), p.queue(), p.assess(), p.ask(), p.transfer(), p.incident(), p.facts(), p.scan(), p.detect(), p.law(), p.schema(), p.version())
	return root
}

// command makes a command whose words come from the catalogue: cmd.NAME.short,
// .long and .example, where NAME is the path of the command with dots.
func (p *program) command(use string, args cobra.PositionalArgs, do func(cmd *cobra.Command, args []string) error) *cobra.Command {
	return p.named(strings.Fields(use)[0], use, args, do)
}

func (p *program) named(key, use string, args cobra.PositionalArgs, do func(cmd *cobra.Command, args []string) error) *cobra.Command {
	key = "cmd." + key
	c := &cobra.Command{Use: use, Short: p.msg(key + ".short"), Long: p.msg(key + ".long"), Example: p.msg(key + ".example"),
		Args: p.arguments(args), RunE: do, DisableFlagsInUseLine: true}
	if do == nil { // a group of commands: alone it shows its help, with a wrong word it fails
		c.Args = cobra.ArbitraryArgs
		c.RunE = func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("cmd.unknown", args[0], cmd.CommandPath())
			}
			return cmd.Help()
		}
	}
	return c
}

func (p *program) arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usage("cmd.arguments", cmd.UseLine(), len(args))
		}
		return nil
	}
}

func (p *program) msg(key string, args ...any) string { return message.New(key, args...).In(p.lang) }

func usage(key string, args ...any) error { return problem.New(problem.Usage, key, args...) }

// flagError puts the mistakes of flags into the reader's language.
func (p *program) flagError(err error) error {
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		return usage("cmd.no_such_flag", e.GetSpecifiedName())
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return usage("cmd.flag_value", e.GetSpecifiedName())
	}
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return usage("cmd.flag_bad_value", e.GetFlag().Name, e.GetValue())
	}
	return usage("cmd.flag", err.Error())
}

func (p *program) usageTemplate() string {
	return p.msg("help.usage") + `
  {{if .HasAvailableSubCommands}}{{.CommandPath}} COMMAND [flags]{{else}}{{.UseLine}} [flags]{{end}}
{{if .HasAvailableSubCommands}}
` + p.msg("help.commands") + `
{{range .Commands}}{{if .IsAvailableCommand}}  {{rpad .Name .NamePadding}}  {{.Short}}
{{end}}{{end}}{{end}}
` + p.msg("help.examples") + `
{{.Example}}
{{if .HasAvailableLocalFlags}}
` + p.msg("help.flags") + `
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}
{{end}}{{if .HasAvailableInheritedFlags}}{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}
{{end}}
` + p.msg("help.exits") + "\n"
}

// fail says what went wrong, in the reader's language, and returns the exit code.
func (p *program) fail(err error) int {
	if list, ok := errors.AsType[problem.List](err); ok {
		fmt.Fprintln(p.errs, list.In(p.lang))
		return exitUsage
	}
	fmt.Fprintf(p.errs, "guanji: %s\n", problem.In(err, p.lang))
	switch problem.KindOf(err) {
	case problem.Usage, problem.Input, problem.NotFound:
		return exitUsage
	}
	return exitFailed
}

// set loads the embedded content.
func (p *program) set() (*regime.Set, error) { return regime.Load(content.Files) }

// addFormat adds the flag --format with the given values, the first the default.
func (p *program) addFormat(c *cobra.Command) {
	c.Flags().StringVar(&p.format, "format", "text", p.msg("flag.format"))
}

// write writes a result in the format asked for.
func (p *program) write(v any, text func() error) error {
	var err error
	switch p.format {
	case "text":
		err = text()
	case "json":
		err = report.JSON(p.out, v)
	default:
		return usage("cmd.bad_format", p.format)
	}
	if err != nil {
		return problem.New(problem.Refused, "cmd.write").Because(err)
	}
	return nil
}

// dayFlag adds the flag --on, and returns a function that reads it: today in
// Beijing if it is not given.
func (p *program) dayFlag(c *cobra.Command) func() (day.Day, error) {
	value := c.Flags().String("on", "", p.msg("flag.on"))
	return func() (day.Day, error) {
		if *value == "" {
			return day.In(p.now()), nil
		}
		return p.parseDay("on", *value)
	}
}

func (p *program) parseDay(flag, value string) (day.Day, error) {
	d, err := day.Parse(value)
	if err != nil {
		return d, usage("cmd.bad_day", flag, value)
	}
	return d, nil
}

// maxFile is the most that is read of a file: more than any valid one has.
const maxFile = 16 << 20

// readFile reads a file of the user, or standard input for "-".
func (p *program) readFile(name string) ([]byte, error) {
	if name == "-" {
		data, err := io.ReadAll(io.LimitReader(p.in, maxFile))
		if err != nil {
			return nil, problem.New(problem.Refused, "cmd.read", name).Because(err)
		}
		return data, nil
	}
	f, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, problem.New(problem.Input, "cmd.no_file", name)
	}
	if err != nil {
		return nil, problem.New(problem.Refused, "cmd.read", name).Because(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, problem.New(problem.Refused, "cmd.read", name).Because(err)
	}
	return data, nil
}

func (p *program) version() *cobra.Command {
	return p.command("version", cobra.NoArgs, func(*cobra.Command, []string) error {
		set, err := p.set()
		if err != nil {
			return err
		}
		fmt.Fprintln(p.out, p.msg("cmd.version.line", buildVersion(), set.Info.Version, set.Info.Digest, set.Info.ResearchedThrough.String()))
		return nil
	})
}

// buildVersion is the version that the program was built as.
func buildVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
