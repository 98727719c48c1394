package source

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"guanji/internal/detect"
	"guanji/internal/discover"
)

// result is what a reading came to: the text of each document, and what was
// not read with its reason.
type result struct {
	texts   map[string]string
	kinds   map[string]string
	codes   map[string]string
	forms   map[string]detect.Form
	skipped map[string]discover.Why
}

// reading returns an opened file whose documents go to a result.
func reading(name string, unit int64) (*opened, *result) {
	r := &result{map[string]string{}, map[string]string{}, map[string]string{}, map[string]detect.Form{}, map[string]discover.Why{}}
	o := &opened{ctx: context.Background(), name: name, limit: &limit{unit: unit}, buffers: &buffers{}}
	o.visit = func(d discover.Document) error {
		text, err := io.ReadAll(io.LimitReader(d.Text, 64<<20))
		r.texts[d.Name], r.kinds[d.Name], r.codes[d.Name], r.forms[d.Name] = string(text), d.Kind, d.Encoding, d.Layout.Form
		if err != nil {
			r.skipped[d.Name] = discover.SkipOf("", err).Why
		}
		return nil
	}
	o.skip = func(k discover.Skip) { r.skipped[k.Document] = k.Why }
	return o, r
}

func readBytes(t testing.TB, name string, data []byte) *result {
	t.Helper()
	o, r := reading(name, int64(len(data)))
	if err := o.read(io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))); err != nil {
		t.Fatal(err)
	}
	return r
}

const sentence = "姓名：王小明，身份证号 11010519491231002X，住在北京市朝阳区建国路100号。这是一个用来测试的句子，我们在这里写了不少字。\n"

