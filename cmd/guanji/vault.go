package main

import (
	"context"
	"io"
	"iter"

	"guanji/internal/filing"
	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/vault"
)

// vaultFolder is the vault within the home.
const vaultFolder = "vault"

// objects is the vault as the ledger uses it: whatever is there and is not what
// it should be is a conflict.
type objects struct{ *vault.Vault }

func (o objects) Get(ctx context.Context, path string) ([]byte, error) {
	data, err := o.Vault.Get(ctx, path)
	return data, conflict(err)
}

func (o objects) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for path, err := range o.Vault.List(ctx, prefix) {
			if !yield(path, conflict(err)) {
				return
			}
		}
	}
}

func (o objects) Check(ctx context.Context, digest string, size int64) error {
	return conflict(o.Vault.Check(ctx, digest, size))
}

// Files tells sizes besides digests. What is gone by then is left out.
func (o objects) Files(ctx context.Context) iter.Seq2[ledger.File, error] {
	return func(yield func(ledger.File, error) bool) {
		for digest, err := range o.Vault.Files(ctx) {
			var size int64
			if err == nil {
				size, err = files(o).Has(ctx, digest)
			}
			switch vault.FaultOf(err) {
			case vault.Missing:
				continue
			case vault.Strange:
				err = conflict(err)
			}
			if !yield(ledger.File{Digest: digest, Size: size}, err) {
				return
			}
		}
	}
}

func conflict(err error) error {
	if f := vault.FaultOf(err); f != "" && f != vault.Missing {
		return problem.New(problem.Conflict, "ledger.not_as_kept").Because(err)
	}
	return err
}

// files is the vault as evidence uses it.
type files struct{ *vault.Vault }

func (f files) Has(ctx context.Context, digest string) (int64, error) {
	file, size, err := f.OpenFile(ctx, digest)
	if err != nil {
		return 0, err
	}
	return size, file.Close()
}

func (f files) Open(ctx context.Context, digest string) (io.ReadSeekCloser, error) {
	file, _, err := f.OpenFile(ctx, digest)
	return file, err
}

func (f files) Keep(ctx context.Context, r io.Reader, limit int64) (string, int64, error) {
	kept, err := f.Vault.Keep(ctx, r, limit)
	return kept.Digest, kept.Size, err
}

func (f files) Begin(ctx context.Context, u filing.Upload) (string, error) {
	return f.Vault.Begin(ctx, vault.Upload{Name: u.Name, Size: u.Size, Owner: u.Owner, Organization: u.Organization, Created: u.Created})
}

func (f files) Upload(ctx context.Context, id string) (filing.Upload, error) {
	u, err := f.Vault.Upload(ctx, id)
	return underWay(u), err
}

func (f files) Uploads(ctx context.Context, owner string) ([]filing.Upload, error) {
	var list []filing.Upload
	all, err := f.Vault.Uploads(ctx, owner)
	for _, u := range all {
		list = append(list, underWay(u))
	}
	return list, err
}

func underWay(u vault.Upload) filing.Upload {
	return filing.Upload{ID: u.ID, Name: u.Name, Size: u.Size, Offset: u.Offset, Owner: u.Owner, Organization: u.Organization, Created: u.Created}
}

func (f files) Finish(ctx context.Context, id string) (string, int64, error) {
	kept, err := f.Vault.Finish(ctx, id)
	return kept.Digest, kept.Size, err
}
