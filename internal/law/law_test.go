package law

import (
	"strings"
	"testing"
	"testing/fstest"

	"guanji/internal/day"
	"guanji/internal/problem"
)

const sources = "sources: [{id: S, kind: mirror, url: 'https://example.invalid/law'}]\n"

const sampleLaw = `
id: ABC
title: {en: A law, zh: 某法}
issuer: {en: Someone, zh: 某机关}
force: law
versions:
  - {id: old, from: 2017-06-01, until: 2025-12-31}
  - {id: new, from: 2026-01-01}
sources: [S]
confidence: verified
provisions:
  - id: ABC-23(3)
    kind: retention
    topic: {en: Keep logs, zh: 留存日志}
    in:
      - {version: old, article: "21(3)"}
      - {version: new, article: "23(3)"}
    quote: 留存日志不少于六个月
    paraphrase: {en: keep logs six months}
    sources: [S]
    confidence: verified
  - id: ABC-61
    kind: penalty
    topic: {en: Fines, zh: 罚款}
    in:
      - {version: old, article: "59", confidence: single, penalty: {en: a warning, zh: 警告}}
      - {version: new, article: "61"}
    quote: 处罚款
    paraphrase: {en: fined}
    penalty: {en: a fine, zh: 罚款}
    sources: [S]
    confidence: verified
  - id: ABC-63
    kind: duty_continuous
    topic: {en: New, zh: 新增}
    in: [{version: new, article: "63"}]
    paraphrase: {en: something new, zh: 新的要求}
    sources: [S]
    confidence: single
  - id: ABC-OLD-66
    kind: information
    topic: {en: Gone, zh: 删除}
    in: [{version: old, article: "66"}]
    paraphrase: {en: something gone, zh: 已删除}
    sources: [S]
    confidence: single
  - id: ABC-70
    kind: scope
    topic: {en: Same, zh: 不变}
    article: "70-72"
    paraphrase: {en: the same, zh: 不变}
    sources: [S]
    confidence: single
`

func read(t *testing.T, instrument string) (*Library, problem.List) {
	t.Helper()
	var mistakes problem.List
	l := Read(fstest.MapFS{"sources.yaml": {Data: []byte(sources)}, "instruments/ABC.yaml": {Data: []byte(instrument)}}, &mistakes)
	return l, mistakes
}

func sample(t *testing.T) *Library {
	t.Helper()
	l, mistakes := read(t, sampleLaw)
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	return l
}

func TestTheNumberOfTheDay(t *testing.T) {
	l := sample(t)
	tests := map[string]struct {
		id   string
		on   day.Day
		want string // "" where nothing is in force
	}{
		"old number on its last day":  {"ABC-23(3)", day.Of(2025, 12, 31), "ABC-21(3)"},
		"new number on its first day": {"ABC-23(3)", day.Of(2026, 1, 1), "ABC-23(3)"},
		"before the law":              {"ABC-23(3)", day.Of(2017, 5, 31), ""},
		"new article before it began": {"ABC-63", day.Of(2025, 12, 31), ""},
		"old article after it ended":  {"ABC-OLD-66", day.Of(2026, 1, 1), ""},
		"old article while in force":  {"ABC-OLD-66", day.Of(2025, 1, 1), "ABC-66"},
		"same number in all versions": {"ABC-70", day.Of(2020, 1, 1), "ABC-70"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w, ok := l.Provision(tt.id).On(tt.on)
			if w.ID != tt.want || ok != (tt.want != "") {
				t.Errorf("%s on %s = %q, %v; want %q", tt.id, tt.on, w.ID, ok, tt.want)
			}
		})
	}
}

