package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"guanji/internal/ledger"
	"guanji/internal/org"
	"guanji/internal/record"
)

// TestHonestIsWhole has several write and several publish at once, by
// different programs, and verify meanwhile: nothing is ever wrong.
func TestHonestIsWhole(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			s := newTarget(t, engine)
			first, second := s.open(t), s.open(t)
			first.people(t)
			first.state(t, acme, true, stating(org.AboutOrganization, "organization", "name", `{"en":"Acme","zh":"甲"}`))
			var all sync.WaitGroup
			for n, o := range []*opened{first, second, first} {
				all.Go(func() {
					for i := range 8 {
						o.state(t, acme, false, systems(100*n+10*i, 100*n+10*i+25)...)
					}
				})
				all.Go(func() {
					for range 8 {
						if _, err := o.record.Publish(context.Background()); err != nil {
							t.Error(err)
						}
					}
				})
			}
			all.Go(func() {
				for range 3 {
					r, err := second.record.Verify(context.Background(), record.Verifying{})
					if err != nil {
						t.Error(err)
						return
					}
					wantFaults(t, r)
				}
			})
			all.Wait()
			kept := record.Given{Name: "kept", Note: s.publish(t).Note}
			r := s.verify(t, kept)
			wantFaults(t, r)
			if r.Size != r.Under || r.Records[ledger.Entry] != 3*8*26+1 {
				t.Errorf("%d of %d leaves signed, %d statements", r.Under, r.Size, r.Records[ledger.Entry])
			}
		})
	}
}

// TestUpgradedIsWhole upgrades a database from before there was a ledger, with
// data in it.
func TestUpgradedIsWhole(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			s := newTarget(t, engine)
			s.sql(t, `create table migration (version bigint primary key, name text not null, applied_at bigint not null)`)
			for n, name := range []string{"0001_people", "0002_standing"} {
				file, err := os.ReadFile(filepath.Join("../../internal/store/migrations", engine, name+".sql"))
				must(t, err)
				for _, statement := range slices.DeleteFunc(strings.Split(string(file), ";\n"), func(s string) bool { return strings.TrimSpace(s) == "" }) {
					s.sql(t, statement)
				}
				s.sql(t, `insert into migration (version, name, applied_at) values ($1, $2, 1)`, n+1, name)
			}
			s.sql(t, `insert into account (id, name, name_key, role, password, disabled, lang, created_at) values ('li', 'Li Wei', 'li wei', 'administrator', 'x', false, 'zh', 1)`)
			s.sql(t, `insert into pass (digest, kind, account, label, scopes, created_at, seen_at, expires_at) values ('d', 'token', 'li', 'x', 7, 1, 1, 2)`)
			s.sql(t, `insert into organization (id, revision, created_at) values ('acme', 300, 1)`)
			var rows []string
			for n := range 300 {
				rows = append(rows, fmt.Sprintf(`('acme', 'system', 's%d', 'name', %d, null, 1, 'a', 'asked', '', 'stated')`, n%200, n+1))
			}
			s.sql(t, `insert into entry (organization, about, subject, key, seq, value, stated_at, stated_by, origin, source, sure) values `+strings.Join(rows, ","))
			wantFaults(t, s.verify(t)) // before anything is signed
			kept := record.Given{Name: "kept", Note: s.publish(t).Note}
			o := s.open(t)
			o.state(t, acme, false, systems(1, 60)...)
			o.close()
			wantFaults(t, s.verify(t, kept)) // partly signed
			s.publish(t)
			r := s.verify(t, kept)
			wantFaults(t, r)
			if r.Size != 300+2+1+60 || r.Under != r.Size {
				t.Errorf("%d of %d leaves are signed", r.Under, r.Size)
			}
			s.sql(t, `update entry set source = 'forged' where seq = 7`)
			wantFaults(t, s.verify(t, kept), "changed record entry acme 7")
		})
	}
}

// TestSecondKeyIsWhole adds the key of SM2 to an installation under way.
func TestSecondKeyIsWhole(t *testing.T) {
	s := newTarget(t, "sqlite")
	o := s.open(t)
	o.state(t, acme, true, systems(1, 10)...)
	kept := record.Given{Name: "kept", Note: s.publish(t).Note}
	_, err := oneSigner(filepath.Join(s.home, keysFolder, secondKey), func(r io.Reader) (string, error) { return ledger.GenerateSM2(r, o.record.Signers[0].Name()) })
	must(t, err)
	must(t, s.open(t).record.Begin(context.Background()))
	wantFaults(t, s.verify(t, kept))
	o.state(t, acme, false, systems(1, 10)...)
	signed := s.publish(t)
	r := s.verify(t, kept)
	if wantFaults(t, r); len(r.Keys) != 2 || len(signed.Keys) != 2 {
		t.Errorf("keys %q, of which %q signed", r.Keys, signed.Keys)
	}
}
