package standing

import (
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/org"
)

// A State is what stands of an organization after some entries. It is never
// changed once it was returned.
type State struct {
	ID       string
	Revision int64
	at       time.Time // of the newest entry
	entries  map[Ref]Entry
	order    map[org.Subject][]string // systems, transfers and notices that exist, in the order of their making
	stated   func() map[Ref][]Entry   // what stands of each subject, as a Ref without a key
}

// NewState returns the state before any entry.
func NewState(organization string) *State {
	return (&State{ID: organization, entries: map[Ref]Entry{}, order: map[org.Subject][]string{}}).indexed()
}

// indexed prepares what [State.Stated] looks up, made when it is first asked.
func (s *State) indexed() *State {
	s.stated = sync.OnceValue(func() map[Ref][]Entry {
		of := map[Ref][]Entry{}
		for r, e := range s.entries {
			if r.Key = ""; e.Value != nil {
				of[r] = append(of[r], e)
			}
		}
		for _, list := range of {
			slices.SortFunc(list, Entry.compare)
		}
		return of
	})
	return s
}

// With returns the state after further entries.
func (s *State) With(entries []Entry) *State {
	t := &State{ID: s.ID, Revision: s.Revision, at: s.at, entries: maps.Clone(s.entries), order: map[org.Subject][]string{}}
	for about, ids := range s.order {
		t.order[about] = slices.Clone(ids)
	}
	gone := map[org.Subject]map[string]bool{}
	for _, e := range entries {
		if e.Seq > t.Revision {
			t.Revision, t.at = e.Seq, e.At
		}
		t.place(e, gone)
		t.entries[e.Ref] = e
	}
	for about, ids := range gone {
		t.order[about] = slices.DeleteFunc(t.order[about], func(id string) bool { return ids[id] })
	}
	return t.indexed()
}

// place keeps the order of what exists. What is gone is collected, so that
// many can go at once.
func (s *State) place(e Entry, gone map[org.Subject]map[string]bool) {
	if e.About == org.AboutOrganization || e.Key != KeyName && e.Key != KeyNotice {
		return
	}
	before, existed := s.entries[e.Ref]
	existed = existed && before.Value != nil
	switch {
	case !existed && e.Value != nil:
		if gone[e.About][e.Subject] { // back after it had gone, at the end
			delete(gone[e.About], e.Subject)
			s.order[e.About] = slices.DeleteFunc(s.order[e.About], func(id string) bool { return id == e.Subject })
		}
		s.order[e.About] = append(s.order[e.About], e.Subject)
	case existed && e.Value == nil:
		if gone[e.About] == nil {
			gone[e.About] = map[string]bool{}
		}
		gone[e.About][e.Subject] = true
	}
}

// isAt reports whether nothing was stated since.
func (s *State) isAt(h Head) bool { return s.Revision == h.Revision && s.at.Equal(h.At) }

// Entry returns what stands about a Ref. It reports false for what was never
// stated or was taken back.
func (s *State) Entry(r Ref) (Entry, bool) {
	e, ok := s.entries[r]
	return e, ok && e.Value != nil
}

// Seq returns the Seq of the newest entry about a Ref, taken back or not, and
// 0 if there is none.
func (s *State) Seq(r Ref) int64 { return s.entries[r].Seq }

// Stated returns every entry about one subject that stands.
func (s *State) Stated(about org.Subject, subject string) []Entry {
	return slices.Clone(s.stated()[Ref{About: about, Subject: subject}])
}

// answered tells what was asked, be it that the answer is not known. An answer
// that the vocabulary no longer takes must be asked again.
func (s *State) answered(subject string, f *org.Fact) bool {
	e, ok := s.Entry(Ref{f.Subject, subject, f.ID})
	if ok {
		_, ok = f.FromJSON(e.Value)
	}
	return ok
}

// unsettled tells what was not asked and answered with “not known”.
func (s *State) unsettled(subject string, f *org.Fact) bool {
	e, ok := s.Entry(Ref{f.Subject, subject, f.ID})
	return !ok || string(e.Value) != "null"
}

// Answered returns how many facts have an answer that says something.
func (s *State) Answered() int {
	n := 0
	for r, e := range s.entries {
		if e.Value != nil && string(e.Value) != "null" && r != existence(r.About, r.Subject) {
			n++
		}
	}
	return n
}

