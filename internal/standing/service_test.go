package standing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/regime"
)

// memory is a Store in memory, with a clock that is set.
type memory struct {
	mu      sync.Mutex
	now     time.Time
	ids     []string
	entries map[string][]Entry
	reads   int
	before  func() // run once before an Append, without the lock
	fail    error
}

func (m *memory) lock() func() {
	m.mu.Lock()
	return m.mu.Unlock
}

func (m *memory) Now() time.Time {
	defer m.lock()()
	return m.now
}

func (m *memory) pass(d time.Duration) {
	defer m.lock()()
	m.now = m.now.Add(d)
}

func (m *memory) Organizations(context.Context) ([]Head, error) {
	defer m.lock()()
	var heads []Head
	for _, id := range m.ids {
		heads = append(heads, m.head(id))
	}
	return heads, m.fail
}

func (m *memory) Head(_ context.Context, organization string) (Head, error) {
	defer m.lock()()
	if !slices.Contains(m.ids, organization) {
		return Head{}, problem.New(problem.NotFound, "standing.no_organization", organization)
	}
	return m.head(organization), m.fail
}

// head is the head of an organization that is there.
func (m *memory) head(id string) Head {
	h := Head{ID: id, Revision: int64(len(m.entries[id]))}
	if h.Revision > 0 {
		h.At = m.entries[id][h.Revision-1].At
	}
	return h
}

func (m *memory) Entries(_ context.Context, organization string, after, upto int64) ([]Entry, error) {
	defer m.lock()()
	m.reads++
	all := m.entries[organization]
	return slices.Clone(all[min(after, int64(len(all))):min(upto, int64(len(all)))]), m.fail
}

func (m *memory) History(_ context.Context, organization string, r Ref) ([]Entry, error) {
	defer m.lock()()
	var found []Entry
	for _, e := range slices.Backward(m.entries[organization]) {
		if e.Ref == r {
			found = append(found, e)
		}
	}
	return found, m.fail
}

func (m *memory) Append(_ context.Context, organization string, create bool, changes []Change, a Author, at time.Time) (int64, error) {
	if f := m.before; f != nil {
		m.before = nil
		f()
	}
	defer m.lock()()
	if m.fail != nil {
		return 0, m.fail
	}
	switch there := slices.Contains(m.ids, organization); {
	case create && there:
		return 0, problem.New(problem.Conflict, "standing.id_taken", organization)
	case create:
		m.ids = append(m.ids, organization)
	case !there:
		return 0, problem.New(problem.NotFound, "standing.no_organization", organization)
	}
	stands := map[Ref]Entry{}
	for _, e := range m.entries[organization] {
		stands[e.Ref] = e
	}
	for _, c := range changes {
		if e := stands[c.Ref]; c.Seen != Whatever && c.Seen != e.Seq {
			return 0, &Changed{Now: e}
		}
	}
	for _, c := range changes {
		m.entries[organization] = append(m.entries[organization], Entry{Ref: c.Ref, Seq: int64(len(m.entries[organization])) + 1, Value: c.Value, At: at, Author: a})
	}
	return int64(len(m.entries[organization])), nil
}

var (
	li   = Author{By: "Li", Origin: Asked, Sure: Stated}
	wang = Author{By: "Wang", Origin: Called, Source: "annual report, p. 3", Sure: Documented}
	name = message.Text{En: "Acme", Zh: "示例"}
)

func service(t testing.TB) (*Service, *memory) {
	t.Helper()
	m := &memory{now: time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC), entries: map[string][]Entry{}}
	return New(Config{Set: load(t), Store: m, Now: m.Now}), m
}

// acme is a service with one organization of which only the name is known.
func acme(t testing.TB) (*Service, *memory) {
	t.Helper()
	s, m := service(t)
	must(t, s.Create(t.Context(), "acme", name, li))
	return s, m
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t testing.TB, what string, err error, want problem.Kind) {
	t.Helper()
	if got := problem.KindOf(err); got != want {
		t.Errorf("%s: got %q (%v), want %q", what, got, err, want)
	}
}

