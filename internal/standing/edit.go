package standing

import (
	"bytes"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
)

// A Document is an organization file that is being answered. Comments and the
// order of what is there stay as they are.
type Document struct {
	root yaml.Node
}

// NewDocument returns the file of an organization of which nothing is known.
func NewDocument(id string, name message.Text) *Document {
	d := &Document{root: yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode}}}}
	d.set(d.top(), "guanji", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: "1"})
	unit := mapping()
	d.set(unit, "id", text(id))
	d.set(unit, "name", bilingual(name))
	d.set(d.top(), "organization", unit)
	return d
}

// ReadDocument returns the document of a file that [org.Vocabulary.ReadFile]
// has accepted.
func ReadDocument(data []byte) (*Document, error) {
	d := &Document{}
	if err := yaml.Unmarshal(data, &d.root); err != nil || len(d.root.Content) != 1 {
		return nil, problem.New(problem.Input, "ask.unreadable")
	}
	return d, nil
}

// Bytes returns the file.
func (d *Document) Bytes() ([]byte, error) {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(&d.root); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// AddUnit adds a system or a transfer of which nothing is known to the list
// with a key, and returns its entry.
func (d *Document) AddUnit(list, id string, name message.Text) *yaml.Node {
	unit := mapping()
	d.set(unit, "id", text(id))
	d.set(unit, "name", bilingual(name))
	d.list(list).Content = append(d.list(list).Content, unit)
	return unit
}

func (d *Document) list(key string) *yaml.Node {
	n := d.value(d.top(), key)
	if n == nil || n.Kind != yaml.SequenceNode {
		n = &yaml.Node{Kind: yaml.SequenceNode}
		d.set(d.top(), key, n)
	}
	n.Style = 0
	return n
}

func (d *Document) addNotice(n org.Designation) {
	entry := mapping()
	entry.Style = yaml.FlowStyle
	d.set(entry, "notified_on", dayNode(n.NotifiedOn))
	for _, field := range []struct{ key, value string }{{"by", n.By}, {"reference", n.Reference}} {
		if field.value != "" {
			d.set(entry, field.key, text(field.value))
		}
	}
	if len(n.Systems) > 0 {
		systems := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, id := range n.Systems {
			systems.Content = append(systems.Content, text(id))
		}
		d.set(entry, "systems", systems)
	}
	if !n.WithdrawnOn.IsZero() {
		d.set(entry, "withdrawn_on", dayNode(n.WithdrawnOn))
	}
	d.list("designations").Content = append(d.list("designations").Content, entry)
}

// addFacts adds facts, in the order of the vocabulary, to an entry without any.
func (d *Document) addFacts(at *yaml.Node, v *org.Vocabulary, facts org.Facts, asked []string) {
	entry := mapping()
	for _, f := range v.Facts() {
		if f.Kind == org.Record {
			continue
		}
		if val := facts[f.Index]; val.Known() || slices.Contains(asked, f.ID) {
			entry.Content = append(entry.Content, text(f.ID), valueNode(f, val))
		}
	}
	if len(entry.Content) > 0 {
		d.set(at, "facts", entry)
	}
}

func valueNode(f *org.Fact, val org.Value) *yaml.Node {
	n := &yaml.Node{}
	_ = n.Encode(val.In(f)) // bools, numbers, texts and lists of texts always encode
	if n.Kind == yaml.SequenceNode {
		n.Style = yaml.FlowStyle
	}
	return n
}

// SetFact states a fact of the organization or of a system. An unknown value
// is written as null: asked, and not known.
func (d *Document) SetFact(subject string, f *org.Fact, val org.Value) {
	at := d.subject(subject)
	if at == nil {
		return
	}
	facts := d.value(at, "facts")
	if facts == nil || facts.Kind != yaml.MappingNode {
		facts = mapping()
		d.set(at, "facts", facts)
	}
	facts.Style = 0
	d.set(facts, f.ID, valueNode(f, val))
}

// Asked reports whether a fact stands in the file, be it as null.
func (d *Document) Asked(subject, fact string) bool {
	at := d.subject(subject)
	if at == nil {
		return false
	}
	facts := d.value(at, "facts")
	return facts != nil && d.value(facts, fact) != nil
}

// Clear removes the facts that were asked and not known, so that they are
// asked again.
func (d *Document) Clear() {
	clearNulls(d.subject(string(org.AboutOrganization)))
	if systems := d.value(d.top(), "systems"); systems != nil {
		for _, s := range systems.Content {
			clearNulls(s)
		}
	}
}

func clearNulls(unit *yaml.Node) {
	for i := 0; i+1 < len(unit.Content); i += 2 {
		if unit.Content[i].Value != "facts" {
			continue
		}
		facts := unit.Content[i+1]
		var kept []*yaml.Node
		for j := 0; j+1 < len(facts.Content); j += 2 {
			if facts.Content[j+1].ShortTag() != "!!null" {
				kept = append(kept, facts.Content[j], facts.Content[j+1])
			}
		}
		facts.Content = kept
	}
}

func (d *Document) top() *yaml.Node { return d.root.Content[0] }

// subject returns the mapping that holds the facts of a subject: the top for
// the organization, else the entry of the system.
func (d *Document) subject(id string) *yaml.Node {
	if id == string(org.AboutOrganization) {
		return d.top()
	}
	if systems := d.value(d.top(), "systems"); systems != nil {
		for _, s := range systems.Content {
			if v := d.value(s, "id"); v != nil && v.Value == id {
				return s
			}
		}
	}
	return nil
}

func (d *Document) value(m *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}

func (d *Document) set(m *yaml.Node, key string, v *yaml.Node) {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			m.Content[i+1] = v
			return
		}
	}
	m.Content = append(m.Content, text(key), v)
}

func mapping() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode} }

// text returns a text. One of several lines is quoted: as a block it would lose
// a tab at its beginning.
func text(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	if n.Style == yaml.LiteralStyle {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

func dayNode(d fmt.Stringer) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!timestamp", Value: d.String()}
}

func bilingual(t message.Text) *yaml.Node {
	m := mapping()
	m.Style = yaml.FlowStyle
	m.Content = []*yaml.Node{text("en"), text(t.En), text("zh"), text(t.Zh)}
	return m
}
