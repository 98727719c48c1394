package filing

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/problem"
)

func TestFileChecksWhatItCanKnow(t *testing.T) {
	ctx := context.Background()
	plan := func(started, due int) evidence.Item {
		return evidence.Item{Plan: &evidence.Plan{Duty: "TEST", Subject: "pay", Basis: evidence.ByPlan, Started: day.Of(2026, 11, started), Due: day.Of(2026, 11, due), What: "x"}}
	}
	end := func(of int64, how evidence.How, on int) evidence.Item {
		return evidence.Item{End: &evidence.End{Of: of, How: how, Day: day.Of(2026, 11, on), Reason: "x"}}
	}
	supersedes := func(of int64) func(*evidence.Record) {
		return func(r *evidence.Record) { r.Supersedes, r.Reason = of, "x" }
	}
	tests := map[string]struct {
		item evidence.Item
		want string // the fields with a mistake
	}{
		"good":                    {report(5), ""},
		"about every system":      {report(5, func(r *evidence.Record) { r.Subject = evidence.AllSystems }), ""},
		"about the organization":  {report(5, func(r *evidence.Record) { r.Subject = evidence.Organization }), ""},
		"about no system of it":   {report(5, func(r *evidence.Record) { r.Subject = "web" }), "subject"},
		"about nothing":           {report(5, func(r *evidence.Record) { r.Subject = "" }), "subject"},
		"no such kind":            {report(5, func(r *evidence.Record) { r.Kind = "rumour" }), "kind"},
		"no such duty":            {report(5, func(r *evidence.Record) { r.Duties = []string{"TEST", "JEST"} }), "duties"},
		"a plan for no such duty": {evidence.Item{Event: &evidence.Event{Duty: "JEST", Subject: "core", Day: today, What: "x"}}, "duty"},
		"a file that is not kept": {report(5, func(r *evidence.Record) { r.Files = []evidence.File{{Name: "a", Digest: digestOf([]byte("no"))}} }), "files"},
		"a file of another size": {report(5, func(r *evidence.Record) {
			r.Files = []evidence.File{{Name: "a", Digest: digestOf([]byte("abc")), Size: 4}}
		}), "files"},
		"a file that is kept": {report(5, func(r *evidence.Record) {
			r.Files = []evidence.File{{Name: "a", Digest: digestOf([]byte("abc")), Size: 3}}
		}), ""},
		"superseding a record":          {report(5, supersedes(1)), ""},
		"superseding a plan":            {report(5, supersedes(2)), "of"},
		"superseding what is not there": {report(5, supersedes(9)), "of"},
		"withdrawing a record":          {end(1, evidence.Withdrawn, 4), ""},
		"before it counted":             {end(1, evidence.Withdrawn, 2), "day"},
		"carrying out a record":         {end(1, evidence.Done, 4), "of"},
		"carrying out a plan":           {end(2, evidence.Done, 4), ""},
		"ending nothing":                {end(0, evidence.Withdrawn, 4), "of"},
		"ending below nothing":          {end(-1, evidence.Withdrawn, 4), "of of"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, s := newDesk()
			d.files[digestOf([]byte("abc"))] = []byte("abc")
			must(s.File(ctx, bank, "Li", report(3), plan(2, 9)))
			_, err := s.File(ctx, bank, "Li", tt.item)
			if got := fieldsOf(t, err); got != tt.want {
				t.Errorf("mistakes in %q, want %q: %v", got, tt.want, err)
			}
			if added := len(d.filed) - 2; (added == 1) != (tt.want == "") {
				t.Errorf("%d items were filed", added)
			}
		})
	}
}

func TestFileAllOrNothing(t *testing.T) {
	d, s := newDesk()
	_, err := s.File(context.Background(), bank, "Li", report(3), report(4), report(5, func(r *evidence.Record) { r.Kind = "rumour" }))
	if fieldsOf(t, err) != "kind" || len(d.filed) != 0 {
		t.Errorf("%d items were filed, %v", len(d.filed), err)
	}
	filed, err := s.File(context.Background(), bank, "Li", report(3), report(4))
	if err != nil || len(filed) != 2 || filed[1].Seq != 2 || filed[1].By != "Li" || !filed[1].At.Equal(s.Now()) {
		t.Errorf("filed %+v, %v", filed, err)
	}
}

