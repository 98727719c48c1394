package main

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"guanji/internal/day"
	"guanji/internal/discover"
	"guanji/internal/evidence"
	"guanji/internal/problem"
	"guanji/internal/regime"
)

// coverageKind is the kind of evidence that a scan leaves.
const coverageKind = "scan.coverage"

// checkFiling refuses evidence that could not be filed when a scan has ended: it
// asks for that of a scan of one document.
func (p *program) checkFiling(cmd *cobra.Command, f scanFlags) error {
	return p.withInstallation(func(cmd *cobra.Command, in *installation, args []string) error {
		return p.checkRecord(cmd, in, args[0], p.coverageRecord(in, f, []discover.Summary{{Store: "-", Documents: 1}}), nil)
	})(cmd, []string{f.organization})
}

// coverageRecord is the record of what scans read.
func (p *program) coverageRecord(in *installation, f scanFlags, summaries []discover.Summary) *evidence.Record {
	r := coverage(summaries, p.now())
	r.Subject = f.subject
	if r.Duties = f.duties; len(r.Duties) == 0 {
		r.Duties = dutiesBy(in.set, coverageKind)
	}
	return r
}

// fileScan files what a scan read, and what it did not, as evidence: its
// summaries, and none of its findings.
func (p *program) fileScan(cmd *cobra.Command, f scanFlags, summaries []discover.Summary) error {
	return p.changing(func(cmd *cobra.Command, in *installation, args []string) error {
		r := p.coverageRecord(in, f, summaries)
		dir, err := os.MkdirTemp("", "guanji-*")
		if err != nil {
			return problem.New(problem.Refused, "cmd.write").Because(err)
		}
		defer os.RemoveAll(dir)
		name := filepath.Join(dir, "scan-summary.json")
		data, err := json.MarshalIndent(summaries, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(name, data, 0o600); err != nil {
			return problem.New(problem.Refused, "cmd.write").Because(err)
		}
		if err := p.checkRecord(cmd, in, args[0], r, []string{name}); err != nil {
			return err
		}
		if r.Files, err = p.keepFiles(cmd, in, []string{name}); err != nil {
			return err
		}
		p.format = "text"
		return p.fileOne(cmd, in, args[0], evidence.Item{Record: r})
	})(cmd, []string{f.organization})
}

// coverage is the record of scans: of how many documents how many were read.
func coverage(summaries []discover.Summary, now time.Time) *evidence.Record {
	read, skipped, found := int64(0), int64(0), int64(0)
	why := map[discover.Why]int64{}
	var stores []string
	for _, s := range summaries {
		read += s.Documents
		stores = append(stores, s.Store)
		for _, n := range s.Findings {
			found += n
		}
		for k, n := range s.SkippedCount {
			skipped += n
			why[k] += n
		}
	}
	var reasons []string
	for _, c := range discover.Counts(why) {
		reasons = append(reasons, c.Name)
	}
	result := evidence.NothingIn
	if found > 0 || skipped > 0 {
		result = evidence.Gaps
	}
	if found > 0 && skipped == 0 {
		result = evidence.InOrder
	}
	return &evidence.Record{
		Kind: coverageKind, Observed: day.In(now), Result: result,
		Method: evidence.Method{Kind: evidence.Measured, Run: "scan/" + now.UTC().Format(time.RFC3339), Tool: "guanji scan", Version: cmp.Or(summaries[0].Detectors, "-")},
		Scope:  &evidence.Scope{What: "documents of " + strings.Join(stores, ", "), Population: read + skipped, Sample: read + skipped, Skipped: skipped, Why: strings.Join(reasons, ", ")},
	}
}

// dutiesBy are the duties that ask for a kind of evidence.
func dutiesBy(set *regime.Set, kind string) (ids []string) {
	for _, d := range set.Duties {
		for _, e := range d.Evidence {
			if e.Kind.Value == kind {
				ids = append(ids, d.ID.Value)
				break
			}
		}
	}
	return ids
}
