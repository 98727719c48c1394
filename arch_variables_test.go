package guanji_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// steadyMakers are functions whose result does not change afterwards, so that
// a package variable may hold it.
var steadyMakers = []string{
	"errors.New", "fmt.Errorf", "regexp.MustCompile", "reflect.TypeFor", "reflect.TypeOf",
	"strings.NewReplacer", "sync.OnceValue", "sync.OnceValues", "time.Date", "time.FixedZone", "day.Of", "message.New",
}

// exceptions are package variables that [variableFaults] would refuse, as
// folder.name, each with the reason why it may stay.
var exceptions = map[string]string{}

// TestNothingChanges fails on init functions and on package variables that
// change or are made to.
func TestNothingChanges(t *testing.T) {
	fset := token.NewFileSet()
	packages := map[string][]*ast.File{}
	for _, f := range goFiles(t, fset) {
		if !f.test {
			packages[f.dir()] = append(packages[f.dir()], f.File)
		}
	}
	used := map[string]bool{}
	for _, dir := range slices.Sorted(maps.Keys(packages)) {
		for _, fault := range variableFaults(packages[dir]) {
			if _, ok := exceptions[dir+"."+fault.name]; ok {
				used[dir+"."+fault.name] = true
				continue
			}
			t.Errorf("%s: %s %s", fset.Position(fault.pos), fault.name, fault.why)
		}
	}
	for name := range exceptions {
		if !used[name] {
			t.Errorf("exceptions: %s is no longer needed", name)
		}
	}
}

// fault is one thing wrong with a name at a place.
type fault struct {
	pos       token.Pos
	name, why string
}

// variableFaults finds the init functions of a package, its variables without
// a first value or with one that is there to change, and whatever assigns to a
// package variable of ours or takes its address. It works on the syntax alone:
// it does not see a change made through a second name.
func variableFaults(files []*ast.File) []fault {
	var faults []fault
	variables := map[string]any{}
	for _, f := range files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" {
					faults = append(faults, fault{d.Pos(), "init", "runs at import: call a function instead"})
				}
			case *ast.GenDecl:
				if d.Tok == token.VAR {
					faults = append(faults, declarationFaults(d, variables)...)
				}
			}
		}
	}
	for _, f := range files {
		ours := importNames(f)
		ast.Inspect(f, func(n ast.Node) bool {
			for _, e := range written(n) {
				id := rootOf(e)
				if id == nil {
					continue
				}
				spec, variable := variables[id.Name]
				local := id.Obj != nil && id.Obj.Decl != spec
				if variable && !local || ours[id.Name] && id.Obj == nil && id != e {
					faults = append(faults, fault{id.Pos(), id.Name, "is changed here, or its address taken"})
				}
			}
			return true
		})
	}
	return faults
}

func declarationFaults(d *ast.GenDecl, variables map[string]any) []fault {
	var faults []fault
	for _, s := range d.Specs {
		spec := s.(*ast.ValueSpec)
		for i, name := range spec.Names {
			if name.Name == "_" {
				continue
			}
			variables[name.Name] = spec
			switch {
			case embedded(d.Doc) || embedded(spec.Doc):
			case len(spec.Values) == 0:
				faults = append(faults, fault{name.Pos(), name.Name, "has no first value, so it is there to change"})
			case !steady(spec.Values[min(i, len(spec.Values)-1)]):
				faults = append(faults, fault{name.Pos(), name.Name, "may change: see steadyMakers and exceptions in arch_variables_test.go"})
			}
		}
	}
	return faults
}

func embedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:embed ")
	})
}