// wantMistakes checks for which fields, and by which messages, something is
// sent back.
func wantMistakes(t testing.TB, what string, err error, want ...string) {
	t.Helper()
	var got []string
	fields, _ := errors.AsType[problem.Fields](err)
	for _, f := range fields {
		got = append(got, f.Name+" "+f.Msg.Key)
		for _, l := range message.Languages() {
			if _, ok := message.Catalogue(l)[f.Msg.Key]; !ok {
				t.Errorf("%s has no words in %s", f.Msg.Key, l)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q (%v), want %q", what, got, err, want)
	}
}

func state(t testing.TB, s *Service) *State {
	t.Helper()
	st, err := s.State(t.Context(), "acme")
	must(t, err)
	return st
}

// say states one thing, whatever stands.
func say(t testing.TB, s *Service, r Ref, value string, a Author) {
	t.Helper()
	c := Change{Ref: r, Seen: Whatever}
	if value != "" {
		c.Value = json.RawMessage(value)
	}
	must(t, s.Append(t.Context(), "acme", []Change{c}, a))
}

func ofSystem(id, key string) Ref { return Ref{org.AboutSystem, id, key} }

var individuals = OfOrganization("pi.individuals")

func TestCreate(t *testing.T) {
	s, _ := acme(t)
	wantMistakes(t, "twice", s.Create(t.Context(), "acme", name, li), "id standing.id_taken")
	wantMistakes(t, "everything wrong", s.Create(t.Context(), "A B", message.Text{}, Author{}), "id standing.bad_id", "name_en standing.bad_name", "sure standing.bad_sure")
	_, err := s.State(t.Context(), "other")
	wantKind(t, "the state of another", err, problem.NotFound)
	wantKind(t, "stating of another", s.Append(t.Context(), "other", []Change{{Ref: individuals, Value: Encode(1)}}, li), problem.NotFound)
	must(t, s.Create(t.Context(), "b", message.Text{Zh: " 乙 "}, wang))
	list, err := s.Organizations(t.Context())
	if want := []Summary{{"acme", name}, {"b", message.Text{En: "乙", Zh: "乙"}}}; err != nil || !slices.Equal(list, want) {
		t.Errorf("Organizations = %v, %v; want %v", list, err, want)
	}
}

func TestCheckUnit(t *testing.T) {
	long := strings.Repeat("字", MaxName/3)
	for in, ok := range map[string]bool{"a": true, "a-1": true, "0": true, strings.Repeat("a", MaxID): true, "": false, "-a": false, "A": false, "a b": false, "a/b": false,
		"..": false, "甲": false, "organization": false, "a\x00": false, strings.Repeat("a", MaxID+1): false} {
		if _, mistakes := CheckUnit(in, name); (len(mistakes) == 0) != ok {
			t.Errorf("id %q: %v, want ok: %v", in, mistakes, ok)
		}
	}
	for in, want := range map[message.Text]message.Text{
		{En: " A ", Zh: "甲"}:  {En: "A", Zh: "甲"},
		{En: "A"}:             {En: "A", Zh: "A"},
		{En: " ", Zh: "甲"}:    {En: "甲", Zh: "甲"},
		{Zh: long}:            {En: long, Zh: long},
		{}:                    {},
		{En: long + "字"}:      {},
		{En: "A", Zh: "a\nb"}: {},
		{En: "a\u202eb"}:      {},
		{En: "\xff"}:          {},
	} {
		if got, mistakes := CheckUnit("a", in); len(mistakes) == 0 && got != want || (len(mistakes) == 0) != (want != message.Text{}) {
			t.Errorf("name %+v: %+v, %v; want %+v", in, got, mistakes, want)
		}
	}
}

func TestAppend(t *testing.T) {
	s, m := acme(t)
	ctx := t.Context()
	must(t, s.AddUnit(ctx, "acme", org.AboutSystem, "w", name, li))
	must(t, s.Append(ctx, "acme", []Change{{Ref: individuals, Value: json.RawMessage(" 1200000 ")}, {Ref: OfOrganization("org.sectors"), Value: json.RawMessage(`["water", "finance"]`)},
		{Ref: OfOrganization("pi.sensitive"), Value: json.RawMessage("null")}, {Ref: ofSystem("w", "sys.kind"), Value: json.RawMessage(`"platform"`)}}, wang))
	st := state(t, s)
	for r, want := range map[Ref]string{individuals: "1200000", OfOrganization("org.sectors"): `["finance","water"]`, OfOrganization("pi.sensitive"): "null", ofSystem("w", "sys.kind"): `"platform"`} {
		if e, ok := st.Entry(r); !ok || string(e.Value) != want || e.Author != wang || !e.At.Equal(m.now) {
			t.Errorf("%v: %+v, %v; want %s", r, e, ok, want)
		}
	}
	if !st.Asked("organization", "pi.sensitive") || !st.Asked("w", "sys.kind") || st.Asked("w", "sys.cii") || st.Asked("organization", "pi.minors") || st.Answered() != 3 {
		t.Error("it is not told what was asked")
	}

	before := st.Revision
	must(t, s.Append(ctx, "acme", []Change{{Ref: individuals, Value: json.RawMessage("1200000"), Seen: st.Seq(individuals)}}, wang))
	must(t, s.Append(ctx, "acme", []Change{{Ref: OfOrganization("pi.minors")}}, wang))
	must(t, s.Append(ctx, "acme", nil, wang))
	if now := state(t, s).Revision; now != before {
		t.Errorf("what stands already was stated again: revision %d, want %d", now, before)
	}
	say(t, s, individuals, "1200000", li) // somebody else says so too
	say(t, s, individuals, "", li)
	before = state(t, s).Revision
	say(t, s, individuals, "", wang)
	if now := state(t, s).Revision; now != before {
		t.Error("what was taken back was taken back again")
	}
	if _, ok := state(t, s).Entry(individuals); ok || state(t, s).Asked("organization", "pi.individuals") {
		t.Error("what was taken back stands")
	}
	history, err := s.History(ctx, "acme", individuals)
	if err != nil || len(history) != 3 || history[0].Value != nil || history[1].By != "Li" || history[2].By != "Wang" {
		t.Errorf("History = %+v, %v", history, err)
	}
	newest, err := s.Statements(ctx, "acme", before-2, before)
	if err != nil || len(newest) != 2 || newest[0].Seq != before {
		t.Errorf("Statements = %+v, %v", newest, err)
	}
}

func TestAppendMistakes(t *testing.T) {
	s, m := acme(t)
	ctx := t.Context()
	must(t, s.AddUnit(ctx, "acme", org.AboutSystem, "w", name, li))
	must(t, s.AddNotice(ctx, "acme", Notice{NotifiedOn: day.Of(2026, 1, 1), Systems: []string{"w"}}, li))
	transfer := func(key string) Ref { return Ref{org.AboutTransfer, "t", key} }
	notice := func(id string) Ref { return Ref{AboutNotice, id, KeyNotice} }
	const named = `{"en":"A","zh":"甲"}`
	tests := map[string]struct {
		ref   Ref
		value string // "" takes back
		want  string
	}{
		"text for a number":           {individuals, `"many"`, "answer.int"},
		"half a person":               {individuals, `1.5`, "answer.int"},
		"out of range":                {individuals, `-1`, "answer.int"},
		"no JSON":                     {individuals, `{`, "answer.int"},
		"two values":                  {individuals, `1 2`, "answer.int"},
		"a choice there is not":       {ofSystem("w", "sys.kind"), `"castle"`, "answer.enum"},
		"a text for yes or no":        {OfOrganization("pi.sensitive"), `"yes"`, "answer.bool"},
		"a number for yes or no":      {OfOrganization("pi.sensitive"), `1`, "answer.bool"},
		"a choice for several":        {OfOrganization("org.sectors"), `"water"`, "answer.set"},
		"a choice twice":              {OfOrganization("org.sectors"), `["water","water"]`, "answer.set"},
		"an object":                   {ofSystem("w", "sys.impact.prefecture_share"), `{}`, "answer.number"},
		"no such fact":                {OfOrganization("org.sector"), `1`, "standing.no_fact"},
		"a fact of a system":          {OfOrganization("sys.kind"), `"platform"`, "standing.no_fact"},
		"a fact of an incident":       {OfOrganization("incident.population_share"), `null`, "standing.no_fact"},
		"a notice of a system":        {ofSystem("w", KeyNotice), named, "standing.no_fact"},
		"a name of a notice":          {Ref{AboutNotice, "n1", KeyName}, named, "standing.no_fact"},
		"a fact of a notice":          {Ref{AboutNotice, "n1", "pi.individuals"}, `1`, "standing.no_fact"},
		"no such system":              {ofSystem("x", "sys.kind"), `"platform"`, "standing.no_subject"},
		"a system that is a transfer": {transfer("transfer.purpose"), `"hr"`, "standing.no_subject"},
		"another organization":        {Ref{org.AboutOrganization, "other", KeyName}, named, "standing.no_subject"},
		"a fact of another":           {Ref{org.AboutOrganization, "other", "pi.individuals"}, `1`, "standing.no_subject"},
		"something made up":           {Ref{"incident", "i", KeyName}, named, "standing.no_subject"},
		"a system with a bad id":      {ofSystem("A/../B", KeyName), named, "standing.bad_id"},
		"a system without id":         {ofSystem("", KeyName), named, "standing.bad_id"},
		"a name that is no name":      {ofSystem("w", KeyName), `"A"`, "standing.want_name"},
		"a name in one language":      {ofSystem("w", KeyName), `{"en":"A"}`, "standing.want_name"},
		"a name that is not known":    {ofSystem("w", KeyName), `null`, "standing.want_name"},
		"a name with a break":         {ofSystem("w", KeyName), `{"en":"A\nB","zh":"甲"}`, "standing.bad_name"},
		"a long name":                 {ofSystem("w", KeyName), `{"en":"` + strings.Repeat("A", MaxName+1) + `","zh":"甲"}`, "standing.bad_name"},
		"an organization gone":        {OfOrganization(KeyName), ``, "standing.want_name"},
		"a notice without day":        {notice("n1"), `{"by":"MIIT"}`, "standing.bad_notice"},
		"a notice of no day":          {notice("n1"), `{"notified_on":"2026-02-30"}`, "standing.bad_notice"},
		"a notice not known":          {notice("n1"), `null`, "standing.bad_notice"},
		"withdrawn before":            {notice("n1"), `{"notified_on":"2026-01-02","withdrawn_on":"2026-01-01"}`, "file.withdrawn_early"},
		"a notice with a break":       {notice("n1"), `{"notified_on":"2026-01-02","by":"a\u0000b"}`, "standing.long_source"},
		"a notice of no system":       {notice("n1"), `{"notified_on":"2026-01-02","systems":["x"]}`, "standing.no_subject"},
		"a notice with a name":        {notice("mine"), `{"notified_on":"2026-01-02"}`, "standing.no_subject"},
		"a notice n0":                 {notice("n0"), `{"notified_on":"2026-01-02"}`, "standing.no_subject"},
		"a notice n01":                {notice("n01"), `{"notified_on":"2026-01-02"}`, "standing.no_subject"},
		"a notice n huge":             {notice("n99999999999999999999"), `{"notified_on":"2026-01-02"}`, "standing.no_subject"},
	}
	before := len(m.entries["acme"])
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := Change{Ref: tt.ref, Seen: Whatever}
			if tt.value != "" {
				c.Value = json.RawMessage(tt.value)
			}
			good := Change{Ref: OfOrganization("pi.minors"), Value: Encode(true)}
			want := tt.ref.Subject + "/" + tt.ref.Key + " " + tt.want
			wantMistakes(t, "Append", s.Append(t.Context(), "acme", []Change{good, c}, li), want)
			_, err := s.Try(t.Context(), "acme", []Change{good, c}, s.Today())
			wantMistakes(t, "Try", err, want)
		})
	}
	twice := Change{Ref: individuals, Value: Encode(1)}
	wantMistakes(t, "one thing twice", s.Append(ctx, "acme", []Change{twice, twice}, li), "organization/pi.individuals standing.twice")
	for name, tt := range map[string]struct {
		author Author
		want   []string
	}{
		"not how sure":        {Author{By: "Li"}, []string{"sure standing.bad_sure"}},
		"no document":         {Author{By: "Li", Sure: Documented}, []string{"source standing.want_source"}},
		"a long source":       {Author{By: "Li", Sure: Stated, Source: strings.Repeat("x", MaxSource+1)}, []string{"source standing.long_source"}},
		"a source of lines":   {Author{By: "Li", Sure: Stated, Source: "a\nb"}, []string{"source standing.long_source"}},
		"a source that turns": {Author{By: "Li", Sure: Stated, Source: "a\u202eb"}, []string{"source standing.long_source"}},
	} {
		wantMistakes(t, name, s.Append(ctx, "acme", []Change{twice}, tt.author), tt.want...)
		_, err := s.Import(ctx, "", "f", []byte(head), false, tt.author)
		wantMistakes(t, name+", imported", err, tt.want...)
	}
	if len(m.entries["acme"]) != before {
		t.Error("something of what was refused was kept")
	}
}

