package filing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// desk is everything that a Service needs, in memory. The bank has the systems
// core and pay.
type desk struct {
	mu      sync.Mutex
	filed   []evidence.Filed
	files   map[string][]byte
	uploads map[string]Upload
	reads   int           // how many items were read
	between func(d *desk) // called once, before something is filed
	broken  error         // what the store fails with
}

const bank = "bank"

func (d *desk) Filed(_ context.Context, _ string, after int64) ([]evidence.Filed, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := d.filed[min(int(after), len(d.filed)):]
	d.reads += len(list)
	return list, d.broken
}

func (d *desk) File(_ context.Context, _ string, seen int64, items []evidence.Item, a ledger.Actor) ([]evidence.Filed, error) {
	if between := d.between; between != nil {
		d.between = nil
		between(d)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if seen != AnyRevision && seen != int64(len(d.filed)) {
		return nil, problem.New(problem.Conflict, "filing.moved", int64(len(d.filed)))
	}
	var added []evidence.Filed
	book := evidence.NewBook(d.filed)
	for i, item := range items {
		if _, ended := book.EndOf(item.Ends()); ended {
			return nil, problem.New(problem.Conflict, "filing.ended", item.Ends())
		}
		added = append(added, evidence.Filed{Item: item, Seq: int64(len(d.filed) + i + 1), At: a.At, By: a.By})
	}
	d.filed = append(d.filed, added...)
	return added, d.broken
}

func (d *desk) HasSystem(_ context.Context, organization, system string) (bool, error) {
	if organization != bank {
		return false, problem.New(problem.NotFound, "standing.no_organization", organization)
	}
	return system == "core" || system == "pay", nil
}

func (d *desk) Has(_ context.Context, digest string) (int64, error) {
	data, ok := d.files[digest]
	if !ok {
		return 0, problem.New(problem.NotFound, "vault.missing")
	}
	return int64(len(data)), nil
}

func (d *desk) Open(_ context.Context, digest string) (io.ReadSeekCloser, error) {
	data, ok := d.files[digest]
	if !ok {
		return nil, problem.New(problem.NotFound, "vault.missing")
	}
	return struct {
		io.ReadSeeker
		io.Closer
	}{bytes.NewReader(data), io.NopCloser(nil)}, nil
}

func (d *desk) Keep(_ context.Context, r io.Reader, _ int64) (string, int64, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return "", 0, err
	}
	digest := digestOf(data)
	d.files[digest] = data
	return digest, int64(len(data)), nil
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// uploads is the part of a desk that takes files in parts.
type uploads struct{ *desk }

func (u uploads) Begin(_ context.Context, up Upload) (string, error) {
	u.uploads["u1"] = up
	return "u1", nil
}

func (u uploads) Upload(_ context.Context, id string) (Upload, error) {
	up, ok := u.uploads[id]
	if !ok {
		return Upload{}, problem.New(problem.NotFound, "filing.no_upload")
	}
	return up, nil
}

func (u uploads) Write(_ context.Context, id string, offset int64, r io.Reader) (int64, error) {
	up := u.uploads[id]
	if offset != up.Offset {
		return up.Offset, problem.New(problem.Conflict, "vault.offset")
	}
	data, err := io.ReadAll(r)
	up.Offset += int64(len(data))
	u.uploads[id] = up
	u.files[id] = append(u.files[id], data...)
	return up.Offset, err
}

func (u uploads) Finish(ctx context.Context, id string) (string, int64, error) {
	if up := u.uploads[id]; up.Offset < up.Size {
		return "", 0, problem.New(problem.Conflict, "vault.incomplete")
	}
	return u.Keep(ctx, bytes.NewReader(u.files[id]), MaxFile)
}

func (u uploads) Drop(_ context.Context, id string) error {
	delete(u.uploads, id)
	return nil
}

func (u uploads) Uploads(_ context.Context, owner string) ([]Upload, error) {
	var list []Upload
	for id, up := range u.uploads {
		if up.ID = id; up.Owner == owner {
			list = append(list, up)
		}
	}
	return list, nil
}

var today = day.Of(2026, 11, 20)

func newDesk() (*desk, *Service) {
	d := &desk{files: map[string][]byte{}, uploads: map[string]Upload{}}
	return d, New(Config{Store: d, Files: d, Uploads: uploads{d}, Subjects: d, Now: func() time.Time { return today.Start().Add(time.Hour) },
		Catalogue: Catalogue{Kinds: map[string]bool{"report": true, "scan": true}, Duties: map[string]bool{"TEST": true, "SCAN": true}}})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// report is a record of a report, observed on a day of November 2026.
func report(observed int, change ...func(r *evidence.Record)) evidence.Item {
	r := &evidence.Record{Kind: "report", Duties: []string{"TEST"}, Subject: "core", Observed: day.Of(2026, 11, observed), Result: evidence.InOrder,
		Method: evidence.Method{Kind: evidence.Attested, Who: "Li"}}
	for _, c := range change {
		c(r)
	}
	return evidence.Item{Record: r}
}

// fieldsOf are the fields that an error names, in order.
func fieldsOf(t *testing.T, err error) string {
	t.Helper()
	fields, ok := err.(problem.Fields)
	if err != nil && !ok {
		t.Fatalf("%T %v", err, err)
	}
	var names []string
	for _, f := range fields {
		names = append(names, f.Name)
	}
	return strings.Join(names, " ")
}
