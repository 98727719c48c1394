package detect

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"guanji/content"
	"guanji/internal/day"
	"guanji/internal/detect/secret"
)

func engine(t testing.TB, only ...string) *Engine {
	t.Helper()
	e, err := New(content.Files, Options{Only: only, Confidence: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// found is what a test looks at of a hit.
type found struct {
	Detector, Value, Column string
	Points                  int
	Offset, Line            int64
}

func find(t testing.TB, e *Engine, text string, l Layout) []found {
	t.Helper()
	var list []found
	_, err := e.Scanner().Scan(context.Background(), strings.NewReader(text), l, func(h *Hit) error {
		list = append(list, found{h.Detector(), string(h.value), h.Column, h.Points(), h.Offset, h.Line})
		if got := text[h.Offset:][:h.Length]; got != string(h.value) {
			t.Errorf("%s: offset %d and length %d are %q, and the value %q", h.Detector(), h.Offset, h.Length, got, h.value)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var plainText = Layout{Form: Plain}

// TestCatalogue holds every detector to the examples of its content.
func TestCatalogue(t *testing.T) {
	e := engine(t)
	for _, d := range e.detectors {
		for _, yes := range d.Yes {
			text := "值 " + yes + "\n"
			if d.Context {
				text = d.Words[0] + "：" + yes + "\n"
			}
			list := find(t, e, text, plainText)
			if !slices.ContainsFunc(list, func(f found) bool { return f.Detector == d.ID }) {
				t.Errorf("%s: not found in %q: %v", d.ID, text, list)
			}
		}
		for _, no := range d.No {
			for _, f := range find(t, e, "值 "+no+"\n", plainText) {
				if f.Detector == d.ID {
					t.Errorf("%s: found %q in %q", d.ID, f.Value, no)
				}
			}
		}
	}
}

// TestSecrets finds every format of keys by its examples, as a scan does.
func TestSecrets(t *testing.T) {
	e := engine(t)
	for _, r := range e.secrets.Rules() {
		for _, yes := range r.Yes {
			text := "the key: " + yes + "\n" // the word that some need stands in it
			found := false
			if _, err := e.Scanner().Scan(context.Background(), strings.NewReader(text), plainText, func(h *Hit) error {
				found = found || h.Rule() == r.ID && strings.HasPrefix(yes, string(h.value))
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if !found {
				t.Errorf("%s: not found in %q", r.ID, text)
			}
		}
	}
}

func describe(list []found) string {
	var b strings.Builder
	for _, f := range list {
		fmt.Fprintf(&b, "%s %s\n", f.Detector, f.Value)
	}
	return strings.TrimSpace(b.String())
}

func TestFind(t *testing.T) {
	e := engine(t)
	for name, tt := range map[string]struct{ text, want string }{
		"glued to Chinese":           {"请拨打13800138000联系", "cn_mobile 13800138000"},
		"in groups":                  {"电话 138 0013 8000，或 198-0000-0000", "cn_mobile 138 0013 8000\ncn_mobile 198-0000-0000"},
		"card in groups":             {"卡 6222 0000 0000 0000 4 号", "cn_bankcard 6222 0000 0000 0000 4"},
		"with country":               {"+8613800138000", "cn_mobile 13800138000"},
		"full-width":                 {"身份证号：１１０１０５１９４９１２３１００２Ｘ。", "cn_rid18 １１０１０５１９４９１２３１００２Ｘ"},
		"zero-width":                 {"手机138\u200b0013\u200b8000", "cn_mobile 138\u200b0013\u200b8000"},
		"escaped":                    {`{"phone":"\u0031\u0033\u0038\u0030\u0030\u0031\u0033\u0038\u0030\u0030\u0030"}`, `cn_mobile \u0031\u0033\u0038\u0030\u0030\u0031\u0033\u0038\u0030\u0030\u0030`},
		"entities":                   {"<b>&#49;&#51;&#56;&#48;&#48;&#49;&#51;&#56;&#48;&#48;&#48;</b>", "cn_mobile &#49;&#51;&#56;&#48;&#48;&#49;&#51;&#56;&#48;&#48;&#48;"},
		"order number":               {"订单号13800138000已发货", ""},
		"hash":                       {"sha1 13800138000a3f5e7713800138000bb1299af01", ""},
		"uuid":                       {"id 13800138-0013-4800-8000-138001380000", ""},
		"decimal":                    {"0.13800138000 和 12.6222000000000000", ""},
		"wrong checksum":             {"110105194912310020", ""},
		"no such day":                {"110105194902300021", ""},
		"plates":                     {"京A12345，粤B·D12345、沪AD12345，使123456", "cn_plate 京A12345\ncn_plate 粤B·D12345\ncn_plate 沪AD12345\ncn_plate 使123456"},
		"mail":                       {"写信到zhangsan@example.com。", "email zhangsan@example.com"},
		"picture":                    {"icon@2x.png user@localhost", ""},
		"git":                        {"git@example.com:a/b", ""},
		"address of a machine":       {"from 114.114.114.114:53 to 8.8.8.8", "ipv4 114.114.114.114\nipv4 8.8.8.8"},
		"version":                    {"Chrome/120.0.6099.71 v1.2.3.4.5 version 10.1.2.3", ""},
		"coordinates":                {"位于116.3974, 39.9092处", "geo 116.3974, 39.9092"},
		"coordinates by name":        {`{"lng":116.3974,"lat":39.9092}`, "geo 116.3974,\"lat\":39.9092"},
		"address":                    {"寄到北京市朝阳区建国路100号2单元301室，谢谢", "cn_address 北京市朝阳区建国路100号2单元301室"},
		"name by label":              {"姓名：王小明，联系人 欧阳若兰", "cn_name 王小明\ncn_name 欧阳若兰"},
		"password":                   {"password=Abcd1234!", "password_field Abcd1234!"},
		"password in Chinese":        {"密码：Abcd1234", "password_field Abcd1234"},
		"service":                    {"postgres://app:Zk3kd8Qx@db:5432/x", "password_field Zk3kd8Qx"},
		"private key":                {"-----BEGIN RSA PRIVATE KEY-----\nMIIExAm9lE7k3yQ2wZ5tExAm9lE7", "secret_pem -----BEGIN RSA PRIVATE KEY-----"},
		"key":                        {"id=LTAIEXAMPLE00000000000;", "secret_aliyun_ak LTAIEXAMPLE00000000000"},
		"lost by a spreadsheet":      {"身份证号 110105194912310000", "cn_rid18 110105194912310000"},
		"written as science":         {"身份证 1.10105E+17", "cn_rid18 1.10105E+17"},
		"IBAN in groups":             {"GB82 WEST 1234 5698 7654 32", "iban GB82 WEST 1234 5698 7654 32"},
		"hardware":                   {"00:1A:2B:3C:4D:5E 12:34:56", "mac 00:1A:2B:3C:4D:5E"},
		"two numbers beside another": {"13800138000 13900139000", "cn_mobile 13800138000\ncn_mobile 13900139000"},
		"landline with an extension": {"010-62345678-801，0755-82345678", "cn_landline 010-62345678-801\ncn_landline 0755-82345678"},
		"company number":             {"400-800-1234 95588", ""},
		"military":                   {"军字第12345678号", "cn_military_id 军字第12345678号"},
		"private key in a string":    {`"-----BEGIN PRIVATE KEY-----\nMIIExAm9lE7k3yQ2wZ5tExAm9lE7"`, "secret_pem -----BEGIN PRIVATE KEY-----"},
		"first line of a key alone":  {"begins with -----BEGIN RSA PRIVATE KEY----- and ends with -----END RSA PRIVATE KEY-----", ""},
		"header of a token alone":    {`"protected": "eyJhbGciOiJSUzI1NiIsImtpZCI6ImExYjJjM2Q0ZTVmNiIsInR5cCI6IkpXVCJ9"`, ""},
		"constants as passwords":     {"password = PASSWORD_DEFAULT\n\"password\": \"string\"\nsetPassword(\"password\": \"auth.password.reset\")\npwd = \"BCRYPT_HASH\"", ""},
		"sections":                   {"1.2.3.4 安装\n## 10.2.1.3 (2026-01-01)\n## [10.2.1.4]\n见 12.3.4.5 节\n2.6.32.71 以后", ""},
		"addresses in a log":         {"203.0.113.77 - - [03/Nov]\nfrom 10.2.1.3 to 5.188.206.26", "ipv4 203.0.113.77\nipv4 10.2.1.3\nipv4 5.188.206.26"},
		"a table of numbers":         {"99887766554 10293847561 13012345678 59045235360\n28747135266 24977572470 18852516642 96696762772", ""},
		"a table of mobiles":         {"13012345678 13012345679 13912345670 59045235360\n", "cn_mobile 13012345678\ncn_mobile 13012345679\ncn_mobile 13912345670"},
		"a table of card lengths":    {"6222021103000912342,1762132802789123456\n6217000000009876544,6222020000001234566\n", ""},
		"cards":                      {"6222020000001234566,1762132802789123456\n", "cn_bankcard 6222020000001234566"},
		"strokes":                    {"鼻 13525112154", ""},
		"a table of groups":          {"123-45-6789 22-333-4444", ""},
		"address by its group":       {"住河北省保定市清苑区某某乡东王庄村3组。", "cn_address 河北省保定市清苑区某某乡东王庄村3组"},
		"address with a bare room":   {"地址：南昌市青山湖区某某路9033号6栋201，谢谢", "cn_address 南昌市青山湖区某某路9033号6栋201"},
		"minority name":              {"被告阿依古丽·买买提不服", "cn_name 阿依古丽·买买提"},
		"foreigners":                 {"马斯克与特朗普，丘吉尔和列夫·托尔斯泰", ""},
		"colours of a terminal":      {"\x1b[1m13800138000\x1b[0m id=\x1b[1;31m11010519491231002x\x1b[0m mm13800138000", "cn_mobile 13800138000\ncn_rid18 11010519491231002x"},
		"old number, not a card":     {"身份证 370000000101008", "cn_rid15 370000000101008"},
		"certificate of disability":  {"残疾人证 11010519491231002X43，残疾证11010118000101001543B1", "cn_disability 11010519491231002X43\ncn_disability 11010118000101001543B1"},
		"organization, all digits":   {"组织机构代码：60003734-1", "cn_orgcode 60003734-1"},
		"serial of a card":           {"社保卡号 123456789，社会保障号码12345678A", "cn_social_security 123456789\ncn_social_security 12345678A"},
		"SIM without its check":      {"ICCID: 8986001234567890124", "iccid 8986001234567890124"},
		"no Taiwan identity":         {"台湾身份证 A323456783", ""},
		"no military card":           {"裁字第12345678901234号", ""},
		"certificate of a house":     {"京房权证朝字第12345678号", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := describe(find(t, e, tt.text, plainText)); got != tt.want {
				t.Errorf("in %q found\n%s\nwant\n%s", tt.text, got, tt.want)
			}
		})
	}
}

// TestSuspected tells sensitive classes by the names of columns that are filled.
func TestSuspected(t *testing.T) {
	e := engine(t)
	layout := Layout{Form: Delimited, Cell: ',', Row: '\n', Quoted: true}
	for text, want := range map[string]string{
		"姓名,诊断结果,宗教信仰\n王小明,感冒,无\n":              "S2 S4",
		"name,medical_history,city\nx,none,y\n": "S4",
		"姓名,诊断结果\n王小明,\n":                       "",
		"name,city\nx,y\n":                      "",
	} {
		s := e.Scanner()
		if _, err := s.Scan(context.Background(), strings.NewReader(text), layout, func(*Hit) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(s.Suspected(), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestSuspectedNearPeople tells sensitive classes by words near people, and not
// by the same words far from any.
func TestSuspectedNearPeople(t *testing.T) {
	for text, want := range map[string]string{
		"患者手机13800138000，确诊糖尿病。":                                     "S4",
		"Phone 13800138000, diagnosed with asthma.":                  "S4",
		"糖尿病是一种常见病。":                                                 "",
		"糖尿病是一种常见病。" + strings.Repeat("其他内容，", 40) + "手机13800138000": "",
		`{"mobile":"13800138000","note":"有犯罪记录"}`:                    "S11",
	} {
		s := engine(t).Scanner()
		if _, err := s.Scan(context.Background(), strings.NewReader(text), plainText, func(*Hit) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(s.Suspected(), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestSensitive counts the same findings by three standards.
func TestSensitive(t *testing.T) {
	text := "身份证 110101180001010015，999999201801010014，密码：Abcd1234，经纬度 31.230416,121.473701\n"
	for standard, want := range map[Standard]string{
		Conservative: "map[S13:2 S14:1 S7:1 S8:1]",
		GBT45574:     "map[S14:1 S7:1 S8:1]",
		GBT35273:     "map[S13:2 S14:1 S7:1 S8:1]",
		"":           "map[S13:2 S14:1 S7:1 S8:1]",
	} {
		e, err := New(content.Files, Options{Confidence: 0.5, Standard: standard, Today: day.Of(2026, 11, 26)})
		if err != nil {
			t.Fatal(err)
		}
		counts, minors := map[string]int64{}, int64(0)
		if _, err := e.Scanner().Scan(context.Background(), strings.NewReader(text), plainText, func(h *Hit) error {
			counts[h.Detector()]++
			minors += int64(b2i(e.UnderFourteen(h)))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(e.Sensitive(counts, minors)); got != want {
			t.Errorf("%s: %s, want %s (%v)", standard, got, want, counts)
		}
	}
	if _, err := New(content.Files, Options{Standard: "other"}); err == nil {
		t.Error("an unknown standard is taken")
	}
}

// TestUnendedQuote finds what stands behind a quote that nothing ends.
func TestUnendedQuote(t *testing.T) {
	text := "姓名,手机\n王小明,\"13800138000\n" + strings.Repeat("李小丽,13900139000\n", 5000)
	n := 0
	for _, f := range find(t, engine(t), text, Layout{Form: Delimited, Cell: ',', Row: '\n', Quoted: true}) {
		n += b2i(f.Detector == "cn_name" && f.Column == "姓名")
	}
	if least := 5000 - 2*longestQuoted/25; n < least {
		t.Errorf("%d names, want %d", n, least)
	}
}

// TestShown is what a finding shows: no name of a column with a number of
// somebody in it, and no escape of one.
func TestShown(t *testing.T) {
	e := engine(t)
	for text, want := range map[string]string{
		"13800001234 = 13800001299":                  "*********** 138****1299",
		`"a12345b": "1380000\u0031299"`:              "a12345b 138****1299",
		"<p>13800001299</p>":                         "p 138****1299",
		`{"王小明":"13800001299"}`:                      "王** 138****1299",
		`{"单价":"13800001299"}`:                       "单价 138****1299",
		"ab@example.com":                             " a*********.com",
		"手机：１３８００００１２９９":                             " 138****1299",
		"phone: &#x31;&#x33;&#x38;&#x30;0001299 end": " 138****1299",
	} {
		form := map[byte]Form{'<': Tagged, '"': Keyed, '1': Keyed, '{': Keyed}[text[0]]
		last := ""
		_, err := e.Scanner().Scan(t.Context(), strings.NewReader(text), Layout{Form: form}, func(h *Hit) error {
			last = h.Column + " " + h.Mask()
			return nil
		})
		if err != nil || last != want {
			t.Errorf("%s: %q, want %q; %v", text, last, want, err)
		}
	}
}

// TestHead tells names of columns from a first row that is one of them, and a
// quote that is a mark of inches from one that begins a cell.
func TestHead(t *testing.T) {
	e := engine(t)
	csv := Layout{Form: Delimited, Cell: ',', Row: '\n', Quoted: true}
	for text, want := range map[string]string{
		"王小明,销售部,a\n李小丽,13800138000,b\n":                                                              "",
		"姓名,王小明,a\n李小丽,13800138000,b\n":                                                               "王**",
		"name,height,mobile\nx,5\"4,13800138000\ny,6\"1,13900139000\nz,\"a \"\"b\"\"\",13700137000\n": "mobile mobile mobile",
	} {
		var columns []string
		for _, f := range find(t, e, text, csv) {
			if f.Detector == "cn_mobile" {
				columns = append(columns, f.Column)
			}
		}
		if got := strings.Join(columns, " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestWordsInColumn takes no column for one of names by names that are found
// twice in it: as cells, and as prose.
func TestWordsInColumn(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("foo,n\n")
	for i := range 30 {
		fmt.Fprintf(&rows, "%s,%d\n", []string{"王小明", "李建国", "张伟强", "大号", "小号", "特价", "大码", "小码", "中号", "新款"}[i%10], i)
	}
	const alone = 6 // points of a name by itself
	for _, f := range find(t, engine(t), rows.String(), Layout{Form: Delimited, Cell: ',', Row: '\n', Quoted: true}) {
		if f.Detector == "cn_name" && f.Points > alone {
			t.Errorf("%s: %d points", f.Value, f.Points)
		}
	}
}

// TestStray looks for numbers in a column of others, where some fit by chance: a
// name of the column, or enough of them, make them findings.
func TestStray(t *testing.T) {
	e := engine(t)
	csv := Layout{Form: Delimited, Cell: ',', Row: '\n', Quoted: true}
	for name, tt := range map[string]struct {
		head  string
		every int // which rows have a mobile number
		want  int
	}{
		"by chance":   {"n,delta", 20, 0},
		"named":       {"n,手机", 20, 10},
		"one in four": {"n,delta", 4, 50},
		"in text":     {"n,note", 20, 10},
	} {
		var rows strings.Builder
		rows.WriteString(tt.head + "\n")
		for i := range 200 {
			cell := fmt.Sprintf("9%010d", i*7919)
			if i%tt.every == 0 {
				cell = fmt.Sprintf("138%08d", i)
			}
			if name == "in text" {
				cell = "见 " + cell + " 号"
			}
			fmt.Fprintf(&rows, "%d,%s\n", i, cell)
		}
		got := 0
		for _, f := range find(t, e, rows.String(), csv) {
			got += b2i(f.Detector == "cn_mobile" && f.Points >= reportedPoints)
		}
		if got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}

// TestOwnSecrets are found as keys by their id, and decide the version.
func TestOwnSecrets(t *testing.T) {
	const file = "secrets: [{id: aliyun_like, name: {en: a, zh: b}, prefixes: [hs-], alphabet: alnum, min: 16, max: 24, source: ours, confidence: verified, yes: [hs-ExAm9lE7k3yQ2wZ5]}]\n"
	versions := map[string]bool{engine(t).Version(): true}
	for _, data := range []string{file, file + "\n"} {
		e, err := New(content.Files, Options{Confidence: 0.5, Secrets: []secret.Own{{Name: "a.yaml", Data: []byte(data)}}})
		if err != nil {
			t.Fatal(err)
		}
		versions[e.Version()] = true
		n := 0
		if _, err := e.Scanner().Scan(context.Background(), strings.NewReader("x hs-ExAm9lE7k3yQ2wZ5 x\n"), plainText, func(h *Hit) error {
			if n++; h.Detector() != "secret_key" || h.Rule() != "aliyun_like" {
				t.Errorf("found %s, %s", h.Detector(), h.Rule())
			}
			return nil
		}); err != nil || n != 1 {
			t.Errorf("found %d, %v", n, err)
		}
	}
	if len(versions) != 3 {
		t.Errorf("the versions are %v", versions)
	}
}

// TestUnderFourteen is at the day of the birthday.
func TestUnderFourteen(t *testing.T) {
	for today, want := range map[string]bool{"2031-12-31": true, "2032-01-01": false, "2017-12-31": false, "2018-01-01": true} {
		d, err := day.Parse(today)
		if err != nil {
			t.Fatal(err)
		}
		e, err := New(content.Files, Options{Today: d})
		if err != nil {
			t.Fatal(err)
		}
		h := &Hit{claim: claim{kind: rid18}, value: []byte("999999 20180101 0014")}
		if got := e.UnderFourteen(h); got != want {
			t.Errorf("%s: %t", today, got)
		}
	}
}
