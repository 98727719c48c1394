package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guanji/internal/ledger"
	"guanji/internal/record"
)

// limits are what somebody does who holds everything: database, vault and, some
// of them, the key. Each says what is named without a checkpoint from
// elsewhere, and what with the one that somebody kept.
var limits = map[string]func(t *testing.T, b *built) (inside, outside []string){
	"everything put back to a copy": func(t *testing.T, b *built) (inside, outside []string) {
		b.dataFrom(t, b.earlier)
		b.vaultFrom(t, b.earlier)
		return nil, []string{"forked checkpoint kept"}
	},
	"everything put back to a copy, and worked on": func(t *testing.T, b *built) (inside, outside []string) {
		b.dataFrom(t, b.earlier)
		b.vaultFrom(t, b.earlier)
		o := b.open(t)
		o.state(t, acme, false, systems(1, 400)...)
		o.close()
		b.publish(t)
		return nil, []string{"forked checkpoint kept"}
	},
	"vault put back to a copy": func(t *testing.T, b *built) (inside, outside []string) {
		b.vaultFrom(t, b.earlier)
		lost := []string{b.file(1, "missing")} // what was signed meanwhile is lost, the history is not: the database still has it
		return lost, lost
	},
	"statement rewritten, and everything signed again": func(t *testing.T, b *built) (inside, outside []string) {
		b.forgeEntry(t, 42)
		b.resign(t)
		return nil, []string{"forked checkpoint kept"}
	},
	"statement removed without a trace, and everything signed again": func(t *testing.T, b *built) (inside, outside []string) {
		b.forgetAll(t)
		b.resign(t)
		return nil, []string{"forked checkpoint kept"}
	},
	"everything signed again with another key, told from the first leaf on": func(t *testing.T, b *built) (inside, outside []string) {
		old := b.open(t).record.Signers[0].ID()
		must(t, os.Remove(filepath.Join(b.home, keysFolder, firstKey)))
		s := b.open(t).record.Signers[0]
		n, l := b.leafOf(t, ledger.Key, "", old)
		l.ID, l.About, l.After = s.ID(), s.ID(), ledger.Digest("key", s.Public())
		b.setLeaf(t, n, l)
		b.resign(t)
		return nil, []string{"unsigned checkpoint kept"}
	},
	// What is not signed yet, and what is added in due form, is as if the
	// program had written it: nothing tells them apart.
	"statement rewritten that was not signed yet": func(t *testing.T, b *built) (inside, outside []string) {
		b.forgeEntry(t, b.statements(t))
		return nil, nil
	},
	"step rewritten, and everything signed again": func(t *testing.T, b *built) (inside, outside []string) {
		b.forgeStep(t, 6)
		b.resign(t)
		return nil, []string{"forked checkpoint kept"}
	},
	"step added with a leaf, and the size raised": func(t *testing.T, b *built) (inside, outside []string) {
		b.addStep(t, 9)
		b.addStepLeaf(t, 9)
		b.sql(t, `update ledger set size = size + 1`)
		return nil, nil
	},
	"job planted": forgeJobs,
	"statement added with a leaf, and the size raised": func(t *testing.T, b *built) (inside, outside []string) {
		b.addLeaf(t, b.addNextEntry(t))
		b.sql(t, `update ledger set size = size + 1`)
		return nil, nil
	},
}

// tryLimits holds what verifying can see from inside, and what it takes a
// checkpoint from elsewhere for: as docs/threat-model.md has it.
func tryLimits(t *testing.T, b *built) {
	for name, f := range limits {
		t.Run(name, func(t *testing.T) {
			c := *b
			c.target = b.borrow(t)
			inside, outside := f(t, &c)
			wantFaults(t, c.verify(t), inside...)
			wantFaults(t, c.verify(t, c.kept), outside...)
		})
	}
	t.Run("two histories", func(t *testing.T) { twoHistories(t, b) })
}

// twoHistories runs a home and a copy of it: each is whole by itself, and the
// checkpoints of the other give it away.
func twoHistories(t *testing.T, b *built) {
	copied := b.copy(t)
	o := copied.open(t)
	o.state(t, acme, false, systems(1, 7)...)
	theirs := record.Given{Name: "theirs", Note: copied.publish(t).Note}
	mine := b.borrow(t)
	o = mine.open(t)
	o.state(t, acme, false, systems(20, 50)...)
	ours := record.Given{Name: "ours", Note: mine.publish(t).Note}
	wantFaults(t, mine.verify(t, ours, b.kept))
	wantFaults(t, copied.verify(t, theirs, b.kept))
	wantFaults(t, mine.verify(t, theirs), "forked checkpoint theirs")
	wantFaults(t, copied.verify(t, ours), "forked checkpoint ours")
}

// statements is how many statements there are about the organization.
func (b *built) statements(t *testing.T) (n int64) {
	b.row(t, `select revision from organization where id = $1`, []any{&n}, acme)
	return n
}

// forgetAll removes the last signed statement and its leaf, and moves up what
// comes after it.
func (b *built) forgetAll(t *testing.T) {
	last := b.statements(t)
	n, _ := b.leafOf(t, ledger.Entry, acme, fmt.Sprint(last))
	b.sql(t, `delete from entry where organization = $1 and seq = $2`, acme, last)
	b.sql(t, `update organization set revision = revision - 1 where id = $1`, acme)
	b.sql(t, `delete from leaf where idx = $1`, n)
	b.sql(t, `update ledger set size = size - 1`)
	b.forgeEntry(t, 300) // and something under the checkpoint that was kept
}

// TestVerifyCommand verifies from the command line: it ends with the code for
// what needs action, and names what was forged inside and what only a
// checkpoint from elsewhere shows.
func TestVerifyCommand(t *testing.T) {
	b := build(t, "sqlite")
	kept := filepath.Join(t.TempDir(), "kept.checkpoint")
	must(t, os.WriteFile(kept, b.kept.Note, 0o600))
	b.forgeEntry(t, 300)
	b.resign(t)
	b.sql(t, `update entry set value = '{}' where organization = $1 and seq = 42`, acme)
	code, out, errs := call(t, "zh_CN.UTF-8", "", "ledger", "verify", "--home", b.home, "--checkpoint", kept)
	if code != exitFound {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
	for _, want := range []string{"42", acme, kept, "另一段历史", "被改动"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q:\n%s", want, out)
		}
	}
}
