package main

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/position"
	"guanji/internal/report"
)

// exampleNow is when the year of evidence of the example is filed and asked
// about: what is observed later is refused.
var exampleNow = day.Of(2026, time.November, 20).Start().Add(9 * time.Hour)

// callAt runs the program on a home as at an instant.
func callAt(t *testing.T, now time.Time, home string, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	lang := language(args, func(string) string { return "" })
	p := &program{lang: lang, in: strings.NewReader(""), out: &o, errs: &e, getenv: func(string) string { return "" }, now: func() time.Time { return now }}
	code = p.execute(context.Background(), append(args, "--home", home))
	return code, o.String(), e.String()
}

// exampleHome is a home with the example, of which the facts were stated a week
// before its year of evidence was filed.
func exampleHome(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	do := func(now time.Time, args ...string) {
		if code, _, errs := callAt(t, now, home, args...); code != exitDone { // what tells of gaps is warned of
			t.Fatalf("guanji %v = %d: %s", args, code, errs)
		}
	}
	do(exampleNow.AddDate(0, 0, -7), "organization", "import", "../../examples/designated-bank.yaml")
	do(exampleNow, "evidence", "import", "../../examples/designated-bank.evidence.yaml")
	return home
}

// stands is what of a position is argued in examples/README.md.
type stands struct {
	Headline report.CountsView `json:"headline"`
	Rows     report.CountsView `json:"rows"`
	Gaps     report.GapsView   `json:"gaps"`
	Urgent   []string          `json:"urgent"` // overdue, in rectification, expiring
	NotKept  []string          `json:"not_counting"`
	Changes  []string          `json:"changes"`
}

func reducePosition(v report.PositionView) stands {
	s := stands{Headline: v.Headline, Rows: v.Rows, Gaps: v.Gaps}
	for _, l := range v.Lines {
		switch l.State {
		case position.Overdue:
			s.Urgent = append(s.Urgent, "overdue since "+l.Since.String()+": "+l.Duty+" "+l.Subject)
		case position.InRectification, position.Expiring:
			s.Urgent = append(s.Urgent, string(l.State)+" until "+l.Due.String()+": "+l.Duty+" "+l.Subject)
		}
		for _, u := range l.NotCounting {
			s.NotKept = append(s.NotKept, l.Duty+" "+l.Subject+": "+u.Why.En)
		}
	}
	for _, c := range v.Changes {
		word := func(s *position.State) string {
			if s == nil {
				return "-"
			}
			return string(*s)
		}
		s.Changes = append(s.Changes, c.Duty+" "+strings.Join(c.Subjects, ",")+": "+word(c.From)+" → "+word(c.To))
	}
	return s
}

// TestPositionOfTheExample compares where the duties of the example stand over
// its year, and what changed from one day to the next, with golden files.
// examples/README.md argues them.
func TestPositionOfTheExample(t *testing.T) {
	home := exampleHome(t)
	since := "2025-10-01"
	for _, tt := range []struct {
		on   string
		code int
	}{{"2025-12-31", exitDone}, {"2026-03-15", exitFound}, {"2026-05-10", exitFound}, {"2026-07-01", exitDone}, {"2026-11-20", exitFound}} {
		t.Run(tt.on, func(t *testing.T) {
			code, out, errs := callAt(t, exampleNow, home, "position", "harbour-bank", "--on", tt.on, "--since", since, "--format", "json")
			if code != tt.code || errs != "" {
				t.Fatalf("exit %d, want %d: %s", code, tt.code, errs)
			}
			var v report.PositionView
			if err := json.Unmarshal([]byte(out), &v); err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := report.JSON(&got, reducePosition(v)); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", "position", tt.on+".json"), got.Bytes())
			since = tt.on
		})
	}
}

// setBy is how a due day that was set is told, wherever its lines are broken.
var setBy = regexp.MustCompile(`(?s)\s*·\s*(set\s+by.*?such\s+day|由.*?并\s*非\s*法\s*定\s*期\s*限)`)

