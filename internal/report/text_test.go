package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"guanji/internal/message"
)

func TestWrap(t *testing.T) {
	tests := map[string]struct {
		in   string
		n    int
		want []string
	}{
		"short":                     {"a short line", 40, []string{"a short line"}},
		"empty":                     {"", 40, []string{""}},
		"words":                     {"one two three four five six", 20, []string{"one two three four", "five six"}},
		"a word too long":           {"aaaaaaaaaaaaaaaaaaaaaaaaaaaa bb", 20, []string{"aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bb"}},
		"wide characters":           {"网络日志应当留存不少于六个月", 20, []string{"网络日志应当留存不少", "于六个月"}},
		"punctuation starts nobody": {"网络日志应当留存不少，于六个月", 20, []string{"网络日志应当留存不", "少，于六个月"}},
		"opening ends nobody":       {"网络日志应当按照规定《办法》留存", 20, []string{"网络日志应当按照规定", "《办法》留存"}},
		"opening stays":             {"网络日志应当按照规《办法》留存", 20, []string{"网络日志应当按照规", "《办法》留存"}},
		"narrow opening":            {"网络日志应当按照规a“办法”留存", 20, []string{"网络日志应当按照规", "a“办法”留存"}},
		"opening twice":             {"网络日志应当按照（《办法》）留存", 20, []string{"网络日志应当按照", "（《办法》）留存"}},
		"opening and closing":       {"网络日志应当按照规（）留存", 20, []string{"网络日志应当按照规", "（）留存"}},
		"both":                      {"日志 CSL-23(3) 不少于六个月", 20, []string{"日志 CSL-23(3) 不少", "于六个月"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := wrap(tt.in, tt.n); !slices.Equal(got, tt.want) {
				t.Errorf("wrap = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestPadCountsColumns(t *testing.T) {
	if got := pad("日志", 6) + "|"; got != "日志  |" {
		t.Errorf("pad = %q", got)
	}
}

func TestPeriods(t *testing.T) {
	p := printer{lang: message.English}
	for iso, want := range map[string]string{"P1Y": "one year", "P6M": "6 months", "P30D": "30 days", "PT24H": "24 hours", "PT1H": "one hour", "PT30M": "30 minutes"} {
		if got := p.period(iso); got != want {
			t.Errorf("period(%s) = %q, want %q", iso, got, want)
		}
	}
}

func TestJSONKeepsChinese(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, map[string]any{"b": "日志 <&>", "a": 1}); err != nil {
		t.Fatal(err)
	}
	if want := "{\n  \"a\": 1,\n  \"b\": \"日志 <&>\"\n}\n"; b.String() != want {
		t.Errorf("JSON = %q, want %q", b.String(), want)
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("网络日志，six months。", 20)
	f.Add("", 0)
	f.Fuzz(func(t *testing.T, s string, n int) {
		if !utf8.ValidString(s) {
			return
		}
		got := strings.Join(wrap(s, n), "")
		if strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(s, " ", "") {
			t.Errorf("wrap lost something of %q: %q", s, got)
		}
	})
}
