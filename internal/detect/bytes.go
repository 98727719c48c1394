package detect

// fold makes an ASCII letter lower-case.
func fold(c byte) byte {
	if upper(c) {
		c |= 0x20
	}
	return c
}

func digit(c byte) bool    { return c-'0' <= 9 }
func upper(c byte) bool    { return c-'A' <= 25 }
func letter(c byte) bool   { return (c|0x20)-'a' <= 25 }
func alnum(c byte) bool    { return digit(c) || letter(c) }
func hexDigit(c byte) bool { return digit(c) || (c|0x20)-'a' <= 5 }

// digits is how many digits a text begins with.
func digits(text []byte) int {
	for i, c := range text {
		if !digit(c) {
			return i
		}
	}
	return len(text)
}
