// Package record is the ledger at work. Leaves are rows of the database,
// written in the transaction of the change that they tell of. Out of the rows
// this package makes the tiles and signed checkpoints that are kept in the
// vault, gives checkpoints to witnesses, proves leaves, and verifies tree,
// database and vault against each other.
package record

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// A Row is a leaf as the database has it, with the columns by which it is
// found.
type Row struct {
	Number       int64 // from 0, without gaps
	What         ledger.What
	Organization string
	ID           string
	After        string
	Body         []byte // the leaf, as it is hashed
}

// A Store keeps leaves and the records that they tell of. Each method is one
// transaction.
type Store interface {
	// Size returns how many leaves there are.
	Size(ctx context.Context) (int64, error)

	// Leaves returns the leaves from one number up to another, that excluded,
	// in their order.
	Leaves(ctx context.Context, from, to int64) ([]Row, error)

	// About returns the leaves about a record, in their order.
	About(ctx context.Context, what ledger.What, organization, id string) ([]Row, error)

	// Tell adds a leaf about a record that is kept elsewhere, unless the newest
	// leaf about it says the same.
	Tell(ctx context.Context, r ledger.Record, a ledger.Actor) error

	// Examine tells an examiner all that there is, as it is at one moment.
	// What cannot be read as what it should be is told as a leaf with a number
	// below 0, or as a record without a digest.
	Examine(ctx context.Context, e Examiner) error
}

// An Examiner is told what a store has: first the size, then every leaf in the
// order of their numbers, every record, and every organization. What it
// returns ends the examination.
type Examiner struct {
	Size         func(leaves int64) error // that the database says to have; -1 if it does not say
	Leaf         func(Row) error
	Record       func(ledger.Record) error
	Organization func(id string, statements int64) error // that the database says to have about it
}

// Objects keeps what is made of the leaves. What a method has done is on the
// disk.
type Objects interface {
	// Lock waits until nobody else makes objects.
	Lock(ctx context.Context) (unlock func(), err error)

	// Get fails with [problem.NotFound], and with [problem.Conflict] for what
	// is not what was kept, such as a link that was put in its place.
	Get(ctx context.Context, path string) ([]byte, error)

	// PutAll keeps objects, each written once: what is there already must be
	// the same.
	PutAll(ctx context.Context, objects iter.Seq2[string, []byte]) error

	// Replace keeps an object in the place of another, at once.
	Replace(ctx context.Context, path string, data []byte) error

	// List returns the paths that begin with a prefix, in their order. What
	// lies there and is no object comes with [problem.Conflict], and the others
	// follow.
	List(ctx context.Context, folder string) iter.Seq2[string, error]

	Remove(ctx context.Context, path string) error

	// Check reads a file again. It fails with [problem.NotFound], and with
	// [problem.Conflict] if it is another than the digest and size say.
	Check(ctx context.Context, digest string, size int64) error

	// Files returns every file that is kept, in the order of their digests. What
	// lies among them and is none comes as its path with [problem.Conflict],
	// what cannot be read with [problem.Refused], and the others follow.
	Files(ctx context.Context) iter.Seq2[ledger.File, error]
}

// Config holds what a Service needs.
type Config struct {
	Store   Store
	Objects Objects
	Signers []*ledger.Signer // the first of Ed25519
	Keys    ledger.Keys      // of the signers
	Now     func() time.Time

	Witnessing Witnessing // to whom else checkpoints are given
	Search     Searching  // for leaves, as pages list them
}

// A Service keeps the ledger of an installation. It is safe for concurrent
// use, and several may work on one store and one vault.
type Service struct {
	Config
	mu    sync.Mutex
	hands handing
	kept  keptSizes
}

// New returns a Service.
func New(c Config) *Service { return &Service{Config: c} }

// headPath is where the newest checkpoint is kept.
const headPath = "checkpoint"

// step is how many leaves are worked on at a time: whole tiles.
const step = 32 * ledger.TileWidth

// Begin tells the ledger of the keys that sign its checkpoints.
func (s *Service) Begin(ctx context.Context) error {
	for _, k := range s.Signers {
		if err := s.Store.Tell(ctx, keyRecord(k.ID(), k.Public()), ledger.Actor{By: ledger.Program, At: s.Now()}); err != nil {
			return err
		}
	}
	return nil
}

