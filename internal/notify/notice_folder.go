package notify

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"guanji/internal/problem"
	"guanji/internal/respond"
)

// byFolder writes a notice as a file, whole or not at all. One that is there was
// given before. The folder must be there.
func (n *notices) byFolder(ctx context.Context, c respond.Channel, m respond.Message) error {
	name := filepath.Join(c.Address, "notice-"+idOf(m)+".txt")
	return n.folders.do(ctx, c.Address, func() error { return writeNotice(name, []byte(textOf(m, maxText))) })
}

func writeNotice(name string, data []byte) error {
	err := writeOnce(name, data)
	if !errors.Is(err, fs.ErrExist) {
		if err != nil {
			return unwritten(err)
		}
		return nil
	}
	if at, err := os.Lstat(name); err != nil || !at.Mode().IsRegular() {
		return problem.New(problem.Unavailable, "notify.folder_taken")
	}
	return nil
}

// queues let one thing at a time be done with each folder. A folder of another
// machine may hang, and nothing ends that: what waits for it is left behind when
// its time is up, once for each folder and not at every attempt.
type queues struct {
	mu    sync.Mutex
	ready map[string]chan struct{} // holds one thing while a folder is free
}

// do does f in its turn, or returns the error of the context that ended before.
func (q *queues) do(ctx context.Context, folder string, f func() error) error {
	free := q.of(folder)
	select {
	case <-free:
	case <-ctx.Done():
		return ctx.Err()
	}
	result := make(chan error, 1)
	go func() {
		defer func() { free <- struct{}{} }()
		result <- f()
	}()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (q *queues) of(folder string) chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ready == nil {
		q.ready = map[string]chan struct{}{}
	}
	if q.ready[folder] == nil {
		q.ready[folder] = make(chan struct{}, 1)
		q.ready[folder] <- struct{}{}
	}
	return q.ready[folder]
}
