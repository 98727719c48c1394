package name

import "bytes"

// window is how many characters around a surname are looked at.
const window = 6

// In looks for names in text[from:to] and tells where each begins and ends. It
// looks at a few characters around, no more, and keeps nothing.
func (m *Model) In(text []byte, from, to int, found func(begin, end, points int)) {
	m.dots(text, from, to, found)
	for i := from; i < to; {
		c := text[i]
		if c < 0xe4 || c > 0xe9 { // no Chinese character of the common block begins so
			i++
			continue
		}
		if i+3 > len(text) {
			return
		}
		if r := three(text[i:]); !m.starts.has(r) {
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

// likelier is by how much the score of a shorter name of equal points is higher
// if it is the name: 司马岚|独.
const likelier = 30

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
	if far := m.within(before, after); far > 0 && far >= m.beside.leads(text[max(0, i-24):i]) || dotted(text, i) {
		return i, 0
	}
	best, likeliest, length := 0, 0, 0
	for n := min(4, len(after)); n >= 2; n-- {
		if p, score := m.pointsOf(text, i, before, after, n); p > best || p == best && score > likeliest+likelier {
			best, likeliest, length = p, score, n
		}
	}
	if best < least || bytes.HasPrefix(text[i+3*length:], []byte(dot)) {
		return i, 0
	}
	return i + 3*length, best
}

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
	_, ok := m.compound(after[0], after[1])
	return ok
}

// within is how far before the surname a word begins that it belongs to, in
// bytes: 国王, 公司经理. before is in the order away from it.
func (m *Model) within(before, after []rune) (far int) {
	var w [4]rune
	for n := 1; n <= len(before) && n <= 3; n++ {
		for k := range n {
			w[k] = before[n-1-k]
		}
		w[n] = after[0]
		found := m.word(w[:n+1])
		if n <= 2 {
			w[n+1] = after[1]
			found = found || m.word(w[:n+2])
		}
		if found {
			far = 3 * n
		}
	}
	return far
}

// pointsOf is how many points the first n characters have as a name, and their
// score, which decides between equal points.
func (m *Model) pointsOf(text []byte, i int, before, after []rune, n int) (sum, score int) {
	name, rest := after[:n], after[n:]
	score, ok := m.score(name)
	if !ok || m.longer(after, n) || m.beside.names(text[i:i+3*n]) {
		return 0, 0
	}
	if m.word(name) {
		return m.pointsOfWord(text, i, score, before, name, rest), score
	}
	score -= m.doubt(text, i, before, after, n)
	if score < worst {
		return 0, 0
	}
	left, right := m.beside.left(text, i, before), m.beside.right(text, i+3*n, rest)
	right += m.listed(text, i, i+3*n)
	if left+right <= 0 {
		return 0, 0
	}
	return points(score) + left + right, score
}

// pointsOfWord is how many points a word has as a name: 高兴 is somebody behind
// a label, behind who somebody is, and among names.
func (m *Model) pointsOfWord(text []byte, i, score int, before, name, rest []rune) int {
	end := i + 3*len(name)
	if label := m.beside.label(text, i); label > 0 && len(rest) == 0 {
		return possible + label
	}
	if score < 0 || m.beside.states.has(text[i:end]) {
		return 0
	}
	left, right := m.beside.left(text, i, before), m.beside.right(text, end, rest)
	switch list := m.listed(text, i, end); {
	case list > 0 && right > 0 && left > 0:
		return possible + left + list
	case m.beside.personal.begins(text[end:]) && left > 0:
		return possible + left + right
	case right > 0 && m.beside.leads(text[max(0, i-24):i]) > 0:
		return possible + left + right
	}
	return 0
}

// longer says whether a longer word begins with the first n characters.
func (m *Model) longer(after []rune, n int) bool {
	for k := n + 1; k <= min(4, len(after)); k++ {
		if m.word(after[:k]) {
			return true
		}
	}
	return false
}

// doubt is how much less likely what the first n characters are made of makes
// a name: words in them, words that they end in, places, foreigners.
func (m *Model) doubt(text []byte, i int, before, after []rune, n int) (less int) {
	name, rest := after[:n], after[n:]
	_, double := m.compound(name[0], name[1])
	given := n == 3 && m.beside.given.has(text[i+3:i+9])
	if n > 2 && m.word(name[:2]) && !double && !given {
		less += 30
	}
	if n == 3 && m.word(name[1:]) && !given {
		less += 15
	}
	if n == 3 && name[1] == '家' && m.places.has(name[2]) {
		less += 100 // 李家沟
	}
	less += m.joined(text[i+3*n:], name[n-1], rest)
	if len(rest) > 0 && n > 2 && m.beside.trailing.has(name[n-1]) && !given {
		less += 40 // 谷雨|任组长
	}
	if m.beside.leads(text[max(0, i-24):i]) > 0 || m.beside.label(text, i) > 0 {
		return less
	}
	if m.transliterated(before, after, n) {
		less += 100
	}
	if len(before) > 0 && !double && m.beside.function.has(name[0]) {
		less += 30 // 我|和卓玛
	}
	return less
}

// joined is how much less likely a name ends with a character, because it makes
// a word with what stands behind it. A verb there speaks for the name.
func (m *Model) joined(tail []byte, last rune, rest []rune) (less int) {
	if len(rest) == 0 || len(m.beside.after.beginning(tail)) > 3 {
		return 0
	}
	w := [3]rune{last, rest[0]}
	if m.word(w[:2]) {
		less += 30
	}
	if len(rest) > 1 {
		w[2] = rest[1]
		if m.word(w[:3]) {
			less += 30
		}
	}
	if m.beside.after.begins(tail) {
		less /= 2
	}
	return less
}
