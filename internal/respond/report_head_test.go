package respond

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"guanji/internal/incident"
	"guanji/internal/message"
)

// states is a step that states facts, as ids and values in turn.
func states(pairs ...string) incident.Step {
	values := map[string]json.RawMessage{}
	for i := 0; i < len(pairs); i += 2 {
		values[pairs[i]] = json.RawMessage(pairs[i+1])
	}
	return incident.Step{Facts: &incident.Facts{Values: values}}
}

// says fails unless a document says some texts, and none of others.
func says(t *testing.T, d Document, want, not []string) {
	t.Helper()
	text := written(d)
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("it does not say %q:\n%s", w, text)
		}
	}
	for _, n := range append(not, "%!") {
		if strings.Contains(text, n) {
			t.Errorf("it says %q:\n%s", n, text)
		}
	}
}

// TestPartsAgreeWithTheHead: a part that was written before the grade and a
// figure changed says so under it, in both languages, and one that was written
// after them says nothing.
func TestPartsAgreeWithTheHead(t *testing.T) {
	s, r := open(t)
	c := add(t, s, began(t, s, ciiOnly), states("incident.cii_outage_minutes", "15"))
	c = add(t, s, c, incident.Step{Part: &incident.Part{ID: "event", Text: "事件级别为 III 级，中断 15 分钟。"}}, incident.Step{Part: &incident.Part{ID: "trend", Text: "将持续一小时。"}})
	same, err := s.Report(t.Context(), "bank", 1, FirstReport, message.Chinese)
	must(t, err)
	says(t, same, []string{"级别 | III 级（较大）", "中断 15 分钟"}, []string{"此后"})
	r.pass(5 * time.Minute)
	c = add(t, s, c, states("incident.cii_outage_minutes", "70", "incident.loss_cny", "null"))
	add(t, s, c, incident.Step{Part: &incident.Part{ID: "cause", Text: "交换机故障"}})
	zh, err := s.Report(t.Context(), "bank", 1, FirstReport, message.Chinese)
	must(t, err)
	says(t, zh, []string{"级别 | II 级（重大）", "中断 15 分钟。 | 本项写于 2026-11-21 02:30。此后记录有变化，现为：\n级别：II 级（重大）", "：70 分钟",
		"将持续一小时。 | 2026-11-21 02:30之后另有变化，见卷首或者其他各项：级别、", "交换机故障 | \n"}, nil)
	en, err := s.Report(t.Context(), "bank", 1, FirstReport, message.English)
	must(t, err)
	says(t, en, []string{"Grade | II, major", "中断 15 分钟。 | As written on 2026-11-21 02:30, in Chinese.", "What the record knows now:\nWhat happened: ", "Grade: II, major", ": 70 minutes",
		"交换机故障 | As written on 2026-11-21 02:35, in Chinese."}, []string{"Grade II", "Grade: Grade"})
}

// TestTakenBack: a figure that a part was written with, and that was taken back.
func TestTakenBack(t *testing.T) {
	s, _ := open(t)
	c := add(t, s, began(t, s, ciiOnly), states("incident.pi_individuals", "7000"))
	c = add(t, s, c, incident.Step{Part: &incident.Part{ID: "cause", Text: "7000人"}})
	add(t, s, c, states("incident.pi_individuals", "null"))
	d, err := s.Report(t.Context(), "bank", 1, FirstReport, message.Chinese)
	must(t, err)
	says(t, d, []string{"个人信息泄露人数（已撤回）"}, nil)
}

