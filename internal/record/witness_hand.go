package record

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// The times of giving, where the configuration names none.
const (
	every      = time.Minute
	stampEvery = time.Hour
	timeout    = 30 * time.Second
	maxBackoff = time.Hour
)

// handing is what is known of giving, in memory. What was given is in the
// vault, from which it is read again.
type handing struct {
	planning sync.Mutex // one at a time looks who is due
	mu       sync.Mutex
	of       map[string]*handed
}

// handed is what became of giving to one witness.
type handed struct {
	busy     bool
	sizes    []int64   // of the checkpoints that it has receipts for, the smallest first
	read     time.Time // when they were read
	size     int64     // of the largest checkpoint that it has
	given    time.Time
	failed   time.Time
	failure  error
	failures int
	next     time.Time // not before
}

// A Handed is one attempt to give a checkpoint.
type Handed struct {
	Witness Witness
	Size    int64
	Receipt Receipt
	Err     error
}

// Hand gives the newest checkpoint to every witness that is on, has not got it
// and is due, to all of them at once, and returns when each has it or has
// failed. A witness that is being given to already, and one that failed lately,
// are passed over. It does not hold up [Service.Publish], nor does that wait
// for it.
func (s *Service) Hand(ctx context.Context) ([]Handed, error) {
	if !s.hands.planning.TryLock() {
		return nil, nil
	}
	head, due, err := s.due(ctx)
	s.hands.planning.Unlock()
	if err != nil {
		return nil, err
	}
	return s.giveAll(ctx, head, due), nil
}

// HandTo gives the newest checkpoint to one witness now, also if it has it. It
// fails with [problem.Refused] for one that is not on.
func (s *Service) HandTo(ctx context.Context, id string) (Handed, error) {
	w, err := s.Witness(ctx, id)
	if err != nil {
		return Handed{}, err
	}
	if !w.On() {
		return Handed{}, problem.New(problem.Refused, "witness.not_on")
	}
	head, err := s.Head(ctx)
	if err != nil {
		return Handed{}, err
	}
	if head.Note == nil {
		return Handed{}, problem.New(problem.Refused, "witness.no_checkpoint")
	}
	if h, err := s.known(ctx, w.ID); err != nil || !s.take(h) {
		return Handed{}, cmp.Or(err, error(problem.New(problem.Unavailable, "witness.busy")))
	}
	return s.give(ctx, head, w, true), nil
}

// due returns the newest checkpoint and the witnesses to give it to, which are
// then busy.
func (s *Service) due(ctx context.Context) (ledger.Signed, []Witness, error) {
	all, err := s.Witnessing.Witnesses.Witnesses(ctx)
	if err != nil {
		return ledger.Signed{}, nil, err
	}
	var head ledger.Signed
	var due []Witness
	for _, w := range all {
		if !w.On() {
			continue
		}
		if head.Note == nil {
			if head, err = s.Head(ctx); err != nil || head.Note == nil {
				return head, nil, err
			}
		}
		h, err := s.known(ctx, w.ID)
		if err != nil {
			return head, due, err
		}
		if s.wants(h, head.Size) && s.take(h) {
			due = append(due, w)
		}
	}
	return head, due, nil
}

// known returns what is known of giving to a witness, from the vault at first.
func (s *Service) known(ctx context.Context, id string) (*handed, error) {
	s.hands.mu.Lock()
	h := s.hands.of[id]
	s.hands.mu.Unlock()
	if h != nil {
		return h, nil
	}
	h = &handed{size: -1}
	sizes, r, err := s.receipts(ctx, id)
	if err != nil {
		return nil, err
	}
	if h.sizes, h.read = sizes, s.Now(); len(sizes) > 0 {
		h.size, h.given, h.next = last(sizes), r.At, r.At.Add(s.every(r.Means))
	}
	s.hands.mu.Lock()
	defer s.hands.mu.Unlock()
	if s.hands.of == nil {
		s.hands.of = map[string]*handed{}
	}
	if other := s.hands.of[id]; other != nil {
		return other, nil
	}
	s.hands.of[id] = h
	return h, nil
}

// receipts returns the sizes that a witness has given receipts for, the
// smallest first, and the receipt for the largest.
func (s *Service) receipts(ctx context.Context, id string) ([]int64, Receipt, error) {
	sizes, err := s.receipted(ctx, id)
	if err != nil || len(sizes) == 0 {
		return nil, Receipt{}, err
	}
	r, err := s.Receipt(ctx, id, last(sizes))
	if problem.KindOf(err) == problem.Conflict { // a receipt that was changed is found by verifying
		err = nil
	}
	return sizes, r, err
}

