package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"guanji/internal/problem"
)

// The sizes of what children write: enough that a kill falls into the middle.
const (
	killFile   = 300_000
	killBatch  = 100
	killUpload = 2_000_000
	killStep   = 170_000
)

// slowly gives data in small pieces, so that a kill falls between them.
func slowly(data []byte) io.Reader {
	var pieces []io.Reader
	for len(data) > 0 {
		n := min(20_000, len(data))
		pieces = append(pieces, bytes.NewReader(data[:n]))
		data = data[n:]
	}
	return io.MultiReader(pieces...)
}

// forever opens a vault and does something again and again, until the process
// is killed. What do returns has been acknowledged, and is told.
func forever(dir string, do func(ctx context.Context, v *Vault, n int) (string, error)) {
	first, _ := strconv.Atoi(os.Getenv("GUANJI_TEST_FIRST"))
	v, err := Open(Config{Dir: dir, Reserve: -1})
	for n := first; err == nil; n++ {
		var told string
		if told, err = do(context.Background(), v, n); told != "" {
			fmt.Println(told)
		}
	}
	panic(err)
}

func childKeeps(dir string) {
	forever(dir, func(ctx context.Context, v *Vault, n int) (string, error) {
		_, err := v.Keep(ctx, slowly(bytesOf(n, killFile)), killFile)
		return fmt.Sprint(n), err
	})
}

func childPuts(dir string) {
	forever(dir, func(ctx context.Context, v *Vault, n int) (string, error) {
		if err := v.PutAll(ctx, maps.All(tilesOf(n*killBatch, killBatch))); err != nil {
			return "", err
		}
		return fmt.Sprint(n), v.Replace(ctx, Checkpoint, checkpoint(n))
	})
}

func checkpoint(n int) []byte { return fmt.Appendf(nil, "%d\n%s", n, bytesOf(n, 3000)) }

// childUploads tells "id n" at the beginning, "offset n" after each step and
// "finished n" in the end.
func childUploads(dir string) {
	forever(dir, func(ctx context.Context, v *Vault, n int) (string, error) {
		data := bytesOf(n, killUpload)
		id, err := v.Begin(ctx, upload(killUpload))
		if err != nil {
			return "", err
		}
		fmt.Println(id, n)
		for at := int64(0); at < killUpload; fmt.Println(at, n) {
			at, err = v.Write(ctx, id, at, slowly(data[at:min(at+killStep, killUpload)]))
			if err != nil {
				return "", err
			}
		}
		_, err = v.Finish(ctx, id)
		return fmt.Sprint("finished ", n), err
	})
}

// killed starts a child at a job, kills it a moment after it acknowledged
// something, and returns all that it told.
func killed(t *testing.T, job, dir string, first, wait int) []string {
	t.Helper()
	t.Setenv("GUANJI_TEST_FIRST", strconv.Itoa(first))
	cmd, lines := child(t, job, dir)
	var told []string
	for len(told) < wait && lines.Scan() {
		told = append(told, lines.Text())
	}
	time.Sleep(time.Duration(rand.IntN(20_000)) * time.Microsecond) // anywhere within the next
	must(t, cmd.Process.Kill())
	for lines.Scan() {
		told = append(told, lines.Text())
	}
	exit, ok := errors.AsType[*exec.ExitError](cmd.Wait())
	if !ok || exit.ExitCode() != -1 || len(told) < wait {
		t.Fatalf("the child ended by itself: %v, after %q", exit, told)
	}
	return told
}

const killRounds = 6

func TestKilledKeeping(t *testing.T) {
	dir := t.TempDir()
	next := 0
	for round := range killRounds {
		told := killed(t, "keep", dir, next, 1+round%3)
		v := open(t, dir)
		for _, line := range told {
			n, err := strconv.Atoi(line)
			must(t, err)
			must(t, v.Check(t.Context(), digest(bytesOf(n, killFile)), killFile))
			next = n + 2 // the next may be there too, or by half in tmp
		}
		checkWhole(t, v, nil)
		checkSwept(t, v)
	}
}

