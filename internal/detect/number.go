package detect

import (
	"math/bits"
	"unicode/utf8"
)

// reach is how far around an anchor anything is looked at, in bytes. It bounds
// what a decision can depend on, so that it is the same wherever a block ends.
const reach = 512

// maxDigits is the longest run of digits that is still a number of somebody.
const maxDigits = 20

// number looks at a run of at least six digits that begins at a place.
func (s *Scanner) number(at int) {
	text := s.text
	end := at + digits(text[at:min(at+maxDigits+1, len(text))])
	if end-at > maxDigits {
		return
	}
	before, after := text[at-1], text[end]
	if before == 'm' && coloured(text, at) {
		before = '\n'
	}
	switch {
	case letter(before) || letter(after):
		// No kind but an identity number with its x has a small letter.
		if !letter(before) && s.disabilityCard(at) {
			return
		}
		if !s.identity18X(at, end, before) && !lower(before) && !lower(after) {
			s.token(at, end)
		}
		return
	case s.partOfNumber(at, end):
		return
	case before >= 0x80 && s.afterHanzi(at, end):
		return
	}
	if (before == ' ' || before == '-' || before == ')' || after == ' ' || after == '-') && s.grouped(at, end) {
		return
	}
	glued := before == '_' || after == '_'
	s.plainNumber(at, end, glued)
}

// coloured says whether the escape that sets a colour of a terminal ends before
// a place: ESC [ 1 ; 31 m (ECMA-48).
func coloured(text []byte, at int) bool {
	const longest = 16
	i := at - 2
	for at-i < longest && (digit(text[i]) || text[i] == ';') {
		i--
	}
	return text[i] == '[' && text[i-1] == 0x1b
}

// disabilityCard looks at the number of a certificate of disability: a resident
// identity number, kind, degree, and B with how often it was issued again.
func (s *Scanner) disabilityCard(at int) bool {
	d := s.text[at:]
	if digits(d[:17]) < 17 || digits(d[18:20]) < 2 || d[18] < '1' || d[18] > '7' || d[19] < '1' || d[19] > '4' {
		return false
	}
	end := at + 20
	if s.text[end] == 'B' {
		if end++; digit(s.text[end]) {
			end++
		}
	}
	var number [18]byte
	copy(number[:], d)
	if number[17] == 'x' {
		number[17] = 'X'
	}
	return !alnum(s.text[end]) && birth8(number[6:14]) && mod112(number[:]) && s.report(disability, at, end, Shape|Checksum|Table)
}

// identity18X looks at 17 digits and an X.
func (s *Scanner) identity18X(at, end int, before byte) bool {
	text := s.text
	if end-at != 17 || text[end]|0x20 != 'x' || alnum(text[end+1]) || letter(before) {
		return false
	}
	return s.person18(at, end+1, 0)
}

// partOfNumber says that digits belong to a decimal, a UUID, or a longer thing
// of digits and dots.
func (s *Scanner) partOfNumber(at, end int) bool {
	text := s.text
	if text[at-1] == '.' && digit(text[at-2]) {
		return true
	}
	if text[end] == '.' && digit(text[end+1]) {
		// A spreadsheet writes a whole number as 13800138000.0.
		if text[end+1] != '0' || digit(text[end+2]) {
			return true
		}
	}
	return (text[at-1] == '-' || text[end] == '-') && s.uuid(at, end)
}

// uuid says whether digits stand in groups of 8, 4, 4, 4 and 12 hexadecimal
// characters.
func (s *Scanner) uuid(at, end int) bool {
	text := s.text
	const length = 36
	for at > 0 && end-at <= length && (hexDigit(text[at-1]) || text[at-1] == '-') {
		at--
	}
	for end < len(text) && end-at <= length && (hexDigit(text[end]) || text[end] == '-') {
		end++
	}
	return end-at == length && text[at+8] == '-' && text[at+13] == '-' && text[at+18] == '-' && text[at+23] == '-'
}

// plainNumber looks at a run of digits with no letter at either end.
func (s *Scanner) plainNumber(at, end int, glued bool) {
	var extra Signal
	if glued {
		extra = Uneven
	}
	switch end - at {
	case 6:
		s.weak(postcode, at, end, postal(s.text[at:end]), extra)
	case 8:
		s.weak(taiwanPermit, at, end, true, extra)
		s.hyphenated(at, end, extra)
	case 9:
		s.weak(socialSecurity, at, end, true, extra)
		s.weak(passport, at, end, s.text[at] == '1' && (s.text[at+1] == '4' || s.text[at+1] == '5'), extra)
		s.weak(orgcode, at, end, organizationCode(s.text[at:end]), extra|Checksum)
	case 10:
		s.weak(taiwanPermit, at, end, true, extra)
	case 11:
		if s.mobile(at, end, extra) {
			return
		}
		s.landline(at, end, extra)
	case 12:
		if s.text[at] == '0' && s.text[at+1] == '1' && s.mobile(at+1, end, extra|Uneven) || s.landline(at, end, extra) {
			return
		}
		s.weak(driverFile, at, end, true, extra)
	case 13:
		if has(s.text[at:], "86") && s.mobile(at+2, end, extra) {
			return
		}
		s.weak(m2m, at, end, machine(s.text[at:end]), extra)
	case 15:
		s.digits15(at, end, extra)
	case 16, 17, 18, 19, 20:
		s.long(at, end, extra)
	}
	if n := end - at; n >= 6 && n <= 11 && s.text[at] != '0' {
		s.weak(qq, at, end, true, extra)
	}
}

