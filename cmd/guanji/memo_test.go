package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// TestMemo fails if the memo for counsel lacks what counsel and an inspector
// ask for.
func TestMemo(t *testing.T) {
	s := serve(t, t.TempDir(), "designated-bank.yaml", "foreign-payment-platform.yaml", "knows-almost-nothing.yaml")
	v := s.first(t, "Li Wei")
	for org, sections := range map[string]map[string][]string{
		"harbour-bank": {
			"":          {"示例港湾银行", "Harbour Example Bank", "制作人 Li Wei", "by Li Wei", "sha256:"},
			"summary":   {"Designated as critical", "已被认定为", "People&#39;s Bank of China", "187 apply", "2027-01-15", "须由人工判断", "facts are not known", "researched through"},
			"reasons":   {"《关键信息基础设施安全保护条例》", "CIIR-", "Facts: ", "事实："},
			"unknown":   {"Important data held", "持有重要数据", "Not asked yet: ", "13 duties", "No fact that is not known could raise", "Exemption confirmed by the department"},
			"duties":    {"约束对象：核心业务系统、支付清算系统、手机银行", "Binds: Core banking, Payment clearing, Mobile bank", "<i>Evidence: </i>", "法律责任：", "《网络安全法》", "<small>CSL-"},
			"may":       {"Depends on: ", "取决于："},
			"penalties": {"CSL-61", "100万元"},
			"transfers": {"banks and insurers bear responsibility", "银行保险机构向境外提供", "（未核实）", "Only if the data are of this kind", "working days", "工作日", "With the planned rest of the year", "step X9", "Separate consent to export"},
			"facts":     {"judged: yes", "评估采用：是"},
		},
		"acme-pay": {
			"summary":   {"with the planned rest of the year: security assessment"},
			"transfers": {"file the standard contract", "10 working days", "Counts are distinct people", "计数为自当年1月1日起", "security assessment by the Cyberspace Administration (step X11)"},
			"duties":    {"Binds: Wallet"},
			"unknown":   {"Standard contract with recipient abroad"},
		},
		"fog-co": {"unknown": {"Could raise it to", "Not asked yet"}},
	} {
		body := v.want(http.StatusOK, v.get("/o/"+org+"/memo")).body
		for id, texts := range sections {
			part := plainText(memoPart(t, body, id))
			for _, text := range texts {
				if !strings.Contains(part, text) && !strings.Contains(memoPart(t, body, id), text) {
					t.Errorf("%s, %q: %q is not there", org, id, text)
				}
			}
		}
		if m := regexp.MustCompile(`.{0,80}(?:；| ·|; )</.{0,20}`).FindString(body); m != "" {
			t.Errorf("%s: a list ends with a separator: %s", org, m)
		}
		if n := strings.Count(body, "Not legal advice. Only a protection"); n != 2 {
			t.Errorf("%s: the disclaimer stands %d times, want first and last", org, n)
		}
		if zh, en := strings.Count(body, `<div lang="zh-CN">`), strings.Count(body, `<div lang="en">`); zh != en || zh < 20 {
			t.Errorf("%s: %d things in Chinese and %d in English", org, zh, en)
		}
	}
}

// memoPart is a section of the memo, or all of it.
func memoPart(t *testing.T, body, id string) string {
	t.Helper()
	_, part, ok := strings.Cut(body, `<article class="memo">`)
	if id != "" && ok {
		_, part, ok = strings.Cut(part, `<h2 id="memo-`+id+`"`)
		part, _, _ = strings.Cut(part, "</section>")
	}
	if !ok {
		t.Fatalf("there is no section %q in %.2000s", id, body)
	}
	return part
}

var tags = regexp.MustCompile(`<[^>]*>`)

func plainText(html string) string { return tags.ReplaceAllString(html, "") }
