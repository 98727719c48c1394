package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"guanji/internal/ledger"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/standing"
)

// Append implements [standing.Store]. The row of the organization is the lock
// under which entries are numbered.
func (s *Store) Append(ctx context.Context, organization string, create bool, changes []standing.Change, a standing.Author, at time.Time) (revision int64, err error) {
	err = s.change(ctx, len(changes), func(x *changing) error {
		if create {
			if err := s.insertOrganization(ctx, x, organization, at); err != nil {
				return err
			}
		}
		err := x.row(ctx, `update organization set revision = revision + $1 where id = $2 returning revision`, len(changes), organization).Scan(&revision)
		if err != nil {
			return s.notFound(err, "standing.no_organization", organization)
		}
		first := revision - int64(len(changes))
		stood, err := stands(ctx, x, organization, first, changes)
		if err != nil {
			return err
		}
		if err := unseen(ctx, x, organization, stood, changes); err != nil {
			return err
		}
		for i, c := range changes {
			r := entryRecord(organization, string(c.Ref.About), c.Ref.Subject, c.Ref.Key, first+int64(i)+1, valueOf(c), micros(at), a.By, string(a.Origin), a.Source, string(a.Sure))
			x.tell(r.Leaf(ledger.Actor{By: a.By, At: at}, stood[c.Ref].digest))
		}
		return insertEntries(ctx, x, s.db.dialect().rows, organization, first, changes, a, at)
	})
	return revision, err
}

func (s *Store) insertOrganization(ctx context.Context, x executor, id string, at time.Time) error {
	_, err := x.exec(ctx, `insert into organization (id, revision, created_at) values ($1, 0, $2)`, id, micros(at))
	if s.db.dialect().unique(err) {
		return problem.New(problem.Conflict, "standing.id_taken", id)
	}
	return err
}

// valueOf is the value of a change as it is kept.
func valueOf(c standing.Change) *string {
	if c.Value == nil {
		return nil
	}
	v := string(c.Value)
	return &v
}

// stand is what stands about a Ref: its number, and the digest in its leaf.
type stand struct {
	ref    standing.Ref
	seq    int64
	digest string
}

func scanStand(r row) (v stand, err error) {
	var about string
	err = r.Scan(&about, &v.ref.Subject, &v.ref.Key, &v.seq, &v.digest)
	v.ref.About = org.Subject(about)
	return v, err
}

// The query for what stands, about everything or about some Refs.
const (
	standHead = `select e.about, e.subject, e.key, e.seq, coalesce(l.after, '') from (select about, subject, key, max(seq) as seq from entry where organization = $1`
	standTail = ` group by about, subject, key) e left join leaf l on l.what = 'entry' and l.organization = $1 and l.id = cast(e.seq as text)`
)

// lookups is how many rows are read in passing while one is looked for.
const lookups = 2

// stands returns what stands about the Refs of changes. Where there are many
// beside all that was ever stated, reading everything at once beats looking for
// each.
func stands(ctx context.Context, x *changing, organization string, revision int64, changes []standing.Change) (map[standing.Ref]stand, error) {
	at := map[standing.Ref]stand{}
	switch {
	case revision == 0:
		return at, nil
	case int64(len(changes))*lookups > revision:
		return at, addStands(ctx, x, at, organization, "", organization)
	}
	for part := range slices.Chunk(changes, x.store.db.dialect().rows) {
		args := []any{organization}
		for _, c := range part {
			args = append(args, string(c.Ref.About), c.Ref.Subject, c.Ref.Key)
		}
		if err := addStands(ctx, x, at, organization, ` and (about, subject, key) in (values `+placeholdersFrom(2, len(part), 3)+`)`, args...); err != nil {
			return nil, err
		}
	}
	return at, nil
}

// addStands adds what stands about the Refs of a condition.
func addStands(ctx context.Context, x *changing, at map[standing.Ref]stand, organization, where string, args ...any) error {
	all, err := list(ctx, x, scanStand, standHead+where+standTail, args...)
	for _, v := range all {
		if told, ok := x.told[recordKey{ledger.Entry, organization, strconv.FormatInt(v.seq, 10)}]; ok {
			v.digest = told
		}
		at[v.ref] = v
	}
	return err
}

// unseen fails with a [*standing.Changed] if a change did not see the entry
// that stands.
func unseen(ctx context.Context, x executor, organization string, stood map[standing.Ref]stand, changes []standing.Change) error {
	for _, c := range changes {
		seq := stood[c.Ref].seq
		if c.Seen == standing.Whatever || seq == c.Seen {
			continue
		}
		if seq == 0 {
			return &standing.Changed{Now: standing.Entry{Ref: c.Ref}}
		}
		e, err := scanEntry(x.row(ctx, `select `+entryColumns+` from entry where organization = $1 and seq = $2`, organization, seq))
		if err != nil {
			return err
		}
		return &standing.Changed{Now: e}
	}
	return nil
}

const (
	entryFields  = 11
	insertPrefix = `insert into entry (organization, ` + entryColumns + `) values `
)

// insertEntries adds entries, some in one statement.
func insertEntries(ctx context.Context, x executor, atOnce int, organization string, first int64, changes []standing.Change, a standing.Author, at time.Time) error {
	for start := 0; start < len(changes); start += atOnce {
		part := changes[start:min(start+atOnce, len(changes))]
		args := make([]any, 0, len(part)*entryFields)
		for i, c := range part {
			args = append(args, organization, string(c.Ref.About), c.Ref.Subject, c.Ref.Key, first+int64(start+i)+1, valueOf(c), micros(at),
				a.By, string(a.Origin), a.Source, string(a.Sure))
		}
		if _, err := x.exec(ctx, insertPrefix+placeholders(len(part), entryFields), args...); err != nil {
			return err
		}
	}
	return nil
}

// placeholders returns ($1, $2), ($3, $4) and so on.
func placeholders(rows, fields int) string { return placeholdersFrom(1, rows, fields) }

// placeholdersFrom is [placeholders] with another first number.
func placeholdersFrom(first, rows, fields int) string {
	var b []byte
	for i := range rows {
		for j := range fields {
			switch {
			case j > 0:
				b = append(b, ", $"...)
			case i > 0:
				b = append(b, "), ($"...)
			default:
				b = append(b, "($"...)
			}
			b = strconv.AppendInt(b, int64(first+i*fields+j), 10)
		}
	}
	return string(append(b, ')'))
}
