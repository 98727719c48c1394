package detect

// fold makes an ASCII letter lower-case.
func fold(c byte) byte {
	if upper(c) {
		c |= 0x20
	}
	return c
}

func digit(c byte) bool  { return c-'0' <= 9 }
func upper(c byte) bool  { return c-'A' <= 25 }
func lower(c byte) bool  { return c-'a' <= 25 }
func letter(c byte) bool { return (c|0x20)-'a' <= 25 }

// What follows asks without branches: in keys and numbers no processor guesses
// whether a digit or a letter comes next.

func alnum(c byte) bool    { return b2i(digit(c))|b2i(letter(c)) != 0 }
func hexDigit(c byte) bool { return b2i(digit(c))|b2i((c|0x20)-'a' <= 5) != 0 }
func wordByte(c byte) bool { return b2i(digit(c))|b2i(letter(c))|b2i(c == '_') != 0 }

// digits is how many digits a text begins with.
func digits(text []byte) int {
	for i, c := range text {
		if !digit(c) {
			return i
		}
	}
	return len(text)
}

// b2i is 1 for true.
func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
