package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"guanji/internal/ledger"
)

// A forgery is done to a site behind the program's back, and returns what must
// be named, nothing else.
type forgery func(t *testing.T, b *built) []string

// forgeries are what somebody does who can write the database, the vault or
// the home, and does not hold the key.
var forgeries = map[string]forgery{
	"nothing": func(*testing.T, *built) []string { return nil },

	"statement edited": func(t *testing.T, b *built) []string {
		b.sql(t, `update entry set value = $1 where organization = $2 and seq = 42`, `{"en":"Forged","zh":"伪造"}`, acme)
		return []string{"changed record entry acme 42"}
	},
	"author of a statement edited": func(t *testing.T, b *built) []string {
		b.sql(t, `update entry set stated_by = 'Wang Fang' where organization = $1 and seq = 42`, acme)
		return []string{"changed record entry acme 42"}
	},
	"time of a statement edited": func(t *testing.T, b *built) []string {
		b.sql(t, `update entry set stated_at = stated_at - 1 where organization = $1 and seq = 42`, acme)
		return []string{"changed record entry acme 42"}
	},
	"statement deleted": func(t *testing.T, b *built) []string {
		b.sql(t, `delete from entry where organization = $1 and seq = 42`, acme)
		return []string{"missing record entry acme 42"}
	},
	"statement deleted with its leaf": func(t *testing.T, b *built) []string {
		n, _ := b.leafOf(t, ledger.Entry, acme, "42")
		b.sql(t, `delete from entry where organization = $1 and seq = 42`, acme)
		b.sql(t, `delete from leaf where idx = $1`, n)
		return []string{"missing record entry acme 42", fmt.Sprint("missing leaf ", n)}
	},
	"statement added": func(t *testing.T, b *built) []string {
		b.addEntry(t, 9999)
		return []string{"added record entry acme 9999", "changed database acme"}
	},
	"statement added, and the count of statements raised": func(t *testing.T, b *built) []string {
		n := b.addNextEntry(t)
		return []string{fmt.Sprint("added record entry acme ", n)}
	},
	"statement added with a leaf": func(t *testing.T, b *built) []string {
		n := b.addNextEntry(t)
		b.addLeaf(t, n)
		return []string{"changed database size"}
	},
	"newest statements hidden": func(t *testing.T, b *built) []string {
		b.sql(t, `update organization set revision = revision - 10 where id = $1`, acme)
		return []string{"changed database acme"}
	},
	"organization removed with its statements": func(t *testing.T, b *built) []string {
		b.sql(t, `delete from entry where organization = $1`, other)
		b.sql(t, `delete from organization where id = $1`, other)
		return []string{"missing record entry other 1"}
	},

	"leaf edited": func(t *testing.T, b *built) []string {
		n, l := b.leafOf(t, ledger.Entry, acme, "42")
		l.By = "Wang Fang"
		b.setLeaf(t, n, l)
		return []string{fmt.Sprint("changed leaf ", n)}
	},
	"leaf edited to bytes that are no leaf": func(t *testing.T, b *built) []string {
		n, _ := b.leafOf(t, ledger.Entry, acme, "42")
		b.sql(t, `update leaf set body = 'x' where idx = $1`, n)
		return []string{fmt.Sprint("changed leaf ", n)}
	},
	"leaf and statement edited alike": func(t *testing.T, b *built) []string {
		n := b.forgeEntry(t, 42)
		return []string{fmt.Sprint("changed leaf ", n), "changed record entry acme 42"}
	},
	"columns beside a leaf edited": func(t *testing.T, b *built) []string {
		n, _ := b.leafOf(t, ledger.Entry, acme, "42")
		b.sql(t, `update leaf set id = '43' where idx = $1`, n)
		return []string{fmt.Sprint("changed leaf ", n)}
	},
	"two leaves changed round": func(t *testing.T, b *built) []string {
		n, l := b.leafOf(t, ledger.Entry, acme, "42")
		m, k := b.leafOf(t, ledger.Entry, acme, "43")
		b.setLeaf(t, n, k)
		b.setLeaf(t, m, l)
		return []string{fmt.Sprint("changed leaf ", n), fmt.Sprint("changed leaf ", m)}
	},
	"leaf deleted in the middle": func(t *testing.T, b *built) []string {
		n, _ := b.leafOf(t, ledger.Entry, acme, "42")
		b.sql(t, `delete from leaf where idx = $1`, n)
		return []string{fmt.Sprint("missing leaf ", n)}
	},
	"leaf deleted, and those after it moved up": func(t *testing.T, b *built) []string {
		n, under := b.size(t)
		var lost string // the first that was not signed yet takes the place of one that was
		b.row(t, `select id from leaf where idx = $1`, []any{&lost}, under)
		b.sql(t, `delete from leaf where idx = $1`, under-3)
		for i := under - 2; i < n; i++ {
			b.sql(t, `update leaf set idx = idx - 1 where idx = $1`, i)
		}
		b.sql(t, `update ledger set size = size - 1`)
		return []string{fmt.Sprint("changed leaf ", under-3), fmt.Sprint("changed leaf ", under-2), fmt.Sprint("changed leaf ", under-1), "added record entry acme " + lost}
	},
	"tail of leaves cut": func(t *testing.T, b *built) []string {
		_, under := b.size(t)
		return b.cutTail(t, under-3)
	},
	"tail cut, and the newest checkpoint put back": func(t *testing.T, b *built) []string {
		_, under := b.size(t)
		b.replace(t, "checkpoint", ledger.CheckpointPath(b.sizes[1]))
		return append(b.cutTail(t, under-3), "changed checkpoint checkpoint")
	},
	"leaf added far away": func(t *testing.T, b *built) []string {
		b.sql(t, `insert into leaf (idx, what, organization, id, after, body) values (1000000000000000, 'entry', 'acme', '1', '', '{}')`)
		return []string{"added leaf 1000000000000000"}
	},
	"leaf added before all others": func(t *testing.T, b *built) []string {
		b.sql(t, `insert into leaf (idx, what, organization, id, after, body) values (-9223372036854775808, 'entry', 'acme', '1', '', '{}')`)
		return []string{"added leaf -9223372036854775808"}
	},
	"size raised": func(t *testing.T, b *built) []string {
		b.sql(t, `update ledger set size = 9000000000000000000`)
		return []string{"changed database size"}
	},
	"size removed": func(t *testing.T, b *built) []string {
		b.sql(t, `delete from ledger`)
		return []string{"changed database size"}
	},

	"evidence edited": func(t *testing.T, b *built) []string {
		b.sql(t, `update filed set body = replace(body, 'in_order', 'gaps') where organization = $1 and seq = 1`, acme)
		return []string{"changed record filed acme 1"}
	},
	"evidence no longer ended": func(t *testing.T, b *built) []string {
		b.sql(t, `update filed set ends = 1 where organization = $1 and seq = 2`, acme)
		return []string{"changed record filed acme 2"}
	},
	"evidence deleted": func(t *testing.T, b *built) []string {
		b.sql(t, `delete from filed where organization = $1 and seq = 2`, acme)
		return []string{"missing record filed acme 2"}
	},
	"evidence made to name a file that is none": func(t *testing.T, b *built) []string {
		b.sql(t, `update filed set body = replace(body, 'sha256:', 'md5:') where organization = $1 and seq = 1`, acme)
		return []string{"changed record filed acme 1", "missing file filed acme " + strings.Replace(b.files[0].Digest, "sha256", "md5", 1)}
	},
	"files swapped": func(t *testing.T, b *built) []string {
		must(t, os.WriteFile(b.fileAt(0), []byte("what else was seen"), 0o600))
		return []string{b.file(0, "changed")}
	},
	"one bit of a file flipped": func(t *testing.T, b *built) []string {
		b.flip(t, b.fileIn(0), 3)
		return []string{b.file(0, "changed")}
	},
	"file deleted": func(t *testing.T, b *built) []string {
		must(t, os.Remove(b.fileAt(1)))
		return []string{b.file(1, "missing")}
	},
	"file cut": func(t *testing.T, b *built) []string {
		must(t, os.Truncate(b.fileAt(1), 4))
		return []string{b.file(1, "changed")}
	},
	"link in the place of a file": func(t *testing.T, b *built) []string {
		elsewhere := filepath.Join(t.TempDir(), "same")
		must(t, os.Rename(b.fileAt(1), elsewhere))
		must(t, os.Symlink(elsewhere, b.fileAt(1)))
		return []string{b.file(1, "changed")}
	},

	"role raised": func(t *testing.T, b *built) []string {
		b.sql(t, `update account set role = 'administrator' where id = 'wang'`)
		return []string{"changed record account wang"}
	},
	"password replaced": func(t *testing.T, b *built) []string {
		b.sql(t, `update account set password = 'x' where id = 'li'`)
		return []string{"changed record account li"}
	},
	"account found under another name": func(t *testing.T, b *built) []string {
		b.sql(t, `update account set name_key = 'someone' where id = 'li'`)
		return []string{"changed record account li"}
	},
	"account added": func(t *testing.T, b *built) []string {
		b.sql(t, `insert into account (id, name, name_key, role, password, disabled, lang, created_at) values ('x', 'X', 'x', 'administrator', 'x', false, '', 1)`)
		return []string{"added record account x"}
	},
	"pass planted": func(t *testing.T, b *built) []string {
		b.sql(t, `insert into pass (digest, kind, account, label, scopes, created_at, seen_at, expires_at) values ('d', 'token', 'li', '', 7, 1, 1, 9000000000000000)`)
		return []string{"added record pass d"}
	},
	"pass that was used brought back": func(t *testing.T, b *built) []string {
		b.sql(t, `insert into pass (digest, kind, account, label, scopes, created_at, seen_at, expires_at) values ('welcome', 'welcome', 'wang', 'test', 1, 1, 1, 9000000000000000)`)
		return []string{"added record pass welcome"}
	},
	"pass widened": func(t *testing.T, b *built) []string {
		b.sql(t, `update pass set scopes = 7 where digest = 'token'`)
		return []string{"changed record pass token"}
	},
	"witness allowed by nobody": func(t *testing.T, b *built) []string {
		b.sql(t, `update witness set allowed_by = 'Wang Fang', allowed_at = 1`)
		return []string{"changed record witness w1"}
	},

	"tile of hashes flipped": func(t *testing.T, b *built) []string {
		b.flip(t, "ledger/tile/0/001", 77)
		return []string{"changed tile tile/0/001"}
	},
	"tile of entries flipped": func(t *testing.T, b *built) []string {
		b.flip(t, "ledger/tile/entries/001", 77)
		return []string{"changed tile tile/entries/001"}
	},
	"tile of hashes deleted": func(t *testing.T, b *built) []string {
		must(t, os.Remove(b.ledgerAt("tile/0/001")))
		return []string{"missing tile tile/0/001"}
	},
	"tile of entries deleted": func(t *testing.T, b *built) []string {
		must(t, os.Remove(b.ledgerAt("tile/entries/001")))
		return []string{"missing tile tile/entries/001"}
	},
	"leaf edited in database, tile of entries and tile of hashes": func(t *testing.T, b *built) []string {
		b.rebuildTile(t, b.forgeEntry(t, 240))
		return []string{"changed tile tile/entries/000", "forked checkpoint " + ledger.CheckpointPath(b.sizes[2])} // where, and from which checkpoint on
	},
	"link in the place of a tile": func(t *testing.T, b *built) []string {
		b.link(t, "tile/0/001")
		return []string{"damaged tile tile/0/001"}
	},
	"link in the place of a tile of entries": func(t *testing.T, b *built) []string {
		b.link(t, "tile/entries/001")
		return []string{"damaged tile tile/entries/001"}
	},
	"link in the place of the newest checkpoint": func(t *testing.T, b *built) []string {
		b.link(t, "checkpoint")
		return []string{"damaged checkpoint checkpoint"}
	},
	"checkpoint signed again with another key": func(t *testing.T, b *built) []string {
		note := b.signedByAnother(t)
		must(t, os.WriteFile(b.ledgerAt("checkpoint"), note, 0o600))
		must(t, os.WriteFile(b.ledgerAt(b.headPath()), note, 0o600))
		return []string{"unsigned checkpoint checkpoint", "unsigned checkpoint " + b.headPath()}
	},
	"checkpoint edited": func(t *testing.T, b *built) []string {
		b.flip(t, "ledger/"+b.headPath(), 60)
		return []string{"unsigned checkpoint " + b.headPath()}
	},
	"checkpoint moved": func(t *testing.T, b *built) []string {
		must(t, os.Rename(b.ledgerAt(ledger.CheckpointPath(b.sizes[2])), b.ledgerAt("checkpoints/999")))
		return []string{"damaged checkpoint checkpoints/999"}
	},
	"newest checkpoint deleted": func(t *testing.T, b *built) []string {
		must(t, os.Remove(b.ledgerAt("checkpoint")))
		return []string{"missing checkpoint checkpoint"}
	},
	"key replaced": func(t *testing.T, b *built) []string {
		must(t, os.Remove(filepath.Join(b.home, keysFolder, firstKey)))
		return []string{"unsigned checkpoint " + ledger.CheckpointPath(b.sizes[0]), "unsigned checkpoint checkpoint", "added record key " + b.open(t).record.Signers[0].ID()}
	},
	"key replaced, and everything signed again": func(t *testing.T, b *built) []string {
		must(t, os.Remove(filepath.Join(b.home, keysFolder, firstKey)))
		signed := b.resign(t)
		return []string{"unsigned checkpoint checkpoint", "unsigned checkpoint " + ledger.CheckpointPath(signed.Size)}
	},
	"database put back to a copy": func(t *testing.T, b *built) []string {
		var want []string
		size, under := int64(0), b.sizes[len(b.sizes)-1]
		b.earlier.row(t, `select size from ledger`, []any{&size})
		rows, err := b.open(t).store.Leaves(context.Background(), size, under)
		must(t, err)
		for _, r := range rows {
			want = append(want, fmt.Sprint("missing leaf ", r.Number), fmt.Sprintf("missing record %s %s %s", r.What, r.Organization, r.ID))
		}
		b.dataFrom(t, b.earlier)
		return want
	},
}

