// Package examples holds fictional organizations to try the program on.
package examples

import _ "embed"

// Demo is the example that the command demo shows.
const Demo = "designated-bank.yaml"

// DemoFile is the content of the example that the command demo shows.
//
//go:embed designated-bank.yaml
var DemoFile []byte