// steady reports whether the value of e is not one made to be changed.
func steady(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit, *ast.Ident, *ast.SelectorExpr, *ast.FuncLit, *ast.BinaryExpr:
		return true
	case *ast.ParenExpr:
		return steady(e.X)
	case *ast.UnaryExpr:
		return e.Op != token.AND
	case *ast.CompositeLit:
		of, _ := e.Type.(*ast.SelectorExpr)
		return of == nil || !slices.Contains([]string{"sync", "atomic"}, fmt.Sprint(of.X))
	case *ast.CallExpr:
		fun := e.Fun
		if index, ok := fun.(*ast.IndexExpr); ok {
			fun = index.X
		}
		if _, conversion := fun.(*ast.ArrayType); conversion {
			return true
		}
		s, ok := fun.(*ast.SelectorExpr)
		return ok && slices.Contains(steadyMakers, fmt.Sprintf("%s.%s", s.X, s.Sel))
	}
	return false
}

// written returns the expressions that a node assigns to or takes the address of.
func written(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			return []ast.Expr{n.Key, n.Value}
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			return []ast.Expr{n.X}
		}
	case *ast.CallExpr:
		if id, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 && slices.Contains([]string{"delete", "clear", "copy"}, id.Name) {
			return n.Args[:1]
		}
	}
	return nil
}

// rootOf returns the name that an expression such as a.b[c] begins with.
func rootOf(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// importNames returns the names by which a file knows packages of this module.
func importNames(f *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, spec := range f.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil || !strings.HasPrefix(p, module+"/") {
			continue
		}
		name := path.Base(p)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = true
	}
	return names
}

func TestVariableRule(t *testing.T) {
	tests := map[string]struct {
		src string
		bad string // the name at fault, "" for none
	}{
		"error":                   {`var ErrX = errors.New("x")`, ""},
		"pattern":                 {`var p = regexp.MustCompile("x")`, ""},
		"generic maker":           {`var p = reflect.TypeFor[int]()`, ""},
		"interface check":         {`var _ fmt.Stringer = X{}; func f() { _ = g() }`, ""},
		"embedded":                {"//go:embed x\nvar files embed.FS", ""},
		"embedded in a group":     {"var (\n//go:embed x\nfiles embed.FS\n)", ""},
		"table":                   {`var m = map[string]int{"a": 1}; func f() int { return m["a"] }`, ""},
		"local of the same name":  {`var m = map[string]int{}; func f() { m := 1; m++ }`, ""},
		"param of the same name":  {`var m = map[string]int{}; func f(m []int) { m[0] = 1 }`, ""},
		"field of the same name":  {`var m = 1; func f(x T) { x.m = 2 }`, ""},
		"init":                    {`func init() {}`, "init"},
		"method named init":       {`func (T) init() {}`, ""},
		"no value":                {`var mu sync.Mutex`, "mu"},
		"made to change":          {`var c = make(map[string]int)`, "c"},
		"pool":                    {`var c = sync.Pool{}`, "c"},
		"pointer":                 {`var c = &T{}`, "c"},
		"unknown maker":           {`var c = newCache()`, "c"},
		"assigned":                {`var n = 1; func f() { n = 2 }`, "n"},
		"counted":                 {`var n = 1; func f() { n++ }`, "n"},
		"element assigned":        {`var m = map[string]int{}; func f() { m["a"] = 1 }`, "m"},
		"field assigned":          {`var x = T{}; func f() { x.y.z = 1 }`, "x"},
		"deleted":                 {`var m = map[string]int{}; func f() { delete(m, "a") }`, "m"},
		"address taken":           {`var x = T{}; func f() *T { return &x }`, "x"},
		"range into":              {`var n = 1; func f() { for n = range 3 {} }`, "n"},
		"second of two":           {`var a, b = 1, newCache()`, "b"},
		"of another package":      {`import "guanji/internal/law"; func f() { law.X = 1 }`, "law"},
		"local named like import": {`import "guanji/internal/law"; func f() { law := T{}; law.X = 1 }`, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\n"+tt.src, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if faults := variableFaults([]*ast.File{f}); len(faults) > 0 {
				got = faults[0].name
			}
			if got != tt.bad {
				t.Errorf("variableFaults(%s) = %q, want %q", tt.src, got, tt.bad)
			}
		})
	}
}
