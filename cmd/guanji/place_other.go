//go:build !unix

package main

import "io/fs"

// fileNumber is not known: only the path tells a home from its copy.
func fileNumber(fs.FileInfo) string { return "" }
