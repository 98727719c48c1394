package name

import "unicode/utf8"

// window is how many characters around a surname are looked at.
const window = 6

// In looks for names in text[from:to] and tells where each begins and ends. It
// looks at a few characters around, no more, and keeps nothing.
func (m *Model) In(text []byte, from, to int, found func(begin, end, points int)) {
	for i := from; i < to; {
		c := text[i]
		if c < 0xe4 || c > 0xe9 { // no Chinese character of the common block begins so
			i++
			continue
		}
		if i+3 > len(text) {
			return
		}
		r := rune(c&0xf)<<12 | rune(text[i+1]&0x3f)<<6 | rune(text[i+2]&0x3f)
		if !m.starting(r) {
			i += 3
			continue
		}
		if end, points := m.at(text, i); end > i {
			found(i, end, points)
			i = end
			continue
		}
		i += 3
	}
}

// least is from how many points on a name in prose is told.
const least = 5

// at looks at a surname: it returns where the name ends, or i if it is none.
func (m *Model) at(text []byte, i int) (end, points int) {
	var around [2*window + 1]rune
	before, after := around[:0], around[window:window]
	for j := i; len(before) < window && j >= 3; {
		r, size := utf8.DecodeLastRune(text[max(0, j-4):j])
		if !hanzi(r) {
			break
		}
		before = append(before, r)
		j -= size
	}
	for j := i; len(after) < window && j < len(text); {
		r, size := utf8.DecodeRune(text[j:])
		if !hanzi(r) {
			break
		}
		after = append(after, r)
		j += size
	}
	if len(after) < 2 || m.within(before, after) {
		return i, 0
	}
	best, length := 0, 0
	for n := 4; n >= 2; n-- {
		if n > len(after) {
			continue
		}
		if p := m.pointsOf(text, i, before, after, n); p > best {
			best, length = p, n
		}
	}
	if best < least {
		return i, 0
	}
	return i + 3*length, best
}

// within says whether the surname belongs to a word that begins before it:
// 国王, 公司经理. before is in the order away from it.
func (m *Model) within(before, after []rune) bool {
	var w [4]rune
	for n := 1; n <= len(before) && n <= 3; n++ {
		for k := range n {
			w[k] = before[n-1-k]
		}
		w[n] = after[0]
		if m.word(w[:n+1]) && !m.beside.ends(before[:n]) {
			return true
		}
		if n <= 2 {
			w[n+1] = after[1]
			if m.word(w[:n+2]) {
				return true
			}
		}
	}
	return false
}

// pointsOf is how many points the first n characters have as a name.
func (m *Model) pointsOf(text []byte, i int, before, after []rune, n int) int {
	name, rest := after[:n], after[n:]
	score, ok := m.score(name)
	if !ok || n == 4 && m.double[[2]rune{name[0], name[1]}] == 0 {
		return 0
	}
	if m.word(name) || m.word(name[:2]) && n > 2 && m.double[[2]rune{name[0], name[1]}] == 0 {
		return 0
	}
	if n == 3 && m.word(name[1:]) {
		score -= 15
	}
	if len(rest) > 0 {
		last := [4]rune{name[n-1], rest[0]}
		if m.word(last[:2]) {
			score -= 30
		}
		if len(rest) > 1 {
			last[2] = rest[1]
			if m.word(last[:3]) {
				score -= 30
			}
		}
		if n == 2 && m.word([]rune{name[1], rest[0]}) {
			score -= 20
		}
	}
	if score < -10 {
		return 0
	}
	left, right := m.beside.left(text, i, before), m.beside.right(text, i+3*n, rest)
	if left+right == 0 {
		return 0
	}
	return points(score) + left + right
}
