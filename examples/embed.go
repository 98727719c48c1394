// Package examples holds fictional organizations to try the program on.
package examples

import "embed"

// Demo is the example that the command demo shows.
const Demo = "designated-bank.yaml"

// DemoFile is the content of the example that the command demo shows.
//
//go:embed designated-bank.yaml
var DemoFile []byte

// DemoEvidence is a year of evidence of the same example, within [Evidence].
const DemoEvidence = "designated-bank.evidence.yaml"

// Evidence has the evidence file, and the files that it names.
//
//go:embed designated-bank.evidence.yaml evidence
var Evidence embed.FS

// DemoIncidents is what happens to the same example while it is shown: steps
// of incidents, each with the minutes since it happened.
//
//go:embed designated-bank.incidents.json
var DemoIncidents []byte
