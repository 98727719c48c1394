package main

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"guanji/internal/problem"
	"guanji/internal/vault"
)

// TestAbandonedUploads has a server run for more than a week.
func TestAbandonedUploads(t *testing.T) {
	v, err := vault.Open(vault.Config{Dir: t.TempDir()})
	must(t, err)
	id, err := v.Begin(t.Context(), vault.Upload{Name: "a.zip", Size: 3, Owner: "ann", Organization: "a", Created: time.Now()})
	must(t, err)
	begun := time.Now() // by the clock of the disk
	var log bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		start := time.Now()
		now := func() time.Time { return begun.Add(time.Since(start)) }
		go keepSweeping(ctx, v, now, slog.New(slog.NewTextHandler(&log, nil)))
		time.Sleep(abandonedAfter - sweepEvery)
		synctest.Wait()
		if _, err := v.Upload(ctx, id); err != nil {
			t.Errorf("within a week: %v", err)
		}
		time.Sleep(2 * sweepEvery)
		synctest.Wait()
		if _, err := v.Upload(ctx, id); problem.KindOf(err) != problem.NotFound {
			t.Errorf("after a week: %v", err)
		}
		must(t, v.Close())
		time.Sleep(sweepEvery)
		synctest.Wait()
		stop()
	})
	if n := strings.Count(log.String(), "cannot give up abandoned uploads"); n != 1 {
		t.Errorf("a vault that cannot be read is told of %d times, want once: %s", n, log.String())
	}
}
