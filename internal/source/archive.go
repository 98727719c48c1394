package source

import (
	"archive/tar"
	"bufio"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/bodgit/sevenzip"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"golang.org/x/text/encoding/simplifiedchinese"

	"guanji/internal/discover"
)

// maxWindow is how much memory a decompressor may ask for, where its library can
// be told.
const maxWindow = 64 << 20

// decompressed reads what is in a compressed file. Its name is that of the
// file, with the first ending of a list that it has exchanged: ".tgz>.tar".
func (o *opened) decompressed(r io.Reader, endings ...string) error {
	name := o.name[strings.LastIndexByte(o.name, '/')+1:]
	for _, e := range endings {
		from, to, _ := strings.Cut(e, ">")
		if strings.HasSuffix(strings.ToLower(name), from) {
			name = name[:len(name)-len(from)] + to
			break
		}
	}
	return o.inner(name, limited{r, o.limit})
}

func decodeGzip(o *opened, r io.Reader) error {
	z, err := gzip.NewReader(r)
	if err != nil {
		return err
	}
	defer z.Close()
	return o.decompressed(z, ".tgz>.tar", ".gz>")
}

func decodeBzip2(o *opened, r io.Reader) error {
	return o.decompressed(bzip2.NewReader(r), ".tbz2>.tar", ".tbz>.tar", ".bz2>")
}

func decodeXZ(o *opened, r io.Reader) error {
	b := bufio.NewReader(r)
	if head, _ := b.Peek(xzHead); dictionary(head) > maxWindow { // an error comes again when it is read
		return &notRead{discover.TooLarge, "its dictionary"}
	}
	z, err := xz.NewReader(b)
	if err != nil {
		return err
	}
	return o.decompressed(z, ".txz>.tar", ".xz>")
}

// xzHead is how much of an xz file is looked at for its dictionary.
const xzHead = 12 + 1024

// dictionary is how large a dictionary the first block of an xz file asks for, 0
// if it cannot be told (The .xz File Format 1.2, 3.1 and 5.3.1). The library
// takes as much as it is asked for.
func dictionary(head []byte) uint64 {
	const stream, lzma2 = 12, 0x21
	if len(head) < stream+3 {
		return 0
	}
	flags, rest := head[stream+1], head[stream+2:]
	for mask := byte(0x40); mask != 0; mask <<= 1 { // the sizes of the block, where it has them
		if flags&mask != 0 {
			_, n := binary.Uvarint(rest)
			rest = rest[max(n, 0):]
		}
	}
	for range flags&3 + 1 {
		id, n := binary.Uvarint(rest)
		rest = rest[max(n, 0):]
		size, m := binary.Uvarint(rest)
		if n <= 0 || m <= 0 || size > uint64(len(rest)-m) {
			return 0
		}
		if rest = rest[m:]; id == lzma2 && size == 1 && rest[0] <= 40 {
			return uint64(2|rest[0]&1) << (rest[0]/2 + 11)
		}
		rest = rest[size:]
	}
	return 0
}

func decodeZstd(o *opened, r io.Reader) error {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(maxWindow))
	if err != nil {
		return err
	}
	defer z.Close()
	return o.decompressed(z, ".tzst>.tar", ".zst>", ".zstd>")
}

func decodeTar(o *opened, r io.Reader) error {
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch h.Typeflag {
		case tar.TypeReg, tar.TypeGNUSparse:
			if err := o.inner(h.Name, limited{t, o.limit}); err != nil {
				return err
			}
		case tar.TypeDir:
		default:
			o.skipped(h.Name, discover.Special, "")
		}
	}
}

func decodeZip(o *opened, at io.ReaderAt, size int64) error {
	z, err := zip.NewReader(at, size)
	if err != nil {
		return err
	}
	z.RegisterDecompressor(zip.Deflate, func(r io.Reader) io.ReadCloser { return flate.NewReader(r) })
	z.RegisterDecompressor(zstd.ZipMethodWinZip, zstd.ZipDecompressor(zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true)))
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		if err := o.zipped(f); err != nil {
			return err
		}
	}
	return nil
}

// zipped reads one file of a zip.
func (o *opened) zipped(f *zip.File) error {
	name := zipName(f)
	if f.Flags&1 != 0 {
		o.skipped(name, discover.Encrypted, "")
		return nil
	}
	r, err := f.Open()
	if err != nil {
		why := discover.Damaged
		if errors.Is(err, zip.ErrAlgorithm) {
			why = discover.Unknown
		}
		o.skipped(name, why, fmt.Sprintf("compressed by method %d", f.Method))
		return nil
	}
	defer r.Close()
	return o.inner(name, limited{r, o.limit})
}

// zipName is the name of a file in a zip: those that Windows writes in Chinese
// are GBK and do not say so.
func zipName(f *zip.File) string {
	if !f.NonUTF8 || utf8.ValidString(f.Name) {
		return f.Name
	}
	if name, err := simplifiedchinese.GB18030.NewDecoder().String(f.Name); err == nil {
		return name
	}
	return f.Name
}

// encrypted7z says whether an error is that of a file for which a password is
// needed. It can come as late as at the first read.
func encrypted7z(err error) bool {
	e, ok := errors.AsType[*sevenzip.ReadError](err)
	return ok && e.Encrypted
}

// from7z reads a file of a 7z.
type from7z struct{ io.Reader }

func (f from7z) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if encrypted7z(err) {
		err = &notRead{discover.Encrypted, ""}
	}
	return n, err
}

func decode7z(o *opened, at io.ReaderAt, size int64) error {
	z, err := sevenzip.NewReader(at, size)
	if err != nil {
		if encrypted7z(err) {
			return &notRead{discover.Encrypted, ""}
		}
		return err
	}
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		r, err := f.Open()
		if err != nil {
			why := discover.Damaged
			if encrypted7z(err) {
				why = discover.Encrypted
			}
			o.skipped(f.Name, why, reasonOf(err).detail)
			continue
		}
		err = o.inner(f.Name, limited{from7z{r}, o.limit})
		r.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