func TestValuesAreKeptInOneForm(t *testing.T) {
	s, m := acme(t)
	say(t, s, ofSystem("w", KeyName), ` {"zh":"钱","en":"W","more":[1,2,3]}`, li)
	say(t, s, Ref{AboutNotice, "n1", KeyNotice}, `{"more":1,"withdrawn_on":null,"systems":[],"by":" MIIT ","notified_on":"2026-01-01"}`, li)
	say(t, s, OfOrganization("org.sectors"), `[ ]`, li)
	say(t, s, ofSystem("w", "sys.impact.prefecture_share"), `2.50e-1`, li)
	for i, want := range []string{`{"en":"Acme","zh":"示例"}`, `{"en":"W","zh":"钱"}`, `{"notified_on":"2026-01-01","by":"MIIT"}`, `[]`, `0.25`} {
		if got := string(m.entries["acme"][i].Value); got != want {
			t.Errorf("entry %d holds %s, want %s", i+1, got, want)
		}
	}
}

func TestChangesSurviveJSON(t *testing.T) {
	in := []Change{{Ref: individuals}, {Ref: individuals, Value: json.RawMessage("null")}, {Ref: individuals, Value: json.RawMessage("1")}}
	data, err := json.Marshal(in)
	must(t, err)
	var out []Change
	must(t, json.Unmarshal(data, &out))
	for i := range in {
		if (in[i].Value == nil) != (out[i].Value == nil) || string(in[i].Value) != string(out[i].Value) {
			t.Errorf("%q became %q by way of %s", in[i].Value, out[i].Value, data)
		}
	}
}

