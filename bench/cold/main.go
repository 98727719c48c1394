// Command cold runs a command 20 times and prints the median of its wall time
// and the most memory it had resident, as a row of a table.
package main

import (
	"fmt"
	"log"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

func main() {
	const runs = 20
	var walls []time.Duration
	var most int64
	for range runs {
		cmd := exec.Command(os.Args[2], os.Args[3:]...)
		start := time.Now()
		if err := cmd.Run(); err != nil {
			log.Fatalf("%v: %v", os.Args[2:], err)
		}
		walls = append(walls, time.Since(start))
		most = max(most, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	}
	slices.Sort(walls)
	fmt.Printf("| %s | %d ms | %d MiB |\n", os.Args[1], walls[runs/2].Milliseconds(), most/1024)
}
