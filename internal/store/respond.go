package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"guanji/internal/incident"
	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/respond"
)

const stepColumns = `seq, number, ref, body, made_at, made_by`

// stepRow is a row of the table step.
type stepRow struct {
	seq, number, at int64
	ref, body, by   string
}

func scanStepRow(r row) (s stepRow, err error) {
	return s, r.Scan(&s.seq, &s.number, &s.ref, &s.body, &s.at, &s.by)
}

func scanStep(r row) (s incident.Recorded, err error) {
	row, err := scanStepRow(r)
	if err != nil {
		return s, err
	}
	s.Case, s.Seq, s.At, s.By = row.number, row.seq, instant(row.at), row.by
	return s, json.Unmarshal([]byte(row.body), &s.Step)
}

// scanStepRecord reads the organization, and then the row.
func scanStepRecord(r row) (ledger.Record, error) {
	var organization string
	s, err := scanStepRow(led{r, &organization})
	return s.record(organization), err
}

func (s stepRow) record(organization string) ledger.Record {
	var step incident.Step
	_ = json.Unmarshal([]byte(s.body), &step) // what cannot be read was changed, as the digest tells
	r := ledger.Record{What: ledger.Step, Organization: organization, ID: strconv.FormatInt(s.seq, 10), About: fmt.Sprintf("%d/%s", s.number, step.Name()),
		Digest: ledger.Digest(string(ledger.Step), organization, s.seq, s.number, s.ref, s.body, s.at, s.by)}
	for _, file := range step.Files() {
		r.Files = append(r.Files, ledger.File{Digest: file.Digest, Size: file.Size})
	}
	return r
}

// Steps implements [respond.Store].
func (s *Store) Steps(ctx context.Context, organization string, after int64) (steps []incident.Recorded, err error) {
	err = s.read(ctx, func(x executor) error {
		steps, err = list(ctx, x, scanStep, `select `+stepColumns+` from step where organization = $1 and seq > $2 order by seq`, organization, after)
		return err
	})
	return steps, err
}

// CaseSteps implements [respond.Store]. The numbers come from the index by
// case: asked in one, SQLite would read every step of the organization.
func (s *Store) CaseSteps(ctx context.Context, organization string, number int64) (steps []incident.Recorded, err error) {
	err = s.read(ctx, func(x executor) error {
		steps, err = list(ctx, x, scanStep, `select `+stepColumns+` from step where organization = $1 and seq in (select seq from step where organization = $1 and number = $2) order by seq`, organization, number)
		return err
	})
	return steps, err
}

// Record implements [respond.Store]. The row of the organization is the lock
// under which steps and items are numbered.
func (s *Store) Record(ctx context.Context, organization string, w respond.Writing) (steps []incident.Recorded, err error) {
	err = s.change(ctx, len(w.Steps), func(x *changing) error {
		steps = nil
		n, err := x.exec(ctx, `update organization set revision = revision where id = $1`, organization)
		if err == nil && n == 0 {
			err = problem.New(problem.NotFound, "standing.no_organization", organization)
		}
		if err != nil {
			return err
		}
		number, last, err := s.place(ctx, x, organization, w)
		if err != nil {
			return err
		}
		for i, step := range w.Steps {
			r := incident.Recorded{Step: step, Case: number, Seq: last + int64(i) + 1, At: instant(micros(w.Actor.At)), By: w.Actor.By}
			ref := ""
			if i == 0 {
				ref = w.Ref
			}
			if err := s.step(ctx, x, organization, ref, r, w.Actor); err != nil {
				return err
			}
			steps = append(steps, r)
		}
		return s.follow(ctx, x, organization, number, w)
	})
	return steps, err
}

// place returns the case that steps belong to, and the newest step of the
// organization. Each maximum is the end of an index; SQLite would read all for
// both in one.
func (s *Store) place(ctx context.Context, x *changing, organization string, w respond.Writing) (number, last int64, err error) {
	var cases, revision int64
	err = x.row(ctx, `select cast(coalesce((select max(seq) from step where organization = $1), 0) as bigint),
		cast(coalesce((select max(number) from step where organization = $1), 0) as bigint)`, organization).Scan(&last, &cases)
	if err != nil || w.Case == respond.NewCase {
		return cases + 1, last, err
	}
	err = x.row(ctx, `select cast(coalesce(max(seq), 0) as bigint) from step where organization = $1 and number = $2`, organization, w.Case).Scan(&revision)
	if err == nil && w.Seen != respond.AnyRevision && w.Seen != revision {
		err = problem.New(problem.Conflict, "respond.busy")
	}
	return w.Case, last, err
}

func (s *Store) step(ctx context.Context, x *changing, organization, ref string, r incident.Recorded, a ledger.Actor) error {
	body, err := json.Marshal(r.Step)
	if err != nil {
		return err
	}
	row := stepRow{seq: r.Seq, number: r.Case, ref: ref, body: string(body), at: micros(r.At), by: r.By}
	_, err = x.exec(ctx, `insert into step (organization, `+stepColumns+`) values ($1, $2, $3, $4, $5, $6, $7)`,
		organization, row.seq, row.number, row.ref, row.body, row.at, row.by)
	if s.db.dialect().unique(err) {
		return problem.New(problem.Conflict, "respond.busy")
	}
	if err != nil {
		return err
	}
	x.tell(row.record(organization).Leaf(a, ""))
	return nil
}

// follow files and queues what follows from steps.
func (s *Store) follow(ctx context.Context, x *changing, organization string, number int64, w respond.Writing) error {
	if w.Items != nil {
		if _, err := s.fileAll(ctx, x, organization, w.Items(number), w.Actor); err != nil {
			return err
		}
	}
	if w.Jobs == nil {
		return nil
	}
	for _, j := range w.Jobs(number) {
		if err := queue(ctx, x, j); err != nil {
			return err
		}
	}
	return nil
}
