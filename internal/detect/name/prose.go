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

// A place is where a surname stands, with the Chinese characters before it, the
// nearest first, and those from it on.
type place struct {
	text          []byte
	at            int
	before, after []rune
	lead          int // the length of the word before it that leads to names
	label         int // what a label before it gives
	left          int // how much all before it speaks for a name
}

// led says whether a word or a label leads to a name.
func (p *place) led() bool { return p.lead > 0 || p.label > 0 }

// bytes is the text of the characters from the surname on from one to another.
func (p *place) bytes(from, to int) []byte { return p.text[p.at+3*from : p.at+3*to] }

// behind is the text behind the first n characters.
func (p *place) behind(n int) []byte { return p.text[p.at+3*n:] }

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
	if m.beside.silent(before, after) {
		return i, 0
	}
	p := place{text: text, at: i, before: before, after: after, lead: m.beside.leads(text[max(0, i-longestLead):i])}
	if far := m.within(before, after); far > 0 && far >= p.lead || dotted(text, i) {
		return i, 0
	}
	p.label = m.beside.label(text, i)
	p.left = m.beside.left(&p)
	best, likeliest, length := 0, 0, 0
	for n := min(4, len(after)); n >= 2; n-- {
		if sum, score := m.pointsOf(&p, n); sum > best || sum == best && score > likeliest+likelier {
			best, likeliest, length = sum, score, n
		}
	}
	if best < least || bytes.HasPrefix(p.behind(length), []byte(dot)) {
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
// score.
func (m *Model) pointsOf(p *place, n int) (sum, score int) {
	score, ok := m.score(p.after[:n])
	if !ok {
		return 0, 0
	}
	right := m.beside.right(p, n)
	if right == 0 && acts(p.after[n:]) {
		right = 1
	}
	beside := p.left + right + m.listed(p.text, p.at, p.at+3*n)
	if beside <= 0 || m.longer(p.after, n) || m.beside.names(p.bytes(0, n)) {
		return 0, 0
	}
	if m.word(p.after[:n]) {
		return m.pointsOfWord(p, n, score), score
	}
	if score -= m.doubt(p, n); score < worst {
		return 0, 0
	}
	return points(score) + beside, score
}

// pointsOfWord is how many points a word has as a name: 高兴 is somebody behind
// a label, behind what somebody is, before a title of people, and among names.
func (m *Model) pointsOfWord(p *place, n, score int) int {
	whole := len(p.after) == n
	if p.label > 0 && whole {
		return possible + p.label
	}
	if score < 0 || p.left == 0 || m.beside.states.has(p.bytes(0, n)) {
		return 0
	}
	right := m.beside.right(p, n)
	switch {
	case m.beside.personal.begins(p.behind(n)), right > 0 && p.lead > 0:
		return possible + p.left + right
	case right > 0 && m.listed(p.text, p.at, p.at+3*n) > 0:
		return possible + p.left + right + 1
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
func (m *Model) doubt(p *place, n int) (less int) {
	name := p.after[:n]
	_, double := m.compound(name[0], name[1])
	given := n == 3 && m.beside.given.has(p.bytes(1, 3))
	if n > 2 && !double && !given && m.word(name[:2]) {
		less += 30
	}
	if n == 3 && !given && m.word(name[1:]) {
		less += 15
	}
	if n == 3 && name[1] == '家' && m.places.has(name[2]) {
		less += 100 // 李家沟
	}
	if n > 2 && !given && len(p.after) > n && m.beside.trailing.has(name[n-1]) {
		less += 40 // 谷雨|任组长
	}
	less += m.joined(p, n)
	if p.led() {
		return less
	}
	if m.foreign.transliterated(p.before, p.after, n) {
		less += 100
	}
	if len(p.before) > 0 && !double && m.beside.function.has(name[0]) {
		less += 60 // 我|和卓玛
	}
	return less
}

// joined is how much less likely a name has n characters because the last makes
// a word with what stands behind it. A verb there speaks for the name.
func (m *Model) joined(p *place, n int) (less int) {
	verb := len(m.beside.after.beginning(p.behind(n)))
	if verb > 3 {
		return 0
	}
	for k := n + 1; k <= min(n+2, len(p.after)); k++ {
		if m.word(p.after[n-1 : k]) {
			less += 30
		}
	}
	if verb > 0 {
		less /= 2
	}
	return less
}
