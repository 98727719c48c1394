package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"guanji/internal/message"
)

// TestTellsHowFarAFileIs reads ten bytes, one in each second.
func TestTellsHowFarAFileIs(t *testing.T) {
	var errs bytes.Buffer
	now := exampleNow
	p := &program{lang: message.English, errs: &errs, now: func() time.Time { now = now.Add(time.Second); return now }}
	r := p.telling(iotest.OneByteReader(strings.NewReader("0123456789")), "year.tar", 10)
	data, err := io.ReadAll(r)
	if err != nil || string(data) != "0123456789" {
		t.Fatalf("read %q, %v", data, err)
	}
	if n := strings.Count(errs.String(), "\n"); n != 5 || !strings.HasPrefix(errs.String(), "  year.tar: 2 of 10 bytes\n") {
		t.Errorf("told %d times:\n%s", n, errs.String())
	}
}

// TestNothingIsKeptOfWhatIsRefused adds records that are refused, each with a
// file: the vault stays as it was.
func TestNothingIsKeptOfWhatIsRefused(t *testing.T) {
	home := exampleHome(t)
	paper := filepath.Join(t.TempDir(), "paper.txt")
	must(t, os.WriteFile(paper, []byte("abc"), 0o600))
	kept := func() (n int) {
		must(t, filepath.WalkDir(filepath.Join(home, vaultFolder, "files"), func(string, os.DirEntry, error) error { n++; return nil }))
		return n
	}
	before := kept()
	for name, tt := range map[string]struct {
		organization string
		change       []string
		says         []string
	}{
		"no such organization": {"nobody", nil, []string{"there is no organization nobody"}},
		"no such kind":         {"harbour-bank", []string{"--kind", "rumour"}, []string{"--kind: there is no kind"}},
		"no such duty":         {"harbour-bank", []string{"--duty", "CSL-1"}, []string{"--duty: there is no duty CSL-1"}},
		"no such system":       {"harbour-bank", []string{"--subject", "nowhere"}, []string{"--subject: there is no system nowhere"}},
		"a day to come":        {"harbour-bank", []string{"--observed", "2026-11-21"}, []string{"--observed: this day is still to come"}},
		"no such result":       {"harbour-bank", []string{"--result", "fine"}, []string{"--result: choose one of these: in_order, gaps, none_found, no_event"}},
		"superseded already":   {"harbour-bank", []string{"--supersedes", "9", "--reason", "x"}, []string{"number 9 was superseded or ended already: number 10 stands in its place"}},
		"a missing file, and more": {"harbour-bank", []string{"--kind", "rumour", "--file", paper + ".none"},
			[]string{"--kind: there is no kind", "--file: there is no file"}},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"evidence", "add", tt.organization, "--kind", "drill.record", "--duty", "CSL-36-4-DRILLS", "--observed", "2026-10-01", "--result", "in_order",
				"--attested-by", "Li", "--file", paper}, tt.change...)
			code, _, errs := callAt(t, exampleNow, home, args...)
			for _, says := range tt.says {
				if code == exitDone || !strings.Contains(errs, says) {
					t.Errorf("= %d, %s; want %q", code, errs, says)
				}
			}
			if n := kept(); n != before {
				t.Errorf("%d more files are kept", n-before)
			}
		})
	}
}
