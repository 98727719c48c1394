package standing

import (
	"os"
	"strings"
	"sync"
	"testing"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/regime"
)

var content = sync.OnceValues(func() (*regime.Set, error) { return regime.Load(os.DirFS("../../content")) })

func load(t testing.TB) *regime.Set {
	t.Helper()
	set, err := content()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// assess reads and assesses a document, which must be valid.
func assess(t *testing.T, set *regime.Set, d *Document) *regime.Assessment {
	t.Helper()
	data, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	f, err := set.Vocabulary.ReadFile("f", data)
	if err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	a, err := set.Assess(f, day.Of(2026, 9, 1))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTheInterviewEnds(t *testing.T) {
	set := load(t)
	for name, answer := range map[string]func(f *org.Fact) org.Value{
		"nobody knows anything": func(*org.Fact) org.Value { return org.Value{} },
		"everything is no":      lowest,
	} {
		t.Run(name, func(t *testing.T) {
			d := NewDocument("a", message.Text{En: "A: #1", Zh: "甲"})
			d.AddSystem("s", message.Text{En: "S", Zh: "乙"})
			asked := 0
			for ; ; asked++ {
				if asked > 300 {
					t.Fatal("the interview does not end")
				}
				q, ok := Next(set.Vocabulary, assess(t, set, d), askedIn(d))
				if !ok {
					break
				}
				if d.Asked(q.Subject, q.Fact.ID) {
					t.Fatalf("%s was asked twice", q.Fact.ID)
				}
				d.SetFact(q.Subject, q.Fact, answer(q.Fact))
			}
			if asked < 10 {
				t.Errorf("only %d questions were asked", asked)
			}
		})
	}
}

// lowest is the answer that says least: no, none, 0.
func lowest(f *org.Fact) org.Value {
	switch f.Kind {
	case org.Bool:
		return org.BoolValue(false)
	case org.Int:
		if f.Min != nil {
			return org.IntValue(int64(*f.Min))
		}
		return org.IntValue(0)
	case org.Number:
		return org.Value{Kind: org.Number}
	}
	return org.Value{Kind: f.Kind}
}

func TestTheMostUsefulQuestionComesFirst(t *testing.T) {
	set := load(t)
	d := NewDocument("a", message.Text{En: "A", Zh: "甲"})
	q, ok := Next(set.Vocabulary, assess(t, set, d), askedIn(d))
	if !ok || q.Fact.ID != org.Notified {
		t.Errorf("first question is %+v, want the notice: nothing raises the status more", q.Fact)
	}
	d.SetFact(q.Subject, q.Fact, org.BoolValue(false))
	q, _ = Next(set.Vocabulary, assess(t, set, d), askedIn(d))
	if q.Could != regime.Prepare {
		t.Errorf("second question %s could become %s, want %s", q.Fact.ID, q.Could, regime.Prepare)
	}
}

func TestDocumentKeepsWhatPeopleWrote(t *testing.T) {
	const written = `# our organization
guanji: 1
organization: {id: a, name: {en: A, zh: 甲}}   # renamed in 2024
facts:
  # from the annual report
  pi.individuals: 1200000
systems:
  - id: s
    name: {en: S, zh: 乙}
`
	set := load(t)
	d, err := ReadDocument([]byte(written))
	if err != nil {
		t.Fatal(err)
	}
	v := set.Vocabulary
	sectors := v.Fact(org.Sectors)
	d.SetFact("organization", sectors, org.Value{Kind: org.Set, Bits: 1})
	d.SetFact("organization", v.Fact("pi.sensitive"), org.Value{})
	d.SetFact("s", v.Fact("sys.kind"), org.Value{Kind: org.Enum, I: 1})
	data, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# our organization", "# renamed in 2024", "# from the annual report", "pi.individuals: 1200000",
		"org.sectors: [" + sectors.Values[0].ID + "]", "pi.sensitive: null", "sys.kind: " + v.Fact("sys.kind").Values[1].ID} {
		if !strings.Contains(string(data), want) {
			t.Errorf("%q is not in\n%s", want, data)
		}
	}
	if !d.Asked("organization", "pi.sensitive") || d.Asked("s", "sys.cii") {
		t.Error("Asked does not tell what was asked")
	}
	d.Clear()
	if d.Asked("organization", "pi.sensitive") || !d.Asked("organization", "pi.individuals") {
		t.Error("Clear must forget what was not known, and only that")
	}
}

// askedIn tells what a document was asked; of transfers it is never.
func askedIn(d *Document) Answered {
	return func(subject string, f *org.Fact) bool { return d.Asked(subject, f.ID) }
}

// Asked reports whether a fact of the organization or a system was asked.
func (s *State) Asked(subject, fact string) bool {
	about := org.AboutSystem
	if subject == string(org.AboutOrganization) {
		about = org.AboutOrganization
	}
	_, ok := s.Entry(Ref{about, subject, fact})
	return ok
}
