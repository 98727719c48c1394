package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"guanji/internal/account"
	"guanji/internal/ledger"
	"guanji/internal/record"
)

// write writes the leaves that were told, and numbers them.
func (x *changing) write(ctx context.Context) error {
	if len(x.leaves) == 0 {
		return nil
	}
	var size int64
	if err := x.row(ctx, `update ledger set size = size + $1 where one = 1 returning size`, len(x.leaves)).Scan(&size); err != nil {
		return err
	}
	first := size - int64(len(x.leaves))
	for start := 0; start < len(x.leaves); start += x.store.db.dialect().rows {
		part := x.leaves[start:min(start+x.store.db.dialect().rows, len(x.leaves))]
		if err := x.insert(ctx, first+int64(start), part); err != nil {
			return err
		}
	}
	return nil
}

const leafFields = 6

func (x *changing) insert(ctx context.Context, first int64, leaves []ledger.Leaf) error {
	args := make([]any, 0, len(leaves)*leafFields)
	for i, l := range leaves {
		body, err := l.Encode()
		if err != nil {
			return err
		}
		args = append(args, first+int64(i), string(l.What), l.Organization, l.ID, l.After, string(body))
	}
	_, err := x.exec(ctx, `insert into leaf (idx, what, organization, id, after, body) values `+placeholders(len(leaves), leafFields), args...)
	return err
}

// before returns the digest that the newest leaf about a record gives, "" if
// there is none.
func (x *changing) before(ctx context.Context, what ledger.What, organization, id string) (digest string, err error) {
	if digest, ok := x.told[recordKey{what, organization, id}]; ok {
		return digest, nil
	}
	digests, err := list(ctx, x, func(r row) (d string, err error) { return d, r.Scan(&d) },
		`select after from leaf where what = $1 and organization = $2 and id = $3 order by idx desc limit 1`, string(what), organization, id)
	if err != nil || len(digests) == 0 {
		return "", err
	}
	return digests[0], nil
}

// tellNow tells of a record as it stands now.
func (x *changing) tellNow(ctx context.Context, r ledger.Record, a ledger.Actor) error {
	was, err := x.before(ctx, r.What, r.Organization, r.ID)
	if err != nil || was == r.Digest {
		return err
	}
	x.tell(r.Leaf(a, was))
	return nil
}

// tellGone tells that a record is gone.
func (x *changing) tellGone(ctx context.Context, r ledger.Record, a ledger.Actor) error {
	was, err := x.before(ctx, r.What, r.Organization, r.ID)
	l := r.Leaf(a, was)
	l.After = ""
	x.tell(l)
	return err
}

// Size implements [record.Store].
func (s *Store) Size(ctx context.Context) (size int64, err error) {
	err = s.read(ctx, func(x executor) error {
		return x.row(ctx, `select size from ledger where one = 1`).Scan(&size)
	})
	return size, err
}

// Leaves implements [record.Store].
func (s *Store) Leaves(ctx context.Context, from, to int64) (rows []record.Row, err error) {
	err = s.read(ctx, func(x executor) error {
		rows, err = list(ctx, x, scanLeaf, leafQuery+` where idx >= $1 and idx < $2 order by idx`, from, to)
		return err
	})
	return rows, err
}

const leafQuery = `select idx, what, organization, id, after, body from leaf`

func scanLeaf(r row) (l record.Row, err error) {
	var what, body string
	err = r.Scan(&l.Number, &what, &l.Organization, &l.ID, &l.After, &body)
	l.What, l.Body = ledger.What(what), []byte(body)
	return l, err
}

// About implements [record.Store].
func (s *Store) About(ctx context.Context, what ledger.What, organization, id string) (rows []record.Row, err error) {
	err = s.read(ctx, func(x executor) error {
		rows, err = list(ctx, x, scanLeaf, leafQuery+` where what = $1 and organization = $2 and id = $3 order by idx`, string(what), organization, id)
		return err
	})
	return rows, err
}

// Tell implements [record.Store].
func (s *Store) Tell(ctx context.Context, r ledger.Record, a ledger.Actor) error {
	return s.change(ctx, 1, func(x *changing) error {
		if err := lockPeople(ctx, x); err != nil { // of two who tell of one record, one sees the leaf of the other
			return err
		}
		return x.tellNow(ctx, r, a)
	})
}

// recorded is how the records of a table are read: as they are told of.
type recorded struct {
	what  ledger.What
	query string // every record, in the order in which leaves about them are written
	scan  func(row) (ledger.Record, error)
}

// adopted is how many of [everything] there were before the ledger.
const adopted = 3

// everything lists the tables whose records the ledger keeps count of, in the
// order in which they came. A pass is told of by what is never changed of it.
func everything() []recorded {
	return []recorded{
		{ledger.Account, `select ` + accountColumns + `, password, name_key from account order by created_at, id`, scanAccountRecord},
		{ledger.Pass, `select ` + passColumns + ` from pass order by created_at, digest`, scanPassRecord},
		{ledger.Entry, `select organization, ` + entryColumns + ` from entry order by organization, seq`, scanEntryRecord},
		{ledger.Filed, `select organization, ` + filedColumns + ` from filed order by organization, seq`, scanFiledRecord},
		{ledger.Witness, `select ` + witnessColumns + ` from witness order by proposed_at, id`, scanWitnessRecord},
		{ledger.Step, `select organization, ` + stepColumns + ` from step order by organization, seq`, scanStepRecord},
		{ledger.Channel, `select ` + channelColumns + ` from channel order by proposed_at, id`, scanChannelRecord},
	}
}