// onSQLite are forgeries that PostgreSQL does not let happen.
var onSQLite = map[string]forgery{
	"organization removed, its statements left": func(t *testing.T, b *built) []string {
		b.sql(t, `delete from organization where id = $1`, other)
		return []string{"missing database other"}
	},
	"statement that cannot be read": func(t *testing.T, b *built) []string {
		b.sql(t, `update entry set stated_at = 'yesterday' where organization = $1 and seq = 42`, acme)
		return []string{"damaged record entry ?", "missing record entry acme 42"}
	},
	"statement hidden by the type of a cell": func(t *testing.T, b *built) []string {
		b.sql(t, `update entry set organization = cast(organization as blob) where organization = $1 and seq = 42`, acme)
		return []string{"damaged record entry ?", "missing record entry acme 42"}
	},
	"evidence hidden by the type of a cell": func(t *testing.T, b *built) []string {
		b.sql(t, `update filed set organization = cast(organization as blob) where organization = $1 and seq = 1`, acme)
		return []string{"damaged record filed ?", "missing record filed acme 1"}
	},
	"leaf hidden by the type of a cell": func(t *testing.T, b *built) []string {
		n, _ := b.leafOf(t, ledger.Entry, acme, "42")
		b.sql(t, `update leaf set id = cast(id as blob) where idx = $1`, n)
		return []string{"added leaf -1", fmt.Sprint("missing leaf ", n)}
	},
	"account that cannot be read": func(t *testing.T, b *built) []string {
		b.sql(t, `update account set disabled = 7 where id = 'wang'`)
		return []string{"damaged record account ?", "missing record account wang"}
	},
	"leaf whose number cannot be read": func(t *testing.T, b *built) []string {
		n, _ := b.leafOf(t, ledger.Entry, acme, "42")
		b.sql(t, `update leaf set idx = 'x' where idx = $1`, n)
		return []string{"added leaf -1", fmt.Sprint("missing leaf ", n)}
	},
}

