package respond

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"guanji/internal/day"
	"guanji/internal/incident"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/regime"
)

// A Paper says which document about a case is meant.
type Paper string

// The papers.
const (
	FirstReport   Paper = "report"  // and what follows it, of an incident or a threat
	ClosingReport Paper = "closing" // when handling has ended
	PeopleNotice  Paper = "notice"  // to the people whose information is concerned
)

// Papers lists the papers, the report first.
func Papers() []Paper { return []Paper{FirstReport, ClosingReport, PeopleNotice} }

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

// clock is a moment where much stands around it: the small print says that it is
// Beijing time.
func (w writer) clock(t time.Time) string { return t.In(day.Beijing).Format("2006-01-02 15:04") }

// Report is a document about a case: what was written of each part, or else
// what the record knows. The English one is a courtesy copy. It is a layout of
// our own, and no official form.
func (s *Service) Report(ctx context.Context, organization string, number int64, paper Paper, lang message.Lang) (Document, error) {
	c, err := s.Case(ctx, organization, number)
	if err != nil {
		return Document{}, err
	}
	file, err := s.Organizations.File(ctx, organization)
	if err != nil {
		return Document{}, err
	}
	return s.ReportOf(c, file, paper, lang), nil
}

// ReportOf is [Service.Report] of a case that was read.
func (s *Service) ReportOf(c *incident.Case, file *org.File, paper Paper, lang message.Lang) Document {
	w := writer{s.Set, file, c, lang}
	form := w.form(paper)
	d := Document{Lang: lang, Title: w.title(paper), Drill: c.Drill, Meta: w.meta(paper, s.now()), Footer: w.t("respond.doc.footer", c.Number), Made: s.now()}
	if lang == message.English {
		d.Banner = w.t("respond.doc.courtesy")
	}
	for i, p := range form.Parts {
		d.Blocks = append(d.Blocks, w.part(i, p, paper)...)
	}
	if paper == ClosingReport {
		d.Blocks = append(d.Blocks, w.reportsMade(), w.preserved())
	}
	d.Blocks = append(d.Blocks, Block{Note: w.t("respond.doc.note."+string(paper), w.cite(form.Basis.Value))})
	return d
}

func (w writer) form(p Paper) regime.Form {
	switch p {
	case ClosingReport:
		return w.set.Closing
	case PeopleNotice:
		return w.set.Notice
	}
	return w.set.Report
}

func (w writer) title(p Paper) string {
	if p == FirstReport && w.c.Kind == incident.Threat {
		return w.t("respond.doc.threat")
	}
	return w.t("respond.doc." + string(p))
}

// cite names a provision as people cite it, with the whole title of what it is
// in.
func (w writer) cite(id string) string {
	p, wording, ok := w.set.Library.Wording(id)
	if !ok {
		return id
	}
	return strings.Replace(p.Cite(wording).In(w.lang), p.Instrument.Name().In(w.lang), p.Instrument.Title.In(w.lang), 1)
}

// grade is the grade beside a label that says that it is one.
func (w writer) grade() string {
	if w.c.Judged == nil || w.c.Judged.Grade == "" {
		return w.t("respond.grade.none")
	}
	return w.t("respond.grade." + w.c.Judged.Grade)
}

// numerals counts the parts of a Chinese official text.
var numerals = []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

func (w writer) heading(i int, p regime.FormPart) string {
	if w.lang == message.Chinese && i < len(numerals) {
		return "（" + numerals[i] + "）" + p.Name.Zh
	}
	return fmt.Sprintf("(%d) %s", i+1, p.Name.In(w.lang))
}

// part is a part of a document: what was written of it, or else what the record
// knows; what neither has is to be written by hand, or follows. What people are
// told is never only what the record knows.
func (w writer) part(i int, p regime.FormPart, paper Paper) []Block {
	b := Block{Heading: w.heading(i, p), Text: w.known(p.ID.Value)}
	written, ok := w.c.Parts[p.ID.Value]
	switch {
	case ok && written.Part.Text != "":
		return w.written(b, written)
	case b.Text != "" && paper != PeopleNotice:
	case paper == FirstReport:
		b.Note = w.t("respond.doc.to_follow")
	default:
		b.Note, b.Blank = w.t("respond.doc.unwritten", p.Hint.In(w.lang)), 2
	}
	return []Block{b}
}

// written is a part as it was written. Where the record knows more by now, that
// is said under it; a copy in English follows Chinese words with what the
// record knows.
func (w writer) written(b Block, r incident.Recorded) []Block {
	known := b.Text
	b.Text, b.Note = r.Part.Text, w.since(r)
	if w.lang == message.Chinese || !strings.ContainsFunc(b.Text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return []Block{b}
	}
	if known == "" {
		b.Note = strings.TrimSpace(w.t("respond.doc.in_chinese", w.clock(r.When())) + "\n" + b.Note)
		return []Block{b}
	}
	b.Note = w.t("respond.doc.in_chinese", w.clock(r.When()))
	return []Block{b, {Text: w.t("respond.doc.record_knows") + "\n" + known}}
}