// checkSwept checks that what was interrupted goes away.
func checkSwept(t *testing.T, v *Vault) {
	t.Helper()
	v.disk.clean(time.Now().Add(time.Hour))
	if got := leftovers(t, v, tempFolder); got != nil {
		t.Errorf("left in tmp: %q", got)
	}
}

func TestKilledPutting(t *testing.T) {
	dir := t.TempDir()
	next := 0
	for round := range killRounds {
		told := killed(t, "put", dir, next, 1+round%3)
		last, err := strconv.Atoi(told[len(told)-1])
		must(t, err)
		next = last + 1
		v := open(t, dir)
		may := tilesOf(0, (next+1)*killBatch)
		got, err := v.Get(t.Context(), Checkpoint)
		must(t, err)
		may[Checkpoint] = checkpoint(last)
		if !bytes.Equal(got, checkpoint(last)) {
			may[Checkpoint] = checkpoint(next) // replaced, not yet told
		}
		_, paths := checkWhole(t, v, may)
		if len(paths) < next*killBatch {
			t.Fatalf("%d objects are there, %d were acknowledged", len(paths), next*killBatch)
		}
		must(t, v.PutAll(t.Context(), maps.All(tilesOf(next*killBatch, killBatch)))) // whatever was there of it
		checkSwept(t, v)
	}
}

func TestKilledUploading(t *testing.T) {
	dir := t.TempDir()
	next := 0
	for round := range killRounds {
		told := killed(t, "upload", dir, next, 2+round*3)
		v := open(t, dir)
		for id, at := range acknowledged(t, told, &next) {
			checkUpload(t, v, id, at)
		}
		checkWhole(t, v, nil)
		checkSwept(t, v)
		must(t, v.Sweep(t.Context(), time.Now().Add(time.Hour)))
	}
}

// An ack is how far an upload was acknowledged.
type ack struct {
	n        int
	offset   int64
	finished bool
}

// acknowledged reads what a child told, and counts up next.
func acknowledged(t *testing.T, told []string, next *int) map[string]ack {
	t.Helper()
	acks := map[string]ack{}
	id := ""
	for _, line := range told {
		what, which, ok := strings.Cut(line, " ")
		n, err := strconv.Atoi(which)
		if !ok || err != nil {
			t.Fatalf("the child told %q", line)
		}
		*next = n + 1
		a := acks[id]
		switch offset, err := strconv.ParseInt(what, 10, 64); {
		case what == "finished":
			a.finished = true
		case err == nil:
			a.offset = offset
		default:
			id, a = what, ack{n: n}
		}
		acks[id] = a
	}
	return acks
}

// checkUpload goes on with an upload, and finishes it.
func checkUpload(t *testing.T, v *Vault, id string, a ack) {
	t.Helper()
	data := bytesOf(a.n, killUpload)
	u, err := v.Upload(t.Context(), id)
	must(t, err)
	if u.Offset < a.offset || a.finished && !u.Finished() {
		t.Fatalf("upload %d is at %d, finished %v; acknowledged: %+v", a.n, u.Offset, u.Finished(), a)
	}
	if !u.Finished() {
		_, err := v.Write(t.Context(), id, u.Offset, bytes.NewReader(data[u.Offset:]))
		must(t, err)
	}
	f, err := v.Finish(t.Context(), id)
	must(t, err)
	if f.Digest != digest(data) {
		t.Errorf("upload %d, gone on with from %d, became another file", a.n, u.Offset)
	}
	must(t, v.Check(t.Context(), f.Digest, killUpload))
}

// TestKilledWriting kills a process in the middle of one step: nobody is kept
// from going on.
func TestKilledWriting(t *testing.T) {
	dir := t.TempDir()
	told := killed(t, "upload", dir, 0, 1)
	id, _, _ := strings.Cut(told[0], " ")
	v := open(t, dir)
	u, err := v.Upload(t.Context(), id)
	must(t, err)
	_, err = v.Write(t.Context(), id, u.Offset, strings.NewReader(""))
	if problem.KindOf(err) == problem.Conflict && u.Finished() {
		return // it was that fast
	}
	must(t, err)
}