// weak reports a number that only its context tells from any other.
func (s *Scanner) weak(k kind, at, end int, shaped bool, extra Signal) bool {
	return shaped && s.report(k, at, end, Shape|Table|extra)
}

// mobile looks at 11 digits. What the numbering plan assigns is a mobile
// number by itself; other prefixes of mobile numbers need a word near them.
func (s *Scanner) mobile(at, end int, extra Signal) bool {
	d := s.text[at:end]
	if d[0] != '1' || d[1] < '3' {
		return false
	}
	plan := mobilePlan(d)
	if plan == unplanned {
		return false
	}
	if strokes(d) {
		extra |= Uneven
	}
	if s.amid(at, end, func(d []byte) bool { return d[0] == '1' && mobilePlan(d) == assigned }) {
		extra |= Hostile
	}
	if plan == assigned {
		return s.report(mobile, at, end, Shape|Strict|extra)
	}
	return s.report(mobile, at, end, Shape|Table|extra)
}

// strokes says whether there are only digits from 1 to 5, and four of them at
// least, as dictionaries write the strokes of characters.
func strokes(d []byte) bool {
	seen := uint8(0)
	for _, c := range d {
		if c-'1' > 4 {
			return false
		}
		seen |= 1 << (c - '1')
	}
	return bits.OnesCount8(seen) >= 4
}

// amid says whether a number stands amid others of its length of which most do
// not fit: a table of numbers, where some fit by chance.
func (s *Scanner) amid(at, end int, fits func([]byte) bool) bool {
	const most, least = 4, 3
	size, alike, fitting := end-at, 0, 0
	for _, side := range [...]struct{ from, step int }{{at - 1, -1}, {end, 1}} {
		for i, n := side.from, 0; n < most; n++ {
			next, ok := passNumber(s.text, i, side.step, size)
			if !ok {
				break
			}
			first := next + 1
			if side.step > 0 {
				first = next - size
			}
			alike, fitting, i = alike+1, fitting+b2i(fits(s.text[first:first+size])), next
		}
	}
	return alike >= least && fitting*2 < alike
}

// passNumber passes what parts numbers, and a number of so many digits, in
// steps of 1 or -1 from a place. next is the byte behind it.
func passNumber(text []byte, i, step, size int) (next int, ok bool) {
	in := func() bool { return i >= 0 && i < len(text) }
	for n := 0; n < 3 && in() && (text[i] == ' ' || text[i] == ',' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r' || text[i] == ';'); n++ {
		i += step
	}
	n := 0
	for ; n <= size && in() && digit(text[i]); n++ {
		i += step
	}
	return i, n == size
}

func (s *Scanner) digits15(at, end int, extra Signal) {
	d := s.text[at:end]
	switch {
	case has(d, "0086"):
		s.mobile(at+4, end, extra)
	case has(d, "460") && networkCode(d[3:5]):
		s.report(imsi, at, end, Shape|Strict|extra)
	case s.e.regions.Province(number2(d)) && birth6(d[6:12]):
		s.report(rid15, at, end, Shape|Table|extra)
		if luhn(d) { // one in ten is by chance
			s.account15(at, end, Conflict|extra)
		}
	case luhn(d):
		s.account15(at, end, extra)
	}
}

// account15 looks at 15 digits with a right check: a card of American Express, or
// a device.
func (s *Scanner) account15(at, end int, extra Signal) {
	if d := s.text[at:end]; d[0] == '3' && (d[1] == '4' || d[1] == '7') && s.report(card, at, end, Shape|Checksum|extra) {
		return
	}
	s.report(imei, at, end, Shape|Checksum|extra)
}

// long looks at 16 to 20 digits, the stronger kinds first.
func (s *Scanner) long(at, end int, extra Signal) {
	d := s.text[at:end]
	n := len(d)
	if strokes(d) {
		extra |= Uneven
	}
	switch {
	case n == 18 && s.person18(at, end, extra):
	case n == 18 && s.credit(at, end, extra):
	case n == 20 && s.disabilityCard(at):
	case n >= 19 && has(d, "8986") && luhn(d):
		s.report(iccid, at, end, Shape|Checksum|extra)
	case n == 19 && has(d, "8986"): // some are written without their check
		s.report(iccid, at, end, Shape|Table|extra)
	case n == 16 && has(d, "2088") && s.report(alipay, at, end, Shape|Strict|extra):
	case n <= 19 && luhn(d) && s.card(at, end, extra):
	case n == 18 && s.spreadsheet(at, end, extra):
	}
}

