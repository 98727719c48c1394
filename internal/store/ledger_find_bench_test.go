package store

import (
	"math"
	"path/filepath"
	"testing"

	"guanji/internal/ledger"
	"guanji/internal/record"
)

// million makes an SQLite database with a million leaves: half of them about
// passes, the newest among them, the others statements and evidence of 100
// organizations.
func million(b *testing.B) *Store {
	b.Helper()
	s, err := Open(b.Context(), filepath.Join(b.TempDir(), "million.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	for _, q := range []string{`with recursive n(i) as (select 0 union all select i + 1 from n where i < 99)
		insert into organization (id, revision, created_at) select 'organization-' || i, 1, 1 from n`,
		`with recursive n(i) as (select 1000 union all select i + 1 from n where i < 1000999)
		insert into leaf (idx, what, organization, id, after, body)
		select i, case when i > 500000 then 'pass' when i % 50 = 0 then 'filed' else 'entry' end, case when i > 500000 then '' else 'organization-' || (i % 100) end, i / 100, '',
			'{"at":"2026-03-02T04:00:00Z","by":"Lin","what":"entry","id":"' || i || '","padding":"' || hex(zeroblob(60)) || '"}' from n`,
		`insert into leaf (idx, what, organization, id, after, body) values (5, 'key', '', 'k', '', '{}')`} {
		if err := s.write(b.Context(), func(x executor) error { _, err := x.exec(b.Context(), q); return err }); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

// BenchmarkFindLeaves finds a page of leaves among a million.
func BenchmarkFindLeaves(b *testing.B) {
	s := million(b)
	page := func(q record.Search) record.Search { q.Before, q.Limit = math.MaxInt64, 51; return q }
	for name, q := range map[string]record.Search{
		"all":                    page(record.Search{}),
		"not of people":          page(record.Search{Kinds: []ledger.What{ledger.Entry, ledger.Filed, ledger.Witness, ledger.Key}}),
		"kind":                   page(record.Search{Kinds: []ledger.What{ledger.Entry}}),
		"rare kind":              page(record.Search{Kinds: []ledger.What{ledger.Key}}),
		"organization":           page(record.Search{Organization: "organization-7"}),
		"kind and organization":  page(record.Search{Kinds: []ledger.What{ledger.Filed}, Organization: "organization-50"}),
		"neither has any":        page(record.Search{Kinds: []ledger.What{ledger.Filed}, Organization: "organization-7"}),
		"id":                     page(record.Search{ID: "1234"}),
		"id of nothing":          page(record.Search{ID: "none"}),
		"id, kind, organization": page(record.Search{Kinds: []ledger.What{ledger.Entry}, Organization: "organization-7", ID: "1234"}),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.FindLeaves(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("count", func(b *testing.B) {
		for b.Loop() {
			if n, err := s.CountLeaves(b.Context(), 1000, 1000+8192); err != nil || n != 8192 {
				b.Fatal(n, err)
			}
		}
	})
}
