package respond

import (
	"slices"
	"strings"

	"guanji/internal/incident"
)

// A made report is one that went to its recipient, with what was due.
type made struct {
	incident.Due
	sent incident.Recorded
}

// made is every report that was made and not struck, the oldest first, whether
// or not it is still due by what is known now.
func (w writer) made() (list []made) {
	for _, r := range w.c.Steps {
		if _, struck := w.c.Struck[r.Seq]; !struck && r.Sent != nil {
			list = append(list, made{w.dueOf(r.Sent.Report), r})
		}
	}
	slices.SortStableFunc(list, func(a, b made) int { return a.sent.When().Compare(b.sent.When()) })
	return list
}

// dueOf is what was due under the name of a report, as it was judged last.
func (w writer) dueOf(key string) incident.Due {
	for _, r := range slices.Backward(w.c.Steps) {
		if r.Judged == nil {
			continue
		}
		if i := slices.IndexFunc(r.Judged.Due, func(d incident.Due) bool { return d.Key == key }); i >= 0 {
			return r.Judged.Due[i]
		}
	}
	return incident.Due{Key: key}
}

// reportsMade is the reports that were made, and those that were not.
func (w writer) reportsMade() Block {
	t := &Table{}
	for _, column := range []string{"to", "which", "when", "in_time", "receipt"} {
		t.Head = append(t.Head, w.t("respond.doc.made."+column))
	}
	for _, m := range w.made() {
		s := m.sent.Sent
		t.Rows = append(t.Rows, []string{w.recipient(m.To), w.t("respond.content." + m.Content), w.clock(m.sent.When()) + "\n" + strings.Join(some(s.Way, s.Whom), w.t("respond.doc.and")), w.inTime(m), s.Receipt})
	}
	for _, k := range w.c.Clocks() {
		if k.Content != "closing" && len(k.Sent) == 0 && !k.Provisional && (k.Open || k.Unmade()) {
			t.Rows = append(t.Rows, []string{w.recipient(k.To), w.t("respond.content." + k.Content), w.t("respond.doc.made.not"), w.notMade(k), ""})
		}
	}
	b := Block{Heading: w.t("respond.doc.made"), Table: t}
	if len(t.Rows) == 0 {
		b.Table, b.Text = nil, w.t("respond.doc.made.none")
	}
	return b
}

// inTime says whether a report was made within its limit, and why it was not.
func (w writer) inTime(m made) string {
	switch {
	case m.Every > 0 || m.By.IsZero():
		return strings.Join(some(w.t("respond.doc.made.no_limit"), m.sent.Sent.Late), "\n")
	case m.sent.When().After(m.By):
		return strings.Join(some(w.t("respond.doc.made.late", w.clock(m.By)), m.sent.Sent.Late), "\n")
	}
	return w.t("respond.doc.made.by", w.clock(m.By))
}

// notMade says by when a report should have been made, and why a case was
// closed without it.
func (w writer) notMade(k incident.Clock) string {
	limit := w.t("respond.doc.made.no_limit")
	if !k.By.IsZero() {
		limit = w.t("respond.doc.made.limit", w.clock(k.By))
	}
	why := ""
	for _, r := range w.c.Steps {
		if r.Close != nil {
			why = r.Close.Why
		}
	}
	return strings.Join(some(limit, why), "\n")
}

// preserved is the evidence that was kept, and through whose hands it went.
func (w writer) preserved() Block {
	lines := some(w.scene())
	for _, k := range w.c.Kept {
		for _, h := range k.Hands {
			lines = append(lines, w.t("respond.doc.handed", w.clock(h.When()), k.Kept.What, h.Handed.From, h.Handed.To, h.Handed.Where))
		}
	}
	b := Block{Heading: w.t("respond.doc.preserved"), Text: strings.Join(lines, "\n")}
	if len(lines) == 0 {
		b.Text = w.t("respond.doc.preserved.none")
	}
	return b
}

// some is the texts that say something.
func some(texts ...string) []string {
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}
