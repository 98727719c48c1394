package record

import (
	"context"
	"strconv"

	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// A Given is a checkpoint brought from elsewhere: what a witness kept, or what
// somebody wrote down.
type Given struct {
	Name string // of the file it is from
	Note []byte
}

// Verifying says what to verify with.
type Verifying struct {
	Given    []Given
	Keys     *ledger.Keys                         // to check signatures with, instead of those in the home
	Progress func(stage Stage, done, total int64) // optional
}

// A Stage is a part of verifying.
type Stage string

// The stages, in their order.
const (
	OfTiles   Stage = "tiles"
	OfLeaves  Stage = "leaves"
	OfRecords Stage = "records"
	OfFiles   Stage = "files"
)

// examination is one verification under way.
type examination struct {
	Verifying
	ctx       context.Context
	objects   Objects
	report    *Report
	heads     []head   // checkpoints whose signatures hold, the smallest first
	strangers []string // checkpoints kept here that no known key signed, to be named together
	vault     vaultLeaves
	rows      rowLeaves
	last      map[recordKey]told // what the newest leaf about each record says
	entries   map[string]int64   // statements that are there, by organization
	files     map[string]file    // that records name
	kept      keptFiles
	named     map[string]bool // objects that were named as damaged
}

// head is a checkpoint whose signatures hold.
type head struct {
	ledger.Signed
	name  string
	given bool
}

// recordKey tells records apart.
type recordKey struct {
	what             ledger.What
	organization, id string
}

// told is what the newest leaf about a record says.
type told struct {
	after, about, by string
	number           int64
}

type file struct {
	size   int64
	record ledger.Record // that it belongs to
}

// Verify verifies tree, database and vault against each other, and everything
// against the checkpoints that are given. It reads every leaf, every record
// and every file again, and changes nothing. The error is one of reading;
// whatever is wrong is in the report.
func (s *Service) Verify(ctx context.Context, v Verifying) (*Report, error) {
	if v.Progress == nil {
		v.Progress = func(Stage, int64, int64) {}
	}
	if v.Keys == nil {
		v.Keys = &s.Keys
	}
	e := newExamination(ctx, v, s.Objects)
	if err := s.examine(ctx, e); err != nil {
		return nil, err
	}
	if err := e.readFiles(); err != nil {
		return nil, err
	}
	return e.report, nil
}

// examine reads everything but the files, while no tiles are made. Files can
// take hours, and are never changed: signing goes on meanwhile.
func (s *Service) examine(ctx context.Context, e *examination) error {
	unlock, err := s.Objects.Lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	for _, part := range []func() error{e.readHeads, e.readTiles, e.listFiles, func() error { return e.readRows(s.Store) }} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

func newExamination(ctx context.Context, v Verifying, o Objects) *examination {
	e := &examination{Verifying: v, ctx: ctx, objects: o, last: map[recordKey]told{}, entries: map[string]int64{}, files: map[string]file{}, named: map[string]bool{},
		report: &Report{Compared: len(v.Given), Records: map[ledger.What]int64{}, Unnamed: Unnamed{First: []string{}}, Faults: []Fault{}}}
	for _, k := range v.Keys.List() {
		e.report.Keys = append(e.report.Keys, k.ID)
	}
	return e
}

// A state is how something is found in the vault.
type state int

const (
	there state = iota
	gone
	damaged // something is there, and is not what was kept
)

// get reads an object. The error is one of reading, not of what is there.
func (e *examination) get(path string) ([]byte, state, error) {
	data, err := e.objects.Get(e.ctx, path)
	switch problem.KindOf(err) {
	case problem.NotFound:
		return nil, gone, nil
	case problem.Conflict:
		return nil, damaged, nil
	}
	return data, there, err
}

// list calls a function with the path of every object that begins with a
// prefix, and names what lies there and is none.
func (e *examination) list(prefix string, in Place, f func(path string) error) error {
	for path, err := range e.objects.List(e.ctx, prefix) {
		if problem.KindOf(err) == problem.Conflict {
			e.damaged(in, path)
			continue
		}
		if err == nil {
			err = f(path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// damaged names an object that is not what was kept, once.
func (e *examination) damaged(in Place, path string) {
	if !e.named[path] {
		e.named[path] = true
		e.report.add(Fault{Wrong: Damaged, Place: in, Name: path}.words("damaged", path))
	}
}

// ofLeaf begins a fault of a leaf.
func ofLeaf(w Wrong, n int64, l ledger.Leaf) Fault {
	return Fault{Wrong: w, Place: InLeaf, Name: strconv.FormatInt(n, 10), What: l.What, Organization: l.Organization, About: l.About, Leaf: &n, By: l.By}
}
