package secret

import (
	"bytes"
	"strings"
	"testing"

	"guanji/content"
)

func set(t testing.TB) *Set {
	t.Helper()
	s, err := Read(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// padded puts text between lines, as the scanner does.
func padded(s string) []byte {
	pad := strings.Repeat("\n", 64)
	return []byte(pad + s + pad + strings.Repeat("\n", 512))
}

// TestExamples holds every format to its own examples.
func TestExamples(t *testing.T) {
	s := set(t)
	if n := len(s.Rules()); n < 40 {
		t.Errorf("there are %d formats", n)
	}
	for _, r := range s.Rules() {
		for _, yes := range r.Yes {
			if _, _, rule, _, ok := s.At(padded(yes), 64); !ok || rule.ID != r.ID {
				t.Errorf("%s: not found in %q", r.ID, yes)
			}
		}
		for _, no := range r.No {
			if _, _, rule, _, ok := s.At(padded(no), 64); ok && rule.ID == r.ID {
				t.Errorf("%s: found in %q", r.ID, no)
			}
		}
	}
}

func TestAssigned(t *testing.T) {
	s := set(t)
	for _, tt := range []struct{ text, name, want string }{
		{`password=Abcd1234!`, "password", "Abcd1234!"},
		{`密码：Abcd1234`, "密码", "Abcd1234"},
		{`"pwd": "q8#kZ0!x"`, "pwd", "q8#kZ0!x"},
		{`DB_PASSWORD='s3cr3t-Pa55'`, "PASSWORD", "s3cr3t-Pa55"},
		{`password = "hunter22"`, "password", "hunter22"},
		{`password=`, "password", ""},
		{`password = getPassword()`, "password", ""},
		{`password: string`, "password", ""},
		{`password == other1234`, "password", ""},
		{`password=${DB_PASSWORD}`, "password", ""},
		{`password="********"`, "password", ""},
		{`password := os.Getenv("X")`, "password", ""},
		{`password: "the password of the user 1"`, "password", ""},
		{`"password": "changeme"`, "password", ""},
		{`password = PASSWORD_DEFAULT;`, "password", ""},
		{`"password": "INVALID_CREDENTIALS"`, "password", ""},
		{`"password": "user.password.label"`, "password", ""},
		{`"password": "newPasswordField"`, "password", ""},
		{`"password": "Kennwort"`, "password", ""},
		{`"password": "correct-horse-battery"`, "password", "correct-horse-battery"},
		{`Password::Reset1234`, "Password", ""},
	} {
		text := padded(tt.text)
		begin, end, _, ok := s.Assigned(text, bytes.Index(text, []byte(tt.name))+1)
		got := ""
		if ok {
			got = string(text[begin:end])
		}
		if got != tt.want {
			t.Errorf("%s: found %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestURL(t *testing.T) {
	s := set(t)
	for text, want := range map[string]string{
		"postgres://app:Zk3kd8Qx@db:5432/x": "Zk3kd8Qx",
		"mongodb+srv://u:p4ss-w0rd@c.net":   "p4ss-w0rd",
		"https://user@host/":                "",
		"https://a:${PASSWORD}@host/":       "",
		"mailto:zhangsan@example.com":       "",
	} {
		in := padded(text)
		begin, end, _, ok := s.URL(in, bytes.IndexByte(in, '@'))
		if got := string(in[begin:end]); ok != (want != "") || got != want {
			t.Errorf("%s: found %q, want %q", text, got, want)
		}
	}
}

func TestBlock(t *testing.T) {
	s := set(t)
	const key = "MIIExAm9lE7k3yQ2wZ5tExAm9lE7"
	for text, want := range map[string]bool{
		"-----BEGIN PRIVATE KEY-----\n" + key: true, "-----BEGIN RSA PRIVATE KEY-----\r\n" + key: true, `-----BEGIN SM2 PRIVATE KEY-----\n` + key: true,
		`-----BEGIN SM2 PRIVATE KEY-----\\n` + key: true, "-----BEGIN PRIVATE KEY-----\" +\n    \"" + key: true,
		"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED": true, "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n" + key: true,
		"-----BEGIN PRIVATE KEY-----": false, "-----BEGIN PRIVATE KEY-----\nMIIE...": false, "-----BEGIN PRIVATE KEY-----\nxxxxxxxxxxxxxxxxxxxxxxxx": false,
		"-----BEGIN PUBLIC KEY-----\n" + key: false, "-----BEGIN CERTIFICATE-----\n" + key: false, "-----BEGIN ": false,
	} {
		if _, _, _, ok := s.Block(padded(text), 64); ok != want {
			t.Errorf("%q: %v", text, ok)
		}
	}
}

func FuzzSecrets(f *testing.F) {
	s := set(f)
	f.Add("password=Abcd1234!", 3)
	f.Add("postgres://a:b1c2d3@h -----BEGIN PRIVATE KEY----- AKIAEX7AMPLE3QK9ZD2W", 14)
	f.Fuzz(func(t *testing.T, in string, at int) {
		if at < 0 || at >= len(in) {
			return
		}
		text := padded(in)
		at += 64
		within := func(begin, end int, ok bool) {
			if ok && (begin < 0 || begin >= end || end > len(text)) {
				t.Errorf("found [%d:%d] of %d", begin, end, len(text))
			}
		}
		begin, end, _, _, ok := s.At(text, at)
		within(begin, end, ok)
		begin, end, _, ok = s.Assigned(text, at)
		within(begin, end, ok)
		begin, end, _, ok = s.URL(text, at)
		within(begin, end, ok)
		begin, end, _, ok = s.Block(text, at)
		within(begin, end, ok)
	})
}
