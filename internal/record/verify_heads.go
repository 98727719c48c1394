package record

import (
	"bytes"
	"cmp"
	"errors"
	"slices"

	"guanji/internal/ledger"
)

// readHeads reads every checkpoint, and finds those that are not signed.
func (e *examination) readHeads() error {
	var paths []string
	if err := e.list("checkpoints/", InCheckpoint, func(path string) error { paths = append(paths, path); return nil }); err != nil {
		return err
	}
	for _, path := range paths {
		if err := e.readHead(path); err != nil {
			return err
		}
	}
	e.nameStrangers()
	if err := e.readNewest(len(paths)); err != nil {
		return err
	}
	e.nameStrangers()
	for _, g := range e.Given {
		e.head(g.Name, g.Note, true)
	}
	slices.SortStableFunc(e.heads, func(a, b head) int { return cmp.Compare(a.Size, b.Size) })
	return nil
}

// readHead reads one of the checkpoints that are kept. Those signed by another
// key are named together, with those that follow them.
func (e *examination) readHead(path string) error {
	data, s, err := e.get(path)
	if err != nil {
		return err
	}
	if s != there {
		e.damaged(InCheckpoint, path)
		return nil
	}
	if h, ok := e.head(path, data, false); ok && ledger.CheckpointPath(h.Size) != path {
		e.report.add(Fault{Wrong: Damaged, Place: InCheckpoint, Name: path}.words("misplaced", path, h.Size))
	}
	return nil
}

// readNewest checks that the newest checkpoint is the largest of those kept,
// whose number is given. One that is larger may be there: that is what a crash
// leaves between signing it and making it the newest.
func (e *examination) readNewest(kept int) error {
	data, s, err := e.get(headPath)
	if err != nil || s == gone && kept <= 1 {
		return err
	}
	switch s {
	case gone:
		e.report.add(Fault{Wrong: Missing, Place: InCheckpoint, Name: headPath}.words("no_head"))
		return nil
	case damaged:
		e.damaged(InCheckpoint, headPath)
		return nil
	}
	older := slices.Clone(e.heads)
	h, ok := e.head(headPath, data, false)
	if !ok {
		return nil
	}
	var larger []head
	for _, o := range older {
		if o.Size > h.Size {
			larger = append(larger, o)
		}
	}
	if len(larger) > 1 {
		largest := slices.MaxFunc(larger, func(a, b head) int { return cmp.Compare(a.Size, b.Size) })
		e.report.add(Fault{Wrong: Changed, Place: InCheckpoint, Name: headPath}.words("head_old", h.Size, largest.Size))
	}
	return e.readCopy(h)
}

// readCopy compares the newest checkpoint with the one that is kept under its
// size.
func (e *examination) readCopy(newest head) error {
	path := ledger.CheckpointPath(newest.Size)
	data, s, err := e.get(path)
	switch {
	case err != nil || s == damaged || s == there && !slices.ContainsFunc(e.heads, func(h head) bool { return h.name == path }): // said already
		return err
	case s == gone:
		e.report.add(Fault{Wrong: Missing, Place: InCheckpoint, Name: path}.words("no_copy", newest.Size))
	case !bytes.Equal(data, newest.Note):
		e.report.add(Fault{Wrong: Changed, Place: InCheckpoint, Name: headPath}.words("head_differs", newest.Size))
	}
	return nil
}

// head opens a checkpoint, and says what is wrong with it.
func (e *examination) head(name string, data []byte, given bool) (head, bool) {
	signed, err := ledger.Open(data, *e.Keys)
	f := Fault{Wrong: Unsigned, Place: InCheckpoint, Name: name}
	switch {
	case errors.Is(err, ledger.ErrUnsigned) && !given:
		e.strangers = append(e.strangers, name)
		return head{}, false
	case errors.Is(err, ledger.ErrUnsigned):
		e.report.add(f.words("unsigned", name))
	case errors.Is(err, ledger.ErrSignature):
		e.report.add(f.words("signature", name))
	case err != nil:
		e.damaged(InCheckpoint, name)
	case signed.Origin != e.Keys.Origin():
		e.report.add(f.words("origin", name, signed.Origin))
	default:
		e.nameStrangers()
		h := head{signed, name, given}
		e.heads = append(e.heads, h)
		return h, true
	}
	return head{}, false
}

