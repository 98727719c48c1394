package detect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

// sample has something for every anchor.
const sample = "身份证 11010519491231002X 电话 138 0013 8000，邮箱 zhangsan@example.com；京A12345 " +
	"6228480000000000000 114.114.114.114 00:1A:2B:3C:4D:5E 2001:db8:85a3:1::8a2e GB82 WEST 1234 5698 7654 32 " +
	"密码：Abcd1234 １３８００１３８０００ 寄到北京市朝阳区建国路100号2单元301室，姓名：王小明 LTAIEXAMPLE00000000000 116.3974,39.9092 " +
	"91110108MA01YBNX62 LSJA24U62JG269225 -----BEGIN PRIVATE KEY-----\nMIIExAm9lE7k3yQ2wZ5tExAm9lE7\n"

// TestBlockEdges moves the sample over the end of a block, byte by byte: what
// is found does not depend on where blocks end.
func TestBlockEdges(t *testing.T) {
	e := engine(t)
	want := find(t, e, sample, plainText)
	if len(want) != 18 {
		t.Fatalf("found %d in the sample: %v", len(want), want)
	}
	const step = 23
	for before := blockSize - len(sample) - 64; before < blockSize+64; before += step {
		pad := strings.Repeat("-\n", before/2) + strings.Repeat("\n", before%2)
		got := find(t, e, pad+sample+strings.Repeat("\n", 2000), plainText)
		for i := range got {
			got[i].Offset -= int64(before)
			got[i].Line -= int64(strings.Count(pad, "\n"))
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%d bytes before it:\n got %v\nwant %v", before, got, want)
		}
	}
}

func TestReaders(t *testing.T) {
	e := engine(t)
	want := find(t, e, sample, plainText)
	for name, r := range map[string]io.Reader{
		"byte by byte": iotest.OneByteReader(strings.NewReader(sample)),
		"with its end": iotest.DataErrReader(strings.NewReader(sample)),
	} {
		n := 0
		read, err := e.Scanner().Scan(context.Background(), r, plainText, func(*Hit) error { n++; return nil })
		if n != len(want) || err != nil || read != int64(len(sample)) {
			t.Errorf("%s: found %d of %d in %d of %d bytes, %v", name, n, len(want), read, len(sample), err)
		}
	}
}

// TestReaderFails keeps what was found before a reader fails.
func TestReaderFails(t *testing.T) {
	bad := errors.New("the disk is gone")
	n := 0
	read, err := engine(t).Scanner().Scan(context.Background(), io.MultiReader(strings.NewReader(sample), iotest.ErrReader(bad)), plainText,
		func(*Hit) error { n++; return nil })
	if !errors.Is(err, bad) || n == 0 || read != int64(len(sample)) {
		t.Errorf("found %d in %d bytes, %v", n, read, err)
	}
}

func TestEmitFails(t *testing.T) {
	full := errors.New("the disk is full")
	if _, err := engine(t).Scanner().Scan(context.Background(), strings.NewReader(sample), plainText, func(*Hit) error { return full }); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

// endless repeats a text up to a length, without keeping it.
type endless struct {
	text string
	left int
	at   int
}

func (r *endless) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), r.left)], r.text[r.at:])
	r.at = (r.at + n) % len(r.text)
	r.left -= n
	return n, nil
}

