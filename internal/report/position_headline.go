package report

import (
	"fmt"
	"io"
	"strings"

	"guanji/internal/message"
	"guanji/internal/position"
	"guanji/internal/regime"
)

func (p positionPrinter) headline() {
	h := p.Headline()
	line := ""
	for _, part := range p.counted(h.Binding.Duties, func(s position.State) string { return p.msg("where.rows", h.Binding.Rows.Of(s)) }) {
		if line != "" && displayWidth(line+part)+5 > columns {
			p.line("  %s", line)
			line = ""
		}
		if line != "" {
			line += "   "
		}
		line += part
	}
	p.line("  %s", line)
	if h.Binding.Gaps > 0 {
		p.para(2, "! ", p.msg("where.with_gaps", h.Binding.Gaps))
	}
	p.para(2, "", p.msg("where.lines", h.Binding.Duties.All(), h.Binding.Rows.All(), h.Other.Duties.All()))
}

// counted says how many duties stand in each state in which one does, and of
// each more.
func (p positionPrinter) counted(c position.Counts, more func(position.State) string) (parts []string) {
	for _, s := range position.States() {
		if n := c.Of(s); n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d %s", stateIcon(s), n, p.say(s.Message()))+more(s))
		}
	}
	return parts
}

// PositionLine says in one line how many binding duties stand in each state.
func PositionLine(l message.Lang, set *regime.Set, p *position.Position) string {
	q := newPositionPrinter(io.Discard, l, set, p)
	return strings.Join(q.counted(p.Headline().Binding.Duties, func(position.State) string { return "" }), q.msg("list.comma"))
}
