package detect

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

var dumped = Layout{Form: Dump}

// inColumns is what was found with the line and the column of each.
func inColumns(list []found) string {
	var b strings.Builder
	for _, f := range list {
		fmt.Fprintf(&b, "%d %s %s %s\n", f.Line, f.Column, f.Detector, f.Value)
	}
	return strings.TrimSpace(b.String())
}

func readDump(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "dump", name+".sql"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestRealDumps reads what mariadb-dump 10.11, pg_dump 15 and sqlite3 3.40 wrote
// of the same made-up customers, in several modes.
func TestRealDumps(t *testing.T) {
	e := engine(t)
	customers := func(other, first, second, third int) string {
		values := fmt.Sprintf("%d value cn_mobile 13800138000\n%d value email zhangsan@example.com\n", other, other+1)
		rows := fmt.Sprintf("%d xm cn_name 王小明\n%[1]d tel cn_mobile 13800138000\n%[1]d sfz cn_rid18 110101180001010015\n"+
			"%[2]d xm cn_name 欧阳若兰\n%[2]d sfz cn_rid18 999999180001010016\n%[3]d xm cn_name 李丽\n", first, second, third)
		if other < first {
			return values + rows
		}
		return rows + values
	}
	for name, want := range map[string]string{
		"mariadb":          customers(39, 86, 87, 88),
		"mariadb-complete": customers(46, 92, 93, 94),
		"pg-copy":          customers(134, 123, 124, 125),
		"pg-inserts":       customers(132, 122, 123, 125),
		"pg-columns":       customers(37, 26, 27, 29),
		// Without CREATE TABLE nothing names the columns.
		"mariadb-compact": strings.NewReplacer("value ", " ", "xm ", " ", "tel ", " ", "sfz ", " ").Replace(customers(3, 22, 23, 24)),
		"sqlite":          "4 name cn_name 王小明\n4 phone cn_mobile 13800138000\n5 name cn_name 欧阳若兰\n",
	} {
		t.Run(name, func(t *testing.T) {
			if got := inColumns(find(t, e, readDump(t, name), dumped)); got != strings.TrimSpace(want) {
				t.Errorf("found\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestDump(t *testing.T) {
	e := engine(t)
	const one = "1 姓名 cn_name 王小明"
	for name, tt := range map[string]struct{ text, want string }{
		"in the statement":         {"INSERT INTO t (a, `姓名`) VALUES (1,'王小明');", one},
		"of brackets":              {"INSERT [dbo].[t] ([a b], [姓名]) VALUES (CAST(N'2024' AS Date), N'王小明')\nGO\nINSERT [dbo].[t] ([姓名]) VALUES (N'李丽')\nGO\n", one + "\n3 姓名 cn_name 李丽"},
		"of quotes":                {`Insert into "S"."T" ("A","姓名") values (to_date('01','dd, mm'),'王小明');`, one},
		"all":                      {"INSERT ALL INTO t (a, 姓名) VALUES (1, '王小明')\n INTO u (姓名) VALUES ('李丽')\nSELECT 1 FROM dual;", one + "\n2 姓名 cn_name 李丽"},
		"replace":                  {"REPLACE INTO t(`姓名`) VALUES ROW('王小明');", one},
		"ignore, partition, value": {"insert ignore into t partition (p0) (a, `姓名`) value (1, \"王小明\")", one},
		"of the table":             {"CREATE TABLE IF NOT EXISTS d.T (a int, 姓名 text, PRIMARY KEY (a)); INSERT INTO t VALUES (1, '王小明');", one},
		"of another table":         {"CREATE TABLE a.t (姓名 text, a int);CREATE TABLE b.t (a int, 姓名 text);INSERT INTO b.t VALUES (1, '王小明');", one},
		"of a table made anew":     {"CREATE TABLE t (姓名 text);INSERT INTO t VALUES (1);DROP TABLE t;CREATE TABLE t (a int, 姓名 text);INSERT INTO t VALUES (1, '王小明');", one},
		"of types in brackets":     {"CREATE TABLE [t]([a] [int] IDENTITY(1,1), [姓名] [nvarchar](20) NULL)\nINSERT [t] VALUES (1, N'王小明')", "2 姓名 cn_name 王小明"},
		"by a comment":             {"CREATE TABLE t (a int, b text NOT NULL COMMENT '客户''姓名' , KEY k (b) COMMENT '地址');INSERT INTO t VALUES (1, '王小明');", "1 b cn_name 王小明"},
		"by a comment on it":       {"CREATE TABLE \"S\".t (a int, b text);COMMENT ON TABLE s.t IS 'x';COMMENT ON COLUMN S.\"t\".b IS '姓名';INSERT INTO t (b) VALUES ('王小明');", "1 b cn_name 王小明"},
		"copy":                     {"COPY t (a, \"姓名\") FROM stdin WITH (ENCODING 'utf8');\n1\t王小明\n\\.\nINSERT INTO t (姓名) VALUES ('李丽');", "2 姓名 cn_name 王小明\n4 姓名 cn_name 李丽"},
		"copy, created":            {"CREATE TABLE t (a int, 姓名 text);\r\nCOPY t FROM STDIN;\r\n1\t王小明\r\n\\.\r\n", "3 姓名 cn_name 王小明"},
		"copy of a file":           {"COPY t (姓名) FROM '/tmp/x';\n王小明\n", "2  cn_name 王小明"},
		"copy of commas":           {"COPY t (姓名, a) FROM stdin WITH (FORMAT csv);\n王小明,1\n\\.\n", "2  cn_name 王小明"},
		"escapes":                  {"/*!40101 SET NAMES utf8 */;\nINSERT INTO t (a, 姓名) VALUES ('\\',(',\"x\\\"),('\"),('\\\\','王小明');", "2 姓名 cn_name 王小明"},
		"no escapes":               {"INSERT INTO t (a, 姓名) VALUES ('\\','王小明');", one},
		"escapes in one":           {"INSERT INTO t (a, 姓名) VALUES (E'\\',(','王小明');", one},
		"doubled":                  {"INSERT INTO t (a, 姓名) VALUES (''',''',N'王小明');", one},
		"comments":                 {"-- INSERT INTO t (姓名) VALUES (\n# it's\n/* it's; */ INSERT /* x */ INTO t -- '\n (a, 姓名) VALUES (1, /* , */ '王小明');", "4 姓名 cn_name 王小明"},
		"behind its rows":          {"INSERT INTO t (姓名) VALUES ('王小明') ON DUPLICATE KEY UPDATE b = VALUES('李丽');", one + "\n1  cn_name 李丽"},
		"select":                   {"INSERT INTO t (姓名) SELECT '王小明';", "1  cn_name 王小明"},
		"too many cells":           {"INSERT INTO t (姓名) VALUES ('王小明', '李丽');", one + "\n1  cn_name 李丽"},
		"too few":                  {"INSERT INTO t (姓名, a, b) VALUES ('王小明'),(),('李丽');", one + "\n1 姓名 cn_name 李丽"},
		"no name":                  {"INSERT INTO VALUES ('王小明');INSERT INTO () VALUES ();INSERT INTO \"\" (\"\") VALUES ('');", "1  cn_name 王小明"},
		"a string without an end":  {"INSERT INTO t (姓名) VALUES ('x;\nINSERT INTO t (姓名) VALUES ('王小明');", "2 姓名 cn_name 王小明"},
		"brackets without an end":  {"INSERT INTO t (姓名) VALUES ((((;INSERT INTO t (a, 姓名) VALUES (((1)),'王小明');))", one},
		"copy without an end":      {"COPY t (a) FROM stdin;\n1\n\nINSERT INTO t (姓名) VALUES ('王小明');", "4 姓名 cn_name 王小明"},
		"a function":               {"CREATE FUNCTION f() AS $$ BEGIN -- don't\nINSERT INTO t (姓名) VALUES (f(x)); END $$;\n\nINSERT INTO t (姓名) VALUES ('王小明');", "4 姓名 cn_name 王小明"},
		"between statements":       {"UPDATE t SET phone = '13800138000';", "1  cn_mobile 13800138000"},
		"behind a number":          {"UPDATE t SET x = '13800138000' -- 手机", "1  cn_mobile 13800138000"},
		"named as another number":  {"INSERT INTO t (order_no) VALUES ('13800138000');", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := inColumns(find(t, e, tt.text, dumped)); got != tt.want {
				t.Errorf("in %s\nfound\n%s\nwant\n%s", tt.text, got, tt.want)
			}
		})
	}
}

// TestUniformInDump tells columns by what most of their cells are, for each
// table that begins.
func TestUniformInDump(t *testing.T) {
	var b strings.Builder
	b.WriteString("INSERT INTO t (x) VALUES (1)")
	b.WriteString(strings.Repeat(",(1)", 1000))
	b.WriteString(";INSERT INTO u (x, y) VALUES ('王小明', 'a')")
	b.WriteString(strings.Repeat(",('欧阳若兰', 'b'),(NULL, 'c')", 300))
	list := find(t, engine(t), b.String(), dumped)
	if len(list) != 301 {
		t.Errorf("found %d, want 301", len(list))
	}
	for _, f := range list {
		if f.Column != "x" || f.Detector != "cn_name" {
			t.Fatalf("found %v", f)
		}
	}
}

// TestDumpColumns are those that are filled, for the level and the classes of
// sensitive information.
func TestDumpColumns(t *testing.T) {
	s := engine(t).Scanner()
	text := "CREATE TABLE a (x int, y int, 诊断结果 text, 宗教信仰 text);INSERT INTO a VALUES (1, NULL, '感冒', NULL);COPY b (z, w) FROM stdin;\n1\t\\N\n\\.\n"
	if _, err := s.Scan(context.Background(), strings.NewReader(text), dumped, func(*Hit) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(s.Columns(), s.Suspected()); got != "[x 诊断结果 z] [S4]" {
		t.Error(got)
	}
}

// TestDumpEdges moves a dump over the end of a block: what is found does not
// depend on where blocks end.
func TestDumpEdges(t *testing.T) {
	e := engine(t)
	for _, name := range []string{"mariadb", "pg-copy"} {
		text := readDump(t, name)
		want := find(t, e, text, dumped)
		const step = 61
		for before := blockSize - len(text) - 64; before < blockSize+64; before += step {
			pad := strings.Repeat("-\n", before/2) + strings.Repeat("\n", before%2)
			got := find(t, e, pad+text+strings.Repeat("\n", 2000), dumped)
			for i := range got {
				got[i].Offset -= int64(before)
				got[i].Line -= int64(strings.Count(pad, "\n"))
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("%s, %d bytes before it:\n got %v\nwant %v", name, before, got, want)
			}
		}
	}
}

// TestHostileDumps reads endless names, columns, tables, brackets and cells:
// memory stays as it is.
func TestHostileDumps(t *testing.T) {
	columns := make([]string, 100_000)
	for i := range columns {
		columns[i] = fmt.Sprint("c", i)
	}
	list := strings.Join(columns, ",")
	e := engine(t)
	for name, r := range map[string]io.Reader{
		"a string":  io.MultiReader(strings.NewReader("INSERT INTO t VALUES ('"), &endless{text: "王小明 ", left: 4 << 20}),
		"cells":     io.MultiReader(strings.NewReader("INSERT INTO t VALUES (1"), &endless{text: ",1", left: 4 << 20}),
		"rows":      io.MultiReader(strings.NewReader("INSERT INTO t VALUES ()"), &endless{text: ",(1)", left: 4 << 20}),
		"brackets":  io.MultiReader(strings.NewReader("INSERT INTO t VALUES "), &endless{text: "(", left: 4 << 20}),
		"copied":    io.MultiReader(strings.NewReader("COPY t FROM stdin;\n"), &endless{text: "\t", left: 4 << 20}),
		"a name":    io.MultiReader(strings.NewReader("CREATE TABLE "), &endless{text: "a.", left: 4 << 20}),
		"columns":   strings.NewReader("CREATE TABLE t (" + list + ");INSERT INTO t (" + list + ") VALUES (" + list + ");INSERT INTO t VALUES (" + list + ");"),
		"tables":    &numbered{form: "CREATE TABLE t%d (a int COMMENT '姓名', b int);", left: 200_000},
		"inserts":   &numbered{form: "INSERT INTO t%d VALUES (1,2,3);", left: 200_000},
		"two names": io.MultiReader(strings.NewReader("CREATE TABLE t ("+list+");"), &endless{text: "INSERT INTO t VALUES (1);INSERT INTO u VALUES (1);", left: 8 << 20}),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			s := e.Scanner()
			runtime.GC()
			runtime.ReadMemStats(&before)
			if _, err := s.Scan(context.Background(), r, dumped, func(*Hit) error { return nil }); err != nil {
				t.Fatal(err)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 24<<20 {
				t.Errorf("the heap grew by %d bytes", grown)
			}
			runtime.KeepAlive(s)
		})
	}
}

// numbered writes a form with one number after the other.
type numbered struct {
	form string
	left int
	rest string
}

func (n *numbered) Read(p []byte) (int, error) {
	if n.rest == "" {
		if n.left == 0 {
			return 0, io.EOF
		}
		n.left--
		n.rest = fmt.Sprintf(n.form, n.left)
	}
	c := copy(p, n.rest)
	n.rest = n.rest[c:]
	return c, nil
}

// FuzzDump looks at any text as a dump: offsets lie in it and come in order;
// what is found does not change with how it is read, nor when it is moved.
func FuzzDump(f *testing.F) {
	e := engine(f)
	for _, name := range []string{"mariadb", "mariadb-compact", "pg-copy", "sqlite"} {
		f.Add(readDump(f, name))
	}
	f.Add("INSERT [t] ([a], [手机]) VALUES (N'it''s', N'13800138000'), ((1), E'\\'')\nGO\n")
	f.Add("COPY t FROM stdin;\n13800138000\t王小明\n\\.\n")
	f.Fuzz(func(t *testing.T, text string) {
		list := find(t, e, text, dumped)
		last := int64(0)
		for _, h := range list {
			if h.Offset < last {
				t.Errorf("%d after %d", h.Offset, last)
			}
			last = h.Offset
		}
		n := 0
		_, err := e.Scanner().Scan(context.Background(), iotest.HalfReader(strings.NewReader(text)), dumped, func(h *Hit) error {
			if n < len(list) && (list[n].Offset != h.Offset || list[n].Column != h.Column || list[n].Points != h.Points()) {
				t.Errorf("found %v, and read in parts %v", list[n], h)
			}
			n++
			return nil
		})
		if err != nil || n != len(list) {
			t.Errorf("found %d, and read in parts %d, %v", len(list), n, err)
		}
		// Moved by whole batches, so that columns are decided after the same rows.
		const moved = batch * 64
		again := find(t, e, strings.Repeat("\n", moved)+text, dumped)
		if len(text) < blockSize/2 && len(again) != len(list) {
			t.Errorf("found %v, and moved %v", list, again)
		}
	})
}
