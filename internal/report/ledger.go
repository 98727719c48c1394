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

// VerificationView is what was verified of a ledger in JSON.
type VerificationView struct {
	Guanji int  `json:"guanji"`
	Whole  bool `json:"whole"` // nothing is wrong
	*record.Report
}

// VerificationOf returns what was verified in the form of JSON.
func VerificationOf(r *record.Report) VerificationView { return VerificationView{1, r.Whole(), r} }

// Verification writes what was verified of a ledger, what is wrong first.
func Verification(w io.Writer, l message.Lang, r *record.Report) error {
	t := &texts{lang: l}
	switch {
	case !r.Whole():
		t.line("verify.faults", int64(len(r.Faults))+r.More)
	case r.Size == 0:
		t.line("verify.empty")
	default:
		t.line("verify.whole")
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
	t.records(r)
	t.line("verify.files", r.Files, r.Bytes)
	t.unnamed(r.Unnamed)
	t.line("verify.keys", strings.Join(r.Keys, ", "))
	if r.Compared == 0 {
		t.line("verify.no_witness")
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

// records counts what was verified, kind by kind.
func (t *texts) records(r *record.Report) {
	var counts []string
	for _, what := range slices.Sorted(maps.Keys(r.Records)) {
		counts = append(counts, fmt.Sprintf("%s %d", message.New("verify.what."+string(what)).In(t.lang), r.Records[what]))
	}
	if len(counts) > 0 {
		t.line("verify.records", strings.Join(counts, ", "))
	}
}

// unnamed tells of the files that no record names.
func (t *texts) unnamed(u record.Unnamed) {
	if u.Files == 0 {
		return
	}
	t.line("verify.unnamed", u.Files, u.Bytes)
	for _, digest := range u.First {
		t.raw("  " + digest)
	}
	if more := u.Files - int64(len(u.First)); more > 0 {
		t.line("verify.more", more)
	}
}

// texts collects lines.
type texts struct {
	lang message.Lang
	b    strings.Builder
}

func (t *texts) line(key string, args ...any) { t.raw(message.New(key, args...).In(t.lang)) }

func (t *texts) raw(line string) { fmt.Fprintln(&t.b, line) }
