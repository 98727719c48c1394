package filing

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/problem"
)

const head = "guanji: 1\norganization: bank\n"

// record is a good record of a file, on line 4 to 10, with further lines.
func recordText(more string) string {
	return head + "records:\n  - kind: report\n    duties: [TEST]\n    subject: core\n    observed: 2026-11-03\n    method: {kind: attested, who: Li}\n    result: in_order\n" + more
}

// folder has the files that the tests name.
func folder() fstest.MapFS {
	return fstest.MapFS{"files/a.txt": {Data: []byte("abc")}, "files/b.txt": {Data: []byte("b")}}
}

func importing(text string) Importing {
	return Importing{Name: "f.yaml", Data: []byte(text), Folder: folder(), By: "Li"}
}

const whole = head + `records:
  - ref: first
    kind: report
    duties: [TEST]
    subject: core
    observed: 2026-11-03
    method: {kind: attested, who: Li}
    result: in_order
    files: [{path: files/a.txt}, {path: files/b.txt, name: 报告.txt}]
  - ref: second
    kind: report
    duties: [TEST, SCAN]
    subject: core
    observed: 2026-11-04
    valid_until: 2027-01-01
    method: {kind: imported, tool: scanner, version: "7"}
    scope: {what: servers, population: 120, sample: 3, skipped: 1, why: locked}
    result: none_found
    note: n
    supersedes: first
    reason: the wrong server
plans:
  - {ref: order, duty: TEST, subject: pay, basis: order, by: the department, reference: "7", started: 2026-11-01, due: 2026-12-01, what: close it}
events:
  - {ref: bought, duty: SCAN, subject: organization, day: 2026-11-02, what: a purchase}
assignments:
  - {duty: TEST, subject: systems/*, owner: Li, due: 2026-12-01, remind: 30, note: n}
ends:
  - {of: order, how: done, day: 2026-11-05, reason: closed}
  - {of: bought, how: withdrawn, day: 2026-11-06, reason: it was not}
`

func TestImportFilesEverything(t *testing.T) {
	d, s := newDesk()
	must(s.File(context.Background(), bank, "Li", report(1))) // so that numbers do not begin at 1
	done, err := s.Import(context.Background(), importing(whole))
	if err != nil || len(done.Filed) != 7 || done.Stood != 0 || done.Organization != bank {
		t.Fatalf("Import = %+v, %v", done, err)
	}
	b := must(s.Book(context.Background(), bank))
	first, second := b.Filed[1].Record, b.Filed[2].Record
	wantFiles := []evidence.File{{Name: "a.txt", Digest: digestOf([]byte("abc")), Size: 3}, {Name: "报告.txt", Digest: digestOf([]byte("b")), Size: 1}}
	if !slices.Equal(first.Files, wantFiles) || len(d.files) != 2 {
		t.Errorf("files %+v, of which %d are kept", first.Files, len(d.files))
	}
	if second.Supersedes != 2 || second.Reason == "" || second.ValidUntil != day.Of(2027, 1, 1) || *second.Scope != (evidence.Scope{What: "servers", Population: 120, Sample: 3, Skipped: 1, Why: "locked"}) ||
		second.Method != (evidence.Method{Kind: evidence.Imported, Tool: "scanner", Version: "7"}) || len(second.Duties) != 2 || second.Note != "n" {
		t.Errorf("the second record is %+v", second)
	}
	if p := b.Filed[3].Plan; p.By != "the department" || p.Reference != "7" || b.Ended(4) != day.Of(2026, 11, 5) {
		t.Errorf("the plan is %+v, ended %s", p, b.Ended(4))
	}
	if a := b.Filed[5].Assignment; a.Owner != "Li" || a.Remind != 30 || a.Due != day.Of(2026, 12, 1) || a.Subject != evidence.AllSystems {
		t.Errorf("the assignment is %+v", a)
	}
	if b.Ended(2) != day.Of(2026, 11, 4) || b.Ended(5) != day.Of(2026, 11, 6) {
		t.Errorf("2 ended %s, 5 ended %s", b.Ended(2), b.Ended(5))
	}
}

