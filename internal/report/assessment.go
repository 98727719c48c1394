package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"guanji/internal/day"
	"guanji/internal/law"
	"guanji/internal/message"
	"guanji/internal/org"
	"guanji/internal/regime"
)

// Assessment writes where an organization stands: its status and why, what
// binds it, what comes next, and what nobody knows yet. All tells every duty
// that applies or may; otherwise each area shows its first few.
func Assessment(w io.Writer, l message.Lang, set *regime.Set, a *regime.Assessment, all bool) error {
	p := assessmentPrinter{newPrinter(w, l).naming(set.Vocabulary), set, a, all}
	p.title(p.text(a.Organization.Name), p.msg("assess.as_of", a.AsOf.String()))
	p.standing()
	p.duties()
	p.transfers()
	p.next()
	p.missing()
	p.footer()
	return p.w.Flush()
}

type assessmentPrinter struct {
	printer
	set *regime.Set
	a   *regime.Assessment
	all bool
}

func (p assessmentPrinter) standing() {
	d := p.a.Determination
	p.section(p.msg("assess.standing"))
	p.line("  %s  %s", statusIcon(d.Status), p.msg("status."+string(d.Status)))
	p.para(5, "", p.msg("status."+string(d.Status)+".means"))
	for _, decider := range p.a.Deciders {
		var names []string
		for _, dep := range decider.Departments {
			name := p.text(dep.Name)
			if !dep.For.IsZero() {
				name += p.msg("assess.department_for", dep.For)
			}
			names = append(names, name+p.mark(dep.Confidence))
		}
		p.para(5, "", p.msg("assess.decides", decider.Name, strings.Join(names, p.msg("list.separator"))))
	}
	const shown = 12
	if len(d.Reasons) > 0 {
		p.blank()
		p.line("  %s", p.msg("assess.because"))
	}
	for i, r := range d.Reasons {
		if i == shown && !p.all {
			p.line("     %s", p.msg("assess.more", len(d.Reasons)-shown))
			break
		}
		p.reason(r)
	}
	for _, f := range d.Flips[:min(len(d.Flips), 3)] {
		p.flip(f)
	}
	for _, w := range p.a.Warnings {
		p.para(2, "! ", p.text(w.Text))
	}
}

func (p assessmentPrinter) flip(f regime.Flip) {
	fact := p.facts.Fact(f.Fact)
	text := p.msg("assess.flip", fact.Label, p.subject(f.Subject), fact.Show(f.From), fact.Show(f.To), message.New("status."+string(f.Status)))
	p.para(2, "↔ ", text+cited([]string{f.Fact}))
}

func (p assessmentPrinter) reason(r regime.Reason) {
	text := p.text(r.Text)
	if r.Subject != string(org.AboutOrganization) {
		text = p.subject(r.Subject) + p.msg("colon") + text
	}
	p.para(2, "• ", text+cited(r.Provisions)+p.mark(r.Confidence))
}

// cited shows ids behind what they are the ids of.
func cited(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return "  [" + strings.Join(ids, ", ") + "]"
}

// subject names the organization or a system of it.
func (p assessmentPrinter) subject(id string) string {
	if id == string(org.AboutOrganization) {
		return p.msg("subject.organization")
	}
	for _, s := range p.a.Systems {
		if s.ID == id {
			return p.text(s.Name)
		}
	}
	return id
}

// subjects names a few systems and counts the others.
func (p assessmentPrinter) subjects(ids []string) string {
	const shown = 5
	var names []string
	for _, id := range ids[:min(len(ids), shown)] {
		names = append(names, p.subject(id))
	}
	s := strings.Join(names, p.msg("list.comma"))
	if len(ids) > shown {
		s += p.msg("assess.and_more", len(ids)-shown)
	}
	return s
}

func statusIcon(s regime.Status) string {
	return map[regime.Status]string{regime.Designated: "■", regime.Prepare: "▲", regime.Watch: "◆", regime.NoSign: "○", regime.Undetermined: "?"}[s]
}

// row is a duty with the subjects that it applies to, or may.
type row struct {
	regime.DutyAnswer
	subjects, open []string
}

func (r row) applies() bool { return len(r.subjects) > 0 }

// weight orders the duties of an area: what applies before what may, then the
// stronger force, the better confirmed, and what names a time.
func (r row) weight() int {
	w := 0
	if r.applies() {
		w += 1000
	}
	w += 100 * (len(law.Forces()) - slices.Index(law.Forces(), r.Force))
	w += 10 * slices.Index(law.Confidences(), r.Confidence)
	if r.Cadence.Period != nil || r.Cadence.Limit != nil || r.Cadence.Due != nil || r.Cadence.Keep != nil {
		w += 20
	}
	return w
}

