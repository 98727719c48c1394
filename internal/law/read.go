package law

import (
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/strict"
)

// Read reads sources.yaml and instruments/*.yaml and adds every mistake to the
// list. The library holds what could be read.
func Read(fsys fs.FS, mistakes *problem.List) *Library {
	l := &Library{provisions: map[string]*Provision{}, sources: map[string]*Source{}}
	l.readSources(fsys, mistakes)
	files, _ := fs.Glob(fsys, "instruments/*.yaml")
	if len(files) == 0 {
		*mistakes = append(*mistakes, strict.Pos{File: "instruments"}.Spot("law.no_instruments"))
	}
	seen := map[string]strict.Pos{}
	for _, name := range files {
		i := &Instrument{}
		before := len(*mistakes)
		strict.ReadInto(fsys, name, i, mistakes)
		if len(*mistakes) > before {
			continue // what follows would only repeat it
		}
		if want := strings.TrimSuffix(path.Base(name), ".yaml"); i.ID.Value != want {
			*mistakes = append(*mistakes, i.ID.Pos.Spot("law.file_name", i.ID.Value, want))
		}
		l.instruments = append(l.instruments, i)
		(&reader{l, i, seen, mistakes}).instrument()
	}
	slices.SortFunc(l.instruments, func(a, b *Instrument) int { return strings.Compare(a.ID.Value, b.ID.Value) })
	l.nicknames()
	return l
}

// nicknames finds the aliases that mean one instrument only: 网安法, but not 等保.
func (l *Library) nicknames() {
	bearers := map[string]int{}
	for _, i := range l.instruments {
		for _, a := range i.Aliases {
			bearers[a]++
		}
	}
	for _, i := range l.instruments {
		if n := slices.IndexFunc(i.Aliases, func(a string) bool { return bearers[a] == 1 && hasHan(a) }); n >= 0 {
			i.nickname = i.Aliases[n]
		}
	}
}

func (l *Library) readSources(fsys fs.FS, mistakes *problem.List) {
	var file struct {
		Sources []*Source `strict:"sources"`
	}
	strict.ReadInto(fsys, "sources.yaml", &file, mistakes)
	for _, s := range file.Sources {
		if _, ok := l.sources[s.ID.Value]; ok {
			*mistakes = append(*mistakes, s.ID.Pos.Spot("content.duplicate", s.ID.Value))
		}
		l.sources[s.ID.Value] = s
	}
}

// reader checks one instrument and works out the wordings of its provisions.
type reader struct {
	lib      *Library
	i        *Instrument
	seen     map[string]strict.Pos
	mistakes *problem.List
}

func (r *reader) fail(at strict.Pos, key string, args ...any) {
	*r.mistakes = append(*r.mistakes, at.Spot(key, args...))
}

func (r *reader) instrument() {
	r.oneOf(r.i.Pos, string(r.i.Force), stringsOf(Forces()))
	r.confidence(r.i.Pos, r.i.Confidence)
	r.sourcesKnown(r.i.Sources)
	r.aliases()
	r.versions()
	for _, p := range r.i.Provisions {
		r.provision(p)
	}
}

// aliases are listed once each.
func (r *reader) aliases() {
	for n, a := range r.i.Aliases {
		if slices.Contains(r.i.Aliases[:n], a) {
			r.fail(r.i.Pos, "content.duplicate", a)
		}
	}
}

func (r *reader) versions() {
	if len(r.i.Versions) == 0 {
		r.fail(r.i.Pos, "law.no_version")
	}
	for n, v := range r.i.Versions {
		if !v.Until.IsZero() && v.Until.Before(v.From) {
			r.fail(v.Pos, "law.version_backwards", v.ID)
		}
		if n == 0 {
			continue
		}
		before := r.i.Versions[n-1]
		switch {
		case v.From.IsZero() || before.Until.IsZero():
			r.fail(v.Pos, "law.version_open", before.ID, v.ID)
		case !v.From.After(before.Until):
			r.fail(v.Pos, "law.version_overlap", before.ID, v.ID, before.Until.String(), v.From.String())
		case v.From != before.Until.AddDays(1):
			r.fail(v.Pos, "law.version_gap", before.ID, v.ID, before.Until.String(), v.From.String())
		}
		if slices.ContainsFunc(r.i.Versions[:n], func(o Version) bool { return o.ID == v.ID }) {
			r.fail(v.Pos, "content.duplicate", v.ID)
		}
	}
}

func (r *reader) provision(p *Provision) {
	p.Instrument = r.i
	p.index = sync.OnceValue(p.indexed)
	id := p.ID.Value
	if first, ok := r.seen[id]; ok {
		r.fail(p.ID.Pos, "content.duplicate_at", id, first.File, first.Line)
	}
	r.seen[id] = p.ID.Pos
	r.lib.provisions[id] = p
	r.oneOf(p.Pos, p.Kind, Kinds())
	r.confidence(p.Pos, p.Confidence)
	r.sourcesKnown(p.Sources)
	if p.Article != "" == (len(p.In) > 0) {
		r.fail(p.Pos, "law.article_or_in", id)
		return
	}
	if p.Article != "" {
		for _, v := range r.i.Versions {
			p.In = append(p.In, Standing{Version: v.ID, Article: p.Article, Pos: p.Pos})
		}
	}
	r.wordings(p)
	if len(p.wordings) == 0 {
		return
	}
	newest := p.In[len(p.In)-1].Version == r.i.Versions[len(r.i.Versions)-1].ID
	if want := p.Latest().ID; newest && id != want { // an ended one may not take a number that is in use
		r.fail(p.ID.Pos, "law.provision_id", id, want)
	}
}

