// Package address tells addresses in the mainland from other text: by the names
// of places (GB/T 2260), by roads and villages, and by the numbers of houses,
// units and rooms.
package address

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"guanji/internal/detect/region"
)

// A Model is the names of places. It does not change.
type Model struct {
	names   map[uint64]struct{} // by the hash of their characters
	longest int                 // characters of the longest name
}

// Read makes the model of the places of a table: their names, and those of
// provinces and cities without what ends them (北京 as 北京市).
func Read(t *region.Table) (*Model, error) {
	m := &Model{names: map[uint64]struct{}{}}
	for _, p := range t.Places() {
		if p.Name == "市辖区" || p.Name == "县" {
			continue
		}
		m.add(p.Name)
		if p.Code%100 == 0 {
			for _, end := range [...]string{"省", "市", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "特别行政区", "地区", "盟"} {
				if short := strings.TrimSuffix(p.Name, end); short != p.Name && utf8.RuneCountInString(short) >= 2 {
					m.add(short)
					break
				}
			}
		}
	}
	return m, nil
}

func (m *Model) add(name string) {
	h, n := hashStart, 0
	for _, r := range name {
		h = hashNext(h, r)
		n++
	}
	m.names[h] = struct{}{}
	m.longest = max(m.longest, n)
}

// hashStart and hashNext are FNV-1a over characters.
const hashStart uint64 = 14695981039346656037

func hashNext(h uint64, r rune) uint64 { return (h ^ uint64(r)) * 1099511628211 }

// place returns how many characters the longest name has that s begins with.
func (m *Model) place(s []rune) int {
	h, found := hashStart, 0
	for i, r := range s[:min(len(s), m.longest)] {
		h = hashNext(h, r)
		if _, ok := m.names[h]; ok && i > 0 {
			found = i + 1
		}
	}
	return found
}

// width is how many characters before a number are looked at.
const width = 48

// At looks at the end of an address: text[at:] begins with 号, 室 or the like,
// behind a digit. It returns the whole address and its points: one for each
// level of places and for a road or village, two for a number, one more for each
// of two units or rooms. Several ends of one address give the same beginning.
func (m *Model) At(text []byte, at int) (begin, end, points int, ok bool) {
	end, rooms := tail(text, at)
	if rooms == 0 {
		return 0, 0, 0, false
	}
	var room [width]rune
	var where [width]int
	n := width
	for i := at; n > 0 && i > 0; {
		r, size := utf8.DecodeLastRune(text[max(0, i-4):i])
		if !within(r) {
			break
		}
		n--
		i -= size
		room[n], where[n] = r, i
	}
	s := room[n:]
	start, points := m.parse(s)
	if points == 0 {
		return 0, 0, 0, false
	}
	return where[n+start], end, points + 1 + min(rooms, 3), true
}

// within says whether a character stands in addresses.
func within(r rune) bool {
	return r >= 0x4e00 && r <= 0x9fff || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '-' || r == '—' ||
		r >= '０' && r <= '９' || r == '－' || r == '#'
}

// tail reads the units behind a number, 号3栋2单元301室, and says where they end
// and how many there are. A room may stand without its unit: 3栋502.
func tail(text []byte, at int) (end, n int) {
	i := at
	for n < 6 {
		size := unit(text[i:])
		if size == 0 {
			break
		}
		bare := opens(text[i:])
		i += size
		n++
		end = i
		for j := 0; j < 8 && i < len(text) && (number(text[i:]) > 0); j++ {
			i += number(text[i:])
		}
		if i == end {
			break
		}
		if room := bytes.TrimRight(text[end:i], "-"); bare && len(room) > 0 && unit(text[i:]) == 0 && !measured(text[i:]) {
			return end + len(room), n + 1
		}
	}
	return end, n
}

// opens says whether a text begins with the unit of a building, or of a part of
// one, behind which a room is often a bare number.
func opens(text []byte) bool {
	for _, u := range [...]string{"栋", "幢", "座", "单元", "号楼", "号院", "楼", "层", "门", "弄"} {
		if bytes.HasPrefix(text, []byte(u)) {
			return true
		}
	}
	return false
}

// measured says whether what stands behind a number makes it that of something
// else than a room.
func measured(text []byte) bool {
	for _, u := range [...]string{"年", "月", "元", "人", "名", "平", "米", "万", "多", "个", "%", ".", "m", "㎡"} {
		if bytes.HasPrefix(text, []byte(u)) {
			return true
		}
	}
	return false
}