func TestSomebodyWasFaster(t *testing.T) {
	s, m := acme(t)
	ctx := t.Context()
	say(t, s, individuals, "1", li)
	seen := state(t, s).Seq(individuals)
	m.before = func() { say(t, s, individuals, "2", wang) }
	err := s.Append(ctx, "acme", []Change{{Ref: individuals, Value: Encode(3), Seen: seen}}, li)
	changed, ok := errors.AsType[*Changed](err)
	if !ok || string(changed.Now.Value) != "2" || changed.Now.By != "Wang" {
		t.Fatalf("Append = %v", err)
	}
	wantKind(t, "its kind", err, problem.Conflict)
	if !strings.Contains(problem.In(err, message.Chinese), "Wang在此期间") || !strings.HasPrefix(err.Error(), "Wang has") {
		t.Errorf("words: %s / %s", err, problem.In(err, message.Chinese))
	}
	err = s.Append(ctx, "acme", []Change{{Ref: OfOrganization("pi.minors"), Value: Encode(true), Seen: 99}}, li)
	wantKind(t, "seeing what never was", err, problem.Conflict)
	if !strings.HasPrefix(err.Error(), "nothing was ever stated there") {
		t.Errorf("words: %s", err)
	}
	must(t, s.Append(ctx, "acme", []Change{{Ref: individuals, Value: Encode(3), Seen: changed.Now.Seq}}, li))

	m.before = func() { must(t, s.AddNotice(ctx, "acme", Notice{NotifiedOn: day.Of(2026, 1, 1)}, wang)) }
	wantKind(t, "a notice at the same time", s.AddNotice(ctx, "acme", Notice{NotifiedOn: day.Of(2026, 1, 2)}, li), problem.Conflict)
	m.before = func() { must(t, s.AddUnit(ctx, "acme", org.AboutSystem, "w", name, wang)) }
	wantKind(t, "a system at the same time", s.AddUnit(ctx, "acme", org.AboutSystem, "w", name, li), problem.Conflict)
	m.before = func() { say(t, s, OfOrganization("pi.sensitive"), "true", wang) }
	_, err = s.Import(ctx, "", "f", []byte(strings.Replace(head, "id: a,", "id: acme,", 1)+"facts: {pi.sensitive: false}"), false, li)
	wantKind(t, "a file at the same time", err, problem.Conflict)
}

