package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"testing"

	"guanji/internal/problem"
)

// naive is the Merkle Tree Hash as RFC 6962, section 2.1 defines it, and says
// nothing of how a log keeps it.
func naive(leaves [][]byte) [32]byte {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, leaves[0]...))
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	left, right := naive(leaves[:k]), naive(leaves[k:])
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// TestRoots compares trees of many sizes with the definition.
func TestRoots(t *testing.T) {
	var all [][]byte
	r, kept, grown := &Rebuild{}, memory{}, Empty()
	for n := range 600 {
		if size := int64(n); r.Tree(size).Root != naive(all) || grown != r.Tree(size) {
			t.Fatalf("the root of %d leaves is not as RFC 6962 has it", n)
		}
		all = append(all, leaf(t, int64(n)))
		r.Add(all[n])
		g, err := Grow(grown, kept, all[n:])
		if err != nil {
			t.Fatal(err)
		}
		kept.keep(g)
		grown = g.Tree
	}
}

// TestRootsOfOthers compares with the roots that the tests of Certificate
// Transparency have for their eight leaves.
func TestRootsOfOthers(t *testing.T) {
	r := &Rebuild{}
	for i, tt := range [][2]string{
		{"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
		{"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
		{"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
		{"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
		{"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
		{"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
		{"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
		{"606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
	} {
		r.Add(unhex(t, tt[0]))
		if root := r.Tree(int64(i + 1)).Root; hex.EncodeToString(root[:]) != tt[1] {
			t.Errorf("%d leaves: %x, want %s", i+1, root, tt[1])
		}
	}
}

// TestTilesAsSpecified holds the tiles to C2SP tlog-tiles: its examples of a
// tree of 70,000 leaves and of one of 256, and the hashes in them.
func TestTilesAsSpecified(t *testing.T) {
	const size = 70_000
	r := &Rebuild{}
	var all [][]byte
	for n := range int64(size) {
		all = append(all, binary.BigEndian.AppendUint64(nil, uint64(n)))
		r.Add(all[n])
	}
	tiles := r.Tiles(size)
	widths := map[string]int{}
	for path, data := range tiles {
		level, _, _ := strings.Cut(strings.TrimPrefix(path, "tile/"), "/")
		if len(data) == 256*32 {
			widths[level+" full"]++
		} else {
			widths[path] = len(data) / 32
		}
	}
	want := map[string]int{"0 full": 273, "tile/0/273.p/112": 112, "1 full": 1, "tile/1/001.p/17": 17, "tile/2/000.p/1": 1}
	if !maps.Equal(widths, want) {
		t.Errorf("tiles %v, want %v", widths, want)
	}
	for path, tt := range map[string]struct{ from, to, each int }{
		"tile/0/000": {0, 256, 1}, "tile/0/273.p/112": {69_888, 70_000, 1}, "tile/1/000": {0, 65_536, 256}, "tile/1/001.p/17": {65_536, 69_888, 256}, "tile/2/000.p/1": {0, 65_536, 65_536},
	} {
		var want []byte
		for n := tt.from; n < tt.to; n += tt.each {
			h := naive(all[n : n+tt.each])
			want = append(want, h[:]...)
		}
		if !bytes.Equal(tiles[path], want) {
			t.Errorf("%s is not what is specified", path)
		}
		if got, ok := r.Tile(path); !ok || !bytes.Equal(got, want) {
			t.Errorf("%s by its path: %d bytes, %v", path, len(got), ok)
		}
		if from, to, ok := TileLeaves(path); from != int64(tt.from) || to != int64(tt.to) || !ok {
			t.Errorf("%s stands for %d to %d, %v; want %d to %d", path, from, to, ok, tt.from, tt.to)
		}
	}
	small := slices.Sorted(maps.Keys(r.Tiles(256)))
	if !slices.Equal(small, []string{"tile/0/000", "tile/1/000.p/1"}) {
		t.Errorf("a tree of 256 has the tiles %q", small)
	}
	if got := len(r.Tiles(0)); got != 0 {
		t.Errorf("an empty tree has %d tiles", got)
	}
}

// TestNoSuchTile asks for tiles that nothing can have, or that reach beyond.
func TestNoSuchTile(t *testing.T) {
	r := &Rebuild{}
	for n := range int64(300) {
		r.Add(leaf(t, n))
	}
	for _, path := range []string{"", "tile/", "tile/0", "tile/0/", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/-1", "tile/0/000.p/01", "tile/0/000.p/1/2", "tile/0/0", "tile/0/0000",
		"tile/0/001", "tile/0/001.p/45", "tile/0/-01", "tile/0/x000/000", "tile/00/000", "tile/-1/000", "tile/8/000", "tile/63/000", "tile/64/000", "tile/data/000", "tile/entries/000", "tile/1/000",
		"tile/0/x999/x999/x999/x999/x999/x999/999", "tile/9223372036854775807/000", "checkpoints/001", "tile/0/x001/001.p/1", " tile/0/000", "tile/0/000 "} {
		if data, ok := r.Tile(path); ok {
			t.Errorf("%q is a tile of %d bytes", path, len(data))
		}
	}
	for path, width := range map[string]int{"tile/0/000": 256, "tile/0/000.p/1": 1, "tile/0/001.p/44": 44, "tile/1/000.p/1": 1} {
		if data, ok := r.Tile(path); !ok || len(data) != width*32 {
			t.Errorf("%s: %d bytes, %v", path, len(data), ok)
		}
	}
}

// TestPathsAsSpecified has the example of C2SP tlog-tiles, and the paths of
// checkpoints, which no specification has.
func TestPathsAsSpecified(t *testing.T) {
	for n, want := range map[int64]string{
		0:                   "tile/entries/000.p/1",
		255:                 "tile/entries/000",
		256:                 "tile/entries/001.p/1",
		1234067*256 + 255:   "tile/entries/x001/x234/067",
		1234067*256 + 7:     "tile/entries/x001/x234/067.p/8",
		999*256 + 255:       "tile/entries/999",
		1000*256 + 255:      "tile/entries/x001/000",
		1<<62 - 1:           "tile/entries/x018/x014/x398/x509/x481/983",
		(1<<62 - 1) - 1<<61: "tile/entries/x009/x007/x199/x254/x740/991",
	} {
		got := EntryTileOf(n, n+1)
		if got.Path != want || got.First != n/256*256 || got.Width != int(n%256)+1 {
			t.Errorf("leaf %d is in %+v, want %s", n, got, want)
		}
	}
	for size, want := range map[int64]string{0: "checkpoints/000", 7: "checkpoints/007", 1_000: "checkpoints/x001/000", 1_234_067: "checkpoints/x001/x234/067", 1e15: "checkpoints/x001/x000/x000/x000/x000/000"} {
		if got := CheckpointPath(size); got != want {
			t.Errorf("the checkpoint of %d is at %s, want %s", size, got, want)
		}
	}
}

// TestEntriesAsSpecified writes entry bundles by hand: a length in 16 bits,
// big-endian, before each entry.
func TestEntriesAsSpecified(t *testing.T) {
	long := bytes.Repeat([]byte("x"), MaxLeaf)
	for name, tt := range map[string]struct {
		leaves [][]byte
		want   string
	}{
		"none":    {nil, ""},
		"one":     {[][]byte{[]byte("ab")}, "\x00\x02ab"},
		"empty":   {[][]byte{{}, []byte("c")}, "\x00\x00\x00\x01c"},
		"longest": {[][]byte{long}, "\xff\xff" + string(long)},
	} {
		data := encodeEntries(tt.leaves)
		if string(data) != tt.want {
			t.Errorf("%s: %q", name, data)
		}
		again, err := ParseEntries(data)
		if err != nil || len(again) != len(tt.leaves) || string(bytes.Join(again, nil)) != string(bytes.Join(tt.leaves, nil)) {
			t.Errorf("%s is read as %d leaves, %v", name, len(again), err)
		}
	}
	for name, data := range map[string]string{
		"half a length":   "\x00",
		"too short":       "\x00\x03ab",
		"bytes behind":    "\x00\x02abc",
		"more than 256":   strings.Repeat("\x00\x00", 257),
		"length and none": "\xff\xff",
	} {
		if leaves, err := ParseEntries([]byte(data)); problem.KindOf(err) != problem.Input {
			t.Errorf("%s: %d leaves, %v", name, len(leaves), err)
		}
	}
	if leaves, err := ParseEntries([]byte(strings.Repeat("\x00\x00", 256))); err != nil || len(leaves) != 256 {
		t.Errorf("a full bundle: %d leaves, %v", len(leaves), err)
	}
}
