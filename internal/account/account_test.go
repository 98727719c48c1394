package account

import (
	"strings"
	"testing"
)

func TestRoles(t *testing.T) {
	for role, want := range map[Role]Permission{Administrator: Read | Write | Administer | Alert, Editor: Read | Write | Alert, Reader: Read, "": 0, "root": 0} {
		if got := role.May(); got != want {
			t.Errorf("%q may %b, want %b", role, got, want)
		}
		if got := (Account{Role: role, Disabled: true}).May(); got != 0 {
			t.Errorf("a disabled %q may %b", role, got)
		}
	}
}

func TestCheckName(t *testing.T) {
	for name, ok := range map[string]bool{
		"li": true, " 李 工 ": true, "": false, "   ": false, "a\x00b": false, "a\nb": false, "\u202eabc": false,
		strings.Repeat("字", MaxName): true, strings.Repeat("字", MaxName+1): false, "\xff": false,
	} {
		if got, mistake := CheckName(name); (mistake == nil) != ok || ok && got != strings.TrimSpace(name) {
			t.Errorf("CheckName(%q) = %q, %v; want ok: %v", name, got, mistake, ok)
		}
	}
	if Key("ＬＩ Wei") != Key("li wei ") {
		t.Error("names that differ in case and width must be one")
	}
}

func TestWhoMayBeOne(t *testing.T) {
	for name, tt := range map[string]struct {
		a, b string
		want bool
	}{
		"two accounts":                {"Ann", "Bo", false},
		"one account, other case":     {"Ann", " ＡＮＮ ", true},
		"at the terminal and account": {Terminal("bo"), "Ann", true},
		"account and at the terminal": {"Ann", Terminal("ann"), true},
		"two users of the machine":    {Terminal("ann"), Terminal("bo"), true},
		"wide brackets":               {"Ann", "bo（Terminal）", true},
		"something in brackets":       {"Ann", "Bo (audit)", false},
	} {
		if got := MayBeOne(tt.a, tt.b); got != tt.want {
			t.Errorf("%s: MayBeOne(%q, %q) = %v", name, tt.a, tt.b, got)
		}
	}
}

func TestCheckPassword(t *testing.T) {
	for password, ok := range map[string]bool{
		"correct horse battery": true, "十二个汉字也算是好密码吧": true, "short": false, "aaaaaaaaaaaaaaaa": false,
		"abababababab": false, "my name is li wei": false, strings.Repeat("abcdefgh", 33): false, "abcdefghijkl\x00": false,
	} {
		if mistake := CheckPassword("Li Wei", password); (mistake == nil) != ok {
			t.Errorf("CheckPassword(%q) = %v, want ok: %v", password, mistake, ok)
		}
	}
}
