package detect

import "unicode/utf8"

// joint looks at an ASCII character directly behind another: the letter of a
// plate behind its province, a password behind 密码：.
func (s *Scanner) joint(at int) {
	text := s.text
	c := text[at]
	if upper(c) {
		if r, size := utf8.DecodeRune(text[at-3 : at]); size == 3 && s.e.provinces.has(r) {
			s.plate(at-3, at)
			return
		}
	}
	if c == ':' || c == '=' {
		s.passwordNamed(at)
		return
	}
	if has(text[at-3:], "：") {
		s.passwordNamed(at - 3)
		if has(text[at-9:], "微信：") || has(text[at-9:], "信号：") {
			s.wechatID(at)
		}
	}
}

// passwordNamed looks whether 密码 or 口令 stands before a separator.
func (s *Scanner) passwordNamed(at int) {
	if word := s.text[at-6:]; has(word, "密码") || has(word, "口令") {
		s.assigned(at - 6)
	}
}

// password looks at a w behind s or p: whether it is that of password, passwd
// or pwd.
func (s *Scanner) password(at int) {
	text := s.text
	if fold(text[at-1]) == 'p' && fold(text[at+1]) == 'd' || fold(text[at-4]) == 'p' && fold(text[at-3]) == 'a' && fold(text[at-2]) == 's' {
		s.assigned(at)
	}
}

// assigned looks at a password that is given to a name. at lies in the name.
func (s *Scanner) assigned(at int) {
	if begin, end, points, ok := s.e.secrets.Assigned(s.text, at); ok {
		s.reportOwn(password, begin, end, points, "")
	}
}

// provinces are the characters with which plates begin (GA 36-2018).
type provinceSet [1 << 16 / 64]uint64

func newProvinceSet() *provinceSet {
	p := &provinceSet{}
	for _, r := range "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼" {
		p[r/64] |= 1 << (r % 64)
	}
	return p
}

func (p *provinceSet) has(r rune) bool { return r < 1<<16 && p[r/64]>>(r%64)&1 != 0 }

// plate looks at a vehicle plate: begin is its province, at its letter. Plates
// of new energy have six characters behind the letter, others five.
func (s *Scanner) plate(begin, at int) {
	text := s.text
	if !plateLetter(text[at]) {
		return
	}
	i := at + 1
	if c := text[i]; c == '.' || c == '-' || c == ' ' {
		i++
	} else if c >= utf8.RuneSelf && (has(text[i:], "·") || has(text[i:], "•")) {
		_, size := utf8.DecodeRune(text[i:])
		i += size
	}
	n, digits := 0, 0
	for n < 7 && (digit(text[i+n]) || plateLetter(text[i+n])) {
		digits += b2i(digit(text[i+n]))
		n++
	}
	end := i + n
	switch {
	case n == 6 && newEnergy(text[i:end]):
	case n == 5 && digits > 0:
	case n == 4 && digits > 0 && plateSuffix(text[end:]) > 0:
		end += plateSuffix(text[end:])
	default:
		return
	}
	if alnum(text[end]) || text[end] == '_' {
		return
	}
	s.report(plate, begin, end, Shape|Strict)
}

// plateLetter says whether a letter is used on plates: not I and O.
func plateLetter(c byte) bool { return upper(c) && c != 'I' && c != 'O' }

func newEnergy(d []byte) bool {
	kind := func(c byte) bool { return c >= 'A' && c <= 'K' && c != 'I' }
	return kind(d[0]) && allDigits(d[2:]) || allDigits(d[:5]) && kind(d[5])
}

// plateSuffix is the length of a last character such as 警, 0 if there is none.
func plateSuffix(text []byte) int {
	for _, c := range [...]string{"挂", "学", "警", "港", "澳", "领"} {
		if has(text, c) {
			return len(c)
		}
	}
	return 0
}

// tail looks at a character directly behind a digit: the 号 of an address, the
// 使 of a plate.
func (s *Scanner) tail(at int) {
	text := s.text
	if has(text[at:], "使") && allDigits(text[at-6:at]) && !digit(text[at-7]) {
		s.report(plate, at-6, at+len("使"), Shape|Strict)
		return
	}
	if s.places != nil || !s.e.on.has(postalAddress) || !addressTail(text[at:]) {
		return
	}
	if begin, end, points, ok := s.e.addresses.At(text, at); ok {
		s.reportOwn(postalAddress, begin, end, points, "")
	}
}

