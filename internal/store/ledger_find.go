package store

import (
	"context"

	"guanji/internal/record"
)

// FindLeaves implements [record.Searching].
func (s *Store) FindLeaves(ctx context.Context, q record.Search) (rows []record.Row, err error) {
	err = s.read(ctx, func(x executor) error {
		rows, err = list(ctx, x, scanLeaf, leafQuery+` where idx < $1 and ($2 = '' or what = $2) and ($3 = '' or organization = $3) and ($4 = '' or id = $4)
			order by idx desc limit $5`, q.Before, string(q.What), q.Organization, q.ID, q.Limit)
		return err
	})
	return rows, err
}
