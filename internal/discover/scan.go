package discover

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"guanji/internal/detect"
	"guanji/internal/detect/grade"
)

// A Job is one scan.
type Job struct {
	Source Source
	// Store names what is scanned in the results.
	Store  string
	Engine *detect.Engine
	// Rules tell the level of what is found, with the Kinds of data that the
	// organization declares and the Harm that a person judged.
	Rules *grade.Rules
	Kinds []string
	Harm  map[string]string
	// Secret keys the digests of what is found.
	Secret  []byte
	Workers int
	// After is where an interrupted scan continues; nil begins.
	After *Progress
	// Out takes the findings, a line of JSON each, in the order of the units; nil
	// if they are only counted.
	Out io.Writer
	// Save is told how far the scan is, after what was found so far went to
	// Out; nil if nobody wants to know.
	Save func(Progress) error
	// Tell is told from time to time how it goes; nil if nobody looks.
	Tell func(State)
	Now  func() time.Time
}

// Progress is how far a scan is: enough to go on after a kill.
type Progress struct {
	// Last is the last unit that is done, with all before it.
	Last string `json:"last"`
	// Written is how many bytes of findings were written.
	Written int64   `json:"written"`
	Summary Summary `json:"summary"`
	// People are the different values of the detectors of people.
	People map[string]*distinct `json:"people"`
}

// State is how a scan goes.
type State struct {
	Units, Bytes, Findings int64
	// AllUnits and AllBytes are what there is, as far as it was listed; Listed
	// says that the listing has ended.
	AllUnits, AllBytes int64
	Listed             bool
	Elapsed            time.Duration
}

// ErrGone is returned if the unit after which a scan would continue is no
// longer there.
var ErrGone = errors.New("the place where the scan stopped is no longer there")

// saveEvery is how often progress is saved at most.
const saveEvery = 2 * time.Second

// Run scans to the end, until ctx ends, or until what was found cannot be
// written. The summary tells what was done until then.
func Run(ctx context.Context, j Job) (Summary, error) {
	r := &run{Job: j, began: j.Now(), done: map[int64]*result{}, total: newSummary(j.Store, j.Engine.Version()), people: newPeople(j.Engine)}
	r.total.Standard = j.Engine.Standard()
	if j.After != nil {
		r.total, r.written, r.committed = j.After.Summary, j.After.Written, j.After.Written
		for id, d := range j.After.People {
			r.people[id] = d
		}
		r.total.Resumed = true
		r.skipUntil = j.After.Last
		r.earlier = time.Duration(j.After.Summary.Seconds * float64(time.Second))
	}
	err := r.work(ctx)
	r.total.Seconds = r.elapsed().Seconds()
	r.grade()
	return r.total, err
}

// newPeople returns an empty count for each detector of people.
func newPeople(e *detect.Engine) map[string]*distinct {
	people := map[string]*distinct{}
	for _, id := range e.People() {
		people[id] = &distinct{}
	}
	return people
}

// grade tells what the findings come to: sensitive, of how many people, and of
// which level.
func (r *run) grade() {
	s := &r.total
	for id, d := range r.people {
		if n := d.count(); n > 0 {
			s.Distinct[id] = n
			s.People = max(s.People, n)
		}
	}
	s.Sensitive = r.Engine.Sensitive(s.Findings, s.UnderFourteen)
	sensitive := maps.Clone(s.Sensitive)
	addCounts(sensitive, s.Suspected)
	s.Grade = r.Rules.Grade(grade.Holding{
		Kinds: r.Kinds, People: s.People, Findings: s.Findings, Sensitive: sensitive, Named: s.Named, Harm: r.Harm,
	})
}

// run is a scan under way.
type run struct {
	Job
	began   time.Time
	earlier time.Duration // what was spent before it was interrupted
	saved   time.Time

	mu   sync.Mutex // over all below
	turn *sync.Cond
	next int64 // whose turn it is to write
	// done are results that wait for those before them, waiting how many bytes
	// they keep, and free those that can be used again.
	done      map[int64]*result
	waiting   int
	free      []*result
	total     Summary
	people    map[string]*distinct
	written   int64
	committed int64 // how much of it belongs to units that are done
	skipUntil string
	failed    error
	last      []Skip // what the listing skipped behind the last unit

	bytes, units, found, allUnits, allBytes atomic.Int64
	listed                                  atomic.Bool
}

func (r *run) elapsed() time.Duration { return r.earlier + r.Now().Sub(r.began) }

// task is a unit with its place in the order, and what was skipped before it.
type task struct {
	Unit
	n       int64
	skipped []Skip
}