// TestForgeries does one forgery after another, on both databases: each is
// named, by the record, leaf, tile, file or checkpoint that it was done to, or
// else only by a checkpoint from elsewhere.
func TestForgeries(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			b := build(t, engine)
			wantFaults(t, b.verify(t, b.kept))
			all := []map[string]forgery{forgeries, onSteps, onChannels}
			if engine == "sqlite" {
				all = append(all, onSQLite, onStepsOfSQLite)
			}
			for _, some := range all {
				for name, f := range some {
					t.Run(name, func(t *testing.T) { b.forge(t, f) })
				}
			}
			t.Run("limits", func(t *testing.T) { tryLimits(t, b) })
		})
	}
}

func (b *built) forge(t *testing.T, f forgery) {
	c := *b
	c.target = b.borrow(t)
	want := f(t, &c)
	wantFaults(t, c.verify(t), want...)
}

// addEntry adds a statement.
func (b *built) addEntry(t *testing.T, seq int64) {
	b.sql(t, `insert into entry (organization, about, subject, key, seq, value, stated_at, stated_by, origin, source, sure)
		select organization, about, subject, key, $1, value, stated_at, stated_by, origin, source, sure from entry where organization = $2 and seq = 42`, seq, acme)
}

// addNextEntry adds a statement under the next number.
func (b *built) addNextEntry(t *testing.T) (seq int64) {
	b.sql(t, `update organization set revision = revision + 1 where id = $1`, acme)
	b.row(t, `select revision from organization where id = $1`, []any{&seq}, acme)
	b.addEntry(t, seq)
	return seq
}

