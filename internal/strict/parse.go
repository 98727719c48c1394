// Package strict reads YAML and JSON that people write, and believes nothing:
// unknown and repeated keys, missing values, wrong types, anchors, invalid
// UTF-8 and oversized or deeply nested input are mistakes, each reported with
// file, line and column, all at once.
//
// [Parse] turns bytes into a [Node]; [Decode] fills a struct from it by the
// `strict:"name"` tags of its fields.
package strict

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"guanji/internal/message"
	"guanji/internal/problem"
)

// Limits on what is read; beyond them the input is refused.
const (
	MaxBytes = 8 << 20 // size of one file
	MaxDepth = 32      // nesting of mappings and lists

	// MaxMistakes is how many mistakes of one file are listed; a file with more
	// is not read further.
	MaxMistakes = 1000
)

// Full reports whether enough mistakes are listed, and once says so.
func Full(mistakes *problem.List, at Pos) bool {
	switch n := len(*mistakes); {
	case n < MaxMistakes:
		return false
	case n == MaxMistakes:
		*mistakes = append(*mistakes, at.Spot("strict.too_many", MaxMistakes))
	}
	return true
}

// A Pos is a place in a file, counted from 1.
type Pos struct {
	File         string
	Line, Column int
}

// Spot makes a mistake at p.
func (p Pos) Spot(key string, args ...any) problem.Spot {
	return problem.Spot{File: p.File, Line: p.Line, Column: p.Column, Msg: message.New(key, args...)}
}

// A Node is one value of a file, at its place.
type Node struct {
	file string
	n    *yaml.Node
}

// An Entry is one key and value of a mapping.
type Entry struct {
	Key   String
	Value Node
}

// Pos returns the place of n.
func (n Node) Pos() Pos {
	if n.n == nil {
		return Pos{File: n.file}
	}
	return Pos{File: n.file, Line: n.n.Line, Column: n.n.Column}
}

// IsZero reports whether n is no value at all.
func (n Node) IsZero() bool { return n.n == nil }

// IsNull reports whether n is absent or the value null.
func (n Node) IsNull() bool {
	return n.n == nil || n.n.Kind == yaml.ScalarNode && n.n.ShortTag() == "!!null"
}

// Entries returns the keys and values of a mapping in the order of the file,
// and false if n is none.
func (n Node) Entries() ([]Entry, bool) {
	if n.n == nil || n.n.Kind != yaml.MappingNode {
		return nil, false
	}
	entries := make([]Entry, 0, len(n.n.Content)/2)
	for i := 0; i+1 < len(n.n.Content); i += 2 {
		k := Node{n.file, n.n.Content[i]}
		entries = append(entries, Entry{String{k.n.Value, k.Pos()}, Node{n.file, n.n.Content[i+1]}})
	}
	return entries, true
}

// Items returns the items of a list, and false if n is none.
func (n Node) Items() ([]Node, bool) {
	if n.n == nil || n.n.Kind != yaml.SequenceNode {
		return nil, false
	}
	items := make([]Node, len(n.n.Content))
	for i, c := range n.n.Content {
		items[i] = Node{n.file, c}
	}
	return items, true
}

// Scalar returns a single value as written and its YAML tag ("!!str", "!!int",
// "!!bool" …), and false if n is a mapping or a list.
func (n Node) Scalar() (value, tag string, ok bool) {
	if n.n == nil || n.n.Kind != yaml.ScalarNode {
		return "", "", false
	}
	return n.n.Value, n.n.ShortTag(), true
}

// Plain reports whether n is written on one line without quotes, so that a
// column inside the value is a column of the file.
func (n Node) Plain() bool { return n.n != nil && n.n.Style == 0 }

var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)$`)

// Parse reads one document of YAML, of which JSON is a part. The list holds
// every mistake; the Node is valid only if it is empty.
func Parse(file string, data []byte) (node Node, mistakes problem.List) {
	whole := Pos{File: file}
	if len(data) > MaxBytes {
		return node, problem.List{whole.Spot("strict.too_big", len(data), MaxBytes)}
	}
	if at := invalidUTF8(data); at >= 0 {
		p := position(file, data, at)
		return node, problem.List{p.Spot("strict.utf8", data[at])}
	}
	defer func() {
		if r := recover(); r != nil { // the YAML library has panicked on hostile input before
			mistakes = problem.List{whole.Spot("strict.yaml", "unreadable")}
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return node, problem.List{whole.Spot("strict.empty")}
		}
		return node, problem.List{yamlSpot(file, err)}
	}
	var next yaml.Node
	if err := dec.Decode(&next); err == nil {
		return node, problem.List{Node{file, &next}.Pos().Spot("strict.second_document")}
	} else if !errors.Is(err, io.EOF) {
		return node, problem.List{yamlSpot(file, err)}
	}
	node = Node{file, doc.Content[0]}
	node.check(1, &mistakes)
	return node, mistakes
}

func yamlSpot(file string, err error) problem.Spot {
	m := yamlLine.FindStringSubmatch(strings.SplitN(err.Error(), "\n", 2)[0])
	p := Pos{File: file}
	if m[1] != "" {
		p.Line, _ = strconv.Atoi(m[1])
		p.Column = 1
	}
	return p.Spot("strict.yaml", m[2])
}

func invalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return -1
}

func position(file string, data []byte, at int) Pos {
	before := data[:at]
	start := bytes.LastIndexByte(before, '\n') + 1
	return Pos{file, bytes.Count(before, []byte{'\n'}) + 1, utf8.RuneCount(before[start:]) + 1}
}

// check walks the tree for what no file of ours may hold.
func (n Node) check(depth int, mistakes *problem.List) {
	report := func(at Node, key string, args ...any) {
		*mistakes = append(*mistakes, at.Pos().Spot(key, args...))
	}
	switch {
	case depth > MaxDepth:
		report(n, "strict.too_deep", MaxDepth)
		return
	case n.n.Kind == yaml.AliasNode || n.n.Anchor != "":
		report(n, "strict.anchor")
		return
	}
	seen := map[string]int{}
	for i, c := range n.n.Content {
		if Full(mistakes, n.Pos()) {
			return
		}
		child := Node{n.file, c}
		if n.n.Kind == yaml.MappingNode && i%2 == 0 {
			if c.Kind != yaml.ScalarNode {
				report(child, "strict.key")
			} else if line, ok := seen[c.Value]; ok {
				report(child, "strict.duplicate_key", c.Value, line)
			}
			seen[c.Value] = c.Line
		}
		child.check(depth+1, mistakes)
	}
}
