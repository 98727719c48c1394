package record

import (
	"maps"
	"slices"
	"strconv"

	"guanji/internal/ledger"
)

// rowLeaves are the leaves of the database.
type rowLeaves struct {
	says   int64          // how many the database says to have
	next   int64          // the number of the leaf that comes next
	tree   ledger.Rebuild // of the leaves up to the first gap that nobody can fill
	torn   bool           // there was such a gap
	differ []int64        // leaves that the vault has otherwise, and it is not known which was signed
}

// readRows reads the database: the leaves, which are compared with those of
// the vault and with every checkpoint, and then the records.
func (e *examination) readRows(store Store) error {
	compared := false
	afterLeaves := func() error {
		if compared {
			return nil
		}
		compared = true
		return e.compare()
	}
	err := store.Examine(e.ctx, Examiner{
		Size: func(n int64) error { e.rows.says = n; return nil },
		Leaf: e.row,
		Record: func(r ledger.Record) error {
			if err := afterLeaves(); err != nil {
				return err
			}
			return e.record(r)
		},
		Organization: e.organization,
	})
	if err == nil {
		err = afterLeaves()
	}
	if err != nil {
		return err
	}
	e.leftOver()
	return nil
}

// maxLeaves is more than any database has, and a number that can be counted
// with.
const maxLeaves = 1 << 48

// row takes one leaf of the database.
func (e *examination) row(r Row) error {
	n := r.Number
	far := n > e.rows.next && n >= max(e.rows.says, e.vault.newest.Size) // further than the database says to reach
	if n < e.rows.next || n > maxLeaves || far {
		f := Fault{Wrong: Added, Place: InLeaf, Name: strconv.FormatInt(n, 10)}
		if n == -1 { // see [Examiner]
			e.report.add(f.words("no_such_row"))
		} else {
			e.report.add(f.words("extra_leaf", n))
		}
		return nil
	}
	if err := e.gap(n); err != nil {
		return err
	}
	e.rows.next = n + 1
	if !e.rows.torn {
		e.rows.tree.Add(r.Body)
	}
	e.report.Size++
	e.Progress(OfLeaves, e.report.Size, e.rows.says)
	return e.leaf(r)
}

// gap says that the leaves from the next one up to another are missing.
func (e *examination) gap(to int64) error {
	signed := e.vault.newest.Size
	for n := e.rows.next; n < min(to, signed); n++ {
		e.rows.tree.AddHash(e.vault.tree.Leaf(n))
		if err := e.missingLeaf(n); err != nil {
			return err
		}
	}
	if from := max(e.rows.next, signed); from < to {
		e.rows.torn = true
		e.report.add(Fault{Wrong: Missing, Place: InLeaf, Name: strconv.FormatInt(from, 10), Leaf: &from}.words("no_leaves", from, to-1))
	}
	e.rows.next = max(to, e.rows.next)
	return nil
}

// missingLeaf says that the database has not a leaf that is under a
// checkpoint.
func (e *examination) missingLeaf(n int64) error {
	l, ok, err := e.keptLeaf(n)
	switch {
	case err != nil:
		return err
	case !ok:
		e.report.add(Fault{Wrong: Missing, Place: InLeaf, Name: strconv.FormatInt(n, 10), Leaf: &n}.words("no_leaf_anywhere", n))
		return nil
	}
	e.report.add(ofLeaf(Missing, n, l).words("no_leaf", n, named(l.What, l.ID, l.Organization), l.By))
	e.follow(n, l)
	return nil
}

// leaf compares a leaf of the database with the one of the vault, and with the
// columns beside it.
func (e *examination) leaf(r Row) error {
	n := r.Number
	if n < e.vault.tree.Size() && e.vault.tree.Leaf(n) != ledger.LeafHash(r.Body) {
		if !e.vault.doubt(n) {
			return e.changedLeaf(r)
		}
		e.rows.differ = append(e.rows.differ, n)
	}
	l, err := ledger.ParseLeaf(r.Body)
	if err != nil {
		e.report.add(Fault{Wrong: Damaged, Place: InLeaf, Name: strconv.FormatInt(n, 10), Leaf: &n}.words("bad_leaf", n))
		e.believe(r)
		return nil
	}
	if l.What != r.What || l.Organization != r.Organization || l.ID != r.ID || l.After != r.After {
		e.report.add(ofLeaf(Changed, n, l).words("leaf_columns", n))
	}
	e.follow(n, l)
	return nil
}

