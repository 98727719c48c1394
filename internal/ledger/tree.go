package ledger

import (
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"guanji/internal/problem"
)

// A Hash is that of a leaf or of a tree.
type Hash = tlog.Hash

// A Tree is the head of a tree: how many leaves, and the hash over them.
type Tree struct {
	Size int64
	Root Hash
}

// Empty is the tree without leaves, whose hash is that of nothing.
func Empty() Tree {
	root, _ := tlog.TreeHash(0, nil) // never fails for size 0
	return Tree{Root: root}
}

// Objects reads what is kept of a ledger.
type Objects interface {
	// Object returns what is kept at a path. It fails with [problem.NotFound].
	Object(path string) ([]byte, error)
}

// An Object is bytes to be kept at a path.
type Object struct {
	Path string
	Data []byte
}

// Growth is what makes a larger tree of one that is kept.
type Growth struct {
	Tree    Tree
	Objects []Object // to be kept before a checkpoint of the tree is signed
	Full    []string // folders of partial tiles that full ones among Objects stand for
}

// Grow adds leaves to a tree that is kept. What is kept is read only as far as
// it belongs to the tree: it is checked against the root, whoever changed it.
func Grow(old Tree, kept Objects, leaves [][]byte) (Growth, error) {
	tiles := &tileReader{kept: kept}
	before := tlog.TileHashReader(tlog.Tree{N: old.Size, Hash: old.Root}, tiles)
	grown := map[int64]Hash{}
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]Hash, error) { return readOver(grown, before, indexes) })
	size := old.Size
	for _, leaf := range leaves {
		hashes, err := tlog.StoredHashes(size, leaf, reader)
		if err != nil {
			return Growth{}, damaged(err)
		}
		at := tlog.StoredHashIndex(0, size)
		for i, h := range hashes {
			grown[at+int64(i)] = h
		}
		size++
	}
	root, err := tlog.TreeHash(size, reader)
	if err != nil {
		return Growth{}, damaged(err)
	}
	g := Growth{Tree: Tree{size, root}}
	if err := g.tiles(old.Size, reader); err != nil {
		return Growth{}, err
	}
	return g, g.entries(old, kept, before, leaves)
}

// damaged says that what is kept of the ledger does not belong to its tree.
func damaged(err error) error { return problem.New(problem.Refused, "ledger.damaged").Because(err) }

// readOver reads hashes that were made just now, and others from what is kept.
func readOver(grown map[int64]Hash, before tlog.HashReader, indexes []int64) ([]Hash, error) {
	hashes := make([]Hash, len(indexes))
	var rest []int64
	var at []int
	for i, index := range indexes {
		h, ok := grown[index]
		if !ok {
			rest, at = append(rest, index), append(at, i)
		}
		hashes[i] = h
	}
	if len(rest) == 0 {
		return hashes, nil
	}
	read, err := before.ReadHashes(rest)
	if err != nil {
		return nil, err
	}
	for i, h := range read {
		hashes[at[i]] = h
	}
	return hashes, nil
}

// tiles adds the tiles of hashes that are new.
func (g *Growth) tiles(old int64, reader tlog.HashReader) error {
	for _, t := range tlog.NewTiles(height, old, g.Tree.Size) {
		data, err := tlog.ReadTileData(t, reader)
		if err != nil {
			return damaged(err)
		}
		g.add(t.W, path(t), data)
	}
	return nil
}

// add adds an object, and the folder of partial tiles that it stands for.
func (g *Growth) add(width int, path string, data []byte) {
	g.Objects = append(g.Objects, Object{path, data})
	if width == TileWidth {
		g.Full = append(g.Full, path+".p")
	}
}

// entries adds the tiles of leaves that are new. The leaves of a tile that was
// begun before are read from what is kept.
func (g *Growth) entries(old Tree, kept Objects, before tlog.HashReader, leaves [][]byte) error {
	begun, err := begunEntries(old, kept, before)
	if err != nil {
		return err
	}
	all := slices.Concat(begun, leaves)
	for _, t := range tilesOf(old.Size, g.Tree.Size) {
		g.add(t.W, entriesPath(t), encodeEntries(all[:t.W]))
		all = all[t.W:]
	}
	return nil
}

