package record

import (
	"context"
	"slices"
	"sync"

	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// A Search says which leaves to find: all that have what is given.
type Search struct {
	Kinds            []ledger.What // none for every kind
	Organization, ID string        // "" for every one
	Before           int64         // with smaller numbers only
	Limit            int
}

// Kinds lists every kind of record that leaves tell of.
func Kinds() []ledger.What {
	return []ledger.What{ledger.Entry, ledger.Filed, ledger.Step, ledger.Account, ledger.Pass, ledger.Witness, ledger.Channel, ledger.Key}
}

// Searching finds leaves. Each method is one transaction.
type Searching interface {
	// FindLeaves returns leaves, the newest first.
	FindLeaves(ctx context.Context, q Search) ([]Row, error)

	// CountLeaves returns how many leaves there are from one number up to
	// another, that excluded.
	CountLeaves(ctx context.Context, from, to int64) (int64, error)
}

// Find returns leaves, the newest first, as the database has them.
func (s *Service) Find(ctx context.Context, q Search) ([]Row, error) {
	return s.Search.FindLeaves(ctx, q)
}

// Signing is how far signing has come.
type Signing struct {
	Head    ledger.Signed // the newest checkpoint; one without a note if there is none
	Size    int64         // of the ledger, in leaves
	Trouble error         // why nothing is signed; nil if nothing stands in its way
}

// Waiting is how many leaves are under no checkpoint yet.
func (s Signing) Waiting() int64 { return max(0, s.Size-s.Head.Size) }

// Signing returns how far signing has come, without signing.
func (s *Service) Signing(ctx context.Context) (Signing, error) {
	size, err := s.Store.Size(ctx)
	if err != nil {
		return Signing{}, err
	}
	now := Signing{Size: size}
	now.Head, now.Trouble = s.Head(ctx)
	if now.Trouble == nil && size < now.Head.Size {
		now.Trouble = problem.New(problem.Refused, "record.rolled_back", size, now.Head.Size)
	}
	if now.Trouble == nil && size > now.Head.Size {
		now.Trouble = s.gapless(ctx, now.Head.Size, min(size, now.Head.Size+step))
	}
	if k := problem.KindOf(now.Trouble); k != "" && k != problem.Refused {
		return now, now.Trouble
	}
	return now, nil
}

// gapless fails if a leaf is missing. It reads none unless one is.
func (s *Service) gapless(ctx context.Context, from, to int64) error {
	n, err := s.Search.CountLeaves(ctx, from, to)
	if err == nil && n != to-from {
		_, err = s.leaves(ctx, from, to) // says which
	}
	return err
}

// Sizes returns those of every kept checkpoint, the smallest first. The caller
// must not change them.
func (s *Service) Sizes(ctx context.Context) ([]int64, error) {
	head, err := s.Head(ctx)
	if err != nil { // of a newest one that is not good, nothing can be concluded
		return s.sizes(ctx, checkpointsFolder)
	}
	return s.kept.get(head.Size, func() ([]int64, error) { return s.sizes(ctx, checkpointsFolder) })
}

// checkpointsFolder is where checkpoints are kept in the vault.
const checkpointsFolder = "checkpoints"

// keptSizes remembers the sizes of the kept checkpoints, which are more every
// second that something is changed. It is safe for concurrent use.
type keptSizes struct {
	mu    sync.Mutex
	known bool
	all   []int64 // the smallest first; what was given out is never written over
}

// get returns the sizes, which are read where the largest is not that of the
// newest checkpoint: then another process signed.
func (k *keptSizes) get(newest int64, read func() ([]int64, error)) ([]int64, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.known || last(k.all) != newest {
		all, err := read()
		if err != nil {
			return nil, err
		}
		k.all, k.known = all, true
	}
	return slices.Clip(k.all), nil
}

// add adds a size that followed on another. Where they do not follow on what is
// remembered, they are read again when next asked for.
func (k *keptSizes) add(before, size int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch last(k.all) {
	case size:
	case before:
		k.all = append(k.all, size)
	default:
		k.known = false
	}
}

// last is the largest of some sizes, the smallest first; 0 if there is none.
func last(sizes []int64) int64 {
	if len(sizes) == 0 {
		return 0
	}
	return sizes[len(sizes)-1]
}

// Checkpoint returns the kept checkpoint of a size. It fails with
// [problem.NotFound], and with [problem.Refused] if it is not good.
func (s *Service) Checkpoint(ctx context.Context, size int64) (ledger.Signed, error) {
	note, err := s.Objects.Get(ctx, ledger.CheckpointPath(size))
	if err != nil {
		return ledger.Signed{}, err
	}
	signed, err := ledger.Open(note, s.Keys)
	if err != nil {
		return ledger.Signed{Note: note}, problem.New(problem.Refused, "record.bad_checkpoint", size).Because(err)
	}
	return signed, nil
}

// CoveredAt returns the size of the smallest of some checkpoints, the smallest
// first, that covers a leaf; -1 if none does.
func CoveredAt(sizes []int64, n int64) int64 {
	at, _ := slices.BinarySearch(sizes, n+1)
	if at == len(sizes) {
		return -1
	}
	return sizes[at]
}
