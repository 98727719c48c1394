package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"guanji/internal/problem"
)

func TestPutAndGet(t *testing.T) {
	v := open(t, t.TempDir())
	put := map[string][]byte{}
	for i, p := range []string{"checkpoint", "checkpoints/x000/123", "tile/0/x001/067", "tile/0/x001/067.p/8",
		"tile/entries/000", "tile/8/0/x001/x234/067.p/255", "a", strings.Repeat("a", 64)} {
		put[p] = bytesOf(i, i*1000)
		must(t, v.Put(t.Context(), p, put[p]))
		must(t, v.Put(t.Context(), p, put[p]))
		err := v.Put(t.Context(), p, append(slices.Clone(put[p]), 1))
		wantKind(t, "other content", err, problem.Conflict)
		if err == nil || !strings.Contains(err.Error(), p) {
			t.Errorf("%v does not name %s", err, p)
		}
	}
	if _, paths := checkWhole(t, open(t, v.dir), put); len(paths) != len(put) {
		t.Errorf("kept %q", paths)
	}
	_, err := v.Get(t.Context(), "tile/0/000")
	wantKind(t, "what was never put", err, problem.NotFound)
	wantFault(t, "what was never put", err, Missing)
	_, err = v.Get(t.Context(), "tile/0/x001/067/8") // below a file
	wantKind(t, "below a file", err, problem.Refused)
	wantKind(t, "below a file", v.Put(t.Context(), "tile/0/x001/067/8", nil), problem.Refused)
	wantKind(t, "where a folder is", v.Put(t.Context(), "tile/0", nil), problem.Refused)
}

func TestObjectsAreBounded(t *testing.T) {
	v := open(t, t.TempDir())
	must(t, v.Put(t.Context(), "large", make([]byte, MaxObject)))
	data, err := v.Get(t.Context(), "large")
	must(t, err)
	if len(data) != MaxObject {
		t.Errorf("got %d bytes", len(data))
	}
	wantKind(t, "put", v.Put(t.Context(), "larger", make([]byte, MaxObject+1)), problem.Input)
	wantKind(t, "replace", v.Replace(t.Context(), Checkpoint, make([]byte, MaxObject+1)), problem.Input)
	must(t, os.WriteFile(v.where("ledger/larger"), make([]byte, MaxObject+1), 0o600))
	_, err = v.Get(t.Context(), "larger")
	wantFault(t, "what grew", err, Changed)
	wantKind(t, "put over what grew", v.Put(t.Context(), "larger", nil), problem.Conflict)
}

func TestHostilePaths(t *testing.T) {
	v := open(t, t.TempDir())
	for _, p := range []string{"", ".", "..", "/", "/etc/passwd", "../x", "a/../b", "a/./b", "a//b", "a/", "/a", "a\\b", "A", "a b",
		"a\x00", "a\n", "é", "tile/.hidden", "tile/x.", "-a", "a..b", "con/" + strings.Repeat("a", 65), strings.Repeat("a/", 8) + "a",
		strings.Repeat("a", 201), "a/" + strings.Repeat("b/", 100), "~", "a:b", "c:/x", "%2e%2e/x", "\xff", "a*"} {
		t.Run(fmt.Sprintf("%.20q", p), func(t *testing.T) {
			wantKind(t, "put", v.Put(t.Context(), p, []byte("x")), problem.Input)
			wantKind(t, "replace", v.Replace(t.Context(), p, []byte("x")), problem.Input)
			wantKind(t, "remove", v.Remove(t.Context(), p), problem.Input)
			_, err := v.Get(t.Context(), p)
			wantKind(t, "get", err, problem.Input)
		})
	}
	for _, p := range []string{"/", "..", "../", "a//", "a//b", "tile/../", "./", "A", "\x00", strings.Repeat("a", 300)} {
		for got, err := range v.List(t.Context(), p) {
			wantKind(t, fmt.Sprintf("list %q gives %q", p, got), err, problem.Input)
		}
	}
	if got := leftovers(t, v, ledgerFolder); got != nil {
		t.Errorf("left: %q", got)
	}
}

