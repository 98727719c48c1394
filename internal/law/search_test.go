package law_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"guanji/internal/law"
)

func ids(list []*law.Provision) []string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = p.ID.Value
	}
	return out
}

// TestSearchAsAReaderAsks searches the real law in the ways in which people
// write numbers and names.
func TestSearchAsAReaderAsks(t *testing.T) {
	csl23 := []string{"CSL-23", "CSL-23(1)", "CSL-23(2)", "CSL-23(3)", "CSL-23(4)"}
	tests := map[string][]string{ // what comes first
		"网络安全法 第二十三条":                  csl23,
		"网络安全法第二十三条":                   csl23,
		"《网络安全法》第二十三条":                 csl23,
		"网安法 23条":                      csl23,
		"网安法第２３条":                      csl23,
		"CSL 23":                       csl23,
		"csl art. 23":                  csl23,
		"CSL-23":                       csl23,
		"Cybersecurity Law article 23": csl23,
		"CSL-21":                       csl23, // its number until 2025
		"网安法 二十一条":                     csl23,
		"网安法第二十三条第（三）项":                {"CSL-23(3)", "CSL-23"},
		"网安法第二十三条第三项":                  {"CSL-23(3)", "CSL-23"},
		"CSL 23(3)":                    {"CSL-23(3)"},
		"CSL-23(3)":                    {"CSL-23(3)"},
		"网安法第六十一条第一款":                  {"CSL-61(1)"},
		"网安法第七十一条第一款第三项":               {"CSL-71(1)(3)"},
		"网安法第七十一条第三项":                  {"CSL-71(1)(3)"},
		"关保条例 第十条":                     {"CIIR-10"},
		"关保条例 27条":                     {"CIIR-26"}, // 26-28 as one
		"个保法 第四十条":                     {"PIPL-40"},
		"GB/T39204":                    {"GBT39204-scope"},
		"gb/t 39204 7.4":               {"GBT39204-7.4"},
		"ＣＳＬ－２３（３）":                    {"CSL-23(3)"},
	}
	l := real(t)
	for text, want := range tests {
		got := ids(l.Search(text))
		if !slices.Equal(got[:min(len(got), len(want))], want) {
			t.Errorf("Search(%q) = %q, want first %q", text, got, want)
		}
	}
}

// TestSearchByName finds everything of the instruments that a name means,
// before what only mentions it.
func TestSearchByName(t *testing.T) {
	tests := map[string][]string{
		"网络安全法": {"CSL"}, "网安法": {"CSL"}, "关保条例": {"CIIR"}, "个保法": {"PIPL"}, "数安法": {"DSL"}, "网数条例": {"NDSMR"}, "密码法": {"CRYPTO"},
		"等保": {"GBT22239", "GBT22240", "MLPS2007", "MLPS2025"}, "等保2.0": {"GBT22239", "GBT22240"}, "Cybersecurity Law": {"CSL"}, "PIPL": {"PIPL"},
	}
	l := real(t)
	for text, instruments := range tests {
		got := l.Search(text)
		var want int
		for _, id := range instruments {
			want += len(l.Instrument(id).Provisions)
		}
		if len(got) < want {
			t.Errorf("Search(%q) finds %d, want %d or more", text, len(got), want)
			continue
		}
		for _, id := range instruments {
			if !slices.ContainsFunc(got[:want], func(p *law.Provision) bool { return p.Instrument.ID.Value == id }) {
				t.Errorf("Search(%q) = %q, want %s first", text, ids(got), id)
			}
		}
	}
}

// TestSearchByNumber finds every article with a number before those that
// mention one.
func TestSearchByNumber(t *testing.T) {
	l := real(t)
	want := ids(l.Search("第23条"))
	if len(want) < 6 {
		t.Fatalf("第23条 finds %q", want)
	}
	for _, text := range []string{"第二十三条", "第２３条", "23条", "Article 23", "article23", "Art. 23", "art 23", "ART.23"} {
		if got := ids(l.Search(text)); !slices.Equal(got, want) {
			t.Errorf("Search(%q) = %q, want %q", text, got, want)
		}
	}
	mentions := false
	for _, p := range l.Search("第23条") {
		bears := slices.ContainsFunc(p.Wordings(), func(w law.Wording) bool {
			return w.Article == "23" || strings.HasPrefix(w.Article, "23(")
		})
		if bears && mentions {
			t.Errorf("%s bears the number and comes after what mentions it", p.ID.Value)
		}
		mentions = mentions || !bears
	}
	if !mentions {
		t.Error("nothing that mentions article 23 is found")
	}
}

func TestSearchFindsNothing(t *testing.T) {
	l := real(t)
	for _, text := range []string{"", " \t　", "《》", "网安法 第九百条", "no such words at all"} {
		if got := l.Search(text); len(got) > 0 {
			t.Errorf("Search(%q) = %q", text, ids(got))
		}
	}
}

// FuzzSearch holds that no text panics, that a provision is found once, that
// width and case do not matter, and that plain words are in what is found.
func FuzzSearch(f *testing.F) {
	l := real(f)
	f.Fuzz(func(t *testing.T, text string) {
		found := ids(l.Search(text))
		if sorted := slices.Sorted(slices.Values(found)); len(slices.Compact(sorted)) != len(found) {
			t.Errorf("Search(%q) finds something twice: %q", text, found)
		}
		if folded := ids(l.Search(norm.NFKC.String(text))); !slices.Equal(found, folded) {
			t.Errorf("Search(%q) = %q, and folded %q", text, found, folded)
		}
		for _, id := range found {
			for _, word := range strings.Fields(text) {
				if plain(word) && !strings.Contains(everything(l.Provision(id)), strings.ToLower(word)) {
					t.Errorf("Search(%q) finds %s, which lacks %q", text, id, word)
				}
			}
		}
	})
}

// plain reports whether a word is no number, and cannot be part of one.
func plain(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool { return r < 'A' || r > 'z' || r > 'Z' && r < 'a' }) && !strings.Contains(strings.ToLower(word), "art")
}

// everything is what a search may look in.
func everything(p *law.Provision) string {
	i := p.Instrument
	parts := append([]string{i.ID.Value, i.Title.En, i.Short.En, p.Topic.En, p.Topic.Zh, i.Title.Zh}, i.Aliases...)
	for _, w := range p.Wordings() {
		parts = append(parts, w.ID, w.Quote, w.Paraphrase.En, w.Paraphrase.Zh, w.Penalty.En, w.Penalty.Zh)
	}
	return strings.ToLower(norm.NFKC.String(strings.Join(parts, "\n")))
}