func keyRecord(id, public string) ledger.Record {
	return ledger.Record{What: ledger.Key, ID: id, About: id, Digest: ledger.Digest(string(ledger.Key), public)}
}

// Publish makes tiles and a signed checkpoint of the leaves that are not under
// one yet, and returns the newest checkpoint. It can be broken off anywhere
// and begun again:
//
//  1. tiles are written, leaves and hashes. A crash leaves tiles that the same
//     leaves make again.
//  2. the checkpoint is signed and kept under its size. A crash before leaves
//     the old one standing, which the tiles contain.
//  3. it takes the place of the newest. A crash before leaves one that the next
//     call finds by its size, and uses.
//  4. partial tiles that full ones stand for are removed. A crash leaves some,
//     which nobody reads.
//
// It fails with [problem.Refused] if the database does not continue what was
// signed: then [Service.Verify] says what is wrong.
func (s *Service) Publish(ctx context.Context) (ledger.Signed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	unlock, err := s.Objects.Lock(ctx)
	if err != nil {
		return ledger.Signed{}, err
	}
	defer unlock()
	head, err := s.Head(ctx)
	if err == nil && !s.signedByAll(head) {
		err = s.Begin(ctx)
	}
	if err != nil {
		return ledger.Signed{}, err
	}
	size, err := s.Store.Size(ctx)
	switch {
	case err != nil:
		return ledger.Signed{}, err
	case size < head.Size:
		return ledger.Signed{}, problem.New(problem.Refused, "record.rolled_back", size, head.Size)
	case size == head.Size && head.Note != nil:
		return head, nil
	}
	if err := s.continues(ctx, head.Tree); err != nil {
		return ledger.Signed{}, err
	}
	tree, full, err := s.grow(ctx, head.Tree, size)
	if err != nil {
		return ledger.Signed{}, err
	}
	signed, err := s.sign(ctx, tree)
	if err != nil {
		return ledger.Signed{}, err
	}
	s.kept.add(head.Size, signed.Size)
	return signed, s.sweep(ctx, full)
}

// signedByAll reports whether every key signed a checkpoint. One that did not
// may be new, and the ledger not told of it yet.
func (s *Service) signedByAll(head ledger.Signed) bool {
	return !slices.ContainsFunc(s.Signers, func(k *ledger.Signer) bool { return !slices.Contains(head.Keys, k.ID()) })
}

// Head returns the newest checkpoint; one without a note if there is none.
func (s *Service) Head(ctx context.Context) (ledger.Signed, error) {
	data, err := s.Objects.Get(ctx, headPath)
	if problem.KindOf(err) == problem.NotFound {
		return ledger.Signed{Checkpoint: ledger.Checkpoint{Tree: ledger.Empty()}}, nil
	}
	if err != nil {
		return ledger.Signed{}, err
	}
	signed, err := ledger.Open(data, s.Keys)
	if err != nil {
		return ledger.Signed{}, problem.New(problem.Refused, "record.head").Because(err)
	}
	return signed, nil
}

// kept reads objects for package ledger.
type kept struct {
	ctx context.Context
	Objects
}

func (k kept) Object(path string) ([]byte, error) { return k.Get(k.ctx, path) }

// continues fails if the last leaf that was signed is another one in the
// database: that is then one of another history, such as a copy that was put
// back and worked on.
func (s *Service) continues(ctx context.Context, tree ledger.Tree) error {
	if tree.Size == 0 {
		return nil
	}
	signed, err := tree.Leaf(tree.Size-1, kept{ctx, s.Objects})
	if err != nil {
		return err
	}
	leaves, err := s.leaves(ctx, tree.Size-1, tree.Size)
	if err == nil && !bytes.Equal(leaves[0], signed) {
		err = problem.New(problem.Refused, "record.other_history", tree.Size-1)
	}
	return err
}