func TestPutAll(t *testing.T) {
	v := open(t, t.TempDir())
	tiles := tilesOf(0, 700)
	must(t, v.PutAll(t.Context(), maps.All(tiles)))
	must(t, v.PutAll(t.Context(), maps.All(tiles)))
	_, paths := checkWhole(t, v, tiles)
	if len(paths) != len(tiles) {
		t.Errorf("%d of %d are there", len(paths), len(tiles))
	}
	other := maps.Clone(tiles)
	other[paths[3]], other["tile/9/000"] = []byte("other"), []byte("new")
	wantKind(t, "one differs", v.PutAll(t.Context(), maps.All(other)), problem.Conflict)
	must(t, v.PutAll(t.Context(), maps.All(map[string][]byte{})))
	wantKind(t, "one is no path", v.PutAll(t.Context(), maps.All(map[string][]byte{"..": nil})), problem.Input)
	ctx, cancel := context.WithCancel(t.Context())
	endless := func(yield func(string, []byte) bool) {
		for i := 0; yield(fmt.Sprintf("endless/%d", i), nil); i++ {
			if i == 20 {
				cancel()
			}
		}
	}
	if err := v.PutAll(ctx, endless); !errors.Is(err, context.Canceled) {
		t.Errorf("for a caller who goes: %v", err)
	}
}

// tilesOf makes tiles of a few bytes, in several folders.
func tilesOf(first, n int) map[string][]byte {
	tiles := map[string][]byte{}
	for i := first; i < first+n; i++ {
		tiles[fmt.Sprintf("tile/0/x%03d/%03d", i/256, i%256)] = bytesOf(i, 100+i%7)
	}
	return tiles
}

// TestPutAtOnce has many put the same and the different under one path, from
// two vaults on one folder: one content wins, and whoever put another is told.
func TestPutAtOnce(t *testing.T) {
	vaults := [2]*Vault{}
	dir := t.TempDir()
	for i := range vaults {
		vaults[i] = open(t, dir)
	}
	for round := range 20 {
		path := fmt.Sprintf("tile/%d/000", round)
		errs := make([]error, 8)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { errs[i] = vaults[i%2].Put(t.Context(), path, bytesOf(i/2, 5000)) })
		}
		wg.Wait()
		got, err := vaults[0].Get(t.Context(), path)
		must(t, err)
		for i, err := range errs {
			if won := bytes.Equal(got, bytesOf(i/2, 5000)); won != (err == nil) {
				t.Errorf("round %d, writer %d: %v, though its content is there: %v", round, i, err, won)
			}
			if err != nil {
				wantKind(t, "the slower", err, problem.Conflict)
			}
		}
	}
	if got := leftovers(t, vaults[0], tempFolder); got != nil {
		t.Errorf("left in tmp: %q", got)
	}
}

func TestReplace(t *testing.T) {
	v := open(t, t.TempDir())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 100 {
			if err := v.Replace(t.Context(), Checkpoint, bytes.Repeat([]byte{byte('a' + i%26)}, 3000)); err != nil {
				t.Error(err)
			}
		}
	}()
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
		}
		got, err := v.Get(t.Context(), Checkpoint)
		if FaultOf(err) == Missing { // not yet
			continue
		}
		must(t, err)
		if len(got) != 3000 || len(bytes.Trim(got, string(got[:1]))) != 0 {
			t.Fatalf("a checkpoint of %d bytes, mixed", len(got))
		}
	}
	wantKind(t, "a tile", v.Replace(t.Context(), "tile/0/000", nil), problem.Input)
}

