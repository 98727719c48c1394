package law

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Search returns the provisions that hold every word of the text, in either
// language: in number, topic, quotation, paraphrase, or a name of the
// instrument. An article may be written 第二十三条, 第23条第（三）项, 23条,
// article 23, art. 23(3) or CSL-23(3), with the number of any version. What
// bears the numbers and names asked for comes before what only mentions them.
func (l *Library) Search(text string) []*Provision {
	terms := readTerms(text)
	if len(terms) == 0 {
		return nil
	}
	type hit struct {
		p     *Provision
		loose int // terms that are only mentioned
	}
	var hits []hit
	for _, i := range l.instruments {
		for _, p := range i.Provisions {
			if loose, ok := p.index().match(terms); ok {
				hits = append(hits, hit{p, loose})
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.loose, b.loose) })
	found := make([]*Provision, len(hits))
	for i, h := range hits {
		found[i] = h.p
	}
	return found
}

// An index is what a search looks in, folded.
type index struct {
	numbers []string // ids and articles of every version: csl-23(3), 第23条(3)
	names   string   // of the instrument, and the topic
	all     string
}

// indexed makes the index of a provision.
func (p *Provision) indexed() index {
	i := p.Instrument
	names := append([]string{i.ID.Value, i.Title.En, i.Title.Zh, i.Short.En, i.Short.Zh, p.Topic.En, p.Topic.Zh}, i.Aliases...)
	names = append(names, strings.ReplaceAll(i.Title.Zh, " ", "")) // GB/T39204 as well as GB/T 39204
	ix := index{names: canonical(strings.Join(names, "\n"))}
	all := []string{ix.names}
	for _, w := range p.wordings {
		id := fold(w.ID)
		ix.numbers = append(append(ix.numbers, id), articleNumbers(w.Article)...)
		all = append(all, id, canonical(strings.Join([]string{w.Quote, w.Paraphrase.En, w.Paraphrase.Zh, w.Penalty.En, w.Penalty.Zh}, "\n")))
	}
	ix.all = strings.Join(append(all, ix.numbers...), "\n")
	return ix
}

// articleNumbers are the canonical forms of a number: 26-28 gives 第26条, 第27条
// and 第28条; 71(1)(3) gives 第71条(1)(3) and, as many leave out the paragraph,
// 第71条(3).
func articleNumbers(s string) []string {
	a, ok := parseArticle(s)
	if !ok {
		return nil
	}
	var list []string
	for _, n := range a.numbers {
		for at := n[0]; at <= min(n[1], n[0]+200); at++ {
			list = append(list, canonicalArticle(at, a.parts))
			if len(a.parts) > 1 {
				list = append(list, canonicalArticle(at, a.parts[len(a.parts)-1:]))
			}
		}
	}
	return list
}

func canonicalArticle(n int, parts []int) string {
	s := "第" + strconv.Itoa(n) + "条"
	for _, part := range parts {
		s += "(" + strconv.Itoa(part) + ")"
	}
	return s
}

// fold takes away what does not tell texts apart: width, case, composition.
func fold(s string) string { return strings.ToLower(norm.NFKC.String(s)) }

const numeral = `([0-9]+|[〇零一二三四五六七八九十百两]+)`

// The ways of writing an article, after folding.
var (
	chineseArticle = regexp.MustCompile(`第? *` + numeral + ` *条(?: *第 *` + numeral + ` *款)?(?: *第? *\( *` + numeral + ` *\) *项?| *第 *` + numeral + ` *项)?`)
	englishArticle = regexp.MustCompile(`\b(?:articles?|arts?\.?) *([0-9]+)\b((?: *\([0-9]+\))*)`)
)

// canonical folds a text and writes the articles in it in one way: 第23条(3).
func canonical(s string) string {
	s = chineseArticle.ReplaceAllStringFunc(fold(s), func(at string) string {
		m := chineseArticle.FindStringSubmatch(at)
		n, ok := readNumeral(m[1])
		if !ok {
			return at
		}
		var list []int
		for _, part := range m[2:] {
			if n, ok := readNumeral(part); ok {
				list = append(list, n)
			}
		}
		return canonicalArticle(n, list)
	})
	return englishArticle.ReplaceAllStringFunc(s, func(at string) string {
		m := englishArticle.FindStringSubmatch(at)
		n, ok := readNumeral(m[1])
		if !ok {
			return at
		}
		return canonicalArticle(n, parts(m[2]))
	})
}

// A term is one thing that a search asks for.
type term struct {
	text    string
	article string // the canonical article, "" if the term is none
	bare    bool   // a number alone: an article, or any number
}

var (
	canonicalForm = regexp.MustCompile(`第[0-9]+条(?:\([0-9]+\))*`)
	bareNumber    = regexp.MustCompile(`^([0-9]{1,4})((?:\([0-9]{1,3}\))*)$`)
)

// readTerms takes the text of a search apart.
func readTerms(text string) []term {
	var terms []term
	s := canonicalForm.ReplaceAllStringFunc(canonical(text), func(at string) string {
		terms = append(terms, term{text: at, article: at})
		return " "
	})
	for _, w := range strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("《》〈〉「」“”\"，、。；,;", r)
	}) {
		t := term{text: w}
		if m := bareNumber.FindStringSubmatch(w); m != nil {
			n, _ := strconv.Atoi(m[1])
			t.article, t.bare = canonicalArticle(n, parts(m[2])), true
		}
		terms = append(terms, t)
	}
	return terms
}

// match reports whether everything asked for is there, and how much of it is
// no number or name of the provision.
func (ix index) match(terms []term) (loose int, ok bool) {
	for _, t := range terms {
		switch {
		case ix.bears(t):
		case ix.mentions(t):
			loose++
		default:
			return 0, false
		}
	}
	return loose, true
}

// bears reports whether the provision has the number or the name asked for.
func (ix index) bears(t term) bool {
	switch {
	case t.bare:
		return ix.numbered(t.article) || holdsNumber(ix.names, t.text)
	case t.article != "":
		return ix.numbered(t.article)
	}
	return ix.numbered(t.text) || strings.Contains(ix.names, t.text)
}

// numbered reports whether a number, or an item of it, is one of the provision.
func (ix index) numbered(number string) bool {
	return slices.ContainsFunc(ix.numbers, func(n string) bool { return n == number || strings.HasPrefix(n, number+"(") })
}

// mentions reports whether the words of the provision hold what is asked for.
// For an item it will do to have the article as a whole.
func (ix index) mentions(t term) bool {
	if strings.Contains(ix.all, t.text) || t.article != "" && strings.Contains(ix.all, t.article) {
		return true
	}
	whole, _, item := strings.Cut(t.article, "(")
	return item && !t.bare && slices.Contains(ix.numbers, whole)
}

// holdsNumber reports whether a text holds a number, and not as a part of
// another one.
func holdsNumber(text, number string) bool {
	isDigit := func(b byte) bool { return b >= '0' && b <= '9' }
	for from := 0; ; {
		at := strings.Index(text[from:], number)
		if at < 0 {
			return false
		}
		at += from
		end := at + len(number)
		if (at == 0 || !isDigit(text[at-1])) && (end == len(text) || !isDigit(text[end])) {
			return true
		}
		from = at + 1
	}
}

// hasHan reports whether a text has Chinese characters.
func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
