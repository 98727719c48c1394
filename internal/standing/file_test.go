package standing

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
)

const head = "guanji: 1\norganization: {id: a, name: {en: A, zh: 甲}}\n"

// imported states a file in an empty store, which must take it, and returns
// what it is exported as.
func imported(t testing.TB, data []byte) (*Service, *State, []byte) {
	t.Helper()
	s, m := service(t)
	done, err := s.Import(t.Context(), "", "f.yaml", data, false, li)
	if err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	st, err := s.State(t.Context(), done.Organization)
	must(t, err)
	if !done.Created || done.Changed != 0 || done.TakenBack != 0 || done.Added != len(m.entries[done.Organization]) {
		t.Errorf("Import = %+v", done)
	}
	out, err := s.Export(st)
	must(t, err)
	return s, st, out
}

// roundTrip checks what must be true of every file that can be imported: it is
// the same file after it was exported, imported elsewhere and exported there;
// nothing is lost by it; and to import it again, whole or not, changes nothing.
func roundTrip(t testing.TB, data []byte) {
	t.Helper()
	s, st, once := imported(t, data)
	_, elsewhere, twice := imported(t, once)
	if !bytes.Equal(once, twice) {
		t.Fatalf("exported\n%s\nand, from there,\n%s", once, twice)
	}
	want, warnings := st.File(s.Set.Vocabulary)
	got, _ := elsewhere.File(s.Set.Vocabulary)
	if !reflect.DeepEqual(got, want) || len(warnings) != 0 {
		t.Fatalf("read\n%+v\nand, once exported,\n%+v\n(%v)", want, got, warnings)
	}
	for _, whole := range []bool{false, true} {
		for _, file := range [][]byte{data, once} {
			done, err := s.Import(t.Context(), st.ID, "f.yaml", file, whole, wang)
			if err != nil || done != (Import{Organization: st.ID}) {
				t.Fatalf("imported again, whole %v: %+v, %v\n%s", whole, done, err, file)
			}
		}
	}
	entries := s.Store.(*memory).entries[st.ID]
	byOne := NewState(st.ID)
	for _, e := range entries {
		byOne = byOne.With([]Entry{e})
	}
	if !sameState(byOne, NewState(st.ID).With(entries)) {
		t.Fatal("the state depends on how many entries are read at once")
	}
}

