package report

import (
	"time"

	"guanji/internal/day"
	"guanji/internal/message"
	"guanji/internal/respond"
)

// made is when the documents of the tests were made.
var made = time.Date(2026, 11, 26, 3, 42, 0, 0, day.Beijing)

// sampleReport is a report such as one that goes to an authority.
func sampleReport() respond.Document {
	return respond.Document{
		Lang:  message.Chinese,
		Title: "网络安全事件报告（首报）",
		Meta: []respond.Row{
			{Label: "报告单位", Value: "示例银行股份有限公司（虚构）"},
			{Label: "接收单位", Value: "保护工作部门；公安机关"},
			{Label: "报告时限", Value: "2026年11月26日 04:10（发现或获知后1小时）", Strong: true},
			{Label: "案件编号", Value: "#12"},
		},
		Blocks: []respond.Block{
			{Heading: "一、单位名称及涉事系统基本情况", Rows: []respond.Row{
				{Label: "涉事系统", Value: "核心账务系统（网络安全等级保护第四级）"},
				{Label: "系统用途", Value: "存款、贷款、支付清算。\n服务全国个人客户与企业客户；主用机房一处，同城备用机房一处。"},
			}},
			{Heading: "二、事件发现时间、类型、级别及影响", Rows: []respond.Row{
				{Label: "发现或获知时间", Value: "2026年11月26日 03:10", Strong: true},
				{Label: "事件类型", Value: "勒索软件"},
				{Label: "初判级别", Value: "较大（Ⅲ级）——关键信息基础设施主要功能中断30分钟以上"},
				{Label: "已采取的措施及效果", Value: "03:12\t隔离受影响的网段\n03:20\t切换至同城备用机房\n03:31\t“柜面交易”恢复，“手机银行”尚未恢复"},
			}, Note: "规定时间内不能判定事发原因、影响或发展趋势的，可先报告第一项、第二项内容，其他情况及时补报。"},
			{Heading: "三、事件发展趋势", Text: "备用机房尚未发现加密行为。若凌晨五时前未能恢复，早间批量代发业务将受影响。\n目前没有证据表明个人信息已被取走；日志仍在核查。"},
			{Heading: "四、处置经过", Table: &respond.Table{
				Head: []string{"时间", "事项", "经办", "依据"},
				Rows: [][]string{
					{"03:05", "监测平台告警：多台主机文件被批量改写", "机器", "告警 A-7"},
					{"03:10", "值班人员确认告警属实，判定为事件", "值班员甲", "记录 41"},
					{"03:12", "隔离受影响的网段，保留内存映像与磁盘映像，登记摘要值", "值班员乙", "证据 E-3、E-4"},
					{"03:20", "切换至同城备用机房", "值班经理", "预案第5.2节"},
				},
			}},
			{Heading: "五、签收", Text: "接收人签名、时间与回执编号：", Blank: 2},
		},
		Footer: "本报告由关基依据记录生成，以接收单位认定为准。",
		Made:   made,
	}
}

// sampleCopy is a courtesy copy of a report of a drill.
func sampleCopy() respond.Document {
	return respond.Document{
		Lang:   message.English,
		Title:  "Report of a cybersecurity incident (first report)",
		Drill:  true,
		Banner: "COURTESY COPY · the Chinese text governs",
		Meta: []respond.Row{
			{Label: "Reporting organization", Value: "Example Bank Ltd. (fictional)"},
			{Label: "To", Value: "The protection department; public security"},
			{Label: "Due", Value: "26 November 2026, 04:10 (one hour after it was found or known)", Strong: true},
		},
		Blocks: []respond.Block{
			{Heading: "1. The organization and the system", Rows: []respond.Row{
				{Label: "System affected", Value: "Core ledger (核心账务系统), classified protection level 4"},
				{Label: "What it is for", Value: "Deposits, loans, payments.\nCustomers in the whole country; one main data centre, one standby."},
			}},
			{Heading: "2. What was done", Table: &respond.Table{
				Head: []string{"Time", "What", "Who"},
				Rows: [][]string{
					{"03:05", "The monitoring platform raised an alert: files rewritten on many hosts at the same time", "machine"},
					{"03:12", "The network segment was cut off; images of memory and disks were kept, with their digests", "officer B"},
				},
			}},
			{Heading: "3. Outlook", Text: "No encryption was seen in the standby data centre.\nIf service is not back by five, the payroll run of the morning will be late."},
		},
		Footer: "Made by Guanji from the record.",
		Made:   made,
	}
}

// sampleCard is the card for the hour in which nothing else works.
func sampleCard() respond.Document {
	return respond.Document{
		Lang:    message.Chinese,
		Title:   "网络安全事件应急卡",
		OnePage: true,
		Meta: []respond.Row{
			{Label: "单位", Value: "示例银行股份有限公司（虚构）"},
			{Label: "时限", Value: "发现或获知后 1 小时内报告；说不清的先报第（1）（2）项", Strong: true},
		},
		Blocks: []respond.Block{
			{Heading: "向谁报告", Table: &respond.Table{
				Head: []string{"接收单位", "时限", "电话与渠道", "已报时间", "回执"},
				Rows: [][]string{
					{"保护工作部门", "1小时", "值班电话：____________\n专用邮箱：见保密柜", "", ""},
					{"公安机关", "1小时", "网安值班：____________\n紧急时 110", "", ""},
					{"网信部门", "—", "12387", "", ""},
					{"行业主管部门", "不明：立即电话询问", "____________", "", ""},
				},
			}},
			{Heading: "内部联系人", Table: &respond.Table{
				Head: []string{"职责", "姓名", "电话"},
				Rows: [][]string{{"总负责", "甲", "____________"}, {"技术处置", "乙", "____________"}, {"对外报告", "丙", "____________"}},
			}},
			{Heading: "（1）单位名称与涉事系统基本情况", Blank: 3},
			{Heading: "（2）发现时间、地点、类型、级别、影响与危害、已采取的措施", Blank: 6, Note: "勒索事件另写：赎金数额、支付方式、提出时间。"},
			{Heading: "事后补录", Text: "系统恢复后，把本页所写逐项补录，注明“线下记录”与实际时间；本页原件留存。"},
		},
		Footer: "印制：2026-11-26 03:42 · 有变更即重印 · 旧卡作废",
		Made:   made,
	}
}