func (r *reader) wordings(p *Provision) {
	last := -1
	for _, in := range p.In {
		at := slices.IndexFunc(r.i.Versions, func(v Version) bool { return v.ID == in.Version })
		switch {
		case at < 0:
			r.fail(in.Pos, "law.no_such_version", in.Version, r.i.ID.Value)
			continue
		case last >= 0 && at != last+1:
			r.fail(in.Pos, "law.in_order", in.Version)
		}
		last = at
		w := r.wording(p, in, r.i.Versions[at])
		if n := len(p.wordings); n > 0 && same(p.wordings[n-1], w) {
			p.wordings[n-1].Span.Until = w.Span.Until
			continue
		}
		p.wordings = append(p.wordings, w)
	}
}

func (r *reader) wording(p *Provision, in Standing, v Version) Wording {
	w := Wording{
		ID: r.i.ID.Value + "-" + in.Article, Article: in.Article, Span: v.Span(), Quote: p.Quote,
		Paraphrase: p.Paraphrase, Penalty: p.Penalty, Confidence: p.Confidence, Sources: values(p.Sources),
	}
	if p.Article != "" { // a range such as 26-28 may stand under its first number
		w.ID = p.ID.Value
	}
	if in.Quote != "" || in.Unquoted {
		w.Quote = in.Quote
	}
	if in.Paraphrase != nil {
		w.Paraphrase = *in.Paraphrase
	}
	if !in.Penalty.IsZero() {
		w.Penalty = in.Penalty
	}
	if in.Confidence != "" {
		r.confidence(in.Pos, in.Confidence)
		w.Confidence = in.Confidence
	}
	if len(in.Sources) > 0 {
		r.sourcesKnown(in.Sources)
		w.Sources = values(in.Sources)
	}
	w.Source = r.lib.address(w.Sources)
	if w.Quote == "" && w.Paraphrase.Zh == "" {
		r.fail(in.Pos, "law.no_chinese", p.ID.Value)
	}
	if p.Kind == PenaltyKind && w.Penalty.IsZero() {
		r.fail(in.Pos, "law.no_amounts", p.ID.Value)
	}
	return w
}

// address says where the first of some sources is to be found.
func (l *Library) address(ids []string) string {
	if len(ids) == 0 || l.sources[ids[0]] == nil {
		return ""
	}
	s := l.sources[ids[0]]
	return cmp.Or(s.URL, s.What, s.ID.Value)
}

// same reports whether two wordings differ in nothing but their days.
func same(a, b Wording) bool {
	return a.ID == b.ID && a.Article == b.Article && a.Quote == b.Quote && a.Paraphrase == b.Paraphrase &&
		a.Penalty == b.Penalty && a.Confidence == b.Confidence && slices.Equal(a.Sources, b.Sources)
}

func (r *reader) sourcesKnown(ids []strict.String) {
	if len(ids) == 0 {
		r.fail(r.i.Pos, "law.no_sources")
	}
	for _, s := range ids {
		if r.lib.sources[s.Value] == nil {
			r.fail(s.Pos, "content.dangling", message.New("kind.source"), s.Value)
		}
	}
}

func (r *reader) confidence(at strict.Pos, c Confidence) {
	r.oneOf(at, string(c), stringsOf(Confidences()))
}

func (r *reader) oneOf(at strict.Pos, got string, want []string) {
	if !slices.Contains(want, got) {
		r.fail(at, "content.one_of", got, strings.Join(want, ", "))
	}
}

func stringsOf[T ~string](in []T) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = string(s)
	}
	return out
}

func values(in []strict.String) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = s.Value
	}
	return out
}

// A Change is what happens to one provision between two days.
type Change struct {
	Kind   ChangeKind
	Before *Wording // nil for one that starts
	After  *Wording // nil for one that ends
	*Provision
}

// A ChangeKind says what happened.
type ChangeKind string

// The kinds of change.
const (
	Starts     ChangeKind = "starts"
	Ends       ChangeKind = "ends"
	Renumbered ChangeKind = "renumbered"
	Amended    ChangeKind = "amended" // other words or amounts, with or without a new number
)

// Diff returns what starts, ends, is renumbered or amended between two days,
// in the order of instruments and provisions.
func (l *Library) Diff(from, to day.Day) []Change {
	var changes []Change
	for _, i := range l.instruments {
		for _, p := range i.Provisions {
			before, was := p.On(from)
			after, is := p.On(to)
			switch {
			case !was && is:
				changes = append(changes, Change{Starts, nil, &after, p})
			case was && !is:
				changes = append(changes, Change{Ends, &before, nil, p})
			case was && is && (before.Quote != after.Quote || before.Paraphrase != after.Paraphrase || before.Penalty != after.Penalty):
				changes = append(changes, Change{Amended, &before, &after, p})
			case was && is && before.ID != after.ID:
				changes = append(changes, Change{Renumbered, &before, &after, p})
			}
		}
	}
	return changes
}