// Examine implements [record.Store].
func (s *Store) Examine(ctx context.Context, e record.Examiner) error {
	return s.kind(ctx, s.db.snapshot(ctx, func(x executor) error {
		var size int64
		err := x.row(ctx, `select size from ledger where one = 1`).Scan(&size)
		if s.db.dialect().missing(err) {
			size, err = -1, nil
		}
		if err == nil {
			err = e.Size(size)
		}
		if err == nil {
			err = eachRow(ctx, x, leafQuery+` order by idx`, scanLeaf, record.Row{Number: -1}, e.Leaf)
		}
		for _, t := range everything() {
			if err == nil {
				err = eachRow(ctx, x, t.query, t.scan, ledger.Record{What: t.what, ID: unreadable}, e.Record)
			}
		}
		if err != nil {
			return err
		}
		return eachRow(ctx, x, `select id, revision from organization order by id`, scanRevision, revision{unreadable, -1},
			func(r revision) error { return e.Organization(r.id, r.n) })
	}))
}

// unreadable is the id of a record whose row cannot be read.
const unreadable = "?"

// revision is what an organization says of its statements.
type revision struct {
	id string
	n  int64
}

func scanRevision(r row) (v revision, err error) { return v, r.Scan(&v.id, &v.n) }

// eachRow calls a function with every row of a query, and with bad for one
// that cannot be read as what it should be, as long as the engine goes on.
func eachRow[T any](ctx context.Context, x executor, query string, scan func(row) (T, error), bad T, f func(T) error) error {
	rows, err := x.query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		v, err := scan(typed{rows})
		if err != nil {
			v = bad
		}
		if err := f(v); err != nil {
			return err
		}
	}
	return rows.Err()
}

// typed is a row whose values are of the types that the program writes. SQLite
// keeps a value of any type in any column, and reads a text and the same bytes
// into one string, while no statement of the program finds the one by the
// other: whoever changes the type hides a row.
type typed struct{ row }

var errType = errors.New("a value of another type than is written")

func (t typed) Scan(into ...any) error {
	values := make([]any, len(into))
	for i := range values {
		values[i] = new(any)
	}
	if err := t.row.Scan(values...); err != nil {
		return err
	}
	for i, v := range values {
		if !assign(into[i], *v.(*any)) {
			return errType
		}
	}
	return nil
}

// assign sets what into points to, and reports whether the value is of its
// type.
func assign(into, value any) (ok bool) {
	switch p := into.(type) {
	case *string:
		*p, ok = value.(string)
	case **string:
		var s string
		if s, ok = value.(string); ok {
			*p = &s
		}
		ok = ok || value == nil
	case *int64:
		*p, ok = value.(int64)
	case *bool:
		if *p, ok = value.(bool); !ok {
			n, isInt := value.(int64) // as SQLite keeps them
			*p, ok = n == 1, isInt && (n == 0 || n == 1)
		}
	}
	return ok
}

// adopt tells of every record that was there before the ledger was. It says
// nothing of what was done to them until then.
func (s *Store) adopt(ctx context.Context, x executor, a ledger.Actor) error {
	c := &changing{executor: x, store: s, told: map[recordKey]string{}}
	for _, t := range everything()[:adopted] {
		if err := eachRow(ctx, x, t.query, t.scan, ledger.Record{}, func(r ledger.Record) error {
			if r.Digest == "" {
				return fmt.Errorf("a row of %s cannot be read", t.what)
			}
			c.tell(r.Leaf(a, ""))
			return nil
		}); err != nil {
			return err
		}
	}
	return c.write(ctx)
}

func scanEntryRecord(r row) (ledger.Record, error) {
	var organization, about, subject, key, by, origin, source, sure string
	var seq, at int64
	var value *string
	err := r.Scan(&organization, &about, &subject, &key, &seq, &value, &at, &by, &origin, &source, &sure)
	return entryRecord(organization, about, subject, key, seq, value, at, by, origin, source, sure), err
}

func entryRecord(organization, about, subject, key string, seq int64, value *string, at int64, by, origin, source, sure string) ledger.Record {
	var v any
	if value != nil {
		v = *value
	}
	return ledger.Record{What: ledger.Entry, Organization: organization, ID: strconv.FormatInt(seq, 10), About: about + "/" + subject + "/" + key,
		Digest: ledger.Digest(string(ledger.Entry), organization, seq, about, subject, key, v, at, by, origin, source, sure)}
}

// scanAccountRecord reads an account. Where it is found by a key that is not
// the one of its name, its digest is none that was ever told of.
func scanAccountRecord(r row) (ledger.Record, error) {
	var hash, key string
	a, err := scanAccount(wider{r, []any{&hash, &key}})
	rec := accountRecord(a, hash)
	if key != account.Key(a.Name) {
		rec.Digest = ledger.Digest(string(ledger.Account), a.ID, key)
	}
	return rec, err
}

func accountRecord(a account.Account, hash string) ledger.Record {
	return ledger.Record{What: ledger.Account, ID: a.ID, About: a.Name,
		Digest: ledger.Digest(string(ledger.Account), a.ID, a.Name, string(a.Role), hash, a.Disabled, string(a.Lang), micros(a.Created))}
}
