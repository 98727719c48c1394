package ledger

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"guanji/internal/problem"
)

// memory keeps objects.
type memory map[string][]byte

func (m memory) Object(path string) ([]byte, error) {
	data, ok := m[path]
	if !ok {
		return nil, problem.New(problem.NotFound, "ledger.no_object", path)
	}
	return data, nil
}

// keep keeps what a growth made, and drops partial tiles that it replaces.
func (m memory) keep(g Growth) {
	for _, o := range g.Objects {
		m[o.Path] = o.Data
	}
	for _, dir := range g.Full {
		for path := range m {
			if strings.HasPrefix(path, dir+"/") {
				delete(m, path)
			}
		}
	}
}

func leaf(t testing.TB, n int64) []byte {
	t.Helper()
	data, err := Leaf{At: noon.Add(time.Duration(n) * time.Second), By: "Lin", What: Entry, Organization: "acme", ID: fmt.Sprint(n), After: Digest(n)}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

// TestGrow grows a tree in steps of many sizes: it is the tree that its leaves
// make at once, what is kept are its tiles, and every leaf can be proved.
func TestGrow(t *testing.T) {
	for name, steps := range map[string][]int{
		"one by one":           {1, 1, 1, 1},
		"to the edge":          {255, 1, 1},
		"over the edge":        {200, 100, 300},
		"nothing, then much":   {0, 700},
		"whole tiles":          {256, 256},
		"over a level":         {65_530, 10},
		"begun and left as is": {3, 0, 2},
	} {
		t.Run(name, func(t *testing.T) {
			kept, tree, all := memory{}, Empty(), &Rebuild{}
			for _, n := range steps {
				var leaves [][]byte
				for range n {
					leaves = append(leaves, leaf(t, all.Size()))
					all.Add(leaves[len(leaves)-1])
				}
				g, err := Grow(tree, kept, leaves)
				if err != nil {
					t.Fatal(err)
				}
				kept.keep(g)
				old := tree
				tree = g.Tree
				if want := all.Tree(all.Size()); tree != want {
					t.Fatalf("at %d: tree %v, want %v", all.Size(), tree, want)
				}
				if n > 0 && old.Size > 0 {
					proof, err := tlog.ProveTree(tree.Size, old.Size, Reader(tree, kept))
					if err != nil || tlog.CheckTree(proof, tree.Size, tree.Root, old.Size, old.Root) != nil {
						t.Fatalf("growth from %d to %d is not proved: %v", old.Size, tree.Size, err)
					}
				}
			}
			checkKept(t, tree, kept, all)
		})
	}
}

func checkKept(t *testing.T, tree Tree, kept memory, all *Rebuild) {
	t.Helper()
	for path, data := range all.Tiles(tree.Size) {
		if string(kept[path]) != string(data) {
			t.Errorf("%s is not what the leaves make", path)
		}
	}
	for _, n := range []int64{0, 1, tree.Size / 2, tree.Size - 1} {
		data, err := tree.Leaf(n, kept)
		if err != nil || string(data) != string(leaf(t, n)) {
			t.Fatalf("leaf %d: %q, %v", n, data, err)
		}
		proof, err := tree.Prove(n, kept)
		if err != nil || !tree.Check(n, data, proof) {
			t.Fatalf("leaf %d is not proved: %v", n, err)
		}
		if tree.Check(n, append(data, ' '), proof) || tree.Check(n+1, data, proof) {
			t.Errorf("another leaf than %d is proved", n)
		}
	}
	for _, n := range []int64{-1, tree.Size} {
		if _, err := tree.Leaf(n, kept); problem.KindOf(err) != problem.NotFound {
			t.Errorf("leaf %d: %v", n, err)
		}
	}
}

// TestGrowOverDamage grows trees whose tiles were changed: no larger tree
// comes of it.
func TestGrowOverDamage(t *testing.T) {
	for name, path := range map[string]string{
		"hashes":  "tile/0/000.p/3",
		"entries": "tile/entries/000.p/3",
	} {
		t.Run(name, func(t *testing.T) {
			kept := memory{}
			g, err := Grow(Empty(), kept, [][]byte{leaf(t, 0), leaf(t, 1), leaf(t, 2)})
			if err != nil {
				t.Fatal(err)
			}
			kept.keep(g)
			kept[path][40] ^= 1
			if _, err := Grow(g.Tree, kept, [][]byte{leaf(t, 3)}); problem.KindOf(err) != problem.Refused {
				t.Errorf("grown over %s that was changed: %v", path, err)
			}
			delete(kept, path)
			if _, err := Grow(g.Tree, kept, [][]byte{leaf(t, 3)}); err == nil {
				t.Errorf("grown over %s that is gone", path)
			}
		})
	}
}

func newKeys(t *testing.T) (first, second *Signer, keys Keys) {
	t.Helper()
	a, err := GenerateKey(rand.Reader, "guanji.test/1")
	if err != nil {
		t.Fatal(err)
	}
	b, err := GenerateSM2(rand.Reader, "guanji.test/1")
	if err != nil {
		t.Fatal(err)
	}
	if first, err = NewSigner(a, rand.Reader); err != nil {
		t.Fatal(err)
	}
	if second, err = NewSigner(b, rand.Reader); err != nil {
		t.Fatal(err)
	}
	if keys, err = ParseKeys([]byte(first.Public() + "\n" + second.Public() + "\n")); err != nil {
		t.Fatal(err)
	}
	return first, second, keys
}

func TestCheckpoint(t *testing.T) {
	first, second, keys := newKeys(t)
	other, _, _ := newKeys(t)
	c := Checkpoint{Origin: first.Name(), Tree: Empty(), Made: noon}
	signed := func(s ...*Signer) []byte {
		data, err := c.Sign(s...)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	tests := map[string]struct {
		note []byte
		keys int // that are found to have signed it
		err  error
	}{
		"one key":                {signed(first), 1, nil},
		"both":                   {signed(first, second), 2, nil},
		"the second alone":       {signed(second), 0, ErrUnsigned},
		"another key":            {signed(other), 0, ErrUnsigned},
		"one known, one not":     {signed(first, other), 1, nil},
		"no signature":           {[]byte(c.text() + "\n"), 0, nil},
		"text changed":           {[]byte(strings.Replace(string(signed(first)), "\n0\n", "\n1\n", 1)), 0, ErrSignature},
		"SM2 changed":            {flipped(signed(first, second), -20), 0, ErrSignature},
		"white space at the end": {append(signed(first), ' '), 0, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := Open(tt.note, keys)
			if tt.keys == 0 {
				if err == nil {
					t.Fatalf("opened: %s", tt.note)
				}
				if tt.err != nil && !errors.Is(err, tt.err) {
					t.Errorf("error %v, want %v", err, tt.err)
				}
				return
			}
			if err != nil || len(s.Keys) != tt.keys || s.Tree != c.Tree || !s.Made.Equal(noon) {
				t.Errorf("%+v, %v", s, err)
			}
		})
	}
}

// flipped returns bytes with one letter changed, counted from the end.
func flipped(data []byte, at int) []byte {
	at += len(data)
	letter := byte('A')
	if data[at] == letter {
		letter = 'B'
	}
	return append(append(append([]byte{}, data[:at]...), letter), data[at+1:]...)
}
