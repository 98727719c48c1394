package message

import (
	"regexp"
	"slices"
	"testing"
)

var verb = regexp.MustCompile(`%(?:\[(\d)\])?[-+# 0]*\d*(?:\.\d+)?[a-zA-Z%]`)

// verbs returns the formatting verbs of a message in the order of their arguments.
func verbs(format string) []string {
	var out []string
	for _, v := range verb.FindAllStringSubmatch(format, -1) {
		if v[0] == "%%" {
			continue
		}
		out = append(out, v[1]+v[0][len(v[0])-1:])
	}
	if slices.ContainsFunc(out, func(s string) bool { return len(s) > 1 }) {
		slices.Sort(out) // explicit argument numbers may come in any order
	}
	return out
}

func TestCataloguesAgree(t *testing.T) {
	en, zh := Catalogue(English), Catalogue(Chinese)
	for key, format := range en {
		other, ok := zh[key]
		switch {
		case !ok:
			t.Errorf("zh lacks %q", key)
		case format == "" || other == "":
			t.Errorf("%q is empty", key)
		case !sameArgs(verbs(format), verbs(other)):
			t.Errorf("%q: verbs differ: en %v, zh %v", key, verbs(format), verbs(other))
		}
	}
	for key := range zh {
		if _, ok := en[key]; !ok {
			t.Errorf("en lacks %q", key)
		}
	}
}

func sameArgs(a, b []string) bool {
	strip := func(in []string) []string {
		var out []string
		for i, s := range in {
			if len(s) == 1 {
				s = string(rune('1'+i)) + s
			}
			out = append(out, s)
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(strip(a), strip(b))
}

func TestM(t *testing.T) {
	inner := Text{En: "yes", Zh: "是"}
	m := New("no.such.key", 3, inner)
	if got := m.In(Chinese); got != "no.such.key 3 是" {
		t.Errorf("In(zh) = %q", got)
	}
	if got := New("no.such.key").In(English); got != "no.such.key" {
		t.Errorf("In(en) = %q", got)
	}
}

func TestFromLocale(t *testing.T) {
	for locale, want := range map[string]Lang{"zh_CN.UTF-8": Chinese, "zh": Chinese, "en_US.UTF-8": English, "": English, "C": English} {
		if got := FromLocale(locale); got != want {
			t.Errorf("FromLocale(%q) = %s, want %s", locale, got, want)
		}
	}
}
