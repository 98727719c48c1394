package filing

import (
	"context"
	"encoding/json"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/strict"
)

// A matching lays a document against a book.
type matching struct {
	*Service
	book     *evidence.Book
	stood    map[string][]int64 // by what it says: numbers of what was filed, not matched yet
	systems  map[string]problem.Fields
	seqs     []int64 // of the entries: the number of each
	items    []evidence.Item
	files    []attachment // of the items
	ended    map[int64]bool
	mistakes problem.List
}

// match finds what of a document is to be filed, and what is wrong with it.
func (s *Service) match(ctx context.Context, organization string, d *document) (*matching, error) {
	m := &matching{Service: s, stood: map[string][]int64{}, systems: map[string]problem.Fields{}, ended: map[int64]bool{}, mistakes: d.mistakes}
	m.book = evidence.NewBook(nil)
	if organization != "" {
		var err error
		if m.book, err = s.Book(ctx, organization); err != nil {
			return nil, err
		}
	}
	for _, f := range m.book.Filed {
		text := says(f.Item)
		m.stood[text] = append(m.stood[text], f.Seq)
	}
	for i := range d.entries {
		if strict.Full(&m.mistakes, d.entries[i].node.Pos()) {
			break
		}
		if err := m.entry(ctx, organization, &d.entries[i]); err != nil {
			return nil, err
		}
	}
	return m, m.mistakes.Sorted()
}

// says is what an item says, as text.
func says(item evidence.Item) string {
	text, _ := json.Marshal(item) // an item has nothing that cannot be marshalled
	return string(text)
}

// entry matches an entry with what was filed, or adds it to what is to be.
func (m *matching) entry(ctx context.Context, organization string, e *entry) error {
	item := m.resolved(e)
	text := says(item)
	if same := m.stood[text]; len(same) > 0 {
		m.stood[text] = same[1:]
		m.seqs = append(m.seqs, same[0])
		return nil
	}
	fields, err := m.check(ctx, organization, item)
	if err != nil {
		return err
	}
	m.mistakes = append(m.mistakes, e.mistakesAt(fields)...)
	m.items, m.files = append(m.items, item), append(m.files, e.files...)
	m.seqs = append(m.seqs, m.book.Revision()+int64(len(m.items)))
	return nil
}

// resolved returns the item of an entry with the number of what it ends.
func (m *matching) resolved(e *entry) evidence.Item {
	of := e.ends.number
	if e.ends.entry > 0 {
		of = m.seqs[e.ends.entry-1]
	}
	item := e.item
	switch {
	case item.Record != nil:
		r := *item.Record
		r.Supersedes = of
		item.Record = &r
	case item.End != nil:
		end := *item.End
		end.Of = of
		item.End = &end
	}
	return item
}

// check returns every mistake in an item that is to be filed after those
// before it.
func (m *matching) check(ctx context.Context, organization string, item evidence.Item) (problem.Fields, error) {
	fields := append(item.Check(day.In(m.Now())), m.Catalogue.check(item)...)
	if subject, ok := item.SubjectOf(); ok {
		known, asked := m.systems[subject]
		if !asked && organization != "" {
			var err error
			if known, err = m.checkSubject(ctx, organization, item); err != nil {
				return nil, err
			}
			m.systems[subject] = known
		}
		fields = append(fields, known...)
	}
	fields = append(fields, checkEnds(m.get, item)...)
	if of := item.Ends(); of != 0 {
		if why, ended := endOf(m.book, of); ended {
			fields = append(fields, problem.Field{Name: "of", Msg: message.New("filing.ended_as", of, why)})
		} else if m.ended[of] {
			fields = append(fields, problem.Field{Name: "of", Msg: message.New("filing.ended", of)})
		}
		m.ended[of] = true
	}
	return fields, nil
}

// get returns what was filed under a number, or is to be.
func (m *matching) get(seq int64) (evidence.Filed, bool) {
	if i := seq - m.book.Revision() - 1; i >= 0 && i < int64(len(m.items)) {
		return evidence.Filed{Item: m.items[i], Seq: seq}, true
	}
	return m.book.Get(seq)
}