func TestAmountsOfTheDay(t *testing.T) {
	p := sample(t).Provision("ABC-61")
	before, _ := p.On(day.Of(2025, 12, 31))
	after, _ := p.On(day.Of(2026, 1, 1))
	if before.Penalty.En != "a warning" || before.Confidence != Single || after.Penalty.En != "a fine" || after.Confidence != Verified {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

func TestAQuotationOfOneVersionOnly(t *testing.T) {
	l, mistakes := read(t, strings.Replace(sampleLaw, `{version: old, article: "21(3)"}`,
		`{version: old, article: "21(3)", unquoted: true, paraphrase: {en: keep logs, zh: 留存日志}}`, 1))
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	before, _ := l.Provision("ABC-23(3)").On(day.Of(2025, 1, 1))
	after, _ := l.Provision("ABC-23(3)").On(day.Of(2026, 1, 1))
	if before.Quote != "" || before.Text().Zh != "留存日志" || after.Quote == "" {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

func TestFindAndSearch(t *testing.T) {
	l := sample(t)
	ids := func(list []*Provision) string {
		var out []string
		for _, p := range list {
			out = append(out, p.ID.Value)
		}
		return strings.Join(out, " ")
	}
	for in, want := range map[string]string{"ABC-23": "ABC-23(3)", "ABC-21": "ABC-23(3)", "abc-59": "ABC-61", "ABC-2": "", "ABC-99": ""} {
		if got := ids(l.Find(in)); got != want {
			t.Errorf("Find(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"日志": "ABC-23(3)", "KEEP six": "ABC-23(3)", "keep nothing": "", "": "", "罚款": "ABC-61"} {
		if got := ids(l.Search(in)); got != want {
			t.Errorf("Search(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDiff(t *testing.T) {
	var got []string
	for _, c := range sample(t).Diff(day.Of(2025, 12, 31), day.Of(2026, 1, 1)) {
		got = append(got, string(c.Kind)+" "+c.ID.Value)
	}
	want := "renumbered ABC-23(3), amended ABC-61, starts ABC-63, ends ABC-OLD-66"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("Diff = %s, want %s", s, want)
	}
	if c := sample(t).Diff(day.Of(2026, 1, 1), day.Of(2026, 6, 1)); len(c) > 0 {
		t.Errorf("nothing changes within a version, got %v", c)
	}
}

func TestMistakes(t *testing.T) {
	change := func(old, new string) string { return strings.Replace(sampleLaw, old, new, 1) }
	tests := map[string]struct{ in, want string }{
		"gap":             {change("until: 2025-12-31", "until: 2025-12-30"), "leave a gap"},
		"overlap":         {change("from: 2026-01-01", "from: 2025-12-31"), "overlap"},
		"open":            {change(", until: 2025-12-31", ""), "open towards each other"},
		"backwards":       {change("until: 2025-12-31", "until: 2016-12-31"), "ends before it begins"},
		"no such version": {change("{version: old, article: \"21(3)\"}", "{version: older, article: \"21(3)\"}"), "is no version of ABC"},
		"wrong order":     {change("      - {version: old, article: \"21(3)\"}\n      - {version: new, article: \"23(3)\"}", "      - {version: new, article: \"23(3)\"}\n      - {version: old, article: \"21(3)\"}"), "does not follow"},
		"wrong id":        {change("ABC-23(3)", "ABC-24(3)"), "does not agree with its newest number"},
		"duplicate id":    {change("id: ABC-63", "id: ABC-61"), "stands already"},
		"no source":       {change("sources: [S]\nconfidence: verified\nprov", "sources: [T]\nconfidence: verified\nprov"), `no source "T"`},
		"bad force":       {change("force: law", "force: custom"), `"custom" is not allowed`},
		"bad kind":        {change("kind: retention", "kind: duty"), `"duty" is not allowed`},
		"bad confidence":  {change("confidence: verified\nprov", "confidence: sure\nprov"), `"sure" is not allowed`},
		"no Chinese":      {change(", zh: 新的要求", ""), "neither a quotation nor a Chinese paraphrase"},
		"no amounts":      {change("    penalty: {en: a fine, zh: 罚款}\n", ""), "has no amounts"},
		"article and in":  {change("    article: \"70-72\"\n", "    article: \"70-72\"\n    in: [{version: new, article: \"70\"}]\n"), "either `article` or `in`"},
		"one language":    {change("title: {en: A law, zh: 某法}", "title: {en: A law}"), `missing key "zh"`},
		"unknown key":     {change("force: law", "force: law\ncolour: red"), `unknown key "colour"`},
		"file name":       {change("id: ABC\n", "id: ABD\n"), "must agree"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, mistakes := read(t, tt.in)
			if !strings.Contains(mistakes.Error(), tt.want) || !strings.Contains(mistakes.Error(), "instruments/ABC.yaml:") {
				t.Errorf("mistakes:\n%v\nwant %q with a place", mistakes, tt.want)
			}
		})
	}
}
