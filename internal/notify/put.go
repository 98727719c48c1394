package notify

import (
	"context"
	"errors"
	"os"
	"path/filepath"
)

// Folders puts files into folders, such as one on another machine. What was
// there of the same name gives way, whole or not at all. The zero value is
// ready.
type Folders struct{ queues queues }

// Put puts a file into a folder, which must be there.
func (f *Folders) Put(ctx context.Context, folder, name string, data []byte) error {
	err := f.queues.do(ctx, folder, func() error { return replace(folder, name, data) })
	if err != nil && ctx.Err() == nil {
		return unwritten(err)
	}
	return err
}

func replace(folder, name string, data []byte) error {
	file, err := os.CreateTemp(folder, "."+name+"-*")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Chmod(0o644), file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), filepath.Join(folder, name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
