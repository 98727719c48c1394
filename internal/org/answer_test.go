package org

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"guanji/internal/message"
)

// answers are facts of every kind that is asked.
func answers() map[Kind]*Fact {
	limit := func(x float64) *float64 { return &x }
	options := []Option{{ID: "a"}, {ID: "b"}, {ID: "c"}}
	return map[Kind]*Fact{
		Bool:   {ID: "bool", Kind: Bool},
		Int:    {ID: "int", Kind: Int, Min: limit(0)},
		Number: {ID: "number", Kind: Number, Min: limit(-1), Max: limit(1e13)},
		Enum:   {ID: "enum", Kind: Enum, Values: options},
		Set:    {ID: "set", Kind: Set, Values: options},
	}
}

func TestParse(t *testing.T) {
	const wrong, outside = "wrong", "outside"
	tests := []struct {
		kind  Kind
		texts []string
		want  any // as Value.In gives it, or wrong or outside
	}{
		{Bool, []string{"yes"}, true}, {Bool, []string{" Y "}, true}, {Bool, []string{"是"}, true}, {Bool, []string{"ＴＲＵＥ"}, true},
		{Bool, []string{"no"}, false}, {Bool, []string{"否"}, false}, {Bool, []string{"", "n"}, false},
		{Bool, []string{"1"}, wrong}, {Bool, []string{"maybe"}, wrong}, {Bool, []string{""}, wrong}, {Bool, nil, wrong}, {Bool, []string{"yes", "no"}, wrong},

		{Int, []string{"0"}, int64(0)}, {Int, []string{"1,200,000"}, int64(1_200_000)}, {Int, []string{"1 200 000"}, int64(1_200_000)},
		{Int, []string{"１２０万"}, int64(1_200_000)}, {Int, []string{"1.2万"}, int64(12_000)}, {Int, []string{"0.3亿"}, int64(30_000_000)},
		{Int, []string{"1亿"}, int64(100_000_000)}, {Int, []string{"1万亿"}, int64(1_000_000_000_000)}, {Int, []string{"3 亿"}, int64(300_000_000)},
		{Int, []string{"1e3"}, int64(1000)}, {Int, []string{"+5"}, int64(5)}, {Int, []string{"9223372036854775807"}, int64(math.MaxInt64)},
		{Int, []string{"9007199254740993"}, int64(9007199254740993)}, // more than a float64 can tell apart
		{Int, []string{"1.5"}, wrong}, {Int, []string{"0.00001万"}, wrong}, {Int, []string{"亿"}, wrong}, {Int, []string{"亿万"}, wrong}, {Int, []string{"1亿万"}, wrong},
		{Int, []string{"9223372036854775808"}, wrong}, {Int, []string{"1e300"}, wrong}, {Int, []string{"many"}, wrong}, {Int, []string{"0x10"}, wrong},
		{Int, []string{"inf"}, wrong}, {Int, []string{"NaN"}, wrong}, {Int, []string{"1", "2"}, wrong}, {Int, []string{"-1"}, outside}, {Int, []string{"-1万"}, outside},

		{Number, []string{"0.3"}, 0.3}, {Number, []string{"3"}, 3.0}, {Number, []string{"-1"}, -1.0}, {Number, []string{"2.5万"}, 25_000.0}, {Number, []string{"1万亿"}, 1e12},
		{Number, []string{"-1.5"}, outside}, {Number, []string{"99万亿"}, outside}, {Number, []string{"1e999"}, wrong}, {Number, []string{"0x1p-2"}, wrong},
		{Number, []string{"-inf"}, wrong}, {Number, []string{"nan"}, wrong}, {Number, []string{"1.2.3"}, wrong},

		{Enum, []string{"b"}, "b"}, {Enum, []string{" ｃ "}, "c"}, {Enum, []string{"d"}, wrong}, {Enum, []string{"a", "b"}, wrong}, {Enum, []string{""}, wrong},

		{Set, []string{"c", "a"}, []string{"a", "c"}}, {Set, nil, []string{}}, {Set, []string{"", " "}, []string{}},
		{Set, []string{"a", "a"}, wrong}, {Set, []string{"a", "d"}, wrong}, {Set, []string{"a,b"}, wrong},
	}
	for _, tt := range tests {
		f := answers()[tt.kind]
		val, m := f.Parse(tt.texts...)
		key := ""
		switch tt.want {
		case wrong:
			key = "answer." + f.Kind.String()
		case outside:
			key = "answer.range"
		}
		switch {
		case key == "" && (m != nil || !same(val.In(f), tt.want)):
			t.Errorf("Parse of %s %q = %v, %v; want %v", f.ID, tt.texts, val.In(f), m, tt.want)
		case key != "" && (m == nil || m.Key != key || val != Value{}):
			t.Errorf("Parse of %s %q = %v, %v; want nothing, and %s", f.ID, tt.texts, val, m, key)
		}
		if m == nil {
			continue
		}
		for _, l := range message.Languages() {
			if strings.HasPrefix(m.In(l), "answer.") {
				t.Errorf("%s has no words in %s", m.Key, l)
			}
		}
	}
}

