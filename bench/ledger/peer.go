package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

// entry is as large as a leaf of ours.
var entry = []byte(strings.Repeat("x", 300))

// tessera is the peer, with a time after which a batch is written that is not
// full, and the size of a full one. An entry is acknowledged when the future of
// Add says so: then it is on the disk and in the tree.
func (b benchmark) tessera(age time.Duration, size uint) func(context.Context) appender {
	return func(ctx context.Context) appender {
		ctx, stop := context.WithCancel(ctx)
		dir, err := os.MkdirTemp(b.folder, "tessera-")
		must(err)
		key, _, err := note.GenerateKey(rand.Reader, "bench")
		must(err)
		signer, err := note.NewSigner(key)
		must(err)
		driver, err := posix.New(ctx, posix.Config{Path: dir})
		must(err)
		a, shutdown, _, err := tessera.NewAppender(ctx, driver, tessera.NewAppendOptions().WithCheckpointSigner(signer).
			WithBatching(size, age).WithCheckpointInterval(time.Second).WithPushback(1<<20))
		must(err)
		return appender{name: fmt.Sprintf("Tessera, POSIX, batches of %d or %v", size, age), add: func(_, n int) error {
			futures := make([]tessera.IndexFuture, n)
			for i := range futures {
				futures[i] = a.Add(ctx, tessera.NewEntry(entry))
			}
			for _, f := range futures {
				if _, err := f(); err != nil {
					return err
				}
			}
			return nil
		}, done: func() {
			must(shutdown(ctx))
			stop()
			time.Sleep(100 * time.Millisecond) // what it does beside must end before the folder goes
			must(os.RemoveAll(dir))
		}}
	}
}