// card looks at digits that satisfy the rule of payment cards: an issuer's
// range with its length makes one.
func (s *Scanner) card(at, end int, extra Signal) bool {
	if s.amid(at, end, func(d []byte) bool { return luhn(d) && s.e.issuers.find(d) != unissued }) {
		extra |= Hostile
	}
	switch s.e.issuers.find(s.text[at:end]) {
	case known:
		return s.report(card, at, end, Shape|Checksum|Table|extra)
	case network:
		return s.report(card, at, end, Shape|Checksum|extra)
	case rare:
		return s.report(card, at, end, Shape|Checksum|Uneven|extra)
	}
	return false
}

// person18 looks at the 18 characters of a resident identity number and of the
// permits that share its form.
func (s *Scanner) person18(at, end int, extra Signal) bool {
	d := s.text[at:end]
	var last [18]byte
	if d[17]|0x20 == 'x' {
		copy(last[:], d)
		last[17] = 'X'
		d = last[:]
	}
	if !birth8(d[6:14]) || !mod112(d) {
		return false
	}
	k, ok := rid18, true
	switch two := int(d[0]-'0')*10 + int(d[1]-'0'); {
	case two >= 81 && two <= 83:
		k, ok = residence, string(d[2:6]) == "0000"
	case string(d[:6]) == "999999": // the region of numbers for tests
	case d[0] == '9':
		k, ok = permanent2023, s.e.regions.Province(int(d[1]-'0')*10+int(d[2]-'0')) && d[3] <= '8'
	case !s.e.regions.Province(two):
		return false
	case !s.e.region(d[:6]):
		extra |= Uneven
	}
	return ok && s.report(k, at, end, Shape|Checksum|Table|extra)
}

// spreadsheet looks at an identity number whose last digits a spreadsheet lost
// when it kept it as a number: 15 digits are right, and zeros follow.
func (s *Scanner) spreadsheet(at, end int, extra Signal) bool {
	d := s.text[at:end]
	return string(d[15:]) == "000" && birth8(d[6:14]) && s.e.region(d[:6]) &&
		s.report(rid18, at, end, Shape|Table|Damaged|extra)
}

// birth8 says whether YYYYMMDD is a day on which somebody alive, or on record,
// can be born.
func birth8(d []byte) bool {
	century := string(d[:2])
	return (century == "18" || century == "19" || century == "20") && isDay(d[0:4], d[4:8]) && string(d[:4]) <= "2099"
}

// birth6 says whether YYMMDD is a day of the 20th century.
func birth6(d []byte) bool {
	year := [4]byte{'1', '9', d[0], d[1]}
	return isDay(year[:], d[2:])
}

func isDay(year, monthDay []byte) bool {
	for _, c := range monthDay {
		if !digit(c) {
			return false
		}
	}
	month, dom := number2(monthDay), number2(monthDay[2:])
	if month < 1 || month > 12 || dom < 1 {
		return false
	}
	last := int("312931303130313130313031"[month*2-2]-'0')*10 + int("312931303130313130313031"[month*2-1]-'0')
	if y := number2(year)*100 + number2(year[2:]); month == 2 && (y%4 != 0 || y%100 == 0 && y%400 != 0) {
		last = 28
	}
	return dom <= last
}

func number2(d []byte) int { return int(d[0]-'0')*10 + int(d[1]-'0') }

// afterHanzi looks at digits that follow a character of a plate or of a
// military identity card.
func (s *Scanner) afterHanzi(at, end int) bool {
	text := s.text
	switch r, size := utf8.DecodeLastRune(text[at-4 : at]); {
	case r == '使' && end-at == 6:
		return s.report(plate, at-size, end, Shape|Strict)
	case (r == '第' || r == '字') && end-at <= 8:
		return s.militaryCard(at-size, end)
	}
	return false
}

// militaryCard looks at what stands before the digits of 军字第12345678号; at is
// where 第 or 字 begins. A longer run of characters before it is the number of
// some other document, unless a word names it.
func (s *Scanner) militaryCard(at, end int) bool {
	text := s.text
	if has(text[at:], "第") {
		if at -= len("字"); !has(text[at:], "字") {
			return false
		}
	}
	begin := at
	for n := 0; n < 3; n++ {
		r, size := utf8.DecodeLastRune(text[begin-4 : begin])
		if r < 0x4e00 || r > 0x9fa5 {
			break
		}
		begin -= size
	}
	if has(text[end:], "号") {
		end += len("号")
	}
	switch n := (at - begin) / len("字"); n {
	case 0:
		return false
	case 1, 2:
		return s.report(military, begin, end, Shape|Strict)
	default:
		return s.report(military, at-len("字"), end, Shape|Table)
	}
}

func has(text []byte, prefix string) bool {
	return len(text) >= len(prefix) && string(text[:len(prefix)]) == prefix
}