// Exists reports whether there is such a system, transfer or notice.
func (s *State) Exists(about org.Subject, id string) bool {
	_, ok := s.Entry(existence(about, id))
	return ok
}

// Name returns the name of the organization, a system or a transfer.
func (s *State) Name(about org.Subject, subject string) message.Text {
	e, ok := s.Entry(Ref{about, subject, KeyName})
	if !ok {
		return message.Text{En: subject, Zh: subject}
	}
	var t message.Text
	_ = json.Unmarshal(e.Value, &t) // written by this package
	return t
}

// Units returns the ids of the systems or transfers, or of the notices, in the
// order of their making.
func (s *State) Units(about org.Subject) []string { return slices.Clone(s.order[about]) }

// A Notice is a notice of designation as it is kept.
type Notice struct {
	NotifiedOn  day.Day  `json:"notified_on"`
	By          string   `json:"by,omitempty"`
	Reference   string   `json:"reference,omitempty"`
	Systems     []string `json:"systems,omitempty"`
	WithdrawnOn day.Day  `json:"withdrawn_on,omitzero"`
}

// Notice returns a notice that exists.
func (s *State) Notice(id string) Notice {
	var n Notice
	if e, ok := s.Entry(Ref{AboutNotice, id, KeyNotice}); ok {
		_ = json.Unmarshal(e.Value, &n) // written by this package
	}
	return n
}

// File returns the organization file of the state. Facts that the vocabulary
// no longer holds are left out, and named in the warnings.
func (s *State) File(v *org.Vocabulary) (*org.File, []org.Warning) {
	f := &org.File{ID: s.ID, Name: s.Name(org.AboutOrganization, string(org.AboutOrganization)), Facts: v.NewFacts()}
	units := map[org.Subject]map[string]*org.Unit{org.AboutSystem: {}, org.AboutTransfer: {}}
	lists := map[org.Subject]*[]org.Unit{org.AboutSystem: &f.Systems, org.AboutTransfer: &f.Transfers}
	for about, list := range lists {
		ids := s.order[about]
		*list = make([]org.Unit, len(ids))
		for i, id := range ids {
			(*list)[i] = org.Unit{ID: id, Name: s.Name(about, id), Facts: v.NewFacts()}
			units[about][id] = &(*list)[i]
		}
	}
	for _, id := range s.order[AboutNotice] {
		n := s.Notice(id)
		n.Systems = slices.DeleteFunc(n.Systems, func(id string) bool { return !s.Exists(org.AboutSystem, id) })
		if len(n.Systems) == 0 {
			n.Systems = nil
		}
		f.Designations = append(f.Designations, org.Designation(n))
	}
	var lost []string
	for r, e := range s.entries {
		if r.Key == KeyName || r.Key == KeyNotice || e.Value == nil {
			continue
		}
		facts, asked := f.Facts, &f.Asked
		if r.About != org.AboutOrganization {
			u := units[r.About][r.Subject]
			if u == nil {
				continue
			}
			facts, asked = u.Facts, &u.Asked
		}
		fact := v.Fact(r.Key)
		if fact == nil || fact.Kind == org.Record || fact.Subject != r.About {
			lost = append(lost, r.Key)
			continue
		}
		val, ok := fact.FromJSON(e.Value)
		switch {
		case !ok:
			lost = append(lost, r.Key)
		case !val.Known():
			*asked = append(*asked, r.Key)
		default:
			facts[fact.Index] = val
		}
	}
	slices.Sort(f.Asked)
	for _, u := range append(slices.Clone(f.Systems), f.Transfers...) {
		slices.Sort(u.Asked)
	}
	var warnings []org.Warning
	slices.Sort(lost)
	for _, key := range slices.Compact(lost) {
		warnings = append(warnings, org.Warn("fact_lost", key))
	}
	return f, warnings
}

// KnownBy returns the entries that had been made by the end of a day.
func KnownBy(entries []Entry, d day.Day) []Entry {
	end := d.AddDays(1).Start()
	return slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return !e.At.Before(end) })
}

// trial returns the state as if changes had been stated.
func (s *State) trial(changes []Change) *State {
	entries := make([]Entry, len(changes))
	for i, c := range changes {
		entries[i] = Entry{Ref: c.Ref, Value: c.Value, At: time.Time{}}
	}
	return s.With(entries)
}
