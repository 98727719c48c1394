package web

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/jba/templatecheck"

	"guanji/internal/message"
)

// typed has an example of what each page is made of.
var typed = map[string]any{
	"accounts":            accountsPage{},
	"channels":            channelsPage{},
	"duties":              dutiesPage{},
	"duty":                dutyPage{},
	"event_new":           eventPage{},
	"evidence":            evidencePage{},
	"evidence_new":        evidenceFormPage{},
	"evidence_one":        filedPage{},
	"fact":                factPage{},
	"fail":                failPage{},
	"history":             historyPage{},
	"incident":            casePage{},
	"incident_new":        caseFormPage{},
	"incident_replay":     replayPage{},
	"incidents":           incidentsPage{},
	"instrument":          instrumentPage{},
	"law":                 lawPage{},
	"ledger":              ledgerPage{},
	"ledger_leaf":         leafPage{},
	"ledger_leaves":       leavesPage{},
	"ledger_verification": verificationPage{},
	"ledger_witnesses":    witnessesPage{},
	"leniency":            leniencyPage{},
	"law_changes":         changesPage{},
	"link":                linkPage{},
	"memo":                memoPage{},
	"organizations":       organizationsPage{},
	"overview":            overviewPage{},
	"position":            positionPage{},
	"plan_new":            planPage{},
	"provision":           provisionPage{},
	"queue":               queuePage{},
	"questions":           questionsPage{},
	"response_plan":       responsePlanPage{},
	"settings":            settingsPage{},
	"sign_in":             signInPage{},
	"standing":            standingPage{},
	"tasks":               tasksPage{},
	"unit":                unitPage{},
	"units":               unitsPage{},
	"what_if":             whatIfPage{},
}

// parts are the elements that htmx asks for alone.
var parts = map[string]string{"duties": "list", "evidence": "list", "incident": "case-clock", "incidents": "list", "law": "list", "position": "list", "questions": "questions", "tasks": "list"}

// TestPagesAreTyped fails if a template uses what its page does not have.
func TestPagesAreTyped(t *testing.T) {
	pages, err := parsePages(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range pages {
		example, ok := typed[name]
		if !ok {
			t.Errorf("page %s: no example to check it with", name)
			continue
		}
		if err := templatecheck.CheckHTML(p.Lookup("layout"), example); err != nil {
			t.Errorf("page %s: %v", name, err)
		}
		if part, ok := parts[name]; ok {
			if err := templatecheck.CheckHTML(p.Lookup(part), example); err != nil {
				t.Errorf("part %s of page %s: %v", part, name, err)
			}
		}
	}
	for name := range typed {
		if pages[name] == nil {
			t.Errorf("there is no page %s", name)
		}
	}
}

// TestWordsOfTemplates fails if a template says what the catalogue lacks.
func TestWordsOfTemplates(t *testing.T) {
	says := regexp.MustCompile(`\.T "([a-z][a-zA-Z0-9_.]*)"`)
	err := fs.WalkDir(templateFiles, "templates", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".html" {
			return err
		}
		data, err := fs.ReadFile(templateFiles, name)
		for _, m := range says.FindAllStringSubmatch(string(data), -1) {
			if !message.Known(m[1]) {
				t.Errorf("%s says %q, which the catalogue lacks", name, m[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNothingInline fails on a script, style or handler within a page, which
// the content security policy would refuse, and on an address elsewhere.
func TestNothingInline(t *testing.T) {
	bad := regexp.MustCompile(`(?i)<style|style="|<script>|\son[a-z]+="|javascript:|src="http|href="http|hx-on`)
	err := fs.WalkDir(templateFiles, "templates", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(templateFiles, name)
		if m := bad.FindString(string(data)); m != "" {
			t.Errorf("%s holds %s", name, m)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLocal(t *testing.T) {
	for path, want := range map[string]string{
		"/o/a?x=1": "/o/a?x=1", "": "/", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/", "/a\r\nSet-Cookie: x": "/", "o/a": "/",
	} {
		if got := local(path); got != want {
			t.Errorf("local(%q) = %q, want %q", path, got, want)
		}
	}
}

func TestCellsAreNoFormulas(t *testing.T) {
	got := cells("=1+1", "+a", "-a", "@a", "a=b", "")
	if strings.Join(got, "|") != "'=1+1|'+a|'-a|'@a|a=b|" {
		t.Errorf("cells = %q", got)
	}
}

func TestSourceLine(t *testing.T) {
	for text, want := range map[string]string{
		"https://example.cn/law": "https://example.cn/law", "https://example.cn/law (HEAD 1) path x": "https://example.cn/law", "Gazette 2026": "", "javascript:alert(1)": "",
	} {
		if got := sourceLine(text); got.URL != want || got.Text != text {
			t.Errorf("sourceLine(%q) = %+v, want the address %q", text, got, want)
		}
	}
}
