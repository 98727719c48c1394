package discover

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"guanji/content"
	"guanji/internal/detect"
	"guanji/internal/detect/grade"
)

// memory is a source of texts by name, in the order of names.
type memory struct {
	names []string
	texts map[string]string
	skips map[string]Skip // told before the unit of that name
	last  []Skip          // told behind all
	read  func(name string) error
}

func (m *memory) Units(ctx context.Context, visit func(Unit) error, skip func(Skip)) error {
	for _, name := range m.names {
		if k, ok := m.skips[name]; ok {
			skip(k)
		}
		if err := visit(Unit{Name: name, Size: int64(len(m.texts[name]))}); err != nil {
			return err
		}
	}
	for _, k := range m.last {
		skip(k)
	}
	return ctx.Err()
}

func (m *memory) Read(ctx context.Context, u Unit, visit func(Document) error, skip func(Skip)) error {
	if m.read != nil {
		if err := m.read(u.Name); err != nil {
			return err
		}
	}
	text := io.Reader(strings.NewReader(m.texts[u.Name]))
	if strings.HasSuffix(u.Name, ".bad") {
		text = io.MultiReader(text, iotest.ErrReader(errors.New("it ends too early")))
	}
	return visit(Document{Name: u.Name, Kind: "text", Encoding: "utf-8", Layout: detect.Layout{Form: detect.Plain}, Text: text})
}

