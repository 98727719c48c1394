// Package secret finds keys, tokens and passwords in text. What the formats
// are is content: content/detect/secrets.yaml.
package secret

import (
	"bytes"
	"math"
	"strings"

	"guanji/internal/message"
	"guanji/internal/strict"
)

// File is the file of the formats within the folder of the content.
const File = "detect/secrets.yaml"

// A Rule is one format of a key: fixed characters, then so many of an alphabet.
type Rule struct {
	ID   string       `strict:"id"`
	Name message.Text `strict:"name"`
	// Prefixes are what it begins with; four characters or more tell by
	// themselves, fewer need a word near it.
	Prefixes []string `strict:"prefixes"`
	// Alphabet is what follows: digits, lower, upper, hex, alnum, base64,
	// base64url or token (alnum, '_' and '-').
	Alphabet string `strict:"alphabet"`
	Min      int    `strict:"min"` // characters behind the prefix
	Max      int    `strict:"max"`
	// Entropy is the least entropy of what follows, in bits a character.
	Entropy float64 `strict:"entropy,optional"`
	// Parts is how many parts of eight characters or more, with dots between
	// them, what follows has at least.
	Parts int `strict:"parts,optional"`
	// Near are words of which one must stand within 64 bytes before or behind.
	Near []string `strict:"near,optional"`
	// China says that it is of a platform of the mainland.
	China      bool     `strict:"china,optional"`
	Source     string   `strict:"source"`
	Confidence string   `strict:"confidence"`
	Yes        []string `strict:"yes"`
	No         []string `strict:"no,optional"`

	// Own says that it is of a file of somebody's own, and Pos where it stands.
	Own      bool
	Pos      strict.Pos
	alphabet *alphabet
}

// Set is the rules, by what they begin with.
type Set struct {
	rules   []Rule
	byStart map[[minPrefix]byte][]start
	starts  [1 << 16 / 64]uint64 // the first two bytes
}

type start struct {
	prefix string
	rule   *Rule
}

// minPrefix is the shortest prefix.
const minPrefix = 2

// Rules returns the formats, own ones first.
func (s *Set) Rules() []Rule { return s.rules }

func (s *Set) add(r *Rule) {
	r.alphabet = alphabetOf(r.Alphabet)
	for i, w := range r.Near {
		r.Near[i] = strings.ToLower(w)
	}
	for _, p := range r.Prefixes {
		key := [minPrefix]byte{p[0], p[1]}
		s.byStart[key] = append(s.byStart[key], start{p, r})
		pair := uint16(p[0])<<8 | uint16(p[1])
		s.starts[pair/64] |= 1 << (pair % 64)
	}
}

// The points of what is found.
const (
	plain = 8 // by a prefix of its own
	named = 7 // by the word near it
)

// At looks at a run of word characters that begins at a place.
func (s *Set) At(text []byte, at int) (begin, end int, rule *Rule, points int, ok bool) {
	pair := uint16(text[at])<<8 | uint16(text[at+1])
	if s.starts[pair/64]>>(pair%64)&1 == 0 {
		return 0, 0, nil, 0, false
	}
	for _, st := range s.byStart[[minPrefix]byte{text[at], text[at+1]}] {
		if !bytes.HasPrefix(text[at:], []byte(st.prefix)) {
			continue
		}
		if end, points, ok := st.rule.match(text, at, at+len(st.prefix)); ok {
			return at, end, st.rule, points, true
		}
	}
	return 0, 0, nil, 0, false
}

// long is from what length on a key is found by its beginning.
const long = 400

// match looks at what follows a prefix.
func (r *Rule) match(text []byte, at, from int) (end, points int, ok bool) {
	end = from
	for end < len(text) && end-from <= r.Max && r.alphabet[text[end]] {
		end++
	}
	if n := end - from; n > r.Max && r.Max >= long {
		end = from + r.Max // the rest of it is not needed to know it
	}
	n := end - from
	if n < r.Min || n > r.Max || end < len(text) && word(text[end]) && !r.alphabet[text[end]] {
		return 0, 0, false
	}
	body := text[from:end]
	switch {
	case entropy(body) < r.Entropy, dull(body), r.Parts > 1 && partsOf(body) < r.Parts:
		return 0, 0, false
	case len(r.Near) > 0:
		return end, named, near(text, at, end, r.Near)
	}
	return end, plain, true
}

