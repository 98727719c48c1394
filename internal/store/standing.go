package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"guanji/internal/ledger"
	"guanji/internal/org"
	"guanji/internal/problem"
	"guanji/internal/standing"
)

// Organizations implements [standing.Store].
func (s *Store) Organizations(ctx context.Context) (heads []standing.Head, err error) {
	err = s.read(ctx, func(x executor) error {
		heads, err = list(ctx, x, scanHead, headQuery+` order by o.created_at, o.id`)
		return err
	})
	return heads, err
}

const headQuery = `select o.id, o.revision, coalesce(e.stated_at, 0) from organization o left join entry e on e.organization = o.id and e.seq = o.revision`

func scanHead(r row) (h standing.Head, err error) {
	var at int64
	err = r.Scan(&h.ID, &h.Revision, &at)
	h.At = instant(at)
	return h, err
}

// Head implements [standing.Store].
func (s *Store) Head(ctx context.Context, organization string) (h standing.Head, err error) {
	err = s.read(ctx, func(x executor) error {
		h, err = scanHead(x.row(ctx, headQuery+` where o.id = $1`, organization))
		return s.notFound(err, "standing.no_organization", organization)
	})
	return h, err
}

const entryColumns = `about, subject, key, seq, value, stated_at, stated_by, origin, source, sure`

func scanEntry(r row) (e standing.Entry, err error) {
	var about, origin, sure string
	var value *string
	var at int64
	err = r.Scan(&about, &e.Subject, &e.Key, &e.Seq, &value, &at, &e.By, &origin, &e.Source, &sure)
	e.About, e.Origin, e.Sure, e.At = org.Subject(about), standing.Origin(origin), standing.Sure(sure), instant(at)
	if value != nil {
		e.Value = json.RawMessage(*value)
	}
	return e, err
}

// Entries implements [standing.Store].
func (s *Store) Entries(ctx context.Context, organization string, after, upto int64) (entries []standing.Entry, err error) {
	err = s.read(ctx, func(x executor) error {
		entries, err = list(ctx, x, scanEntry, `select `+entryColumns+` from entry where organization = $1 and seq > $2 and seq <= $3 order by seq`, organization, after, upto)
		return err
	})
	return entries, err
}

// History implements [standing.Store].
func (s *Store) History(ctx context.Context, organization string, ref standing.Ref) (entries []standing.Entry, err error) {
	err = s.read(ctx, func(x executor) error {
		entries, err = list(ctx, x, scanEntry, `select `+entryColumns+` from entry
			where organization = $1 and about = $2 and subject = $3 and key = $4 order by seq desc`, organization, string(ref.About), ref.Subject, ref.Key)
		return err
	})
	return entries, err
}

// Append implements [standing.Store]. The row of the organization is the lock
// under which entries are numbered.
func (s *Store) Append(ctx context.Context, organization string, create bool, changes []standing.Change, a standing.Author, at time.Time) (revision int64, err error) {
	err = s.change(ctx, func(x *changing) error {
		if create {
			_, err := x.exec(ctx, `insert into organization (id, revision, created_at) values ($1, 0, $2)`, organization, micros(at))
			if s.db.dialect().unique(err) {
				return problem.New(problem.Conflict, "standing.id_taken", organization)
			}
			if err != nil {
				return err
			}
		}
		err := x.row(ctx, `update organization set revision = revision + $1 where id = $2 returning revision`, len(changes), organization).Scan(&revision)
		if err != nil {
			return s.notFound(err, "standing.no_organization", organization)
		}
		first := revision - int64(len(changes))
		if err := s.unseen(ctx, x, organization, first, changes); err != nil {
			return err
		}
		was, err := replaced(ctx, x, organization, first, changes)
		if err != nil {
			return err
		}
		for i, c := range changes {
			r := entryRecord(organization, string(c.Ref.About), c.Ref.Subject, c.Ref.Key, first+int64(i)+1, valueOf(c), micros(at), a.By, string(a.Origin), a.Source, string(a.Sure))
			x.tell(r.Leaf(ledger.Actor{By: a.By, At: at}, was[c.Ref]))
		}
		return insertEntries(ctx, x, s.db.dialect().rows, organization, first, changes, a, at)
	})
	return revision, err
}

// valueOf is the value of a change as it is kept.
func valueOf(c standing.Change) *string {
	if c.Value == nil {
		return nil
	}
	v := string(c.Value)
	return &v
}

// replaced returns the digests of the entries in whose place changes stand.
func replaced(ctx context.Context, x executor, organization string, revision int64, changes []standing.Change) (map[standing.Ref]string, error) {
	was := map[standing.Ref]string{}
	if revision == 0 {
		return was, nil
	}
	type stand struct {
		ref    standing.Ref
		digest string
	}
	scan := func(r row) (v stand, err error) {
		var about string
		err = r.Scan(&about, &v.ref.Subject, &v.ref.Key, &v.digest)
		v.ref.About = org.Subject(about)
		return v, err
	}
	const newest = `select e.about, e.subject, e.key, l.after from (select about, subject, key, max(seq) as seq from entry where organization = $1%s group by about, subject, key) e
		join leaf l on l.what = 'entry' and l.organization = $1 and l.id = cast(e.seq as text)`
	add := func(query string, args ...any) error {
		all, err := list(ctx, x, scan, query, args...)
		for _, v := range all {
			was[v.ref] = v.digest
		}
		return err
	}
	if len(changes) > manyChanges {
		return was, add(fmt.Sprintf(newest, ""), organization)
	}
	one := fmt.Sprintf(newest, " and about = $2 and subject = $3 and key = $4")
	for _, c := range changes {
		if err := add(one, organization, string(c.Ref.About), c.Ref.Subject, c.Ref.Key); err != nil {
			return nil, err
		}
	}
	return was, nil
}

