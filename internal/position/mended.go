package position

import (
	"guanji/internal/day"
	"guanji/internal/evidence"
	"guanji/internal/message"
)

// mended has the days on which orders and plans of a line were done, in order.
type mended []day.Day

// add takes in an order or plan.
func (m *mended) add(b *evidence.Book, seq int64) {
	if end, ok := b.EndOf(seq); ok && end.End != nil && end.End.How == evidence.Done {
		*m = append(*m, end.End.Day)
	}
}

// by returns the last of the days up to another, zero if there is none.
func (m mended) by(on day.Day) day.Day {
	for i := len(m) - 1; i >= 0; i-- {
		if !m[i].After(on) {
			return m[i]
		}
	}
	return day.Day{}
}

// doubts reports whether the gaps that a paper saw are said to be put right by
// a day. Then it shows nothing any longer.
func (m mended) doubts(p *paper, on day.Day) bool {
	return p.gaps && !p.from.After(m.by(on))
}

// doubt tells of a paper whose gaps are said to be put right, and leaves the
// line without evidence until something shows it; nil is no paper.
func (s *Status) doubt(p *paper) {
	if p == nil {
		return
	}
	s.NotCounting = append(s.NotCounting, Uncounted{p.seq, message.New("position.bar.put_right")})
	if s.State == OnFile {
		s.State = None
	}
	if s.State == None && len(s.Open) == 0 { // else an event asks for more
		s.Until, s.Due, s.DueWhy = day.Day{}, day.Day{}, message.New("position.due.put_right")
	}
}