func encodedAs(t *testing.T, e interface{ Bytes([]byte) ([]byte, error) }, s string) []byte {
	t.Helper()
	b, err := e.Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEncodings(t *testing.T) {
	traditional := "姓名：王小明，聯絡電話，請於明天下午前往辦理手續。這是一個測試的文件內容，我們需要更多的字，並且說明這個國家的歷史。\n"
	for name, tt := range map[string]struct {
		data           []byte
		text, encoding string
	}{
		"utf-8":             {[]byte(sentence), sentence, "utf-8"},
		"utf-8 with a mark": {[]byte("\ufeff" + sentence), sentence, "utf-8"},
		"utf-8, broken":     {[]byte(strings.Repeat(sentence, 3) + "\xff\n"), strings.Repeat(sentence, 3) + "\xff\n", "utf-8"},
		"gb18030":           {encodedAs(t, simplifiedchinese.GB18030.NewEncoder(), sentence), sentence, "gb18030"},
		"gbk, short":        {encodedAs(t, simplifiedchinese.GBK.NewEncoder(), "姓名,手机\n"), "姓名,手机\n", "gb18030"},
		"big5":              {encodedAs(t, traditionalchinese.Big5.NewEncoder(), traditional), traditional, "big5"},
		"utf-16le":          {encodedAs(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(), sentence), sentence, "utf-16le"},
		"utf-16be":          {encodedAs(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder(), sentence), sentence, "utf-16be"},
		"utf-16, no mark":   {encodedAs(t, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder(), "name,phone\n13800138000\n"), "name,phone\n13800138000\n", "utf-16le"},
		"latin 1":           {[]byte("Caf\xe9 cr\xe8me br\xfbl\xe9e \xe0 la carte, tr\xe8s bien, d\xe9j\xe0 vu, na\xefve\n"), "Café crème brûlée à la carte, très bien, déjà vu, naïve\n", "windows-1252"},
		"written out":       {[]byte(`{"name":"\u738b\u5c0f\u660e","mood":"\ud83d\ude00","n":"\u0031"}`), `{"name":"王小明","mood":"😀","n":"\u0031"}`, "utf-8, written out"},
		"entities":          {[]byte("<p>&#29579;&#23567;&#26126; &#x738b; &#49;</p>"), "<p>王小明 王 &#49;</p>", "utf-8, written out"},
	} {
		t.Run(name, func(t *testing.T) {
			r := readBytes(t, "a.txt", tt.data)
			if got := r.texts["a.txt"]; got != tt.text || r.codes["a.txt"] != tt.encoding || len(r.skipped) > 0 {
				t.Errorf("%s: %.200q, skipped %v; want %s: %.200q", r.codes["a.txt"], got, r.skipped, tt.encoding, tt.text)
			}
		})
	}
}

// TestLateEncoding reads text whose first bytes beyond ASCII come late.
func TestLateEncoding(t *testing.T) {
	ascii := strings.Repeat("0123456789abcdef\n", 3*headSize/17)
	r := readBytes(t, "a.log", append([]byte(ascii), encodedAs(t, simplifiedchinese.GB18030.NewEncoder(), sentence)...))
	if got := r.texts["a.log"]; got != ascii+sentence {
		t.Errorf("it ends in %q", got[max(0, len(got)-200):])
	}
}

func TestLayouts(t *testing.T) {
	for name, tt := range map[string]struct {
		file, text string
		form       detect.Form
		cell       byte
	}{
		"csv by name":       {"a.csv", "a;b;c\n1;2;3\n4;5;6\n7;8;9\n", detect.Delimited, ';'},
		"csv by content":    {"a.txt", "a,b,c\n1,2,3\n\"4,4\",5,6\n7,8,9\n", detect.Delimited, ','},
		"tabs":              {"a", "a\tb\n1\t2\n3\t4\n5\t6\n", detect.Delimited, '\t'},
		"prose with commas": {"a.txt", "One, two.\nThree, four, five.\nSix.\nSeven, eight.\n", detect.Plain, 0},
		"json":              {"a.log", `{"a":1}` + "\n", detect.Keyed, 0},
		"xml":               {"a.dat", "<?xml version=\"1.0\"?><a/>", detect.Tagged, 0},
		"yaml":              {"a.yaml", "a: 1\n", detect.Keyed, 0},
		"sql":               {"a.sql", "insert into a values (1);\n", detect.Dump, 0},
		"prose":             {"a.txt", sentence, detect.Plain, 0},
		"dump":              {"a.bak", "insert into a (b, c) values (1, 2);\ninsert into a (b, c) values (1, 2);\ninsert into a (b, c) values (1, 2);\n", detect.Dump, 0},
		"dump, begun late":  {"a", "/*\n a tool\n*/\n\n# x\nSET NAMES utf8;\nDROP TABLE IF EXISTS `a`;\nCREATE TABLE `a` (\n  `b` int\n);\n", detect.Dump, 0},
		"dump of brackets":  {"a", "USE [a]\nGO\nSET IDENTITY_INSERT [dbo].[a] ON\nINSERT [dbo].[a] ([b]) VALUES (1)\n", detect.Dump, 0},
		"about dumps":       {"a.txt", "To fill it, write:\ninsert into a (b) values (1);\n", detect.Plain, 0},
		"a set":             {"a.txt", "Set the table.\nSelect a spoon (or two).\n", detect.Plain, 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, l := layoutOf(tt.file, []byte(tt.text))
			if l.Form != tt.form || l.Cell != tt.cell {
				t.Errorf("%s, %q; want %s, %q", l.Form, l.Cell, tt.form, tt.cell)
			}
		})
	}
}

// TestDumps knows dumps by what they begin with, whatever their name.
func TestDumps(t *testing.T) {
	files, err := filepath.Glob("../detect/testdata/dump/*.sql")
	if err != nil || len(files) < 7 {
		t.Fatalf("%d dumps, %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if r := readBytes(t, "a", data); r.forms["a"] != detect.Dump || r.kinds["a"] != "sql" {
			t.Errorf("%s: %s, %s, skipped %v", file, r.forms["a"], r.kinds["a"], r.skipped)
		}
	}
}