func examples(t testing.TB) map[string][]byte {
	t.Helper()
	fsys := os.DirFS("../../examples")
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil || len(names) < 5 {
		t.Fatalf("examples %v, %v", names, err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		if strings.HasSuffix(name, ".evidence.yaml") {
			continue
		}
		if files[name], err = fs.ReadFile(fsys, name); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestExamplesRoundTrip(t *testing.T) {
	set := load(t)
	for name, data := range examples(t) {
		t.Run(name, func(t *testing.T) {
			roundTrip(t, data)
			_, _, out := imported(t, data)
			var decided [2][]byte
			for i, file := range [][]byte{data, out} {
				f, err := set.Vocabulary.ReadFile(name, file)
				must(t, err)
				a, err := set.Assess(f, day.Of(2026, 9, 1))
				must(t, err)
				decided[i], err = json.Marshal([]any{a.Determination, a.Duties, a.Transfers, a.Warnings})
				must(t, err)
			}
			if !bytes.Equal(decided[0], decided[1]) {
				t.Error("the exported file is assessed otherwise")
			}
		})
	}
}

// awkward are texts that mean something else in YAML where they are not quoted.
var awkward = []string{"yes", "no", "null", "~", "true", "1", "0x1F", "1_000", "1e3", ".inf", "-.5", "2024-01-01", "12:30:45", "=", "<<", "- a", "-", "? a", "a: b", ": a", "a #b", "#",
	"'", `"`, `\`, "{", "}", "[a]", ",", "&a", "*a", "!!str", "|", ">", "%YAML", "@", "`", " lead", "trail ", "a\tb", "\tb", "a\nb", "\na", "a\n", "a\n\n", " a\n  b\n", "\n a", "---", "...", "a: |\n  b",
	"\u2028", "a\u2029b", "\ufeff", "a\ufeffb", "\u00a0", "\ufffd", "\uffff", "😀", "示例（虚构）", "e\u0301", strings.Repeat("长", 3000), strings.Repeat("word ", 500) + "."}

// wordy returns a file, written as JSON, that holds a text in every place, but
// for ids that it cannot be.
func wordy(t testing.TB, s string) []byte {
	t.Helper()
	both, id := message.Text{En: s, Zh: s}, s
	if !goodFileID(id) {
		id = "x"
	}
	unit := map[string]any{"id": id, "name": both}
	data, err := json.Marshal(map[string]any{"guanji": 1, "organization": unit, "systems": []any{unit}, "transfers": []any{unit},
		"designations": []any{map[string]any{"notified_on": "2024-01-01", "by": s, "reference": s, "systems": []string{id}}}})
	must(t, err)
	return data
}

func TestAwkwardTextsRoundTrip(t *testing.T) {
	set := load(t)
	taken := 0
	for _, s := range awkward {
		t.Run(fmt.Sprintf("%.20q", s), func(t *testing.T) {
			data := wordy(t, s)
			if f, err := set.Vocabulary.ReadFile("f", data); err == nil && checkIDs("f", f) == nil {
				taken++
				roundTrip(t, data)
			}
		})
	}
	if taken < len(awkward)/2 {
		t.Errorf("only %d of %d files were good", taken, len(awkward))
	}
}

// anyValue returns some value of a fact, now and then unknown.
func anyValue(r *rand.Rand, f *org.Fact) json.RawMessage {
	low, high := 0.0, 1e6
	if f.Min != nil {
		low, high = *f.Min, *f.Min+1e6
	}
	if f.Max != nil {
		high = *f.Max
	}
	v := org.Value{Kind: f.Kind}
	switch {
	case r.IntN(5) == 0:
		v = org.Value{}
	case f.Kind == org.Bool:
		v.I = r.Int64N(2)
	case f.Kind == org.Int:
		v.I = int64(low) + r.Int64N(int64(high-low)+1)
	case f.Kind == org.Number:
		v.F = low + r.Float64()*(high-low)
	case f.Kind == org.Enum:
		v.I = r.Int64N(int64(len(f.Values)))
	case f.Kind == org.Set:
		v.Bits = r.Uint64() & (1<<len(f.Values) - 1)
	}
	return Encode(v.In(f))
}

// live has a random organization made by all that people can do.
func live(t testing.TB, seed uint64) (*Service, *memory) {
	t.Helper()
	s, m := acme(t)
	ctx, r := t.Context(), rand.New(rand.NewPCG(seed, 1))
	units := func(about org.Subject) string { return fmt.Sprintf("%s-%d", about, r.IntN(4)) }
	for range 60 {
		st := state(t, s)
		about := []org.Subject{org.AboutOrganization, org.AboutSystem, org.AboutTransfer}[r.IntN(3)]
		subject := string(org.AboutOrganization)
		if about != org.AboutOrganization {
			subject = units(about)
		}
		var err error
		switch what := r.IntN(10); {
		case what == 0:
			n := Notice{NotifiedOn: day.Of(2024, 1, 1+r.IntN(3)), By: []string{"", "MIIT", "yes"}[r.IntN(3)], Systems: st.Units(org.AboutSystem)}
			if r.IntN(2) == 0 {
				n.WithdrawnOn = n.NotifiedOn.AddDays(r.IntN(999))
			}
			err = s.AddNotice(ctx, "acme", n, li)
		case what == 1 && len(st.Units(AboutNotice)) > 0:
			ids := st.Units(AboutNotice)
			err = s.Remove(ctx, "acme", AboutNotice, ids[r.IntN(len(ids))], li)
		case about != org.AboutOrganization && !st.Exists(about, subject):
			err = s.AddUnit(ctx, "acme", about, subject, message.Text{En: awkward[r.IntN(len(awkward))], Zh: "单位"}, li)
			if fields, ok := err.(problem.Fields); ok && fields[0].Name == "name_en" {
				err = nil // a name that no page takes
			}
		case about != org.AboutOrganization && what < 4:
			err = s.Remove(ctx, "acme", about, subject, wang)
		default:
			var of []*org.Fact
			for _, f := range s.Set.Vocabulary.Facts() {
				if f.Subject == about && f.Kind != org.Record {
					of = append(of, f)
				}
			}
			f := of[r.IntN(len(of))]
			c := Change{Ref: Ref{about, subject, f.ID}, Seen: Whatever}
			if r.IntN(6) > 0 {
				c.Value = anyValue(r, f)
			}
			err = s.Append(ctx, "acme", []Change{c}, wang)
		}
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	return s, m
}

// TestLivesRoundTrip lets organizations change at random: what is exported at
// the end is the same once it was imported elsewhere, and by a whole import
// any of them becomes what another is.
func TestLivesRoundTrip(t *testing.T) {
	for seed := range uint64(15) {
		s, m := live(t, seed)
		out, err := s.Export(state(t, s))
		must(t, err)
		_, _, again := imported(t, out)
		if !bytes.Equal(out, again) {
			t.Fatalf("seed %d: exported\n%s\nand, from there,\n%s", seed, out, again)
		}
		roundTrip(t, out)

		other, _ := live(t, seed+1000)
		_, err = other.Import(t.Context(), "acme", "f", out, true, li)
		must(t, err)
		was, _ := state(t, s).File(s.Set.Vocabulary)
		is, _ := state(t, other).File(s.Set.Vocabulary)
		for _, f := range []*org.File{was, is} { // a file keeps no order of what is there already
			byID := func(a, b org.Unit) int { return strings.Compare(a.ID, b.ID) }
			slices.SortFunc(f.Systems, byID)
			slices.SortFunc(f.Transfers, byID)
			slices.SortFunc(f.Designations, func(a, b org.Designation) int { return bytes.Compare(Encode(Notice(a)), Encode(Notice(b))) })
		}
		if !reflect.DeepEqual(was, is) {
			t.Fatalf("seed %d: a whole import made\n%+v\nof\n%+v", seed, is, was)
		}

		byOne := NewState("acme")
		for _, e := range m.entries["acme"] {
			byOne = byOne.With([]Entry{e})
		}
		if !sameState(byOne, NewState("acme").With(m.entries["acme"])) {
			t.Fatalf("seed %d: the state depends on how many entries are read at once", seed)
		}
	}
}

func TestImport(t *testing.T) {
	s, m := service(t)
	ctx := t.Context()
	first := head + `
facts: {pi.individuals: 5, pi.sensitive: null, org.sectors: [water]}
systems: [{id: s, name: {en: S, zh: 系}, facts: {sys.kind: platform}}, {id: u, name: {en: U, zh: 统}}]
designations: [{notified_on: 2024-01-01, by: MIIT, systems: [s]}]`
	done, err := s.Import(ctx, "", "f", []byte(first), false, li)
	if want := (Import{Organization: "a", Created: true, Added: 8}); err != nil || done != want {
		t.Fatalf("Import = %+v, %v; want %+v", done, err, want)
	}
	second := head + `
facts: {pi.individuals: 6, pi.sensitive: null, pi.minors: false}
systems: [{id: s, name: {en: S2, zh: 系}}]
designations: [{notified_on: 2024-01-01, by: MIIT, systems: [s], withdrawn_on: 2025-01-01}, {notified_on: 2026-01-01}]`
	done, err = s.Import(ctx, "a", "f", []byte(second), false, wang)
	if want := (Import{Organization: "a", Added: 2, Changed: 3}); err != nil || done != want {
		t.Fatalf("a second file: %+v, %v; want %+v", done, err, want)
	}
	st, err := s.State(ctx, "a")
	must(t, err)
	if e, _ := st.Entry(OfOrganization("pi.sensitive")); e.By != "Li" || !st.Exists(org.AboutSystem, "u") || !st.Asked("s", "sys.kind") ||
		st.Notice("n1").WithdrawnOn != day.Of(2025, 1, 1) || fmt.Sprint(st.Units(AboutNotice)) != "[n1 n2]" {
		t.Error("what the file does not hold, or holds as it was, must stay")
	}
	done, err = s.Import(ctx, "a", "f", []byte(second), true, wang)
	if want := (Import{Organization: "a", TakenBack: 3}); err != nil || done != want { // the sectors, the kind of s, and u
		t.Fatalf("the second file whole: %+v, %v; want %+v", done, err, want)
	}
	st, err = s.State(ctx, "a")
	must(t, err)
	if st.Asked("organization", "org.sectors") || st.Exists(org.AboutSystem, "u") || !st.Asked("organization", "pi.sensitive") {
		t.Error("what a whole file does not hold must go, and only that")
	}

	entries := len(m.entries["a"])
	for name, tt := range map[string]struct {
		only, data string
	}{
		"about another":    {"b", first},
		"mistakes":         {"", head + "facts: {pi.individuals: many, no.such: 1}"},
		"no file":          {"", "\xff\xfe"},
		"an id of dots":    {"", strings.Replace(head, "id: a", "id: ..", 1)},
		"an id too long":   {"", strings.Replace(head, "id: a", "id: "+strings.Repeat("x", MaxName+1), 1)},
		"a system named":   {"", head + "systems: [{id: organization, name: {en: S, zh: S}}]"},
		"an incident fact": {"", head + "facts: {incident.cii: true}"},
	} {
		done, err := s.Import(ctx, tt.only, "f", []byte(tt.data), true, li)
		wantKind(t, name, err, problem.Input)
		if done != (Import{}) {
			t.Errorf("%s: %+v", name, done)
		}
	}
	if len(m.entries["a"]) != entries || len(m.ids) != 1 {
		t.Error("something of what was refused was kept")
	}
	m.fail = problem.New(problem.Unavailable, "store.unavailable")
	_, err = s.Import(ctx, "", "f", []byte(first), false, li)
	wantKind(t, "while the store is away", err, problem.Unavailable)
}

// TestNoticesAreKnownAgain imports notices over notices.
func TestNoticesAreKnownAgain(t *testing.T) {
	const systems = "systems: [{id: s, name: {en: S, zh: 系}}, {id: u, name: {en: U, zh: 统}}]\n"
	tests := map[string]struct {
		first, second string
		ids           string
		changed, new  int
	}{
		"the same":            {"{notified_on: 2024-01-01}", "{notified_on: 2024-01-01}", "[n1]", 0, 0},
		"twice the same":      {"{notified_on: 2024-01-01}, {notified_on: 2024-01-01}", "{notified_on: 2024-01-01}, {notified_on: 2024-01-01}", "[n1 n2]", 0, 0},
		"one more":            {"{notified_on: 2024-01-01}", "{notified_on: 2024-01-01}, {notified_on: 2024-01-01}", "[n1 n2]", 0, 1},
		"withdrawn":           {"{notified_on: 2024-01-01, by: x}", "{notified_on: 2024-01-01, by: x, withdrawn_on: 2025-01-01}", "[n1]", 1, 0},
		"another department":  {"{notified_on: 2024-01-01, by: x}", "{notified_on: 2024-01-01, by: y}", "[n1 n2]", 0, 1},
		"turned round":        {"{notified_on: 2024-01-01}, {notified_on: 2024-01-02}", "{notified_on: 2024-01-02}, {notified_on: 2024-01-01}", "[n1 n2]", 0, 0},
		"turned round, alike": {"{notified_on: 2024-01-01, systems: [s]}, {notified_on: 2024-01-01, systems: [u]}", "{notified_on: 2024-01-01, systems: [u]}, {notified_on: 2024-01-01, systems: [s]}", "[n1 n2]", 0, 0},
		"one alike is new":    {"{notified_on: 2024-01-01, systems: [u]}", "{notified_on: 2024-01-01, systems: [s]}, {notified_on: 2024-01-01, systems: [u]}", "[n1 n2]", 0, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, _ := service(t)
			_, err := s.Import(t.Context(), "", "f", []byte(head+systems+"designations: ["+tt.first+"]"), true, li)
			must(t, err)
			done, err := s.Import(t.Context(), "", "f", []byte(head+systems+"designations: ["+tt.second+"]"), false, li)
			if err != nil || done.Changed != tt.changed || done.Added != tt.new || done.TakenBack != 0 {
				t.Errorf("Import = %+v, %v; want %d changed, %d new", done, err, tt.changed, tt.new)
			}
			st, err := s.State(t.Context(), "a")
			must(t, err)
			if got := fmt.Sprint(st.Units(AboutNotice)); got != tt.ids {
				t.Errorf("notices %s, want %s", got, tt.ids)
			}
		})
	}
}

// TestManyNotices imports many notices, all of one paper.
func TestManyNotices(t *testing.T) {
	var b strings.Builder
	b.WriteString(head + "designations:\n")
	for range 5_000 {
		b.WriteString("- {notified_on: 2024-01-01}\n")
	}
	s, _ := service(t)
	for i, want := range []int{5_001, 0} {
		done, err := s.Import(t.Context(), "", "f", []byte(b.String()), true, li)
		if err != nil || done.Added != want || done.Changed+done.TakenBack != 0 {
			t.Fatalf("import %d: %+v, %v", i+1, done, err)
		}
	}
}

func TestExportIsTheSameEveryTime(t *testing.T) {
	s, _ := live(t, 7)
	first, err := s.Export(state(t, s))
	must(t, err)
	f, _ := state(t, s).File(s.Set.Vocabulary)
	for range 20 {
		again, err := s.Export(state(t, New(s.Config)))
		if err != nil || !bytes.Equal(first, again) {
			t.Fatalf("%v\n%s\n%s", err, first, again)
		}
		if g, _ := state(t, s).File(s.Set.Vocabulary); !reflect.DeepEqual(f, g) {
			t.Fatal("one state gives two files")
		}
	}
}

// FuzzExportImport looks for a file that can be imported and comes out
// otherwise. The first argument is a file, the second a text that is put into
// every place of one.
func FuzzExportImport(f *testing.F) {
	for _, data := range examples(f) {
		f.Add(data, "")
	}
	for _, s := range awkward {
		f.Add([]byte(nil), s)
	}
	f.Fuzz(func(t *testing.T, data []byte, s string) {
		for _, file := range [][]byte{data, wordy(t, s)} {
			if f, err := load(t).Vocabulary.ReadFile("f", file); err == nil && checkIDs("f", f) == nil {
				roundTrip(t, file)
			}
		}
	})
}

// sameState reports whether two states hold the same.
func sameState(a, b *State) bool {
	return a.ID == b.ID && a.Revision == b.Revision && reflect.DeepEqual(a.entries, b.entries) && reflect.DeepEqual(a.order, b.order)
}