func TestUnits(t *testing.T) {
	s, _ := acme(t)
	ctx := t.Context()
	for _, id := range []string{"a", "b", "c"} {
		must(t, s.AddUnit(ctx, "acme", org.AboutSystem, id, name, li))
	}
	must(t, s.AddUnit(ctx, "acme", org.AboutTransfer, "b", message.Text{En: "T"}, li)) // transfers have ids of their own
	say(t, s, ofSystem("b", "sys.cii"), "true", li)
	wantMistakes(t, "an id that is taken", s.AddUnit(ctx, "acme", org.AboutSystem, "b", name, li), "id standing.id_taken")
	wantMistakes(t, "all wrong", s.AddUnit(ctx, "acme", org.AboutSystem, "B", message.Text{}, li), "id standing.bad_id", "name_en standing.bad_name")
	must(t, s.Remove(ctx, "acme", org.AboutSystem, "b", wang))
	wantKind(t, "gone already", s.Remove(ctx, "acme", org.AboutSystem, "b", wang), problem.NotFound)
	st := state(t, s)
	if got := fmt.Sprint(st.Units(org.AboutSystem), st.Units(org.AboutTransfer)); got != "[a c] [b]" {
		t.Errorf("units %s", got)
	}
	if st.Exists(org.AboutSystem, "b") || st.Asked("b", "sys.cii") || len(st.Stated(org.AboutSystem, "b")) != 0 || st.Name(org.AboutSystem, "b").En != "b" {
		t.Error("something of what was removed stands")
	}
	history, err := s.History(ctx, "acme", ofSystem("b", "sys.cii"))
	if err != nil || len(history) != 2 || history[0].By != "Wang" || string(history[1].Value) != "true" {
		t.Errorf("its history: %+v, %v", history, err)
	}
	must(t, s.AddUnit(ctx, "acme", org.AboutSystem, "b", name, li))
	st = state(t, s)
	if got := fmt.Sprint(st.Units(org.AboutSystem)); got != "[a c b]" || st.Asked("b", "sys.cii") {
		t.Errorf("after it was added again: %s, asked %v", got, st.Asked("b", "sys.cii"))
	}
	wantMistakes(t, "an organization removed", s.Remove(ctx, "acme", org.AboutOrganization, "organization", li), "organization/name standing.want_name")
}

