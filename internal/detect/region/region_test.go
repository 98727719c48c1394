package region

import (
	"strings"
	"testing"

	"guanji/content"
)

func table(t *testing.T) *Table {
	t.Helper()
	table, err := Read(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestStatus(t *testing.T) {
	table := table(t)
	for code, want := range map[int]Status{
		110105: Current, 110103: Abolished, 310101: Current, 440000: Current, 810000: Current, 710000: Current,
		999999: Unknown, 0: Unknown, -1: Unknown, 1_000_000: Unknown, 110199: Unknown,
	} {
		if got := table.Status(code); got != want {
			t.Errorf("%06d: %d, want %d", code, got, want)
		}
	}
}

func TestProvince(t *testing.T) {
	table := table(t)
	for two, want := range map[int]bool{11: true, 54: true, 65: true, 71: true, 82: true, 10: false, 16: false, 83: false, 99: false} {
		if got := table.Province(two); got != want {
			t.Errorf("%d: %v", two, got)
		}
	}
}

func TestName(t *testing.T) {
	table := table(t)
	for code, want := range map[int]string{110105: "北京市朝阳区", 440305: "广东省深圳市南山区", 110103: "北京市崇文区", 440000: "广东省", 999999: ""} {
		if got := table.Name(code); got != want {
			t.Errorf("%06d is %q, want %q", code, got, want)
		}
	}
}

func TestMistakes(t *testing.T) {
	for in, want := range map[string]string{
		"110000\t北京市\t":       "line 1: want six digits",
		"# a\n11000x\t北京\t\t": "line 2: strconv",
		"1100\t北京\t\t":        "line 1: want six digits",
		"110000\t\t\t":        "line 1: want six digits",
	} {
		if _, err := parse(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", in, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("110000\t北京市\t\t\n110103\t崇文区\t\t200912\n")
	f.Fuzz(func(t *testing.T, in string) {
		if table, err := parse(strings.NewReader(in)); err == nil {
			for _, p := range table.Places() {
				if table.Status(p.Code) == Unknown {
					t.Errorf("%06d is in the file and unknown", p.Code)
				}
			}
		}
	})
}
