package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"

	"guanji/internal/detect"
	"guanji/internal/detect/grade"
	"guanji/internal/discover"
	"guanji/internal/message"
)

// FindingLine writes one finding for people: its document first, if it is
// another than before.
func FindingLine(w io.Writer, l message.Lang, f discover.Finding, another bool) error {
	if another {
		if _, err := fmt.Fprintf(w, "\n%s\n", visible(f.Document)); err != nil {
			return err
		}
	}
	where := message.New("scan.line", f.Line).In(l)
	if f.Column != "" {
		where += " · " + visible(f.Column)
	}
	_, err := fmt.Fprintf(w, "  %s %s %3.0f%%  %s\n", pad(where, 24), pad(f.Detector, 20), f.Confidence*100, visible(f.Mask))
	return err
}

// visible makes a name or a text of others fit for a terminal: what would move
// the cursor, change colours or the direction of writing is shown by its code.
func visible(s string) string {
	if !strings.ContainsFunc(s, unprintable) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unprintable(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func unprintable(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) }

// listedSkips is how many of what was not read a summary names for people.
const listedSkips = 20

// ScanSummary writes what a scan read, what it did not, and what it found by
// these detectors.
func ScanSummary(w io.Writer, l message.Lang, s discover.Summary, by []detect.Detector) error {
	names := map[string]string{}
	for _, d := range by {
		names[d.ID] = d.Name.In(l)
	}
	say := func(key string, args ...any) string { return message.New(key, args...).In(l) }
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\n%s\n", say("scan.of", visible(s.Store)))
	fmt.Fprintf(t, "%s\n", say("scan.read", s.Units, Bytes(s.Bytes), s.Documents, Bytes(s.TextBytes), s.Seconds))
	if s.Resumed {
		fmt.Fprintln(t, say("scan.was_resumed"))
	}
	if len(s.Findings) == 0 {
		fmt.Fprintln(t, say("scan.nothing"))
	}
	for _, c := range discover.Counts(s.Findings) {
		fmt.Fprintf(t, "  %s\t%d\t%s\n", c.Name, c.N, names[c.Name])
	}
	switch {
	case s.People >= discover.Exact:
		fmt.Fprintln(t, say("scan.people_about", s.People))
	case s.People > 0:
		fmt.Fprintln(t, say("scan.people", s.People))
	}
	if len(s.Sensitive) > 0 {
		fmt.Fprintln(t, say("scan.sensitive", say("scan.standard."+string(s.Standard))))
	}
	for _, c := range discover.Counts(s.Sensitive) {
		fmt.Fprintf(t, "  %s\t%d\n", say("scan.class."+c.Name), c.N)
	}
	if len(s.Suspected) > 0 {
		fmt.Fprintln(t, say("scan.suspected"))
	}
	for _, c := range discover.Counts(s.Suspected) {
		fmt.Fprintf(t, "  %s\t%d\n", say("scan.class."+c.Name), c.N)
	}
	if len(s.SkippedCount) == 0 {
		fmt.Fprintln(t, say("scan.all_read"))
	} else {
		fmt.Fprintln(t, say("scan.not_read"))
	}
	for _, c := range discover.Counts(s.SkippedCount) {
		fmt.Fprintf(t, "  %s\t%d\n", say("scan.why."+c.Name), c.N)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if err := skippedNames(w, l, s); err != nil {
		return err
	}
	return level(w, l, s.Grade)
}

// level writes the level of what was found, and why.
func level(w io.Writer, l message.Lang, g grade.Grade) error {
	if _, err := fmt.Fprintf(w, "\n%s\n", message.New("scan.level."+string(g.Level)).In(l)); err != nil {
		return err
	}
	for _, r := range g.Because {
		name := r.Name.In(l)
		if r.Degree != "" {
			name = message.New("scan.harm."+r.Degree, name).In(l)
		}
		fmt.Fprintf(w, "  %s\n    %s · %s\n", message.New("scan.raises."+string(r.Level), name).In(l), r.Source, message.New("confidence."+r.Confidence).In(l))
		if r.Names == nil {
			continue
		}
		fmt.Fprintf(w, "    %s\n", message.New("scan.names", r.Names.Count).In(l))
		for _, name := range r.Names.Examples {
			fmt.Fprintf(w, "      %s\n", visible(name))
		}
	}
	return nil
}

// worrying are the reasons for which somebody may want to do something, before
// those of which little is to be done.
var worrying = [...]discover.Why{discover.Denied, discover.Encrypted, discover.Damaged, discover.Changed, discover.Failed, discover.TooLarge, discover.TooDeep}

// skippedNames names what was not read: what is worrying first, and neither
// pictures, nor programs, nor what was left out on purpose.
func skippedNames(w io.Writer, l message.Lang, s discover.Summary) error {
	named := slices.DeleteFunc(slices.Clone(s.Skipped), func(k discover.Skip) bool {
		return k.Why == discover.Image || k.Why == discover.Binary || k.Why == discover.Ignored
	})
	rank := func(k discover.Skip) int {
		if i := slices.Index(worrying[:], k.Why); i >= 0 {
			return i
		}
		return len(worrying)
	}
	slices.SortStableFunc(named, func(a, b discover.Skip) int { return cmp.Compare(rank(a), rank(b)) })
	for _, k := range named[:min(len(named), listedSkips)] {
		detail := ""
		if k.Detail != "" {
			detail = " (" + visible(k.Detail) + ")"
		}
		if _, err := fmt.Fprintf(w, "  %s: %s%s\n", visible(k.Document), message.New("scan.why."+string(k.Why)).In(l), detail); err != nil {
			return err
		}
	}
	if more := len(named) - listedSkips; more > 0 {
		fmt.Fprintf(w, "  %s\n", message.New("scan.more_skipped", more).In(l))
	}
	_, err := fmt.Fprintln(w, message.New("scan.detectors", s.Detectors).In(l))
	return err
}

// Bytes writes a number of bytes for people: 1.5 MiB.
func Bytes(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	f, i := float64(n)/unit, 0
	for f >= unit && i < 4 {
		f /= unit
		i++
	}
	return fmt.Sprintf("%.1f %ciB", f, "KMGTP"[i])
}

// Explained writes what was found in a text, and why.
func Explained(w io.Writer, l message.Lang, list []detect.Explanation) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, message.New("scan.explain.nothing").In(l))
		return err
	}
	for _, x := range list {
		key := "scan.explain.reported"
		if !x.Reported {
			key = "scan.explain.weak"
		}
		name := x.Detector
		if x.Rule != "" {
			name += " (" + x.Rule + ")"
		}
		fmt.Fprintf(w, "%s  %s\n  %s\n", name, visible(x.Value), message.New(key, x.Points, x.Offset, x.Length).In(l))
		for _, r := range x.Reasons {
			fmt.Fprintf(w, "    %+d  %s\n", r.Points, message.New("scan.signal."+r.Signal).In(l))
		}
		if x.Region != "" {
			fmt.Fprintf(w, "    %s\n", message.New("scan.explain.region", x.Region).In(l))
		}
		if _, err := fmt.Fprintf(w, "    %s\n", message.New("scan.explain.mask", visible(x.Mask)).In(l)); err != nil {
			return err
		}
	}
	return nil
}

// Detectors lists detectors.
func Detectors(w io.Writer, l message.Lang, list []detect.Detector) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, d := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", d.ID, d.Class, d.Confidence, d.Name.In(l))
	}
	return t.Flush()
}
