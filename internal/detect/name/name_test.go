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
	if f1 < 0.80 {
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
