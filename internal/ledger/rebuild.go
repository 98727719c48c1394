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