// begunEntries returns the leaves of the last tile of a tree, if that is not
// full, checked against the tree.
func begunEntries(old Tree, kept Objects, before tlog.HashReader) ([][]byte, error) {
	if old.Size%TileWidth == 0 {
		return nil, nil
	}
	last := tilesOf(old.Size, old.Size)[0]
	leaves, err := readEntries(kept, last)
	if err != nil {
		return nil, err
	}
	indexes := make([]int64, last.W)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, last.N*TileWidth+int64(i))
	}
	hashes, err := before.ReadHashes(indexes)
	if err != nil {
		return nil, damaged(err)
	}
	for i, h := range hashes {
		if tlog.RecordHash(leaves[i]) != h {
			return nil, problem.New(problem.Refused, "ledger.damaged_leaf", last.N*TileWidth+int64(i))
		}
	}
	return leaves, nil
}

// readEntries reads the leaves under a tile, from the full one where the
// partial one is not kept.
func readEntries(kept Objects, t tlog.Tile) ([][]byte, error) {
	data, err := kept.Object(entriesPath(t))
	if problem.KindOf(err) == problem.NotFound && t.W < TileWidth {
		data, err = kept.Object(entriesPath(full(t)))
	}
	if err != nil {
		return nil, err
	}
	leaves, err := ParseEntries(data)
	if err != nil {
		return nil, err
	}
	if len(leaves) < t.W {
		return nil, malformed("entries")
	}
	return leaves[:t.W], nil
}

// tileReader reads tiles for package tlog, which checks them.
type tileReader struct{ kept Objects }

func (*tileReader) Height() int { return height }

func (*tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(tiles))
	for i, t := range tiles {
		data, err := r.kept.Object(path(t))
		if problem.KindOf(err) == problem.NotFound && t.W < TileWidth {
			data, err = r.kept.Object(path(full(t)))
		}
		if err != nil {
			return nil, err
		}
		if want := t.W * tlog.HashSize; len(data) >= want {
			data = data[:want] // a shorter one is found out by tlog
		}
		all[i] = data
	}
	return all, nil
}

// Reader returns what reads the hashes of a tree that is kept, each checked
// against the root.
func Reader(t Tree, kept Objects) tlog.HashReader {
	return tlog.TileHashReader(tlog.Tree{N: t.Size, Hash: t.Root}, &tileReader{kept})
}

// Leaf returns one leaf of a tree that is kept, checked against the root. It
// fails with [problem.NotFound] for a number that the tree does not have.
func (t Tree) Leaf(n int64, kept Objects) ([]byte, error) {
	if n < 0 || n >= t.Size {
		return nil, problem.New(problem.NotFound, "ledger.no_leaf", n, t.Size)
	}
	tile := tilesOf(n, min(t.Size, (n/TileWidth+1)*TileWidth))[0]
	leaves, err := readEntries(kept, tile)
	if err != nil {
		return nil, err
	}
	leaf := leaves[n%TileWidth]
	hashes, err := Reader(t, kept).ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
	if err != nil {
		return nil, damaged(err)
	}
	if hashes[0] != tlog.RecordHash(leaf) {
		return nil, problem.New(problem.Refused, "ledger.damaged_leaf", n)
	}
	return leaf, nil
}

// LeafHashes returns the hashes of the leaves of an entry tile of a tree that
// is kept, as they were signed: read from the tiles of hashes, and checked
// against the root.
func (t Tree) LeafHashes(e EntryTile, kept Objects) ([]Hash, error) {
	indexes := make([]int64, e.Width)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, e.First+int64(i))
	}
	hashes, err := Reader(t, kept).ReadHashes(indexes)
	if err != nil {
		return nil, damaged(err)
	}
	return hashes, nil
}

// Prove returns the proof that a leaf is in a tree that is kept.
func (t Tree) Prove(n int64, kept Objects) ([]Hash, error) {
	if n < 0 || n >= t.Size {
		return nil, problem.New(problem.NotFound, "ledger.no_leaf", n, t.Size)
	}
	p, err := tlog.ProveRecord(t.Size, n, Reader(t, kept))
	if err != nil {
		return nil, damaged(err)
	}
	return p, nil
}

// Check reports whether a proof shows that a leaf is number n of the tree.
func (t Tree) Check(n int64, leaf []byte, proof []Hash) bool {
	return tlog.CheckRecord(proof, t.Size, t.Root, n, tlog.RecordHash(leaf)) == nil
}