// TestMemory scans long lines, cells and runs of digits: memory stays as it is.
func TestMemory(t *testing.T) {
	e := engine(t)
	for name, text := range map[string]string{"digits": "1234567890", "a line": "姓名 王小明 ", "quotes": `"`, "commas": ",", "anchors": "@1.1.::<<"} {
		for _, layout := range []Layout{plainText, {Form: Delimited, Cell: ',', Row: '\n', Quoted: true}, {Form: Keyed}, {Form: Tagged}} {
			var before, after runtime.MemStats
			s := e.Scanner()
			runtime.GC()
			runtime.ReadMemStats(&before)
			if _, err := s.Scan(context.Background(), &endless{text: text, left: 1 << 20}, layout, func(*Hit) error { return nil }); err != nil {
				t.Fatal(err)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 16<<20 {
				t.Errorf("%s, %s: the heap grew by %d bytes", name, layout.Form, grown)
			}
			runtime.KeepAlive(s)
		}
	}
}

// FuzzScan looks at any text in every form: offsets lie in it, and come in
// order; and what is found does not change when the text is moved.
func FuzzScan(f *testing.F) {
	e := engine(f)
	f.Add(sample, uint8(0))
	f.Add("姓名,手机,备注\n王小明,13800138000,\"a,b\"\n", uint8(1))
	f.Add(`{"phone":"13800138000","id":"\u0031"}`, uint8(2))
	f.Add("<a><mobile>13800138000</mobile>&#49;</a>", uint8(3))
	forms := []Layout{plainText, {Form: Delimited, Cell: ',', Row: '\n', Quoted: true}, {Form: Keyed}, {Form: Tagged}, {Form: Delimited, Cell: CellEnd, Row: RowEnd}}
	f.Fuzz(func(t *testing.T, text string, form uint8) {
		l := forms[int(form)%len(forms)]
		last := int64(0)
		list := find(t, e, text, l)
		for _, h := range list {
			if h.Offset < last {
				t.Errorf("%d after %d", h.Offset, last)
			}
			last = h.Offset
		}
		if l.Form != Plain {
			return
		}
		moved := find(t, e, strings.Repeat("\n", 67)+text, l)
		if len(moved) != len(list) {
			t.Errorf("found %v, and moved %v", list, moved)
		}
	})
}

func BenchmarkScan(b *testing.B) {
	var rows strings.Builder
	rows.WriteString("姓名,身份证号,手机,银行卡,邮箱,车牌,地址,订单号,时间\n")
	for i := range 2000 {
		fmt.Fprintf(&rows, "王小明,11010519491231002X,138%08d,6228480000000000000,user%d@example.com,京A%05d,北京市朝阳区建国路%d号,2024%08d,17000000%05d\n", i*7919%100000000, i, i, i%300+1, i, i)
	}
	csv := Layout{Form: Delimited, Cell: ',', Row: '\n', Quoted: true}
	code := "func (s *Server) handleRequest(w http.ResponseWriter, r *http.Request) error {\n\tif err := s.check(r.Context(), 4096); err != nil {\n\t\treturn fmt.Errorf(\"check %q: %w\", r.URL.Path, err) // see issue 12345\n\t}\n"
	prose := "近年来，随着信息技术的快速发展，各地政府部门不断加强网络安全建设，提高数据治理能力。会议强调，要坚持问题导向，完善制度机制，切实保障人民群众的合法权益。"
	log := `{"time":"2024-01-01T12:34:56.789Z","level":"info","uid":"123456789012345678","ip":"114.114.114.114","trace":"4bf92f3577b34da6a3ce929d0e0e4736","msg":"request done","cost":12.5}` + "\n"
	for _, all := range []bool{false, true} {
		only := []string{"cn_rid18", "cn_mobile", "cn_bankcard", "email", "ipv4", "cn_plate", "cn_passport", "cn_uscc", "secret_others_cn", "secret_pem", "secret_aliyun_ak", "secret_tencent_ak", "mac", "cn_vin"}
		name := "14"
		if all {
			only, name = nil, "all"
		}
		e := engine(b, only...)
		for _, tt := range []struct {
			name, text string
			layout     Layout
		}{{"source", code, plainText}, {"prose", prose, plainText}, {"csv", rows.String(), csv}, {"log", log, Layout{Form: Keyed}}} {
			b.Run(name+"/"+tt.name, func(b *testing.B) {
				const size = 8 << 20
				text := strings.Repeat(tt.text, size/len(tt.text)+1)[:size]
				s := e.Scanner()
				found := 0
				b.SetBytes(size)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := s.Scan(context.Background(), strings.NewReader(text), tt.layout, func(*Hit) error { found++; return nil }); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(found)/float64(b.N), "found/op")
			})
		}
	}
}