// addLeaf adds the leaf of a statement behind all others.
func (b *built) addLeaf(t *testing.T, seq int64) {
	n, _ := b.size(t)
	_, l := b.leafOf(t, ledger.Entry, acme, "42")
	l.ID, l.After = strconv.FormatInt(seq, 10), b.entryDigest(t, acme, seq)
	b.sql(t, `insert into leaf (idx, what, organization, id, after, body) values ($1, '', '', '', '', '')`, n)
	b.setLeaf(t, n, l)
}

// forgeEntry edits a statement, and its leaf so that it fits. It returns the
// number of the leaf.
func (b *built) forgeEntry(t *testing.T, seq int64) int64 {
	b.sql(t, `update entry set value = $1 where organization = $2 and seq = $3`, `{"en":"Forged","zh":"伪造"}`, acme, seq)
	n, l := b.leafOf(t, ledger.Entry, acme, strconv.FormatInt(seq, 10))
	l.After = b.entryDigest(t, acme, seq)
	b.setLeaf(t, n, l)
	return n
}

// cutTail deletes the leaves from a number on. The records that they tell of
// stay.
func (b *built) cutTail(t *testing.T, from int64) (want []string) {
	leaves, under := b.size(t)
	for n := from; n < leaves; n++ {
		if n < under {
			want = append(want, fmt.Sprint("missing leaf ", n))
			continue
		}
		var id string
		b.row(t, `select id from leaf where idx = $1`, []any{&id}, n)
		want = append(want, "added record entry acme "+id)
	}
	b.sql(t, `delete from leaf where idx >= $1`, from)
	b.sql(t, `update ledger set size = $1`, from)
	return want
}

