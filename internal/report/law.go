package report

import (
	"cmp"
	"io"
	"strings"

	"guanji/internal/law"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/regime"
)

// Instruments writes one line for each instrument.
func Instruments(w io.Writer, l message.Lang, list []*law.Instrument) error {
	p := newPrinter(w, l)
	for _, i := range list {
		from := i.Versions[len(i.Versions)-1].From.String()
		if from == "" {
			from = p.msg("law.day_unknown")
		}
		p.line("%s %s %s  %s%s", pad(i.ID.Value, 11), pad(from, 11), pad(p.msg("force."+string(i.Force)), 10), p.text(i.Title), p.mark(i.Confidence))
	}
	return p.w.Flush()
}

// Provisions writes provisions in full, every wording they had.
func Provisions(w io.Writer, l message.Lang, lib *law.Library, list []*law.Provision) error {
	p := newPrinter(w, l)
	for n, pr := range list {
		if n > 0 {
			p.blank()
		}
		p.title(pr.Latest().ID+"  "+p.text(pr.Topic), p.text(pr.Instrument.Name()))
		for _, word := range pr.Wordings() {
			p.wording(lib, word)
		}
		if !pr.Note.IsZero() {
			p.para(2, "", p.msg("law.note", pr.Note))
		}
	}
	return p.w.Flush()
}

func (p printer) wording(lib *law.Library, w law.Wording) {
	from, until := w.Span.From.String(), w.Span.Until.String()
	if from == "" {
		from = "…"
	}
	p.para(2, "", p.msg("law.in_force", w.ID, from, until)+p.mark(w.Confidence))
	if w.Quote != "" {
		p.para(4, "", "「"+w.Quote+"」")
	} else {
		p.para(4, "", w.Paraphrase.Zh+p.msg("law.own_words_zh"))
	}
	p.para(4, "", w.Paraphrase.En+p.msg("law.own_words_en"))
	if !w.Penalty.IsZero() {
		p.para(4, "¥ ", p.text(w.Penalty))
	}
	for _, id := range w.Sources {
		if s := lib.Source(id); s != nil {
			p.para(4, "", p.msg("law.source", id)+" "+cmp.Or(s.URL, s.What))
		}
	}
}

// Found writes one line for each provision, as a search shows them.
func Found(w io.Writer, l message.Lang, list []*law.Provision) error {
	p := newPrinter(w, l)
	for _, pr := range list {
		word := pr.Latest()
		p.para(0, pad(word.ID, 16)+" ", p.text(pr.Topic)+p.mark(word.Confidence))
		p.para(17, "", p.text(word.Text()))
	}
	return p.w.Flush()
}

// Changes writes what starts, ends, is amended or renumbered.
func Changes(w io.Writer, l message.Lang, changes []law.Change) error {
	p := newPrinter(w, l)
	for _, kind := range []law.ChangeKind{law.Starts, law.Ends, law.Amended, law.Renumbered} {
		first := true
		for _, c := range changes {
			if c.Kind != kind {
				continue
			}
			if first {
				p.section(p.msg("change." + string(kind)))
				first = false
			}
			p.para(2, pad(changed(c), 24)+" ", p.text(c.Topic))
		}
	}
	if len(changes) == 0 {
		p.line("%s", p.msg("change.none"))
	}
	return p.w.Flush()
}

func changed(c law.Change) string {
	switch {
	case c.Before == nil:
		return c.After.ID
	case c.After == nil || c.After.ID == c.Before.ID:
		return c.Before.ID
	}
	return c.Before.ID + " → " + c.After.ID
}

// Facts writes the vocabulary: every fact with its label, type and question.
func Facts(w io.Writer, l message.Lang, set *regime.Set) error {
	p := newPrinter(w, l)
	for _, f := range set.Vocabulary.Facts() {
		p.para(0, pad(f.ID, 36)+" ", p.kind(f))
		p.para(4, "", p.text(f.Question))
		p.para(4, "", p.text(f.Help))
		p.options(f)
		for _, field := range f.Fields {
			p.para(4, pad(strings.TrimPrefix(field.ID, f.ID), 15)+" ", p.kind(field))
			p.options(field)
		}
	}
	return p.w.Flush()
}

// kind names a fact and tells its type.
func (p printer) kind(f *org.Fact) string {
	typ := f.Kind.String()
	if f.Unit != "" {
		typ += " (" + f.Unit + ")"
	}
	return p.text(f.Label) + p.msg("assess.when", typ)
}

// options lists what can be chosen, if anything can.
func (p printer) options(f *org.Fact) {
	if len(f.Values) == 0 {
		return
	}
	var values []string
	for _, v := range f.Values {
		values = append(values, v.ID+" "+p.text(v.Name))
	}
	p.para(4, "= ", strings.Join(values, p.msg("list.separator")))
}
