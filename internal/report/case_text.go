package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"guanji/internal/incident"
	"guanji/internal/message"
	"guanji/internal/regime"
)

// Cases writes cases, a line for each: first the time that is left.
func Cases(w io.Writer, l message.Lang, list []CaseLine) error {
	p := newPrinter(w, l)
	if len(list) == 0 {
		p.line("%s", p.msg("case.none"))
	}
	for _, c := range list {
		left := ""
		if c.Next != nil {
			left = p.left(*c.Next)
		}
		p.para(0, fmt.Sprintf("%6s  %s  ", fmt.Sprintf("#%d", c.Number), pad(left, 20)), strings.Join(append(p.standing(c), c.Title), " · "))
	}
	return p.w.Flush()
}

// standing says in a few words where a case stands.
func (p printer) standing(c CaseLine) []string {
	var words []string
	if c.Drill {
		words = append(words, p.msg("respond.drill"))
	}
	words = append(words, p.msg("respond.case."+string(c.State)))
	if c.JoinedTo != nil {
		words = append(words, fmt.Sprintf("#%d", *c.JoinedTo))
	}
	if c.Kind != nil && *c.Kind == incident.Incident {
		words = append(words, p.graded(c.Grade))
	}
	if c.Alerts > 1 {
		words = append(words, p.msg("case.alerts", c.Alerts))
	}
	return words
}

// graded says that a case has a grade, and which.
func (p printer) graded(grade *string) string {
	if grade == nil {
		return p.gradeWord(nil)
	}
	return p.msg("grade." + *grade)
}

// left says how much time there is for a report, or what became of it.
func (p printer) left(k ClockView) string {
	switch {
	case k.State != "open":
		return p.msg("case." + k.State)
	case k.LeftSeconds == nil:
		return p.msg("grade.no_limit")
	case *k.LeftSeconds < 0:
		return p.msg("respond.left.past", span(-*k.LeftSeconds))
	}
	return p.msg("respond.left", span(*k.LeftSeconds))
}

// span is a length of time to the minute, never longer than it is.
func span(seconds int64) message.M {
	d := time.Duration(seconds) * time.Second
	switch {
	case d < time.Hour:
		return message.New("respond.span.minutes", int(d/time.Minute))
	case d < 48*time.Hour:
		return message.New("respond.span.hours", int(d/time.Hour), int(d/time.Minute)%60)
	}
	return message.New("respond.span.days", int(d/(24*time.Hour)))
}

// Case writes where a case stands and its record. The time that is left comes
// first: whoever reads it may be tired.
func Case(w io.Writer, l message.Lang, set *regime.Set, v CaseView) error {
	p := casePrinter{newPrinter(w, l).naming(set.Vocabulary), v}
	if v.Drill {
		p.line("▒▒▒ %s ▒▒▒", p.msg("case.drill"))
	}
	if v.Next != nil {
		p.line("⏱ %s", p.msg("case.next", p.left(*v.Next), p.what(*v.Next)))
	}
	p.title(fmt.Sprintf("#%d · %s", v.Number, strings.Join(p.standing(v.CaseLine), " · ")), p.msg("case.as_of", clock(v.AsOf)))
	p.para(2, "", v.Title)
	p.head()
	p.reports()
	p.grading()
	p.stated()
	p.work()
	p.record()
	p.blank()
	p.para(0, "", p.msg("disclaimer"))
	return p.w.Flush()
}

type casePrinter struct {
	printer
	CaseView
}

// what says which report this is, to whom, by when.
func (p printer) what(k ClockView) string {
	text := p.msg("case.report", message.New("respond.content."+k.Content), message.New("to."+k.To))
	if k.By != nil {
		text = p.msg("case.by", text, clock(*k.By))
	}
	return text
}

func (p casePrinter) row(label, text string) {
	if text != "" {
		p.para(2, pad(p.msg("case.label."+label), 22)+" ", text)
	}
}

// head is the times, each apart from the others.
func (p casePrinter) head() {
	p.blank()
	at := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return clock(*t)
	}
	p.row("systems", strings.Join(p.Systems, ", "))
	p.row("alerted", at(p.AlertedAt))
	if p.AwareAt != nil && p.Reading != nil {
		p.row("aware", clock(*p.AwareAt)+" · "+p.msg("respond.reading."+string(*p.Reading)))
	}
	for _, a := range p.Awareness[:max(0, len(p.Awareness)-1)] {
		p.row("aware_before", clock(a.At)+" · "+p.msg("respond.reading."+string(a.Reading)))
	}
	for _, g := range p.Grades {
		p.row("judged", clock(g.At)+" · "+p.gradeWord(g.Grade))
	}
	p.row("ended", at(p.EndedAt))
	p.row("unanswered", at(p.Unanswered))
	p.row("revision", fmt.Sprint(p.Revision))
}

func (p casePrinter) reports() {
	if len(p.Clocks) > 0 {
		p.section(p.msg("grade.reports"))
	}
	for _, k := range p.Clocks {
		text := p.what(k) + "  [" + k.Basis + "]" + p.mark(k.Confidence)
		if k.Provisional {
			text += p.msg("grade.provisional")
		}
		p.para(2, pad(p.left(k), 22)+" ", text)
		p.para(25, "", k.Report)
		for _, m := range k.Made {
			p.para(25, "✓ ", p.made(m))
		}
	}
}

// made says how a report was made.
func (p casePrinter) made(m MadeView) string {
	text := p.msg("case.made_at", clock(m.At), m.By, m.Way)
	for _, more := range [][2]string{{"whom", m.Whom}, {"receipt", m.Receipt}, {"late", m.Late}} {
		if more[1] != "" {
			text += p.msg("list.separator") + p.msg("case."+more[0], more[1])
		}
	}
	return text
}

// grading is why the grade is what it is, and what could raise it.
func (p casePrinter) grading() {
	if len(p.Because)+len(p.Missing)+len(p.Crosses) > 0 {
		p.section(p.msg("case.grade"))
	}
	for _, b := range p.Because {
		p.para(2, "• "+b.Grade+" ", p.text(b.Text)+p.mark(b.Confidence))
	}
	for _, c := range p.Crosses {
		p.para(2, "⏱ "+clock(c.At)+"  ", p.msg("case.crosses", c.Grade, p.label(c.Fact)))
	}
	for _, id := range p.Missing {
		p.para(2, "? ", p.msg("case.missing", p.label(id), id))
	}
}

// label is what people call a fact, or its id where the vocabulary has lost it.
func (p casePrinter) label(id string) string {
	if f := p.facts.Fact(id); f != nil {
		return p.text(f.Label)
	}
	return id
}

func (p casePrinter) stated() {
	if len(p.Facts) > 0 {
		p.section(p.msg("case.facts"))
	}
	for _, f := range p.facts.Facts() {
		p.fact(f.ID)
		for _, field := range f.Fields {
			p.fact(field.ID)
		}
	}
}

func (p casePrinter) fact(id string) {
	if s, ok := p.Facts[id]; ok {
		p.para(2, pad(p.value(id, s.Value), 22)+" ", p.label(id)+"  ["+id+"]")
	}
}

// value is a fact as people read it.
func (p casePrinter) value(id string, value []byte) string {
	if string(value) == "null" {
		return p.msg("case.taken_back")
	}
	f := p.facts.Fact(id)
	if f == nil {
		return string(value)
	}
	v, ok := f.FromJSON(value)
	if !ok {
		return string(value)
	}
	return p.text(f.Show(v.In(f)))
}
