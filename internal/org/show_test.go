package org

import (
	"strings"
	"testing"
	"unicode/utf8"

	"guanji/internal/message"
)

func TestShow(t *testing.T) {
	v := vocabulary(t)
	tests := map[string]struct {
		fact   string
		value  any
		en, zh string
	}{
		"yes":             {"pi.sensitive", true, "yes", "是"},
		"no":              {"pi.sensitive", false, "no", "否"},
		"not known":       {"pi.sensitive", nil, "not known", "不清楚"},
		"zero":            {"pi.individuals", int64(0), "0", "0"},
		"hundreds":        {"pi.individuals", int64(999), "999", "999"},
		"thousands":       {"pi.individuals", int64(1_000), "1,000", "1,000"},
		"millions":        {"pi.individuals", int64(1_200_000), "1,200,000", "1,200,000"},
		"below zero":      {"pi.individuals", int64(-100_000), "-100,000", "-100,000"},
		"of JSON":         {"pi.individuals", 1.2e6, "1,200,000", "1,200,000"},
		"share":           {"sys.impact.prefecture_share", 0.25, "0.25", "0.25"},
		"computed":        {"sys.impact.prefecture_share", 0.1 + 0.2, "0.3", "0.3"},
		"with fraction":   {"sys.impact.prefecture_share", 12345.678, "12,345.678", "12,345.678"},
		"choice":          {"transfer.purpose", "hr", "Managing employees across borders", "跨境人力资源管理"},
		"no such choice":  {"transfer.purpose", "gone", "gone", "gone"},
		"none":            {"org.sectors", []string{}, "none of them", "均不属于"},
		"one":             {"org.sectors", []string{"finance"}, "Finance", "金融"},
		"several":         {"org.sectors", []string{"finance", "energy", "gone"}, "Finance, Energy, gone", "金融、能源、gone"},
		"of another kind": {"org.sectors", 7, "7", "7"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := v.Fact(tt.fact).Show(tt.value); got != (message.Text{En: tt.en, Zh: tt.zh}) {
				t.Errorf("Show(%v) = %+v, want %q, %q", tt.value, got, tt.en, tt.zh)
			}
		})
	}
}

// TestLabels holds the labels of the content to what lists and sentences need:
// short, no question, and one fact of a subject told from the others.
func TestLabels(t *testing.T) {
	v := vocabulary(t)
	seen := map[string]string{}
	check := func(f *Fact) {
		for text, most := range map[string]int{f.Label.En: 40, f.Label.Zh: 16} {
			if n := utf8.RuneCountInString(text); n > most || strings.ContainsAny(text, "?？.。") || strings.TrimSpace(text) != text {
				t.Errorf("%s: the label %q has %d characters, at most %d, or other faults", f.ID, text, n, most)
			}
			key := string(f.Subject) + " " + text
			if seen[key] != "" {
				t.Errorf("%s and %s have the label %q", seen[key], f.ID, text)
			}
			seen[key] = f.ID
		}
	}
	for _, f := range v.Facts() {
		check(f)
		for _, field := range f.Fields {
			check(field)
		}
	}
}
