package record

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// A Given is a checkpoint brought from elsewhere: what a witness kept, or what
// somebody wrote down.
type Given struct {
	Name string // of the file it is from
	Note []byte
}

// Verifying says what to verify with.
type Verifying struct {
	Given    []Given
	Keys     *ledger.Keys                         // to check signatures with, instead of those in the home
	Progress func(stage Stage, done, total int64) // optional
}

// A Stage is a part of verifying.
type Stage string

// The stages, in their order.
const (
	OfTiles   Stage = "tiles"
	OfLeaves  Stage = "leaves"
	OfRecords Stage = "records"
	OfFiles   Stage = "files"
)

// examination is one verification under way.
type examination struct {
	Verifying
	ctx     context.Context
	objects Objects
	report  *Report
	heads   []head         // good checkpoints, the smallest first
	vault   ledger.Rebuild // of the leaves as the vault has them
	rows    ledger.Rebuild // of the leaves as the database has them
	signed  bool           // the leaves of the vault are those under its newest checkpoint
	unread  map[int64]bool // tiles of leaves that could not be read
	differ  []int64        // leaves that are not the same on both sides, and nobody knows yet which is right
	last    map[recordKey]told
	files   map[string]file
}

type head struct {
	ledger.Signed
	name  string
	given bool
}

// recordKey tells records apart.
type recordKey struct {
	what             ledger.What
	organization, id string
}

// told is what the newest leaf about a record says.
type told struct {
	after  string
	number int64
}

type file struct {
	size    int64
	records []ledger.Record // that it belongs to
}

// Verify verifies tree, database and vault against each other, and everything
// against the checkpoints that are given. It reads every leaf, every record
// and every file again, and changes nothing. The error is one of reading;
// whatever is wrong is in the report.
func (s *Service) Verify(ctx context.Context, v Verifying) (*Report, error) {
	if v.Progress == nil {
		v.Progress = func(Stage, int64, int64) {}
	}
	if v.Keys == nil {
		v.Keys = &s.Keys
	}
	unlock, err := s.Objects.Lock(ctx) // tiles are not made meanwhile
	if err != nil {
		return nil, err
	}
	defer unlock()
	e := &examination{Verifying: v, ctx: ctx, objects: s.Objects, unread: map[int64]bool{}, last: map[recordKey]told{}, files: map[string]file{},
		report: &Report{Records: map[ledger.What]int64{}, Faults: []Fault{}}}
	for _, k := range v.Keys.List() {
		e.report.Keys = append(e.report.Keys, k.ID)
	}
	for _, part := range []func() error{e.readHeads, e.readTiles, func() error { return e.readRows(s.Store) }, e.readFiles} {
		if err := part(); err != nil {
			return nil, err
		}
	}
	return e.report, nil
}

// readHeads reads every checkpoint, and finds those that are not signed.
func (e *examination) readHeads() error {
	newest := ""
	for path, err := range e.objects.List(e.ctx, "checkpoints") {
		if err != nil {
			return err
		}
		data, err := e.objects.Get(e.ctx, path)
		if err != nil {
			return err
		}
		if h, ok := e.head(path, data, false); ok && ledger.CheckpointPath(h.Size) != path {
			e.report.add(Fault{Wrong: Damaged, Place: InCheckpoint, Name: path}.words("misplaced", path, h.Size))
		}
		newest = path
	}
	if err := e.readNewest(newest); err != nil {
		return err
	}
	for _, g := range e.Given {
		if _, ok := e.head(g.Name, g.Note, true); ok {
			e.report.Given++
		}
	}
	slices.SortStableFunc(e.heads, func(a, b head) int { return int(a.Size - b.Size) })
	e.report.Checkpoints = len(e.heads)
	return nil
}

