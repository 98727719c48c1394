package store

import (
	"context"
	"time"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/ledger"
	"guanji/internal/message"
	"guanji/internal/problem"
)

const accountColumns = `id, name, role, disabled, lang, created_at`

func scanAccount(r row) (a account.Account, err error) {
	var created int64
	var role, lang string
	err = r.Scan(&a.ID, &a.Name, &role, &a.Disabled, &lang, &created)
	a.Role, a.Lang, a.Created = account.Role(role), message.Lang(lang), instant(created)
	return a, err
}

// wider is a row with further columns after those that are scanned.
type wider struct {
	row
	more []any
}

func (w wider) Scan(into ...any) error { return w.row.Scan(append(into, w.more...)...) }

// Accounts implements [access.Accounts].
func (s *Store) Accounts(ctx context.Context) (all []account.Account, err error) {
	err = s.read(ctx, func(x executor) error {
		all, err = list(ctx, x, scanAccount, `select `+accountColumns+` from account order by created_at, id`)
		return err
	})
	return all, err
}

// Credentials implements [access.Accounts].
func (s *Store) Credentials(ctx context.Context, key string) (a account.Account, hash string, err error) {
	err = s.read(ctx, func(x executor) error {
		a, err = scanAccount(wider{x.row(ctx, `select `+accountColumns+`, password from account where name_key = $1`, key), []any{&hash}})
		return s.notFound(err, "access.no_account")
	})
	return a, hash, err
}

// notFound gives the failure of reading one row its kind.
func (s *Store) notFound(err error, key string, args ...any) error {
	if s.db.dialect().missing(err) {
		return problem.New(problem.NotFound, key, args...)
	}
	return err
}

// AddAccount implements [access.Accounts].
func (s *Store) AddAccount(ctx context.Context, a account.Account, link access.Pass, by ledger.Actor) error {
	return s.change(ctx, 1, func(x *changing) error {
		if err := s.insertAccount(ctx, x, a, "", by); err != nil {
			return err
		}
		return insertPass(ctx, x, link, by)
	})
}

