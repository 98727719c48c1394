package standing

import (
	"context"
	"encoding/json"
	"strings"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
)

// An Import says what an organization file changed.
type Import struct {
	Organization string
	Created      bool
	Added        int // statements about what nothing was stated of
	Changed      int // statements that replace others
	TakenBack    int // statements that the file does not hold
}

// Import states everything that an organization file holds, all or nothing.
// It makes the organization if there is none with its id; where only is given,
// the file must be about that one. What the file does not hold stays, unless
// whole is set: then it is taken back. The error is a [problem.List] with
// every mistake of the file.
func (s *Service) Import(ctx context.Context, only, name string, data []byte, whole bool, a Author) (Import, error) {
	select {
	case s.importing <- struct{}{}:
		defer func() { <-s.importing }()
	case <-ctx.Done():
		return Import{}, ctx.Err()
	}
	f, err := s.Set.Vocabulary.ReadFile(name, data)
	if err != nil {
		return Import{}, err
	}
	if only != "" && f.ID != only {
		return Import{}, problem.New(problem.Input, "standing.other_organization", f.ID, only)
	}
	if err := checkIDs(name, f); err != nil {
		return Import{}, err
	}
	if err := a.check().OrNil(); err != nil {
		return Import{}, err
	}
	done := Import{Organization: f.ID}
	state, err := s.State(ctx, f.ID)
	if problem.KindOf(err) == problem.NotFound {
		state, done.Created = NewState(f.ID), true
	} else if err != nil {
		return Import{}, err
	}
	changes := state.complete(s.difference(state, f, whole))
	if _, ok := state.tooMany(changes); ok {
		return Import{}, problem.New(problem.Input, "standing.too_many", maxUnits)
	}
	for _, c := range changes {
		switch _, stood := state.Entry(c.Ref); {
		case c.Value == nil:
			done.TakenBack++
		case stood:
			done.Changed++
		default:
			done.Added++
		}
	}
	if len(changes) == 0 {
		return done, nil
	}
	_, err = s.Store.Append(ctx, f.ID, done.Created, changes, a, s.Now())
	return done, err
}

// maxFileID is the longest id that a file may bring, in bytes. New things get
// shorter ones; see [MaxID].
const maxFileID = 200

// checkIDs finds the ids that cannot be part of an address, each a mistake.
func checkIDs(file string, f *org.File) error {
	ids := []string{f.ID}
	for _, u := range f.Systems {
		ids = append(ids, u.ID)
	}
	for _, u := range f.Transfers {
		ids = append(ids, u.ID)
	}
	var mistakes problem.List
	for _, id := range ids {
		if !goodFileID(id) {
			mistakes = append(mistakes, problem.Spot{File: file, Msg: message.New("standing.bad_file_id", id, maxFileID)})
		}
	}
	return mistakes.Sorted()
}

func goodFileID(id string) bool {
	return id != "." && id != ".." && oneLine(id, maxFileID) && !strings.ContainsAny(id, `/\?#%;`)
}

// difference returns what must be stated for a state to hold what a file says.
func (s *Service) difference(state *State, f *org.File, whole bool) []Change {
	d := difference{state: state, stands: map[Ref]bool{}}
	d.add(OfOrganization(KeyName), encode(f.Name))
	d.facts(s.Set.Vocabulary, org.AboutOrganization, org.Unit{ID: string(org.AboutOrganization), Facts: f.Facts, Asked: f.Asked})
	for _, u := range f.Systems {
		d.unit(s.Set.Vocabulary, org.AboutSystem, u)
	}
	for _, u := range f.Transfers {
		d.unit(s.Set.Vocabulary, org.AboutTransfer, u)
	}
	d.notices(f.Designations)
	if whole {
		d.takeBack()
	}
	return d.changes
}

type difference struct {
	state   *State
	stands  map[Ref]bool // what the file holds
	changes []Change
}

func (d *difference) add(r Ref, value []byte) {
	d.stands[r] = true
	if e, ok := d.state.entries[r]; ok && e.same(value) {
		return
	}
	d.changes = append(d.changes, Change{Ref: r, Value: value, Seen: d.state.Seq(r)})
}

func (d *difference) unit(v *org.Vocabulary, about org.Subject, u org.Unit) {
	d.add(Ref{about, u.ID, KeyName}, encode(u.Name))
	d.facts(v, about, u)
}

func (d *difference) facts(v *org.Vocabulary, about org.Subject, u org.Unit) {
	for i, val := range u.Facts {
		if val.Known() {
			d.add(Ref{about, u.ID, v.Leaf(i).ID}, encode(val.In(v.Leaf(i))))
		}
	}
	for _, id := range u.Asked {
		d.add(Ref{about, u.ID, id}, encode(nil))
	}
}

// notices matches the notices of a file with those that stand by what they
// say, since the file gives them no ids: first those that say the same, then
// those that are the same paper, which may have been withdrawn since, or name
// other systems.
func (d *difference) notices(list []org.Designation) {
	same, papers := map[string][]string{}, map[paper][]string{}
	for _, id := range d.state.order[AboutNotice] {
		value, n := string(d.state.entries[existence(AboutNotice, id)].Value), d.state.Notice(id)
		same[value] = append(same[value], id)
		papers[paper{n.NotifiedOn, n.By, n.Reference}] = append(papers[paper{n.NotifiedOn, n.By, n.Reference}], id)
	}
	values, ids, taken := make([]json.RawMessage, len(list)), make([]string, len(list)), map[string]bool{}
	for i, n := range list {
		values[i] = encode(Notice(n))
		ids[i] = take(same, string(values[i]), taken)
	}
	last := d.state.lastNotice()
	for i, n := range list {
		if ids[i] == "" {
			ids[i] = take(papers, paper{n.NotifiedOn, n.By, n.Reference}, taken)
		}
		if ids[i] == "" {
			last++
			ids[i] = noticeID(last)
		}
		d.add(existence(AboutNotice, ids[i]), values[i])
	}
}

// paper is by what a notice is known again.
type paper struct {
	notifiedOn    day.Day
	by, reference string
}

// take returns the first id under a key that was not taken yet, "" if there is
// none.
func take[K comparable](from map[K][]string, key K, taken map[string]bool) string {
	for ids := from[key]; len(ids) > 0; ids = from[key] {
		from[key] = ids[1:]
		if !taken[ids[0]] {
			taken[ids[0]] = true
			return ids[0]
		}
	}
	return ""
}

func (d *difference) takeBack() {
	d.changes = append(d.changes, d.state.takenBack(func(r Ref) bool { return !d.stands[r] })...)
}

// Export writes the organization file of a state. Equal states give equal
// bytes, and a file that was exported, imported elsewhere and exported there
// is the same again.
func (s *Service) Export(state *State) ([]byte, error) {
	v := s.Set.Vocabulary
	f, _ := state.File(v)
	d := NewDocument(f.ID, f.Name)
	for _, n := range f.Designations {
		d.addNotice(n)
	}
	d.addFacts(d.top(), v, f.Facts, f.Asked)
	for _, u := range f.Systems {
		d.addFacts(d.AddUnit("systems", u.ID, u.Name), v, u.Facts, u.Asked)
	}
	for _, u := range f.Transfers {
		d.addFacts(d.AddUnit("transfers", u.ID, u.Name), v, u.Facts, u.Asked)
	}
	return d.Bytes()
}

// AddSystem adds a system of which nothing is known.
func (d *Document) AddSystem(id string, name message.Text) { d.AddUnit("systems", id, name) }
