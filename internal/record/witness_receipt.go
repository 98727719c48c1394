package record

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// A Receipt is what came back from a witness.
type Receipt struct {
	Means        Means     `json:"means"`
	Size         int64     `json:"size"` // leaves under the checkpoint
	At           time.Time `json:"at"`   // when it was given, by the clock here
	Text         string    `json:"text,omitempty"`
	Body         []byte    `json:"body,omitempty"`         // of an answer; a TimeStampResp for time stamps
	Cosignatures []string  `json:"cosignatures,omitempty"` // lines of C2SP signed-note that came back
	Stamped      time.Time `json:"stamped,omitzero"`       // the time that an authority put its name to
	Authority    string    `json:"authority,omitempty"`    // who that is, by its certificate
	Trusted      bool      `json:"trusted,omitempty"`      // the certificate leads to a root that was configured
}

// A Channel gives checkpoints by one means. Nothing else leaves by it.
type Channel interface {
	// Give gives a checkpoint and returns what came back. It ends with the
	// context. It fails with [problem.Conflict] if the witness has another
	// history, and says nothing secret in its errors.
	Give(ctx context.Context, address string, c ledger.Signed) (Receipt, error)
}

// Copies is a channel whose witness can be read, too.
type Copies interface {
	// Copies calls each with every checkpoint of an origin that is there.
	Copies(ctx context.Context, address, origin string, each func(Given) error) error
}

// A Stamp says what a time stamp says.
type Stamp struct {
	Time      time.Time
	Authority string // by the certificate, as RFC 4514 writes names
	Trusted   bool   // the certificate leads to a root that was configured
}

// Stamps reads time stamps.
type Stamps interface {
	// Check fails with [problem.Input] unless a TimeStampResp is good, and for
	// these bytes.
	Check(response, stamped []byte) (Stamp, error)
}

// receiptsFolder is where receipts are kept in the vault, by witness.
const receiptsFolder = "witness/"

// receiptPath is where the receipt of one checkpoint is kept.
func receiptPath(id string, size int64) string {
	return receiptsFolder + id + "/" + ledger.CheckpointPath(size)
}

// sizeOf returns the size that a path ends with, as [ledger.CheckpointPath]
// writes it; false if it is none.
func sizeOf(path string) (int64, bool) {
	at := strings.LastIndex(path, "checkpoints/")
	if at < 0 {
		return 0, false
	}
	tail := path[at:]
	digits := strings.NewReplacer("checkpoints/", "", "x", "", "/", "").Replace(tail)
	size, err := strconv.ParseInt(digits, 10, 64)
	return size, err == nil && ledger.CheckpointPath(size) == tail
}

// receipted returns the sizes that a witness has given receipts for, the
// smallest first.
func (s *Service) receipted(ctx context.Context, id string) ([]int64, error) {
	return s.sizes(ctx, receiptsFolder+id)
}

// sizes returns those of the checkpoints below a folder, the smallest first.
func (s *Service) sizes(ctx context.Context, folder string) ([]int64, error) {
	var all []int64
	for path, err := range s.Objects.List(ctx, folder+"/") {
		if problem.KindOf(err) == problem.Conflict {
			continue // no object; found by verifying
		}
		if err != nil {
			return nil, err
		}
		if size, ok := sizeOf(path); ok {
			all = append(all, size)
		}
	}
	slices.Sort(all)
	return all, nil
}

// Receipt returns what came back from a witness for the checkpoint of a size.
// It fails with [problem.NotFound].
func (s *Service) Receipt(ctx context.Context, id string, size int64) (Receipt, error) {
	data, err := s.Objects.Get(ctx, receiptPath(id, size))
	if err != nil {
		return Receipt{}, err
	}
	var r Receipt
	if err := json.Unmarshal(data, &r); err != nil || r.Size != size {
		return Receipt{}, problem.New(problem.Conflict, "witness.bad_receipt")
	}
	return r, nil
}

// keepReceipt keeps what came back. That another process was faster is fine.
func (s *Service) keepReceipt(ctx context.Context, id string, r Receipt) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	err = s.Objects.PutAll(ctx, each([]ledger.Object{{Path: receiptPath(id, r.Size), Data: append(data, '\n')}}))
	if problem.KindOf(err) == problem.Conflict {
		return nil
	}
	return err
}
