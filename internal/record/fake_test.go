package record

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"guanji/internal/ledger"
	"guanji/internal/problem"
)

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

// breaking stands between a caller and what a step does.
type breaking func(step string, do func() error) error

func (b breaking) do(step string, do func() error) error {
	if b == nil {
		return do()
	}
	return b(step, do)
}

// fakeStore keeps leaves and records in memory.
type fakeStore struct {
	mu      sync.Mutex
	rows    []Row
	size    int64
	records []ledger.Record
	fault   breaking
}

// add adds records with their leaves.
func (s *fakeStore) add(t *testing.T, records ...ledger.Record) {
	t.Helper()
	for _, r := range records {
		s.records = append(s.records, r)
		s.tell(t, r.Leaf(ledger.Actor{By: "Lin", At: noon}, ""))
	}
}

func (s *fakeStore) tell(t *testing.T, l ledger.Leaf) {
	t.Helper()
	body, err := l.Encode()
	must(t, err)
	s.rows = append(s.rows, Row{Number: s.size, What: l.What, Organization: l.Organization, ID: l.ID, After: l.After, Body: body})
	s.size++
}

// statements are records numbered from one up to another.
func statements(from, to int) []ledger.Record {
	var all []ledger.Record
	for n := from; n <= to; n++ {
		all = append(all, ledger.Record{What: ledger.Entry, Organization: "acme", ID: fmt.Sprint(n), About: "organization/organization/name", Digest: ledger.Digest("entry", n)})
	}
	return all
}

func (s *fakeStore) Size(context.Context) (n int64, err error) {
	err = s.fault.do("size", func() error { n = s.size; return nil })
	return n, err
}

func (s *fakeStore) Leaves(_ context.Context, from, to int64) (rows []Row, err error) {
	err = s.fault.do("leaves", func() error {
		for _, r := range s.rows {
			if from <= r.Number && r.Number < to {
				rows = append(rows, r)
			}
		}
		return nil
	})
	return rows, err
}

func (s *fakeStore) About(_ context.Context, what ledger.What, organization, id string) (rows []Row, err error) {
	for _, r := range s.rows {
		if r.What == what && r.Organization == organization && r.ID == id {
			rows = append(rows, r)
		}
	}
	return rows, nil
}

func (s *fakeStore) Tell(ctx context.Context, r ledger.Record, a ledger.Actor) error {
	return s.fault.do("tell", func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		was := ""
		if rows, _ := s.About(ctx, r.What, r.Organization, r.ID); len(rows) > 0 {
			was = rows[len(rows)-1].After
		}
		if was == r.Digest {
			return nil
		}
		l := r.Leaf(a, was)
		body, err := l.Encode()
		if err != nil {
			return err
		}
		s.rows = append(s.rows, Row{s.size, l.What, l.Organization, l.ID, l.After, body})
		s.size++
		return nil
	})
}

func (s *fakeStore) Examine(_ context.Context, e Examiner) error {
	if err := e.Size(s.size); err != nil {
		return err
	}
	for _, r := range slices.SortedStableFunc(slices.Values(s.rows), func(a, b Row) int { return int(min(max(a.Number-b.Number, -1), 1)) }) {
		if err := e.Leaf(r); err != nil {
			return err
		}
	}
	var statements int64
	for _, r := range s.records {
		if n, err := strconv.ParseInt(r.ID, 10, 64); r.What == ledger.Entry && err == nil {
			statements = max(statements, n)
		}
		if err := e.Record(r); err != nil {
			return err
		}
	}
	return e.Organization("acme", statements)
}

// fakeObjects keeps objects and files in memory.
type fakeObjects struct {
	lock  sync.Mutex
	mu    sync.Mutex
	all   map[string][]byte
	files map[string][]byte
	fault breaking
	wrong map[string]problem.Kind // paths and digests that fail to be read
}

func newObjects() *fakeObjects {
	return &fakeObjects{all: map[string][]byte{}, files: map[string][]byte{}, wrong: map[string]problem.Kind{}}
}

func (o *fakeObjects) clone() *fakeObjects {
	c := newObjects()
	c.all, c.files = maps.Clone(o.all), maps.Clone(o.files)
	return c
}

func (o *fakeObjects) keep(data string) ledger.File {
	sum := sha256.Sum256([]byte(data))
	d := "sha256:" + hex.EncodeToString(sum[:])
	o.files[d] = []byte(data)
	return ledger.File{Digest: d, Size: int64(len(data))}
}

func (o *fakeObjects) Lock(context.Context) (unlock func(), err error) {
	if err := o.fault.do("lock", func() error { return nil }); err != nil {
		return nil, err
	}
	o.lock.Lock()
	return sync.OnceFunc(o.lock.Unlock), nil
}