func TestImportAgainFilesNothing(t *testing.T) {
	ctx := context.Background()
	d, s := newDesk()
	must(s.Import(ctx, importing(whole)))
	kept := len(d.files)
	again := func(text string, filed, stood int) {
		t.Helper()
		done, err := s.Import(ctx, importing(text))
		if err != nil || len(done.Filed) != filed || done.Stood != stood {
			t.Errorf("%d filed and %d filed before, %v, want %d and %d", len(done.Filed), done.Stood, err, filed, stood)
		}
	}
	again(whole, 0, 7)
	must(s.File(ctx, bank, "Wang", evidence.Item{End: &evidence.End{Of: 2, How: evidence.Withdrawn, Day: today, Reason: "x"}}))
	again(whole, 0, 7) // what was withdrawn since is not filed again
	more := strings.Replace(whole, "plans:", "  - {kind: scan, duties: [SCAN], subject: pay, observed: 2026-11-07, method: {kind: attested, who: Li}, result: gaps}\nplans:", 1)
	again(more, 1, 7)
	again(more, 0, 8)
	again(strings.Replace(more, "who: Li", "who: Wang", 1), 2, 6) // another person says so: it is another record, and so is what supersedes it
	if len(d.files) != kept {
		t.Errorf("%d files are kept, want %d", len(d.files), kept)
	}
}

// TestImportOfEqualEntries files as many as the file has.
func TestImportOfEqualEntries(t *testing.T) {
	_, s := newDesk()
	one := "  - {kind: scan, duties: [SCAN], subject: pay, observed: 2026-11-07, method: {kind: attested, who: Li}, result: gaps}\n"
	for i, want := range []int{1, 1, 0, 1} {
		text := head + "records:\n" + strings.Repeat(one, []int{1, 2, 2, 3}[i])
		if done := must(s.Import(context.Background(), importing(text))); len(done.Filed) != want {
			t.Errorf("step %d: %d filed, want %d", i, len(done.Filed), want)
		}
	}
}

// TestImportWhileOthersFile is told that the numbers it counted on are taken,
// and counts again.
func TestImportWhileOthersFile(t *testing.T) {
	d, s := newDesk()
	d.between = func(d *desk) { must(s.File(context.Background(), bank, "Wang", report(1))) }
	must(s.Import(context.Background(), importing(whole)))
	b := must(s.Book(context.Background(), bank))
	if b.Filed[0].By != "Wang" || b.Filed[2].Record.Supersedes != 2 || b.Revision() != 8 {
		t.Errorf("the second record supersedes %d in a book of %d", b.Filed[2].Record.Supersedes, b.Revision())
	}
	same, s2 := newDesk()
	same.between = func(*desk) { must(s2.Import(context.Background(), importing(whole))) }
	if done := must(s2.Import(context.Background(), importing(whole))); len(done.Filed) != 0 || len(same.filed) != 7 {
		t.Errorf("two who take in one file at once file %d items, the later one %d", len(same.filed), len(done.Filed))
	}
	busy, s3 := newDesk()
	var faster func(*desk)
	faster = func(d *desk) {
		d.filed = append(d.filed, evidence.Filed{Item: report(1), Seq: int64(len(d.filed) + 1)})
		d.between = faster
	}
	busy.between = faster
	if _, err := s3.Import(context.Background(), importing(whole)); problem.KindOf(err) != problem.Conflict || len(busy.filed) != tries {
		t.Errorf("when others are faster every time: %v after %d tries", err, len(busy.filed))
	}
}

