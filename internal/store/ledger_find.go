package store

import (
	"context"
	"strconv"
	"strings"

	"guanji/internal/record"
)

// FindLeaves implements [record.Searching].
func (s *Store) FindLeaves(ctx context.Context, q record.Search) (rows []record.Row, err error) {
	query, args := findLeaves(q)
	err = s.read(ctx, func(x executor) error {
		rows, err = list(ctx, x, scanLeaf, query, args...)
		return err
	})
	return rows, err
}

// finding builds a query with its arguments.
type finding struct {
	strings.Builder
	args []any
}

// findLeaves returns a query for leaves. Each kind is a part of its own, which
// an index gives in the order of the numbers, so that no part reads more than
// it returns however many leaves there are.
func findLeaves(q record.Search) (query string, args []any) {
	f := &finding{args: []any{q.Before, q.Limit}}
	if len(q.Kinds) == 0 && q.Organization == "" && q.ID == "" {
		f.WriteString(leafQuery + ` where idx < $1`)
	} else {
		f.parts(q)
	}
	f.WriteString(` order by idx desc limit $2`)
	return f.String(), f.args
}

// parts adds a part for each kind. What is wanted is written as a stretch of an
// index, and not as equal to something, as an engine may else go through the
// leaves by their numbers and look whether one is of the kind.
func (f *finding) parts(q record.Search) {
	kinds := q.Kinds
	if len(kinds) == 0 {
		kinds = record.Kinds()
	}
	for i, what := range kinds {
		if i > 0 {
			f.WriteString(` union all `)
		}
		f.WriteString(`select * from (` + leafQuery + ` where `)
		switch w := f.arg(string(what)); {
		case q.ID == "" && q.Organization == "":
			f.WriteString(`(what, idx) < (` + w + `, $1) and what >= ` + w + ` order by what desc, idx desc`)
		case q.ID == "":
			o := f.arg(q.Organization)
			f.WriteString(`(what, organization, idx) < (` + w + `, ` + o + `, $1) and (what, organization) >= (` + w + `, ` + o + `) order by what desc, organization desc, idx desc`)
		default:
			f.record(w, q)
		}
		f.WriteString(` limit $2) as kind` + strconv.Itoa(i))
	}
}

// record adds what finds the leaves about a record, which are few: no index
// needs to give their order.
func (f *finding) record(what string, q record.Search) {
	of := `in (select id from organization union all select '')`
	if q.Organization != "" {
		of = `= ` + f.arg(q.Organization)
	}
	f.WriteString(`+idx < $1 and what = ` + what + ` and organization ` + of + ` and id = ` + f.arg(q.ID) + ` order by +idx desc`)
}

// arg adds an argument and returns its placeholder.
func (f *finding) arg(v any) string {
	f.args = append(f.args, v)
	return "$" + strconv.Itoa(len(f.args))
}

// CountLeaves implements [record.Searching].
func (s *Store) CountLeaves(ctx context.Context, from, to int64) (n int64, err error) {
	err = s.read(ctx, func(x executor) error {
		return x.row(ctx, `select count(*) from leaf where idx >= $1 and idx < $2`, from, to).Scan(&n)
	})
	return n, err
}
