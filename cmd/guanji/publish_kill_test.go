package main

import (
	"context"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"guanji/internal/record"
)

// killingObjects is a vault that kills its process at a step of publishing:
// before an object is put, before or after the newest checkpoint is replaced,
// before a partial tile is removed.
type killingObjects struct {
	objects
	at, steps int
}

func (k *killingObjects) step() {
	if k.steps++; k.steps == k.at {
		p, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = p.Kill()
		}
		if err != nil {
			panic(err)
		}
		select {} // until it is dead
	}
}

func (k *killingObjects) PutAll(ctx context.Context, all iter.Seq2[string, []byte]) error {
	for path, data := range all {
		k.step()
		if err := k.Put(ctx, path, data); err != nil {
			return err
		}
	}
	return nil
}

func (k *killingObjects) Replace(ctx context.Context, path string, data []byte) error {
	k.step()
	defer k.step()
	return k.objects.Replace(ctx, path, data)
}

func (k *killingObjects) Remove(ctx context.Context, path string) error {
	k.step()
	return k.objects.Remove(ctx, path)
}

// TestPublishKilledAtEveryStep kills a process at every step of publishing, in
// itself run again: what it leaves is whole, and the next one completes it.
func TestPublishKilledAtEveryStep(t *testing.T) {
	if home := os.Getenv("GUANJI_TEST_KILLED"); home != "" {
		publishAndDie(t, home)
		return
	}
	s := newTarget(t, "sqlite")
	o := s.open(t)
	o.state(t, acme, true, systems(1, 250)...)
	kept := record.Given{Name: "kept", Note: s.publish(t).Note}
	o.state(t, acme, false, systems(251, 530)...)
	o.close()
	for step := 1; step < 100; step++ {
		c := s.copy(t)
		before := c.head(t)
		cmd := exec.Command(os.Args[0], "-test.run=^TestPublishKilledAtEveryStep$")
		cmd.Env = append(os.Environ(), "GUANJI_TEST_KILLED="+c.home, fmt.Sprint("GUANJI_TEST_STEP=", step))
		out, err := cmd.CombinedOutput()
		if after := c.head(t); err == nil && after <= before {
			t.Errorf("step %d: acknowledged, and %d leaves signed after %d", step, after, before)
		}
		wantFaults(t, c.verify(t, kept))
		c.publish(t)
		r := c.verify(t, kept)
		wantFaults(t, r)
		if r.Under != r.Size || r.Size != 531 {
			t.Errorf("step %d: then %d of %d leaves are signed", step, r.Under, r.Size)
		}
		if err == nil {
			if step < 12 || !strings.Contains(string(out), "PASS") {
				t.Errorf("there were %d steps only: %s", step-1, out)
			}
			return
		}
	}
	t.Error("it never ended by itself")
}

// head is how many leaves are under the newest checkpoint.
func (s *target) head(t *testing.T) int64 {
	t.Helper()
	o := s.open(t)
	defer o.close()
	head, err := o.record.Head(context.Background())
	must(t, err)
	return head.Size
}

func publishAndDie(t *testing.T, home string) {
	at, err := strconv.Atoi(os.Getenv("GUANJI_TEST_STEP"))
	must(t, err)
	o := (&target{home: home, database: filepath.Join(home, databaseFile)}).open(t)
	c := o.record.Config
	c.Objects = &killingObjects{objects: objects{o.vault}, at: at}
	_, err = record.New(c).Publish(context.Background())
	must(t, err)
}
