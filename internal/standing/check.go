package standing

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/problem"
)

// maxUnits is the most systems, transfers or notices of one organization.
const maxUnits = 50_000

// The lengths of ids and names, in bytes.
const (
	MaxID   = 64
	MaxName = 200
)

// CheckUnit returns a name as it is kept, and the mistakes in the id and name
// of a new organization, system or transfer. Where one language is empty, the
// other stands in.
func CheckUnit(id string, name message.Text) (message.Text, problem.Fields) {
	var mistakes problem.Fields
	if !goodID(id) {
		mistakes = append(mistakes, problem.Field{Name: "id", Msg: message.New("standing.bad_id", MaxID)})
	}
	name = message.Text{En: strings.TrimSpace(name.En), Zh: strings.TrimSpace(name.Zh)}
	name = message.Text{En: cmp.Or(name.En, name.Zh), Zh: cmp.Or(name.Zh, name.En)}
	if name.En == "" || !oneLine(name.En, MaxName) || !oneLine(name.Zh, MaxName) {
		mistakes = append(mistakes, problem.Field{Name: "name_en", Msg: message.New("standing.bad_name", MaxName)})
	}
	return name, mistakes
}

// goodID reports whether an id may be given to something new. Files that are
// imported may hold others.
func goodID(id string) bool {
	okay := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' }
	return id != "" && len(id) <= MaxID && !strings.ContainsFunc(id, func(r rune) bool { return !okay(r) }) && id[0] != '-' && id != string(org.AboutOrganization)
}

// oneLine reports whether a text is one line that an organization file can
// hold, of at most some bytes.
func oneLine(s string, most int) bool {
	return len(s) <= most && utf8.ValidString(s) &&
		!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) })
}

// existence returns the Ref under which it is stated that a system, transfer,
// notice or organization exists.
func existence(about org.Subject, id string) Ref {
	if about == AboutNotice {
		return Ref{about, id, KeyNotice}
	}
	return Ref{about, id, KeyName}
}

// check returns changes in the form in which they are kept.
func (s *Service) check(state *State, changes []Change) ([]Change, error) {
	c := checker{vocabulary: s.Set.Vocabulary, state: state, made: map[Ref]bool{}}
	for _, ch := range changes {
		if ch.Value != nil {
			c.made[ch.Ref] = true
		}
	}
	var mistakes problem.Fields
	checked := make([]Change, 0, len(changes))
	given := map[Ref]bool{}
	for _, ch := range changes {
		m := c.change(&ch)
		if given[ch.Ref] && m == nil {
			m = mistake("standing.twice")
		}
		if m != nil {
			mistakes = append(mistakes, problem.Field{Name: ch.Ref.Subject + "/" + ch.Ref.Key, Msg: *m})
		}
		given[ch.Ref] = true
		checked = append(checked, ch)
	}
	if r, ok := state.tooMany(changes); ok {
		mistakes = append(mistakes, problem.Field{Name: r.Subject + "/" + r.Key, Msg: message.New("standing.too_many", maxUnits)})
	}
	return checked, mistakes.OrNil()
}

func mistake(key string, args ...any) *message.M {
	m := message.New(key, args...)
	return &m
}

// tooMany returns the first change by which there would be more systems,
// transfers or notices than one organization may have.
func (s *State) tooMany(changes []Change) (Ref, bool) {
	count := map[org.Subject]int{}
	for about, ids := range s.order {
		count[about] = len(ids)
	}
	for _, c := range changes {
		if c.Ref == existence(c.Ref.About, c.Ref.Subject) && c.Value == nil && s.Exists(c.Ref.About, c.Ref.Subject) {
			count[c.Ref.About]--
		}
	}
	for _, c := range changes {
		if c.Ref != existence(c.Ref.About, c.Ref.Subject) || c.Value == nil || s.Exists(c.Ref.About, c.Ref.Subject) {
			continue
		}
		if count[c.Ref.About]++; count[c.Ref.About] > maxUnits {
			return c.Ref, true
		}
	}
	return Ref{}, false
}

// A checker checks changes that are to be stated together.
type checker struct {
	vocabulary *org.Vocabulary
	state      *State
	made       map[Ref]bool // what is given a value
}

// exists reports whether there is a subject, or will be.
func (c checker) exists(about org.Subject, id string) bool {
	switch about {
	case org.AboutOrganization:
		return id == string(org.AboutOrganization)
	case org.AboutSystem, org.AboutTransfer, AboutNotice:
		return c.state.Exists(about, id) || c.made[existence(about, id)]
	}
	return false
}

