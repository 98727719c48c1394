package store

import (
	"context"
	"time"

	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/record"
)

const witnessColumns = `id, kind, address, proposed_by, proposed_at, allowed_by, allowed_at, dropped_at`

// instantOrNot is the instant of microseconds, the zero time for 0.
func instantOrNot(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return instant(us)
}

// microsOrNot is the reverse of [instantOrNot].
func microsOrNot(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return micros(t)
}

func scanWitness(r row) (w record.Witness, err error) {
	var means string
	var proposed, allowed, dropped int64
	err = r.Scan(&w.ID, &means, &w.Address, &w.ProposedBy, &proposed, &w.AllowedBy, &allowed, &dropped)
	w.Means, w.Proposed, w.Allowed, w.Dropped = record.Means(means), instantOrNot(proposed), instantOrNot(allowed), instantOrNot(dropped)
	return w, err
}

func scanWitnessRecord(r row) (ledger.Record, error) {
	w, err := scanWitness(r)
	return witnessRecord(w), err
}

func witnessRecord(w record.Witness) ledger.Record {
	return ledger.Record{What: ledger.Witness, ID: w.ID, About: string(w.Means),
		Digest: ledger.Digest(string(ledger.Witness), w.ID, string(w.Means), w.Address, w.ProposedBy, microsOrNot(w.Proposed), w.AllowedBy, microsOrNot(w.Allowed), microsOrNot(w.Dropped))}
}

// Witnesses implements [record.Witnesses].
func (s *Store) Witnesses(ctx context.Context) (all []record.Witness, err error) {
	err = s.read(ctx, func(x executor) error {
		all, err = list(ctx, x, scanWitness, `select `+witnessColumns+` from witness order by proposed_at, id`)
		return err
	})
	return all, err
}

// SaveWitness implements [record.Witnesses].
func (s *Store) SaveWitness(ctx context.Context, was *record.Witness, w record.Witness, a ledger.Actor) error {
	return s.change(ctx, 1, func(x *changing) error {
		if was == nil {
			_, err := x.exec(ctx, `insert into witness (`+witnessColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
				w.ID, string(w.Means), w.Address, w.ProposedBy, microsOrNot(w.Proposed), w.AllowedBy, microsOrNot(w.Allowed), microsOrNot(w.Dropped))
			if err != nil {
				return err
			}
			return x.tellNow(ctx, witnessRecord(w), a)
		}
		n, err := x.exec(ctx, `update witness set allowed_by = $1, allowed_at = $2, dropped_at = $3 where id = $4 and allowed_at = $5 and dropped_at = $6`,
			w.AllowedBy, microsOrNot(w.Allowed), microsOrNot(w.Dropped), w.ID, microsOrNot(was.Allowed), microsOrNot(was.Dropped))
		if err == nil && n == 0 {
			err = problem.New(problem.Conflict, "record.witness_changed")
		}
		if err != nil {
			return err
		}
		return x.tellNow(ctx, witnessRecord(w), a)
	})
}
