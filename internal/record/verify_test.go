package record

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// signedHome has three checkpoints, more than two tiles of leaves, two of
// which are not signed, and a file.
func signedHome(t *testing.T) *home {
	h := newHome(t)
	h.publish(t, 100)
	h.publish(t, 300)
	evidence := ledger.Record{What: ledger.Filed, Organization: "acme", ID: "1", Digest: ledger.Digest("filed"), Files: []ledger.File{h.objects.keep("seen")}}
	h.store.add(t, evidence)
	_, err := h.open(t).Publish(t.Context())
	must(t, err)
	h.store.add(t, statements(301, 598)...)
	_, err = h.open(t).Publish(t.Context())
	must(t, err)
	h.store.add(t, statements(599, 600)...)
	return h
}

// change changes an object: others may hold the same bytes.
func (o *fakeObjects) change(path string, at int) {
	data := slices.Clone(o.all[path])
	data[(at+len(data))%len(data)] ^= 1
	o.all[path] = data
}

// fault is how a fault is named in tests: what is wrong, where, and its name.
func (f Fault) named() string { return fmt.Sprintf("%s %s %s", f.Wrong, f.Place, f.Name) }

// TestVerify plants one thing after another: each is named, and nothing else.
func TestVerify(t *testing.T) {
	const entries, hashes = "tile/entries/001", "tile/0/001"
	head := ledger.CheckpointPath(600)
	for name, tt := range map[string]struct {
		plant func(t *testing.T, h *home)
		want  []string
	}{
		"nothing": {func(*testing.T, *home) {}, nil},

		"leaf far beyond": {func(_ *testing.T, h *home) { h.store.rows = append(h.store.rows, Row{Number: 1e15}) },
			[]string{"added leaf 1000000000000000"}},
		"leaf far beyond, and the size raised": {func(_ *testing.T, h *home) {
			h.store.rows, h.store.size = append(h.store.rows, Row{Number: 1e14, Body: []byte("{}")}), 1e14+1
		}, []string{"missing leaf 602", "damaged leaf 100000000000000"}},
		"leaf of the last number": {func(_ *testing.T, h *home) {
			h.store.rows, h.store.size = append(h.store.rows, Row{Number: math.MaxInt64}), math.MaxInt64
		}, []string{"added leaf 9223372036854775807", "changed database size"}},
		"leaf with a negative number": {func(_ *testing.T, h *home) {
			h.store.rows = append(h.store.rows, Row{Number: -5}, Row{Number: math.MinInt64})
		},
			[]string{"added leaf -9223372036854775808", "added leaf -5"}},
		"leaf twice":    {func(_ *testing.T, h *home) { h.store.rows = append(h.store.rows, h.store.rows[7]) }, []string{"added leaf 7"}},
		"size raised":   {func(_ *testing.T, h *home) { h.store.size = 1e15 }, []string{"changed database size"}},
		"size lowered":  {func(_ *testing.T, h *home) { h.store.size = 10 }, []string{"changed database size"}},
		"size negative": {func(_ *testing.T, h *home) { h.store.size = math.MinInt64 }, []string{"changed database size"}},
		"leaf not signed yet deleted": {func(_ *testing.T, h *home) { h.store.rows = slices.Delete(h.store.rows, 600, 601) },
			[]string{"missing leaf 600", "added record 599"}},
		"signed leaf deleted": {func(_ *testing.T, h *home) { h.store.rows = slices.Delete(h.store.rows, 300, 301) },
			[]string{"missing leaf 300"}},
		"tail deleted, over the edge of what was signed": {func(_ *testing.T, h *home) { h.store.rows, h.store.size = h.store.rows[:599], 599 },
			[]string{"missing leaf 599", "added record 599", "added record 600"}},
		"leaf that is none": {func(_ *testing.T, h *home) { h.store.rows[601].Body = []byte("x") },
			[]string{"damaged leaf 601"}},
		"leaf written in another way": {func(_ *testing.T, h *home) {
			h.store.rows[300].Body = append(slices.Clone(h.store.rows[300].Body), ' ')
		},
			[]string{"changed leaf 300"}},
		"chain broken by a leaf not signed yet": {func(t *testing.T, h *home) {
			r := statements(5, 5)[0]
			h.store.records[4].Digest = ledger.Digest("new")
			r.Digest = ledger.Digest("new")
			h.store.tell(t, r.Leaf(ledger.Actor{By: "Lin", At: noon}, ledger.Digest("other")))
		}, []string{"changed leaf 602"}},

		"tile of entries changed": {func(_ *testing.T, h *home) { h.objects.change(entries, 100) }, []string{"changed tile " + entries}},
		"tile of entries no tile": {func(_ *testing.T, h *home) { h.objects.all[entries] = []byte("x") }, []string{"damaged tile " + entries}},
		"tile of hashes changed":  {func(_ *testing.T, h *home) { h.objects.change(hashes, 100) }, []string{"changed tile " + hashes}},
		"both tiles changed": {func(_ *testing.T, h *home) { h.objects.change(hashes, 100); h.objects.change(entries, 100) },
			[]string{"changed tile " + entries, "changed tile " + hashes}},
		"tile of entries and leaf changed": {func(_ *testing.T, h *home) {
			h.objects.change(entries, -1)
			h.store.rows[300].Body = append(slices.Clone(h.store.rows[300].Body), ' ')
		}, []string{"changed tile " + entries, "changed leaf 300"}},
		"tile of entries and the same leaf changed": {func(_ *testing.T, h *home) {
			h.objects.change(entries, 100)
			h.store.rows[256].Body = append(slices.Clone(h.store.rows[256].Body), ' ')
		}, []string{"changed tile " + entries, "changed leaf 256"}},
		"all three changed": {func(_ *testing.T, h *home) {
			h.objects.change(entries, -1)
			h.objects.change(hashes, 3)
			h.store.rows[300].Body = append(slices.Clone(h.store.rows[300].Body), ' ')
		}, []string{"changed leaf 300", "changed tile " + entries, "changed tile " + hashes}},
		"tile of entries missing": {func(_ *testing.T, h *home) { delete(h.objects.all, entries) }, []string{"missing tile " + entries}},
		"tile of hashes missing":  {func(_ *testing.T, h *home) { delete(h.objects.all, hashes) }, []string{"missing tile " + hashes}},
		"partial tile missing":    {func(_ *testing.T, h *home) { delete(h.objects.all, "tile/0/002.p/88") }, []string{"missing tile tile/0/002.p/88"}},
		"every tile missing": {func(_ *testing.T, h *home) {
			maps.DeleteFunc(h.objects.all, func(path string, _ []byte) bool { return strings.HasPrefix(path, "tile/") })
		}, []string{"missing tile tile/entries/000", "missing tile tile/0/000"}},
		"tile added":                     {func(_ *testing.T, h *home) { h.objects.all["tile/0/x999/999"] = nil }, []string{"added tile tile/0/x999/999"}},
		"tile of no such path added":     {func(_ *testing.T, h *home) { h.objects.all["tile/63/0"] = nil }, []string{"added tile tile/63/0"}},
		"tile of a larger tree, right":   {func(_ *testing.T, h *home) { h.objects.all["tile/1/000.p/1"] = h.objects.all["tile/1/000.p/2"][:32] }, nil},
		"tile of a smaller tree, wrong":  {func(_ *testing.T, h *home) { h.objects.all["tile/1/000.p/1"] = h.objects.all["tile/1/000.p/2"][32:] }, []string{"changed tile tile/1/000.p/1"}},
		"tile that is a link":            {func(_ *testing.T, h *home) { h.objects.wrong[hashes] = problem.Conflict }, []string{"damaged tile " + hashes}},
		"tile of entries that is a link": {func(_ *testing.T, h *home) { h.objects.wrong[entries] = problem.Conflict }, []string{"damaged tile " + entries}},
		"checkpoint that is a link":      {func(_ *testing.T, h *home) { h.objects.wrong["checkpoint"] = problem.Conflict }, []string{"damaged checkpoint checkpoint"}},
		"kept checkpoint that is a link": {func(_ *testing.T, h *home) { h.objects.wrong[head] = problem.Conflict }, []string{"damaged checkpoint " + head}},
		"newest checkpoint missing":      {func(_ *testing.T, h *home) { delete(h.objects.all, "checkpoint") }, []string{"missing checkpoint checkpoint"}},
		"its copy missing":               {func(_ *testing.T, h *home) { delete(h.objects.all, head) }, []string{"missing checkpoint " + head}},
		"newest checkpoint put back":     {func(_ *testing.T, h *home) { h.objects.all["checkpoint"] = h.objects.all[ledger.CheckpointPath(101)] }, []string{"changed checkpoint checkpoint"}},
		"checkpoint with a text changed": {func(_ *testing.T, h *home) {
			h.objects.all["checkpoint"] = append([]byte("x"), h.objects.all["checkpoint"]...)
		}, []string{"unsigned checkpoint checkpoint"}},
		"checkpoint with a signature more": {func(t *testing.T, h *home) { h.addSignature(t, "checkpoint", head) }, []string{"changed checkpoint " + head, "changed checkpoint checkpoint"}},
		"checkpoint moved": {func(_ *testing.T, h *home) {
			h.objects.all["checkpoints/077"] = h.objects.all[ledger.CheckpointPath(301)]
			delete(h.objects.all, ledger.CheckpointPath(301))
		}, []string{"damaged checkpoint checkpoints/077"}},
		"checkpoint of a tree of any size": {func(t *testing.T, h *home) {
			c := ledger.Checkpoint{Origin: "guanji/test", Tree: ledger.Tree{Size: 1e15}, Made: noon}
			note, err := c.Sign(h.signers...)
			must(t, err)
			h.objects.all[ledger.CheckpointPath(1e15)] = note
		}, []string{"forked checkpoint " + ledger.CheckpointPath(1e15)}},
		"checkpoint of another history, as large": {func(t *testing.T, h *home) {
			other := &home{&fakeStore{}, newObjects(), h.signers}
			other.publish(t, 1)
			other.publish(t, 599)
			h.objects.all[head] = other.objects.all[head]
		}, []string{"forked checkpoint " + head, "changed checkpoint checkpoint"}},

		"record changed": {func(_ *testing.T, h *home) { h.store.records[10].Digest = "x" }, []string{"changed record 11"}},
		"record that cannot be read": {func(_ *testing.T, h *home) {
			h.store.records[10] = ledger.Record{What: ledger.Entry, ID: "?"}
		}, []string{"damaged record ?", "missing record 11"}},
		"file that is a link":             {func(_ *testing.T, h *home) { h.objects.wrong[h.objects.keep("seen").Digest] = problem.Conflict }, []string{"changed file " + newObjects().keep("seen").Digest}},
		"file with a digest that is none": {func(_ *testing.T, h *home) { h.objects.wrong[h.objects.keep("seen").Digest] = problem.Input }, []string{"missing file " + newObjects().keep("seen").Digest}},
		"key never told of": {func(t *testing.T, h *home) { h.signers = append(h.signers, newSigner(t, true)) },
			[]string{"added record SM2"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := signedHome(t)
			tt.plant(t, h)
			start := time.Now()
			r := h.verify(t)
			var got []string
			for _, f := range r.Faults {
				if f.What == ledger.Key {
					f.Name = "SM2" // its hash is another in every run
				}
				got = append(got, f.named())
			}
			slices.Sort(got)
			slices.Sort(tt.want)
			if !slices.Equal(got, tt.want) {
				t.Errorf("faults\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(tt.want, "\n  "))
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// addSignature adds a signature by a key that nobody knows.
func (h *home) addSignature(t *testing.T, paths ...string) {
	t.Helper()
	signed, err := ledger.Open(h.objects.all[paths[0]], h.open(t).Keys)
	must(t, err)
	both, err := signed.Sign(newSigner(t, false))
	must(t, err)
	lines := strings.SplitAfter(string(both), "\n")
	for _, path := range paths {
		h.objects.all[path] = append(slices.Clone(h.objects.all[path]), lines[len(lines)-2]...)
	}
}

// TestSecondSignatureStripped takes the signature by SM2 off a checkpoint, as
// somebody does who has broken the other key. It is missed even where the key
// was taken out of the home, too.
func TestSecondSignatureStripped(t *testing.T) {
	for _, keyToo := range []bool{false, true} {
		h := newHome(t)
		h.publish(t, 10)
		h.signers = append(h.signers, newSigner(t, true))
		must(t, h.open(t).Begin(t.Context()))
		signed := h.publish(t, 20)
		wantWhole(t, h.verify(t))
		text, signatures, _ := strings.Cut(string(signed.Note), "\n\n")
		first, _, _ := strings.Cut(signatures, "\n")
		for _, path := range []string{"checkpoint", ledger.CheckpointPath(signed.Size)} {
			h.objects.all[path] = []byte(text + "\n\n" + first + "\n")
		}
		if keyToo {
			h.signers = h.signers[:1]
		}
		r := h.verify(t)
		if len(r.Faults) != 2 || r.Faults[0].named() != "unsigned checkpoint "+ledger.CheckpointPath(signed.Size) {
			t.Errorf("key taken, too: %v: %+v", keyToo, r.Faults)
		}
	}
}

// TestGiven compares with checkpoints from elsewhere.
func TestGiven(t *testing.T) {
	h := signedHome(t)
	copied := &home{&fakeStore{rows: slices.Clone(h.store.rows), size: h.store.size, records: slices.Clone(h.store.records)}, h.objects.clone(), h.signers}
	other := copied.publish(t, 700)
	mine := h.publish(t, 650)
	r := h.verify(t, Given{"mine", mine.Note}, Given{"other", other.Note}, Given{"none", []byte("x")}, Given{"stranger", newHome(t).publish(t, 5).Note})
	var got []string
	for _, f := range r.Faults {
		got = append(got, f.named())
	}
	want := []string{"damaged checkpoint none", "unsigned checkpoint stranger", "forked checkpoint other"}
	if !slices.Equal(got, want) || r.Given != 1 || r.Checkpoints != 6 {
		t.Errorf("faults %q, want %q; %d checkpoints, %d given", got, want, r.Checkpoints, r.Given)
	}
}

// TestForkedAreNamedTogether rewrites a leaf under many checkpoints, in tree
// and database, without the key: the checkpoints do not fill the report.
func TestForkedAreNamedTogether(t *testing.T) {
	h := newHome(t)
	for n := range 50 {
		h.publish(t, 5*(n+1))
	}
	h.store.rewrite(t, 21)
	g, err := ledger.Grow(ledger.Empty(), kept{t.Context(), newObjects()}, bodies(h.store.rows))
	must(t, err)
	for _, o := range g.Objects {
		h.objects.all[o.Path] = o.Data
	}
	r := h.verify(t)
	if len(r.Faults) > 5 || !slices.ContainsFunc(r.Faults, func(f Fault) bool { return f.named() == "forked checkpoint "+ledger.CheckpointPath(26) }) {
		t.Errorf("%d faults: %+v", len(r.Faults), r.Faults)
	}
	if !slices.ContainsFunc(r.Faults, func(f Fault) bool { return f.named() == "changed tile tile/entries/000.p/251" && *f.Leaf == 21 }) {
		t.Errorf("it is not said where: %+v", r.Faults)
	}
}

// rewrite has a leaf and its record say something else.
func (s *fakeStore) rewrite(t *testing.T, n int64) {
	t.Helper()
	l, err := ledger.ParseLeaf(s.rows[n].Body)
	must(t, err)
	l.After = ledger.Digest("rewritten")
	s.rows[n].After = l.After
	s.rows[n].Body, err = l.Encode()
	must(t, err)
	for i, r := range s.records {
		if r.ID == l.ID && r.What == l.What {
			s.records[i].Digest = l.After
		}
	}
}

func bodies(rows []Row) (all [][]byte) {
	for _, r := range rows {
		all = append(all, r.Body)
	}
	return all
}

// TestVerifyCannotRead has reading fail: that is an error, not a fault of what
// is kept.
func TestVerifyCannotRead(t *testing.T) {
	h := signedHome(t)
	away := problem.New(problem.Unavailable, "store.unavailable")
	for _, step := range []string{"lock", "get", "list"} {
		h.objects.fault = func(s string, do func() error) error {
			if s == step {
				return away
			}
			return do()
		}
		if r, err := h.open(t).Verify(t.Context(), Verifying{}); !errors.Is(err, away) {
			t.Errorf("%s fails: %+v, %v", step, r, err)
		}
	}
	h.objects.fault = nil
	ctx, cancel := context.WithCancel(t.Context())
	h.objects.fault = func(s string, do func() error) error {
		if s == "list" {
			cancel()
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return do()
	}
	if _, err := h.open(t).Verify(ctx, Verifying{}); !errors.Is(err, context.Canceled) {
		t.Errorf("for a caller who has gone: %v", err)
	}
}

// TestReportIsBounded has more faults than a report lists.
func TestReportIsBounded(t *testing.T) {
	h := newHome(t)
	h.publish(t, MaxFaults+500)
	h.store.rows, h.store.size, h.store.records = nil, 0, nil
	r := h.verify(t)
	if len(r.Faults) != MaxFaults || r.More < 500 || r.Whole() {
		t.Errorf("%d faults, and %d more", len(r.Faults), r.More)
	}
}
