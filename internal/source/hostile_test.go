package source

import (
	"bytes"
	"compress/zlib"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"guanji/internal/discover"
)

// TestSmallAndHuge reads small files that claim or become something huge: each
// is told for what it is, with little memory and little text.
func TestSmallAndHuge(t *testing.T) {
	avro := avroFile(t)
	sync := avro[len(avro)-16:]
	head := avro[:bytes.Index(avro, sync)+16]
	cells := strings.Repeat(`<c t="s"><v>0</v></c>`, 100)
	for name, tt := range map[string]struct {
		data []byte
		why  discover.Why
	}{
		"a.avro": {append(bytes.Clone(head), 2, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01), discover.TooLarge}, // a block of 2^48 bytes
		"a.xz":   {dictionaryXZ(40), discover.TooLarge},
		"a.xlsx": {zipped(t, map[string]string{
			"xl/sharedStrings.xml":     "<sst><si><t>" + strings.Repeat("a b c d ", 1<<17) + "</t></si></sst>",
			"xl/worksheets/sheet1.xml": sheet(strings.Repeat("<row>"+cells+"</row>", 2000)),
		}), discover.TooLarge},
		"string.pdf": {pdfOf("BT /F1 12 Tf ("+strings.Repeat("A", 40<<20)+") Tj ET", ""), discover.TooLarge},
		"table.pdf": {pdfOf("BT /F1 12 Tf (hi) Tj ET", "begincmap 1 begincodespacerange <00000000> <ffffffff> endcodespacerange 150 beginbfrange "+
			ranges(150)+" endbfrange endcmap "), discover.Image},
		"a.sqlite": {generated(t), discover.Damaged},
	} {
		t.Run(name, func(t *testing.T) {
			defer debug.SetGCPercent(debug.SetGCPercent(20))
			o, _ := reading(name, int64(len(tt.data)))
			o.limit.expanded = freely - 4<<20 // as if most of what is free were used
			var why []discover.Why
			o.skip = func(k discover.Skip) { why = append(why, k.Why) }
			o.visit = func(d discover.Document) error {
				if _, err := io.Copy(io.Discard, d.Text); err != nil {
					why = append(why, discover.SkipOf("", err).Why)
				}
				return nil
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if err := o.read(io.NewSectionReader(bytes.NewReader(tt.data), 0, int64(len(tt.data)))); err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&after)
			if len(why) != 1 || why[0] != tt.why {
				t.Errorf("told %v, want %s", why, tt.why)
			}
			if grown := int64(after.Sys) - int64(before.Sys); grown > 256<<20 {
				t.Errorf("%d MiB more memory", grown>>20)
			}
		})
	}
}

// dictionaryXZ is the head of an xz file whose dictionary has a size by its code.
func dictionaryXZ(size byte) []byte {
	return append([]byte("\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4\x46\x02\x00\x21\x01"), size, 0, 0, 0, 0, 0, 0, 0)
}

func ranges(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<%08x> <%08x> <0041> ", i<<16, i<<16+0xffff)
	}
	return b.String()
}

// pdfOf is a PDF of one page with this content, and a table to Unicode.
func pdfOf(content, table string) []byte {
	stream := func(s string) string {
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		io.WriteString(w, s)
		w.Close()
		return fmt.Sprintf("<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream", z.Len(), z.String())
	}
	font := "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
	if table != "" {
		font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>"
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	objects := []string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>", stream(content), font, stream(table)}
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	x := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, x)
	return b.Bytes()
}

// generated is an SQLite file with a column that is made as it is read, of 400
// million characters.
func generated(t *testing.T) []byte {
	name := filepath.Join(t.TempDir(), "a.db")
	db, err := sql.Open("sqlite", name)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("create table t(a, b generated always as (printf('%.*c', 400000000, 'x')) virtual); insert into t(a) values (1)"); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestQuoted tells of a damaged file without quoting it: a value can stand where
// a decoder stumbles.
func TestQuoted(t *testing.T) {
	for name, data := range map[string]string{
		"a.eml":     "Fw: x\n姓名 王小明 身份证 11010519491231002X 密码 Abcd1234!\n\nbody\n",
		"a.parquet": "PAR1\x00\xff" + strings.Repeat("\x00", 40) + "13800138000",
		"a.pdf":     "%PDF-1.4\n13800138000 Abcd1234! trailer\n%%EOF",
		"a.avro":    "Obj\x01\x04\x16avro.schema\x20{\"type\":\"王小明\"}\x00" + strings.Repeat("x", 16),
	} {
		o, _ := reading(name, int64(len(data)))
		o.ctx = context.Background()
		n := 0
		o.skip = func(k discover.Skip) {
			n++
			for _, value := range []string{"王小明", "13800138000", "Abcd1234", "8000"} {
				if strings.Contains(k.Detail, value) {
					t.Errorf("%s: %s", name, k.Detail)
				}
			}
		}
		o.visit = func(d discover.Document) error {
			_, err := io.Copy(io.Discard, d.Text)
			if err != nil {
				o.skip(discover.SkipOf(d.Name, err))
			}
			return nil
		}
		if err := o.read(io.NewSectionReader(strings.NewReader(data), 0, int64(len(data)))); err != nil || n == 0 {
			t.Errorf("%s: told %d times, %v", name, n, err)
		}
	}
}

// TestScannerGivesUp goes on after a fault of what is handed the documents, and
// does not call the file damaged.
func TestScannerGivesUp(t *testing.T) {
	o, _ := reading("a.zip", 100)
	var told []discover.Skip
	o.skip = func(k discover.Skip) { told = append(told, k) }
	read := 0
	o.visit = func(d discover.Document) error {
		if strings.HasSuffix(d.Name, "a.txt") {
			panic("a fault")
		}
		read++
		return nil
	}
	data := zipped(t, map[string]string{"a.txt": "one\n", "b.txt": "two\n"})
	if err := o.read(io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))); err != nil {
		t.Fatal(err)
	}
	if read != 1 || len(told) != 1 || told[0].Why != discover.Failed {
		t.Errorf("read %d, told %v", read, told)
	}
}
