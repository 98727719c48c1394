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
	given, faults, err := s.Witnessed(ctx)
	if err != nil {
		return nil, err
	}
	v.Given = append(v.Given, given...)
	r, err := s.Verify(ctx, v)
	if err != nil {
		return nil, err
	}
	for _, f := range faults {
		r.add(f)
	}
	return r, nil
}

// Witnessed returns the checkpoints that witnesses have and that can be read,
// as far as they differ from those kept here, with the newest of those that do
// not; and what is wrong with the witnesses and with their receipts. A dropped
// witness is read as well, and its absence is no fault.
func (s *Service) Witnessed(ctx context.Context) ([]Given, []Fault, error) {
	all, err := s.Witnessing.Witnesses.Witnesses(ctx)
	if err != nil {
		return nil, nil, err
	}
	var given []Given
	var faults []Fault
	for _, w := range all {
		if w.AllowedBy == "" {
			continue
		}
		copies, wrong, err := s.copies(ctx, w)
		if err != nil {
			return nil, nil, err
		}
		receipts, err := s.checkReceipts(ctx, w)
		if err != nil {
			return nil, nil, err
		}
		given, faults = append(given, copies...), append(append(faults, wrong...), receipts...)
	}
	return given, faults, nil
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
func (s *Service) checkReceipts(ctx context.Context, w Witness) ([]Fault, error) {
	sizes, err := s.receipted(ctx, w.ID)
	if err != nil {
		return nil, err
	}
	var faults []Fault
	for _, size := range sizes {
		f, err := s.checkReceipt(ctx, w, size)
		if err != nil {
			return nil, err
		}
		faults = append(faults, f...)
	}
	return faults, nil
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
