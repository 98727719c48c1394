package record

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"guanji/internal/account"
	"guanji/internal/channel"
	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// People tells who there is.
type People interface {
	Accounts(ctx context.Context) ([]account.Account, error)
}

// Witnessing holds what a Service needs to give checkpoints to witnesses.
type Witnessing struct {
	Witnesses  Witnesses
	People     People
	Channels   map[Means]Channel
	Stamps     Stamps
	Every      time.Duration // at most one checkpoint in it for each witness; a minute if 0
	StampEvery time.Duration // the same for time stamps; an hour if 0
	Timeout    time.Duration // for giving one; 30 seconds if 0
}

// Propose proposes a witness. It is given nothing until it is allowed. Once
// there are accounts, only an account proposes: else it fails with
// [problem.Denied].
func (s *Service) Propose(ctx context.Context, by string, m Means, address string) (Witness, error) {
	address = strings.TrimSpace(address)
	if err := channel.CheckAddress(AllMeans(), m, address).OrNil(); err != nil {
		return Witness{}, err
	}
	people, err := s.people(ctx)
	if err != nil {
		return Witness{}, err
	}
	if err := account.MayPropose(people, by); err != nil {
		return Witness{}, err
	}
	all, err := s.Witnessing.Witnesses.Witnesses(ctx)
	if err != nil {
		return Witness{}, err
	}
	for _, w := range all {
		if w.Means == m && w.Address == address && w.Dropped.IsZero() {
			return Witness{}, problem.New(problem.Conflict, "witness.twice")
		}
	}
	w := Witness{ID: strings.ToLower(rand.Text()[:16]), Means: m, Address: address, Approval: account.Approval{ProposedBy: by, Proposed: s.now()}}
	return w, s.Witnessing.Witnesses.SaveWitness(ctx, nil, w, ledger.Actor{By: by, At: w.Proposed})
}

// now is the time to the microsecond, as it is kept.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// Allow lets checkpoints be given to a witness. Once there are accounts, only
// an account allows; once there are several, whatever they may do, only another
// account than the one that proposed it. Else Allow fails with
// [problem.Denied], and with [problem.Conflict] if the witness is allowed or
// dropped already.
func (s *Service) Allow(ctx context.Context, by, id string) error {
	w, err := s.Witness(ctx, id)
	switch {
	case err != nil:
		return err
	case w.On() || !w.Dropped.IsZero():
		return problem.New(problem.Conflict, "record.witness_changed")
	}
	people, err := s.people(ctx) // the last that is read before it is saved
	if err != nil {
		return err
	}
	if err := w.MayAllow(people, by); err != nil {
		return err
	}
	was := w
	w.AllowedBy, w.Allowed = by, s.now()
	return s.Witnessing.Witnesses.SaveWitness(ctx, &was, w, ledger.Actor{By: by, At: w.Allowed})
}

// Alone reports whether there is at most one account: who proposes a witness
// then allows it, too.
func (s *Service) Alone(ctx context.Context) (bool, error) {
	people, err := s.people(ctx)
	return people <= 1, err
}

// people counts the accounts that are not disabled, whatever they may do.
func (s *Service) people(ctx context.Context) (int, error) {
	all, err := s.Witnessing.People.Accounts(ctx)
	return account.Enabled(all), err
}

// Drop ends giving to a witness, or takes back a proposal. One is enough for it.
func (s *Service) Drop(ctx context.Context, by, id string) error {
	w, err := s.Witness(ctx, id)
	if err != nil {
		return err
	}
	if !w.Dropped.IsZero() {
		return problem.New(problem.Conflict, "record.witness_changed")
	}
	was := w
	w.Dropped = s.now()
	return s.Witnessing.Witnesses.SaveWitness(ctx, &was, w, ledger.Actor{By: by, At: w.Dropped})
}

// Witness returns a witness. It fails with [problem.NotFound].
func (s *Service) Witness(ctx context.Context, id string) (Witness, error) {
	all, err := s.Witnessing.Witnesses.Witnesses(ctx)
	if err != nil {
		return Witness{}, err
	}
	for _, w := range all {
		if w.ID == id {
			return w, nil
		}
	}
	return Witness{}, problem.New(problem.NotFound, "witness.none")
}
