package vault

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"guanji/internal/problem"
)

// noLinks is a file system without hard links.
func noLinks(call, name string, do func() error) error {
	if call == "link" {
		return &os.LinkError{Op: "linkat", Old: "tmp/X", New: name, Err: syscall.EPERM}
	}
	return do()
}

// A deed is something that changes the vault; repeat tells what doing it again
// after a failure may return.
type deed struct {
	ready  func(t *testing.T, v *Vault) (do func() error)
	repeat problem.Kind
	trace  string // the calls it makes, in their order
}

// content is what the deeds put and keep.
var content = bytesOf(7, 1000)

// objects are what the deeds put.
var objects = map[string][]byte{"tile/0/000": content, "tile/0/001": content[:1], "tile/1/x000/000": nil, Checkpoint: content}

// goOn goes on with an upload from wherever it is.
func goOn(t *testing.T, v *Vault, id string) error {
	u, err := v.Upload(t.Context(), id)
	if err != nil {
		return err
	}
	_, err = v.Write(t.Context(), id, u.Offset, bytes.NewReader(content[u.Offset:]))
	return err
}

var deeds = map[string]deed{
	"put": {ready: func(t *testing.T, v *Vault) func() error {
		return func() error { return v.Put(t.Context(), "tile/0/000", content) }
	}, trace: "mkdir ledger/tile, syncdir ledger, mkdir ledger/tile/0, syncdir ledger/tile, " +
		"create tmp, write tmp, sync tmp, link ledger/tile/0/000, syncdir ledger/tile/0"},
	"put again": {ready: func(t *testing.T, v *Vault) func() error {
		must(t, v.Put(t.Context(), "tile/0/000", content))
		return func() error { return v.Put(t.Context(), "tile/0/000", content) }
	}, trace: "syncdir ledger/tile/0"},
	"put all": {ready: func(t *testing.T, v *Vault) func() error {
		must(t, v.Put(t.Context(), "tile/0/000", content))
		return func() error { return v.PutAll(t.Context(), maps.All(objects)) }
	}},
	"replace": {ready: func(t *testing.T, v *Vault) func() error {
		must(t, v.Replace(t.Context(), Checkpoint, content))
		return func() error { return v.Replace(t.Context(), Checkpoint, content) }
	}, trace: "create tmp, write tmp, sync tmp, rename ledger/checkpoint, syncdir ledger"},
	"keep": {ready: func(t *testing.T, v *Vault) func() error {
		return func() error {
			_, err := v.Keep(t.Context(), bytes.NewReader(content), 1000)
			return err
		}
	}, trace: "create tmp, write tmp, sync tmp, mkdir files/XX, syncdir files, rename files/XX/XX, syncdir files/XX"},
	"begin": {ready: func(t *testing.T, v *Vault) func() error {
		return func() error {
			_, err := v.Begin(t.Context(), upload(1000))
			return err
		}
	}, trace: "mkdir tmp, create tmp/data, write tmp/data, sync tmp/data, create tmp/lock, write tmp/lock, sync tmp/lock, " +
		"create tmp/meta, write tmp/meta, sync tmp/meta, syncdir tmp, rename incoming/ID, syncdir incoming"},
	"write": {ready: func(t *testing.T, v *Vault) func() error {
		id := begin(t, v, 1000)
		return func() error { return goOn(t, v, id) }
	}, trace: "sync incoming/ID/data, write incoming/ID/data, sync incoming/ID/data"},
	"write too much": {ready: func(t *testing.T, v *Vault) func() error {
		id := begin(t, v, 999)
		return func() error {
			err := goOn(t, v, id)
			if problem.KindOf(err) == problem.Input {
				return nil // as it should
			}
			return err
		}
	}, trace: "sync incoming/ID/data, write incoming/ID/data, truncate incoming/ID/data, sync incoming/ID/data"},
	"finish": {ready: func(t *testing.T, v *Vault) func() error {
		id := begin(t, v, 1000)
		must(t, goOn(t, v, id))
		return func() error {
			_, err := v.Finish(t.Context(), id)
			return err
		}
	}, trace: "sync incoming/ID/data, create tmp, write tmp, sync tmp, rename incoming/ID/done, syncdir incoming/ID, " +
		"mkdir files/XX, syncdir files, rename files/XX/XX, syncdir files/XX"},
	"drop": {ready: func(t *testing.T, v *Vault) func() error {
		id := begin(t, v, 1000)
		return func() error { return v.Drop(t.Context(), id) }
	}, repeat: problem.NotFound, trace: "rename tmp, syncdir incoming"},
}

// plainly takes out of a name what differs from run to run.
func plainly(name string) string {
	parts := strings.Split(name, "/")
	switch {
	case parts[0] == tempFolder && len(parts) > 1:
		parts = append(parts[:1], parts[2:]...)
	case parts[0] == incomingFolder && len(parts) > 1:
		parts[1] = "ID"
	case parts[0] == filesFolder:
		for i := range parts[1:] {
			parts[1+i] = "XX"
		}
	}
	return path.Join(parts...)
}

