package name

import (
	"bytes"
	"unicode/utf8"
)

// dot stands between the parts of names of minorities and of foreigners.
const dot = "·"

// foreign is the characters that write names from elsewhere.
type foreign struct {
	sounds *runeSet // that write the sound of foreign names
	hard   *runeSet // those of them that given names rarely have
	turkic *runeSet // that write names such as 阿依古丽·买买提
}

func newForeign() foreign {
	return foreign{
		sounds: runesOf("斯克尔特姆夫顿普埃萨弗蒂德恩尼拉罗里亚维莫洛基奇瑟厄茨坦伊布格赫加科库曼诺帕佩皮瓦西纳菲森登伯塞莱伦耶迪凯马巴卡达多勒扎吉代沃朗塔"),
		hard:   runesOf("斯克尔特姆夫顿普埃萨弗蒂茨瑟厄"),
		turkic: runesOf("阿依古丽买提艾合麦木江汗吐尔逊热比亚古力克娜扎努迪拉帕哈米玛沙吾守库班别克孜肉则玉素甫卡德司马义伊敏明不都卜杜曼赛达希巴图夏里坦贝加那孙叶" +
			"斯塔乌兹列尼亚森山洪铁穆罕默麻苏莱祖农萨迪瓦力塞买江肯恩勒德汗居来提胡西奴再娜吉巧霍尤朱马仙姑娃罗安外如孜完依合瓦迷孙喀什旦卓白克牙生送图荪尤塔合乎散"),
	}
}

// parts are in the names of Uygurs, Kazakhs and others, and in hardly any name
// from elsewhere.
var parts = [...]string{"买买提", "麦麦提", "买合木提", "买买", "艾合买提", "艾买提", "艾合", "吐尔", "阿依", "古丽", "古力", "努尔", "阿不", "阿卜", "阿布都", "热合", "热依", "克里木", "肉孜", "依明", "伊敏", "司马义",
	"斯马义", "玉素", "亚森", "牙生", "达吾提", "哈斯木", "喀斯木", "哈力克", "卡德尔", "卡迪尔", "尼亚孜", "沙吾提", "萨迪克", "铁木尔", "吾买尔", "吾守尔", "库尔班", "艾尔肯", "艾力", "艾山", "艾则孜", "帕尔哈提", "别克", "木合", "汗古", "麦提", "买提", "居来提", "胡赛", "祖农", "依不拉音", "依布拉", "苏来曼", "巴依",
	"迪力", "迪丽", "米热", "帕提", "热娜", "古扎", "麦尔", "吐送", "图荪", "依力", "亚库", "尤努斯", "祖丽", "马木提", "木沙", "沙塔尔", "塔依尔", "吾斯曼", "吾甫", "乌斯曼", "艾孜", "艾尼", "艾散", "米吉提", "热孜", "托合提", "托乎提", "叶尔", "巴合", "赛力克"}

// dots looks for names with a middle dot that begins in text[from:to].
func (m *Model) dots(text []byte, from, to int, found func(begin, end, points int)) {
	for i := from; i < to; {
		n := bytes.Index(text[i:min(to+1, len(text))], []byte(dot))
		if n < 0 {
			return
		}
		i += n
		begin, end := m.foreign.turkicBefore(text, i), m.foreign.turkicBehind(text, i+len(dot))
		if i-begin >= 2*3 && end-i >= 2*3+len(dot) && turkicParts(text[begin:end]) {
			found(begin, end, likely+2)
		}
		i = max(i+len(dot), end)
	}
}

// longestPart is how many characters a name has at most before or behind a dot.
const longestPart = 18

// turkicBefore is where the part of a name begins that ends at a place.
func (f *foreign) turkicBefore(text []byte, i int) int {
	for n := 0; n < longestPart && i >= 5; n++ {
		switch {
		case f.turkic.has(three(text[i-3:])):
			i -= 3
		case dotted(text, i) && f.turkic.has(three(text[i-5:])):
			i -= len(dot)
		default:
			return i
		}
	}
	return i
}

