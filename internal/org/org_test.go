package org

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"guanji/internal/day"
	"guanji/internal/problem"
)

var roles = []string{"legal", "security", "it_operations", "business", "data_protection", "procurement", "hr", "management"}

// vocabulary reads the facts of the content.
func vocabulary(t testing.TB) *Vocabulary {
	t.Helper()
	var mistakes problem.List
	v := ReadVocabulary(os.DirFS("../../content"), roles, &mistakes)
	v.CheckCore(&mistakes)
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	return v
}

const head = "guanji: 1\norganization: {id: a, name: {en: A, zh: 甲}}\n"

func TestReadFile(t *testing.T) {
	v := vocabulary(t)
	f, err := v.ReadFile("f.yaml", []byte(head+`
facts: {org.sectors: [finance, water], pi.individuals: 1_200_000, pi.sensitive: null, org.operates_network: true}
systems:
  - {id: s, name: {en: S, zh: 乙}, facts: {sys.kind: platform, sys.impact.prefecture_share: 0.25}}
transfers:
  - {id: t, name: {en: T, zh: 丙}, facts: {transfer.purpose: hr, transfer.data_kinds: [map]}}
`))
	if err != nil {
		t.Fatal(err)
	}
	show := func(facts Facts, id string) any { return v.Get(facts, id).In(v.Fact(id)) }
	got, _ := json.Marshal([]any{show(f.Facts, "org.sectors"), show(f.Facts, "pi.individuals"), show(f.Facts, "pi.sensitive"),
		show(f.Facts, "org.operates_network"), show(f.Systems[0].Facts, "sys.kind"), show(f.Systems[0].Facts, "sys.impact.prefecture_share"),
		show(f.Transfers[0].Facts, "transfer.purpose"), show(f.Transfers[0].Facts, "transfer.data_kinds")})
	if want := `[["finance","water"],1200000,null,true,"platform",0.25,"hr",["map"]]`; string(got) != want {
		t.Errorf("read %s, want %s", got, want)
	}
}

func TestReadFileMistakes(t *testing.T) {
	v := vocabulary(t)
	tests := map[string]struct{ in, want string }{
		"unknown fact":         {head + "facts:\n  org.sector: [finance]", `f.yaml:4:3: unknown fact "org.sector"; the nearest is "org.sectors"`},
		"wrong type":           {head + "facts: {pi.individuals: many}", "f.yaml:3:25: pi.individuals: want a whole number"},
		"quoted bool":          {head + `facts: {pi.sensitive: "true"}`, "f.yaml:3:23: pi.sensitive: want true or false"},
		"out of range":         {head + "facts: {pi.individuals: -1}", "f.yaml:3:25: pi.individuals: -1 is out of range"},
		"no such value":        {head + "facts: {org.sectors: [banking]}", "f.yaml:3:22: org.sectors: want a list"},
		"value twice":          {head + "facts: {org.sectors: [water, water]}", "each value once"},
		"system fact up here":  {head + "facts: {sys.kind: platform}", "sys.kind is a fact about a system"},
		"organization fact in": {head + "systems: [{id: s, name: {en: S, zh: S}, facts: {org.sectors: []}}]", "org.sectors is a fact about the organization"},
		"duplicate id":         {head + "systems:\n  - {id: s, name: {en: S, zh: S}}\n  - {id: s, name: {en: S, zh: S}}", `f.yaml:5:10: the id "s" stands already in line 4`},
		"reserved id":          {head + "systems: [{id: organization, name: {en: S, zh: S}}]", "reserved"},
		"no such system":       {head + "designations: [{notified_on: 2024-01-01, systems: [s]}]", `the system "s", which is not listed`},
		"withdrawn early":      {head + "designations: [{notified_on: 2024-01-02, withdrawn_on: 2024-01-01}]", "before the notice"},
		"no day":               {head + "designations: [{by: someone}]", `missing key "notified_on"`},
		"version":              {strings.Replace(head, "guanji: 1", "guanji: 2", 1), "f.yaml:1:9: guanji: 2 is not a version"},
		"version as text":      {strings.Replace(head, "guanji: 1", `guanji: "1"`, 1), "is not a version"},
		"no organization":      {"guanji: 1", `missing key "organization"`},
		"unknown key":          {head + "fact: {}", `unknown key "fact"`},
		"not a mapping":        {"- a", "want a mapping"},
		"facts as list":        {head + "facts: [a]", "want a mapping of fact ids"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := v.ReadFile("f.yaml", []byte(tt.in))
			if f != nil || err == nil || problem.KindOf(err) != problem.Input || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("ReadFile = %v, %v; want %q", f, err, tt.want)
			}
		})
	}
}

