package ledger

import (
	"encoding/binary"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// height is that of the tiles of C2SP tlog-tiles: 256 hashes in one.
const height = 8

// TileWidth is how many leaves stand in a full tile.
const TileWidth = 1 << height

// path returns where C2SP tlog-tiles has a tile of hashes:
// tile/<level>/<number>[.p/<width>].
func path(t tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(t.Path(), "tile/"+strconv.Itoa(height)+"/")
}

// parsePath reads what [path] writes. It is not ok for what is none, or has a
// level that nothing can reach.
func parsePath(path string) (t tlog.Tile, ok bool) {
	rest, ok := strings.CutPrefix(path, "tile/")
	t, err := tlog.ParseTilePath("tile/" + strconv.Itoa(height) + "/" + rest)
	return t, ok && err == nil && t.L >= 0 && t.L < 62/height
}

// entriesPath returns where C2SP tlog-tiles has the leaves under a tile of
// level 0.
func entriesPath(t tlog.Tile) string {
	t.L = -1
	return "tile/entries/" + strings.TrimPrefix(t.Path(), "tile/"+strconv.Itoa(height)+"/data/")
}

// CheckpointPath returns where the checkpoint of a size is kept: checkpoints/
// and the size in groups of three digits.
func CheckpointPath(size int64) string {
	t := tlog.Tile{H: height, L: 0, N: size, W: TileWidth}
	return "checkpoints/" + strings.TrimPrefix(path(t), "tile/0/")
}

// full returns the tile with all that belongs into it.
func full(t tlog.Tile) tlog.Tile {
	t.W = TileWidth
	return t
}

// tilesOf returns the tiles of level 0 that hold the leaves from old up to
// size, as they are in a tree of that size.
func tilesOf(old, size int64) []tlog.Tile {
	var tiles []tlog.Tile
	for n := old / TileWidth; n*TileWidth < size; n++ {
		tiles = append(tiles, tlog.Tile{H: height, L: 0, N: n, W: int(min(TileWidth, size-n*TileWidth))})
	}
	return tiles
}

// encodeEntries returns leaves as a tile of entries: each with its length in
// 16 bits before it.
func encodeEntries(leaves [][]byte) []byte {
	var b []byte
	for _, l := range leaves {
		b = binary.BigEndian.AppendUint16(b, uint16(len(l)))
		b = append(b, l...)
	}
	return b
}

// ParseEntries reads a tile of entries. It holds at most [TileWidth].
func ParseEntries(data []byte) ([][]byte, error) {
	var leaves [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(leaves) == TileWidth {
			return nil, malformed("entries")
		}
		n := int(binary.BigEndian.Uint16(data))
		if len(data) < 2+n {
			return nil, malformed("entries")
		}
		leaves = append(leaves, data[2:2+n:2+n])
		data = data[2+n:]
	}
	return leaves, nil
}