func (s *Store) insertAccount(ctx context.Context, x *changing, a account.Account, hash string, by ledger.Actor) error {
	_, err := x.exec(ctx, `insert into account (id, name, name_key, role, password, disabled, lang, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		a.ID, a.Name, account.Key(a.Name), string(a.Role), hash, a.Disabled, string(a.Lang), micros(a.Created))
	if s.db.dialect().unique(err) {
		return problem.New(problem.Conflict, "access.name_taken")
	}
	a.Created = instant(micros(a.Created))
	x.tell(accountRecord(a, hash).Leaf(by, ""))
	return err
}

// tellAccount tells of an account as it stands now.
func (x *changing) tellAccount(ctx context.Context, id string, by ledger.Actor) error {
	r, err := scanAccountRecord(x.row(ctx, `select `+accountColumns+`, password, name_key from account where id = $1`, id))
	if err != nil {
		return err
	}
	return x.tellNow(ctx, r, by)
}

// dropPasses drops those passes that a condition names, and tells that they
// are gone.
func (x *changing) dropPasses(ctx context.Context, by ledger.Actor, where string, args ...any) error {
	_, err := x.countDropped(ctx, by, where, args...)
	return err
}

func (x *changing) countDropped(ctx context.Context, by ledger.Actor, where string, args ...any) (int, error) {
	gone, err := list(ctx, x, scanPassRecord, `delete from pass where `+where+` returning `+passColumns, args...)
	for _, r := range gone {
		if err == nil {
			err = x.tellGone(ctx, r, by)
		}
	}
	return len(gone), err
}

// SetAccount implements [access.Accounts]. What a says nothing of stays as it
// is in the database.
func (s *Store) SetAccount(ctx context.Context, a account.Account, by ledger.Actor) error {
	return s.change(ctx, 1, func(x *changing) error {
		if err := lockPeople(ctx, x); err != nil {
			return err
		}
		n, err := x.exec(ctx, `update account set role = case when $1 = '' then role else $1 end, disabled = case when $1 = '' then disabled else $2 end,
			lang = case when $3 = '' then lang else $3 end where id = $4`, string(a.Role), a.Disabled, string(a.Lang), a.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return problem.New(problem.NotFound, "access.no_account")
		}
		if a.Role != "" && a.Disabled {
			if err := x.dropPasses(ctx, by, `account = $1`, a.ID); err != nil {
				return err
			}
		}
		if err := x.tellAccount(ctx, a.ID, by); err != nil {
			return err
		}
		var left int64
		if err := x.row(ctx, `select cast(count(*) as bigint) from account where role = $1 and not disabled`, string(account.Administrator)).Scan(&left); err != nil {
			return err
		}
		if left == 0 {
			return problem.New(problem.Conflict, "access.last_administrator")
		}
		return nil
	})
}

// lockPeople makes changes that look at several accounts wait for one another.
func lockPeople(ctx context.Context, x executor) error {
	_, err := x.exec(ctx, `insert into setting (key, value) values ('people', '1') on conflict (key) do update set value = excluded.value`)
	return err
}

// SetPassword implements [access.Accounts]. The row of the account is the lock
// under which its passes are looked at: of two who choose by one link, one
// finds it.
func (s *Store) SetPassword(ctx context.Context, id, hash, pass string, by ledger.Actor) error {
	return s.change(ctx, 1, func(x *changing) error {
		n, err := x.exec(ctx, `update account set password = $1 where id = $2`, hash, id)
		if err != nil {
			return err
		}
		if n == 0 {
			return problem.New(problem.NotFound, "access.no_account")
		}
		var kind string
		if err := x.row(ctx, `select kind from pass where digest = $1 and account = $2 and kind in ($3, $4)`,
			pass, id, string(access.Session), string(access.Welcome)).Scan(&kind); err != nil {
			return s.notFound(err, "access.no_pass")
		}
		if err := x.tellAccount(ctx, id, by); err != nil {
			return err
		}
		if access.Kind(kind) == access.Welcome {
			return x.dropPasses(ctx, by, `account = $1`, id)
		}
		return x.dropPasses(ctx, by, `account = $1 and kind <> $2 and digest <> $3`, id, string(access.Token), pass)
	})
}

// Begin implements [access.Starting].
func (s *Store) Begin(ctx context.Context, link access.Pass, by ledger.Actor) error {
	return s.change(ctx, 1, func(x *changing) error {
		if err := lockPeople(ctx, x); err != nil {
			return err
		}
		if err := noAccounts(ctx, x); err != nil {
			return err
		}
		if err := x.dropPasses(ctx, by, `kind = $1`, string(access.FirstLink)); err != nil {
			return err
		}
		return insertPass(ctx, x, link, by)
	})
}

func noAccounts(ctx context.Context, x executor) error {
	var n int64
	if err := x.row(ctx, `select cast(count(*) as bigint) from account`).Scan(&n); err != nil {
		return err
	}
	if n > 0 {
		return problem.New(problem.Conflict, "access.started")
	}
	return nil
}

// Start implements [access.Starting].
func (s *Store) Start(ctx context.Context, link string, a account.Account, hash string, by ledger.Actor) error {
	return s.change(ctx, 1, func(x *changing) error {
		if err := lockPeople(ctx, x); err != nil {
			return err
		}
		if err := noAccounts(ctx, x); err != nil {
			return err
		}
		if err := takePass(ctx, x, link, by); err != nil {
			return err
		}
		return s.insertAccount(ctx, x, a, hash, by)
	})
}

const passColumns = `digest, kind, coalesce(account, ''), label, scopes, created_at, seen_at, expires_at`

const passOfAccount = `select p.digest, p.kind, coalesce(p.account, ''), p.label, p.scopes, p.created_at, p.seen_at, p.expires_at,
	coalesce(a.id, ''), coalesce(a.name, ''), coalesce(a.role, ''), coalesce(a.disabled, false), coalesce(a.lang, ''), coalesce(a.created_at, 0)
	from pass p left join account a on a.id = p.account where p.digest = $1`

func scanPass(r row) (p access.Pass, err error) {
	var created, seen, expires, scopes int64
	var kind string
	err = r.Scan(&p.Digest, &kind, &p.Account, &p.Label, &scopes, &created, &seen, &expires)
	p.Kind, p.Scopes = access.Kind(kind), account.Permission(scopes)
	p.Created, p.Seen, p.Expires = instant(created), instant(seen), instant(expires)
	return p, err
}

// scanPassRecord reads what is never changed of a pass.
func scanPassRecord(r row) (ledger.Record, error) {
	p, err := scanPass(r)
	return passRecord(p), err
}

func passRecord(p access.Pass) ledger.Record {
	return ledger.Record{What: ledger.Pass, ID: p.Digest, About: string(p.Kind) + "/" + p.Account,
		Digest: ledger.Digest(string(ledger.Pass), p.Digest, string(p.Kind), p.Account, p.Label, int64(p.Scopes), micros(p.Created), micros(p.Expires))}
}

func insertPass(ctx context.Context, x *changing, p access.Pass, by ledger.Actor) error {
	var owner *string
	if p.Account != "" {
		owner = &p.Account
	}
	_, err := x.exec(ctx, `insert into pass (digest, kind, account, label, scopes, created_at, seen_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		p.Digest, string(p.Kind), owner, p.Label, int64(p.Scopes), micros(p.Created), micros(p.Seen), micros(p.Expires))
	x.tell(passRecord(p).Leaf(by, ""))
	return err
}

// SavePass implements [access.Passes]. Passes long expired are swept out. The
// row of the account is locked, so that no pass is added while it is disabled.
func (s *Store) SavePass(ctx context.Context, p access.Pass, by ledger.Actor) error {
	return s.change(ctx, 1, func(x *changing) error {
		sweeper := ledger.Actor{By: ledger.Program, At: by.At}
		if err := x.dropPasses(ctx, sweeper, `expires_at < $1`, micros(p.Created.Add(-24*time.Hour))); err != nil {
			return err
		}
		if p.Account != "" {
			n, err := x.exec(ctx, `update account set disabled = disabled where id = $1 and not disabled`, p.Account)
			if err != nil {
				return err
			}
			if n == 0 {
				return problem.New(problem.NotFound, "access.no_account")
			}
		}
		return insertPass(ctx, x, p, by)
	})
}

// Pass implements [access.Passes].
func (s *Store) Pass(ctx context.Context, digest string) (p access.Pass, a account.Account, err error) {
	err = s.read(ctx, func(x executor) error {
		var created int64
		var role, lang string
		p, err = scanPass(wider{x.row(ctx, passOfAccount, digest), []any{&a.ID, &a.Name, &role, &a.Disabled, &lang, &created}})
		if err == nil && p.Account != "" {
			a.Role, a.Lang, a.Created = account.Role(role), message.Lang(lang), instant(created)
		}
		return s.notFound(err, "access.no_pass")
	})
	return p, a, err
}

// Passes implements [access.Passes].
func (s *Store) Passes(ctx context.Context, owner string, k access.Kind) (all []access.Pass, err error) {
	err = s.read(ctx, func(x executor) error {
		all, err = list(ctx, x, scanPass, `select `+passColumns+` from pass where account = $1 and kind = $2 order by created_at desc, digest`, owner, string(k))
		return err
	})
	return all, err
}

// TouchPass implements [access.Passes].
func (s *Store) TouchPass(ctx context.Context, digest string, seen time.Time) error {
	return s.write(ctx, func(x executor) error {
		_, err := x.exec(ctx, `update pass set seen_at = $1 where digest = $2`, micros(seen), digest)
		return err
	})
}

// TakePass implements [access.Passes].
func (s *Store) TakePass(ctx context.Context, digest string, by ledger.Actor) error {
	return s.change(ctx, 1, func(x *changing) error { return takePass(ctx, x, digest, by) })
}

func takePass(ctx context.Context, x *changing, digest string, by ledger.Actor) error {
	n, err := x.countDropped(ctx, by, `digest = $1`, digest)
	if err == nil && n == 0 {
		return problem.New(problem.NotFound, "access.no_pass")
	}
	return err
}