func TestImportMistakes(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"empty":                         {"", "f.yaml: the file is empty"},
		"no organization":               {"guanji: 1", `f.yaml:1:1: missing key "organization"`},
		"another version":               {"guanji: 2\norganization: bank", "f.yaml:1:9: guanji: 2 is not a version"},
		"no such organization":          {"guanji: 1\norganization: shop", "f.yaml:2:15: there is no organization shop"},
		"unknown list":                  {head + "record: []", `f.yaml:3:1: unknown key "record"`},
		"unknown key":                   {recordText("    colour: red\n"), `f.yaml:10:5: unknown key "colour"`},
		"missing key, told once":        {head + "events:\n  - {duty: TEST, subject: core, what: x}", `f.yaml:4:5: missing key "day"`},
		"wrong day, told once":          {strings.Replace(recordText(""), "2026-11-03", "2026-13-03", 1), "f.yaml:7:15: want a day"},
		"day to come":                   {strings.Replace(recordText(""), "2026-11-03", "2026-11-21", 1), "f.yaml:7:15: observed: this day is still to come; today is 2026-11-20"},
		"no such duty":                  {strings.Replace(recordText(""), "[TEST]", "[JEST]", 1), "f.yaml:5:13: duties: there is no duty JEST"},
		"no such duty of an event":      {head + "events:\n  - {duty: JEST, subject: core, day: 2026-11-01, what: x}", "f.yaml:4:12: duty: there is no duty JEST"},
		"no such kind":                  {strings.Replace(recordText(""), "kind: report", "kind: rumour", 1), "f.yaml:4:11: kind: there is no kind of evidence rumour"},
		"no such system":                {strings.Replace(recordText(""), "core", "web", 1), "f.yaml:6:14: subject: there is no system web"},
		"no such result":                {strings.Replace(recordText(""), "in_order", "compliant", 1), "f.yaml:9:13: result: choose one"},
		"attested by nobody":            {strings.Replace(recordText(""), ", who: Li", "", 1), "f.yaml:8:13: method.who: this is needed"},
		"run of two lines":              {strings.Replace(recordText(""), "who: Li", `who: "L\ni"`, 1), "f.yaml:8:35: method.who: want one line"},
		"scope beyond the whole":        {recordText("    scope: {what: x, population: 2, sample: 3}\n"), "f.yaml:10:12: scope: looked at cannot be more"},
		"reason for nothing":            {recordText("    reason: x\n"), "f.yaml:10:13: reason: a reason goes with"},
		"superseding without a reason":  {recordText("    supersedes: 1\n"), "f.yaml:4:5: reason: this is needed"},
		"superseding nothing filed":     {recordText("    supersedes: 9\n    reason: x\n"), "f.yaml:10:17: supersedes: number 9 cannot be ended"},
		"superseding no entry above":    {recordText("    ref: me\n    supersedes: me\n    reason: x\n"), `f.yaml:11:17: no entry above is named "me"`},
		"superseding what has ended":    {recordText("    supersedes: \"#1\"\n    reason: x\n  - {kind: report, duties: [TEST], subject: core, observed: 2026-11-03, method: {kind: attested, who: Li}, result: gaps, supersedes: 1, reason: x}\n"), "f.yaml:12:134: supersedes: number 1 was superseded"},
		"number below 1":                {recordText("    supersedes: 0\n    reason: x\n"), "f.yaml:10:17: 0 names nothing filed"},
		"number in other words":         {recordText("    supersedes: \"#x\"\n    reason: x\n"), `f.yaml:10:17: "#x" names nothing filed`},
		"a list for a number":           {recordText("    supersedes: [1]\n    reason: x\n"), "f.yaml:10:17: […] names nothing filed"},
		"name in capitals":              {recordText("    ref: Me\n"), `f.yaml:10:10: "Me" is no name`},
		"name twice":                    {recordText("    ref: me\n  - {ref: me, kind: report, duties: [TEST], subject: core, observed: 2026-11-03, method: {kind: attested, who: Li}, result: gaps}\n"), `f.yaml:11:11: the id "me" stands already in line 4`},
		"ending nothing":                {head + "ends:\n  - {of: null, how: done, day: 2026-11-01, reason: x}", "f.yaml:4:10: of: this is needed"},
		"carrying out a record":         {head + "ends:\n  - {of: 1, how: done, day: 2026-11-05, reason: x}", "f.yaml:4:10: of: number 1 cannot be ended"},
		"before it counted":             {head + "ends:\n  - {of: 1, how: withdrawn, day: 2026-10-01, reason: x}", "f.yaml:4:34: day: this day lies before"},
		"no such file":                  {recordText("    files: [{path: files/c.txt}]\n"), `f.yaml:10:20: cannot take the file "files/c.txt": there is no such file`},
		"a file above the folder":       {recordText("    files: [{path: ../a.txt}]\n"), `f.yaml:10:20: cannot take the file "../a.txt": want a path within`},
		"a file from the root":          {recordText("    files: [{path: /etc/passwd}]\n"), "f.yaml:10:20: cannot take the file"},
		"a folder for a file":           {recordText("    files: [{path: files}]\n"), "f.yaml:10:20: cannot take the file \"files\": it is not a plain file"},
		"a file under a name of a path": {recordText("    files: [{path: files/a.txt, name: x/y}]\n"), "f.yaml:10:12: files: a file needs a name"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, s := newDesk()
			must(s.File(context.Background(), bank, "Li", report(1)))
			_, err := s.Import(context.Background(), importing(tt.text))
			list, _ := err.(problem.List)
			if len(list) != 1 || !strings.HasPrefix(list.In(message.English), tt.want) {
				t.Errorf("mistakes:\n%v\nwant one: %s", err, tt.want)
			}
			if len(d.filed) != 1 || len(d.files) != 0 {
				t.Errorf("%d items are filed and %d files kept", len(d.filed), len(d.files))
			}
		})
	}
}

