package vault

import (
	"cmp"
	"context"
	"crypto/sha256"
	"io"
	"iter"
	"math"
	"os"
	"path"
	"strings"

	"guanji/internal/problem"
)

// roomEvery is after how many bytes written the room on the disk is looked at.
const roomEvery = 16 << 20

// bufferSize is how many bytes are copied at once.
const bufferSize = 256 << 10

// A File is a file that is kept.
type File struct {
	Digest string `json:"digest"` // "sha256:" and 64 hexadecimal digits in lower case
	Size   int64  `json:"size"`   // bytes
}

// Keep keeps all that r gives, under its digest. The same file twice is kept
// once; a copy that was changed in the vault is mended by it. Keep fails with
// [problem.Input] for more than limit bytes, and with the error of r if r
// fails: then nothing is left behind. A crash leaves a file in tmp/, which Open
// removes, or the file under its digest, which nobody was told of.
func (v *Vault) Keep(ctx context.Context, r io.Reader, limit int64) (File, error) {
	t, err := v.disk.temp()
	if err != nil {
		return File{}, v.failed(err, filesFolder)
	}
	defer t.discard()
	file, err := v.fill(ctx, t, r, limit)
	if err != nil {
		return File{}, err
	}
	if err := v.keepAs(t.name, file); err != nil {
		return File{}, err
	}
	return file, nil
}

// fill writes a temp and seals it.
func (v *Vault) fill(ctx context.Context, t *temp, r io.Reader, limit int64) (File, error) {
	sum := sha256.New()
	most := min(max(0, limit), math.MaxInt64-1)
	n, err := v.pour(ctx, t, io.TeeReader(io.LimitReader(r, most+1), sum), filesFolder)
	switch {
	case err != nil:
		return File{}, err
	case n > most:
		return File{}, problem.New(problem.Input, "vault.large_file", inBytes(most))
	}
	if err := t.seal(); err != nil {
		return File{}, v.failed(err, filesFolder)
	}
	return File{Digest: digestOf(sum.Sum(nil)), Size: n}, nil
}

// keepAs moves a synced file to where its digest has it. The bytes are known
// to have that digest, so what is already there is equal, or was changed.
func (v *Vault) keepAs(from string, f File) error {
	name, err := fileName(f.Digest)
	if err != nil {
		return err
	}
	if err := v.disk.folder(path.Dir(name)); err != nil {
		return v.failed(err, path.Dir(name))
	}
	return v.failed(v.disk.move(from, name), name)
}

// pour copies r to w. Errors of r and ctx come back as they are, those of w in
// words; name is what is written, for those.
func (v *Vault) pour(ctx context.Context, w io.Writer, r io.Reader, name string) (int64, error) {
	return io.CopyBuffer(&sink{v: v, w: w, name: name}, &spring{ctx, r}, make([]byte, bufferSize))
}

// A spring reads until the context ends.
type spring struct {
	ctx context.Context
	r   io.Reader
}

func (s *spring) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// A sink writes while there is room on the disk.
type sink struct {
	v      *Vault
	w      io.Writer
	name   string
	looked int64 // bytes that may be written before the next look
}

func (s *sink) Write(p []byte) (int, error) {
	if s.looked -= int64(len(p)); s.looked < 0 {
		if err := s.v.room(int64(len(p))); err != nil {
			return 0, err
		}
		s.looked = roomEvery
	}
	n, err := s.w.Write(p)
	return n, s.v.failed(err, s.name)
}

// room fails with [problem.Refused] unless the disk has that many bytes free
// besides the reserve.
func (v *Vault) room(need int64) error {
	f, err := v.disk.root.Open(".")
	if err != nil {
		return v.failed(err, "")
	}
	defer f.Close()
	left, known := free(f)
	if known && left-v.cfg.Reserve < need {
		return problem.New(problem.Refused, "vault.no_room", v.dir, inBytes(left), inBytes(need), inBytes(v.cfg.Reserve))
	}
	return nil
}

// OpenFile opens a kept file for reading, and tells its size in bytes. The
// content is not compared with the digest: see [Vault.Check]. It fails with a
// [Damage], or with [problem.Input] for what is no digest.
func (v *Vault) OpenFile(ctx context.Context, digest string) (io.ReadSeekCloser, int64, error) {
	name, err := fileName(digest)
	if err := cmp.Or(ctx.Err(), err); err != nil {
		return nil, 0, err
	}
	f, info, err := v.disk.open(name, os.O_RDONLY)
	if err != nil {
		return nil, 0, v.damage(err, name)
	}
	return f, info.Size(), nil
}

// Check reads a kept file and compares it with its digest and size. It fails
// with a [Damage] that says whether the file is missing, changed, unreadable
// or strange.
func (v *Vault) Check(ctx context.Context, digest string, size int64) error {
	name, err := fileName(digest)
	if err != nil {
		return err
	}
	f, info, err := v.disk.open(name, os.O_RDONLY)
	if err != nil {
		return v.damage(err, name)
	}
	defer f.Close()
	if info.Size() != size {
		return v.changed(name)
	}
	switch got, err := hash(ctx, f); {
	case err != nil:
		return v.damage(err, name)
	case got.Digest != digest || got.Size != size:
		return v.changed(name)
	}
	return nil
}

func hash(ctx context.Context, r io.Reader) (File, error) {
	sum := sha256.New()
	n, err := io.CopyBuffer(sum, &spring{ctx, r}, make([]byte, bufferSize))
	return File{Digest: digestOf(sum.Sum(nil)), Size: n}, err
}

// Files gives the digest of every file that is kept, sorted. What lies among
// them and is none, such as a link or a name that is no digest, comes as its
// path below the folder of files, with a [Damage] that is [Strange], and the
// walk goes on; after another error it ends.
func (v *Vault) Files(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for name, err := range v.disk.walk(filesFolder, filesFolder+"/") {
			shown, ok := digestAt(name)
			if err != nil || !ok {
				shown = strings.TrimPrefix(name, filesFolder+"/")
			}
			if err == nil && !ok {
				err = errStrange
			}
			if !v.give(ctx, shown, name, err, yield) {
				return
			}
		}
	}
}