// readNewest checks that the newest checkpoint is the largest of those kept.
func (e *examination) readNewest(largest string) error {
	data, err := e.objects.Get(e.ctx, headPath)
	switch {
	case problem.KindOf(err) == problem.NotFound && largest == "":
		return nil
	case problem.KindOf(err) == problem.NotFound:
		e.report.add(Fault{Wrong: Missing, Place: InCheckpoint, Name: headPath}.words("no_head"))
		return nil
	case err != nil:
		return err
	}
	h, ok := e.head(headPath, data, false)
	if !ok {
		return nil
	}
	same, err := e.objects.Get(e.ctx, ledger.CheckpointPath(h.Size))
	if problem.KindOf(err) == problem.NotFound {
		e.report.add(Fault{Wrong: Missing, Place: InCheckpoint, Name: ledger.CheckpointPath(h.Size)}.words("no_copy", h.Size))
		return nil
	}
	if err == nil && !bytes.Equal(same, data) {
		e.report.add(Fault{Wrong: Changed, Place: InCheckpoint, Name: headPath}.words("head_differs", h.Size))
	}
	return err
}

// head opens a checkpoint, and says what is wrong with it.
func (e *examination) head(name string, data []byte, given bool) (head, bool) {
	signed, err := ledger.Open(data, *e.Keys)
	switch {
	case errors.Is(err, ledger.ErrUnsigned):
		e.report.add(Fault{Wrong: Unsigned, Place: InCheckpoint, Name: name}.words("unsigned", name))
	case errors.Is(err, ledger.ErrSignature):
		e.report.add(Fault{Wrong: Unsigned, Place: InCheckpoint, Name: name}.words("signature", name))
	case err != nil:
		e.report.add(Fault{Wrong: Damaged, Place: InCheckpoint, Name: name}.words("damaged", name))
	case signed.Origin != e.Keys.Origin():
		e.report.add(Fault{Wrong: Unsigned, Place: InCheckpoint, Name: name}.words("origin", name, signed.Origin))
	default:
		h := head{signed, name, given}
		e.heads = append(e.heads, h)
		return h, true
	}
	return head{}, false
}

// size is that of the largest good checkpoint that is kept here.
func (e *examination) size() int64 {
	for _, h := range slices.Backward(e.heads) {
		if !h.given {
			return h.Size
		}
	}
	return 0
}

// readTiles reads the leaves that the vault has, as many as its newest
// checkpoint covers.
func (e *examination) readTiles() error {
	size := e.size()
	for _, t := range ledger.EntryTiles(size) {
		leaves, err := e.entries(t)
		if err != nil {
			return err
		}
		e.unread[t.First/ledger.TileWidth] = leaves == nil
		for i := range t.Width {
			if leaves == nil {
				e.vault.AddHash(ledger.Hash{})
				continue
			}
			e.vault.Add(leaves[i])
		}
		e.Progress(OfTiles, t.First+int64(t.Width), size)
	}
	for _, h := range e.heads {
		e.signed = e.signed || !h.given && h.Size == size && e.vault.Tree(size) == h.Tree
	}
	return nil
}

