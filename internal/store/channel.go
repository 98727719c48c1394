package store

import (
	"context"

	"guanji/internal/channel"
	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/respond"
)

const channelColumns = `id, kind, name, address, secret, proposed_by, proposed_at, allowed_by, allowed_at, dropped_at`

func scanChannel(r row) (c respond.Channel, err error) {
	var means string
	var proposed, allowed, dropped int64
	err = r.Scan(&c.ID, &means, &c.Name, &c.Address, &c.Secret, &c.ProposedBy, &proposed, &c.AllowedBy, &allowed, &dropped)
	c.Means, c.Proposed, c.Allowed, c.Dropped = channel.Means(means), instantOrNot(proposed), instantOrNot(allowed), instantOrNot(dropped)
	return c, err
}

func scanChannelRecord(r row) (ledger.Record, error) {
	c, err := scanChannel(r)
	return channelRecord(c), err
}

func channelRecord(c respond.Channel) ledger.Record {
	return ledger.Record{What: ledger.Channel, ID: c.ID, About: string(c.Means),
		Digest: ledger.Digest(string(ledger.Channel), c.ID, string(c.Means), c.Name, c.Address, c.Secret, c.ProposedBy, microsOrNot(c.Proposed), c.AllowedBy, microsOrNot(c.Allowed), microsOrNot(c.Dropped))}
}

// Channels implements [respond.Channels].
func (s *Store) Channels(ctx context.Context) (all []respond.Channel, err error) {
	err = s.read(ctx, func(x executor) error {
		all, err = list(ctx, x, scanChannel, `select `+channelColumns+` from channel order by proposed_at, id`)
		return err
	})
	return all, err
}

// SaveChannel implements [respond.Channels].
func (s *Store) SaveChannel(ctx context.Context, was *respond.Channel, c respond.Channel, a ledger.Actor) error {
	return s.change(ctx, 1, func(x *changing) error {
		if was == nil {
			_, err := x.exec(ctx, `insert into channel (`+channelColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
				c.ID, string(c.Means), c.Name, c.Address, c.Secret, c.ProposedBy, microsOrNot(c.Proposed), c.AllowedBy, microsOrNot(c.Allowed), microsOrNot(c.Dropped))
			if err != nil {
				return err
			}
			return x.tellNow(ctx, channelRecord(c), a)
		}
		n, err := x.exec(ctx, `update channel set allowed_by = $1, allowed_at = $2, dropped_at = $3 where id = $4 and allowed_at = $5 and dropped_at = $6`,
			c.AllowedBy, microsOrNot(c.Allowed), microsOrNot(c.Dropped), c.ID, microsOrNot(was.Allowed), microsOrNot(was.Dropped))
		if err == nil && n == 0 {
			err = problem.New(problem.Conflict, "respond.channel_changed")
		}
		if err != nil {
			return err
		}
		return x.tellNow(ctx, channelRecord(c), a)
	})
}