func TestReadSituation(t *testing.T) {
	v := vocabulary(t)
	facts, more, err := v.ReadSituation("f.json", []byte(`{"facts": {"incident.cii": true, "incident.population_share": {"area": "province", "share": 0.3}, "org.central_organ": false}, "discovered_at": "x"}`),
		AboutIncident, "discovered_at")
	if err != nil {
		t.Fatal(err)
	}
	if v.Get(facts, "incident.population_share.share").F != 0.3 || v.Get(facts, "incident.cii") != BoolValue(true) || more["discovered_at"].IsZero() {
		t.Error("facts are missing")
	}
	for name, in := range map[string]string{
		"no facts": `{}`, "list": `[]`, "other key": `{"facts": {}, "when": 1}`, "system fact": `{"facts": {"sys.kind": "platform"}}`,
		"record as number": `{"facts": {"incident.population_share": 1}}`, "field": `{"facts": {"incident.population_share": {"region": 1}}}`,
	} {
		if _, _, err := v.ReadSituation("f.json", []byte(in), AboutIncident, "discovered_at"); problem.KindOf(err) != problem.Input {
			t.Errorf("%s: %v, want a mistake", name, err)
		}
	}
}

func TestNotices(t *testing.T) {
	v := vocabulary(t)
	const systems = "systems: [{id: s, name: {en: S, zh: S}}, {id: u, name: {en: U, zh: U}, facts: {sys.cii: true}}]\n"
	const notice = "designations: [{notified_on: 2024-05-20, systems: [s], withdrawn_on: 2026-01-15}]\n"
	tests := map[string]struct {
		in       string
		on       day.Day
		notified any
		cii      []any
		warnings int
	}{
		"before":              {head + systems + notice, day.Of(2024, 5, 19), false, []any{nil, true}, 0},
		"first day":           {head + systems + notice, day.Of(2024, 5, 20), true, []any{true, false}, 1},
		"last day":            {head + systems + notice, day.Of(2026, 1, 14), true, []any{true, false}, 1},
		"withdrawn":           {head + systems + notice, day.Of(2026, 1, 15), false, []any{nil, true}, 0},
		"nothing stated":      {head, day.Of(2026, 1, 1), nil, nil, 0},
		"no notices":          {head + "designations: []\n", day.Of(2026, 1, 1), nil, nil, 0},
		"bare true":           {head + "facts: {org.designation.notified: true}", day.Of(2026, 1, 1), true, nil, 1},
		"contradicted":        {head + systems + notice + "facts: {org.designation.notified: true}", day.Of(2024, 1, 1), false, []any{nil, true}, 1},
		"notice of no system": {head + "designations: [{notified_on: 2024-05-20}]\n" + systems, day.Of(2025, 1, 1), true, []any{nil, true}, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := v.ReadFile("f", []byte(tt.in))
			if err != nil {
				t.Fatal(err)
			}
			o := v.On(f, tt.on)
			if got := v.Get(o.Facts, Notified).In(v.Fact(Notified)); got != tt.notified {
				t.Errorf("notified = %v, want %v", got, tt.notified)
			}
			for i, want := range tt.cii {
				if got := v.Get(o.Systems[i].Facts, CII).In(v.Fact(CII)); got != want {
					t.Errorf("sys.cii of %s = %v, want %v", o.Systems[i].ID, got, want)
				}
			}
			if len(o.Warnings) != tt.warnings {
				t.Errorf("warnings %v, want %d", o.Warnings, tt.warnings)
			}
			if again := v.On(f, day.Of(2020, 1, 1)); len(f.Designations) > 0 && v.Get(again.Facts, Notified) != BoolValue(false) {
				t.Error("asking one day changed the answer of another")
			}
		})
	}
}

func TestTransfersMakeExports(t *testing.T) {
	v := vocabulary(t)
	f, err := v.ReadFile("f", []byte(head+`
facts: {org.exports_pi: false}
transfers:
  - {id: a, name: {en: A, zh: A}, facts: {transfer.accessible_abroad: true, transfer.has_pi: true}}
  - {id: b, name: {en: B, zh: B}, facts: {transfer.transmitted_abroad: false, transfer.important_data: true}}
`))
	if err != nil {
		t.Fatal(err)
	}
	o := v.On(f, day.Of(2026, 1, 1))
	if v.Get(o.Facts, ExportsPI) != BoolValue(true) || v.Get(o.Facts, ExportsImportant).Known() || len(o.Warnings) != 1 {
		t.Errorf("exports: %v, %v, warnings %v", v.Get(o.Facts, ExportsPI), v.Get(o.Facts, ExportsImportant), o.Warnings)
	}
}

func TestSchemaNamesEveryFact(t *testing.T) {
	v := vocabulary(t)
	data, err := json.Marshal(v.Schema())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range v.Facts() {
		stated := f.Subject != AboutIncident
		if got := strings.Contains(string(data), `"`+f.ID+`"`); got != stated {
			t.Errorf("schema names %s: %v, want %v", f.ID, got, stated)
		}
	}
}

func FuzzReadFile(f *testing.F) {
	v := vocabulary(f)
	f.Add([]byte(head))
	f.Add([]byte(head + "facts: {org.sectors: [finance]}\nsystems: [{id: s, name: {en: S, zh: S}, facts: {sys.kind: platform}}]"))
	f.Add([]byte(`{"guanji": 1, "organization": {"id": "a", "name": {"en": "a", "zh": "a"}}, "designations": [{"notified_on": "2024-01-01"}]}`))
	f.Add([]byte("guanji: &a 1\norganization: *a"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := v.ReadFile("f", data)
		if (file == nil) == (err == nil) {
			t.Fatalf("file %v, error %v", file, err)
		}
		if file != nil {
			v.On(file, day.Of(2026, 1, 1))
		}
	})
}
