package position

import (
	"slices"

	"guanji/internal/day"
	"guanji/internal/message"
)

// A Headline counts the duties of a position. Those that bind by themselves are
// counted apart from recommendations, see [law.Force.Binding].
type Headline struct{ Binding, Other Tally }

// A Tally counts duties and their lines.
type Tally struct {
	Duties Counts // each once, by its most urgent line
	Rows   Counts // lines
	Gaps   int    // of the duties on file or expiring: those with a line that rests on evidence which saw gaps
}

// Headline counts the duties.
func (p *Position) Headline() Headline {
	var h Headline
	for i := 0; i < len(p.Lines); {
		of, first, gaps := p.Lines[i].Duty, len(States()), false
		tally := &h.Other
		if of.Force.Binding() {
			tally = &h.Binding
		}
		for ; i < len(p.Lines) && p.Lines[i].Duty.ID == of.ID; i++ {
			l := p.Lines[i]
			tally.Rows[rank(l.State)]++
			first, gaps = min(first, rank(l.State)), gaps || l.Gaps
		}
		tally.Duties[first]++
		if gaps && slices.Contains([]State{OnFile, Expiring}, States()[first]) {
			tally.Gaps++
		}
	}
	return h
}

// Late says by how many days a due day has passed: one on the day after. All
// that tells of a day that has passed counts like this.
func Late(days int) message.M { return message.Days("position.days_late", days) }

// LateSince says the same by the first day on which something was overdue.
func LateSince(since, on day.Day) message.M { return Late(since.DaysUntil(on) + 1) }