// entries reads a tile of leaves; nil if that cannot be read as one.
func (e *examination) entries(t ledger.EntryTile) ([][]byte, error) {
	data, err := e.objects.Get(e.ctx, t.Path)
	whole, partial := strings.CutSuffix(t.Path, ".p/"+strconv.Itoa(t.Width))
	if problem.KindOf(err) == problem.NotFound && partial {
		data, err = e.objects.Get(e.ctx, whole)
	}
	if problem.KindOf(err) == problem.NotFound {
		e.report.add(Fault{Wrong: Missing, Place: InTile, Name: t.Path}.words("no_tile", t.Path, t.First, t.First+int64(t.Width)-1))
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	leaves, err := ledger.ParseEntries(data)
	if err != nil || len(leaves) < t.Width {
		e.report.add(Fault{Wrong: Damaged, Place: InTile, Name: t.Path}.words("damaged", t.Path))
		return nil, nil
	}
	return leaves[:t.Width], nil
}

// readRows reads the database: the leaves, which are compared with those of
// the vault and with every checkpoint, and then the records.
func (e *examination) readRows(store Store) error {
	var compared bool
	compare := func() error {
		compared = true
		return e.compare()
	}
	size, err := store.Examine(e.ctx, e.row, func(r ledger.Record) error {
		if !compared {
			if err := compare(); err != nil {
				return err
			}
		}
		return e.record(r)
	})
	if err != nil {
		return err
	}
	if !compared {
		if err := compare(); err != nil {
			return err
		}
	}
	if size != e.rows.Size() {
		e.report.add(Fault{Wrong: Changed, Place: InDatabase, Name: "size"}.words("size", size, e.rows.Size()))
	}
	e.leftOver()
	return nil
}

// row takes one leaf of the database.
func (e *examination) row(r Row) error {
	for n := e.rows.Size(); n < r.Number; n++ {
		e.missingLeaf(n)
		e.rows.AddHash(e.vaultHash(n))
	}
	if r.Number < e.rows.Size() { // a number below 0, or twice
		e.report.add(Fault{Wrong: Added, Place: InLeaf, Name: strconv.FormatInt(r.Number, 10)}.words("extra_leaf", r.Number))
		return nil
	}
	n := r.Number
	e.rows.Add(r.Body)
	e.report.Size++
	e.Progress(OfLeaves, e.rows.Size(), e.size())
	l, err := ledger.ParseLeaf(r.Body)
	if n < e.vault.Size() && e.vault.Leaf(n) != ledger.LeafHash(r.Body) {
		l, err = e.differs(n, l, err)
	} else if err != nil {
		e.report.add(Fault{Wrong: Damaged, Place: InLeaf, Name: strconv.FormatInt(n, 10), Leaf: &n}.words("bad_leaf", n))
	} else if l.What != r.What || l.Organization != r.Organization || l.ID != r.ID || l.After != r.After {
		e.report.add(ofLeaf(Changed, n, l).words("leaf_columns", n))
	}
	if err == nil {
		e.follow(n, l)
	}
	return nil
}

func (e *examination) vaultHash(n int64) ledger.Hash {
	if n < e.vault.Size() {
		return e.vault.Leaf(n)
	}
	return ledger.Hash{}
}

// ofLeaf begins a fault of a leaf.
func ofLeaf(w Wrong, n int64, l ledger.Leaf) Fault {
	return Fault{Wrong: w, Place: InLeaf, Name: strconv.FormatInt(n, 10), What: l.What, Organization: l.Organization, About: l.About, Leaf: &n, By: l.By}
}

// differs takes a leaf that is not the one that the vault has, and returns the
// one that counts: that of the vault where it is under a checkpoint.
func (e *examination) differs(n int64, row ledger.Leaf, bad error) (ledger.Leaf, error) {
	if !e.signed {
		e.differ = append(e.differ, n)
		return row, bad
	}
	kept, err := e.keptLeaf(n)
	if err != nil {
		return row, err
	}
	e.report.add(ofLeaf(Changed, n, kept).words("leaf", n, string(kept.What), kept.ID, kept.Organization, kept.By))
	return kept, nil
}

// settle says which side is wrong where the vault is not as its checkpoint.
func (e *examination) settle() {
	right := false
	for _, h := range e.heads {
		right = right || h.Size == e.vault.Size() && h.Size <= e.rows.Size() && e.rows.Tree(h.Size) == h.Tree
	}
	for _, n := range e.differ {
		path := ledger.EntryTileOf(n, e.vault.Size()).Path
		switch {
		case e.unread[n/ledger.TileWidth]: // said already
		case right:
			e.report.add(Fault{Wrong: Changed, Place: InTile, Name: path, Leaf: &n}.words("tile_leaf", path, n))
		default:
			e.report.add(Fault{Wrong: Changed, Place: InLeaf, Name: strconv.FormatInt(n, 10), Leaf: &n}.words("neither", n))
		}
	}
}

// keptLeaf returns a leaf as the vault has it.
func (e *examination) keptLeaf(n int64) (ledger.Leaf, error) {
	data, err := e.objects.Get(e.ctx, ledger.EntryTileOf(n, e.vault.Size()).Path)
	if err != nil {
		return ledger.Leaf{}, err
	}
	leaves, err := ledger.ParseEntries(data)
	if err != nil {
		return ledger.Leaf{}, err
	}
	return ledger.ParseLeaf(leaves[n%ledger.TileWidth])
}

// missingLeaf says that the database has no leaf with a number.
func (e *examination) missingLeaf(n int64) {
	if n >= e.vault.Size() {
		e.report.add(Fault{Wrong: Missing, Place: InLeaf, Name: strconv.FormatInt(n, 10), Leaf: &n}.words("no_leaf_anywhere", n))
		return
	}
	l, err := e.keptLeaf(n)
	if err != nil {
		e.report.add(Fault{Wrong: Missing, Place: InLeaf, Name: strconv.FormatInt(n, 10), Leaf: &n}.words("no_leaf_anywhere", n))
		return
	}
	e.report.add(ofLeaf(Missing, n, l).words("no_leaf", n, string(l.What), l.ID, l.Organization, l.By))
	e.follow(n, l)
}

// follow remembers what the newest leaf about a record says, and that it says
// what the one before it ended with.
func (e *examination) follow(n int64, l ledger.Leaf) {
	k := recordKey{l.What, l.Organization, l.ID}
	was, known := e.last[k]
	if known && l.Before != was.after {
		e.report.add(ofLeaf(Changed, n, l).words("chain", n, was.number))
	}
	e.last[k] = told{l.After, n}
}

// compare compares the leaves of both sides with every checkpoint, and the
// tiles with the leaves.
func (e *examination) compare() error {
	for n := e.rows.Size(); n < e.vault.Size(); n++ {
		e.missingLeaf(n)
	}
	e.settle()
	for _, h := range e.heads {
		e.compareHead(h)
	}
	e.compareKeys()
	return e.compareTiles()
}

// compareHead says whether a checkpoint is one of this history: that of the
// vault, or of the database where that has more.
func (e *examination) compareHead(h head) {
	for _, side := range []*ledger.Rebuild{&e.vault, &e.rows} {
		if h.Size <= side.Size() && side.Tree(h.Size) == h.Tree {
			if h.Size >= e.report.Under && !h.given {
				e.report.Under, e.report.Root = h.Size, h.Root.String()
			}
			return
		}
	}
	f := Fault{Wrong: Forked, Place: InCheckpoint, Name: h.name}
	if h.Size > max(e.vault.Size(), e.rows.Size()) {
		e.report.add(f.words("beyond", h.name, h.Size, max(e.vault.Size(), e.rows.Size())))
		return
	}
	e.report.add(f.words("forked", h.name, h.Size))
}

// compareKeys finds keys that the ledger was never told of, and checkpoints
// that lack the second signature although its key had been told of.
func (e *examination) compareKeys() {
	for _, k := range e.Keys.List() {
		t, known := e.last[recordKey{ledger.Key, "", k.ID}]
		if e.rows.Size() > 0 && (!known || t.after != keyRecord(k.ID, k.Line).Digest) {
			e.report.add(Fault{Wrong: Added, Place: InRecord, Name: k.ID, What: ledger.Key}.words("key", k.ID))
		}
		for _, h := range e.heads {
			if known && h.Size > t.number && !slices.Contains(h.Signed.Keys, k.ID) {
				e.report.add(Fault{Wrong: Unsigned, Place: InCheckpoint, Name: h.name}.words("no_second", h.name, k.ID))
			}
		}
	}
}

// compareTiles compares the tiles of hashes with what the leaves make.
func (e *examination) compareTiles() error {
	size := e.vault.Size()
	want := e.vault.Tiles(size)
	for path, err := range e.objects.List(e.ctx, "tile") {
		if err != nil {
			return err
		}
		if err := e.compareTile(path, want); err != nil {
			return err
		}
		delete(want, path)
	}
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if full, _, partial := strings.Cut(path, ".p/"); partial {
			if _, err := e.objects.Get(e.ctx, full); err == nil {
				continue // a full tile stands for it
			}
		}
		e.report.add(Fault{Wrong: Missing, Place: InTile, Name: path}.words("no_hashes", path))
	}
	return nil
}

func (e *examination) compareTile(path string, want map[string][]byte) error {
	expected, ok := want[path]
	if !ok {
		return nil // of leaves, read already; or a smaller or larger one, which no checkpoint needs
	}
	data, err := e.objects.Get(e.ctx, path)
	if err != nil {
		return err
	}
	if !bytes.Equal(data, expected) {
		e.report.add(Fault{Wrong: Changed, Place: InTile, Name: path}.words("hashes", path))
	}
	return nil
}
