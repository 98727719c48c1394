package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/message"
	"guanji/internal/regime"
)

// BookView is what an organization filed in JSON: docs/formats/evidence.md.
type BookView struct {
	Guanji       int         `json:"guanji"`
	Organization string      `json:"organization"`
	Revision     int64       `json:"revision"` // number of what was filed last
	Filed        []FiledView `json:"filed"`
}

// FiledView is something filed in JSON, with one of the fields of
// [evidence.Item].
type FiledView struct {
	Seq int64     `json:"seq"`
	At  time.Time `json:"at"`
	By  string    `json:"by"`
	evidence.Item
	Ended *EndedView `json:"ended"` // null: it counts
}

// EndedView says what ended something filed.
type EndedView struct {
	By   int64   `json:"by"`   // its number
	How  string  `json:"how"`  // withdrawn, done, superseded
	From day.Day `json:"from"` // first day on which it no longer counts
}

// BookOf returns what was filed in the form of JSON.
func BookOf(organization string, b *evidence.Book, filed []evidence.Filed) BookView {
	v := BookView{1, organization, b.Revision(), []FiledView{}}
	for _, f := range filed {
		v.Filed = append(v.Filed, FiledOf(b, f))
	}
	return v
}

// FiledOf returns something filed in the form of JSON.
func FiledOf(b *evidence.Book, f evidence.Filed) FiledView {
	v := FiledView{Seq: f.Seq, At: f.At, By: f.By, Item: f.Item}
	if end, ok := b.EndOf(f.Seq); ok {
		v.Ended = &EndedView{end.Seq, "superseded", b.Ended(f.Seq)}
		if end.End != nil {
			v.Ended.How = string(end.End.How)
		}
	}
	return v
}

// Book writes what was filed, a line for each.
func Book(w io.Writer, l message.Lang, set *regime.Set, b *evidence.Book, filed []evidence.Filed) error {
	p := newFiledPrinter(w, l, set)
	if len(filed) == 0 {
		p.line("%s", p.msg("filed.nothing"))
	}
	for _, f := range filed {
		v := FiledOf(b, f)
		text := strings.Join(p.brief(f.Item), p.msg("list.separator"))
		if v.Ended != nil {
			text += " · " + p.ended(v.Ended)
		}
		p.para(0, fmt.Sprintf("%5s  %s  ", fmt.Sprintf("#%d", f.Seq), pad(dayOf(f.Item).String(), 10)), text)
	}
	return p.w.Flush()
}

// dayOf is the day that an item names first.
func dayOf(i evidence.Item) day.Day {
	if i.End != nil {
		return i.End.Day
	}
	return i.Since()
}

type filedPrinter struct {
	printer
	set   *regime.Set
	kinds map[string]message.Text
}

func newFiledPrinter(w io.Writer, l message.Lang, set *regime.Set) filedPrinter {
	p := filedPrinter{newPrinter(w, l), set, map[string]message.Text{}}
	for _, k := range set.EvidenceKinds {
		p.kinds[k.ID.Value] = k.Name
	}
	return p
}

func (p filedPrinter) ended(e *EndedView) string {
	return p.msg("filed.ended."+e.How, e.By, e.From.String())
}

// brief says in one line what an item is.
func (p filedPrinter) brief(i evidence.Item) []string {
	switch {
	case i.Record != nil:
		return []string{p.text(p.kinds[i.Record.Kind]), p.subjectOf(i.Record.Subject), p.msg("filed.result." + string(i.Record.Result)), strings.Join(i.Record.Duties, " ")}
	case i.Plan != nil:
		return []string{p.msg("filed.basis." + string(i.Plan.Basis)), p.subjectOf(i.Plan.Subject), p.msg("filed.until", i.Plan.Due.String()), i.Plan.Duty}
	case i.Event != nil:
		return []string{p.msg("filed.event"), p.subjectOf(i.Event.Subject), i.Event.What, i.Event.Duty}
	case i.Assignment != nil && i.Assignment.Owner == "":
		return []string{p.msg("filed.unassigned"), p.subjectOf(i.Assignment.Subject), i.Assignment.Duty}
	case i.Assignment != nil:
		return []string{p.msg("filed.assigned", i.Assignment.Owner), p.subjectOf(i.Assignment.Subject), i.Assignment.Duty}
	}
	return []string{p.msg("filed.end."+string(i.End.How), i.End.Of), i.End.Reason}
}

