package api

import (
	"cmp"
	"fmt"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
)

// manualFiles are the files that the examples of the manual send.
var manualFiles = map[string]string{
	"acme.yaml":  "guanji: 1\norganization: {id: acme, name: {en: Acme, zh: 艾克米}}\nfacts: {org.operates_network: true}\n",
	"report.pdf": "hello world",
	"wazuh.json": `{"id": "1788264000.1", "timestamp": "2026-09-01T11:40:00.000+0000", "rule": {"id": "5712", "level": 10, "description": "sshd: brute force"}, "agent": {"name": "core-gw-1"}}`,
}

// TestExamplesOfTheManual runs what docs/formats/api.md tells callers to type,
// in its order, as curl would. Every operation of the newer parts has an
// example there.
func TestExamplesOfTheManual(t *testing.T) {
	page, err := os.ReadFile("../../docs/formats/api.md")
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	_, operations := document(t, s)
	c, shell := newContract(t, s), map[string]string{}
	for i, block := range strings.Split(string(page), "```") {
		if block, ok := strings.CutPrefix(block, "text\n"); ok && i%2 == 1 {
			for _, words := range commands(block) {
				runExample(t, s, c, operations, shell, words)
			}
		}
	}
	for _, d := range operations {
		newer := []string{"/evidence", "/uploads", "/position", "/tasks", "/rectifications", "/ledger/", "/alerts", "/incidents", "/response-plan"}
		if slices.ContainsFunc(newer, func(part string) bool { return strings.Contains(d.path, part) }) && !c.met[d.OperationID] {
			t.Errorf("%s has no example", d.OperationID)
		}
	}
}

// commands splits what is typed into commands and their words. Quoted words go
// on over lines.
func commands(text string) [][]string {
	var all [][]string
	var words []string
	word, begun, quote := "", false, rune(0)
	end := func() {
		if begun {
			words, word, begun = append(words, word), "", false
		}
	}
	comment := false
	for _, r := range text {
		switch {
		case comment && r != '\n':
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word += string(r)
		case r == '\'' || r == '"':
			quote, begun = r, true
		case r == '#' && !begun:
			comment = true
		case r == '\n':
			end()
			if len(words) > 0 {
				all = append(all, words)
			}
			words, comment = nil, false
		case r == ' ':
			end()
		default:
			word, begun = word+string(r), true
		}
	}
	return all
}

// A curl is one call of it.
type curl struct {
	method, path, body string
	headers            []string
}

// parseCurl reads the words of a call, as far as examples use them.
func parseCurl(words []string, expand func(string) string) curl {
	var c curl
	var sent []string // what curl says of a body by itself
	for i := 1; i < len(words); i++ {
		argument := func() string { i++; return words[i] }
		switch words[i] {
		case "-i":
		case "-o":
			argument()
		case "-X":
			c.method = argument()
		case "-I":
			c.method = "HEAD"
		case "-H":
			name, value, _ := strings.Cut(expand(argument()), ": ")
			c.headers = append(c.headers, name, value)
		case "-d", "--data-binary":
			c.body, sent = argument(), []string{"Content-Type", "application/x-www-form-urlencoded"}
		default:
			c.path = strings.TrimPrefix(expand(words[i]), "https://guanji.example")
		}
	}
	if file, ok := strings.CutPrefix(c.body, "@"); ok {
		c.body = manualFiles[file]
	}
	c.method = cmp.Or(c.method, map[bool]string{true: "GET", false: "POST"}[sent == nil])
	c.headers = append(sent, c.headers...)
	return c
}

// runExample runs an assignment or a call of curl.
func runExample(t *testing.T, s *site, c *contract, operations []documented, shell map[string]string, words []string) {
	t.Helper()
	expand := func(text string) string { return os.Expand(text, func(name string) string { return shell[name] }) }
	if name, value, ok := strings.Cut(words[0], "="); ok && value != "…" { // else the answer before told it
		shell[name] = expand(value)
	}
	if words[0] != "api" {
		return
	}
	call := parseCurl(words, expand)
	w := s.call("administrator", call.method, call.path, call.body, call.headers...)
	if w.Code >= 300 || s.log.Len() > 0 {
		t.Fatalf("%s %s = %d\n%.1000s\n%s", call.method, call.path, w.Code, w.Body, s.log)
	}
	checkExample(t, c, operations, call.method, call.path, w)
	if at := w.Header().Get("Location"); strings.Contains(at, "/uploads/") {
		shell["UPLOAD"] = at
	}
	s.sign()
}

// checkExample finds the operation of a request, and wants its answer as the
// document promises it.
func checkExample(t *testing.T, c *contract, operations []documented, method, path string, w *httptest.ResponseRecorder) {
	t.Helper()
	path, _, _ = strings.Cut(path, "?")
	best, fixed := -1, -1
	for i, d := range operations {
		if n := alikeParts(d.path, path); d.method == method && n > fixed {
			best, fixed = i, n
		}
	}
	if best < 0 {
		t.Fatalf("no operation is %s %s", method, path)
	}
	c.check(operations[best], w)
}

// alikeParts counts the parts of a path that are those of a pattern, -1 if the
// pattern does not fit.
func alikeParts(pattern, path string) int {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return -1
	}
	n := 0
	for i := range want {
		switch {
		case want[i] == got[i]:
			n++
		case !strings.HasPrefix(want[i], "{"):
			return -1
		}
	}
	return n
}

func TestCommands(t *testing.T) {
	got := fmt.Sprintf("%q", commands("A=1\napi -d '{\"a\": 1,\n \"b\"}' \"x y\"  # why\n\n"))
	if want := `[["A=1"] ["api" "-d" "{\"a\": 1,\n \"b\"}" "x y"]]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