// addressTail says whether a character ends a part of an address.
func addressTail(text []byte) bool {
	switch string(text[:3]) {
	case "号", "栋", "幢", "座", "室", "弄", "单", "楼", "层", "村", "组", "社", "队", "门", "巷", "房", "户":
		return true
	}
	return false
}

// word looks at a run of at least 16 word characters that begins at a place:
// a key, or a number of letters and digits that no run of six digits led to.
func (s *Scanner) word(at int) {
	if at < s.wordEnd || s.places != nil || allDigits(s.text[at:at+16]) {
		return // a number is looked at as such
	}
	if has(s.text[at:], "wxid_") {
		s.wechatID(at)
		return
	}
	if s.secret(at) || s.text[at-1] == '.' && s.dottedSecret(at) {
		return
	}
	s.wordVIN(at)
	s.secretNamed(at)
}

// secret looks at a key that begins at a place.
func (s *Scanner) secret(at int) bool {
	begin, end, rule, points, ok := s.e.secrets.At(s.text, at)
	if ok {
		s.wordEnd = end
		s.reportOwn(s.e.secretKind(rule), begin, end, points, rule.ID)
	}
	return ok
}

// dottedSecret looks at a key with a dot in what it begins with, as hvs. and
// dp.pt. are: the run at a place is what follows the last of them.
func (s *Scanner) dottedSecret(at int) bool {
	const longest = 8
	for i := at - 1; at-i <= longest && (wordByte(s.text[i]) || s.text[i] == '.'); i-- {
		if !wordByte(s.text[i-1]) && s.text[i-1] != '-' && wordByte(s.text[i]) && s.secret(i) {
			return true
		}
	}
	return false
}

// block looks at the first line of a private key. at is the first capital
// behind its hyphens.
func (s *Scanner) block(at int) {
	if s.text[at-1] != '-' || !has(s.text[at:], "BEGIN ") {
		return
	}
	if begin, end, points, ok := s.e.secrets.Block(s.text, at-5); ok {
		s.reportOwn(secretPEM, begin, end, points, "")
	}
}

// wechatID looks at a name of an account: a letter, then 5 to 19 letters,
// digits, '_' and '-'; those that were not chosen begin with wxid_.
func (s *Scanner) wechatID(at int) {
	end := at
	for end-at <= 27 && (wordByte(s.text[end]) || s.text[end] == '-') {
		end++
	}
	if n := end - at; n >= 6 && n <= 27 && letter(s.text[at]) {
		s.report(wechat, at, end, Shape|Strict)
	}
}

// wordVIN looks at a vehicle number that ends in fewer than six digits.
func (s *Scanner) wordVIN(at int) {
	const length = 17
	if d := s.text[at:]; at >= s.tokenEnd && !wordByte(d[length]) && d[length] != '-' && allAlnum(d[:length]) {
		s.vin(at, at+length, 0)
	}
}

// secretNamed looks whether a run of word characters is given to a name such
// as api_key or secret.
func (s *Scanner) secretNamed(at int) {
	text := s.text
	i, given := at, false
	for ; at-i < 8; i-- {
		if c := text[i-1]; c == '=' || c == ':' {
			given = true
		} else if c != '"' && c != '\'' && c != ' ' && c != '>' {
			break
		}
	}
	if !given {
		return
	}
	begin := i
	for i-begin < 40 && (wordByte(text[begin-1]) || text[begin-1] == '-') {
		begin--
	}
	if names, _ := s.e.secretNames.In(text[begin:i]); names != 0 {
		s.assigned(i - 1)
	}
}

// machineReadable looks at the zone that machines read of a passport or an
// identity card. at is the second of two '<' (ICAO Doc 9303).
func (s *Scanner) machineReadable(at int) {
	text := s.text
	const longest = 44
	if at < s.zoneEnd {
		return
	}
	begin, end := at, at
	for at-begin < longest && readable(text[begin-1]) {
		begin--
	}
	for end-begin <= longest && readable(text[end]) {
		end++
	}
	s.zoneEnd = end
	n := end - begin
	if n != 44 && n != 36 && n != 30 || text[begin] != 'P' && text[begin] != 'I' && text[begin] != 'A' && text[begin] != 'C' && text[begin] != 'V' {
		return
	}
	next := end
	for next-end < 2 && (text[next] == '\n' || text[next] == '\r') {
		next++
	}
	second := text[next : next+n]
	for _, c := range second {
		if !readable(c) {
			return
		}
	}
	if next > end && readableChecks(text[begin:end], second) {
		s.report(passportMRZ, begin, next+n, Shape|Checksum|Table)
	}
}

