package strict

import (
	"strings"
	"testing"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/problem"
)

type sample struct {
	ID    String         `strict:"id"`
	Name  message.Text   `strict:"name"`
	From  day.Day        `strict:"from,optional"`
	Count int            `strict:"count,optional"`
	Share float64        `strict:"share,optional"`
	On    bool           `strict:"on,optional"`
	Tags  []string       `strict:"tags,optional"`
	More  *sample        `strict:"more,optional"`
	Map   map[string]int `strict:"map,optional"`
	Pos   Pos
}

func decode(t *testing.T, data string) (sample, problem.List) {
	t.Helper()
	var s sample
	var mistakes problem.List
	ParseInto("f.yaml", []byte(data), &s, &mistakes)
	return s, mistakes
}

func TestDecode(t *testing.T) {
	s, mistakes := decode(t, `
id: a
name: {en: A, zh: 甲}
from: 2026-01-01
count: 1_000
share: 0.5
on: true
tags: [x, "2017"]
more: {id: b, name: {en: B, zh: 乙}}
map: {k: 3}
`)
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	if s.ID.Value != "a" || s.ID.Pos != (Pos{"f.yaml", 2, 5}) || s.Name.Zh != "甲" || s.From != day.Of(2026, 1, 1) ||
		s.Count != 1000 || s.Share != 0.5 || !s.On || s.Tags[1] != "2017" || s.More.ID.Value != "b" || s.Map["k"] != 3 || s.Pos.Line != 2 {
		t.Errorf("decoded %+v", s)
	}
}

func TestMistakes(t *testing.T) {
	const ok = "id: a\nname: {en: A, zh: B}\n"
	tests := map[string]struct{ in, want string }{
		"unknown key":       {ok + "colour: red", "f.yaml:3:1: unknown key"},
		"missing key":       {"id: a", "f.yaml:1:1: missing key"},
		"missing language":  {"id: a\nname: {en: A}", "f.yaml:2:7: missing key"},
		"empty language":    {"id: a\nname: {en: A, zh: \"\"}", "f.yaml:2:19: empty"},
		"wrong bool":        {ok + "on: maybe", "f.yaml:3:5: want true or false"},
		"yes is not a bool": {ok + "on: yes", "f.yaml:3:5: want true or false"},
		"wrong int":         {ok + "count: 1.5", "f.yaml:3:8: want a whole number"},
		"int too large":     {ok + "count: 99999999999999999999", "f.yaml:3:8: want a whole number"},
		"wrong number":      {ok + "share: .inf", "f.yaml:3:8: want a number"},
		"wrong day":         {ok + "from: 2026-02-30", "f.yaml:3:7: want a day"},
		"list for text":     {"id: [a]\nname: {en: A, zh: B}", "f.yaml:1:5: want text"},
		"text for list":     {ok + "tags: x", "f.yaml:3:7: want a list"},
		"text for mapping":  {ok + "more: x", "f.yaml:3:7: want a mapping"},
		"duplicate key":     {ok + "id: b", "f.yaml:3:1: key"},
		"anchor":            {ok + "tags: &a [x]", "f.yaml:3:7: anchors"},
		"two documents":     {ok + "---\nid: b", "f.yaml:3:1: a second document"},
		"empty":             {"", "f.yaml: the file is empty"},
		"broken":            {"id: a\n  b: {", "f.yaml:2:1: not valid YAML"},
		"invalid UTF-8":     {"id: a\nname: {en: \xff}", "f.yaml:2:12: invalid UTF-8"},
		"too big":           {strings.Repeat(" ", MaxBytes+1), "f.yaml: the file has"},
		"too deep":          {ok + "tags: " + strings.Repeat("[", 40) + strings.Repeat("]", 40), "nested deeper than"},
		"control character": {"id: \"a\\e[31m\"\nname: {en: A, zh: B}", "f.yaml:1:5: control characters"},
		"hidden direction":  {"id: \"a\\u202e\"\nname: {en: A, zh: B}", "f.yaml:1:5: control characters"},
		"alias bomb":        {"a: &a [x]\nb: &b [*a,*a]\nc: &c [*b,*b]", "anchors"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, mistakes := decode(t, tt.in)
			if len(mistakes) == 0 || !strings.Contains(mistakes.Error(), tt.want) {
				t.Errorf("mistakes of %.60q:\n%v\nwant %q", tt.in, mistakes, tt.want)
			}
		})
	}
}

func TestEveryMistakeAtOnce(t *testing.T) {
	_, mistakes := decode(t, "colour: red\nname: {en: A}\non: 3\n")
	if len(mistakes) != 4 { // unknown key, missing zh, wrong bool, missing id
		t.Errorf("%d mistakes, want 4:\n%v", len(mistakes), mistakes)
	}
}

func TestJSON(t *testing.T) {
	s, mistakes := decode(t, "{\n\t\"id\": \"a\",\n\t\"name\": {\"en\": \"A\", \"zh\": \"\\u7532\"}\n}")
	if len(mistakes) > 0 || s.Name.Zh != "甲" {
		t.Errorf("JSON: %+v, %v", s, mistakes)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"id: a", "{\"a\": [1, 2]}", "a: &x [*x]", "- - - -", "\xff", "a: |\n  b\n", "? [a]\n: b", "--- a\n--- b", "%YAML 1.1\n---\n!!binary x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var s sample
		var mistakes problem.List
		ParseInto("f", data, &s, &mistakes)
		for _, m := range mistakes {
			if m.File != "f" || m.In(message.Chinese) == "" {
				t.Errorf("mistake without place or words: %+v", m)
			}
		}
	})
}
