package detect

import "bytes"

// mail looks at an e-mail address around an '@'.
func (s *Scanner) mail(at int) {
	text := s.text
	const longest = 64
	begin := at
	for at-begin < longest && local(text[begin-1]) {
		begin--
	}
	if text[begin-1] == ':' && s.credentials(at) {
		return
	}
	for begin < at && (text[begin] == '.' || text[begin] == '-' || text[begin] == '%' || text[begin] == '+') {
		begin++
	}
	if begin == at || text[at-1] == '.' {
		return
	}
	end, ok := domain(text, at+1)
	if !ok {
		return
	}
	var extra Signal
	if text[end] == ':' && (string(text[begin:at]) == "git" || letter(text[end+1])) {
		extra = Hostile // git@host:path names a machine
	}
	s.report(email, begin, end, Shape|Strict|extra)
}

func local(c byte) bool {
	return wordByte(c) || c == '.' || c == '-' || c == '+' || c == '%'
}

// domain reads a name of two labels or more that ends in letters, and says
// where it ends.
func domain(text []byte, at int) (end int, ok bool) {
	const longest = 253
	last, dots := at, 0
	i := at
	for ; i-at < longest; i++ {
		c := text[i]
		if c == '.' && i > last && alnum(text[i+1]) {
			last = i + 1
			dots++
			continue
		}
		if !alnum(c) && c != '-' {
			break
		}
	}
	n := i - last
	if dots == 0 || n < 2 || n > 24 || text[i] == '_' || text[at] == '-' {
		return 0, false
	}
	for _, c := range text[last:i] {
		if !letter(c) {
			return 0, false
		}
	}
	return i, !fileEnding(text[last:i])
}

// fileEnding says whether letters end the names of files: image@2x.png is no
// address.
func fileEnding(s []byte) bool {
	var low [5]byte
	if len(s) > len(low) {
		return false
	}
	for i, c := range s {
		low[i] = fold(c)
	}
	switch string(low[:len(s)]) {
	case "png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "css", "scss", "less", "js", "mjs", "jsx", "ts", "tsx", "json",
		"html", "htm", "xml", "yaml", "yml", "toml", "txt", "md", "go", "java", "rb", "php", "gz", "zip", "tgz", "tar",
		"jar", "dll", "exe", "pdf", "log", "conf", "cfg", "local", "service", "socket", "timer", "mount", "target":
		return true
	}
	return false
}

// credentials looks at user:password@ in an address of a service.
func (s *Scanner) credentials(at int) bool {
	begin, end, points, ok := s.e.secrets.URL(s.text, at)
	return ok && s.reportOwn(password, begin, end, points, "")
}

// dotted looks at four numbers with dots between them. at is the third dot.
func (s *Scanner) dotted(at int) {
	text := s.text
	begin := at
	for at-begin < 16 && (digit(text[begin-1]) || text[begin-1] == '.') {
		begin--
	}
	if begin < s.dottedEnd || text[begin] == '.' {
		return
	}
	end, parts, zeros, small := begin, 0, 0, true // small: no part above 99
	for i := begin; ; {
		j, v := i, 0
		for ; j-i < 4 && digit(text[j]); j++ {
			v = v*10 + int(text[j]-'0')
		}
		if n := j - i; n == 0 || n > 1 && text[i] == '0' || v > 255 || n > 3 {
			break
		}
		if j == i+1 && text[i] == '0' {
			zeros++
		}
		small = small && j-i <= 2
		parts++
		end, i = j, j+1
		if text[j] != '.' {
			break
		}
	}
	s.dottedEnd = end
	before, after := text[begin-1], text[end]
	if parts != 4 || alnum(before) || before == '.' || before == '_' || alnum(after) || after == '_' || after == '.' && digit(text[end+1]) {
		return
	}
	d := text[begin:end]
	if has(d, "127.") || string(d) == "0.0.0.0" || string(d) == "255.255.255.255" {
		return // the machine itself, any, everybody
	}
	var extra Signal
	if d[0] == '0' || has(d, "255.255.") || zeros >= 2 {
		extra |= Hostile // a net mask, a version
	}
	if small && d[1] == '.' && bytes.Count(d, d[:2]) < 3 {
		extra |= Uneven // a version, a section; not 8.8.8.8
	}
	if heading(text, begin, end) {
		extra |= Hostile
	}
	if before == '/' && letter(text[begin-2]) || before == '-' && alnum(text[begin-2]) {
		extra |= Hostile // Chrome/120.0.6099.71
	}
	s.report(ipv4, begin, end, Shape|Strict|extra)
}