func (r *run) work(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r.turn = sync.NewCond(&r.mu)
	stop := context.AfterFunc(ctx, func() { r.mu.Lock(); r.turn.Broadcast(); r.mu.Unlock() })
	defer stop()
	tasks := make(chan task, 256)
	var wg sync.WaitGroup
	for range max(1, r.Workers) {
		wg.Go(func() {
			w := worker{run: r, scanner: r.Engine.Scanner(), key: detect.NewKey(r.Secret)}
			for t := range tasks {
				if err := w.unit(ctx, t); err != nil {
					r.fail(err)
					cancel()
				}
			}
		})
	}
	if r.Tell != nil {
		wg.Go(func() { r.listAll(ctx) })
		telling := r.tell(ctx)
		defer telling()
	}
	err := r.list(ctx, tasks)
	close(tasks)
	wg.Wait()
	if err = cmp.Or(r.failed, err); err != nil {
		if errors.Is(err, context.Canceled) && r.next > 0 {
			return cmp.Or(r.save(), err) // so that as little as possible is read again
		}
		return err
	}
	for _, k := range r.last {
		r.skip(&r.total, k)
	}
	return r.save()
}

// fail keeps the first failure; what ends because of it says nothing new.
func (r *run) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil {
		r.failed = err
	}
}

// list hands out the units, from the one after which the scan continues. What
// the listing skips belongs to the unit that follows, so that it is counted
// once, however often the scan is interrupted.
func (r *run) list(ctx context.Context, tasks chan<- task) error {
	next := task{}
	waiting := r.skipUntil != ""
	err := r.Source.Units(ctx, func(u Unit) error {
		if waiting {
			waiting = u.Name != r.skipUntil
			return nil
		}
		next.Unit = u
		select {
		case tasks <- next:
			next = task{n: next.n + 1}
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}, func(k Skip) {
		if !waiting {
			next.skipped = append(next.skipped, k)
		}
	})
	if err == nil && waiting {
		return ErrGone
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = next.skipped
	return err
}

// listAll lists all there is beside the scan, so that it can tell how much is
// left.
func (r *run) listAll(ctx context.Context) {
	err := r.Source.Units(ctx, func(u Unit) error {
		r.allUnits.Add(1)
		r.allBytes.Add(max(0, u.Size))
		return ctx.Err()
	}, func(Skip) {})
	r.listed.Store(err == nil)
}

// tell tells how it goes until the returned function is called.
func (r *run) tell(ctx context.Context) (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(time.Second / 2)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				r.Tell(r.state())
			case <-done:
				return
			case <-ctx.Done():
				return
			}
		}
	})
	return func() { close(done); wg.Wait() }
}

func (r *run) state() State {
	return State{
		Units: r.units.Load(), Bytes: r.bytes.Load(), Findings: r.found.Load(),
		AllUnits: r.allUnits.Load(), AllBytes: r.allBytes.Load(), Listed: r.listed.Load(), Elapsed: r.elapsed(),
	}
}

// keepBytes is how much of what it found a worker keeps while others before it
// in the order are not done, and keepAll how much waits for them in results.
// Beyond it waits for its turn.
const (
	keepBytes = 4 << 20
	keepAll   = 8 << 20
)

// A result is what came out of a unit.
type result struct {
	task
	lines  []byte
	sum    Summary
	people map[string]*distinct
}

// size is about how many bytes a result keeps.
func (x *result) size() int {
	n := 4<<10 + cap(x.lines)
	for _, d := range x.people {
		n += 8 * cap(d.least)
	}
	return n
}

// A worker reads units.
type worker struct {
	*run
	scanner *detect.Scanner
	key     *detect.Key
	out     *result // of the unit that it reads
}

// unit reads one unit, and hands on what it found.
func (w *worker) unit(ctx context.Context, t task) error {
	w.out = w.fresh(t)
	skip := func(k Skip) { w.skip(&w.out.sum, k) }
	for _, k := range t.skipped {
		skip(k)
	}
	err := w.Source.Read(ctx, t.Unit, func(d Document) error { return w.document(ctx, d) }, skip)
	if err != nil {
		return err
	}
	w.out.sum.Units++
	if w.out.sum.Documents > 0 {
		w.out.sum.Bytes += max(0, t.Size)
	}
	return w.finish(ctx, w.out)
}

// fresh returns an empty result.
func (r *run) fresh(t task) *result {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.free) == 0 {
		r.free = append(r.free, &result{people: newPeople(r.Engine)})
	}
	last := len(r.free) - 1
	x := r.free[last]
	r.free = r.free[:last]
	x.task, x.lines, x.sum = t, x.lines[:0], newSummary(r.Store, "")
	for _, d := range x.people {
		*d = distinct{least: d.least[:0]}
	}
	return x
}

