package record

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"

	"guanji/internal/ledger"
)

// vaultLeaves are the leaves under the newest checkpoint of the vault.
type vaultLeaves struct {
	newest   ledger.Tree     // of that checkpoint
	tree     *ledger.Rebuild // of the leaves as they were signed, as far as that is known; of the others as the vault has them
	sure     int64           // the first leaves, which are known to be as they were signed
	doubtful map[int64]bool  // tiles of the others of which it is not known
	unread   map[int64]bool  // tiles of leaves that could not be read
	loaded   int64           // the tile that was read last, for those who ask leaf by leaf
	leaves   [][]byte        // what stands in it
}

// doubt reports whether it is not known if a leaf is the one that was signed.
func (v *vaultLeaves) doubt(n int64) bool {
	return n >= v.sure && v.doubtful[n/ledger.TileWidth]
}

// roomToSpare is how many tiles of leaves may be missing before a checkpoint
// is one of a tree that is not here at all. It bounds what is rebuilt in
// memory, whatever a checkpoint says.
const roomToSpare = 4096

// newest is the tree of the largest checkpoint that is kept here and has
// leaves here. Of several of one size, it is the one that the leaves make.
func (e *examination) newest() (ledger.Tree, error) {
	tiles := map[string]bool{}
	err := e.list("tile/entries/", InTile, func(path string) error {
		full, _, _ := strings.Cut(path, ".p/")
		tiles[full] = true
		return nil
	})
	most := int64(len(tiles)+roomToSpare) * ledger.TileWidth
	for _, h := range slices.Backward(e.heads) {
		if !h.given && h.Size <= most {
			return h.Tree, err
		}
	}
	return ledger.Empty(), err
}

// readTiles reads the leaves that the vault has, as many as its newest
// checkpoint covers.
func (e *examination) readTiles() error {
	newest, err := e.newest()
	if err != nil {
		return err
	}
	e.vault = vaultLeaves{newest: newest, doubtful: map[int64]bool{}, unread: map[int64]bool{}, loaded: -1}
	raw, missing := &ledger.Rebuild{}, []ledger.EntryTile(nil)
	for _, t := range ledger.EntryTiles(newest.Size) {
		leaves, s, err := e.readEntries(t)
		if err != nil {
			return err
		}
		if s == gone {
			missing = append(missing, t)
		}
		e.vault.unread[t.First/ledger.TileWidth] = s != there
		for i := range t.Width {
			if s != there {
				raw.AddHash(ledger.Hash{})
				continue
			}
			raw.Add(leaves[i])
		}
		e.Progress(OfTiles, t.First+int64(t.Width), newest.Size)
	}
	e.missingTiles(missing)
	return e.authenticate(raw)
}

// readEntries reads a tile of leaves, and names one that cannot be read as
// such.
func (e *examination) readEntries(t ledger.EntryTile) ([][]byte, state, error) {
	data, s, err := e.get(t.Path)
	if whole, partial := strings.CutSuffix(t.Path, ".p/"+strconv.Itoa(t.Width)); s == gone && partial {
		data, s, err = e.get(whole)
	}
	if err != nil || s == gone {
		return nil, s, err
	}
	leaves, err := ledger.ParseEntries(data)
	if s == damaged || err != nil || len(leaves) < t.Width {
		e.damaged(InTile, t.Path)
		return nil, damaged, nil
	}
	return leaves[:t.Width], there, nil
}

// missingTiles names tiles of leaves that are missing, those next to each
// other together.
func (e *examination) missingTiles(all []ledger.EntryTile) {
	for _, run := range runs(all, func(a, b ledger.EntryTile) bool { return a.First+int64(a.Width) == b.First }) {
		from, to := run[0], run[len(run)-1]
		e.report.add(Fault{Wrong: Missing, Place: InTile, Name: from.Path}.words("no_tile", from.Path, from.First, to.First+int64(to.Width)-1))
	}
}

// runs splits a list where two do not belong together.
func runs[T any](all []T, together func(a, b T) bool) [][]T {
	var runs [][]T
	for i, v := range all {
		if i > 0 && together(all[i-1], v) {
			runs[len(runs)-1] = append(runs[len(runs)-1], v)
			continue
		}
		runs = append(runs, []T{v})
	}
	return runs
}

// authenticate finds out which of the leaves in the vault are those that were
// signed: all, if they make the tree of the newest checkpoint; else those with
// the hashes that the tiles of hashes have for them, where these lead to it.
func (e *examination) authenticate(raw *ledger.Rebuild) error {
	if raw.Tree(raw.Size()) == e.vault.newest {
		e.vault.tree, e.vault.sure = raw, raw.Size()
		return nil
	}
	e.vault.tree = &ledger.Rebuild{}
	for _, t := range ledger.EntryTiles(raw.Size()) {
		hashes, err := e.vault.newest.LeafHashes(t, kept{e.ctx, e.objects})
		if e.ctx.Err() != nil {
			return e.ctx.Err()
		}
		e.vault.doubtful[t.First/ledger.TileWidth] = err != nil
		e.authenticateTile(raw, t, hashes)
	}
	for _, h := range e.heads {
		if !h.given && h.Size <= raw.Size() && e.vault.tree.Tree(h.Size) == h.Tree {
			e.vault.sure = h.Size
		}
	}
	return nil
}