func TestImportTellsEveryMistakeAtOnce(t *testing.T) {
	_, s := newDesk()
	_, err := s.Import(context.Background(), importing(strings.NewReplacer("guanji: 1", "guanji: 7", "observed: 2026-11-03", "observed: soon", "subject: core", "subject: web", "TEST", "JEST",
		"files/a.txt", "none", "supersedes: first", "supersedes: last").Replace(whole)))
	var lines []int
	for _, m := range err.(problem.List) {
		lines = append(lines, m.Line)
	}
	if want := []int{1, 6, 7, 8, 11, 14, 15, 22, 25, 29}; !slices.Equal(lines, want) {
		t.Errorf("mistakes in lines %v, want %v:\n%v", lines, want, err)
	}
}

func TestImportOfAnotherOrganization(t *testing.T) {
	_, s := newDesk()
	in := importing(whole)
	in.Only = "shop"
	if _, err := s.Import(context.Background(), in); problem.KindOf(err) != problem.Input || !strings.Contains(err.Error(), "f.yaml:2:15: the file is about bank, not about shop") {
		t.Errorf("Import: %v", err)
	}
	in.Only = bank
	if _, err := s.Import(context.Background(), in); err != nil {
		t.Errorf("Import: %v", err)
	}
}

// TestImportStaysInItsFolder follows no link out of the folder, and opens no
// pipe.
func TestImportStaysInItsFolder(t *testing.T) {
	dir := t.TempDir()
	for path, text := range map[string]string{"outside.txt": "secret", "in/files/b.txt": "b", "in/files/a.txt": "abc"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, path), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../../outside.txt", filepath.Join(dir, "in/files/out")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a.txt", filepath.Join(dir, "in/files/within")); err != nil {
		t.Fatal(err)
	}
	root := must(os.OpenRoot(filepath.Join(dir, "in")))
	defer root.Close()
	for path, ok := range map[string]bool{"files/out": false, "files/within": true, "files/a.txt": true} {
		d, s := newDesk()
		in := importing(recordText("    files: [{path: " + path + "}]\n"))
		in.Folder = root.FS()
		if _, err := s.Import(context.Background(), in); (err == nil) != ok || (len(d.files) == 1) != ok {
			t.Errorf("%s: %d files kept, %v", path, len(d.files), err)
		}
	}
	_, s := newDesk()
	in := importing(recordText("    files: [{path: files/a.txt}]\n"))
	in.Folder = nil
	if _, err := s.Import(context.Background(), in); err == nil || !strings.Contains(err.Error(), "standard input") {
		t.Errorf("without a folder: %v", err)
	}
}

// changing is a folder whose files are other ones each time they are opened.
type changing struct{ fstest.MapFS }

func (c changing) Open(name string) (fs.File, error) {
	c.MapFS[name] = &fstest.MapFile{Data: append(c.MapFS[name].Data, 'x'), ModTime: time.Time{}}
	return c.MapFS.Open(name)
}

func TestImportOfAFileThatChanges(t *testing.T) {
	d, s := newDesk()
	in := importing(recordText("    files: [{path: files/a.txt}]\n"))
	in.Folder = changing{folder()}
	_, err := s.Import(context.Background(), in)
	if problem.KindOf(err) != problem.Refused || len(d.filed) != 0 {
		t.Errorf("%d items are filed, %v", len(d.filed), err)
	}
	if opened := len(in.Folder.(changing).MapFS["files/a.txt"].Data) - len("abc"); opened != 2 {
		t.Errorf("it was read %d times, want once to measure and once to keep", opened)
	}
}

func TestImportIsStopped(t *testing.T) {
	d, s := newDesk()
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := s.Import(ctx, importing(whole)); err == nil || len(d.filed) != 0 {
		t.Errorf("%d items are filed, %v", len(d.filed), err)
	}
}

// FuzzEvidenceFile holds that whatever is read ends in mistakes with places
// and words in both languages, or in entries that a second time are all known.
func FuzzEvidenceFile(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(recordText("    supersedes: \"#1\"\n    reason: x\n")))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, s := newDesk()
		in := importing("")
		in.Data = data
		done, err := s.Import(context.Background(), in)
		if err != nil {
			for _, m := range err.(problem.List) {
				if m.File != "f.yaml" || m.In(message.English) == "" || m.In(message.Chinese) == "" {
					t.Errorf("mistake without place or words: %+v", m)
				}
			}
			return
		}
		again, err := s.Import(context.Background(), in)
		if err != nil || len(again.Filed) != 0 || again.Stood != len(done.Filed)+done.Stood {
			t.Errorf("taken in again: %d filed, %d known of %d, %v", len(again.Filed), again.Stood, len(done.Filed), err)
		}
	})
}