// rows gathers the answers of each duty that applies or may.
func (p assessmentPrinter) rows() []row {
	var rows []row
	for _, d := range p.a.Duties {
		if d.Applies == regime.No {
			continue
		}
		if len(rows) == 0 || rows[len(rows)-1].ID != d.ID {
			rows = append(rows, row{DutyAnswer: d})
		}
		r := &rows[len(rows)-1]
		if d.Applies == regime.Yes {
			r.DutyAnswer = d
			r.subjects = append(r.subjects, d.Subject)
		} else {
			r.open = append(r.open, d.Subject)
		}
	}
	return rows
}

func (p assessmentPrinter) duties() {
	h := p.a.Headline
	p.section(p.msg("assess.binds"))
	p.para(2, "", p.msg("assess.headline", h.Binding.Yes, h.Binding.Unknown, h.NonBinding.Yes))
	rows := p.rows()
	p.chart(rows)
	for _, area := range p.set.Areas {
		p.area(area, rows)
	}
}

// chart draws how many duties bind in each area, and how many may.
func (p assessmentPrinter) chart(rows []row) {
	most, label := 1, 0
	count := func(area string) (applies, open int) {
		for _, r := range rows {
			switch {
			case r.Area != area || !r.Force.Binding():
			case r.applies():
				applies++
			default:
				open++
			}
		}
		return applies, open
	}
	for _, area := range p.set.Areas {
		applies, open := count(area.ID.Value)
		most = max(most, applies+open)
		label = max(label, displayWidth(p.text(area.Name)))
	}
	scale := 1.0
	if most > 40 {
		scale = 40 / float64(most)
	}
	p.blank()
	for _, area := range p.set.Areas {
		applies, open := count(area.ID.Value)
		if applies+open == 0 {
			continue
		}
		bar := strings.Repeat("█", bars(applies, scale)) + strings.Repeat("░", bars(open, scale))
		numbers := fmt.Sprint(applies)
		if open > 0 {
			numbers += p.msg("assess.open", open)
		}
		p.line("  %s %s %s", pad(p.text(area.Name), label), bar, numbers)
	}
	p.line("  %s", p.msg("assess.legend"))
}

func bars(n int, scale float64) int {
	if n == 0 {
		return 0
	}
	return max(1, int(float64(n)*scale+0.5))
}

func (p assessmentPrinter) area(area regime.Named, rows []row) {
	mine := slices.DeleteFunc(slices.Clone(rows), func(r row) bool {
		return r.Area != area.ID.Value || !p.all && (!r.applies() || !r.Force.Binding())
	})
	slices.SortStableFunc(mine, func(a, b row) int { return b.weight() - a.weight() })
	if len(mine) == 0 {
		return
	}
	p.blank()
	p.line("  %s", p.text(area.Name))
	const shown = 3
	for i, r := range mine {
		if i == shown && !p.all {
			p.line("    %s", p.msg("assess.more", len(mine)-shown))
			break
		}
		p.duty(r)
	}
}

func (p assessmentPrinter) duty(r row) {
	lead := "✓ "
	if !r.applies() {
		lead = "? "
	}
	text := p.text(r.Name)
	if when := p.cadence(r.Cadence); when != "" {
		text += p.msg("assess.when", when)
	}
	if !r.Force.Binding() {
		text += p.msg("assess.force", message.New("force."+string(r.Force)))
	}
	var ids []string
	for _, pr := range r.Provisions {
		ids = append(ids, pr.ID)
	}
	p.para(4, lead, text+cited(ids)+p.mark(r.Confidence))
	if r.applies() && r.subjects[0] != string(org.AboutOrganization) {
		p.para(6, "", p.msg("assess.for", p.subjects(r.subjects)))
	}
	if p.all {
		p.para(6, "", p.text(r.Because[0].Text))
		if len(r.DependsOn) > 0 {
			p.para(6, "", p.msg("assess.depends", p.named(r.DependsOn)))
		}
	}
}

// cadence says when a duty is due, in a few words.
func (p printer) cadence(c regime.Cadence) string {
	switch {
	case c.Due != nil:
		return p.msg("cadence.due", strings.TrimPrefix(*c.Due, "--"))
	case c.Kind == "recurring" && c.Period != nil:
		return p.every(*c.Period)
	case c.Limit != nil:
		return p.msg("cadence.within", p.period(*c.Limit)+p.unit(c.Calendar))
	case c.Keep != nil:
		return p.msg("cadence.keep", p.period(*c.Keep))
	}
	return ""
}

func (p printer) unit(calendar *string) string {
	if calendar != nil && *calendar == "working_days" {
		return p.msg("unit.working")
	}
	return ""
}

// every says how often, in words: every year.
func (p printer) every(period string) string {
	if period == "P1Y" {
		return p.msg("cadence.yearly")
	}
	return p.msg("cadence.every", p.period(period))
}

