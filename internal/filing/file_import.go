package filing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"path"

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

// keep keeps attachments. It fails with [problem.Refused] if one is no longer
// what it was when it was measured: to match again would not measure it again.
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
		err = problem.New(problem.Refused, "evidence.file.changed", a.path)
	}
	return err
}
