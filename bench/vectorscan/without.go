//go:build !vectorscan

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "vectorscan: build it with -tags vectorscan; it needs libvectorscan-dev")
	os.Exit(1)
}