// refresh reads again which receipts there are, at most once a minute: other
// processes give, too.
func (s *Service) refresh(ctx context.Context, id string, h *handed) error {
	s.hands.mu.Lock()
	fresh, newest := s.Now().Sub(h.read) < every, last(h.sizes)
	s.hands.mu.Unlock()
	if fresh {
		return nil
	}
	sizes, r, err := s.receipts(ctx, id)
	if err != nil {
		return err
	}
	s.hands.mu.Lock()
	defer s.hands.mu.Unlock()
	if last(h.sizes) != newest {
		return nil // one was given meanwhile
	}
	if h.sizes, h.read = sizes, s.Now(); last(sizes) > h.size {
		h.size, h.given = last(sizes), r.At
	}
	return nil
}

func (s *Service) wants(h *handed, size int64) bool {
	s.hands.mu.Lock()
	defer s.hands.mu.Unlock()
	return h.size < size && !s.Now().Before(h.next)
}

// take makes a witness busy, unless it is.
func (s *Service) take(h *handed) bool {
	s.hands.mu.Lock()
	defer s.hands.mu.Unlock()
	if h.busy {
		return false
	}
	h.busy = true
	return true
}

// every is how often a witness is given to at most.
func (s *Service) every(m Means) time.Duration {
	if m == ByTimeStamp {
		return cmp.Or(s.Witnessing.StampEvery, stampEvery)
	}
	return cmp.Or(s.Witnessing.Every, every)
}

func (s *Service) giveAll(ctx context.Context, head ledger.Signed, due []Witness) []Handed {
	done := make([]Handed, len(due))
	var wg sync.WaitGroup
	for i, w := range due {
		wg.Go(func() { done[i] = s.give(ctx, head, w, false) })
	}
	wg.Wait()
	return done
}

// give gives a checkpoint to one witness, which is busy, and keeps what came
// back. A crash between the two gives it again; so does a call that says so.
func (s *Service) give(ctx context.Context, head ledger.Signed, w Witness, again bool) Handed {
	r, err := s.receive(ctx, head, w, again)
	s.hands.mu.Lock()
	defer s.hands.mu.Unlock()
	h := s.hands.of[w.ID]
	h.busy = false
	if err != nil {
		if ctx.Err() == nil {
			h.failed, h.failure, h.next = s.now(), err, s.Now().Add(s.backoff(w.Means, h.failures))
			h.failures++
		}
		return Handed{Witness: w, Size: head.Size, Err: err}
	}
	if at, has := slices.BinarySearch(h.sizes, head.Size); !has {
		h.sizes = slices.Insert(h.sizes, at, head.Size)
	}
	h.size, h.given, h.failure, h.failures = max(h.size, head.Size), r.At, nil, 0
	h.next = s.Now().Add(s.every(w.Means))
	return Handed{Witness: w, Size: head.Size, Receipt: r}
}

// backoff is how long a witness that failed so often before is left alone.
func (s *Service) backoff(m Means, failures int) time.Duration {
	return min(min(s.every(m), every)<<min(failures, 6), maxBackoff)
}

// receive gives a checkpoint and returns the receipt, which is kept.
func (s *Service) receive(ctx context.Context, head ledger.Signed, w Witness, again bool) (Receipt, error) {
	if r, err := s.Receipt(ctx, w.ID, head.Size); err == nil && !again { // another process was faster
		return r, nil
	}
	way := s.Witnessing.Channels[w.Means]
	if way == nil {
		return Receipt{}, problem.New(problem.Refused, "witness.bad_means", string(w.Means))
	}
	limited, cancel := context.WithTimeout(ctx, cmp.Or(s.Witnessing.Timeout, timeout))
	defer cancel()
	r, err := way.Give(limited, w.Address, head)
	if errors.Is(limited.Err(), context.DeadlineExceeded) && err != nil {
		err = problem.New(problem.Unavailable, "witness.timeout")
	}
	if err != nil {
		return Receipt{}, err
	}
	r.Means, r.Size, r.At = w.Means, head.Size, s.now()
	return r, s.keepReceipt(ctx, w.ID, r)
}

// A WitnessState is a witness and what became of giving to it.
type WitnessState struct {
	Witness
	Sizes   []int64   // of the checkpoints that it has receipts for, the largest first
	Given   time.Time // the last, zero for none
	Failed  time.Time // the last since this process began
	Failure error     // why, nil once it succeeded again
	Next    time.Time // not before
}

// States returns every witness that was ever proposed with what became of
// giving to it, the oldest first. What another process gave is told within a
// minute.
func (s *Service) States(ctx context.Context) ([]WitnessState, error) {
	all, err := s.Witnessing.Witnesses.Witnesses(ctx)
	if err != nil {
		return nil, err
	}
	states := make([]WitnessState, 0, len(all))
	for _, w := range all {
		h, err := s.known(ctx, w.ID)
		if err == nil {
			err = s.refresh(ctx, w.ID, h)
		}
		if err != nil {
			return nil, err
		}
		s.hands.mu.Lock()
		sizes := slices.Clone(h.sizes)
		slices.Reverse(sizes)
		states = append(states, WitnessState{w, sizes, h.given, h.failed, h.failure, h.next})
		s.hands.mu.Unlock()
	}
	return states, nil
}
