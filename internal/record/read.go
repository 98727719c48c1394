package record

import (
	"context"
	"slices"

	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// A Search says which leaves to find: all that have what is given.
type Search struct {
	What             ledger.What // "" for every kind
	Organization, ID string      // "" for every one
	Before           int64       // with smaller numbers only
	Limit            int
}

// Searching finds leaves. Each method is one transaction.
type Searching interface {
	// FindLeaves returns leaves, the newest first.
	FindLeaves(ctx context.Context, q Search) ([]Row, error)
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
		_, now.Trouble = s.leaves(ctx, now.Head.Size, min(size, now.Head.Size+step))
	}
	if k := problem.KindOf(now.Trouble); k != "" && k != problem.Refused {
		return now, now.Trouble
	}
	return now, nil
}

// Sizes returns those of every kept checkpoint, the largest first.
func (s *Service) Sizes(ctx context.Context) ([]int64, error) { return s.sizes(ctx, "checkpoints") }

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

// CoveredAt returns the size of the smallest of some checkpoints, the largest
// first, that covers a leaf; -1 if none does.
func CoveredAt(sizes []int64, n int64) int64 {
	at, _ := slices.BinarySearchFunc(sizes, n, func(size, n int64) int {
		if size > n {
			return -1
		}
		return 1
	})
	if at == 0 {
		return -1
	}
	return sizes[at-1]
}
