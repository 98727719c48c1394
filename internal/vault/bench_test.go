package vault

import (
	"fmt"
	"io"
	"iter"
	"testing"
)

// tiles gives n tiles of a size under paths of the ledger, new ones for each
// round.
func tiles(round, n, size int) iter.Seq2[string, []byte] {
	data := bytesOf(round, size)
	return func(yield func(string, []byte) bool) {
		for i := range n {
			if !yield(fmt.Sprintf("tile/%d/x%03d/%03d", round, i/1000, i%1000), data) {
				return
			}
		}
	}
}

// BenchmarkPutAll puts 4,000 tiles of 8 KiB: a million leaves.
func BenchmarkPutAll(b *testing.B) {
	v := open(b, b.TempDir())
	const n = 4000
	round := 0
	for b.Loop() {
		must(b, v.PutAll(b.Context(), tiles(round, n, 8<<10)))
		round++
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "tiles/s")
}

// BenchmarkPutAllAgain puts 4,000 tiles that are there already, as after a
// crash.
func BenchmarkPutAllAgain(b *testing.B) {
	v := open(b, b.TempDir())
	const n = 4000
	must(b, v.PutAll(b.Context(), tiles(0, n, 8<<10)))
	for b.Loop() {
		must(b, v.PutAll(b.Context(), tiles(0, n, 8<<10)))
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "tiles/s")
}

// BenchmarkPut puts tiles one by one.
func BenchmarkPut(b *testing.B) {
	v := open(b, b.TempDir())
	data := bytesOf(1, 8<<10)
	i := 0
	for b.Loop() {
		must(b, v.Put(b.Context(), fmt.Sprintf("tile/0/x%03d/%03d", i/1000%1000, i%1000), data))
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tiles/s")
}

// BenchmarkKeep streams a file of 2 GiB in.
func BenchmarkKeep(b *testing.B) {
	const size = 2 << 30
	b.SetBytes(size)
	v := open(b, b.TempDir())
	for b.Loop() {
		_, err := v.Keep(b.Context(), io.LimitReader(zeros{}, size), size)
		must(b, err)
	}
}

// BenchmarkCheck reads a file of 256 MiB again.
func BenchmarkCheck(b *testing.B) {
	const size = 256 << 20
	b.SetBytes(size)
	v := open(b, b.TempDir())
	f, err := v.Keep(b.Context(), io.LimitReader(zeros{}, size), size)
	must(b, err)
	for b.Loop() {
		must(b, v.Check(b.Context(), f.Digest, size))
	}
}

// BenchmarkWrite appends steps of 8 MiB to an upload, each synced.
func BenchmarkWrite(b *testing.B) {
	const step = 8 << 20
	b.SetBytes(step)
	v := open(b, b.TempDir())
	id, err := v.Begin(b.Context(), upload(16<<30))
	must(b, err)
	at := int64(0)
	for b.Loop() {
		at, err = v.Write(b.Context(), id, at, io.LimitReader(zeros{}, step))
		must(b, err)
	}
}