// nameStrangers names the checkpoints that stand next to each other and are
// not signed by a known key.
func (e *examination) nameStrangers() {
	all := e.strangers
	e.strangers = nil
	if len(all) > 2 {
		e.report.add(Fault{Wrong: Unsigned, Place: InCheckpoint, Name: all[0]}.words("unsigned_run", all[0], all[len(all)-1], len(all)))
		return
	}
	for _, name := range all {
		e.report.add(Fault{Wrong: Unsigned, Place: InCheckpoint, Name: name}.words("unsigned", name))
	}
}

// compareHeads says which checkpoints are not of this history. Of those kept
// here, all larger than one that is of another are of another, too: one fault
// names them together.
func (e *examination) compareHeads() {
	var others []head
	good := map[int64]bool{} // sizes of good ones that are kept here
	end := func() {
		e.forked(others)
		others = nil
	}
	for _, h := range e.heads {
		switch ok := e.ours(h); {
		case h.given && ok:
			e.report.Given++
		case h.given:
			e.forked([]head{h})
		case ok:
			end()
			good[h.Size] = true
			e.report.Under, e.report.Root = h.Size, h.Root.String()
		default:
			others = append(others, h)
		}
	}
	end()
	e.report.Checkpoints = len(good) + e.report.Given
}

// ours reports whether a checkpoint is one of this history: that of the vault,
// or of the database where that has more.
func (e *examination) ours(h head) bool {
	for _, side := range []*ledger.Rebuild{e.vault.tree, &e.rows.tree} {
		if h.Size <= side.Size() && side.Tree(h.Size) == h.Tree {
			return true
		}
	}
	return false
}

// forked names checkpoints of another history.
func (e *examination) forked(all []head) {
	here := max(e.vault.tree.Size(), e.rows.tree.Size())
	for i, h := range all {
		f := Fault{Wrong: Forked, Place: InCheckpoint, Name: h.name}
		switch {
		case h.Size > here:
			e.report.add(f.words("beyond", h.name, h.Size, here))
		case i == 0 && len(all) > 2:
			last := all[len(all)-1]
			e.report.add(f.words("forked_run", h.name, h.Size, last.name, last.Size, len(all)))
		case i == 0 || len(all) == 2:
			e.report.add(f.words("forked", h.name, h.Size))
		}
	}
}

// compareKeys finds keys that the ledger was never told of, and what is wrong
// with who signed the checkpoints that are kept here.
func (e *examination) compareKeys() {
	first := map[string]int64{} // the leaf that tells of a key, by the id of the key
	for k, t := range e.last {
		if k.what == ledger.Key && t.after != "" {
			first[k.id] = t.number
		}
	}
	kept := slices.ContainsFunc(e.heads, func(h head) bool { return !h.given })
	for _, k := range e.Keys.List() {
		t := e.last[recordKey{ledger.Key, "", k.ID}]
		if (kept || len(first) > 0) && t.after != keyRecord(k.ID, k.Line).Digest {
			e.report.add(Fault{Wrong: Added, Place: InRecord, Name: k.ID, What: ledger.Key}.words("key", k.ID))
		}
	}
	for _, h := range e.heads {
		if !h.given {
			e.compareSigners(h, first)
		}
	}
}

// compareSigners finds signatures that a checkpoint lacks although their key
// had been told of, and such as no key made that was told of.
func (e *examination) compareSigners(h head, first map[string]int64) {
	signers := slices.Concat(h.Signed.Keys, h.Others)
	for id, n := range first {
		if h.Size > n && !slices.Contains(signers, id) {
			e.report.add(Fault{Wrong: Unsigned, Place: InCheckpoint, Name: h.name}.words("no_second", h.name, id))
		}
	}
	for _, id := range h.Others {
		if _, known := first[id]; !known {
			e.report.add(Fault{Wrong: Changed, Place: InCheckpoint, Name: h.name}.words("extra_signature", h.name, id))
		}
	}
}
