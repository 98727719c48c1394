package detect

// A group is a run of digits between separators.
type group struct{ at, end int }

// groupings are the ways in which numbers are written in groups, with the
// kinds that they can be.
var groupings = []struct {
	sizes []int // the last is a bound from below if open
	open  bool
}{
	{[]int{3, 4, 4}, false},      // a mobile number
	{[]int{3, 8}, false},         // a mobile number
	{[]int{4, 4, 4, 4}, false},   // a card
	{[]int{4, 4, 4, 4, 1}, true}, // a card of 17 to 19
	{[]int{6, 10}, true},         // a card: issuer, rest
	{[]int{6, 8, 3}, true},       // an identity number: region, birth, rest
	{[]int{6, 4, 4, 3}, true},    // an identity number
	{[]int{4, 6, 5}, false},      // American Express
}

// grouped looks at digits that are one of several groups, with one space or
// hyphen between each two, and says whether they are a number together.
func (s *Scanner) grouped(at, end int) bool {
	var groups [6]group
	n := s.groups(at, end, &groups)
	if n < 2 {
		return s.area(at, end)
	}
	list := groups[:n]
	if n > 2 && list[0].end-list[0].at <= 4 && has(s.text[list[0].at:], "86") && list[0].end-list[0].at == 2 {
		list = list[1:]
	}
	for _, g := range groupings {
		if fits(list, g.sizes, g.open) && s.joined(list) {
			return true
		}
	}
	return s.area(at, end)
}

// groups finds the groups around one, the first first. More than fit are none.
func (s *Scanner) groups(at, end int, list *[6]group) int {
	text := s.text
	gap := byte(0)
	separated := func(c byte) bool {
		if c != ' ' && c != '-' || gap != 0 && gap != c {
			return false
		}
		gap = c
		return true
	}
	first := at
	for n := 0; n < 6 && separated(text[first-1]) && digit(text[first-2]); n++ {
		first -= 2
		for at-first < 40 && digit(text[first-1]) {
			first--
		}
	}
	n := 0
	for i := first; n < len(list); n++ {
		j := i
		for j-first < 40 && digit(text[j]) {
			j++
		}
		list[n] = group{i, j}
		if !separated(text[j]) || !digit(text[j+1]) {
			return n + 1
		}
		i = j + 1
	}
	return 0
}

func fits(list []group, sizes []int, open bool) bool {
	if len(list) != len(sizes) {
		return false
	}
	for i, size := range sizes {
		n := list[i].end - list[i].at
		if n != size && !(open && i == len(sizes)-1 && n > size && n <= size+3) {
			return false
		}
	}
	return true
}

// joined looks at groups as one number.
func (s *Scanner) joined(list []group) bool {
	var digits [24]byte
	at, end := list[0].at, list[len(list)-1].end
	text := s.text
	if alnum(text[at-1]) || text[at-1] == '.' {
		return false
	}
	d := digits[:0]
	for _, g := range list {
		d = append(d, text[g.at:g.end]...)
	}
	if len(d) == 17 && text[end]|0x20 == 'x' && !alnum(text[end+1]) {
		d, end = append(d, 'X'), end+1
	}
	if alnum(text[end]) {
		return false
	}
	switch {
	case len(d) == 11:
		return d[0] == '1' && mobilePlan(d) == assigned && s.report(mobile, at, end, Shape|Strict)
	case len(d) == 18 && birth8(d[6:14]) && mod112(d) && s.e.regions.Province(number2(d)):
		return s.report(rid18, at, end, Shape|Checksum|Table)
	case len(d) >= 15 && len(d) <= 19 && allDigits(d) && luhn(d):
		switch s.e.issuers.find(d) {
		case known:
			return s.report(card, at, end, Shape|Checksum|Table)
		case network:
			return s.report(card, at, end, Shape|Checksum)
		}
	}
	return false
}

// gapped looks at two separators with four digits between them: the middle of
// a number in groups. at is the second of them.
func (s *Scanner) gapped(at int) {
	begin := at - 4
	if text := s.text; !digit(text[begin-2]) || !digit(text[at+1]) {
		return
	}
	if begin < s.groupEnd {
		return
	}
	var groups [6]group
	if n := s.groups(begin, at, &groups); n > 0 {
		s.groupEnd = groups[n-1].end
	}
	if s.grouped(begin, at) {
		return
	}
	s.groupedAccount(begin)
}

// groupedAccount looks at an IBAN in groups of four. at is one group of it.
func (s *Scanner) groupedAccount(at int) {
	text := s.text
	begin, country := at, func(d []byte) bool { return allUpper(d[:2]) && allDigits(d[2:4]) }
	for n := 0; n < 8 && !country(text[begin:]) && text[begin-1] == ' ' && allAlnum(text[begin-5:begin-1]); n++ {
		begin -= 5
	}
	if !country(text[begin:]) || alnum(text[begin-1]) {
		return
	}
	var joined [40]byte
	d, end := joined[:0], begin
	for want := accountLength(text[begin:]); len(d) < want; end++ {
		if alnum(text[end]) {
			d = append(d, text[end])
		} else if text[end] != ' ' {
			return
		}
	}
	if len(d) > 0 && !alnum(text[end]) && bankAccount(d) {
		s.report(accountIBAN, begin, end, Shape|Checksum|Table)
	}
}

func allAlnum(d []byte) bool {
	for _, c := range d {
		if !alnum(c) {
			return false
		}
	}
	return true
}

// area looks at the digits of a landline behind its area code and a separator,
// or behind its area code in brackets.
func (s *Scanner) area(at, end int) bool {
	text := s.text
	bracket := text[at-1] == ')'
	if n := end - at; n != 7 && n != 8 || text[at-1] != '-' && text[at-1] != ' ' && !bracket {
		return false
	}
	begin := at - 1
	for at-begin <= 4 && digit(text[begin-1]) {
		begin--
	}
	if text[begin] != '0' || areaCode(text[begin:at]) != at-1-begin || alnum(text[begin-1]) {
		return false
	}
	if bracket {
		if begin--; text[begin] != '(' {
			return false
		}
	}
	return s.landlineNumber(begin, at, end, 0)
}

// landline looks at an area code and a number without a separator.
func (s *Scanner) landline(at, end int, extra Signal) bool {
	n := areaCode(s.text[at:end])
	if n == 0 || end-at-n != 7 && end-at-n != 8 {
		return false
	}
	return s.landlineNumber(at, at+n, end, extra|Uneven)
}

// landlineNumber looks at the number behind an area code, with its extension.
func (s *Scanner) landlineNumber(begin, at, end int, extra Signal) bool {
	text := s.text
	if text[at] < '2' || text[at] > '8' || allSame(text[at:end]) {
		return false
	}
	i := end
	switch {
	case text[i] == '-' && digit(text[i+1]):
		i++
	case has(text[i:], "转") && digit(text[i+len("转")]):
		i += len("转")
	}
	if i > end {
		j := i
		for j-i < 7 && digit(text[j]) {
			j++
		}
		if j-i <= 6 {
			end = j
		}
	}
	return s.report(landline, begin, end, Shape|Strict|extra)
}

func allSame(d []byte) bool {
	for _, c := range d {
		if c != d[0] {
			return false
		}
	}
	return true
}
