package main

import (
	"log/slog"
	"testing"
	"time"

	"guanji/internal/problem"
	"guanji/internal/vault"
)

// TestAbandonedUploads has a server run for more than a week.
func TestAbandonedUploads(t *testing.T) {
	home := t.TempDir()
	now := time.Now() // by the clock of the disk
	p := &program{out: t.Output(), errs: t.Output(), getenv: func(string) string { return "" }, now: func() time.Time { return now }}
	in, err := p.open(t.Context(), home)
	must(t, err)
	defer in.close()
	id, err := in.vault.Begin(t.Context(), vault.Upload{Name: "a.zip", Size: 3, Owner: "ann", Organization: "a", Created: now})
	must(t, err)
	must(t, in.store.Queue(t.Context(), recurring(now)...))
	worker := p.worker(in, home, slog.New(slog.DiscardHandler))
	for range int(abandonedAfter/sweepEvery) - 1 {
		now = now.Add(sweepEvery)
		must(t, worker.Drain(t.Context()))
	}
	if _, err := in.vault.Upload(t.Context(), id); err != nil {
		t.Errorf("within a week: %v", err)
	}
	now = now.Add(2 * sweepEvery)
	must(t, worker.Drain(t.Context()))
	if _, err := in.vault.Upload(t.Context(), id); problem.KindOf(err) != problem.NotFound {
		t.Errorf("after a week: %v", err)
	}
}
