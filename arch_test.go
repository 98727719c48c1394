// Package guanji_test holds the house: the floors of docs/design.md, and what
// else must be true of every file.
package guanji_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "guanji"

// house lists the packages floor by floor, from the ground up. A package
// imports lower floors only; folders below a package belong to it. On the
// ground a package may import those written before it. The same table stands
// in docs/design.md, and [TestDesignTable] compares them.
var house = [][]string{
	0: {"content", "examples", "internal/day", "internal/message", "internal/problem", "internal/strict"},
	1: {"internal/law", "internal/calendar", "internal/org", "internal/detect", "internal/place",
		"internal/ledger", "internal/account", "internal/evidence", "internal/channel", "internal/job"},
	2: {"internal/regime", "internal/incident"},
	3: {"internal/standing", "internal/access", "internal/filing", "internal/record", "internal/position", "internal/discover",
		"internal/transfer", "internal/retain", "internal/respond", "internal/work", "internal/programme", "internal/site"},
	4: {"internal/report", "internal/bundle"},
	5: {"internal/store", "internal/vault", "internal/source", "internal/intake", "internal/gate",
		"internal/browser", "internal/imports", "internal/notify", "internal/web", "internal/api"},
	6: {"cmd/guanji", "cmd/guanji-verify", "bench"},
}

const roof = 6

// embeds are the packages that only embed files.
var embeds = []string{"content", "examples"}

// place returns the floor of a package folder, its place on that floor, and
// the folder as the table has it; the floor is -1 if it is on none.
func place(dir string) (floor, at int, room string) {
	for floor, rooms := range house {
		for at, room := range rooms {
			if dir == room || strings.HasPrefix(dir, room+"/") {
				return floor, at, room
			}
		}
	}
	return -1, -1, ""
}

// importFault says why the package in a folder must not import another, or "".
func importFault(from, to string, test bool) string {
	f, fAt, fRoom := place(from)
	t, tAt, tRoom := place(to)
	switch {
	case f < 0 || t < 0:
		return "a package on no floor: give it a line in docs/design.md and arch_test.go"
	case fRoom == tRoom && from == to && !test:
		return "it imports itself"
	case fRoom == tRoom:
		return ""
	case slices.Contains(embeds, tRoom) && f != roof && !test:
		return "only the roof knows embedded files, and hands them on as fs.FS"
	case t > f:
		return fmt.Sprintf("upward, from floor %d to floor %d", f, t)
	case t == f && f > 0:
		return fmt.Sprintf("sideways, on floor %d: declare an interface and let cmd wire it", f)
	case t == f && tAt > fAt:
		return "upward, in the order of the ground floor"
	}
	return ""
}

func TestImportRule(t *testing.T) {
	tests := map[string]struct {
		from, to string
		test     bool
		ok       bool
	}{
		"down":                      {"internal/regime", "internal/law", false, true},
		"far down":                  {"cmd/guanji", "internal/day", false, true},
		"up":                        {"internal/law", "internal/regime", false, false},
		"sideways":                  {"internal/law", "internal/org", false, false},
		"sideways, roof":            {"cmd/guanji", "cmd/guanji-verify", false, false},
		"own folder":                {"internal/store", "internal/store/migration", false, true},
		"sibling of own folder":     {"internal/store/a", "internal/store/b", false, true},
		"beside own folder":         {"internal/store/a", "internal/vault", false, false},
		"name that only begins so":  {"internal/storefront", "internal/day", false, false},
		"ground, in order":          {"internal/strict", "internal/message", false, true},
		"ground, against order":     {"internal/message", "internal/problem", false, false},
		"content from the roof":     {"cmd/guanji", "content", false, true},
		"content from below":        {"internal/regime", "content", false, false},
		"examples from below":       {"internal/report", "examples", false, false},
		"content from a test below": {"internal/regime", "content", true, true},
		"test upward":               {"internal/law", "internal/regime", true, false},
		"no floor":                  {"internal/util", "internal/day", false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if why := importFault(tt.from, tt.to, tt.test); (why == "") != tt.ok {
				t.Errorf("importFault(%q, %q, %v) = %q, want fault: %v", tt.from, tt.to, tt.test, why, !tt.ok)
			}
		})
	}
}

// goFile is a parsed source file of this module.
type goFile struct {
	name string // slash-separated, from the root
	test bool
	*ast.File
}

func (f goFile) dir() string { return path.Dir(f.name) }

