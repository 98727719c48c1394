package vault

import (
	"bytes"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"guanji/internal/problem"
)

// FuzzPath gives a vault names from outside: what it takes stays inside and
// means one file only; all else is refused by kind.
func FuzzPath(f *testing.F) {
	for _, s := range []string{"checkpoint", "tile/0/x001/067.p/8", "tile/entries/000", "../x", "/etc/passwd", "a//b", "a/./b", "",
		digest(nil), "sha256:" + strings.Repeat("/", 64), strings.Repeat("A", 26), "tile/0/x001/067.", "tile/", "con", "\x00"} {
		f.Add(s)
	}
	v := open(f, f.TempDir())
	f.Fuzz(func(t *testing.T, s string) {
		for what, name := range map[string]func(string) (string, error){"path": objectName, "digest": fileName, "upload": uploadName} {
			got, err := name(s)
			if k := problem.KindOf(err); err != nil && k != problem.Input && k != problem.NotFound {
				t.Errorf("%s %q: %v", what, s, err)
			}
			if err == nil && !(filepath.IsLocal(got) && path.Clean(got) == got && !strings.ContainsAny(got, " \\:\x00\n") && strings.Contains(got, "/")) {
				t.Errorf("%s %q lies at %q", what, s, got)
			}
			if err != nil && got != "" {
				t.Errorf("%s %q is refused, and lies at %q", what, s, got)
			}
		}
		fuzzDigest(t, s)
		_, err := v.Get(t.Context(), s)
		if k := problem.KindOf(err); k != problem.Input && k != problem.NotFound {
			t.Errorf("Get(%q): %v", s, err)
		}
		for p, err := range v.List(t.Context(), s) {
			if problem.KindOf(err) != problem.Input {
				t.Errorf("List(%q) gives %q, %v", s, p, err)
			}
		}
		_, err = v.Upload(t.Context(), s)
		if problem.KindOf(err) != problem.NotFound {
			t.Errorf("Upload(%q): %v", s, err)
		}
	})
}

func fuzzDigest(t *testing.T, s string) {
	name, err := fileName(s)
	if err != nil {
		return
	}
	if back, ok := digestAt(name); !ok || back != s {
		t.Errorf("%q lies at %q, where %q lies", s, name, back)
	}
}

// FuzzMeta reads files that describe uploads: what is taken is what the vault
// would have written, to the byte.
func FuzzMeta(f *testing.F) {
	good, err := encode(meta{"日志 <1>.zip", 10, "ana", "acme", noon.UTC()})
	if err != nil {
		f.Fatal(err)
	}
	receipt, err := encode(File{digest(nil), 0})
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{string(good), string(receipt), "", "{}\n", "null\n", `{"size":-1}` + "\n", strings.Replace(string(good), "10", "1e1", 1),
		strings.Replace(string(good), "10", "99999999999999999999", 1), string(good) + "\n", strings.Replace(string(good), "{", `{"size":1,`, 1)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := decodeMeta(data); err == nil {
			if again, err := encode(m); err != nil || !bytes.Equal(again, data) || m.check(m.Size) != nil {
				t.Errorf("%q was taken as %+v", data, m)
			}
		}
		if file, err := decodeReceipt(data); err == nil {
			if again, err := encode(file); err != nil || !bytes.Equal(again, data) || file.Size < 0 {
				t.Errorf("%q was taken as %+v", data, file)
			}
		}
	})
}
