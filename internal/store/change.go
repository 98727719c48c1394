package store

import (
	"context"
	"sync"

	"guanji/internal/ledger"
)

// changing is a transaction that changes records. Every change is told to the
// ledger in the same transaction, so that neither is there without the other.
type changing struct {
	executor
	store  *Store
	leaves []ledger.Leaf
}

// tell adds the leaf of a change. It is written when everything else is.
func (x *changing) tell(l ledger.Leaf) { x.leaves = append(x.leaves, l) }

// change changes records, all that f does or nothing. Changes that wait at the
// same time become one transaction, so that they wait for the disk once: f may
// be called again after it failed, or after another did, and must then do the
// same.
//
// The row of the ledger is locked after every other row of a change, and only
// leaves are written after it.
func (s *Store) change(ctx context.Context, f func(x *changing) error) error {
	return s.kind(ctx, s.changes.do(ctx, s.db, func(x executor) error {
		c := &changing{executor: x, store: s}
		if err := f(c); err != nil {
			return err
		}
		return c.write(ctx)
	}))
}

// changeAlone is [Store.change] for what takes long: nobody else's change waits
// with it.
func (s *Store) changeAlone(ctx context.Context, f func(x *changing) error) error {
	return s.write(ctx, func(x executor) error {
		c := &changing{executor: x, store: s}
		if err := f(c); err != nil {
			return err
		}
		return c.write(ctx)
	})
}

// changes lets changes that wait at the same time share a transaction.
type changes struct {
	mu      sync.Mutex
	waiting []*waiter
	working bool // somebody takes what waits
}

// waiter is a change that waits.
type waiter struct {
	ctx  context.Context
	f    func(executor) error
	done chan error
}

// mostTogether is how many changes share a transaction.
const mostTogether = 64

// do runs f in a transaction, alone or with others, and returns when that is
// committed, or failed and changed nothing.
func (c *changes) do(ctx context.Context, db database, f func(executor) error) error {
	w := &waiter{ctx, f, make(chan error, 1)}
	c.mu.Lock()
	c.waiting = append(c.waiting, w)
	lead := !c.working
	c.working = true
	c.mu.Unlock()
	if lead {
		c.lead(db, w)
	}
	return <-w.done
}

// lead runs what waits until the leader's own change is done, and leaves the
// rest to another.
func (c *changes) lead(db database, own *waiter) {
	for {
		batch := c.take()
		together(db, batch)
		if len(own.done) > 0 {
			break
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.working = len(c.waiting) > 0
	if c.working {
		go c.lead(db, c.waiting[0])
	}
}

func (c *changes) take() []*waiter {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(len(c.waiting), mostTogether)
	batch := c.waiting[:n:n]
	c.waiting = c.waiting[n:]
	return batch
}

// together runs changes in one transaction. If that fails, whichever it was,
// each is run by itself.
func together(db database, batch []*waiter) {
	if len(batch) > 1 {
		ctx := context.WithoutCancel(batch[0].ctx)
		err := db.write(ctx, func(x executor) error {
			for _, w := range batch {
				if err := w.ctx.Err(); err != nil {
					return err
				}
				if err := w.f(x); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			for _, w := range batch {
				w.done <- nil
			}
			return
		}
	}
	for _, w := range batch {
		w.done <- db.write(w.ctx, w.f)
	}
}
