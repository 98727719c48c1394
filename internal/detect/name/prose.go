package name

import "bytes"

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
		if r := three(text[i:]); !m.starting(r) {
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
	for j := i; len(after) < window && j+3 <= len(text); j += 3 {
		r := three(text[j:])
		if !hanzi(r) {
			break
		}
		after = append(after, r)
		if len(after) == 3 && !m.promising(after) {
			return i, 0
		}
	}
	if len(after) < 2 || len(after) == 2 && !m.promising(after) {
		return i, 0
	}
	for j := i - 3; len(before) < window && j >= 0; j -= 3 {
		r := three(text[j:])
		if !hanzi(r) {
			break
		}
		before = append(before, r)
	}
	if m.within(before, after) && !m.beside.leads(text[max(0, i-24):i]) || dotted(text, i) {
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
	if best < least || bytes.HasPrefix(text[i+3*length:], []byte("·")) {
		return i, 0
	}
	return i + 3*length, best
}

// dotted says whether a middle dot stands before a place: what follows is a part
// of a longer name.
func dotted(text []byte, i int) bool { return i >= 2 && string(text[i-2:i]) == "·" }

// three is the character of three bytes that text begins with, or something
// below 0x800 for anything else.
func three(text []byte) rune {
	if text[0]>>4 != 0xe || text[1]>>6 != 2 || text[2]>>6 != 2 {
		return 0
	}
	return rune(text[0]&0xf)<<12 | rune(text[1]&0x3f)<<6 | rune(text[2]&0x3f)
}

// worst is the least score of what can be a name beside a word that says so.
const worst = -10

// promising says whether a surname and what follows can be a name at all. It
// spares most of the work.
func (m *Model) promising(after []rune) bool {
	for n := 2; n <= len(after) && n <= 3; n++ {
		if score, ok := m.score(after[:n]); ok && score >= worst {
			return true
		}
	}
	return m.double[[2]rune{after[0], after[1]}] != 0
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
	if m.word(name) {
		if label := m.beside.label(text, i); label > 0 && len(rest) == 0 {
			return possible + label // 姓名：高兴 is somebody
		}
		return 0
	}
	if n > 2 && m.word(name[:2]) && m.double[[2]rune{name[0], name[1]}] == 0 {
		score -= 30
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
	}
	if score < worst {
		return 0
	}
	left, right := m.beside.left(text, i, before), m.beside.right(text, i+3*n, rest)
	if left+right == 0 {
		return 0
	}
	return points(score) + left + right
}