// document scans one document. What its text says at last, if it is not its
// end, is why the rest was not read.
func (w *worker) document(ctx context.Context, d Document) error {
	var emitErr error
	head := appendHead(nil, w.Store, d.Name)
	w.named(&w.out.sum, d.Name, d.Name)
	n, err := w.scanner.Scan(ctx, d.Text, d.Layout, func(h *detect.Hit) error {
		id := h.Detector()
		people := w.out.people[id]
		under := w.Engine.UnderFourteen(h)
		w.out.sum.Findings[id]++
		if under {
			w.out.sum.UnderFourteen++
		}
		w.found.Add(1)
		if people == nil && w.Out == nil {
			return nil
		}
		digest := h.Digest(w.key)
		if people != nil {
			people.add(digest.Uint64())
		}
		if w.Out == nil {
			return nil
		}
		w.out.lines = appendFinding(append(w.out.lines, head...), h, under, &digest)
		if len(w.out.lines) > keepBytes {
			emitErr = w.relieve(ctx)
		}
		return emitErr
	})
	w.out.sum.TextBytes += n
	w.out.sum.Documents++
	w.out.sum.Kinds[d.Kind]++
	for _, id := range w.scanner.Suspected() {
		w.out.sum.Suspected[id]++
	}
	for _, column := range w.scanner.Columns() {
		w.named(&w.out.sum, column, d.Name+" · "+column)
	}
	w.bytes.Add(n)
	switch {
	case emitErr != nil:
		return emitErr
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		w.out.sum.skip(SkipOf(d.Name, err))
	}
	return nil
}

// skip counts what was not read: its name may still tell something.
func (r *run) skip(s *Summary, k Skip) {
	s.skip(k)
	r.named(s, k.Document, k.Document)
}

// named counts a name by the rules of which a word is in it.
func (r *run) named(s *Summary, name, shown string) {
	for _, rule := range r.Rules.Named(name) {
		s.name(rule, grade.Names{Count: 1, Examples: []string{shown}})
	}
}

// relieve waits for the turn of the unit and writes what was found so far.
func (w *worker) relieve(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.next != w.out.n && ctx.Err() == nil {
		w.turn.Wait()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return w.write(w.out)
}

// write writes what was found. The lock is held.
func (r *run) write(x *result) error {
	if r.Out == nil {
		return nil
	}
	n, err := r.Out.Write(x.lines)
	r.written += int64(n)
	x.lines = x.lines[:0]
	return err
}

// finish keeps a result until its turn comes, and writes all whose turn it is.
// Where too much waits already, it waits.
func (r *run) finish(ctx context.Context, x *result) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	size := x.size()
	for r.next != x.n && r.waiting+size > keepAll && ctx.Err() == nil {
		r.turn.Wait()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	r.done[x.n] = x
	r.waiting += size
	if r.next != x.n {
		return nil
	}
	for x := r.done[r.next]; x != nil; x = r.done[r.next] {
		delete(r.done, r.next)
		r.waiting -= x.size()
		if err := r.count(x); err != nil {
			return err
		}
		r.next++
		if len(r.free) < r.Workers {
			r.free = append(r.free, x)
		}
	}
	r.turn.Broadcast()
	return r.saveLocked()
}

// count writes and counts a result. The lock is held.
func (r *run) count(x *result) error {
	if err := r.write(x); err != nil {
		return err
	}
	r.total.add(&x.sum)
	for id, d := range x.people {
		r.people[id].merge(d)
	}
	r.skipUntil, r.committed = x.Name, r.written
	r.units.Add(1)
	return nil
}

// saveLocked saves how far the scan is, if it is time. The lock is held.
func (r *run) saveLocked() error {
	if at := r.Now(); at.Sub(r.saved) >= saveEvery {
		r.saved = at
		return r.save()
	}
	return nil
}

func (r *run) save() error {
	if r.Save == nil {
		return nil
	}
	p := Progress{Last: r.skipUntil, Written: r.committed, Summary: r.total, People: r.people}
	p.Summary.Seconds = r.elapsed().Seconds()
	return r.Save(p)
}

// A Reasoned error says why something was not read, and what may be told of it.
type Reasoned interface {
	Why() Why
	Detail() string
}

// SkipOf is what an error says of a document. What is said by an error that is
// not [Reasoned] can quote the document, and is left out.
func SkipOf(document string, err error) Skip {
	var r Reasoned
	if errors.As(err, &r) {
		return Skip{document, r.Why(), r.Detail()}
	}
	return Skip{Document: document, Why: Damaged}
}
