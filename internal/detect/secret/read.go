package secret

import (
	"bytes"
	"io/fs"
	"strings"

	"guanji/internal/problem"
	"guanji/internal/strict"
)

// An Own is a file of formats that somebody wrote for themselves, of the form
// of [File].
type Own struct {
	Name string
	Data []byte
}

type file struct {
	Rules []Rule `strict:"secrets"`
}

// Read reads the formats of the content, and own ones. Where two fit, an own one
// goes before. Every mistake is told at once.
func Read(content fs.FS, own ...Own) (*Set, error) {
	var mistakes problem.List
	s := &Set{byStart: map[[minPrefix]byte][]start{}}
	for _, o := range own {
		var f file
		strict.ParseInto(o.Name, o.Data, &f, &mistakes)
		for _, r := range f.Rules {
			r.Own = true
			s.rules = append(s.rules, r)
		}
	}
	var f file
	strict.ReadInto(content, File, &f, &mistakes)
	s.rules = append(s.rules, f.Rules...)
	s.check(&mistakes)
	if len(mistakes) > 0 {
		return nil, mistakes.Sorted()
	}
	for i := range s.rules {
		s.add(&s.rules[i])
	}
	for i := range s.rules {
		s.try(&s.rules[i], &mistakes)
	}
	if len(mistakes) > 0 {
		return nil, mistakes.Sorted()
	}
	return s, nil
}

// least is how many characters the prefix and what follows have together: the
// scan looks at runs of so many.
const least = 16

// check checks what the formats say. What is not said was told of before.
func (s *Set) check(mistakes *problem.List) {
	places := map[string]strict.Pos{}
	for i := len(s.rules) - 1; i >= 0; i-- { // of two, the own one is at fault
		r := &s.rules[i]
		fail := func(key string, args ...any) {
			*mistakes = append(*mistakes, r.Pos.Spot(key, append([]any{r.ID}, args...)...))
		}
		if at, ok := places[r.ID]; ok && r.ID != "" {
			fail("secret.repeated", at.File, at.Line)
		}
		places[r.ID] = r.Pos
		if r.Alphabet != "" && alphabetOf(r.Alphabet) == nil {
			fail("secret.alphabet", r.Alphabet)
		}
		if r.Min < 1 || r.Max < r.Min || r.Max > long {
			fail("secret.length", r.Min, r.Max, long)
		}
		for _, p := range r.Prefixes {
			switch {
			case len(p) < minPrefix:
				fail("secret.prefix", p)
			case len(p)+r.Min < least && r.Min > 0:
				fail("secret.short", p, r.Min, least)
			}
		}
	}
}

// try holds an own format to its examples, as a scan would look at them.
func (s *Set) try(r *Rule, mistakes *problem.List) {
	if !r.Own {
		return
	}
	for _, yes := range r.Yes {
		if !s.finds(r, yes) {
			*mistakes = append(*mistakes, r.Pos.Spot("secret.yes", r.ID, yes, least))
		}
	}
	for _, no := range r.No {
		if s.finds(r, no) {
			*mistakes = append(*mistakes, r.Pos.Spot("secret.no", r.ID, no))
		}
	}
}

// finds says whether a format is found at the beginning of an example, with a
// word near it if it needs one.
func (s *Set) finds(r *Rule, example string) bool {
	if len(example) < least || strings.ContainsFunc(example[:least], func(c rune) bool { return c > 0x7f || !word(byte(c)) }) {
		return false
	}
	text := append([]byte(example), '\n')
	if len(r.Near) > 0 {
		text = append(text, r.Near[0]...)
	}
	_, _, found, _, ok := s.At(append(text, bytes.Repeat([]byte{'\n'}, 64)...), 0)
	return ok && found == r
}