// goFiles parses every Go file of the module, in the order of their names.
// Folders named testdata and modules within the module are left out.
func goFiles(t *testing.T, fset *token.FileSet) []goFile {
	t.Helper()
	var files []goFile
	walk(t, func(name string, data []byte) {
		if !strings.HasSuffix(name, ".go") || strings.Contains(name, "testdata/") || inner(name) {
			return
		}
		f, err := parser.ParseFile(fset, name, data, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, goFile{name, strings.HasSuffix(name, "_test.go"), f})
	})
	if len(files) < 2 {
		t.Fatal("found no Go files to look at")
	}
	return files
}

// inner reports whether a file belongs to a module within this one.
func inner(name string) bool {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if _, err := os.Stat(filepath.Join(filepath.FromSlash(dir), "go.mod")); err == nil {
			return true
		}
	}
	return false
}

// walk calls f with every file of the project that is text.
func walk(t *testing.T, f func(name string, data []byte)) {
	t.Helper()
	aside := []string{".git", ".idea", ".vscode", "node_modules"}
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if slices.Contains(aside, d.Name()) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(filepath.FromSlash(name))
		if err == nil && bytes.IndexByte(data, 0) < 0 {
			f(name, data)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFloors fails on an upward or sideways import and on a package on no floor.
func TestFloors(t *testing.T) {
	fset := token.NewFileSet()
	for _, f := range goFiles(t, fset) {
		if f.dir() == "." {
			if !f.test {
				t.Errorf("%s: the root holds tests only", f.name)
			}
			continue
		}
		if floor, _, _ := place(f.dir()); floor < 0 {
			t.Errorf("%s: a package on no floor: give it a line in docs/design.md and arch_test.go", f.name)
			continue
		}
		for _, spec := range f.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			to, ours := strings.CutPrefix(to, module+"/")
			if !ours {
				continue
			}
			if why := importFault(f.dir(), to, f.test); why != "" {
				t.Errorf("%s imports %s: %s", fset.Position(spec.Pos()), to, why)
			}
		}
	}
}

// outside are the standard packages that reach the network or start programs.
// Only [channels] and, as far as they answer, [servers] may use them.
var outside = []string{"net", "net/http", "net/smtp", "net/rpc", "crypto/tls", "os/exec"}

// channels are the packages by which something leaves, each once two people
// allowed it: docs/design.md, "Nothing leaves by itself".
var channels = []string{"internal/notify"}

// servers are the packages that answer requests: they may listen, and must not
// call; see [TestServersDoNotCall].
var servers = []string{"internal/web", "internal/api", "cmd/guanji"}

// pureFloors is the number of floors, from the ground, that read no clock, no
// environment and no chance, touch no files of their own and do not log.
const pureFloors = 3

// TestReach fails on a package that reaches further than its floor may.
func TestReach(t *testing.T) {
	impure := append([]string{"os", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand"}, outside...)
	clock := []string{"Now", "Since", "Until", "Sleep", "After", "Tick"}
	fset := token.NewFileSet()
	for _, f := range goFiles(t, fset) {
		floor, _, _ := place(f.dir())
		if f.test || floor < 0 || f.dir() == "bench" {
			continue
		}
		banned := outside
		if floor < pureFloors {
			banned = impure
		}
		for _, spec := range f.Imports {
			p, _ := strconv.Unquote(spec.Path.Value)
			if slices.Contains(servers, f.dir()) && (p == "net" || p == "net/http") {
				continue
			}
			if slices.Contains(channels, f.dir()) && p != "os/exec" {
				continue
			}
			if slices.Contains(banned, p) {
				t.Errorf("%s: floor %d must not import %s", fset.Position(spec.Pos()), floor, p)
			}
		}
		ast.Inspect(f.File, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok || floor >= pureFloors {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && x.Obj == nil && slices.Contains(clock, s.Sel.Name) {
				t.Errorf("%s: floor %d must not read the clock: take the time as an argument", fset.Position(s.Pos()), floor)
			}
			return true
		})
	}
}

// TestServersDoNotCall fails on a server that opens a connection itself.
func TestServersDoNotCall(t *testing.T) {
	calls := []string{"Dial", "DialTimeout", "Dialer", "Get", "Head", "Post", "PostForm", "Client", "DefaultClient", "Transport", "DefaultTransport", "NewRequest", "NewRequestWithContext"}
	fset := token.NewFileSet()
	for _, f := range goFiles(t, fset) {
		if f.test || !slices.Contains(servers, f.dir()) {
			continue
		}
		ast.Inspect(f.File, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && (x.Name == "net" || x.Name == "http") && x.Obj == nil && slices.Contains(calls, s.Sel.Name) {
				t.Errorf("%s: %s.%s opens a connection: nothing leaves by itself", fset.Position(s.Pos()), x.Name, s.Sel.Name)
			}
			return true
		})
	}
}

// TestDesignTable compares the table in docs/design.md with house, and its
// column "built" with the folders that hold code.
func TestDesignTable(t *testing.T) {
	data, err := os.ReadFile("docs/design.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("^\\| *([0-9])?[^|]*\\| (`[^|]*`) \\| *(yes)? *\\|")
	names := regexp.MustCompile("`([^`]+)`")
	told := make([][]string, len(house))
	floor := -1
	for line := range strings.Lines(string(data)) {
		m := row.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if m[1] != "" {
			floor = int(m[1][0] - '0')
		}
		if floor < 0 || floor >= len(house) {
			t.Fatalf("docs/design.md: no such floor: %s", line)
		}
		for _, n := range names.FindAllStringSubmatch(m[2], -1) {
			room := n[1]
			if _, _, known := place(room); known == "" {
				room = "internal/" + room
			}
			told[floor] = append(told[floor], room)
			if code, _ := filepath.Glob(filepath.FromSlash(room) + "/*.go"); len(code) > 0 != (m[3] == "yes") {
				t.Errorf("docs/design.md: %s: built is %q, but the folder holds %d Go files", room, m[3], len(code))
			}
		}
	}
	for floor := range house {
		if !slices.Equal(told[floor], house[floor]) {
			t.Errorf("floor %d: docs/design.md has %q, arch_test.go %q", floor, told[floor], house[floor])
		}
	}
}

// TestNoTestSkips fails on a test that can leave itself out: what it would
// have shown is then not known.
func TestNoTestSkips(t *testing.T) {
	fset := token.NewFileSet()
	for _, f := range goFiles(t, fset) {
		if !f.test {
			continue
		}
		ast.Inspect(f.File, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if s, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, s.Sel.Name) {
				t.Errorf("%s: a test must not skip itself", fset.Position(call.Pos()))
			}
			return true
		})
	}
}

// maxLines is the most lines that a source file may have.
const maxLines = 800

func TestFileSize(t *testing.T) {
	walk(t, func(name string, data []byte) {
		if n := bytes.Count(data, []byte{'\n'}); path.Ext(name) == ".go" && n > maxLines {
			t.Errorf("%s has %d lines, want at most %d: split it by what a reader looks for", name, n, maxLines)
		}
	})
}

// TestNoMachinePaths fails on a path of the machine that a file was written on.
func TestNoMachinePaths(t *testing.T) {
	machine := regexp.MustCompile("(?m)(?:^|[\\s\"'`(=:,<])/(?:work|root)/")
	walk(t, func(name string, data []byte) {
		for _, at := range machine.FindAllIndex(data, -1) {
			t.Errorf("%s:%d: mentions a path of one machine", name, 1+bytes.Count(data[:at[1]], []byte{'\n'}))
		}
	})
}

// TestLinks fails on a link in a page of Markdown to a file that is not there.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)]*)?\)`)
	walk(t, func(name string, data []byte) {
		if path.Ext(name) != ".md" {
			return
		}
		for _, m := range link.FindAllSubmatch(data, -1) {
			to := string(m[1])
			if strings.Contains(to, ":") {
				continue
			}
			target := path.Join(path.Dir(name), to)
			if _, err := os.Stat(filepath.FromSlash(target)); err != nil || strings.HasPrefix(target, "../") {
				t.Errorf("%s links to %s, which is not there", name, to)
			}
		}
	})
}

// TestReadme holds the README to exactly two commands; a drawing stands in a
// fence of plain text.
func TestReadme(t *testing.T) {
	data, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	fenced, code := false, false
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
			code = fenced && line != "```text"
			continue
		}
		command, _, _ := strings.Cut(line, "#")
		if command = strings.TrimSpace(strings.TrimPrefix(command, "$ ")); code && command != "" {
			commands = append(commands, command)
		}
	}
	if want := []string{"go run ./cmd/guanji demo", "./check"}; !slices.Equal(commands, want) {
		t.Errorf("README.md shows the commands %q, want %q", commands, want)
	}
}
