package main

import (
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// TestSchema holds the JSON Schema to what the program reads: the examples
// pass, and what the program refuses for its shape does not.
func TestSchema(t *testing.T) {
	_, out, _ := call(t, "C", "", "schema", "organization")
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("organization.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("organization.json")
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
	for _, file := range exampleFiles(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(string(data)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	for name, text := range map[string]string{
		"unknown fact": nobody + "facts: {org.sector: [finance]}", "wrong type": nobody + "facts: {pi.individuals: many}", "out of range": nobody + "facts: {pi.individuals: -1}",
		"no such value": nobody + "facts: {org.sectors: [banking]}", "other subject": nobody + "facts: {sys.kind: platform}", "one language": "guanji: 1\norganization: {id: a, name: {en: A}}",
		"version": strings.Replace(nobody, "guanji: 1", "guanji: 2", 1), "unknown key": nobody + "fact: {}", "value twice": nobody + "facts: {org.sectors: [water, water]}",
	} {
		if err := validate(text); err == nil {
			t.Errorf("%s passes the schema", name)
		}
		if code, _, _ := call(t, "C", text, "assess", "-"); code != exitUsage {
			t.Errorf("%s: the program exits %d", name, code)
		}
	}
}

// plain turns days, which YAML reads as times, back into text.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case interface{ Format(string) string }:
		return v.Format("2006-01-02")
	}
	return v
}