// unseen fails with a [*standing.Changed] if a change did not see the entry
// that stands. Where nothing was stated since the oldest that any could have
// missed, no row needs to be looked at.
func (s *Store) unseen(ctx context.Context, x executor, organization string, revision int64, changes []standing.Change) error {
	if revision == 0 {
		return nil
	}
	var stands map[standing.Ref]int64
	if len(changes) > manyChanges {
		var err error
		if stands, err = newest(ctx, x, organization); err != nil {
			return err
		}
	}
	for _, c := range changes {
		if c.Seen == standing.Whatever {
			continue
		}
		seq := stands[c.Ref]
		if stands == nil {
			if err := x.row(ctx, `select cast(coalesce(max(seq), 0) as bigint) from entry where organization = $1 and about = $2 and subject = $3 and key = $4`,
				organization, string(c.Ref.About), c.Ref.Subject, c.Ref.Key).Scan(&seq); err != nil {
				return err
			}
		}
		if seq != c.Seen {
			if seq == 0 {
				return &standing.Changed{Now: standing.Entry{Ref: c.Ref}}
			}
			e, err := scanEntry(x.row(ctx, `select `+entryColumns+` from entry where organization = $1 and seq = $2`, organization, seq))
			if err != nil {
				return err
			}
			return &standing.Changed{Now: e}
		}
	}
	return nil
}

// manyChanges is from how many changes on reading all newest entries at once
// beats looking for each.
const manyChanges = 200

func newest(ctx context.Context, x executor, organization string) (map[standing.Ref]int64, error) {
	type stand struct {
		ref standing.Ref
		seq int64
	}
	all, err := list(ctx, x, func(r row) (v stand, err error) {
		var about string
		err = r.Scan(&about, &v.ref.Subject, &v.ref.Key, &v.seq)
		v.ref.About = org.Subject(about)
		return v, err
	}, `select about, subject, key, cast(max(seq) as bigint) from entry where organization = $1 group by about, subject, key`, organization)
	stands := make(map[standing.Ref]int64, len(all))
	for _, v := range all {
		stands[v.ref] = v.seq
	}
	return stands, err
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
func placeholders(rows, fields int) string {
	var b strings.Builder
	for i := range rows {
		for j := range fields {
			sep := ", "
			if j == 0 {
				sep = "("
				if i > 0 {
					sep = "), ("
				}
			}
			fmt.Fprintf(&b, "%s$%d", sep, i*fields+j+1)
		}
	}
	return b.String() + ")"
}

// SaveDraft implements [standing.Drafts].
func (s *Store) SaveDraft(ctx context.Context, d standing.Draft) error {
	changes, err := json.Marshal(d.Changes)
	if err != nil {
		return err
	}
	return s.write(ctx, func(x executor) error {
		n, err := x.exec(ctx, `insert into draft (id, account, organization, name, changes, changed_at) values ($1, $2, $3, $4, $5, $6)
			on conflict (id) do update set name = excluded.name, changes = excluded.changes, changed_at = excluded.changed_at where draft.account = excluded.account`,
			d.ID, d.Account, d.Organization, d.Name, string(changes), micros(d.Changed))
		if err == nil && n == 0 {
			return problem.New(problem.NotFound, "standing.no_draft")
		}
		return err
	})
}

func scanDraft(r row) (d standing.Draft, err error) {
	var changes string
	var at int64
	if err := r.Scan(&d.ID, &d.Account, &d.Organization, &d.Name, &changes, &at); err != nil {
		return d, err
	}
	d.Changed = instant(at)
	return d, json.Unmarshal([]byte(changes), &d.Changes)
}

const draftColumns = `id, account, organization, name, changes, changed_at`

// Draft implements [standing.Drafts].
func (s *Store) Draft(ctx context.Context, owner, id string) (d standing.Draft, err error) {
	err = s.read(ctx, func(x executor) error {
		d, err = scanDraft(x.row(ctx, `select `+draftColumns+` from draft where id = $1 and account = $2`, id, owner))
		return s.notFound(err, "standing.no_draft")
	})
	return d, err
}

// Drafts implements [standing.Drafts].
func (s *Store) Drafts(ctx context.Context, owner, organization string) (all []standing.Draft, err error) {
	err = s.read(ctx, func(x executor) error {
		all, err = list(ctx, x, scanDraft, `select `+draftColumns+` from draft where account = $1 and organization = $2 order by changed_at desc, id`, owner, organization)
		return err
	})
	return all, err
}

// DropDraft implements [standing.Drafts].
func (s *Store) DropDraft(ctx context.Context, owner, id string) error {
	return s.write(ctx, func(x executor) error {
		n, err := x.exec(ctx, `delete from draft where id = $1 and account = $2`, id, owner)
		if err == nil && n == 0 {
			return problem.New(problem.NotFound, "standing.no_draft")
		}
		return err
	})
}