func readable(c byte) bool { return upper(c) || digit(c) || c == '<' }

// readableChecks says whether the check digits of document number, birth and
// expiry are right.
func readableChecks(first, second []byte) bool {
	checked := func(s []byte, at, n int) bool { return travel(s[at:at+n]) == int(s[at+n])-'0' }
	if len(first) == 30 {
		return checked(first, 5, 9) && checked(second, 0, 6) && checked(second, 8, 6)
	}
	return checked(second, 0, 9) && checked(second, 13, 6) && checked(second, 21, 6)
}

// socialSecurityUS looks at 123-45-6789. at is the second hyphen. Areas 000,
// 666 and 900 to 999, group 00 and serial 0000 are not given out.
func (s *Scanner) socialSecurityUS(at int) {
	text := s.text
	begin, end := at-6, at+5
	d := text[begin:end]
	if d[3] != '-' || d[6] != '-' || !allDigits(d[:3]) || !allDigits(d[7:]) || wordByte(text[begin-1]) || wordByte(text[end]) ||
		text[begin-1] == '-' || text[begin-1] == '.' || text[end] == '-' {
		return
	}
	if area := string(d[:3]); area == "000" || area == "666" || d[0] == '9' || string(d[4:6]) == "00" || string(d[7:]) == "0000" {
		return
	}
	var extra Signal
	if text[begin-1] == ' ' && digit(text[begin-2]) || text[end] == ' ' && digit(text[end+1]) {
		extra = Uneven // in a table of numbers
	}
	s.report(ssn, begin, end, Shape|Strict|extra)
}

// plainRoom is how many bytes a number that is written strangely can have once
// it is written plainly, the bytes around it included.
const plainRoom = 192

// strange looks at a number with full-width digits, characters that are not
// seen, or escapes in it: it is written out plainly and looked at again.
func (s *Scanner) strange(at int) {
	if s.places != nil || at < s.plainEnd {
		return
	}
	const around = 32
	begin := s.strangeBegin(at)
	n := around
	for i := range around {
		s.plain[i], s.where[i] = '\n', int32(begin)
	}
	digits, last := 0, 0
	end := begin
	for n < plainRoom-around && end < len(s.text)-reach {
		p := plainly(s.text[end:])
		if p.c == other || p.c < ' ' && p.c != nothing || (p.c == ' ' || p.c == '-') && end > at && last == n-1 && n > around && (s.plain[n-1] == ' ' || s.plain[n-1] == '-') {
			break
		}
		if p.c != nothing {
			s.plain[n], s.where[n] = p.c, int32(end)
			if digit(p.c) {
				digits++
			}
			last = n
			n++
		}
		end += p.size
	}
	s.plainEnd = end
	if digits < 6 {
		return
	}
	for i := range around {
		s.plain[n+i], s.where[n+i] = '\n', int32(end)
	}
	s.lookPlain(around, n, n+around)
}

// strangeBegin goes back to where a number written strangely begins.
func (s *Scanner) strangeBegin(at int) int {
	const most = 40
	text := s.text
	// at is the last byte of what led here.
	switch {
	case text[at] == 'u' || text[at] == '#':
		at--
	case text[at] >= 0x90 && text[at] <= 0x99:
		at -= 2
	}
	begin := at
	for at-begin < most && (alnum(text[begin-1]) || text[begin-1] == '+') {
		begin--
	}
	return begin
}

// lookPlain looks at a number written plainly, from at to end, for what a run
// of digits leads to.
func (s *Scanner) lookPlain(at, end, room int) {
	text := s.text
	marks := [...]int{s.tokenEnd, s.groupEnd}
	s.tokenEnd, s.groupEnd = 0, 0
	s.text, s.places = s.plain[:room], s.where[:room]
	for i := at; i < end; {
		j := i
		for j < end && digit(s.text[j]) {
			j++
		}
		switch {
		case j-i >= 6:
			s.number(i)
		case j-i == 4 && j < end && i > at && (s.text[i-1] == ' ' || s.text[i-1] == '-'):
			s.gapped(j)
		}
		i = j + 1
	}
	s.text, s.places = text, nil
	s.tokenEnd, s.groupEnd = marks[0], marks[1]
}
