package respond

import (
	"slices"
	"strings"

	"guanji/internal/incident"
)

// since says of a part that was written what the record knows by now and did
// not know then, so that no old figure stands there unremarked; "" where
// nothing changed.
func (w writer) since(r incident.Recorded) string {
	was := w.at(r.Seq)
	lines := newer(was.known(r.Part.ID), w.known(r.Part.ID))
	others := w.others(was, r.Part.ID, lines)
	var text []string
	if len(lines) > 0 {
		text = append(append(text, w.t("respond.doc.since", w.clock(r.When()))), lines...)
	}
	if len(others) > 0 {
		text = append(text, w.t("respond.doc.since.others", w.clock(r.When()), strings.Join(others, w.t("respond.doc.and"))))
	}
	return strings.Join(text, "\n")
}

// newer is the lines of a text that were not in it before.
func newer(was, now string) []string {
	old := strings.Split(was, "\n")
	return slices.DeleteFunc(strings.Split(now, "\n"), func(line string) bool { return slices.Contains(old, line) })
}

// others is what else of grade, awareness and facts changed since, by name: it
// stands elsewhere in the document. It is not meant for the people concerned.
func (w writer) others(was writer, part string, said []string) (names []string) {
	if strings.HasPrefix(part, "notice.") {
		return nil
	}
	now, old := w.changing(), was.changing()
	for _, r := range now {
		if !slices.Contains(old, r) && !slices.Contains(said, w.line(r)) {
			names = append(names, r.Label)
		}
	}
	for _, r := range old {
		if !slices.ContainsFunc(now, func(n Row) bool { return n.Label == r.Label }) {
			names = append(names, w.t("respond.doc.taken_back", r.Label))
		}
	}
	return names
}

// changing is what may be said otherwise in the course of a case.
func (w writer) changing() []Row {
	rows := []Row{{Label: w.t("respond.doc.grade"), Value: w.grade()}}
	if a := w.c.Aware(); a != nil {
		rows = append(rows, Row{Label: w.t("respond.doc.aware"), Value: w.time(a.At)})
	}
	return append(rows, w.stated()...)
}

// at returns the writer of a case as it stood after a step.
func (w writer) at(seq int64) writer {
	steps := w.c.Steps
	if i := slices.IndexFunc(steps, func(r incident.Recorded) bool { return r.Seq > seq }); i >= 0 {
		steps = steps[:i]
	}
	w.c = incident.Fold(w.c.Number, steps)
	return w
}
