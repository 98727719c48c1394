package store

import (
	"context"
	"sync"

	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// changing is a transaction that changes records. Every change is told to the
// ledger in the same transaction, so that neither is there without the other.
type changing struct {
	executor
	store  *Store
	leaves []ledger.Leaf
	told   map[recordKey]string // what the leaves end with
}

// recordKey tells records apart.
type recordKey struct {
	what             ledger.What
	organization, id string
}

// tell adds the leaf of a change. It is written when everything else is.
func (x *changing) tell(l ledger.Leaf) {
	x.leaves = append(x.leaves, l)
	x.told[recordKey{l.What, l.Organization, l.ID}] = l.After
}

// manyChanges is from how many records on a change keeps others waiting too
// long to share a transaction with them.
const manyChanges = 500

// change changes some records: all that f does, or nothing. Changes that wait
// at the same time become one transaction, so that they wait for the disk
// once; where one fails, each is made by itself. F may be called again after
// what it did was undone, and must then do the same.
//
// The row of the ledger is locked after every other row, and only leaves are
// written after it.
func (s *Store) change(ctx context.Context, records int, f func(x *changing) error) error {
	if records > manyChanges {
		return s.kind(ctx, s.alone(&waiter{ctx: ctx, f: f}))
	}
	return s.kind(ctx, s.changes.do(s, &waiter{ctx: ctx, f: f, done: make(chan error, 1)}))
}

// waiter is a change that waits.
type waiter struct {
	ctx  context.Context
	f    func(x *changing) error
	done chan error
	made bool // or failed; for whoever leads
}

// run makes the change. A panic is an error here, so that it reaches whoever
// waits for this change and nobody else.
func (w *waiter) run(x *changing) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked{v}
		}
	}()
	if err := w.ctx.Err(); err != nil {
		return err
	}
	return w.f(x)
}

// panicked is a panic on its way.
type panicked struct{ value any }

func (panicked) Error() string { return "a change panicked" }

// mostRetries is how often a change is tried again that was undone because of
// others.
const mostRetries = 5

// alone makes one change in a transaction of its own.
func (s *Store) alone(w *waiter) error {
	for try := 0; ; try++ {
		err := s.transaction(w.ctx, func(x *changing) error { return w.run(x) })
		if try == mostRetries || err == nil || !s.db.dialect().undone(err) {
			return err
		}
	}
}

// transaction runs changes, and writes their leaves.
func (s *Store) transaction(ctx context.Context, f func(x *changing) error) error {
	return s.db.write(ctx, func(x executor) error {
		c := &changing{executor: x, store: s, told: map[recordKey]string{}}
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

// mostTogether is how many changes share a transaction.
const mostTogether = 64

// do makes a change, alone or with others, and returns when it is committed, or
// failed and changed nothing.
func (c *changes) do(s *Store, w *waiter) error {
	c.mu.Lock()
	c.waiting = append(c.waiting, w)
	lead := !c.working
	c.working = true
	c.mu.Unlock()
	if lead {
		c.lead(s, w)
	}
	err := <-w.done
	if p, ok := err.(panicked); ok {
		panic(p.value)
	}
	return err
}

// lead makes what waits until the leader's own change is made, and leaves the
// rest to another.
func (c *changes) lead(s *Store, own *waiter) {
	for !own.made {
		s.together(c.take())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.working = len(c.waiting) > 0
	if c.working {
		go c.lead(s, c.waiting[0])
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

// together makes changes in one transaction. If one of them is what failed,
// each is made by itself. If the database did, that is told to all: some of it
// may be committed, and nothing is done twice.
func (s *Store) together(batch []*waiter) {
	var own bool
	err := s.transaction(batch[0].shared(len(batch)), func(x *changing) error {
		own = false
		for _, w := range batch {
			if err := w.run(x); err != nil {
				own = s.owns(w, err)
				return err
			}
		}
		return nil
	})
	if own && len(batch) > 1 || err != nil && s.db.dialect().undone(err) {
		for _, w := range batch {
			w.end(s.alone(w))
		}
		return
	}
	for _, w := range batch {
		w.end(err)
	}
}

// end tells how the change went.
func (w *waiter) end(err error) {
	w.made = true
	w.done <- err
}

// shared is the context of a transaction with others: whoever goes away ends
// only a transaction of their own.
func (w *waiter) shared(with int) context.Context {
	if with == 1 {
		return w.ctx
	}
	return context.WithoutCancel(w.ctx)
}

// owns reports whether a failure is that of one change and not of the database.
func (s *Store) owns(w *waiter, err error) bool {
	if _, ok := err.(panicked); ok || w.ctx.Err() != nil {
		return true
	}
	return problem.KindOf(err) != problem.Internal || s.db.dialect().refused(err)
}