func collect(t *testing.T, walk iter.Seq2[string, error]) (names, strange []string) {
	t.Helper()
	for name, err := range walk {
		switch {
		case err == nil:
			names = append(names, name)
		case FaultOf(err) == Strange:
			strange = append(strange, name)
		default:
			t.Errorf("%s: %v", name, err)
		}
	}
	return names, strange
}

func TestList(t *testing.T) {
	v := open(t, t.TempDir())
	all := []string{"checkpoint", "tile/0/067", "tile/0/067.p/255", "tile/0/067.p/8", "tile/0/x001-a", "tile/0/x001/000", "tile/0/x001/001", "tile/entries/000"}
	for _, p := range all {
		must(t, v.Put(t.Context(), p, []byte(p)))
	}
	for prefix, want := range map[string][]string{
		"":                all,
		"c":               all[:1],
		"tile/0":          all[1:7],
		"tile/0/067":      all[1:4],
		"tile/0/067.":     all[2:4],
		"tile/0/067.p/":   all[2:4],
		"tile/0/067.p/8":  all[3:4],
		"tile/0/x001/":    all[5:7],
		"tile/0/x001/002": nil,
		"nothing/":        nil,
	} {
		got, strange := collect(t, v.List(t.Context(), prefix))
		if !slices.Equal(got, want) || strange != nil || !slices.IsSorted(got) {
			t.Errorf("List(%q) = %q and %q, want %q", prefix, got, strange, want)
		}
	}
	for range v.List(t.Context(), "") {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range v.List(ctx, "") {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("for a caller who has gone: %v", err)
		}
	}
}

func TestRemove(t *testing.T) {
	v := open(t, t.TempDir())
	for _, p := range []string{"tile/0/067.p/8", "tile/0/067.p/9", "tile/0/x001/000.p/1"} {
		must(t, v.Put(t.Context(), p, []byte(p)))
	}
	wantKind(t, "before the full one", v.Remove(t.Context(), "tile/0/067.p/8"), problem.Conflict)
	must(t, v.Put(t.Context(), "tile/0/067", []byte("full")))
	for _, p := range []string{"tile/0/067", "checkpoint", "tile/0/067.p", "tile/0/067.p/8/9", "x/067.p/8", "tile/0/067.p/8888"} {
		wantKind(t, p, v.Remove(t.Context(), p), problem.Input)
	}
	for _, p := range []string{"tile/0/067.p/8", "tile/0/067.p/9"} {
		must(t, v.Remove(t.Context(), p))
		wantKind(t, "again", v.Remove(t.Context(), p), problem.NotFound)
	}
	if got := leftovers(t, v, "ledger/tile/0"); !slices.Equal(got, []string{"067", "x001"}) {
		t.Errorf("left: %q", got)
	}
	must(t, v.Put(t.Context(), "tile/0/067.p/8", []byte("tile/0/067.p/8"))) // its folder is made again
	must(t, v.Remove(t.Context(), "tile/0/067.p/8"))
}

// TestNoHardLinks is about file systems that have none, such as exFAT.
func TestNoHardLinks(t *testing.T) {
	v := open(t, t.TempDir())
	v.disk.fault = func(call, _ string, do func() error) error {
		if call == "link" {
			return os.ErrPermission
		}
		return do()
	}
	wantKind(t, "where a link is not permitted", v.Put(t.Context(), "a", []byte("x")), problem.Refused)
	v.disk.fault = noLinks
	must(t, v.Put(t.Context(), "a", []byte("x")))
	must(t, v.Put(t.Context(), "a", []byte("x")))
	wantKind(t, "other content", v.Put(t.Context(), "a", []byte("y")), problem.Conflict)
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for i := range 16 {
		wg.Go(func() {
			if v.Put(t.Context(), "b", bytesOf(i, 10)) == nil {
				mu.Lock()
				defer mu.Unlock()
				done++
			}
		})
	}
	wg.Wait()
	if done != 1 {
		t.Errorf("%d different contents were taken under one path", done)
	}
}
