package report

import (
	"cmp"
	"io"
	"slices"
	"strings"
	"time"

	"guanji/internal/calendar"
	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/regime"
)

// Decision writes the pathway of one transfer.
func Decision(w io.Writer, l message.Lang, set *regime.Set, d *regime.Decision, on day.Day) error {
	p := newPrinter(w, l).naming(set.Vocabulary)
	p.title(p.msg("decide.title"), p.msg("assess.as_of", on.String()))
	p.decision(d, 2)
	p.blank()
	p.para(0, "", p.msg("disclaimer"))
	return p.w.Flush()
}

// pathway writes a decision in short: the result, why, what overlays it, and
// whether the year will change it.
func (p printer) pathway(d *regime.Decision, indent int) {
	p.result(d, indent)
	for _, r := range d.Reasons {
		if r.Value != nil {
			p.para(indent+2, "• ", p.text(r.Text)+p.mark(r.Confidence))
		}
	}
	if len(d.Missing) > 0 {
		p.para(indent+2, "", p.msg("assess.depends", p.named(d.Missing)))
	}
	if len(d.Overlays) > 0 {
		p.para(indent+2, "+ ", p.msg("decide.overlays", strings.Join(bases(d.Overlays), ", ")))
	}
	p.projected(d, indent)
}

func bases(overlays []regime.Overlay) []string {
	var ids []string
	for _, o := range overlays {
		ids = append(ids, o.Basis)
	}
	return ids
}

func (p printer) projected(d *regime.Decision, indent int) {
	if d.Projected.Result != d.Result {
		p.para(indent+2, "", p.msg("decide.projected", message.New("result."+string(d.Projected.Result))))
	}
}

func (p printer) result(d *regime.Decision, indent int) {
	result := "→ " + p.msg("result."+string(d.Result))
	if d.Step != nil {
		result += " (" + *d.Step + ")"
	}
	if len(d.Basis) > 0 {
		result += "  [" + strings.Join(d.Basis, ", ") + "]"
	}
	p.para(indent, "", result)
}

func (p printer) decision(d *regime.Decision, indent int) {
	p.result(d, indent)
	if len(d.Possible) > 0 {
		var names []string
		for _, r := range d.Possible {
			names = append(names, p.msg("result."+string(r)))
		}
		p.para(indent+2, "", p.msg("decide.possible", strings.Join(names, p.msg("list.separator"))))
		p.para(indent+2, "", p.msg("assess.depends", p.named(d.Missing)))
	}
	for _, r := range d.Reasons {
		if r.Value != nil {
			p.para(indent+2, "• ", p.text(r.Text)+p.mark(r.Confidence))
		}
	}
	for _, o := range d.Overlays {
		p.para(indent+2, "+ ", p.text(o.Text)+"  ["+o.Basis+"]"+p.mark(o.Confidence))
	}
	for _, dl := range d.Deadlines {
		calendar := dl.Calendar
		p.para(indent+2, "⏱ ", p.text(dl.Text)+p.msg("assess.when", p.period(dl.Limit)+p.unit(&calendar))+"  ["+dl.Basis+"]"+p.mark(dl.Confidence))
	}
	if len(d.Duties) > 0 {
		p.para(indent+2, "", p.msg("decide.duties", strings.Join(d.Duties, ", ")))
	}
	p.projected(d, indent)
	p.warnings(d.Warnings, indent+2)
}

func (p printer) warnings(list []org.Warning, indent int) {
	for _, w := range list {
		p.para(indent, "! ", p.text(w.Text))
	}
}

// Grading writes the grade of an incident and who must be told by when.
func Grading(w io.Writer, l message.Lang, set *regime.Set, g *regime.Grading, on day.Day) error {
	p := newPrinter(w, l).naming(set.Vocabulary)
	p.title(p.msg("grade.title"), p.msg("assess.as_of", on.String()))
	if g.Grade == nil {
		p.para(2, "", p.msg("grade.none"))
	} else {
		p.para(2, "", p.msg("grade."+string(*g.Grade))+p.mark(g.Confidence))
	}
	for _, b := range g.Because {
		p.para(4, "• "+string(b.Grade)+" ", p.text(b.Text)+p.mark(b.Confidence))
	}
	p.section(p.msg("grade.reports"))
	for _, r := range urgent(g.Reports) {
		p.report(r)
	}
	if len(g.Further) > 0 {
		p.section(p.msg("grade.further"))
	}
	for _, r := range urgent(g.Further) {
		p.report(r)
	}
	if len(g.Crosses) > 0 {
		p.section(p.msg("grade.crosses"))
	}
	for _, c := range g.Crosses {
		p.para(2, clock(c.At)+"  ", p.msg("grade.crossing", string(c.Grade), p.facts.Fact(c.Fact).Label, c.Minutes)+p.mark(c.Confidence))
	}
	if len(g.Missing) > 0 {
		p.section(p.msg("grade.missing"))
	}
	for _, id := range g.Missing {
		p.para(2, "? ", p.named([]string{id}))
	}
	p.warnings(g.Warnings, 2)
	p.blank()
	p.para(0, "", p.msg("disclaimer"))
	return p.w.Flush()
}

// urgent orders reports as they must be sent: those due at once, then by the
// moment they are due, then those that wait for the end of handling.
func urgent(reports []regime.Report) []regime.Report {
	sorted := slices.Clone(reports)
	rank := func(r regime.Report) int {
		n := 0
		switch {
		case r.By != nil:
			n = 1
		case r.Limit != nil:
			n = 2
		}
		if r.Provisional {
			n += 3 // what is settled comes first
		}
		return n
	}
	slices.SortStableFunc(sorted, func(a, b regime.Report) int {
		if c := cmp.Compare(rank(a), rank(b)); c != 0 || a.By == nil || b.By == nil {
			return c
		}
		return a.By.Compare(*b.By)
	})
	return sorted
}

func (p printer) report(r regime.Report) {
	by := p.msg("grade.no_limit")
	switch {
	case r.By != nil:
		by = clock(*r.By)
	case r.Content == "closing" && r.Calendar == string(calendar.WorkingDays):
		by = p.msg("grade.after_handling", p.msg("unit.working_days", strings.Trim(*r.Limit, "PD")))
	case r.Content == "closing":
		by = p.msg("grade.after_handling", p.period(*r.Limit))
	case r.Every > 0:
		by = p.msg("grade.every")
	case r.Limit != nil:
		by = p.period(*r.Limit)
	}
	text := p.msg("to."+r.To) + p.msg("colon") + p.text(r.Text) + "  [" + r.Basis + "]" + p.mark(r.Confidence)
	if r.Provisional {
		text += p.msg("grade.provisional")
	}
	p.para(2, pad(by, 32), text)
}

// clock shows a moment in Beijing time.
func clock(t time.Time) string { return t.In(day.Beijing).Format("2006-01-02 15:04") }
