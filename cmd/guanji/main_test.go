package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"guanji/internal/message"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"guanji": main}) }

func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", UpdateScripts: *update, RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("ROOT", root)
			e.Setenv("LANG", "C")
			return nil
		},
	})
}

// call runs the program with a locale and input, and returns its exit code and
// what it wrote.
func call(t *testing.T, locale, input string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	getenv := func(name string) string {
		if name == "LANG" {
			return locale
		}
		return ""
	}
	code = run(context.Background(), args, getenv, strings.NewReader(input), &o, &e)
	return code, o.String(), e.String()
}

const nobody = "guanji: 1\norganization: {id: a, name: {en: A, zh: 甲}}\n"

func TestExitStatus(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file("good.yaml", nobody)
	transfer := file("transfer.json", `{"facts": {}}`)
	tests := map[string]struct {
		args []string
		want int
	}{
		"help":                     {[]string{"--help"}, exitDone},
		"no command":               {nil, exitDone},
		"answered":                 {[]string{"assess", good}, exitDone},
		"unknown result is answer": {[]string{"transfer", "decide", transfer}, exitDone},
		"unknown command":          {[]string{"asses"}, exitUsage},
		"unknown noun":             {[]string{"law", "shwo"}, exitUsage},
		"unknown flag":             {[]string{"assess", good, "--day", "2026-01-01"}, exitUsage},
		"flag without value":       {[]string{"assess", good, "--on"}, exitUsage},
		"no file":                  {[]string{"assess", filepath.Join(dir, "none")}, exitUsage},
		"a folder":                 {[]string{"assess", dir}, exitFailed},
		"no argument":              {[]string{"assess"}, exitUsage},
		"two arguments":            {[]string{"assess", good, good}, exitUsage},
		"bad day":                  {[]string{"assess", good, "--on", "2026-13-01"}, exitUsage},
		"before the law":           {[]string{"assess", good, "--on", "2017-05-31"}, exitUsage},
		"first day":                {[]string{"assess", good, "--on", "2017-06-01"}, exitDone},
		"transfer before the law":  {[]string{"transfer", "decide", transfer, "--on", "2024-03-21"}, exitUsage},
		"incident before the law":  {[]string{"incident", "grade", transfer, "--on", "2025-10-31"}, exitUsage},
		"bad format":               {[]string{"assess", good, "--format", "xml"}, exitUsage},
		"bad language":             {[]string{"assess", good, "--lang", "de"}, exitUsage},
		"no such provision":        {[]string{"law", "show", "CSL-999"}, exitUsage},
		"wrong content":            {[]string{"law", "check", dir}, exitUsage},
		"no content folder":        {[]string{"law", "check", good}, exitUsage},
		"diff without days":        {[]string{"law", "diff"}, exitUsage},
		"diff backwards":           {[]string{"law", "diff", "--from", "2026-01-02", "--to", "2026-01-01"}, exitUsage},
		"wrong patterns":           {[]string{"scan", dir, "--secrets", file("secrets.yaml", "secrets: 1")}, exitUsage},
		"cannot save":              {[]string{"ask", filepath.Join(dir, "no", "such", "folder.yaml")}, exitFailed},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			code, out, errs := call(t, "C", "a\nA\nB\n", tt.args...)
			if code != tt.want {
				t.Errorf("guanji %s = %d, want %d\n%s%s", strings.Join(tt.args, " "), code, tt.want, out, errs)
			}
			if (code != exitDone) != (errs != "") || strings.Contains(errs, "%!") {
				t.Errorf("exit %d with the words %q", code, errs)
			}
		})
	}
}

// TestEveryCommandHelps walks all commands in both languages: each has help
// with an example, no message is missing, and Chinese help is Chinese.
func TestEveryCommandHelps(t *testing.T) {
	for _, args := range [][]string{{}, {"demo"}, {"serve"}, {"account"}, {"account", "list"}, {"account", "add"}, {"account", "link"}, {"account", "set"},
		{"organization"}, {"organization", "list"}, {"organization", "import"}, {"organization", "export"}, {"assess"}, {"ask"}, {"transfer"}, {"transfer", "decide"}, {"incident"}, {"incident", "grade"},
		{"incident", "list"}, {"incident", "show"}, {"incident", "alert"}, {"incident", "open"}, {"incident", "triage"}, {"incident", "fact"}, {"incident", "sent"}, {"incident", "note"}, {"incident", "part"}, {"incident", "role"}, {"incident", "task"}, {"incident", "done"}, {"incident", "kept"}, {"incident", "hand"}, {"incident", "end"}, {"incident", "close"}, {"incident", "reopen"}, {"incident", "correct"}, {"incident", "strike"}, {"incident", "ack"}, {"incident", "replay"}, {"incident", "report"}, {"incident", "card"},
		{"facts"}, {"law"}, {"law", "list"}, {"law", "show"}, {"law", "search"}, {"law", "diff"}, {"law", "check"}, {"schema"}, {"schema", "organization"}, {"schema", "evidence"},
		{"evidence"}, {"evidence", "import"}, {"evidence", "list"}, {"evidence", "show"}, {"evidence", "add"}, {"evidence", "plan"}, {"evidence", "done"}, {"evidence", "event"},
		{"evidence", "assign"}, {"evidence", "withdraw"}, {"position"}, {"tasks"}, {"key"}, {"key", "public"}, {"key", "sm2"},
		{"channel"}, {"channel", "list"}, {"channel", "propose"}, {"channel", "allow"}, {"channel", "drop"}, {"channel", "test"}, {"queue"}, {"queue", "list"}, {"queue", "retry"}, {"queue", "drop"},
		{"ledger"}, {"ledger", "verify"}, {"ledger", "checkpoint"}, {"ledger", "show"}, {"ledger", "prove"}, {"version"}} {
		for _, lang := range message.Languages() {
			code, out, errs := call(t, "C", "", append(args, "--help", "--lang", string(lang))...)
			if code != exitDone || errs != "" {
				t.Errorf("%v --help: %d, %s", args, code, errs)
			}
			example := "guanji " + strings.Join(args, " ")
			if strings.Contains(out, "cmd.") || strings.Contains(out, "%!") || !strings.Contains(out, strings.TrimSpace(example)) {
				t.Errorf("%v --help --lang %s lacks words or an example:\n%s", args, lang, out)
			}
			if lang == message.Chinese && (!strings.Contains(out, "用法") || strings.Contains(out, "Usage")) {
				t.Errorf("%v --help --lang zh:\n%s", args, out)
			}
		}
	}
}

func TestLanguageFollowsTheLocale(t *testing.T) {
	for locale, want := range map[string]string{"zh_CN.UTF-8": "没有文件", "en_US.UTF-8": "there is no file", "": "there is no file"} {
		if _, _, errs := call(t, locale, "", "assess", "none.yaml"); !strings.Contains(errs, want) {
			t.Errorf("LANG=%s: %q, want %q", locale, errs, want)
		}
	}
}
