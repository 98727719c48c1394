// Package regime decides: facts and a day in, answers with their reasons out.
//
// [Load] reads and checks the content once: instruments, facts, duties and
// decision tables with conditions in CEL. The resulting [Set] has no state and
// reads no clock: equal facts, day and content give equal answers.
package regime

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"guanji/internal/message"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"guanji/internal/calendar"
	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/strict"
)

// Info says which content an answer was made with.
type Info struct {
	Version           string  `json:"version"`
	Digest            string  `json:"digest"` // sha256 over every file
	ResearchedThrough day.Day `json:"researched_through"`
}

// A Set is all content, checked and compiled. It is safe for concurrent use.
type Set struct {
	Info          Info
	Library       *law.Library
	Vocabulary    *org.Vocabulary
	Calendar      *calendar.Calendar
	Areas         []Named
	Roles         []Named
	EvidenceKinds []EvidenceKind
	Sectors       []*Sector
	Duties        []*Duty
	Bearers       []*Bearer
	Report        Form        // of an incident
	Closing       Form        // the report when an incident has been handled
	Notice        Form        // to the people whose information is concerned
	Recipients    []Recipient // who is told of incidents

	compiler  *compiler
	screening screening
	export    export
	incidents incidents
	rules     map[string]rule // every rule that cases can be written for
	order     []string        // their ids, in the order read
}

// rule is a condition under its id, for cases.
type rule struct {
	when *node
	at   strict.Pos
	test string // the file that its cases belong in
}

// Load reads and compiles the content. The error is a [problem.List] with
// every mistake.
func Load(fsys fs.FS) (*Set, error) {
	var mistakes problem.List
	l := load(fsys, &mistakes)
	if err := mistakes.Sorted(); err != nil {
		return nil, err
	}
	return l.Set, nil
}

func load(fsys fs.FS, mistakes *problem.List) *loader {
	l := &loader{fsys: fsys, mistakes: mistakes, Set: &Set{rules: map[string]rule{}}}
	l.general()
	l.Library = law.Read(fsys, mistakes)
	l.Vocabulary = org.ReadVocabulary(fsys, ids(l.Roles), mistakes)
	l.Vocabulary.CheckCore(mistakes)
	l.readTerms()
	l.readBearers()
	l.readSectors()
	l.readDuties()
	l.readScreening()
	l.readExport()
	l.readIncidents()
	l.readForms()
	l.readCalendar()
	return l
}

// loader reads the files of a Set and collects mistakes.
type loader struct {
	*Set
	fsys     fs.FS
	mistakes *problem.List
	partial  bool // a file could not be read in full, so that rules may lack
}

func (l *loader) fail(at strict.Pos, key string, args ...any) {
	*l.mistakes = append(*l.mistakes, at.Spot(key, args...))
}

// read reads one file and reports whether it was without mistakes, so that
// what follows from it need not be reported again.
func (l *loader) read(name string, v any) bool {
	before := len(*l.mistakes)
	strict.ReadInto(l.fsys, name, v, l.mistakes)
	l.partial = l.partial || len(*l.mistakes) > before
	return len(*l.mistakes) == before
}

func (l *loader) general() {
	var f contentFile
	l.read("content.yaml", &f)
	l.Info = Info{Version: f.Version, Digest: digest(l.fsys), ResearchedThrough: f.ResearchedThrough}
	l.Areas, l.Roles, l.EvidenceKinds = f.Areas, f.Roles, f.EvidenceKinds
	for _, k := range l.EvidenceKinds {
		if k.Validity.Value == "" {
			continue
		}
		if _, err := calendar.ParseLimit(k.Validity.Value, string(calendar.Days)); err != nil {
			l.fail(k.Validity.Pos, "calendar.bad", err)
		}
	}
}

// digest names the content by the hash of its files: names, sizes and bytes.
func digest(fsys fs.FS) string {
	h := sha256.New()
	_ = fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".yaml") {
			data, _ := fs.ReadFile(fsys, path)
			fmt.Fprintf(h, "%s\n%d\n", path, len(data))
			h.Write(data)
		}
		return nil
	})
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// rule registers a condition under the id of its rule. An id is unique in all
// content.
func (l *loader) rule(id strict.String, when *node) *node {
	if first, ok := l.rules[id.Value]; ok {
		l.fail(id.Pos, "content.duplicate_at", id.Value, first.at.File, first.at.Line)
	}
	l.rules[id.Value] = rule{when, id.Pos, strings.TrimSuffix(id.Pos.File, ".yaml") + "_test.yaml"}
	l.order = append(l.order, id.Value)
	return when
}