// changedLeaf says that a leaf is not the one that was signed, which counts
// from here on.
func (e *examination) changedLeaf(r Row) error {
	n := r.Number
	l, ok, err := e.keptLeaf(n)
	switch {
	case err != nil:
		return err
	case !ok:
		e.report.add(Fault{Wrong: Changed, Place: InLeaf, Name: strconv.FormatInt(n, 10), Leaf: &n}.words("leaf_unknown", n))
		e.believe(r)
		return nil
	}
	e.report.add(ofLeaf(Changed, n, l).words("leaf", n, named(l.What, l.ID, l.Organization), l.By))
	e.follow(n, l)
	return nil
}

// believe takes what a leaf said from the columns beside it, where nothing else
// is left of it: the leaf was named, the record need not be.
func (e *examination) believe(r Row) {
	e.last[recordKey{r.What, r.Organization, r.ID}] = told{after: r.After, number: r.Number}
}

// follow remembers what the newest leaf about a record says, and that it says
// what the one before it ended with.
func (e *examination) follow(n int64, l ledger.Leaf) {
	k := recordKey{l.What, l.Organization, l.ID}
	was, known := e.last[k]
	if known && l.Before != was.after {
		e.report.add(ofLeaf(Changed, n, l).words("chain", n, was.number))
	}
	e.last[k] = told{after: l.After, about: l.About, by: l.By, number: n}
}

// compare compares the leaves of both sides with every checkpoint, and the
// tiles with the leaves.
func (e *examination) compare() error {
	read := e.rows.next
	if err := e.gap(e.vault.newest.Size); err != nil {
		return err
	}
	if e.rows.says != read {
		e.report.add(Fault{Wrong: Changed, Place: InDatabase, Name: "size"}.words("size", e.rows.says, e.report.Size))
	}
	e.settle()
	e.compareHeads()
	e.compareKeys()
	return e.compareTiles()
}

// settle says which side is wrong where it is not known yet: the vault, if the
// leaves of the database make the tree that was signed; else both.
func (e *examination) settle() {
	if e.vault.sure == e.vault.tree.Size() {
		return
	}
	mixed := &ledger.Rebuild{}
	for n := range e.vault.tree.Size() {
		side := e.vault.tree
		if e.vault.doubt(n) && n < e.rows.tree.Size() {
			side = &e.rows.tree
		}
		mixed.AddHash(side.Leaf(n))
	}
	if mixed.Tree(mixed.Size()) == e.vault.newest {
		e.vault.tree, e.vault.sure = mixed, mixed.Size()
		e.wrongTiles()
		return
	}
	e.neither()
}

// wrongTiles names the tiles with leaves that the database has as they were
// signed, and the vault has not.
func (e *examination) wrongTiles() {
	named := map[int64]bool{}
	for _, n := range e.rows.differ {
		tile := n / ledger.TileWidth
		if !named[tile] && !e.vault.unread[tile] {
			e.wrongTile(n)
		}
		named[tile] = true
	}
}

// neither names leaves that are on neither side what was signed, and the
// stretches in which such must be, though both sides agree on them.
func (e *examination) neither() {
	for _, n := range e.rows.differ {
		if !e.vault.unread[n/ledger.TileWidth] {
			e.report.add(Fault{Wrong: Changed, Place: InLeaf, Name: strconv.FormatInt(n, 10), Leaf: &n}.words("neither", n))
		}
	}
	var tiles []int64
	for _, t := range slices.Sorted(maps.Keys(e.vault.doubtful)) {
		if last := min((t+1)*ledger.TileWidth, e.vault.tree.Size()) - 1; e.vault.doubt(last) {
			tiles = append(tiles, t)
		}
	}
	for _, run := range runs(tiles, func(a, b int64) bool { return a+1 == b }) {
		first := max(run[0]*ledger.TileWidth, e.vault.sure)
		last := min((run[len(run)-1]+1)*ledger.TileWidth, e.vault.tree.Size()) - 1
		path := ledger.EntryTileOf(first, e.vault.tree.Size()).Path
		e.report.add(Fault{Wrong: Changed, Place: InTile, Name: path, Leaf: &first}.words("rewritten", first, last))
	}
}
