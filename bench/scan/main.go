// Command scan writes a corpus with planted identifiers, compares what was
// found in it with what was planted, or measures the engine alone. Everything in it is made up: identity
// numbers have the region 999999 or births of the 19th century, cards are of
// zeros for the most part.
//
//	go run ./scan write DIR MEBIBYTES
//	go run ./scan compare DIR FINDINGS.jsonl
//	go run ./scan engine DETECTOR,... FOLDER...
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "scan:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "write":
		size, err := strconv.Atoi(args[2])
		if err != nil {
			return err
		}
		return write(args[1], size<<20)
	case len(args) == 3 && args[0] == "compare":
		return compare(args[1], args[2])
	case len(args) > 2 && args[0] == "engine":
		return engine(args[1], args[2:])
	}
	return fmt.Errorf("want write DIR MEBIBYTES, compare DIR FINDINGS.jsonl, or engine DETECTOR,... FOLDER...")
}

// A planted value, and where.
type planted struct {
	Document string `json:"document"`
	Detector string `json:"detector"`
	Offset   int64  `json:"offset"`
	Length   int    `json:"length"`
}

// A corpus is one file as it is written, with what is planted in it.
type corpus struct {
	*rand.Rand
	name  string
	text  strings.Builder
	truth []planted
}

func (c *corpus) plant(detector, value string) {
	c.truth = append(c.truth, planted{c.name, detector, int64(c.text.Len()), len(value)})
	c.text.WriteString(value)
}

func (c *corpus) say(s string) { c.text.WriteString(s) }

func (c *corpus) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + c.IntN(10))
	}
	return string(b)
}

func (c *corpus) rid18() string {
	s := fmt.Sprintf("%s18%02d%02d%02d%s", []string{"999999", "110105", "440305", "310101"}[c.IntN(4)], c.IntN(100), 1+c.IntN(12), 1+c.IntN(28), c.digits(3))
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return s + "10X98765432"[sum%11:][:1]
}

