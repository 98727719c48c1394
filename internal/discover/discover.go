// Package discover finds personal information and secrets where an
// organization keeps its data: it reads what a [Source] lists with the
// detectors of package detect, and says what was read and what was not.
package discover

import (
	"cmp"
	"maps"
	"slices"

	"guanji/internal/detect"
	"guanji/internal/detect/grade"
)

// A Finding is one item found in a document. Its value is nowhere in it.
type Finding struct {
	Type     string `json:"type"` // "finding"
	Store    string `json:"store"`
	Document string `json:"document"`
	Detector string `json:"detector"`
	// Rule is the format of a secret.
	Rule string `json:"rule,omitempty"`
	// Offset and Length are in bytes of the decoded document.
	Offset int64 `json:"offset"`
	Length int   `json:"length"`
	// Line counts from 1: lines, or rows of a table.
	Line int64 `json:"line"`
	// Column is the column, key or tag.
	Column     string  `json:"column,omitempty"`
	Confidence float64 `json:"confidence"`
	// UnderFourteen: an identity number whose day of birth is that of a child.
	UnderFourteen bool   `json:"under_14,omitempty"`
	Mask          string `json:"mask"`
	Digest        string `json:"digest"`
}

// skippedListed is how many of what was not read a summary names one by one.
// All are counted by their reason.
const skippedListed = 100_000

// A Summary says what a scan read, what it did not, and what it found.
type Summary struct {
	Type  string `json:"type"` // "summary"
	Store string `json:"store"`
	// Bytes are those of the units that were read, as they are stored;
	// TextBytes those of the decoded documents.
	Bytes     int64 `json:"bytes"`
	TextBytes int64 `json:"text_bytes"`
	Units     int64 `json:"units"`
	Documents int64 `json:"documents"`
	// Skipped lists what was not read; SkippedCount counts it by reason.
	Skipped      []Skip           `json:"skipped"`
	SkippedCount map[Why]int64    `json:"skipped_count"`
	Kinds        map[string]int64 `json:"kinds"` // documents by format
	Findings     map[string]int64 `json:"findings"`
	// Standard says what counts as sensitive. Sensitive counts findings by class
	// of sensitive personal information, and Suspected documents with a column
	// that is named for one, or a word of it near people.
	Standard  detect.Standard  `json:"standard"`
	Sensitive map[string]int64 `json:"sensitive"`
	Suspected map[string]int64 `json:"suspected"`
	// UnderFourteen counts identity numbers of people under fourteen.
	UnderFourteen int64 `json:"under_14"`
	// Distinct estimates how many different values each detector of people
	// found, and People of how many people the data is at least: the most of
	// them. Both are exact below 16384, and 0.8 percent off (the standard error)
	// beyond.
	Distinct map[string]int64 `json:"distinct"`
	People   int64            `json:"people"`
	// Named counts names with words of what may be important data, by rule.
	Named map[string]*grade.Names `json:"named"`
	Grade grade.Grade             `json:"grade"`
	// Detectors is the digest of all that decides what is found.
	Detectors string  `json:"detectors"`
	Seconds   float64 `json:"seconds"`
	// Resumed says that the scan was continued after an interruption.
	Resumed bool `json:"resumed,omitempty"`
}

// newSummary returns one in which nothing is nil.
func newSummary(store, detectors string) Summary {
	return Summary{
		Type: "summary", Store: store, Detectors: detectors, Skipped: []Skip{},
		SkippedCount: map[Why]int64{}, Kinds: map[string]int64{}, Findings: map[string]int64{},
		Sensitive: map[string]int64{}, Suspected: map[string]int64{}, Distinct: map[string]int64{}, Named: map[string]*grade.Names{},
	}
}

// add counts what another summary counted.
func (s *Summary) add(o *Summary) {
	s.Bytes += o.Bytes
	s.TextBytes += o.TextBytes
	s.Units += o.Units
	s.Documents += o.Documents
	s.Skipped = append(s.Skipped, o.Skipped[:min(len(o.Skipped), skippedListed-len(s.Skipped))]...)
	addCounts(s.SkippedCount, o.SkippedCount)
	addCounts(s.Kinds, o.Kinds)
	addCounts(s.Findings, o.Findings)
	addCounts(s.Suspected, o.Suspected)
	s.UnderFourteen += o.UnderFourteen
	for rule, names := range o.Named {
		s.name(rule, *names)
	}
}

// name counts names with a word of a rule.
func (s *Summary) name(rule string, names grade.Names) {
	if s.Named[rule] == nil {
		s.Named[rule] = &grade.Names{Examples: []string{}}
	}
	s.Named[rule].Add(names)
}

func addCounts[K comparable](to, from map[K]int64) {
	for k, n := range from {
		to[k] += n
	}
}

// skip counts something that was not read.
func (s *Summary) skip(k Skip) {
	s.SkippedCount[k.Why]++
	if len(s.Skipped) < skippedListed {
		s.Skipped = append(s.Skipped, k)
	}
}

// A Count is one entry of a counted map.
type Count struct {
	Name string
	N    int64
}

// Counts returns the entries of a map, the most first, then by name.
func Counts[K ~string](m map[K]int64) []Count {
	var list []Count
	for _, k := range slices.Sorted(maps.Keys(m)) {
		list = append(list, Count{string(k), m[k]})
	}
	slices.SortStableFunc(list, func(a, b Count) int { return cmp.Compare(b.N, a.N) })
	return list
}
