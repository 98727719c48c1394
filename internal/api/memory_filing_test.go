package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"guanji/internal/evidence"
	"guanji/internal/filing"
	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/record"
)

// Filed implements [filing.Store].
func (m *memory) Filed(_ context.Context, organization string, after int64) ([]evidence.Filed, error) {
	defer m.lock()()
	all := m.filed[organization]
	return slices.Clone(all[min(int(after), len(all)):]), m.broken
}

// File implements [filing.Store].
func (m *memory) File(_ context.Context, organization string, seen int64, items []evidence.Item, a ledger.Actor) ([]evidence.Filed, error) {
	defer m.lock()()
	all := m.filed[organization]
	if seen != filing.AnyRevision && seen != int64(len(all)) {
		return nil, problem.New(problem.Conflict, "filing.moved", len(all))
	}
	for _, item := range items {
		if of := item.Ends(); of != 0 && slices.ContainsFunc(all, func(f evidence.Filed) bool { return f.Ends() == of }) {
			return nil, problem.New(problem.Conflict, "filing.ended", of)
		}
		all = append(all, evidence.Filed{Item: item, Seq: int64(len(all)) + 1, At: a.At, By: a.By})
	}
	added := all[len(m.filed[organization]):]
	for _, f := range added {
		id := strconv.FormatInt(f.Seq, 10)
		m.tell(ledger.Record{What: ledger.Filed, Organization: organization, ID: id, About: f.About(), Digest: ledger.Digest(organization, id)}, a)
	}
	m.filed[organization] = all
	return slices.Clone(added), m.broken
}

func (m *memory) tell(r ledger.Record, a ledger.Actor) {
	body, err := r.Leaf(a, "").Encode()
	if err != nil {
		panic(err)
	}
	m.leaves = append(m.leaves, record.Row{Number: int64(len(m.leaves)), What: r.What, Organization: r.Organization, ID: r.ID, After: r.Digest, Body: body})
}

// Size implements [record.Store].
func (m *memory) Size(context.Context) (int64, error) {
	defer m.lock()()
	return int64(len(m.leaves)), m.broken
}

// Leaves implements [record.Store].
func (m *memory) Leaves(_ context.Context, from, to int64) ([]record.Row, error) {
	defer m.lock()()
	n := int64(len(m.leaves))
	if from >= min(to, n) {
		return nil, m.broken
	}
	return slices.Clone(m.leaves[from:min(to, n)]), m.broken
}

// About implements [record.Store].
func (m *memory) About(_ context.Context, what ledger.What, organization, id string) ([]record.Row, error) {
	defer m.lock()()
	return slices.DeleteFunc(slices.Clone(m.leaves), func(r record.Row) bool {
		return r.What != what || r.Organization != organization || r.ID != id
	}), m.broken
}

// Tell implements [record.Store].
func (m *memory) Tell(_ context.Context, r ledger.Record, a ledger.Actor) error {
	defer m.lock()()
	m.tell(r, a)
	return m.broken
}

// Examine implements [record.Store]; the API never verifies.
func (m *memory) Examine(context.Context, record.Examiner) error {
	return problem.New(problem.Unavailable, "store.unavailable")
}

// shelf keeps what is made of the leaves, as internal/vault does.
type shelf struct {
	mu      sync.Mutex
	objects map[string][]byte
}

// Lock implements [record.Objects].
func (s *shelf) Lock(context.Context) (func(), error) { return func() {}, nil }

// Get implements [record.Objects].
func (s *shelf) Get(_ context.Context, path string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if data, ok := s.objects[path]; ok {
		return data, nil
	}
	return nil, problem.New(problem.NotFound, "vault.missing", path)
}

// PutAll implements [record.Objects].
func (s *shelf) PutAll(ctx context.Context, objects iter.Seq2[string, []byte]) error {
	for path, data := range objects {
		if err := s.Replace(ctx, path, data); err != nil {
			return err
		}
	}
	return nil
}

// Replace implements [record.Objects].
func (s *shelf) Replace(_ context.Context, path string, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[path] = data
	return nil
}

// List implements [record.Objects].
func (s *shelf) List(_ context.Context, folder string) iter.Seq2[string, error] {
	s.mu.Lock()
	defer s.mu.Unlock()
	paths := slices.Sorted(maps.Keys(s.objects))
	return func(yield func(string, error) bool) {
		for _, p := range paths {
			if strings.HasPrefix(p, folder+"/") && !yield(p, nil) {
				return
			}
		}
	}
}