// replace puts a copy of an object of the ledger in the place of another.
func (b *built) replace(t *testing.T, path, by string) {
	data, err := os.ReadFile(b.ledgerAt(by))
	must(t, err)
	must(t, os.WriteFile(b.ledgerAt(path), data, 0o600))
}

// link puts a link to the very same bytes in the place of an object.
func (b *built) link(t *testing.T, path string) {
	elsewhere := filepath.Join(t.TempDir(), "same")
	must(t, os.Rename(b.ledgerAt(path), elsewhere))
	must(t, os.Symlink(elsewhere, b.ledgerAt(path)))
}

// fileIn is where a file of evidence lies within the vault.
func (b *built) fileIn(n int) string {
	d := strings.TrimPrefix(b.files[n].Digest, "sha256:")
	return "files/" + d[:2] + "/" + d[2:]
}

func (b *built) fileAt(n int) string { return b.at(b.fileIn(n)) }

// file is what is said of a file of evidence.
func (b *built) file(n int, wrong string) string {
	return wrong + " file filed acme " + b.files[n].Digest
}

// rebuildTile makes the first tile of entries and of hashes from the leaves of
// the database, as they are now.
func (b *built) rebuildTile(t *testing.T, n int64) {
	if n >= ledger.TileWidth {
		t.Fatalf("leaf %d is not in the first tile", n)
	}
	rows, err := b.open(t).store.Leaves(context.Background(), 0, ledger.TileWidth)
	must(t, err)
	var entries []byte
	all := &ledger.Rebuild{}
	for _, r := range rows {
		entries = append(append(entries, byte(len(r.Body)>>8), byte(len(r.Body))), r.Body...)
		all.Add(r.Body)
	}
	hashes, _ := all.Tile("tile/0/000")
	must(t, os.WriteFile(b.ledgerAt("tile/entries/000"), entries, 0o600))
	must(t, os.WriteFile(b.ledgerAt("tile/0/000"), hashes, 0o600))
}

// signedByAnother is the newest checkpoint, signed by another key of the same
// name.
func (b *built) signedByAnother(t *testing.T) []byte {
	o := b.open(t)
	head, err := o.record.Head(context.Background())
	must(t, err)
	thief := newTarget(t, "sqlite")
	must(t, os.MkdirAll(filepath.Join(thief.home, keysFolder), 0o700))
	s, err := oneSigner(filepath.Join(thief.home, keysFolder, firstKey), func(r io.Reader) (string, error) { return ledger.GenerateKey(r, head.Origin) })
	must(t, err)
	note, err := head.Sign(s)
	must(t, err)
	return note
}
