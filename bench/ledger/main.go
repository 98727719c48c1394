// Ledger measures the ledger beside Tessera's POSIX storage: how fast changes
// are acknowledged as durable, how long tiles, proofs and verification take,
// and how long positions take. It prints tables for RESULTS.md; ledger.sh
// calls it.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"slices"
	"strconv"
	"time"
)

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: ledger FOLDER POSTGRES SECONDS LEAVES")
	}
	seconds, err := strconv.ParseFloat(os.Args[3], 64)
	must(err)
	leaves, err := strconv.Atoi(os.Args[4])
	must(err)
	ctx := context.Background()
	b := benchmark{folder: os.Args[1], postgres: os.Args[2], each: time.Duration(seconds * float64(time.Second))}
	b.appends(ctx)
	b.million(ctx, leaves)
	b.positions(ctx)
}

type benchmark struct {
	folder, postgres string
	each             time.Duration
}

// A log is something to append to. Add returns when all n leaves of one writer
// are durable.
type appender struct {
	name string
	add  func(writer, n int) error
	done func()
}

// A load is how a log is used.
type load struct {
	name         string
	writers, atA int // writers at once, and leaves that each adds at a time
}

var loads = []load{{"1 writer, one at a time", 1, 1}, {"16 writers, one at a time", 16, 1}, {"16 writers, 256 at a time", 16, 256}}

const rounds = 3

// appends measures every log under every load, in rounds, so that a busy
// moment falls on all alike.
func (b benchmark) appends(ctx context.Context) {
	fmt.Printf("| what | %s | %s | %s |\n|---|---:|---:|---:|\n", loads[0].name, loads[1].name, loads[2].name)
	makers := []func(context.Context) appender{b.sqlite, b.postgresql, b.tessera(time.Millisecond, 4096), b.tessera(5*time.Millisecond, 4096), b.tessera(250*time.Millisecond, 256)}
	best := make([][]float64, len(makers))
	names := make([]string, len(makers))
	for range rounds {
		for i, make := range makers {
			log := make(ctx)
			names[i] = log.name
			for j, l := range loads {
				rate := measure(log, l, b.each)
				if len(best[i]) <= j {
					best[i] = append(best[i], 0)
				}
				best[i][j] = max(best[i][j], rate)
			}
			log.done()
		}
	}
	peer := make([]float64, len(loads))
	for i := 2; i < len(makers); i++ {
		for j := range loads {
			peer[j] = max(peer[j], best[i][j])
		}
	}
	for i, name := range names {
		fmt.Printf("| %s |", name)
		for j := range loads {
			fmt.Printf(" %.0f (%.1f) |", best[i][j], best[i][j]/peer[j])
		}
		fmt.Println()
	}
	fmt.Println()
}

// measure returns leaves a second.
func measure(a appender, l load, d time.Duration) float64 {
	start := time.Now()
	counts := make(chan int, l.writers)
	for w := range l.writers {
		go func() {
			n := 0
			for time.Since(start) < d {
				must(a.add(w, l.atA))
				n += l.atA
			}
			counts <- n
		}()
	}
	total := 0
	for range l.writers {
		total += <-counts
	}
	return float64(total) / time.Since(start).Seconds()
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// median runs something and returns the median of how long it took.
func median(n int, f func(i int)) time.Duration {
	times := make([]time.Duration, n)
	for i := range times {
		start := time.Now()
		f(i)
		times[i] = time.Since(start)
	}
	slices.Sort(times)
	return times[n/2]
}
