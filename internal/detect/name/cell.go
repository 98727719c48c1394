package name

import (
	"strings"
	"unicode/utf8"
)

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
	case score >= 45:
		return likely
	case score >= 10:
		return possible
	}
	return doubtful
}

// Cell says whether a whole cell is the name of a person: of two to four
// characters, of a minority with a middle dot, or with a title behind it.
func (m *Model) Cell(cell []byte) (points_ int, ok bool) {
	const longest = 26 * 3
	if len(cell) < 6 || len(cell) > longest {
		return 0, false
	}
	s := string(cell)
	if first, last, dotted := strings.Cut(s, "·"); dotted {
		if foreign(first) && foreign(strings.ReplaceAll(last, "·", "")) {
			return likely, true
		}
		return 0, false
	}
	for _, title := range m.beside.titles {
		if t := strings.TrimSuffix(s, title); t != s && len(t) >= 3 {
			s = t
			break
		}
	}
	r := []rune(s)
	if len(r) < 2 || len(r) > 4 || utf8.RuneCountInString(s) != len(r) {
		return 0, false
	}
	for _, c := range r {
		if !hanzi(c) {
			return 0, false
		}
	}
	score, ok := m.score(r)
	if !ok || m.word(r) || len(r) == 3 && score < 20 && m.word(r[1:]) {
		return 0, false
	}
	return points(score), true
}

// foreign says whether a text is one to twelve Chinese characters: a part of a
// name that is written with middle dots.
func foreign(s string) bool {
	n := 0
	for _, r := range s {
		if !hanzi(r) {
			return false
		}
		n++
	}
	return n >= 1 && n <= 24
}
