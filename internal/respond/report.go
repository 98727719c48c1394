package respond

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"guanji/internal/day"
	"guanji/internal/incident"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/regime"
)

// writer writes documents about a case in one language.
type writer struct {
	set  *regime.Set
	file *org.File
	c    *incident.Case
	lang message.Lang
}

func (w writer) t(key string, args ...any) string { return message.New(key, args...).In(w.lang) }

func (w writer) time(t time.Time) string {
	if t.IsZero() {
		return w.t("respond.doc.not_yet")
	}
	return w.t("respond.doc.beijing", t.In(day.Beijing).Format("2006-01-02 15:04"))
}

// Report is the report of a case as a document: what was written of each part,
// or else what the record knows. The English one is a courtesy copy. It is a
// layout of our own, and no official form.
func (s *Service) Report(ctx context.Context, organization string, number int64, closing bool, lang message.Lang) (Document, error) {
	c, err := s.Case(ctx, organization, number)
	if err != nil {
		return Document{}, err
	}
	file, err := s.Organizations.File(ctx, organization)
	if err != nil {
		return Document{}, err
	}
	return s.ReportOf(c, file, closing, lang), nil
}

// ReportOf is [Service.Report] of a case that was read.
func (s *Service) ReportOf(c *incident.Case, file *org.File, closing bool, lang message.Lang) Document {
	w := writer{s.Set, file, c, lang}
	form, title := s.Set.Report, "respond.doc.report"
	if closing {
		form, title = s.Set.Closing, "respond.doc.closing"
	}
	if c.Kind == incident.Threat {
		title = "respond.doc.threat"
	}
	d := Document{Lang: lang, Title: w.t(title), Drill: c.Drill, Meta: w.meta(), Footer: w.t("respond.doc.footer", c.Number), Made: s.now()}
	if lang == message.English {
		d.Banner = w.t("respond.doc.courtesy")
	}
	for i, p := range form.Parts {
		d.Blocks = append(d.Blocks, w.part(i, p))
	}
	d.Blocks = append(d.Blocks, Block{Note: w.t("respond.doc.note", form.Basis.Value)})
	return d
}

// meta is the facts at the head of a report.
func (w writer) meta() []Row {
	rows := []Row{{w.t("respond.doc.unit"), w.file.Name.In(w.lang), true}, {w.t("respond.doc.number"), fmt.Sprintf("#%d", w.c.Number), false},
		{w.t("respond.doc.grade"), w.grade(), true}}
	if at := w.c.AlertedAt(); !at.IsZero() {
		rows = append(rows, Row{w.t("respond.doc.alerted"), w.time(at), false})
	}
	if a := w.c.Aware(); a != nil {
		rows = append(rows, Row{w.t("respond.doc.aware"), w.time(a.At) + " (" + w.t("respond.reading."+string(a.Reading)) + ")", true})
	}
	return append(rows, Row{w.t("respond.doc.judged"), w.time(w.c.JudgedAt()), false})
}

func (w writer) grade() string {
	if w.c.Judged == nil || w.c.Judged.Grade == "" {
		return w.t("respond.grade.none")
	}
	return w.t("grade." + w.c.Judged.Grade)
}

// numerals counts the parts of a Chinese official text.
var numerals = []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

func (w writer) part(i int, p regime.FormPart) Block {
	heading := fmt.Sprintf("(%d) %s", i+1, p.Name.In(w.lang))
	if w.lang == message.Chinese && i < len(numerals) {
		heading = "（" + numerals[i] + "）" + p.Name.Zh
	}
	b := Block{Heading: heading, Text: w.text(p.ID.Value)}
	if b.Text == "" {
		b.Note = w.t("respond.doc.to_follow")
	}
	return b
}

// text is what was written of a part, or else what the record knows.
func (w writer) text(part string) string {
	if written, ok := w.c.Parts[part]; ok {
		return written.Part.Text
	}
	return w.known(part)
}

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
	if a := w.c.Aware(); a != nil {
		lines = append(lines, w.t("respond.doc.aware_at", w.time(a.At)))
	}
	lines = append(lines, w.t("respond.doc.level", w.grade()))
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

// facts is what was stated of the incident.
func (w writer) facts() (lines []string) {
	for _, f := range w.set.Vocabulary.Facts() {
		for _, leaf := range leaves(f) {
			stated, ok := w.c.Facts[leaf.ID]
			if !ok || string(stated.Value) == "null" {
				continue
			}
			if v, ok := leaf.FromJSON(stated.Value); ok {
				text := leaf.Show(v.In(leaf)).In(w.lang)
				if leaf.Unit != "" {
					text += " " + w.t("fact.unit."+leaf.Unit)
				}
				lines = append(lines, w.t("respond.doc.fact", leaf.Label.In(w.lang), text))
			}
		}
	}
	return lines
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

func (w writer) scene() string {
	var lines []string
	for _, k := range w.c.Kept {
		sum := k.Kept.Sum
		if len(k.Kept.Files) > 0 {
			sum = k.Kept.Files[0].Digest
		}
		lines = append(lines, w.t("respond.doc.kept", w.time(k.When()), k.Kept.What, k.Kept.From, k.Kept.Who, sum))
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