// TestBookReadsWhatIsNew holds the book that is kept between calls to what the
// store has: what was added, and what it was put back to.
func TestBookReadsWhatIsNew(t *testing.T) {
	ctx := context.Background()
	d, s := newDesk()
	for i := range 5 {
		must(s.File(ctx, bank, "Li", report(i+1)))
	}
	if b := must(s.Book(ctx, bank)); b.Revision() != 5 {
		t.Fatalf("revision %d, want 5", b.Revision())
	}
	d.reads = 0
	if must(s.Book(ctx, bank)); d.reads != 1 {
		t.Errorf("%d items were read again, want the last one", d.reads)
	}
	d.filed = d.filed[:2] // the database was put back to a copy
	if b := must(s.Book(ctx, bank)); b.Revision() != 2 {
		t.Errorf("revision %d after the store was put back, want 2", b.Revision())
	}
	d.filed = d.filed[:0]
	if b := must(s.Book(ctx, bank)); b.Revision() != 0 {
		t.Errorf("revision %d of an empty store", b.Revision())
	}
	if d.broken = io.ErrUnexpectedEOF; !errors.Is(second(s.Book(ctx, bank)), io.ErrUnexpectedEOF) {
		t.Error("a store that fails is not told")
	}
}

func second[A, B any](_ A, b B) B { return b }

func TestGet(t *testing.T) {
	_, s := newDesk()
	ctx := context.Background()
	must(s.File(ctx, bank, "Li", report(3)))
	if f, err := s.Get(ctx, bank, 1); err != nil || f.Record == nil {
		t.Errorf("Get(1) = %+v, %v", f, err)
	}
	for _, seq := range []int64{0, 2, -1} {
		if _, err := s.Get(ctx, bank, seq); problem.KindOf(err) != problem.NotFound {
			t.Errorf("Get(%d): %v", seq, err)
		}
	}
}

func TestUploads(t *testing.T) {
	d, s := newDesk()
	ctx := context.Background()
	up, err := s.Begin(ctx, bank, "a1", `C:\papers\re`+"\u202e"+`port.pdf`, 6)
	if err != nil || up.Name != "report.pdf" || up.ID == "" {
		t.Fatalf("Begin = %+v, %v", up, err)
	}
	for name, as := range map[string][2]string{"somebody else": {bank, "a2"}, "another organization": {"shop", "a1"}} {
		if _, err := s.Upload(ctx, as[0], as[1], up.ID); problem.KindOf(err) != problem.NotFound {
			t.Errorf("%s sees the upload: %v", name, err)
		}
		if _, err := s.Write(ctx, as[0], as[1], up.ID, 0, strings.NewReader("x")); problem.KindOf(err) != problem.NotFound {
			t.Errorf("%s writes to it: %v", name, err)
		}
		if _, err := s.Finish(ctx, as[0], as[1], up.ID); problem.KindOf(err) != problem.NotFound {
			t.Errorf("%s finishes it: %v", name, err)
		}
		if err := s.Drop(ctx, as[0], as[1], up.ID); problem.KindOf(err) != problem.NotFound {
			t.Errorf("%s drops it: %v", name, err)
		}
	}
	if n, err := s.Write(ctx, bank, "a1", up.ID, 0, strings.NewReader("abc")); n != 3 || err != nil {
		t.Fatalf("Write = %d, %v", n, err)
	}
	if _, err := s.Finish(ctx, bank, "a1", up.ID); problem.KindOf(err) != problem.Conflict {
		t.Errorf("half of a file is finished: %v", err)
	}
	must(s.Write(ctx, bank, "a1", up.ID, 3, strings.NewReader("def")))
	for of, want := range map[[2]string]int{{bank, "a1"}: 1, {bank, "a2"}: 0, {"shop", "a1"}: 0} {
		if mine := must(s.Mine(ctx, of[0], of[1])); len(mine) != want || want == 1 && mine[0].ID != up.ID {
			t.Errorf("under way of %s to %s: %+v, want %d", of[1], of[0], mine, want)
		}
	}
	f, err := s.Finish(ctx, bank, "a1", up.ID)
	if want := (evidence.File{Name: "report.pdf", Digest: digestOf([]byte("abcdef")), Size: 6}); err != nil || f != want {
		t.Errorf("Finish = %+v, %v, want %+v", f, err, want)
	}
	if err := s.Drop(ctx, bank, "a1", up.ID); err != nil || len(d.uploads) != 0 {
		t.Errorf("Drop: %v, %d left", err, len(d.uploads))
	}
}

