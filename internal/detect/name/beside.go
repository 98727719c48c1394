package name

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// beside is what stands beside names.
type beside struct {
	titles   wordList // behind a name, and before it
	personal wordList // titles that only people have
	labels   wordList // before a name and a separator
	before   wordList // words before a name
	after    wordList // verbs and the like behind a name
	joins    wordList // single characters that join names to what is around
	things   wordList // behind what is named after somebody, or looks so
	states   wordList // words of the form of a name that tell how somebody is
	commas   wordList // between the items of a list
	given    wordList // words that are given names as often
	function *runeSet // characters of grammar that are surnames as well
	trailing *runeSet // those that stand behind names more often than in them
	// lefts are the last characters of all that speaks for a name before it, and
	// rights the first of all that does so behind it.
	lefts, rights runeSet
}

// A wordList is Chinese words. The bits of their first and of their last
// characters pass most places by with one look.
type wordList struct {
	first, last     runeSet
	byFirst, byLast [bucketCount][]string
}

// bucketCount is in how many parts the words of a list are kept, by the
// character that they begin or end with.
const bucketCount = 32

func newWordList(words string) wordList {
	var w wordList
	for s := range strings.FieldsSeq(words) {
		first, _ := utf8.DecodeRuneInString(s)
		last, _ := utf8.DecodeLastRuneInString(s)
		w.first.add(first)
		w.last.add(last)
		w.byFirst[first%bucketCount] = append(w.byFirst[first%bucketCount], s)
		w.byLast[last%bucketCount] = append(w.byLast[last%bucketCount], s)
	}
	return w
}

// ends says whether a text ends in a word of the list.
func (w *wordList) ends(text []byte) bool { return w.ending(text) != "" }

// ending is the longest word of the list that a text ends in, "" if it ends in
// none.
func (w *wordList) ending(text []byte) (longest string) {
	r := lastRune(text)
	if !w.last.has(r) {
		return ""
	}
	for _, s := range w.byLast[r%bucketCount] {
		if len(s) > len(longest) && bytes.HasSuffix(text, []byte(s)) {
			longest = s
		}
	}
	return longest
}

// begins says whether a text begins with a word of the list.
func (w *wordList) begins(text []byte) bool { return w.beginning(text) != "" }

// beginning is the longest word of the list that a text begins with, "" if it
// begins with none.
func (w *wordList) beginning(text []byte) (longest string) {
	r := firstRune(text)
	if !w.first.has(r) {
		return ""
	}
	for _, s := range w.byFirst[r%bucketCount] {
		if len(s) > len(longest) && bytes.HasPrefix(text, []byte(s)) {
			longest = s
		}
	}
	return longest
}

// firstRune and lastRune are those of a text. Most are Chinese.
func firstRune(text []byte) rune {
	if len(text) >= 3 {
		if r := three(text); r != 0 {
			return r
		}
	}
	r, _ := utf8.DecodeRune(text)
	return r
}

func lastRune(text []byte) rune {
	if n := len(text); n >= 3 {
		if r := three(text[n-3:]); r != 0 {
			return r
		}
	}
	r, _ := utf8.DecodeLastRune(text)
	return r
}

// has says whether a text is a word of the list.
func (w *wordList) has(text []byte) bool { return len(text) > 0 && len(w.ending(text)) == len(text) }

