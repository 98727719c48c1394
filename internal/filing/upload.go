package filing

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/problem"
)

// Files keeps the files of records, each once by its digest. What a method has
// done is on the disk.
type Files interface {
	// Has returns how many bytes a file has. It fails with [problem.NotFound].
	Has(ctx context.Context, digest string) (int64, error)

	// Open opens a file. It fails with [problem.NotFound].
	Open(ctx context.Context, digest string) (io.ReadSeekCloser, error)

	// Keep keeps what is read, of at most limit bytes, and nothing if reading
	// fails.
	Keep(ctx context.Context, r io.Reader, limit int64) (digest string, size int64, err error)
}

// Uploads keeps files that arrive in parts. What a method has done is on the
// disk, and an upload that breaks off goes on where it was.
type Uploads interface {
	// Begin makes room for a file. It fails with [problem.Refused] if there is
	// none, and with [problem.TooMany] if the owner has too many under way.
	Begin(ctx context.Context, u Upload) (id string, err error)

	// Upload returns an upload as far as it is. It fails with
	// [problem.NotFound].
	Upload(ctx context.Context, id string) (Upload, error)

	// Write adds what is read at an offset, as far as that can be read, and
	// returns how far the upload is. It fails with [problem.Conflict] if it was
	// not at the offset.
	Write(ctx context.Context, id string, offset int64, r io.Reader) (int64, error)

	// Finish keeps the file. It fails with [problem.Conflict] as long as bytes
	// are missing.
	Finish(ctx context.Context, id string) (digest string, size int64, err error)

	Drop(ctx context.Context, id string) error

	// Uploads returns what an owner has under way, the oldest first.
	Uploads(ctx context.Context, owner string) ([]Upload, error)
}

// An Upload is a file under way.
type Upload struct {
	ID           string
	Name         string
	Size, Offset int64  // bytes: of all, and of those that have arrived
	Owner        string // id of an account
	Organization string
	Created      time.Time
}

// MaxFile is the largest file, in bytes.
const MaxFile = 16 << 30

// Begin begins an upload of a file to an organization.
func (s *Service) Begin(ctx context.Context, organization, owner, name string, size int64) (Upload, error) {
	if _, err := s.Subjects.HasSystem(ctx, organization, ""); err != nil { // there is such an organization
		return Upload{}, err
	}
	u := Upload{Name: cleanName(name), Size: size, Owner: owner, Organization: organization, Created: s.Now()}
	if size < 0 || size > MaxFile {
		return Upload{}, problem.Fields{{Name: "size", Msg: message.New("filing.size", int64(MaxFile>>30))}}
	}
	var err error
	u.ID, err = s.Uploads.Begin(ctx, u)
	return u, err
}

// cleanName is the name of a file without the path that some browsers send,
// and without what a name cannot have.
func cleanName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if !evidence.Visible(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	for len(name) > evidence.MaxName {
		name = strings.ToValidUTF8(name[:evidence.MaxName], "")
	}
	if name == "" {
		return "file"
	}
	return name
}

// Upload returns an upload of an owner to an organization. That of somebody
// else is not there.
func (s *Service) Upload(ctx context.Context, organization, owner, id string) (Upload, error) {
	u, err := s.Uploads.Upload(ctx, id)
	if err == nil && (u.Owner != owner || u.Organization != organization) {
		err = problem.New(problem.NotFound, "filing.no_upload")
	}
	if err != nil {
		return Upload{}, err
	}
	u.ID = id
	return u, nil
}

// Mine returns the uploads of an owner to an organization that are under way,
// the oldest first.
func (s *Service) Mine(ctx context.Context, organization, owner string) ([]Upload, error) {
	all, err := s.Uploads.Uploads(ctx, owner)
	return slices.DeleteFunc(all, func(u Upload) bool { return u.Organization != organization }), err
}

// Write adds to an upload, and returns how far it is.
func (s *Service) Write(ctx context.Context, organization, owner, id string, offset int64, r io.Reader) (int64, error) {
	if _, err := s.Upload(ctx, organization, owner, id); err != nil {
		return 0, err
	}
	return s.Uploads.Write(ctx, id, offset, r)
}

// Finish keeps an uploaded file.
func (s *Service) Finish(ctx context.Context, organization, owner, id string) (evidence.File, error) {
	u, err := s.Upload(ctx, organization, owner, id)
	if err != nil {
		return evidence.File{}, err
	}
	digest, size, err := s.Uploads.Finish(ctx, id)
	return evidence.File{Name: u.Name, Digest: digest, Size: size}, err
}

// Drop gives up an upload.
func (s *Service) Drop(ctx context.Context, organization, owner, id string) error {
	if _, err := s.Upload(ctx, organization, owner, id); err != nil {
		return err
	}
	return s.Uploads.Drop(ctx, id)
}

// Keep keeps a file that is read at once.
func (s *Service) Keep(ctx context.Context, name string, r io.Reader) (evidence.File, error) {
	digest, size, err := s.Files.Keep(ctx, r, MaxFile)
	return evidence.File{Name: cleanName(name), Digest: digest, Size: size}, err
}

// Open opens a file of a record of an organization, counted from 0.
func (s *Service) Open(ctx context.Context, organization string, seq int64, n int) (evidence.File, io.ReadSeekCloser, error) {
	f, err := s.Get(ctx, organization, seq)
	if err != nil {
		return evidence.File{}, nil, err
	}
	if f.Record == nil || n < 0 || n >= len(f.Record.Files) {
		return evidence.File{}, nil, problem.New(problem.NotFound, "filing.none", seq)
	}
	file := f.Record.Files[n]
	r, err := s.Files.Open(ctx, file.Digest)
	return file, r, err
}