// TestWhatIsGoneDoesNotComeBack takes the name of a system back without its
// facts, and states a fact while it is removed.
func TestWhatIsGoneDoesNotComeBack(t *testing.T) {
	for name, gone := range map[string]func(t *testing.T, s *Service, m *memory){
		"only its name": func(t *testing.T, s *Service, _ *memory) { say(t, s, ofSystem("w", KeyName), "", li) },
		"a fact at the same time": func(t *testing.T, s *Service, m *memory) {
			m.before = func() { must(t, s.Remove(t.Context(), "acme", org.AboutSystem, "w", wang)) }
			say(t, s, ofSystem("w", "sys.kind"), `"platform"`, li)
		},
	} {
		for how, back := range map[string]func(t *testing.T, s *Service){
			"added": func(t *testing.T, s *Service) {
				must(t, s.AddUnit(t.Context(), "acme", org.AboutSystem, "w", message.Text{En: "W"}, li))
			},
			"stated": func(t *testing.T, s *Service) { say(t, s, ofSystem("w", KeyName), `{"en":"W","zh":"钱"}`, li) },
			"imported": func(t *testing.T, s *Service) {
				_, err := s.Import(t.Context(), "acme", "f", []byte("guanji: 1\norganization: {id: acme, name: {en: A, zh: 甲}}\nsystems: [{id: w, name: {en: W, zh: 钱}}]"), false, li)
				must(t, err)
			},
		} {
			t.Run(name+"/"+how, func(t *testing.T) {
				s, m := acme(t)
				must(t, s.AddUnit(t.Context(), "acme", org.AboutSystem, "w", message.Text{En: "W"}, li))
				say(t, s, ofSystem("w", "sys.cii"), "true", li)
				gone(t, s, m)
				if f, _ := state(t, s).File(s.Set.Vocabulary); len(f.Systems) != 0 {
					t.Fatalf("it is not gone: %+v", f.Systems)
				}
				back(t, s)
				if stated := state(t, s).Stated(org.AboutSystem, "w"); len(stated) != 1 || stated[0].Key != KeyName {
					t.Errorf("it came back with %+v", stated)
				}
			})
		}
	}
}

func TestNoticeNumbersAreNeverUsedAgain(t *testing.T) {
	s, _ := acme(t)
	ctx := t.Context()
	paper := Notice{NotifiedOn: day.Of(2026, 1, 1), By: "MIIT"}
	must(t, s.AddNotice(ctx, "acme", paper, li))
	say(t, s, Ref{AboutNotice, "n7", KeyNotice}, string(Encode(paper)), li)
	must(t, s.Remove(ctx, "acme", AboutNotice, "n7", li))
	must(t, s.AddNotice(ctx, "acme", paper, li))
	if got := fmt.Sprint(state(t, s).Units(AboutNotice)); got != "[n1 n8]" {
		t.Errorf("notices %s", got)
	}
}

// TestNoticesFollowSystems has a notice name a system that is removed.
func TestNoticesFollowSystems(t *testing.T) {
	s, _ := acme(t)
	ctx := t.Context()
	for _, id := range []string{"a", "b"} {
		must(t, s.AddUnit(ctx, "acme", org.AboutSystem, id, name, li))
	}
	must(t, s.AddNotice(ctx, "acme", Notice{NotifiedOn: day.Of(2026, 1, 1), Systems: []string{"a", "b"}}, li))
	must(t, s.Remove(ctx, "acme", org.AboutSystem, "a", li))
	f, _ := state(t, s).File(s.Set.Vocabulary)
	if got := fmt.Sprint(f.Designations[0].Systems); got != "[b]" {
		t.Errorf("the notice names %s", got)
	}
	n := state(t, s).Notice("n1")
	n.WithdrawnOn = day.Of(2026, 2, 1)
	say(t, s, Ref{AboutNotice, "n1", KeyNotice}, string(Encode(n)), li) // with the system that it named
	data, err := s.Export(state(t, s))
	must(t, err)
	if _, err := s.Set.Vocabulary.ReadFile("f", data); err != nil {
		t.Errorf("what is exported cannot be read: %v\n%s", err, data)
	}
}

func TestPastDays(t *testing.T) {
	s, m := service(t)
	ctx := t.Context()
	on := day.Of(2026, 11, 1)
	must(t, s.Create(ctx, "acme", name, li)) // 24 November, noon in Beijing
	m.pass(12*time.Hour - time.Nanosecond)
	say(t, s, individuals, "1", li) // the last moment of that day
	m.pass(time.Nanosecond)
	say(t, s, individuals, "2", li) // the first of the next
	m.pass(48 * time.Hour)
	say(t, s, individuals, "", li) // 27 November
	_, err := s.View(ctx, "acme", on, day.Of(2026, 11, 23))
	wantKind(t, "before there was anything", err, problem.NotFound)
	for known, want := range map[day.Day]string{day.Of(2026, 11, 24): "1", day.Of(2026, 11, 25): "2", day.Of(2026, 11, 26): "2", day.Of(2026, 11, 27): "", day.Of(2030, 1, 1): "", {}: ""} {
		for range 2 {
			v, err := s.View(ctx, "acme", on, known)
			must(t, err)
			if e, _ := v.Entry(individuals); string(e.Value) != want || v.On != on || v.Known != known && (!v.Known.IsZero() || known.Before(s.Today())) {
				t.Errorf("known by %s: %s, want %s; %s, %s", known, e.Value, want, v.On, v.Known)
			}
		}
	}
}