// change brings the value of a change into the form in which it is kept, or
// says what is wrong with it.
func (c checker) change(ch *Change) *message.M {
	r := ch.Ref
	if !c.exists(r.About, r.Subject) {
		return mistake("standing.no_subject", r.Subject)
	}
	if _, stands := c.state.Entry(r); stands && ch.Value == nil && (r.About != org.AboutOrganization || r.Key != KeyName) {
		return nil // what stands can be taken back, be it that nobody asks for it any more
	}
	switch f := c.vocabulary.Fact(r.Key); {
	case r == existence(r.About, r.Subject) && r.About == AboutNotice:
		return c.notice(ch)
	case r == existence(r.About, r.Subject):
		return c.name(ch)
	case f == nil || f.Subject != r.About || f.Kind == org.Record:
		return mistake("standing.no_fact", r.Key)
	case ch.Value != nil:
		val, ok := f.FromJSON(ch.Value)
		if !ok {
			return mistake("answer." + f.Kind.String())
		}
		ch.Value = encode(val.In(f))
	}
	return nil
}

func (c checker) name(ch *Change) *message.M {
	var name message.Text
	switch {
	case ch.Value == nil && ch.Ref.About != org.AboutOrganization:
		return nil
	case ch.Value == nil || json.Unmarshal(ch.Value, &name) != nil || strings.TrimSpace(name.En) == "" || strings.TrimSpace(name.Zh) == "":
		return mistake("standing.want_name")
	case !oneLine(name.En, MaxName) || !oneLine(name.Zh, MaxName):
		return mistake("standing.bad_name", MaxName)
	case ch.Ref.About != org.AboutOrganization && !c.state.Exists(ch.Ref.About, ch.Ref.Subject) && !goodID(ch.Ref.Subject):
		return mistake("standing.bad_id", MaxID)
	}
	ch.Value = encode(name)
	return nil
}

func (c checker) notice(ch *Change) *message.M {
	if ch.Value == nil {
		return nil
	}
	var n Notice
	id := ch.Ref.Subject
	switch {
	case json.Unmarshal(ch.Value, &n) != nil || n.NotifiedOn.IsZero():
		return mistake("standing.bad_notice")
	case !n.WithdrawnOn.IsZero() && n.WithdrawnOn.Before(n.NotifiedOn):
		return mistake("file.withdrawn_early", n.WithdrawnOn.String(), n.NotifiedOn.String())
	case !c.state.Exists(AboutNotice, id) && noticeNumber(id) == 0:
		return mistake("standing.no_subject", id)
	}
	n.By, n.Reference = strings.TrimSpace(n.By), strings.TrimSpace(n.Reference)
	if !oneLine(n.By, MaxSource) || !oneLine(n.Reference, MaxSource) {
		return mistake("standing.long_source", MaxSource)
	}
	named := c.state.Notice(id).Systems
	for _, system := range n.Systems {
		if !c.exists(org.AboutSystem, system) && !slices.Contains(named, system) {
			return mistake("standing.no_subject", system)
		}
	}
	ch.Value = encode(n)
	return nil
}

// complete adds what goes with changes: who takes back a system or transfer,
// or makes one again, takes back all else that was stated under its id.
func (s *State) complete(changes []Change) []Change {
	given, gone := map[Ref]bool{}, map[Ref]bool{}
	for _, c := range changes {
		given[c.Ref] = true
		if r := existence(c.Ref.About, c.Ref.Subject); c.Ref == r && r.About != org.AboutOrganization && (c.Value == nil || !s.Exists(r.About, r.Subject)) {
			gone[r] = true
		}
	}
	if len(gone) == 0 {
		return changes
	}
	return append(changes, s.takenBack(func(r Ref) bool { return gone[existence(r.About, r.Subject)] && !given[r] })...)
}

// takenBack takes back what stands about some Refs, in the order in which it
// was stated.
func (s *State) takenBack(which func(Ref) bool) []Change {
	var entries []Entry
	for r, e := range s.entries {
		if e.Value != nil && which(r) {
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, Entry.compare)
	changes := make([]Change, len(entries))
	for i, e := range entries {
		changes[i] = Change{Ref: e.Ref, Seen: e.Seq}
	}
	return changes
}

func noticeID(n int) string { return "n" + strconv.Itoa(n) }

// noticeNumber returns the number in the id of a notice, 0 if it is no such id.
func noticeNumber(id string) int {
	digits, _ := strings.CutPrefix(id, "n")
	n, _ := strconv.Atoi(digits)
	if n < 1 || n > 1_000_000_000 || noticeID(n) != id {
		return 0
	}
	return n
}

// lastNotice returns the highest number that a notice ever had.
func (s *State) lastNotice() int {
	last := 0
	for r := range s.entries {
		if r.About == AboutNotice {
			last = max(last, noticeNumber(r.Subject))
		}
	}
	return last
}
