package address

import (
	"testing"
	"unicode/utf8"

	"guanji/content"
	"guanji/internal/detect/region"
)

func model(t testing.TB) *Model {
	t.Helper()
	regions, err := region.Read(content.Files)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Read(regions)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// find asks at every end of an address in a text and returns the longest
// answer of those with enough points.
func find(m *Model, text string) string {
	const least = 5
	padded := append([]byte(text), make([]byte, 64)...)
	best := ""
	for i := range text {
		if begin, end, points, ok := m.At(padded, i); ok && points >= least && end-begin > len(best) {
			best = string(padded[begin:end])
		}
	}
	return best
}

func TestAt(t *testing.T) {
	m := model(t)
	for text, want := range map[string]string{
		"寄到北京市朝阳区建国路100号2单元301室，谢谢": "北京市朝阳区建国路100号2单元301室",
		"家住广东省深圳市南山区科技路1号。":         "广东省深圳市南山区科技路1号",
		"地址：上海浦东新区张江镇祖冲之路２２３号":      "上海浦东新区张江镇祖冲之路２２３号",
		"住在四川省成都市武侯区人民南路四段11号":      "四川省成都市武侯区人民南路四段11号",
		"河北省石家庄市正定县曲阳桥乡东里寨村12号":     "河北省石家庄市正定县曲阳桥乡东里寨村12号",
		"住河北省保定市清苑区某某乡东王庄村3组。":      "河北省保定市清苑区某某乡东王庄村3组",
		"四川省凉山彝族自治州昭觉县某某乡特口村2社的人":   "四川省凉山彝族自治州昭觉县某某乡特口村2社",
		"南昌市青山湖区某某路9033号6栋201门口":    "南昌市青山湖区某某路9033号6栋201",
		"大连市沙河口区星海二街9012号1单元3-1，转交": "大连市沙河口区星海二街9012号1单元3-1",
		"东城花园12栋1单元1103，燃气":         "东城花园12栋1单元1103",
		"北京市朝阳区建国路100号3层200平米":      "北京市朝阳区建国路100号3层",
		"建国路100号":       "", // which city?
		"第3号文件于2024年发布": "",
		"按照规定第5条和第6号公告": "",
		"北京市2024年1号文件":  "",
		"编号12号样本放在3层货架": "",
	} {
		if got := find(m, text); got != want {
			t.Errorf("in %s found %q, want %q", text, got, want)
		}
	}
}

func TestCell(t *testing.T) {
	m := model(t)
	for cell, want := range map[string]bool{
		"北京市朝阳区建国路100号": true, "广东省深圳市": true, "建国路100号2单元": true, "浙江省杭州市西湖区": true,
		"王小明": false, "北京市": false, "13800138000": false, "技术部": false, "Beijing Road 1": false, "": false,
	} {
		if _, ok := m.Cell([]byte(cell), false); ok != want {
			t.Errorf("%s: %v", cell, ok)
		}
	}
}

// TestCellNamed takes less for an address in a column that is named for them.
func TestCellNamed(t *testing.T) {
	m := model(t)
	for cell, want := range map[string][2]bool{
		"翠湖天地11栋1402": {false, true}, "桃城街道胜利新村3-2-501": {true, true}, "同上": {false, false}, "见附件": {false, false},
	} {
		for i, named := range []bool{false, true} {
			if _, ok := m.Cell([]byte(cell), named); ok != want[i] {
				t.Errorf("%s, named %t: %v", cell, named, ok)
			}
		}
	}
}

func FuzzAddress(f *testing.F) {
	m := model(f)
	f.Add("北京市朝阳区建国路100号2单元301室", 33)
	f.Add("路\xe51号楼１２室", 5)
	f.Fuzz(func(t *testing.T, text string, at int) {
		padded := append([]byte(text), make([]byte, 64)...)
		if at >= 0 && at <= len(text) {
			if begin, end, _, ok := m.At(padded, at); ok && (begin < 0 || begin > at || end <= at || end > len(text) || !utf8.Valid(padded[begin:at])) {
				t.Errorf("[%d:%d] at %d in %q", begin, end, at, text)
			}
		}
		_, _ = m.Cell([]byte(text), true)
	})
}