func zipped(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(data)
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarred(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for name, text := range files {
		err := w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Size: int64(len(text)), Mode: 0o600})
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zstded(t testing.TB, data []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(data, nil)
}

func xzed(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := xz.NewWriter(&b)
	if err == nil {
		_, err = w.Write(data)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bzip2Sentence is "13800138000\n", compressed by bzip2.
const bzip2Sentence = "QlpoOTFBWSZTWVaFPIwAAAPIAAAQaEAgADDNAJANYZKY4u5IpwoSCtCnkYA="

func TestArchives(t *testing.T) {
	bz, err := base64.StdEncoding.DecodeString(bzip2Sentence)
	if err != nil {
		t.Fatal(err)
	}
	text := "13800138000\n"
	inner := zipped(t, map[string]string{"in/a.txt": text})
	for name, tt := range map[string]struct {
		file string
		data []byte
		want string // the name of the document
	}{
		"zip":          {"a.zip", inner, "a.zip!/in/a.txt"},
		"gz":           {"a.txt.gz", gzipped(t, []byte(text)), "a.txt.gz!/a.txt"},
		"bz2":          {"a.txt.bz2", bz, "a.txt.bz2!/a.txt"},
		"xz":           {"a.txt.xz", xzed(t, []byte(text)), "a.txt.xz!/a.txt"},
		"zst":          {"a.txt.zst", zstded(t, []byte(text)), "a.txt.zst!/a.txt"},
		"tgz":          {"a.tgz", gzipped(t, tarred(t, map[string]string{"b/c.txt": text})), "a.tgz!/a.tar!/b/c.txt"},
		"zip in zip":   {"b.zip", zipped(t, map[string]string{"a.zip": string(inner)}), "b.zip!/a.zip!/in/a.txt"},
		"gz in tar":    {"a.tar", tarred(t, map[string]string{"c.gz": string(gzipped(t, []byte(text)))}), "a.tar!/c.gz!/c"},
		"hostile name": {"c.zip", zipped(t, map[string]string{"../../etc/x\x1b[2J": text}), "c.zip!/../../etc/x\x1b[2J"},
	} {
		t.Run(name, func(t *testing.T) {
			r := readBytes(t, tt.file, tt.data)
			if r.texts[tt.want] != text || len(r.texts) != 1 || len(r.skipped) > 0 {
				t.Errorf("read %q, skipped %v, want %s", r.texts, r.skipped, tt.want)
			}
		})
	}
}

func TestHostileArchives(t *testing.T) {
	nested := []byte("13800138000\n")
	for range 100 {
		nested = gzipped(t, nested)
	}
	whole := gzipped(t, bytes.Repeat([]byte(sentence), 5000))
	for name, tt := range map[string]struct {
		file string
		data []byte
		want discover.Why
	}{
		"nested a hundred times": {"a.gz", nested, discover.TooDeep},
		"cut off":                {"a.gz", whole[:len(whole)/2], discover.Damaged},
		"no zip at all":          {"a.zip", append([]byte("PK\x03\x04"), make([]byte, 500)...), discover.Damaged},
		"no 7z at all":           {"a.7z", append([]byte("7z\xbc\xaf\x27\x1c"), make([]byte, 500)...), discover.Damaged},
		"no pdf at all":          {"a.pdf", []byte("%PDF-1.7 and nothing else"), discover.Damaged},
		"picture":                {"a.txt", []byte("\x89PNG\r\n\x1a\n...."), discover.Image},
		"program":                {"a", []byte("\x7fELF\x02\x01\x01\x00"), discover.Binary},
		"program of Windows":     {"a.exe", []byte("MZ\x90\x00\x03\x00\x00\x00"), discover.Binary},
		"what is not known":      {"a", bytes.Repeat([]byte{0, 1, 2, 3, 0xfe}, 50), discover.Unknown},
		"rar":                    {"a.rar", []byte("Rar!\x1a\x07\x01\x00"), discover.Unknown},
		"age":                    {"a.age", []byte("age-encryption.org/v1\n"), discover.Encrypted},
	} {
		t.Run(name, func(t *testing.T) {
			r := readBytes(t, tt.file, tt.data)
			for _, why := range r.skipped {
				if why == tt.want {
					return
				}
			}
			t.Errorf("skipped %v, want %s", r.skipped, tt.want)
		})
	}
}

// TestBomb reads what expands without an end: it is left at the limit.
func TestBomb(t *testing.T) {
	o, r := reading("bomb", 1000)
	o.limit.expanded = maxExpanded - 1<<20
	o.visit = func(d discover.Document) error {
		n, err := io.Copy(io.Discard, d.Text)
		if err == nil || n > 2<<20 {
			t.Errorf("read %d bytes, %v", n, err)
		}
		r.skipped[d.Name] = discover.SkipOf("", err).Why
		return nil
	}
	text := io.MultiReader(strings.NewReader(strings.Repeat("a", headSize)), &repeated{})
	if err := o.inner("a.txt", limited{text, o.limit}); err != nil {
		t.Fatal(err)
	}
	if r.skipped["bomb!/a.txt"] != discover.TooLarge {
		t.Errorf("skipped %v", r.skipped)
	}
}

type repeated struct{}

func (*repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

func TestRatio(t *testing.T) {
	l := &limit{unit: 1000, expanded: freely}
	if err := l.take(1 << 20); discover.SkipOf("", err).Why != discover.TooLarge {
		t.Errorf("a thousand bytes became more than a gibibyte: %v", err)
	}
	l = &limit{unit: 1 << 30, expanded: freely}
	if err := l.take(1 << 20); err != nil {
		t.Errorf("a gibibyte became a little more: %v", err)
	}
}

func TestMail(t *testing.T) {
	message := "From: =?UTF-8?B?546L5bCP5piO?= <zhangsan@example.com>\r\nTo: b@example.com\r\nSubject: =?gb2312?B?suLK1A==?=\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=gb18030\r\n" +
		"Content-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString(encodedAs(t, simplifiedchinese.GB18030.NewEncoder(), sentence)) +
		"\r\n--x\r\nContent-Type: application/zip; name=\"a.zip\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64.StdEncoding.EncodeToString(zipped(t, map[string]string{"c.txt": "13800138000\n"})) + "\r\n--x--\r\n"
	r := readBytes(t, "m.eml", []byte(message))
	want := map[string]string{
		"m.eml!/head": "From: 王小明 <zhangsan@example.com>\nTo: b@example.com\nSubject: 测试\n", "m.eml!/part0.txt": sentence, "m.eml!/a.zip!/c.txt": "13800138000\n",
	}
	if !reflect.DeepEqual(r.texts, want) {
		t.Errorf("read %q, skipped %v", r.texts, r.skipped)
	}
	r = readBytes(t, "m.mbox", []byte("From a Mon Jan  1 00:00:00 2024\n"+strings.ReplaceAll(message, "\r\n", "\n")+"\nFrom b Mon Jan  1 00:00:00 2024\nSubject: two\n\n13900139000\n"))
	if r.texts["m.mbox!/1.eml!/part0.txt"] != sentence || !strings.Contains(r.texts["m.mbox!/2.eml!/part.txt"], "13900139000") {
		t.Errorf("read %q, skipped %v", r.texts, r.skipped)
	}
}

func sheet(rows string) string {
	return `<?xml version="1.0"?><worksheet xmlns="x"><sheetData>` + rows + `</sheetData></worksheet>`
}

func TestWorkbook(t *testing.T) {
	data := zipped(t, map[string]string{
		"xl/workbook.xml":      `<workbook><sheets><sheet name="客户 &amp; 员工" sheetId="1"/></sheets></workbook>`,
		"xl/sharedStrings.xml": `<sst><si><t>姓名</t></si><si><r><t>手</t></r><r><t xml:space="preserve">机</t></r><rPh><t>x</t></rPh></si><si><t>王&#23567;明</t></si></sst>`,
		"xl/worksheets/sheet1.xml": sheet(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row><row r="2"/>` +
			`<row r="9"><c r="A9" t="s"><v>2</v></c><c r="B9" t="inlineStr"><is><t>a&lt;b</t></is></c><c r="C9"><v>1.3800138E+10</v></c><c r="D9" t="str"><f>A1</f><v>公式</v></c><c r="E9" t="s"><v>99</v></c></row>`),
	})
	r := readBytes(t, "a.xlsx", data)
	want := "姓名\x1f\x1f手机\x1e王小明\x1fa<b\x1f13800138000\x1f公式\x1f\x1e"
	if got := r.texts["a.xlsx!/客户 & 员工"]; got != want {
		t.Errorf("read %q, want %q; skipped %v", r.texts, want, r.skipped)
	}
}

// TestEmptyRows reads a sheet that says it has a million rows.
func TestEmptyRows(t *testing.T) {
	data := zipped(t, map[string]string{"xl/worksheets/sheet1.xml": sheet(`<dimension ref="A1:XFD1048576"/>` + strings.Repeat("<row/>", 1<<20) + `<row><c r="XFD1048576"><v>7</v></c></row>`)})
	r := readBytes(t, "a.xlsx", data)
	if got := strings.Trim(r.texts["a.xlsx!/sheet1"], "\x1f\x1e"); got != "7" {
		t.Errorf("read %.100q, skipped %v", got, r.skipped)
	}
}

func TestTextDocument(t *testing.T) {
	data := zipped(t, map[string]string{
		"word/document.xml": `<w:document><w:p><w:r><w:t>姓名：王</w:t></w:r><w:r><w:t>小明</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:document>`,
		"word/comments.xml": `<w:comments><w:p><w:t>13800138000</w:t></w:p></w:comments>`, "word/media/image1.png": "\x89PNG\r\n\x1a\n",
	})
	r := readBytes(t, "a.docx", data)
	if r.texts["a.docx!/document"] != "姓名：王小明\na\n\t" || r.texts["a.docx!/comments"] != "13800138000\n" || r.skipped["a.docx!/media/image1.png"] != discover.Image {
		t.Errorf("read %q, skipped %v", r.texts, r.skipped)
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("b/c.txt", "c\n")
	write("b/a.iso", "x\n")
	write("a.txt", "a\n")
	write("node_modules/x/y.js", "y\n")
	write("\xff.txt", "broken\n")
	if err := errors.Join(os.Symlink("/etc/passwd", filepath.Join(dir, "out")), os.Symlink(".", filepath.Join(dir, "b", "round"))); err != nil {
		t.Fatal(err)
	}
	f := &Folder{Root: dir, Ignore: []string{"*.iso", "node_modules/"}}
	var names []string
	skipped := map[string]discover.Why{}
	if err := f.Units(context.Background(), func(u discover.Unit) error { names = append(names, u.Name); return nil }, func(k discover.Skip) { skipped[k.Document] = k.Why }); err != nil {
		t.Fatal(err)
	}
	if want := []string{"a.txt", "b/c.txt", "\xff.txt"}; !reflect.DeepEqual(names, want) {
		t.Errorf("listed %q, want %q", names, want)
	}
	want := map[string]discover.Why{"out": discover.Link, "b/round": discover.Link, "b/a.iso": discover.Ignored, "node_modules": discover.Ignored}
	if !reflect.DeepEqual(skipped, want) {
		t.Errorf("skipped %v, want %v", skipped, want)
	}
}

// TestReplaced reads files that became something else after they were listed.
func TestReplaced(t *testing.T) {
	dir := t.TempDir()
	f := &Folder{Root: dir}
	read := func(name string) (why discover.Why) {
		t.Helper()
		if err := f.Read(context.Background(), discover.Unit{Name: name}, func(discover.Document) error { return nil }, func(k discover.Skip) { why = k.Why }); err != nil {
			t.Fatal(err)
		}
		return why
	}
	if got := read("gone"); got != discover.Changed {
		t.Errorf("what went is %q", got)
	}
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "folder"), 0o700), os.Symlink("/etc/passwd", filepath.Join(dir, "link"))); err != nil {
		t.Fatal(err)
	}
	if got := read("folder"); got != discover.Special {
		t.Errorf("what became a folder is %q", got)
	}
	if got := read("link"); got == "" {
		t.Error("what became a link was followed")
	}
}

// TestGrows tells of a file that changes while it is read.
func TestGrows(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.log")
	if err := os.WriteFile(name, []byte("one\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var why discover.Why
	err := (&Folder{Root: dir}).Read(context.Background(), discover.Unit{Name: "a.log"}, func(d discover.Document) error {
		return os.WriteFile(name, []byte("one\ntwo\n"), 0o600)
	}, func(k discover.Skip) { why = k.Why })
	if err != nil || why != discover.Changed {
		t.Errorf("%q, %v", why, err)
	}
}

func TestVisitorEnds(t *testing.T) {
	full := errors.New("the disk is full")
	for name, data := range map[string][]byte{"a.txt": []byte("a\n"), "a.zip": zipped(t, map[string]string{"a": "b"}), "a.xlsx": zipped(t, map[string]string{"xl/worksheets/sheet1.xml": sheet("<row><c><v>1</v></c></row>")})} {
		o, r := reading(name, int64(len(data)))
		o.visit = func(discover.Document) error { return full }
		if err := o.read(io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))); !errors.Is(err, full) || len(r.skipped) > 0 {
			t.Errorf("%s: %v, skipped %v", name, err, r.skipped)
		}
	}
}

// FuzzRead reads any bytes as a file of any form.
func FuzzRead(f *testing.F) {
	names := []string{"a.txt", "a.csv", "a.zip", "a.xlsx", "a.docx", "a.pptx", "a.eml", "a.mbox", "a.json", "a.gz", ""}
	f.Add([]byte(sentence), uint8(0))
	f.Add(zipped(f, map[string]string{"xl/worksheets/sheet1.xml": sheet(`<row><c r="B1"><v>1</v></c></row>`), "xl/sharedStrings.xml": "<sst><si><t>a</t></si></sst>"}), uint8(3))
	f.Add(zipped(f, map[string]string{"word/document.xml": "<w:p><w:t>a&amp;b</w:t></w:p>"}), uint8(4))
	f.Add(gzipped(f, []byte("13800138000\n")), uint8(9))
	f.Add([]byte("From: a\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nb\r\n--x--\r\n"), uint8(6))
	f.Add([]byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"), uint8(0))
	f.Add([]byte("SQLite format 3\x00"), uint8(0))
	f.Add([]byte("PAR1PAR1"), uint8(0))
	f.Add([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), uint8(0))
	f.Add([]byte("Obj\x01\x02\x16avro.schema"), uint8(0))
	for _, name := range []string{"a.7z", "c.pdf", "d.doc", "d.docx", "d.pdf", "e.7z", "e.zip", "m.msg", "p.ppt.gz", "p.pptx", "s.sqlite", "t.xls", "t.xlsx"} {
		data, err := os.ReadFile(filepath.Join("testdata", "real", name))
		if err != nil {
			f.Fatal(err)
		}
		which := slices.Index(names, "a"+path.Ext(name))
		f.Add(data, uint8(max(which, 0)))
	}
	f.Add(avroFile(f), uint8(0))
	f.Add(parquetFile(f), uint8(0))
	f.Add(tarred(f, map[string]string{"a.csv": "a,b\n1,2\n"}), uint8(0))
	f.Add(zstded(f, []byte("13800138000\n")), uint8(0))
	f.Add(xzed(f, []byte("13800138000\n")), uint8(0))
	f.Fuzz(func(t *testing.T, data []byte, which uint8) {
		o, _ := reading(names[int(which)%len(names)], int64(len(data)))
		o.limit.expanded = maxExpanded - 8<<20
		o.visit = func(d discover.Document) error {
			_, err := io.Copy(io.Discard, d.Text)
			_ = err // the scan tells what a text says at its end
			return nil
		}
		if err := o.read(io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkWorkbook(b *testing.B) {
	var rows strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&rows, `<row r="%d"><c r="A%d" t="inlineStr"><is><t>王小明</t></is></c><c r="B%d"><v>138%08d</v></c><c r="C%d" t="inlineStr"><is><t>北京市朝阳区建国路%d号</t></is></c></row>`, i+1, i+1, i+1, i, i+1, i)
	}
	text := sheet(rows.String())
	data := zipped(b, map[string]string{"xl/worksheets/sheet1.xml": text})
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		o, _ := reading("a.xlsx", int64(len(data)))
		o.visit = func(d discover.Document) error { _, err := io.Copy(io.Discard, d.Text); return err }
		if err := o.read(io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGB18030(b *testing.B) {
	data, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(strings.Repeat(sentence, 20000)))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		o, _ := reading("a.txt", int64(len(data)))
		o.visit = func(d discover.Document) error { _, err := io.Copy(io.Discard, d.Text); return err }
		if err := o.read(io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))); err != nil {
			b.Fatal(err)
		}
	}
}
