package name

import "bytes"

// The points of a name by itself, before what stands beside it counts.
const (
	likely   = 3 // its characters are those of names
	possible = 2 // it has the form of one
	doubtful = 1 // it has the form, and its characters rarely stand in one
)

// points of a score, which is ten times a natural logarithm.
func points(score int) int {
	switch {
	case score >= 90:
		return likely + 1
	case score >= 60:
		return likely + 1
	case score >= 45:
		return likely
	case score >= 10:
		return possible
	}
	return doubtful
}

// Cell says whether a whole cell is the name of a person: of two to four
// characters, of a minority with a middle dot, or with a title behind it. In a
// column that is named for names a surname is enough: 高兴 is somebody there.
// word says that it is as likely a word: the other cells tell.
func (m *Model) Cell(cell []byte, named bool) (own int, word, ok bool) {
	const longest = 26 * 3
	if len(cell) < 6 || len(cell) > longest {
		return 0, false, false
	}
	if bytes.Contains(cell, []byte(dot)) {
		return likely, false, withDots(cell)
	}
	if t := cell[:len(cell)-len(m.beside.titles.ending(cell))]; len(t) >= 3 {
		cell = t
	}
	if len(cell) > 4*3 || len(cell)%3 != 0 || len(cell) < 2*3 {
		return 0, false, false
	}
	var room [4]rune
	r := room[:0]
	for i := 0; i < len(cell); i += 3 {
		c := three(cell[i:])
		if !hanzi(c) {
			return 0, false, false
		}
		r = append(r, c)
	}
	score, ok := m.score(r)
	switch {
	case !ok:
		return 0, false, false
	case named:
		return max(possible, points(score)), false, true
	case m.word(r) || len(r) == 3 && score < 20 && m.word(r[1:]) || len(r) == 3 && m.places.has(r[2]) || m.foreign.transliterated(nil, r, len(r)):
		return possible, true, score >= worst
	}
	return points(score), false, true
}

// withDots says whether a cell is a name that is written with middle dots: one
// to twelve Chinese characters before the first, and behind it.
func withDots(cell []byte) bool {
	n, parts := 0, 1
	for len(cell) > 0 {
		if rest, ok := bytes.CutPrefix(cell, []byte(dot)); ok {
			if n == 0 {
				return false
			}
			cell, n, parts = rest, 0, parts+1
			continue
		}
		if len(cell) < 3 || !hanzi(three(cell)) || n == 12 {
			return false
		}
		cell = cell[3:]
		n++
	}
	return n > 0 && parts > 1
}
