package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/position"
	"guanji/internal/regime"
)

// A PositionText says what of a position is told. The zero PositionText tells
// where an organization stands, in short.
type PositionText struct {
	State   position.State    // only the lines in this state; "": the urgent ones
	Area    string            // only the lines of this area; "": of every one
	All     bool              // every line
	Since   day.Day           // since when Changes are; zero: none were asked for
	Changes []position.Change // what stands otherwise than it did
}

// Position writes where every duty stands: the counts, what is most urgent,
// each area, and the days that come.
func Position(w io.Writer, l message.Lang, set *regime.Set, p *position.Position, t PositionText) error {
	q := newPositionPrinter(w, l, set, p)
	q.title(q.text(p.Assessment.Organization.Name), q.msg("where.as_of", p.On.String()))
	q.headline()
	if !t.Since.IsZero() {
		q.changes(t)
	}
	q.lists(t)
	if t.State == "" && t.Area == "" {
		q.areas()
		q.next()
	}
	q.footer()
	return q.w.Flush()
}

type positionPrinter struct {
	assessmentPrinter
	*position.Position
	kinds map[string]message.Text
}

func newPositionPrinter(w io.Writer, l message.Lang, set *regime.Set, p *position.Position) positionPrinter {
	q := positionPrinter{assessmentPrinter{newPrinter(w, l).naming(set.Vocabulary), set, p.Assessment, true}, p, map[string]message.Text{}}
	for _, k := range set.EvidenceKinds {
		q.kinds[k.ID.Value] = k.Name
	}
	return q
}

// stateIcon is a sign for a state, one column wide.
func stateIcon(s position.State) string {
	return map[position.State]string{position.Overdue: "✗", position.InRectification: "◐", position.Expiring: "◔",
		position.None: "○", position.Unknown: "?", position.OnFile: "●"}[s]
}

// say puts a message into the reader's language.
func (p positionPrinter) say(m message.M) string { return m.In(p.lang) }

func (p positionPrinter) changes(t PositionText) {
	p.section(p.msg("where.changes", t.Since.String()))
	if len(t.Changes) == 0 {
		p.para(2, "", p.msg("where.no_changes"))
	}
	word := func(s position.State) string {
		if s == "" {
			return p.msg("where.not_bound")
		}
		return stateIcon(s) + " " + p.say(s.Message())
	}
	for _, c := range t.Changes {
		p.para(2, "", p.msg("where.change", c.Duty.ID, p.text(c.Duty.Name), word(c.From), word(c.To))+p.of(c.Subjects))
	}
}

// lists tells the lines that were asked for, state by state, and how many others
// there are.
func (p positionPrinter) lists(t PositionText) {
	states := []position.State{position.Overdue, position.InRectification, position.Expiring}
	switch {
	case t.State != "":
		states = []position.State{t.State}
	case t.All || t.Area != "":
		states = position.States()
	}
	hidden := len(p.Lines)
	for _, s := range states {
		lines := mostUrgent(p.Lines, PositionText{State: s, Area: t.Area})
		hidden -= len(lines)
		p.list(s, lines, s == t.State)
	}
	if t.State == "" && t.Area == "" && hidden > 0 {
		p.blank()
		p.para(2, "", p.msg("where.hidden", hidden))
	}
}

// list tells the lines in one state, what binds apart from what does not.
func (p positionPrinter) list(s position.State, lines []position.Line, asked bool) {
	groups := grouped(lines)
	if len(groups) == 0 && !asked {
		return
	}
	p.section(stateIcon(s) + " " + p.say(s.Message()))
	if len(groups) == 0 {
		p.para(2, "", p.msg("where.no_lines"))
	}
	apart := false
	for _, g := range groups {
		if !apart && !g.Duty.Force.Binding() {
			apart = true
			p.para(2, "", p.msg("where.apart"))
		}
		p.group(g)
	}
}

// A group is a line with all subjects for which it is the same.
type group struct {
	position.Line
	subjects []string
}

// grouped puts lines together that say the same of different subjects.
func grouped(lines []position.Line) (groups []group) {
	at := map[string]int{}
	for _, l := range lines {
		key := fmt.Sprint(l.Duty.ID, l.Due, l.Since, l.Until, l.Why, l.DueWhy, l.Plan, l.Missing, l.Carriers, l.NotCounting, l.Open, l.Gaps, l.Assignment)
		i, ok := at[key]
		if !ok {
			i = len(groups)
			at[key] = i
			groups = append(groups, group{Line: l})
		}
		groups[i].subjects = append(groups[i].subjects, l.Subject)
	}
	return groups
}

