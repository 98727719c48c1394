package name

import (
	"bufio"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"guanji/content"
)

func model(t testing.TB) *Model {
	t.Helper()
	m, err := Read(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// marked reads a text in which names stand in brackets: the text without them,
// and where the names are.
func marked(line string) (text string, names map[[2]int]bool) {
	names = map[[2]int]bool{}
	var b strings.Builder
	begin := 0
	for _, r := range line {
		switch r {
		case '[':
			begin = b.Len()
		case ']':
			names[[2]int{begin, b.Len()}] = true
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), names
}

// TestProse measures what is found in sentences, against a floor.
func TestProse(t *testing.T) {
	m := model(t)
	f, err := os.Open("testdata/prose.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	right, wrong, missed := 0, 0, 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		text, names := marked(lines.Text())
		m.In([]byte(text), 0, len(text), func(begin, end, points int) {
			if names[[2]int{begin, end}] {
				delete(names, [2]int{begin, end})
				right++
				return
			}
			wrong++
			t.Logf("not a name: %s in %s", text[begin:end], text)
		})
		missed += len(names)
		for at := range names {
			t.Logf("missed: %s in %s", text[at[0]:at[1]], text)
		}
	}
	precision, recall := float64(right)/float64(right+wrong), float64(right)/float64(right+missed)
	f1 := 2 * precision * recall / (precision + recall)
	t.Logf("precision %.3f, recall %.3f, F1 %.3f", precision, recall, f1)
	if f1 < 0.92 {
		t.Errorf("F1 is %.3f", f1)
	}
}

func TestCell(t *testing.T) {
	m := model(t)
	for cell, want := range map[string]bool{
		"王小明": true, "李丽": true, "欧阳若兰": true, "霍加阿卜杜拉·麦提喀斯木": true, "张伟": true, "诸葛明": true, "刘洋先生": true,
		"北京": false, "姓名": false, "高兴": false, "金融": false, "王": false, "·": false, "王小明王小明": false, "Wang Min": false, "13800138000": false, "未知": false,
	} {
		if _, word, ok := m.Cell([]byte(cell), false); ok && !word != want {
			t.Errorf("%s: %v", cell, ok)
		}
	}
}

// TestCellWord says which cells are as likely words, and what a column makes of
// them.
func TestCellWord(t *testing.T) {
	m := model(t)
	for cell, want := range map[string]bool{"王小明": false, "万里": true, "马斯克": true, "石景山路": false, "向阳路": true, "李家沟": true} {
		if _, word, ok := m.Cell([]byte(cell), false); ok && word != want {
			t.Errorf("%s: %v", cell, word)
		}
		if _, word, ok := m.Cell([]byte(cell), true); ok && word {
			t.Errorf("%s in a column of names is a word", cell)
		}
	}
}

// TestWords tells names that are words, and what is like a name, by context.
func TestWords(t *testing.T) {
	m := model(t)
	for line, want := range map[string]string{
		"证人江山出庭，江山如画。":         "江山",
		"高峰先生到了，早晚高峰期很堵":       "高峰",
		"客户金融业务由员工安全办理":        "",
		"任务完成，白云在天上":           "",
		"出席：石磊、万里、司徒明":         "石磊 万里 司徒明",
		"米其林、普利司通、马牌三个品牌":      "",
		"贺兰山与高峰先后赶到":           "贺兰山 高峰",
		"被告阿依古丽·买买提不服判决":       "阿依古丽·买买提",
		"我和帕尔哈提·吐尔逊·艾力去":       "帕尔哈提·吐尔逊·艾力",
		"列夫·托尔斯泰的小说":           "",
		"马斯克和特朗普，雷克萨斯与沃尔沃":     "",
		"克罗恩病，帕金森病，平成三十年，令和元年": "",
		"李家沟和段家湾两个村":           "",
		"通讯员谷雨报道，谷雨任组长":        "谷雨 谷雨",
		"姓名：高兴，备注：高兴":          "高兴",
		"由张建国主持，厂长祝新民退休":       "张建国 祝新民",
		"审判员司马岚独任审理":           "司马岚",
		"麻醉师、班主任、审判长、书记员":      "",
		"老师傅彭德福干了三十年":          "彭德福",
	} {
		text := append([]byte(line), make([]byte, 64)...)
		var list []string
		m.In(text, 0, len(line), func(begin, end, _ int) { list = append(list, string(text[begin:end])) })
		if got := strings.Join(list, " "); got != want {
			t.Errorf("in %s found %q, want %q", line, got, want)
		}
	}
}

// TestAllocations looks at prose and at cells without allocating anything.
func TestAllocations(t *testing.T) {
	m := model(t)
	line := []byte("出席：石磊、万里、司徒明，记者高峰报道，被告阿依古丽·买买提不服，国王经理王小明说马上就来。" + strings.Repeat("\n", 64))
	n := testing.AllocsPerRun(10, func() {
		m.In(line, 0, len(line)-64, func(int, int, int) {})
		m.Cell(line[9:15], false)
	})
	if n != 0 {
		t.Errorf("it allocates %v times", n)
	}
}

func FuzzIn(f *testing.F) {
	m := model(f)
	f.Add("客户王小明来电，欧阳若兰女士", 0, 20)
	f.Add("\xe4\xb8王\xe7", 1, 5)
	f.Fuzz(func(t *testing.T, text string, from, to int) {
		padded := append([]byte(text), make([]byte, 64)...)
		if from < 0 || to > len(text) || from > to {
			return
		}
		m.In(padded, from, to, func(begin, end, points int) {
			if begin < 0 || end > len(padded) || begin >= end || !utf8.Valid(padded[begin:end]) || points < least {
				t.Errorf("[%d:%d] with %d points in %q[%d:%d]", begin, end, points, text, from, to)
			}
		})
		_, _, _ = m.Cell([]byte(text), true)
	})
}
