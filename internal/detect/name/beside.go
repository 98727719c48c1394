package name

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// beside is what stands beside names.
type beside struct {
	titles wordList // behind a name, and before it
	labels wordList // before a name and a separator
	before wordList // words before a name
	after  wordList // verbs and the like behind a name
	joins  wordList // single characters that join names to what is around
}

// A wordList is Chinese words. The bits of their first and of their last
// characters pass most places by with one look.
type wordList struct {
	words       []string
	first, last [1 << 16 / 64]uint64
}

func newWordList(words ...string) wordList {
	w := wordList{words: words}
	for _, s := range words {
		first, _ := utf8.DecodeRuneInString(s)
		last, _ := utf8.DecodeLastRuneInString(s)
		w.first[first/64] |= 1 << (first % 64)
		w.last[last/64] |= 1 << (last % 64)
	}
	return w
}

// ends says whether a text ends in a word of the list.
func (w *wordList) ends(text []byte) bool { return w.ending(text) != "" }

// ending is the word of the list that a text ends in, "" if it ends in none.
func (w *wordList) ending(text []byte) string {
	if r, _ := utf8.DecodeLastRune(text); r >= 1<<16 || w.last[r/64]>>(r%64)&1 == 0 {
		return ""
	}
	for _, s := range w.words {
		if bytes.HasSuffix(text, []byte(s)) {
			return s
		}
	}
	return ""
}

// begins says whether a text begins with a word of the list.
func (w *wordList) begins(text []byte) bool {
	if r, _ := utf8.DecodeRune(text); r >= 1<<16 || w.first[r/64]>>(r%64)&1 == 0 {
		return false
	}
	return slices.ContainsFunc(w.words, func(s string) bool { return bytes.HasPrefix(text, []byte(s)) })
}

func newBeside() beside {
	return beside{
		titles: newWordList("先生", "女士", "小姐", "同志", "老师", "教授", "医生", "大夫", "主任", "经理", "总监", "总经理", "董事长", "局长", "院长", "校长",
			"书记", "同学", "师傅", "律师", "法官", "警官", "博士", "工程师", "护士", "阿姨", "叔叔", "处长", "科长", "部长", "市长", "县长", "主席", "委员", "总裁", "检察官",
			"记者", "教练", "队长", "班长", "组长", "主管", "助理", "秘书", "专员", "护士长", "研究员", "副总", "老板", "客服"),
		labels: newWordList("姓名", "联系人", "收件人", "收货人", "寄件人", "客户", "员工", "法定代表人", "法人", "负责人", "经办人", "申请人", "患者", "户主", "户名",
			"持卡人", "甲方", "乙方", "委托人", "被告", "原告", "代理人", "签字", "签名", "名字", "本人", "投保人", "被保险人", "受益人", "借款人", "担保人", "学生", "家长", "作者",
			"主讲人", "主持人", "记录人", "参会人员", "与会人员", "审核", "审批人", "复核", "制表", "联络人", "业主", "租户", "承租人", "出租人", "买方", "卖方", "开户名", "收款人"),
		before: newWordList("客户", "员工", "患者", "学生", "用户", "记者", "作者", "村民", "市民", "居民", "司机", "乘客", "家属", "妻子", "丈夫", "儿子", "女儿", "父亲", "母亲",
			"哥哥", "弟弟", "姐姐", "妹妹", "同事", "朋友", "名叫", "我叫", "他叫", "她叫", "叫做", "业主", "被告人", "原告", "被告", "犯罪嫌疑人", "嫌疑人", "当事人", "申请人", "负责人", "联系人",
			"队员", "选手", "演员", "导演", "歌手", "作家", "诗人", "画家", "科学家", "专家", "代表", "委员", "院士", "烈士", "英雄", "党员", "干部", "职工", "工人", "教师", "医师", "我是", "本人"),
		after: newWordList("说", "表示", "认为", "指出", "介绍", "告诉", "称", "问", "回答", "提交", "办理", "签字", "签名", "来电", "致电", "反映", "投诉", "报告", "汇报", "强调", "透露", "坦言",
			"出生", "毕业", "担任", "出任", "任", "主持", "参加", "出席", "住在", "现住", "身份证", "手机", "电话", "今年", "现年", "男", "女", "因", "于", "已", "将", "曾", "在", "从", "向", "对",
			"把", "被", "也", "还", "又", "就", "都", "是", "的", "和", "与", "及", "等", "等人", "来", "去", "到", "给", "为", "用", "没有", "告知", "负责", "申请", "购买", "收到", "发现", "带领", "率", "获"),
		joins: newWordList("由", "与", "和", "及", "对", "向", "让", "请", "找", "给", "为", "被", "是", "叫", "跟", "同", "把", "将", "据", "经", "问", "等", "的", "在", "到", "见", "派", "托",
			"部", "科", "室", "局", "队", "员", "长", "师", "应", "说", "称"),
	}
}

// left is how much what stands before a place speaks for a name there. before
// are the Chinese characters before it, the nearest first.
func (b *beside) left(text []byte, at int, before []rune) int {
	if n := b.label(text, at); n > 0 {
		return n
	}
	head := text[max(0, at-24):at]
	if b.leads(head) {
		return 2
	}
	if len(before) == 0 {
		return 2 // a sentence, a part of one, or a list begins
	}
	if b.joins.ends(head) {
		return 1
	}
	return 0
}

// leads says whether a text ends in a word that stands directly before names.
func (b *beside) leads(text []byte) bool {
	return b.before.ends(text) || b.titles.ends(text) || b.labels.ends(text)
}

// label is what a label before a name gives: 姓名：, 联系人 .
func (b *beside) label(text []byte, at int) int {
	i := at
	separated := false
	for n := 0; n < 3; n++ {
		r, size := utf8.DecodeLastRune(text[max(0, i-4):i])
		if r != ':' && r != '：' && r != ' ' && r != '\t' && r != '"' && r != '=' && r != '为' && r != '）' && r != ')' {
			break
		}
		separated = true
		i -= size
	}
	if separated && b.labels.ends(text[max(0, i-24):i]) {
		return 4
	}
	return 0
}

// right is how much what stands behind a place speaks for a name before it.
func (b *beside) right(text []byte, at int, rest []rune) int {
	tail := text[at:min(len(text), at+24)]
	switch {
	case b.titles.begins(tail):
		return 3
	case len(rest) == 0:
		return 1 // a sentence or a part of one ends
	case b.after.begins(tail):
		return 1
	}
	return 0
}

// ends says whether the characters before a surname, the nearest first, are a
// word that stands before names: a surname behind it is its own.
func (b *beside) ends(before []rune) bool {
	s := make([]rune, 0, window)
	for _, r := range slices.Backward(before) {
		s = append(s, r)
	}
	return slices.Contains(b.before.words, string(s)) || slices.Contains(b.titles.words, string(s))
}