// partsOf counts the parts of eight characters or more with dots between them.
func partsOf(s []byte) (n int) {
	for part := range bytes.SplitSeq(s, []byte{'.'}) {
		if len(part) >= 8 {
			n++
		}
	}
	return n
}

// near says whether a word stands around, whatever its case.
func near(text []byte, begin, end int, words []string) bool {
	const reach = 64
	around := [...][]byte{text[max(0, begin-reach):begin], text[end:min(len(text), end+reach)]}
	for _, part := range around {
		low := bytes.ToLower(part)
		for _, w := range words {
			if bytes.Contains(low, []byte(w)) {
				return true
			}
		}
	}
	return false
}

// entropy is the Shannon entropy of bytes, in bits a byte.
func entropy(s []byte) float64 {
	var counts [256]uint16
	for _, c := range s {
		counts[c]++
	}
	e := 0.0
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(s))
			e -= p * math.Log2(p)
		}
	}
	return e
}

// dull says whether one character makes up all but a little of something: what
// stands in a document where a key would.
func dull(s []byte) bool {
	var counts [256]uint16
	most := uint16(0)
	for _, c := range s {
		counts[c]++
		most = max(most, counts[c])
	}
	return int(most)*10 >= len(s)*9 && len(s) > 4
}

// Block looks at the first line of a private key in PEM, -----BEGIN RSA PRIVATE
// KEY-----, behind which the key begins: a document names the line alone.
func (s *Set) Block(text []byte, at int) (begin, end, points int, ok bool) {
	const head, longest = "-----BEGIN ", 80
	rest := text[at:min(len(text), at+longest)]
	if !bytes.HasPrefix(rest, []byte(head)) {
		return 0, 0, 0, false
	}
	n := bytes.Index(rest[len(head):], []byte("-----"))
	if n < 0 || !bytes.HasSuffix(rest[len(head):len(head)+n], []byte("PRIVATE KEY")) && !bytes.Equal(rest[len(head):len(head)+n], []byte("PGP PRIVATE KEY BLOCK")) {
		return 0, 0, 0, false
	}
	end = at + len(head) + n + 5
	return at, end, plain, body(text[end:])
}

// body says whether a text begins with what is in a block of PEM: a header, or
// characters of base64. Line ends may be written as in a string of a program.
func body(text []byte) bool {
	const gap, least = 48, 20
	i := 0
	for i < len(text) && i < gap && bytes.IndexByte([]byte(" \t\r\n\"'+,|#*"), text[i]) >= 0 || i < gap && i+1 < len(text) && text[i] == '\\' {
		if text[i] == '\\' && text[i+1] != '\\' {
			i++ // \n
		}
		i++
	}
	for _, header := range [...]string{"Proc-Type:", "DEK-Info:", "Version:", "Comment:"} {
		if bytes.HasPrefix(text[min(i, len(text)):], []byte(header)) {
			return true
		}
	}
	n := 0
	for i+n < len(text) && n < least && (alnum(text[i+n]) || text[i+n] == '+' || text[i+n] == '/') {
		n++
	}
	return n == least && !dull(text[i:i+n])
}

func word(c byte) bool { return alnum(c) || c == '_' || c == '-' }

func alnum(c byte) bool { return c-'0' <= 9 || (c|0x20)-'a' <= 25 }

// An alphabet has the bytes that are in it.
type alphabet [256]bool

// alphabetOf returns an alphabet by its name, nil if there is none.
func alphabetOf(name string) *alphabet {
	var set string
	switch name {
	case "digits":
		set = "0-9"
	case "lower":
		set = "a-z0-9"
	case "upper":
		set = "A-Z0-9"
	case "hex":
		set = "0-9a-fA-F"
	case "alnum":
		set = "A-Za-z0-9"
	case "base64":
		set = "A-Za-z0-9+/="
	case "base64url":
		set = "A-Za-z0-9_.=-"
	case "token":
		set = "A-Za-z0-9_-"
	default:
		return nil
	}
	a := &alphabet{}
	for i := 0; i < len(set); i++ {
		last := set[i]
		if i+2 < len(set) && set[i+1] == '-' {
			last = set[i+2]
		}
		for c := int(set[i]); c <= int(last); c++ {
			a[c] = true
		}
		if last != set[i] {
			i += 2
		}
	}
	return a
}
