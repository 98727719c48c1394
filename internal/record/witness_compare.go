package record

import (
	"bytes"
	"context"

	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// InWitness is the place of a fault in what a witness has, or had given.
const InWitness Place = "witness"

// VerifyWitnessed is [Service.Verify], also against what witnesses have: the
// copies in folders that can be read, and the time stamps that are kept.
func (s *Service) VerifyWitnessed(ctx context.Context, v Verifying) (*Report, error) {
	found, err := s.witnessed(ctx)
	if err != nil {
		return nil, err
	}
	v.Given = append(v.Given, found.given...)
	r, err := s.Verify(ctx, v)
	if err != nil {
		return nil, err
	}
	r.Compared += found.stamps
	for _, f := range found.faults {
		r.add(f)
	}
	return r, nil
}

// witnessed is what witnesses have: the checkpoints that can be read, as far as
// they differ from those kept here, with the newest of those that do not; how
// many time stamps were looked at; and what is wrong with the witnesses and
// with their receipts.
type witnessed struct {
	given  []Given
	stamps int
	faults []Fault
}

// witnessed looks at every witness. A dropped one is read as well, and its
// absence is no fault.
func (s *Service) witnessed(ctx context.Context) (found witnessed, err error) {
	all, err := s.Witnessing.Witnesses.Witnesses(ctx)
	if err != nil {
		return found, err
	}
	for _, w := range all {
		if w.AllowedBy == "" {
			continue
		}
		copies, wrong, err := s.copies(ctx, w)
		if err != nil {
			return found, err
		}
		found.given, found.faults = append(found.given, copies...), append(found.faults, wrong...)
		if err := s.checkReceipts(ctx, w, &found); err != nil {
			return found, err
		}
	}
	return found, nil
}

// copies reads what a witness has.
func (s *Service) copies(ctx context.Context, w Witness) ([]Given, []Fault, error) {
	reader, ok := s.Witnessing.Channels[w.Means].(Copies)
	if !ok {
		return nil, nil, nil
	}
	var given []Given
	var same *Given
	var largest int64
	err := reader.Copies(ctx, w.Address, s.Signers[0].Name(), func(g Given) error {
		signed, err := ledger.Open(g.Note, s.Keys)
		if err != nil {
			given = append(given, g) // found wanting by verifying
			return nil
		}
		kept, err := s.Objects.Get(ctx, ledger.CheckpointPath(signed.Size))
		if err == nil && bytes.Equal(kept, g.Note) {
			if same == nil || signed.Size > largest {
				same, largest = &g, signed.Size
			}
			return nil
		}
		given = append(given, g)
		return ctx.Err()
	})
	if same != nil {
		given = append(given, *same)
	}
	switch {
	case ctx.Err() != nil:
		return nil, nil, ctx.Err()
	case err != nil && w.On():
		return given, []Fault{witnessFault(Missing, w.ID).words("no_witness", w.ID, w.Address)}, nil
	}
	return given, nil, nil
}

func witnessFault(wrong Wrong, name string) Fault {
	return Fault{Wrong: wrong, Place: InWitness, Name: name, What: ledger.Witness}
}

// checkReceipts reads every receipt of a witness again, and holds the time
// stamps among them against the checkpoints that they are for.
func (s *Service) checkReceipts(ctx context.Context, w Witness, found *witnessed) error {
	sizes, err := s.receipted(ctx, w.ID)
	if err != nil {
		return err
	}
	for _, size := range sizes {
		faults, err := s.checkReceipt(ctx, w, size)
		if err != nil {
			return err
		}
		found.faults = append(found.faults, faults...)
		if w.Means == ByTimeStamp {
			found.stamps++
		}
	}
	return nil
}

func (s *Service) checkReceipt(ctx context.Context, w Witness, size int64) ([]Fault, error) {
	path := receiptPath(w.ID, size)
	r, err := s.Receipt(ctx, w.ID, size)
	if problem.KindOf(err) == problem.Conflict {
		return []Fault{witnessFault(Damaged, path).words("damaged", path)}, nil
	}
	if err != nil {
		return nil, err
	}
	note, err := s.Objects.Get(ctx, ledger.CheckpointPath(size))
	if problem.KindOf(err) == problem.NotFound {
		return []Fault{witnessFault(Missing, ledger.CheckpointPath(size)).words("no_witnessed", w.ID, size)}, nil
	}
	if err != nil || w.Means != ByTimeStamp {
		return nil, err
	}
	if _, err := s.Witnessing.Stamps.Check(r.Body, note); err != nil {
		return []Fault{witnessFault(Changed, path).words("stamp", path, size)}, nil
	}
	return nil, nil
}