// TestOrder holds the calls of each deed to their order: bytes are synced
// before they get a name, the folder after, and then the deed is done.
func TestOrder(t *testing.T) {
	for name, d := range deeds {
		if d.trace == "" {
			continue // several at once, in any order: TestPutAllOrder
		}
		t.Run(name, func(t *testing.T) {
			v := open(t, t.TempDir())
			do := d.ready(t, v)
			var calls []string
			v.disk.fault = func(call, name string, do func() error) error {
				calls = append(calls, call+" "+plainly(name))
				return do()
			}
			must(t, do())
			if got := strings.Join(calls, ", "); got != d.trace {
				t.Errorf("calls\n%s\nwant\n%s", got, d.trace)
			}
		})
	}
}

// TestPutAllOrder checks the same of many objects at once.
func TestPutAllOrder(t *testing.T) {
	v := open(t, t.TempDir())
	var mu sync.Mutex
	synced, linked := 0, map[string]bool{}
	folders := map[string]int{}
	v.disk.fault = func(call, name string, do func() error) error {
		err := do()
		mu.Lock()
		defer mu.Unlock()
		switch call {
		case "sync":
			synced++
		case "link":
			if linked[path.Dir(name)] = true; synced == 0 {
				t.Errorf("%s got its name before anything was synced", name)
			}
		case "syncdir":
			if linked[name] {
				folders[name]++
			}
		}
		return err
	}
	must(t, v.PutAll(t.Context(), maps.All(tilesOf(0, 600))))
	if want := map[string]int{"ledger/tile/0/x000": 1, "ledger/tile/0/x001": 1, "ledger/tile/0/x002": 1}; synced != 600 || !maps.Equal(folders, want) {
		t.Errorf("%d files synced, folders %v, want 600 and %v", synced, folders, want)
	}
}

// TestFaults breaks each call of each deed, with its effect having happened or
// not. The deed says so, what is there is whole, and doing it again completes
// it.
func TestFaults(t *testing.T) {
	for name, d := range deeds {
		for _, happened := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, effect %v", name, happened), func(t *testing.T) {
				broken := 0
				for breaks(t, d, broken, happened) {
					broken++
				}
				if broken == 0 {
					t.Error("nothing was broken")
				}
			})
		}
	}
}

// breaks does a deed with its n-th call broken, and reports false if it makes
// no such call.
func breaks(t *testing.T, d deed, n int, happened bool) bool {
	t.Helper()
	v := open(t, t.TempDir())
	do := d.ready(t, v)
	var mu sync.Mutex
	calls, broke := 0, ""
	v.disk.fault = func(call, name string, do func() error) error {
		mu.Lock()
		this := calls
		calls++
		mu.Unlock()
		if this != n {
			return do()
		}
		broke = call + " " + plainly(name)
		if happened {
			if err := do(); err != nil {
				return err
			}
		}
		return &os.PathError{Op: call, Path: name, Err: syscall.EIO}
	}
	err := do()
	if broke == "" {
		must(t, err)
		return false
	}
	wantKind(t, broke, err, problem.Refused)
	v.disk.fault = nil
	checkWhole(t, v, objects)
	if again := do(); again != nil && problem.KindOf(again) != d.repeat {
		t.Errorf("%s failed; again: %v", broke, again)
	}
	checkTidy(t, v, broke)
	return true
}

// checkTidy checks that what is left of a failure is whole, and goes away.
func checkTidy(t *testing.T, v *Vault, after string) {
	t.Helper()
	checkWhole(t, v, objects)
	for _, id := range leftovers(t, v, incomingFolder) {
		if _, err := v.Upload(t.Context(), id); err != nil {
			t.Errorf("after %s: the upload %s: %v", after, id, err)
		}
	}
	must(t, v.Sweep(t.Context(), time.Now().Add(time.Hour)))
	v.disk.clean(time.Now().Add(time.Hour))
	if got := slices.Concat(leftovers(t, v, tempFolder), leftovers(t, v, incomingFolder)); got != nil {
		t.Errorf("after %s: left %q", after, got)
	}
}

// TestSyncFailsOnce has the disk fail to sync an upload, and to cut it off
// again: the bytes are not acknowledged.
func TestSyncFailsOnce(t *testing.T) {
	v := open(t, t.TempDir())
	id := begin(t, v, 1000)
	v.disk.fault = func(call, name string, do func() error) error {
		if call == "sync" || call == "truncate" {
			return syscall.EIO
		}
		return do()
	}
	at, err := v.Write(t.Context(), id, 0, bytes.NewReader(content[:500]))
	wantKind(t, "write", err, problem.Refused)
	if at != 0 {
		t.Errorf("acknowledged %d bytes that were not synced", at)
	}
	_, err = v.Upload(t.Context(), id)
	wantKind(t, "how far it is", err, problem.Refused)
}
