// Command organization prints a fictional organization file with the given
// number of systems.
package main

import (
	"log"
	"math/rand/v2"
	"os"
	"strconv"

	"guanji/bench"
)

func main() {
	n, err := strconv.Atoi(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	r := rand.New(rand.NewPCG(5, 6))
	systems := make([]bench.Facts, n)
	for i := range systems {
		systems[i] = bench.System(r)
	}
	if _, err := os.Stdout.Write(bench.File(bench.Organization(r), systems)); err != nil {
		log.Fatal(err)
	}
}
