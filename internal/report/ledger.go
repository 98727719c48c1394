package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"guanji/internal/message"
	"guanji/internal/record"
)

// Verification writes what was verified of a ledger, what is wrong first.
func Verification(w io.Writer, l message.Lang, r *record.Report) error {
	t := &texts{lang: l}
	if r.Whole() {
		t.line("verify.whole")
	} else {
		t.line("verify.faults", int64(len(r.Faults))+r.More)
	}
	for _, f := range r.Faults {
		t.raw("  ✗ " + f.Text.In(l))
	}
	if r.More > 0 {
		t.line("verify.more", r.More)
	}
	t.raw("")
	t.line("verify.leaves", r.Size, r.Under)
	if waiting := r.Size - r.Under; waiting > 0 {
		t.line("verify.waiting", waiting)
	}
	t.line("verify.checkpoints", r.Checkpoints, r.Given)
	var counts []string
	for _, what := range slices.Sorted(maps.Keys(r.Records)) {
		counts = append(counts, fmt.Sprintf("%s %d", message.New("verify.what."+string(what)).In(l), r.Records[what]))
	}
	t.line("verify.records", strings.Join(counts, ", "))
	t.line("verify.files", r.Files, r.Bytes)
	t.line("verify.keys", strings.Join(r.Keys, ", "))
	if r.Compared == 0 {
		t.line("verify.no_witness")
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

// texts collects lines.
type texts struct {
	lang message.Lang
	b    strings.Builder
}

func (t *texts) line(key string, args ...any) { t.raw(message.New(key, args...).In(t.lang)) }

func (t *texts) raw(line string) { fmt.Fprintln(&t.b, line) }