func (c *corpus) card() string {
	s := []string{"62284800", "62220200", "62170000", "43674200"}[c.IntN(4)] + "000" + c.digits(7)
	sum := 0
	for i := range s {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return s + strconv.Itoa((10-sum%10)%10)
}

func (c *corpus) mobile() string {
	return []string{"138", "159", "186", "199", "176"}[c.IntN(5)] + "0000" + c.digits(4)
}
func (c *corpus) ip() string {
	return fmt.Sprintf("%d.%d.%d.%d", 1+c.IntN(222), c.IntN(256), c.IntN(256), 1+c.IntN(254))
}
func (c *corpus) mail() string { return "user" + c.digits(5) + "@example.com" }
func (c *corpus) plate() string {
	return []string{"京", "沪", "粤", "川"}[c.IntN(4)] + []string{"A", "B", "C"}[c.IntN(3)] + c.digits(5)
}

// negative is what looks like an identifier and is none.
func (c *corpus) negative() string {
	switch c.IntN(8) {
	case 0:
		s := c.rid18()
		return s[:17] + string("0123456789X"[(strings.IndexByte("0123456789X", s[17])+3)%11])
	case 1:
		return "订单号" + c.mobile()
	case 2:
		return "流水号62" + c.digits(17)
	case 3:
		return strconv.Itoa(1700000000000 + c.IntN(99999999999))
	case 4:
		return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", c.Uint32(), c.IntN(65536), c.IntN(65536), c.IntN(65536), c.Uint64()>>16)
	case 5:
		return fmt.Sprintf("%016x%016x", c.Uint64(), c.Uint64())
	case 6:
		return "版本v" + c.digits(1) + "." + c.digits(1) + "." + c.digits(2) + "." + c.digits(1)
	}
	return "20" + c.digits(12)
}

var sentences = []string{"近年来，各地不断加强网络安全建设，提高数据治理能力。", "会议强调，要坚持问题导向，完善制度机制。", "系统将于本周末升级，届时部分服务可能中断。", "根据规定，运营者应当采取技术措施，保障网络免受干扰。", "产品上线以来，用户反馈良好，问题逐步得到解决。",
	"有关部门表示，下一步将继续优化流程，减少群众办事的环节。", "项目组按照计划完成了第二阶段的测试，共发现十余处缺陷。", "今年前三季度，全市工业增加值同比增长百分之六点二。", "专家建议，在推广新技术的同时，也要重视老年人的实际需要。", "暴雨过后，抢修人员连夜排查线路，居民用电在凌晨恢复。"}

func (c *corpus) sentence() { c.say(sentences[c.IntN(len(sentences))]) }

// prose writes a paragraph of three to six sentences: in every third there is a
// value, in every third what looks like one.
func (c *corpus) prose() {
	for range 3 + c.IntN(4) {
		c.sentence()
	}
	switch c.IntN(3) {
	case 0:
		c.value(c.IntN(6))
	case 1:
		c.say(c.negative() + "。")
	}
	c.sentence()
	c.say("\n")
}

// note writes a line of prose with a value, or what looks like one, in most.
func (c *corpus) note() {
	c.sentence()
	switch n := c.IntN(9); {
	case n < 6:
		c.value(n)
	case n == 6:
		c.say(c.negative() + "。")
	}
	c.say("\n")
}

// value writes a value as prose has it.
func (c *corpus) value(kind int) {
	switch kind {
	case 0:
		c.say("身份证号")
		c.plant("cn_rid18", c.rid18())
		c.say("。")
	case 1:
		c.say("请拨打")
		c.plant("cn_mobile", c.mobile())
		c.say("联系。")
	case 2:
		c.say("卡号")
		c.plant("cn_bankcard", c.card())
		c.say("，")
	case 3:
		c.say("写信到")
		c.plant("email", c.mail())
		c.say("。")
	case 4:
		c.say("车牌")
		c.plant("cn_plate", c.plate())
		c.say("已登记。")
	case 5:
		c.say("来自")
		c.plant("ipv4", c.ip())
		c.say("的访问。")
	}
}

// row writes a row with a value every 32 bytes or so.
func (c *corpus) row() {
	if c.text.Len() == 0 {
		c.say("身份证号,手机,银行卡,邮箱,车牌,登录IP,订单号,时间,金额,状态,备注\n")
	}
	c.plant("cn_rid18", c.rid18())
	c.say(",")
	c.plant("cn_mobile", c.mobile())
	c.say(",")
	c.plant("cn_bankcard", c.card())
	c.say(",")
	c.plant("email", c.mail())
	c.say(",")
	c.plant("cn_plate", c.plate())
	c.say(",")
	c.plant("ipv4", c.ip())
	c.say(fmt.Sprintf(",2024%s,%d,%d.%02d,%s,%s\n", c.digits(14), 1700000000000+c.IntN(99999999999), c.IntN(99999), c.IntN(100),
		[]string{"已付款", "已发货", "待评价", "退款中"}[c.IntN(4)], []string{"请在工作日的上午送到门口", "与上一单合并发货", "需要开具增值税专用发票", "包装破损，已经补发"}[c.IntN(4)]))
}

func (c *corpus) log() {
	c.say(fmt.Sprintf(`{"time":"2024-01-%02dT12:%02d:%02d.%03dZ","level":"info","uid":"%s","ip":"`, 1+c.IntN(28), c.IntN(60), c.IntN(60), c.IntN(1000), "1"+c.digits(17)))
	c.plant("ipv4", c.ip())
	c.say(fmt.Sprintf(`","trace":"%016x%016x","request_id":"%08x-%04x-4%03x-a%03x-%012x","msg":"request done","epoch":%d}`+"\n", c.Uint64(), c.Uint64(), c.Uint32(), c.IntN(65536), c.IntN(4096), c.IntN(4096), c.Uint64()>>16, 1700000000000+c.IntN(99999999999)))
}

// kinds is how many kinds of text a corpus has.
const kinds = 5

// write writes as much of each kind: source code of Go, prose, notes, rows, logs.
func write(dir string, size int) error {
	truth, err := create(dir, "truth.jsonl")
	if err != nil {
		return err
	}
	defer truth.Close()
	lines := json.NewEncoder(truth)
	for i, kind := range []struct {
		name string
		line func(*corpus)
	}{{"prose.txt", (*corpus).prose}, {"notes.txt", (*corpus).note}, {"rows.csv", (*corpus).row}, {"logs.json", (*corpus).log}} {
		for part, left := 0, size/kinds; left > 0; part++ {
			c := &corpus{Rand: rand.New(rand.NewPCG(uint64(i), uint64(part))), name: fmt.Sprintf("data/%02d-%s", part, kind.name)}
			for want := min(left, 4<<20); c.text.Len() < want; {
				kind.line(c)
			}
			left -= c.text.Len()
			if err := save(dir, c.name, c.text.String()); err != nil {
				return err
			}
			for _, t := range c.truth {
				if err := lines.Encode(t); err != nil {
					return err
				}
			}
		}
	}
	return sourceCode(dir, size/kinds)
}

// sourceCode copies files of the standard library of Go.
func sourceCode(dir string, size int) error {
	root := filepath.Join(os.Getenv("GOROOT"), "src")
	for round := 0; size > 0; round++ {
		err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(name) != ".go" || size <= 0 {
				return err
			}
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			size -= len(data)
			rel, _ := filepath.Rel(root, name)
			return save(dir, fmt.Sprintf("source/%d/%s", round, rel), string(data))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func create(dir, name string) (*os.File, error) {
	name = filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return nil, err
	}
	return os.Create(name)
}

func save(dir, name, text string) error {
	f, err := create(dir, name)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

// compare prints precision, recall and F1 by detector, for the kinds that are
// planted and the files that hold them.
func compare(dir, findings string) error {
	want, err := read(filepath.Join(dir, "truth.jsonl"))
	if err != nil {
		return err
	}
	got, err := read(findings)
	if err != nil {
		return err
	}
	kinds := map[string][3]int{} // right, wrong, missed
	for p := range want {
		k := kinds[p.Detector]
		if got[p] {
			k[0]++
		} else {
			k[2]++
		}
		kinds[p.Detector] = k
	}
	for p := range got {
		if strings.HasPrefix(p.Document, "data/") && !want[p] {
			k := kinds[p.Detector]
			k[1]++
			kinds[p.Detector] = k
		}
	}
	var names []string
	for name := range kinds {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		k := kinds[name]
		precision, recall := float64(k[0])/float64(max(1, k[0]+k[1])), float64(k[0])/float64(max(1, k[0]+k[2]))
		fmt.Printf("| %s | %d | %d | %d | %.4f | %.4f | %.4f |\n", name, k[0], k[1], k[2], precision, recall, 2*precision*recall/max(1e-9, precision+recall))
	}
	return nil
}

func read(name string) (map[planted]bool, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, names := map[planted]bool{}, map[string]string{}
	one := func(s string) string { // the same string for the same text: there are millions
		if _, ok := names[s]; !ok {
			names[s] = s
		}
		return names[s]
	}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var p planted
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			return nil, err
		}
		if p.Detector != "" {
			p.Document, p.Detector = one(p.Document), one(p.Detector)
			list[p] = true
		}
	}
	return list, lines.Err()
}
