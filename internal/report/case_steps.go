package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/incident"
	"guanji/internal/message"
)

// work is who does what, what is to be done and what was kept.
func (p casePrinter) work() {
	if len(p.Roles)+len(p.Tasks) > 0 {
		p.section(p.msg("case.work"))
	}
	for _, role := range incident.Roles() {
		if r, ok := p.Roles[role]; ok {
			p.para(2, pad(p.msg("respond.role."+role), 22)+" ", strings.TrimSpace(r.Person+" "+r.Phone))
		}
	}
	for _, t := range p.Tasks {
		p.para(2, pad(fmt.Sprintf("#%d %s", t.Seq, p.msg("case.task."+doneWord(t))), 22)+" ", strings.Join(nonEmpty(t.What, t.Owner), " · "))
	}
	if len(p.Kept) > 0 {
		p.section(p.msg("case.kept"))
	}
	for _, k := range p.Kept {
		p.para(2, pad(fmt.Sprintf("#%d %s", k.Seq, clock(k.At)), 22)+" ", p.msg("case.kept_from", k.What, k.From, k.Who, k.Where))
		for _, sum := range sums(k.Sum, k.Files) {
			p.para(25, "", sum)
		}
		for _, h := range k.Hands {
			p.para(25, "→ ", p.msg("case.handed", clock(h.At), h.From, h.To, h.Where, h.Why))
		}
	}
}

func doneWord(t TaskStepView) string {
	if t.Done == nil {
		return "open"
	}
	return "done"
}

// nonEmpty is the texts that say something.
func nonEmpty(texts ...string) []string {
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}

// sums is the digests of what was kept.
func sums(sum string, files []evidence.File) []string {
	all := nonEmpty(sum)
	for _, f := range files {
		all = append(all, f.Digest+" "+f.Name)
	}
	return all
}

// record is every step, in the order of recording. What happened earlier, was
// done on paper or was struck says so.
func (p casePrinter) record() {
	p.section(p.msg("case.record"))
	for _, s := range p.Steps {
		text := p.step(s.Step)
		if !s.Happened.IsZero() && clock(s.Happened) != clock(s.At) {
			text += " · " + p.msg("case.happened", clock(s.Happened))
		}
		if s.Offline {
			text += " · " + p.msg("case.offline")
		}
		if s.Struck != nil {
			text += " · " + p.msg("case.struck", *s.Struck)
		}
		p.para(0, fmt.Sprintf("%6s  %s  ", fmt.Sprintf("#%d", s.Seq), s.At.In(day.Beijing).Format("01-02 15:04:05")), s.By+p.msg("colon")+text)
	}
}

// step says in a line what a step is.
func (p casePrinter) step(s incident.Step) string {
	switch {
	case s.Alert != nil:
		return p.msg("case.step.alert", s.Alert.Source, strings.Join(nonEmpty(s.Alert.Title, s.Alert.System, s.Alert.Severity), " · "))
	case s.Open != nil:
		return p.msg("case.step.open", message.New("respond.kind."+string(s.Open.As)), s.Open.Title)
	case s.Aware != nil:
		return p.msg("case.step.aware", clock(s.Aware.At), message.New("respond.reading."+string(s.Aware.Reading)), s.Aware.Why)
	case s.Facts != nil:
		return p.msg("case.step.facts", p.values(s.Facts))
	case s.Sent != nil:
		return p.msg("case.step.sent", s.Sent.Report, strings.Join(nonEmpty(s.Sent.Way, s.Sent.Whom, s.Sent.Receipt), " · "))
	case s.Said != nil && len(s.Said.To) == 0:
		return p.msg("case.step.said_nobody", message.New("cases.stage."+string(s.Said.Stage)))
	case s.Said != nil:
		return p.msg("case.step.said", message.New("cases.stage."+string(s.Said.Stage)), strings.Join(s.Said.To, ", "))
	case s.Given != nil && s.Given.Failed != "":
		return p.msg("case.step.not_given", s.Given.Message, s.Given.Attempt)
	case s.Given != nil:
		return p.msg("case.step.given", s.Given.Message, s.Given.Attempt)
	}
	return p.smallStep(s)
}

func (p casePrinter) smallStep(s incident.Step) string {
	name := "case.step." + s.Name()
	switch {
	case s.Dismiss != nil:
		return p.msg(name, s.Dismiss.Why)
	case s.Join != nil:
		return p.msg(name, s.Join.To, s.Join.Why)
	case s.Part != nil:
		return p.msg(name, s.Part.ID)
	case s.Note != nil && s.Note.Action:
		return p.msg("case.step.action", s.Note.What)
	case s.Note != nil:
		return s.Note.What
	case s.Role != nil:
		return p.msg(name, message.New("respond.role."+s.Role.Role), s.Role.Person)
	case s.Task != nil:
		return p.msg(name, s.Task.What)
	case s.Done != nil:
		return p.msg(name, s.Done.Of, s.Done.Note)
	case s.Kept != nil:
		return p.msg(name, s.Kept.What)
	case s.Handed != nil:
		return p.msg(name, s.Handed.Of, s.Handed.From, s.Handed.To)
	case s.Ended != nil:
		return p.msg(name, s.Ended.Note)
	case s.Strike != nil:
		return p.msg(name, s.Strike.Of, s.Strike.Why)
	case s.Close != nil:
		return p.msg(name, s.Close.Why)
	case s.Reopen != nil:
		return p.msg(name, s.Reopen.Why)
	}
	return p.msg(name)
}

// values is what was stated, in the order of ids; null was taken back.
func (p casePrinter) values(f *incident.Facts) string {
	var list []string
	for _, id := range slices.Sorted(maps.Keys(f.Values)) {
		list = append(list, p.msg("case.value", p.label(id), p.value(id, f.Values[id])))
	}
	return strings.Join(list, p.msg("list.separator"))
}