// Remove implements [record.Objects].
func (s *shelf) Remove(_ context.Context, path string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objects, path)
	return nil
}

// Check implements [record.Objects].
func (s *shelf) Check(context.Context, string, int64) error { return nil }

// Files implements [record.Objects].
func (s *shelf) Files(context.Context) iter.Seq2[ledger.File, error] {
	return func(func(ledger.File, error) bool) {}
}

// drawer keeps files, and those under way, as internal/vault does.
type drawer struct {
	mu      sync.Mutex
	files   map[string][]byte
	uploads map[string]*underWay
	full    error // what every new upload fails with
}

type underWay struct {
	filing.Upload
	data []byte
}

func newDrawer() *drawer {
	return &drawer{files: map[string][]byte{}, uploads: map[string]*underWay{}}
}

func (d *drawer) file(digest string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if data, ok := d.files[digest]; ok {
		return data, nil
	}
	return nil, problem.New(problem.NotFound, "vault.missing", digest)
}

// Has implements [filing.Files].
func (d *drawer) Has(_ context.Context, digest string) (int64, error) {
	data, err := d.file(digest)
	return int64(len(data)), err
}

type closing struct{ *bytes.Reader }

// Close implements [io.Closer].
func (closing) Close() error { return nil }

// Open implements [filing.Files].
func (d *drawer) Open(_ context.Context, digest string) (io.ReadSeekCloser, error) {
	data, err := d.file(digest)
	return closing{bytes.NewReader(data)}, err
}

func (d *drawer) put(data []byte) (string, int64) {
	sum := sha256.Sum256(data)
	digest := "sha256:" + hex.EncodeToString(sum[:])
	d.files[digest] = data
	return digest, int64(len(data))
}

// Keep implements [filing.Files].
func (d *drawer) Keep(_ context.Context, r io.Reader, limit int64) (string, int64, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit))
	if err != nil {
		return "", 0, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	digest, size := d.put(data)
	return digest, size, nil
}

// Begin implements [filing.Uploads].
func (d *drawer) Begin(_ context.Context, u filing.Upload) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.full != nil {
		return "", d.full
	}
	u.ID = rand.Text()
	d.uploads[u.ID] = &underWay{Upload: u}
	return u.ID, nil
}

func (d *drawer) upload(id string) (*underWay, error) {
	u := d.uploads[id]
	if u == nil {
		return nil, problem.New(problem.NotFound, "vault.upload.none", id)
	}
	u.Offset = int64(len(u.data))
	return u, nil
}

// Upload implements [filing.Uploads].
func (d *drawer) Upload(_ context.Context, id string) (filing.Upload, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u, err := d.upload(id)
	if err != nil {
		return filing.Upload{}, err
	}
	return u.Upload, nil
}

// Write implements [filing.Uploads]. What cannot be read on is kept so far.
func (d *drawer) Write(_ context.Context, id string, offset int64, r io.Reader) (int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u, err := d.upload(id)
	if err != nil {
		return 0, err
	}
	if offset != u.Offset {
		return u.Offset, problem.New(problem.Conflict, "vault.upload.other_offset", id, u.Offset, offset)
	}
	data, err := io.ReadAll(io.LimitReader(r, u.Size-u.Offset+1))
	if u.Offset+int64(len(data)) > u.Size {
		return u.Offset, problem.New(problem.Input, "vault.upload.too_long", u.Name, u.Size)
	}
	u.data = append(u.data, data...)
	return int64(len(u.data)), err
}

// Finish implements [filing.Uploads].
func (d *drawer) Finish(_ context.Context, id string) (string, int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u, err := d.upload(id)
	if err != nil {
		return "", 0, err
	}
	if u.Offset < u.Size {
		return "", 0, problem.New(problem.Conflict, "vault.upload.short", u.Name, u.Size-u.Offset, u.Size)
	}
	digest, size := d.put(u.data)
	return digest, size, nil
}

// Uploads implements [filing.Uploads].
func (d *drawer) Uploads(_ context.Context, owner string) ([]filing.Upload, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []filing.Upload
	for _, u := range d.uploads {
		if u.Owner == owner {
			list = append(list, u.Upload)
		}
	}
	return list, nil
}

// Drop implements [filing.Uploads].
func (d *drawer) Drop(_ context.Context, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, err := d.upload(id)
	delete(d.uploads, id)
	return err
}
