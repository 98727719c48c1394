// Respond measures background work beside River: how many empty jobs a second
// are queued, done and ended, and how late what is due at a moment begins; and
// how late running clocks of incidents fire. It prints tables for RESULTS.md;
// respond.sh calls it.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"
)

func main() {
	if len(os.Args) != 6 {
		log.Fatal("usage: respond FOLDER POSTGRES JOBS CLOCKS SECONDS")
	}
	number := func(i int) int {
		n, err := strconv.Atoi(os.Args[i])
		must(err)
		return n
	}
	b := benchmark{folder: os.Args[1], postgres: os.Args[2], jobs: number(3), clocks: number(4), spread: time.Duration(number(5)) * time.Second}
	ctx := context.Background()
	b.throughput(ctx)
	b.lateness(ctx)
}

type benchmark struct {
	folder, postgres string
	jobs, clocks     int
	spread           time.Duration // in which so many clocks end
}

// A runner does jobs that do nothing. Add queues jobs that are due at moments,
// in one transaction; work does jobs until the context ends, and tells of each
// that begins, and of those that have ended.
type runner struct {
	name string
	add  func(ctx context.Context, at []time.Time)
	work func(ctx context.Context, began func(due time.Time), ended func(n int))
	done func()
}

// A maker makes a runner on a new database.
type maker struct {
	engine string
	peer   bool
	make   func(ctx context.Context) runner
}

func (b benchmark) makers() []maker {
	return []maker{
		{"SQLite", false, b.oursSQLite(false)}, {"PostgreSQL", false, b.oursPostgres(false)},
		{"SQLite", false, b.oursSQLite(true)}, {"PostgreSQL", false, b.oursPostgres(true)},
		{"SQLite", true, b.riverSQLite(false)}, {"PostgreSQL", true, b.riverPostgres(false)},
		{"SQLite", true, b.riverSQLite(true)}, {"PostgreSQL", true, b.riverPostgres(true)},
	}
}

const (
	rounds  = 3
	writers = 16
)

// rates is how many jobs a second ended: queued by some writers one at a time
// while they are done, and done when all are there already.
type rates struct{ live, there float64 }

func (r rates) best(o rates) rates { return rates{max(r.live, o.live), max(r.there, o.there)} }

// throughput measures jobs a second. In rounds, so that a busy moment falls on
// all alike.
func (b benchmark) throughput(ctx context.Context) {
	names, best, peers := make([]string, len(b.makers())), make([]rates, len(b.makers())), map[string]rates{}
	for range rounds {
		for i, m := range b.makers() {
			r := m.make(ctx)
			names[i], best[i] = r.name, best[i].best(rates{b.live(ctx, r), b.there(ctx, r)})
			r.done()
			if m.peer {
				peers[m.engine] = peers[m.engine].best(best[i])
			}
		}
	}
	fmt.Printf("| what | queued one at a time by %d writers, and done | done, when all are there |\n|---|---:|---:|\n", writers)
	for i, m := range b.makers() {
		peer := peers[m.engine]
		fmt.Printf("| %s | %.0f (%.1f) | %.0f (%.1f) |\n", names[i], best[i].live, best[i].live/peer.live, best[i].there, best[i].there/peer.there)
	}
	fmt.Println()
}

// counter waits until so many have ended.
type counter struct {
	mu   sync.Mutex
	left int
	zero chan struct{}
}

func counting(n int) *counter { return &counter{left: n, zero: make(chan struct{})} }

func (c *counter) ended(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left -= n; c.left <= 0 && c.left+n > 0 {
		close(c.zero)
	}
}

// live queues jobs while they are done, and returns how many ended a second.
func (b benchmark) live(ctx context.Context, r runner) float64 {
	each := b.jobs / writers
	c := counting(each * writers)
	stop := start(ctx, r, func(time.Time) {}, c.ended)
	began := time.Now()
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range each {
				r.add(ctx, []time.Time{time.Now()})
			}
		})
	}
	wg.Wait()
	<-c.zero
	took := time.Since(began)
	stop()
	return float64(each*writers) / took.Seconds()
}

// there queues all jobs first, and returns how many ended a second then.
func (b benchmark) there(ctx context.Context, r runner) float64 {
	r.add(ctx, slices.Repeat([]time.Time{time.Now()}, b.jobs))
	c := counting(b.jobs)
	began := time.Now()
	stop := start(ctx, r, func(time.Time) {}, c.ended)
	<-c.zero
	took := time.Since(began)
	stop()
	return float64(b.jobs) / took.Seconds()
}

// start has a runner work until it is stopped.
func start(ctx context.Context, r runner, began func(time.Time), ended func(int)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	over := make(chan struct{})
	go func() { defer close(over); r.work(ctx, began, ended) }()
	return func() { cancel(); <-over }
}

// latenesses is how late each of many was.
type latenesses struct {
	mu  sync.Mutex
	all []time.Duration
}

func (l *latenesses) add(due time.Time) {
	late := time.Since(due)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, late)
}

// row prints the median, the 99th of a hundred and the worst.
func (l *latenesses) row(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	slices.Sort(l.all)
	at := func(part float64) time.Duration {
		return l.all[min(len(l.all)-1, int(part*float64(len(l.all))))].Round(time.Millisecond)
	}
	fmt.Printf("| %s | %d | %s | %s | %s |\n", name, len(l.all), at(0.5), at(0.99), at(1))
}

// lateness measures how late clocks of incidents fire, and how late empty jobs
// begin that are due at the same moments.
func (b benchmark) lateness(ctx context.Context) {
	fmt.Print("| what | how many | p50 | p99 | max |\n|---|---:|---:|---:|---:|\n")
	for _, spread := range []time.Duration{b.spread, 0} {
		b.fire(ctx, "SQLite", b.sqliteAddress, spread)
		b.fire(ctx, "PostgreSQL", b.schema, spread)
	}
	for _, make := range []func(context.Context) runner{b.oursSQLite(true), b.oursPostgres(true), b.riverSQLite(false), b.riverPostgres(false)} {
		r := make(ctx)
		late := &latenesses{}
		c := counting(b.clocks)
		first := time.Now().Add(lead)
		r.add(ctx, b.moments(first, b.spread))
		if time.Now().After(first) {
			log.Fatalf("%s: queueing took longer than %s", r.name, lead)
		}
		stop := start(ctx, r, late.add, c.ended)
		<-c.zero
		stop()
		r.done()
		late.row(r.name + ": an empty job begins")
	}
	fmt.Println()
}

// lead is how long before the first moment everything is made ready.
const lead = 30 * time.Second

// moments are spread evenly.
func (b benchmark) moments(from time.Time, spread time.Duration) []time.Time {
	list := make([]time.Time, b.clocks)
	for i := range list {
		list[i] = from.Add(spread * time.Duration(i) / time.Duration(b.clocks))
	}
	return list
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
