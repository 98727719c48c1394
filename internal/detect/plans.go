package detect

// A planned says what the numbering plan makes of a number.
type planned uint8

const (
	unplanned planned = iota
	reserved          // in the form, not assigned as far as known
	assigned
)

// mobilePlan looks up the first digits of an 11-digit mobile number. Assigned
// are the prefixes of libphonenumber's metadata of July 2026; reserved are
// those beyond it that other lists have.
func mobilePlan(d []byte) planned {
	const (
		a = assigned
		r = reserved
	)
	switch d[1] {
	case '3', '8':
		return a
	case '4':
		return [10]planned{5: a, 6: r, 7: a, 8: r, 9: r}[d[2]-'0']
	case '5', '9':
		return [10]planned{a, a, a, a, 0, a, a, a, a, a}[d[2]-'0']
	case '6':
		if d[2] == '1' && d[3] == '0' {
			return a
		}
		return [10]planned{1: r, 2: a, 5: a, 6: a, 7: a}[d[2]-'0']
	case '7':
		if d[2] == '4' && d[3] == '0' && d[4] <= '5' {
			return a
		}
		return [10]planned{a, a, a, a, r, a, a, a, a, 0}[d[2]-'0']
	}
	return unplanned
}

// machine says whether 13 digits begin as numbers of things do: 1410, 1440,
// 1441, 146, 148 and 10646 to 10649.
func machine(d []byte) bool {
	switch {
	case has(d, "1410"), has(d, "1440"), has(d, "1441"), has(d, "146"), has(d, "148"):
		return true
	}
	return has(d, "1064") && d[4] >= '6' && d[4] <= '9'
}

// networkCode says whether two digits after 460 are a mobile network of the
// mainland.
func networkCode(d []byte) bool {
	return d[0] == '0' || d[0] == '1' && (d[1] == '1' || d[1] == '5') || d[0] == '2' && d[1] == '0'
}

// postal says whether six digits begin as a postal code does: 01 to 07, 10 to
// 17, and so on. The ranges come from one unverified list.
func postal(d []byte) bool {
	i := d[0] - '0'
	return i < 9 && d[1] >= "100001110"[i] && d[1] <= "777678756"[i]
}

// areaCode is the length of the area code that digits begin with, 0 if none:
// 010 and 02x have three digits, 0[3-9]xx four.
func areaCode(d []byte) int {
	switch {
	case len(d) < 4 || d[0] != '0':
		return 0
	case d[1] == '1' && d[2] == '0', d[1] == '2' && d[2] != '6' && digit(d[2]):
		return 3
	case d[1] >= '3' && d[1] <= '9' && digit(d[2]) && digit(d[3]):
		return 4
	}
	return 0
}