// grow writes the tiles of a larger tree, and returns it with the folders of
// partial tiles that are not needed any more.
func (s *Service) grow(ctx context.Context, tree ledger.Tree, size int64) (ledger.Tree, []string, error) {
	var full []string
	for tree.Size < size {
		to := min(size, tree.Size/ledger.TileWidth*ledger.TileWidth+step)
		leaves, err := s.leaves(ctx, tree.Size, to)
		if err != nil {
			return tree, nil, err
		}
		g, err := ledger.Grow(tree, kept{ctx, s.Objects}, leaves)
		if err != nil {
			return tree, nil, err
		}
		if err := s.Objects.PutAll(ctx, each(g.Objects)); err != nil {
			return tree, nil, err
		}
		tree, full = g.Tree, append(full, g.Full...)
	}
	return tree, full, nil
}

func each(objects []ledger.Object) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for _, o := range objects {
			if !yield(o.Path, o.Data) {
				return
			}
		}
	}
}

// leaves returns the bytes of leaves. It fails if one is not there.
func (s *Service) leaves(ctx context.Context, from, to int64) ([][]byte, error) {
	rows, err := s.Store.Leaves(ctx, from, to)
	if err != nil {
		return nil, err
	}
	leaves := make([][]byte, 0, len(rows))
	for i, r := range rows {
		if r.Number != from+int64(i) {
			return nil, problem.New(problem.Refused, "record.gap", from+int64(i))
		}
		leaves = append(leaves, r.Body)
	}
	if missing := from + int64(len(leaves)); missing < to {
		return nil, problem.New(problem.Refused, "record.gap", missing)
	}
	return leaves, nil
}

// sign keeps a signed checkpoint of a tree, and makes it the newest.
func (s *Service) sign(ctx context.Context, tree ledger.Tree) (ledger.Signed, error) {
	path := ledger.CheckpointPath(tree.Size)
	note, err := s.Objects.Get(ctx, path)
	if problem.KindOf(err) == problem.NotFound {
		c := ledger.Checkpoint{Origin: s.Signers[0].Name(), Tree: tree, Made: s.Now()}
		if note, err = c.Sign(s.Signers...); err != nil {
			return ledger.Signed{}, fmt.Errorf("sign the checkpoint of %d leaves: %w", tree.Size, err)
		}
		err = s.Objects.PutAll(ctx, each([]ledger.Object{{Path: path, Data: note}}))
	}
	if err != nil {
		return ledger.Signed{}, err
	}
	signed, err := ledger.Open(note, s.Keys)
	if err == nil && signed.Tree != tree {
		err = problem.New(problem.Conflict, "record.two_trees", tree.Size)
	}
	if err != nil {
		return ledger.Signed{}, problem.New(problem.Refused, "record.head").Because(err)
	}
	return signed, s.Objects.Replace(ctx, headPath, note)
}

// sweep removes partial tiles.
func (s *Service) sweep(ctx context.Context, folders []string) error {
	for _, folder := range folders {
		var paths []string
		for path, err := range s.Objects.List(ctx, folder) {
			if err != nil {
				return err
			}
			paths = append(paths, path)
		}
		for _, path := range paths {
			if err := s.Objects.Remove(ctx, path); err != nil {
				return err
			}
		}
	}
	return nil
}

// Leaf returns a leaf, from under the newest checkpoint where it is under one.
func (s *Service) Leaf(ctx context.Context, n int64) (ledger.Leaf, error) {
	rows, err := s.Store.Leaves(ctx, n, n+1)
	if err != nil {
		return ledger.Leaf{}, err
	}
	if len(rows) == 0 {
		size, err := s.Store.Size(ctx)
		if err != nil {
			return ledger.Leaf{}, err
		}
		return ledger.Leaf{}, problem.New(problem.NotFound, "ledger.no_leaf", n, size)
	}
	return ledger.ParseLeaf(rows[0].Body)
}

// Prove returns the proof that a leaf is under the newest checkpoint.
func (s *Service) Prove(ctx context.Context, n int64) (ledger.Proof, error) {
	head, err := s.Head(ctx)
	if err != nil {
		return ledger.Proof{}, err
	}
	leaf, err := head.Leaf(n, kept{ctx, s.Objects})
	if err != nil {
		return ledger.Proof{}, err
	}
	hashes, err := head.Prove(n, kept{ctx, s.Objects})
	if err != nil {
		return ledger.Proof{}, err
	}
	p := ledger.Proof{Leaf: n, Record: string(leaf), Checkpoint: string(head.Note), Hashes: []string{}}
	for _, h := range hashes {
		p.Hashes = append(p.Hashes, h.String())
	}
	return p, nil
}