func (p positionPrinter) group(g group) {
	name := p.duty(g.Duty) + p.of(g.subjects)
	if g.Gaps {
		name += p.msg("where.gaps")
	}
	p.para(2, stateIcon(g.State)+" ", name)
	p.para(4, "", strings.Join(p.details(g), p.msg("list.separator")))
	if later := g.Later(); later.Key != "" {
		p.para(4, "! ", p.say(later))
	}
	for _, u := range g.NotCounting {
		p.para(4, "! ", p.msg("where.not_counting", u.Seq, u.Why))
	}
}

// duty names a duty, and how it binds if it does not bind by itself.
func (p positionPrinter) duty(d *regime.DutyText) string {
	name := d.ID + "  " + p.text(d.Name)
	if !d.Force.Binding() {
		name += p.msg("assess.force", message.New("force."+string(d.Force)))
	}
	return name
}

// details tells of a line, part by part: what is due, what carries it, what is
// missing, and who sees to it.
func (p positionPrinter) details(g group) (parts []string) {
	add := func(ok bool, key string, args ...any) {
		if ok {
			parts = append(parts, p.msg(key, args...))
		}
	}
	add(g.Why.Key != "", "where.because", g.Why)
	add(!g.Since.IsZero(), "where.since", g.Since.String(), position.LateSince(g.Since, p.On), g.DueWhy)
	add(g.Since.IsZero() && !g.Due.IsZero(), "where.due", g.Due.String(), p.until(g.Due), g.DueWhy)
	add(g.Since.IsZero() && g.Due.IsZero() && g.DueWhy.Key != "", "where.because", g.DueWhy)
	add(g.Plan != 0, "where.plan", g.Plan)
	add(len(g.Carriers) > 0, "where.carried", numbers(g.Carriers))
	add(len(g.Open) > 0, "where.open", listed(g.Open))
	add(len(g.Missing) > 0, "where.missing", p.kindNames(g.Missing))
	if g.Assignment != nil {
		add(true, "where.owner", g.Assignment.Assignment.Owner)
	}
	return parts
}

// numbers lists the records on which a line rests, each once.
func numbers(carriers []position.Carrier) string {
	var seqs []int64
	for _, c := range carriers {
		if !slices.Contains(seqs, c.Seq) {
			seqs = append(seqs, c.Seq)
		}
	}
	return listed(seqs)
}

// listed lists numbers of what was filed.
func listed(seqs []int64) string {
	var all []string
	for _, s := range seqs {
		all = append(all, fmt.Sprintf("#%d", s))
	}
	return strings.Join(all, " ")
}

func (p positionPrinter) kindNames(kinds []string) string {
	var names []string
	for _, k := range kinds {
		names = append(names, p.text(p.kinds[k]))
	}
	return strings.Join(names, p.msg("list.comma"))
}

// of names subjects other than the organization alone.
func (p positionPrinter) of(subjects []string) string {
	if len(subjects) == 1 && subjects[0] == "organization" {
		return ""
	}
	return p.msg("where.of", p.subjects(subjects))
}

// areas draws a table of the states in each area.
func (p positionPrinter) areas() {
	p.section(p.msg("where.areas"))
	label, head := 0, ""
	h := p.Heat()
	for _, a := range h.Areas {
		label = max(label, displayWidth(p.text(areaName(p.set, a.Area))))
	}
	for _, s := range position.States() {
		head += pad("", 5) + stateIcon(s)
	}
	p.line("  %s%s", pad("", label), head)
	for _, a := range h.Areas {
		row := ""
		for _, s := range position.States() {
			row += cell(a.Cells[0].Binding.Of(s))
		}
		p.line("  %s%s", pad(p.text(areaName(p.set, a.Area)), label), row)
	}
}

// cell is a number of a table, six columns wide.
func cell(n int) string {
	if n == 0 {
		return "     ·"
	}
	return fmt.Sprintf("%6d", n)
}

func (p positionPrinter) footer() {
	p.blank()
	p.para(0, "", p.msg("where.means"))
	p.assessmentPrinter.footer()
}
