package ledger

import "golang.org/x/mod/sumdb/tlog"

// A Rebuild makes a tree from its leaves alone, to be compared with what is
// kept of it. It takes 64 bytes of memory for a leaf.
type Rebuild struct {
	hashes []Hash // stored hashes in their order
	size   int64
}

// Add adds the next leaf.
func (r *Rebuild) Add(leaf []byte) { r.AddHash(LeafHash(leaf)) }

// AddHash adds the next leaf by its hash.
func (r *Rebuild) AddHash(leaf Hash) {
	hashes, err := tlog.StoredHashesForRecordHash(r.size, leaf, r)
	if err != nil {
		panic(err) // every hash asked for is there
	}
	r.hashes = append(r.hashes, hashes...)
	r.size++
}

// ReadHashes implements [tlog.HashReader].
func (r *Rebuild) ReadHashes(indexes []int64) ([]Hash, error) {
	hashes := make([]Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = r.hashes[index]
	}
	return hashes, nil
}

// Size is how many leaves there are.
func (r *Rebuild) Size() int64 { return r.size }

// Leaf returns the hash of a leaf.
func (r *Rebuild) Leaf(n int64) Hash { return r.hashes[tlog.StoredHashIndex(0, n)] }

// Tree returns the tree of the first leaves.
func (r *Rebuild) Tree(size int64) Tree {
	root, err := tlog.TreeHash(size, r)
	if err != nil {
		panic(err) // every hash asked for is there
	}
	return Tree{size, root}
}

// Tiles returns where the tiles of the tree of the first leaves are kept, with
// what must stand there. Of tiles that are not full, the one of that size is
// meant.
func (r *Rebuild) Tiles(size int64) map[string][]byte {
	all := map[string][]byte{}
	for _, t := range tlog.NewTiles(height, 0, size) {
		data, err := tlog.ReadTileData(t, r)
		if err != nil {
			panic(err) // every hash asked for is there
		}
		all[path(t)] = data
	}
	return all
}

// Tile returns what must stand in the tile of hashes at a path, whole or
// partial. It is not ok if no such tile can have that path, or if it has room
// for more leaves than there are.
func (r *Rebuild) Tile(path string) (data []byte, ok bool) {
	t, ok := parsePath(path)
	if !ok {
		return nil, false
	}
	if width := r.size >> (height * t.L); t.N > width/TileWidth || t.N*TileWidth+int64(t.W) > width {
		return nil, false
	}
	data, err := tlog.ReadTileData(t, r)
	return data, err == nil
}

// TileLeaves returns which leaves stand under the tile of hashes at a path: from
// one up to another, that excluded. It is not ok for what is no such path.
func TileLeaves(path string) (from, to int64, ok bool) {
	t, ok := parsePath(path)
	if !ok || t.N >= 1<<(62-height*(t.L+1)) {
		return 0, 0, false
	}
	from = t.N << (height * (t.L + 1))
	return from, from + int64(t.W)<<(height*t.L), true
}

// LeafHash returns the hash of a leaf.
func LeafHash(leaf []byte) Hash { return tlog.RecordHash(leaf) }

// An EntryTile is where leaves are kept.
type EntryTile struct {
	Path  string
	First int64 // number of the first leaf in it
	Width int
}

// EntryTiles returns where the leaves of a tree of a size are kept.
func EntryTiles(size int64) []EntryTile {
	var all []EntryTile
	for _, t := range tilesOf(0, size) {
		all = append(all, EntryTile{entriesPath(t), t.N * TileWidth, t.W})
	}
	return all
}

// EntryTileOf returns where the tile with a leaf of a tree of a size is kept.
func EntryTileOf(n, size int64) EntryTile {
	t := tilesOf(n, min(size, (n/TileWidth+1)*TileWidth))[0]
	return EntryTile{entriesPath(t), t.N * TileWidth, t.W}
}