// TestPositionText compares what people read, without the foot, which names
// the content.
func TestPositionText(t *testing.T) {
	home := exampleHome(t)
	for name, args := range map[string][]string{
		"position.en.txt": {"position", "harbour-bank", "--on", "2026-03-15", "--since", "2026-02-28"},
		"position.zh.txt": {"position", "harbour-bank", "--on", "2026-11-20", "--lang", "zh"},
		"none.en.txt":     {"position", "harbour-bank", "--on", "2026-11-20", "--state", "none"},
		"area.en.txt":     {"position", "harbour-bank", "--on", "2026-11-20", "--area", "test"},
		"tasks.en.txt":    {"tasks", "harbour-bank"},
		"tasks.zh.txt":    {"tasks", "harbour-bank", "--owner", "Network security office / 网络安全办公室", "--lang", "zh"},
		"show.en.txt":     {"evidence", "show", "harbour-bank", "34"},
		"show.zh.txt":     {"evidence", "show", "harbour-bank", "9", "--lang", "zh"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := callAt(t, exampleNow, home, args...)
			if code > exitFound || errs != "" {
				t.Fatalf("exit %d: %s", code, errs)
			}
			for _, foot := range []string{"\n“Evidence on file” says", "\n“证据在档”是指"} {
				out, _, _ = strings.Cut(out, foot)
			}
			if name[:4] == "show" { // who runs the test
				_, out, _ = strings.Cut(out, "\n")
			}
			out = setBy.ReplaceAllString(out, " · (who runs the test)")
			golden(t, filepath.Join("testdata", "position", name), []byte(out))
		})
	}
}

// TestPositionWords looks for keys and formatting mistakes in what people read.
func TestPositionWords(t *testing.T) {
	home := exampleHome(t)
	for _, lang := range message.Languages() {
		for _, args := range [][]string{{"position", "harbour-bank", "--all", "--since", "2025-12-01"}, {"tasks", "harbour-bank", "--all"}, {"evidence", "list", "harbour-bank"},
			{"evidence", "show", "harbour-bank", "62"}, {"evidence", "show", "harbour-bank", "64"}, {"evidence", "show", "harbour-bank", "73"}, {"evidence", "show", "harbour-bank", "82"}} {
			_, out, errs := callAt(t, exampleNow, home, append(args, "--lang", string(lang))...)
			for _, bad := range []string{"%!", "where.", "filed.", "position.", "evidence.", "assess.", "compliant", "  \n"} {
				if out == "" || errs != "" || strings.Contains(out, bad) {
					t.Errorf("guanji %v --lang %s holds %q: %s", args, lang, bad, errs)
				}
			}
		}
	}
}

// TestPositionByWhatWasKnown asks for what was filed by the day before
// everything was.
func TestPositionByWhatWasKnown(t *testing.T) {
	home := exampleHome(t)
	for known, want := range map[string]int64{"2026-11-19": 0, "2026-11-20": 82} {
		code, out, _ := callAt(t, exampleNow, home, "position", "harbour-bank", "--known", known, "--format", "json")
		var v report.PositionView
		if err := json.Unmarshal([]byte(out), &v); code > exitFound || err != nil || v.Revision != want || v.Known.String() != known {
			t.Errorf("known by %s: exit %d, revision %d, want %d, %v", known, code, v.Revision, want, err)
		}
	}
}

// TestWordsThatNobodyHas: a mistyped owner, area or state is a mistake, and no
// empty list.
func TestWordsThatNobodyHas(t *testing.T) {
	home := exampleHome(t)
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"an owner":             {[]string{"tasks", "harbour-bank", "--owner", "Securty office"}, "Internal audit / 内部审计部"},
		"an area of tasks":     {[]string{"tasks", "harbour-bank", "--area", "dta"}, "governance, people"},
		"an area":              {[]string{"position", "harbour-bank", "--area", "dta"}, "governance, people"},
		"a state":              {[]string{"position", "harbour-bank", "--state", "late"}, "overdue, in_rectification"},
		"no such organization": {[]string{"tasks", "harbor-bank", "--owner", "Internal audit / 内部审计部"}, "harbor-bank"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := callAt(t, exampleNow, home, tt.args...)
			if code != exitUsage || out != "" || !strings.Contains(errs, tt.want) {
				t.Errorf("guanji %v = %d: %s%s, want %d and %q", tt.args, code, out, errs, exitUsage, tt.want)
			}
		})
	}
}

// TestTasksAreOfOwners holds that assignments choose tasks.
func TestTasksAreOfOwners(t *testing.T) {
	home := exampleHome(t)
	tasks := func(args ...string) (n, owned int, code int) {
		code, out, errs := callAt(t, exampleNow, home, append([]string{"tasks", "harbour-bank", "--format", "json"}, args...)...)
		var v report.TasksView
		if err := json.Unmarshal([]byte(out), &v); err != nil {
			t.Fatal(err, errs)
		}
		for _, task := range v.Tasks {
			if task.Owner != nil {
				owned++
			}
		}
		return len(v.Tasks), owned, code
	}
	all, owned, code := tasks()
	free, none, _ := tasks("--unowned")
	mine, my, quiet := tasks("--owner", "Internal audit / 内部审计部")
	if all != owned+free || none != 0 || mine == 0 || my != mine || code != exitFound || quiet != exitDone {
		t.Errorf("%d tasks, %d of owners, %d of nobody, %d of one; exits %d and %d", all, owned, free, mine, code, quiet)
	}
}