func (o *fakeObjects) Get(_ context.Context, path string) (data []byte, err error) {
	err = o.fault.do("get", func() error {
		o.mu.Lock()
		defer o.mu.Unlock()
		if k := o.wrong[path]; k != "" {
			return problem.New(k, "ledger.not_as_kept")
		}
		var ok bool
		if data, ok = o.all[path]; !ok {
			return problem.New(problem.NotFound, "ledger.no_object", path)
		}
		return nil
	})
	return data, err
}

func (o *fakeObjects) PutAll(_ context.Context, objects iter.Seq2[string, []byte]) error {
	for path, data := range objects {
		if err := o.fault.do("put "+path, func() error {
			o.mu.Lock()
			defer o.mu.Unlock()
			if there, ok := o.all[path]; ok && !bytes.Equal(there, data) {
				return problem.New(problem.Conflict, "ledger.not_as_kept")
			}
			o.all[path] = data
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func (o *fakeObjects) Replace(_ context.Context, path string, data []byte) error {
	return o.fault.do("replace", func() error {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.all[path] = data
		return nil
	})
}

func (o *fakeObjects) List(_ context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := o.fault.do("list", func() error { return nil }); err != nil {
			yield(prefix, err)
			return
		}
		for _, path := range slices.Sorted(maps.Keys(o.all)) {
			if !strings.HasPrefix(path, prefix) {
				continue
			}
			var err error
			if k := o.wrong[path]; k != "" {
				err = problem.New(k, "ledger.not_as_kept")
			}
			if !yield(path, err) {
				return
			}
		}
	}
}

func (o *fakeObjects) Remove(_ context.Context, path string) error {
	return o.fault.do("remove", func() error {
		delete(o.all, path)
		return nil
	})
}

func (o *fakeObjects) Check(_ context.Context, digest string, size int64) error {
	if k := o.wrong[digest]; k != "" {
		return problem.New(k, "ledger.not_as_kept")
	}
	data, ok := o.files[digest]
	switch {
	case !ok:
		return problem.New(problem.NotFound, "ledger.no_object", digest)
	case int64(len(data)) != size:
		return problem.New(problem.Conflict, "ledger.not_as_kept")
	}
	return nil
}

// Files gives the files, sorted. A digest that is wrong comes as its path.
func (o *fakeObjects) Files(context.Context) iter.Seq2[ledger.File, error] {
	return func(yield func(ledger.File, error) bool) {
		for _, d := range slices.Sorted(maps.Keys(o.files)) {
			f, err := ledger.File{Digest: d, Size: int64(len(o.files[d]))}, error(nil)
			if k := o.wrong[d]; k == problem.Conflict || k == problem.Refused {
				f, err = ledger.File{Digest: strings.TrimPrefix(d, "sha256:")}, problem.New(k, "ledger.not_as_kept")
			}
			if !yield(f, err) {
				return
			}
		}
	}
}

// home is an installation in memory.
type home struct {
	store   *fakeStore
	objects *fakeObjects
	signers []*ledger.Signer
}

func newHome(t *testing.T) *home {
	t.Helper()
	return &home{&fakeStore{}, newObjects(), []*ledger.Signer{newSigner(t, false)}}
}

func newSigner(t *testing.T, second bool) *ledger.Signer {
	t.Helper()
	generate := ledger.GenerateKey
	if second {
		generate = ledger.GenerateSM2
	}
	secret, err := generate(rand.Reader, "guanji/test")
	must(t, err)
	s, err := ledger.NewSigner(secret, rand.Reader)
	must(t, err)
	return s
}

// open returns a service of the home, as after a restart.
func (h *home) open(t *testing.T) *Service {
	t.Helper()
	var lines []string
	for _, s := range h.signers {
		lines = append(lines, s.Public())
	}
	keys, err := ledger.ParseKeys([]byte(strings.Join(lines, "\n")))
	must(t, err)
	return New(Config{Store: h.store, Objects: h.objects, Signers: h.signers, Keys: keys, Now: func() time.Time { return noon }})
}

// publish adds statements up to a number, and signs.
func (h *home) publish(t *testing.T, upto int) ledger.Signed {
	t.Helper()
	h.store.add(t, statements(len(h.store.records)+1, upto)...)
	signed, err := h.open(t).Publish(t.Context())
	must(t, err)
	return signed
}

func (h *home) verify(t *testing.T, given ...Given) *Report {
	t.Helper()
	r, err := h.open(t).Verify(t.Context(), Verifying{Given: given})
	must(t, err)
	return r
}

func wantWhole(t *testing.T, r *Report) {
	t.Helper()
	for _, f := range r.Faults {
		t.Errorf("%s %s %s: %s", f.Wrong, f.Place, f.Name, f.Text.En)
	}
}
