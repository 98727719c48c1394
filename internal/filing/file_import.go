package filing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"path"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/ledger"
	"guanji/internal/message"
	"guanji/internal/problem"
	"guanji/internal/strict"
)

// An Importing is an evidence file to take in.
type Importing struct {
	Only   string // the organization that it must be about; "": any
	Name   string // of the file, for its mistakes
	Data   []byte
	Folder fs.FS  // has the files that it names, by their paths in it; nil: it can name none
	By     string // who files it
}

// An Imported says what an evidence file added.
type Imported struct {
	Organization string
	Filed        []evidence.Filed
	Stood        int // entries that had been filed before
}

// tries is how often a file is taken in anew when somebody else files at the
// same time.
const tries = 5

// Import files everything that an evidence file holds and that was not filed
// before: all or nothing. An entry was filed before if something says the same
// in every field, be it that it was superseded or withdrawn since. So the same
// file can be taken in again, and files nothing. The error is a
// [problem.List] with every mistake of the file.
func (s *Service) Import(ctx context.Context, in Importing) (Imported, error) {
	d := readDocument(in.Name, in.Data)
	organization, err := s.organization(ctx, d, in.Only)
	if err != nil {
		return Imported{}, err
	}
	if err := s.measure(ctx, d, in.Folder); err != nil {
		return Imported{}, err
	}
	for try := 1; ; try++ {
		m, err := s.match(ctx, organization, d)
		if err != nil {
			return Imported{}, err
		}
		filed, err := s.fileMatched(ctx, organization, m, in)
		if err == nil {
			return Imported{organization, filed, len(d.entries) - len(m.items)}, nil
		}
		if try == tries || problem.KindOf(err) != problem.Conflict {
			return Imported{}, err
		}
	}
}

// fileMatched files what was not filed before.
func (s *Service) fileMatched(ctx context.Context, organization string, m *matching, in Importing) ([]evidence.Filed, error) {
	if len(m.items) == 0 {
		return nil, nil
	}
	if err := s.keep(ctx, m.files, in.Folder); err != nil {
		return nil, err
	}
	return s.Store.File(ctx, organization, m.book.Revision(), m.items, ledger.Actor{By: in.By, At: s.Now()})
}

// organization returns the organization that a document is about, "" where
// that is a mistake.
func (s *Service) organization(ctx context.Context, d *document, only string) (string, error) {
	id := d.organization
	if id.Value == "" {
		return "", nil
	}
	if only != "" && only != id.Value {
		d.mistakes = append(d.mistakes, id.Pos.Spot("standing.other_organization", id.Value, only))
		return "", nil
	}
	_, err := s.Subjects.HasSystem(ctx, id.Value, "")
	if problem.KindOf(err) == problem.NotFound {
		d.mistakes = append(d.mistakes, id.Pos.Spot("standing.no_organization", id.Value))
		return "", nil
	}
	return id.Value, err
}

// measure reads the files that a document names, to know their digests.
func (s *Service) measure(ctx context.Context, d *document, folder fs.FS) error {
	for i := range d.entries {
		e := &d.entries[i]
		for j := range e.files {
			if err := ctx.Err(); err != nil {
				return err
			}
			a := &e.files[j]
			if a.file.Name == "" {
				a.file.Name = path.Base(a.path)
			}
			if err := a.measure(ctx, folder); err != nil {
				d.mistakes = append(d.mistakes, a.at.Spot("evidence.file.unreadable", strict.Shorten(a.path), problemText{err}))
			}
			if e.item.Record != nil {
				e.item.Record.Files = append(e.item.Record.Files, a.file)
			}
		}
	}
	return ctx.Err()
}

// problemText is an error as an argument of a message.
type problemText struct{ error }

func (p problemText) In(l message.Lang) string { return problem.In(p.error, l) }

func (a *attachment) measure(ctx context.Context, folder fs.FS) error {
	a.file.Digest, a.file.Size = "sha256:"+hex.EncodeToString(make([]byte, sha256.Size)), 0 // until it is known
	f, err := a.open(folder)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if a.file.Size, err = io.Copy(h, io.LimitReader(reading{ctx, f}, MaxFile+1)); err != nil {
		return err
	}
	if a.file.Size > MaxFile {
		return problem.New(problem.Input, "filing.size", int64(MaxFile>>30))
	}
	a.file.Digest = "sha256:" + hex.EncodeToString(h.Sum(nil))
	return nil
}

// open opens an attachment. What is no plain file within the folder is not
// opened.
func (a *attachment) open(folder fs.FS) (fs.File, error) {
	switch {
	case folder == nil:
		return nil, problem.New(problem.Input, "evidence.file.no_folder")
	case !fs.ValidPath(a.path):
		return nil, problem.New(problem.Input, "evidence.file.path")
	}
	info, err := fs.Stat(folder, a.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, problem.New(problem.Input, "evidence.file.absent")
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, problem.New(problem.Input, "evidence.file.not_plain")
	}
	return folder.Open(a.path)
}

// reading reads as long as its context lasts.
type reading struct {
	ctx context.Context
	r   io.Reader
}

func (r reading) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// keep keeps attachments. It fails with [problem.Conflict] if one is no longer
// what it was when it was measured.
func (s *Service) keep(ctx context.Context, files []attachment, folder fs.FS) error {
	for _, a := range files {
		if err := s.keepOne(ctx, a, folder); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) keepOne(ctx context.Context, a attachment, folder fs.FS) error {
	f, err := a.open(folder)
	if err != nil {
		return err
	}
	defer f.Close()
	digest, _, err := s.Files.Keep(ctx, f, MaxFile)
	if err == nil && digest != a.file.Digest {
		err = problem.New(problem.Conflict, "evidence.file.changed", a.path)
	}
	return err
}

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
		if _, ended := m.book.EndOf(of); ended || m.ended[of] {
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