// authenticateTile adds the leaves of a tile as they were signed, and names
// the tile if one in it is another. Without hashes nothing is known.
func (e *examination) authenticateTile(raw *ledger.Rebuild, t ledger.EntryTile, hashes []ledger.Hash) {
	said := e.vault.unread[t.First/ledger.TileWidth]
	for i := range t.Width {
		n := t.First + int64(i)
		if hashes == nil {
			e.vault.tree.AddHash(raw.Leaf(n))
			continue
		}
		e.vault.tree.AddHash(hashes[i])
		if raw.Leaf(n) != hashes[i] && !said {
			said = true
			e.wrongTile(n)
		}
	}
}

// wrongTile names the tile of a leaf that is not the one that was signed.
func (e *examination) wrongTile(n int64) {
	path := ledger.EntryTileOf(n, e.vault.newest.Size).Path
	e.report.add(Fault{Wrong: Changed, Place: InTile, Name: path, Leaf: &n}.words("tile_leaf", path, n))
}

// keptLeaf returns a leaf as it was signed. It is not ok if the vault does not
// have it.
func (e *examination) keptLeaf(n int64) (l ledger.Leaf, ok bool, err error) {
	t := ledger.EntryTileOf(n, e.vault.newest.Size)
	if e.vault.loaded != t.First {
		if e.vault.leaves, _, err = e.readAgain(t); err != nil {
			return l, false, err
		}
		e.vault.loaded = t.First
	}
	if e.vault.leaves == nil || ledger.LeafHash(e.vault.leaves[n-t.First]) != e.vault.tree.Leaf(n) {
		return l, false, nil
	}
	l, bad := ledger.ParseLeaf(e.vault.leaves[n-t.First])
	return l, bad == nil, nil
}

// readAgain reads a tile of leaves of which what is wrong was said already.
func (e *examination) readAgain(t ledger.EntryTile) ([][]byte, state, error) {
	if e.vault.unread[t.First/ledger.TileWidth] {
		return nil, damaged, nil
	}
	return e.readEntries(t)
}

// compareTiles compares the tiles of hashes with what the leaves make. Of a
// tile and the partial ones that it grew from, the first that is wrong is
// named, or rather the one that is needed.
func (e *examination) compareTiles() error {
	want := e.vault.tree.Tiles(e.vault.tree.Size())
	missing, changed := maps.Clone(want), map[string]string{}
	err := e.list("tile/", InTile, func(path string) error {
		delete(missing, path)
		if strings.HasPrefix(path, "tile/entries/") {
			return nil
		}
		same, err := e.compareTile(path, want)
		if full, _, _ := strings.Cut(path, ".p/"); !same && (changed[full] == "" || want[path] != nil) {
			changed[full] = path
		}
		return err
	})
	for _, path := range slices.Sorted(maps.Values(changed)) {
		e.report.add(Fault{Wrong: Changed, Place: InTile, Name: path}.words("hashes", path))
	}
	for path := range missing {
		full, _, partial := strings.Cut(path, ".p/")
		if _, s, _ := e.get(full); partial && s == there || e.named[path] {
			delete(missing, path) // the full one stands for it, and was compared; or it was named already
		}
	}
	e.missingHashes(slices.Sorted(maps.Keys(want)), missing)
	return err
}

// missingHashes names tiles of hashes that are missing, those next to each
// other together.
func (e *examination) missingHashes(all []string, missing map[string][]byte) {
	is := func(path string) bool { _, ok := missing[path]; return ok }
	for _, run := range runs(all, func(a, b string) bool { return is(a) == is(b) }) {
		if is(run[0]) {
			e.report.add(Fault{Wrong: Missing, Place: InTile, Name: run[0]}.words("no_hashes", run[0], len(run)))
		}
	}
}

// doubtAt reports whether it is not known what was signed of some leaf under a
// tile of hashes. That was said already.
func (v *vaultLeaves) doubtAt(path string) bool {
	from, to, _ := ledger.TileLeaves(path)
	for t, doubtful := range v.doubtful {
		first, last := t*ledger.TileWidth, min((t+1)*ledger.TileWidth, v.tree.Size())
		if doubtful && last > v.sure && first < to && from < last {
			return true
		}
	}
	return false
}

// compareTile compares a tile of hashes, be it one that a crash left behind,
// with what the leaves under the checkpoint make, or the leaves that are not
// under one yet. One that no leaves make is named.
func (e *examination) compareTile(path string, want map[string][]byte) (same bool, err error) {
	expected, ok := want[path]
	if !ok {
		expected, ok = e.vault.tree.Tile(path)
	}
	if !ok {
		expected, ok = e.rows.tree.Tile(path)
	}
	if !ok {
		e.report.add(Fault{Wrong: Added, Place: InTile, Name: path}.words("tile_added", path))
		return true, nil
	}
	data, s, err := e.get(path)
	return s == there && bytes.Equal(data, expected) || e.vault.doubtAt(path), err
}
