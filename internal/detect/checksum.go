package detect

// The checksums work on the characters of a number as written: ASCII digits
// and upper-case letters. Each is false for anything else.

// mod112 says whether 18 characters satisfy ISO 7064 MOD 11-2, as resident
// identity numbers do (GB 11643-1999).
func mod112(s []byte) bool {
	sum := 0
	const weights = "\x07\x09\x0a\x05\x08\x04\x02\x01\x06\x03\x07\x09\x0a\x05\x08\x04\x02"
	for i, c := range s[:17] {
		sum += int(c-'0') * int(weights[i])
	}
	return s[17] == "10X98765432"[sum%11]
}

// luhn says whether digits satisfy the rule of payment cards (ISO/IEC 7812-1).
func luhn(s []byte) bool {
	const doubled = "\x00\x02\x04\x06\x08\x01\x03\x05\x07\x09"
	sum, i := 0, len(s)-1
	for ; i > 0; i -= 2 {
		sum += int(s[i]-'0') + int(doubled[s[i-1]-'0'])
	}
	if i == 0 {
		sum += int(s[0] - '0')
	}
	return sum%10 == 0
}

// creditCode says whether 18 characters satisfy the weighted modulus 31 of a
// unified social credit code (GB 32100-2015).
func creditCode(s []byte) bool {
	sum := 0
	const weights = "\x01\x03\x09\x1b\x13\x1a\x10\x11\x14\x1d\x19\x0d\x08\x18\x0a\x1e\x1c"
	for i, c := range s[:17] {
		v := creditValue(c)
		if v < 0 {
			return false
		}
		sum += v * int(weights[i])
	}
	return creditValue(s[17]) == (31-sum%31)%31
}

// creditValue is the value of a character of a unified social credit code, 0
// to 30, or -1. The letters I, O, S, V and Z are not used (GB 32100-2015).
func creditValue(c byte) int {
	switch {
	case digit(c):
		return int(c - '0')
	case c < 'A' || c > 'Z':
		return -1
	}
	return int([26]int8{10, 11, 12, 13, 14, 15, 16, 17, -1, 18, 19, 20, 21, 22, -1, 23, 24, 25, -1, 26, 27, -1, 28, 29, 30, -1}[c-'A'])
}

// organizationCode says whether 9 characters satisfy the check of an
// organization code (GB 11714-1997).
func organizationCode(s []byte) bool {
	sum := 0
	for i, w := range [8]int{3, 7, 9, 10, 5, 8, 4, 2} {
		v := base36(s[i])
		if v < 0 {
			return false
		}
		sum += v * w
	}
	return s[8] == "0X987654321"[sum%11]
}

func base36(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	}
	return -1
}

// vehicle says whether 17 characters satisfy the check of a vehicle
// identification number (GB 16735-2019): its 9th is the sum modulo 11.
func vehicle(s []byte) bool {
	sum := 0
	const weights = "\x08\x07\x06\x05\x04\x03\x02\x0a\x00\x09\x08\x07\x06\x05\x04\x03\x02"
	for i, c := range s[:17] {
		v := vehicleValue(c)
		if v < 0 {
			return false
		}
		sum += v * int(weights[i])
	}
	return s[8] == "0123456789X"[sum%11]
}

func vehicleValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c < 'A' || c > 'Z':
		return -1
	}
	// I, O and Q have no value.
	return int("12345678012345070923456789"[c-'A']-'0') - b2i(c == 'I' || c == 'O' || c == 'Q')
}

// hongKong says whether letters, six digits and a check character satisfy the
// modulus 11 of a Hong Kong identity card.
func hongKong(letters, digits []byte, check byte) bool {
	sum := 36 * 9
	if len(letters) == 2 {
		sum = base36(letters[0]) * 9
	}
	sum += base36(letters[len(letters)-1]) * 8
	for i, c := range digits {
		sum += int(c-'0') * (7 - i)
	}
	return (sum+base36(check))%11 == 0
}

// taiwan says whether a letter and nine digits satisfy the check of a Taiwan
// identity card. A letter stands for two digits, by the order in which the
// places were given theirs.
func taiwan(s []byte) bool {
	place := 0
	for i, c := range "ABCDEFGHJKLMNPQRSTUVXYWZIO" {
		if byte(c) == s[0] {
			place = i + 10
		}
	}
	sum := place/10 + place%10*9
	for i, c := range s[1:9] {
		sum += int(c-'0') * (8 - i)
	}
	return (sum+int(s[9]-'0'))%10 == 0
}

// travel is the check digit of ICAO Doc 9303 over letters, digits and '<', by
// the weights 7, 3, 1; -1 if there is another character.
func travel(s []byte) int {
	sum := 0
	for i, c := range s {
		v := base36(c)
		if c == '<' {
			v = 0
		}
		if v < 0 {
			return -1
		}
		sum += v * int("731"[i%3]-'0')
	}
	return sum % 10
}

// bankAccount says whether characters satisfy the modulus 97 of an
// international bank account number (ISO 13616): the first four count last.
func bankAccount(s []byte) bool {
	rest := 0
	for _, part := range [2][]byte{s[4:], s[:4]} {
		for _, c := range part {
			switch v := base36(c); {
			case v < 0:
				return false
			case v < 10:
				rest = (rest*10 + v) % 97
			default:
				rest = (rest*100 + v) % 97
			}
		}
	}
	return rest == 1
}
