package detect

// token looks at letters and digits together: the run of digits that led here
// has a letter at one end.
func (s *Scanner) token(at, end int) {
	text := s.text
	const most = 36
	begin := at
	for at-begin < most && alnum(text[begin-1]) {
		begin--
	}
	for end-begin <= most && alnum(text[end]) {
		end++
	}
	if begin < s.tokenEnd {
		return // the same token, by a later run of its digits
	}
	s.tokenEnd = end
	d := text[begin:end]
	var extra Signal
	if text[begin-1] == '_' || text[end] == '_' {
		extra = Uneven
	}
	switch len(d) {
	case 7:
		s.hongKongCard(begin, end, extra)
	case 8:
		s.hongKongCard(begin, end, extra)
		s.hyphenated(begin, end, extra)
	case 9:
		s.document9(begin, end, extra)
	case 10:
		s.weak(twid, begin, end, upper(d[0]) && allDigits(d[1:]) && (d[1] == '1' || d[1] == '2' || d[1] == '8' || d[1] == '9') && taiwan(d), Checksum|extra)
		s.weak(socialSecurity, begin, end, upper(d[0]) && allDigits(d[1:]), extra)
	case 11:
		s.weak(homePermit, begin, end, (d[0] == 'H' || d[0] == 'M') && allDigits(d[1:]), extra)
	case 12, 13, 14:
		s.weak(medical, begin, end, (d[0] == 'H' || d[0] == 'P' || d[0] == 'D' || d[0] == 'N') && allDigits(d[1:]), extra)
	case 15:
		s.weak(permanent2017, begin, end, allUpper(d[:3]) && allDigits(d[3:]), extra)
	case 17:
		s.vin(begin, end, extra)
	case 18:
		s.credit(begin, end, extra)
	}
	s.iban(begin, end, extra)
}

// document9 looks at nine characters of letters and digits: passports, permits,
// organization codes. Only their context tells them from other numbers.
func (s *Scanner) document9(at, end int, extra Signal) {
	d := s.text[at:end]
	s.weak(passport, at, end, passportShape(d), extra)
	s.weak(homePermit, at, end, (d[0] == 'H' || d[0] == 'M') && allDigits(d[1:]), extra)
	s.weak(exitPermit, at, end, exitShape(d), extra)
	s.weak(orgcode, at, end, organizationCode(d), Checksum|extra)
	s.weak(socialSecurity, at, end, upper(d[0]) && allDigits(d[1:]) || allDigits(d[:8]) && upper(d[8]), extra)
}

// hyphenated looks at an organization code with a hyphen before its check:
// D2143569-X.
func (s *Scanner) hyphenated(at, end int, extra Signal) {
	text := s.text
	if text[end] != '-' || alnum(text[end+2]) {
		return
	}
	var joined [9]byte
	copy(joined[:], text[at:end])
	joined[8] = text[end+1]
	s.weak(orgcode, at, end+2, (digit(joined[8]) || joined[8] == 'X') && organizationCode(joined[:]), Checksum|extra)
}

// code looks at capitals and digits together, at least nine, that no run of
// six digits leads to.
func (s *Scanner) code(at int) {
	digits := 0
	for _, c := range s.text[at : at+9] {
		digits += b2i(digit(c))
	}
	if digits > 0 && digits < 9 && !alnum(s.text[at-1]) {
		s.token(at, at+9)
	}
}

// passportShape says whether nine characters are formed as a passport of the
// mainland, of Hong Kong or of Macau.
func passportShape(d []byte) bool {
	if !allDigits(d[2:]) {
		return false
	}
	switch second := d[1]; d[0] {
	case 'E':
		return digit(second) || upper(second) && second != 'I' && second != 'O'
	case 'G', 'H':
		return digit(second)
	case 'D', 'S', 'P':
		return digit(second) || second == 'E'
	case 'K':
		return digit(second) || second == 'J'
	case 'M':
		return second == 'A'
	}
	return false
}

// exitShape says whether nine characters are formed as a permit of mainland
// residents for Hong Kong, Macau or Taiwan.
func exitShape(d []byte) bool {
	switch {
	case !allDigits(d[2:]):
		return false
	case d[0] == 'C':
		return digit(d[1]) || upper(d[1]) && d[1] != 'I' && d[1] != 'O'
	}
	return digit(d[1]) && (d[0] == 'W' || d[0] == 'L' || d[0] == 'T')
}

// hongKongCard looks at A123456(3), or without the brackets at A1234563.
func (s *Scanner) hongKongCard(at, end int, extra Signal) {
	d := s.text[at:end]
	n := 0
	for n < 3 && upper(d[n]) {
		n++
	}
	if n == 0 || n == 3 || len(d) < n+6 || !allDigits(d[n:n+6]) {
		return
	}
	rest := s.text[at+n+6:]
	var check byte
	switch {
	case len(d) == n+6 && rest[0] == '(' && rest[2] == ')':
		check, end = rest[1], end+3
	case len(d) == n+7:
		check = rest[0]
	default:
		return
	}
	if (digit(check) || check == 'A') && hongKong(d[:n], d[n:n+6], check) {
		s.report(hkid, at, end, Shape|Checksum|extra)
	}
}

// vin looks at 17 characters: a vehicle made in the mainland begins with L.
func (s *Scanner) vin(at, end int, extra Signal) {
	d := s.text[at:end]
	if !allDigits(d[13:]) || !digit(d[8]) && d[8] != 'X' || allDigits(d) || !vehicle(d) {
		return
	}
	if d[0] == 'L' {
		extra |= Table
	}
	s.report(vin, at, end, Shape|Checksum|extra)
}

// credit looks at 18 characters of a unified social credit code: who
// registered it, the region, the organization code inside, the check.
func (s *Scanner) credit(at, end int, extra Signal) bool {
	d := s.text[at:end]
	if len(d) != 18 || !allDigits(d[2:8]) || !creditCode(d) || strokes(d) {
		return false
	}
	switch d[0] {
	case '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'N', 'Y':
	default:
		return false
	}
	if organizationCode(d[8:17]) {
		extra |= Table
	} else if allDigits(d) {
		extra |= Uneven // one number in 31 of this length is right by chance
	}
	if two := number2(d[2:4]); two != 10 && two != 99 && !s.e.regions.Province(two) {
		extra |= Uneven
	}
	return s.report(credit, at, end, Shape|Checksum|extra)
}

// iban looks at an international bank account number.
func (s *Scanner) iban(at, end int, extra Signal) {
	d := s.text[at:end]
	if len(d) >= 15 && allUpper(d[:2]) && allDigits(d[2:4]) && len(d) == accountLength(d) && bankAccount(d) {
		s.report(accountIBAN, at, end, Shape|Checksum|Table|extra)
	}
}

// accountLength is the length of an IBAN of the country that it begins with, 0
// if the country has none (the registry of ISO 13616, as python-stdnum has it).
func accountLength(d []byte) int {
	const lengths = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18FO18FR27GB22GE22GI23GL18" +
		"GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MR27MT31MU30NL18NO15PK24" +
		"PL28PS29PT25QA29RO24RS22SA24SC31SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22VG24XK20"
	for i := 0; i < len(lengths); i += 4 {
		if lengths[i] == d[0] && lengths[i+1] == d[1] {
			return number2([]byte(lengths[i+2 : i+4]))
		}
	}
	return 0
}

func allDigits(d []byte) bool {
	for _, c := range d {
		if !digit(c) {
			return false
		}
	}
	return true
}

func allUpper(d []byte) bool {
	for _, c := range d {
		if !upper(c) {
			return false
		}
	}
	return true
}