func TestBeginRefuses(t *testing.T) {
	_, s := newDesk()
	for name, tt := range map[string]struct {
		organization string
		size         int64
		want         problem.Kind
	}{"no organization": {"shop", 1, problem.NotFound}, "negative": {bank, -1, problem.Input}, "too large": {bank, MaxFile + 1, problem.Input}, "the largest": {bank, MaxFile, ""}} {
		if _, err := s.Begin(context.Background(), tt.organization, "a1", "x", tt.size); problem.KindOf(err) != tt.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeepAndOpen(t *testing.T) {
	_, s := newDesk()
	ctx := context.Background()
	f, err := s.Keep(ctx, "/tmp/a.txt", strings.NewReader("abc"))
	if err != nil || f.Name != "a.txt" || f.Size != 3 {
		t.Fatalf("Keep = %+v, %v", f, err)
	}
	must(s.File(ctx, bank, "Li", report(3, func(r *evidence.Record) { r.Files = []evidence.File{f} }),
		evidence.Item{Event: &evidence.Event{Duty: "TEST", Subject: "core", Day: today, What: "x"}}))
	got, r, err := s.Open(ctx, bank, 1, 0)
	if err != nil || got != f {
		t.Fatalf("Open = %+v, %v", got, err)
	}
	if data, _ := io.ReadAll(r); string(data) != "abc" {
		t.Errorf("read %q", data)
	}
	for _, at := range [][2]int64{{1, 1}, {1, -1}, {2, 0}, {3, 0}} {
		if _, _, err := s.Open(ctx, bank, at[0], int(at[1])); problem.KindOf(err) != problem.NotFound {
			t.Errorf("Open(%d, %d): %v", at[0], at[1], err)
		}
	}
}

func TestCleanName(t *testing.T) {
	for in, want := range map[string]string{"a.txt": "a.txt", "/tmp/a.txt": "a.txt", `C:\x\a.txt`: "a.txt", "a\x00b\nc": "abc", "": "file", "dir/": "file",
		"\xffa": "a", strings.Repeat("报", 100): strings.Repeat("报", evidence.MaxName/3)} {
		if got := cleanName(in); got != want {
			t.Errorf("cleanName(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestWhatEndedIsNamed ends a record twice, in each of the ways in which that
// can be asked for: who was first is told, with number and time.
func TestWhatEndedIsNamed(t *testing.T) {
	ctx := context.Background()
	_, s := newDesk()
	end := evidence.Item{End: &evidence.End{Of: 1, How: evidence.Withdrawn, Day: day.Of(2026, 11, 5), Reason: "x"}}
	must(s.File(ctx, bank, "Li", report(3)))
	must(s.File(ctx, bank, "Wang", end))
	_, filed := s.File(ctx, bank, "Li", end)
	_, imported := s.Import(ctx, importing(head+"ends:\n  - {of: 1, how: withdrawn, day: 2026-11-06, reason: x}"))
	for name, tt := range map[string]struct {
		err  error
		kind problem.Kind
	}{"filed": {filed, problem.Conflict}, "checked": {s.Check(ctx, bank, end), problem.Conflict}, "imported": {imported, problem.Input}} {
		const want = "number 1 was superseded or ended already: number 2 withdrew it, filed by Wang at 2026-11-20 01:00"
		if problem.KindOf(tt.err) != tt.kind || !strings.Contains(tt.err.Error(), want) {
			t.Errorf("%s: %v (%s), want %q", name, tt.err, problem.KindOf(tt.err), want)
		}
	}
}

// TestCheckLooksAtNoFile holds that an item can be checked before its files are
// kept.
func TestCheckLooksAtNoFile(t *testing.T) {
	ctx := context.Background()
	_, s := newDesk()
	item := report(3, func(r *evidence.Record) { r.Files = []evidence.File{{Name: "a/b"}} })
	if err := s.Check(ctx, bank, item); err != nil || len(item.Record.Files) != 1 {
		t.Errorf("Check: %v, %d files are left", err, len(item.Record.Files))
	}
	item.Record.Kind = "rumour"
	if got := fieldsOf(t, s.Check(ctx, bank, item)); got != "kind" {
		t.Errorf("mistakes in %q, want in the kind", got)
	}
}
