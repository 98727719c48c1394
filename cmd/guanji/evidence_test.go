package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"guanji/examples"
	"guanji/internal/day"
	"guanji/internal/report"
)

// TestEvidenceSchema holds the JSON Schema to what the program reads: the
// example passes, and what the program refuses for its shape does not.
func TestEvidenceSchema(t *testing.T) {
	_, out, _ := call(t, "C", "", "schema", "evidence")
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("evidence.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("evidence.json")
	if err != nil {
		t.Fatal(err)
	}
	validate := func(text string) error {
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		return schema.Validate(plain(v))
	}
	data, err := examples.Evidence.ReadFile(examples.DemoEvidence)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate(string(data)); err != nil {
		t.Error(err)
	}
	home := exampleHome(t)
	const head, good = "guanji: 1\norganization: harbour-bank\n", "records:\n- {kind: drill.record, duties: [CSL-36-4-DRILLS], subject: organization, observed: 2026-10-01, method: {kind: attested, who: Li}, result: in_order}\n"
	if err := validate(head + good); err != nil {
		t.Error(err)
	}
	for name, change := range map[string][2]string{
		"version": {"guanji: 1", "guanji: 2"}, "unknown list": {"records:", "record:"}, "unknown key": {"kind: drill", "colour: red, kind: drill"}, "no such kind": {"drill.record", "drill"},
		"no such duty": {"CSL-36-4-DRILLS", "CSL-1"}, "no duties": {"[CSL-36-4-DRILLS]", "[]"}, "a duty twice": {"[CSL-36-4-DRILLS]", "[CSL-36-4-DRILLS, CSL-36-4-DRILLS]"},
		"no day": {"observed: 2026-10-01, ", ""}, "attested by nobody": {", who: Li", ""}, "no such result": {"in_order", "compliant"}, "reason for nothing": {"result:", "reason: x, result:"},
		"imported without a version": {"attested, who: Li", "imported, tool: x"}, "number below 1": {"result:", "reason: x, supersedes: 0, result:"}, "name in capitals": {"result:", "ref: A, result:"},
		"scope of half a server": {"result:", "scope: {what: servers, population: 1.5, sample: 1}, result:"},
	} {
		text := strings.Replace(head+good, change[0], change[1], 1)
		if err := validate(text); err == nil {
			t.Errorf("%s passes the schema", name)
		}
		file := filepath.Join(t.TempDir(), "f.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, errs := callAt(t, exampleNow, home, "evidence", "import", file); code != exitUsage || !strings.Contains(errs, "f.yaml:") {
			t.Errorf("%s: the program exits %d: %s", name, code, errs)
		}
	}
}

// TestExampleEvidenceIsFilesAndFiction holds that every file beside the example
// is named by it, and all say that they are fiction or hold figures alone.
func TestExampleEvidenceIsFilesAndFiction(t *testing.T) {
	data, err := examples.Evidence.ReadFile(examples.DemoEvidence)
	if err != nil {
		t.Fatal(err)
	}
	files, err := examples.Evidence.ReadDir("evidence")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		text, err := examples.Evidence.ReadFile("evidence/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(data), "evidence/"+f.Name()) {
			t.Errorf("nothing names %s", f.Name())
		}
		if !strings.Contains(string(text), "虚构") && filepath.Ext(f.Name()) != ".csv" {
			t.Errorf("%s does not say that it is fiction", f.Name())
		}
	}
}