func (p filedPrinter) subjectOf(id string) string {
	switch id {
	case evidence.Organization:
		return p.msg("subject.organization")
	case evidence.AllSystems:
		return p.msg("filed.all_systems")
	}
	return id
}

// Filed writes everything that was filed under a number.
func Filed(w io.Writer, l message.Lang, set *regime.Set, b *evidence.Book, f evidence.Filed) error {
	p := newFiledPrinter(w, l, set)
	p.title(fmt.Sprintf("#%d", f.Seq), p.msg("filed.by", f.By, f.At.In(day.Beijing).Format(time.RFC3339)))
	p.para(2, "", strings.Join(p.brief(f.Item), p.msg("list.separator")))
	if v := FiledOf(b, f); v.Ended != nil {
		p.para(2, "! ", p.ended(v.Ended))
	}
	p.blank()
	for _, row := range p.rows(f.Item) {
		p.para(2, pad(row.label, 18)+" ", row.text)
	}
	return p.w.Flush()
}

// A labelled is a text with its label.
type labelled struct{ label, text string }

// rows tells an item, field by field, but for what is empty.
func (p filedPrinter) rows(i evidence.Item) []labelled {
	var rows []labelled
	add := func(label, text string) { rows = append(rows, labelled{p.msg("filed.field." + label), text}) }
	for _, id := range i.DutyIDs() {
		add("duty", id+"  "+p.dutyName(id))
	}
	switch {
	case i.Record != nil:
		p.recordRows(i.Record, add)
	case i.Plan != nil:
		add("by", i.Plan.By)
		add("reference", i.Plan.Reference)
		add("started", i.Plan.Started.String())
		add("due", i.Plan.Due.String())
		add("what", i.Plan.What)
	case i.Event != nil:
		add("day", i.Event.Day.String())
		add("what", i.Event.What)
	case i.Assignment != nil:
		add("due", i.Assignment.Due.String())
		add("remind", fmt.Sprint(i.Assignment.Remind))
		add("note", i.Assignment.Note)
	case i.End != nil:
		add("day", i.End.Day.String())
		add("reason", i.End.Reason)
	}
	return slices.DeleteFunc(rows, func(r labelled) bool { return r.text == "" })
}

func (p filedPrinter) recordRows(r *evidence.Record, add func(label, text string)) {
	add("observed", r.Observed.String())
	add("valid_until", r.ValidUntil.String())
	add("method", p.method(r.Method))
	if s := r.Scope; s != nil {
		add("scope", p.msg("filed.scope", s.Sample, s.Population, s.What))
		if s.Skipped > 0 {
			add("skipped", p.msg("filed.skipped", s.Skipped, s.Why))
		}
	}
	if !r.Proven() {
		add("proof", p.msg("position.bar.unproven"))
	}
	for _, f := range r.Files {
		add("file", p.msg("filed.file", f.Name, f.Size, f.Digest))
	}
	add("note", r.Note)
	if r.Supersedes != 0 {
		add("supersedes", fmt.Sprintf("#%d", r.Supersedes))
	}
	add("reason", r.Reason)
}

func (p filedPrinter) method(m evidence.Method) string {
	switch tool := strings.TrimSpace(m.Tool + " " + m.Version); m.Kind {
	case evidence.Measured:
		return p.msg("filed.measured", m.Run, tool)
	case evidence.Imported:
		return p.msg("filed.imported", tool)
	}
	return p.msg("filed.attested", m.Who)
}

func (p filedPrinter) dutyName(id string) string {
	for _, d := range p.set.Duties {
		if d.ID.Value == id {
			return p.text(d.Name)
		}
	}
	return ""
}
