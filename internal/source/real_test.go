package source

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hamba/avro/v2/ocf"
	"github.com/parquet-go/parquet-go"

	"guanji/internal/discover"
)

// TestRealFiles reads files that other programs wrote: LibreOffice 7.4, the
// printing of Chromium, 7-Zip 16, SQLite, OLE::Storage_Lite. They hold the same made-up customer.
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
		"p.ppt.gz": {"p.ppt.gz!/p.ppt", []string{"姓名：王小明，手机 13800138000", "user@example.com", "11010519491231002X"}, ""},
		"p.pptx":   {"p.pptx!/notesSlide1", []string{"11010519491231002X"}, ""},
		"m.msg":    {"m.msg", []string{"客户资料", "手机 13800138000", "lili@example.com"}, ""},
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

// person is a row of what libraries write.
type person struct {
	Name   string   `parquet:"name" avro:"name"`
	Phones []string `parquet:"phones,list" avro:"phones"`
	Mail   *string  `parquet:"mail,optional" avro:"mail"`
	Age    int32    `parquet:"age" avro:"age"`
}

var people = [...]person{{"王小明", []string{"13800138000", "13900139000"}, nil, 30}, {"李丽", nil, nil, 31}}

func parquetFile(t testing.TB) []byte {
	var b bytes.Buffer
	if err := parquet.Write(&b, people[:]); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func avroFile(t testing.TB) []byte {
	const schema = `{"type":"record","name":"person","fields":[{"name":"name","type":"string"},{"name":"phones","type":{"type":"array","items":"string"}},` +
		`{"name":"mail","type":["null","string"]},{"name":"age","type":"int"}]}`
	var b bytes.Buffer
	w, err := ocf.NewEncoder(schema, &b, ocf.WithCodec(ocf.Deflate))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		if p.Phones == nil {
			p.Phones = []string{}
		}
		if err := w.Encode(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestParts finds the parts of office documents by what refers to them, whatever
// their names, and the names of sheets by their parts.
func TestParts(t *testing.T) {
	rels := func(list ...string) string {
		s := "<Relationships>"
		for i := 0; i < len(list); i += 2 {
			s += fmt.Sprintf(`<Relationship Id="r%d" Type="http://x/%s" Target="%s"/>`, i/2+1, list[i], list[i+1])
		}
		return s + "</Relationships>"
	}
	cell := func(s string) string {
		return sheet(`<row><c r="A1" t="inlineStr"><is><t>` + s + `</t></is></c></row>`)
	}
	for name, tt := range map[string]struct {
		files map[string]string
		want  map[string]string
	}{
		"a.docx": {map[string]string{
			"_rels/.rels": rels("officeDocument", "/word/document2.xml"), "word/document2.xml": "<p><t>two</t></p>",
			"word/_rels/document2.xml.rels": rels("header", "kopf.xml"), "word/kopf.xml": "<p><t>head</t></p>",
		}, map[string]string{"a.docx!/document": "two\n", "a.docx!/kopf": "head\n"}},
		"a.xlsx": {map[string]string{
			"xl/workbook.xml":            `<sheets><sheet name="First" r:id="r2"/><sheet name="Second" r:id="r1"/></sheets>`,
			"xl/_rels/workbook.xml.rels": rels("worksheet", "worksheets/Sheet1.xml", "worksheet", "worksheets/Other.xml"),
			"xl/worksheets/Sheet1.xml":   cell("one"), "xl/worksheets/Other.xml": cell("other"), "xl/worksheets/sheet9.xml": cell("lost"),
		}, map[string]string{"a.xlsx!/First": "other\x1e", "a.xlsx!/Second": "one\x1e", "a.xlsx!/sheet9": "lost\x1e"}},
		"a.pptx": {map[string]string{
			"ppt/presentation.xml": "<p/>", "ppt/_rels/presentation.xml.rels": rels("slide", "folien/eins.xml"), "ppt/folien/eins.xml": "<p><t>one</t></p>",
		}, map[string]string{"a.pptx!/eins": "one\n"}},
	} {
		if r := readBytes(t, name, zipped(t, tt.files)); !maps.Equal(r.texts, tt.want) {
			t.Errorf("%s: read %q, want %q; skipped %v", name, r.texts, tt.want, r.skipped)
		}
	}
}

// TestTextual tells text with control characters from what is no text.
func TestTextual(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		want bool
	}{
		"cells of Hive":       {"1\x01王小明\x0113800138000\n2\x01李丽\x0113900139000\n", true},
		"a log cut in":        {strings.Repeat("\x00", 4000) + "2026-01-01 call 13800138000 from host\n", true},
		"a NUL in a log":      {"2026-01-01 call\x00 13800138000 from host\n" + strings.Repeat("王", 3000), true},
		"colours":             {"\x1b[31mred\x1b[0m and so on\n", true},
		"a program":           {"\x00\x01\x02\x7f\x90\xff\xfe\x00rest of it, with words in it, and more\x00\x90", false},
		"numbers of 32 bits":  {strings.Repeat("\x01\x00\x00\x00ab\x05\x00", 100), false},
		"hardly anything":     {"\x00\x00ab", false},
		"many other controls": {strings.Repeat("a\x05\x06", 100), false},
	} {
		if got := textual([]byte(tt.text)); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// TestLetters reads tables that begin with the letters with which other forms do.
func TestLetters(t *testing.T) {
	for _, head := range []string{"ORCID", "OTTO", "BZhang", "ID3", "PAR1", "Salted__", "BMI", "MZ"} {
		text := head + ",手机\n1,13800138000\n2,13900139000\n3,13700137000\n"
		if r := readBytes(t, "a.csv", []byte(text)); r.texts["a.csv"] != text {
			t.Errorf("%s: read %q, skipped %v", head, r.texts, r.skipped)
		}
	}
}

// TestRows reads what the libraries themselves write: columns that are missing,
// nested or repeated keep to their places.
func TestRows(t *testing.T) {
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"a.parquet", parquetFile(t), "王小明\x1f13800138000 13900139000\x1f\x1f30\x1e李丽\x1f\x1f\x1f31\x1e"},
		{"a.avro", avroFile(t), `{"age":30,"mail":null,"name":"王小明","phones":["13800138000","13900139000"]}` + "\n" + `{"age":31,"mail":null,"name":"李丽","phones":[]}` + "\n"},
	} {
		r := readBytes(t, tt.name, tt.data)
		if got := r.texts[tt.name]; got != tt.want {
			t.Errorf("%s: read %q, want %q; skipped %v", tt.name, got, tt.want, r.skipped)
		}
	}
}
