package law

import (
	"regexp"
	"strconv"
	"strings"
)

// An article is a number that a provision bears, taken apart: 23(3) is one
// number with one part, 26-28 and 45, 48 are several numbers with none.
type article struct {
	numbers [][2]int // first and last of each range; a single number is both
	parts   []int    // what stands in parentheses
}

// oneArticle may end in a remark of our own that is no number: 14(validity),
// 4(1)b.
var oneArticle = regexp.MustCompile(`^([0-9]{1,4})((?:\([0-9]{1,3}\))*)(?:\([a-z]+\)|[a-z])?$`)

var articleRange = regexp.MustCompile(`^([0-9]{1,4})(?:-([0-9]{1,4}))?$`)

// parseArticle takes a number apart, and reports false for what is none, such
// as annex, 7.4 or website.
func parseArticle(s string) (article, bool) {
	if m := oneArticle.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[1])
		return article{[][2]int{{n, n}}, parts(m[2])}, true
	}
	var a article
	for _, one := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(", /", r) }) {
		m := articleRange.FindStringSubmatch(one)
		if m == nil {
			return article{}, false
		}
		first, _ := strconv.Atoi(m[1])
		last := first
		if m[2] != "" {
			last, _ = strconv.Atoi(m[2])
		}
		a.numbers = append(a.numbers, [2]int{first, last})
	}
	return a, len(a.numbers) > 0
}

// parts returns the numbers of (1)(3).
func parts(s string) []int {
	var list []int
	for _, one := range strings.FieldsFunc(s, func(r rune) bool { return r == '(' || r == ')' }) {
		if n, err := strconv.Atoi(strings.TrimSpace(one)); err == nil {
			list = append(list, n)
		}
	}
	return list
}

// chineseDigits are the digits of Chinese numerals by their value.
const chineseDigits = "零一二三四五六七八九"

// otherDigits are other ways of writing some of them.
var otherDigits = strings.NewReplacer("〇", "零", "两", "二")

// chineseNumeral writes a number from 0 to 999 as the law does: 二十三, 一百零五.
func chineseNumeral(n int) string {
	digits := []rune(chineseDigits)
	switch {
	case n < 0 || n > 999:
		return strconv.Itoa(n)
	case n < 10:
		return string(digits[n])
	case n < 20:
		return "十" + unlessZero(n%10)
	case n < 100:
		return string(digits[n/10]) + "十" + unlessZero(n%10)
	}
	head := string(digits[n/100]) + "百"
	switch rest := n % 100; {
	case rest == 0:
		return head
	case rest < 10:
		return head + "零" + string(digits[rest])
	case rest < 20:
		return head + "一" + chineseNumeral(rest)
	default:
		return head + chineseNumeral(rest)
	}
}

func unlessZero(n int) string {
	if n == 0 {
		return ""
	}
	return chineseNumeral(n)
}

// readNumeral reads a number in Arabic or Chinese digits: 23, 二十三, 二三,
// 一百零五. It reports false for what is none or is over 9999.
func readNumeral(s string) (int, bool) {
	if n, err := strconv.Atoi(s); err == nil {
		return n, n >= 0 && n <= 9999
	}
	total, digit, unit := 0, 0, false
	for _, r := range otherDigits.Replace(s) {
		switch i := strings.IndexRune(chineseDigits, r); {
		case i >= 0 && unit:
			digit = i / len("零")
		case i >= 0:
			digit = digit*10 + i/len("零")
		case r == '十':
			total, digit, unit = total+max(digit, 1)*10, 0, true
		case r == '百':
			total, digit, unit = total+max(digit, 1)*100, 0, true
		default:
			return 0, false
		}
		if total+digit > 9999 {
			return 0, false
		}
	}
	return total + digit, s != ""
}
