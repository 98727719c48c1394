package store

import (
	"context"
	"encoding/json"

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
