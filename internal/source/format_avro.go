package source

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/hamba/avro/v2"
	"github.com/hamba/avro/v2/ocf"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"

	"guanji/internal/detect"
	"guanji/internal/discover"
)

// maxBlock is the largest block of an Avro file that is read, stored or
// decompressed, and the largest value in it, in bytes.
const maxBlock = 64 << 20

// decodeAvro reads the records of an Avro file as lines of JSON. Its blocks are
// read here: the library allocates whatever length a file claims (Apache Avro
// 1.12, object container files).
func decodeAvro(o *opened, r io.Reader) error {
	api := avro.Config{MaxByteSliceSize: maxBlock, MaxSliceAllocSize: maxBlock}.Freeze()
	in := avro.NewReader(r, 64<<10, avro.WithReaderConfig(api))
	var h ocf.Header
	in.ReadVal(ocf.HeaderSchema, &h)
	if in.Error != nil {
		return in.Error
	}
	schema, err := avro.ParseBytes(h.Meta["avro.schema"])
	if err != nil {
		return err
	}
	return o.document("", "avro", detect.Layout{Form: detect.Keyed}, func(w *bufio.Writer) error {
		b := avroBlocks{in: in, codec: string(h.Meta["avro.codec"]), sync: h.Sync, limit: o.limit}
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		for {
			count, data, err := b.next()
			if err != nil || count == 0 {
				return err
			}
			records := api.NewDecoder(schema, bytes.NewReader(data))
			for range count {
				var record any
				if err := records.Decode(&record); err != nil {
					return err
				}
				if err := e.Encode(record); err != nil {
					return err
				}
			}
		}
	})
}

// avroBlocks reads the blocks behind the head of an Avro file.
type avroBlocks struct {
	in    *avro.Reader
	codec string
	sync  [16]byte
	limit *limit
}

// next returns how many records a block has, and its data; 0 at the end.
func (b *avroBlocks) next() (count int64, data []byte, err error) {
	if b.in.Peek(); b.in.Error != nil {
		return 0, nil, endOf(b.in.Error)
	}
	count = b.in.ReadLong()
	size := b.in.ReadLong()
	if b.in.Error == nil && (count < 1 || size < 0) {
		return 0, nil, errShort
	}
	if size > maxBlock {
		return 0, nil, &notRead{discover.TooLarge, fmt.Sprintf("a block of %d bytes", size)}
	}
	stored := make([]byte, size)
	b.in.Read(stored)
	var sync [16]byte
	b.in.Read(sync[:])
	if b.in.Error != nil || sync != b.sync {
		return 0, nil, errShort
	}
	if data, err = b.plain(stored); err == nil {
		err = b.limit.take(len(data))
	}
	return count, data, err
}

// endOf is nil for the end of a file.
func endOf(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// plain decompresses a block.
func (b *avroBlocks) plain(stored []byte) ([]byte, error) {
	switch b.codec {
	case "", "null":
		return stored, nil
	case "deflate":
		return atMost(flate.NewReader(bytes.NewReader(stored)))
	case "zstandard":
		z, err := zstd.NewReader(bytes.NewReader(stored), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderMaxMemory(maxWindow))
		if err != nil {
			return nil, err
		}
		defer z.Close()
		return atMost(z)
	case "snappy": // and the checksum of what it was behind it
		if n, err := snappy.DecodedLen(stored); err != nil || n > maxBlock || len(stored) < crc32.Size {
			return nil, errShort
		}
		end := len(stored) - crc32.Size
		data, err := snappy.Decode(nil, stored[:end])
		if err == nil && crc32.ChecksumIEEE(data) != binary.BigEndian.Uint32(stored[end:]) {
			err = errShort
		}
		return data, err
	}
	return nil, &notRead{discover.Unknown, "compressed by " + visibleCodec(b.codec)}
}

// visibleCodec is the name of a codec that is known, and not read; the name is
// text of the file.
func visibleCodec(name string) string {
	if name == "bzip2" || name == "xz" {
		return name
	}
	return "another codec"
}

// atMost reads what is not larger than a block may be.
func atMost(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxBlock+1))
	if err == nil && len(data) > maxBlock {
		err = &notRead{discover.TooLarge, "a block"}
	}
	return data, err
}