func newBeside() beside {
	b := beside{
		titles: newWordList(`先生 女士 小姐 同志 老师 教授 医生 大夫 主任 经理 总监 总经理 董事长 局长 院长 校长
			书记 同学 师傅 律师 法官 警官 博士 工程师 护士 阿姨 叔叔 处长 科长 部长 市长 县长 主席 委员 总裁 检察官
			记者 教练 队长 班长 组长 主管 助理 秘书 专员 护士长 研究员 副总 老板 客服 副主任 副教授 副局长 副院长 副校长
			副经理 副书记 副市长 副县长 会长 厂长 村长 镇长 乡长 司令 审判长 审判员 书记员 检察长 支书 村支书 高级工程师 主任医师 主治医师 住院医师`),
		personal: newWordList("先生 女士 小姐 同志 同学 师傅 阿姨 叔叔 大爷 大妈 大姐 大哥 副主任 副教授 副局长 副院长 副校长 副经理 副书记 副市长 副县长 主任医师 副主任医师 主治医师 住院医师"),
		labels: newWordList(`姓名 联系人 收件人 收货人 寄件人 客户 员工 法定代表人 法人 负责人 经办人 申请人 患者 户主 户名
			持卡人 甲方 乙方 丙方 委托人 被告 原告 代理人 签字 签名 名字 本人 投保人 被保险人 受益人 借款人 出借人 担保人 保证人 学生 家长 作者
			主讲人 主持人 记录人 参会人员 与会人员 列席人员 出席人员 参会 出席 列席 缺席 请假 审核 审批人 复核 制表 联络人 业主 租户 承租人 出租人 买方 卖方 开户名 收款人 付款人
			报修人 报警人 报案人 监护人 紧急联系人 手术者 助手 麻醉师 主持 记录 通讯员 记者 供稿 发明人 设计人 编辑 校对 摄影 翻译 译者 编剧 导演 主演 值班 值班人 成员 组长 队长 班长 班主任
			holder legalPerson contact receiver consignee userName realName fullName custName customerName patientName studentName empName employeeName owner driver author`),
		before: newWordList(`客户 员工 患者 学生 用户 记者 作者 村民 市民 居民 司机 乘客 家属 妻子 丈夫 儿子 女儿 父亲 母亲
			哥哥 弟弟 姐姐 妹妹 爷爷 奶奶 孙子 孙女 外孙 侄子 女婿 儿媳 爱人 老公 老婆 男友 女友 其父 其母 其子 其女 其妻 其夫 同事 朋友 室友 队友 战友 邻居 名叫 我叫 他叫 她叫 叫做 姓名
			业主 被告人 原告人 原告 被告 犯罪嫌疑人 嫌疑人 当事人 申请人 负责人 联系人 证人 被害人 受害人 报警人 报案人 上诉人 被上诉人 申诉人 被执行人 被继承人 继承人 受益人 投保人 被保险人
			借款人 出借人 担保人 保证人 出租人 承租人 代理人 监护人 法定代表人 收件人 寄件人 收货人 报修人 见证人 介绍人 发明人 传承人 候选人 主持人 户主 机主 车主 房东 租客 店主 个体户
			队员 选手 演员 导演 编剧 歌手 作家 诗人 画家 科学家 企业家 专家 代表 委员 院士 烈士 英雄 党员 干部 职工 工人 农民 牧民 渔民 教师 医师 药师 会计 出纳 士兵 战士 民警 辅警 交警 法医 保安 保姆
			通讯员 消防员 解说员 评论员 保管员 押运员 驾驶员 飞行员 运动员 教练员 服务员 售货员 快递员 外卖员 收银员 审判员 书记员 陪审员 检察员 护理员 调解员 管理员 辅导员 指导员 联络员 学员 船员 空姐 导师 助教 校友 同事
			考生 毕业生 研究生 博士生 大学生 高三学生 医学生 新生 患儿 病人 伤者 死者 逝者 男子 女子 老人 网友 徒弟 师父 上司 下属 搭档 助手 恋人 村支书 支书 我是 本人 叫`),
		after: newWordList(`说 表示 认为 指出 介绍 告诉 称 问 回答 提交 办理 签字 签名 来电 致电 反映 投诉 报告 汇报 强调 透露 坦言
			出生 毕业 担任 出任 任 主持 参加 出席 住在 现住 身份证 手机 电话 今年 现年 男 女 因 于 已 将 曾 在 从 向 对
			把 被 也 还 又 就 都 是 的 和 与 及 等 等人 来 去 到 给 为 用 没有 告知 负责 申请 购买 收到 发现 带领 率 获
			要求 提出 补充 通报 宣布 建议 回忆 证实 作证 出庭 驾驶 伙同 涉嫌 交代 供述 放弃 继承 自愿 拒绝 同意 反对 赞成 辞职 入职 离职 请假 值班 带着 拿着 推开 走 笑 哭 喊 站 坐 听 看 想 道 点头 摇头 沉默
			执笔 撰写 编写 校对 翻译 摄 绘 著 编 主编 代 家住 拨打 慰问 出差 之 先后 分别 共同 一起 一行 上门 到场 在场 到达 前往 赶到 获得 完成 进行 陪同 带队 组织 召开 代表 两位 三位 两人 三人 四人 五人 六人 夫妇 夫妻 母女 父子 母子 父女 诉 带领下 陪同下 兄弟 姐妹 名下 退休 去世 病故 上场 夺 赢 以 由 才 却 则 便 正 刚 不 未 会 能 可 很 态度`),
		joins: newWordList(`由 与 和 及 对 向 让 请 找 给 为 被 是 跟 同 把 将 据 经 问 等 的 在 到 见 派 托
			部 科 室 局 队 员 长 师 应 说 称 谢 写 人 生 者 家 访 叫上 认识 感谢 欢迎 昨天 今天 明天 上午 下午 晚上 当晚 当日 当时 随后 后来 最后 因为 如果 或 或者 以及 包括 听说 据说 转入 交给 转交 发给 寄给 通知 联系 告诉 陪 替`),
		things: newWordList(`公司 集团 科技 技术 软件 有限 股份 控股 银行 证券 基金 药业 制药 电器 汽车 食品 酒业 酒店 饭店 大学 学院 中学 小学 医院 机场 车站 火车站 大道 小区 花园 广场
			街道 社区 村委 山庄 景区 公园 水库 大桥 隧道 高速 定律 定理 定义 方程 函数 效应 综合征 反应 试验 病 症 牌 镇 县 杯 奖 〔 年间 时代 系列 品牌 超市 专卖`),
		states:   newWordList(`安静 冷静 康复 明白 申请 高兴 满意 支持 乐意 严肃 从容 安全 安排 平安 马上 任何 明显 左右 向往 应当 熊熊 单独 连续 陆续 全部 全面 万一 常常 金融 石油 水利 白天 白色 明天 成功 高度 高级 高中 高三 高一 高二 初中 初一`),
		given:    newWordList("建国 建军 建华 国庆 国强 国栋 国华 红旗 红梅 红军 跃进 援朝 卫国 卫东 建设 爱国 爱民 志强 自强 富贵 吉祥 平安 如意 长江 长城 海洋 江河 秀才 和平 文明 胜利 成功 得水 春花 秋菊 冬梅 兰芝 牡丹 玉兰 玫瑰 朝阳 东升 光明 光辉 永恒 家宝 金宝 大海 天来"),
		commas:   newWordList("、 和 与"),
		function: runesOf("和于应从由对向同经都把与及时常单全何许代原"),
		trailing: runesOf("没不未要任才走独曰姐哥说问也都又在从把被将已刚就却便则系称到给因等即"),
	}
	b.lefts.add('为') // 姓名为
	for _, w := range [...]*wordList{&b.before, &b.titles, &b.labels, &b.joins, &b.commas} {
		b.lefts.addAll(&w.last)
	}
	for _, w := range [...]*wordList{&b.titles, &b.after, &b.commas} {
		b.rights.addAll(&w.first)
	}
	return b
}