func (l *loader) provisionList(refs []strict.String) []*law.Provision {
	var list []*law.Provision
	for _, r := range refs {
		if p := l.Library.Provision(r.Value); p != nil {
			list = append(list, p)
		} else {
			l.fail(r.Pos, "content.dangling", message.New("kind.provision"), r.Value)
		}
	}
	return list
}

func (l *loader) oneOf(at strict.Pos, got string, want ...string) {
	if !slices.Contains(want, got) {
		l.fail(at, "content.one_of", got, strings.Join(want, ", "))
	}
}

func (l *loader) confidence(at strict.Pos, c law.Confidence) {
	l.oneOf(at, string(c), string(law.Verified), string(law.Single), string(law.Unverified))
}

func ids[T interface{ id() string }](entries []T) []string {
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = e.id()
	}
	return out
}

func (l *loader) readTerms() {
	var f struct {
		Terms []termEntry `strict:"terms"`
	}
	l.read("terms.yaml", &f) // with a mistake in it, the compiler is still needed
	names := []string{}
	for _, t := range f.Terms {
		if !strings.HasPrefix(t.ID.Value, "term.") || l.Vocabulary.Fact(t.ID.Value) != nil || slices.Contains(names, t.ID.Value) {
			l.fail(t.ID.Pos, "term.id", t.ID.Value)
			continue
		}
		names = append(names, t.ID.Value)
	}
	c, err := newCompiler(l.Vocabulary, names, l.mistakes)
	if err != nil {
		l.fail(strict.Pos{File: "facts.yaml"}, "cel.error", err.Error())
		return
	}
	l.compiler = c
	for _, t := range f.Terms {
		n := l.termNode(t)
		c.terms[t.ID.Value] = n // a term may use those before it
		l.rule(t.ID, n)
		l.provisionList(t.Provisions)
	}
}

func (l *loader) termNode(t termEntry) *node {
	if (t.When != nil) == (len(t.Cases) > 0) {
		l.fail(t.Pos, "term.when_or_cases", t.ID.Value)
		return constant(false)
	}
	if t.When != nil {
		return l.compile(*t.When)
	}
	var kids []*node
	for _, c := range t.Cases {
		kids = append(kids, dated(l.compile(c.When), day.Span{From: c.From, Until: c.Until}))
	}
	return &node{op: opOr, kids: kids}
}

// compile compiles a condition; without a working vocabulary there is nothing
// to compile against, and that has been reported.
func (l *loader) compile(when strict.String) *node {
	if l.compiler == nil {
		return &node{op: opUnknown}
	}
	return l.compiler.compile(when)
}

func (l *loader) readBearers() {
	var f struct {
		Bearers []*Bearer `strict:"bearers"`
	}
	if !l.read("bearers.yaml", &f) {
		return
	}
	for _, b := range f.Bearers {
		b.when = l.rule(b.ID, l.compile(b.When))
	}
	l.Bearers = f.Bearers
}

func (l *loader) readSectors() {
	var f struct {
		Sectors []*Sector `strict:"sectors"`
	}
	if !l.read("sectors.yaml", &f) {
		return
	}
	l.Sectors = f.Sectors
	fact := l.Vocabulary.Fact(org.Sectors)
	for _, s := range f.Sectors {
		if fact != nil {
			if _, ok := fact.Option(s.ID.Value); !ok {
				l.fail(s.ID.Pos, "content.dangling", message.New("kind.sector"), s.ID.Value)
			}
		}
		l.provisionList(s.Rules)
		for _, d := range s.Departments {
			l.confidence(d.Pos, d.Confidence)
			l.sourcesKnown(d.Sources)
		}
	}
}

func (l *loader) sourcesKnown(refs []strict.String) {
	for _, r := range refs {
		if l.Library.Source(r.Value) == nil {
			l.fail(r.Pos, "content.dangling", message.New("kind.source"), r.Value)
		}
	}
}

func (l *loader) readCalendar() {
	files, _ := fs.Glob(l.fsys, "calendar/*.yaml")
	var years []calendar.Year
	for _, name := range files {
		var f calendarFile
		if !l.read(name, &f) {
			continue
		}
		if name != "calendar/"+strconv.Itoa(f.Year)+".yaml" {
			l.fail(strict.Pos{File: name, Line: 1, Column: 1}, "calendar.file_name", f.Year)
		}
		years = append(years, f.year())
	}
	c, mistakes := calendar.New(years)
	for _, err := range mistakes {
		l.fail(strict.Pos{File: "calendar"}, "calendar.bad", err)
	}
	l.Calendar = c
}