func TestEvidenceExits(t *testing.T) {
	home := exampleHome(t)
	dir := t.TempDir()
	wrong := filepath.Join(dir, "wrong.yaml")
	if err := os.WriteFile(wrong, []byte("guanji: 1\norganization: harbour-bank\nrecords: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	add := []string{"evidence", "add", "harbour-bank", "--kind", "drill.record", "--duty", "CSL-36-4-DRILLS", "--observed", "2026-10-01", "--result", "in_order"}
	with := func(more ...string) []string { return append(append([]string{}, add...), more...) }
	tests := map[string]struct {
		args []string
		want int
		says string // in the errors
	}{
		"import":                    {[]string{"evidence", "import", "../../examples/designated-bank.evidence.yaml"}, exitDone, ""},
		"import for another":        {[]string{"evidence", "import", "acme", "../../examples/designated-bank.evidence.yaml"}, exitUsage, "designated-bank.evidence.yaml:3:15: the file is about harbour-bank"},
		"import of a wrong file":    {[]string{"evidence", "import", wrong}, exitUsage, "wrong.yaml:3:10: want a list"},
		"import of no file":         {[]string{"evidence", "import", filepath.Join(dir, "none")}, exitUsage, "there is no file"},
		"import of a folder":        {[]string{"evidence", "import", dir}, exitFailed, "reading "},
		"list":                      {[]string{"evidence", "list", "harbour-bank"}, exitDone, ""},
		"list of nobody":            {[]string{"evidence", "list", "nobody"}, exitUsage, "there is no organization nobody"},
		"show":                      {[]string{"evidence", "show", "harbour-bank", "#7"}, exitDone, ""},
		"show what is not there":    {[]string{"evidence", "show", "harbour-bank", "999"}, exitUsage, "nothing is filed under number 999"},
		"show no number":            {[]string{"evidence", "show", "harbour-bank", "seven"}, exitUsage, `"seven" is not the number`},
		"add":                       {with("--attested-by", "Li"), exitDone, ""},
		"add by nobody":             {with(), exitUsage, "--attested-by WHO"},
		"add by a person and tool":  {with("--attested-by", "Li", "--tool", "x"), exitUsage, "--attested-by WHO"},
		"add by a tool":             {with("--tool", "x", "--version", "1"), exitDone, ""},
		"add by a tool, no version": {with("--tool", "x"), exitUsage, "--version: this is needed"},
		"add by a run":              {with("--run", "r-1"), exitDone, ""},
		"add a scope in words":      {with("--attested-by", "Li", "--scope", "most servers"), exitUsage, "3 of 120 servers"},
		"add more than there is":    {with("--attested-by", "Li", "--scope", "4 of 3 servers"), exitUsage, "--scope: looked at cannot be more"},
		"add too many digits":       {with("--attested-by", "Li", "--scope", "1 of 99999999999999999999 servers"), exitUsage, "3 of 120 servers"},
		"add with a missing file":   {with("--attested-by", "Li", "--file", filepath.Join(dir, "none")), exitUsage, "there is no file"},
		"add for tomorrow":          {with("--attested-by", "Li", "--observed", "2026-11-21"), exitUsage, "--observed: this day is still to come"},
		"add for no day":            {with("--attested-by", "Li", "--observed", "soon"), exitUsage, "--observed"},
		"add for no duty":           {with("--attested-by", "Li", "--duty", "CSL-1"), exitUsage, "--duty: there is no duty CSL-1"},
		"add to nobody":             {append([]string{"evidence", "add", "nobody"}, with("--attested-by", "Li")[3:]...), exitUsage, "there is no organization nobody"},
		"withdraw for no reason":    {[]string{"evidence", "withdraw", "harbour-bank", "7"}, exitUsage, "--reason: this is needed"},
		"withdraw what has ended":   {[]string{"evidence", "withdraw", "harbour-bank", "9", "--reason", "x"}, exitFailed, "number 9 was superseded"},
		"carry out a record":        {[]string{"evidence", "done", "harbour-bank", "7", "--reason", "x"}, exitUsage, "number 7 cannot be ended"},
		"plan for no duty":          {[]string{"evidence", "plan", "harbour-bank", "--due", "2026-12-01", "--what", "x"}, exitUsage, "--duty: there is no duty"},
		"event on no day":           {[]string{"evidence", "event", "harbour-bank", "--duty", "CRM-5-PREJUDGE", "--what", "x"}, exitUsage, "--day: give a day"},
		"position":                  {[]string{"position", "harbour-bank"}, exitFound, ""},
		"position without overdue":  {[]string{"position", "harbour-bank", "--on", "2026-07-01"}, exitDone, ""},
		"position of a state":       {[]string{"position", "harbour-bank", "--state", "none"}, exitFound, ""},
		"position of no state":      {[]string{"position", "harbour-bank", "--state", "fine"}, exitUsage, `"fine" is no state`},
		"position of nobody":        {[]string{"position", "nobody"}, exitUsage, "there is no organization nobody"},
		"position before the law":   {[]string{"position", "harbour-bank", "--on", "2017-05-31"}, exitUsage, "2017-06-01"},
		"tasks":                     {[]string{"tasks", "harbour-bank"}, exitFound, ""},
		"tasks of nobody known":     {[]string{"tasks", "harbour-bank", "--owner", "nobody"}, exitUsage, `"nobody" has no account`},
		"ledger":                    {[]string{"ledger", "verify"}, exitDone, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			code, out, errs := callAt(t, exampleNow, home, tt.args...)
			if code != tt.want || !strings.Contains(errs, tt.says) || (tt.says == "") != (errs == "") {
				t.Errorf("guanji %s = %d, want %d with %q\n%s%s", strings.Join(tt.args, " "), code, tt.want, tt.says, out, errs)
			}
		})
	}
}

// TestEvidenceByHand files one of everything from the command line, and reads
// it back.
func TestEvidenceByHand(t *testing.T) {
	home := exampleHome(t)
	paper := filepath.Join(t.TempDir(), "paper.txt")
	if err := os.WriteFile(paper, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := func(args ...string) report.FiledView {
		t.Helper()
		code, out, errs := callAt(t, exampleNow, home, append(append([]string{"evidence"}, args...), "--format", "json")...)
		var v report.FiledView
		if err := json.Unmarshal([]byte(out), &v); code != exitDone || err != nil {
			t.Fatalf("guanji evidence %v = %d: %s%s", args, code, out, errs)
		}
		return v
	}
	scan := file("add", "harbour-bank", "--kind", "scan.coverage", "--duty", "DSL-21-CLASSIFY", "--duty", "PIPL-28-SENSITIVE-NECESSITY", "--observed", "2026-11-18", "--valid-until", "2026-12-31",
		"--result", "none_found", "--tool", "scanner", "--version", "7", "--scope", "3 of 120 servers", "--skipped", "1", "--why", "locked", "--file", paper, "--note", "n")
	if r := scan.Record; scan.Seq != 83 || !r.Proven() || len(r.Duties) != 2 || r.Files[0].Name != "paper.txt" || r.Scope.Sample != 3 || r.Scope.Why != "locked" || r.ValidUntil != day.Of(2026, 12, 31) {
		t.Errorf("filed %+v", scan)
	}
	again := file("add", "harbour-bank", "--kind", "scan.coverage", "--duty", "DSL-21-CLASSIFY", "--observed", "2026-11-19", "--result", "gaps", "--attested-by", "Li", "--supersedes", "83", "--reason", "found some")
	if was := file("show", "harbour-bank", "83"); was.Ended == nil || was.Ended.By != again.Seq || was.Ended.How != "superseded" || was.Ended.From != day.Of(2026, 11, 19) {
		t.Errorf("83 was ended by %+v", was.Ended)
	}
	order := file("plan", "harbour-bank", "--duty", "DSL-21-CLASSIFY", "--due", "2026-12-15", "--what", "x", "--ordered-by", "the department", "--reference", "7")
	if p := order.Plan; p.Basis != "order" || p.Started != day.In(exampleNow) {
		t.Errorf("filed %+v", p)
	}
	if own := file("plan", "harbour-bank", "--duty", "DSL-21-CLASSIFY", "--started", "2026-11-01", "--due", "2026-12-15", "--what", "x"); own.Plan.Basis != "plan" {
		t.Errorf("filed %+v", own.Plan)
	}
	file("done", "harbour-bank", fmt.Sprint(order.Seq), "--reason", "closed")
	event := file("event", "harbour-bank", "--duty", "CRM-5-PREJUDGE", "--day", "2026-11-19", "--what", "x")
	file("withdraw", "harbour-bank", fmt.Sprint("#", event.Seq), "--reason", "it was not", "--day", "2026-11-19")
	if a := file("assign", "harbour-bank", "--duty", "DSL-21-CLASSIFY", "--owner", "Li", "--due", "2026-12-01"); a.Assignment.Remind != 14 || a.Assignment.Due != day.Of(2026, 12, 1) {
		t.Errorf("filed %+v", a.Assignment)
	}
	if code, _, errs := callAt(t, exampleNow, home, "ledger", "verify"); code != exitDone {
		t.Errorf("ledger verify = %d: %s", code, errs)
	}
}
