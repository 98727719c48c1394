package law_test

import (
	"strings"
	"testing"

	"guanji/content"
	"guanji/internal/law"
	"guanji/internal/problem"
)

// real is the law that the program holds.
func real(t testing.TB) *law.Library {
	t.Helper()
	var mistakes problem.List
	l := law.Read(content.Files, &mistakes)
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	return l
}

func TestCite(t *testing.T) {
	tests := map[string]struct{ zh, en, briefZh, briefEn string }{
		"CIIR-10":          {"《关键信息基础设施安全保护条例》第十条", "CII Regulations, art. 10", "关保条例第10条", "CIIR art. 10"},
		"CSL-23(3)":        {"《网络安全法》第二十三条（三）", "Cybersecurity Law, art. 23(3)", "网安法第23条(3)", "CSL art. 23(3)"},
		"CSL-21(3)":        {"《网络安全法》第二十一条（三）", "Cybersecurity Law, art. 21(3)", "网安法第21条(3)", "CSL art. 21(3)"}, // until 2025
		"CSL-61(1)":        {"《网络安全法》第六十一条（一）", "Cybersecurity Law, art. 61(1)", "网安法第61条(1)", "CSL art. 61(1)"},
		"CSL-71(1)(3)":     {"《网络安全法》第七十一条（一）（三）", "Cybersecurity Law, art. 71(1)(3)", "网安法第71条(1)(3)", "CSL art. 71(1)(3)"},
		"CIIR-26":          {"《关键信息基础设施安全保护条例》第二十六条至第二十八条", "CII Regulations, arts. 26-28", "关保条例第26条至第28条", "CIIR arts. 26-28"},
		"CCR-45":           {"《商用密码管理条例》第四十五条、第四十八条", "Regulations on the Administration of Commercial Cryptography, arts. 45, 48", "商用密码管理条例第45条、第48条", "CCR arts. 45, 48"},
		"IRM-4(1)b":        {"《网络安全事件报告管理办法》第四条（一）", "Incident Reporting Measures, art. 4(1)", "网络安全事件报告管理办法第4条(1)", "IRM art. 4(1)"},
		"O11-14(validity)": {"《数据出境安全评估办法》第十四条", "Measures for Security Assessment of Outbound Data Transfer, art. 14", "数据出境安全评估办法第14条", "O11 art. 14"},
		"GBT39204-7.4":     {"GB/T 39204-2022，7.4", "GB/T 39204-2022, 7.4", "GB/T 39204-2022，7.4", "GB/T 39204-2022, 7.4"},
		"MLPS2007-15":      {"《信息安全等级保护管理办法》（向公安机关备案）", "MLPS Measures 2007 (Filing with public security)", "信息安全等级保护管理办法", "MLPS2007"},
		"GBT22240-CII":     {"GB/T 22240-2020（关键信息基础设施原则上不低于第三级）", "GB/T 22240-2020 (CII not below level three)", "GB/T 22240-2020", "GB/T 22240-2020"},
		"GBT43697-G":       {"GB/T 43697-2024，附录G", "GB/T 43697-2024, annex G", "GB/T 43697-2024", "GB/T 43697-2024"},
		"IRM-annex-loss":   {"《网络安全事件报告管理办法》附件", "Incident Reporting Measures, annex", "网络安全事件报告管理办法", "IRM"},
		"TG2016-website":   {"2016年试行指南（网站类指标）", "Trial guide of 2016 (Indicators for websites)", "2016年试行指南", "TG2016"},
		"PBOCINC-all":      {"《中国人民银行业务领域网络安全事件报告管理办法》", "Measures for Reporting Cybersecurity Incidents in PBOC Business Areas", "中国人民银行业务领域网络安全事件报告管理办法", "PBOCINC"},
	}
	l := real(t)
	for id, tt := range tests {
		t.Run(id, func(t *testing.T) {
			p, w, ok := l.Wording(id)
			if !ok {
				if p = l.Provision(id); p == nil {
					t.Fatal("there is none")
				}
				w = p.Latest()
			}
			if got := p.Cite(w); got.Zh != tt.zh || got.En != tt.en {
				t.Errorf("Cite = %q, %q", got.Zh, got.En)
			}
			if got := p.Brief(w); got.Zh != tt.briefZh || got.En != tt.briefEn {
				t.Errorf("Brief = %q, %q", got.Zh, got.En)
			}
		})
	}
}

func TestEverythingCanBeCited(t *testing.T) {
	for _, i := range real(t).Instruments() {
		for _, p := range i.Provisions {
			for _, w := range p.Wordings() {
				full, brief := p.Cite(w), p.Brief(w)
				for _, s := range []string{full.Zh, full.En, brief.Zh, brief.En} {
					if strings.TrimSpace(s) == "" || strings.Contains(s, "%!") || strings.Contains(s, "《《") {
						t.Errorf("%s is cited as %q, %q, %q, %q", w.ID, full.Zh, full.En, brief.Zh, brief.En)
					}
				}
			}
		}
	}
}

func TestWordingOfANumber(t *testing.T) {
	l := real(t)
	for id, want := range map[string]string{"CSL-23(3)": "CSL-23(3)", "CSL-21(3)": "CSL-23(3)", "CSL-2": "", "": "", "csl-23(3)": ""} {
		p, w, ok := l.Wording(id)
		if ok != (want != "") || ok && (p.ID.Value != want || w.ID != id) {
			t.Errorf("Wording(%q) = %v, %v", id, w.ID, ok)
		}
	}
}