// TestHead is from whom a report goes to whom, and whether it is the first.
func TestHead(t *testing.T) {
	s, r := open(t)
	c := began(t, s, ciiOnly)
	first, err := s.Report(t.Context(), "bank", 1, FirstReport, message.Chinese)
	must(t, err)
	says(t, first, []string{"报送对象 | 保护工作部门（最迟 2026-11-21 03:30）\n公安机关（最迟", "行业主管、监管部门（立即）", "报告类别 | 首报\n", "报告人 | ____________，电话 ____________", "报送时间 | ____年__月",
		"依据《国家网络安全事件报告管理办法》第七条。"}, []string{"IRM-7", "受影响的个人"})
	r.pass(5 * time.Minute)
	add(t, s, c, incident.Step{Role: &incident.Role{Role: "reporter", Person: "Li Wei", Phone: "010-0000 0005"}}, sent("RPT-CII/protection_department/initial"))
	both, err := s.Report(t.Context(), "bank", 1, FirstReport, message.Chinese)
	must(t, err)
	says(t, both, []string{"保护工作部门（已于 2026-11-21 02:35 报告）", "报告类别 | 首报：公安机关、", "；续报：保护工作部门", "报告人 | Li Wei，电话 010-0000 0005"}, nil)
	en, err := s.Report(t.Context(), "bank", 1, FirstReport, message.English)
	must(t, err)
	says(t, en, []string{"Protection department (told 2026-11-21 02:35)", "supplement to: protection department", "art. 7"}, []string{"IRM-7"})
}

// TestClosingReport lists what was reported when, in time or not, and what was
// not.
func TestClosingReport(t *testing.T) {
	s, r := open(t)
	c := add(t, s, began(t, s, ciiOnly), sent("RPT-CII/protection_department/initial"))
	r.pass(2 * time.Hour)
	late := sent("RPT-CII/public_security/initial")
	late.Sent.Late, late.Sent.Receipt = "the line was busy", "R-7"
	c = add(t, s, c, late, incident.Step{Kept: &incident.Kept{What: "disk image", From: "db1", Who: "Ann", Where: "safe", Sum: "sha256:" + strings.Repeat("a", 64)}})
	c = add(t, s, c, incident.Step{Handed: &incident.Handed{Of: c.Revision(), From: "Ann", To: "Bo", Where: "safe 2", Why: "shift"}})
	add(t, s, c, incident.Step{Ended: &incident.Ended{}})
	d, err := s.Report(t.Context(), "bank", 1, ClosingReport, message.Chinese)
	must(t, err)
	says(t, d, []string{"处置结束时间 | 2026-11-21 04:30", "报告情况", "保护工作部门 | 首报 | 2026-11-21 02:30", "按时（时限 2026-11-21 03:30", "公安机关 | 首报 | 2026-11-21 04:30", "逾期（时限 2026-11-21 03:30）\nthe line was busy | R-7",
		"行业主管、监管部门 | 首报 | 未报送 | 立即", "证据保全情况 | ", "disk image，由 Ann 交 Bo", "责任追究", "教训", "待填写：今后如何改进", "第八条"}, []string{"后续补报", "IRM-8"})
}

// TestNotice is for the people concerned: it has what the law asks for, and
// nothing else of the record.
func TestNotice(t *testing.T) {
	s, _ := open(t)
	c := add(t, s, began(t, s, ciiOnly), states("incident.pi_individuals", "7000", "incident.loss_cny", "123456"), incident.Step{Note: &incident.Note{What: "core-1 off the network", Action: true}},
		incident.Step{Role: &incident.Role{Role: "public", Person: "Zhang Min", Phone: "010-0000 0006"}})
	d, err := s.Report(t.Context(), "bank", 1, PeopleNotice, message.Chinese)
	must(t, err)
	says(t, d, []string{"个人信息安全事件告知书", "告知对象 | 受影响的个人", "个人信息处理者 | 某银行", "（一）涉及的个人信息种类、原因和可能造成的危害", "7,000", "（二）已采取的补救措施", "待填写：发生或者可能发生", "待填写：已经做了什么", "（三）联系方式", "Zhang Min，电话 010-0000 0006", "《中华人民共和国个人信息保护法》第五十七条"},
		[]string{"core-1", "123", "III", "级别", c.Title, "PIPL-57"})
	en, err := s.Report(t.Context(), "bank", 1, PeopleNotice, message.English)
	must(t, err)
	says(t, en, []string{"Notice about your personal information", "Courtesy copy", "Still to be written: "}, []string{"某银行"})
}