func same(a, b any) bool {
	if x, ok := a.([]string); ok {
		y, ok := b.([]string)
		return ok && slices.Equal(x, y)
	}
	return a == b
}

func TestFromJSON(t *testing.T) {
	const wrong = "wrong"
	tests := map[Kind]map[string]any{
		Bool: {"true": true, " false ": false, "null": nil, `"true"`: wrong, "1": wrong, "[]": wrong, "{}": wrong, "": wrong, "tru": wrong, "true]": wrong, "true}": wrong, "true false": wrong, "true,": wrong},
		Int: {"0": int64(0), "9223372036854775807": int64(math.MaxInt64), "null": nil, "-1": wrong, "1.5": wrong, "1.0": wrong, "1e2": wrong, "9223372036854775808": wrong,
			`"1"`: wrong, "true": wrong, "01": wrong, "NaN": wrong, "1 2": wrong, "1]": wrong},
		Number: {"0.3": 0.3, "3": 3.0, "1e2": 100.0, "null": nil, "-2": wrong, "1e14": wrong, "1e999": wrong, `"0.3"`: wrong, "false": wrong},
		Enum:   {`"b"`: "b", "null": nil, `"d"`: wrong, `""`: wrong, "0": wrong, `["b"]`: wrong, "true": wrong, "\"\xff\"": wrong},
		Set:    {`["c","a"]`: []string{"a", "c"}, "[]": []string{}, "null": nil, `["a","a"]`: wrong, `["d"]`: wrong, "[1]": wrong, "[null]": wrong, `[["a"]]`: wrong, `"a"`: wrong, `{"a":1}`: wrong, "3": wrong},
	}
	for kind, table := range tests {
		f := answers()[kind]
		for in, want := range table {
			val, ok := f.FromJSON([]byte(in))
			switch {
			case want == wrong && (ok || val != Value{}):
				t.Errorf("%s: FromJSON(%s) = %v, %v; want nothing", f.ID, in, val, ok)
			case want != wrong && (!ok || !same(val.In(f), want)):
				t.Errorf("%s: FromJSON(%s) = %v, %v; want %v", f.ID, in, val.In(f), ok, want)
			}
		}
	}
}

// FuzzParse gives the same text to facts of every kind. What is accepted is in
// range, and is the same again once written as JSON and read.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "yes", "否", "1,200,000", "１２０万", "0.3亿", "1万亿", "-1", "1e999", "nan", "0x1p4", "a", "c", "\xff", "9223372036854775807", "1_0'0 0"} {
		f.Add(seed, "b")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, fact := range answers() {
			for _, texts := range [][]string{{a}, {a, b}} {
				val, m := fact.Parse(texts...)
				if (m == nil) == (val == Value{}) {
					t.Fatalf("%s: Parse(%q) = %v, %v", fact.ID, texts, val, m)
				}
				if m != nil {
					continue
				}
				data, err := json.Marshal(val.In(fact))
				if err != nil {
					t.Fatalf("%s: Parse(%q) = %v, which does not encode: %v", fact.ID, texts, val, err)
				}
				if back, ok := fact.FromJSON(data); !ok || back != val {
					t.Fatalf("%s: Parse(%q) = %v, read back as %v, %v", fact.ID, texts, val, back, ok)
				}
			}
			val, ok := fact.FromJSON([]byte(a))
			if !ok && val != (Value{}) {
				t.Fatalf("%s: FromJSON(%q) = %v, false", fact.ID, a, val)
			}
		}
	})
}
