package detect

import "guanji/internal/detect/kernel"

// prose looks for names of people in n blocks from a place, where there are
// Chinese characters.
func (s *Scanner) prose(at, n int) {
	if !s.e.on.has(personName) {
		return
	}
	end := at + n*kernel.Block
	for i := 0; i < n; i++ {
		if s.masks[i].High == 0 {
			continue
		}
		j := i + 1
		for j < n && s.masks[j].High != 0 {
			j++
		}
		from, to := at+i*kernel.Block, at+j*kernel.Block
		s.e.names.In(s.text, from, min(to, end), s.nameFound)
		i = j
	}
}

// name takes a name that was found in prose into account. Where a cell begins
// and ends says less than where a sentence does, unless its column is of names.
func (s *Scanner) name(begin, end, points int) {
	if end > len(s.raw) {
		return
	}
	if s.layout.Form == Delimited && s.cellEnds(s.raw[begin-1]) && s.cellEnds(s.text[end]) {
		if c, _ := s.table.at(s, begin); !c.pro.has(personName) {
			points--
		}
	}
	s.reportOwn(personName, begin, end, points, "")
}

// cellEnds says whether a byte stands beside a whole cell.
func (s *Scanner) cellEnds(c byte) bool {
	return c == s.layout.Cell || c == s.layout.Row || c == '"' || c == '\r'
}
