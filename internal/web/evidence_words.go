package web

import (
	"strconv"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/org"
)

// subjectWords names what evidence is about, as it is called now.
func (q *orgRequest) subjectWords(subject string) string {
	switch subject {
	case evidence.Organization:
		return q.T("subject.organization")
	case evidence.AllSystems:
		return q.T("evidence.all_systems")
	}
	return q.Text(q.now.Name(org.AboutSystem, subject))
}

// methodWords says how evidence was come by.
func (w words) methodWords(m evidence.Method) string {
	switch m.Kind {
	case evidence.Measured:
		if m.Tool == "" {
			return w.T("evidence.by_run", m.Run)
		}
		return w.T("evidence.by_run_of", m.Run, m.Tool, m.Version)
	case evidence.Imported:
		return w.T("evidence.by_tool", m.Tool, m.Version)
	}
	return w.T("evidence.by_person", m.Who)
}

// scopeWords says on how much of the whole evidence rests, "" if nobody said.
func (w words) scopeWords(s *evidence.Scope) string {
	if s == nil {
		return ""
	}
	text := w.T("evidence.sampled", s.Sample, s.Population, s.What)
	if s.Skipped > 0 {
		text += w.T("evidence.skipped", s.Skipped, s.Why)
	}
	return text
}

// resultTag is the result in the words of who looked. That nothing was found
// without the search being told is marked: it shows nothing.
func (w words) resultOf(r *evidence.Record) tag {
	name := w.T("evidence.result." + string(r.Result))
	switch {
	case !r.Proven():
		return tag{"unknown", "?", name + w.T("evidence.not_shown")}
	case r.Result == evidence.InOrder:
		return tag{"yes", "✓", name}
	case r.Result == evidence.Gaps:
		return tag{"warn", "!", name}
	case r.Result == evidence.NothingIn:
		return tag{"yes", "∅", name}
	}
	return tag{"no", "–", name}
}

// filedState says whether something filed stands on a day.
type filedState string

const (
	filedStands  filedState = "stands"
	filedLapsed  filedState = "lapsed"  // its own last day has passed
	filedOverdue filedState = "overdue" // a plan that was not carried out in time
	filedDone    filedState = "done"    // a plan that was
	filedEnded   filedState = "ended"   // superseded or withdrawn
)

func filedStates() []filedState {
	return []filedState{filedStands, filedLapsed, filedOverdue, filedDone, filedEnded}
}

func stateOf(b *evidence.Book, f evidence.Filed, on day.Day) filedState {
	if end := b.Ended(f.Seq); !end.IsZero() && !end.After(on) {
		if by, _ := b.EndOf(f.Seq); by.End != nil && by.End.How == evidence.Done {
			return filedDone
		}
		return filedEnded
	}
	switch {
	case f.Record != nil && !f.Record.ValidUntil.IsZero() && f.Record.ValidUntil.Before(on):
		return filedLapsed
	case f.Plan != nil && f.Plan.Due.Before(on):
		return filedOverdue
	}
	return filedStands
}

// stateTag says whether something filed stands on a day, and what ended it.
func (q *orgRequest) stateTag(b *evidence.Book, f evidence.Filed) tag {
	switch stateOf(b, f, q.when.On) {
	case filedLapsed:
		return tag{"no", "◷", q.T("evidence.state.lapsed")}
	case filedOverdue:
		return tag{"bad", "!", q.T("evidence.state.overdue")}
	case filedDone:
		return tag{"yes", "✓", q.T("evidence.state.done")}
	case filedEnded:
		by, _ := b.EndOf(f.Seq)
		if by.Record != nil {
			return tag{"no", "↷", q.T("evidence.superseded_by", by.Seq)}
		}
		return tag{"no", "✕", q.T("evidence.state.withdrawn")}
	}
	if f.Plan != nil {
		return tag{"warn", "…", q.T("evidence.state.running")}
	}
	return tag{"designated", "●", q.T("evidence.state.stands")}
}

// basisWords says who wants something put right.
func (w words) basisWords(p *evidence.Plan) string {
	text := w.T("evidence.basis." + string(p.Basis))
	for _, more := range []string{p.By, p.Reference} {
		if more != "" {
			text += " · " + more
		}
	}
	return text
}

// dayWords is a day with its distance from the day asked.
func (q *orgRequest) dayWords(d day.Day) string {
	if d.IsZero() {
		return ""
	}
	return d.String() + " (" + q.distance(q.when.On, d) + ")"
}

func (q *orgRequest) evidencePath(seq int64) string {
	return q.to("evidence/" + strconv.FormatInt(seq, 10))
}
