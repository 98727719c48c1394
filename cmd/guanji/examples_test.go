package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guanji/content"
	"guanji/internal/regime"
	"guanji/internal/report"
)

// exampleDay is the day on which the examples are judged: all content is in
// force, and it was researched through.
const exampleDay = "2026-09-01"

// outcome is what of an assessment is argued in examples/README.md.
type outcome struct {
	Status    regime.Status                        `json:"status"`
	Reasons   []string                             `json:"reasons"`
	Missing   []string                             `json:"missing"`
	Flips     []string                             `json:"flips"`
	Headline  regime.Headline                      `json:"headline"`
	Duties    map[regime.Applies]map[string]string `json:"duties"` // id → subjects
	Transfers map[string]string                    `json:"transfers"`
	Warnings  []string                             `json:"warnings"`
}

func reduce(a *regime.Assessment) outcome {
	o := outcome{Status: a.Determination.Status, Headline: a.Headline, Duties: map[regime.Applies]map[string]string{}, Transfers: map[string]string{}}
	for _, r := range a.Determination.Reasons {
		o.Reasons = append(o.Reasons, r.Rule+" "+r.Subject+" ("+string(r.Confidence)+")")
	}
	for _, m := range a.Determination.Missing {
		o.Missing = append(o.Missing, m.Fact+" "+m.Subject+" → "+string(m.CouldBecome))
	}
	for _, f := range a.Determination.Flips {
		o.Flips = append(o.Flips, f.Fact+" "+f.Subject+" → "+string(f.Status))
	}
	for _, d := range a.Duties {
		if o.Duties[d.Applies] == nil {
			o.Duties[d.Applies] = map[string]string{}
		}
		m := o.Duties[d.Applies]
		m[d.ID] = strings.TrimPrefix(m[d.ID]+" "+d.Subject, " ")
	}
	for _, t := range a.Transfers {
		step := "-"
		if t.Step != nil {
			step = *t.Step
		}
		o.Transfers[t.ID] = string(t.Result) + " " + step + ", year: " + string(t.Projected.Result)
	}
	for _, w := range a.Warnings {
		o.Warnings = append(o.Warnings, w.ID)
	}
	return o
}

// exampleFiles are the organization files of the examples.
func exampleFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../examples/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, ".evidence.yaml") })
}

// TestExamples compares what the examples come to with golden files beside
// them. examples/README.md argues each status and the duties that carry it.
func TestExamples(t *testing.T) {
	files := exampleFiles(t)
	if len(files) < 6 {
		t.Fatalf("%d examples, want six at least", len(files))
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			code, out, errs := call(t, "C", "", "assess", file, "--on", exampleDay, "--format", "json")
			if code != exitDone {
				t.Fatalf("exit %d: %s", code, errs)
			}
			var a regime.Assessment
			if err := json.Unmarshal([]byte(out), &a); err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := report.JSON(&got, reduce(&a)); err != nil {
				t.Fatal(err)
			}
			golden(t, "../../examples/golden/"+name+".json", got.Bytes())
		})
	}
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test ./cmd/guanji -update rewrites it)\n--- got\n%s--- want\n%s", file, got, want)
	}
}

// TestAnswersAreReplayable asks everything twice: equal facts, day and content
// give equal bytes.
func TestAnswersAreReplayable(t *testing.T) {
	for _, file := range exampleFiles(t) {
		for _, args := range [][]string{{"--format", "json"}, {"--all"}, {"--all", "--lang", "zh"}} {
			args = append([]string{"assess", file, "--on", exampleDay}, args...)
			_, first, _ := call(t, "C", "", args...)
			if _, again, _ := call(t, "C", "", args...); first != again || first == "" {
				t.Errorf("guanji %v gives other bytes the second time", args)
			}
		}
	}
}

// TestNoMessageIsMissing looks for keys and formatting mistakes in what people read.
func TestNoMessageIsMissing(t *testing.T) {
	for _, file := range exampleFiles(t) {
		for _, lang := range []string{"en", "zh"} {
			_, out, _ := call(t, "C", "", "assess", file, "--on", exampleDay, "--all", "--lang", lang)
			for _, bad := range []string{"%!", "assess.", "status.", "unit.", "cadence.", "force.", "result.", "compliant"} {
				if strings.Contains(strings.ReplaceAll(out, "org.", ""), bad) {
					t.Errorf("%s --lang %s holds %q", file, lang, bad)
				}
			}
		}
	}
}

// TestFlipsAreInWords looks for ids and values of the program's own in the
// sentences that say what would change the status.
func TestFlipsAreInWords(t *testing.T) {
	for lang, want := range map[string]string{
		"en": "If “Notice of designation in effect” (the organization) were no instead of yes: Prepare:",
		"zh": "若“有效的认定通知”（组织）由“是”变为“否”：宜作准备",
	} {
		_, out, _ := call(t, "C", "", "assess", "../../examples/designated-bank.yaml", "--on", exampleDay, "--lang", lang)
		if !strings.Contains(out, want) {
			t.Errorf("--lang %s lacks %q:\n%s", lang, want, out)
		}
	}
}

// TestPromptly holds the English of the content to one word for 及时: "in time"
// would say that there is a limit to keep.
func TestPromptly(t *testing.T) {
	err := fs.WalkDir(content.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(content.Files, path)
		for i, line := range strings.Split(string(data), "\n") {
			if strings.Contains(strings.ToLower(line), "in time") {
				t.Errorf("%s:%d says \"in time\": write promptly for 及时, or name the limit", path, i+1)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestEveryItemIsADuty holds the numbered items of the great lists to a duty
// each, and a designated bank to what binds it.
func TestEveryItemIsADuty(t *testing.T) {
	code, out, errs := call(t, "C", "", "assess", "../../examples/designated-bank.yaml", "--on", exampleDay, "--format", "json")
	if code != exitDone {
		t.Fatal(errs)
	}
	var a regime.Assessment
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatal(err)
	}
	applies := map[string]string{} // provision → duty that applies
	duties := map[string]bool{}
	for _, d := range a.Duties {
		if d.Applies != regime.Yes {
			continue
		}
		duties[d.ID] = true
		for _, p := range d.Provisions {
			applies[p.ID] = d.ID
		}
	}
	seen := map[string]string{}
	for list, items := range map[string]int{"CSL-23": 4, "CSL-36": 4, "CIIR-15": 8} {
		for i := range items {
			id := fmt.Sprintf("%s(%d)", list, i+1)
			duty := applies[id]
			if duty == "" || seen[duty] != "" {
				t.Errorf("%s is demanded by the duty %q, which stands for %q too", id, duty, seen[duty])
			}
			seen[duty] = id
		}
	}
	if len(duties) < 40 {
		t.Errorf("%d duties apply to a designated bank, want 40 at least", len(duties))
	}
}