func TestViewsAreRemembered(t *testing.T) {
	s, m := acme(t)
	m.pass(24 * time.Hour)
	ctx := t.Context()
	yesterday := s.Today().AddDays(-1)
	view := func(on, known day.Day) *View {
		t.Helper()
		v, err := s.View(ctx, "acme", on, known)
		must(t, err)
		return v
	}
	today, past := view(s.Today(), day.Day{}), view(s.Today(), yesterday)
	reads := m.reads
	if view(s.Today(), day.Day{}) != today || view(s.Today(), s.Today()) != today || view(s.Today(), yesterday) != past || m.reads != reads {
		t.Error("the same was worked out again")
	}
	if view(yesterday, day.Day{}) == today || today == past {
		t.Error("two days have one answer")
	}
	if once, again := today.Questions(), today.Questions(); len(once) < 10 || &once[0] != &again[0] {
		t.Error("questions were worked out again")
	}
	// A statement begun yesterday that was on its way at midnight.
	m.mu.Lock()
	now := m.now
	m.now = yesterday.Start().Add(24*time.Hour - time.Nanosecond)
	m.mu.Unlock()
	say(t, s, individuals, "5", li)
	m.mu.Lock()
	m.now = now
	m.mu.Unlock()
	if e, _ := view(s.Today(), yesterday).Entry(individuals); string(e.Value) != "5" {
		t.Error("the past is remembered without what was on its way")
	}
	if e, _ := view(s.Today(), day.Day{}).Entry(individuals); string(e.Value) != "5" {
		t.Error("the present is remembered as it was")
	}
	if e, _ := today.Entry(individuals); e.Value != nil {
		t.Error("a view has changed after it was returned")
	}
	kept := view(s.Today(), day.Day{})
	for i := range mostViews + 9 {
		view(s.Today().AddDays(i+1), day.Day{})
		if view(s.Today(), day.Day{}) != kept {
			t.Fatal("the view that everybody looks at was forgotten for others")
		}
	}
	if n := len(s.views.list); n > mostViews {
		t.Errorf("%d views are remembered", n)
	}
	for i := range 100 {
		_, err := s.View(ctx, fmt.Sprint("no", i), s.Today(), day.Day{})
		wantKind(t, "no such organization", err, problem.NotFound)
	}
	if len(s.states) != 1 {
		t.Errorf("%d organizations are remembered, of 1", len(s.states))
	}
}

func TestTwoServicesOnOneStore(t *testing.T) {
	a, m := acme(t)
	b := New(a.Config)
	for i := range 5 {
		say(t, a, individuals, fmt.Sprint(i), li)
		if e, _ := state(t, b).Entry(individuals); string(e.Value) != fmt.Sprint(i) {
			t.Fatalf("the other sees %s, want %d", e.Value, i)
		}
		say(t, b, OfOrganization("pi.sensitive"), fmt.Sprint(i%2 == 0), li)
	}
	m.fail = problem.New(problem.Unavailable, "store.unavailable")
	_, err := a.View(t.Context(), "acme", a.Today(), day.Day{})
	wantKind(t, "a view while the store is away", err, problem.Unavailable)
	m.fail = nil
	if _, err := a.View(t.Context(), "acme", a.Today(), day.Day{}); err != nil {
		t.Errorf("when it is back: %v", err)
	}
}

func TestTryKeepsNothing(t *testing.T) {
	s, m := acme(t)
	ctx := t.Context()
	must(t, s.AddUnit(ctx, "acme", org.AboutSystem, "w", name, li))
	say(t, s, ofSystem("w", "sys.kind"), `"platform"`, li)
	before, entries := state(t, s), len(m.entries["acme"])
	exported, err := s.Export(before)
	must(t, err)
	v, err := s.Try(ctx, "acme", []Change{
		{Ref: ofSystem("w", KeyName)},
		{Ref: ofSystem("x", KeyName), Value: Encode(name)}, {Ref: ofSystem("x", "sys.kind"), Value: Encode("platform")},
		{Ref: Ref{AboutNotice, "n1", KeyNotice}, Value: Encode(Notice{NotifiedOn: day.Of(2026, 1, 1), Systems: []string{"x"}})},
		{Ref: individuals, Value: json.RawMessage(" 7 ")}}, s.Today())
	must(t, err)
	if got := fmt.Sprint(v.Units(org.AboutSystem)); got != "[x]" || v.Assessment.Determination.Status != regime.Designated || v.Asked("w", "sys.kind") || len(v.Stated(org.AboutSystem, "x")) != 2 {
		t.Errorf("tried: systems %s, %s", got, v.Assessment.Determination.Status)
	}
	if e, _ := v.Entry(individuals); string(e.Value) != "7" {
		t.Errorf("tried value %q", e.Value)
	}
	after, err := s.Export(state(t, s))
	must(t, err)
	if state(t, s) != before || string(after) != string(exported) || len(m.entries["acme"]) != entries {
		t.Error("a trial has left something")
	}
	now, err := s.View(ctx, "acme", s.Today(), day.Day{})
	if err != nil || now == v || now.Assessment.Determination.Status == regime.Designated {
		t.Errorf("a trial became an answer: %v", err)
	}
}

