package main

import (
	"fmt"
	"os"
	"time"

	"guanji/internal/discover"
	"guanji/internal/report"
)

// A scanBar tells how a scan goes, on one line of the terminal.
type scanBar struct{ *program }

// newScanBar returns one if errors go to a terminal, and nobody asked for
// quiet; else nil.
func newScanBar(p *program, quiet bool) *scanBar {
	f, ok := p.errs.(*os.File)
	if !ok || quiet {
		return nil
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return &scanBar{p}
}

// clearLine goes to the beginning of the line and empties it.
const clearLine = "\r\x1b[K"

func (b *scanBar) tell(s discover.State) {
	left := b.msg("scan.counting")
	if s.Listed && s.Bytes > 0 && s.AllBytes > 0 {
		done := min(1, float64(s.Bytes)/float64(s.AllBytes))
		rest := time.Duration(float64(s.Elapsed) * (1 - done) / max(done, 1e-6))
		left = b.msg("scan.left", int(done*100), rest.Round(time.Second).String())
	}
	fmt.Fprint(b.errs, clearLine, b.msg("scan.progress", s.Units, s.AllUnits, report.Bytes(s.Bytes), report.Bytes(int64(float64(s.Bytes)/max(s.Elapsed.Seconds(), 0.001))), s.Findings, left))
}

// end empties the line.
func (b *scanBar) end() {
	if b != nil {
		fmt.Fprint(b.errs, clearLine)
	}
}
