package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"iter"
	mrand "math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"guanji/internal/ledger"
	"guanji/internal/org"
	"guanji/internal/record"
	"guanji/internal/standing"
	"guanji/internal/store"
	"guanji/internal/vault"
)

// million measures what is made of many leaves.
func (b benchmark) million(ctx context.Context, leaves int) {
	dir, err := os.MkdirTemp(b.folder, "million-")
	must(err)
	defer os.RemoveAll(dir)
	s, err := store.Open(ctx, filepath.Join(dir, "guanji.db"))
	must(err)
	defer s.Close()
	r := service(dir, s)
	fmt.Printf("| what, of %d leaves, SQLite and a folder | time | a second |\n|---|---:|---:|\n", leaves)
	took("statements stated, 1,000 in a transaction", leaves, func() { fill(ctx, s, leaves) })
	took("tiles and a checkpoint made", leaves, func() { _, err := r.Publish(ctx); must(err) })
	const proofs = 1000
	took(fmt.Sprintf("%d proofs made, of leaves by chance", proofs), proofs, func() {
		for range proofs {
			_, err := r.Prove(ctx, mrand.Int64N(int64(leaves)))
			must(err)
		}
	})
	p, err := r.Prove(ctx, int64(leaves/2))
	must(err)
	took(fmt.Sprintf("%d proofs checked, with the key alone", proofs), proofs, func() {
		for range proofs {
			_, _, err := p.Verify(r.Keys)
			must(err)
		}
	})
	took("everything verified: tree, database, vault", leaves, func() {
		report, err := r.Verify(ctx, record.Verifying{})
		must(err)
		if !report.Whole() {
			must(fmt.Errorf("not whole: %v", report.Faults[0]))
		}
	})
	one := median(101, func(i int) {
		_, err := s.Append(ctx, "o", false, []standing.Change{change(leaves + i)}, author, time.Now())
		must(err)
		_, err = r.Publish(ctx)
		must(err)
	})
	fmt.Printf("| one more statement, stated and put under a signed checkpoint, the median of 101 | %v | |\n\n", one.Round(10*time.Microsecond))
}

func took(what string, n int, f func()) {
	start := time.Now()
	f()
	d := time.Since(start)
	fmt.Printf("| %s | %v | %.0f |\n", what, d.Round(time.Millisecond), float64(n)/d.Seconds())
}

// objects is a vault without files of evidence.
type objects struct{ *vault.Vault }

func (objects) Files(context.Context) iter.Seq2[ledger.File, error] {
	return func(func(ledger.File, error) bool) {}
}

func service(dir string, s *store.Store) *record.Service {
	v, err := vault.Open(vault.Config{Dir: filepath.Join(dir, "vault")})
	must(err)
	secret, err := ledger.GenerateKey(rand.Reader, "guanji/bench")
	must(err)
	signer, err := ledger.NewSigner(secret, rand.Reader)
	must(err)
	keys, err := ledger.ParseKeys([]byte(signer.Public()))
	must(err)
	return record.New(record.Config{Store: s, Objects: objects{v}, Signers: []*ledger.Signer{signer}, Keys: keys, Now: time.Now})
}

func change(i int) standing.Change {
	return standing.Change{Ref: standing.Ref{About: org.AboutSystem, Subject: fmt.Sprint("s", i), Key: standing.KeyName},
		Value: json.RawMessage(`{"en":"Core banking","zh":"核心业务系统"}`)}
}

// fill states so much that there are that many leaves, in organizations of
// 10,000 statements.
func fill(ctx context.Context, s *store.Store, leaves int) {
	const together, each = 1000, 10_000
	for start := 0; start < leaves-1; start += together {
		organization := fmt.Sprintf("o%04d", start/each)
		changes := make([]standing.Change, min(together, leaves-1-start))
		for i := range changes {
			changes[i] = change(start + i)
		}
		_, err := s.Append(ctx, organization, start%each == 0, changes, author, time.Now())
		must(err)
	}
	_, err := s.Append(ctx, "o", true, nil, author, time.Now())
	must(err)
}