// silent says, with a few looks, that nothing beside a surname speaks for a
// name: a character stands before it that ends no word that does, and behind
// two, three and four characters none that begins one.
func (b *beside) silent(before, after []rune) bool {
	if len(before) == 0 || b.lefts.has(before[0]) {
		return false
	}
	for n := 2; n <= 4; n++ {
		if n >= len(after) || b.rights.has(after[n]) || acts(after[n:]) {
			return false
		}
	}
	return true
}

// longestLead is how many bytes before a place are looked at for words.
const longestLead = 24

// left is how much what stands before a place speaks for a name there.
func (b *beside) left(p *place) int {
	switch {
	case p.label > 0:
		return p.label
	case p.lead > 0, len(p.before) == 0: // a sentence, a part of one, or a list begins
		return 2
	case b.joins.ends(p.text[max(0, p.at-longestLead):p.at]):
		return 1
	}
	return 0
}

// leads is the length of the word that a text ends in and that stands directly
// before names, 0 if there is none.
func (b *beside) leads(text []byte) int {
	if !b.lefts.has(lastRune(text)) {
		return 0
	}
	return max(len(b.before.ending(text)), len(b.titles.ending(text)), len(b.labels.ending(text)))
}

// label is what a label before a name gives: 姓名：, 联系人 .
func (b *beside) label(text []byte, at int) int {
	i := at
	separated := false
	for n := 0; n < 3; n++ {
		r, size := utf8.DecodeLastRune(text[max(0, i-4):i])
		if r != ':' && r != '：' && r != ' ' && r != '\u3000' && r != '\t' && r != '"' && r != '=' && r != '为' && r != '）' && r != ')' {
			break
		}
		separated = true
		i -= size
	}
	if separated && b.labels.ends(text[max(0, i-longestLead):i]) {
		return 4
	}
	return 0
}

// right is how much what stands behind the first n characters of a place speaks
// for a name before it.
func (b *beside) right(p *place, n int) int {
	tail := p.behind(n)
	switch {
	case b.titles.begins(tail):
		return 3
	case b.things.begins(tail):
		return -2
	case len(p.after) == n: // a sentence or a part of one ends
		return 1
	case b.after.begins(tail):
		return 1
	}
	return 0
}

// acts says whether a verb of one or two characters follows, by the mark of its
// aspect: 咬|着, 搀扶|着, 点|了.
func acts(rest []rune) bool {
	mark := func(r rune) bool { return r == '着' || r == '了' || r == '过' }
	return len(rest) > 1 && mark(rest[1]) || len(rest) > 2 && mark(rest[2])
}

// names says whether a text is itself one of the words that stand beside names:
// 麻醉师.
func (b *beside) names(text []byte) bool {
	if !b.lefts.has(lastRune(text)) {
		return false
	}
	return b.before.has(text) || b.titles.has(text) || b.labels.has(text)
}