// period puts an ISO 8601 duration of one unit into words: P1Y, PT24H.
func (p printer) period(iso string) string {
	digits := strings.Trim(iso, "PTYMWDH")
	key := "unit." + strings.TrimLeft(strings.TrimPrefix(iso, "P"), "0123456789")
	if strings.HasPrefix(iso, "PT") {
		key = "unit.T" + strings.TrimLeft(strings.TrimPrefix(iso, "PT"), "0123456789")
	}
	if digits == "1" {
		return p.msg(key + ".one")
	}
	return p.msg(key, digits)
}

func (p assessmentPrinter) transfers() {
	if len(p.a.Transfers) == 0 {
		return
	}
	p.section(p.msg("assess.transfers"))
	for _, t := range p.a.Transfers {
		p.line("  %s (%s)", p.text(t.Name), t.ID)
		if p.all {
			p.decision(t.Decision, 4)
		} else {
			p.pathway(t.Decision, 4)
		}
	}
}

func (p assessmentPrinter) next() {
	p.section(p.msg("assess.next"))
	if len(p.a.Upcoming) == 0 {
		p.para(2, "", p.msg("assess.next_none"))
	}
	for _, u := range p.a.Upcoming {
		icon := "✓"
		if u.Applies == regime.Unknown {
			icon = "?"
		}
		working := p.msg("assess.no_holidays", u.Day.Year())
		if u.WorkingDays != nil {
			working = p.msg("assess.working_days", *u.WorkingDays)
		}
		p.para(2, u.Day.String()+" "+icon+" ", p.text(u.Name)+p.mark(u.Confidence)+p.msg("assess.in_days", p.a.AsOf.DaysUntil(u.Day))+working)
	}
	p.recurring()
	p.starting()
}

// recurring lists the duties that come round without a fixed day, by period.
func (p assessmentPrinter) recurring() {
	var periods []string
	names := map[string][]string{}
	for _, r := range p.rows() {
		c := r.Cadence
		if c.Due != nil || c.Period == nil || c.Kind != "recurring" || !r.applies() || !r.Force.Binding() {
			continue
		}
		if names[*c.Period] == nil {
			periods = append(periods, *c.Period)
		}
		names[*c.Period] = append(names[*c.Period], p.text(r.Name))
	}
	slices.Sort(periods)
	for _, period := range periods {
		p.para(2, "↻ ", p.msg("assess.recurring", p.every(period), strings.Join(names[period], p.msg("list.separator"))))
	}
}

// starting lists provisions that come into force after the day asked.
func (p assessmentPrinter) starting() {
	type start struct {
		day  day.Day
		what string
	}
	var starts []start
	for _, i := range p.set.Library.Instruments() {
		for n, v := range i.Versions {
			if !v.From.After(p.a.AsOf) {
				continue
			}
			what := p.msg("assess.starts", i.Name())
			if n > 0 { // in force already, in other words
				what = p.msg("assess.version_starts", i.Name(), v.ID)
			}
			starts = append(starts, start{v.From, what})
		}
	}
	slices.SortStableFunc(starts, func(a, b start) int { return a.day.Compare(b.day) })
	for _, s := range starts {
		p.para(2, s.day.String()+" § ", s.what+p.msg("assess.in_days", p.a.AsOf.DaysUntil(s.day)))
	}
}

func (p assessmentPrinter) missing() {
	d := p.a.Determination
	open := map[string]int{}
	for _, a := range p.a.Duties {
		for _, f := range a.DependsOn {
			open[f]++
		}
	}
	var names []string
	for f := range open {
		names = append(names, f)
	}
	slices.SortFunc(names, func(a, b string) int {
		if open[a] != open[b] {
			return open[b] - open[a]
		}
		return strings.Compare(a, b)
	})
	p.section(p.msg("assess.unknown"))
	if len(d.Missing) == 0 && len(names) == 0 {
		p.para(2, "", p.msg("assess.unknown_none"))
		return
	}
	const shown = 8
	for i, m := range d.Missing {
		if i == shown && !p.all {
			p.line("    %s", p.msg("assess.more", len(d.Missing)-shown))
			break
		}
		p.para(2, "? ", p.question(m.Fact, m.Subject)+p.msg("assess.could_become", message.New("status."+string(m.CouldBecome))))
	}
	for i, f := range names {
		if i == shown && !p.all {
			p.line("    %s", p.msg("assess.more", len(names)-shown))
			break
		}
		p.para(2, "· ", p.question(f, "")+p.msg("assess.decides_duties", open[f]))
	}
}

func (p assessmentPrinter) question(fact, subject string) string {
	text := p.text(p.facts.Fact(fact).Question)
	if subject != "" && subject != string(org.AboutOrganization) {
		text = p.subject(subject) + p.msg("colon") + text
	}
	return text + cited([]string{fact})
}

func (p assessmentPrinter) footer() {
	p.blank()
	p.para(0, "", p.msg("disclaimer"))
	c := p.a.Content
	p.para(0, "", p.msg("content.line", c.Version, c.ResearchedThrough.String(), c.Digest[:min(len(c.Digest), 19)]))
}
