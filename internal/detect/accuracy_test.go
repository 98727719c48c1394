package detect

import (
	"bufio"
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
}

// floors are the least F1 of a detector on all forms together, a little under
// what was measured. A detector without one must find nothing that is not marked.
var floors = map[string]float64{
	"cn_name": 0.75, "cn_address": 0.90, "cn_mobile": 0.95, "cn_landline": 0.93, "cn_plate": 0.99, "cn_rid18": 0.99, "cn_bankcard": 0.99,
	"cn_uscc": 0.99, "cn_residence_permit": 0.99, "email": 0.99,
}

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

// TestAccuracy measures the detectors on text that was written without them
// and before they were looked at: testdata/accuracy/README.md. A finding is
// right if it and a mark of its detector have at least half of their union in
// common. With -v it lists what is wrong and what was missed.
func TestAccuracy(t *testing.T) {
	e := engine(t)
	plain := func(line string) Layout {
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
	type key struct{ form, detector string }
	counts := map[key]tally{}
	all := map[string]tally{}
	forms := []string{"prose", "fields", "columns"}
	for _, form := range forms {
		for _, marked := range accuracyDocuments(t, form+".txt", form == "columns") {
			text, truths := unmark(t, marked)
			layout := plain(text)
			if form == "columns" {
				layout = Layout{Form: Delimited, Cell: ',', Row: '\n', Quoted: true}
			}
			found := find(t, e, text, layout)
			seen := map[string]tally{}
			for _, f := range found {
				start, end := int(f.Offset), int(f.Offset)+len(f.Value)
				i := slices.IndexFunc(truths, func(tr truth) bool {
					both := min(end, tr.end) - max(start, tr.start)
					return tr.detector == f.Detector && !tr.met && (2*both >= max(end, tr.end)-min(start, tr.start) || tr.free && both > 0)
				})
				c := seen[f.Detector]
				switch {
				case i < 0:
					c.wrong++
					t.Logf("%s: wrong %s %q, %d points, column %q, in %q", form, f.Detector, f.Value, f.Points, f.Column, around(text, start, end))
				case truths[i].free:
				default:
					truths[i].met = true
					c.right++
					if start == truths[i].start && end == truths[i].end {
						c.exact++
					} else {
						t.Logf("%s: inexact %s %q for %q", form, f.Detector, f.Value, text[truths[i].start:truths[i].end])
					}
				}
				seen[f.Detector] = c
			}
			for _, tr := range truths {
				if !tr.met && !tr.free {
					c := seen[tr.detector]
					c.missed++
					seen[tr.detector] = c
					t.Logf("%s: missed %s %q in %q", form, tr.detector, text[tr.start:tr.end], around(text, tr.start, tr.end))
				}
			}
			for id, c := range seen {
				counts[key{form, id}] = counts[key{form, id}].add(c)
				all[id] = all[id].add(c)
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		for _, form := range append(slices.Clone(forms), "all") {
			c := counts[key{form, id}]
			if form == "all" {
				c = all[id]
			}
			if c != (tally{}) {
				t.Logf("%-20s %-8s right %3d (exact %3d) wrong %3d missed %3d  P %.3f R %.3f F1 %.3f", id, form, c.right, c.exact, c.wrong, c.missed,
					share(c.right, c.right+c.wrong), share(c.right, c.right+c.missed), c.f1())
			}
		}
		if got := all[id].f1(); got < floors[id] {
			t.Errorf("%s: F1 is %.3f, want at least %.2f", id, got, floors[id])
		}
	}
}

// around is the line of a text that a part of it stands in.
func around(text string, start, end int) string {
	from := strings.LastIndexByte(text[:start], '\n') + 1
	to := end + strings.IndexByte(text[end:]+"\n", '\n')
	return text[from:to]
}
