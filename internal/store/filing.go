package store

import (
	"context"
	"encoding/json"
	"strconv"

	"guanji/internal/evidence"
	"guanji/internal/filing"
	"guanji/internal/ledger"
	"guanji/internal/problem"
)

const filedColumns = `seq, body, ends, filed_at, filed_by`

// filedRow is a row of the table filed.
type filedRow struct {
	seq, ends, at int64
	body, by      string
}

func scanFiledRow(r row) (f filedRow, err error) {
	return f, r.Scan(&f.seq, &f.body, &f.ends, &f.at, &f.by)
}

func scanFiled(r row) (f evidence.Filed, err error) {
	row, err := scanFiledRow(r)
	if err != nil {
		return f, err
	}
	f.Seq, f.At, f.By = row.seq, instant(row.at), row.by
	return f, json.Unmarshal([]byte(row.body), &f.Item)
}

// scanFiledRecord reads the organization, and then the row.
func scanFiledRecord(r row) (ledger.Record, error) {
	var organization string
	f, err := scanFiledRow(led{r, &organization})
	return f.record(organization), err
}

// led is a row with one column before those that are scanned.
type led struct {
	row
	first any
}

func (b led) Scan(into ...any) error { return b.row.Scan(append([]any{b.first}, into...)...) }

func (f filedRow) record(organization string) ledger.Record {
	var item evidence.Item
	_ = json.Unmarshal([]byte(f.body), &item) // what cannot be read was changed, as the digest tells
	r := ledger.Record{What: ledger.Filed, Organization: organization, ID: strconv.FormatInt(f.seq, 10), About: item.About(),
		Digest: ledger.Digest(string(ledger.Filed), organization, f.seq, f.body, f.ends, f.at, f.by)}
	if item.Record != nil {
		for _, file := range item.Record.Files {
			r.Files = append(r.Files, ledger.File{Digest: file.Digest, Size: file.Size})
		}
	}
	return r
}

// Filed implements [filing.Store].
func (s *Store) Filed(ctx context.Context, organization string, after int64) (filed []evidence.Filed, err error) {
	err = s.read(ctx, func(x executor) error {
		filed, err = list(ctx, x, scanFiled, `select `+filedColumns+` from filed where organization = $1 and seq > $2 order by seq`, organization, after)
		return err
	})
	return filed, err
}

// File implements [filing.Store]. The row of the organization is the lock
// under which items are numbered.
func (s *Store) File(ctx context.Context, organization string, seen int64, items []evidence.Item, a ledger.Actor) (filed []evidence.Filed, err error) {
	err = s.change(ctx, len(items), func(x *changing) error {
		n, err := x.exec(ctx, `update organization set revision = revision where id = $1`, organization)
		if err != nil {
			return err
		}
		if n == 0 {
			return problem.New(problem.NotFound, "standing.no_organization", organization)
		}
		if err := unfiled(ctx, x, organization, seen); err != nil {
			return err
		}
		filed, err = s.fileAll(ctx, x, organization, items, a)
		return err
	})
	return filed, err
}

func (s *Store) file(ctx context.Context, x *changing, organization string, f evidence.Filed, a ledger.Actor) error {
	body, err := json.Marshal(f.Item)
	if err != nil {
		return err
	}
	row := filedRow{seq: f.Seq, ends: f.Ends(), at: micros(f.At), body: string(body), by: f.By}
	_, err = x.exec(ctx, `insert into filed (organization, `+filedColumns+`) values ($1, $2, $3, $4, $5, $6)`, organization, row.seq, row.body, row.ends, row.at, row.by)
	if s.db.dialect().unique(err) {
		return problem.New(problem.Conflict, "filing.ended", row.ends)
	}
	if err != nil {
		return err
	}
	was := ""
	if row.ends > 0 {
		if was, err = x.before(ctx, ledger.Filed, organization, strconv.FormatInt(row.ends, 10)); err != nil {
			return err
		}
	}
	x.tell(row.record(organization).Leaf(a, was))
	return nil
}

// lastFiled is the Seq of what was filed last; the organization is locked.
func lastFiled(ctx context.Context, x executor, organization string) (last int64, err error) {
	err = x.row(ctx, `select cast(coalesce(max(seq), 0) as bigint) from filed where organization = $1`, organization).Scan(&last)
	return last, err
}

// unfiled fails if something was filed that was not seen.
func unfiled(ctx context.Context, x executor, organization string, seen int64) error {
	last, err := lastFiled(ctx, x, organization)
	if err == nil && seen != filing.AnyRevision && seen != last {
		err = problem.New(problem.Conflict, "filing.moved", last)
	}
	return err
}

// fileAll files items after what was filed last; the organization is locked.
func (s *Store) fileAll(ctx context.Context, x *changing, organization string, items []evidence.Item, a ledger.Actor) ([]evidence.Filed, error) {
	last, err := lastFiled(ctx, x, organization)
	if err != nil {
		return nil, err
	}
	filed := make([]evidence.Filed, len(items))
	for i, item := range items {
		filed[i] = evidence.Filed{Item: item, Seq: last + int64(i) + 1, At: instant(micros(a.At)), By: a.By}
		if err := s.file(ctx, x, organization, filed[i], a); err != nil {
			return nil, err
		}
	}
	return filed, nil
}
