package secret

import "bytes"

// Assigned looks at a value that is given to a name: password=…, "pwd": "…",
// 密码：…. at lies in the name. What stands for a value is none: a variable, a
// call, stars, a type.
func (s *Set) Assigned(text []byte, at int) (begin, end, points int, ok bool) {
	i := nameEnd(text, at)
	i, mark := separator(text, i)
	if mark == 0 {
		return 0, 0, 0, false
	}
	quote := byte(0)
	if c := text[i]; c == '"' || c == '\'' || c == '`' {
		quote = c
		i++
	}
	const longest = 128
	begin, end = i, i
	for end < len(text) && end-begin <= longest && inValue(text[end], quote) {
		end++
	}
	if quote == 0 {
		for end > begin && (text[end-1] == ',' || text[end-1] == ';' || text[end-1] == '.') {
			end--
		}
	}
	value := text[begin:end]
	if len(value) < 6 || len(value) > 64 || quote != 0 && text[end] != quote || standsIn(value, quote, mark) {
		return 0, 0, 0, false
	}
	return begin, end, strength(value, quote), true
}

// nameEnd is where the name around a place ends: letters, digits, '_', '-', or
// Chinese characters.
func nameEnd(text []byte, at int) int {
	const longest = 48
	i := at
	for i-at < longest && i < len(text) && (word(text[i]) || text[i] >= 0x80 && !bytes.HasPrefix(text[i:], []byte("：")) && !bytes.HasPrefix(text[i:], []byte("，"))) {
		i++
	}
	return i
}

// separator passes what stands between a name and its value: quotes, spaces,
// one of = := : ：. mark is the separator, 0 if there is none.
func separator(text []byte, i int) (next int, mark byte) {
	const longest = 8
	for from := i; i < len(text) && i-from < longest; i++ {
		switch c := text[i]; {
		case c == '=' || c == ':':
			if mark == '=' || mark == ':' && c == ':' {
				return i, 0 // a comparison, a scope
			}
			mark = c
		case bytes.HasPrefix(text[i:], []byte("：")) && mark == 0:
			mark = ':'
			i += len("：") - 1
		case c == '>' && mark == '=':
		case c == ' ' || c == '\t':
		case (c == '"' || c == '\'') && mark == 0, c == ']' && mark == 0:
		default:
			return i, mark
		}
	}
	return i, 0
}

func inValue(c, quote byte) bool {
	if quote != 0 {
		return c != quote && c != '\n' && c != '\r'
	}
	return c > ' ' && c < 0x7f && c != ';' && c != '\\' && c != '"' && c != '\'' && c != '`' && c != '<' && c != '&' && c != ')' && c != '}' && c != '|'
}

// standsIn says whether something stands where a secret would: a variable, a
// call, a path of names, stars, a word of a document.
func standsIn(value []byte, quote, mark byte) bool {
	if dull(value) || bytes.ContainsAny(value, "${}<>()[]%") || bytes.Contains(value, []byte("***")) || bytes.Contains(value, []byte("...")) {
		return true
	}
	if bytes.ContainsAny(value, " \t") {
		return true // a sentence
	}
	low := bytes.ToLower(value)
	for _, w := range [...]string{"password", "passwd", "secret", "changeme", "change_me", "xxxx", "your", "example", "null", "none",
		"undefined", "string", "true", "false", "required", "optional", "function", "import", "return", "getenv", "environ", "placeholder", "process.", "config.", "self.", "this.", "request.",
		"integer", "varchar", "redacted", "passwort", "kennwort", "wachtwoord", "contrase"} {
		if bytes.HasPrefix(low, []byte(w)) || bytes.HasSuffix(low, []byte(w)) {
			return true
		}
	}
	if letters(value) && identifier(low) || value[0] == '/' || bytes.HasPrefix(value, []byte("./")) || bytes.HasPrefix(value, []byte("~/")) {
		return true // a constant, a key of a translation; a path
	}
	// Without quotes a name of letters alone is more likely code.
	return quote == 0 && (letters(value) || mark == ':' && bytes.ContainsAny(value, "./")) || bytes.HasPrefix(value, []byte("//"))
}

// identifier says whether letters are rather a name in a program: words joined
// by '_', '.' or ':', or one with password in it.
func identifier(low []byte) bool {
	if bytes.ContainsAny(bytes.Trim(low, "_.:"), "_.:") {
		return true
	}
	for _, w := range [...]string{"password", "passwd", "secret", "token", "credential"} {
		if bytes.Contains(low, []byte(w)) {
			return true
		}
	}
	return false
}

func letters(s []byte) bool {
	for _, c := range s {
		if !((c|0x20)-'a' <= 25 || c == '_' || c == '.' || c == '-' || c == ':') {
			return false
		}
	}
	return true
}

// strength is the points of a value that is given to the name of a password:
// letters with digits or signs are more likely one than a word.
func strength(value []byte, quote byte) int {
	digits, signs := false, false
	for _, c := range value {
		digits = digits || c-'0' <= 9
		signs = signs || !alnum(c)
	}
	switch {
	case digits && !letters(value) || signs && entropy(value) >= 2.5 && quote != 0:
		return named
	case entropy(value) >= 3:
		return 5
	}
	return 4
}

// URL looks at the user and password in an address of a service,
// scheme://user:password@host. at is the '@'.
func (s *Set) URL(text []byte, at int) (begin, end, points int, ok bool) {
	const longest = 128
	i := at
	for at-i < longest && i > 0 && text[i-1] > ' ' && text[i-1] != '/' && text[i-1] != '"' && text[i-1] != '\'' && text[i-1] < 0x7f {
		i--
	}
	colon := bytes.IndexByte(text[i:at], ':')
	if i < 3 || colon < 0 || !bytes.Equal(text[i-3:i], []byte("://")) || (text[i-4]|0x20)-'a' > 25 {
		return 0, 0, 0, false
	}
	begin = i + colon + 1
	value := text[begin:at]
	if len(value) < 4 || standsIn(value, '"', ':') || len(value) < 8 && letters(value) {
		return 0, 0, 0, false
	}
	return begin, at, plain, true
}