// heading says whether what looks like an address is the number of a section
// or a version: ## 1.2.3.4, [1.2.3.4] of a changelog, 10.1.2.3 节.
func heading(text []byte, begin, end int) bool {
	if text[begin-1] == '[' {
		begin--
	}
	if text[begin-1] == ' ' && text[begin-2] == '#' {
		return true
	}
	if text[end] == ' ' {
		end++
	}
	return has(text[end:], "节") || has(text[end:], "章") || has(text[end:], "条") || has(text[end:], "版") || has(text[end:], "小节")
}

// hardware looks at six pairs of hexadecimal digits. at is the last of five
// separators.
func (s *Scanner) hardware(at int) {
	text := s.text
	begin, end := at-14, at+3
	gap := text[at]
	if gap == ' ' || wordByte(text[begin-1]) || wordByte(text[end]) || text[begin-1] == gap || text[end] == gap {
		return
	}
	var all byte
	for i := begin; i < end; i += 3 {
		if !hexDigit(text[i]) || !hexDigit(text[i+1]) || i+2 < end && text[i+2] != gap {
			return
		}
		all |= text[i] ^ '0' | text[i+1] ^ '0'
	}
	s.reportHardware(begin, end, all)
}

// dottedHardware looks at 001a.2b3c.4d5e. at is the second dot. Where fewer
// than two groups have a letter it is more likely a version or a table.
func (s *Scanner) dottedHardware(at int) {
	text := s.text
	begin, end := at-9, at+5
	if wordByte(text[begin-1]) || wordByte(text[end]) || text[begin-1] == '.' || text[end] == '.' {
		return
	}
	lettered := 0
	for _, group := range [...][]byte{text[begin : begin+4], text[at-4 : at], text[at+1 : end]} {
		for _, c := range group {
			if !hexDigit(c) {
				return
			}
		}
		lettered += b2i(!allDigits(group))
	}
	var extra Signal
	if lettered < 2 {
		extra = Uneven
	}
	s.report(mac, begin, end, Shape|Strict|extra)
}

func (s *Scanner) reportHardware(begin, end int, all byte) {
	if all != 0 && !bytes.EqualFold(s.text[begin:begin+2], []byte("ff")) {
		s.report(mac, begin, end, Shape|Strict)
	}
}

// colons looks at an IPv6 address around a colon.
func (s *Scanner) colons(at int) {
	text := s.text
	if at < s.colonEnd {
		return
	}
	const longest = 45
	begin, end := at, at
	for at-begin < longest && (hexDigit(text[begin-1]) || text[begin-1] == ':') {
		begin--
	}
	for end-begin <= longest && (hexDigit(text[end]) || text[end] == ':' || text[end] == '.') {
		end++
	}
	s.colonEnd = end
	for end > begin && text[end-1] == '.' {
		end--
	}
	if wordByte(text[begin-1]) || text[begin-1] == '.' || wordByte(text[end]) {
		return
	}
	if groups := ip6(text[begin:end]); groups >= 4 {
		s.report(ipv6, begin, end, Shape|Strict)
	}
}

// ip6 returns how many groups an IPv6 address writes out, or 0 if text is none
// (RFC 4291, section 2.2).
func ip6(text []byte) int {
	groups, gaps, run := 0, 0, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case hexDigit(c):
			if run++; run == 1 {
				groups++
			}
			if run > 4 {
				return 0
			}
		case c == '.': // an IPv4 address at its end counts as two groups
			if quads(text[i-run:]) {
				return count6(groups+1, gaps)
			}
			return 0
		case i+1 < len(text) && text[i+1] == ':':
			if gaps++; i+2 < len(text) && text[i+2] == ':' {
				return 0
			}
			run = 0
			i++
		case run == 0:
			return 0
		default:
			if run = 0; i+1 == len(text) {
				return 0
			}
		}
	}
	return count6(groups, gaps)
}

