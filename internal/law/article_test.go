package law

import "testing"

func TestNumeralsComeBack(t *testing.T) {
	for n := range 1000 {
		if got, ok := readNumeral(chineseNumeral(n)); !ok || got != n {
			t.Errorf("%d is written %s, which reads as %d, %v", n, chineseNumeral(n), got, ok)
		}
	}
}

func TestChineseNumeral(t *testing.T) {
	for n, want := range map[int]string{
		0: "零", 3: "三", 10: "十", 11: "十一", 20: "二十", 23: "二十三", 100: "一百", 105: "一百零五", 110: "一百一十", 111: "一百一十一", 260: "二百六十", 1000: "1000", -1: "-1",
	} {
		if got := chineseNumeral(n); got != want {
			t.Errorf("chineseNumeral(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestReadNumeral(t *testing.T) {
	for s, want := range map[string]int{"23": 23, "二十三": 23, "二三": 23, "一〇五": 105, "两百": 200, "百": 100, "二三三三三": -1, "123456": -1, "": -1, "条": -1, "-3": -1} {
		got, ok := readNumeral(s)
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("readNumeral(%q) = %d, %v; want %d", s, got, ok, want)
		}
	}
}

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"第二十三条": "第23条", "第２３条": "第23条", "23条": "第23条", "第 23 条第（三）项": "第23条(3)", "第二十三条第三项": "第23条(3)", "第二十三条（三）": "第23条(3)", "第23条㈢": "第23条(3)",
		"第六十一条第一款": "第61条(1)", "第七十一条第一款第（三）项": "第71条(1)(3)", "Article 23": "第23条", "Art. 23(3)": "第23条(3)", "art 23 (3)": "第23条(3)", "ART.23": "第23条",
		"part 3": "part 3", "art 5g": "art 5g", "《条例》": "《条例》", "第三条、第四条": "第3条、第4条", "CSL-23": "csl-23",
	} {
		if got := canonical(in); got != want {
			t.Errorf("canonical(%q) = %q, want %q", in, got, want)
		}
	}
}