// TestALostFact has statements about a fact that the vocabulary held once.
func TestALostFact(t *testing.T) {
	s, m := acme(t)
	ctx := t.Context()
	must(t, s.AddUnit(ctx, "acme", org.AboutSystem, "w", name, li))
	_, err := m.Append(ctx, "acme", false, []Change{
		{Ref: ofSystem("w", "sys.once"), Value: Encode(1)}, {Ref: OfOrganization("org.once"), Value: Encode("x")},
		{Ref: OfOrganization("pi.individuals"), Value: Encode("many")}, {Ref: ofSystem("w", "org.sectors"), Value: Encode([]string{})},
		{Ref: OfOrganization("incident.population_share"), Value: Encode(nil)}, {Ref: ofSystem("gone", "sys.once"), Value: Encode(1)}}, li, m.now)
	must(t, err)
	v, err := s.View(ctx, "acme", s.Today(), day.Day{})
	must(t, err)
	var got []string
	for _, w := range v.Assessment.Warnings {
		if w.ID == "fact_lost" {
			got = append(got, w.Text.En)
		}
	}
	if len(got) != 5 || !strings.Contains(got[0], "incident.population_share") || !slices.IsSorted(got) {
		t.Errorf("warnings %q", got)
	}
	data, err := s.Export(v.State)
	must(t, err)
	if _, err := s.Set.Vocabulary.ReadFile("f", data); err != nil {
		t.Errorf("the export cannot be read: %v", err)
	}
	wantMistakes(t, "stating it again", s.Append(ctx, "acme", []Change{{Ref: OfOrganization("org.once"), Value: Encode("y"), Seen: Whatever}}, li), "organization/org.once standing.no_fact")
	say(t, s, OfOrganization("org.once"), "", li)
	must(t, s.Remove(ctx, "acme", org.AboutSystem, "w", li))
	if v, err = s.View(ctx, "acme", s.Today(), day.Day{}); err != nil || len(v.Units(org.AboutSystem)) != 0 {
		t.Errorf("a system with a lost fact cannot be removed: %v", err)
	}
}

func TestLimits(t *testing.T) {
	s, m := acme(t)
	ctx := t.Context()
	changes := make([]Change, maxUnits)
	for i := range changes {
		changes[i] = Change{Ref: ofSystem(fmt.Sprint("s", i), KeyName), Value: Encode(name)}
	}
	must(t, s.Append(ctx, "acme", append(changes[1:], Change{Ref: ofSystem("last", KeyName), Value: Encode(name)}), li))
	wantMistakes(t, "one system more", s.AddUnit(ctx, "acme", org.AboutSystem, "more", name, li), "id standing.too_many")
	wantMistakes(t, "one more, stated", s.Append(ctx, "acme", changes[:1], li), "s0/name standing.too_many")
	file := []byte(strings.Replace(head, "id: a,", "id: acme,", 1) + "systems: [{id: more, name: {en: M, zh: 多}}]")
	_, err := s.Import(ctx, "", "f", file, false, li)
	wantKind(t, "one more, imported", err, problem.Input)
	must(t, s.AddUnit(ctx, "acme", org.AboutTransfer, "t", name, li))
	entries := len(m.entries["acme"])
	must(t, s.Append(ctx, "acme", []Change{changes[0], {Ref: ofSystem("last", KeyName), Seen: Whatever}}, li)) // one goes, one comes
	if len(m.entries["acme"]) != entries+2 {
		t.Errorf("%d entries", len(m.entries["acme"])-entries)
	}
	done, err := s.Import(ctx, "", "f", file, true, li)
	if err != nil || done.TakenBack != maxUnits+1 || done.Added != 1 {
		t.Errorf("a whole import: %+v, %v", done, err)
	}
}

// TestManyPeopleAtOnce has people state, look, import and try at the same
// time; the race detector watches.
func TestManyPeopleAtOnce(t *testing.T) {
	s, _ := acme(t)
	file := []byte(strings.Replace(head, "id: a,", "id: acme,", 1) + "facts: {pi.sensitive: true}\nsystems: [{id: w, name: {en: W, zh: 钱}}]")
	var wg sync.WaitGroup
	for i := range 4 {
		by := Author{By: fmt.Sprint("P", i), Origin: Asked, Sure: Stated}
		wg.Go(func() {
			for j := range 5 {
				err := s.Append(t.Context(), "acme", []Change{{Ref: individuals, Value: Encode(j), Seen: Whatever}}, by)
				_, importErr := s.Import(t.Context(), "", "f", file, false, by)
				if k := problem.KindOf(importErr); err != nil || k != "" && k != problem.Conflict {
					t.Errorf("%v, %v", err, importErr)
				}
			}
		})
		wg.Go(func() {
			for j := range 3 {
				v, err := s.View(t.Context(), "acme", s.Today().AddDays(-j), day.Day{})
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := s.Export(v.State); err != nil {
					t.Error(err)
				}
				_ = v.Questions()
			}
		})
	}
	wg.Wait()
	if st := state(t, s); !st.Exists(org.AboutSystem, "w") || st.Seq(individuals) == 0 {
		t.Error("something is missing at the end")
	}
}
