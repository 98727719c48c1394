package source

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"guanji/internal/discover"
)

// TestRealFiles reads files that other programs wrote: LibreOffice 7.4, the
// printing of Chromium, 7-Zip 16, SQLite. They hold the same made-up customer.
func TestRealFiles(t *testing.T) {
	for name, tt := range map[string]struct {
		document string
		want     []string
		why      discover.Why
	}{
		"t.xlsx":   {"t.xlsx!/t", []string{"姓名\x1f手机\x1f地址\x1e", "王小明\x1f13800138000\x1f北京市朝阳区建国路100号"}, ""},
		"t.xls":    {"t.xls!/t", []string{"姓名\x1f手机\x1f地址\x1e", "王小明\x1f", "北京市朝阳区建国路100号"}, ""},
		"d.docx":   {"d.docx!/document", []string{"姓名：王小明，手机 13800138000", "单元格", "110105"}, ""},
		"d.doc":    {"d.doc", []string{"姓名：王小明，手机 13800138000", "单元格", "110105"}, ""},
		"d.pdf":    {"d.pdf", []string{"姓名：王小明", "13800138000", "单元格"}, ""},
		"c.pdf":    {"c.pdf", []string{"姓名：王小明", "13800138000", "单元格"}, ""},
		"a.7z":     {"a.7z!/t.csv", []string{"王小明,13800138000"}, ""},
		"s.sqlite": {"s.sqlite!/客 户", []string{"王小明\x1f13800138000\x1fx y\x1e"}, ""},
		"e.7z":     {"e.7z", nil, discover.Encrypted},
		"e.zip":    {"e.zip!/t.csv", nil, discover.Encrypted},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", "real", name))
			if err != nil {
				t.Fatal(err)
			}
			r := readBytes(t, name, data)
			for _, want := range tt.want {
				if !strings.Contains(r.texts[tt.document], want) {
					t.Errorf("%q is not in %q, skipped %v", want, r.texts, r.skipped)
				}
			}
			if r.skipped[tt.document] != tt.why {
				t.Errorf("skipped %v, want %q", r.skipped, tt.why)
			}
		})
	}
}

// TestParquet reads what the library itself writes: columns that are missing,
// nested or repeated keep to their places.
func TestParquet(t *testing.T) {
	type person struct {
		Name   string   `parquet:"name"`
		Phones []string `parquet:"phones,list"`
		Mail   *string  `parquet:"mail,optional"`
		Age    int32    `parquet:"age"`
	}
	var b bytes.Buffer
	if err := parquet.Write(&b, []person{{"王小明", []string{"13800138000", "13900139000"}, nil, 30}, {"李丽", nil, nil, 31}}); err != nil {
		t.Fatal(err)
	}
	r := readBytes(t, "a.parquet", b.Bytes())
	want := "王小明\x1f13800138000 13900139000\x1f\x1f30\x1e李丽\x1f\x1f\x1f31\x1e"
	if got := r.texts["a.parquet"]; got != want {
		t.Errorf("read %q, want %q; skipped %v", got, want, r.skipped)
	}
}