func engine(t testing.TB) *detect.Engine {
	t.Helper()
	e, err := detect.New(content.Files, detect.Options{Confidence: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// many is a source of n units with a few findings each; some are large.
func many(n int) *memory {
	m := &memory{texts: map[string]string{}, skips: map[string]Skip{}}
	for i := range n {
		name := fmt.Sprintf("%04d.txt", i)
		m.names = append(m.names, name)
		m.texts[name] = fmt.Sprintf("手机 138%08d 身份证 11010519491231002X\n", i)
		if i%7 == 0 {
			m.texts[name] += strings.Repeat(fmt.Sprintf("电话 139%08d\n", i), 300)
		}
		if i%5 == 0 {
			m.skips[name] = Skip{Document: name + ".png", Why: Image}
		}
	}
	m.last = []Skip{{Document: "网络拓扑", Why: Special}}
	return m
}

func job(t testing.TB, m *memory, out io.Writer) Job {
	rules, err := grade.Read(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	return Job{Source: m, Store: "s", Engine: engine(t), Rules: rules, Secret: []byte("0123456789abcdef0123456789abcdef"), Workers: 4, Out: out, Now: time.Now}
}

func TestRun(t *testing.T) {
	var out bytes.Buffer
	m := many(50)
	m.names = append(m.names, "end.bad")
	m.texts["end.bad"] = "手机 13800138000\n"
	s, err := Run(context.Background(), job(t, m, &out))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if want := 50 + 50 + 8*300 + 1; len(lines) != want || s.Findings["cn_mobile"]+s.Findings["cn_rid18"] != int64(want) {
		t.Errorf("%d lines, %v, want %d", len(lines), s.Findings, want)
	}
	if n := s.Named["annex_g.g"]; n == nil || n.Count != 1 || s.Grade.Level != grade.Important || s.People != 59 {
		t.Errorf("the name of what was skipped behind all others: %+v, %+v, %d people", n, s.Grade, s.People)
	}
	if s.Units != 51 || s.Documents != 51 || s.SkippedCount[Image] != 10 || s.SkippedCount[Special] != 1 || s.SkippedCount[Damaged] != 1 {
		t.Errorf("%+v", s)
	}
	last := ""
	digests := map[string]bool{}
	for _, line := range lines {
		var f Finding
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		if f.Document < last {
			t.Fatalf("%s comes after %s", f.Document, last)
		}
		last = f.Document
		if f.Detector == "cn_rid18" {
			digests[f.Digest] = true
		}
		if strings.Contains(line, "13800138000") || strings.Contains(line, "11010519491231002X") {
			t.Fatalf("the value is in %s", line)
		}
	}
	if len(digests) != 1 {
		t.Errorf("one number has %d digests", len(digests))
	}
}

// TestResume interrupts a scan again and again, at every kind of place, and
// goes on from what was saved: the result is that of a scan in one go.
func TestResume(t *testing.T) {
	const units = 60
	var whole bytes.Buffer
	want, err := Run(context.Background(), job(t, many(units), &whole))
	if err != nil {
		t.Fatal(err)
	}
	for _, every := range []int64{3, 17, 40} {
		var out bytes.Buffer
		var after *Progress
		var got Summary
		for tries := 0; ; tries++ {
			if tries > units {
				t.Fatalf("it does not come to an end, every %d", every)
			}
			ctx, cancel := context.WithCancel(context.Background())
			m := many(units)
			var n atomic.Int64
			m.read = func(string) error {
				if n.Add(1) > every {
					cancel()
				}
				return nil
			}
			j := job(t, m, &out)
			j.After = after
			now := time.Now()
			j.Now = func() time.Time { now = now.Add(saveEvery); return now } // it is always time to save
			j.Save = func(p Progress) error {
				data, err := json.Marshal(p) // as a file would keep it
				if err != nil {
					return err
				}
				after = new(Progress)
				return json.Unmarshal(data, after)
			}
			j.Workers = 1 // with more, the clock above would race
			got, err = Run(ctx, j)
			cancel()
			if err == nil {
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			written := int64(0)
			if after != nil {
				written = after.Written
			}
			out.Truncate(int(written))
		}
		if out.String() != whole.String() {
			t.Errorf("every %d: the findings are others", every)
		}
		got.Seconds, got.Resumed = want.Seconds, false
		if !reflect.DeepEqual(got, want) {
			t.Errorf("every %d:\n got %+v\nwant %+v", every, got, want)
		}
	}
}

func TestGone(t *testing.T) {
	j := job(t, many(3), io.Discard)
	j.After = &Progress{Last: "no longer there", Summary: newSummary("s", "")}
	if _, err := Run(context.Background(), j); !errors.Is(err, ErrGone) {
		t.Errorf("got %v", err)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestFullDisk(t *testing.T) {
	if _, err := Run(context.Background(), job(t, many(30), fullDisk{})); err == nil || !strings.Contains(err.Error(), "no space") {
		t.Errorf("got %v", err)
	}
	j := job(t, many(30), io.Discard)
	j.Save = func(Progress) error { return errors.New("no space left on device") }
	if _, err := Run(context.Background(), j); err == nil || !strings.Contains(err.Error(), "no space") {
		t.Errorf("got %v", err)
	}
}

// TestManyFindings has one unit with more findings than are kept: they are
// written as they come, and others wait.
func TestManyFindings(t *testing.T) {
	m := many(3)
	m.texts["0001.txt"] = strings.Repeat("电话 13800138000\n", 60_000)
	var out bytes.Buffer
	s, err := Run(context.Background(), job(t, m, &out))
	if err != nil || s.Findings["cn_mobile"] < 60_000 || int64(bytes.Count(out.Bytes(), []byte("\n"))) != s.Findings["cn_mobile"]+s.Findings["cn_rid18"] {
		t.Errorf("%v, %v", s.Findings, err)
	}
}

// BenchmarkRun scans rows with a finding every thirty bytes, to lines of JSON.
func BenchmarkRun(b *testing.B) {
	var rows strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&rows, "11010519491231002X,138%08d,user%d@example.com,京A%05d\n", i, i, i)
	}
	m := &memory{names: []string{"a"}, texts: map[string]string{"a": rows.String()}}
	j := job(b, m, io.Discard)
	b.SetBytes(int64(rows.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Run(b.Context(), j); err != nil {
			b.Fatal(err)
		}
	}
}