// number is the length of a digit, letter or hyphen that a room can have.
func number(text []byte) int {
	switch c := text[0]; {
	case c-'0' <= 9, c-'A' <= 25, c == '-':
		return 1
	case len(text) >= 3 && c == 0xef && text[1] == 0xbc && text[2] >= 0x90 && text[2] <= 0x99:
		return 3
	}
	return 0
}

// unit is the length of a unit that text begins with, 0 if it does not. 门口 is
// before a house, and no part of its address.
func unit(text []byte) int {
	if bytes.HasPrefix(text, []byte("门口")) {
		return 0
	}
	for _, u := range [...]string{"号楼", "号院", "号", "栋", "幢", "座", "室", "弄", "单元", "楼", "层", "门", "村", "组", "社", "队", "巷", "房", "户"} {
		if bytes.HasPrefix(text, []byte(u)) {
			return len(u)
		}
	}
	return 0
}

// parse finds where an address begins in characters that end with its number,
// and what it has before it: a point for each level and one for a road. It is
// 0 if there is no road, village or place.
func (m *Model) parse(s []rune) (start, points int) {
	for start = range s {
		if levels, rest := m.levels(s[start:]); levels > 0 {
			return start, levels + road(s[start+rest:])
		}
	}
	if r := road(s); r > 0 {
		return m.withoutPlace(s), r
	}
	return 0, 0
}

// levels counts the places that s begins with, and the characters they have.
func (m *Model) levels(s []rune) (levels, length int) {
	for levels < 4 {
		n := m.place(s[length:])
		if n == 0 {
			break
		}
		levels++
		length += n
	}
	if levels == 0 {
		return 0, 0
	}
	for i := length + 1; i < min(len(s), length+9); i++ {
		if s[i] == '镇' || s[i] == '乡' || s[i] == '道' && s[i-1] == '街' {
			return levels + 1, i + 1
		}
	}
	return levels, length
}

// road is 1 if characters have a road, a village or an estate, else 0.
func road(s []rune) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '路', '街', '道', '巷', '弄', '村', '庄', '屯', '胡', '园', '苑', '区', '城', '厦', '里', '坊', '庭', '府', '湾', '寓':
			return 1
		}
	}
	return 0
}

// withoutPlace says where an address without the name of a place begins: behind
// the last word that leads to one.
func (m *Model) withoutPlace(s []rune) int {
	for i := len(s) - 1; i > 0; i-- {
		if slices.Contains([]rune("在住于到址往位是至"), s[i-1]) && i < len(s)-2 {
			return i
		}
	}
	return 0
}

// Cell says whether a whole cell is an address, with its points: a place and a
// road, or a road and a number. In a column that is named for addresses the
// number of a house or room is enough.
func (m *Model) Cell(cell []byte, named bool) (points int, ok bool) {
	const longest = 120 * 3
	if len(cell) < 9 || len(cell) > longest {
		return 0, false
	}
	var room [120]rune
	s := room[:0]
	numbers := false
	for i := 0; i < len(cell) && len(s) < len(room); {
		r, size := utf8.DecodeRune(cell[i:])
		if r >= '0' && r <= '9' && i+1 < len(cell) && unit(cell[i+1:]) > 0 {
			numbers = true
		}
		i += size
		if r != ' ' && r != '(' && r != ')' && r != '（' && r != '）' && !within(r) {
			return 0, false
		}
		s = append(s, r)
	}
	levels, rest := m.levels(s)
	way := road(s[rest:])
	numbers = numbers || way > 0 && hyphened(cell)
	points = levels + way
	switch {
	case numbers:
		points += 2
	case way == 0:
		points = 1 // a place alone: where something comes from, most often
	}
	return points, levels >= 2 || levels == 1 && (way > 0 || numbers) || (way > 0 || named) && numbers
}

// hyphened says whether a cell ends in the numbers of a building and a room:
// 3-2-501.
func hyphened(cell []byte) bool {
	i := len(cell)
	for i > 0 && (cell[i-1]-'0' <= 9 || cell[i-1] == '-') {
		i--
	}
	number := bytes.Trim(cell[i:], "-")
	return bytes.IndexByte(number, '-') > 0
}