func count6(groups, gaps int) int {
	if gaps == 0 && groups == 8 || gaps == 1 && groups < 8 {
		return groups
	}
	return 0
}

func quads(text []byte) bool {
	dots, n := 0, 0
	for _, c := range text {
		switch {
		case digit(c):
			if n++; n > 3 {
				return false
			}
		case c == '.' && n > 0:
			dots, n = dots+1, 0
		default:
			return false
		}
	}
	return dots == 3 && n > 0
}

// coordinates looks at a longitude and a latitude in China, in either order. at
// is the fourth digit behind the dot of the first.
func (s *Scanner) coordinates(at int) {
	text := s.text
	if at < s.coordinateEnd {
		return
	}
	begin := at - 4 // the dot
	for at-begin < 8 && digit(text[begin-1]) {
		begin--
	}
	first := begin
	end := at + 1
	for end-at < 20 && digit(text[end]) {
		end++
	}
	s.coordinateEnd = end
	if s.scientific(begin, end) {
		return
	}
	whole := text[first : at-4]
	if wordByte(text[first-1]) || text[first-1] == '.' || text[first-1] == '-' || !longitude(whole) && !latitude(whole) {
		return
	}
	second := end
	for n := 0; n < 24 && !digit(text[second]); n++ {
		if c := text[second]; c == '\n' || c == '-' {
			return
		}
		second++
	}
	between := text[end:second]
	var extra Signal
	switch {
	case len(between) == 0 || !axisNamed(between) && !onlySeparators(between):
		return
	case !bytes.ContainsAny(between, ",，"):
		extra = Uneven // a drawing has such pairs
	}
	last := second
	for last-second < 4 && digit(text[last]) {
		last++
	}
	if other := text[second:last]; text[last] != '.' || !(longitude(whole) && latitude(other)) && !(latitude(whole) && longitude(other)) {
		return
	}
	stop := last + 1
	for stop-last < 20 && digit(text[stop]) {
		stop++
	}
	if stop-last > 12 {
		extra = Uneven // no receiver is so precise
	}
	if stop-last-1 >= 4 && !wordByte(text[stop]) {
		s.coordinateEnd = stop
		s.report(geo, begin, stop, Shape|Strict|extra)
	}
}

// axisNamed says whether what stands between two numbers names the second as a
// latitude or longitude.
func axisNamed(between []byte) bool {
	for _, name := range [...]string{"lat", "Lat", "纬", "lng", "lon", "Lng", "Lon", "经"} {
		if bytes.Contains(between, []byte(name)) {
			return true
		}
	}
	return false
}

// onlySeparators says whether there are only commas and spaces.
func onlySeparators(s []byte) bool { return len(bytes.Trim(s, ", ，")) == 0 }

func longitude(d []byte) bool {
	n := decimal(d)
	return n >= 73 && n <= 135
}

func latitude(d []byte) bool {
	n := decimal(d)
	return n >= 3 && n <= 53
}

// decimal is the value of one to three digits without a leading zero, or -1.
func decimal(d []byte) int {
	if len(d) == 0 || len(d) > 3 || d[0] == '0' {
		return -1
	}
	n := 0
	for _, c := range d {
		n = n*10 + int(c-'0')
	}
	return n
}

// scientific looks at a number that a spreadsheet wrote as 1.10105E+17: an
// identity number that lost its end, or a mobile number.
func (s *Scanner) scientific(begin, end int) bool {
	text := s.text
	if text[begin+1] != '.' || text[end]|0x20 != 'e' || text[end+1] != '+' || !digit(text[end+2]) || !digit(text[end+3]) || wordByte(text[end+4]) {
		return false
	}
	switch number2(text[end+2:]) {
	case 10:
		if text[begin] == '1' && text[begin+2] >= '3' {
			s.report(mobile, begin, end+4, Shape|Table|Damaged)
		}
	case 17:
		s.report(rid18, begin, end+4, Shape|Table|Damaged)
	}
	return true
}
