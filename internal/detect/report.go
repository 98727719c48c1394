package detect

import (
	"bytes"
	"slices"
)

// report takes a finding of a kind into account, and says whether it is one:
// its kind is asked for, and where it needs a word near it there is one.
func (s *Scanner) report(k kind, begin, end int, signals Signal) bool {
	return s.take(claim{kind: k, start: begin, end: end, signals: signals})
}

// reportOwn reports what a model found, with the points that it gave.
func (s *Scanner) reportOwn(k kind, begin, end, points int, rule string) bool {
	return s.take(claim{kind: k, start: begin, end: end, own: int8(points), rule: rule})
}

func (s *Scanner) take(h claim) bool {
	if !s.e.on.has(h.kind) {
		return false
	}
	if s.places != nil {
		last := int(s.places[h.end-1])
		h.start, h.end = int(s.places[h.start]), last+plainly(s.raw[last:len(s.raw):cap(s.raw)]).size
		h.signals |= Written
	}
	pro, contra := s.around(&h)
	return s.hold(h, pro, contra)
}

// hold keeps a finding until nothing can claim its text any more. Of two that
// overlap the one with more points stays.
func (s *Scanner) hold(h claim, pro, contra kindSet) bool {
	switch {
	case pro.has(h.kind):
		h.signals |= Context
	case s.e.detectors[h.kind].Context:
		return false
	case contra.has(h.kind):
		h.signals |= Hostile
	}
	if s.table.deciding && h.column != nil && h.signals&Hostile == 0 {
		if h.cell || !setOf(h.kind).any(cellKinds) {
			h.column.match[h.kind]++
		}
	} else if h.column != nil {
		h.signals |= h.column.says(h.kind)
	}
	at := len(s.held)
	if at == 0 || s.held[at-1].start < h.start && s.held[at-1].end <= h.start {
		s.held = append(s.held, h) // nothing else claims its text, for what is held does not overlap
		return true
	}
	for at > 0 && s.held[at-1].start > h.start {
		at--
	}
	for i := at; i < len(s.held) && s.held[i].start < h.end; i++ {
		if !s.held[i].better(&h) {
			s.held = slices.Delete(s.held, i, i+1)
			i--
			continue
		}
		return true
	}
	for i := at - 1; i >= 0 && i >= at-4; i-- {
		if s.held[i].end <= h.start {
			continue
		}
		if s.held[i].better(&h) {
			return true
		}
		s.held = slices.Delete(s.held, i, i+1)
		at--
	}
	s.held = slices.Insert(s.held, at, h)
	return true
}

// better says whether a finding has the better claim to text that two lie on.
func (c *claim) better(than *claim) bool {
	a, b := c.Points(), than.Points()
	if a != b {
		return a > b
	}
	if a, b := c.end-c.start, than.end-than.start; a != b {
		return a > b
	}
	return c.kind <= than.kind
}

// settle hands on what nothing behind at can change.
func (s *Scanner) settle(at int) error {
	if s.table.on {
		if s.table.deciding && s.table.rows < decideRows {
			return nil
		}
		s.table.decide(s)
		s.table.forget(at - reach)
	}
	return s.flush(at - reach)
}

// flush hands on what ends before a place.
func (s *Scanner) flush(before int) error {
	n := 0
	for ; n < len(s.held) && s.held[n].end <= before; n++ {
		c := &s.held[n]
		if c.Points() < s.e.floor {
			continue
		}
		s.countLines(c.start)
		h := &s.hit
		h.claim, h.detector, h.value = *c, s.e.detectors[c.kind], s.raw[c.start:c.end]
		h.Offset, h.Length, h.Line, h.Column = s.offset+int64(c.start), c.end-c.start, s.line, ""
		if c.column != nil {
			h.Column = c.column.name
		}
		s.about(h)
		if err := s.emit(h); err != nil {
			return err
		}
	}
	s.held = append(s.held[:0], s.held[n:]...)
	return nil
}

// countLines counts the lines, or the rows of a table, up to a place.
func (s *Scanner) countLines(to int) {
	if to <= s.lineAt {
		return
	}
	end := []byte{'\n'}
	if s.layout.Row == RowEnd {
		end[0] = RowEnd
	}
	s.line += int64(bytes.Count(s.raw[s.lineAt:to], end))
	s.lineAt = to
}