// turkicBehind is where the part of a name ends that begins at a place.
func (f *foreign) turkicBehind(text []byte, i int) int {
	for n := 0; n < longestPart && i+5 <= len(text); n++ {
		switch {
		case f.turkic.has(three(text[i:])):
			i += 3
		case bytes.HasPrefix(text[i:], []byte(dot)) && f.turkic.has(three(text[i+len(dot):])):
			i += len(dot)
		default:
			n = longestPart
		}
	}
	if bytes.HasSuffix(text[:i], []byte("不")) {
		i -= len("不") // it stands before a verb
	}
	return i
}

func turkicParts(text []byte) bool {
	for _, s := range parts {
		if bytes.Contains(text, []byte(s)) {
			return true
		}
	}
	return false
}

// dotted says whether a middle dot stands before a place: what follows is a part
// of a longer name.
func dotted(text []byte, i int) bool { return bytes.HasSuffix(text[:i], []byte(dot)) }

// transliterated says whether the first n characters write the sound of a
// foreign name, or of a part of one: 马斯克, 克|罗恩, 肖斯|塔科维奇.
func (f *foreign) transliterated(before, after []rune, n int) bool {
	if len(before) > 0 && f.hard.has(before[0]) && f.sounds.has(after[1]) {
		return true
	}
	strong := false
	for _, r := range after[1:n] {
		if !f.sounds.has(r) {
			return false
		}
		strong = strong || f.hard.has(r)
	}
	return strong && n > 2 || n < len(after) && (f.hard.has(after[n]) || strong && f.sounds.has(after[n]))
}

// listed is how much the items of a list around a place speak for a name in
// it: 2 if one beside it is clearly a name, -2 if those on both sides can be
// none: 普利司通、米其林、马牌.
func (m *Model) listed(text []byte, begin, end int) int {
	left, right := m.beside.commas.ends(text[:begin]), m.beside.commas.begins(text[end:])
	before, after := possibleItem, possibleItem
	if left {
		before = m.itemBefore(text[:begin-len("、")])
	}
	if right {
		after = m.itemAt(text[end+len("、"):])
	}
	switch {
	case before == clearItem || after == clearItem:
		return 2
	case before == otherItem && after == otherItem:
		return -2
	}
	return 0
}

// An item says what an item of a list can be.
type item uint8

const (
	otherItem item = iota
	possibleItem
	clearItem // a name of people
)

// itemBefore looks at the item that ends a text.
func (m *Model) itemBefore(text []byte) item {
	begin, n := len(text), 0
	for n < 5 && begin >= 3 && hanzi(three(text[begin-3:])) {
		begin -= 3
		n++
	}
	if n < 5 {
		return m.itemOf(text[begin:])
	}
	for n = 2; n <= 4; n++ { // the first item of a list: 学生王小明
		if i := len(text) - 3*n; m.beside.leads(text[max(0, i-longestLead):i]) > 0 && m.itemOf(text[i:]) == clearItem {
			return clearItem
		}
	}
	return possibleItem
}

// itemAt looks at the item that a text begins with.
func (m *Model) itemAt(text []byte) item {
	n := 0
	for n < 5 && len(text) >= 3*n+3 && hanzi(three(text[3*n:])) {
		n++
	}
	if n < 5 {
		return m.itemOf(text[:3*n])
	}
	return possibleItem
}

// itemOf says what a whole item can be.
func (m *Model) itemOf(text []byte) item {
	var room [4]rune
	n := len(text) / 3
	if n < 2 || n > 4 {
		return otherItem
	}
	for i := range n {
		room[i] = three(text[3*i:])
	}
	r := room[:n]
	switch score, ok := m.score(r); {
	case !ok || utf8.RuneCount(text) != n:
		return otherItem
	case score >= 45 && !m.word(r) && !m.foreign.transliterated(nil, r, n):
		return clearItem
	}
	return possibleItem
}
