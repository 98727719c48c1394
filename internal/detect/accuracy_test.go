package detect

import (
	"bufio"
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// marks are the letters by which testdata/accuracy marks what is truly there.
var marks = map[string]string{
	"N": "cn_name", "A": "cn_address", "P": "cn_plate", "M": "cn_mobile", "L": "cn_landline", "I": "cn_rid18",
	"C": "cn_bankcard", "U": "cn_uscc", "R": "cn_residence_permit", "E": "email",
	"S": "cn_social_security", "Z": "postcode", "4": "ipv4",
}

// floors are the least F1 of a detector on all forms together, a little under
// what was measured on 2026-11-27. A detector without one must find nothing.
var floors = map[string]float64{
	"cn_name": 0.86, "cn_address": 0.95, "cn_mobile": 0.97, "cn_landline": 0.95, "cn_plate": 0.98, "cn_rid18": 0.98,
	"cn_residence_permit": 0.98, "cn_bankcard": 0.98, "cn_uscc": 0.98, "email": 0.98, "cn_social_security": 0.98, "postcode": 0.98,
	"ipv4": 0.98,
}

// formFloors are the same for names in one form.
var formFloors = map[string]float64{"prose": 0.87, "columns": 0.92, "fields": 0.93, "fresh": 0.85}

// truth is a part of a text that is an identifier, or that may be taken for one
// or not (free).
type truth struct {
	detector   string
	start, end int
	free, met  bool
}

// unmark takes the marks out of a text.
func unmark(t *testing.T, marked string) (string, []truth) {
	t.Helper()
	var text strings.Builder
	var list []truth
	for marked != "" {
		before, rest, found := strings.Cut(marked, "⟦")
		text.WriteString(before)
		if !found {
			break
		}
		in, after, _ := strings.Cut(rest, "⟧")
		mark, value, _ := strings.Cut(in, " ")
		letter, free := strings.CutPrefix(mark, "?")
		if marks[letter] == "" || value == "" {
			t.Fatalf("no such mark: %q", in)
		}
		start := text.Len()
		text.WriteString(value)
		list = append(list, truth{detector: marks[letter], start: start, end: text.Len(), free: free})
		marked = after
	}
	return text.String(), list
}

// accuracyDocuments are the documents of a file: its lines, or what stands
// between lines of "---" if it holds tables. Lines that begin with "# " are
// comments.
func accuracyDocuments(t *testing.T, name string, tables bool) []string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "accuracy", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []string
	var table strings.Builder
	s := bufio.NewScanner(f)
	for s.Scan() {
		switch line := s.Text(); {
		case strings.HasPrefix(line, "# "), line == "":
		case !tables:
			list = append(list, line+"\n")
		case line == "---":
			list = append(list, table.String())
			table.Reset()
		default:
			table.WriteString(line + "\n")
		}
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	if tables {
		list = append(list, table.String())
	}
	return list
}

// tally counts what one detector did in one form.
type tally struct{ right, exact, wrong, missed int }

func (c tally) add(o tally) tally {
	return tally{c.right + o.right, c.exact + o.exact, c.wrong + o.wrong, c.missed + o.missed}
}

func (c tally) f1() float64 {
	if c.right+c.wrong+c.missed == 0 {
		return 1
	}
	return 2 * float64(c.right) / float64(2*c.right+c.wrong+c.missed)
}

func share(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

// tallies count by form and detector; the form "all" has their sums.
type tallies map[[2]string]tally

func (c tallies) add(form, detector string, more tally) {
	for _, k := range [...][2]string{{form, detector}, {"all", detector}} {
		c[k] = c[k].add(more)
	}
}

// layoutOfLine is how a line of fields.txt is laid out.
func layoutOfLine(line string) Layout {
	switch {
	case strings.HasPrefix(line, "{"):
		return Layout{Form: Keyed}
	case strings.HasPrefix(line, "<"):
		return Layout{Form: Tagged}
	case strings.HasPrefix(line, "INSERT "):
		return Layout{Form: Dump}
	}
	return plainText
}

// TestAccuracy measures the detectors on text that was written without them
// and before they were looked at: testdata/accuracy/README.md. A finding is
// right if it and a mark of its detector have at least half of their union in
// common. With -v it lists what is wrong and what was missed.
func TestAccuracy(t *testing.T) {
	e := engine(t)
	counts := tallies{}
	for _, form := range []string{"prose", "fields", "columns", "varied", "varied-columns", "unseen", "unseen-columns", "fresh"} {
		tables := strings.HasSuffix(form, "columns")
		for _, marked := range accuracyDocuments(t, form+".txt", tables) {
			text, truths := unmark(t, marked)
			layout := layoutOfLine(text)
			if tables {
				layout = Layout{Form: Delimited, Cell: ',', Row: '\n', Quoted: true}
			}
			compare(t, counts, form, text, truths, find(t, e, text, layout))
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(counts), func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(a[1], b[1]), cmp.Compare(a[0], b[0]))
	}) {
		c := counts[k]
		t.Logf("%-20s %-8s right %3d (exact %3d) wrong %3d missed %3d  precision %.3f recall %.3f F1 %.3f", k[1], k[0], c.right, c.exact, c.wrong, c.missed,
			share(c.right, c.right+c.wrong), share(c.right, c.right+c.missed), c.f1())
		if least, ok := floors[k[1]]; k[0] == "all" && (!ok || c.f1() < least) {
			t.Errorf("%s: F1 is %.3f, want at least %.2f", k[1], c.f1(), least)
		}
		if least := formFloors[k[0]]; k[1] == "cn_name" && c.f1() < least {
			t.Errorf("%s in %s: F1 is %.3f, want at least %.2f", k[1], k[0], c.f1(), least)
		}
	}
}

// compare counts what was found in a text, and what was not.
func compare(t *testing.T, counts tallies, form, text string, truths []truth, list []found) {
	for _, f := range list {
		start, end := int(f.Offset), int(f.Offset)+len(f.Value)
		i := slices.IndexFunc(truths, func(tr truth) bool {
			both := min(end, tr.end) - max(start, tr.start)
			return tr.detector == f.Detector && !tr.met && (2*both >= max(end, tr.end)-min(start, tr.start) || tr.free && both > 0)
		})
		switch {
		case i < 0:
			counts.add(form, f.Detector, tally{wrong: 1})
			t.Logf("%s: wrong %s %q, %d points, column %q, in %q", form, f.Detector, f.Value, f.Points, f.Column, lineAround(text, start, end))
		case truths[i].free:
		case start == truths[i].start && end == truths[i].end:
			truths[i].met = true
			counts.add(form, f.Detector, tally{right: 1, exact: 1})
		default:
			truths[i].met = true
			counts.add(form, f.Detector, tally{right: 1})
			t.Logf("%s: inexact %s %q for %q", form, f.Detector, f.Value, text[truths[i].start:truths[i].end])
		}
	}
	for _, tr := range truths {
		if !tr.met && !tr.free {
			counts.add(form, tr.detector, tally{missed: 1})
			t.Logf("%s: missed %s %q in %q", form, tr.detector, text[tr.start:tr.end], lineAround(text, tr.start, tr.end))
		}
	}
}

// lineAround is the line of a text that a part of it stands in.
func lineAround(text string, start, end int) string {
	from := strings.LastIndexByte(text[:start], '\n') + 1
	to := end + strings.IndexByte(text[end:]+"\n", '\n')
	return text[from:to]
}
