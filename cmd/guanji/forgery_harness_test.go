package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/incident"
	"guanji/internal/ledger"
	"guanji/internal/org"
	"guanji/internal/record"
	"guanji/internal/respond"
	"guanji/internal/standing"
	"guanji/internal/store"
	"guanji/internal/vault"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// target is an installation that somebody forges: a home, and its database.
type target struct {
	home     string
	database string       // address
	schema   string       // of PostgreSQL, "" for SQLite
	conn     *pgx.Conn    // to forge by
	shared   *store.Store // that is used instead of opening one
}

// newTarget returns a site with nothing in it, on an engine.
func newTarget(t *testing.T, engine string) *target {
	t.Helper()
	s := &target{home: t.TempDir()}
	s.database = filepath.Join(s.home, databaseFile)
	if engine == "postgres" {
		s.onPostgres(t)
	}
	return s
}

func (s *target) onPostgres(t *testing.T) {
	t.Helper()
	u := postgresSchema(t)
	s.database, s.schema = u.String(), u.Query().Get("search_path")
}

// opened is what of an installation has to do with its ledger. Unlike
// (*program).open it does not read the law.
type opened struct {
	store  *store.Store
	vault  *vault.Vault
	own    bool // the store is closed with it
	record *record.Service
}

// open opens the ledger of a site as [program.open] does.
func (s *target) open(t testing.TB) *opened {
	t.Helper()
	o, err := s.tryOpen(context.Background())
	must(t, err)
	t.Cleanup(o.close)
	return o
}

func (s *target) tryOpen(ctx context.Context) (*opened, error) {
	signers, err := readSigners(s.home)
	if err != nil {
		return nil, err
	}
	keys, err := keysOf(signers)
	if err != nil {
		return nil, err
	}
	v, err := vault.Open(vault.Config{Dir: filepath.Join(s.home, vaultFolder)})
	if err != nil {
		return nil, err
	}
	db := s.shared
	if db == nil {
		if db, err = store.Open(ctx, s.database); err != nil {
			return nil, errors.Join(err, v.Close())
		}
	}
	return &opened{db, v, db != s.shared, record.New(record.Config{Store: db, Objects: objects{v}, Signers: signers, Keys: keys, Now: time.Now, Witnessing: record.Witnessing{Witnesses: db, People: db}})}, nil
}

func (o *opened) close() {
	_ = o.vault.Close()
	if o.own {
		_ = o.store.Close()
	}
}

// publish signs what there is, as the server does every second.
func (s *target) publish(t testing.TB) ledger.Signed {
	t.Helper()
	o := s.open(t)
	defer o.close()
	signed, err := o.record.Publish(context.Background())
	must(t, err)
	return signed
}

func (s *target) verify(t testing.TB, given ...record.Given) *record.Report {
	t.Helper()
	o := s.open(t)
	defer o.close()
	r, err := o.record.Verify(context.Background(), record.Verifying{Given: given})
	must(t, err)
	return r
}

