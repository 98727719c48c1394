package respond

import (
	"slices"
	"strings"

	"guanji/internal/incident"
	"guanji/internal/message"
	"guanji/internal/org"
)

// Known is what the record knows of a part of a report, "" for nothing: with
// it a form is filled in before anybody writes.
func (s *Service) Known(c *incident.Case, file *org.File, part string, lang message.Lang) string {
	return writer{s.Set, file, c, lang}.known(part)
}

func (w writer) known(part string) string {
	switch part {
	case "unit":
		return w.unit()
	case "event":
		return w.event()
	case "scene":
		return w.scene()
	case "closing.response":
		return w.actions()
	case "closing.harm":
		return strings.Join(w.facts(), "\n")
	case "closing.rectification":
		return w.tasks()
	case "notice.what":
		return w.concerned()
	case "notice.contact":
		return w.contact()
	}
	return ""
}

// unit is the organization and the systems concerned.
func (w writer) unit() string {
	lines := []string{w.t("respond.doc.unit_name", w.file.Name.In(w.lang))}
	for _, id := range w.c.Systems {
		i := slices.IndexFunc(w.file.Systems, func(u org.Unit) bool { return u.ID == id })
		if i < 0 {
			lines = append(lines, w.t("respond.doc.system", id))
			continue
		}
		u := w.file.Systems[i]
		text := w.t("respond.doc.system", u.Name.In(w.lang))
		if f := w.set.Vocabulary.Fact("sys.mlps_level"); f != nil && u.Facts[f.Index].Known() {
			text += w.t("respond.doc.mlps", f.Show(u.Facts[f.Index].In(f)).In(w.lang))
		}
		if w.named(id) {
			text += w.t("respond.doc.named")
		}
		lines = append(lines, text)
	}
	return strings.Join(lines, "\n")
}

// named reports whether a notice of designation names a system.
func (w writer) named(system string) bool {
	return slices.ContainsFunc(w.file.Designations, func(d org.Designation) bool { return slices.Contains(d.Systems, system) })
}

// event is what happened, as far as it is known.
func (w writer) event() string {
	lines := []string{w.t("respond.doc.title", w.c.Title)}
	lines = append(lines, w.whenAware()...)
	lines = append(lines, w.line(Row{Label: w.t("respond.doc.grade"), Value: w.grade()}))
	if w.c.Judged != nil {
		for _, b := range w.c.Judged.Because {
			lines = append(lines, w.t("respond.doc.because", b.Text.In(w.lang)))
		}
	}
	lines = append(lines, w.facts()...)
	if done := w.actions(); done != "" {
		lines = append(lines, w.t("respond.doc.measures"), done)
	}
	return strings.Join(lines, "\n")
}

// whenAware is when the organization became aware, in a line.
func (w writer) whenAware() []string {
	if a := w.c.Aware(); a != nil {
		return []string{w.line(Row{Label: w.t("respond.doc.aware"), Value: w.time(a.At)})}
	}
	return nil
}

// facts is what was stated of the incident.
func (w writer) facts() (lines []string) {
	for _, r := range w.stated() {
		lines = append(lines, w.line(r))
	}
	return lines
}

// line is a value after its label.
func (w writer) line(r Row) string { return w.t("respond.doc.fact", r.Label, r.Value) }

// stated is the facts of the incident that are known, by their labels.
func (w writer) stated() (rows []Row) {
	for _, f := range w.set.Vocabulary.Facts() {
		for _, leaf := range leaves(f) {
			if text := w.value(leaf); text != "" {
				rows = append(rows, Row{Label: leaf.Label.In(w.lang), Value: text})
			}
		}
	}
	return rows
}

// value is what was stated of a fact, with its unit; "" for nothing.
func (w writer) value(f *org.Fact) string {
	stated, ok := w.c.Facts[f.ID]
	if !ok || string(stated.Value) == "null" {
		return ""
	}
	v, ok := f.FromJSON(stated.Value)
	if !ok {
		return ""
	}
	text := f.Show(v.In(f)).In(w.lang)
	if f.Unit != "" {
		text += " " + w.t("fact.unit."+f.Unit)
	}
	return text
}

// leaves is a fact, or the fields of one that has some.
func leaves(f *org.Fact) []*org.Fact {
	if f.Kind == org.Record {
		return f.Fields
	}
	return []*org.Fact{f}
}

// actions is what was done, in the order in which it was.
func (w writer) actions() string {
	var done []incident.Recorded
	for _, r := range w.c.Steps {
		if _, struck := w.c.Struck[r.Seq]; !struck && r.Note != nil && r.Note.Action {
			done = append(done, r)
		}
	}
	slices.SortStableFunc(done, func(a, b incident.Recorded) int { return a.When().Compare(b.When()) })
	var lines []string
	for _, r := range done {
		lines = append(lines, w.time(r.When())+" "+r.Note.What)
	}
	return strings.Join(lines, "\n")
}

// scene is what was kept. A digest has a line of its own, on which it fits.
func (w writer) scene() string {
	var lines []string
	for _, k := range w.c.Kept {
		lines = append(lines, w.t("respond.doc.kept", w.time(k.When()), k.Kept.What, k.Kept.From, k.Kept.Who))
		lines = append(lines, some(k.Kept.Sum)...)
		for _, f := range k.Kept.Files {
			lines = append(lines, f.Digest, f.Name)
		}
	}
	return strings.Join(lines, "\n")
}

func (w writer) tasks() string {
	var lines []string
	for _, t := range w.c.Tasks {
		key := "respond.doc.task_open"
		if t.Done != nil {
			key = "respond.doc.task_done"
		}
		lines = append(lines, w.t(key, t.Task.What))
	}
	return strings.Join(lines, "\n")
}

// concerned is what people are told of their information: since when it is
// known, and how many of them it concerns. Nothing else of the record is meant
// for them.
func (w writer) concerned() string {
	lines := w.whenAware()
	if f := w.set.Vocabulary.Fact("incident.pi_individuals"); f != nil {
		if text := w.value(f); text != "" {
			lines = append(lines, w.line(Row{Label: f.Label.In(w.lang), Value: text}))
		}
	}
	return strings.Join(lines, "\n")
}

// contact is who answers the people concerned.
func (w writer) contact() string {
	lines := []string{w.t("respond.doc.unit_name", w.file.Name.In(w.lang))}
	if r, ok := w.c.Roles["public"]; ok {
		return strings.Join(append(lines, w.t("respond.doc.person", r.Role.Person, orBlank(r.Role.Phone))), "\n")
	}
	return strings.Join(append(lines, w.t("respond.doc.person", blank, blank)), "\n")
}
