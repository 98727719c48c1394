package web

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/regime"
)

func vocabulary(t testing.TB) *org.Vocabulary {
	t.Helper()
	set, err := regime.Load(os.DirFS("../../content"))
	if err != nil {
		t.Fatal(err)
	}
	return set.Vocabulary
}

func TestReadAnswer(t *testing.T) {
	v := vocabulary(t)
	for name, tt := range map[string]struct {
		fact    string
		answers []string
		number  string
		want    string // "" for a mistake
	}{
		"yes":                  {"pi.sensitive", []string{"yes"}, "", "true"},
		"not known":            {"pi.sensitive", []string{"?"}, "", "null"},
		"nothing":              {"pi.sensitive", nil, "", ""},
		"yes and no":           {"pi.sensitive", []string{"yes", "no"}, "", ""},
		"number":               {"pi.individuals", nil, "1,200,000", "1200000"},
		"number in words":      {"pi.individuals", nil, "１２０万", "1200000"},
		"number and not known": {"pi.individuals", []string{"?"}, "5", ""},
		"number not known":     {"pi.individuals", []string{"?"}, " ", "null"},
		"no number":            {"pi.individuals", nil, "", ""},
		"half a person":        {"pi.individuals", nil, "0.5", ""},
		"share":                {"sys.impact.prefecture_share", nil, "0.3", "0.3"},
		"share above all":      {"sys.impact.prefecture_share", nil, "1.1", ""},
		"choice":               {"sys.kind", []string{"website"}, "", `"website"`},
		"no such choice":       {"sys.kind", []string{"webside"}, "", ""},
		"several":              {"org.sectors", []string{"health", "finance"}, "", `["finance","health"]`},
		"none of them":         {"org.sectors", []string{"-"}, "", "[]"},
		"none and one":         {"org.sectors", []string{"-", "finance"}, "", ""},
		"nothing chosen":       {"org.sectors", nil, "", ""},
		"an empty choice":      {"org.sectors", []string{""}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, wrong := readAnswer(v.Fact(tt.fact), tt.answers, tt.number)
			if string(got) != tt.want || (wrong == nil) != (tt.want != "") {
				t.Errorf("readAnswer(%s, %q, %q) = %s, %v; want %q", tt.fact, tt.answers, tt.number, got, wrong, tt.want)
			}
		})
	}
}

// FuzzReadAnswer fails if what a form sends is taken for a value that its fact
// cannot have, or if the control cannot show it again.
func FuzzReadAnswer(f *testing.F) {
	v := vocabulary(f)
	facts := v.Facts()
	for _, seed := range []string{"yes", "?", "-", "finance\nhealth", "1200万", "1e400", "-\nfinance", "\x00", "０．３", "NaN", "9223372036854775808"} {
		f.Add(uint8(3), seed, seed)
		f.Add(uint8(20), seed, "")
	}
	f.Fuzz(func(t *testing.T, which uint8, answers, number string) {
		fact := facts[int(which)%len(facts)]
		if fact.Kind == org.Record {
			return
		}
		var list []string
		if answers != "" {
			list = strings.Split(answers, "\n")
		}
		in := words{message.Chinese}.input(fact)
		in.posted(list, number)
		value, wrong := readAnswer(fact, list, number)
		if wrong != nil {
			if wrong.In(message.English) == "" || wrong.In(message.Chinese) == "" {
				t.Errorf("no words for what is wrong with %q, %q", answers, number)
			}
			return
		}
		val, ok := fact.FromJSON(value)
		if !ok {
			t.Fatalf("%s took %q, %q for %s, which is no value of it", fact.ID, answers, number, value)
		}
		again := words{message.Chinese}.input(fact)
		again.fill(fact, val)
		if !utf8.ValidString(fact.Show(val.In(fact)).Zh) {
			t.Errorf("%s shows %s as no text", fact.ID, value)
		}
	})
}