// named is how a fault is called in tests: what is wrong where, with the name.
func named(f record.Fault) string {
	words := []string{string(f.Wrong), string(f.Place), string(f.What), f.Organization, f.Name}
	if f.Place == record.InLeaf || f.Place == record.InDatabase {
		words = []string{string(f.Wrong), string(f.Place), f.Name}
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

// wantFaults checks that exactly these things are named.
func wantFaults(t testing.TB, r *record.Report, want ...string) {
	t.Helper()
	var got []string
	for _, f := range r.Faults {
		got = append(got, named(f))
		if f.Text.En == "" || f.Text.Zh == "" || strings.Contains(f.Text.En+f.Text.Zh, "%!") {
			t.Errorf("%s is put as %+v", named(f), f.Text)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("named are\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// sql changes the database behind the program's back.
func (s *target) sql(t testing.TB, statement string, args ...any) {
	t.Helper()
	if s.schema != "" {
		_, err := s.connect(t).Exec(context.Background(), statement, args...)
		must(t, err)
		return
	}
	db, err := sql.Open("sqlite", s.database+"?_pragma=synchronous(0)")
	must(t, err)
	defer db.Close()
	_, err = db.Exec(statement, args...)
	must(t, err)
}

// connect returns a connection to PostgreSQL that does not wait for the disk.
func (s *target) connect(t testing.TB) *pgx.Conn {
	t.Helper()
	if s.conn == nil {
		var err error
		s.conn, err = pgx.Connect(context.Background(), s.database)
		must(t, err)
		t.Cleanup(func() { _ = s.conn.Close(context.Background()) })
		_, err = s.conn.Exec(context.Background(), "set synchronous_commit = off")
		must(t, err)
	}
	return s.conn
}

// row reads one row of the database.
func (s *target) row(t testing.TB, query string, into []any, args ...any) {
	t.Helper()
	if s.schema != "" {
		must(t, s.connect(t).QueryRow(context.Background(), query, args...).Scan(into...))
		return
	}
	db, err := sql.Open("sqlite", s.database)
	must(t, err)
	defer db.Close()
	must(t, db.QueryRow(query, args...).Scan(into...))
}

// leafOf returns the number of the newest leaf about a record, and the leaf.
func (s *target) leafOf(t testing.TB, what ledger.What, organization, id string) (n int64, l ledger.Leaf) {
	t.Helper()
	var body string
	s.row(t, `select idx, body from leaf where what = $1 and organization = $2 and id = $3 order by idx desc limit 1`, []any{&n, &body}, string(what), organization, id)
	l, err := ledger.ParseLeaf([]byte(body))
	must(t, err)
	return n, l
}

// setLeaf puts a leaf in the place of another, columns and all.
func (s *target) setLeaf(t testing.TB, n int64, l ledger.Leaf) {
	t.Helper()
	body, err := l.Encode()
	must(t, err)
	s.sql(t, `update leaf set what = $1, organization = $2, id = $3, after = $4, body = $5 where idx = $6`, string(l.What), l.Organization, l.ID, l.After, string(body), n)
}

// entryDigest works out the digest of a statement as it stands in the
// database, as docs/formats/ledger.md has it.
func (s *target) entryDigest(t testing.TB, organization string, seq int64) string {
	t.Helper()
	var about, subject, key, by, origin, source, sure string
	var value *string
	var at int64
	s.row(t, `select about, subject, key, value, stated_at, stated_by, origin, source, sure from entry where organization = $1 and seq = $2`,
		[]any{&about, &subject, &key, &value, &at, &by, &origin, &source, &sure}, organization, seq)
	var v any
	if value != nil {
		v = *value
	}
	return ledger.Digest("entry", organization, seq, about, subject, key, v, at, by, origin, source, sure)
}

// copy returns a copy of a site, as a thief or a backup makes one.
func (s *target) copy(t testing.TB) *target {
	t.Helper()
	c := s.copyHome(t)
	if s.schema != "" {
		c.onCopy(t, s)
	}
	return c
}

// copyHome copies what is in the home.
func (s *target) copyHome(t testing.TB) *target {
	t.Helper()
	c := &target{home: filepath.Join(t.TempDir(), "home"), database: s.database, schema: s.schema}
	must(t, os.CopyFS(c.home, os.DirFS(s.home)))
	if s.schema == "" {
		c.database = filepath.Join(c.home, databaseFile)
	}
	return c
}

// borrow returns a copy of the site for the time of a test. On PostgreSQL it
// has the database of the site itself, which is put in order afterwards.
func (b *built) borrow(t *testing.T) *target {
	c := b.copyHome(t)
	if b.schema != "" {
		c.conn, c.shared = b.connect(b.t), b.shared
		t.Cleanup(func() { b.dataFrom(t, b.pristine) })
	}
	return c
}

// onCopy copies the tables of another site's schema.
func (s *target) onCopy(t testing.TB, from *target) {
	t.Helper()
	s.schema = "guanji_" + strings.ToLower(rand.Text())
	var b strings.Builder
	fmt.Fprintf(&b, "create schema %s;", s.schema)
	for _, table := range tables {
		fmt.Fprintf(&b, "create table %s.%s (like %[3]s.%[2]s including all); insert into %[1]s.%[2]s select * from %[3]s.%[2]s;", s.schema, table, from.schema)
	}
	schema := s.schema
	from.sql(t, b.String())
	t.Cleanup(func() { from.sql(t, "drop schema "+schema+" cascade") })
	u, err := url.Parse(from.database)
	must(t, err)
	q := u.Query()
	q.Set("search_path", s.schema)
	u.RawQuery = q.Encode()
	s.database = u.String()
}

var tables = []string{"migration", "setting", "account", "pass", "organization", "entry", "draft", "ledger", "leaf", "filed", "witness", "step", "channel", "job"}

// dataFrom puts the database of another site in the place of this one's.
func (s *target) dataFrom(t testing.TB, from *target) {
	t.Helper()
	if s.schema != "" {
		var b strings.Builder
		for _, table := range slices.Backward(tables) {
			fmt.Fprintf(&b, "delete from %s.%s;", s.schema, table)
		}
		for _, table := range tables {
			fmt.Fprintf(&b, "insert into %s.%s select * from %s.%[2]s;", s.schema, table, from.schema)
		}
		s.sql(t, b.String())
		return
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		must(t, os.RemoveAll(s.database+suffix))
		if data, err := os.ReadFile(from.database + suffix); err == nil {
			must(t, os.WriteFile(s.database+suffix, data, 0o600))
		}
	}
}

// vaultFrom puts the vault of another site in the place of this one's.
func (s *target) vaultFrom(t testing.TB, from *target) {
	t.Helper()
	must(t, os.RemoveAll(s.at("")))
	must(t, os.CopyFS(s.at(""), os.DirFS(from.at(""))))
}

// at is the place of something in the vault.
func (s *target) at(path string) string {
	return filepath.Join(s.home, vaultFolder, filepath.FromSlash(path))
}

// ledgerAt is the place of an object of the ledger.
func (s *target) ledgerAt(path string) string { return s.at("ledger/" + path) }

// flip changes one bit of a file in the vault, counted from the end if below 0.
func (s *target) flip(t testing.TB, path string, at int) {
	t.Helper()
	data, err := os.ReadFile(s.at(path))
	must(t, err)
	data[(at+len(data))%len(data)] ^= 1
	must(t, os.WriteFile(s.at(path), data, 0o600))
}

// resign removes everything that was signed, and signs it anew.
func (s *target) resign(t testing.TB) ledger.Signed {
	t.Helper()
	must(t, os.RemoveAll(s.at("ledger")))
	return s.publish(t)
}

// The organization, the people and the evidence of the site that is forged.
const (
	acme  = "acme"
	other = "other"
)

var began = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

func stating(about org.Subject, subject, key, value string) standing.Change {
	return standing.Change{Ref: standing.Ref{About: about, Subject: subject, Key: key}, Value: []byte(value), Seen: standing.Whatever}
}

// state states some changes of an organization.
func (o *opened) state(t testing.TB, organization string, create bool, changes ...standing.Change) {
	t.Helper()
	_, err := o.store.Append(context.Background(), organization, create, changes, standing.Author{By: "Li Wei", Origin: standing.Asked, Sure: standing.Stated}, time.Now())
	must(t, err)
}

// systems states the names of systems numbered from one to another.
func systems(from, to int) (all []standing.Change) {
	for n := from; n <= to; n++ {
		all = append(all, stating(org.AboutSystem, fmt.Sprintf("s%d", n), "name", fmt.Sprintf(`{"en":"System %d","zh":"系统 %[1]d"}`, n)))
	}
	return all
}

// file files a record of evidence with a file of its own.
func (o *opened) file(t testing.TB, content string) evidence.File {
	t.Helper()
	kept, err := o.vault.Keep(context.Background(), strings.NewReader(content), int64(len(content)))
	must(t, err)
	f := evidence.File{Name: "seen.txt", Digest: kept.Digest, Size: kept.Size}
	item := evidence.Item{Record: &evidence.Record{Kind: "drill-record", Duties: []string{"CSL-36"}, Subject: evidence.Organization, Observed: day.In(began),
		Method: evidence.Method{Kind: evidence.Attested, Who: "Li Wei"}, Result: evidence.InOrder, Files: []evidence.File{f}}}
	_, err = o.store.File(context.Background(), acme, -1, []evidence.Item{item}, ledger.Actor{By: "Li Wei", At: time.Now()})
	must(t, err)
	return f
}

// people makes two accounts, a session and a token.
func (o *opened) people(t testing.TB) {
	t.Helper()
	ctx, by := context.Background(), ledger.Actor{By: "Li Wei", At: began}
	pass := func(digest string, kind access.Kind, owner string) access.Pass {
		return access.Pass{Digest: digest, Kind: kind, Account: owner, Label: "test", Scopes: account.Read, Created: began, Seen: began, Expires: began.Add(24 * 365 * time.Hour)}
	}
	must(t, o.store.Begin(ctx, pass("first", access.FirstLink, ""), by))
	must(t, o.store.Start(ctx, "first", account.Account{ID: "li", Name: "Li Wei", Role: account.Administrator, Created: began}, "$hash$", by))
	must(t, o.store.AddAccount(ctx, account.Account{ID: "wang", Name: "Wang Fang", Role: account.Reader, Created: began}, pass("welcome", access.Welcome, "wang"), by))
	must(t, o.store.SavePass(ctx, pass("token", access.Token, "li"), by))
	must(t, o.store.TakePass(ctx, "welcome", by))
}

// built is a site as it is before anything is forged, with what was there
// earlier.
type built struct {
	*target
	t        *testing.T
	earlier  *target         // a copy from before the last checkpoints
	pristine *target         // a copy of the whole
	kept     record.Given    // a checkpoint that somebody wrote down between the two
	files    []evidence.File // of the evidence
	stepFile evidence.File   // of the fourth step
	sizes    []int64         // of the checkpoints
}

// build builds a site with two organizations, statements of which some were
// replaced, accounts, passes, a witness, evidence with files, a case of
// incident, channels, six checkpoints
// and more than 600 leaves, the last of which are not signed.
func build(t *testing.T, engine string) *built {
	t.Helper()
	b := &built{target: newTarget(t, engine), t: t}
	o := b.open(t)
	sign := func() ledger.Signed {
		signed, err := o.record.Publish(context.Background())
		must(t, err)
		b.sizes = append(b.sizes, signed.Size)
		return signed
	}
	sign()
	o.people(t)
	o.state(t, acme, true, stating(org.AboutOrganization, "organization", "name", `{"en":"Acme","zh":"甲"}`))
	o.state(t, other, true, stating(org.AboutOrganization, "organization", "name", `{"en":"Other","zh":"乙"}`))
	sign()
	o.state(t, acme, false, systems(1, 250)...)
	w := record.Witness{ID: "w1", Means: record.ByFolder, Address: "/srv/witness", Approval: account.Approval{ProposedBy: "Li Wei", Proposed: began}}
	must(t, o.store.SaveWitness(context.Background(), nil, w, ledger.Actor{By: "Li Wei", At: began}))
	sign()
	b.files = append(b.files, o.file(t, "what was seen"))
	b.stepFile = o.respond(t)
	o.close()
	b.earlier = b.copy(t)
	o = b.open(t)
	o.state(t, acme, false, systems(100, 250)...) // in the place of others
	o.state(t, acme, false, systems(251, 400)...)
	b.kept = record.Given{Name: "kept", Note: sign().Note}
	b.files = append(b.files, o.file(t, "what else was seen"))
	_, err := o.store.Record(context.Background(), acme, respond.Writing{Case: 1, Seen: 6, Steps: []incident.Step{{Ended: &incident.Ended{}}}, Actor: ledger.Actor{By: "Li Wei", At: began}})
	must(t, err)
	sign()
	o.state(t, acme, false, systems(401, 480)...)
	sign()
	o.state(t, acme, false, systems(481, 483)...)
	o.close()
	b.pristine = b.copy(t)
	if b.schema != "" {
		b.shared = b.open(t).store
	}
	return b
}

// size is how many leaves there are, and under how many there is the newest
// checkpoint.
func (b *built) size(t testing.TB) (leaves, under int64) {
	b.row(t, `select size from ledger`, []any{&leaves})
	return leaves, b.sizes[len(b.sizes)-1]
}

// headPath is where the newest checkpoint is kept by its size.
func (b *built) headPath() string { return ledger.CheckpointPath(b.sizes[len(b.sizes)-1]) }
